package dsl

// parseScore parses a score, with its bound: the word score comes next. If it cannot,
// it reports the problem and returns nil.
func (p *parser) parseScore() *Score {
	first := *p.lex.Next()
	points := p.parsePoints()
	if points == nil {
		return nil
	}
	s := p.lex.scores.new()
	s.Points, s.Span = points, Span{startOf(&first), points.End}
	up, down := isWord(p.peek(), "up"), isWord(p.peek(), "down")
	if up || down {
		s.Down = down
		p.lex.Next()
		if !accept(p.lex, "to") {
			p.misplaced(p.peek(), []string{"to"})
			return nil
		}
		if s.Bound = p.parsePoints(); s.Bound == nil {
			return nil
		}
		s.End = s.Bound.End
	}
	return s
}

// parsePoints parses points, or their bound. If it cannot, it reports the problem and
// returns nil.
func (p *parser) parsePoints() *Number {
	t := p.peek()
	if t.Type == tokInt {
		return p.lex.number(p.lex.Next())
	}
	if !countFollows(p.lex, 0) && !isSigned(p.lex) {
		if t.Type == tokIdent && p.text[t.Pos.Offset-1] != ' ' {
			p.scanned.retract(t.Pos.Offset-1, "+", "-")
		}
		p.misplaced(t, []string{wordInt})
		return nil
	}
	n, err := wantPoints(p.lex)
	if err != nil {
		p.failed(err)
		return nil
	}
	return n
}
