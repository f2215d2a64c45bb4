package dsl

import "github.com/alecthomas/participle/v2/lexer"

// parseGrade parses a grade clause.
func parseGrade(lex *tokens) (*Grade, error) {
	first := *lex.Peek()
	g := &Grade{}
	err := want(lex, "grade")
	if err != nil {
		return nil, err
	}
	if g.Name, err = wantString(lex); err != nil {
		return nil, err
	}
	var last *Number
	switch {
	case accept(lex, "below"):
		g.Below, err = wantInt(lex)
		last = g.Below
	case accept(lex, "from"):
		g.From, err = wantInt(lex)
		last = g.From
		if err == nil && accept(lex, "to") {
			g.To, err = wantInt(lex)
			last = g.To
		}
	default:
		return nil, noBounds(lex)
	}
	if err != nil {
		return nil, err
	}
	g.Span = Span{startOf(&first), last.End}
	return g, nil
}

// parseLimit parses a limit.
func parseLimit(lex *tokens) (*Limit, error) {
	first := *lex.Next()
	l := &Limit{}
	var err error
	switch {
	case isWord(lex.Peek(), "up"):
		lex.Next()
		if !accept(lex, "to") {
			return nil, noUpTo(lex)
		}
		l.To, err = wantInt(lex)
	case accept(lex, "from"):
		l.From, err = wantInt(lex)
		if err == nil && accept(lex, "to") {
			l.To, err = wantInt(lex)
		} else if err == nil && isWord(lex.Peek(), "up") {
			err = upInLimit(lex)
		}
	default:
		return nil, noLimit(lex)
	}
	if err != nil {
		return nil, err
	}
	l.Span = spanOf(&first, lastBefore(lex))
	return l, nil
}

// parseWeight parses the weight of a dimension.
func parseWeight(lex *tokens) (*Weight, error) {
	first := *lex.Next()
	n, err := wantDigits(lex, "weight N%")
	if err != nil {
		return nil, noWeight(lex, err)
	}
	if !acceptSign(lex, "%") {
		return nil, noPercent(lex, n)
	}
	return &Weight{Span: spanOf(&first, lastBefore(lex)), Percent: n}, nil
}

// parseOutOf parses the scale of a dimension.
func parseOutOf(lex *tokens) (*OutOf, error) {
	first := *lex.Next()
	if err := want(lex, "of"); err != nil {
		return nil, err
	}
	n, err := wantDigits(lex, "out of N")
	if err != nil {
		return nil, err
	}
	return &OutOf{Span: Span{startOf(&first), n.End}, Number: n}, nil
}

// parseLabel parses the label of a model.
func parseLabel(lex *tokens) (*Label, error) {
	first := *lex.Next()
	l := &Label{}
	for {
		s, err := wantString(lex)
		if err != nil {
			return nil, noLabel(lex, err)
		}
		l.Dimensions = append(l.Dimensions, s)
		if err := noComma(lex, s); err != nil {
			return nil, err
		}
		if !acceptSign(lex, ",") {
			l.Span = Span{startOf(&first), s.End}
			return l, nil
		}
	}
}

// parseLet parses a let. If it cannot, it reports the problem and returns nil.
func (p *parser) parseLet() *Let {
	d := p.lets.at(p.lex.at)
	if d == nil {
		p.failed(noLet(p.lex))
		return nil
	}
	name := d.node.Name
	switch {
	case !name.Quoted && isValueWord(name.Text):
		bad := p.report(name.Span, CodeSyntax, "%s is a word of the language", name.Text)
		bad.Help = "take another name, or write it in back quotes, here and where it is used"
	case d.first != nil:
		bad := p.report(name.Span, CodeRepeated, "there are two lets called %s", name.Text)
		bad.Related = []Related{{Summary: "the other is here", File: p.file.Name, Span: d.first.Span}}
	}
	p.lex.at = d.stop
	if list, ok := d.node.Value.(*List); ok && len(list.Values) > p.limits.Terms {
		p.report(list.Span, CodeLimit, "a list has %d values; the limit is %d", len(list.Values), p.limits.Terms)
	}
	if d.err != nil {
		literalOf(p.lex, d.err)
		p.failed(d.err)
		if !p.startsLine() { // what begins a line is not to blame
			p.skipWord()
		}
		p.skipTo(func(*lexer.Token) bool { return p.startsClause() || p.startsLine() })
	}
	return d.node
}
