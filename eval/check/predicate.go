package check

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// expr checks an expression, or reports what is wrong with it and returns nil.
func (c *checker) expr(model *Model, ch *dsl.Child, path traverse.Path, e dsl.Expr) Expr {
	switch e := e.(type) {
	case *dsl.Comparison:
		if out, ok := c.comparison(model, ch, path, e); ok {
			c.comparisons = append(c.comparisons, out)
			return &c.comparisons[len(c.comparisons)-1]
		}
		return nil
	default:
		panic(fmt.Sprintf("check: unknown expression %T", e))
	}
}

func (c *checker) comparison(model *Model, ch *dsl.Child, path traverse.Path, cmp *dsl.Comparison) (Comparison, bool) {
	out, ok := c.reference(ch, path, cmp)
	if !ok {
		return Comparison{}, false
	}
	if out.Field.Derived != traverse.Stored {
		field := cmp.Ref[len(cmp.Ref)-1]
		c.problem(field.Span, CodeDerived, "%s is a %s field: an expression may not use it", out.Field.Name, out.Field.Derived).Help =
			"ask about fields that are stored"
		return Comparison{}, false
	}
	if out.Field.Type == traverse.NoType {
		return Comparison{}, false
	}
	out.Predicate = c.predicate(model, out.Field, cmp)
	return out, out.Predicate != nil
}

// operators says which operators a type has, in the order of the language
// reference.
var operators = map[traverse.Type][]dsl.Op{
	traverse.Text: {dsl.Equal, dsl.NotEqual, dsl.In, dsl.NotIn, dsl.Contains, dsl.ContainsAny, dsl.BeginsWith, dsl.BeginsWithAny,
		dsl.EndsWith, dsl.EndsWithAny, dsl.NotContains, dsl.NotContainsAny, dsl.NotBeginsWith, dsl.NotBeginsWithAny,
		dsl.NotEndsWith, dsl.NotEndsWithAny},
	traverse.Choice:  {dsl.Equal, dsl.NotEqual, dsl.In, dsl.NotIn},
	traverse.Choices: {dsl.Contains, dsl.NotContains, dsl.ContainsAny, dsl.NotContainsAny, dsl.ContainsAll},
	traverse.Number: {dsl.Equal, dsl.NotEqual, dsl.Less, dsl.LessEqual, dsl.Greater, dsl.GreaterEqual, dsl.InRange,
		dsl.In, dsl.NotIn},
	traverse.Bool: {dsl.Equal, dsl.NotEqual},
	traverse.Time: timeOps,
	traverse.Date: timeOps,
}

var timeOps = []dsl.Op{dsl.On, dsl.Before, dsl.After, dsl.OnOrBefore, dsl.OnOrAfter, dsl.InRange,
	dsl.InLast, dsl.InNext, dsl.OlderThan}

// meant maps an operator that a type lacks to one that it has.
var meant = map[traverse.Type]map[dsl.Op]dsl.Op{
	traverse.Time: timeMeant, traverse.Date: timeMeant,
	traverse.Choices: {dsl.Equal: dsl.Contains, dsl.NotEqual: dsl.NotContains, dsl.In: dsl.ContainsAny, dsl.NotIn: dsl.NotContainsAny},
	traverse.Choice: {dsl.Contains: dsl.Equal, dsl.NotContains: dsl.NotEqual, dsl.ContainsAny: dsl.In, dsl.NotContainsAny: dsl.NotIn,
		dsl.BeginsWith: dsl.Equal, dsl.EndsWith: dsl.Equal},
	traverse.Text:   {dsl.ContainsAll: dsl.ContainsAny},
	traverse.Number: {dsl.After: dsl.Greater, dsl.Before: dsl.Less, dsl.OlderThan: dsl.Greater},
}

var timeMeant = map[dsl.Op]dsl.Op{dsl.Equal: dsl.On, dsl.Less: dsl.Before, dsl.LessEqual: dsl.OnOrBefore,
	dsl.Greater: dsl.After, dsl.GreaterEqual: dsl.OnOrAfter}

// predicate checks operator and operands against the field's type, or reports
// what does not fit and returns nil.
func (c *checker) predicate(model *Model, f traverse.Field, cmp *dsl.Comparison) Predicate {
	op := cmp.Op
	if op == dsl.IsEmpty || op == dsl.IsNotEmpty {
		return IsEmpty{Not: op == dsl.IsNotEmpty}
	}
	if !slices.Contains(operators[f.Type], op) {
		d := c.problem(dsl.Span{Start: cmp.OpSpan.Start, End: cmp.End}, CodeType, "%s is %s: %s does not apply to it", f.Name, f.Type.Noun(), op)
		if right, ok := meant[f.Type][op]; ok {
			d.Nearest = right.String()
			// What a time is compared with leaves no doubt; a text may be part of one.
			moment := func(l dsl.Literal) bool { _, ok := l.(*dsl.Moment); return ok }
			if (f.Type == traverse.Time || f.Type == traverse.Date) && len(cmp.Operands) == 1 && moment(cmp.Operands[0]) {
				d.ReplaceAt(cmp.OpSpan, d.Nearest)
			}
		}
		for _, o := range operators[f.Type] {
			d.Expected = append(d.Expected, o.String())
		}
		d.Expected = append(d.Expected, dsl.IsEmpty.String(), dsl.IsNotEmpty.String())
		return nil
	}
	if op.List() && len(cmp.Operands) == 0 {
		c.problem(dsl.Span{Start: cmp.OpSpan.Start, End: cmp.End}, dsl.CodeEmpty, "the list is empty: %s needs at least one value", op)
		return nil
	}
	switch f.Type {
	case traverse.Text, traverse.Choice, traverse.Choices:
		return c.textPredicate(f, cmp)
	case traverse.Number:
		return c.numberPredicate(f, cmp)
	case traverse.Bool:
		b, ok := cmp.Operands[0].(*dsl.Bool)
		if !ok {
			c.misfit(f, cmp.Operands[0], "true", "false")
			return nil
		}
		return IsBool{Want: b.Value == (op == dsl.Equal)}
	default:
		return c.timePredicate(model, f, cmp)
	}
}

// misfit reports an operand of the wrong kind.
func (c *checker) misfit(f traverse.Field, l dsl.Literal, expected ...string) {
	text := ""
	if c.file != nil {
		text = c.file.Text[l.At().Start.Offset:l.At().End.Offset]
	}
	d := c.problem(l.At(), CodeType, "%s is %s, and %s is none", f.Name, f.Type.Noun(), brief(text))
	d.Expected = expected
	switch l := l.(type) {
	case *dsl.Number, *dsl.Bool, *dsl.Moment:
		if f.Type == traverse.Text || f.Type == traverse.Choice || f.Type == traverse.Choices {
			d.Help = fmt.Sprintf("write %q", brief(text))
			if f.Type == traverse.Text && brief(text) == text {
				d.Replace(strconv.Quote(text))
			}
		}
	case *dsl.String:
		_, err := strconv.ParseFloat(l.Value, 64)
		word := slices.Contains(expected, l.Value) // true or false
		if word || err == nil && f.Type == traverse.Number {
			d.Help = fmt.Sprintf("write %s", brief(l.Value))
			if word || plain(l.Value) {
				d.Replace(l.Value)
			}
		}
	}
}

// plain reports whether a text is a number as the language writes one.
func plain(text string) bool {
	const longest = 15 // digits that a float surely holds
	whole, fraction, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return len(text) <= longest && digits(whole) && (whole == "0" || whole[0] != '0') && (!point || digits(fraction))
}

func (c *checker) textPredicate(f traverse.Field, cmp *dsl.Comparison) Predicate {
	fold := folding(f)
	var listed map[string]bool
	if f.Type != traverse.Text {
		listed = c.listedValues(f)
	}
	values := make([]string, 0, len(cmp.Operands))
	sound := true
	for _, o := range cmp.Operands {
		s, ok := o.(*dsl.String)
		switch {
		case !ok:
			c.misfit(f, o, "a text in double quotes")
			sound = false
		case s.Bad:
			sound = false
		case s.Value == "":
			d := c.problem(s.Span, CodeValue, "the empty text equals nothing")
			d.Help = fmt.Sprintf("write %s %s", pathText(cmp.Ref), emptyOp(cmp.Op))
			if cmp.Op == dsl.Equal || cmp.Op == dsl.NotEqual {
				d.ReplaceAt(dsl.Span{Start: cmp.OpSpan.Start, End: s.End}, emptyOp(cmp.Op).String())
			}
			sound = false
		case f.Type != traverse.Text && !listed[fold(s.Value)]:
			c.unlisted(f, s)
			sound = false
		default:
			values = append(values, fold(s.Value))
		}
	}
	if !sound {
		return nil
	}
	if f.Type == traverse.Choices {
		switch cmp.Op {
		case dsl.ContainsAll:
			return ChoicesMatch{Values: values, All: true}
		case dsl.NotContains, dsl.NotContainsAny:
			return ChoicesMatch{Values: values, Not: true}
		}
		return ChoicesMatch{Values: values}
	}
	p := TextMatch{Values: values}
	switch cmp.Op {
	case dsl.NotEqual, dsl.NotIn, dsl.NotContains, dsl.NotContainsAny, dsl.NotBeginsWith, dsl.NotBeginsWithAny, dsl.NotEndsWith, dsl.NotEndsWithAny:
		p.Not = true
	}
	switch cmp.Op {
	case dsl.Contains, dsl.ContainsAny, dsl.NotContains, dsl.NotContainsAny:
		p.How = MatchContains
	case dsl.BeginsWith, dsl.BeginsWithAny, dsl.NotBeginsWith, dsl.NotBeginsWithAny:
		p.How = MatchPrefix
	case dsl.EndsWith, dsl.EndsWithAny, dsl.NotEndsWith, dsl.NotEndsWithAny:
		p.How = MatchSuffix
	}
	return p
}

// unlisted reports a value that a choice or choices field does not list.
func (c *checker) unlisted(f traverse.Field, s *dsl.String) {
	d := c.problem(s.Span, CodeValue, "%s does not list %s", f.Name, brief(s.Raw))
	if near := c.near(s.Value, slices.Values(f.Values)); near != "" {
		d.Nearest = strconv.Quote(near)
		if nearest.Only(s.Value, slices.Values(f.Values)) == near {
			d.Replace(d.Nearest)
		}
		return
	}
	const few = 12
	for _, v := range f.Values[:min(few, len(f.Values))] {
		d.Expected = append(d.Expected, strconv.Quote(v))
	}
	if len(f.Values) > few {
		d.Expected = append(d.Expected, "another of its values")
	}
}

// folding is how a field's values are made comparable.
func folding(f traverse.Field) func(string) string {
	if f.Exact {
		return func(s string) string { return s }
	}
	return traverse.Fold
}

// listedValues returns what a choice or choices field lists, folded unless the
// field is exact.
func (c *checker) listedValues(f traverse.Field) map[string]bool {
	if len(f.Values) == 0 {
		return nil // the schema has a problem
	}
	field := &f.Values[0] // no two fields share their values
	listed, ok := c.listed[field]
	if !ok {
		fold := folding(f)
		listed = make(map[string]bool, len(f.Values))
		for _, v := range f.Values {
			listed[fold(v)] = true
		}
		c.listed[field] = listed
	}
	return listed
}

// emptyOp is the operator that was meant by an operator with "".
func emptyOp(op dsl.Op) dsl.Op {
	switch op {
	case dsl.NotEqual, dsl.NotIn:
		return dsl.IsNotEmpty
	}
	return dsl.IsEmpty
}

func (c *checker) numberPredicate(f traverse.Field, cmp *dsl.Comparison) Predicate {
	var values []float64
	sound := true
	for _, o := range cmp.Operands {
		n, ok := o.(*dsl.Number)
		if !ok {
			c.misfit(f, o, "a number")
			sound = false
			continue
		}
		v, ok := c.float(n)
		values = append(values, v)
		sound = sound && ok
	}
	if !sound {
		return nil
	}
	infinity := math.Inf(1)
	switch cmp.Op {
	case dsl.Less:
		return NumberBetween{Lo: -infinity, Hi: values[0], HiOpen: true}
	case dsl.LessEqual:
		return NumberBetween{Lo: -infinity, Hi: values[0]}
	case dsl.Greater:
		return NumberBetween{Lo: values[0], LoOpen: true, Hi: infinity}
	case dsl.GreaterEqual:
		return NumberBetween{Lo: values[0], Hi: infinity}
	case dsl.InRange:
		if values[0] > values[1] {
			a, b := cmp.Operands[0], cmp.Operands[1]
			d := c.problem(dsl.Span{Start: a.At().Start, End: b.At().End}, CodeBounds, "the bounds are out of order: %s is more than %s",
				brief(a.(*dsl.Number).Text), brief(b.(*dsl.Number).Text))
			d.Help = fmt.Sprintf("write between %s and %s", brief(b.(*dsl.Number).Text), brief(a.(*dsl.Number).Text))
			return nil
		}
		return NumberBetween{Lo: values[0], Hi: values[1]}
	}
	return NumberIn{Values: values, Not: cmp.Op == dsl.NotEqual || cmp.Op == dsl.NotIn}
}

// float reads a number, and reports a whole number that a float cannot hold.
func (c *checker) float(n *dsl.Number) (float64, bool) {
	if n.Bad {
		return 0, false
	}
	v, err := strconv.ParseFloat(n.Text, 64)
	if err != nil {
		c.problem(n.Span, dsl.CodeNumber, "%s is too large for a number", brief(n.Text))
		return 0, false
	}
	if n.Whole() && (v >= 1<<53 || v <= -(1<<53)) {
		exact, _ := new(big.Float).SetFloat64(v).Int(nil)
		if written, ok := new(big.Int).SetString(strings.TrimPrefix(n.Text, "+"), 10); !ok || written.Cmp(exact) != 0 {
			d := c.problem(n.Span, dsl.CodeNumber, "%s cannot be held exactly", brief(n.Text))
			d.Help = fmt.Sprintf("the nearest number that can is %s", exact)
			return 0, false
		}
	}
	return v, true
}

func (c *checker) timePredicate(model *Model, f traverse.Field, cmp *dsl.Comparison) Predicate {
	days := f.Type == traverse.Date
	w := Window{Days: days}
	if s, ok := cmp.Operands[0].(*dsl.TimeSpan); ok {
		n, ok := c.timeSpan(s, days, f.Name)
		if !ok {
			return nil
		}
		switch cmp.Op {
		case dsl.InLast:
			w.Lo, w.Hi = relative(-n, s.Unit, 0), relative(0, s.Unit, 0)
		case dsl.InNext:
			w.Lo, w.Hi = relative(0, s.Unit, 0), relative(n, s.Unit, 0)
		default:
			w.Hi = relative(-n, s.Unit, -1)
		}
		return InWindow{w}
	}
	moments := make([]*dsl.Moment, len(cmp.Operands))
	for i, o := range cmp.Operands {
		m, ok := o.(*dsl.Moment)
		if !ok {
			c.misfit(f, o, "a date such as 2026-05-31")
			return nil
		}
		if m.Bad {
			return nil
		}
		moments[i] = m
	}
	m := moments[0]
	start, end := fixed(startOf(m, days, model.Zone)), fixed(endOf(m, days, model.Zone))
	switch cmp.Op {
	case dsl.On:
		w.Lo, w.Hi = start, end
	case dsl.Before:
		w.Hi = fixed(start.At - 1)
	case dsl.After:
		w.Lo = fixed(end.At + 1)
	case dsl.OnOrBefore:
		w.Hi = end
	case dsl.OnOrAfter:
		w.Lo = start
	case dsl.InRange:
		var ok bool
		if w, ok = c.between(model, moments[0], moments[1], days); !ok {
			return nil
		}
	}
	return InWindow{w}
}
