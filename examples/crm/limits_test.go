package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// A client that sends its body slowly keeps no place: others are served meanwhile.
func TestSlowBodies(t *testing.T) {
	s := start(t, append(append(sqliteFlags(t), fixed...), "-seed", "5", "-requests", "1")...)
	var slow []slowPost
	for range maxBodies {
		slow = append(slow, s.postSlowly(t))
	}
	s.expect(t, "GET", "/models", "", 200)
	s.expect(t, "GET", "/healthz", "", 200)
	s.expect(t, "GET", "/leads/lead-0001/scores", "", 200)
	s.expect(t, "GET", "/metrics", "", 200, `"requests_in_flight": 0`, fmt.Sprintf(`"bodies_in_flight": %d`, maxBodies))
	// The bodies take memory, and so have a limit of their own.
	s.expect(t, "POST", "/interactions/EmailOpened", opened("e0", "contact-0001"), 503, "Too many requests")
	for i, p := range slow {
		if status := p.finish(t, opened(fmt.Sprint("e", i), "contact-0001")); status != 201 {
			t.Errorf("the slow request %d was answered %d", i, status)
		}
	}
	s.expect(t, "POST", "/interactions/EmailOpened", opened("e0", "contact-0001"), 200)
	s.expect(t, "GET", "/metrics", "", 200, `"bodies_in_flight": 0`)
}

// hold keeps every other client from changing interactions, until it is called back.
func hold(t *testing.T, flags []string) (release func()) {
	t.Helper()
	db := openStore(t, flags)
	tx, err := db.write.BeginTx(t.Context(), nil) // which takes the lock of SQLite
	if err != nil {
		t.Fatal(err)
	}
	if db.isPostgres() {
		if _, err := tx.Exec("LOCK TABLE interaction IN EXCLUSIVE MODE"); err != nil {
			t.Fatal(err)
		}
	}
	release = sync.OnceFunc(func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(release)
	return release
}

// No more requests than there are places are served at once. Operators get an answer
// all the same.
func TestLimits(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "5")
		s := start(t, append(flags, "-requests", "2")...)
		eventually(t, "the leads are scored", func() bool { return strings.Contains(s.log.String(), "scored all leads") })
		release := hold(t, flags)
		var waiting sync.WaitGroup
		for i := range 2 {
			waiting.Go(func() {
				s.expect(t, "POST", "/interactions/EmailOpened", opened(fmt.Sprint("e", i), "contact-0001"), 201)
			})
		}
		eventually(t, "both places are taken", func() bool {
			_, metrics := s.call(t, "GET", "/metrics", "")
			return strings.Contains(metrics, `"requests_in_flight": 2`)
		})
		response, err := http.Get(s.url + "/models")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != 503 || response.Header.Get("Retry-After") == "" {
			t.Errorf("a third request was answered %v", response)
		}
		s.expect(t, "GET", "/metrics", "", 200, `"requests GET /models 503": 1`, "memstats")
		release()
		waiting.Wait()
		s.expect(t, "GET", "/models", "", 200)
		s.stop(t)

		s = start(t, append(flags, "-timeout", "1ns")...)
		s.expect(t, "GET", "/models/Buyers/leads", "", 503, "too long")
		s.expect(t, "GET", "/leads/lead-0001/scores", "", 503, "too long")
		s.expect(t, "GET", "/models/Buyers/leads.csv", "", 200) // an export has its own time
	})
}
