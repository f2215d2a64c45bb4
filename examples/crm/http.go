package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"expvar"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/registry"
)

// A problem is an error with the answer to the client: the problem details of
// RFC 9457.
type problem struct {
	Title       string                `json:"title"` // the status in words
	Status      int                   `json:"status"`
	Detail      string                `json:"detail,omitempty"`
	Errors      []fieldProblem        `json:"errors,omitempty"`
	Reasons     registry.Reasons      `json:"reasons,omitempty"`     // why a step with rules was refused
	Diagnostics leadscore.Diagnostics `json:"diagnostics,omitempty"` // of rules, with how to fix them
	retryAfter  int                   // seconds, for the status 503; 0 means 1
}

func (p *problem) Error() string { return p.Detail }

// problemOf returns the answer to the client for an error. Details that the client
// does not need are only in the log.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if r, ok := errors.AsType[*registry.RefusedError](err); ok {
		return refusal(r)
	}
	switch {
	case errors.Is(err, leadscore.ErrNoLead):
		return &problem{Status: http.StatusNotFound, Detail: "The lead does not exist."}
	case errors.Is(err, registry.ErrUnknown):
		return &problem{Status: http.StatusNotFound, Detail: sentence(err)}
	case errors.Is(err, registry.ErrConflict):
		return &problem{Status: http.StatusConflict, Detail: sentence(err)}
	case errors.Is(err, registry.ErrInvalid):
		return &problem{Status: http.StatusUnprocessableEntity, Detail: sentence(err)}
	case errors.Is(err, context.Canceled):
		return &problem{Status: 499, Detail: "The client has gone."} // only for the log: the client does not read it
	case errors.Is(err, context.DeadlineExceeded):
		return &problem{Status: http.StatusServiceUnavailable, Detail: "The request took too long. Try again later."}
	case isOutage(err):
		return &problem{Status: http.StatusServiceUnavailable, Detail: "The database cannot serve the request. Try again later.", retryAfter: 5}
	}
	return &problem{Status: http.StatusInternalServerError, Detail: "The reason is in the log."}
}

// refusal returns the answer for a step with rules that was refused.
func refusal(r *registry.RefusedError) *problem {
	p := &problem{Status: http.StatusUnprocessableEntity, Detail: "The rules were refused; the old rules stay in use.", Reasons: r.Reasons}
	if r.Report != nil {
		p.Diagnostics = r.Report.Rules
		for _, test := range r.Report.Tests {
			p.Diagnostics = append(p.Diagnostics, test.Failures...)
		}
	}
	for _, reason := range r.Reasons {
		if reason.Kind == registry.KindProgram {
			p.Detail = "The rules need something that the database does not have; the old rules stay in use."
			p.Errors = append(p.Errors, fieldProblem{Field: reason.Subject, Detail: reason.Message})
		}
	}
	return p
}

// sentence returns the message of package registry as a sentence.
func sentence(err error) string {
	text := strings.TrimPrefix(err.Error(), "registry: ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// answer writes an indented JSON body.
func answer(w http.ResponseWriter, status int, contentType string, body any) error {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(body)
}

func answerProblem(w http.ResponseWriter, p *problem) {
	p.Title = http.StatusText(p.Status)
	w.Header().Del("Content-Disposition")
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(max(p.retryAfter, 1)))
	}
	_ = answer(w, p.Status, "application/problem+json", p) // the client may be gone
}

// A handler answers a request, or returns an error before it has written anything.
type handler func(w http.ResponseWriter, r *http.Request) error

// limits bound the requests of a pattern.
type limits struct {
	timeout time.Duration
	places  chan struct{} // one for each that is being answered
	bodies  chan struct{} // one for each whose body is being read
	body    int64         // bytes of a body
}

// handle serves a pattern. It reads the body before it takes a place, so that a client
// that sends slowly keeps none. It limits the time and the number of requests, logs
// each request, and counts it in the metrics.
func (s *service) handle(mux *http.ServeMux, pattern string, l limits, h handler) {
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		seen := &observer{ResponseWriter: w}
		err := l.readBody(w, r)
		ctx, cancel := context.WithTimeout(r.Context(), l.timeout)
		defer cancel()
		r = r.WithContext(ctx)
		// A client that reads slowly must not keep a place for longer.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(l.timeout + time.Second))
		if err == nil {
			err = within(l.places, h, seen, r)
		}
		if err != nil && ctx.Err() != nil {
			err = errors.Join(err, ctx.Err()) // drivers return errors of their own for it
		}
		if err != nil && seen.status == 0 {
			answerProblem(seen, problemOf(err))
		}
		took := time.Since(began)
		label := fmt.Sprintf("%s %d", pattern, seen.status)
		s.metrics.Add("requests "+label, 1)
		s.metrics.AddFloat("request_seconds "+label, took.Seconds())
		s.logRequest(r, seen, took, err)
		if seen.broken(err) {
			panic(http.ErrAbortHandler) // so that the client notices that the rest is missing
		}
	})
}

// readBody replaces the body of a POST by one in memory. The bodies that are being
// read have a limit of their own, because each takes memory.
func (l limits) readBody(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodPost {
		return nil
	}
	if !take(l.bodies) {
		return errBusy()
	}
	defer func() { <-l.bodies }()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, l.body))
	if err != nil {
		return unread(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// unread returns the answer for a body that could not be read. The cause is always
// on the client's side.
func unread(err error) error {
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &problem{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("A body has at most %d bytes.", large.Limit)}
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &problem{Status: http.StatusRequestTimeout, Detail: "The body did not come in time."}
	}
	return &problem{Status: http.StatusBadRequest, Detail: "The body cannot be read: " + err.Error() + "."}
}

// take takes a place, and reports whether there was one.
func take(places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	default:
		return false
	}
}

func errBusy() error {
	return &problem{Status: http.StatusServiceUnavailable, Detail: "Too many requests at once. Try again later."}
}

// within runs h if there is a place for one more request. It turns a panic into an error.
func within(places chan struct{}, h handler, w http.ResponseWriter, r *http.Request) (err error) {
	if !take(places) {
		return errBusy()
	}
	defer func() { <-places }()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return h(w, r)
}

func (s *service) logRequest(r *http.Request, seen *observer, took time.Duration, err error) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", seen.status),
		slog.Int64("bytes", seen.bytes), slog.Float64("seconds", took.Seconds()), slog.String("remote", r.RemoteAddr),
	}
	if err != nil {
		attrs = append(attrs, slog.Any("error", err))
		if seen.status >= 500 || seen.broken(err) {
			level = slog.LevelError
		}
	}
	s.log.LogAttrs(r.Context(), level, "request", attrs...)
}

// An observer records the status and the size of an answer.
type observer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (o *observer) WriteHeader(status int) {
	if o.status == 0 {
		o.status = status
	}
	o.ResponseWriter.WriteHeader(status)
}

func (o *observer) Write(b []byte) (int, error) {
	if o.status == 0 {
		o.status = http.StatusOK
	}
	n, err := o.ResponseWriter.Write(b)
	o.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (o *observer) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// broken reports whether an error came after a successful answer had begun.
func (o *observer) broken(err error) bool { return err != nil && o.status == http.StatusOK }

// withProblems turns the mux's own answers, for unknown paths and methods, into
// problems.
func withProblems(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		said := &silent{header: w.Header()}
		h.ServeHTTP(said, r)
		answerProblem(w, &problem{Status: said.status, Detail: "The README lists what the service offers."})
	})
}

// A silent writer keeps the headers and the status and discards the body.
type silent struct {
	header http.Header
	status int
}

func (s *silent) Header() http.Header         { return s.header }
func (s *silent) WriteHeader(status int)      { s.status = status }
func (s *silent) Write(b []byte) (int, error) { return len(b), nil }

// newMetrics returns the variables of GET /metrics. They are not published, because
// published variables belong to the whole program, and tests run several services
// in one program.
func (s *service) newMetrics() *expvar.Map {
	m := new(expvar.Map)
	m.Set("requests_in_flight", expvar.Func(func() any { return len(s.places) + len(s.exports) + len(s.reloads) }))
	m.Set("bodies_in_flight", expvar.Func(func() any { return len(s.bodies) + len(s.drafts) }))
	m.Set("memstats", expvar.Get("memstats"))
	return m
}

// getMetrics is answered even when the service is busy.
func (s *service) getMetrics(w http.ResponseWriter, _ *http.Request) {
	_ = answer(w, http.StatusOK, "application/json", json.RawMessage(s.metrics.String()))
}
