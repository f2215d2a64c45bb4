package dsl

import "github.com/alecthomas/participle/v2/lexer"

// deepestGroup is how deep groups may be nested, the outermost included.
const deepestGroup = 8

// parseHead parses the head of a group, a dimension or a first of, up to the brace.
// If it cannot, it reports the problem and goes on after the brace; whole is then
// false, and ok is false if no brace was found.
func (p *parser) parseHead() (name *String, open lexer.Token, whole, ok bool) {
	if isWord(p.peek(), "first") {
		if head := parse(p, p.grammar.firstOf); head != nil {
			return p.lex.string(&head.Name), head.Open, true, true
		}
	} else if head := parse(p, p.grammar.groupHead); head != nil {
		return p.lex.string(&head.Name), head.Open, true, true
	}
	name = p.nameBefore()
	if open, ok = p.brokenHead(); !ok {
		p.skipTo(func(*lexer.Token) bool { return p.startsClause() })
	}
	return name, open, false, ok
}

// nameBefore returns the text before the next token as the name of a block whose
// head is broken, or nil.
func (p *parser) nameBefore() *String {
	if t := lastBefore(p.lex); t != nil && t.Type == tokString {
		return p.lex.string(t)
	}
	return nil
}

// headSpan returns the span of the head of a block that begins with first.
func headSpan(first *lexer.Token, name *String) Span {
	span := tokenSpan(first.Pos, first.Value)
	if name != nil {
		span.End = name.End
	}
	return span
}

// parseGroup parses a group in outer and reports its problems. It returns nil if the
// group is too deep.
func (p *parser) parseGroup(outer *clauseBlock) Clause {
	first := *p.peek()
	if outer.groups == deepestGroup {
		p.report(tokenSpan(first.Pos, first.Value), CodeLimit, "groups are nested more than %d deep", deepestGroup)
		p.skipWord()
		return nil
	}
	g := &Group{}
	name, open, whole, ok := p.parseHead()
	g.Name, g.Span, g.Incomplete = name, headSpan(&first, name), !whole
	if !ok {
		return g
	}
	what := func() string { return called("group", g.Name) }
	g.Clauses, g.End, whole = p.parseClauses(&clauseBlock{place: inGroup, groups: outer.groups + 1, head: first, open: open, what: what})
	g.Incomplete = g.Incomplete || !whole
	return g
}

// parseDimension parses a dimension and reports its problems.
func (p *parser) parseDimension() *Dimension {
	first := *p.peek()
	d := &Dimension{}
	name, open, whole, ok := p.parseHead()
	d.Name, d.Span, d.Incomplete = name, headSpan(&first, name), !whole
	if !ok {
		return d
	}
	what := func() string { return called("dimension", d.Name) }
	d.Clauses, d.End, whole = p.parseClauses(&clauseBlock{place: inDimension, head: first, open: open, what: what})
	d.Incomplete = d.Incomplete || !whole
	return d
}

// parseFirstOf parses a first of and reports its problems.
func (p *parser) parseFirstOf() *FirstOf {
	first := *p.peek()
	f := &FirstOf{}
	name, open, whole, ok := p.parseHead()
	f.Name, f.Span, f.Incomplete = name, headSpan(&first, name), !whole
	if !ok {
		return f
	}
	b := &clauseBlock{place: inFirstOf, head: first, open: open, what: func() string { return called("first of", f.Name) }}
	outer := func() bool { return p.startsBlock() || p.leaves(b) }
	f.End, whole = p.body(open, b.what, outer, func() bool { return p.parseTier(f, b) })
	f.Incomplete = f.Incomplete || !whole
	if !f.Incomplete && len(f.Tiers) == 0 {
		p.report(headSpan(&first, f.Name), CodeNoChild, "%s has no condition", b.what()).Help = "add conditions, the first of which that holds contributes"
	}
	return f
}

// parseTier parses one condition, or the season, of f. It returns false if that had a
// problem.
func (p *parser) parseTier(f *FirstOf, b *clauseBlock) bool {
	switch t := p.peek(); {
	case isWord(t, "condition"):
		if !p.countConditions() {
			return false
		}
		f.Tiers = append(f.Tiers, p.parseCondition())
		return true
	case isWord(t, "active"):
		a, ok := p.parseSeason(f.Active, called("first of", f.Name), "condition", len(f.Tiers) > 0)
		f.Active = a
		return ok
	}
	if !p.parseMisplaced(b) {
		p.strayTier()
		p.skipWord()
	}
	p.skipTo(func(*lexer.Token) bool { return p.startsClause() || p.startsLine() })
	return false
}

// parseSeason parses the season of a block. It returns the season, or old if that is
// not nil or late is true, which is an error: a season stands before the first part,
// which is called part. It returns false if there was a problem.
func (p *parser) parseSeason(old *Active, block, part string, late bool) (*Active, bool) {
	a, err := parseActive(p.lex)
	switch {
	case err != nil:
		p.failed(err)
		p.skipTo(func(*lexer.Token) bool { return p.startsClause() || p.firstOnLine() })
		return old, false
	case old != nil:
		d := p.report(a.Span, CodeRepeated, "%s has a second season", block)
		d.Related = []Related{{Summary: "the first is here", File: p.file.Name, Span: old.Span}}
		return old, false
	case late:
		p.report(a.Span, CodeSyntax, "the season of %s must come before its first %s", block, part)
		return old, false
	}
	return a, true
}

// parseAudience parses an audience and reports its problems. It returns nil if it has
// no brace.
func (p *parser) parseAudience() Clause {
	first := *p.lex.Next()
	a := &Audience{Span: tokenSpan(first.Pos, first.Value)}
	if !isSign(p.peek(), "{") {
		p.noAudienceBrace(&first)
		return nil
	}
	whole := true
	a.Items, a.End, whole = p.parseItems("the audience")
	a.Incomplete = !whole
	if whole && len(a.Items) == 0 {
		head := tokenSpan(first.Pos, first.Value)
		p.report(head, CodeNoChild, "the audience has no child").Help = "add what must hold for a lead to be scored, such as has Lead where Country = \"Germany\""
	}
	return a
}
