package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
)

// windowVariable has the service stop in a window: its name, a colon, and how often it
// goes through the window before.
const windowVariable = "CRM_TEST_WINDOW"

// windows are where the service is killed.
var windows = []string{
	"post, before the commit", "post, within the commit", "post, after the commit",
	"scores, before the commit", "scores, within the commit", "scores, after the commit",
	"delivery, before the event is sent", "delivery, after the event is sent",
	"delivery, before the commit", "delivery, within the commit", "delivery, after the commit",
	"publication, before the commit", "publication, within the commit", "publication, after the commit",
}

// stopInWindow has the service tell on standard error when it is in the window that the
// variable names, and wait there to be killed. Within a commit nothing can wait: the
// service tells right before, and goes on.
func stopInWindow() {
	name, times, ok := strings.Cut(os.Getenv(windowVariable), ":")
	if !ok {
		return
	}
	left, err := strconv.Atoi(times)
	if err != nil {
		panic(err)
	}
	var mu sync.Mutex
	mark = func(window string) {
		mu.Lock()
		if window != name || left < 0 {
			mu.Unlock()
			return
		}
		left--
		reached := left < 0
		mu.Unlock()
		if !reached {
			return
		}
		fmt.Fprintf(os.Stderr, "{\"msg\":\"window\",\"address\":%q}\n", window)
		if !strings.Contains(window, "within") {
			select {}
		}
	}
}

// startInWindow starts a service that stops in a window. Reached is closed when it is there.
func startInWindow(t *testing.T, window string, times int, flags ...string) (p process, reached chan struct{}) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, append([]string{"-addr", "127.0.0.1:0"}, flags...)...)
	c.Env = append(os.Environ(), serveVariable+"=1", fmt.Sprintf("%s=%s:%d", windowVariable, window, times))
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	serving, reached := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(serving)
		lines := bufio.NewScanner(said)
		for lines.Scan() {
			var line struct{ Msg, Address string }
			if json.Unmarshal(lines.Bytes(), &line) != nil {
				continue
			}
			switch line.Msg {
			case "serving":
				serving <- line.Address
			case "window":
				close(reached)
			}
		}
		_, _ = io.Copy(io.Discard, said)
	}()
	p = process{command: c}
	select {
	case address := <-serving:
		p.url = "http://" + address
	case <-reached: // at the start
	}
	return p, reached
}

// TestKillInWindows kills the service where it matters: before, within and after the
// commits of a post, of scores, of a delivery and of a publication. Nothing that was
// acknowledged is lost; each event is delivered with its key, and none is lost; and the
// scores after a restart are those of a scoring from nothing.
func TestKillInWindows(t *testing.T) {
	kills := len(windows)
	if text := os.Getenv(killsVariable); text != "" {
		kills = max(must(strconv.Atoi(text)), kills)
	}
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		const contacts = 20
		rc := newReceiver(testSecret)
		hook := httptest.NewServer(rc)
		t.Cleanup(hook.Close)
		secret := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(secret, []byte(testSecret), 0o600); err != nil {
			t.Fatal(err)
		}
		flags := append(append(open(t), fixed...), "-seed", strconv.Itoa(contacts), "-webhook", hook.URL, "-webhook-secret-file", secret)
		clients := newClients(4, contacts)
		author := &publisher{}
		moments := rand.New(rand.NewPCG(5, 6))
		killed := map[string]int{}
		for kill := range kills {
			window := windows[kill%len(windows)]
			p, reached := startInWindow(t, window, moments.IntN(3), flags...)
			var all sync.WaitGroup
			if p.url != "" {
				for _, c := range clients {
					all.Go(func() {
						if err := c.post(p.url, func() bool { return false }, 503); err != nil {
							t.Error(err)
						}
					})
				}
				all.Go(func() {
					if err := author.publish(p.url); err != nil {
						t.Error(err)
					}
				})
			}
			select {
			case <-reached:
				killed[window]++
			case <-time.After(10 * time.Second):
				killed["elsewhere, as "+window+" was not reached"]++
			}
			if strings.Contains(window, "within") {
				time.Sleep(time.Duration(moments.IntN(2000)) * time.Microsecond)
			}
			p.kill(t)
			all.Wait()
			author.check(t, flags)
			if checkAfterKill(t, flags, clients, rc); t.Failed() {
				t.Fatalf("after a kill in the window %q", window)
			}
		}
		for _, window := range windows {
			if killed[window] == 0 {
				t.Errorf("the window %q was never reached", window)
			}
		}
		for window, n := range killed {
			t.Logf("%3d kills: %s", n, window)
		}

		// What is in doubt is posted again, and everything pending is delivered.
		db := openStore(t, flags)
		p := startProcess(t, flags...)
		settle(t, p.url, clients)
		eventually(t, "all events are delivered", func() bool {
			left := must(db.eventsWith(t.Context(), "pending", cursor{}, 1))
			return len(left) == 0
		})
		p.kill(t)
		checkAfterKill(t, flags, clients, rc)
		list := allEvents(t, db)
		again := 0
		rc.mu.Lock()
		defer rc.mu.Unlock()
		for _, e := range list {
			if body, ok := rc.bodies[e.ID]; !ok || body != e.body {
				t.Errorf("the event %s is not delivered as it is: %q", e.ID, body)
			}
			again += len(rc.attempts[e.ID]) - 1
		}
		t.Logf("%d events were delivered, %d of them again; %d posts were acknowledged", len(list), again, answered(clients, 200)+answered(clients, 201))
		if len(list) == 0 {
			t.Error("there is no event")
		}
	})
}

// checkAfterKill checks what has to hold after every kill.
func checkAfterKill(t *testing.T, flags []string, clients []*client, rc *receiver) {
	t.Helper()
	db := openStore(t, flags)
	defer db.close()
	checkAcknowledged(t, db, clients)
	checkEvents(t, db)
	if _, err := db.write.Exec("UPDATE event SET due = 0 WHERE status = 'pending'"); err != nil { // as if a minute had passed
		t.Fatal(err)
	}
	rc.mu.Lock()
	for _, wrong := range rc.wrong {
		t.Error(wrong)
	}
	known := map[string]event{}
	for _, e := range allEvents(t, db) {
		known[e.ID] = e
		if _, ok := rc.bodies[e.ID]; e.Status == "delivered" && !ok {
			t.Errorf("%s is noted as delivered, and did not arrive", e.ID)
		}
	}
	for id := range rc.attempts {
		if _, ok := known[id]; !ok {
			t.Errorf("%s was delivered and is not stored", id)
		}
	}
	rc.mu.Unlock()

	// A restart scores all leads: as they would be from nothing.
	s := newTestService(t, flags, db)
	if err := s.scoreAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkEvents(t, db)
	got := storedScores(t, db)
	live := s.registry.Live()
	want := 0
	for id, err := range dataOf(live).Leads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		scores, err := live.Set.Score(t.Context(), id, dataOf(live), leadscore.AsOf(s.now()))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range scores.Results {
			if r.Status != leadscore.Scored {
				continue
			}
			want++
			if score := fmt.Sprint(r.Score, r.Grade, r.SalesReady); got[r.Model+" "+id] != score {
				t.Errorf("%s has the score %s by %s, and %s is stored", id, score, r.Model, got[r.Model+" "+id])
			}
		}
	}
	if len(got) != want {
		t.Errorf("%d scores are stored instead of %d", len(got), want)
	}
}
