package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
)

// clockService returns a service with a clock that the test sets.
func clockService(t *testing.T, flags []string, db *store) (s *service, clock *time.Time) {
	t.Helper()
	s = newTestService(t, flags, db)
	now := s.now()
	clock = &now
	s.now = func() time.Time { return now }
	return s, clock
}

// freshScores returns what table score should hold: a scoring from nothing, as of now.
func freshScores(t *testing.T, s *service) map[string]string {
	t.Helper()
	live, scores := s.registry.Live(), map[string]string{}
	for r, err := range live.Set.ScoreAll(t.Context(), dataOf(live).Leads(t.Context()), dataOf(live), leadscore.AsOf(s.now())) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range r.Results {
			if r.Status == leadscore.Scored {
				scores[r.Model+" "+r.Lead] = fmt.Sprint(r.Score, r.Grade, r.SalesReady)
			}
		}
	}
	return scores
}

func expectFresh(t *testing.T, s *service, db *store, when string) {
	t.Helper()
	got, want := storedScores(t, db), freshScores(t, s)
	for k, score := range want {
		if got[k] != score {
			t.Errorf("%s, at %v: %s has the score %q, and %q is stored", when, s.now(), k, score, got[k])
		}
	}
	if len(got) != len(want) || len(want) == 0 {
		t.Errorf("%s, at %v: %d scores are stored instead of %d", when, s.now(), len(got), len(want))
	}
}

// leadsVariable says how many leads TestSchedule has.
const leadsVariable = "LEADSCORE_LEADS"

// TestSchedule runs the scheduler for some days, and compares the stored scores with
// those of a scoring from nothing at every hour and at random instants. It scores less
// than a hundredth of the leads that scoring all every hour would score.
func TestSchedule(t *testing.T) {
	leads, days := "200", 3
	if text := os.Getenv(leadsVariable); text != "" {
		leads = text
	}
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", leads)
		db := openStore(t, flags)
		s, clock := clockService(t, flags, db)
		begin := *clock
		scored, rand := 0, rand.New(rand.NewPCG(7, 8))
		for hour := range 24 * days {
			for _, at := range []time.Duration{0, time.Duration(rand.Int64N(int64(time.Hour)))} {
				*clock = begin.Add(time.Duration(hour)*time.Hour + at).Truncate(time.Microsecond)
				n, err := s.scoreDue(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				scored += n
				if hour%6 == 0 || at > 0 && hour%6 == 3 {
					expectFresh(t, s, db, "after the scheduler")
				}
			}
		}
		hourly := 24 * days * must(strconv.Atoi(leads))
		t.Logf("%d leads were scored in %d days; scoring all every hour would score %d, %.0f times as many", scored, days, hourly, float64(hourly)/float64(scored))
		if scored == 0 || scored*100 >= hourly {
			t.Errorf("%d of %d", scored, hourly)
		}
	})
}

// The schedule is in the database: after a restart the scheduler goes on, and scores
// what has changed meanwhile, and no more.
func TestScheduleSurvivesRestart(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "60")
		db := openStore(t, flags)
		s, _ := clockService(t, flags, db)
		if err := s.scoreAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		again, clock := clockService(t, flags, db)
		if !again.isScored(t.Context()) {
			t.Error("a restart would score all leads")
		}
		if n, err := again.scoreDue(t.Context()); n != 0 || err != nil {
			t.Errorf("%d are scored at the same instant, %v", n, err)
		}
		*clock = clock.AddDate(0, 0, 10)
		n, err := again.scoreDue(t.Context())
		if err != nil || n == 0 || n > 40 {
			t.Errorf("%d are scored after 10 days, %v", n, err)
		}
		expectFresh(t, again, db, "after a restart")
	})
}

// A clock that jumps to and fro leaves the scores of the time that it shows.
func TestScheduleAndClockChange(t *testing.T) {
	flags := append(append(sqliteFlags(t), fixed...), "-seed", "60")
	db := openStore(t, flags)
	s, clock := clockService(t, flags, db)
	rand := rand.New(rand.NewPCG(9, 10))
	for range 20 {
		*clock = clock.Add(time.Duration(rand.Int64N(int64(40*24*time.Hour))) - 20*24*time.Hour).Truncate(time.Microsecond)
		if _, err := s.scoreDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		expectFresh(t, s, db, "after the clock was set")
	}
}

// What a crash leaves unscored is scored without another post: the interaction names the
// leads to score.
func TestTodoAfterCrash(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "10")
		db := openStore(t, flags)
		s := newTestService(t, flags, db)
		i, err := parseInteraction(s.registry.Live().Set.Schema(), "FormSubmitted", []byte(`{"id":"q","Contact":"contact-0001","Timestamp":"2026-05-31T10:00:00Z","FormName":"Quote"}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := db.addInteraction(t.Context(), i); err != nil { // and the service is killed
			t.Fatal(err)
		}
		if n, err := s.scoreDue(t.Context()); n != 0 || err != nil {
			t.Errorf("%d are scored while the request may do it, %v", n, err)
		}
		if _, err := db.write.Exec("UPDATE todo SET since = since - $1", 2*patience.Microseconds()); err != nil {
			t.Fatal(err)
		}
		if n, err := s.scoreDue(t.Context()); n == 0 || err != nil {
			t.Errorf("%d are scored, %v", n, err)
		}
		expectFresh(t, s, db, "after the crash")
		if n, err := s.scoreDue(t.Context()); n != 0 || err != nil {
			t.Errorf("%d are scored again, %v", n, err)
		}
	})
}

// A lead that cannot be scored is tried again later, and keeps nobody busy.
func TestScheduleOfBrokenLead(t *testing.T) {
	flags := append(append(sqliteFlags(t), fixed...), "-seed", "10")
	db := openStore(t, flags)
	s, clock := clockService(t, flags, db)
	var broken, contact string
	row := db.read.QueryRow("SELECT id, parent_contact_id FROM lead WHERE parent_contact_id IS NOT NULL ORDER BY id LIMIT 1")
	if err := row.Scan(&broken, &contact); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"INSERT INTO account (id, number_of_employees) VALUES ('bad', 'many')",
		"UPDATE contact SET parent_account_id = 'bad' WHERE id = '" + contact + "'",
		"UPDATE scored SET due = 0 WHERE lead_id IN ('" + broken + "', 'lead-0010')",
		"INSERT INTO todo (lead_id, scoring, since) VALUES ('" + broken + "', 1, 0), ('gone', 1, 0)",
	} {
		if _, err := db.write.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	n, err := s.scoreDue(ctx)
	if n != 1 || err != nil {
		t.Errorf("%d are scored, %v", n, err)
	}
	if due, err := db.dueLeads(ctx, s.now(), time.Now(), 10); len(due) > 0 || err != nil {
		t.Errorf("%v are due again at once, %v", due, err)
	}
	*clock = clock.Add(postponed)
	if due, err := db.dueLeads(ctx, s.now(), time.Now(), 10); len(due) != 1 || err != nil {
		t.Errorf("%v are due later, %v", due, err)
	}
}
