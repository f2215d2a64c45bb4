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
	h := &p.holder
	*h = holder{condition: c}
	stop, whole := p.body(open, h.what, outer, func() bool { return p.parseConditionItem(h) })
	c.End, c.Items = stop, h.items
	c.Incomplete = c.Incomplete || !whole
	if !c.Incomplete {
		head := Span{startOf(first), c.Name.End}
		if len(c.Items) == 0 {
			p.report(head, CodeNoChild, "%s has no child", h.what()).Help = "add what must occur, such as has EmailOpened"
		}
		if c.Score == nil {
			p.report(head, CodeNoScore, "%s has no score", h.what()).Help = "end it with score +10, for example"
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

// parseConditionItem parses one item, the season or the score of the condition that h
// is. It returns false if that had a problem.
func (p *parser) parseConditionItem(h *holder) bool {
	c := h.condition
	switch {
	case isWord(p.peek(), "score"):
		score := p.parseScore()
		if score == nil {
			p.skipItem()
			return false
		}
		if c.Score != nil {
			d := p.report(score.Span, CodeNoScore, "%s has a second score", h.what())
			d.Related = []Related{{Summary: "the first is here", File: p.file.Name, Span: c.Score.Span}}
			d.Help = "give other points in a condition of their own"
			return false
		}
		c.Score = score
		return true
	case isWord(p.peek(), "active"):
		active, err := parseActive(p.lex)
		if err != nil {
			p.failed(err)
			p.skipItem()
			return false
		}
		return p.addActive(h, active)
	}
	return p.parseItem(h)
}

// addActive sets the season of the condition that h is. It reports a problem and
// returns false if there is one already, or if the score comes before it.
func (p *parser) addActive(h *holder, active *Active) bool {
	c := h.condition
	switch {
	case c.Active != nil:
		d := p.report(active.Span, CodeRepeated, "%s has a second season", h.what())
		d.Related = []Related{{Summary: "the first is here", File: p.file.Name, Span: c.Active.Span}}
		d.Help = "leave one of them out, or start a new condition"
		return false
	case c.Score != nil:
		d := p.report(active.Span, CodeSyntax, "the season comes after the score of %s", h.what())
		d.Related = []Related{{Summary: "the score is here", File: p.file.Name, Span: c.Score.Span}}
		d.Help = "put it before the score"
		return false
	}
	c.Active = active
	return true
}
