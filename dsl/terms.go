package dsl

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/leadscore/leadscore/internal/nearest"
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

func (e *syntaxError) Error() string { return "unexpected " + e.token.Value }

// unexpected makes the error for the next token.
func unexpected(lex *tokens, expected ...string) *syntaxError {
	return &syntaxError{token: *lex.Peek(), expected: expected}
}

func end(t lexer.Token) Pos { return tokenSpan(t.Pos, t.Value).End }

func spanOf(first, last lexer.Token) Span {
	return Span{tokenSpan(first.Pos, first.Value).Start, end(last)}
}

// isWord reports whether t is the keyword, in any ASCII letter case.
func isWord(t *lexer.Token, keyword string) bool {
	if t.Type != tokIdent || len(t.Value) != len(keyword) {
		return false
	}
	for i := range len(keyword) {
		c := t.Value[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != keyword[i] {
			return false
		}
	}
	return true
}

func isSign(t *lexer.Token, sign string) bool { return t.Type == tokSign && t.Value == sign }

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

// keywordError is unexpected with the keyword that a misspelt word is near to.
func keywordError(lex *tokens, keywords ...string) *syntaxError {
	err := unexpected(lex, keywords...)
	if t := lex.Peek(); t.Type == tokIdent {
		err.nearest = nearest.Name(t.Value, slices.Values(keywords))
		err.fix = wordFix(lex, err.nearest, keywords)
	}
	return err
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

func wantMoment(lex *tokens) (*Moment, error) {
	if lex.Peek().Type == tokMoment {
		return lex.moment(lex.Next()), nil
	}
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
	return nil, err
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

func parseTimeSpan(lex *tokens) (*TimeSpan, error) {
	first := *lex.Peek()
	if first.Type != tokInt {
		err := unexpected(lex, wordSpan)
		for _, name := range unitNames {
			if isWord(&first, name) {
				err.nearest = "1 " + name
				err.fix = swap(&first, err.nearest)
			}
		}
		return nil, err
	}
	s := lex.spans.new()
	s.Count = lex.number(lex.Next())
	for i, name := range unitNames {
		t := *lex.Peek()
		if accept(lex, name) || accept(lex, unitPlurals[i]) {
			s.Unit, s.Span = Unit(i), spanOf(first, t)
			return s, nil
		}
	}
	err := keywordError(lex, "minutes", "hours", "days", "weeks", "months", "years")
	t := lex.Peek()
	switch word := strings.ToLower(t.Value); {
	case t.Type != tokIdent, t.Pos.Line > s.Count.Start.Line && err.nearest == "", word == "where", word == "score":
		err.summary = fmt.Sprintf("%s has no unit", s.Count.Text)
	case unitSynonyms[word] != "":
		err.nearest = unitSynonyms[word]
		err.fix = swap(t, err.nearest)
		if end(*lastBefore(lex)).Offset == t.Pos.Offset {
			err.fix.Text = " " + err.nearest
		}
	case word == "quarter" || word == "quarters":
		err.help = "a quarter has 3 months"
	}
	return nil, err
}

// unitSynonyms are short forms of units that can mean one alone.
var unitSynonyms = map[string]string{
	"min": "minutes", "mins": "minutes", "h": "hours", "hr": "hours", "hrs": "hours", "d": "days",
	"w": "weeks", "wk": "weeks", "wks": "weeks", "y": "years", "yr": "years", "yrs": "years",
}

// parseGrade parses a grade clause.
func parseGrade(lex *tokens) (*Grade, error) {
	first := *lex.Peek()
	g := &Grade{}
	err := want(lex, "grade")
	if err != nil {
		return nil, err
	}
	if g.Name, err = wantString(lex); err != nil {
		return nil, err
	}
	var last *Number
	switch {
	case accept(lex, "below"):
		g.Below, err = wantInt(lex)
		last = g.Below
	case accept(lex, "from"):
		g.From, err = wantInt(lex)
		last = g.From
		if err == nil && accept(lex, "to") {
			g.To, err = wantInt(lex)
			last = g.To
		}
	default:
		bad := keywordError(lex, "below", "from")
		if bad.nearest != "" {
			return nil, bad
		}
		bad.help = `a grade is written grade "Cold" below 40, grade "Warm" from 40 to 69 or grade "Hot" from 70`
		return nil, bad
	}
	if err != nil {
		return nil, err
	}
	g.Span = Span{tokenSpan(first.Pos, "").Start, last.End}
	return g, nil
}

// parseChild parses one child of a condition.
func parseChild(lex *tokens) (*Child, error) {
	c := lex.children.new()
	var err error
	c.Start = tokenSpan(lex.Peek().Pos, "").Start
	if lex.Peek().Type == tokString {
		c.Label = lex.string(lex.Next())
		if err := wantSign(lex, ":"); err != nil {
			return nil, err
		}
	}
	if c.Frequency, err = parseFrequency(lex); err != nil {
		return nil, err
	}
	if c.Path, err = names(lex, "an entity such as EmailOpened"); err != nil {
		return nil, err
	}
	c.End = c.Path[len(c.Path)-1].End
	if c.Range, err = parseRange(lex); err != nil {
		return nil, err
	}
	if c.Range != nil {
		c.End = c.Range.End
	}
	if accept(lex, "where") {
		for {
			e, err := parseComparison(lex)
			if err != nil {
				return nil, err
			}
			c.Where = lex.tests.append(c.Where, e)
			c.End = e.End
			if childFollows(lex) {
				return nil, needlessAnd(lex)
			}
			if !accept(lex, "and") && !acceptSign(lex, "&&") && !acceptSign(lex, "&") {
				break
			}
		}
	}
	return c, nil
}

// childFollows reports whether the next word is an and with a child behind it,
// which is no expression that begins with a field called has, say.
func childFollows(lex *tokens) bool {
	if !isWord(lex.Peek(), "and") {
		return false
	}
	mark := lex.at
	defer func() { lex.at = mark }()
	lex.Next()
	if accept(lex, "at") {
		return isWord(lex.Peek(), "least")
	}
	if !accept(lex, "each") && !accept(lex, "has") && !accept(lex, "none") {
		return false
	}
	if t := lex.Peek(); t.Type != tokIdent && t.Type != tokQuoted {
		return false
	}
	_, err := parseOp(lex)
	return err != nil
}

// needlessAnd is the error for an and, the next token, between two children.
func needlessAnd(lex *tokens) *syntaxError {
	t := *lex.Peek()
	return &syntaxError{
		token: t, summary: fmt.Sprintf("children need no %s between them", t.Value),
		help: "leave it out: all of them must hold anyway", fix: drop(lex),
	}
}

func parseFrequency(lex *tokens) (Frequency, error) {
	first := *lex.Peek()
	f := Frequency{Span: tokenSpan(first.Pos, first.Value)}
	switch {
	case accept(lex, "each"):
		f.Kind = Each
	case accept(lex, "has"):
		f.Kind = AtLeast
	case accept(lex, "none"):
		f.Kind = None
	case accept(lex, "at"):
		if err := want(lex, "least"); err != nil {
			return f, err
		}
		n, err := wantInt(lex)
		if err != nil {
			return f, err
		}
		f.Kind, f.Count, f.End = AtLeast, n, n.End
		return f, noTimes(lex)
	default:
		return f, keywordError(lex, "each", "has", "at least", "none")
	}
	return f, nil
}

// noTimes refuses `at least 3 times EmailOpened`, but not an entity called times.
func noTimes(lex *tokens) error {
	if t := lex.Peek(); !isWord(t, "times") && !isWord(t, "time") {
		return nil
	}
	mark := lex.at
	word, next := *lex.Next(), *lex.Peek()
	lex.at = mark
	goesOn := slices.ContainsFunc([]string{"within", "since", "between", "where", "each", "has", "at", "none", "score"},
		func(w string) bool { return isWord(&next, w) })
	if next.Type != tokIdent && next.Type != tokQuoted || goesOn {
		return nil
	}
	return &syntaxError{token: word, help: fmt.Sprintf("leave out %s", word.Value), fix: drop(lex)}
}

func parseRange(lex *tokens) (*Range, error) {
	first := *lex.Peek()
	if !isWord(&first, "within") && !isWord(&first, "since") && !isWord(&first, "between") {
		return nil, nil
	}
	r := lex.ranges.new()
	r.Span = tokenSpan(first.Pos, first.Value)
	var err error
	switch {
	case accept(lex, "within"):
		r.Kind = WithinLast
		if isWord(lex.Peek(), "next") {
			bad := unexpected(lex, "last")
			bad.help = "a date range looks back; within next belongs behind where"
			return nil, bad
		}
		if t := lex.Peek(); t.Type == tokInt {
			bad := unexpected(lex)
			bad.summary = "last is missing behind within"
			bad.help = "write within last " + t.Value
			if unit := lex.peekAt(1); unit.Type == tokIdent && unit.Pos.Line == t.Pos.Line {
				bad.help += " " + unit.Value
			}
			bad.fix = &Edit{Span{tokenSpan(t.Pos, "").Start, tokenSpan(t.Pos, "").Start}, "last "}
			return nil, bad
		}
		if err := want(lex, "last"); err != nil {
			return nil, err
		}
		if r.Last, err = parseTimeSpan(lex); err != nil {
			return nil, err
		}
		r.End = r.Last.End
	case accept(lex, "since"):
		r.Kind = Since
		if r.From, err = wantMoment(lex); err != nil {
			return nil, err
		}
		r.End = r.From.End
	case accept(lex, "between"):
		r.Kind = Between
		if r.From, err = wantMoment(lex); err != nil {
			return nil, err
		}
		if err := wantAnd(lex); err != nil {
			return nil, err
		}
		if r.To, err = wantMoment(lex); err != nil {
			return nil, err
		}
		r.End = r.To.End
	}
	return r, nil
}

// scoreFollows reports whether the condition's score comes next: no field called
// score can be meant, as no operator begins with a number.
func scoreFollows(lex *tokens) bool {
	return isWord(lex.Peek(), "score") && lex.peekAt(1).Type == tokInt
}

func parseComparison(lex *tokens) (*Comparison, error) {
	if scoreFollows(lex) {
		return nil, unexpected(lex, "a field's name")
	}
	open := isSign(lex.Peek(), "(")
	ref, err := names(lex, "a field's name")
	if bad, ok := err.(*syntaxError); ok && open {
		bad.help = "expressions stand without parentheses: they are AND-ed"
	}
	if err != nil {
		return nil, err
	}
	c := lex.comparisons.new()
	c.Ref = ref
	c.Start = ref[0].Start
	first := *lex.Peek()
	op, err := parseOp(lex)
	if err != nil {
		if bad, ok := err.(*syntaxError); ok && len(ref) == 1 && strings.EqualFold(ref[0].Text, "not") && !ref[0].Quoted {
			bad.help = "an operator itself is negated: !=, not in, does not contain"
		}
		return nil, err
	}
	c.Op = op
	if err := parseOperands(lex, c); err != nil {
		return nil, err
	}
	// The operator ends where its operands begin; without any, it is the rest.
	c.OpSpan = tokenSpan(first.Pos, first.Value)
	last := c.OpSpan.End
	if t := lastBefore(lex); t != nil {
		last = end(*t)
	}
	c.End = last
	if len(c.Operands) == 0 && !op.List() {
		c.OpSpan.End = last
	}
	return c, nil
}

// lastBefore is the token before the next one.
func lastBefore(lex *tokens) *lexer.Token {
	if lex.at > 0 {
		return &lex.list[lex.at-1]
	}
	return nil
}

// signOps are the operators that are written as signs, and what is written for
// them in other languages.
var signOps = func() map[string]Op {
	signs := maps.Clone(opSigns)
	for _, m := range meant {
		if op, ok := opSigns[m.right]; ok {
			signs[m.wrong] = op
		}
	}
	return signs
}()

// opSynonyms are words that newcomers write for an operator.
var opSynonyms = map[string]struct {
	means string
	sure  bool // what follows is what follows the operator
}{
	"equals": {"=", false}, "equal": {"=", false}, "like": {"contains", false}, "includes": {"contains", false}, "matches": {"contains", false},
	"starts": {"begins with", true}, "startswith": {"begins with", true}, "endswith": {"ends with", true},
	"greater": {">", false}, "more": {">", false}, "less": {"<", false}, "smaller": {"<", false}, "exists": {"is not empty", false},
	"newer": {"within last", false}, "since": {"on or after", false}, "until": {"on or before", false},
}

// opWordSynonyms are words that newcomers write for a word of an operator.
var opWordSynonyms = map[string]string{"null": "empty", "nil": "empty", "blank": "empty", "missing": "empty"}

// opHelp says what may have been meant by the beginning of an operator.
var opHelp = map[string]string{"is": "equality is written =", "is not": "inequality is written !="}

// parseOp parses an operator.
func parseOp(lex *tokens) (Op, error) {
	if t := lex.Peek(); t.Type == tokSign {
		op, ok := signOps[t.Value]
		if !ok {
			return 0, noOp(lex)
		}
		lex.Next()
		return op, nil
	}
	words := opWords
	for {
		next := words.after(lex.Peek())
		if next == nil {
			break
		}
		words = next
		lex.Next()
	}
	switch {
	case words.whole:
		return words.op, nil
	case words == opWords:
		return 0, noOp(lex)
	}
	return 0, brokenOp(lex, words)
}

// after returns the word of w.next that t is, or nil.
func (w *opWord) after(t *lexer.Token) *opWord {
	for _, next := range w.next {
		if isWord(t, next.word) {
			return next
		}
	}
	return nil
}

// noOp is the error where an operator should begin.
func noOp(lex *tokens) error {
	err := unexpected(lex, "an operator such as =, contains or is empty")
	t := lex.Peek()
	if t.Type != tokIdent {
		return err
	}
	if slip, ok := opSynonyms[strings.ToLower(t.Value)]; ok {
		err.nearest = slip.means
		if slip.sure {
			err.fix = swap(t, lessTail(lex, slip.means))
		}
		return err
	}
	err.nearest = nearest.Name(t.Value, slices.Values(opPhrases))
	err.fix = wordFix(lex, err.nearest, opPhrases)
	for _, phrase := range opPhrases {
		if err.nearest != "" {
			break
		}
		// The word may be near to an operator's first word.
		word, _, _ := strings.Cut(phrase, " ")
		if nearest.Name(t.Value, slices.Values([]string{word})) != "" {
			err.nearest = phrase
		}
	}
	return err
}

// brokenOp is the error where an operator begins with words and does not go on.
func brokenOp(lex *tokens, words *opWord) error {
	err := keywordError(lex, words.expected()...)
	t := lex.Peek()
	if word, ok := opWordSynonyms[strings.ToLower(t.Value)]; ok && t.Type == tokIdent && words.find(word) != nil {
		err.nearest, err.fix = word, swap(t, word)
	}
	if err.nearest == "" {
		err.help = opHelp[words.so]
	}
	return err
}

func parseOperands(lex *tokens, c *Comparison) error {
	add := func(l Literal, err error) error {
		c.Operands = lex.operands.append(c.Operands, l)
		return err
	}
	switch c.Op.Operands() {
	case NoOperand:
		return nil
	case ValueList:
		return parseList(lex, c)
	case TwoValues:
		if err := add(parseValue(lex)); err != nil {
			return err
		}
		if err := wantAnd(lex); err != nil {
			return err
		}
		return add(parseValue(lex))
	case OneMoment:
		m, err := wantMoment(lex)
		return add(m, err)
	case OneTimeSpan:
		s, err := parseTimeSpan(lex)
		return add(s, err)
	}
	if isSign(lex.Peek(), "(") {
		err := unexpected(lex, "one value")
		if list, ok := c.Op.Any(); ok {
			err.nearest = list.String() + " (…)"
		}
		return err
	}
	if err := add(parseValue(lex)); err != nil {
		return err
	}
	if n, ok := c.Operands[0].(*Number); ok && c.Op.sign() && unitAhead(lex) {
		unit := *lex.Peek()
		return &syntaxError{
			token: unit, summary: fmt.Sprintf("%s %s is no value", n.Text, unit.Value),
			help: "a length of time stands behind within last, within next or older than",
		}
	}
	return nil
}

// unitAhead reports whether a unit of time comes next.
func unitAhead(lex *tokens) bool {
	for i, name := range unitNames {
		if isWord(lex.Peek(), name) || isWord(lex.Peek(), unitPlurals[i]) {
			return true
		}
	}
	return false
}

func parseList(lex *tokens, c *Comparison) error {
	if err := wantSign(lex, "("); err != nil {
		bad := unexpected(lex, "(")
		bad.help = fmt.Sprintf(`a list is written %s ("A", "B")`, c.Op)
		return bad
	}
	if acceptSign(lex, ")") {
		return nil
	}
	for {
		v, err := parseValue(lex)
		if err != nil {
			return err
		}
		c.Operands = append(c.Operands, v)
		if acceptSign(lex, ")") {
			return nil
		}
		if !acceptSign(lex, ",") {
			return unexpected(lex, ",", ")")
		}
	}
}

func parseValue(lex *tokens) (Literal, error) {
	t := lex.Peek()
	switch t.Type {
	case tokString:
		return lex.string(lex.Next()), nil
	case tokInt, tokDecimal:
		return lex.number(lex.Next()), nil
	case tokMoment:
		return lex.moment(lex.Next()), nil
	}
	if isWord(t, "true") || isWord(t, "false") {
		lex.Next()
		return &Bool{Span: tokenSpan(t.Pos, t.Value), Value: isWord(t, "true")}, nil
	}
	err := unexpected(lex, "a value")
	switch word := strings.ToLower(t.Value); {
	case t.Type == tokIdent && (word == "empty" || word == "null" || word == "nil" || word == "blank"):
		err.nearest = "is empty"
	case t.Type == tokIdent && (word == "yes" || word == "no"):
		err.nearest = map[string]string{"yes": "true", "no": "false"}[word]
	case t.Type == tokIdent:
		err.help = fmt.Sprintf("text stands in double quotes: %q", t.Value)
	case t.Type == tokQuoted:
		err.help = "text stands in double quotes"
	}
	return nil, err
}

// typeSynonyms are type names of other languages.
var typeSynonyms = map[string]string{
	"string": "text", "str": "text", "varchar": "text", "lookup": "-> Entity",
	"int": "number", "integer": "number", "float": "number", "decimal": "number", "money": "number", "currency": "number",
	"boolean": "bool", "datetime": "time", "timestamp": "time", "instant": "time", "day": "date",
	"enum": "choice", "option": "choice", "picklist": "choice", "multiselect": "choices",
}

// modifiers stand behind a field's type.
var modifiers = []string{"exact", "calculated", "rollup"}

// parseMember parses one declaration of a schema block.
func parseMember(lex *tokens) (Member, error) {
	first := *lex.Peek()
	if isWord(&first, "dated") {
		mark := lex.at
		lex.Next()
		if accept(lex, "by") {
			field, err := wantName(lex, "a time or date field")
			if err != nil {
				return nil, err
			}
			return &DatedBy{Span: Span{tokenSpan(first.Pos, "").Start, field.End}, Field: field}, nil
		}
		lex.at = mark
	}
	before := lastBefore(lex)
	name, err := wantName(lex, "a name")
	if err != nil {
		return nil, err
	}
	m, err := parseMemberRest(lex, name)
	if bad, ok := err.(*syntaxError); ok {
		bad.name = name
		if before != nil && slices.ContainsFunc(modifiers, func(w string) bool { return isWord(before, w) }) &&
			slices.Contains(typeNames[:], strings.ToLower(name.Text)) {
			bad.help = fmt.Sprintf("%s before %s is a keyword here; as a field's name it stands in back quotes", before.Value, name.Text)
		}
	}
	return m, err
}

func parseMemberRest(lex *tokens, name *Name) (Member, error) {
	if acceptSign(lex, "->") {
		target, err := wantName(lex, "an entity's name")
		if err != nil {
			return nil, err
		}
		return &Relationship{Span: Span{name.Start, target.End}, Name: name, Target: target}, nil
	}
	if acceptSign(lex, "<-") {
		target, err := wantName(lex, "an entity's name")
		if err != nil {
			return nil, err
		}
		if err := wantSign(lex, "."); err != nil {
			bad := err.(*syntaxError)
			bad.help = "an inverse names the reference that leads back, such as <- Order.Lead"
			return nil, bad
		}
		via, err := wantName(lex, "a reference's name")
		if err != nil {
			return nil, err
		}
		return &Relationship{Span: Span{name.Start, via.End}, Name: name, Target: target, Via: via}, nil
	}
	f := &Field{Span: Span{Start: name.Start}, Name: name}
	t := *lex.Peek()
	known := false
	for i, typ := range typeNames {
		if accept(lex, typ) {
			f.Type, known = FieldType(i), true
			break
		}
	}
	if !known {
		err := keywordError(lex, append(slices.Clone(typeNames[:]), "->", "<-")...)
		if s := typeSynonyms[strings.ToLower(t.Value)]; s != "" {
			err.nearest = s
		}
		if wordsOfName(lex) {
			err.nearest, err.help = "", fmt.Sprintf("a name of several words stands in back quotes: `%s %s`", name.Text, t.Value)
		}
		return nil, err
	}
	f.End = end(t)
	if f.Type == ChoiceType || f.Type == ChoicesType {
		if err := parseChoices(lex, f); err != nil {
			return nil, err
		}
	}
	for {
		t := *lex.Peek()
		for _, m := range []struct {
			word string
			flag *bool
		}{{"exact", &f.Exact}, {"calculated", &f.Calculated}, {"rollup", &f.Rollup}} {
			if accept(lex, m.word) {
				if *m.flag {
					return nil, &syntaxError{token: t, summary: m.word + " stands twice"}
				}
				*m.flag = true
			}
		}
		if t == *lex.Peek() {
			return f, nil
		}
		f.End = end(*lastBefore(lex))
	}
}

// wordsOfName reports whether the next word is the second of a name that should
// stand in back quotes: a type or an arrow follows it.
func wordsOfName(lex *tokens) bool {
	mark := lex.at
	defer func() { lex.at = mark }()
	word := lex.Next()
	if word.Type != tokIdent || slices.ContainsFunc(modifiers, func(w string) bool { return isWord(word, w) }) {
		return false
	}
	next := lex.Peek()
	return isSign(next, "->") || isSign(next, "<-") ||
		slices.ContainsFunc(typeNames[:], func(w string) bool { return isWord(next, w) })
}

func parseChoices(lex *tokens, f *Field) error {
	if err := wantSign(lex, "("); err != nil {
		bad := err.(*syntaxError)
		bad.help = fmt.Sprintf(`a %s lists its values: %s ("A", "B")`, f.Type, f.Type)
		return bad
	}
	for !isSign(lex.Peek(), ")") {
		s, err := wantString(lex)
		if err != nil {
			return err
		}
		f.Values = append(f.Values, s)
		if isSign(lex.Peek(), ")") {
			break
		}
		if !acceptSign(lex, ",") {
			return unexpected(lex, ",", ")")
		}
		if isSign(lex.Peek(), ")") {
			return unexpected(lex, wordText)
		}
	}
	f.End = end(*lex.Next())
	return nil
}
