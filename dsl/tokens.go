package dsl

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// A slab allocates nodes many at a time. All nodes of a tree live equally long.
type slab[T any] struct {
	free []T
	made int // number of nodes allocated last
}

// new returns a new node.
func (s *slab[T]) new() *T { return &s.room()[0] }

// reserve allocates n nodes at once, in advance.
func (s *slab[T]) reserve(n int) { s.free = make([]T, n) }

// append is like the built-in append, and takes memory for the first element from
// the slab.
func (s *slab[T]) append(list []T, v T) []T {
	if list == nil {
		list = s.room()[:0]
	}
	return append(list, v)
}

// room returns memory for one node. At the end of a file what is left of the slabs is
// garbage, so they stay small.
func (s *slab[T]) room() []T {
	const most = 16
	if len(s.free) == 0 {
		s.made = min(max(4, 2*s.made), most)
		s.free = make([]T, s.made)
	}
	n := s.free[:1:1]
	s.free = s.free[1:]
	return n
}

// tokens holds the tokens of a file and the position of the next one. (participle's
// lexer.PeekingLexer would grow to several times its size, as it does not know the
// number of tokens.)
type tokens struct {
	text   string        // of the file, for fixes that keep what is written
	list   []lexer.Token // ends with EOF
	at     int           // index of the next token
	scope  scope         // the names for values that are seen where the next token is
	copied int           // the number of values that the names of lists have stood for

	// Memory for the most frequent nodes.
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

	// Memory for lists of one element, as most lists are.
	paths    slab[*Name]
	operands slab[Literal]
	exprs    slab[Expr]
	nested   slab[Item]
}

// Peek returns the next token.
func (lex *tokens) Peek() *lexer.Token { return &lex.list[lex.at] }

// peekAt returns the token n places after the next one, or EOF; for n below 0 one that
// has been consumed.
func (lex *tokens) peekAt(n int) *lexer.Token {
	return &lex.list[min(lex.at+n, len(lex.list)-1)]
}

// Next consumes and returns the next token. EOF is never consumed.
func (lex *tokens) Next() *lexer.Token {
	next := &lex.list[lex.at]
	if !next.EOF() {
		lex.at++
	}
	return next
}

// lastBefore returns the token before the next one, or nil.
func lastBefore(lex *tokens) *lexer.Token {
	if lex.at > 0 {
		return &lex.list[lex.at-1]
	}
	return nil
}

// accept consumes the next token if it is the keyword, and reports whether it was.
func accept(lex *tokens, keyword string) bool {
	if isWord(lex.Peek(), keyword) {
		lex.Next()
		return true
	}
	return false
}

// acceptSign consumes the next token if it is the sign, and reports whether it was.
func acceptSign(lex *tokens, sign string) bool {
	if isSign(lex.Peek(), sign) {
		lex.Next()
		return true
	}
	return false
}

// name makes a node of t.
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

// string makes a node of t.
func (lex *tokens) string(t *lexer.Token) *String {
	s := lex.strings.new()
	s.Span, s.Raw = tokenSpan(t.Pos, t.Value), t.Value
	if value, ok := plainText(t.Value); ok {
		s.Value = value
		return s
	}
	value, err := strconv.Unquote(t.Value)
	if err != nil || t.Value[0] != '"' || !utf8.ValidString(value) {
		s.Bad = true
		_, open := utf8.DecodeRuneInString(t.Value)
		value = strings.ToValidUTF8(strings.TrimRight(t.Value[open:], "\"'“”’»"), "\uFFFD")
	}
	s.Value = value
	return s
}

// plainText returns what is between the quotes of a text in which nothing is escaped,
// as in most texts. ok is false for any other text.
func plainText(raw string) (value string, ok bool) {
	last := len(raw) - 1
	if last < 1 || raw[0] != '"' || raw[last] != '"' {
		return "", false
	}
	value = raw[1:last]
	return value, strings.IndexByte(value, '\\') < 0 && strings.IndexByte(value, '"') < 0 && utf8.ValidString(value)
}

// number makes a node of t.
func (lex *tokens) number(t *lexer.Token) *Number {
	n := lex.numbers.new()
	n.Span, n.Text = tokenSpan(t.Pos, t.Value), t.Value
	n.Bad = !wellFormed(t.Value)
	return n
}

// wellFormed reports whether a number has digits, with at most one point among them, and
// no leading zero.
func wellFormed(number string) bool {
	digits, point := strings.TrimLeft(number, "+-"), false
	for i := range len(digits) {
		switch c := digits[i]; {
		case c == '.' && !point:
			point = true
		case !isDigit(c):
			return false
		}
	}
	return len(digits) < 2 || digits[0] != '0' || digits[1] == '.'
}

// moment makes a node of t.
func (lex *tokens) moment(t *lexer.Token) *Moment {
	m := lex.moments.new()
	var problem string
	*m, problem = parseMoment(t.Value)
	m.Span, m.Bad = tokenSpan(t.Pos, t.Value), problem != ""
	return m
}
