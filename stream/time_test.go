package stream

import (
	"testing"
	"time"

	"github.com/leadscore/leadscore"
)

// TestTimeAlone lets a window end and an order come to exist while nothing else happens: each is
// told as of its instant, to the microsecond, and nothing is told otherwise.
func TestTimeAlone(t *testing.T) {
	l := open(t, serve(t), Options{})
	set := compile(t, rules)
	w, _ := work(t, l, "v1", set)
	m := newMirror(set)
	if err := w.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	publish(t, l, m,
		Change{Entity: "Lead", ID: "ada-lead", Record: record{"ParentContact": "ada"}},
		Change{Entity: "Contact", ID: "ada", Record: record{}},
		Change{Entity: "EmailOpened", ID: "open-1", Record: record{"Contact": "ada", "Timestamp": ago(30*day - 6*time.Second)}},
		Change{Entity: "Order", ID: "order-1", Record: record{"Buyer": "ada", "PlacedOn": ago(-7 * time.Second), "Amount": 500}},
	)
	wait(t, w)
	first, _, err := w.Score(t.Context(), "ada-lead")
	if err != nil {
		t.Fatal(err)
	}
	var want []time.Time
	for c, err := range set.Changes(t.Context(), "ada-lead", m.records, first.AsOf, begun.Add(9*time.Second)) {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, c.AsOf)
	}
	if len(want) != 2 {
		t.Fatalf("the result changes as of %v, want two instants", want)
	}
	before := int(first.Number)
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		s, _, err := w.Score(t.Context(), "ada-lead")
		if err != nil {
			t.Fatal(err)
		}
		if !s.AsOf.Before(want[1]) {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("two minutes later the score is %+v, want it as of %s", s, want[1])
		}
	}
	wait(t, w)
	m.compare(t, w, "both changes")
	told(t, w)
	list := events(t, l)["ada-lead"][before:]
	if len(list) != 3 { // the order makes the lead sales qualified
		t.Fatalf("got events %v, want three", list)
	}
	for i, at := range []time.Time{want[0], want[1], want[1]} {
		if !list[i].AsOf.Equal(at) {
			t.Errorf("event %v is as of %s, want %s", list[i], list[i].AsOf, at)
		}
	}
	if e := list[2]; e.Kind != StageChanged || e.To != "Sales qualified" || e.Then != "route to sales" || len(e.Reasons) == 0 {
		t.Errorf("the last event is %+v", e)
	}
}

// TestMissedChanges takes a lead through what time did while no worker ran: each change is told
// as of its instant.
func TestMissedChanges(t *testing.T) {
	l := open(t, serve(t), Options{})
	set := compile(t, rules)
	w, stop := work(t, l, "v1", set)
	m := newMirror(set)
	if err := w.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	publish(t, l, m, Change{Entity: "Lead", ID: "ada-lead", Record: record{"ParentContact": "ada"}})
	for i := range 5 {
		publish(t, l, m, Change{Entity: "EmailOpened", ID: "open-" + string(rune('a'+i)),
			Record: record{"Contact": "ada", "Timestamp": ago(30*day - 5*time.Second - time.Duration(i)*20*time.Millisecond)}})
	}
	wait(t, w)
	stop()
	before, _, err := w.Score(t.Context(), "ada-lead")
	if err != nil {
		t.Fatal(err)
	}
	var want []leadscore.Change
	for c, err := range set.Changes(t.Context(), "ada-lead", m.records, before.AsOf, time.Now().Add(10*time.Second)) {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, c)
	}
	if len(want) == 0 {
		t.Fatal("the result does not change")
	}
	time.Sleep(time.Until(want[len(want)-1].AsOf) + time.Millisecond)
	w, _ = work(t, l, "v1", set)
	publish(t, l, m, Change{Entity: "Contact", ID: "ada", Record: record{"City": "Berlin"}})
	wait(t, w)
	m.compare(t, w, "the missed changes")
	told(t, w)
	list := events(t, l)["ada-lead"][before.Number:]
	if len(list) != len(want) {
		t.Fatalf("got events %v, want %d", list, len(want))
	}
	for i, c := range want {
		if !list[i].AsOf.Equal(c.AsOf) || list[i].After.Score != c.After.Results[0].Score {
			t.Errorf("event %v, want %v as of %s", list[i], c.After.Results[0], c.AsOf)
		}
	}
}

// TestNextIsNext compares the instants until which scores stay the same with the changes that
// the engine finds.
func TestNextIsNext(t *testing.T) {
	l := open(t, serve(t), Options{})
	set := compile(t, rules[:len(rules)-len(stagesBlock)])
	w, _ := work(t, l, "v1", set)
	m := newMirror(set)
	d := seed(t)
	for range steps(t, 150) {
		publish(t, l, m, d.change())
	}
	wait(t, w)
	found := 0
	for lead := range m.leads {
		s, ok, err := w.Score(t.Context(), lead)
		if err != nil {
			t.Fatal(err)
		}
		if !ok || s.Outcomes[0].Status == StatusNoLead {
			continue
		}
		for c, err := range set.Changes(t.Context(), lead, m.records, s.AsOf, s.AsOf.Add(90*day-time.Microsecond)) {
			if err != nil {
				t.Fatal(err)
			}
			found++
			if !c.AsOf.Equal(s.Next) {
				t.Errorf("the next change of lead %s is as of %s, want %s", lead, s.Next, c.AsOf)
			}
			break
		}
	}
	if found == 0 {
		t.Error("no lead has a next change")
	}
}
