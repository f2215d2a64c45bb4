package dsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/leadscore/leadscore/internal/nearest"
)

// additionWords lists the keywords that begin what stands between a path and where.
var additionWords = []string{"within", "since", "between", "once", "up", "halving", "losing", "fading"}

// afterPaths lists what messages say of an unknown word after a path: what it may be, if
// it is near to its first word.
var afterPaths = []string{"once per", "up to", "halving every", "losing", "fading over", "within any"}

// beginChildren is like afterPaths for a word that begins a child.
var beginChildren = []string{"at most", "exactly", "every", "any of", "all of", "same", "active"}

// blockWords are the keywords that blocks of children begin with.
var blockWords = []string{"any of", "all of", "same"}

// nearPhrase returns the phrase that t is near to, as a whole or to its first word, or
// "".
func nearPhrase(t *lexer.Token, phrases []string) string {
	if t.Type != tokIdent {
		return ""
	}
	if near := nearest.Name(t.Value, slices.Values(phrases)); near != "" {
		return near
	}
	for _, phrase := range phrases {
		word, _, _ := strings.Cut(phrase, " ")
		if nearest.Name(t.Value, slices.Values([]string{word})) != "" {
			return phrase
		}
	}
	return ""
}

// nameFollows reports whether the token n places after the next one may be the name of
// an entity, and is on the line of the next token.
func nameFollows(lex *tokens, n int) bool {
	t := lex.peekAt(n)
	return (t.Type == tokIdent || t.Type == tokQuoted) && t.Pos.Line == lex.Peek().Pos.Line &&
		!isOneOf(t, goesOnWords...) && !isOneOf(t, "and", "ago", "exactly", "every", "from", "active")
}

// noPer returns the error for a missing per, which comes after the number of c or after
// once.
func noPer(lex *tokens, c *Cap) *syntaxError {
	err := keywordError(lex, "per")
	t, next := lex.Peek(), lex.peekAt(1)
	switch _, unit := unitOf(next); {
	case unit && isOneOf(t, "a", "an", "each", "every", "in"):
		err.nearest = "per"
		if slices.Contains(periodNames[PerHour:], next.Value) {
			err.fix = swap(t, "per")
		}
	case c.Count != nil && isOneOf(t, "time", "times"):
		err.nearest, err.help, err.fix = "", "leave it out", drop(lex)
	case err.nearest != "":
	case c.Count == nil:
		err.help = "write once per day, for example, or has in place of each, which counts once in all"
	default:
		err.help = fmt.Sprintf("write up to %s per day, or per and a field's name", numberText(c.Count))
	}
	return err
}

// noEvery returns the error for a missing word, every or over, before the length of time
// of a decay.
func noEvery(lex *tokens, word string) *syntaxError {
	err := keywordError(lex, word)
	t := lex.Peek()
	switch {
	case startsSpan(lex):
		at := startOf(t)
		err.fix, err.expected = &Edit{Span{at, at}, word + " "}, nil
		err.summary = fmt.Sprintf("%s is missing before %s", word, t.Value)
		if unit := lex.peekAt(1); t.Type == tokInt {
			err.summary += " " + unit.Value
		}
	case isOneOf(t, "each", "per", "a", "every", "over", "in", "within"):
		err.nearest = word
		if lex.peekAt(1).Type == tokInt {
			err.fix = swap(t, word)
		}
	case isWord(lex.peekAt(1), word):
		err.help, err.fix = "leave it out", drop(lex)
	}
	return err
}

// noDecayPercent returns the error for a missing percent sign after the number of d.
func noDecayPercent(lex *tokens, d *Decay) *syntaxError {
	err := unexpected(lex, "%")
	t := lex.Peek()
	switch {
	case isOneOf(t, "percent", "pct", "per"):
		err.nearest = "%"
		if isWord(t, "per") && isWord(lex.peekAt(1), "cent") {
			err.fix = &Edit{Span{d.Percent.End, endOf(lex.peekAt(1))}, "%"}
		} else if !isWord(t, "per") {
			err.fix = &Edit{Span{d.Percent.End, endOf(t)}, "%"}
		}
	case isOneOf(t, "every", "each"):
		err.expected = nil
		err.summary, err.help = "a percent sign is missing", fmt.Sprintf("write losing %s%%", numberText(d.Percent))
		err.fix = &Edit{Span{d.Percent.End, d.Percent.End}, "%"}
	}
	return err
}

// noWithout returns an error for `every 30 days EmailOpened`, and nil if something else
// comes next. An entity may be called days.
func noWithout(lex *tokens) error {
	const both = 2
	words, length := both, lex.Peek().Value+" "+lex.peekAt(1).Value
	if lex.letAt(0) != nil {
		words, length = 1, lex.Peek().Value
	}
	if !startsSpan(lex) || !nameFollows(lex, words) {
		return nil
	}
	name := lex.peekAt(words)
	if isOneOf(name, "any", "all") && isWord(lex.peekAt(words+1), "of") || isWord(name, "same") && !isSign(lex.peekAt(words+1), ".") {
		return nil // a block comes after a child
	}
	at := startOf(name)
	if nearest.Name(name.Value, slices.Values([]string{"without"})) != "" {
		return &syntaxError{token: *name, expected: []string{"without"}, nearest: "without", fix: swap(name, "without")}
	}
	return &syntaxError{
		token: *name, summary: "without is missing after every " + length,
		help: "every and a length of time counts how long nothing has occurred", fix: &Edit{Span{at, at}, "without "},
	}
}

// rangeWithin returns what to say of `within 2 hours`, a problem of the date range of c:
// many close together may be meant as well.
func rangeWithin(lex *tokens, c *Child, err error) error {
	bad, ok := err.(*syntaxError)
	if !ok || bad.fix == nil || bad.fix.Text != "last " || c.Frequency.Kind != AtLeast || c.Frequency.Count == nil {
		return err
	}
	length := lex.Peek().Value
	if unit := lex.peekAt(1); lex.Peek().Type == tokInt && unit.Type == tokIdent {
		length += " " + unit.Value
	}
	if c.Range != nil {
		bad.summary, bad.help = "any is missing after within", "write within any "+length
		bad.fix.Text = "any "
		return err
	}
	bad.summary, bad.fix = "last or any is missing after within", nil
	bad.help = fmt.Sprintf("write within last %[1]s, which ends at as of, or within any %[1]s for so many that are close together", length)
	return err
}

// wrongAgo returns the error for two numbers or lengths of time with and between them
// that are meant to be `between N and M UNITS ago`, and nil if something else comes next.
func wrongAgo(lex *tokens) error {
	n := 0
	next := func() *lexer.Token { t := lex.peekAt(n); n++; return t }
	skip := func(word string) {
		if isWord(lex.peekAt(n), word) {
			n++
		}
	}
	first, second := *next(), lexer.Token{}
	unit1, has1 := unitOf(lex.peekAt(n))
	if has1 {
		n++
		skip("ago")
	}
	if !isWord(next(), "and") {
		return nil
	}
	second = *next()
	last := next()
	unit2, has2 := unitOf(last)
	if !has2 {
		return nil
	}
	for _, t := range []*lexer.Token{&first, &second} {
		if let := lex.letNamed(t); let != nil {
			return noDigits(t, let, "between N and M days ago")
		}
	}
	if first.Type != tokInt || second.Type != tokInt {
		return nil
	}
	ago := isWord(lex.peekAt(n), "ago")
	if ago {
		last = lex.peekAt(n)
	}
	end := *last
	err := &syntaxError{token: first, summary: fmt.Sprintf("both lengths of time are written with one unit and ago: between %s and %s %s ago", first.Value, second.Value, unit2)}
	switch {
	case has1 && unit1 != unit2:
		err.summary = "both lengths of time are written with one unit"
		err.help = fmt.Sprintf("write between N and %s %s ago, with a number of %[2]s for N", second.Value, unit2)
	case has1:
		err.fix = &Edit{spanOf(&first, &end), fmt.Sprintf("%s and %s %s ago", first.Value, second.Value, unit2)}
	case !ago:
		err.token, err.summary, err.nearest = end, "ago is missing", fmt.Sprintf("between %s and %s %s ago", first.Value, second.Value, unit2)
		err.fix = &Edit{Span{endOf(&end), endOf(&end)}, " ago"}
	}
	return err
}

// numberWords maps words for small numbers to their digits.
var numberWords = map[string]string{
	"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
}

// noCount completes err, the error for a missing number, if a word for a number comes
// next.
func noCount(lex *tokens, err error) error {
	bad, ok := err.(*syntaxError)
	t := lex.Peek()
	if digits := numberWords[strings.ToLower(t.Value)]; ok && digits != "" && t.Type == tokIdent {
		bad.nearest, bad.fix = digits, swap(t, digits)
	}
	return err
}

// kindsWith returns the kinds of the root of c, and the root of the path after the next
// token, an or.
func (c *Child) kindsWith(lex *tokens) string {
	root := Child{Path: c.Path[:1], Or: c.Or}
	other, _, _ := strings.Cut(pathAt(lex, 1), ".")
	return root.pathText() + " or " + other
}

// orChild returns the error for an or, the next token, between two children.
func orChild(lex *tokens) *syntaxError {
	return &syntaxError{
		token: *lex.Peek(), summary: "or does not join children", orJoins: true,
		help: "write the children, without or, in any of { … }",
	}
}

// lateKind returns the error for an or, the next token, that comes after the first dot of
// a path, or nil if something else comes next.
func lateKind(lex *tokens, c *Child) error {
	if !isWord(lex.Peek(), "or") || len(c.Path) == 1 || !nameFollows(lex, 1) {
		return nil
	}
	if childFollows(lex) {
		return orChild(lex)
	}
	roots := c.kindsWith(lex)
	return &syntaxError{
		token: *lex.Peek(), summary: "several kinds of interaction are written before the first dot of a path",
		help: fmt.Sprintf("write %s.%s", roots, dotted(c.Path[1:])),
	}
}
