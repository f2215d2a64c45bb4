package dsl

import (
	"fmt"
	"slices"

	"github.com/alecthomas/participle/v2/lexer"
)

// The functions below report whether the next tokens certainly begin a block, a
// clause or a child. After a problem the parser resumes there, and where a block or
// clause begins within another one a closing brace must be missing.

func (p *parser) startsModel() bool {
	return isWord(p.peek(), "model") && p.peekAt(1).Type == tokString
}

func (p *parser) startsEntity() bool { return startsEntity(p.lex) }

// startsEntity reports whether a schema block comes next.
func startsEntity(lex *tokens) bool {
	if t := lex.Peek(); !isWord(t, "profile") && !isWord(t, "interaction") {
		return false
	}
	if t := lex.peekAt(1); t.Type != tokIdent && t.Type != tokQuoted {
		return false
	}
	return isSign(lex.peekAt(2), "{") || isWord(lex.peekAt(2), "passive") && isSign(lex.peekAt(3), "{")
}

func (p *parser) startsTest() bool {
	return isWord(p.peek(), "test") && p.peekAt(1).Type == tokString
}

func (p *parser) startsStages() bool {
	return isWord(p.peek(), "stages") && p.peekAt(1).Type == tokString
}

func (p *parser) startsBlock() bool {
	return p.startsBlockWord() && (p.startsModel() || p.startsEntity() || p.startsTest() || p.startsStages()) || startsSetBlock(p.lex)
}

// startsSetBlock reports whether a block about leads comes next, whichever model scores
// them.
func startsSetBlock(lex *tokens) bool {
	switch t, next := lex.Peek(), lex.peekAt(1); wordOf(t) {
	case "choose":
		return isWord(next, "model") && isSign(lex.peekAt(2), "{")
	case "assignment":
		return next.Type == tokString
	case "lead":
		return isWord(next, "creation") && lex.peekAt(2).Type == tokString
	}
	return false
}

// startsBlockWord reports whether the next token is a keyword that blocks begin with.
func (p *parser) startsBlockWord() bool {
	switch wordOf(p.peek()) {
	case "model", "test", "stages", "profile", "interaction", "choose", "assignment":
		return true
	}
	return false
}

func (p *parser) startsClause() bool {
	switch wordOf(p.peek()) {
	case "condition", "grade", "description", "group", "table", "dimension":
		return p.peekAt(1).Type == tokString && !isWord(p.peekAt(2), "holds")
	case "label":
		return p.peekAt(1).Type == tokString && !isSign(p.peekAt(2), ":")
	case "target":
		return isOneOf(p.peekAt(1), "contact", "account", "lead")
	case "first", "out":
		return isWord(p.peekAt(1), "of")
	case "limit":
		return isOneOf(p.peekAt(1), "up", "from")
	case "weight":
		return p.peekAt(1).Type == tokInt && isSign(p.peekAt(2), "%")
	case "audience":
		return isSign(p.peekAt(1), "{")
	case "let":
		return startsLet(p.lex)
	case "time":
		return isWord(p.peekAt(1), "zone")
	case "sales":
		return isWord(p.peekAt(1), "ready")
	}
	return false
}

// startsChild reports whether a child or score begins with the next token. previous
// is the token before it, or nil: after a dot, where or and, any word is a name.
func (p *parser) startsChild(previous *lexer.Token) bool {
	t := p.peek()
	if previous != nil && (isSign(previous, ".") || isOneOf(previous, "where", "and", "or", "per")) {
		return false
	}
	switch {
	case t.Type == tokString:
		return isSign(p.peekAt(1), ":")
	case isOneOf(t, "each", "has", "none"):
		next := p.peekAt(1).Type
		return next == tokIdent || next == tokQuoted
	case isWord(t, "at"):
		const after = 3 // tokens
		return isOneOf(p.peekAt(1), "least", "most") && nameFollows(p.lex, after) && !isWord(p.peekAt(after+1), "ago")
	case isWord(t, "score"):
		return pointsFollow(p.lex, 1)
	case isWord(t, "exactly"):
		return countFollows(p.lex, 1)
	case isWord(t, "from"):
		return countFollows(p.lex, 1) && isWord(p.peekAt(2), "to") && countFollows(p.lex, 3) && !isWord(p.peekAt(5), "ago")
	case isWord(t, "every"): // and not that of halving every 30 days
		if let := p.lex.letAt(1); let != nil {
			_, span := let.Value.(*TimeSpan)
			return !span || isWord(p.peekAt(2), "without")
		}
		_, unit := unitOf(p.peekAt(2))
		return countFollows(p.lex, 1) && (!unit || isWord(p.peekAt(3), "without"))
	case isWord(t, "active"):
		return isOneOf(p.peekAt(1), "from", "until")
	case isWord(t, "any"), isWord(t, "all"):
		return isWord(p.peekAt(1), "of") && isSign(p.peekAt(2), "{")
	case isWord(t, "same"):
		return isSign(p.peekAt(2), "{") || isSign(p.peekAt(2), ".")
	}
	return false
}

// startsChildAt reports whether a child or score begins n tokens after the next one.
func (p *parser) startsChildAt(n int) bool {
	mark := p.lex.at
	defer func() { p.lex.at = mark }()
	for range n {
		p.lex.Next()
	}
	return p.startsChild(nil)
}

// startsTestClause reports whether a model, as of or expect clause of a test begins
// with the next token. Records are found by startsLine.
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

// continues lists the keywords that continue a clause on a new line.
var continues = []string{"where", "and", "or", "within", "since", "between", "once", "up", "halving", "losing", "fading", "below", "from", "to", "with"}

// firstOnLine reports whether the next token is a word or text that is the first on
// its line and does not continue the line before. A word continues it after a dot,
// and a text after a comma.
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

// startsLine reports whether the next token is the first on its line and seems to
// begin a clause or child. After a problem this is the best guess, as clauses and
// children mostly have lines of their own.
func (p *parser) startsLine() bool {
	t := p.peek()
	return p.firstOnLine() && !isOneOf(t, continues...)
}

// rangeWords lists the keywords that date ranges begin with.
var rangeWords = []string{"within", "since", "between"}

// startsComparison reports whether a name and an operator come next.
func (p *parser) startsComparison() bool {
	next := p.peekAt(1)
	if _, ok := signOps[next.Value]; ok && next.Type == tokSign {
		return true
	}
	// A word that date ranges begin with, too, more likely continues a child.
	word := opWords.after(next)
	return word != nil && !slices.Contains(rangeWords, word.word)
}

// skipTo skips tokens up to one at which stop returns true, the closing brace of the
// block, the start of another block, or the end of the file. It skips braces with
// all that is between them.
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

// skipWord skips one token, unless it is a brace, which skipTo counts.
func (p *parser) skipWord() {
	if t := p.peek(); !isSign(t, "{") && !isSign(t, "}") {
		p.lex.Next()
	}
}

// skipItem skips tokens up to the next child or score, or the end of the condition.
func (p *parser) skipItem() {
	p.skipTo(func(previous *lexer.Token) bool { return p.startsChild(previous) || p.startsClause() || p.startsLine() })
}

// skipInTest skips tokens up to the next clause of a test, or its end.
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

// tooMany returns a question to add to a message if a closing brace precedes the
// next token, and "" otherwise.
func (p *parser) tooMany() string {
	if t := lastBefore(p.lex); t == nil || !isSign(t, "}") {
		return ""
	}
	return ": is there one } too many before it?"
}

// brokenHead skips the rest of the head of a block up to its opening brace, which it
// consumes and returns. ok is false if something else begins before the brace.
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

// called returns what messages call a block: its kind, and its name if that was read.
func called(kind string, name *String) string {
	if name == nil {
		return "the " + kind
	}
	return fmt.Sprintf("%s %q", kind, name.Value)
}

// body parses the body of a block by calling item until the closing brace, which it
// consumes. open is the opening brace, what returns what messages call the block,
// and outer reports whether something begins that cannot be within the block, so
// that its closing brace is missing. body returns the end of the block, and false
// if a part of it could not be parsed.
func (p *parser) body(open lexer.Token, what func() string, outer func() bool, item func() bool) (Pos, bool) {
	whole := true
	for {
		t := p.peek()
		if isSign(t, "}") {
			return endOf(p.lex.Next()), whole
		}
		if t.EOF() || outer() {
			before := describe(t)
			if name := p.peekAt(1); t.Type == tokIdent && name.Type == tokString && name.Pos.Line == t.Pos.Line {
				before += " " + describe(name)
			}
			d := p.report(tokenSpan(t.Pos, t.Value), CodeUnclosed, "%s is not closed before %s", what(), before)
			d.Expected = []string{"}"}
			d.Related = []Related{{Summary: "it is opened here", File: p.file.Name, Span: tokenSpan(open.Pos, open.Value)}}
			if p.startsBlock() {
				d.Help = "models, stages, tests and schema blocks cannot be nested"
				p.open++
			}
			stop := startOf(t)
			if previous := lastBefore(p.lex); previous != nil {
				stop = endOf(previous)
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
