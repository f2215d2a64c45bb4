package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// A webhook is where events are delivered.
type webhook struct {
	url     string
	secrets [][]byte // each signs; two while a receiver changes from one to the other
	client  *http.Client
}

const (
	deliverTimeout = 10 * time.Second // of an attempt
	deliverLease   = time.Minute      // an attempt that was taken and came to nothing is made again after it
	deliverAtOnce  = 16               // events, of as many leads
	deliverPoll    = 15 * time.Second // looks for events of other services, and notices a clock that was set
	firstPause     = time.Second      // after the first attempt
	longestPause   = time.Hour
	maxAttempts    = 20 // the last pauses are an hour, so an event is dead after about 9 hours
	minSecret      = 24 // bytes
)

// newWebhook returns where events are delivered, or nil if nowhere. The file holds the
// secrets, one on a line, with whsec_ and base64 or as they are.
func newWebhook(address, secretFile string) (*webhook, error) {
	if address == "" {
		if secretFile != "" {
			return nil, errors.New("crm: -webhook-secret-file needs -webhook")
		}
		return nil, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("crm: -webhook: write an address such as https://crm.example.com/hooks, without a user or a password")
	}
	if host := u.Hostname(); u.Scheme == "http" && host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return nil, errors.New("crm: -webhook: events hold personal data; http is for this machine only, write https")
	}
	text, err := os.ReadFile(secretFile)
	if err != nil {
		return nil, fmt.Errorf("crm: -webhook-secret-file: %w", err)
	}
	w := &webhook{url: address, client: newDeliverClient(nil)}
	for _, line := range strings.Fields(string(text)) {
		secret := []byte(line)
		if encoded, ok := strings.CutPrefix(line, "whsec_"); ok {
			if secret, err = base64.StdEncoding.DecodeString(encoded); err != nil {
				return nil, errors.New("crm: -webhook-secret-file: after whsec_ there must be base64")
			}
		}
		if len(secret) < minSecret {
			return nil, fmt.Errorf("crm: -webhook-secret-file: a secret has at least %d bytes, such as openssl rand -hex 32 prints", minSecret)
		}
		w.secrets = append(w.secrets, secret)
	}
	if w.secrets == nil {
		return nil, errors.New("crm: -webhook-secret-file: the file holds no secret")
	}
	return w, nil
}

// newDeliverClient returns a client that does not follow redirects: an event goes where
// the flag says.
func newDeliverClient(transport http.RoundTripper) *http.Client {
	return &http.Client{Transport: transport, Timeout: deliverTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// signature returns the header webhook-signature of the Standard Webhooks specification: a
// signature for each secret, of the id, the time and the body.
func (w *webhook) signature(id, timestamp, body string) string {
	var list []string
	for _, secret := range w.secrets {
		h := hmac.New(sha256.New, secret)
		io.WriteString(h, id+"."+timestamp+"."+body)
		list = append(list, "v1,"+base64.StdEncoding.EncodeToString(h.Sum(nil)))
	}
	return strings.Join(list, " ")
}

// send delivers an event. If the receiver asks for a pause, it returns that, too.
func (w *webhook) send(ctx context.Context, e event) (pause time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader([]byte(e.body)))
	if err != nil {
		return 0, err
	}
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", e.ID)
	r.Header.Set("webhook-id", e.ID)
	r.Header.Set("webhook-timestamp", timestamp)
	r.Header.Set("webhook-signature", w.signature(e.ID, timestamp, e.body))
	response, err := w.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(response.Body, 200))
	if response.StatusCode >= 200 && response.StatusCode <= 299 {
		return 0, nil
	}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		pause = min(time.Duration(seconds)*time.Second, longestPause)
	}
	return pause, fmt.Errorf("the receiver answered %s: %q", response.Status, strings.ToValidUTF8(string(said), "\uFFFD"))
}

// pauseAfter returns the pause after so many attempts: it doubles up to an hour, and is
// shorter by up to a half at random, so that events that failed together do not come
// back together.
func pauseAfter(attempts int) time.Duration {
	pause := longestPause
	if attempts < 13 {
		pause = min(firstPause<<(attempts-1), longestPause)
	}
	return pause/2 + rand.N(pause/2+1)
}

// deliver delivers events until ctx is done. Each is delivered at least once: one whose
// delivery could not be noted is delivered again, with the same key.
func (s *service) deliver(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := s.deliverDue(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Error("delivering events", "error", err)
		}
		if n > 0 && err == nil {
			continue // there may be more
		}
		select {
		case <-ctx.Done():
		case <-s.toDeliver:
		case <-time.After(s.untilDue(ctx)):
		}
	}
}

// untilDue returns how long nothing is due.
func (s *service) untilDue(ctx context.Context) time.Duration {
	due, ok, err := s.store.nextDue(ctx)
	if err != nil || !ok {
		return deliverPoll
	}
	return min(max(time.Until(time.UnixMicro(due)), 10*time.Millisecond), deliverPoll)
}

// deliverDue makes an attempt with each event that is due, at most deliverAtOnce, and
// returns how many.
func (s *service) deliverDue(ctx context.Context) (int, error) {
	now := time.Now()
	list, err := s.store.takeEvents(ctx, now.UnixMicro(), now.Add(deliverLease).UnixMicro(), now.Add(longestPause+deliverLease).UnixMicro(), deliverAtOnce)
	if err != nil {
		return 0, err
	}
	if len(list) > 0 {
		mark("delivery, before the event is sent")
	}
	errs := make([]error, len(list))
	var all sync.WaitGroup
	for i, e := range list {
		all.Go(func() { errs[i] = s.attempt(ctx, e) })
	}
	all.Wait()
	return len(list), errors.Join(errs...)
}

// attempt sends an event and notes what came of it.
func (s *service) attempt(ctx context.Context, e event) error {
	pause, err := s.webhook.send(ctx, e)
	if err == nil {
		mark("delivery, after the event is sent")
		s.metrics.Add("events_delivered", 1)
		err := s.store.setDelivered(ctx, e.ID, s.now())
		mark("delivery, after the commit")
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err() // not the receiver's fault; the event is due again after the lease
	}
	dead := e.Attempts >= maxAttempts
	what := "events_failed"
	if dead {
		what = "events_dead"
	}
	s.metrics.Add(what, 1)
	s.log.Warn("an event is not delivered", "event", e.ID, "attempt", e.Attempts, "dead", dead, "error", err)
	due := time.Now().Add(max(pause, pauseAfter(e.Attempts)))
	return s.store.setFailed(ctx, e.ID, shortened(err.Error()), due.UnixMicro(), dead)
}

// shortened returns a text as it is stored.
func shortened(text string) string {
	const most = 500
	if len(text) <= most {
		return text
	}
	for most := most; ; most-- {
		if utf8.RuneStart(text[most]) {
			return text[:most] + "…"
		}
	}
}

// requestDelivery has events delivered soon.
func (s *service) requestDelivery() {
	select {
	case s.toDeliver <- struct{}{}:
	default: // it has been requested already
	}
}

// getEvents lists events with a status: dead letters above all.
func (s *service) getEvents(w http.ResponseWriter, r *http.Request) error {
	query, err := parameters(r, "status", "limit", "after")
	if err != nil {
		return err
	}
	status := query.Get("status")
	if status != "pending" && status != "delivered" && status != "dead" {
		return badParameter("status", "it is pending, delivered or dead")
	}
	limit, err := number(query, "limit", 50, 1, maxPage)
	if err != nil {
		return err
	}
	var after cursor
	if text := query.Get("after"); text != "" {
		var ok bool
		if after, ok = parseCursor(text); !ok || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return badParameter("after", "take it from the next of the page before")
		}
	}
	list, err := s.store.eventsWith(r.Context(), status, after, limit+1)
	if err != nil {
		return err
	}
	page := struct {
		Events []event `json:"events"`
		Next   string  `json:"next,omitempty"`
	}{Events: list}
	if len(list) > limit {
		page.Events = list[:limit]
		last := list[limit-1]
		query.Set("after", cursor{last.Sequence, last.ID}.String())
		page.Next = "/events?" + query.Encode()
	}
	return answer(w, http.StatusOK, "application/json", page)
}

// postRetry has a dead event delivered after all.
func (s *service) postRetry(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("event")
	if !utf8.ValidString(id) || strings.ContainsRune(id, 0) {
		return &problem{Status: http.StatusNotFound, Detail: "There is no such event."}
	}
	revived, err := s.store.revive(r.Context(), id)
	if err != nil {
		return err
	}
	if !revived {
		return &problem{Status: http.StatusNotFound, Detail: "No dead event has the id " + strconv.Quote(id) + ": GET /events?status=dead lists them."}
	}
	s.requestDelivery()
	w.WriteHeader(http.StatusNoContent)
	return nil
}
