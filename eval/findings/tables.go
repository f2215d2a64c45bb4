package findings

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// tables reports rows of tables that never count, and gaps between rows.
func (f *finder) tables(conditions []*condition) {
	eachTiers(f.model.Parts, func(t *check.Tiers) {
		if t.Table == nil {
			return
		}
		if t.Table.Number != nil && len(t.Conditions) > 0 && len(conditions[t.Conditions[0]].children) > 0 {
			f.child(conditions[t.Conditions[0]].children[0]) // the rows count the same
		}
		f.table(t)
	})
}

// eachTiers calls see for each block of tiers among parts and in them.
func eachTiers(parts []check.Part, see func(*check.Tiers)) {
	for _, p := range parts {
		switch p := p.(type) {
		case *check.Tiers:
			see(p)
		case *check.Group:
			eachTiers(p.Parts, see)
		case *check.Dimension:
			eachTiers(p.Parts, see)
		}
	}
}

func (f *finder) table(t *check.Tiers) {
	var rows []*row
	otherwise := false
	for _, i := range t.Conditions {
		c := &f.model.Conditions[i]
		if c.Row.Form == dsl.RowOtherwise {
			otherwise = true
			if t.Table.Number != nil && len(rows) > 0 && covers(union(rows), []interval{{0, math.Inf(1)}}, t) {
				f.warn(CodeHiddenRow, c.Row.Span, "this row never counts: one of those before it holds for every number")
			}
			continue
		}
		r := f.row(t, c)
		f.hidden(t, rows, r)
		rows = append(rows, r)
	}
	if !otherwise {
		f.gaps(t, rows)
	}
}

// A row is what is known of a row of a table.
type row struct {
	*check.Condition
	numbers []interval // for which it holds, if numeric is set
	numeric bool
	exprs   []*expr // of a table by a field
}

// An interval is the numbers from lo to hi, both included.
type interval struct{ lo, hi float64 }

func (f *finder) row(t *check.Tiers, c *check.Condition) *row {
	r := &row{Condition: c}
	if t.Table.Number != nil {
		r.numeric = true
		for i := range c.Children {
			ch := &c.Children[i]
			n := interval{float64(ch.Min), float64(ch.Max)}
			if ch.Max == 0 && ch.Min > 0 {
				n.hi = math.Inf(1)
			}
			if n.lo <= n.hi {
				r.numbers = append(r.numbers, n)
			}
		}
		return r
	}
	for _, e := range c.Children[0].Where {
		x := e.(*check.Comparison)
		r.exprs = append(r.exprs, &expr{field: x.Field, predicate: x.Predicate, at: c.Row.Span, text: x.Source, source: x.Source})
	}
	if r.exprs[0].field.Type == traverse.Number && !isEmpty(r.exprs[0]) {
		r.numeric, r.numbers = true, []interval{{math.Inf(-1), math.Inf(1)}}
		for _, e := range r.exprs {
			r.numbers = both(r.numbers, intervalsOf(e.predicate))
		}
	}
	return r
}

// hidden reports a row that no value satisfies, or only values for which one of the
// earlier rows holds.
func (f *finder) hidden(t *check.Tiers, earlier []*row, r *row) {
	switch {
	case r.numeric && len(r.numbers) == 0, !r.numeric && !f.judge.possible(r.exprs):
		what := "value"
		if r.numeric {
			what = "number"
		}
		f.warn(CodeHiddenRow, r.Row.Span, "this row never counts: it holds for no %s", what)
		return
	case r.numeric && covers(union(earlier), r.numbers, t):
	case !r.numeric && slices.ContainsFunc(earlier, func(e *row) bool { return f.follows(r, e) }):
	default:
		return
	}
	d := f.warn(CodeHiddenRow, r.Row.Span, "this row never counts: where it holds, one before it does")
	for _, e := range earlier {
		if alone := r.numeric && covers(e.numbers, r.numbers, t) || !r.numeric && f.follows(r, e); alone {
			d.Summary = "this row never counts: where it holds, an earlier one does"
			f.related(d, e.Row.Span, "this is the earlier one")
			return
		}
	}
}

// follows reports whether an earlier row of a table by a field holds for every value
// for which a row does.
func (f *finder) follows(r, earlier *row) bool {
	return len(earlier.exprs) > 0 && !slices.ContainsFunc(earlier.exprs, func(e *expr) bool { return !f.judge.implies(r.exprs, e) })
}

// gaps reports whole numbers between rows for which no row holds.
func (f *finder) gaps(t *check.Tiers, rows []*row) {
	if !slices.ContainsFunc(rows, func(r *row) bool { return r.numeric }) {
		return
	}
	held := union(rows)
	for i := 1; i < len(held); i++ {
		from, to := above(held[i-1].hi, t), below(held[i].lo, t)
		least, most := math.Ceil(from), math.Floor(to)
		if least > most {
			continue
		}
		text := decimal(least)
		if least < most {
			text += " to " + decimal(most)
		}
		d := f.report(dsl.Advice, CodeRowGap, t.Table.Name.Span, "no row holds for %s, although rows do for less and for more", text)
		d.Help = "add a row, or otherwise, for them"
	}
}

func decimal(v float64) string { return fmt.Sprintf("%.0f", v) }

// above returns the next number after v: the next count, or the next float.
func above(v float64, t *check.Tiers) float64 {
	if t.Table.Number != nil {
		return v + 1
	}
	return math.Nextafter(v, math.Inf(1))
}

// below returns the number before v.
func below(v float64, t *check.Tiers) float64 {
	if t.Table.Number != nil {
		return v - 1
	}
	return math.Nextafter(v, math.Inf(-1))
}

// union returns the numbers for which one of the rows holds, ascending. Intervals that
// touch may stay apart.
func union(rows []*row) []interval {
	var all []interval
	for _, r := range rows {
		all = append(all, r.numbers...)
	}
	slices.SortFunc(all, func(a, b interval) int { return cmp.Compare(a.lo, b.lo) })
	var out []interval
	for _, n := range all {
		if last := len(out) - 1; last >= 0 && n.lo <= out[last].hi {
			out[last].hi = max(out[last].hi, n.hi)
		} else {
			out = append(out, n)
		}
	}
	return out
}

// covers reports whether all numbers of some intervals are in others, which ascend.
func covers(large, small []interval, t *check.Tiers) bool {
	if len(small) == 0 {
		return false
	}
	for _, n := range small {
		at := n.lo
		for _, l := range large {
			if l.lo <= at && at <= l.hi {
				if at = l.hi; at < n.hi {
					at = above(at, t)
				}
			}
		}
		last := slices.ContainsFunc(large, func(l interval) bool { return l.lo <= at && at <= l.hi })
		if !last || at < n.hi {
			return false
		}
	}
	return true
}

// both returns the numbers that are in intervals of both lists.
func both(a, b []interval) []interval {
	var out []interval
	for _, x := range a {
		for _, y := range b {
			if n := (interval{max(x.lo, y.lo), min(x.hi, y.hi)}); n.lo <= n.hi {
				out = append(out, n)
			}
		}
	}
	return out
}

// intervalsOf returns the numbers for which a predicate holds, ascending.
func intervalsOf(p check.Predicate) []interval {
	all := interval{math.Inf(-1), math.Inf(1)}
	switch p := p.(type) {
	case check.NumberBetween:
		lo, hi := bounds(p)
		return both([]interval{all}, []interval{{lo, hi}})
	case check.NumberIn:
		values := slices.Compact(slices.Sorted(slices.Values(p.Values)))
		var out []interval
		from := all.lo
		for _, v := range values {
			switch before := math.Nextafter(v, math.Inf(-1)); {
			case !p.Not:
				out = append(out, interval{v, v})
			case from <= before:
				out = append(out, interval{from, before})
			}
			from = math.Nextafter(v, math.Inf(1))
		}
		if p.Not {
			out = append(out, interval{from, all.hi})
		}
		return out
	case check.IsEmpty:
		if !p.Not {
			return nil
		}
	}
	return []interval{all}
}
