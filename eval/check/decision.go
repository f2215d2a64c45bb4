package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// decision checks what sales ready when asks. It reports what is wrong and then
// returns nil.
func (k *modelChecker) decision(e dsl.Expr) Decision {
	switch e := e.(type) {
	case *dsl.And:
		if list, ok := k.decisions(e.Terms); ok {
			return AllDecisions(list)
		}
	case *dsl.Or:
		if list, ok := k.decisions(e.Terms); ok {
			return AnyDecision(list)
		}
	case *dsl.Not:
		if d := k.decision(e.Expr); d != nil {
			return NotDecision{d}
		}
	case *dsl.Judgment:
		return k.judgment(e)
	}
	return nil
}

func (k *modelChecker) decisions(terms []dsl.Expr) ([]Decision, bool) {
	sound := true
	list := make([]Decision, len(terms))
	for i, t := range terms {
		list[i] = k.decision(t)
		sound = sound && list[i] != nil
	}
	return list, sound
}

func (k *modelChecker) judgment(j *dsl.Judgment) Decision {
	var of *Dimension
	if j.Of != nil && j.Subject != dsl.SubjectCondition {
		fits := func(d *Dimension) bool { return j.Subject == dsl.SubjectScore || len(gradesOf(d)) > 0 }
		if of = k.dimensionCalled(j.Of, fits); of == nil {
			return nil
		}
	}
	switch j.Subject {
	case dsl.SubjectScore:
		cmp := &dsl.Comparison{Span: j.Span, Op: j.Op, OpSpan: j.OpSpan, Operands: j.Operands, List: j.List}
		if p := k.wholePredicate("score", "a score", cmp); p != nil {
			return ScoreDecision{Of: of, Predicate: p, Source: j}
		}
	case dsl.SubjectGrade, dsl.SubjectLabel:
		if values, ok := k.gradeValues(of, j); ok {
			not := j.Op == dsl.NotEqual || j.Op == dsl.NotIn
			return GradeDecision{Of: of, Label: j.Subject == dsl.SubjectLabel, Values: values, Not: not, Source: j}
		}
	case dsl.SubjectCondition:
		if at, ok := k.conditionCalled(j.Of); ok {
			return HoldsDecision{Condition: at, Source: j}
		}
	}
	return nil
}

// wholePredicate is like predicate for a whole number that is never empty.
func (c *checker) wholePredicate(name, what string, cmp *dsl.Comparison) Predicate {
	f := traverse.Field{Name: name, Type: traverse.Number}
	if cmp.Op == dsl.IsEmpty || cmp.Op == dsl.IsNotEmpty || operatorOf(f.Type, cmp.Op) == nil {
		c.misnumbered(f, cmp)
		return nil
	}
	for _, o := range cmp.Operands {
		if n, ok := o.(*dsl.Number); ok && !n.Bad && !n.Whole() {
			c.problem(n.Span, CodeValue, "%s is a whole number, and %s is not", what, brief(n.Text))
			return nil
		}
	}
	return c.predicate(nil, f, cmp)
}

// misnumbered reports an operator that a number which is never empty does not have.
func (c *checker) misnumbered(f traverse.Field, cmp *dsl.Comparison) {
	d := c.problem(dsl.Span{Start: cmp.OpSpan.Start, End: cmp.End}, CodeType, "%s is %s: %s does not apply to it", f.Name, f.Type.Noun(), cmp.Op)
	if suggested, ok := insteadOf(f.Type, cmp.Op); ok {
		d.Nearest = suggested.String()
	}
	for i := range operators[f.Type] {
		d.Expected = append(d.Expected, operators[f.Type][i].op.String())
	}
}

// gradeValues reads the grades or labels that a judgment names. It reports those that
// no lead can have.
func (k *modelChecker) gradeValues(of *Dimension, j *dsl.Judgment) (values []string, sound bool) {
	if j.Op.List() && len(j.Operands) == 0 {
		k.problem(dsl.Span{Start: j.OpSpan.Start, End: j.End}, dsl.CodeEmpty, "the list is empty: %s needs at least one value", j.Op)
		return nil, false
	}
	known, all := k.knownGrades(of, j)
	if known == nil {
		return nil, false
	}
	what, lists := "grade", [][]string(nil)
	if j.Subject == dsl.SubjectLabel {
		what, lists = "label", k.labelGrades()
	}
	sound = true
	for _, o := range j.Operands {
		s, ok := o.(*dsl.String)
		switch {
		case !ok:
			text, _ := k.operandText(o)
			d := k.problem(o.At(), CodeType, "a %s is a text, and %s is not", what, brief(text))
			d.Expected = []string{"a text in double quotes"}
			if _, number := o.(*dsl.Number); number && known(text) {
				d.Replace(strconv.Quote(text))
			}
			sound = false
		case s.Bad:
			sound = false
		case !known(s.Value):
			d := k.problem(s.Span, CodeValue, "no lead has %s %s", what, brief(s.Raw))
			if other := reordered(s.Value, lists); other != "" {
				d.Nearest = strconv.Quote(other)
				d.Replace(d.Nearest)
			} else {
				k.nearestText(d, s, all)
			}
			sound = false
		default:
			values = append(values, s.Value)
		}
	}
	return values, sound
}

// knownGrades returns a function that tells the grades or labels that a judgment may
// name from others, and these grades or labels as far as a message may list them. It
// reports a judgment about grades or a label that do not exist, and then returns nil.
func (k *modelChecker) knownGrades(of *Dimension, j *dsl.Judgment) (known func(string) bool, all []string) {
	switch incomplete := k.model.Source.Incomplete; {
	case j.Subject == dsl.SubjectLabel && k.label == nil:
		if !incomplete {
			k.noLabel(j)
		}
		return nil, nil
	case j.Subject == dsl.SubjectLabel:
		if len(k.model.Label) != len(k.label.Dimensions) {
			return nil, nil // the label has a problem
		}
		lists := k.labelGrades()
		if lists == nil {
			return nil, nil
		}
		return func(label string) bool { return composed(label, lists) }, compositions(lists)
	case of != nil:
		if !k.graded(of, j.Of.Span) || of.Source.Incomplete {
			return nil, nil
		}
		all = gradesOf(of)
	default:
		all = k.gradeList
		if len(all) == 0 {
			if !incomplete {
				k.noGrades(j)
			}
			return nil, nil
		}
		if incomplete {
			return func(string) bool { return true }, all
		}
	}
	return func(grade string) bool { return slices.Contains(all, grade) }, all
}

// labelGrades returns the grades of the dimensions in the label, or nil if they cannot
// all be read.
func (k *modelChecker) labelGrades() [][]string {
	if slices.ContainsFunc(k.model.Label, func(d *Dimension) bool { return d.Source.Incomplete }) {
		return nil
	}
	return k.model.labelGrades()
}

// reordered returns the label that consists of the two grades of a text in the other
// order, as A1 for 1A, or "". lists are the grades of a label.
func reordered(text string, lists [][]string) string {
	const most = 100 // grades, so that the work is limited
	if len(lists) != 2 || len(lists[0]) > most || len(lists[1]) > most {
		return ""
	}
	for _, second := range lists[1] {
		for _, first := range lists[0] {
			if strings.EqualFold(second+first, text) {
				return first + second
			}
		}
	}
	return ""
}

func (k *modelChecker) noLabel(j *dsl.Judgment) {
	d := k.problem(j.Span, CodeMissing, "the model has no label")
	d.Help = `a label is made of the grades of dimensions: label "…", "…"`
	var names []string
	for _, dim := range k.dimensions {
		if len(gradesOf(dim)) > 0 {
			names = append(names, strconv.Quote(dim.Name))
		}
	}
	if len(names) > 1 {
		d.Help = "write label " + brief(strings.Join(names, ", "))
	}
}

func (k *modelChecker) noGrades(j *dsl.Judgment) {
	d := k.problem(j.Span, CodeMissing, "the model has no grades")
	d.Help = `add grades to it, such as grade "Hot" from 70`
	for _, dim := range k.dimensions {
		if len(gradesOf(dim)) > 0 {
			of := brief(strconv.Quote(dim.Name))
			if j.Model != nil {
				of = brief(j.Model.Raw) + "." + of
			}
			d.Help = "its dimensions have: write grade of " + of
			return
		}
	}
}

// conditionCalled returns the index of the condition that a decision names. It reports
// one that the model does not have.
func (k *modelChecker) conditionCalled(name *dsl.String) (int, bool) {
	if name.Bad {
		return 0, false
	}
	var names []string
	for i := range k.model.Conditions {
		c := &k.model.Conditions[i]
		if c.Row != nil || c.Source.Name == nil {
			continue
		}
		if c.Name == name.Value {
			return i, true
		}
		names = append(names, c.Name)
	}
	if k.model.Source.Incomplete {
		return 0, false // it may be what could not be read
	}
	d := k.problem(name.Span, CodeName, "the model has no condition %s", brief(name.Raw))
	if other, ok := k.names[name.Value]; ok {
		d.Help = fmt.Sprintf("that is the name of a %s; name a condition", other.what)
		return 0, false
	}
	k.nearestText(d, name, names)
	return 0, false
}

// fixText adds the fix of a misspelt text if near is the only one of candidates that
// can have been meant.
func (c *checker) fixText(d *dsl.Diagnostic, text *dsl.String, candidates []string, near string) {
	if nearest.Only(text.Value, slices.Values(candidates)) == near {
		d.ReplaceAt(text.Span, strconv.Quote(near))
	}
}
