package fetch

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

// A loader is one run of Load.
type loader struct {
	b       *Batch
	ctx     context.Context
	source  traverse.Source
	want    [][]string                // keys to fetch, by need
	intakes []Intake                  // by need: what takes its records, or nil
	roots   map[rootOf][]string       // the keys of roots
	reached [plan.Targets][][]*Record // what some path goes on from, by target and node
	asked   []asked                   // the queries of a round
	sent    traverse.Pipeline         // has their answers; or nil
}

// An asked is a query for records of a need.
type asked struct {
	need  *plan.Need
	query traverse.Query
}

// query returns the query for some keys.
func (l *loader) query(n *plan.Need, keys []string) asked {
	q := traverse.Query{Need: n.Asked, Keys: keys, SkipIDs: l.intakes[n.Index] != nil}
	if n.Asked.Time != "" {
		q.From, q.To = l.b.hint(n)
	}
	q.Limit = l.b.limit()
	return asked{n, q}
}

// limit returns how many records the next query may return, or 0.
func (b *Batch) limit() int {
	if b.room == math.MaxInt {
		return 0
	}
	return b.room + 1 // one more shows that there are too many
}

// ask asks a source a query for records of a need. It returns the error of the query as
// failed, and what ends the whole batch as err.
func (l *loader) ask(source traverse.Source, n *plan.Need, have map[string]*Group, q *traverse.Query) (failed, err error) {
	b := l.b
	q.Limit = b.limit()
	rows, intake := b.memory.answer(), l.intakes[n.Index]
	if intake != nil {
		intake.Begin(q.Keys)
	}
	failed = traverse.AskInto(l.ctx, source, q, rows, intake)
	if err := l.ctx.Err(); err != nil {
		return nil, err
	}
	if failed != nil {
		b.memory.used-- // nothing of the rows is kept
		return failed, nil
	}
	if b.room -= rows.Len(); b.room < 0 {
		return nil, &LimitError{n.Asked.Entity, b.pathTo(n)}
	}
	if intake == nil {
		b.keep(n, have, rows)
	}
	b.failKeys(n, have, q, rows, intake)
	if intake != nil {
		b.memory.used-- // the rows have no records
	}
	return nil, nil
}

// failKeys sets the errors of the keys of a query that was answered.
func (b *Batch) failKeys(n *plan.Need, have map[string]*Group, q *traverse.Query, rows *traverse.Rows, intake Intake) {
	for _, k := range q.Keys {
		if err := rows.Failed(k); err != nil {
			b.fail(have, k, err)
		} else if intake == nil {
			if id, ok := b.memory.repeated(have[k].Records); ok {
				b.fail(have, k, cameTwice(n, k, id))
			}
		}
	}
	if intake == nil {
		return
	}
	intake.End(func(at int, id string) {
		if k := q.Keys[at]; rows.Failed(k) == nil {
			b.fail(have, k, cameTwice(n, k, id))
		}
	})
}

// cameTwice is the error of a key under which a record came twice.
func cameTwice(n *plan.Need, key, id string) error {
	fault := fmt.Sprintf("source added %s %q twice", n.Asked.Entity, id)
	if n.By != "" {
		fault += fmt.Sprintf(" under the key %q", key)
	}
	return &traverse.ContractError{Entity: n.Asked.Entity, By: n.By, Fault: fault}
}

// fail sets the error of a key, which has no group yet if an intake takes its records.
func (b *Batch) fail(have map[string]*Group, key string, err error) {
	g := have[key]
	if g == nil {
		g = b.memory.group()
		have[key] = g
	}
	g.Err = err
	b.Failed = true
}

// keep makes records of rows and puts them into their groups. The records lie in
// one piece of memory, and so do the lists of a key's records that came together.
func (b *Batch) keep(n *plan.Need, have map[string]*Group, rows *traverse.Rows) {
	records := b.memory.records.take(rows.Len())
	list := b.memory.lists.take(rows.Len())
	i, start, key := 0, 0, ""
	finish := func() {
		if start == i {
			return
		}
		if g := have[key]; g.Records == nil {
			g.Records = list[start:i:i]
		} else {
			g.Records = append(g.Records, list[start:i]...)
		}
		start = i
	}
	for row := range rows.All() {
		if row.Key != key {
			finish()
			key = row.Key
		}
		list[i] = &records[i]
		if n.By == "" {
			if err := checkTexts(n, row); err != nil {
				b.fail(have, key, err)
			}
		}
		b.take(list[i], n, row)
		i++
	}
	finish()
}

// checkTexts returns an error for a record with a text that no field may hold. [traverse.Rows]
// lets such texts through, and columns of profiles do not take them.
func checkTexts(n *plan.Need, row traverse.Row) error {
	if !utf8.ValidString(row.ID) {
		return fmt.Errorf("%s: the id %w", n.Asked.Entity, traverse.TextValue(row.ID).Check())
	}
	for i, v := range row.Values {
		if k := v.Kind(); k == traverse.KindText && utf8.ValidString(v.Text()) || k != traverse.KindText && k != traverse.KindChoices {
			continue
		}
		if err := v.Check(); err != nil {
			return fmt.Errorf("%s %q: %s: %w", n.Asked.Entity, row.ID, n.Asked.Fields[i], err)
		}
	}
	return nil
}

// take makes a record of a row.
func (b *Batch) take(r *Record, n *plan.Need, row traverse.Row) {
	*r = Record{ID: row.ID, Entity: n.Layout.Entity, Values: row.Values}
	if n.Owner {
		return
	}
	l := n.Layout
	if b.opts.NearMisses {
		r.Given = slices.Clone(r.Values)
	}
	if !b.opts.Raw || b.opts.Unwanted != nil && n == b.plan.Lead {
		for i, v := range r.Values {
			var fold func(string) string
			if l.Fold[i] {
				fold = b.fold
			}
			r.Values[i] = plan.Normal(v, fold)
		}
	}
	if l.Dated >= 0 {
		if v := r.Values[l.Dated]; v.Kind() == traverse.KindDate {
			r.When, r.Dated = v.Day(), true
		} else if v.Kind() == traverse.KindTime {
			r.When, r.Dated = v.Micros(), true
		}
	}
}

// hint returns the range of time that some path can reach.
func (b *Batch) hint(n *plan.Need) (from, to time.Time) {
	if b.opts.NearMisses { // what lies outside may be a near miss, or is told
		return time.Time{}, time.Time{}
	}
	return Range(n, &b.Instant, b.wanted)
}

// Range returns the range of time that some path to a need can reach as of an instant:
// those of the models for which wanted returns true, of all if it is nil.
func Range(n *plan.Need, instant *plan.Instant, wanted func(models []int) bool) (from, to time.Time) {
	lo, bounded := int64(math.MaxInt64), true
	for _, at := range n.Nodes {
		for _, r := range at.Ranges {
			switch {
			case wanted != nil && !wanted(r.Models):
			case r.Window < 0:
				bounded = false
			default:
				lo = min(lo, instant.Bounds[r.Window].Lo)
			}
		}
	}
	if n.Layout.Days {
		to = time.Unix(instant.Latest*24*60*60, 0).UTC()
		from = time.Unix(lo*24*60*60, 0).UTC()
	} else {
		// A source may hold finer instants than the microsecond that they are cut to.
		to = time.UnixMicro(instant.Micros).Add(time.Microsecond - 1).UTC()
		from = time.UnixMicro(lo).UTC()
	}
	if !bounded || lo == math.MaxInt64 {
		from = time.Time{}
	}
	return from, to
}

// pathTo spells the way on which the batch's first lead reaches a need's records.
func (b *Batch) pathTo(n *plan.Need) string {
	switch n {
	case b.plan.Lead:
		return traverse.Lead
	case b.plan.Owner:
		return traverse.Contact + "." + traverse.ParentAccount
	}
	for kind, t := range b.plan.Trees {
		if !plan.LeadKind(kind).Includes(b.Leads[0].Kind) {
			continue
		}
		for _, at := range t.Order {
			if slices.Contains(at.Needs, n) && b.Leads[0].wants(at.Models) {
				return at.Path()
			}
		}
	}
	return n.Asked.Entity
}
