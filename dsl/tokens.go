package dsl

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// A slab makes nodes many at a time, as all of a tree live equally long.
type slab[T any] struct {
	free []T
	made int // the last time
}

func (s *slab[T]) new() *T { return &s.room()[0] }

// append is the built-in append, but the first element's room is of the slab.
func (s *slab[T]) append(list []T, v T) []T {
	if list == nil {
		list = s.room()[:0]
	}
	return append(list, v)
}

// room returns room for one node.
func (s *slab[T]) room() []T {
	const most = 64
	if len(s.free) == 0 {
		s.made = min(max(4, 2*s.made), most)
		s.free = make([]T, s.made)
	}
	n := s.free[:1:1]
	s.free = s.free[1:]
	return n
}

// tokens are the tokens of a file, EOF last, and a cursor. participle's own
// lexer.PeekingLexer cannot be told how many tokens to expect.
type tokens struct {
	list []lexer.Token
	at   int

	// The nodes that are made most.
	names       slab[Name]
	strings     slab[String]
	numbers     slab[Number]
	spans       slab[TimeSpan]
	ranges      slab[Range]
	comparisons slab[Comparison]
	children    slab[Child]
	scores      slab[Score]
	conditions  slab[Condition]
	moments     slab[Moment]

	// Lists of one element, as most are.
	paths    slab[*Name]
	operands slab[Literal]
	tests    slab[Expr]
	nested   slab[*Child]
}

// Peek returns the next token.
func (lex *tokens) Peek() *lexer.Token { return &lex.list[lex.at] }

// peekAt returns the token n behind the next one, or EOF.
func (lex *tokens) peekAt(n int) *lexer.Token {
	return &lex.list[min(lex.at+n, len(lex.list)-1)]
}

// Next returns the next token and goes on behind it, unless it is EOF.
func (lex *tokens) Next() *lexer.Token {
	next := &lex.list[lex.at]
	if !next.EOF() {
		lex.at++
	}
	return next
}

// lastBefore is the token before the next one.
func lastBefore(lex *tokens) *lexer.Token {
	if lex.at > 0 {
		return &lex.list[lex.at-1]
	}
	return nil
}

// accept consumes the next token if it is the keyword.
func accept(lex *tokens, keyword string) bool {
	if isWord(lex.Peek(), keyword) {
		lex.Next()
		return true
	}
	return false
}

func acceptSign(lex *tokens, sign string) bool {
	if isSign(lex.Peek(), sign) {
		lex.Next()
		return true
	}
	return false
}

func (lex *tokens) name(t *lexer.Token) *Name {
	n := lex.names.new()
	n.Span, n.Text = tokenSpan(t.Pos, t.Value), t.Value
	if t.Type == tokQuoted {
		n.Text, n.Quoted = t.Value[1:], true
		var closed bool
		n.Text, closed = strings.CutSuffix(n.Text, "`")
		n.Bad = !closed || n.Text == ""
	}
	return n
}

func (lex *tokens) string(t *lexer.Token) *String {
	s := lex.strings.new()
	s.Span, s.Raw = tokenSpan(t.Pos, t.Value), t.Value
	value, err := strconv.Unquote(t.Value)
	if err != nil || t.Value[0] != '"' || !utf8.ValidString(value) {
		s.Bad = true
		_, open := utf8.DecodeRuneInString(t.Value)
		value = strings.ToValidUTF8(strings.TrimRight(t.Value[open:], "\"'“”’»"), "\uFFFD")
	}
	s.Value = value
	return s
}

func (lex *tokens) number(t *lexer.Token) *Number {
	n := lex.numbers.new()
	digits := strings.TrimLeft(t.Value, "+-")
	n.Span, n.Text = tokenSpan(t.Pos, t.Value), t.Value
	n.Bad = len(digits) > 1 && digits[0] == '0' && digits[1] != '.' || strings.ContainsAny(digits, "_eE, ") ||
		strings.Count(digits, ".") > 1
	return n
}

func (lex *tokens) moment(t *lexer.Token) *Moment {
	m := lex.moments.new()
	var problem string
	*m, problem = parseMoment(t.Value)
	m.Span, m.Bad = tokenSpan(t.Pos, t.Value), problem != ""
	return m
}
