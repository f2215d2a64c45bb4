package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
)

// allEvents returns what the outbox holds, in the order of the scorings.
func allEvents(t testing.TB, db *store) []event {
	t.Helper()
	rows, err := db.read.Query("SELECT " + eventColumns + " FROM event ORDER BY scoring, id")
	if err != nil {
		t.Fatal(err)
	}
	list, err := scanEvents(rows)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// checkEvents checks that the events of each lead and model take turns, that the moves of
// each lead follow on each other, and that the last one says what is stored: none is lost,
// and none is there twice.
func checkEvents(t testing.TB, db *store) {
	t.Helper()
	told := map[scoreKey]bool{}
	stages := map[stageKey]string{}
	owners := map[string]string{}
	for _, e := range allEvents(t, db) {
		if e.Kind == assigned {
			var m assignedMessage
			if err := json.Unmarshal([]byte(e.body), &m); err != nil {
				t.Fatal(err)
			}
			if was := owners[e.Lead]; was != "" {
				t.Errorf("%s was given to %s, and the next event is %s", e.Lead, was, e.body)
			}
			owners[e.Lead] = m.Owner
			continue
		}
		if e.Kind == movedStage {
			var m moveMessage
			if err := json.Unmarshal([]byte(e.body), &m); err != nil {
				t.Fatal(err)
			}
			k := stageKey{e.Lead, e.Subject}
			if was, moved := stages[k]; moved && was != m.From || m.From == m.To || len(m.Reasons) == 0 {
				t.Errorf("%v was moved to %q, and the next event is %s", k, was, e.body)
			}
			stages[k] = m.To
			continue
		}
		k, ready := scoreKey{e.Lead, e.Subject}, e.Kind == becameReady
		if told[k] == ready {
			t.Errorf("%q of %v comes twice in a row", e.Kind, k)
		}
		told[k] = ready
	}
	checkStages(t, db, stages)
	if got := storedOwners(t, db); !maps.Equal(got, owners) {
		t.Errorf("the owners are %v, and the events tell of %v", got, owners)
	}
	maps.DeleteFunc(told, func(_ scoreKey, ready bool) bool { return !ready })
	stored := map[scoreKey]bool{}
	rows, err := db.read.Query("SELECT lead_id, model FROM score WHERE sales_ready")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var k scoreKey
		if err := rows.Scan(&k.lead, &k.model); err != nil {
			t.Fatal(err)
		}
		stored[k] = true
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(told, stored) {
		t.Errorf("the events tell of %v, and stored are %v", told, stored)
	}
}

// storedOwners returns the leads that have an owner.
func storedOwners(t testing.TB, db *store) map[string]string {
	t.Helper()
	rows, err := db.read.Query("SELECT id, owner FROM lead WHERE owner IS NOT NULL")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	owners := map[string]string{}
	for rows.Next() {
		var id, owner string
		if err := rows.Scan(&id, &owner); err != nil {
			t.Fatal(err)
		}
		owners[id] = owner
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return owners
}

// checkStages checks that the stored stages are those that the events tell of.
func checkStages(t testing.TB, db *store, told map[stageKey]string) {
	t.Helper()
	rows, err := db.read.Query("SELECT lead_id, stages, stage FROM stage")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var k stageKey
		var stage string
		if err := rows.Scan(&k.lead, &k.stages, &stage); err != nil {
			t.Fatal(err)
		}
		if last, moved := told[k]; moved && last != stage || !moved && stage != "Inquiry" {
			t.Errorf("%v is in the stage %q, and the events tell of %q", k, stage, last)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// A lead that becomes sales ready, or no longer is, makes one event, whatever changed it.
func TestEvents(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "1")
		s := start(t, flags...)
		db := openStore(t, flags)
		kinds := func() (list []string) {
			for _, e := range allEvents(t, db) {
				if e.Kind == becameReady || e.Kind == lostReady {
					list = append(list, e.Kind+" "+e.Subject)
				}
			}
			return list
		}
		expect := func(what string, want ...string) {
			t.Helper()
			eventually(t, what, func() bool { return slices.Equal(kinds(), want) })
			checkEvents(t, db)
		}
		for i := range 14 {
			s.expect(t, "POST", "/interactions/EmailOpened", opened(fmt.Sprint("open-", i), "contact-0001"), 201)
		}
		expect("the lead is sales ready", "sales ready Buyers")
		list := allEvents(t, db)
		e := list[slices.IndexFunc(list, func(e event) bool { return e.Kind == becameReady })]
		var m message
		if err := json.Unmarshal([]byte(e.body), &m); err != nil {
			t.Fatal(err)
		}
		stored := get[struct{ Leads []lead }](t, s, "/models/Buyers/leads").Leads[0]
		if m.ID != e.ID || m.Lead != "lead-0001" || m.Kind != becameReady || m.Status != "scored" || m.Score == nil || *m.Score < 60 || *m.Score > stored.Score || m.Grade != "Hot" {
			t.Errorf("%s, and %v is stored", e.body, stored)
		}
		s.expect(t, "POST", "/models/Buyers/stop", `{"author":"ada"}`, 200)
		expect("the model is stopped", "sales ready Buyers", "no longer sales ready Buyers")
		s.expect(t, "POST", "/models/Buyers/start", `{"author":"ada"}`, 200)
		expect("the model is started", "sales ready Buyers", "no longer sales ready Buyers", "sales ready Buyers")
		other := must(json.Marshal(map[string]any{"name": "other", "author": "ada", "files": []map[string]string{{"name": "o.score", "text": "model \"Other\" {\n    target contact\n    condition \"C\" {\n        has EmailOpened\n        score +1\n    }\n    sales ready at 1\n}\n"}}}))
		s.expect(t, "POST", "/versions", string(other), 201)
		s.expect(t, "POST", "/versions/other/publish", `{"author":"ada"}`, 200)
		eventually(t, "the model is gone", func() bool { return len(kinds()) == 5 })
		last := kinds()[3:]
		slices.Sort(last)
		if !slices.Equal(last, []string{"no longer sales ready Buyers", "sales ready Other"}) {
			t.Errorf("%v", last)
		}
		checkEvents(t, db)
		if d := s.open(t, leadHref("lead-0001"), 200); !strings.Contains(d.text, "sales ready by Other") {
			t.Errorf("the page has no events: %s", d.text)
		}
	})
}

// In whatever order scorings are stored, the events tell how the stored scores change.
func TestEventsOfScorings(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "3")
		db := openStore(t, flags)
		newTestService(t, flags, db)
		clear := []string{"DELETE FROM score", "DELETE FROM event", "DELETE FROM scored", "DELETE FROM stage", "UPDATE lead SET owner = NULL"}
		asOf := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
		rapid.Check(t, func(rt *rapid.T) {
			for _, statement := range clear {
				if _, err := db.write.Exec(statement); err != nil {
					rt.Fatal(err)
				}
			}
			numbers := rapid.Permutation([]int64{1, 2, 3, 4, 5, 6, 7, 8}).Draw(rt, "numbers")
			last := map[string]leadscore.SetResult{} // by lead
			highest := map[string]int64{}
			for _, number := range numbers {
				models := rapid.SampledFrom([][]string{{"A"}, {"B"}, {"A", "B"}, {}}).Draw(rt, "models")
				var leads []leadscore.SetResult
				for _, id := range rapid.Permutation([]string{"lead-0001", "lead-0002", "lead-0003"}).Draw(rt, "leads")[:2] {
					r := leadscore.SetResult{Lead: id}
					for _, model := range models {
						status := rapid.SampledFrom([]leadscore.Status{leadscore.Scored, leadscore.Scored, leadscore.NotInAudience, leadscore.Stopped}).Draw(rt, "status")
						ready := status == leadscore.Scored && rapid.Bool().Draw(rt, "ready")
						r.Results = append(r.Results, leadscore.Result{Model: model, Lead: id, Status: status, SalesReady: ready, Score: number})
					}
					leads = append(leads, r)
					if number > highest[id] {
						highest[id], last[id] = number, r
					}
				}
				if err := db.saveScores(t.Context(), nil, leads, asOf, number); err != nil {
					rt.Fatal(err)
				}
			}
			want := map[string]string{}
			for id, lead := range last {
				for _, r := range lead.Results {
					if r.Status == leadscore.Scored {
						want[r.Model+" "+id] = fmt.Sprint(r.Score, r.Grade, r.SalesReady)
					}
				}
			}
			if got := storedScores(t, db); !maps.Equal(got, want) {
				t.Errorf("stored are %v, and the scorings with the highest numbers gave %v", got, want)
			}
			if checkEvents(t, db); t.Failed() {
				rt.FailNow()
			}
		})
	})
}
