package dsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// stray reports the next token, which can neither continue the last item of h nor
// begin another one.
func (p *parser) stray(h *holder) {
	if found := p.formIn(h); found != nil {
		p.reportForm(found)
		return
	}
	expected := p.expectedIn(h)
	d := p.unexpectedToken(expected...)
	p.strayNearest(h, d)
	t := p.peek()
	switch day := (&syntaxError{}); {
	case p.strayJoint(h, d):
	case noDay(p.lex, day):
		d.Span, d.Summary, d.Help = tokenSpan(day.token.Pos, day.token.Value), day.summary, strings.Replace(day.help, "write a date", "write since and a date", 1)
		d.Expected, d.Nearest, d.Fix = nil, "", nil
	case isSign(t, ")"):
		d.Summary, d.Expected, d.Help = "there is no ( that this ) could close", nil, "leave it out"
		d.Replace("")
	case isWord(t, "where") && !slices.Contains(expected, "where"), isWord(t, "if") && d.Nearest == "":
		d.Summary, d.Expected = fmt.Sprintf("there is nothing before %s that it could apply to", t.Value), nil
		d.Help = "begin with what must exist, such as has Lead where …"
	case t.Type == tokInt && slices.Contains(expected, "at least") && p.peekAt(1).Type == tokIdent && lastBefore(p.lex).Pos.Line < t.Pos.Line:
		d.Nearest = "at least " + strings.TrimLeft(t.Value, "+-")
	case d.Nearest == "" && t.Type == tokIdent && slices.Contains(expected, "has") && p.startsBarePath(h):
		d.Summary, d.Expected = fmt.Sprintf("there is no frequency before %s", describe(t)), nil
		d.Help = fmt.Sprintf("write has %[1]s, each %[1]s, at least 2 %[1]s or none %[1]s", describe(t))
		if h.condition == nil {
			d.Help = fmt.Sprintf("write has %[1]s, at least 2 %[1]s or none %[1]s", describe(t))
		}
	case isWord(t, "add"), isWord(t, "subtract"), isWord(t, "points"):
		d.Help = "points are written score +10 or score -10"
	case t.Type != tokIdent || d.Nearest != "" || !p.followsPath(h):
	case p.startsComparison():
		d.Help = "an expression is written after where"
	case len(h.lastChild().Path) > 1 && p.peekAt(1).Type != tokMoment:
		d.Help = "names have no blanks, as in ParentContact; one that has is written in back quotes"
	}
	if len(d.Expected) > 0 {
		d.Expected = p.shownOf(h, d.Expected)
	}
}

// eitherOr reports the word either, which comes next, before a child or the path of
// one, and skips all that or joins. It returns false if something else follows.
func (p *parser) eitherOr() bool {
	t, next := *p.peek(), p.peekAt(1)
	if next.Type != tokIdent && next.Type != tokQuoted || next.Pos.Line != t.Pos.Line {
		return false
	}
	d := p.unexpectedToken()
	p.lex.Next()
	if p.startsChild(nil) || startsFrequency(p.lex) {
		d.Help = "write the children, without or, in any of { … }"
	} else {
		path := pathAt(p.lex, 0)
		if or := p.peekAt(1); isWord(or, "or") && nameFollows(p.lex, 2) {
			path += " or " + pathAt(p.lex, 2)
		}
		d.Help = fmt.Sprintf("leave it out, and begin with a frequency, such as has %s", path)
	}
	p.skipTo(func(previous *lexer.Token) bool {
		return scoreFollows(p.lex) || p.startsClause() || p.startsLine() && !isWord(previous, "or")
	})
	return true
}

// continued returns the last item of h if the next token might continue it: if it is a
// child, was read as a whole, and no score comes after it.
func (p *parser) continued(h *holder) *Child {
	last := h.lastChild()
	if last == nil || h.scored() != nil || last.End.Offset > p.peek().Pos.Offset {
		return nil
	}
	return last
}

// expectedIn returns what may come next in h.
func (p *parser) expectedIn(h *holder) []string {
	var expected []string
	if last := p.continued(h); last != nil {
		switch {
		case len(last.Where) > 0:
			expected = append(expected, "and")
		case last.Range != nil:
			expected = append(expected, "where")
		default:
			expected = append(expected, "within last", "since", "between", "where")
		}
	}
	if score := h.scored(); score != nil {
		if score.Bound == nil && lastBefore(p.lex).Pos.Line == p.peek().Pos.Line {
			expected = append(expected, "up to", "down to")
		}
		return append(expected, "}")
	}
	for _, words := range [][]string{frequencyWords, blockWords} {
		for _, w := range words {
			if h.condition != nil || w != "each" && w != "every" && w != "same" {
				expected = append(expected, w)
			}
		}
		if h.same {
			break
		}
	}
	if h.condition != nil {
		return append(expected, "score")
	}
	return append(expected, "}")
}

// anotherChild stands in messages for all that begins a child or a block of children.
const anotherChild = "another child"

// shownOf returns those of expected, what may come next in h, that a message lists: on
// the line of a child what continues it, and on a line of its own what begins another.
func (p *parser) shownOf(h *holder, expected []string) []string {
	if p.continued(h) == nil {
		return expected
	}
	begins := slices.Concat(frequencyWords, blockWords)
	if p.firstOnLine() {
		return slices.DeleteFunc(slices.Clone(expected), func(e string) bool {
			first, _, _ := strings.Cut(e, " ")
			return slices.Contains(rangeWords, first)
		})
	}
	var shown []string
	for _, e := range expected {
		if !slices.Contains(begins, e) {
			shown = append(shown, e)
		} else if !slices.Contains(shown, anotherChild) {
			shown = append(shown, anotherChild)
		}
	}
	return shown
}

// strayNearest completes d, the problem of the next token, if that is misspelt, or is
// what people write for a keyword.
func (p *parser) strayNearest(h *holder, d *Diagnostic) {
	t := p.peek()
	if t.Type != tokIdent || isOneOf(t, "and", "or") {
		return
	}
	if word, ok := strayWords[strings.ToLower(t.Value)]; ok && slices.Contains(d.Expected, word) {
		d.Nearest, d.Fix = word, nil
		if p.certain(word) {
			d.apply(swap(t, withoutTail(p.lex, word)))
		}
	}
	last, before := p.continued(h), lastBefore(p.lex)
	first := p.firstOnLine() || before != nil && isSign(before, "{")
	near := func(phrases []string) {
		if d.Nearest == "" {
			d.Nearest = nearPhrase(t, phrases)
			d.apply(wordFix(p.lex, d.Nearest, slices.Concat(phrases, d.Expected)))
		}
	}
	near(slices.DeleteFunc(slices.Clone(d.Expected), func(e string) bool { return !strings.Contains(e, " ") }))
	if last != nil && len(last.Where) == 0 {
		near(afterPaths)
	}
	switch {
	case h.scored() != nil:
		near([]string{"up to", "down to"})
	case first:
		near(beginChildren)
	}
}

// strayJoint completes d, the problem of the next token, if that is a word or sign that
// was meant to join something to the last child of h, or begins what stands before
// where. It returns false if it is something else.
func (p *parser) strayJoint(h *holder, d *Diagnostic) bool {
	t, last := p.peek(), p.continued(h)
	say := func(summary, help string, fix *Edit) bool {
		d.Summary, d.Help, d.Expected, d.Nearest, d.Fix = summary, help, nil, "", nil
		d.apply(fix)
		return true
	}
	switch {
	case last == nil:
	case isWord(t, "or") && childFollows(p.lex):
		bad := orChild(p.lex)
		_ = h.orLeftOut(p.lex, bad)
		return say(bad.summary, bad.help, bad.fix)
	case isWord(t, "or") && nameFollows(p.lex, 1) && len(last.Where) == 0:
		return say("several kinds of interaction are written before the first dot of a path and before what follows it",
			fmt.Sprintf("write %s …", last.kindsWith(p.lex)), nil)
	case len(last.Where) > 0 && isOneOf(t, additionWords...):
		return say(t.Value+" comes after where",
			fmt.Sprintf("what is counted is said before it: write %s %s … where …", last.pathText(), t.Value), nil)
	case (isWord(t, "and") || isSign(t, ",")) && p.kindMeant(h):
		word := t.Value
		if word == "," {
			word = "a comma"
		}
		return say(word+" does not join kinds of interaction",
			"to count them together, write "+last.kindsWith(p.lex), nil)
	}
	_, unit := unitOf(t)
	switch before := lastBefore(p.lex); {
	case unit && before != nil && p.lex.letNamed(before) != nil:
		return say("there is no unit after a name: "+before.Value+" is a whole length of time", "leave it out", swap(t, ""))
	case isSign(t, ",") && p.startsChildAt(1):
		return say("children need no comma between them", "leave it out", swap(t, ""))
	case isSign(t, ","):
		p.strayComma(h, d)
	case isWord(t, "and") && !slices.Contains(d.Expected, "and"):
		bad := needlessAnd(p.lex)
		if !p.startsChildAt(1) {
			bad.fix = nil
		}
		near := d.Nearest
		say(bad.summary, bad.help, bad.fix)
		d.Nearest = near
	default:
		return false
	}
	return true
}

// formIn returns the form that comes next where it can neither continue the last item
// of h nor begin another one, or nil.
func (p *parser) formIn(h *holder) *foundForm {
	last := h.lastChild()
	at := beginsChild
	switch {
	case h.scored() != nil:
		at = afterScore
	case last == nil || last.End.Offset > p.peek().Pos.Offset:
	case len(last.Where) > 0:
		at |= afterExpr
	default:
		at |= afterPath
	}
	if last == nil {
		return findForm(p.lex, at, nil)
	}
	if before := lastBefore(p.lex); before.Pos.Line == p.peek().Pos.Line {
		// Here it rather continues the child.
		if found := findForm(p.lex, at&^beginsChild, last.Path); found != nil {
			return found
		}
	}
	return findForm(p.lex, at, last.Path)
}

// certain reports whether the tokens after the next one, a key of strayWords, are
// such as follow the keyword that it means.
func (p *parser) certain(keyword string) bool {
	next := p.peekAt(1)
	switch keyword {
	case "within last":
		_, unit := unitOf(p.peekAt(2))
		return next.Type == tokInt && unit || isWord(next, "last") && p.peekAt(2).Type == tokInt
	case "since":
		return next.Type == tokMoment
	case "where":
		mark := p.lex.at
		defer func() { p.lex.at = mark }()
		p.lex.Next()
		return p.startsComparison()
	}
	if isOneOf(next, "each", "has", "none", "at") && p.peekAt(2).Type != tokSign && p.peekAt(2).Pos.Line == next.Pos.Line {
		return false // a frequency follows already
	}
	return p.firstOnLine() && next.Type == tokIdent && next.Pos.Line == p.peek().Pos.Line && !isWord(p.peek(), "all")
}

// strayComma completes d, the problem of a comma, which is the next token.
func (p *parser) strayComma(h *holder, d *Diagnostic) {
	comma, before, next := p.peek(), lastBefore(p.lex), p.peekAt(1)
	touches := before != nil && endOf(before).Offset == comma.Pos.Offset && endOf(comma).Offset == next.Pos.Offset
	last := h.lastChild()
	joins := last != nil && h.scored() == nil && len(last.Where) > 0
	switch {
	case touches && (before.Type == tokInt || before.Type == tokDecimal) && (next.Type == tokInt || next.Type == tokDecimal) && isDigit(next.Value[0]):
		number := before.Value + "," + next.Value
		d.Code, d.Summary, d.Expected = CodeNumber, fmt.Sprintf("%s is not a number", number), nil
		const thousands = 3
		switch {
		case h.scored() != nil:
			d.Help = "points are whole numbers, written with digits only"
		case next.Type == tokDecimal && before.Type == tokInt:
			d.Help = fmt.Sprintf("write %s%s", before.Value, next.Value)
		case next.Type == tokDecimal || before.Type == tokDecimal:
			d.Help = "write it with digits only, and a point before the fraction"
		case len(next.Value) == thousands:
			d.Help = fmt.Sprintf("write %s%s, or %s.%s for a fraction", before.Value, next.Value, before.Value, next.Value)
		default:
			d.Help = fmt.Sprintf("a fraction is written with a point: %s.%s", before.Value, next.Value)
			d.ReplaceAt(Span{startOf(before), endOf(next)}, before.Value+"."+next.Value)
		}
	case joins && isWord(next, "and"):
		d.Summary, d.Expected, d.Help = "a comma does not join expressions", nil, "leave it out: and is enough"
		d.Replace("")
	case joins && (next.Type == tokIdent || next.Type == tokQuoted) && !isWord(next, "and") && !p.startsChildAt(1):
		d.Summary, d.Expected, d.Nearest = "a comma does not join expressions", nil, "and"
		if next.Pos.Line == comma.Pos.Line {
			text := " and"
			if endOf(comma).Offset == next.Pos.Offset {
				text += " "
			}
			d.Replace(text)
		} else {
			d.Replace(" and")
		}
	default:
		d.Help = "expressions are joined by and, a fraction begins with a point, and a list is written in parentheses"
	}
}

// kindMeant reports whether a word that joins, and the name of another kind of
// interaction, come next after the last child of h, which is a root alone.
func (p *parser) kindMeant(h *holder) bool {
	last := h.lastChild()
	return last != nil && h.scored() == nil && p.followsPath(h) && len(last.Path) == 1 && nameFollows(p.lex, 1) && !p.startsChildAt(1)
}

// startsBarePath reports whether the next token is the first on its line, or in its
// condition, and seems to begin a child without a frequency.
func (p *parser) startsBarePath(h *holder) bool {
	if before := lastBefore(p.lex); !p.firstOnLine() && (before == nil || !isSign(before, "{")) {
		return false
	}
	next := p.peekAt(1)
	ends := next.Pos.Line > p.peek().Pos.Line && (p.startsChildAt(1) || isSign(next, "}"))
	return h.scored() == nil && (ends || isSign(next, ".") || isOneOf(next, "within", "since", "between", "where"))
}

// followsPath reports whether the next token comes directly after the path of the
// last child, on the same line.
func (p *parser) followsPath(h *holder) bool {
	last := h.lastChild()
	return last != nil && h.scored() == nil && last.plain() && len(last.Where) == 0 && last.End.Line == p.peek().Pos.Line
}

// plain reports whether nothing stands between the path of c and where.
func (c *Child) plain() bool {
	return c.Range == nil && c.Burst == nil && c.Cap == nil && c.Decay == nil
}
