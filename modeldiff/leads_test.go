package modeldiff_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/modeldiff"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

var june = leadscore.AsOf(time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC))

// population makes n leads. Lead i has a contact who opened i%4 emails; every
// fifth lead has no parent.
func population(t *testing.T, n int) (data *memory.Source, ids []string) {
	t.Helper()
	data = memory.New(leadscore.StandardSchema())
	add := func(entity, id string, r memory.Record) {
		if err := data.Add(entity, id, r); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		id := fmt.Sprintf("lead-%d", i)
		ids = append(ids, id)
		if i%5 == 4 {
			add("Lead", id, nil)
			continue
		}
		contact := fmt.Sprintf("contact-%d", i)
		add("Lead", id, memory.Record{"ParentContact": contact})
		add("Contact", contact, nil)
		for j := range i % 4 {
			add("EmailOpened", fmt.Sprintf("%s-%d", contact, j), memory.Record{"Contact": contact})
		}
	}
	return data, ids
}

const (
	older = `model "M" {
		target contact
		condition "Opened" { each EmailOpened score +10 }
		condition "Known" { has Lead.ParentContact score +1 }
		condition "Gone" { has Lead score +2 }
		grade "Cold" below 20
		grade "Hot" from 20
		sales ready at 30
	}
	model "Old" { target contact }`

	// Opened is called Mails.
	newer = `model "New" { target contact condition "C" { has Lead score +1 } }
	model "M" {
		target contact
		condition "Known" { has Lead.ParentContact score -2 }
		condition "Mails" { each EmailOpened score +10 }
		condition "Added" { none WebsiteVisited score +1 }
		grade "Cold" below 20
		grade "Hot" from 20
		sales ready at 29
	}`
)

// versions returns two versions of rules over the same data.
func versions(t *testing.T, data leadscore.Source) (was, is modeldiff.Version) {
	return modeldiff.Version{Set: compile(t, older), Data: data}, modeldiff.Version{Set: compile(t, newer), Data: data}
}

func TestLeads(t *testing.T) {
	data, ids := population(t, 5)
	was, is := versions(t, data)
	var got strings.Builder
	var sum modeldiff.Summary
	var changes []modeldiff.LeadChange
	for l, err := range modeldiff.Leads(t.Context(), was, is, leadscore.IDs(ids...), june, leadscore.Explain(10)) {
		if err != nil {
			t.Fatal(err)
		}
		sum.Add(l)
		changes = append(changes, l.Changes...)
		fmt.Fprintln(&got, l.ID, l.Differs)
		for _, c := range l.Changes {
			fmt.Fprint(&got, c)
		}
	}
	fmt.Fprint(&got, sum)
	const want = `lead-0 true
lead-1 true
lead-2 true
"lead-2", M: 23 Hot -> 19 Cold
  Known: +1 -> -2
  Gone: +2 -> +0
  Added: +0 -> +1
lead-3 true
lead-4 false
4 of 5 leads score differently
  sales ready: 0 more, 0 no longer
  grade Hot to Cold: 1
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	text, err := json.Marshal(changes)
	const wantJSON = `[{"lead":"lead-2","model":"M","from":{"status":"scored","score":23,"grade":"Hot","sales_ready":false},` +
		`"to":{"status":"scored","score":19,"grade":"Cold","sales_ready":false},` +
		`"conditions":[{"condition":"Known","from":1,"to":-2},{"condition":"Gone","from":2,"to":0},{"condition":"Added","from":0,"to":1}]}]`
	if diff := cmp.Diff(wantJSON, string(text)); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	text, err = json.Marshal(sum)
	if want := `{"leads":5,"differ":4,"sales_ready_gained":0,"sales_ready_lost":0,"changed":1,"grades":[{"from":"Hot","to":"Cold","count":1}]}`; string(text) != want || err != nil {
		t.Errorf("got %s, %v", text, err)
	}
}

func TestSummary(t *testing.T) {
	scored := func(grade string, ready bool) modeldiff.Outcome {
		return modeldiff.Outcome{Status: leadscore.Scored, Score: 7, Grade: grade, SalesReady: ready}
	}
	var sum modeldiff.Summary
	for _, c := range []modeldiff.LeadChange{
		{From: scored("A", true), To: scored("B", false)},
		{From: scored("A", false), To: scored("B", true)},
		{From: scored("B", false), To: scored("", false)},
		{From: scored("B", false), To: scored("B", true)},
		{From: scored("", false), To: scored("A\n", false)},
		{From: modeldiff.Outcome{Status: leadscore.NotTargeted}, To: scored("A", true)},
	} {
		sum.Add(modeldiff.Lead{Differs: true, Changes: []modeldiff.LeadChange{c}})
	}
	sum.Add(modeldiff.Lead{Differs: true})
	sum.Add(modeldiff.Lead{})
	const want = "7 of 8 leads score differently\n  sales ready: 3 more, 1 no longer\n  status not targeted to scored: 1\n" +
		"  grade A to B: 2\n  grade none to A: 1\n  grade none to A\ufffd: 1\n  grade B to none: 1\n"
	if diff := cmp.Diff(want, sum.String()); diff != "" || sum.Changed != 6 {
		t.Errorf("%d changed (-want +got):\n%s", sum.Changed, diff)
	}
	text, err := json.Marshal(sum)
	const wantJSON = `{"leads":8,"differ":7,"sales_ready_gained":3,"sales_ready_lost":1,"changed":6,"grades":[` +
		`{"from":"A","to":"B","count":2},{"from":"","to":"A","count":1},{"from":"","to":"A\n","count":1},{"from":"B","to":"","count":1}],` +
		`"statuses":[{"from":"not targeted","to":"scored","count":1}]}`
	if diff := cmp.Diff(wantJSON, string(text)); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	var read modeldiff.Summary
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sum, read); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
	if text, err := json.Marshal(modeldiff.GradeMoves(nil)); string(text) != "[]" || err != nil {
		t.Errorf("no moves are written as %s, %v", text, err)
	}
	if err := json.Unmarshal([]byte(`{"from":"A"}`), &read.Grades); err == nil {
		t.Error("an object is read as moves")
	}
	got := fmt.Sprint(modeldiff.LeadChange{Lead: "l\n", Model: "M", From: modeldiff.Outcome{Status: leadscore.NotTargeted}, To: scored("H\t", true)})
	if want := "\"l\\n\", M: not targeted -> 7 H\ufffd, sales ready\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestLeadsAsScoredAlone: however leads are batched, each is compared as it would
// be alone, and the order is that of the ids.
func TestLeadsAsScoredAlone(t *testing.T) {
	data, ids := population(t, 100)
	was, is := versions(t, data)
	var want []string
	for _, id := range ids {
		a, err := was.Set.Models()[0].Score(t.Context(), id, data, june)
		if err != nil {
			t.Fatal(err)
		}
		b, err := is.Set.Models()[1].Score(t.Context(), id, data, june)
		if err != nil {
			t.Fatal(err)
		}
		text := id
		if a.Grade != b.Grade || a.SalesReady != b.SalesReady {
			text = fmt.Sprintf("%s %d %s %t, %d %s %t", id, a.Score, a.Grade, a.SalesReady, b.Score, b.Grade, b.SalesReady)
		}
		want = append(want, text)
	}
	for _, shape := range []struct{ workers, batch int }{{1, 1}, {1, 7}, {3, 1}, {4, 8}, {2, 1000}} {
		asked := 0
		once := func(yield func(string, error) bool) {
			for _, id := range ids {
				asked++
				if !yield(id, nil) {
					return
				}
			}
		}
		var got []string
		for l, err := range modeldiff.Leads(t.Context(), was, is, once, june, leadscore.Workers(shape.workers), leadscore.Batch(shape.batch)) {
			if err != nil {
				t.Fatal(err)
			}
			text := l.ID
			for _, c := range l.Changes {
				text += fmt.Sprintf(" %d %s %t, %d %s %t", c.From.Score, c.From.Grade, c.From.SalesReady, c.To.Score, c.To.Grade, c.To.SalesReady)
			}
			got = append(got, text)
		}
		if diff := cmp.Diff(want, got); diff != "" || asked != len(ids) {
			t.Errorf("%+v: %d ids were read (-want +got):\n%s", shape, asked, diff)
		}
	}
}

// TestFailingLeads: a lead that one version cannot score does not end the
// comparison.
func TestFailingLeads(t *testing.T) {
	data, ids := population(t, 3)
	more, _ := population(t, 4)
	was, is := versions(t, data)
	for _, swap := range []bool{false, true} {
		was, is := was, is
		if is.Data = more; swap {
			was.Data, is.Data = is.Data, was.Data
		}
		var got []string
		for l, err := range modeldiff.Leads(t.Context(), was, is, leadscore.IDs(append(ids, "lead-3", "nemo", "lead-0")...), june, leadscore.Batch(2)) {
			text := l.ID
			if err != nil {
				bad, ok := errors.AsType[*leadscore.LeadError](err)
				if !ok || bad.Lead != l.ID || !errors.Is(err, leadscore.ErrNoLead) {
					t.Errorf("lead %q: %v", l.ID, err)
				}
				text += " fails"
			}
			got = append(got, text)
		}
		if diff := cmp.Diff([]string{"lead-0", "lead-1", "lead-2", "lead-3 fails", "nemo fails", "lead-0"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// A failing source ends a context when it is asked.
type failing struct {
	leadscore.Source
	fail func()
}

func (f failing) Fetch(context.Context, *traverse.Query, *traverse.Rows) error {
	f.fail()
	return context.Canceled
}

// TestLeadsEnds: an error that concerns no lead is the last thing that is yielded.
func TestLeadsEnds(t *testing.T) {
	data, ids := population(t, 10)
	was, is := versions(t, data)
	broken := errors.New("the list of leads broke off")
	breaking := func(yield func(string, error) bool) {
		_ = yield(ids[0], nil) && yield(ids[1], nil) && yield("", broken)
	}
	run := func(ctx context.Context, was, is modeldiff.Version, list iter.Seq2[string, error]) (n int, last error) {
		for _, err := range modeldiff.Leads(ctx, was, is, list, june, leadscore.Batch(1)) {
			if last != nil {
				t.Errorf("%v is not the last thing", last)
			}
			if last = err; err == nil {
				n++
			}
		}
		return n, last
	}
	if n, err := run(t.Context(), was, is, breaking); n != 2 || err != broken {
		t.Errorf("an error of ids: %d leads, %v", n, err)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if n, err := run(done, was, is, leadscore.IDs(ids...)); n != 0 || err != context.Canceled {
		t.Errorf("a context that is done: %d leads, %v", n, err)
	}
	if _, err := run(t.Context(), was, modeldiff.Version{Set: is.Set}, leadscore.IDs(ids...)); err == nil {
		t.Error("a new version without data is accepted")
	}
	if _, err := run(t.Context(), modeldiff.Version{Set: was.Set}, is, leadscore.IDs(ids...)); err == nil {
		t.Error("an old version without data is accepted")
	}
	ctx, cancel := context.WithCancel(t.Context())
	was.Data = failing{data, cancel}
	if n, err := run(ctx, was, is, leadscore.IDs(ids...)); n != 0 || err != context.Canceled {
		t.Errorf("a source that fails as the context ends: %d leads, %v", n, err)
	}
}

// TestLeavingLeads: nothing is read after the caller has left the loop.
func TestLeavingLeads(t *testing.T) {
	data, ids := population(t, 50)
	was, is := versions(t, data)
	asked, left := 0, false
	list := func(yield func(string, error) bool) {
		defer func() { left = true }()
		for _, id := range ids {
			if asked++; !yield(id, nil) {
				return
			}
		}
	}
	for l, err := range modeldiff.Leads(t.Context(), was, is, list, june, leadscore.Batch(2), leadscore.Workers(1)) {
		if err != nil || l.ID != "lead-0" {
			t.Errorf("got %q, %v", l.ID, err)
		}
		break
	}
	if asked >= len(ids) || !left {
		t.Errorf("%d ids were read, and the list ended: %t", asked, left)
	}
	for range modeldiff.Leads(t.Context(), was, is, leadscore.IDs(), june) {
		t.Error("no ids have a result")
	}
}

// fading scores less as emails get older, and has grades.
const fading = `model "M" {
	target contact
	limit up to 25
	condition "Opened" { each EmailOpened within last 10 days score +10 }
	condition "Known" { has Lead.ParentContact score +1 }
	grade "Cold" below 15
	grade "Hot" from 15
}`

// TestLeadsAsOfTwoInstants: versions may be as of different instants.
func TestLeadsAsOfTwoInstants(t *testing.T) {
	data := memory.New(leadscore.StandardSchema())
	for i, at := range []string{"2026-05-28T00:00:00Z", "2026-05-29T00:00:00Z", "2026-05-30T00:00:00Z"} {
		for _, r := range []struct {
			entity, id string
			record     memory.Record
		}{
			{"EmailOpened", fmt.Sprint("o", i), memory.Record{"Contact": "c", "Timestamp": at}},
			{"Lead", fmt.Sprint("l", i), memory.Record{"ParentContact": []string{"c", "d", ""}[i]}},
		} {
			if err := data.Add(r.entity, r.id, r.record); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := data.Add("Contact", "c", nil); err != nil {
		t.Fatal(err)
	}
	set := compile(t, fading)
	at := func(day int) modeldiff.Version {
		return modeldiff.Version{Set: set, Data: data, AsOf: time.Date(2026, time.June, day, 12, 0, 0, 0, time.UTC)}
	}
	for _, test := range []struct {
		from, to int
		want     string
	}{
		{1, 2, ""},
		{6, 7, "scores 2026-06-07T12:00:00Z \"l0\", M: 25 Hot -> 21 Hot\n  Opened: +30 -> +20\n  limit of the model: -6 -> +0\n"},
		{7, 9, "2026-06-09T12:00:00Z \"l0\", M: 21 Hot -> 1 Cold\n  Opened: +20 -> +0\n"},
		{9, 7, "2026-06-07T12:00:00Z \"l0\", M: 1 Cold -> 21 Hot\n  Opened: +0 -> +20\n"},
	} {
		got, n := "", 0
		for l, err := range modeldiff.Leads(t.Context(), at(test.from), at(test.to), leadscore.IDs("l0", "l1", "l2"), june) {
			if err != nil {
				t.Fatal(err)
			}
			n++
			for _, c := range l.Changes {
				got += c.AsOf.Format(time.RFC3339) + " " + c.String()
			}
			for _, c := range l.Scores() {
				got += "scores " + c.AsOf.Format(time.RFC3339) + " " + c.String()
			}
			if l.Differs != (l.ID == "l0" && test.want != "") {
				t.Errorf("%s differs: %t", l.ID, l.Differs)
			}
		}
		if got != test.want || n != 3 {
			t.Errorf("from %d to %d June: %d leads, %s\nwant %s", test.from, test.to, n, got, test.want)
		}
	}
}

// TestBetween: the difference between two results says what makes it if they are explained.
func TestBetween(t *testing.T) {
	data, _ := population(t, 3)
	set := compile(t, "model \"M\" {\n target contact\n active until 2026-06-02\n condition \"Until June\" {\n active until 2026-05-31\n each EmailOpened\n score +10\n }\n grade \"Cold\" below 15\n grade \"Hot\" from 15\n}")
	var got string
	from, to := time.Date(2026, time.May, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, time.July, 1, 0, 0, 0, 0, time.UTC)
	for c, err := range set.Changes(t.Context(), "lead-2", data, from, to, leadscore.Explain(0)) {
		if err != nil {
			t.Fatal(err)
		}
		for before, after := range c.Changed() {
			between := modeldiff.Between(before, after)
			got += between.AsOf.Format(time.RFC3339) + " " + between.String()
		}
	}
	const want = "2026-06-01T00:00:00Z \"lead-2\", M: 20 Hot -> 0 Cold\n  Until June: +20 -> +0\n2026-06-03T00:00:00Z \"lead-2\", M: 0 Cold -> not active\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
