package check

import (
	"slices"
	"strconv"

	"github.com/leadscore/leadscore/dsl"
)

// Bounds of what a dimension says of its score.
const (
	maxWeight = 1000
	maxOutOf  = 1_000_000
)

func (k *modelChecker) dimension(of *section, d *dsl.Dimension) {
	s := k.section("dimension")
	out := &Dimension{Name: k.name(d.Name, "dimension"), Weight: 100, Source: d}
	var outOf *dsl.OutOf
	for _, clause := range d.Clauses {
		switch cl := clause.(type) {
		case *dsl.Weight:
			if k.first(s, "weight", cl.Span) {
				if n, ok := k.within(cl.Percent, maxWeight, "a weight", "%"); ok {
					out.Weight = n
				}
			}
		case *dsl.OutOf:
			if k.first(s, "out of", cl.Span) {
				outOf = cl
				out.OutOf, _ = k.within(cl.Number, maxOutOf, "out of", "")
			}
		default:
			k.clause(s, clause)
		}
	}
	out.Season, out.Limit, out.Parts = s.season, s.limit, s.parts
	out.Grades = k.checker.grades(s.bands)
	if outOf != nil && (!out.Limit.HasHi || out.Limit.Hi <= 0) {
		out.OutOf = 0
		k.outOfWhat(d, s, outOf)
	}
	k.dimensions = append(k.dimensions, out)
	of.parts = append(of.parts, out)
}

// within reads a whole number from 1 to most.
func (k *modelChecker) within(n *dsl.Number, most int64, what, unit string) (int64, bool) {
	if n.Bad {
		return 0, false
	}
	v, err := strconv.ParseInt(n.Text, 10, 64)
	if err != nil || v < 1 || v > most {
		k.problem(n.Span, CodePoints, "%s%s is not valid for %s, which goes from 1%s to %d%s", brief(n.Text), unit, what, unit, most, unit)
		return 0, false
	}
	return v, true
}

// outOfWhat reports an `out of` without an upper bound that it stands for.
func (k *modelChecker) outOfWhat(d *dsl.Dimension, s *section, o *dsl.OutOf) {
	at, limited := s.once["limit"]
	switch {
	case !limited:
		if !d.Incomplete {
			k.problem(o.Span, CodeMissing, "out of needs a limit with an upper bound, which becomes %s", brief(o.Number.Text)).Help =
				"add a limit such as limit from 0 to 100"
		}
	case !s.limit.HasLo && !s.limit.HasHi: // which has been reported
	default:
		p := k.problem(o.Span, CodeBounds, "out of needs a limit with an upper bound above 0")
		p.Related = []dsl.Related{{Summary: "the limit is here", File: k.file.Name, Span: at}}
	}
}

// gradeNames returns the names of grades as they are written, also if something is
// wrong with their bounds.
func gradeNames(bands []*dsl.Grade) []string {
	var names []string
	for _, g := range bands {
		if !g.Name.Bad {
			names = append(names, g.Name.Value)
		}
	}
	return names
}

// gradesIn returns the names of the grades among clauses.
func gradesIn(clauses []dsl.Clause) []string {
	var bands []*dsl.Grade
	for _, clause := range clauses {
		if g, ok := clause.(*dsl.Grade); ok {
			bands = append(bands, g)
		}
	}
	return gradeNames(bands)
}

// gradesOf returns the names of the grades of a dimension.
func gradesOf(d *Dimension) []string { return gradesIn(d.Source.Clauses) }

// dimensionCalled returns the dimension that a clause or a decision names. It reports
// one that the model does not have, and then returns nil. Of those that it has, it
// suggests one that fits.
func (k *modelChecker) dimensionCalled(name *dsl.String, fits func(*Dimension) bool) *Dimension {
	if name.Bad {
		return nil
	}
	var names []string
	for _, d := range k.dimensions {
		if d.Name == name.Value && d.Source.Name != nil {
			return d
		}
		if fits(d) {
			names = append(names, d.Name)
		}
	}
	if k.model.Source.Incomplete {
		return nil // it may be what could not be read
	}
	d := k.problem(name.Span, CodeName, "the model has no dimension %s", brief(name.Raw))
	switch other, taken := k.names[name.Value]; {
	case taken:
		d.Help = "that is the name of a " + other.what
	case len(k.dimensions) == 0:
		d.Help = `a dimension is declared as dimension "…" { … }`
	default:
		k.nearestText(d, name, names)
	}
	return nil
}

// nearestText suggests the one of candidates that is nearest to a text, or else lists
// them.
func (c *checker) nearestText(d *dsl.Diagnostic, text *dsl.String, candidates []string) {
	if near := c.near(text.Value, slices.Values(candidates)); near != "" {
		d.Nearest = strconv.Quote(near)
		c.fixText(d, text, candidates, near)
		return
	}
	const few = 12
	for _, v := range candidates[:min(few, len(candidates))] {
		d.Expected = append(d.Expected, strconv.Quote(v))
	}
	if len(candidates) > few {
		d.Expected = append(d.Expected, "another of them")
	}
}

// graded reports a dimension without grades, of which a grade is asked.
func (k *modelChecker) graded(d *Dimension, at dsl.Span) bool {
	if len(gradesOf(d)) > 0 || d.Source.Incomplete {
		return true
	}
	p := k.problem(at, CodeMissing, "dimension %s has no grades", brief(strconv.Quote(d.Name)))
	p.Help = `add grades to it, such as grade "A" from 40`
	if d.Source.Name != nil {
		p.Related = []dsl.Related{{Summary: "the dimension is here", File: k.model.File, Span: d.Source.Name.Span}}
	}
	return false
}

// labelled checks the label, when all dimensions are known.
func (k *modelChecker) labelled() {
	if k.label == nil {
		return
	}
	before := map[string]dsl.Span{}
	fits := func(d *Dimension) bool {
		named := slices.ContainsFunc(k.label.Dimensions, func(s *dsl.String) bool { return s.Value == d.Name })
		return !named && len(gradesOf(d)) > 0
	}
	for _, name := range k.label.Dimensions {
		d := k.dimensionCalled(name, fits)
		if d == nil {
			continue
		}
		if at, twice := before[d.Name]; twice {
			p := k.problem(name.Span, CodeDuplicate, "the label names %s twice", brief(name.Raw))
			p.Related = []dsl.Related{{Summary: "the first is here", File: k.file.Name, Span: at}}
			continue
		}
		before[d.Name] = name.Span
		if k.graded(d, name.Span) {
			k.model.Label = append(k.model.Label, d)
		}
	}
}
