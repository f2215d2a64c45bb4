package check

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/dsl"
)

// A letUse is a place where the name of a `let` stands for a value.
type letUse struct {
	at  dsl.Span
	let *dsl.Let
}

// explainValues adds to problems with a value that a name stands for where the value
// comes from. What would correct the place of the name is then not certain: its value
// may be what is wrong.
func (c *checker) explainValues(files []*dsl.File) {
	for _, f := range files {
		var uses []letUse
		for i := range c.diags {
			d := &c.diags[i]
			if d.File != f.Name || !d.Span.Known() {
				continue
			}
			if uses == nil {
				if !hasLets(f) {
					break
				}
				uses = usesOf(f)
			}
			explainValue(d, f, uses)
		}
	}
}

// explainValue adds the values that a problem begins or ends with.
func explainValue(d *dsl.Diagnostic, f *dsl.File, uses []letUse) {
	var last *dsl.Let
	first, _ := slices.BinarySearchFunc(uses, d.Span.Start.Offset, func(u letUse, at int) int { return u.at.Start.Offset - at })
	for _, u := range uses[first:] {
		from, to := u.at.Start.Offset, u.at.End.Offset
		if from > d.Span.End.Offset {
			break
		}
		if to > d.Span.End.Offset || from != d.Span.Start.Offset && to != d.Span.End.Offset || u.let == last {
			continue
		}
		last = u.let
		d.Related = append(d.Related, dsl.Related{
			Summary: fmt.Sprintf("%s is %s", u.let.Name, valueText(f, u.let)), File: f.Name, Span: u.let.Span,
		})
		if d.Fix != nil && d.Fix.Span.Start.Offset <= from && to <= d.Fix.Span.End.Offset {
			d.Fix = nil
		}
	}
}

// valueText returns the value of a `let` as it is written.
func valueText(f *dsl.File, l *dsl.Let) string {
	at := l.Value.At()
	if at.Start.Offset < 0 || at.End.Offset > len(f.Text) || at.Start.Offset > at.End.Offset {
		return "a value"
	}
	return brief(f.Text[at.Start.Offset:at.End.Offset])
}

// hasLets reports whether a file declares names for values.
func hasLets(f *dsl.File) bool {
	for _, b := range f.Blocks {
		switch b := b.(type) {
		case *dsl.Let:
			return true
		case *dsl.Model:
			if has[*dsl.Let](b) {
				return true
			}
		}
	}
	return false
}

// usesOf returns where names stand for values in a file, in the order of the text.
func usesOf(f *dsl.File) []letUse {
	var uses []letUse
	use := func(at dsl.Span, l *dsl.Let) {
		if l.Value != nil && l.Name != nil {
			uses = append(uses, letUse{at, l})
		}
	}
	whole := func(values []dsl.Literal, l *dsl.Let) {
		if l != nil && len(values) > 0 {
			use(values[0].At(), l)
		}
	}
	dsl.Walk(f, func(n dsl.Node) bool {
		switch n := n.(type) {
		case *dsl.Comparison:
			whole(n.Operands, n.List)
		case *dsl.Judgment:
			whole(n.Operands, n.List)
		case *dsl.Row:
			whole(n.Values, n.List)
		case *dsl.FieldValue:
			whole(n.Values, n.Let)
		case dsl.Literal:
			if l := letOf(n); l != nil {
				use(n.At(), l)
				return false // the parts of a value have the place of the name, too
			}
		}
		return true
	})
	slices.SortStableFunc(uses, func(a, b letUse) int { return a.at.Start.Offset - b.at.Start.Offset })
	return uses
}
