package dsl

import "github.com/alecthomas/participle/v2/lexer"

// assignmentWords are the keywords that the clauses of an assignment begin with.
var assignmentWords = []string{"audience", "rule", "otherwise"}

// parseAssignment parses a block `assignment` and reports its problems.
func (p *parser) parseAssignment() *Assignment {
	first := *p.peek()
	a := &Assignment{Span: tokenSpan(first.Pos, first.Value)}
	var open lexer.Token
	if head := parse(p, p.grammar.assignmentHead); head != nil {
		a.Name, open = p.lex.string(&head.Name), head.Open
	} else {
		a.Incomplete = true
		a.Name = p.nameBefore()
		ok := false
		if open, ok = p.brokenHead(); !ok {
			a.Span = headSpan(&first, a.Name)
			p.skipTo(func(*lexer.Token) bool { return false })
			return a
		}
	}
	stop, whole := p.clausesOf(open, called("assignment", a.Name), "rules", func() bool {
		clause := p.parseAssignmentClause()
		if clause == nil {
			return false
		}
		a.Clauses = append(a.Clauses, clause)
		r, isRule := clause.(*AssignmentRule)
		return !isRule || !r.Incomplete
	}, p.startsAssignmentClause)
	a.End = stop
	a.Incomplete = a.Incomplete || !whole
	return a
}

// startsAssignmentClause reports whether a clause of an assignment comes next.
func (p *parser) startsAssignmentClause() bool {
	switch t := p.peek(); {
	case isWord(t, "rule"):
		return p.peekAt(1).Type == tokString
	case isWord(t, "otherwise"):
		return isWord(p.peekAt(1), "set")
	}
	return startsAudience(p.lex)
}

// parseAssignmentClause parses a clause of an assignment. If it cannot, it reports the
// problem and returns nil.
func (p *parser) parseAssignmentClause() AssignmentClause {
	switch t := *p.peek(); {
	case isWord(&t, "audience"):
		if a, ok := p.parseAudience().(*Audience); ok {
			return a
		}
		return nil
	case isWord(&t, "rule"):
		if r := p.parseRule(); r != nil {
			return r
		}
		return nil
	case isWord(&t, "otherwise"):
		p.lex.Next()
		if !isWord(p.peek(), "set") {
			p.failed(keywordError(p.lex, "set"))
			return nil
		}
		s, err := p.parseSet(true)
		if err != nil {
			p.failed(err)
			return nil
		}
		return &Otherwise{Span{startOf(&t), s.End}, s}
	}
	p.strayInAssignment()
	p.skipWord()
	return nil
}

// parseRule parses a rule of an assignment and reports its problems. It returns nil if it
// has no head.
func (p *parser) parseRule() *AssignmentRule {
	first := *p.peek()
	r := &AssignmentRule{Span: tokenSpan(first.Pos, first.Value)}
	var open lexer.Token
	if head := parse(p, p.grammar.ruleHead); head != nil {
		r.Name, open = p.lex.string(&head.Name), head.Open
	} else {
		r.Incomplete = true
		r.Name = p.nameBefore()
		ok := false
		if open, ok = p.brokenHead(); !ok {
			return nil
		}
	}
	h := &holder{words: called("rule", r.Name)}
	outer := func() bool { return p.startsBlock() || p.startsAssignmentClause() }
	stop, whole := p.body(open, h.what, outer, func() bool { return p.parseRuleItem(r, h) })
	r.Items, r.End = h.items, stop
	r.Incomplete = r.Incomplete || !whole
	if !r.Incomplete && r.Set == nil {
		p.report(r.Name.Span, CodeSyntax, "%s sets nothing", h.what()).Help = `end it with set and a field, such as set Owner = "team"`
		r.Incomplete = true
	}
	return r
}

// parseRuleItem parses a child, the decision or the values of a rule. It returns false if
// that had a problem.
func (p *parser) parseRuleItem(r *AssignmentRule, h *holder) bool {
	t := *p.peek()
	var err error
	switch {
	case isWord(&t, "when"):
		if r.When != nil || r.Set != nil {
			return p.lateInRule(r, "the decision")
		}
		p.lex.Next()
		if r.When, err = p.parseSetDecision(); err == nil {
			if !p.decisionFits(r.When, r.When.At()) {
				r.When = nil
				return false
			}
			return true
		}
	case isWord(&t, "set"):
		if r.Set != nil {
			return p.lateInRule(r, "set")
		}
		if r.Set, err = p.parseSet(true); err == nil {
			return true
		}
		r.Set = nil
	case p.meantInRule(&t):
		return false
	case r.When != nil || r.Set != nil:
		return p.lateInRule(r, "a child")
	default:
		return p.parseItem(h)
	}
	p.failed(err)
	p.skipInRule()
	return false
}

// skipInRule skips tokens up to what may come next in a rule.
func (p *parser) skipInRule() {
	p.skipTo(func(previous *lexer.Token) bool {
		return p.startsAssignmentClause() || isOneOf(p.peek(), "when", "set") && p.firstOnLine() || p.startsChild(previous) || p.startsLine()
	})
}

// lateInRule reports what comes next, which does not belong there. It always returns false.
func (p *parser) lateInRule(r *AssignmentRule, what string) bool {
	t := p.peek()
	before, at := "set", Span{}
	if r.Set == nil {
		before, at = "when", r.When.At()
	} else {
		at = r.Set.Span
	}
	d := p.report(tokenSpan(t.Pos, t.Value), CodeSyntax, "%s comes after %s", what, before)
	d.Help = "a rule has its children first, then when and its decision, and then set, each of these once"
	d.Related = []Related{{Summary: "it comes after this", File: p.file.Name, Span: at}}
	p.lex.Next()
	p.skipInRule()
	return false
}
