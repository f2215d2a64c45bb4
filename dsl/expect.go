package dsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/leadscore/leadscore/internal/nearest"
)

// Names of tokens in messages.
const (
	wordName   = "a name"
	wordText   = "a text in double quotes"
	wordInt    = "a whole number"
	wordNumber = "a number"
	wordMoment = "a date such as 2026-05-31"
	wordSpan   = "a length of time such as 30 days"
)

// A syntaxError is an unexpected token. Functions that parse tokens return one; the
// parser makes a [Diagnostic] of it.
type syntaxError struct {
	token    lexer.Token
	code     Code     // if empty, CodeSyntax
	summary  string   // if empty, the token is called unexpected
	expected []string // as in Diagnostic
	nearest  string
	help     string
	fix      *Edit
	anywhere bool      // the fix may be of other lines than that of the token
	orJoins  bool      // the token is an or between children
	related  []Related // without the file, which is that of the token
	name     *Name     // the name of the member that could not be parsed, if it was read
}

func (e *syntaxError) Error() string { return "unexpected " + e.token.Value }

// swap returns the edit that replaces a token with text.
func swap(t *lexer.Token, text string) *Edit { return &Edit{tokenSpan(t.Pos, t.Value), text} }

// drop returns the edit that removes the next token and the space after it. It
// returns nil if the same token follows, which would take the place of the first.
func drop(lex *tokens) *Edit {
	t, next := lex.Peek(), lex.peekAt(1)
	if strings.EqualFold(next.Value, t.Value) {
		return nil
	}
	e := swap(t, "")
	if next.Pos.Line == t.Pos.Line && !next.EOF() {
		e.Span.End = startOf(next)
	}
	return e
}

// withoutTail returns the first word of a keyword if its other words follow the
// next token already, and the whole keyword otherwise.
func withoutTail(lex *tokens, keyword string) string {
	words := strings.Fields(keyword)
	for i, w := range words[1:] {
		if at := lex.at + 1 + i; at >= len(lex.list) || !isWord(&lex.list[at], w) {
			return keyword
		}
	}
	return words[0]
}

// wordFix returns the edit that replaces the next token, a misspelt keyword, with
// near, which is one of keywords. It returns nil if another of them is near as
// well. Words of near that follow the token already are not repeated.
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
	return swap(t, withoutTail(lex, near))
}

// unexpected returns the error for the next token.
func unexpected(lex *tokens, expected ...string) *syntaxError {
	return &syntaxError{token: *lex.Peek(), expected: expected}
}

// keywordError is like unexpected, and suggests the keyword that is nearest to the
// next token.
func keywordError(lex *tokens, keywords ...string) *syntaxError {
	err := unexpected(lex, keywords...)
	if t := lex.Peek(); t.Type == tokIdent {
		err.nearest = nearest.Name(t.Value, slices.Values(keywords))
		err.fix = wordFix(lex, err.nearest, keywords)
	}
	return err
}

// want consumes the keyword. It fails if another token comes next, as do the
// functions below.
func want(lex *tokens, keyword string) error {
	if !accept(lex, keyword) {
		return keywordError(lex, keyword)
	}
	return nil
}

// wantSign consumes the sign.
func wantSign(lex *tokens, sign string) error {
	if !acceptSign(lex, sign) {
		return unexpected(lex, sign)
	}
	return nil
}

// wantAnd consumes the and between two bounds.
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

// wantName parses a name. what is what the name is called if it is missing.
func wantName(lex *tokens, what string) (*Name, error) {
	if t := lex.Peek(); t.Type == tokIdent || t.Type == tokQuoted {
		return lex.name(lex.Next()), nil
	}
	err := unexpected(lex, what)
	if t := lex.Peek(); t.Type == tokString {
		err.help = "a name is written without quotes, or in back quotes"
	}
	return nil, err
}

// wantString parses a text in double quotes.
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

// noMoment returns the error for a missing date.
func noMoment(lex *tokens) *syntaxError {
	err := unexpected(lex, wordMoment)
	switch t := lex.Peek(); {
	case noDay(lex, err), noField(lex, err):
	case t.Type == tokIdent && lex.peekAt(1).Type != tokInt: // as in May 31
		err.help = "a field cannot be compared with another field"
	case t.Type == tokString:
		err.help = "a date is written without quotes"
		if raw := strings.Trim(t.Value, `"`); momentLen(raw) == len(raw) {
			if _, problem := parseMoment(raw); problem == "" {
				err.summary, err.help, err.expected = "a date is written without quotes", "", nil
				err.nearest, err.fix = raw, swap(t, raw)
			}
		}
	}
	return err
}

// names parses names with dots between them. what is what the first one is called
// if it is missing. With an error it returns the names before that.
func names(lex *tokens, what string) ([]*Name, error) {
	var list []*Name
	for {
		if len(list) > 0 && endsBeforeName(lex) {
			return list, unexpected(lex, what)
		}
		name, err := wantName(lex, what)
		if err != nil {
			return list, err
		}
		list = lex.paths.append(list, name)
		if !acceptSign(lex, ".") {
			return list, nil
		}
		what = wordName
	}
}
