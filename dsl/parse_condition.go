package dsl

import "github.com/alecthomas/participle/v2/lexer"

// parseCondition parses a condition and reports its problems.
func (p *parser) parseCondition() *Condition {
	first := p.lex.Next()
	c := p.lex.conditions.new()
	c.Span = tokenSpan(first.Pos, first.Value)
	var open lexer.Token
	if p.parseConditionHead(c) {
		open = *p.lex.Next()
	} else {
		c.Incomplete = true
		ok := false
		if open, ok = p.brokenHead(); !ok {
			p.skipTo(func(*lexer.Token) bool { return p.startsClause() })
			return c
		}
	}
	outer := func() bool { return p.startsBlock() || p.startsClause() }
	what := func() string { return called("condition", c.Name) }
	stop, whole := p.body(open, what, outer, func() bool { return p.parseConditionItem(c) })
	c.End = stop
	c.Incomplete = c.Incomplete || !whole
	if !c.Incomplete {
		head := Span{startOf(first), c.Name.End}
		if len(c.Items) == 0 {
			p.report(head, CodeNoChild, "%s has no child", what()).Help = "add what must occur, such as has EmailOpened"
		}
		if c.Score == nil {
			p.report(head, CodeNoScore, "%s has no score", what()).Help = "end it with score +10, for example"
		}
	}
	return c
}

// parseConditionHead parses the name of c, and returns true if a brace follows.
func (p *parser) parseConditionHead(c *Condition) bool {
	if p.peek().Type != tokString {
		p.misplaced(p.peek(), []string{wordText})
		return false
	}
	c.Name = p.lex.string(p.lex.Next())
	c.End = c.Name.End
	if !isSign(p.peek(), "{") {
		p.misplaced(p.peek(), []string{"{"})
		return false
	}
	return true
}

// parseConditionItem parses one child, or the score, of c. It returns false if that
// had a problem.
func (p *parser) parseConditionItem(c *Condition) bool {
	t := p.peek()
	if isWord(t, "score") {
		return p.parseScore(c)
	}
	if t.Type != tokString && !isOneOf(t, "each", "has", "none", "at") {
		p.strayInCondition(c)
		p.skipWord()
		if isSign(t, ",") && p.startsComparison() {
			p.lex.Next() // the expression belongs to the child, also on another line
		}
		p.skipItem()
		return false
	}
	if len(c.Items) >= p.limits.Children {
		p.report(tokenSpan(t.Pos, t.Value), CodeLimit, "%s has more than %d children", called("condition", c.Name), p.limits.Children)
		p.skipTo(func(*lexer.Token) bool { return p.startsClause() })
		return false
	}
	before := p.lex.at
	child, err := parseChild(p.lex)
	if err != nil {
		p.failed(err)
		if p.lex.at == before {
			p.skipWord()
		}
		p.skipItem()
		return false
	}
	if !p.withinLimits(child) {
		return false
	}
	if c.Score != nil {
		d := p.report(child.Span, CodeSyntax, "a child comes after the score of %s", called("condition", c.Name))
		d.Related = []Related{{Summary: "the score is here", File: p.file.Name, Span: c.Score.Span}}
		d.Help = "put it before the score, or start a new condition"
		return false
	}
	c.Items = p.lex.nested.append(c.Items, Item(child))
	return true
}

// parseScore parses the score of c. It returns false if that had a problem.
func (p *parser) parseScore(c *Condition) bool {
	t, points := p.lex.Next(), p.peek()
	if points.Type != tokInt {
		p.misplaced(points, []string{wordInt})
		p.skipItem()
		return false
	}
	p.lex.Next()
	score := p.lex.scores.new()
	score.Span, score.Points = spanOf(t, points), p.lex.number(points)
	if c.Score != nil {
		d := p.report(score.Span, CodeNoScore, "%s has a second score", called("condition", c.Name))
		d.Related = []Related{{Summary: "the first is here", File: p.file.Name, Span: c.Score.Span}}
		d.Help = "give other points in a condition of their own"
		return false
	}
	c.Score = score
	return true
}

// withinLimits reports a problem and returns false if c is too long.
func (p *parser) withinLimits(c *Child) bool {
	ok := true
	long := func(names []*Name, what string) {
		if len(names) > p.limits.Names {
			p.report(Span{names[0].Start, names[len(names)-1].End}, CodeLimit,
				"a %s has %d names; the limit is %d", what, len(names), p.limits.Names)
			ok = false
		}
	}
	long(c.Path, "path")
	if len(c.Where) > p.limits.Terms {
		p.report(c.Span, CodeLimit, "a child has %d expressions; the limit is %d", len(c.Where), p.limits.Terms)
		return false
	}
	for _, e := range c.Where {
		switch e := e.(type) {
		case *Comparison:
			long(e.Ref, "reference")
			if len(e.Operands) > p.limits.Terms {
				p.report(e.Span, CodeLimit, "a list has %d values; the limit is %d", len(e.Operands), p.limits.Terms)
				ok = false
			}
		}
	}
	return ok
}
