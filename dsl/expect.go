package dsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/leadscore/leadscore/internal/nearest"
)

// What tokens are called in messages.
const (
	wordName   = "a name"
	wordText   = "a text in double quotes"
	wordInt    = "a whole number"
	wordNumber = "a number"
	wordMoment = "a date such as 2026-05-31"
	wordSpan   = "a length of time such as 30 days"
)

// syntaxError is what the functions of this file return: an unexpected token
// and what could have stood there.
type syntaxError struct {
	token    lexer.Token
	summary  string // "" = unexpected token
	expected []string
	nearest  string
	help     string
	fix      *Edit // if it is certain
	name     *Name // of the member that broke, if it was read
}

func (e *syntaxError) Error() string { return "unexpected " + e.token.Value }

// swap is the edit that writes text for a token.
func swap(t *lexer.Token, text string) *Edit { return &Edit{tokenSpan(t.Pos, t.Value), text} }

// drop is the edit that leaves out the next token, and what separates it from
// the one behind on its line; nil before another such token, which would take its
// place.
func drop(lex *tokens) *Edit {
	t, next := lex.Peek(), lex.peekAt(1)
	if strings.EqualFold(next.Value, t.Value) {
		return nil
	}
	e := swap(t, "")
	if next.Pos.Line == t.Pos.Line && !next.EOF() {
		e.Span.End = tokenSpan(next.Pos, "").Start
	}
	return e
}

// lessTail is a keyword of several words without those that stand behind the
// next token already.
func lessTail(lex *tokens, keyword string) string {
	words := strings.Fields(keyword)
	for i, w := range words[1:] {
		if at := lex.at + 1 + i; at >= len(lex.list) || !isWord(&lex.list[at], w) {
			return keyword
		}
	}
	return words[0]
}

// wordFix is the edit for a misspelt keyword, the next token, that is near to
// one of keywords, of which near is one; nil if another is near as well. Of a
// keyword of several words those that follow are left as they are.
func wordFix(lex *tokens, near string, keywords []string) *Edit {
	t := lex.Peek()
	if near == "" || t.Type != tokIdent {
		return nil
	}
	if nearest.Only(t.Value, slices.Values(keywords)) != near {
		firsts := make([]string, len(keywords))
		for i, k := range keywords {
			firsts[i], _, _ = strings.Cut(k, " ")
		}
		slices.Sort(firsts)
		first, _, _ := strings.Cut(near, " ")
		if nearest.Only(t.Value, slices.Values(slices.Compact(firsts))) != first {
			return nil
		}
	}
	return swap(t, lessTail(lex, near))
}

// unexpected makes the error for the next token.
func unexpected(lex *tokens, expected ...string) *syntaxError {
	return &syntaxError{token: *lex.Peek(), expected: expected}
}

// keywordError is unexpected with the keyword that a misspelt word is near to.
func keywordError(lex *tokens, keywords ...string) *syntaxError {
	err := unexpected(lex, keywords...)
	if t := lex.Peek(); t.Type == tokIdent {
		err.nearest = nearest.Name(t.Value, slices.Values(keywords))
		err.fix = wordFix(lex, err.nearest, keywords)
	}
	return err
}

// want consumes the keyword, or fails.
func want(lex *tokens, keyword string) error {
	if !accept(lex, keyword) {
		return keywordError(lex, keyword)
	}
	return nil
}

func wantSign(lex *tokens, sign string) error {
	if !acceptSign(lex, sign) {
		return unexpected(lex, sign)
	}
	return nil
}

// wantAnd consumes the word between two bounds.
func wantAnd(lex *tokens) error {
	if accept(lex, "and") {
		return nil
	}
	err := unexpected(lex, "and")
	if isWord(lex.Peek(), "to") || isWord(lex.Peek(), "until") {
		err.nearest, err.fix = "and", swap(lex.Peek(), "and")
	}
	return err
}

func wantName(lex *tokens, what string) (*Name, error) {
	if t := lex.Peek(); t.Type == tokIdent || t.Type == tokQuoted {
		return lex.name(lex.Next()), nil
	}
	err := unexpected(lex, what)
	if t := lex.Peek(); t.Type == tokString {
		err.help = "a name stands bare, or in back quotes"
	}
	return nil, err
}

func wantString(lex *tokens) (*String, error) {
	if lex.Peek().Type == tokString {
		return lex.string(lex.Next()), nil
	}
	err := unexpected(lex, wordText)
	if t := lex.Peek(); t.Type == tokIdent {
		err.help = fmt.Sprintf("write %q", t.Value)
	}
	return nil, err
}

func wantInt(lex *tokens) (*Number, error) {
	if lex.Peek().Type == tokInt {
		return lex.number(lex.Next()), nil
	}
	return nil, unexpected(lex, wordInt)
}

// noMoment is the error where a date should stand.
func noMoment(lex *tokens) *syntaxError {
	err := unexpected(lex, wordMoment)
	if t := lex.Peek(); t.Type == tokString {
		err.help = "dates stand without quotes"
		if raw := strings.Trim(t.Value, `"`); momentLen(raw) == len(raw) {
			if _, problem := parseMoment(raw); problem == "" {
				err.summary, err.help, err.expected = "a date stands without quotes", "", nil
				err.nearest, err.fix = raw, swap(t, raw)
			}
		}
	}
	return err
}

func wantMoment(lex *tokens) (*Moment, error) {
	if lex.Peek().Type == tokMoment {
		return lex.moment(lex.Next()), nil
	}
	return nil, noMoment(lex)
}

// names parses a dotted name.
func names(lex *tokens, what string) ([]*Name, error) {
	var list []*Name
	for {
		name, err := wantName(lex, what)
		if err != nil {
			return nil, err
		}
		list = lex.paths.append(list, name)
		if !acceptSign(lex, ".") {
			return list, nil
		}
		what = wordName
	}
}
