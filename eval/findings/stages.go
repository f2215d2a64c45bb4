package findings

import (
	"math"
	"slices"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// OfSet is like [Of] for a set that was checked without an error, with its blocks. If asOf
// is not the zero time, it is like [AsOf].
func OfSet(set *check.Set, asOf time.Time, files ...*dsl.File) dsl.Diagnostics {
	var found dsl.Diagnostics
	if asOf.IsZero() {
		found = Of(set.Models, files...)
	} else {
		found = AsOf(set.Models, asOf, files...)
	}
	if len(set.Stages) == 0 && len(set.Assignments) == 0 {
		return found
	}
	s := &stageFinder{deciders: map[*check.Model]*decider{}}
	for _, b := range set.Stages {
		s.finder = newFinder(&check.Model{File: b.File}, files)
		s.block(b)
		found = append(found, s.finder.found...)
	}
	for _, a := range set.Assignments {
		s.finder = newFinder(&check.Model{File: a.File}, files)
		s.assignment(a)
		found = append(found, s.finder.found...)
	}
	var warnings, rest dsl.Diagnostics
	for _, d := range found {
		if d.Severity == dsl.Warning {
			warnings = append(warnings, d)
		} else {
			rest = append(rest, d)
		}
	}
	warnings.Sort()
	return append(warnings, rest...)
}

// A stageFinder collects the findings about blocks of stages.
type stageFinder struct {
	*finder
	deciders map[*check.Model]*decider // nil for a model that is not whole
}

func (s *stageFinder) block(b *check.Stages) {
	for i := range b.Stages {
		stage := &b.Stages[i]
		if stage.When == nil {
			continue
		}
		never := s.decision(stage, stage.When, true)
		if stage.Until != nil {
			s.decision(stage, stage.Until, false)
			if !never && scores(stage) && implies(stage.When, stage.Until) {
				d := s.warn(CodeStageLost, stage.Source.Until.At(), "stage %s is lost at the next step: its until holds whenever its when does", brief(stage.Source.Name.Raw))
				d.Help = "let until ask for less than when, such as a lower score"
			}
		}
		if never {
			continue
		}
		for j := i + 1; j < len(b.Stages); j++ {
			if above := &b.Stages[j]; above.When != nil && implies(stage.When, above.When) {
				name, other := stage.Source.Name, above.Source.Name
				d := s.warn(CodeStagePassed, name.Span, "no lead enters stage %s: whoever could enters %s, which stands above it", brief(name.Raw), brief(other.Raw))
				d.Help = "list the stages from the lowest to the highest"
				s.related(d, other.Span, "the stage above it")
				break
			}
		}
	}
}

// decision reports parts of a decision of a stage that never hold, and a stage that is
// never entered. It returns whether that is so.
func (s *stageFinder) decision(stage *check.Stage, of check.Decision, when bool) bool {
	var parts []decided
	never := s.never(of, &parts)
	var whole *dsl.Diagnostic
	if never && when {
		whole = s.warn(CodeStageNever, stage.Source.Name.Span, "no lead enters stage %s: its when never holds", brief(stage.Source.Name.Raw))
	}
	for _, p := range parts {
		text := brief(p.source.String()) + " never holds: " + p.why
		if whole != nil {
			s.related(whole, p.source.Span, text)
		} else {
			s.warn(CodeDecided, p.source.Span, "%s", text)
		}
	}
	return never
}

// never reports whether a decision over several models never holds, and appends the parts
// that never do. No part always holds, as its model may not score a lead.
func (s *stageFinder) never(of check.Decision, parts *[]decided) bool {
	never := false
	switch of := of.(type) {
	case check.AllDecisions:
		for _, t := range of {
			if s.never(t, parts) {
				never = true
			}
		}
	case check.AnyDecision:
		never = true
		for _, t := range of {
			if !s.never(t, parts) {
				never = false
			}
		}
	case check.NotDecision:
		s.never(of.Decision, parts)
	case check.ModelDecision:
		d := s.decider(of.Model)
		if d == nil {
			return false
		}
		why := ""
		if never, why = d.asked(of.Decision); never {
			*parts = append(*parts, decided{of.Source, true, why})
		}
	}
	return never
}

// decider returns what determines what a decision about a model can come to, or nil.
func (s *stageFinder) decider(m *check.Model) *decider {
	d, ok := s.deciders[m]
	if !ok {
		if whole(m) {
			f := newFinder(m, nil)
			conditions := prepare(m, f.judge)
			f.places = placesOf(m)
			d = &decider{finder: f, conditions: conditions, scores: rangeOf(m, conditions, nil)}
		}
		s.deciders[m] = d
	}
	return d
}

// asked reports whether a decision about the model, which is a single part, never holds, and
// why.
func (d *decider) asked(of check.Decision) (never bool, why string) {
	if _, ok := of.(check.ReadyDecision); !ok {
		d.decided = nil
		if never, _ = d.decision(of); never && len(d.decided) > 0 {
			why = d.decided[0].why
		}
		return never, why
	}
	at, ready := d.model.SalesReady.At()
	switch {
	case d.model.Decision != nil:
		never, _ = d.decision(d.model.Decision)
		return never, "the decision of the model never holds"
	case !ready:
		return true, "the model says nothing about sales ready"
	}
	return at > d.scores.Greatest, "the model gives scores " + d.scores.String()
}

// scores reports whether all models that a stage names score a lead whenever its when holds,
// as far as single parts show that. Otherwise the lead may keep the stage.
func scores(stage *check.Stage) bool {
	return !slices.ContainsFunc(stage.Models, func(m *check.Model) bool { return !scored(stage.When, m) })
}

// scored reports whether a model scores a lead whenever a decision holds.
func scored(of check.Decision, m *check.Model) bool {
	is := func(d check.Decision) bool { return scored(d, m) }
	switch of := of.(type) {
	case check.AllDecisions:
		return slices.ContainsFunc(of, is)
	case check.AnyDecision:
		return !slices.ContainsFunc(of, func(d check.Decision) bool { return !is(d) })
	case check.ModelDecision:
		return of.Model == m
	}
	return false
}

// implies reports whether b holds whenever a does, as far as single parts show that.
func implies(a, b check.Decision) bool {
	every := func(list []check.Decision, holds func(check.Decision) bool) bool {
		return !slices.ContainsFunc(list, func(d check.Decision) bool { return !holds(d) })
	}
	ifA := func(d check.Decision) bool { return implies(d, b) }
	thenB := func(d check.Decision) bool { return implies(a, d) }
	if any, ok := a.(check.AnyDecision); ok {
		return every(any, ifA)
	}
	if all, ok := b.(check.AllDecisions); ok {
		return every(all, thenB)
	}
	if any, ok := b.(check.AnyDecision); ok && slices.ContainsFunc(any, thenB) {
		return true
	}
	if all, ok := a.(check.AllDecisions); ok {
		return slices.ContainsFunc(all, ifA)
	}
	switch a := a.(type) {
	case check.NotDecision:
		not, ok := b.(check.NotDecision)
		return ok && implies(not.Decision, a.Decision)
	case check.StatusDecision:
		s, ok := b.(check.StatusDecision)
		return ok && s.Model == a.Model && namesImply(a.Values, a.Not, s.Values, s.Not)
	case check.ModelDecision:
		m, ok := b.(check.ModelDecision)
		return ok && m.Model == a.Model && partImplies(a.Decision, m.Decision)
	}
	return false
}

// partImplies is implies for parts about one model.
func partImplies(a, b check.Decision) bool {
	switch a := a.(type) {
	case check.ScoreDecision:
		b, ok := b.(check.ScoreDecision)
		return ok && a.Of == b.Of && !overlap(a.Predicate, b.Predicate)
	case check.GradeDecision:
		b, ok := b.(check.GradeDecision)
		return ok && a.Of == b.Of && a.Label == b.Label && namesImply(a.Values, a.Not, b.Values, b.Not)
	case check.HoldsDecision:
		b, ok := b.(check.HoldsDecision)
		return ok && a.Condition == b.Condition
	case check.ReadyDecision:
		_, ok := b.(check.ReadyDecision)
		return ok
	}
	return false
}

// overlap reports whether some score satisfies a and not b.
func overlap(a, b check.Predicate) bool {
	for _, other := range (&expr{predicate: b}).complement() {
		if (other.predicate == check.IsEmpty{}) {
			continue
		}
		for _, n := range both(intervalsOf(a), intervalsOf(other.predicate)) {
			if wholeWithin(n) {
				return true
			}
		}
	}
	return false
}

// wholeWithin reports whether there is a whole number in an interval.
func wholeWithin(n interval) bool { return math.Ceil(n.lo) <= math.Floor(n.hi) }

// namesImply reports whether a name that is one of values, or with not none of them, is one
// of others, or with otherNot none of them.
func namesImply(values []string, not bool, others []string, otherNot bool) bool {
	among := func(list, in []string) bool {
		return !slices.ContainsFunc(list, func(v string) bool { return !slices.Contains(in, v) })
	}
	switch {
	case !not && !otherNot:
		return among(values, others)
	case !not:
		return !slices.ContainsFunc(values, func(v string) bool { return slices.Contains(others, v) })
	}
	return otherNot && among(others, values)
}
