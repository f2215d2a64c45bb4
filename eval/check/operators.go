package check

import (
	"math"
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// An operator is an operator of the language that a type has.
type operator struct {
	op    dsl.Op
	lower lowering
	// instead lists operators that the type does not have; this one is suggested
	// in their place.
	instead []dsl.Op
}

// A lowering turns a comparison into a predicate on a field. It reports operands
// that do not fit the field, and then returns nil.
type lowering func(c *checker, model *Model, f traverse.Field, cmp *dsl.Comparison) Predicate

// operators holds the operators of each type, in the order of the language
// reference. Those of everyType follow.
var operators = map[traverse.Type][]operator{
	traverse.Text: {
		{op: dsl.Equal, lower: text(MatchEquals)},
		{op: dsl.NotEqual, lower: notText(MatchEquals)},
		{op: dsl.In, lower: text(MatchEquals)},
		{op: dsl.NotIn, lower: notText(MatchEquals)},
		{op: dsl.Contains, lower: text(MatchContains)},
		{op: dsl.ContainsAny, lower: text(MatchContains), instead: []dsl.Op{dsl.ContainsAll}},
		{op: dsl.ContainsWord, lower: text(MatchWord)},
		{op: dsl.ContainsAnyWord, lower: text(MatchWord)},
		{op: dsl.BeginsWith, lower: text(MatchPrefix)},
		{op: dsl.BeginsWithAny, lower: text(MatchPrefix)},
		{op: dsl.EndsWith, lower: text(MatchSuffix)},
		{op: dsl.EndsWithAny, lower: text(MatchSuffix)},
		{op: dsl.NotContains, lower: notText(MatchContains)},
		{op: dsl.NotContainsAny, lower: notText(MatchContains)},
		{op: dsl.NotContainsWord, lower: notText(MatchWord)},
		{op: dsl.NotContainsAnyWord, lower: notText(MatchWord)},
		{op: dsl.NotBeginsWith, lower: notText(MatchPrefix)},
		{op: dsl.NotBeginsWithAny, lower: notText(MatchPrefix)},
		{op: dsl.NotEndsWith, lower: notText(MatchSuffix)},
		{op: dsl.NotEndsWithAny, lower: notText(MatchSuffix)},
	},
	traverse.Choice: {
		{op: dsl.Equal, lower: text(MatchEquals), instead: []dsl.Op{dsl.Contains, dsl.ContainsWord, dsl.BeginsWith, dsl.EndsWith}},
		{op: dsl.NotEqual, lower: notText(MatchEquals), instead: []dsl.Op{dsl.NotContains, dsl.NotContainsWord}},
		{op: dsl.In, lower: text(MatchEquals), instead: []dsl.Op{dsl.ContainsAny, dsl.ContainsAnyWord}},
		{op: dsl.NotIn, lower: notText(MatchEquals), instead: []dsl.Op{dsl.NotContainsAny, dsl.NotContainsAnyWord}},
	},
	traverse.Choices: {
		{op: dsl.Contains, lower: choices(ChoicesMatch{}), instead: []dsl.Op{dsl.Equal, dsl.ContainsWord}},
		{op: dsl.NotContains, lower: choices(ChoicesMatch{Not: true}), instead: []dsl.Op{dsl.NotEqual, dsl.NotContainsWord}},
		{op: dsl.ContainsAny, lower: choices(ChoicesMatch{}), instead: []dsl.Op{dsl.In, dsl.ContainsAnyWord}},
		{op: dsl.NotContainsAny, lower: choices(ChoicesMatch{Not: true}), instead: []dsl.Op{dsl.NotIn, dsl.NotContainsAnyWord}},
		{op: dsl.ContainsAll, lower: choices(ChoicesMatch{All: true})},
	},
	traverse.Number: {
		{op: dsl.Equal, lower: numbers(numberIn)},
		{op: dsl.NotEqual, lower: numbers(numberNotIn)},
		{op: dsl.Less, lower: numbers(numberBelow), instead: []dsl.Op{dsl.Before}},
		{op: dsl.LessEqual, lower: numbers(numberUpTo)},
		{op: dsl.Greater, lower: numbers(numberAbove), instead: []dsl.Op{dsl.After, dsl.OlderThan}},
		{op: dsl.GreaterEqual, lower: numbers(numberFrom)},
		{op: dsl.InRange, lower: numberBetween},
		{op: dsl.In, lower: numbers(numberIn)},
		{op: dsl.NotIn, lower: numbers(numberNotIn)},
	},
	traverse.Bool: {
		{op: dsl.Equal, lower: isBool(true)},
		{op: dsl.NotEqual, lower: isBool(false)},
	},
	traverse.Time: timeOperators,
	traverse.Date: timeOperators,
}

var timeOperators = []operator{
	{op: dsl.On, lower: moment(func(start, end int64) (lo, hi Bound) { return fixed(start), fixed(end) }), instead: []dsl.Op{dsl.Equal}},
	{op: dsl.Before, lower: moment(func(start, _ int64) (lo, hi Bound) { return Bound{}, fixed(start - 1) }), instead: []dsl.Op{dsl.Less}},
	{op: dsl.After, lower: moment(func(_, end int64) (lo, hi Bound) { return fixed(end + 1), Bound{} }), instead: []dsl.Op{dsl.Greater}},
	{op: dsl.OnOrBefore, lower: moment(func(_, end int64) (lo, hi Bound) { return Bound{}, fixed(end) }), instead: []dsl.Op{dsl.LessEqual}},
	{op: dsl.OnOrAfter, lower: moment(func(start, _ int64) (lo, hi Bound) { return fixed(start), Bound{} }), instead: []dsl.Op{dsl.GreaterEqual}},
	{op: dsl.InRange, lower: timeBetween},
	{op: dsl.InLast, lower: timeSpan(inLast)},
	{op: dsl.InNext, lower: timeSpan(inNext)},
	{op: dsl.OlderThan, lower: timeSpan(olderThan)},
}

// everyType holds the operators of all types.
var everyType = []operator{
	{op: dsl.IsEmpty, lower: isEmpty(false)},
	{op: dsl.IsNotEmpty, lower: isEmpty(true)},
}

// operatorOf returns the row of op for a type, or nil if the type does not have it.
func operatorOf(t traverse.Type, op dsl.Op) *operator {
	for _, list := range [...][]operator{operators[t], everyType} {
		for i := range list {
			if list[i].op == op {
				return &list[i]
			}
		}
	}
	return nil
}

// operatorNames returns the operators of a type as the language spells them.
func operatorNames(t traverse.Type) []string {
	var names []string
	for _, list := range [...][]operator{operators[t], everyType} {
		for i := range list {
			names = append(names, list[i].op.String())
		}
	}
	return names
}

// insteadOf returns the operator of a type that is suggested in place of op. ok
// is false if there is none.
func insteadOf(t traverse.Type, op dsl.Op) (suggested dsl.Op, ok bool) {
	for i := range operators[t] {
		if slices.Contains(operators[t][i].instead, op) {
			return operators[t][i].op, true
		}
	}
	return 0, false
}

func isEmpty(not bool) lowering {
	return func(*checker, *Model, traverse.Field, *dsl.Comparison) Predicate { return IsEmpty{Not: not} }
}

// text lowers to a match with one of the operands, notText to one with none.
func text(how Match) lowering {
	return texts(func(values []string) Predicate { return TextMatch{How: how, Values: values} })
}

func notText(how Match) lowering {
	return texts(func(values []string) Predicate { return TextMatch{How: how, Values: values, Not: true} })
}

// choices lowers to a match that looks for the operands.
func choices(match ChoicesMatch) lowering {
	return texts(func(values []string) Predicate {
		match := match
		match.Values = values
		return match
	})
}

// isBool lowers to a predicate that holds for the operand, or for the other bool
// if equal is false.
func isBool(equal bool) lowering {
	return func(c *checker, _ *Model, f traverse.Field, cmp *dsl.Comparison) Predicate {
		b, ok := cmp.Operands[0].(*dsl.Bool)
		if !ok {
			c.misfit(f, cmp.Operands[0], "true", "false")
			return nil
		}
		return IsBool{Want: b.Value == equal}
	}
}

// texts reads the operands as texts and lowers them.
func texts(lower func(values []string) Predicate) lowering {
	return func(c *checker, _ *Model, f traverse.Field, cmp *dsl.Comparison) Predicate {
		values, ok := c.textOperands(f, cmp)
		if !ok {
			return nil
		}
		return lower(values)
	}
}

// numbers reads the operands as numbers and lowers them.
func numbers(lower func(values []float64) Predicate) lowering {
	return func(c *checker, _ *Model, f traverse.Field, cmp *dsl.Comparison) Predicate {
		values, ok := c.numberOperands(f, cmp)
		if !ok {
			return nil
		}
		return lower(values)
	}
}

// moment reads the operand as a date or time and lowers its first and last
// microsecond or day to a window.
func moment(lower func(start, end int64) (lo, hi Bound)) lowering {
	return func(c *checker, model *Model, f traverse.Field, cmp *dsl.Comparison) Predicate {
		m, ok := c.momentOperand(f, cmp.Operands[0])
		if !ok {
			return nil
		}
		w := Window{Days: f.Type == traverse.Date}
		w.Lo, w.Hi = lower(startOf(m, w.Days, model.Zone), endOf(m, w.Days, model.Zone))
		return InWindow{w}
	}
}

// timeSpan reads the operand as a length of time and lowers it to a window.
func timeSpan(lower func(n int64, unit dsl.Unit) (lo, hi Bound)) lowering {
	return func(c *checker, _ *Model, f traverse.Field, cmp *dsl.Comparison) Predicate {
		s, ok := cmp.Operands[0].(*dsl.TimeSpan)
		if !ok {
			c.misfit(f, cmp.Operands[0], "a length of time such as 3 days")
			return nil
		}
		w := Window{Days: f.Type == traverse.Date}
		n, ok := c.timeSpan(s, w.Days, f.Name)
		if !ok {
			return nil
		}
		w.Lo, w.Hi = lower(n, s.Unit)
		return InWindow{w}
	}
}

func numberIn(values []float64) Predicate    { return NumberIn{Values: values} }
func numberNotIn(values []float64) Predicate { return NumberIn{Values: values, Not: true} }

func numberBelow(values []float64) Predicate {
	return NumberBetween{Lo: math.Inf(-1), Hi: values[0], HiOpen: true}
}

func numberUpTo(values []float64) Predicate {
	return NumberBetween{Lo: math.Inf(-1), Hi: values[0]}
}

func numberAbove(values []float64) Predicate {
	return NumberBetween{Lo: values[0], LoOpen: true, Hi: math.Inf(1)}
}

func numberFrom(values []float64) Predicate {
	return NumberBetween{Lo: values[0], Hi: math.Inf(1)}
}

func numberBetween(c *checker, _ *Model, f traverse.Field, cmp *dsl.Comparison) Predicate {
	lo, hi, ok := c.numberBounds(f, cmp)
	if !ok {
		return nil
	}
	return NumberBetween{Lo: lo, Hi: hi}
}

func timeBetween(c *checker, model *Model, f traverse.Field, cmp *dsl.Comparison) Predicate {
	if n, m, ok := agoOperands(cmp); ok {
		if w, ok := c.betweenAgo(n, m, dsl.Span{Start: cmp.OpSpan.Start, End: cmp.End}, f.Type == traverse.Date, f.Name); ok {
			return InWindow{w}
		}
		return nil
	}
	from, ok := c.momentOperand(f, cmp.Operands[0])
	if !ok {
		return nil
	}
	to, ok := c.momentOperand(f, cmp.Operands[1])
	if !ok {
		return nil
	}
	w, ok := c.between(model, from, to, f.Type == traverse.Date)
	if !ok {
		return nil
	}
	return InWindow{w}
}

// agoOperands returns the operands of `between N and M UNITS ago`.
func agoOperands(cmp *dsl.Comparison) (n, m *dsl.TimeSpan, ok bool) {
	if cmp.Op != dsl.InRange || len(cmp.Operands) != 2 {
		return nil, nil, false
	}
	n, ok = cmp.Operands[0].(*dsl.TimeSpan)
	if !ok {
		return nil, nil, false
	}
	m, ok = cmp.Operands[1].(*dsl.TimeSpan)
	return n, m, ok
}

func inLast(n int64, unit dsl.Unit) (lo, hi Bound) {
	return relative(-n, unit, 0), relative(0, unit, 0)
}

func inNext(n int64, unit dsl.Unit) (lo, hi Bound) {
	return relative(0, unit, 0), relative(n, unit, 0)
}

func olderThan(n int64, unit dsl.Unit) (lo, hi Bound) {
	return Bound{}, relative(-n, unit, -1)
}
