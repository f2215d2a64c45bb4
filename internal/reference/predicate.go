package reference

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// empty follows "A value is empty when it is null, the empty text, a `choices` field
// with nothing chosen". Null is what a reference that reaches nothing gives.
func empty(v traverse.Value) bool {
	switch v.Kind() {
	case traverse.KindNull:
		return true
	case traverse.KindText:
		return v.Text() == ""
	case traverse.KindChoices:
		return len(v.Choices()) == 0
	}
	return false
}

// value finds what a field reference speaks of on a route.
func (s *scoring) value(ref []*dsl.Name, route []Stop) (traverse.Value, traverse.Field) {
	// "Expressions speak of the last entity of the path. A single name is one of its
	// fields. In a longer reference the first name is a relationship of the last
	// entity …"
	at := route[len(route)-1]
	hops, name := ref[:len(ref)-1], ref[len(ref)-1].Text
	if len(hops) > 0 {
		if _, ok := at.Entity.Relationship(hops[0].Text); !ok {
			// "… or, failing that, a step of the path, the last included"
			i := slices.IndexFunc(route, func(s Stop) bool { return s.Name == hops[0].Text })
			at, hops = route[i], hops[1:]
		}
	}
	for _, h := range hops { // "Only N:1 hops are allowed in a reference."
		next := s.hop(at, h.Text)
		if len(next) == 0 {
			return traverse.Value{}, traverse.Field{}
		}
		at = next[0]
	}
	field, _ := at.Entity.Field(name)
	return at.Record.Values[name], field
}

// holds follows "Expressions".
func (s *scoring) holds(e dsl.Expr, route []Stop) bool {
	switch e := e.(type) {
	case *dsl.Comparison:
		return s.compares(e, route)
	default:
		panic(fmt.Sprintf("reference: unknown expression %T", e))
	}
}

// text returns an expression in the rule language.
func text(e dsl.Expr) string {
	switch e := e.(type) {
	case *dsl.Comparison:
		return e.String()
	default:
		panic(fmt.Sprintf("reference: unknown expression %T", e))
	}
}

func (s *scoring) compares(c *dsl.Comparison, route []Stop) bool {
	v, field := s.value(c.Ref, route)
	// "an empty value satisfies `is empty` and nothing else"
	if c.Op == dsl.IsEmpty || c.Op == dsl.IsNotEmpty || empty(v) {
		return c.Op == dsl.IsEmpty && empty(v) || c.Op == dsl.IsNotEmpty && !empty(v)
	}
	switch field.Type {
	case traverse.Text, traverse.Choice:
		return textHolds(v.Text(), c, field.Exact)
	case traverse.Choices:
		return choicesHold(v.Choices(), c, field.Exact)
	case traverse.Number:
		return numberHolds(v.Number(), c)
	case traverse.Bool:
		return (v.Bool() == c.Operands[0].(*dsl.Bool).Value) == (c.Op == dsl.Equal)
	}
	return s.timeHolds(v, c, field.Type)
}

// fold follows "letters are folded one by one (Unicode simple folding, the relation
// of `strings.EqualFold`)": the least letter stands for all that fold alike.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, s)
}

// texts are the operands, as they are compared: "Text and choices ignore letter
// case unless the field is `exact`", and exact text is "compared byte for byte".
func texts(c *dsl.Comparison, exact bool) []string {
	var list []string
	for _, o := range c.Operands {
		s := o.(*dsl.String).Value
		if !exact {
			s = fold(s)
		}
		list = append(list, s)
	}
	return list
}

func textHolds(value string, c *dsl.Comparison, exact bool) bool {
	if !exact {
		value = fold(value) // "before every comparison, `contains` included"
	}
	// "each also with `any (…)`: one of them does", and for the negations: "none of
	// them does"
	one := func(relation func(value, operand string) bool) bool {
		return slices.ContainsFunc(texts(c, exact), func(operand string) bool { return relation(value, operand) })
	}
	equal := func(a, b string) bool { return a == b }
	switch c.Op {
	case dsl.Equal, dsl.In:
		return one(equal)
	case dsl.NotEqual, dsl.NotIn:
		return !one(equal)
	case dsl.Contains, dsl.ContainsAny:
		return one(strings.Contains)
	case dsl.NotContains, dsl.NotContainsAny:
		return !one(strings.Contains)
	case dsl.BeginsWith, dsl.BeginsWithAny:
		return one(strings.HasPrefix)
	case dsl.NotBeginsWith, dsl.NotBeginsWithAny:
		return !one(strings.HasPrefix)
	case dsl.EndsWith, dsl.EndsWithAny:
		return one(strings.HasSuffix)
	case dsl.NotEndsWith, dsl.NotEndsWithAny:
		return !one(strings.HasSuffix)
	}
	panic("reference: text " + c.Op.String())
}

func choicesHold(chosen []string, c *dsl.Comparison, exact bool) bool {
	found := 0
	for _, operand := range texts(c, exact) {
		if slices.ContainsFunc(chosen, func(value string) bool {
			if !exact {
				value = fold(value)
			}
			return value == operand
		}) {
			found++
		}
	}
	switch c.Op {
	case dsl.Contains, dsl.ContainsAny:
		return found > 0
	case dsl.NotContains, dsl.NotContainsAny:
		return found == 0
	case dsl.ContainsAll:
		return found == len(c.Operands)
	}
	panic("reference: choices " + c.Op.String())
}

func numberHolds(value float64, c *dsl.Comparison) bool {
	var operands []float64
	for _, o := range c.Operands {
		// "a fraction in the text rounds to the nearest float as data do"
		f, err := strconv.ParseFloat(o.(*dsl.Number).Text, 64)
		if err != nil {
			panic(err) // the model does not compile
		}
		operands = append(operands, f)
	}
	switch c.Op {
	case dsl.Equal, dsl.In:
		return slices.Contains(operands, value)
	case dsl.NotEqual, dsl.NotIn:
		return !slices.Contains(operands, value)
	case dsl.Less:
		return value < operands[0]
	case dsl.LessEqual:
		return value <= operands[0]
	case dsl.Greater:
		return value > operands[0]
	case dsl.GreaterEqual:
		return value >= operands[0]
	case dsl.InRange: // "`between` includes both ends."
		return operands[0] <= value && value <= operands[1]
	}
	panic("reference: number " + c.Op.String())
}

// timeHolds compares instants and days. The field tells which, for a day is a whole
// number of days away from another.
func (s *scoring) timeHolds(v traverse.Value, c *dsl.Comparison, typ traverse.Type) bool {
	t := v.Time()
	literal := func(i int) stretch { return s.literal(c.Operands[i].(*dsl.Moment), typ) }
	shifted := func(sign int) stretch { return s.shift(c.Operands[0].(*dsl.TimeSpan), sign, typ) }
	switch c.Op {
	case dsl.On: // "`on D` during it"
		return literal(0).contains(t)
	case dsl.Before: // "before that day's first instant"
		return t.Before(literal(0).from)
	case dsl.After: // "from the next day's first on"
		return !t.Before(literal(0).to)
	case dsl.OnOrBefore:
		return t.Before(literal(0).to)
	case dsl.OnOrAfter:
		return !t.Before(literal(0).from)
	case dsl.InRange: // "`between` includes both ends."
		return stretch{literal(0).from, literal(1).to}.contains(t)
	case dsl.InLast: // "`within last` and `older than` use *as of* with the arithmetic of date ranges"
		return stretch{shifted(-1).from, s.now(typ).to}.contains(t)
	case dsl.InNext: // "from as of to as of + SPAN, both included"
		return stretch{s.now(typ).from, shifted(+1).to}.contains(t)
	case dsl.OlderThan: // "strictly before (as of − 30 days)"
		return t.Before(shifted(-1).from)
	}
	panic("reference: time " + c.Op.String())
}
