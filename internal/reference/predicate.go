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

// value returns the value and the field to which a reference leads on a route.
func (s *scoring) value(ref []*dsl.Name, route []Stop) (traverse.Value, traverse.Field) {
	at, ok := s.follow(s.start(ref, route))
	if !ok {
		return traverse.Value{}, traverse.Field{}
	}
	field, _ := at.Entity.Field(ref[len(ref)-1].Text)
	return at.Record.Values[field.Name], field
}

// start returns the stop of a route at which a reference begins, and the relationships
// that lead from there to the record whose field or reference its last name is.
func (s *scoring) start(ref []*dsl.Name, route []Stop) (at Stop, hops []*dsl.Name) {
	// "Expressions are about the last entity of the path. A single name is one of its
	// fields. In a longer reference the first name is a relationship of the last
	// entity …"
	at, hops = route[len(route)-1], ref[:len(ref)-1]
	if len(hops) == 0 {
		return at, nil
	}
	// "Under `target lead` (also with contact), in a path that starts at `Lead`, a
	// reference in `where` or a longer one in `once per` that begins with `Lead` means
	// that lead"; "only the reference that the standard schema gives to its interactions
	// does not [win], unless a schema block declares it again"
	if (s.targetsLead() || at.Entity.LeadGiven()) && route[0].Name == traverse.Lead && hops[0].Text == traverse.Lead {
		return route[0], hops[1:]
	}
	if _, ok := at.Entity.Relationship(hops[0].Text); !ok {
		// "… or, failing that, a step of the path, the last included"
		return stepNamed(route, hops[0].Text), hops[1:]
	}
	return at, hops
}

// stepNamed returns the stop of a route that has a name.
func stepNamed(route []Stop, name string) Stop {
	i := slices.IndexFunc(route, func(s Stop) bool { return s.Name == name })
	if i < 0 {
		panic("reference: there is no step " + name)
	}
	return route[i]
}

// follow returns where references lead from a stop, if they lead to a record: "Only N:1
// hops are allowed in a reference."
func (s *scoring) follow(at Stop, hops []*dsl.Name) (Stop, bool) {
	for _, h := range hops {
		next := s.hop(at, h.Text)
		if len(next) == 0 {
			return Stop{}, false
		}
		at = next[0]
	}
	return at, true
}

// holds follows "`where` takes `and`, `or`, `not ( … )` and parentheses".
func (s *scoring) holds(e dsl.Expr, route []Stop) bool {
	fails := func(e dsl.Expr) bool { return !s.holds(e, route) }
	switch e := e.(type) {
	case *dsl.And:
		return !slices.ContainsFunc(e.Terms, fails)
	case *dsl.Or:
		return slices.ContainsFunc(e.Terms, func(e dsl.Expr) bool { return s.holds(e, route) })
	case *dsl.Not:
		// "`not (X)` holds where X does not, so it holds for an empty value where X
		// compares it."
		return fails(e.Expr)
	case *dsl.Comparison:
		v, field := s.value(e.Ref, route)
		return s.compares(e, v, field)
	}
	panic(fmt.Sprintf("reference: unknown expression %T", e))
}

// compares reports whether an operator and its operands hold for a value.
func (s *scoring) compares(c *dsl.Comparison, v traverse.Value, field traverse.Field) bool {
	if holds, ok := emptyOperators[c.Op]; ok {
		return holds(v)
	}
	if empty(v) { // "an empty value satisfies `is empty` and nothing else"
		return false
	}
	holds, ok := operators[field.Type][c.Op]
	if !ok {
		panic(fmt.Sprintf("reference: %s has no operator %s", field.Type, c.Op))
	}
	return holds(comparison{scoring: s, value: v, field: field, operands: c.Operands})
}

// A comparison compares a value, which is not empty, with operands.
type comparison struct {
	scoring  *scoring
	value    traverse.Value
	field    traverse.Field
	operands []dsl.Literal
}

// emptyOperators holds the meaning of "`is empty` and `is not empty`", which every
// type has.
var emptyOperators = map[dsl.Op]func(v traverse.Value) bool{
	dsl.IsEmpty:    empty,
	dsl.IsNotEmpty: func(v traverse.Value) bool { return !empty(v) },
}

// operators holds the meaning of the other operators of each type.
var operators = map[traverse.Type]map[dsl.Op]func(c comparison) bool{
	traverse.Text:    textOperators,
	traverse.Choice:  textOperators, // the checker allows only some of them
	traverse.Choices: choicesOperators,
	traverse.Number:  numberOperators,
	traverse.Bool:    boolOperators,
	traverse.Time:    timeOperators,
	traverse.Date:    timeOperators,
}

// textOperators follows "each also with `any (…)`: one of them does", and for the
// negations: "none of them does".
var textOperators = map[dsl.Op]func(c comparison) bool{
	dsl.Equal:              func(c comparison) bool { return c.oneText(equal) },
	dsl.In:                 func(c comparison) bool { return c.oneText(equal) },
	dsl.NotEqual:           func(c comparison) bool { return !c.oneText(equal) },
	dsl.NotIn:              func(c comparison) bool { return !c.oneText(equal) },
	dsl.Contains:           func(c comparison) bool { return c.oneText(strings.Contains) },
	dsl.ContainsAny:        func(c comparison) bool { return c.oneText(strings.Contains) },
	dsl.NotContains:        func(c comparison) bool { return !c.oneText(strings.Contains) },
	dsl.NotContainsAny:     func(c comparison) bool { return !c.oneText(strings.Contains) },
	dsl.ContainsWord:       func(c comparison) bool { return c.oneText(hasWord) },
	dsl.ContainsAnyWord:    func(c comparison) bool { return c.oneText(hasWord) },
	dsl.NotContainsWord:    func(c comparison) bool { return !c.oneText(hasWord) },
	dsl.NotContainsAnyWord: func(c comparison) bool { return !c.oneText(hasWord) },
	dsl.BeginsWith:         func(c comparison) bool { return c.oneText(strings.HasPrefix) },
	dsl.BeginsWithAny:      func(c comparison) bool { return c.oneText(strings.HasPrefix) },
	dsl.NotBeginsWith:      func(c comparison) bool { return !c.oneText(strings.HasPrefix) },
	dsl.NotBeginsWithAny:   func(c comparison) bool { return !c.oneText(strings.HasPrefix) },
	dsl.EndsWith:           func(c comparison) bool { return c.oneText(strings.HasSuffix) },
	dsl.EndsWithAny:        func(c comparison) bool { return c.oneText(strings.HasSuffix) },
	dsl.NotEndsWith:        func(c comparison) bool { return !c.oneText(strings.HasSuffix) },
	dsl.NotEndsWithAny:     func(c comparison) bool { return !c.oneText(strings.HasSuffix) },
}

var choicesOperators = map[dsl.Op]func(c comparison) bool{
	dsl.Contains:       func(c comparison) bool { return c.chosen() > 0 },
	dsl.ContainsAny:    func(c comparison) bool { return c.chosen() > 0 },
	dsl.NotContains:    func(c comparison) bool { return c.chosen() == 0 },
	dsl.NotContainsAny: func(c comparison) bool { return c.chosen() == 0 },
	dsl.ContainsAll:    func(c comparison) bool { return c.chosen() == len(c.operands) },
}

var numberOperators = map[dsl.Op]func(c comparison) bool{
	dsl.Equal:        func(c comparison) bool { return c.oneNumber() },
	dsl.In:           func(c comparison) bool { return c.oneNumber() },
	dsl.NotEqual:     func(c comparison) bool { return !c.oneNumber() },
	dsl.NotIn:        func(c comparison) bool { return !c.oneNumber() },
	dsl.Less:         func(c comparison) bool { return c.value.Number() < c.number(0) },
	dsl.LessEqual:    func(c comparison) bool { return c.value.Number() <= c.number(0) },
	dsl.Greater:      func(c comparison) bool { return c.value.Number() > c.number(0) },
	dsl.GreaterEqual: func(c comparison) bool { return c.value.Number() >= c.number(0) },
	dsl.InRange: func(c comparison) bool { // "`between` includes both ends."
		return c.number(0) <= c.value.Number() && c.value.Number() <= c.number(1)
	},
}

var boolOperators = map[dsl.Op]func(c comparison) bool{
	dsl.Equal:    func(c comparison) bool { return c.value.Bool() == c.operands[0].(*dsl.Bool).Value },
	dsl.NotEqual: func(c comparison) bool { return c.value.Bool() != c.operands[0].(*dsl.Bool).Value },
}

var timeOperators = map[dsl.Op]func(c comparison) bool{
	// "`on D` during it"
	dsl.On: func(c comparison) bool { return c.moment(0).contains(c.value.Time()) },
	// "before that day's first instant"
	dsl.Before: func(c comparison) bool { return c.value.Time().Before(c.moment(0).from) },
	// "from the next day's first on"
	dsl.After:      func(c comparison) bool { return !c.value.Time().Before(c.moment(0).to) },
	dsl.OnOrBefore: func(c comparison) bool { return c.value.Time().Before(c.moment(0).to) },
	dsl.OnOrAfter:  func(c comparison) bool { return !c.value.Time().Before(c.moment(0).from) },
	// "`between` includes both ends."
	dsl.InRange: func(c comparison) bool {
		if n, ok := c.operands[0].(*dsl.TimeSpan); ok { // "It is an operator of times and dates, too."
			return c.scoring.ago(n, c.operands[1].(*dsl.TimeSpan), c.field.Type).contains(c.value.Time())
		}
		return stretch{c.moment(0).from, c.moment(1).to}.contains(c.value.Time())
	},
	// "`within last` and `older than` use *as of* with the arithmetic of date ranges"
	dsl.InLast: func(c comparison) bool {
		return stretch{c.shifted(-1).from, c.now().to}.contains(c.value.Time())
	},
	// "from as of to as of + SPAN, both included"
	dsl.InNext: func(c comparison) bool {
		return stretch{c.now().from, c.shifted(+1).to}.contains(c.value.Time())
	},
	// "strictly before (as of − 30 days)"
	dsl.OlderThan: func(c comparison) bool { return c.value.Time().Before(c.shifted(-1).from) },
}

// fold follows "letters are folded one by one (Unicode simple folding, the relation
// of `strings.EqualFold`)": it replaces each letter by the smallest that folds like
// it.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, s)
}

// compared returns a text as the field compares it: "Text and choices ignore letter case
// unless the field is `exact`", "before every comparison, `contains` included", and
// exact text is "compared byte for byte".
func (c comparison) compared(text string) string {
	if c.field.Exact {
		return text
	}
	return fold(text)
}

func equal(a, b string) bool { return a == b }

// hasWord follows "as `contains`, but where the operand begins with a letter, decimal
// digit or combining mark, the character before the place where it is found is none of
// these, and likewise at its end".
func hasWord(value, operand string) bool {
	ofWord := func(r rune) bool { return unicode.In(r, unicode.L, unicode.Nd, unicode.M) }
	text, word := []rune(value), []rune(operand)
	for at := 0; at+len(word) <= len(text); at++ {
		end := at + len(word)
		if !slices.Equal(text[at:end], word) {
			continue
		}
		before := at > 0 && ofWord(word[0]) && ofWord(text[at-1])
		after := end < len(text) && ofWord(word[len(word)-1]) && ofWord(text[end])
		if !before && !after {
			return true
		}
	}
	return false
}

// oneText reports whether relation holds for the value and one of the operands.
func (c comparison) oneText(relation func(value, operand string) bool) bool {
	value := c.compared(c.value.Text())
	return slices.ContainsFunc(c.operands, func(operand dsl.Literal) bool {
		return relation(value, c.compared(operand.(*dsl.String).Value))
	})
}

// chosen returns how many of the operands are chosen.
func (c comparison) chosen() int {
	found := 0
	for _, o := range c.operands {
		operand := c.compared(o.(*dsl.String).Value)
		if slices.ContainsFunc(c.value.Choices(), func(value string) bool { return c.compared(value) == operand }) {
			found++
		}
	}
	return found
}

// number returns an operand: "a fraction in the text rounds to the nearest float as
// data do".
func (c comparison) number(i int) float64 {
	f, err := strconv.ParseFloat(c.operands[i].(*dsl.Number).Text, 64)
	if err != nil {
		panic(err) // the model does not compile
	}
	return f
}

// oneNumber reports whether the value is one of the operands.
func (c comparison) oneNumber() bool {
	for i := range c.operands {
		if c.number(i) == c.value.Number() {
			return true
		}
	}
	return false
}

// Instants and days are compared alike: the type of the field says which they are.

func (c comparison) moment(i int) stretch {
	return c.scoring.literal(c.operands[i].(*dsl.Moment), c.field.Type)
}

func (c comparison) shifted(sign int) stretch {
	return c.scoring.shift(c.operands[0].(*dsl.TimeSpan), sign, c.field.Type)
}

func (c comparison) now() stretch { return c.scoring.now(c.field.Type) }
