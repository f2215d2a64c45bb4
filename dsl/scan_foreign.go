package dsl

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// instead returns what to write for the sign wrong of another language, which means
// right, or "" if that is not certain.
func (s *scanner) instead(wrong, right string) string {
	before, after := s.text[:s.pos.Offset], s.rest()[len(wrong):]
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	if strings.ContainsRune("=<>!&|≠≤≥", last) || strings.ContainsRune("=<>!&|≠≤≥", next) {
		return ""
	}
	if right != "and" && right != "or" {
		return right
	}
	// The sign joins expressions if one ends before it and a name follows it.
	word := strings.TrimLeft(after, " \t")
	n, _ := identLen(word)
	word = word[:n]
	child := slices.ContainsFunc([]string{"each", "has", "at", "none", "score", "where"}, func(w string) bool { return strings.EqualFold(w, word) })
	if word == "" || isDigit(word[0]) || child || len(s.tokens) == 0 {
		return ""
	}
	switch t := &s.tokens[len(s.tokens)-1]; {
	case t.Type == tokString, t.Type == tokInt, t.Type == tokDecimal, t.Type == tokMoment, isSign(t, ")"),
		isWord(t, "empty"), isWord(t, "true"), isWord(t, "false"):
	default:
		return ""
	}
	if last != ' ' && last != '\t' {
		right = " " + right
	}
	if next != ' ' && next != '\t' {
		right += " "
	}
	return right
}

// stray reports and skips a character that cannot begin a token. Text in quotes of
// another kind becomes a token.
func (s *scanner) stray(rest string, r rune, size int) {
	const longest = 1 << 10 // that a text in wrong quotes may be, so that a line is not searched again and again
	if closers, ok := wrongQuotes[r]; ok && !s.full() {
		line, _, _ := strings.Cut(rest[size:min(len(rest), size+longest)], "\n")
		if end := strings.IndexAny(line, closers); end >= 0 {
			_, closer := utf8.DecodeRuneInString(line[end:])
			n := size + end + closer
			d := s.problem(s.pos, rest[:n], CodeString, "%s is not in double quotes", rest[:n])
			d.Help = fmt.Sprintf("write %q", line[:end])
			d.Replace(strconv.Quote(line[:end]))
			s.emit(tokString, n)
			return
		}
	}
	if s.broken == s.pos.Offset || r == utf8.RuneError && size == 1 {
		// The run of such characters, or the encoding, is reported already.
		s.skip(size)
		s.broken = s.pos.Offset
		return
	}
	d := s.problem(s.pos, rest[:size], CodeText, "%s cannot be used here", printable(r))
	switch {
	case r == '+' || r == '-':
		d.Summary = fmt.Sprintf("unexpected %c", r)
		d.Help = "a sign is written directly before its digits"
		last, _ := utf8.DecodeLastRuneInString(s.text[:s.pos.Offset])
		next, _ := utf8.DecodeRuneInString(rest[size:])
		digits := strings.TrimLeft(rest[size:], " ")
		switch {
		case next == ' ' && digits != "" && isDigit(digits[0]) && s.wantsNumber():
			gap := tokenSpan(s.pos, rest[:len(rest)-len(digits)])
			d.ReplaceAt(gap, string(r))
		case strings.HasPrefix(rest, "--") && !(len(rest) > 2 && isDigit(rest[2])):
			d.Help = "a comment starts with // and ends with the line"
		case isIdentPart(last) && isIdentStart(next):
			d.Help = "separate words by spaces, and write a name that contains a hyphen in back quotes"
		case isIdentStart(next) || next == '`':
			s.signs = append(s.signs, strayIn{lexer.Token{Type: tokSign, Value: string(r), Pos: s.pos}, len(s.tokens)})
		}
	case r == ';':
		d.Code = CodeSeparator
		d.Help = "leave it out"
		if next := strings.TrimLeft(rest[size:], " \t\r"); next == "" || next[0] == '\n' || strings.HasPrefix(next, "}") || strings.HasPrefix(next, "//") {
			d.Replace("")
		}
	case r == '%':
		d.Help = "numbers are written without it"
		if n := len(s.tokens); n > 2 && isWord(&s.tokens[n-2], "of") && isWord(&s.tokens[n-3], "out") {
			d.Replace("")
		}
	case r == '/' && s.amidName(rest):
		d.Help = "write a name that contains it in back quotes, and a text in double quotes"
	case (r == '/' || r == '*') && s.betweenNames(rest):
		d.Help = "there is no arithmetic: a field is compared with a value"
	case r == '#' || r == '/':
		d.Help = "a comment starts with // and ends with the line"
		s.foreignComment(rest)
		return
	case r == '!' && strings.HasPrefix(strings.TrimLeft(rest[size:], " "), "("):
		d.Code, d.Nearest = CodeOperator, "not"
		d.Replace("not ")
	case r == '!':
		d.Code, d.Nearest = CodeOperator, "!="
	case r == '–' || r == '—' || r == '−':
		d.Help = "write a hyphen, -"
	}
	s.skip(size)
	s.broken = s.pos.Offset
}

// wantsNumber reports whether a number may follow the last token, so that a sign
// after it cannot mean addition.
func (s *scanner) wantsNumber() bool {
	if len(s.tokens) == 0 {
		return false
	}
	t := &s.tokens[len(s.tokens)-1]
	return t.Type == tokSign && t.Value != ")" || isWord(t, "score") || isWord(t, "below") || isWord(t, "from") || isWord(t, "to") || isWord(t, "at")
}

// amidName reports whether the next character is between letters.
func (s *scanner) amidName(rest string) bool {
	last, _ := utf8.DecodeLastRuneInString(s.text[:s.pos.Offset])
	next, _ := utf8.DecodeRuneInString(rest[1:])
	return isIdentPart(last) && isIdentStart(next)
}

// betweenNames reports whether the next character is between two names, with blanks
// around it.
func (s *scanner) betweenNames(rest string) bool {
	if len(s.tokens) == 0 || len(rest) < 3 || rest[1] != ' ' {
		return false
	}
	last := &s.tokens[len(s.tokens)-1]
	next, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest[1:], " "))
	return last.Type == tokIdent && last.Pos.Line == s.pos.Line && isIdentStart(next)
}

// foreignComment skips a comment of another language: from # to the end of its line,
// or from /* to */, or to the end of its line if there is no */.
func (s *scanner) foreignComment(rest string) {
	n := 1
	if rest[0] == '#' {
		n = lineLen(rest)
	} else if strings.HasPrefix(rest, "/*") {
		at := -1
		if !s.endless {
			at = strings.Index(rest, "*/")
		}
		if s.endless = at < 0; s.endless {
			n = lineLen(rest)
		} else {
			n = at + len("*/")
		}
	}
	for {
		line := strings.IndexByte(rest[:n], '\n')
		if line < 0 {
			break
		}
		s.pos.Offset += line + 1
		s.pos.Line++
		s.pos.Column = 1
		rest, n = rest[line+1:], n-line-1
	}
	s.skip(n)
	s.broken = s.pos.Offset
}

// badEscape returns the place of the first escape in a quoted text that strconv does
// not accept.
func badEscape(raw string) (at, length int) {
	body := raw[1 : len(raw)-1]
	for len(body) > 0 {
		_, _, tail, err := strconv.UnquoteChar(body, '"')
		if err != nil {
			at = len(raw) - 1 - len(body)
			_, n := utf8.DecodeRuneInString(body[min(1, len(body)-1):])
			return at, min(1+n, len(body))
		}
		body = tail
	}
	return 0, len(raw)
}
