package dsl

import (
	"fmt"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// unitOf returns the unit that t names, if it does.
func unitOf(t *lexer.Token) (Unit, bool) {
	for i, name := range unitNames {
		if isWord(t, name) || isWord(t, unitPlurals[i]) {
			return Unit(i), true
		}
	}
	return 0, false
}

// wantInt parses a whole number, or a name that stands for one.
func wantInt(lex *tokens) (*Number, error) {
	if lex.Peek().Type == tokInt {
		return lex.number(lex.Next()), nil
	}
	if let := lex.letAt(0); let != nil {
		return lex.wholeNumber(let)
	}
	if isSigned(lex) {
		return nil, signedName(lex)
	}
	return nil, unexpected(lex, wordInt)
}

// wantDigits parses a whole number in digits, for which no name may stand. where says
// what it is part of, such as losing P%.
func wantDigits(lex *tokens, where string) (*Number, error) {
	if let := lex.letAt(0); let != nil {
		return nil, noDigits(lex.Peek(), let, where)
	}
	if lex.Peek().Type == tokInt {
		return lex.number(lex.Next()), nil
	}
	return nil, unexpected(lex, wordInt)
}

// wantPoints parses points or their bound: a whole number, or a name that stands for
// one, with or without a sign.
func wantPoints(lex *tokens) (*Number, error) {
	if !isSigned(lex) {
		return wantInt(lex)
	}
	let := lex.letAt(1)
	if n, ok := let.Value.(*Number); ok && strings.ContainsAny(n.Text[:1], "+-") {
		return nil, secondSign(lex, let, n)
	}
	sign := *lex.Next()
	n, err := lex.wholeNumber(let)
	if err != nil {
		return nil, err
	}
	n.Start = startOf(&sign)
	n.Text = sign.Value + n.Text
	return n, nil
}

// isSigned reports whether a sign and a name for a value come next.
func isSigned(lex *tokens) bool {
	return (isSign(lex.Peek(), "+") || isSign(lex.Peek(), "-")) && lex.letAt(1) != nil
}

// pointsFollow reports whether points begin n tokens after the next one.
func pointsFollow(lex *tokens, n int) bool {
	t := lex.peekAt(n)
	return t.Type == tokInt || lex.letAt(n) != nil || isSign(t, "+") || isSign(t, "-")
}

// parseTimeSpan parses a length of time, or a name that stands for one.
func parseTimeSpan(lex *tokens) (*TimeSpan, error) {
	first := *lex.Peek()
	if let := lex.letAt(0); let != nil {
		return lex.timeSpan(let)
	}
	if first.Type != tokInt {
		return nil, noTimeSpan(lex)
	}
	s := lex.spans.new()
	s.Count = lex.number(lex.Next())
	t := *lex.Peek()
	if unit, ok := unitOf(&t); ok {
		lex.Next()
		s.Unit, s.Span = unit, spanOf(&first, &t)
		return s, nil
	}
	return nil, noUnit(lex, s.Count)
}

// startsSpan reports whether a length of time comes next.
func startsSpan(lex *tokens) bool {
	if let := lex.letAt(0); let != nil {
		_, ok := let.Value.(*TimeSpan)
		return ok
	}
	_, ok := unitOf(lex.peekAt(1))
	return ok && lex.Peek().Type == tokInt
}

// wantMoment parses a date, or a date and time, or a name that stands for one.
func wantMoment(lex *tokens) (*Moment, error) {
	if lex.Peek().Type == tokMoment {
		return lex.moment(lex.Next()), nil
	}
	if let := lex.letAt(0); let != nil {
		return lex.momentOf(let)
	}
	return nil, noMoment(lex)
}

// wantOperandText parses a text, or a name that stands for one.
func wantOperandText(lex *tokens) (*String, error) {
	let := lex.letAt(0)
	if let == nil {
		return wantString(lex)
	}
	s := lex.strings.new()
	switch v := let.Value.(type) {
	case *String:
		*s = *v
	case nil:
		s.Bad = true
	default:
		return nil, lex.wrongKind(let, "a text")
	}
	s.Span, s.Let = lex.use(), let
	return s, nil
}

// parseValue parses a single value, or a name that stands for one.
func parseValue(lex *tokens) (Literal, error) {
	t := lex.Peek()
	switch t.Type {
	case tokString:
		return lex.string(lex.Next()), nil
	case tokInt, tokDecimal:
		return lex.number(lex.Next()), nil
	case tokMoment:
		return lex.moment(lex.Next()), nil
	}
	if isWord(t, "true") || isWord(t, "false") {
		lex.Next()
		return &Bool{Span: tokenSpan(t.Pos, t.Value), Value: isWord(t, "true")}, nil
	}
	let := lex.letAt(0)
	if let == nil {
		if isSigned(lex) {
			return nil, signedName(lex)
		}
		return nil, noValue(lex)
	}
	switch let.Value.(type) {
	case *Number:
		return lex.numberOf(let, "a value")
	case *Moment:
		return lex.momentOf(let)
	case *String, nil:
		return wantOperandText(lex)
	}
	return nil, lex.wrongKind(let, "a value")
}

// parseValues parses a list in parentheses, or a name that stands for a whole list,
// which is then returned, too.
func parseValues(lex *tokens) ([]Literal, *Let, error) {
	let := lex.letAt(0)
	if let == nil {
		values, err := listValues(lex)
		return values, nil, err
	}
	switch let.Value.(type) {
	case *List:
		values, err := lex.listOf(let)
		return values, let, err
	case nil:
		s, err := wantOperandText(lex)
		return []Literal{s}, let, err
	}
	err := lex.wrongKind(let, "a list")
	err.help = fmt.Sprintf("write (%s)", let.Name)
	if _, ok := let.Value.(*TimeSpan); ok {
		err.help = ""
	} else {
		err.fix = swap(&err.token, "("+let.Name.String()+")")
	}
	return nil, nil, err
}

// use consumes a name for a value and returns its place.
func (lex *tokens) use() Span {
	t := lex.Next()
	return tokenSpan(t.Pos, t.Value)
}

// numberOf consumes a name that must stand for a number. what is what must be there.
func (lex *tokens) numberOf(let *Let, what string) (*Number, error) {
	n := lex.numbers.new()
	switch v := let.Value.(type) {
	case *Number:
		*n = *v
	case nil:
		n.Text, n.Bad = "1", true
	default:
		return nil, lex.wrongKind(let, what)
	}
	n.Span, n.Let = lex.use(), let
	return n, nil
}

// wholeNumber consumes a name that must stand for a whole number.
func (lex *tokens) wholeNumber(let *Let) (*Number, error) {
	if n, ok := let.Value.(*Number); ok && !n.Whole() {
		return nil, lex.wrongKind(let, wordInt)
	}
	return lex.numberOf(let, wordInt)
}

// timeSpan consumes a name that must stand for a length of time.
func (lex *tokens) timeSpan(let *Let) (*TimeSpan, error) {
	s := lex.spans.new()
	switch v := let.Value.(type) {
	case *TimeSpan:
		*s = *v
	case nil:
		s.Count, s.Unit = &Number{Text: "1", Bad: true}, Days
	default:
		err := lex.wrongKind(let, "a length of time")
		n, ok := v.(*Number)
		if unit, found := unitOf(lex.peekAt(1)); ok && found {
			err.help = fmt.Sprintf("a name is the whole length of time: declare let %s = %s %s, and leave out %[3]s here", let.Name, numberText(n), unit)
		}
		return nil, err
	}
	s.Span, s.Let = lex.use(), let
	count := *s.Count
	count.Span = s.Span
	s.Count = &count
	return s, nil
}

// momentOf consumes a name that must stand for a date.
func (lex *tokens) momentOf(let *Let) (*Moment, error) {
	m := lex.moments.new()
	switch v := let.Value.(type) {
	case *Moment:
		*m = *v
	case nil:
		m.Bad = true
	default:
		return nil, lex.wrongKind(let, "a date")
	}
	m.Span, m.Let = lex.use(), let
	return m, nil
}

// mostCopied is how many values the names of lists may stand for in one file, all uses
// taken together: a hostile text could use a long list very often.
const mostCopied = 1_000_000

// listOf consumes a name that stands for a list and returns copies of the elements.
func (lex *tokens) listOf(let *Let) ([]Literal, error) {
	list := let.Value.(*List)
	if lex.copied += len(list.Values); lex.copied > mostCopied {
		err := unexpected(lex)
		err.code = CodeLimit
		err.summary = fmt.Sprintf("the names of lists are used for more than %d values in this file", mostCopied)
		return nil, err
	}
	at := lex.use()
	values := make([]Literal, len(list.Values))
	for i, v := range list.Values {
		switch v := v.(type) {
		case *String:
			c := *v
			c.Span, values[i] = at, &c
		case *Number:
			c := *v
			c.Span, values[i] = at, &c
		case *Moment:
			c := *v
			c.Span, values[i] = at, &c
		case *Bool:
			c := *v
			c.Span, values[i] = at, &c
		}
	}
	return values, nil
}
