package dsl

import "github.com/alecthomas/participle/v2/lexer"

// unitOf returns the unit that t names, if it does.
func unitOf(t *lexer.Token) (Unit, bool) {
	for i, name := range unitNames {
		if isWord(t, name) || isWord(t, unitPlurals[i]) {
			return Unit(i), true
		}
	}
	return 0, false
}

// parseTimeSpan parses a length of time.
func parseTimeSpan(lex *tokens) (*TimeSpan, error) {
	first := *lex.Peek()
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
	_, ok := unitOf(lex.peekAt(1))
	return ok && lex.Peek().Type == tokInt
}

// parseValue parses a single value.
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
	return nil, noValue(lex)
}
