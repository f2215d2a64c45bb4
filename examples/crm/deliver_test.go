package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A receiver takes events, and knows which ones it has had.
type receiver struct {
	mu       sync.Mutex
	secret   string
	answer   func(id string, attempt int) (status int, retryAfter string) // nil: always 204
	bodies   map[string]string                                            // by key
	order    []string                                                     // keys, as they came first
	attempts map[string][]time.Time                                       // by key
	wrong    []string                                                     // what is wrong with requests
}

func newReceiver(secret string) *receiver {
	return &receiver{secret: secret, bodies: map[string]string{}, attempts: map[string][]time.Time{}}
}

// ServeHTTP checks a request as the specification of Standard Webhooks asks receivers to.
func (rc *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	rc.mu.Lock()
	defer rc.mu.Unlock()
	wrong := func(format string, args ...any) { rc.wrong = append(rc.wrong, fmt.Sprintf(format, args...)) }
	id, timestamp := r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp")
	if err != nil || id == "" || id != r.Header.Get("Idempotency-Key") {
		wrong("a request with the headers %v: %v", r.Header, err)
		return
	}
	if at, err := strconv.ParseInt(timestamp, 10, 64); err != nil || time.Since(time.Unix(at, 0)).Abs() > 5*time.Minute {
		wrong("%s: the timestamp is %q", id, timestamp)
	}
	h := hmac.New(sha256.New, []byte(rc.secret))
	h.Write([]byte(id + "." + timestamp + "." + string(body)))
	if want := "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil)); !slices.Contains(strings.Fields(r.Header.Get("webhook-signature")), want) {
		wrong("%s: the signature is %q", id, r.Header.Get("webhook-signature"))
	}
	var m message
	if err := json.Unmarshal(body, &m); err != nil || m.ID != id {
		wrong("%s: the body is %s: %v", id, body, err)
	}
	rc.attempts[id] = append(rc.attempts[id], time.Now())
	status, retryAfter := 204, ""
	if rc.answer != nil {
		status, retryAfter = rc.answer(id, len(rc.attempts[id]))
	}
	if status < 300 {
		if had, ok := rc.bodies[id]; ok && had != string(body) {
			wrong("%s: the body was %s and is %s", id, had, body)
		} else if !ok {
			rc.order = append(rc.order, id)
		}
		rc.bodies[id] = string(body)
	}
	if retryAfter != "" {
		w.Header().Set("Retry-After", retryAfter)
	}
	w.WriteHeader(status)
	io.WriteString(w, strings.Repeat("é", 300))
}

// RoundTrip has a client call the receiver without a network.
func (rc *receiver) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	rc.ServeHTTP(w, r)
	if w.Code == 599 {
		return nil, errors.New("the network is down")
	}
	return w.Result(), nil
}

const testSecret = "0123456789abcdef0123456789abcdef"

// deliveries runs a test in a bubble with a clock of its own, with a service that has
// some events of three leads and delivers them to a receiver.
func deliveries(t *testing.T, test func(t *testing.T, s *service, rc *receiver)) {
	synctest.Test(t, func(t *testing.T) {
		flags := append([]string{"-db", filepath.Join(t.TempDir(), "crm.db"), "-seed", "0"}, fixed...)
		c, err := parseFlags(flags, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		db, err := c.open()
		if err != nil {
			t.Fatal(err)
		}
		defer db.close()
		s, err := newService(t.Context(), c, newLogger(&log{}), db)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 6 { // two events of each lead
			id := fmt.Sprintf("evt_%d", n)
			if _, err := db.write.Exec("INSERT INTO event (id, scoring, lead_id, kind, subject, body, as_of) VALUES ($1, $2, $3, $4, 'M', $5, $6)",
				id, n, fmt.Sprintf("lead-%d", n%3), becameReady, fmt.Sprintf(`{"id":%q}`, id), s.now()); err != nil {
				t.Fatal(err)
			}
		}
		rc := newReceiver(testSecret)
		s.webhook = &webhook{url: "https://crm.example.com/hook", secrets: [][]byte{[]byte("an older secret"), []byte(testSecret)}, client: newDeliverClient(rc)}
		test(t, s, rc)
		for _, wrong := range rc.wrong {
			t.Error(wrong)
		}
	})
}

// deliverFor delivers for a while.
func (s *service) deliverFor(t *testing.T, d time.Duration) {
	t.Helper()
	done := make(chan struct{})
	ctx, cancel := contextWithTimeout(t, d)
	defer cancel()
	go func() {
		defer close(done)
		s.deliver(ctx)
	}()
	<-done
}

// Events that fail come again, with the same key and body, after pauses that double up
// to an hour, and do not overtake those of the same lead.
func TestDeliveryRetries(t *testing.T) {
	deliveries(t, func(t *testing.T, s *service, rc *receiver) {
		rc.answer = func(id string, attempt int) (int, string) {
			switch {
			case id == "evt_0" && attempt <= 5:
				return []int{599, 500, 404, 302, 429}[attempt-1], ""
			case id == "evt_1" && attempt == 1:
				return 503, "120"
			}
			return 200, ""
		}
		s.deliverFor(t, 30*time.Minute)
		if len(rc.order) != 6 {
			t.Fatalf("%v were delivered", rc.order)
		}
		for lead := range 3 {
			first, second := fmt.Sprintf("evt_%d", lead), fmt.Sprintf("evt_%d", lead+3)
			if slices.Index(rc.order, first) > slices.Index(rc.order, second) || rc.attempts[second][0].Before(rc.attempts[first][len(rc.attempts[first])-1]) {
				t.Errorf("%s overtakes %s: %v", second, first, rc.attempts)
			}
		}
		if n := len(rc.attempts["evt_2"]); n != 1 || rc.order[0] != "evt_2" && rc.order[1] != "evt_2" {
			t.Errorf("an event that does not fail has %d attempts, and they came as %v", n, rc.order)
		}
		times := rc.attempts["evt_0"]
		if len(times) != 6 {
			t.Fatalf("%d attempts", len(times))
		}
		for i := 1; i < len(times); i++ {
			pause, most := times[i].Sub(times[i-1]), firstPause<<(i-1)
			if pause < most/2 || pause > most+time.Second {
				t.Errorf("the pause %d is %v; at most it is %v", i, pause, most)
			}
		}
		if pause := rc.attempts["evt_1"][1].Sub(rc.attempts["evt_1"][0]); pause < 2*time.Minute || pause > 3*time.Minute {
			t.Errorf("the receiver asked for 2 minutes, and the pause is %v", pause)
		}
	})
}

// An event that fails too often is dead: it is listed, keeps nothing back, and comes
// again when somebody asks for it.
func TestDeadLetters(t *testing.T) {
	deliveries(t, func(t *testing.T, s *service, rc *receiver) {
		broken := true
		rc.answer = func(id string, _ int) (int, string) {
			if broken && id == "evt_0" {
				return 500, ""
			}
			return 204, ""
		}
		s.deliverFor(t, 24*time.Hour)
		dead, err := s.store.eventsWith(t.Context(), "dead", cursor{}, 10)
		if err != nil || len(dead) != 1 || dead[0].ID != "evt_0" || dead[0].Attempts != maxAttempts || len(rc.attempts["evt_0"]) != maxAttempts || !strings.Contains(dead[0].Error, "500") {
			t.Fatalf("%v, %v, %d attempts", dead, err, len(rc.attempts["evt_0"]))
		}
		if !slices.Contains(rc.order, "evt_3") {
			t.Error("a dead event keeps back the next one of the lead")
		}
		call := func(method, path string) (int, string) {
			w := httptest.NewRecorder()
			s.routes(time.Minute).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
			return w.Code, w.Body.String()
		}
		if status, text := call("GET", "/events?status=dead"); status != 200 || !strings.Contains(text, `"id": "evt_0"`) || strings.Contains(text, "evt_1") {
			t.Errorf("%d %s", status, text)
		}
		if status, text := call("GET", "/events?status=delivered&limit=2"); status != 200 || !strings.Contains(text, `"next": "/events?after=2%2Cevt_2`) {
			t.Errorf("%d %s", status, text)
		}
		if status, text := call("GET", "/events?status=delivered&limit=9&after=2,evt_2"); status != 200 || strings.Count(text, `"id"`) != 3 {
			t.Errorf("%d %s", status, text)
		}
		for path, want := range map[string]int{"/events": 400, "/events?status=x": 400, "/events?status=dead&after=x": 400} {
			if status, text := call("GET", path); status != want {
				t.Errorf("%s: %d %s", path, status, text)
			}
		}
		broken = false
		for _, test := range []struct {
			id     string
			status int
		}{{"evt_1", 404}, {"x", 404}, {"%00", 404}, {"evt_0", 204}, {"evt_0", 404}} {
			if status, text := call("POST", "/events/"+test.id+"/retry"); status != test.status {
				t.Errorf("%s: %d %s", test.id, status, text)
			}
		}
		s.deliverFor(t, time.Minute)
		if rc.order[len(rc.order)-1] != "evt_0" || len(rc.order) != 6 {
			t.Errorf("%v were delivered", rc.order)
		}
	})
}

// An event whose delivery was not noted comes again after a while, and a clock that is
// set back by a year keeps nothing waiting.
func TestDeliveryAfterCrashAndClockChange(t *testing.T) {
	deliveries(t, func(t *testing.T, s *service, rc *receiver) {
		now := time.Now()
		taken, err := s.store.takeEvents(t.Context(), now.UnixMicro(), now.Add(deliverLease).UnixMicro(), now.Add(2*longestPause).UnixMicro(), deliverAtOnce)
		if err != nil || len(taken) != 3 {
			t.Fatalf("%v, %v", taken, err)
		}
		again, err := s.store.takeEvents(t.Context(), now.UnixMicro(), now.Add(deliverLease).UnixMicro(), now.Add(2*longestPause).UnixMicro(), deliverAtOnce)
		if err != nil || len(again) != 0 {
			t.Errorf("two take the same events: %v, %v", again, err)
		}
		s.deliverFor(t, deliverLease-time.Second)
		if len(rc.order) != 0 {
			t.Errorf("%v are delivered while another one has them", rc.order)
		}
		s.deliverFor(t, time.Minute)
		if len(rc.order) != 6 {
			t.Errorf("%v were delivered", rc.order)
		}
	})
	deliveries(t, func(t *testing.T, s *service, rc *receiver) {
		if _, err := s.store.write.Exec("UPDATE event SET due = $1", time.Now().AddDate(1, 0, 0).UnixMicro()); err != nil {
			t.Fatal(err)
		}
		s.deliverFor(t, time.Minute)
		if len(rc.order) != 6 {
			t.Errorf("%v were delivered", rc.order)
		}
	})
}

func TestWebhookFlags(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	for _, test := range []struct{ address, secret, want string }{
		{"https://crm.example.com/x", testSecret, ""},
		{"http://localhost:9000/x", testSecret + "\nwhsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n", ""},
		{"http://127.0.0.1/x", testSecret, ""},
		{"http://crm.example.com/x", testSecret, "personal data"},
		{"ftp://crm.example.com/x", testSecret, "write an address"},
		{"https://ada:secret@crm.example.com/x", testSecret, "without a user"},
		{"crm.example.com", testSecret, "write an address"},
		{"https://crm.example.com/x", "short", "at least 24 bytes"},
		{"https://crm.example.com/x", "whsec_!", "base64"},
		{"https://crm.example.com/x", "\n", "no secret"},
		{"", testSecret, "needs -webhook"},
	} {
		if err := os.WriteFile(file, []byte(test.secret), 0o600); err != nil {
			t.Fatal(err)
		}
		w, err := newWebhook(test.address, file)
		if test.want == "" && (err != nil || len(w.secrets) == 0) || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret@")) {
			t.Errorf("%s, %q: %v", test.address, test.secret, err)
		}
	}
	if w, err := newWebhook("", ""); w != nil || err != nil {
		t.Errorf("%v, %v", w, err)
	}
}

// The signature is that of the example of the Standard Webhooks specification.
func TestSignature(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := newWebhook("https://crm.example.com", file)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", `{"test": 2432232314}`); got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Error(got)
	}
}

func contextWithTimeout(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), d)
}
