package dsl

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// all scans the whole text. The last token is EOF.
func (s *scanner) all() []lexer.Token {
	const usual = 7 // bytes of text to a token
	list := lists.Get().(*[]lexer.Token)
	s.tokens = slices.Grow(*list, len(s.text)/usual+1)
	for s.pos.Offset < len(s.text) {
		s.next()
	}
	return append(s.tokens, lexer.EOFToken(s.pos))
}

// next scans a token, white space, a comment, or a character that is an error.
func (s *scanner) next() {
	rest := s.rest()
	switch c := rest[0]; {
	case c == '\n':
		s.pos.Offset++
		s.pos.Line++
		s.pos.Column = 1
		return
	case c == ' ':
		n := 1
		for n < len(rest) && rest[n] == ' ' {
			n++
		}
		s.pos.Column += n
		s.pos.Offset += n
		return
	case isASCIILetter(c):
		s.ident(rest)
		return
	case isDigit(c):
		s.number(rest)
		return
	case c == '"':
		s.str(rest)
		return
	case isLoneSign(c):
		s.emit(tokSign, 1)
		return
	}
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case unicode.IsSpace(r):
		s.skip(size)
	case strings.HasPrefix(rest, "//"):
		line, _, _ := strings.Cut(rest, "\n")
		line = strings.TrimSuffix(line, "\r")
		s.comments = append(s.comments, Comment{Span: tokenSpan(s.pos, line), Text: line})
		s.skip(len(line))
	case isIdentStart(r):
		s.ident(rest)
	case r == '`':
		s.quotedName(rest)
	case (r == '+' || r == '-') && len(rest) > 1 && isDigit(rest[1]):
		s.number(rest)
	default:
		s.sign(rest, r, size)
	}
}

func (s *scanner) quotedName(rest string) {
	// IndexAny stops at the first back quote; there may be very many on a line.
	end := strings.IndexAny(rest[1:], "`\n")
	switch {
	case end < 0 || rest[1+end] == '\n':
		line := rest
		if end >= 0 {
			line = rest[:1+end]
		}
		name := strings.TrimRightFunc(line, unicode.IsSpace)
		s.problem(s.pos, name, CodeString, "a name in back quotes does not end on its line").Expected = []string{"a back quote"}
		s.emit(tokQuoted, len(name))
	case end == 0:
		s.problem(s.pos, "``", CodeEmpty, "a name in back quotes is empty")
		s.emit(tokQuoted, 2)
	default:
		if name := rest[1 : 1+end]; strings.ContainsFunc(name, unicode.IsControl) {
			s.problem(s.pos, rest[:end+2], CodeString, "a name in back quotes contains a control character")
		}
		s.emit(tokQuoted, end+2)
	}
}

// stringEnd returns the length of the text in quotes at the start of rest, with its
// closing quote. If closed is false, it has none and ends with its line.
func stringEnd(rest string, quote byte) (n int, closed bool) {
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			if i+1 < len(rest) && rest[i+1] != '\n' {
				i++
			}
		case '\n':
			return len(strings.TrimSuffix(rest[:i], "\r")), false
		case quote:
			return i + 1, true
		}
	}
	return len(rest), false
}

func (s *scanner) str(rest string) {
	s.strings++
	n, closed := stringEnd(rest, '"')
	raw := rest[:n]
	if !closed {
		s.problem(s.pos, raw, CodeString, "a text in double quotes does not end on its line").Expected = []string{"a double quote"}
		s.emit(tokString, n)
		return
	}
	if strings.IndexByte(raw, '\\') < 0 {
		s.emit(tokString, n)
		return
	}
	value, err := strconv.Unquote(raw)
	switch {
	case err != nil:
		// Point at the escape that Go does not have.
		at, length := badEscape(raw)
		pos := s.pos
		pos.Advance(raw[:at])
		s.problem(pos, raw[at:at+length], CodeString, "%s is not an escape sequence", raw[at:at+length]).Help = `write \" for a quote and \\ for a backslash`
	case !utf8.ValidString(value) && utf8.ValidString(raw): // otherwise checkUTF8 has reported it
		s.problem(s.pos, raw, CodeString, "the escape sequences of this text do not make valid UTF-8")
	}
	s.emit(tokString, n)
}

// signs lists the signs of the language, apart from those of isLoneSign. A sign comes
// after those that begin with it.
var signs = []string{"<=", ">=", "!=", "->", "<-", "=", "<", ">"}

// isLoneSign reports whether c is a sign with which no other one begins.
func isLoneSign(c byte) bool {
	switch c {
	case '{', '}', '(', ')', ',', '.', ':':
		return true
	}
	return false
}

func (s *scanner) sign(rest string, r rune, size int) {
	if r == '%' && s.percentage() {
		s.percent()
		return
	}
	for _, m := range foreignSigns {
		if strings.HasPrefix(rest, m.wrong) {
			d := s.problem(s.pos, m.wrong, CodeOperator, "%s is not an operator", m.wrong)
			d.Nearest = m.right
			if word := s.instead(m.wrong, m.right); word != "" {
				d.Replace(word)
			}
			s.emit(tokSign, len(m.wrong))
			return
		}
	}
	for _, sign := range signs {
		if !strings.HasPrefix(rest, sign) {
			continue
		}
		if sign == "<-" && len(rest) > 2 && isDigit(rest[2]) {
			sign = "<" // less than a negative number
		}
		s.emit(tokSign, len(sign))
		return
	}
	s.stray(rest, r, size)
}

// percent adds the percent sign that comes next, directly after a number.
func (s *scanner) percent() {
	if end := endOf(&s.tokens[len(s.tokens)-1]); end.Offset < s.pos.Offset {
		d := s.problem(s.pos, "%", CodeSyntax, "a percent sign is written directly after its number")
		d.ReplaceAt(Span{end, tokenSpan(s.pos, "%").End}, "%")
	}
	s.emit(tokSign, 1)
}

// percentage reports whether a percentage may end with the next character, a percent
// sign: losing or weight and a number come before it, or a number comes before it and
// every after it.
func (s *scanner) percentage() bool {
	const both = 2
	if len(s.tokens) < both {
		return false
	}
	if rest := strings.TrimLeft(s.rest()[1:], " "); s.tokens[len(s.tokens)-1].Type == tokInt && len(rest) > len("every") && strings.EqualFold(rest[:len("every")], "every") {
		return true
	}
	word, number := &s.tokens[len(s.tokens)-2], &s.tokens[len(s.tokens)-1]
	return isOneOf(word, "losing", "weight") && (number.Type == tokInt || number.Type == tokDecimal || number.Type == tokIdent)
}
