package stream

import (
	"testing"
	"time"
)

func publish(t testing.TB, l *Log, m *mirror, changes ...Change) {
	t.Helper()
	for _, c := range changes {
		if err := l.Publish(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		m.put(t, c)
	}
}

type record = map[string]any

func ago(d time.Duration) string { return time.Now().Add(-d).UTC().Format(time.RFC3339Nano) }

const day = 24 * time.Hour

func TestOneLead(t *testing.T) {
	l := open(t, serve(t), Options{})
	set := compile(t, rules)
	w, _ := work(t, l, "v1", set)
	m := newMirror(set)
	if err := w.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []Change{
		{Entity: "Lead", ID: "ada-lead", Record: record{"ParentContact": "ada"}},
		{Entity: "Contact", ID: "ada", Record: record{"ParentAccount": "beanhouse", "JobTitle": "Managing director", "City": "Chicago"}},
		{Entity: "EmailOpened", ID: "open-1", Record: record{"Contact": "ada", "Timestamp": ago(day)}},
		{Entity: "EmailOpened", ID: "open-1", Record: record{"Contact": "ada", "Timestamp": ago(day)}},
		{Entity: "Account", ID: "beanhouse", Record: record{"Industry": "Retail"}},
		{Entity: "EmailClicked", ID: "click-1", Record: record{"Contact": "ada", "Timestamp": ago(day), "Campaign": "spring"}},
		{Entity: "Campaign", ID: "spring", Record: record{"Topic": "Coffee"}},
		{Entity: "Order", ID: "o-1", Record: record{"Buyer": "ada", "PlacedOn": ago(day), "Amount": 150}},
		{Entity: "FormSubmitted", ID: "form-1", Record: record{"Lead": "ada-lead", "Timestamp": ago(day), "Url": "https://example.com/demo"}},
		{Entity: "EmailOpened", ID: "open-1", Removed: true},
		{Entity: "Lead", ID: "ada-lead", Removed: true},
		{Entity: "Lead", ID: "ada-lead", Record: record{"ParentContact": "ada"}},
	} {
		publish(t, l, m, c)
		wait(t, w)
		m.compare(t, w, c.Entity+" "+c.ID)
	}
	told(t, w)
	for _, e := range events(t, l)["ada-lead"] {
		t.Log(e)
	}
}
