package enginetest_test

import (
	"errors"
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
		{recent, part, 0, []leadscore.Option{leadscore.Explain(3)}, moved, 0},
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
