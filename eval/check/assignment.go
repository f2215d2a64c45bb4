package check

import (
	"slices"
	"strconv"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// An Assignment is a checked block `assignment`: who gets a lead (language reference, Who
// gets the lead).
type Assignment struct {
	Name string
	// Audience is the index in Set.Auxiliary of the model that says which leads are assigned;
	// -1 if all are.
	Audience  int
	Rules     []AssignmentRule // in the order of the rules
	Otherwise []SetValue       // what is set if none of them holds; nil if nothing is
	Source    *dsl.Assignment
	File      string
}

// An AssignmentRule is a rule of an [Assignment].
type AssignmentRule struct {
	Name string
	// Children is the index in Set.Auxiliary of the model that says for which leads the
	// children hold; -1 if there are none.
	Children int
	When     Decision // or nil
	Values   []SetValue
	Source   *dsl.AssignmentRule
}

// inRule says for messages what the items of a rule are in.
const inRule = "a rule"

// assignment checks who gets a lead.
func (c *setChecker) assignment(b *dsl.Assignment) *Assignment {
	out := &Assignment{Audience: -1, Source: b, File: c.file.Name}
	head := b.Span
	if b.Name != nil {
		out.Name, head = b.Name.Value, b.Name.Span
	}
	names := map[string]named{}
	var audience *dsl.Audience
	var otherwise *dsl.Otherwise
	twice := func(at, before dsl.Span, what string) {
		d := c.problem(at, dsl.CodeRepeated, "an assignment has only one %s", what)
		d.Related = []dsl.Related{{Summary: "the first is here", File: c.file.Name, Span: before}}
	}
	for _, clause := range b.Clauses {
		switch clause := clause.(type) {
		case *dsl.Audience:
			if audience != nil {
				twice(clause.Span, audience.Span, "audience")
				continue
			}
			audience = clause
			out.Audience = c.holding(out.Name, clause.Span, clause.Items, inAudience)
		case *dsl.Otherwise:
			if otherwise != nil {
				twice(clause.Span, otherwise.Span, "otherwise")
				continue
			}
			otherwise = clause
			out.Otherwise = c.setValues(clause.Set, map[string]dsl.Span{})
		case *dsl.AssignmentRule:
			if clause.Name != nil {
				c.unique(names, clause.Name, "rule")
			}
			if otherwise != nil {
				d := c.problem(headOfRule(clause), CodeAssignment, "a rule comes after otherwise, which applies if no rule does")
				d.Help = "write otherwise last"
			}
			out.Rules = append(out.Rules, c.assignmentRule(clause))
		}
	}
	if len(out.Rules) == 0 && !b.Incomplete {
		c.problem(head, CodeMissing, "the assignment has no rule").Help = `add one, such as rule "Germany" { has Lead where Country = "DE" set … }`
	}
	return out
}

// headOfRule returns the place for problems of a rule as a whole.
func headOfRule(r *dsl.AssignmentRule) dsl.Span {
	if r.Name != nil {
		return r.Name.Span
	}
	return r.Span
}

func (c *setChecker) assignmentRule(r *dsl.AssignmentRule) AssignmentRule {
	out := AssignmentRule{Children: -1, Source: r}
	if r.Name != nil {
		out.Name = r.Name.Value
	}
	if len(r.Items) > 0 {
		out.Children = c.holding(out.Name, r.Span, r.Items, inRule)
	}
	if r.When != nil {
		out.When = c.setDecision(r.When)
	}
	if r.Set != nil {
		out.Values = c.setValues(r.Set, map[string]dsl.Span{})
	}
	if len(r.Items) == 0 && r.When == nil && !r.Incomplete {
		d := c.problem(headOfRule(r), CodeAssignment, "rule %q holds for every lead, so no rule after it applies", out.Name)
		d.Help = "add a child or when, or write otherwise set … at the end"
	}
	return out
}

// oneOf reads the values of which a field gets one. It reports those that do not fit.
func (c *checker) oneOf(f traverse.Field, v *dsl.FieldValue) ([]traverse.Value, bool) {
	if len(v.Values) == 0 {
		c.problem(v.Span, dsl.CodeEmpty, "one of needs at least one value")
		return nil, false
	}
	sound := true
	var list []traverse.Value
	for _, l := range v.Values {
		one := &dsl.FieldValue{Span: v.Span, Field: v.Field, Values: []dsl.Literal{l}}
		value, ok := c.setTo(f, one)
		list, sound = append(list, value), sound && ok
	}
	return list, sound
}

// assignedExpectation checks an expectation about who gets the lead. It reports what is
// wrong and then returns false.
func (k *testChecker) assignedExpectation(x *dsl.Expectation, out *Expectation) bool {
	a := k.assignmentOf(x)
	if a == nil {
		return false
	}
	out.Assignment = a
	if x.Kind == dsl.ExpectSet {
		f, ok := k.setField(x.Set, map[string]dsl.Span{})
		if !ok {
			return false
		}
		out.Set = &SetValue{Field: f, Source: x.Set}
		out.Set.Value, ok = k.setTo(f, x.Set)
		return ok
	}
	var names []string
	for i := range a.Rules {
		names = append(names, a.Rules[i].Name)
	}
	out.Name = x.Name.Value
	if x.Name.Bad || slices.Contains(names, out.Name) || a.Source.Incomplete {
		return !x.Name.Bad
	}
	d := k.bad(x.Name.Span, CodeName, "assignment %s has no rule %s", brief(strconv.Quote(a.Name)), brief(x.Name.Raw))
	k.nearestText(d, x.Name, names)
	return false
}

// assignmentOf returns the assignment that an expectation names, or else the only one. It
// reports one that the set does not have.
func (k *testChecker) assignmentOf(x *dsl.Expectation) *Assignment {
	var names []string
	for _, a := range k.assignments {
		if x.Assignment != nil && a.Name == x.Assignment.Value {
			return a
		}
		names = append(names, a.Name)
	}
	switch {
	case len(names) == 0:
		k.bad(x.Span, CodeMissing, "there is no assignment").Help = `declare one, such as assignment "Sales" { … }`
	case x.Assignment == nil && len(names) == 1:
		return k.assignments[0]
	case x.Assignment == nil:
		d := k.bad(x.Span, CodeMissing, "there are several assignments; say which one is meant")
		for _, n := range names[:min(3, len(names))] {
			d.Expected = append(d.Expected, "of "+brief(strconv.Quote(n)))
		}
	case !x.Assignment.Bad:
		d := k.bad(x.Assignment.Span, CodeName, "there is no assignment called %s", brief(x.Assignment.Raw))
		k.nearestText(d, x.Assignment, names)
	}
	return nil
}
