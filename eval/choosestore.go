package eval

import (
	"context"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A boundLine is a line of a choice in the tables of a store.
type boundLine struct {
	refs  []*columns.Column // of the hops
	dated []*columns.Column // of where each leads; nil if that is not dated
	field *columns.Column
}

// bind finds the columns of the lines. It returns false if the store lacks one: then queries
// say what is missing.
func (c *Chooser) bind(leads *columns.Table) ([]boundLine, bool) {
	lines := make([]boundLine, len(c.plan.Lines))
	for i := range lines {
		l, checked, t := &lines[i], c.plan.Lines[i].Checked, leads
		for _, s := range checked.Path[1:] {
			ref := t.Column(s.Name)
			if ref == nil || ref.To == nil {
				return nil, false
			}
			t = ref.To
			var dated *columns.Column
			if f, ok := t.Entity().Dated(); ok {
				if dated = t.Column(f.Name); dated == nil {
					return nil, false
				}
			}
			l.refs, l.dated = append(l.refs, ref), append(l.dated, dated)
		}
		if l.field = t.Column(checked.Field.Name); l.field == nil {
			return nil, false
		}
	}
	return lines, true
}

// chooseFromStore is Choose over the columns of a store. It returns false if that lacks what
// the lines name.
func (c *Chooser) chooseFromStore(ctx context.Context, store *columns.Store, ids []string, asOf time.Time, out []Chosen) (ok bool, err error) {
	err = store.Use(ctx, 0, func() error {
		leads := store.Table(traverse.Lead)
		if leads == nil {
			return nil
		}
		lines, bound := c.bind(leads)
		if ok = bound; !ok {
			return nil
		}
		micros, day := asOf.UnixMicro(), check.AsOfDay(asOf, time.UTC)
		for i, id := range ids {
			out[i] = Chosen{Model: -1}
			if key := leads.Key(id); key != 0 {
				if row := leads.Row(key); row >= 0 {
					out[i] = c.fromRow(lines, leads, row, id, micros, day)
				}
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	return ok, err
}

// fromRow returns the choice for the lead in a row, as of an instant and the day of it in
// UTC.
func (c *Chooser) fromRow(lines []boundLine, leads *columns.Table, row int, id string, micros, day int64) Chosen {
	for i := range lines {
		l, t := &lines[i], leads
		if t.Cells(row)[l.refs[0].At] == 0 {
			continue
		}
		way := way{chooser: c, lead: id, line: i}
		way.begin()
		for hop, ref := range l.refs {
			n, key := c.plan.Lines[i].Nodes[hop], columns.Key(t.Cells(row)[ref.At])
			next := -1
			if key != 0 {
				next = ref.To.Row(key)
			}
			if next < 0 {
				return way.missing(n, ref.To.ID(key))
			}
			t, row = ref.To, next
			from := int64(columns.NoTime)
			if dated := l.dated[hop]; dated != nil {
				from = t.WideValue(row, dated.At)
			}
			switch {
			case from == columns.NoTime || from <= micros && !n.Layout.Days || from <= day && n.Layout.Days:
				way.there(n, t.ID(key))
			case n.Layout.Days:
				way.later(n, t.ID(key), from*(24*time.Hour).Microseconds())
			default:
				way.later(n, t.ID(key), from)
			}
		}
		return way.names(t.Value(row, l.field).Text())
	}
	return Chosen{Model: -1}
}
