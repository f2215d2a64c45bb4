package dsl

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// A scanner turns a text into tokens. It never fails. A token that is not
// well-formed becomes a diagnostic and a token of the type that was meant, of which
// the parser makes a node marked as Bad.
type scanner struct {
	pos      lexer.Position
	tokens   []lexer.Token
	comments []Comment
	signs    []strayIn // before names
	hasLet   bool      // there is a word let
	strings  int       // among the tokens
	numbers  int       // among the tokens
	problems
	broken  int  // the offset after the last bad character, so that a run of them is one problem
	endless bool // no */ follows, so that it need not be looked for again
	looked  int  // how many tokens inTest has looked at
	test    bool // it is a test that they end in
}

func newScanner(name, text string, limits Limits) *scanner {
	s := &scanner{
		broken:   -1,
		problems: problems{name: name, text: text, most: limits.Problems},
		pos:      lexer.Position{Filename: name, Line: 1, Column: 1},
	}
	if strings.HasPrefix(text, byteOrderMark) {
		s.pos.Offset = len(byteOrderMark)
	}
	if s.isOtherText() {
		s.text = s.text[:s.pos.Offset] // nothing of it can be read
		return s
	}
	s.checkUTF8()
	return s
}

// isOtherText reports whether the file is text in UTF-16, or no text, after saying so.
func (s *scanner) isOtherText() bool {
	start := s.text[:min(len(s.text), 64)]
	zeros := strings.Count(start, "\x00")
	// One of the first two bytes of Latin text is zero; no rule file that parses begins so.
	halfZero := len(start) > 1 && (start[0] == 0) != (start[1] == 0)
	switch {
	case strings.HasPrefix(start, "PK\x03\x04"):
		s.problem(s.pos, "", CodeText, "this is a zip file, such as a document of an office program, and not text").Help = "save the rules as plain text in UTF-8"
	case strings.HasPrefix(start, "\xff\xfe"), strings.HasPrefix(start, "\xfe\xff"), halfZero && zeros >= len(start)/3:
		s.problem(s.pos, "", CodeText, "this is UTF-16, and not UTF-8").Help = "save the file as UTF-8"
	default:
		return false
	}
	return true
}

// lists holds token lists for reuse. Trees do not point into them.
var lists = sync.Pool{New: func() any { return new([]lexer.Token) }}

// release puts a token list back into lists, unless it is very long.
func release(list []lexer.Token) {
	const most = 1 << 16
	if cap(list) <= most {
		clear(list) // so that it does not keep the text
		list = list[:0]
		lists.Put(&list)
	}
}

func (s *scanner) checkUTF8() {
	if utf8.ValidString(s.text) {
		return
	}
	p := s.pos // after the byte-order mark
	for i, r := range s.text {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s.text[i:]); n == 1 {
				p.Advance(s.text[p.Offset:i])
				s.problem(p, s.text[i:i+1], CodeText, "byte 0x%02X is not UTF-8", s.text[i]).Help = "save the file as UTF-8"
				return
			}
		}
	}
}

func (s *scanner) problem(at lexer.Position, token string, code Code, format string, args ...any) *Diagnostic {
	return s.report(tokenSpan(at, token), code, format, args...)
}

func (s *scanner) rest() string { return s.text[s.pos.Offset:] }

// skip skips n bytes of one line.
func (s *scanner) skip(n int) {
	s.pos.Column += utf8.RuneCountInString(s.text[s.pos.Offset : s.pos.Offset+n])
	s.pos.Offset += n
}

// emit adds a token made of the next n bytes.
func (s *scanner) emit(t lexer.TokenType, n int) {
	s.tokens = append(s.tokens, lexer.Token{Type: t, Value: s.text[s.pos.Offset : s.pos.Offset+n], Pos: s.pos})
	s.skip(n)
}

// ident adds the identifier at the start of rest.
func (s *scanner) ident(rest string) {
	n, columns := identLen(rest)
	if n == len("let") && sameWord(rest[:n], "let") {
		s.hasLet = true
	}
	s.tokens = append(s.tokens, lexer.Token{Type: tokIdent, Value: rest[:n], Pos: s.pos})
	s.pos.Offset += n
	s.pos.Column += columns
}
