package dsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

func (s *scanner) number(rest string) {
	if n := momentLen(rest); n > 0 {
		s.moment(rest, n)
		return
	}
	if n := foreignDateLen(rest); n > 0 {
		s.moment(rest, n)
		return
	}
	s.numbers++
	n := 0
	if rest[0] == '+' || rest[0] == '-' {
		n = 1
	}
	digits := n
	for n < len(rest) && isDigit(rest[n]) {
		n++
	}
	whole := rest[digits:n]
	kind := tokInt
	if n+1 < len(rest) && rest[n] == '.' && isDigit(rest[n+1]) {
		kind = tokDecimal
		for n++; n < len(rest) && isDigit(rest[n]); n++ {
		}
	}
	if groups := thousandsLen(rest[digits+len(whole):]); groups > 0 && len(whole) <= 3 && !s.startsNext(rest[digits+len(whole):], groups) {
		comma := rest[digits+len(whole)] == ','
		n, kind = digits+len(whole)+groups, tokInt
		if comma && n+1 < len(rest) && rest[n] == '.' && isDigit(rest[n+1]) {
			kind = tokDecimal
			for n++; n < len(rest) && isDigit(rest[n]); n++ {
			}
		}
		s.separated(kind, rest[:n])
		return
	}
	switch {
	case len(whole) > 1 && whole[0] == '0':
		d := s.problem(s.pos, rest[:n], CodeNumber, "a number cannot have leading zeros")
		d.Help = fmt.Sprintf("write %s", trimZeros(rest[:n]))
		if last := s.pos.Offset - 1; last < 0 || s.text[last] != ',' && s.text[last] != '.' { // else it may be part of another
			d.Replace(trimZeros(rest[:n]))
		}
		s.emit(kind, n)
	case n < len(rest) && (rest[n] == '_' || rest[n] == 'e' || rest[n] == 'E'):
		tail, _ := identLen(rest[n:])
		if word := rest[n : n+tail]; rest[n] == '_' || exponent(rest[n:]) > 0 {
			if rest[n] != '_' {
				word = rest[n : n+exponent(rest[n:])]
			}
			if raw := rest[:n+len(word)]; kind == tokInt && rest[n] == '_' && strings.Trim(word, "_0123456789") == "" {
				s.separated(kind, raw)
				return
			}
			s.problem(s.pos, rest[:n+len(word)], CodeNumber, "%s is not a number", rest[:n+len(word)]).Help = noSeparators
			s.emit(kind, n+len(word))
			return
		}
		s.emit(kind, n)
	default:
		s.emit(kind, n)
	}
}

// startsNext reports whether the groups at the start of rest, of length n and with
// spaces before them, are a number that begins the next row of a table, after the score
// of the row before it, or the next record of a test.
func (s *scanner) startsNext(rest string, n int) bool {
	const group = 4
	if rest[0] != ' ' || n != group || len(s.tokens) == 0 {
		return false
	}
	before := &s.tokens[len(s.tokens)-1]
	score := isWord(before, "score")
	rest = strings.TrimLeft(rest[n:], " \t")
	length, _ := identLen(rest)
	word := strings.ToLower(rest[:length])
	if (score || isSign(before, "=")) && s.inTest() {
		return word != "" && !slices.Contains([]string{"and", "as", "expect", "model"}, word) || strings.HasPrefix(rest, "`")
	}
	return score && (word == "score" || strings.HasPrefix(rest, ","))
}

// inTest reports whether the next token is in a test.
func (s *scanner) inTest() bool {
	for ; s.looked < len(s.tokens); s.looked++ {
		switch t := &s.tokens[s.looked]; {
		case isSign(t, "}"):
			s.test = false
		case isSign(t, "{"):
			s.test = s.looked > 1 && s.tokens[s.looked-1].Type == tokString && isWord(&s.tokens[s.looked-2], "test")
		}
	}
	return s.test
}

// separated reports a number with thousands separators.
func (s *scanner) separated(kind lexer.TokenType, raw string) {
	number := strings.Map(func(r rune) rune {
		if strings.ContainsRune(",_ ", r) || r == '.' && kind == tokInt {
			return -1
		}
		return r
	}, raw)
	d := s.problem(s.pos, raw, CodeNumber, "%s is not a number", raw)
	d.Help = "write it without separators: " + trimZeros(number)
	d.Replace(trimZeros(number))
	s.emit(kind, len(raw))
}

// exponent returns the length of an exponent at the start of s, or 0.
func exponent(s string) int {
	i := 1
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	if i >= len(s) || !isDigit(s[i]) {
		return 0
	}
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

const noSeparators = "write it with digits only, without exponent or separators"

// thousandsLen returns the length of groups of thousands at the start of s, such as
// ,000,000 or .000.000, or 0. Groups that could be the next values of a list do not
// count, nor does a single one after a point, which is a fraction. After a space
// they always count; see startsNext for those that are numbers of their own.
func thousandsLen(s string) int {
	const group = 4
	if len(s) < group || s[0] != ',' && s[0] != '.' && s[0] != ' ' {
		return 0
	}
	n, surely := 0, s[0] == ' '
	const most = 8 * group // so that a list is not searched again and again
	for n < most && len(s) >= n+group && s[n] == s[0] && isDigit(s[n+1]) && isDigit(s[n+2]) && isDigit(s[n+3]) &&
		(len(s) == n+group || !isDigit(s[n+group])) {
		surely = surely || s[0] == ',' && s[n+1] == '0' || s[0] == '.' && n > 0
		n += group
	}
	// If digits follow the last group, this is a date or something else, unless they
	// are a fraction.
	if len(s) > n+1 && isDigit(s[n+1]) && (s[n] == '-' || s[n] == '/' || s[n] == '.' && s[0] != ',') {
		return 0
	}
	if !surely {
		return 0
	}
	return n
}

// moment scans the first n bytes of rest, which look like a date or time.
func (s *scanner) moment(rest string, n int) {
	raw := rest[:n]
	m, problem := parseMoment(raw)
	if problem == "" && !m.HasTime {
		if clock := clockLen(rest[n:]); clock > 0 {
			d := s.problem(s.pos, rest[:n+clock], CodeDate, "a date and a time are joined by T")
			d.Nearest = raw + "T" + rest[n+1:n+clock]
			if _, problem := parseMoment(d.Nearest); problem == "" {
				d.Replace(d.Nearest)
			}
			s.emit(tokMoment, n+clock)
			return
		}
	}
	if problem != "" {
		d := s.problem(s.pos, raw, CodeDate, "%s", problem)
		if other := likelyMoments(raw); len(other) == 1 {
			d.Summary = fmt.Sprintf("%s is not a date", raw)
			d.Nearest = other[0]
			d.Replace(other[0])
		} else if len(other) == 2 {
			d.Summary = fmt.Sprintf("%s is not a date: it could mean two different days", raw)
			d.Expected = other
		}
	}
	s.emit(tokMoment, len(raw))
}
