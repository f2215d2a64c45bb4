package leadscore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

var (
	january = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	june    = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	nextMay = time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC)
)

// openings returns leads a and b, of whom b opened emails on two days.
func openings() scoretest.Records {
	return scoretest.Records{
		"Lead":    {"lead-a": {"ParentContact": "anna"}, "lead-b": {"ParentContact": "ben"}, "lead-n": {}},
		"Contact": {"anna": {}, "ben": {}},
		"EmailOpened": {
			"o1": {"Contact": "ben", "Timestamp": "2026-02-01T08:00:00Z"},
			"o2": {"Contact": "ben", "Timestamp": "2026-06-01T00:00:00Z"},
		},
	}
}

// changesOf returns changes as text, a line each.
func changesOf(t *testing.T, set *leadscore.Set, data leadscore.Source, lead string, from, to time.Time, opts ...leadscore.Option) []string {
	t.Helper()
	var list []string
	for c, err := range set.Changes(t.Context(), lead, data, from, to, opts...) {
		if err != nil {
			t.Fatal(err)
		}
		line := c.AsOf.Format("2006-01-02T15:04:05.999999")
		for before, after := range c.Changed() {
			line += fmt.Sprintf(" %s %d>%d", after.Model, before.Score, after.Score)
		}
		list = append(list, line)
	}
	return list
}

func TestChanges(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("Days", "each EmailOpened within last 10 days"), scoretest.Model("Ever", "each EmailOpened"))
	data := scoretest.Source(t, openings())
	got := changesOf(t, set, data, "lead-b", january, nextMay)
	want := []string{
		"2026-02-01T08:00:00 Days 0>1 Ever 0>1",
		"2026-02-11T08:00:00.000001 Days 1>0",
		"2026-06-01T00:00:00 Days 0>1 Ever 1>2",
		"2026-06-11T00:00:00.000001 Days 1>0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(data.Asked) != 2 {
		t.Errorf("asked for %v, not for the lead and its emails alone", data.Entities())
	}
	// After from, and up to to.
	if got := changesOf(t, set, data, "lead-b", june, june.AddDate(0, 0, 10)); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	if got := changesOf(t, set, data, "lead-b", june.Add(-time.Microsecond), june); len(got) != 1 {
		t.Errorf("got %v", got)
	}
	for _, lead := range []string{"lead-a", "lead-n"} {
		if got := changesOf(t, set, data, lead, january, nextMay); len(got) != 0 {
			t.Errorf("%s: got %v", lead, got)
		}
	}
	empty, err := leadscore.NewSet()
	if err != nil {
		t.Fatal(err)
	}
	if got := changesOf(t, empty, data, "lead-b", january, nextMay); len(got) != 0 {
		t.Errorf("without models: got %v", got)
	}
}

// TestChangesOfSchemas: models of several schemas change in the order of time.
func TestChangesOfSchemas(t *testing.T) {
	days := scoretest.Compile(t, scoretest.Model("Days", "each EmailOpened within last 10 days"))
	schema, err := leadscore.ParseSchema("s.score", "profile Lead { Extra text }", leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	ever, err := leadscore.Compile("m.score", scoretest.Model("Weeks", "each EmailOpened within last 1 week"), schema)
	if err != nil {
		t.Fatal(err)
	}
	set, err := leadscore.NewSet(days, ever)
	if err != nil {
		t.Fatal(err)
	}
	got := changesOf(t, set, scoretest.Source(t, openings()), "lead-b", january, june)
	want := []string{
		"2026-02-01T08:00:00 Days 0>1 Weeks 0>1", "2026-02-08T08:00:00.000001 Weeks 1>0", "2026-02-11T08:00:00.000001 Days 1>0", "2026-06-01T00:00:00 Days 0>1 Weeks 0>1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestChangesOfStopped: a stopped model does not change.
func TestChangesOfStopped(t *testing.T) {
	all := scoretest.CompileSet(t, scoretest.Model("Days", "each EmailOpened within last 10 days"), scoretest.Model("Ever", "each EmailOpened"))
	set, err := all.Stop("Days")
	if err != nil {
		t.Fatal(err)
	}
	data := scoretest.Source(t, openings())
	for c, err := range set.Changes(t.Context(), "lead-b", data, january, nextMay) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []leadscore.Result{c.Before.Results[0], c.After.Results[0]} {
			if r.Model != "Days" || r.Status != leadscore.Stopped || r.AsOf().IsZero() {
				t.Errorf("got %v as of %v", r, r.AsOf())
			}
		}
	}
	want := []string{"2026-02-01T08:00:00 Ever 0>1", "2026-06-01T00:00:00 Ever 1>2"}
	if diff := cmp.Diff(want, changesOf(t, set, data, "lead-b", january, nextMay)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	none, err := all.Stop("Days", "Ever")
	if err != nil {
		t.Fatal(err)
	}
	if got := changesOf(t, none, data, "lead-b", january, nextMay); len(got) != 0 {
		t.Errorf("all are stopped: %v", got)
	}
	r, err := none.Score(t.Context(), "lead-b", data, leadscore.AsOf(january), leadscore.NextChange(june))
	if next, ok := r.NextChange(); err != nil || ok {
		t.Errorf("all are stopped: %v, %v", next, err)
	}
}

// TestChangesExplained: the results before and after say what each condition contributed.
func TestChangesExplained(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("Days", "each EmailOpened within last 10 days"))
	var got []string
	for c, err := range set.Changes(t.Context(), "lead-b", scoretest.Source(t, openings()), january, june, leadscore.Explain(5)) {
		if err != nil {
			t.Fatal(err)
		}
		for _, of := range []leadscore.SetResult{c.Before, c.After} {
			r, err := of.Results[0].Detailed(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for contribution := range r.Contributions() {
				line := fmt.Sprint(r.AsOf().Format("01-02T15:04:05.999999"), " ", contribution.Multiplier)
				for _, o := range contribution.Children[0].Occurrences {
					line += " " + o.ID
				}
				got = append(got, line)
			}
		}
	}
	want := []string{
		"02-01T07:59:59.999999 0", "02-01T08:00:00 1 o1", "02-11T08:00:00 1 o1", "02-11T08:00:00.000001 0",
		"05-31T23:59:59.999999 0", "06-01T00:00:00 1 o2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestChangesFail(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("Days", "each EmailOpened within last 10 days"))
	broken := errors.New("broken")
	down := func(q *traverse.Query, out *traverse.Rows) error {
		if q.Entity == "EmailOpened" {
			return broken
		}
		return nil
	}
	failing := scoretest.Source(t, openings())
	failing.Before = down
	for _, test := range []struct {
		name, lead string
		data       leadscore.Source
		from, to   time.Time
		opts       []leadscore.Option
		want       string
	}{
		{"no source", "lead-a", nil, january, june, nil, "leadscore: the source is nil"},
		{"out of order", "lead-a", failing, june, january, nil, "leadscore: Changes: from, 2026-06-01T00:00:00Z, is after to, 2026-01-01T00:00:00Z"},
		{"from the year 10000", "lead-a", failing, time.Unix(1<<40, 0), june, nil, "is not between 0 and 9999"},
		{"to the year 10000", "lead-a", failing, june, time.Unix(1<<40, 0), nil, "leadscore: to: year"},
		{"no lead", "nobody", scoretest.Source(t, openings()), january, june, nil, `lead "nobody": no such lead`},
		{"a source that fails", "lead-a", failing, january, june, nil, `lead "lead-a": EmailOpened (EmailOpened): broken`},
		{"too many", "lead-b", scoretest.Source(t, openings()), january, june, []leadscore.Option{leadscore.MaxRecords(2)}, "too many records: the limit for one lead is 2"},
	} {
		var errs []error
		for c, err := range set.Changes(t.Context(), test.lead, test.data, test.from, test.to, test.opts...) {
			if err == nil {
				t.Errorf("%s: %v", test.name, c)
			}
			errs = append(errs, err)
		}
		if len(errs) != 1 || !strings.Contains(errs[0].Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.name, errs, test.want)
		}
	}
	// A lead whose interactions are needed only later fails, too.
	r, err := set.Score(t.Context(), "lead-b", failing, leadscore.AsOf(january), leadscore.NextChange(june))
	if bad, ok := errors.AsType[*leadscore.LeadError](err); !ok || !errors.Is(err, broken) || bad.Lead != "lead-b" {
		t.Errorf("%v, %v", r, err)
	}
}

// TestChangesSuggest: an unknown lead is told as by Score.
func TestChangesSuggest(t *testing.T) {
	m, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	set, _ := leadscore.NewSet(m)
	for _, err := range set.Changes(t.Context(), "Lead-42", crm(), january, june) {
		if err == nil || !strings.Contains(err.Error(), "lead-42") {
			t.Errorf("got %v", err)
		}
	}
}

// TestChangesEnd: changes end with the context, and when the loop does.
func TestChangesEnd(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("Days", "each EmailOpened within last 10 days"))
	data := scoretest.Source(t, openings())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for _, err := range set.Changes(ctx, "lead-b", data, january, nextMay) {
		if n++; n == 1 {
			cancel()
			continue
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	if n != 2 {
		t.Errorf("%d steps after the context was done at the first", n)
	}
	for range set.Changes(t.Context(), "lead-b", data, january, nextMay) {
		break
	}
	if got := changesOf(t, set, data, "lead-b", january, nextMay); len(got) != 4 {
		t.Errorf("after a loop that was left: %v", got)
	}
}

func TestNextChange(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("Days", "each EmailOpened within last 10 days"), scoretest.Model("Ever", "each EmailOpened"), scoretest.Model("Never", "has Lead"))
	data := scoretest.Source(t, openings())
	for _, test := range []struct {
		lead        string
		asOf, until time.Time
		want        []string // by model, and of the set
	}{
		{"lead-b", january, time.Time{}, []string{"02-01T08:00:00", "02-01T08:00:00", "", "02-01T08:00:00"}},
		{"lead-b", january.AddDate(0, 1, 0), time.Time{}, []string{"02-01T08:00:00", "02-01T08:00:00", "", "02-01T08:00:00"}},
		{"lead-b", january.AddDate(0, 1, 1), time.Time{}, []string{"02-11T08:00:00.000001", "06-01T00:00:00", "", "02-11T08:00:00.000001"}},
		{"lead-b", january.AddDate(0, 1, 1), june.AddDate(0, -1, 0), []string{"02-11T08:00:00.000001", "", "", "02-11T08:00:00.000001"}},
		{"lead-b", june, time.Unix(1<<40, 0), []string{"06-11T00:00:00.000001", "", "", "06-11T00:00:00.000001"}},
		{"lead-b", june, june, []string{"", "", "", ""}},
		{"lead-a", january, time.Time{}, []string{"", "", "", ""}},
		{"lead-n", january, time.Time{}, []string{"", "", "", ""}},
	} {
		r, err := set.Score(t.Context(), test.lead, data, leadscore.AsOf(test.asOf), leadscore.NextChange(test.until))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		text := func(at time.Time, ok bool) {
			if !ok {
				got = append(got, "")
			} else {
				got = append(got, at.Format("01-02T15:04:05.999999"))
			}
		}
		for _, m := range r.Results {
			text(m.NextChange())
			if !m.AsOf().Equal(test.asOf) {
				t.Errorf("as of %v", m.AsOf())
			}
		}
		text(r.NextChange())
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s as of %v (-want +got):\n%s", test.lead, test.asOf, diff)
		}
	}
	// It is in the JSON of a result, and only if it was asked for.
	r, err := set.Score(t.Context(), "lead-b", data, leadscore.AsOf(january), leadscore.NextChange(june))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := json.Marshal(r.Results[0]); err != nil || !strings.Contains(string(text), `"next_change":"2026-02-01T08:00:00Z"`) {
		t.Errorf("%s, %v", text, err)
	}
	r, err = set.Score(t.Context(), "lead-b", data, leadscore.AsOf(january))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := json.Marshal(r.Results[0]); err != nil || strings.Contains(string(text), "next_change") {
		t.Errorf("%s, %v", text, err)
	}
}

// TestNextChangeInBatches: a lead that fails does not affect others, whatever batch it is in,
// and a batch that reaches too many records is divided.
func TestNextChangeInBatches(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("Days", "each EmailOpened within last 10 days"))
	records := openings()
	for i := range 40 {
		id := fmt.Sprint("lead-", i)
		records["Lead"][id] = memory.Record{"ParentContact": "c" + id}
		for j := range i % 5 {
			records["EmailOpened"][fmt.Sprint(id, "-", j)] = memory.Record{"Contact": "c" + id, "Timestamp": time.Date(2026, 3, 1+j, 0, 0, i, 0, time.UTC)}
		}
	}
	data := scoretest.Source(t, records)
	ids := []string{"nobody"}
	for i := range 40 {
		ids = append(ids, fmt.Sprint("lead-", i))
	}
	for _, opts := range [][]leadscore.Option{nil, {leadscore.Batch(7)}, {leadscore.MaxRecords(4)}, {leadscore.Workers(4), leadscore.Batch(3)}} {
		n := 0
		opts := append(opts, leadscore.AsOf(january), leadscore.NextChange(june))
		for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(ids...), data, opts...) {
			i := n - 1
			n++
			switch {
			case i < 0:
				if !errors.Is(err, leadscore.ErrNoLead) {
					t.Errorf("got %v", err)
				}
				continue
			case i%5 == 4 && len(opts) == 3 && errors.Is(err, leadscore.ErrTooManyRecords):
				continue // the lead, and four emails
			case err != nil:
				t.Errorf("%s: %v", r.Lead, err)
				continue
			}
			next, ok := r.NextChange()
			if ok != (i%5 > 0) || ok && !next.Equal(time.Date(2026, 3, 1, 0, 0, i, 0, time.UTC)) {
				t.Errorf("%s changes at %v, %t", r.Lead, next, ok)
			}
		}
		if n != len(ids) {
			t.Errorf("%d results", n)
		}
	}
}
