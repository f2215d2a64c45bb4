package dsl

import "github.com/alecthomas/participle/v2/lexer"

// parseTable parses a table and reports its problems.
func (p *parser) parseTable() *Table {
	first := *p.peek()
	t := &Table{Span: tokenSpan(first.Pos, first.Value)}
	var open lexer.Token
	if err := parseTableHead(p.lex, t); err == nil {
		open = *lastBefore(p.lex)
	} else {
		p.failed(err)
		t.Incomplete = true
		ok := false
		if open, ok = p.brokenHead(); !ok {
			p.skipTo(func(*lexer.Token) bool { return p.startsClause() })
			return t
		}
	}
	if c := t.Number; c != nil {
		t.Incomplete = !p.withinLimits(c) || t.Incomplete
	}
	if len(t.Ref) > p.limits.Names {
		p.tooLong(t.Ref, "path")
		t.Incomplete = true
	}
	outer := func() bool { return p.startsBlock() || p.startsClause() }
	stop, whole := p.body(open, func() string { return called("table", t.Name) }, outer, func() bool { return p.parseTableItem(t) })
	t.End = stop
	t.Incomplete = t.Incomplete || !whole
	return t
}

// parseTableHead parses the head of t, with its brace.
func parseTableHead(lex *tokens, t *Table) error {
	lex.Next()
	var err error
	if t.Name, err = wantString(lex); err != nil {
		return err
	}
	t.End = t.Name.End
	if err := wantBy(lex); err != nil {
		return err
	}
	if err := countMeant(lex); err != nil {
		return err
	}
	if isWord(lex.Peek(), "number") && isWord(lex.peekAt(1), "of") {
		first := *lex.Next()
		f := Frequency{Span: spanOf(&first, lex.Next()), Kind: Each}
		if err := frequencyMeant(lex); err != nil {
			return err
		}
		if t.Number, err = parseCounted(lex); err != nil {
			return err
		}
		t.Number.Frequency, t.Number.Start = f, f.Start
		t.End = t.Number.End
	} else {
		ref, err := names(lex, "a path with a field at its end, or number of")
		if err != nil {
			return err
		}
		t.Ref = ref
		t.End = t.Ref[len(t.Ref)-1].End
	}
	if !isSign(lex.Peek(), "{") {
		return noTableBrace(lex, t)
	}
	lex.Next()
	return nil
}

// parseCounted parses a child without a label and a frequency.
func parseCounted(lex *tokens) (*Child, error) {
	c := lex.children.new()
	c.Start = startOf(lex.Peek())
	if err := parsePath(lex, c); err != nil {
		return nil, err
	}
	if err := parseAfterPath(lex, c); err != nil {
		return nil, err
	}
	return c, nil
}

// parseTableItem parses one row, or the season, of t. It returns false if that had a
// problem.
func (p *parser) parseTableItem(t *Table) bool {
	if isWord(p.peek(), "active") {
		a, ok := p.parseSeason(t.Active, called("table", t.Name), "row", len(t.Rows) > 0)
		t.Active = a
		return ok
	}
	if len(t.Rows) >= p.limits.Terms {
		at := p.peek()
		p.report(tokenSpan(at.Pos, at.Value), CodeLimit, "%s has more than %d rows", called("table", t.Name), p.limits.Terms)
		p.skipTo(func(*lexer.Token) bool { return false })
		return false
	}
	if p.boundsMeant() {
		p.skipRow()
		return false
	}
	before := p.lex.at
	r, err := parseRow(p.lex)
	if err != nil {
		p.failed(err)
		if p.lex.at == before {
			p.skipWord()
		}
		p.skipRow()
		return false
	}
	if !p.rowWithinLimits(r) || p.afterRow(t, r) {
		return false
	}
	t.Rows = append(t.Rows, r)
	return true
}

// rowWithinLimits reports a problem and returns false if r is too long.
func (p *parser) rowWithinLimits(r *Row) bool {
	values := len(r.Values)
	if r.Test != nil {
		values = len(r.Test.Operands)
	}
	if values > p.limits.Terms {
		p.report(r.Span, CodeLimit, "a list has %d values; the limit is %d", values, p.limits.Terms)
	}
	return values <= p.limits.Terms
}

// parseRow parses a row of a table.
func parseRow(lex *tokens) (*Row, error) {
	first := *lex.Peek()
	r := &Row{}
	var err error
	switch {
	case accept(lex, "otherwise"):
		r.Form = RowOtherwise
	case accept(lex, "from"):
		r.Form = RowFrom
		if r.From, err = wantRowNumber(lex); err != nil {
			break
		}
		if accept(lex, "to") {
			r.To, err = wantRowNumber(lex)
		} else if accept(lex, "below") {
			r.Below, err = wantRowNumber(lex)
		}
	case accept(lex, "below"):
		r.Form = RowFrom
		r.Below, err = wantRowNumber(lex)
	case operatorFollows(lex):
		r.Test, err = parseTest(lex)
	default:
		r.Form = RowValues
		r.Values, r.List, err = parseRowValues(lex)
	}
	if err != nil {
		return nil, err
	}
	if !isWord(lex.Peek(), "score") {
		return nil, noRowScore(lex, r)
	}
	score := *lex.Next()
	points, err := wantPoints(lex)
	if err != nil {
		return nil, err
	}
	if isOneOf(lex.Peek(), "up", "down") && isWord(lex.peekAt(1), "to") {
		return nil, boundInRow(lex, points)
	}
	r.Score = lex.scores.new()
	r.Score.Span, r.Score.Points = Span{startOf(&score), points.End}, points
	r.Span = Span{startOf(&first), points.End}
	return r, nil
}

// wantRowNumber parses a number, or a name that stands for one.
func wantRowNumber(lex *tokens) (*Number, error) {
	if t := lex.Peek(); t.Type == tokInt || t.Type == tokDecimal {
		return lex.number(lex.Next()), nil
	}
	if let := lex.letAt(0); let != nil {
		return lex.numberOf(let, wordNumber)
	}
	return nil, unexpected(lex, wordNumber)
}

// operatorFollows reports whether the first word or the sign of an operator comes
// next, and not a name for a value.
func operatorFollows(lex *tokens) bool {
	t := lex.Peek()
	if t.Type == tokSign {
		_, ok := signOps[t.Value]
		return ok
	}
	return opWords.after(t) != nil && lex.letAt(0) == nil
}

// parseTest parses an operator and its operands.
func parseTest(lex *tokens) (*Comparison, error) {
	first := *lex.Peek()
	c := lex.comparisons.new()
	c.Start = startOf(&first)
	var err error
	if c.Op, err = parseOp(lex); err != nil {
		return nil, err
	}
	c.OpSpan = spanOf(&first, lastBefore(lex))
	if err := parseOperands(lex, c); err != nil {
		return nil, err
	}
	c.End = endOf(lastBefore(lex))
	return c, nil
}

// parseRowValues parses values with commas between them, or a name that stands for a
// list of them.
func parseRowValues(lex *tokens) ([]Literal, *Let, error) {
	if let := lex.letAt(0); let != nil {
		if _, ok := let.Value.(*List); ok {
			values, err := lex.listOf(let)
			if err == nil && isSign(lex.Peek(), ",") {
				err = listAmongValues(lex, let)
			}
			return values, let, err
		}
	}
	var values []Literal
	for {
		v, err := parseValue(lex)
		if err != nil {
			return nil, nil, noRow(lex, len(values) == 0, err)
		}
		values = append(values, v)
		if !acceptSign(lex, ",") {
			return values, nil, nil
		}
	}
}

// skipRow skips tokens up to the next row, or the end of the table.
func (p *parser) skipRow() {
	p.skipTo(func(*lexer.Token) bool {
		t := p.peek()
		return p.startsClause() || lastBefore(p.lex).Pos.Line < t.Pos.Line && !isWord(t, "score")
	})
}
