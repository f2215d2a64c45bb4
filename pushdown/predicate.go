package pushdown

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
	"github.com/leadscore/leadscore/traverse"
)

// The calls of expressions: see [writer.call]. Some are followed by more.
const (
	callContains = "contains"
	callBegins   = "begins"
	callEnds     = "ends"
	callMatches  = "matches"
	callChosen   = "chosen"
	callNumber   = "number " // an operator, a blank and a number
	callAt       = "at "     // an operator, for instants and days
	callInstant  = "instant "
	callDay      = "day "
	callMicros   = "micros"
	callDays     = "days"
	callMonth    = "month"
	callIDText   = "id text "
	callDigits   = "digits"
	callClock    = "clock " // a time zone: how far its time is ahead, of a nested dialect alone
	callOnly     = "only"   // a condition and a number, null without the condition
)

func (l *lowering) is(name string, args ...*scalar.Expr) *scalar.Expr {
	null := false
	for _, a := range args {
		null = null || a.Nullable()
	}
	return l.Call(name, scalar.Truth, null, scalar.Range{}, args...)
}

// test returns what an expression of a child tests.
func (c *scope) test(e check.Expr) test {
	list := func(terms []check.Expr) []test {
		out := make([]test, len(terms))
		for i, t := range terms {
			out[i] = c.test(t)
		}
		return out
	}
	switch e := e.(type) {
	case *check.And:
		return allOf(list(e.Terms)...)
	case *check.Or:
		return anyOf(list(e.Terms)...)
	case *check.Not:
		return notOf(c.test(e.Expr))
	case *check.Comparison:
		return &atom{e.Step, fmt.Sprintf("%p", e), func(r record) *scalar.Expr { return r.comparison(e.Hops, e.Field, e.Predicate) }}
	}
	panic(fmt.Sprintf("pushdown: unknown expression %T", e))
}

// comparison returns whether a predicate holds for the field to which references lead. It is
// null or false for an empty value, unless the predicate asks for that.
func (r record) comparison(hops []traverse.Step, f traverse.Field, p check.Predicate) *scalar.Expr {
	for _, h := range hops {
		r = r.follow(h.Name)
	}
	f, _ = r.entity.Field(f.Name)
	switch p := p.(type) {
	case check.IsEmpty:
		empty := r.IsNull(r.value(f, formPlain))
		if p.Not {
			return r.Not(empty)
		}
		return empty
	case check.TextMatch:
		return r.textMatch(f, p)
	case check.ChoicesMatch:
		return r.choicesMatch(f, p)
	case check.NumberIn:
		value := r.value(f, formPlain)
		list := make([]*scalar.Expr, len(p.Values))
		for i, v := range p.Values {
			list[i] = r.number(value, "=", v)
		}
		return r.negated(r.Or(list...), p.Not)
	case check.NumberBetween:
		return r.numberBetween(r.value(f, formPlain), p)
	case check.IsBool:
		return r.negated(r.value(f, formPlain), !p.Want)
	case check.InWindow:
		return r.inWindow(r.value(f, formPlain), p.Window)
	}
	panic(fmt.Sprintf("pushdown: no lowering of %T", p))
}

func (l *lowering) negated(e *scalar.Expr, not bool) *scalar.Expr {
	if not {
		return l.Not(e)
	}
	return e
}

// operand returns a constant text, or false if no text of the database is like it.
func (l *lowering) operand(s string) (*scalar.Expr, bool) {
	if _, ok := l.d.Text(s); ok {
		return l.Text(s), true
	}
	if l.d.Odd {
		refuse(fmt.Sprintf("%s cannot compare texts with %q", l.d.Name, s), "leave the value out")
	}
	return nil, false
}

// compared returns a text or choices in the form in which they are compared with values, which
// are folded already unless the field is exact.
func (r record) compared(f traverse.Field, values []string) *scalar.Expr {
	if f.Exact {
		return r.value(f, formPlain)
	}
	for _, v := range values {
		r.foldLetters(r.entity.Name(), f.Name, v)
	}
	return r.value(f, formFold)
}

func (r record) textMatch(f traverse.Field, p check.TextMatch) *scalar.Expr {
	value := r.compared(f, p.Values)
	var equal []scalar.Value
	var list []*scalar.Expr
	for _, v := range p.Values {
		operand, ok := r.operand(v)
		switch {
		case !ok:
		case p.How == check.MatchEquals:
			equal = append(equal, scalar.TextOf(v))
		case p.How == check.MatchContains:
			list = append(list, r.is(callContains, value, operand))
		case p.How == check.MatchPrefix:
			list = append(list, r.is(callBegins, value, operand))
		case p.How == check.MatchSuffix:
			list = append(list, r.is(callEnds, value, operand))
		default:
			list = append(list, r.word(value, operand, v))
		}
	}
	if len(equal) > 0 {
		list = append(list, r.In(value, equal...))
	}
	if len(list) == 0 { // no text is like one of them
		if p.Not {
			return r.Not(r.IsNull(value))
		}
		return r.Truth(false)
	}
	return r.negated(r.Or(list...), p.Not)
}

// word returns whether a text contains a word.
func (r record) word(value, operand *scalar.Expr, word string) *scalar.Expr {
	if r.d.Matches == nil {
		refuse(fmt.Sprintf("%s cannot look for a word", r.d.Name), "write contains, or a list of values")
	}
	pattern := wordPattern(word)
	within := r.is(callContains, value, operand)
	if pattern == "" {
		return within
	}
	found := r.is(callMatches, value, r.Text(pattern))
	return r.Case(r.Truth(false), scalar.When{If: within, Then: found}, scalar.When{If: r.IsNull(value), Then: r.Null(scalar.Truth)})
}

// ofWord returns a class of all letters, decimal digits and combining marks, without brackets.
var ofWord = sync.OnceValue(func() string {
	var b strings.Builder
	from := rune(-1)
	for c := rune(0); c <= unicode.MaxRune+1; c++ {
		in := c <= unicode.MaxRune && unicode.In(c, unicode.L, unicode.Nd, unicode.M)
		switch {
		case in && from < 0:
			from = c
		case !in && from >= 0:
			b.WriteRune(from)
			if c-1 > from {
				b.WriteString("-" + string(c-1))
			}
			from = -1
		}
	}
	return b.String()
})

// wordPattern returns a pattern for a word, or "" if it is a word wherever it is.
func wordPattern(word string) string {
	runes := []rune(word)
	inWord := func(c rune) bool { return unicode.In(c, unicode.L, unicode.Nd, unicode.M) }
	before, after := "", ""
	if inWord(runes[0]) {
		before = "(^|[^" + ofWord() + "])"
	}
	if inWord(runes[len(runes)-1]) {
		after = "($|[^" + ofWord() + "])"
	}
	if before == "" && after == "" {
		return ""
	}
	var b strings.Builder
	for _, c := range runes {
		if c < unicode.MaxASCII && !unicode.IsLetter(c) && !unicode.IsDigit(c) && c > ' ' {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return before + b.String() + after
}

func (r record) choicesMatch(f traverse.Field, p check.ChoicesMatch) *scalar.Expr {
	value := r.compared(f, p.Values)
	list := make([]*scalar.Expr, 0, len(p.Values))
	for _, v := range p.Values {
		if operand, ok := r.operand(v); ok {
			list = append(list, r.is(callChosen, value, operand))
		} else if p.All {
			return r.Truth(false)
		}
	}
	switch {
	case p.All:
		return r.And(list...)
	case len(list) == 0 && p.Not:
		return r.Not(r.IsNull(value))
	}
	return r.negated(r.Or(list...), p.Not)
}

// number compares a number with a constant.
func (l *lowering) number(value *scalar.Expr, op string, f float64) *scalar.Expr {
	return l.is(callNumber+op+" "+strconv.FormatFloat(f, 'g', -1, 64), value)
}

func (r record) numberBetween(value *scalar.Expr, p check.NumberBetween) *scalar.Expr {
	var list []*scalar.Expr
	if !math.IsInf(p.Lo, -1) {
		list = append(list, r.number(value, openOr(p.LoOpen, ">"), p.Lo))
	}
	if !math.IsInf(p.Hi, 1) {
		list = append(list, r.number(value, openOr(p.HiOpen, "<"), p.Hi))
	}
	if len(list) == 0 {
		return r.Not(r.IsNull(value))
	}
	return r.And(list...)
}

func openOr(open bool, sign string) string {
	if open {
		return sign
	}
	return sign + "="
}

// inWindow returns whether an instant or day is in a window.
func (c *scope) inWindow(at *scalar.Expr, w check.Window) *scalar.Expr {
	var list []*scalar.Expr
	if w.Lo.Kind != check.Open {
		list = append(list, c.is(callAt+">=", at, c.bound(w.Lo, w.Days)))
	}
	if w.Hi.Kind != check.Open {
		list = append(list, c.is(callAt+"<=", at, c.bound(w.Hi, w.Days)))
	}
	if len(list) == 0 {
		return c.Not(c.IsNull(at))
	}
	return c.And(list...)
}

// bound returns an end of a window: a constant, or a parameter if it depends on as of.
func (c *scope) bound(b check.Bound, days bool) *scalar.Expr {
	if b.Kind == check.Relative {
		return c.Param(c.boundParameter(b, days), scalar.Other, scalar.Range{})
	}
	name := callInstant
	if days {
		name = callDay
	}
	return c.Call(name+strconv.FormatInt(within(b.At, days), 10), scalar.Other, false, scalar.Range{})
}
