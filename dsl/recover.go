package dsl

import (
	"fmt"
	"slices"

	"github.com/alecthomas/participle/v2/lexer"
)

// Starters: what a block or clause surely begins with. The parser looks for one
// to go on behind a problem, and takes one in the wrong place for a sign that a
// closing brace is missing.

func (p *parser) startsModel() bool {
	return isWord(p.peek(), "model") && p.peekAt(1).Type == tokString
}

func (p *parser) startsEntity() bool {
	if t := p.peek(); !isWord(t, "profile") && !isWord(t, "interaction") {
		return false
	}
	if t := p.peekAt(1); t.Type != tokIdent && t.Type != tokQuoted {
		return false
	}
	return isSign(p.peekAt(2), "{") || isWord(p.peekAt(2), "passive") && isSign(p.peekAt(3), "{")
}

func (p *parser) startsTest() bool {
	return isWord(p.peek(), "test") && p.peekAt(1).Type == tokString
}

func (p *parser) startsBlock() bool { return p.startsModel() || p.startsEntity() || p.startsTest() }

// startsBlockWord reports whether the next word is one that blocks begin with.
func (p *parser) startsBlockWord() bool {
	return isOneOf(p.peek(), "model", "profile", "interaction", "test")
}

func (p *parser) startsClause() bool {
	t := p.peek()
	if t.Type != tokIdent {
		return false
	}
	switch next := p.peekAt(1); {
	case isWord(t, "condition"), isWord(t, "grade"), isWord(t, "description"):
		return next.Type == tokString
	case isWord(t, "target"):
		return isWord(next, "contact") || isWord(next, "account")
	case isWord(t, "time"):
		return isWord(next, "zone")
	case isWord(t, "sales"):
		return isWord(next, "ready")
	}
	return false
}

// startsChild reports whether a child or score begins here. previous is the
// token before: behind a dot, where or and any word is a name.
func (p *parser) startsChild(previous *lexer.Token) bool {
	t := p.peek()
	if previous != nil && (isSign(previous, ".") || isWord(previous, "where") || isWord(previous, "and")) {
		return false
	}
	switch {
	case t.Type == tokString:
		return isSign(p.peekAt(1), ":")
	case isOneOf(t, "each", "has", "none"):
		next := p.peekAt(1).Type
		return next == tokIdent || next == tokQuoted
	case isWord(t, "at"):
		return isWord(p.peekAt(1), "least")
	case isWord(t, "score"):
		return p.peekAt(1).Type == tokInt
	}
	return false
}

// startsChildAt reports whether a child or score begins n tokens behind the next.
func (p *parser) startsChildAt(n int) bool {
	mark := p.lex.at
	defer func() { p.lex.at = mark }()
	for range n {
		p.lex.Next()
	}
	return p.startsChild(nil)
}

// startsTestClause reports whether a clause of a test surely begins here. Words
// that begin a line do, too: see startsLine.
func (p *parser) startsTestClause() bool {
	t, next := p.peek(), p.peekAt(1)
	switch {
	case isWord(t, "model"):
		return next.Type == tokString
	case isWord(t, "as"):
		return isWord(next, "of")
	}
	return isWord(t, "expect")
}

// continues are the words with which a line goes on that was begun before.
var continues = []string{"where", "and", "or", "within", "since", "between", "below", "from", "to", "with"}

// firstOnLine reports whether a word or text is first on its line, and does not
// go on with what a dot or a comma before it began. Behind a comma only a text
// goes on: a word would have to be a value.
func (p *parser) firstOnLine() bool {
	t, previous := p.peek(), lastBefore(p.lex)
	switch {
	case t.Type != tokIdent && t.Type != tokString && t.Type != tokQuoted:
		return false
	case previous == nil:
		return true
	case isSign(previous, "."), isSign(previous, ",") && t.Type == tokString:
		return false
	}
	return previous.Pos.Line < t.Pos.Line
}

// startsLine reports whether a word or text that is first on its line begins
// something new. Behind a problem that is the best guess there is: clauses and
// children mostly stand on lines of their own.
func (p *parser) startsLine() bool {
	t := p.peek()
	return p.firstOnLine() && !isOneOf(t, continues...)
}

// rangeWords are the words that date ranges begin with.
var rangeWords = []string{"within", "since", "between"}

// startsComparison reports whether a name and an operator come next.
func (p *parser) startsComparison() bool {
	next := p.peekAt(1)
	if _, ok := signOps[next.Value]; ok && next.Type == tokSign {
		return true
	}
	// A word that begins a date range, too, goes on with the child.
	word := opWords.after(next)
	return word != nil && !slices.Contains(rangeWords, word.word)
}

// skipTo moves on to a token at which stop holds, to the closing brace of the
// block, to the start of another block, or to the end. Braces that open on the
// way are skipped with all they hold.
func (p *parser) skipTo(stop func(previous *lexer.Token) bool) {
	depth := 0
	var previous *lexer.Token
	for {
		t := p.peek()
		switch {
		case t.EOF(), p.startsBlock():
			return
		case depth == 0 && stop(previous):
			return
		case isSign(t, "{"):
			depth++
		case isSign(t, "}"):
			if depth == 0 {
				return
			}
			depth--
		}
		previous = p.lex.Next()
	}
}

// skipWord consumes an unexpected token, unless it is a brace, which skipTo counts.
func (p *parser) skipWord() {
	if t := p.peek(); !isSign(t, "{") && !isSign(t, "}") {
		p.lex.Next()
	}
}

// skipItem moves on to the next child or score of a condition, or behind it.
func (p *parser) skipItem() {
	p.skipTo(func(previous *lexer.Token) bool { return p.startsChild(previous) || p.startsClause() || p.startsLine() })
}

// skipInTest moves on to the next clause of a test, or to its end.
func (p *parser) skipInTest(outer func() bool) {
	depth := 0
	for t := p.peek(); !t.EOF() && !outer(); t = p.peek() {
		switch {
		case isSign(t, "{"):
			depth++
		case depth == 0 && (isSign(t, "}") || p.startsTestClause() || p.startsLine()):
			return
		case isSign(t, "}"):
			depth--
		}
		p.lex.Next()
	}
}

// tooMany asks whether the brace before the next token is one too many.
func (p *parser) tooMany() string {
	if t := lastBefore(p.lex); t == nil || !isSign(t, "}") {
		return ""
	}
	return ": is there one } too many before it?"
}

// head goes on behind a broken head: to its opening brace, if that comes before
// anything else begins. It returns the brace.
func (p *parser) brokenHead() (open lexer.Token, ok bool) {
	const far = 8
	for range far {
		t := p.peek()
		if isSign(t, "{") {
			return *p.lex.Next(), true
		}
		if t.EOF() || isSign(t, "}") || p.startsBlock() || p.startsClause() {
			break
		}
		p.lex.Next()
	}
	return open, false
}

// called says which block is meant: by its name, if that could be read.
func called(kind string, name *String) string {
	if name == nil {
		return "the " + kind
	}
	return fmt.Sprintf("%s %q", kind, name.Value)
}

// body parses a block's body behind its opening brace, which it consumes, by
// calling item until the closing brace. It returns the block's end and whether
// nothing was lost.
func (p *parser) body(open lexer.Token, what func() string, outer func() bool, item func() bool) (Pos, bool) {
	whole := true
	for {
		t := p.peek()
		if isSign(t, "}") {
			return end(*p.lex.Next()), whole
		}
		if t.EOF() || outer() {
			before := describe(t)
			if name := p.peekAt(1); t.Type == tokIdent && name.Type == tokString && name.Pos.Line == t.Pos.Line {
				before += " " + describe(name)
			}
			d := p.report(tokenSpan(t.Pos, t.Value), CodeUnclosed, "%s is not closed before %s", what(), before)
			d.Expected = []string{"}"}
			d.Related = []Related{{Summary: "it opens here", File: p.file.Name, Span: tokenSpan(open.Pos, open.Value)}}
			if p.startsBlock() {
				d.Help = "models, tests and schema blocks stand side by side, not in one another"
				p.open++
			}
			stop := tokenSpan(t.Pos, "").Start
			if previous := lastBefore(p.lex); previous != nil {
				stop = end(*previous)
			}
			return stop, false
		}
		before := p.lex.at
		if !item() {
			whole = false
		}
		if p.lex.at == before {
			whole = false
			p.lex.Next() // no input may stop the parser
		}
	}
}
