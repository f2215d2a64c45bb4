package dsl

import (
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// Token types. The value of a token is its text as written.
const (
	tokIdent  lexer.TokenType = -(iota + 2) // -1 is participle's EOF
	tokQuoted                               // a name in back quotes
	tokString
	tokInt
	tokDecimal // a number with a fraction
	tokMoment
	tokSign // punctuation and operators
)

// tokenSpan returns the span of a token, which is always on one line.
func tokenSpan(at lexer.Position, text string) Span {
	start := Pos{Offset: at.Offset, Line: at.Line, Column: at.Column}
	end := start
	end.Offset += len(text)
	end.Column += utf8.RuneCountInString(text)
	return Span{start, end}
}

// startOf returns the start of a token.
func startOf(t *lexer.Token) Pos {
	return Pos{Offset: t.Pos.Offset, Line: t.Pos.Line, Column: t.Pos.Column}
}

// endOf returns the end of a token.
func endOf(t *lexer.Token) Pos { return tokenSpan(t.Pos, t.Value).End }

// spanOf returns the span from one token to another.
func spanOf(first, last *lexer.Token) Span { return Span{startOf(first), endOf(last)} }

// isWord reports whether t is the keyword, in any ASCII letter case.
func isWord(t *lexer.Token, keyword string) bool {
	return len(t.Value) == len(keyword) && t.Type == tokIdent && sameWord(t.Value, keyword)
}

// wordOf returns the word that t is, its ASCII letters in lower case, for a switch over
// keywords. It returns "" if t is no word.
func wordOf(t *lexer.Token) string {
	if t.Type != tokIdent {
		return ""
	}
	for i := range len(t.Value) {
		if c := t.Value[i]; 'A' <= c && c <= 'Z' {
			return lowerASCII(t.Value)
		}
	}
	return t.Value
}

// sameWord reports whether text is the keyword, which is as long, in any ASCII
// letter case.
func sameWord(text, keyword string) bool {
	for i := range len(keyword) {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != keyword[i] {
			return false
		}
	}
	return true
}

// isOneOf reports whether t is one of the keywords.
func isOneOf(t *lexer.Token, keywords ...string) bool {
	for _, k := range keywords {
		if isWord(t, k) {
			return true
		}
	}
	return false
}

// isSign reports whether t is the sign.
func isSign(t *lexer.Token, sign string) bool { return t.Type == tokSign && t.Value == sign }
