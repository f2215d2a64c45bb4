package dsl

import (
	"fmt"
	"slices"

	"github.com/alecthomas/participle/v2/lexer"
)

// mostBlocks is how deep blocks of any of and all of may be nested, the outermost
// included.
const mostBlocks = 8

// A holder is a block whose items are parsed: a condition, an audience, or a block of
// items in one of them.
type holder struct {
	words     string // what messages call it, unless it is a condition
	items     []Item
	condition *Condition // nil if it is another block
	same      bool       // it is a block of SameValue, which holds children alone
	anyOf     bool       // it is a block of AnyOf
	depth     int        // of the blocks of any of and all of around the items
	outer     *holder    // the block that it is in, or nil
	children  int        // in it and in its blocks, if outer is nil
}

// what returns what messages call h.
func (h *holder) what() string {
	if h.condition != nil {
		return called("condition", h.condition.Name)
	}
	return h.words
}

// scored returns the score of the condition that h is, if it was read.
func (h *holder) scored() *Score {
	if h.condition == nil {
		return nil
	}
	return h.condition.Score
}

// outermost returns the condition or audience that h is or is in.
func (h *holder) outermost() *holder {
	for h.outer != nil {
		h = h.outer
	}
	return h
}

// lastChild returns the last item of h that was read as a whole if that is a child, or
// nil.
func (h *holder) lastChild() *Child {
	for _, item := range slices.Backward(h.items) {
		if last, ok := item.(*Child); !ok || !last.Incomplete {
			return last
		}
	}
	return nil
}

// parseItems parses items in braces, of which the opening one comes next, up to and
// with the closing one. words are what messages call the block. whole is false if a
// part of it could not be read; end is the end of the block.
func (p *parser) parseItems(words string) (items []Item, end Pos, whole bool) {
	h := &holder{words: words}
	open := *p.lex.Next()
	outer := func() bool { return p.startsBlock() || p.startsClause() }
	end, whole = p.body(open, h.what, outer, func() bool { return p.parseItem(h) })
	return h.items, end, whole
}

// parseItem parses one child or block of h. It returns false if that had a problem.
func (p *parser) parseItem(h *holder) bool {
	t := p.peek()
	if h.condition == nil && scoreFollows(p.lex) {
		return p.scoreWithin(h)
	}
	if isWord(t, "either") && p.eitherOr() {
		return false
	}
	if p.formMeant(h) || t.Type != tokString && !startsFrequency(p.lex) && !p.startsItemBlock(0) {
		p.stray(h)
		p.skipWord()
		if isSign(t, ",") && p.startsComparison() {
			p.lex.Next() // the expression belongs to the child, also on another line
		}
		p.skipItem()
		return false
	}
	if isSign(p.peekAt(1), ":") && p.startsItemBlock(2) || t.Type != tokString && p.startsItemBlock(0) {
		return p.parseItemBlock(h)
	}
	outermost := h.outermost()
	if outermost.children++; outermost.children > p.limits.Children {
		p.report(tokenSpan(t.Pos, t.Value), CodeLimit, "%s has more than %d children", outermost.what(), p.limits.Children)
		p.skipTo(func(*lexer.Token) bool { return p.startsClause() })
		return false
	}
	before := p.lex.at
	child, err := parseChild(p.lex)
	if err != nil {
		p.failed(h.orLeftOut(p.lex, err))
		if child != nil && h.scored() == nil && p.withinLimits(child) {
			h.items = p.lex.nested.append(h.items, child)
		}
		if p.lex.at == before {
			p.skipWord()
		}
		p.skipItem()
		return false
	}
	return p.withinLimits(child) && p.add(h, child, "child")
}

// levels returns the number of blocks that are open in h: itself and those around it, up
// to the condition or audience.
func (h *holder) levels() int {
	if h.outer == nil {
		return 1
	}
	return 1 + h.outer.levels()
}

// closed reports whether the n innermost blocks that are open seem to be closed: their
// braces come before the next clause, or before the end of the model.
func (p *parser) closed(n int) bool {
	const far = 1 << 10 // tokens
	mark := p.lex.at
	defer func() { p.lex.at = mark }()
	closing := 0
	for range far {
		t := p.peek()
		switch {
		case t.EOF(), p.startsBlock():
			return closing > n // the brace of the model, too
		case p.startsClause():
			return closing >= n
		case isSign(t, "{"):
			closing--
		case isSign(t, "}"):
			closing++
		}
		p.lex.Next()
	}
	return false
}

// scoreWithin reports a score, which comes next, in h, which is no condition. It always
// returns false.
func (p *parser) scoreWithin(h *holder) bool {
	first := p.peek()
	d := p.report(tokenSpan(first.Pos, first.Value), CodeSyntax, "%s has no score of its own", h.what())
	d.Help = "put it after the block"
	if h.outermost().condition == nil {
		d.Help = "leave it out"
	}
	if p.parseScore() == nil {
		p.skipItem()
	}
	return false
}

// orLeftOut completes err if it is about an or between the children of a block of any of.
func (h *holder) orLeftOut(lex *tokens, err error) error {
	if bad, ok := err.(*syntaxError); ok && bad.orJoins && h.anyOf {
		bad.help, bad.fix = "leave it out: one of the children of any of must hold", drop(lex)
	}
	return err
}

// formMeant reports whether what comes next looks like a child, but is rather another
// form of what may stand after the last child or the score, on the same line.
func (p *parser) formMeant(h *holder) bool {
	const after = 3 // tokens
	t, before := p.peek(), lastBefore(p.lex)
	if !isOneOf(t, "at", "from") || before == nil || before.Pos.Line != t.Pos.Line || p.formIn(h) == nil {
		return false
	}
	if h.scored() != nil {
		return true
	}
	path := nameFollows(p.lex, after) && !isWord(p.peekAt(after), "per") && !p.startsChildAt(after)
	return (!isWord(p.peekAt(1), "most") || !path) && !p.soundChild()
}

// soundChild reports whether a whole child comes next, and after it what may follow a
// child: an entity may have the name of a keyword, as in `at most 3 score`.
func (p *parser) soundChild() bool {
	mark := p.lex.at
	defer func() { p.lex.at = mark }()
	if _, err := parseChild(p.lex); err != nil {
		return false
	}
	t := p.peek()
	return isSign(t, "}") || scoreFollows(p.lex) || t.Type == tokString || startsFrequency(p.lex) || p.startsItemBlock(0) || isWord(t, "active")
}

// add appends an item to those of h. It reports a problem and returns false if the
// score of h comes before it. kind is what messages call the item.
func (p *parser) add(h *holder, item Item, kind string) bool {
	if score := h.scored(); score != nil {
		d := p.report(item.At(), CodeSyntax, "a %s comes after the score of %s", kind, h.what())
		d.Related = []Related{{Summary: "the score is here", File: p.file.Name, Span: score.Span}}
		d.Help = "put it before the score, or start a new condition"
		return false
	}
	h.items = p.lex.nested.append(h.items, item)
	return true
}

// startsItemBlock reports whether a block of items begins n tokens after the next one.
func (p *parser) startsItemBlock(n int) bool {
	next := p.peekAt(n + 1)
	switch wordOf(p.peekAt(n)) {
	case "any", "all":
		return isWord(next, "of")
	case "same":
		return next.Type == tokIdent || next.Type == tokQuoted
	}
	return false
}

// parseItemBlock parses a block of items in h, which comes next. It returns false if
// that had a problem.
func (p *parser) parseItemBlock(h *holder) bool {
	b := &ItemBlock{Span: tokenSpan(p.peek().Pos, p.peek().Value)}
	if p.peek().Type == tokString {
		b.Label = p.lex.string(p.lex.Next())
		p.lex.Next() // the colon
	}
	words, ok := p.parseBlockHead(b)
	head := Span{b.Start, endOf(lastBefore(p.lex))}
	b.End = head.End
	if !ok {
		return false
	}
	inner := &holder{words: "the block " + words, same: b.Kind == SameValue, anyOf: b.Kind == AnyOf, depth: h.depth, outer: h}
	if b.Kind != SameValue {
		inner.depth++
	}
	switch {
	case h.same:
		p.report(head, CodeSyntax, "%s cannot hold the block %s", h.what(), words).Help = "it holds children only"
		p.skipBraces()
		return false
	case inner.depth > mostBlocks:
		p.report(head, CodeLimit, "any of and all of are nested more than %d deep", mostBlocks)
		p.skipBraces()
		return false
	}
	open := *p.lex.Next()
	outer := func() bool {
		return p.startsBlock() || p.startsClause() || scoreFollows(p.lex) && !p.closed(inner.levels())
	}
	stop, whole := p.body(open, inner.what, outer, func() bool { return p.parseItem(inner) })
	b.End, b.Items, b.Incomplete = stop, inner.items, !whole
	if whole && len(b.Items) == 0 {
		p.report(head, CodeNoChild, "%s has no child", inner.what()).Help = "add what must occur, such as has EmailOpened"
		return false
	}
	return p.add(h, b, "block") && whole
}

// parseBlockHead parses the words of b before its opening brace, and returns them. ok
// is false if no brace follows.
func (p *parser) parseBlockHead(b *ItemBlock) (words string, ok bool) {
	switch first := p.lex.Next(); {
	case isWord(first, "any"):
		words = "any of"
		p.lex.Next()
	case isWord(first, "all"):
		b.Kind, words = AllOf, "all of"
		p.lex.Next()
	default:
		ref, err := names(p.lex, wordName)
		if err != nil {
			p.failed(err)
			p.skipItem()
			return "", false
		}
		b.Kind, b.Ref, words = SameValue, ref, "same "+dotted(ref)
		if len(ref) > p.limits.Names {
			p.tooLong(ref, "reference")
			p.skipBraces()
			return words, false
		}
	}
	if isSign(p.peek(), "{") {
		return words, true
	}
	d := p.report(Span{b.Start, endOf(lastBefore(p.lex))}, CodeSyntax, "%s has no {", words)
	d.Help = fmt.Sprintf("put its children into braces: %s { … }", words)
	switch t := p.peek(); {
	case isSign(t, ":") && isSign(p.peekAt(1), "{"):
		d.Help = "leave out the colon"
		d.ReplaceAt(tokenSpan(t.Pos, t.Value), "")
		p.lex.Next()
		p.skipBraces()
	case isSign(t, "("):
		p.skipTo(func(previous *lexer.Token) bool { return previous != nil && isSign(previous, ")") })
	case !p.startsChild(lastBefore(p.lex)):
		p.skipItem()
	}
	return words, false
}

// skipBraces skips a block, whose opening brace comes next.
func (p *parser) skipBraces() {
	if !isSign(p.peek(), "{") {
		return
	}
	p.lex.Next()
	p.skipTo(func(*lexer.Token) bool { return false })
	acceptSign(p.lex, "}")
}

// tooLong reports a path or reference with too many names.
func (p *parser) tooLong(names []*Name, what string) {
	p.report(Span{names[0].Start, names[len(names)-1].End}, CodeLimit,
		"a %s has %d names; the limit is %d", what, len(names), p.limits.Names)
}

// withinLimits reports a problem and returns false if c is too long.
func (p *parser) withinLimits(c *Child) bool {
	ok := true
	long := func(names []*Name, what string) {
		if len(names) > p.limits.Names {
			p.tooLong(names, what)
			ok = false
		}
	}
	long(c.Path, "path")
	if len(c.Or) >= p.limits.Names {
		p.report(c.Span, CodeLimit, "a child has %d kinds of interaction; the limit is %d", len(c.Or)+1, p.limits.Names)
		ok = false
	}
	if c.Cap != nil {
		long(c.Cap.Per, "reference")
	}
	terms := 0
	for _, e := range c.Where {
		leaves(e, func(leaf Expr) {
			terms++
			e, isComparison := leaf.(*Comparison)
			if !isComparison {
				return
			}
			long(e.Ref, "reference")
			if len(e.Operands) > p.limits.Terms {
				p.report(e.Span, CodeLimit, "a list has %d values; the limit is %d", len(e.Operands), p.limits.Terms)
				ok = false
			}
		})
	}
	if terms > p.limits.Terms {
		p.report(c.Span, CodeLimit, "a child has %d expressions; the limit is %d", terms, p.limits.Terms)
		return false
	}
	return ok
}

// leaves calls f for e, or if that is an And, Or or Not for the leaves in it.
func leaves(e Expr, f func(leaf Expr)) {
	switch e := e.(type) {
	case *And:
		for _, t := range e.Terms {
			leaves(t, f)
		}
	case *Or:
		for _, t := range e.Terms {
			leaves(t, f)
		}
	case *Not:
		leaves(e.Expr, f)
	default:
		f(e)
	}
}
