package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
)

// The history on a page has the score as of any instant, and the next changes are those
// that come: scoring right before and at each of them shows it.
func TestHistoryAndNext(t *testing.T) {
	flags := append(append(sqliteFlags(t), fixed...), "-seed", "40")
	db := openStore(t, flags)
	s := newTestService(t, flags, db)
	live, asOf := s.registry.Live(), s.now()
	score := func(lead string, model int, at time.Time) leadscore.Result {
		t.Helper()
		r, err := live.Set.Score(t.Context(), lead, dataOf(live), leadscore.AsOf(at))
		if err != nil {
			t.Fatal(err)
		}
		return r.Results[model]
	}
	steps, nexts := 0, 0
	for id, err := range dataOf(live).Leads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		past, err := histories(t.Context(), live, id, asOf)
		if err != nil {
			t.Fatal(err)
		}
		future, err := nextChanges(t.Context(), live, id, asOf)
		if err != nil {
			t.Fatal(err)
		}
		for model := range past {
			points := past[model]
			for day := 0; day <= chartDays; day += 13 {
				at := asOf.AddDate(0, 0, -day)
				i, found := slices.BinarySearchFunc(points, at, func(p point, at time.Time) int { return p.At.Compare(at) })
				if !found {
					i--
				}
				if r := score(id, model, at); points[i].Scored != (r.Status == leadscore.Scored) || points[i].Scored && (points[i].Score != r.Score || points[i].Grade != r.Grade) {
					t.Errorf("%s: %v at %v, and the result is %v", id, points[i], at, r)
				}
			}
			steps += len(points) - 1
			last := asOf
			for _, n := range future[model] {
				nexts++
				before, after := score(id, model, n.At.Add(-time.Microsecond)), score(id, model, n.At)
				if before.Score == after.Score && before.Grade == after.Grade && before.Status == after.Status || !n.At.After(last) {
					t.Errorf("%s: %v: %v does not become %v", id, n, before, after)
				}
				if then := score(id, model, last); then.Score != before.Score {
					t.Errorf("%s: the score is %d at %v and %d before the next change %v", id, then.Score, last, before.Score, n)
				}
				last = n.At
			}
		}
	}
	if steps < 40 || nexts < 20 {
		t.Errorf("%d steps, %d next changes", steps, nexts)
	}
}

// A page says what comes next in words.
func TestNextOnPage(t *testing.T) {
	s := start(t, append(append(sqliteFlags(t), fixed...), "-seed", "1")...)
	s.expect(t, "POST", "/interactions/FormSubmitted", `{"id":"q","Contact":"contact-0001","Timestamp":"2026-05-31T10:00:00Z","FormName":"Quote"}`, 201)
	d := s.open(t, leadHref("lead-0001"), 200)
	for _, text := range []string{"What happens next by time alone", "“Asked for a quote” adds 0 instead of 30"} {
		if !strings.Contains(d.text, text) {
			t.Errorf("no %s in\n%s", text, d.text)
		}
	}
}
