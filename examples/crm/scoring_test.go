package main

import (
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
)

// nextNumber returns the number of a scoring that begins now.
func nextNumber(t *testing.T, db *store) int64 {
	t.Helper()
	number, err := db.beginScoring(t.Context())
	if err != nil {
		t.Error(err)
	}
	return number
}

// Of two scorings of a lead the one with the higher number stays, in whatever order
// they are stored and whatever their clocks show, and with it which models have a
// score.
func TestNewerScoresStay(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		db := openStore(t, open(t))
		if _, err := db.seed(t.Context(), 1, time.Now()); err != nil {
			t.Fatal(err)
		}
		noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
		save := func(number int64, later time.Duration, scores map[string]int64) {
			t.Helper()
			result := leadscore.SetResult{Lead: "lead-0001"}
			for model, score := range scores {
				result.Results = append(result.Results, leadscore.Result{Model: model, Lead: "lead-0001", Status: leadscore.Scored, Score: score})
			}
			if err := db.saveScores(t.Context(), nil, []leadscore.SetResult{result}, noon.Add(later), number); err != nil {
				t.Fatal(err)
			}
		}
		expect := func(asOf time.Duration, want map[string]int64) {
			t.Helper()
			got := map[string]int64{}
			for _, model := range []string{"a", "b", "c"} {
				err := db.leads(t.Context(), model, sortings["lead"], cursor{}, 10, func(l lead) error {
					got[model] = l.Score
					if model == "b" && !l.AsOf.Equal(noon.Add(asOf)) {
						t.Errorf("the score is as of %v", l.AsOf)
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if !maps.Equal(got, want) {
				t.Errorf("got %v instead of %v", got, want)
			}
		}
		save(2, 0, map[string]int64{"a": 2, "b": 2})
		save(1, time.Second, map[string]int64{"a": 1, "c": 1})
		expect(0, map[string]int64{"a": 2, "b": 2}) // the later scoring has no score by c
		save(3, time.Hour, map[string]int64{"b": 3})
		expect(time.Hour, map[string]int64{"b": 3})
		save(4, -time.Hour, map[string]int64{"b": 4}) // the clock was set back
		expect(-time.Hour, map[string]int64{"b": 4})
		save(3, 24*time.Hour, map[string]int64{"b": 5, "c": 5})
		expect(-time.Hour, map[string]int64{"b": 4})
		if _, err := db.write.Exec("DELETE FROM lead"); err != nil {
			t.Fatal(err)
		}
		if err := db.dropOrphans(t.Context()); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := db.read.QueryRow("SELECT COUNT(*) FROM score").Scan(&left); err != nil || left != 0 {
			t.Errorf("%d scores of leads that are gone, %v", left, err)
		}
	})
}

// A scoring sees the interactions of all scorings with lower numbers, though many
// services store at the same time.
func TestNumbersFollowInteractions(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := open(t)
		if _, err := openStore(t, flags).seed(t.Context(), 1, time.Now()); err != nil {
			t.Fatal(err)
		}
		type scoring struct {
			number int64
			stored string          // the interaction
			seen   map[string]bool // when it has begun
		}
		var mu sync.Mutex
		var scorings []scoring
		var all sync.WaitGroup
		for service := range 4 {
			db := openStore(t, flags)
			for client := range 2 {
				all.Go(func() {
					for i := range 15 {
						id := fmt.Sprint(service, " ", client, " ", i)
						what, number, err := db.addInteraction(t.Context(), interaction{id: id, kind: "EmailOpened", contact: contactID(0), timestamp: time.Now().UTC()})
						if err != nil || what != stored {
							t.Errorf("%s: %s, %v", id, what, err)
							return
						}
						seen, err := ids(db)
						if err != nil {
							t.Error(err)
							return
						}
						mu.Lock()
						scorings = append(scorings, scoring{number, id, seen})
						mu.Unlock()
					}
				})
			}
		}
		all.Wait()
		for _, a := range scorings {
			for _, b := range scorings {
				if a.number == b.number && a.stored != b.stored {
					t.Errorf("the scorings of %s and %s have the number %d", a.stored, b.stored, a.number)
				}
				if a.number <= b.number && !b.seen[a.stored] {
					t.Errorf("the scoring %d does not see the interaction of the scoring %d", b.number, a.number)
				}
			}
		}
		if len(scorings) != 120 {
			t.Errorf("%d scorings", len(scorings))
		}
	})
}

// ids returns the ids of the interactions.
func ids(db *store) (map[string]bool, error) {
	rows, err := db.read.Query("SELECT id FROM interaction")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	seen := map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		seen[id] = true
	}
	return seen, rows.Err()
}

// A service that is cut off in the middle of a transaction keeps the others waiting
// for a limited time only.
func TestTransactionsEnd(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "5")
		db := openStore(t, flags)
		if !db.isPostgres() {
			t.Skip("a database in a file is not cut off")
		}
		s := newTestService(t, flags, db)
		tx, err := db.write.Begin()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.nextScoring(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
		var limit string
		if err := tx.QueryRow("SHOW idle_in_transaction_session_timeout").Scan(&limit); err != nil || limit != "5s" {
			t.Errorf("a transaction may be idle for %s, %v", limit, err)
		}
		if _, err := tx.Exec("SET LOCAL idle_in_transaction_session_timeout = '100ms'"); err != nil { // sooner
			t.Fatal(err)
		}
		expectStatus(t, call(s, "POST", "/interactions/EmailOpened", opened("e1", "contact-0001")), 201)
		if err := tx.Commit(); !isOutage(err) {
			t.Errorf("the transaction that was cut off ends with %v", err)
		}
	})
}

// A post that is answered names leads whose listed scores count it, after the clock
// of the service was set back, too.
func TestClockIsSetBack(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "5")
		db := openStore(t, flags)
		s := newTestService(t, flags, db)
		listed := func() (score int64, asOf time.Time) {
			err := db.leads(t.Context(), "Buyers", sortings["lead"], cursor{}, 10, func(l lead) error {
				if contactOf(l.ID) == contactID(0) {
					score, asOf = l.Score, l.AsOf
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return score, asOf
		}
		noon := time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)
		for i, back := range []time.Duration{0, time.Second, time.Hour, 30 * time.Second, 12 * time.Hour} {
			before, _ := listed()
			now := noon.Add(-back)
			s.now = func() time.Time { return now }
			expectStatus(t, call(s, "POST", "/interactions/EmailOpened", opened(fmt.Sprint("e", i), contactID(0))), 201)
			if after, asOf := listed(); after <= before || !asOf.Equal(now) {
				t.Errorf("set back by %v: the score is %d after %d, as of %v", back, after, before, asOf)
			}
		}
	})
}

// A database with the tables of the first version keeps its scores, and those of
// the next scoring replace them.
func TestScoresBeforeNumbers(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "5")
		c, err := parseFlags(flags, &log{})
		if err != nil {
			t.Fatal(err)
		}
		db, err := c.open()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.close() })
		first, err := migrations.ReadFile("migrations/1.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{
			"CREATE TABLE migration (version bigint PRIMARY KEY)", "INSERT INTO migration VALUES (1)", string(first),
			"INSERT INTO contact (id) VALUES ('contact-0001')",
			"INSERT INTO lead (id, parent_contact_id) VALUES ('lead-0001', 'contact-0001')",
			"INSERT INTO score VALUES ('Buyers', 'lead-0001', 7, 'Cold', false, '2026-01-01 00:00:00', 1780000000000000)",
			"INSERT INTO score VALUES ('Sellers', 'lead-0001', 7, 'Cold', false, '2026-01-01 00:00:00', 1780000000000000)",
		} {
			if _, err := db.write.Exec(text); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
		s := newTestService(t, flags, db)
		if got := storedScores(t, db); len(got) != 2 {
			t.Errorf("the stored scores are %v", got)
		}
		if err := s.scoreAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := storedScores(t, db); len(got) != 1 || got["Buyers lead-0001"] == "7Coldfalse" {
			t.Errorf("the stored scores are %v", got)
		}
	})
}
