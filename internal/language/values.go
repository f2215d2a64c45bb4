package language

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

// used are the values that a file uses, and how often. What somebody has written once is
// what they are most likely to write again.
type used struct {
	spans, moments, points tally
	ofFields               map[string]tally // by the name of the field, as they are written
}

// A tally counts texts.
type tally map[string]int

// add counts a text. The zero tally is replaced by one that can count.
func (t *tally) add(text string, times int) {
	if *t == nil {
		*t = tally{}
	}
	(*t)[text] += times
}

// most returns the texts, the most frequent first.
func (t tally) most() []string {
	return slices.SortedFunc(maps.Keys(t), func(a, b string) int {
		return cmp.Or(cmp.Compare(t[b], t[a]), strings.Compare(a, b))
	})
}

// newUsed returns the values that a tree uses. Those for which a name stands are left out.
func newUsed(f *dsl.File) *used {
	u := &used{ofFields: map[string]tally{}}
	field := func(names []*dsl.Name, values []dsl.Literal) {
		if len(names) == 0 {
			return
		}
		name := names[len(names)-1].Text
		for _, v := range values {
			if text := written(v); text != "" {
				t := u.ofFields[name]
				t.add(text, 1)
				u.ofFields[name] = t
			}
		}
	}
	dsl.Walk(f, func(n dsl.Node) bool {
		switch n := n.(type) {
		case *dsl.Comparison:
			field(n.Ref, n.Operands)
		case *dsl.FieldValue:
			if n.Field != nil {
				field([]*dsl.Name{n.Field}, n.Values)
			}
		case *dsl.Table:
			for _, row := range n.Rows {
				field(n.Ref, row.Values)
				if row.Test != nil {
					field(n.Ref, row.Test.Operands)
				}
			}
		case *dsl.Score:
			if n.Points != nil && n.Points.Let == nil && !n.Points.Bad {
				u.points.add(n.Points.Text, 1)
			}
		case *dsl.TimeSpan:
			if n.Let == nil && n.Count != nil && n.End.Offset > n.Count.End.Offset {
				u.spans.add(n.String(), 1)
			}
		case *dsl.Moment:
			if n.Let == nil && !n.Bad {
				u.moments.add(n.Raw, 1)
			}
		}
		return true
	})
	return u
}

// written returns a value as it is written, or "" if a name stands for it or it is not
// well-formed.
func written(v dsl.Literal) string {
	switch v := v.(type) {
	case *dsl.String:
		if v.Let == nil && !v.Bad {
			return v.Raw
		}
	case *dsl.Number:
		if v.Let == nil && !v.Bad {
			return v.Text
		}
	case *dsl.Moment:
		if v.Let == nil && !v.Bad {
			return v.Raw
		}
	}
	return ""
}
