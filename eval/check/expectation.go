package check

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/leadscore/leadscore/dsl"
)

func (k *testChecker) expectation(x *dsl.Expectation) {
	out := Expectation{Kind: x.Kind, Source: x}
	if x.Number != nil {
		n, ok := k.integer(x.Number)
		if k.sound = k.sound && ok; ok && n < 0 && x.Kind == dsl.ExpectTimes {
			k.bad(x.Number.Span, CodeFrequency, "a condition cannot count %s times", x.Number.Text)
		}
		out.Number = n
	}
	if x.Dimension != nil {
		if out.Dimension = k.dimensionCalled(x.Dimension); out.Dimension == nil {
			return
		}
	}
	switch {
	case x.Kind == dsl.ExpectStage || x.Kind == dsl.ExpectEvent:
		if !k.stageExpectation(x, &out) {
			return
		}
	case x.Kind == dsl.ExpectAssigned || x.Kind == dsl.ExpectSet:
		if !k.assignedExpectation(x, &out) {
			k.sound = false
			return
		}
	case x.Name != nil:
		out.Name = x.Name.Value
		k.known(x, out.Dimension)
	}
	k.possible(x)
	k.out.Expectations = append(k.out.Expectations, out)
}

// possible reports an expectation of something that the model does not have at all.
func (k *testChecker) possible(x *dsl.Expectation) {
	m := k.model
	what := ""
	switch _, threshold := m.SalesReady.At(); x.Kind {
	case dsl.ExpectSalesReady, dsl.ExpectNotSalesReady:
		if !threshold && !has[*dsl.SalesReady](m.Source) {
			what = "sales-ready score"
		}
	case dsl.ExpectNotActive:
		if !has[*dsl.Active](m.Source) {
			what = "season"
		}
	case dsl.ExpectNotInAudience:
		if !has[*dsl.Audience](m.Source) {
			what = "audience"
		}
	case dsl.ExpectLabel, dsl.ExpectNoLabel:
		if !has[*dsl.Label](m.Source) {
			what = "label"
		}
	}
	t := m.Target
	if unparented := x.Kind == dsl.ExpectNoParent || x.Kind == dsl.ExpectNotTargeted; unparented && (t == dsl.TargetLead || t == dsl.TargetLeadWithContact) {
		k.bad(x.Span, CodeValue, "a model with target %s scores every lead, with or without parents", t)
		return
	}
	if what != "" && !m.Source.Incomplete {
		k.bad(x.Span, CodeMissing, "model %q has no %s", m.Name, what)
	}
}

// has reports whether a model has a clause of a kind.
func has[C dsl.Clause](m *dsl.Model) bool {
	return slices.ContainsFunc(m.Clauses, func(c dsl.Clause) bool { _, ok := c.(C); return ok })
}

// dimensionCalled returns the dimension that an expectation names. It reports one that
// the model does not have, and then returns nil.
func (k *testChecker) dimensionCalled(name *dsl.String) *Dimension {
	if name.Bad {
		k.sound = false
		return nil
	}
	var names []string
	for _, p := range k.model.Parts {
		if d, ok := p.(*Dimension); ok {
			if d.Name == name.Value {
				return d
			}
			names = append(names, d.Name)
		}
	}
	k.unknown("", "dimension", name, names)
	return nil
}

// known reports a grade, label or condition that the model does not have.
func (k *testChecker) known(x *dsl.Expectation, of *Dimension) {
	if x.Name.Bad {
		k.sound = false
		return
	}
	what, names, other := "condition", []string(nil), ""
	switch x.Kind {
	case dsl.ExpectGrade:
		what, names = "grade", gradesIn(k.model.Source.Clauses)
	case dsl.ExpectDimensionGrade:
		what, names = "grade", gradesIn(of.Source.Clauses)
	case dsl.ExpectLabel:
		what = "label"
		var lists [][]string
		for _, d := range k.model.Label {
			lists = append(lists, gradesIn(d.Source.Clauses))
		}
		if lists == nil || composed(x.Name.Value, lists) {
			return
		}
		names, other = compositions(lists), reordered(x.Name.Value, lists)
	default:
		for i := range k.model.Conditions {
			if k.model.Conditions[i].Row == nil {
				names = append(names, k.model.Conditions[i].Name)
			}
		}
	}
	if slices.Contains(names, x.Name.Value) {
		return
	}
	whom := ""
	if of != nil {
		whom = fmt.Sprintf("dimension %s", brief(strconv.Quote(of.Name)))
	}
	if d := k.unknown(whom, what, x.Name, names); d != nil && other != "" {
		d.Nearest = strconv.Quote(other)
	}
}

// unknown reports a name that whom does not have, or if that is "" the model. It returns
// nil if the model may have it.
func (k *testChecker) unknown(whom, what string, name *dsl.String, names []string) *dsl.Diagnostic {
	k.sound = false
	if k.model.Source.Incomplete {
		return nil // it may be what could not be read
	}
	if whom == "" {
		whom = fmt.Sprintf("model %q", k.model.Name)
	}
	d := k.bad(name.Span, CodeName, "%s has no %s %s", whom, what, brief(name.Raw))
	if other := partCalled(k.model.Source.Clauses, name.Value); other != "" && other != what {
		d.Help = fmt.Sprintf("that is the name of a %s", other)
	} else if near := k.near(name.Value, slices.Values(names)); near != "" {
		d.Nearest = strconv.Quote(near)
	}
	return d
}

// partCalled returns what of the clauses and those in them has a name: "group", "table"
// and so on, or "".
func partCalled(clauses []dsl.Clause, name string) string {
	is := func(s *dsl.String) bool { return s != nil && s.Value == name }
	for _, clause := range clauses {
		var inner []dsl.Clause
		switch cl := clause.(type) {
		case *dsl.Condition:
			if is(cl.Name) {
				return "condition"
			}
		case *dsl.Table:
			if is(cl.Name) {
				return "table"
			}
		case *dsl.FirstOf:
			if is(cl.Name) {
				return "first of block"
			}
		case *dsl.Group:
			if is(cl.Name) {
				return "group"
			}
			inner = cl.Clauses
		case *dsl.Dimension:
			if is(cl.Name) {
				return "dimension"
			}
			inner = cl.Clauses
		}
		if what := partCalled(inner, name); what != "" {
			return what
		}
	}
	return ""
}

// stageExpectation checks an expectation about a stage or an event. It reports what is wrong
// and then returns false.
func (k *testChecker) stageExpectation(x *dsl.Expectation, out *Expectation) bool {
	if out.Stages = k.stagesOf(x); out.Stages == nil {
		k.sound = false
		return false
	}
	out.Name = x.Name.Value
	sound := k.stageCalled(out.Stages, x.Name)
	if x.From != nil {
		out.From = x.From.Value
		sound = k.stageCalled(out.Stages, x.From) && sound
		if sound && out.From == out.Name {
			k.bad(x.Name.Span, CodeStage, "an event is from one stage to another one")
			sound = false
		}
	}
	return sound
}

// stagesOf returns the block of stages that an expectation names, or else the only one. It
// reports one that the set does not have.
func (k *testChecker) stagesOf(x *dsl.Expectation) *Stages {
	var names []string
	for _, s := range k.stages {
		if x.Stages != nil && s.Name == x.Stages.Value {
			return s
		}
		names = append(names, s.Name)
	}
	switch {
	case len(names) == 0:
		k.bad(x.Span, CodeMissing, "there are no stages").Help = `declare them in a block of their own, such as stages "Life cycle" { … }`
	case x.Stages == nil && len(names) == 1:
		return k.stages[0]
	case x.Stages == nil:
		d := k.bad(x.Span, CodeMissing, "there are several blocks of stages; say which one is meant")
		for _, n := range names[:min(3, len(names))] {
			d.Expected = append(d.Expected, "of "+brief(strconv.Quote(n)))
		}
	case !x.Stages.Bad:
		d := k.bad(x.Stages.Span, CodeName, "there are no stages called %s", brief(x.Stages.Raw))
		k.nearestText(d, x.Stages, names)
	}
	return nil
}

// stageCalled reports a stage that a block does not have, and then returns false.
func (k *testChecker) stageCalled(s *Stages, name *dsl.String) bool {
	var names []string
	for i := range s.Stages {
		names = append(names, s.Stages[i].Name)
	}
	switch {
	case name.Bad:
		k.sound = false
		return false
	case slices.Contains(names, name.Value):
		return true
	case s.Source.Incomplete:
		k.sound = false
		return false
	}
	d := k.bad(name.Span, CodeName, "stages %s have no stage %s", brief(strconv.Quote(s.Name)), brief(name.Raw))
	k.nearestText(d, name, names)
	return false
}
