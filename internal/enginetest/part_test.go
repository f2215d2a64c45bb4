package enginetest_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// TestPartOfTheRecords: leads are scored from a store that was made for the queries of
// their rules, as of the same instant and later. What needs more than it holds is an
// error of the leads, not another score.
func TestPartOfTheRecords(t *testing.T) {
	asOf := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)
	model := scoretest.Compile(t, `model "A" { target contact
		condition "1" { each EmailOpened within last 30 days score +1 }
		condition "2" { has EmailOpened.Contact.ParentAccount where City = "Chicago" score +10 } }`)
	recent := scoretest.Compile(t, scoretest.Model("Recent", "each EmailOpened within last 30 days"))
	load := func(m *leadscore.Model) *columns.Store {
		store, err := columns.NewPart(m.Schema(), m.Queries(asOf))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []struct {
			entity, id string
			values     map[string]traverse.Value
		}{
			{"Lead", "l", map[string]traverse.Value{"ParentContact": traverse.TextValue("c")}},
			{"EmailOpened", "o", map[string]traverse.Value{"Contact": traverse.TextValue("c"), "Timestamp": traverse.TimeValue(asOf.AddDate(0, 0, -29))}},
		} {
			var values []traverse.Value
			for _, c := range store.Table(r.entity).Columns() {
				values = append(values, r.values[c.Name])
			}
			if err := store.Add(r.entity, r.id, values...); err != nil {
				t.Fatal(err)
			}
		}
		return store
	}
	all, part := load(model), load(recent)
	const moved = "lead \"l\": EmailOpened (EmailOpened): columns: records of EmailOpened before 2026-05-01T12:00:00Z are missing: the records were loaded for other queries"
	for _, c := range []struct {
		model *leadscore.Model
		store *columns.Store
		days  int // later
		opts  []leadscore.Option
		want  string
		score int
	}{
		{model, all, 0, nil, "", 1},
		{recent, all, 0, nil, "", 1},
		{model, all, -1, nil, "", 1},
		{model, all, 0, []leadscore.Option{leadscore.Explain(3)}, "", 1},
		{recent, part, 0, nil, "", 1},
		{recent, part, 1, nil, "", 1},
		{recent, part, 2, nil, "", 0},
		{recent, part, 0, []leadscore.Option{leadscore.Explain(0)}, "", 1},
		{recent, part, -1, nil, moved, 0},
		{recent, part, 0, []leadscore.Option{leadscore.Explain(3)}, "", 1},
		{recent, part, -1, []leadscore.Option{leadscore.Explain(3)}, moved, 0},
		{model, part, 0, nil, moved, 0},
	} {
		r, err := c.model.Score(t.Context(), "l", c.store, append(c.opts, leadscore.AsOf(asOf.AddDate(0, 0, c.days)))...)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if text != c.want || r.Score != int64(c.score) || c.want != "" && !errors.Is(err, columns.ErrNotCovered) {
			t.Errorf("%s, %d days later: %d, %v; want %d, %s", c.model.Name(), c.days, r.Score, err, c.score, c.want)
		}
	}
}

// TestListsOfAPart: an explanation from a store that was loaded for scores alone has its
// counts. Lists that need other records are an error when they are read, and those that do
// not are there.
func TestListsOfAPart(t *testing.T) {
	asOf := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)
	model := scoretest.Compile(t, `model "A" { target contact
		condition "Opened" { each EmailOpened within last 30 days score +1 }
		condition "Lives" { has Lead.ParentContact where City = "Chicago" score +10 } }`)
	store, err := columns.NewPart(model.Schema(), model.Queries(asOf))
	if err != nil {
		t.Fatal(err)
	}
	for entity, values := range map[string]map[string]traverse.Value{
		"Lead":        {"ParentContact": traverse.TextValue("1")},
		"Contact":     {"City": traverse.TextValue("Chicago")},
		"EmailOpened": {"Contact": traverse.TextValue("1"), "Timestamp": traverse.TimeValue(asOf.AddDate(0, 0, -29))},
	} {
		var list []traverse.Value
		for _, c := range store.Table(entity).Columns() {
			list = append(list, values[c.Name])
		}
		if err := store.Add(entity, "1", list...); err != nil {
			t.Fatal(err)
		}
	}
	r, err := model.Score(t.Context(), "1", store, leadscore.AsOf(asOf), leadscore.Explain(3))
	if err != nil || r.Score != 11 {
		t.Fatalf("score %d, %v", r.Score, err)
	}
	for c := range r.Contributions() {
		if n := c.Children[0].Count; n != 1 {
			t.Errorf("%s counts %d", c.Condition, n)
		}
	}
	lives, err := r.Detailed(t.Context(), "Lives")
	if err != nil {
		t.Fatal(err)
	}
	listed := 0
	for c := range lives.Contributions() {
		listed += len(c.Children[0].Occurrences)
	}
	if listed != 1 {
		t.Errorf("%d records are listed", listed)
	}
	for _, conditions := range [][]string{nil, {"Opened"}} {
		if _, err := r.Detailed(t.Context(), conditions...); !errors.Is(err, columns.ErrNotCovered) || !strings.Contains(err.Error(), "records of EmailOpened before 2026-05-01T12:00:00Z are missing") {
			t.Errorf("lists of %q: %v", conditions, err)
		}
	}
	if _, err := r.MarshalJSON(); !errors.Is(err, columns.ErrNotCovered) {
		t.Errorf("JSON with all lists: %v", err)
	}
}

// TestPartAtTheEndOfAMonth: as of a later instant a date range may begin earlier, since a
// month before 30 and 31 March is the same day. What is loaded for the first has what is
// needed for the second, and for all changes from the first on.
func TestPartAtTheEndOfAMonth(t *testing.T) {
	model := scoretest.Compile(t, scoretest.Model("Month", "each EmailOpened within last 1 month"))
	set, err := leadscore.NewSet(model)
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 3, 30, 12, 0, 0, 0, time.UTC)
	store, err := columns.NewPart(model.Schema(), model.Queries(first))
	if err != nil {
		t.Fatal(err)
	}
	opened := time.Date(2026, 2, 28, 9, 0, 0, 0, time.UTC)
	for entity, values := range map[string]map[string]traverse.Value{
		"Lead":        {"ParentContact": traverse.TextValue("c")},
		"EmailOpened": {"Contact": traverse.TextValue("c"), "Timestamp": traverse.TimeValue(opened)},
	} {
		var list []traverse.Value
		for _, c := range store.Table(entity).Columns() {
			list = append(list, values[c.Name])
		}
		if err := store.Add(entity, "1", list...); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		asOf  time.Time
		score int64
	}{{first, 0}, {first.Add(21 * time.Hour), 1}, {first.Add(24 * time.Hour), 0}} {
		r, err := model.Score(t.Context(), "1", store, leadscore.AsOf(test.asOf))
		if err != nil || r.Score != test.score {
			t.Errorf("as of %v: %v, %v, want %d", test.asOf, r, err, test.score)
		}
	}
	var got []time.Time
	for c, err := range set.Changes(t.Context(), "1", store, first, first.AddDate(0, 1, 0)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, c.AsOf)
	}
	if want := (time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)); len(got) != 2 || !got[0].Equal(want) || !got[1].Equal(want.Add(9*time.Hour+time.Microsecond)) {
		t.Errorf("changes at %v", got)
	}
	for _, err := range set.Changes(t.Context(), "1", store, first.AddDate(0, 0, -7), first) {
		if !errors.Is(err, columns.ErrNotCovered) {
			t.Errorf("from before: %v", err)
		}
	}
}
