package findings

import (
	"fmt"
	"strconv"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// limit reports a limit that changes the sum of every lead, or of none. p is nil for
// the model.
func (f *finder) limit(p check.Part, sum reach) {
	l, clauses, whom := f.model.Limit, f.model.Source.Clauses, "the model"
	switch p := p.(type) {
	case *check.Group:
		l, clauses, whom = p.Limit, p.Source.Clauses, "group "+brief(strconv.Quote(p.Name))
	case *check.Dimension:
		l, clauses, whom = p.Limit, p.Source.Clauses, "dimension "+brief(strconv.Quote(p.Name))
	}
	var at dsl.Span
	for _, clause := range clauses {
		if c, ok := clause.(*dsl.Limit); ok {
			at = c.Span
		}
	}
	s := Scores{Least: sum.lo, Greatest: sum.hi}
	switch {
	case !l.HasLo && !l.HasHi || sum.lo == 0 && sum.hi == 0: // what it holds is still to be written
	case l.HasLo && sum.hi <= l.Lo:
		f.warn(CodeLimit, at, "the limit gives every lead %d: without it, %s gives scores %s", l.Lo, whom, s)
	case l.HasHi && sum.lo >= l.Hi:
		f.warn(CodeLimit, at, "the limit gives every lead %d: without it, %s gives scores %s", l.Hi, whom, s)
	case l.HasHi && sum.hi < l.Hi:
		f.report(dsl.Advice, CodeLimitFar, at, "no lead reaches %d: without the limit, %s gives scores %s", l.Hi, whom, s)
	case l.HasLo && l.Lo < 0 && sum.lo > l.Lo:
		f.report(dsl.Advice, CodeLimitFar, at, "no lead falls to %d: without the limit, %s gives scores %s", l.Lo, whom, s)
	}
}

// dimensions reports what is odd about the grades of the model's dimensions. It
// reports whether one of them has grades.
func (f *finder) dimensions(conditions []*condition) bool {
	graded := false
	s := &summer{conditions: conditions}
	for _, p := range f.model.Parts {
		d, ok := p.(*check.Dimension)
		if !ok {
			continue
		}
		for range d.Grades.Bands() {
			graded = true
		}
		if len(d.Parts) > 0 {
			f.weight(d, conditions)
			sum := s.dimension(&check.Dimension{Limit: d.Limit, OutOf: d.OutOf, Parts: d.Parts}) // out of season it has no grade
			f.grades(fmt.Sprintf("dimension %s", brief(strconv.Quote(d.Name))), d.Source.Clauses, d.Grades, Scores{Least: sum.lo, Greatest: sum.hi})
		}
	}
	return graded
}

// weight reports the weight or the out of of a dimension, if it makes different scores
// the same.
func (f *finder) weight(d *check.Dimension, conditions []*condition) {
	s := &summer{conditions: conditions}
	whole := check.Dimension{Limit: d.Limit, Parts: d.Parts} // in season
	limited := s.dimension(&whole)
	whole.OutOf = d.OutOf
	scored := s.dimension(&whole)
	weighted := scored
	weighted.times(d.Weight, 100)
	name := brief(strconv.Quote(d.Name))
	for _, clause := range d.Source.Clauses {
		switch c := clause.(type) {
		case *dsl.OutOf:
			if limited.lo < limited.hi && scored.lo == scored.hi {
				f.warn(CodeWeight, c.Span, "out of %d gives every lead %d: without it, dimension %s gives scores %s",
					d.OutOf, scored.lo, name, Scores{Least: limited.lo, Greatest: limited.hi})
			}
		case *dsl.Weight:
			if scored.lo < scored.hi && weighted.lo == weighted.hi {
				f.warn(CodeWeight, c.Span, "dimension %s adds %d for every lead: without its weight, it gives scores %s",
					name, weighted.lo, Scores{Least: scored.lo, Greatest: scored.hi})
			}
		}
	}
}
