package main

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// The database is written at most once a second, however many ask, and they all get
// the answer of that time. One who goes away does not decide for the others.
func TestHealthIsChecked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h health
		writes := 0
		var result error
		write := func(ctx context.Context) error {
			writes++
			return errors.Join(result, ctx.Err())
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		ask := func(times int, want error) {
			t.Helper()
			var all sync.WaitGroup
			for range times {
				all.Go(func() {
					if err := h.check(gone, write); !errors.Is(err, want) || (err == nil) != (want == nil) {
						t.Errorf("%v instead of %v", err, want)
					}
				})
			}
			all.Wait()
		}
		full := errors.New("full")
		ask(20, nil)
		result = full
		ask(20, nil) // the last answer
		if writes != 1 {
			t.Errorf("%d writes within a second", writes)
		}
		time.Sleep(healthPeriod)
		ask(20, full)
		result = nil
		time.Sleep(healthPeriod)
		ask(1, nil)
		if writes != 3 {
			t.Errorf("%d writes after two more seconds", writes)
		}
	})
}

// The health of a service is that rows can be written to its database, and no row
// stays behind. A database that takes none is not healthy, though it can be read.
func TestHealth(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "5")
		db := openStore(t, flags)
		s := newTestService(t, flags, db)
		l := &log{}
		s.log = newLogger(l)
		rows := func() (n int) {
			if err := db.read.QueryRow("SELECT COUNT(*) FROM health").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		expectStatus(t, call(s, "GET", "/healthz", ""), 200)
		if n := rows(); n != 0 {
			t.Errorf("%d rows stay behind", n)
		}
		if db.isPostgres() { // the setting is that of a connection
			db.write.SetMaxOpenConns(1)
		}
		readOnly := map[bool][2]string{
			false: {"PRAGMA query_only = 1", "PRAGMA query_only = 0"},
			true:  {"SET default_transaction_read_only = on", "SET default_transaction_read_only = off"},
		}[db.isPostgres()]
		if _, err := db.write.Exec(readOnly[0]); err != nil {
			t.Fatal(err)
		}
		expectStatus(t, call(s, "GET", "/healthz", ""), 200) // the last answer
		s.health.checked = time.Time{}
		expectStatus(t, call(s, "GET", "/healthz", ""), 503)
		expectStatus(t, call(s, "GET", "/leads/lead-0001/scores", ""), 200)
		if !strings.Contains(l.String(), "the database cannot be written") {
			t.Errorf("the log does not say why: %s", l)
		}
		if _, err := db.write.Exec(readOnly[1]); err != nil {
			t.Fatal(err)
		}
		// What another service left behind goes.
		if _, err := db.write.Exec("INSERT INTO health (filler) VALUES ('from a service that was killed')"); err != nil {
			t.Fatal(err)
		}
		s.health.checked = time.Time{}
		expectStatus(t, call(s, "GET", "/healthz", ""), 200)
		if n := rows(); n != 0 {
			t.Errorf("%d rows stay behind", n)
		}
	})
}
