package findings

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/grades"
)

// A decider determines what a decision can come to.
type decider struct {
	*finder
	conditions []*condition
	scores     Scores // of the model
	decided    []decided
}

// A decided is a judgment that always or never holds.
type decided struct {
	source *dsl.Judgment
	never  bool
	why    string
}

// decision reports a decision that never or always makes a lead sales ready, and parts
// of it that never or always hold.
func (f *finder) decision(conditions []*condition, s Scores, at dsl.Span) {
	d := &decider{finder: f, conditions: conditions, scores: s}
	never, always := d.decision(f.model.Decision)
	var whole *dsl.Diagnostic
	switch {
	case never:
		whole = f.warn(CodeReadyNever, at, "no lead becomes sales ready: the decision never holds")
	case always:
		whole = f.warn(CodeReadyAlways, at, "every lead becomes sales ready: the decision always holds")
	}
	for _, x := range d.decided {
		text := brief(x.source.String()) + " always holds: " + x.why
		if x.never {
			text = brief(x.source.String()) + " never holds: " + x.why
		}
		if whole != nil {
			f.related(whole, x.source.Span, text)
		} else {
			f.warn(CodeDecided, x.source.Span, "%s", text)
		}
	}
}

// decision reports whether a decision never or always holds.
func (d *decider) decision(of check.Decision) (never, always bool) {
	switch of := of.(type) {
	case check.AllDecisions:
		always = true
		for _, t := range of {
			n, a := d.decision(t)
			never, always = never || n, always && a
		}
		return never, always
	case check.AnyDecision:
		never = true
		for _, t := range of {
			n, a := d.decision(t)
			never, always = never && n, always || a
		}
		return never, always
	case check.NotDecision:
		never, always = d.decision(of.Decision)
		return always, never
	case check.ScoreDecision:
		never, always = d.score(of)
	case check.GradeDecision:
		never, always = d.grade(of)
	case check.HoldsDecision:
		c, at := d.conditions[of.Condition], d.places[of.Condition]
		never = c.never
		always = c.always && c.Season == nil && !at.tier && !at.seasonal
		if never || always {
			d.note(of.Source, never, "see the condition")
		}
	}
	return never, always
}

func (d *decider) note(at *dsl.Judgment, never bool, why string) {
	d.decided = append(d.decided, decided{at, never, why})
}

// reach returns the scores of a dimension, or with nil those of the model, and their name.
func (d *decider) reach(of *check.Dimension) (Scores, string) {
	if of == nil {
		return d.scores, "the model"
	}
	sum := (&summer{conditions: d.conditions}).dimension(of)
	return Scores{Least: sum.lo, Greatest: sum.hi}, "dimension " + brief(strconv.Quote(of.Name))
}

func (d *decider) score(of check.ScoreDecision) (never, always bool) {
	s, whom := d.reach(of.Of)
	never, always = !some(s, of.Predicate), true
	for _, other := range (&expr{predicate: of.Predicate}).complement() {
		if (other.predicate != check.IsEmpty{}) && some(s, other.predicate) {
			always = false
		}
	}
	if never || always {
		d.note(of.Source, never, whom+" gives scores "+s.String())
	}
	return never, always
}

// some reports whether one of the scores satisfies a predicate, as far as floats tell.
func some(s Scores, p check.Predicate) bool {
	const exact = 1 << 53 // up to which whole numbers are
	lo, hi := math.Inf(-1), math.Inf(1)
	if s.Least > -exact {
		lo = float64(min(s.Least, exact))
	}
	if s.Greatest < exact {
		hi = float64(max(s.Greatest, -exact))
	}
	return slices.ContainsFunc(intervalsOf(p), func(n interval) bool {
		from, to := math.Ceil(max(lo, n.lo)), math.Floor(min(hi, n.hi))
		return from <= to
	})
}

func (d *decider) grade(of check.GradeDecision) (never, always bool) {
	var names []string
	none, why := false, ""
	if of.Label {
		names = []string{""}
		for _, dim := range d.model.Label {
			s, _ := d.reach(dim)
			own, missing := gradesIn(s, dim.Grades)
			none = none || missing || dim.Season != nil
			var longer []string
			for _, n := range names {
				for _, o := range own {
					longer = append(longer, n+o)
				}
			}
			if names = longer; len(names) > 1000 {
				return false, false
			}
		}
		why = "no scores of the dimensions give another one"
	} else {
		s, whom := d.reach(of.Of)
		scale := d.model.Grades
		if of.Of != nil {
			scale, none = of.Of.Grades, of.Of.Season != nil
		}
		own, missing := gradesIn(s, scale)
		names, none = own, none || missing
		why = whom + " gives scores " + s.String()
	}
	holds := func(name string) bool { return slices.Contains(of.Values, name) != of.Not }
	never = !slices.ContainsFunc(names, holds)
	always = !none && !slices.ContainsFunc(names, func(name string) bool { return !holds(name) })
	if never {
		always = false
	}
	if never || always {
		d.note(of.Source, never, why)
	}
	return never, always
}

// gradesIn returns the grades that scores can have, and whether one of them has none.
func gradesIn(s Scores, scale grades.Scale) (names []string, none bool) {
	next := s.Least
	above := false // all scores have been looked at
	bands := slices.SortedFunc(scale.Bands(), func(a, b grades.Band) int { return cmp.Compare(a.From, b.From) })
	for _, b := range bands {
		if b.To < s.Least || b.From > s.Greatest {
			continue
		}
		names = append(names, b.Name)
		none = none || !above && b.From > next
		if b.To >= s.Greatest {
			above = true
		} else {
			next = b.To + 1
		}
	}
	return names, none || !above
}
