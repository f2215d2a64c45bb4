package explain_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/explain"
	"github.com/leadscore/leadscore/source/memory"
)

// TestZone: all times of a ledger are in the time zone of the model, whether it is summer
// or winter there, and stay so when the ledger is read from JSON. Days are days.
func TestZone(t *testing.T) {
	const rules = `profile Visit {
    Day date
    Contact -> Contact
    dated by Day
}
profile Contact { Visits <- Visit.Contact }
model "Berlin" {
    target contact
    time zone "Europe/Berlin"

    condition "Opened" {
        each EmailOpened since 2026-01-01
        each EmailClicked since 2026-01-01
        score +10
    }

    condition "Visited" {
        each Lead.ParentContact.Visits since 2026-01-01
        score +1
    }
}
`
	model, err := leadscore.Compile("m.score", rules, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	data := memory.New(model.Schema())
	for _, r := range []struct {
		entity, id string
		record     memory.Record
	}{
		{"Lead", "l", memory.Record{"ParentContact": "c"}},
		{"Contact", "c", nil},
		{"EmailOpened", "winter", memory.Record{"Contact": "c", "Timestamp": "2026-02-01T10:00:00Z"}},
		{"EmailOpened", "summer", memory.Record{"Contact": "c", "Timestamp": "2026-05-01T10:00:00Z"}},
		{"EmailClicked", "before", memory.Record{"Contact": "c", "Timestamp": "2025-12-31T22:59:59Z"}},
		{"EmailClicked", "later-1", memory.Record{"Contact": "c", "Timestamp": "2026-12-01T10:00:00Z"}},
		{"EmailClicked", "later-2", memory.Record{"Contact": "c", "Timestamp": "2026-12-02T10:00:00Z"}},
		{"Visit", "v", memory.Record{"Contact": "c", "Day": "2026-05-31"}},
	} {
		if err := data.Add(r.entity, r.id, r.record); err != nil {
			t.Fatal(err)
		}
	}
	r, err := model.Score(t.Context(), "l", data, leadscore.AsOf(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)), leadscore.Explain(9))
	if err != nil {
		t.Fatal(err)
	}
	const want = `"l", Berlin: score 1
  as of 2026-06-01T02:00:00+02:00
  Opened: 0 x +10 = 0
    each EmailOpened since 2026-01-01: 2, holds
      2026-02-01T11:00:00+01:00 EmailOpened "winter"
      2026-05-01T12:00:00+02:00 EmailOpened "summer"
    each EmailClicked since 2026-01-01: 0, does not hold
      not met: since 2026-01-01: EmailClicked "before" has 2025-12-31T23:59:59+01:00
      2 EmailClicked are later than as of, the first at 2026-12-01T11:00:00+01:00
  Visited: 1 x +1 = +1
    each Lead.ParentContact.Visits since 2026-01-01: 1, holds
      2026-05-31T00:00:00Z Visit "v"
`
	ledger := ledgerOf(t, r)
	if diff := cmp.Diff(want, ledger.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	text, err := json.Marshal(ledger)
	if err != nil {
		t.Fatal(err)
	}
	var read explain.Ledger
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, read.String()); diff != "" {
		t.Errorf("read from JSON (-want +got):\n%s", diff)
	}
}
