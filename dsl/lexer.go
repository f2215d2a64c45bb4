package dsl

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// Token types. Every value is the text as written.
const (
	tokIdent  lexer.TokenType = -(iota + 2) // -1 is participle's EOF
	tokQuoted                               // a name in back quotes
	tokString
	tokInt
	tokDecimal // a number with a fraction
	tokMoment
	tokSign // punctuation and operators
)

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

// longestClause is more than the tokens of any clause of the grammar and the
// one behind it.
const longestClause = 8

// someTokens hands tokens to participle.
type someTokens struct{ next []lexer.Token }

// Next returns the next token, or EOF.
func (l *someTokens) Next() (lexer.Token, error) {
	if len(l.next) == 0 {
		return lexer.EOFToken(lexer.Position{}), nil
	}
	t := l.next[0]
	l.next = l.next[1:]
	return t, nil
}

// definition makes our scanner known to participle.
type definition struct{}

func (definition) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{
		"EOF": lexer.EOF, "Ident": tokIdent, "Quoted": tokQuoted, "String": tokString,
		"Int": tokInt, "Decimal": tokDecimal, "Moment": tokMoment, "Sign": tokSign,
	}
}

// Lex is what lexer.Definition wants. The parser itself scans, so that it can
// keep comments and problems.
func (definition) Lex(name string, r io.Reader) (lexer.Lexer, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return &someTokens{newScanner(name, string(text), Limits{}.WithDefaults()).all()}, nil
}

// scanner cuts a text into tokens. It never fails: what is
// wrong becomes a diagnostic and, where one was surely meant, a token of that
// type, of which the parser then makes a node marked Bad.
type scanner struct {
	pos      lexer.Position
	tokens   []lexer.Token
	comments []Comment
	problems
	broken  int  // offset behind the last stray character, so that a run of them is one problem
	endless bool // no */ follows: it need not be looked for again
}

const byteOrderMark = "\ufeff"

func newScanner(name, text string, limits Limits) *scanner {
	s := &scanner{
		broken:   -1,
		problems: problems{name: name, text: text, most: limits.Problems},
		pos:      lexer.Position{Filename: name, Line: 1, Column: 1},
	}
	if strings.HasPrefix(text, byteOrderMark) {
		s.pos.Offset = len(byteOrderMark)
	}
	s.checkUTF8()
	return s
}

// lists are token lists of files that are parsed, for the next file: nothing in
// a tree points into one.
var lists = sync.Pool{New: func() any { return new([]lexer.Token) }}

// release gives back a token list, unless it is that of a very long file.
func release(list []lexer.Token) {
	const most = 1 << 16
	if cap(list) <= most {
		clear(list) // it must not keep the text
		list = list[:0]
		lists.Put(&list)
	}
}

// all scans to the end. The last token is EOF.
func (s *scanner) all() []lexer.Token {
	const usual = 7 // bytes of text to a token
	list := lists.Get().(*[]lexer.Token)
	s.tokens = slices.Grow(*list, len(s.text)/usual+1)
	for s.pos.Offset < len(s.text) {
		s.next()
	}
	return append(s.tokens, lexer.EOFToken(s.pos))
}

func (s *scanner) checkUTF8() {
	if utf8.ValidString(s.text) {
		return
	}
	p := s.pos // behind the byte-order mark
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

// problems keeps the first of a file's problems and counts the rest, so that
// hostile text costs no more than its length.
type problems struct {
	name, text string // of the file
	list       Diagnostics
	most       int
	dropped    int
	spare      Diagnostic // what is written to a problem that is not kept
}

func (p *problems) full() bool { return len(p.list) >= p.most }

// report keeps or counts a problem.
func (p *problems) report(span Span, code Code, format string, args ...any) *Diagnostic {
	if p.full() {
		p.dropped++
		return &p.spare
	}
	p.list = append(p.list, Diagnostic{
		Code: code, Summary: fmt.Sprintf(format, args...),
		File: p.name, Span: span, Line: lineAt(p.text, span.Start.Offset),
	})
	return &p.list[len(p.list)-1]
}

// tokenSpan is the span of a token, which never crosses a line.
func tokenSpan(at lexer.Position, text string) Span {
	start := Pos{Offset: at.Offset, Line: at.Line, Column: at.Column}
	end := start
	end.Offset += len(text)
	end.Column += utf8.RuneCountInString(text)
	return Span{start, end}
}

// lineAt returns the line of text in which offset lies.
func lineAt(text string, offset int) string {
	offset = min(offset, len(text))
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	return strings.TrimPrefix(strings.TrimSuffix(line, "\r"), byteOrderMark)
}

func (s *scanner) rest() string { return s.text[s.pos.Offset:] }

// skip moves on over n bytes of one line.
func (s *scanner) skip(n int) {
	s.pos.Column += utf8.RuneCountInString(s.text[s.pos.Offset : s.pos.Offset+n])
	s.pos.Offset += n
}

// emit makes a token of the next n bytes.
func (s *scanner) emit(t lexer.TokenType, n int) {
	s.tokens = append(s.tokens, lexer.Token{Type: t, Value: s.text[s.pos.Offset : s.pos.Offset+n], Pos: s.pos})
	s.skip(n)
}

func isIdentStart(r rune) bool { return r == '_' || unicode.IsLetter(r) }
func isIdentPart(r rune) bool  { return isIdentStart(r) || unicode.IsDigit(r) }
func isDigit(c byte) bool      { return '0' <= c && c <= '9' }

// identLen is the length of the run of letters, digits and _ at the start of s.
func identLen(s string) int {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_':
		case c < utf8.RuneSelf:
			return i
		default:
			return i + prefixLen(s[i:], isIdentPart)
		}
	}
	return len(s)
}

// prefixLen is the length of the longest prefix of s whose characters satisfy f.
func prefixLen(s string, f func(rune) bool) int {
	if i := strings.IndexFunc(s, func(r rune) bool { return !f(r) }); i >= 0 {
		return i
	}
	return len(s)
}

// next scans on over a token, or something that makes none.
func (s *scanner) next() {
	rest := s.rest()
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case r == '\n':
		s.pos.Offset++
		s.pos.Line++
		s.pos.Column = 1
	case r == ' ':
		n := len(rest) - len(strings.TrimLeft(rest, " "))
		s.pos.Column += n
		s.pos.Offset += n
	case unicode.IsSpace(r):
		s.skip(size)
	case strings.HasPrefix(rest, "//"):
		line, _, _ := strings.Cut(rest, "\n")
		line = strings.TrimSuffix(line, "\r")
		s.comments = append(s.comments, Comment{Span: tokenSpan(s.pos, line), Text: line})
		s.skip(len(line))
	case isIdentStart(r):
		s.emit(tokIdent, identLen(rest))
	case r == '`':
		s.quotedName(rest)
	case r == '"':
		s.str(rest)
	case isDigit(rest[0]) || (r == '+' || r == '-') && len(rest) > 1 && isDigit(rest[1]):
		s.number(rest)
	default:
		s.sign(rest, r, size)
	}
}

func (s *scanner) quotedName(rest string) {
	// A search that stops at the first back quote: there may be very many on a line.
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
			s.problem(s.pos, rest[:end+2], CodeString, "a name in back quotes holds a control character")
		}
		s.emit(tokQuoted, end+2)
	}
}

// stringEnd returns the length of the string literal at the start of rest up to
// and with the closing quote, or of its line if it has none.
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
		s.problem(pos, raw[at:at+length], CodeString, "%s is no escape", raw[at:at+length]).Help = `write \" for a quote and \\ for a backslash`
	case !utf8.ValidString(value) && utf8.ValidString(raw): // otherwise checkUTF8 has said so
		s.problem(s.pos, raw, CodeString, "this text's escapes do not make valid UTF-8")
	}
	s.emit(tokString, n)
}

// badEscape finds the first escape in a quoted text that strconv refuses.
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

func (s *scanner) number(rest string) {
	if n := momentLen(rest); n > 0 {
		s.moment(rest, n)
		return
	}
	if n := foreignDateLen(rest); n > 0 {
		s.moment(rest, n)
		return
	}
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
	if groups := thousandsLen(rest[digits+len(whole):]); groups > 0 && len(whole) <= 3 {
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
		d := s.problem(s.pos, rest[:n], CodeNumber, "a number has no leading zeros")
		d.Help = fmt.Sprintf("write %s", trimZeros(rest[:n]))
		if last := s.pos.Offset - 1; last < 0 || s.text[last] != ',' && s.text[last] != '.' { // else it may be part of another
			d.Replace(trimZeros(rest[:n]))
		}
		s.emit(kind, n)
	case n < len(rest) && (rest[n] == '_' || rest[n] == 'e' || rest[n] == 'E'):
		tail := identLen(rest[n:])
		if word := rest[n : n+tail]; rest[n] == '_' || exponent(rest[n:]) > 0 {
			if rest[n] != '_' {
				word = rest[n : n+exponent(rest[n:])]
			}
			if raw := rest[:n+len(word)]; kind == tokInt && rest[n] == '_' && strings.Trim(word, "_0123456789") == "" {
				s.separated(kind, raw)
				return
			}
			s.problem(s.pos, rest[:n+len(word)], CodeNumber, "%s is no number", rest[:n+len(word)]).Help = noSeparators
			s.emit(kind, n+len(word))
			return
		}
		s.emit(kind, n)
	default:
		s.emit(kind, n)
	}
}

// separated reports a number with separators of thousands.
func (s *scanner) separated(kind lexer.TokenType, raw string) {
	number := strings.Map(func(r rune) rune {
		if strings.ContainsRune(",_ ", r) || r == '.' && kind == tokInt {
			return -1
		}
		return r
	}, raw)
	d := s.problem(s.pos, raw, CodeNumber, "%s is no number", raw)
	d.Help = "write it without separators: " + trimZeros(number)
	d.Replace(trimZeros(number))
	s.emit(kind, len(raw))
}

// exponent is the length of an exponent at the start of s, or 0.
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

// clockLen is the length of a space and a time of day behind it at the start of
// s, or 0.
func clockLen(s string) int {
	const least = " 00:00"
	if len(s) < len(least) || s[0] != ' ' || !isDigit(s[1]) || !isDigit(s[2]) || s[3] != ':' || !isDigit(s[4]) || !isDigit(s[5]) {
		return 0
	}
	n := len(least)
	for n < len(s) && (isDigit(s[n]) || s[n] == ':' || s[n] == 'Z' || (s[n] == '.' || s[n] == '+' || s[n] == '-') && n+1 < len(s) && isDigit(s[n+1])) {
		n++
	}
	return n
}

// momentLen is the length of what looks like a date or time at the start of s,
// or 0. It takes more than what is valid, so that a slip is called a bad date.
func momentLen(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n == 0 || n+1 >= len(s) || s[n] != '-' || !isDigit(s[n+1]) {
		return 0
	}
	for n < len(s) {
		c := s[n]
		switch {
		case isDigit(c), c == 'T', c == 't', c == 'Z', c == 'z', c == ':':
		case c == '-' || c == '+' || c == '.' || c == ',':
			if n+1 >= len(s) || !isDigit(s[n+1]) || c == ',' && !strings.Contains(s[:n], ":") {
				return n
			}
		default:
			return n
		}
		n++
	}
	return n
}

const noSeparators = "write it with digits alone: no exponent, no separators"

// trimZeros writes a number without leading zeros.
func trimZeros(number string) string {
	sign := number[:len(number)-len(strings.TrimLeft(number, "+-"))]
	digits := strings.TrimLeft(number[len(sign):], "0")
	if digits == "" || digits[0] == '.' {
		digits = "0" + digits
	}
	return sign + digits
}

// thousandsLen is the length of groups of thousands at the start of s, such as
// ,000,000 or .000.000, or 0. Groups that could be the next values of a list are
// none, and a single one behind a point is a fraction. Spaces separate nothing
// else: no number follows a number on its line.
func thousandsLen(s string) int {
	const group = 4
	if len(s) < group || s[0] != ',' && s[0] != '.' && s[0] != ' ' {
		return 0
	}
	n, surely := 0, s[0] == ' '
	const most = 8 * group // so that no list is searched over and over
	for n < most && len(s) >= n+group && s[n] == s[0] && isDigit(s[n+1]) && isDigit(s[n+2]) && isDigit(s[n+3]) &&
		(len(s) == n+group || !isDigit(s[n+group])) {
		surely = surely || s[0] == ',' && s[n+1] == '0' || s[0] == '.' && n > 0
		n += group
	}
	// What goes on behind the last group is a date, or something else again, unless
	// it is a fraction.
	if len(s) > n+1 && isDigit(s[n+1]) && (s[n] == '-' || s[n] == '/' || s[n] == '.' && s[0] != ',') {
		return 0
	}
	if !surely {
		return 0
	}
	return n
}

// foreignDateLen is the length of a date such as 31.05.2026 or 05/31/2026 at the
// start of s, or 0.
func foreignDateLen(s string) int {
	n := 0
	digits := func(least, most int) bool {
		start := n
		for n < len(s) && n-start <= most && isDigit(s[n]) {
			n++
		}
		return n-start >= least && n-start <= most
	}
	if !digits(1, 4) || n == len(s) || s[n] != '.' && s[n] != '/' {
		return 0
	}
	sign := s[n]
	n++
	if !digits(1, 2) || n == len(s) || s[n] != sign {
		return 0
	}
	n++
	if !digits(2, 4) {
		return 0
	}
	return n
}

// moment scans what looks like a date or time, the first n bytes of rest.
func (s *scanner) moment(rest string, n int) {
	raw := rest[:n]
	m, problem := parseMoment(raw)
	if problem == "" && !m.HasTime {
		if clock := clockLen(rest[n:]); clock > 0 {
			d := s.problem(s.pos, rest[:n+clock], CodeDate, "a T joins a date and a time")
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
			d.Summary = fmt.Sprintf("%s is no date", raw)
			d.Nearest = other[0]
			d.Replace(other[0])
		} else if len(other) == 2 {
			d.Summary = fmt.Sprintf("%s is no date: it may mean two days", raw)
			d.Expected = other
		}
	}
	s.emit(tokMoment, len(raw))
}

// likelyMoments returns the dates or times that a moment in another form may
// mean: none, the one, or both that 05/04/2026 can be read as.
func likelyMoments(raw string) []string {
	var list []string
	add := func(year, month, day string) {
		pad := func(s string) string { return strings.Repeat("0", max(0, len("05")-len(s))) + s }
		date := year + "-" + pad(month) + "-" + pad(day)
		if _, problem := parseMoment(date); problem == "" && !slices.Contains(list, date) {
			list = append(list, date)
		}
	}
	if upper := strings.ToUpper(raw); upper != raw {
		if _, problem := parseMoment(upper); problem == "" {
			return []string{upper}
		}
	}
	for _, sign := range []string{"-", ".", "/"} {
		parts := strings.Split(raw, sign)
		if len(parts) != 3 {
			continue
		}
		switch first, middle, last := parts[0], parts[1], parts[2]; {
		case len(first) == len("2026"):
			add(first, middle, last)
		case len(last) != len("2026") || len(first) > len("31"):
		case sign == "/":
			add(last, first, middle)
			add(last, middle, first)
		default:
			add(last, middle, first) // with points and hyphens the day comes first
		}
	}
	return list
}

// signs of the language, longest first.
var signs = []string{"<=", ">=", "!=", "->", "<-", "||", "{", "}", "(", ")", ",", ".", ":", "=", "<", ">"}

// meant maps operators of other languages to ours. The parser goes on with what
// was meant.
var meant = []struct{ wrong, right string }{
	{"===", "="}, {"!==", "!="}, {"==", "="}, {"<>", "!="}, {"≠", "!="}, {"≤", "<="}, {"≥", ">="}, {"=<", "<="}, {"=>", ">="},
	{"&&", "and"}, {"&", "and"},
}

func (s *scanner) sign(rest string, r rune, size int) {
	if strings.ContainsRune("{}(),.:", r) { // no other sign begins with one of these
		s.emit(tokSign, 1)
		return
	}
	for _, m := range meant {
		if strings.HasPrefix(rest, m.wrong) {
			d := s.problem(s.pos, m.wrong, CodeOperator, "%s is no operator here", m.wrong)
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
			sign = "<" // a sign touches its digits: below a negative number
		}
		s.emit(tokSign, len(sign))
		return
	}
	s.stray(rest, r, size)
}

// instead returns what to write for an operator of another language, or "" where
// that is not certain.
func (s *scanner) instead(wrong, right string) string {
	before, after := s.text[:s.pos.Offset], s.rest()[len(wrong):]
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	if strings.ContainsRune("=<>!&|≠≤≥", last) || strings.ContainsRune("=<>!&|≠≤≥", next) {
		return ""
	}
	if right != "and" {
		return right
	}
	// It joins expressions only where one ends and a name follows, not a child.
	word := strings.TrimLeft(after, " \t")
	word = word[:identLen(word)]
	child := slices.ContainsFunc([]string{"each", "has", "at", "none", "score", "where", "not"}, func(w string) bool { return strings.EqualFold(w, word) })
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

// wrongQuotes maps what word processors make of quotes to what may close it.
var wrongQuotes = map[rune]string{'“': "”“\"", '”': "”\"", '„': "“”\"", '«': "»", '‘': "’", '’': "’", '\'': "'"}

// stray handles a character that the language has no use for.
func (s *scanner) stray(rest string, r rune, size int) {
	const longest = 1 << 10 // of a text in wrong quotes, so that no line is searched over and over
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
		// The run of stray characters, or the bad encoding, is reported already.
		s.skip(size)
		s.broken = s.pos.Offset
		return
	}
	d := s.problem(s.pos, rest[:size], CodeText, "%s has no place here", printable(r))
	switch {
	case r == '+' || r == '-':
		d.Summary = fmt.Sprintf("%c stands alone", r)
		d.Help = "a sign touches its digits"
		last, _ := utf8.DecodeLastRuneInString(s.text[:s.pos.Offset])
		next, _ := utf8.DecodeRuneInString(rest[size:])
		digits := strings.TrimLeft(rest[size:], " ")
		switch {
		case next == ' ' && digits != "" && isDigit(digits[0]) && s.wantsNumber():
			gap := tokenSpan(s.pos, rest[:len(rest)-len(digits)])
			d.ReplaceAt(gap, string(r))
		case strings.HasPrefix(rest, "--") && !(len(rest) > 2 && isDigit(rest[2])):
			d.Help = "a comment starts with // and ends with its line"
		case isIdentPart(last) && isIdentStart(next):
			d.Help = "words are separated by spaces, and a name that holds a hyphen stands in back quotes"
		}
	case r == ';':
		d.Code = CodeSeparator
		d.Help = "leave it out"
		if next := strings.TrimLeft(rest[size:], " \t\r"); next == "" || next[0] == '\n' || strings.HasPrefix(next, "}") || strings.HasPrefix(next, "//") {
			d.Replace("")
		}
	case r == '%':
		d.Help = "numbers stand without it"
	case r == '/' && s.amidName(rest):
		d.Help = "a name or text that holds it stands in quotes"
	case r == '#' || r == '/':
		d.Help = "a comment starts with // and ends with its line"
		s.foreignComment(rest)
		return
	case r == '!':
		d.Code, d.Nearest = CodeOperator, "!="
	case r == '–' || r == '—' || r == '−':
		d.Help = "write a hyphen, -"
	}
	s.skip(size)
	s.broken = s.pos.Offset
}

// wantsNumber reports whether a number may follow the token before, and cannot be
// what is added to another.
func (s *scanner) wantsNumber() bool {
	if len(s.tokens) == 0 {
		return false
	}
	t := &s.tokens[len(s.tokens)-1]
	return t.Type == tokSign && t.Value != ")" || isWord(t, "score") || isWord(t, "below") || isWord(t, "from") || isWord(t, "to") || isWord(t, "at")
}

// amidName reports whether the next sign stands between letters.
func (s *scanner) amidName(rest string) bool {
	last, _ := utf8.DecodeLastRuneInString(s.text[:s.pos.Offset])
	next, _ := utf8.DecodeRuneInString(rest[1:])
	return isIdentPart(last) && isIdentStart(next)
}

// foreignComment skips a comment of another language: one that # begins with
// its line, one that /* begins up to */, or with its line if there is none.
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

// lineLen is the length of the first line of s without its end.
func lineLen(s string) int {
	if n := strings.IndexByte(s, '\n'); n >= 0 {
		return n
	}
	return len(s)
}

func printable(r rune) string {
	if unicode.IsPrint(r) {
		return string(r)
	}
	return fmt.Sprintf("character U+%04X", r)
}

// parseMoment reads a date, or a date and time. problem says what is wrong with
// it, or "" if nothing is.
func parseMoment(raw string) (m Moment, problem string) {
	m.Raw = raw
	const forms = "a date is written 2026-05-31"
	day, clock, hasTime := strings.Cut(raw, "T")
	if len(day) != len("2026-05-31") || day[4] != '-' || day[7] != '-' ||
		!number(day[:4], &m.Year) || !number(day[5:7], &m.Month) || !number(day[8:], &m.Day) {
		return m, fmt.Sprintf("%s is no date; %s", raw, forms)
	}
	if m.Month < 1 || m.Month > 12 || m.Day < 1 || m.Day > daysIn(m.Year, m.Month) {
		return m, fmt.Sprintf("no calendar has the day %s", day)
	}
	if !hasTime {
		return m, ""
	}
	m.HasTime = true
	if rest, ok := strings.CutSuffix(clock, "Z"); ok {
		m.HasOffset, clock = true, rest
	} else if at := strings.LastIndexAny(clock, "+-"); at >= 0 {
		zone := clock[at+1:]
		var h, min int
		if len(zone) != len("02:00") || zone[2] != ':' || !number(zone[:2], &h) || !number(zone[3:], &min) || h > 23 || min > 59 {
			return m, badTime(raw)
		}
		m.HasOffset, m.Offset = true, h*60+min
		if clock[at] == '-' {
			m.Offset = -m.Offset
		}
		clock = clock[:at]
	}
	clock, fraction, hasFraction := strings.Cut(clock, ".")
	switch len(clock) {
	case len("09:30"):
		if hasFraction {
			return m, badTime(raw)
		}
	case len("09:30:00"):
		if clock[5] != ':' || !number(clock[6:], &m.Second) || m.Second > 59 {
			return m, badTime(raw)
		}
	default:
		return m, badTime(raw)
	}
	if clock[2] != ':' || !number(clock[:2], &m.Hour) || !number(clock[3:5], &m.Minute) || m.Hour > 23 || m.Minute > 59 {
		return m, badTime(raw)
	}
	if hasFraction {
		if fraction == "" || prefixLen(fraction, func(r rune) bool { return '0' <= r && r <= '9' }) != len(fraction) {
			return m, badTime(raw)
		}
		number((fraction + "000000")[:6], &m.Micro)
	}
	return m, ""
}

func badTime(raw string) string {
	return fmt.Sprintf("%s is no time; a date and time is written 2026-05-31T09:30, with :SS, a fraction, Z or an offset such as +02:00 if wanted", raw)
}

// number reads a run of digits.
func number(s string, n *int) bool {
	*n = 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
		*n = *n*10 + int(s[i]-'0')
	}
	return s != ""
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
