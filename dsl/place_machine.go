package dsl

import "slices"

// A completer follows the tokens of a text through the grammar, in the block that a place
// is in.
type completer struct {
	lex    *tokens
	n      int // the number of tokens before the place
	rules  *rules
	blocks []openBlock // that are open there
	table  int         // the token table that may begin the head of the next block, or -1
	top    int         // the token after the last block that is closed beside the blocks
	now    []thread    // at the token n
	seen   map[visit]bool
}

// A thread is one way through the grammar.
type thread struct {
	pc   int
	back *frame // where to go on after the rule
	past *past  // what was read
}

// A frame is a rule that has been called.
type frame struct {
	pc   int
	back *frame
}

// A past is a token that was read, and what it was read as.
type past struct {
	in     *instruction
	token  int
	before *past
}

// A visit is a place in the grammar that threads have reached.
type visit struct {
	pc   int
	back *frame
}

// Bounds on the work for text that cannot be read.
const (
	mostThreads = 64
	mostTokens  = 1 << 12 // of one block that are followed
	mostOpen    = 64      // blocks in one another
)

// follow adds to list the threads at tokens to which t leads without reading one.
func (c *completer) follow(list []thread, t thread) []thread {
	if v := (visit{t.pc, t.back}); c.seen[v] || len(list) > mostThreads {
		return list
	} else {
		c.seen[v] = true
	}
	switch in := &c.rules.code[t.pc]; in.action {
	case fork:
		list = c.follow(list, thread{t.pc + 1, t.back, t.past})
		return c.follow(list, thread{in.to, t.back, t.past})
	case jump:
		return c.follow(list, thread{in.to, t.back, t.past})
	case call:
		return c.follow(list, thread{in.to, &frame{t.pc + 1, t.back}, t.past})
	case finish:
		if t.back == nil {
			return list
		}
		past := t.past
		if t.back.back == nil {
			past = nil // what follows is another part of the block
		}
		return c.follow(list, thread{t.back.pc, t.back.back, past})
	}
	return append(list, t)
}

// begin returns the threads at the beginning of a part of a block with the rule.
func (c *completer) begin(rule string) []thread {
	clear(c.seen)
	return c.follow(nil, thread{pc: c.rules.loops[rule]})
}

// step returns the threads after the token n has been read. With any, it may be any token:
// one that is wrong stands for the right one.
func (c *completer) step(list []thread, n int, any bool) []thread {
	clear(c.seen)
	var next []thread
	for _, t := range list {
		if in := &c.rules.code[t.pc]; any || in.matches(c.lex, n) {
			next = c.follow(next, thread{t.pc + 1, t.back, &past{in, n, t.past}})
		}
	}
	return next
}

// run follows the tokens of the innermost block up to the place. A block always ends the
// part that it belongs to, so that it begins after the last block in that one.
func (c *completer) run() {
	c.seen = map[visit]bool{}
	rule := "file"
	if n := len(c.blocks); n > 0 {
		rule = c.blocks[n-1].rule
	}
	start := c.begin(rule)
	c.now = start
	for at := max(*c.after(), c.n-mostTokens); at < c.n; at++ {
		c.lex.at = at
		next := c.step(c.now, at, false)
		fresh := c.firstOnLine(at)
		if fresh || len(next) == 0 {
			if again := c.step(start, at, false); len(again) > 0 && (len(next) == 0 && fresh || c.surelyStarts()) {
				next = again
			}
		}
		if len(next) == 0 { // the token is wrong: it is one too many, or stands for another
			clear(c.seen)
			wrong := slices.Concat(c.now, c.step(c.now, at, true))
			next = wrong[:min(len(wrong), mostThreads)]
		}
		c.now = next
	}
	if c.firstOnLine(c.n) {
		c.now = slices.Concat(c.now, start) // a new part may begin, whatever is before
	}
}

// surelyStarts reports whether the next token surely begins a part of a block.
func (c *completer) surelyStarts() bool {
	p := parser{lex: c.lex}
	return p.startsChild(nil) || p.startsClause()
}

// firstOnLine reports whether the token n, or what will be typed there, is the first on its
// line, or in its block.
func (c *completer) firstOnLine(n int) bool {
	if n == 0 {
		return true
	}
	before := &c.lex.list[n-1]
	if isSign(before, "{") || isSign(before, "}") {
		return true
	}
	t := &c.lex.list[n]
	return before.Pos.Line < t.Pos.Line && !isOneOf(t, continues...)
}

// describe sets what p says of the part that is before the place, given the last token that
// was read in it.
func (last *past) describe(c *completer, p *Place) {
	var list []*past
	for ; last != nil; last = last.before {
		list = append(list, last)
	}
	for _, was := range slices.Backward(list) {
		switch t := &c.lex.list[was.token]; was.in.kind {
		case KindRoot, KindInteraction:
			if name := c.lex.name(t); len(p.Path) == 0 {
				p.Path = []*Name{name}
			} else {
				p.Or = append(p.Or, name)
			}
		case KindHop:
			p.Path = append(p.Path, c.lex.name(t))
		case KindField, KindReference:
			if !isSign(&c.lex.list[max(was.token-1, 0)], ".") {
				p.Ref, p.OpSpan = nil, Span{}
			}
			p.Ref = append(p.Ref, c.lex.name(t))
		case KindOperator:
			at := tokenSpan(t.Pos, t.Value)
			if p.Op = was.in.op; !p.OpSpan.Known() {
				p.OpSpan = at
			}
			p.OpSpan.End = at.End
		case KindEntity:
			p.Entity = c.lex.name(t)
		case KindModel:
			p.Model = c.lex.string(t)
		case KindDimension:
			p.Of = c.lex.string(t)
		}
	}
}
