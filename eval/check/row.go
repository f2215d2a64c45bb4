package check

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// fieldRow turns a row of a table by a field into a condition with one child.
func (k *modelChecker) fieldRow(col *column, row *dsl.Row, out *Condition) {
	tests, ok := k.tests(col, row)
	if !ok {
		return
	}
	child := col.child
	source := *child.Source
	source.Span = row.Span
	for _, t := range tests {
		p := k.predicate(k.model, col.field, t)
		if p == nil {
			return
		}
		named := *t
		named.Ref = col.ref
		source.Where = append(source.Where, &named)
		child.Where = append(child.Where, &Comparison{
			Step: len(child.Path) - 1, Hops: col.hops, Field: col.field, Predicate: p, Source: &named,
		})
	}
	child.Source = &source
	out.Children = []Child{child}
}

// countRow turns a row of a table by number into a condition with one child, or with
// several of which one must hold.
func (k *modelChecker) countRow(col *column, row *dsl.Row, out *Condition) {
	tests, ok := k.tests(col, row)
	if !ok {
		return
	}
	counts := []interval{{open: true}}
	for _, t := range tests {
		if t.Op == dsl.IsEmpty || t.Op == dsl.IsNotEmpty {
			k.neverEmpty(col.field, t)
			return
		}
		if operatorOf(traverse.Number, t.Op) == nil {
			k.misnumbered(col.field, t)
			return
		}
		p := k.predicate(k.model, col.field, t)
		if p == nil {
			return
		}
		counts = intersect(counts, countsOf(p))
	}
	if len(counts) == 0 {
		counts = []interval{{lo: 2, hi: 1}} // which no count satisfies
	}
	if counts[0].lo == 0 && counts[0].open {
		counts = []interval{{}, {lo: 1, open: true}} // a child that always holds cannot be said otherwise
	}
	for _, n := range counts {
		out.Children = append(out.Children, childFor(col, row, n))
	}
	if len(counts) > 1 {
		block := &Block{Any: true}
		for i := range counts {
			block.Items = append(block.Items, ChildItem(i))
		}
		out.Items = []Item{block}
	}
}

// neverEmpty reports `is empty` where occurrences are counted.
func (k *modelChecker) neverEmpty(f traverse.Field, t *dsl.Comparison) {
	d := k.problem(t.OpSpan, CodeType, "%s is never empty: where there is none, it is 0", f.Name)
	text := "= 0"
	if t.Op == dsl.IsNotEmpty {
		text = "> 0"
	}
	d.Help = "write " + text
	d.ReplaceAt(t.OpSpan, text)
}

// childFor returns the child of a table by number that holds for the counts of an
// interval.
func childFor(col *column, row *dsl.Row, n interval) Child {
	child := col.child
	child.Each, child.Min, child.Max = false, n.lo, n.hi
	source := *child.Source
	source.Span, source.Frequency = row.Span, n.frequency(row.Span)
	child.Source = &source
	return child
}

// tests returns what a row asks as comparisons without a reference, all of which must
// hold. It reports a form that the column's type does not have.
func (k *modelChecker) tests(col *column, row *dsl.Row) ([]*dsl.Comparison, bool) {
	f := col.field
	switch row.Form {
	case dsl.RowTest:
		if row.Test == nil {
			return nil, false
		}
		return []*dsl.Comparison{row.Test}, true
	case dsl.RowValues:
		if len(row.Values) == 0 {
			return nil, false
		}
		span := dsl.Span{Start: row.Values[0].At().Start, End: row.Values[len(row.Values)-1].At().End}
		op := dsl.In
		if f.Type == traverse.Choices {
			op = dsl.ContainsAny
		}
		if operatorOf(f.Type, op) == nil {
			k.valuesAlone(f, row, span)
			return nil, false
		}
		at := dsl.Span{Start: span.Start, End: span.Start}
		return []*dsl.Comparison{{Span: span, Op: op, OpSpan: at, Operands: row.Values, List: row.List}}, true
	case dsl.RowFrom:
		return k.bounds(f, row)
	}
	return nil, false
}

// valuesAlone reports values in place of an operator for a type that has no `in`.
func (k *modelChecker) valuesAlone(f traverse.Field, row *dsl.Row, span dsl.Span) {
	d := k.problem(span, CodeType, "%s is %s: its rows need an operator", f.Name, f.Type.Noun())
	op := dsl.On
	if f.Type == traverse.Bool {
		op = dsl.Equal
	}
	d.Expected = operatorNames(f.Type)
	switch v := row.Values[0].(type) {
	case *dsl.Bool:
		if f.Type != traverse.Bool {
			return
		}
	case *dsl.Moment:
		if f.Type == traverse.Bool || v.Bad {
			return
		}
	default:
		return
	}
	if len(row.Values) == 1 && k.file != nil {
		d.Expected = nil
		text := op.String() + " " + brief(k.file.Text[span.Start.Offset:span.End.Offset])
		d.Help = "write " + text
		d.Replace(text)
	}
}

// bounds returns the comparisons of `from A to B`, `from A below B`, `from A` and
// `below B`.
func (k *modelChecker) bounds(f traverse.Field, row *dsl.Row) ([]*dsl.Comparison, bool) {
	var ends []*dsl.Number
	for _, n := range []*dsl.Number{row.From, row.To, row.Below} {
		if n != nil {
			ends = append(ends, n)
		}
	}
	if len(ends) == 0 {
		return nil, false
	}
	span := dsl.Span{Start: ends[0].Start, End: ends[len(ends)-1].End}
	if f.Type != traverse.Number {
		d := k.problem(span, CodeType, "%s is %s: from and below are for numbers", f.Name, f.Type.Noun())
		d.Expected = operatorNames(f.Type)
		return nil, false
	}
	at := dsl.Span{Start: span.Start, End: span.Start}
	test := func(op dsl.Op, operands ...dsl.Literal) *dsl.Comparison {
		return &dsl.Comparison{Span: span, Op: op, OpSpan: at, Operands: operands}
	}
	switch {
	case row.From != nil && row.To != nil:
		if k.disordered(row.From, row.To, row, "to") {
			return nil, false
		}
		return []*dsl.Comparison{test(dsl.InRange, row.From, row.To)}, true
	case row.From != nil && row.Below != nil:
		if k.disordered(row.From, row.Below, row, "below") {
			return nil, false
		}
		return []*dsl.Comparison{test(dsl.GreaterEqual, row.From), test(dsl.Less, row.Below)}, true
	case row.From != nil:
		return []*dsl.Comparison{test(dsl.GreaterEqual, row.From)}, true
	}
	return []*dsl.Comparison{test(dsl.Less, row.Below)}, true
}

// disordered reports bounds of a row that are out of order. Numbers that have a problem
// of their own are reported where they are read as operands.
func (k *modelChecker) disordered(from, to *dsl.Number, row *dsl.Row, word string) bool {
	lo, err := strconv.ParseFloat(from.Text, 64)
	hi, err2 := strconv.ParseFloat(to.Text, 64)
	if from.Bad || to.Bad || err != nil || err2 != nil || lo < hi || lo == hi && word == "to" {
		return false
	}
	at := dsl.Span{Start: from.Start, End: to.End}
	if lo == hi {
		d := k.problem(at, CodeBounds, "no number is from %s and below %s", brief(from.Text), brief(to.Text))
		d.Help = fmt.Sprintf("write from %s to %s", brief(from.Text), brief(to.Text))
		return true
	}
	d := k.problem(at, CodeBounds, "the bounds are out of order: %s is more than %s", brief(from.Text), brief(to.Text))
	d.Help = fmt.Sprintf("write from %s %s %s", brief(to.Text), word, brief(from.Text))
	return true
}

// An interval is the counts from lo to hi, both included; without an end if open is
// set.
type interval struct {
	lo, hi uint64
	open   bool
}

// frequency returns the frequency that holds for the counts of the interval.
func (n interval) frequency(at dsl.Span) dsl.Frequency {
	number := func(v uint64) *dsl.Number { return &dsl.Number{Span: at, Text: strconv.FormatUint(v, 10)} }
	f := dsl.Frequency{Span: at}
	switch {
	case n.open && n.lo == 1:
		f.Kind = dsl.AtLeast
	case n.open:
		f.Kind, f.Count = dsl.AtLeast, number(n.lo)
	case n.hi == 0:
		f.Kind = dsl.None
	case n.lo == n.hi:
		f.Kind, f.Count = dsl.Exactly, number(n.lo)
	case n.lo == 0:
		f.Kind, f.Count = dsl.AtMost, number(n.hi)
	default:
		f.Kind, f.Count, f.To = dsl.FromTo, number(n.lo), number(n.hi)
	}
	return f
}

// countsOf returns the counts that satisfy a predicate on numbers, ascending. Counts
// that do not fit into 64 bits are taken for the greatest that does.
func countsOf(p Predicate) []interval {
	const tooMany = 1 << 64
	switch p := p.(type) {
	case NumberBetween:
		lo, hi := max(math.Ceil(p.Lo), 0), math.Floor(p.Hi)
		if lo > hi {
			return nil
		}
		if lo >= tooMany {
			return []interval{{lo: math.MaxUint64, open: true}}
		}
		n := interval{lo: uint64(lo), open: hi >= tooMany}
		if p.LoOpen && lo == p.Lo {
			n.lo++ // not before: a float may have no successor that is one more
		}
		if n.open {
			return []interval{n}
		}
		if n.hi = uint64(hi); p.HiOpen && hi == p.Hi {
			if n.hi == 0 {
				return nil
			}
			n.hi--
		}
		if n.lo > n.hi {
			return nil
		}
		return []interval{n}
	case NumberIn:
		var list []interval
		for _, v := range distinct(p.Values) {
			if v != math.Floor(v) || v < 0 || v >= tooMany {
				continue
			}
			n := uint64(v)
			if last := len(list) - 1; last >= 0 && list[last].hi == n-1 {
				list[last].hi = n
			} else {
				list = append(list, interval{lo: n, hi: n})
			}
		}
		if p.Not {
			return others(list)
		}
		return list
	}
	return nil
}

// others returns the counts that are in none of the intervals, which ascend.
func others(list []interval) []interval {
	var out []interval
	from := uint64(0)
	for _, n := range list {
		if n.lo > from {
			out = append(out, interval{lo: from, hi: n.lo - 1})
		}
		if n.hi == math.MaxUint64 {
			return out
		}
		from = n.hi + 1
	}
	return append(out, interval{lo: from, open: true})
}

// intersect returns the counts that are in an interval of both lists, which ascend.
func intersect(a, b []interval) []interval {
	var out []interval
	for _, x := range a {
		for _, y := range b {
			n := interval{lo: max(x.lo, y.lo), hi: min(x.hi, y.hi), open: x.open && y.open}
			switch {
			case x.open:
				n.hi = y.hi
			case y.open:
				n.hi = x.hi
			}
			if n.open || n.lo <= n.hi {
				out = append(out, n)
			}
		}
	}
	slices.SortFunc(out, func(x, y interval) int {
		if x.lo < y.lo {
			return -1
		}
		return 1
	})
	return out
}
