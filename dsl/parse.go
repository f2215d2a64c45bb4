package dsl

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/leadscore/leadscore/internal/nearest"
)

// Parse reads one file of models and schema declarations. name is what
// diagnostics call the file; it is not opened.
//
// The diagnostics, sorted by place, hold every problem that can be told without
// a schema. The tree is never nil: it holds what could be read, and marks what
// lost a part as Incomplete. Parse is safe for concurrent use.
func Parse(name, text string, limits Limits) (*File, Diagnostics) {
	limits = limits.WithDefaults()
	f := &File{Name: name, Text: text}
	if len(text) > limits.Bytes {
		f.Text, f.Incomplete = "", true
		return f, Diagnostics{{
			Code: CodeLimit, File: name,
			Summary: fmt.Sprintf("the file has %d bytes, the limit is %d", len(text), limits.Bytes),
		}}
	}
	s := newScanner(name, text, limits)
	lex := &tokens{list: s.all()}
	defer release(lex.list)
	p := &parser{
		grammar: grammar(), limits: limits, file: f, lex: lex,
		problems: problems{name: name, text: f.Text, most: limits.Problems},
	}
	f.Comments = s.comments
	p.parseFile()
	f.Span = Span{Pos{0, 1, 1}, tokenSpan(lex.Peek().Pos, "").Start}

	diags := merge(s.list, p.list)
	diags.Sort()
	return f, diags.limit(limits.Problems, s.dropped+p.dropped)
}

// merge joins what the scanner and the parser found. Where both speak of one
// token, one of them is enough: of a number or date that is not well-formed the
// parser knows what was to stand there; a text that is not explains the rest.
func merge(scanned, parsed Diagnostics) Diagnostics {
	unexpected, broken := map[int]bool{}, map[int]bool{}
	for _, d := range parsed {
		if d.Code == CodeSyntax {
			unexpected[d.Span.Start.Offset] = true
		}
	}
	var diags Diagnostics
	for _, d := range scanned {
		at := d.Span.Start.Offset
		if (d.Code == CodeNumber || d.Code == CodeDate) && unexpected[at] && d.Nearest == "" {
			continue
		}
		broken[at] = d.Code != CodeOperator // what was meant by it may be wrong here, too
		diags = append(diags, d)
	}
	for _, d := range parsed {
		if d.Code != CodeSyntax || !broken[d.Span.Start.Offset] {
			diags = append(diags, d)
		}
	}
	return diags
}

// parser drives the blocks of a file. participle parses what stands in them,
// clause by clause; behind a broken clause the parser goes on with the next.
type parser struct {
	problems
	grammar *forms
	limits  Limits
	file    *File
	lex     *tokens
	open    int // blocks that were left because another began: a stray } may be theirs
}

func (p *parser) peek() *lexer.Token { return p.lex.Peek() }

func (p *parser) peekAt(n int) *lexer.Token { return p.lex.peekAt(n) }

// describe says what a token is, for "unexpected …".
func describe(t *lexer.Token) string {
	if t.EOF() {
		return "end of file"
	}
	const longest = 40
	text := []rune(clip(t.Value))
	if len(text) > longest {
		return string(text[:longest]) + "…"
	}
	return string(text)
}

// unexpectedToken reports the next token.
func (p *parser) unexpectedToken(expected ...string) *Diagnostic {
	t := p.peek()
	d := p.report(tokenSpan(t.Pos, t.Value), CodeSyntax, "unexpected %s", describe(t))
	d.Expected = expected
	if t.Type == tokIdent {
		d.Nearest = nearest.Name(t.Value, slices.Values(expected))
		d.apply(wordFix(p.lex, d.Nearest, expected))
	}
	return d
}

// apply sets Fix to an edit of its line, if there is one.
func (d *Diagnostic) apply(e *Edit) {
	if e != nil {
		d.ReplaceAt(e.Span, e.Text)
	}
}

// parse parses a clause with participle. If it fails it reports what is wrong and
// returns nil.
func parse[P any](p *parser, form form[P]) *P {
	next := p.lex.list[p.lex.at:]
	next = next[:min(len(next), longestClause)]
	lex, err := lexer.Upgrade(&someTokens{next})
	if err != nil {
		panic(err) // the lexer returns no error
	}
	v, err := form.parser.ParseFromLexer(lex, participle.AllowTrailing(true))
	p.lex.at += int(lex.RawCursor())
	if err == nil {
		return v
	}
	bad, ok := errors.AsType[*participle.UnexpectedTokenError](err)
	if !ok {
		t := p.peek()
		p.report(tokenSpan(t.Pos, t.Value), CodeSyntax, "%v", err)
		return nil
	}
	at := slices.IndexFunc(next, func(t lexer.Token) bool { return t.Pos == bad.Unexpected.Pos })
	p.misplaced(&bad.Unexpected, form.expected[at])
	return nil
}

// failed reports what a function of terms.go could not parse.
func (p *parser) failed(err error) {
	bad, ok := errors.AsType[*syntaxError](err)
	if !ok {
		t := p.peek()
		p.report(tokenSpan(t.Pos, t.Value), CodeSyntax, "%v", err)
		return
	}
	d := p.unexpected(&bad.token, bad.nearest)
	if bad.summary != "" {
		d.Summary = bad.summary
	}
	d.Expected, d.Help = bad.expected, bad.help
	d.apply(bad.fix)
}

// misplaced reports a token of a clause where others are expected.
func (p *parser) misplaced(t *lexer.Token, expected []string) {
	near := ""
	if t.Type == tokIdent {
		near = nearest.Name(t.Value, slices.Values(expected))
	}
	d := p.unexpected(t, near)
	d.Expected = expected
	if p.peek().Pos == t.Pos {
		d.apply(wordFix(p.lex, near, expected))
	}
	switch whole := slices.Equal(expected, []string{wordInt}); {
	case t.Type == tokIdent && slices.Equal(expected, []string{wordText}):
		p.quoted(t, d)
	case t.Type == tokIdent && whole:
		d.Help = "write it in digits, such as +10"
	case (isSign(t, ":") || isSign(t, "=")) && whole && p.peek().Pos == t.Pos:
		d.Help = "leave it out"
		if before := lastBefore(p.lex); before != nil && before.Pos.Line == t.Pos.Line && p.peekAt(1).Type == tokInt && p.peekAt(1).Pos.Line == t.Pos.Line {
			d.ReplaceAt(Span{end(*before), tokenSpan(p.peekAt(1).Pos, "").Start}, " ")
		}
	case t.Type == tokDecimal && whole:
		d.Help = "points and thresholds are whole numbers"
	}
}

// unexpected reports a token. One that begins another line is not to blame when
// what comes before it is not whole, unless it is a slip itself.
func (p *parser) unexpected(t *lexer.Token, near string) *Diagnostic {
	before := lastBefore(p.lex)
	if before != nil && near == "" && t.Pos.Line > before.Pos.Line && p.peek().Pos == t.Pos {
		at := tokenSpan(before.Pos, before.Value)
		return p.report(at, CodeSyntax, "something is missing behind %s", describe(before))
	}
	d := p.report(tokenSpan(t.Pos, t.Value), CodeSyntax, "unexpected %s", describe(t))
	d.Nearest = near
	return d
}

// quoted says how a bare word is written as a text, if it is one. What touches
// it, as in Europe/Berlin, is part of it.
func (p *parser) quoted(t *lexer.Token, d *Diagnostic) {
	rest := p.file.Text[end(*t).Offset:]
	n := prefixLen(rest[:min(len(rest), 64)], func(r rune) bool { return isIdentPart(r) || strings.ContainsRune("/-.", r) })
	word := t.Value + rest[:n]
	if rest = rest[n:]; rest != "" && !strings.ContainsAny(rest[:1], " \t\r\n{") {
		d.Help = "put it in double quotes"
		return
	}
	d.Help = fmt.Sprintf("write %q", word)
	// A single word before the end of the line, or before the brace, is all of it.
	if rest = strings.TrimLeft(rest, " \t\r"); rest == "" || rest[0] == '\n' || rest[0] == '{' {
		d.ReplaceAt(tokenSpan(t.Pos, word), strconv.Quote(word))
	}
}

// Starters: what a block or clause surely begins with. The parser looks for one
// to go on behind a problem, and takes one in the wrong place for a sign that a
// closing brace is missing.

func (p *parser) startsModel() bool {
	return isWord(p.peek(), "model") && p.peekAt(1).Type == tokString
}

func (p *parser) startsEntity() bool {
	if t := p.peek(); !isWord(t, "profile") && !isWord(t, "interaction") {
		return false
	}
	if t := p.peekAt(1); t.Type != tokIdent && t.Type != tokQuoted {
		return false
	}
	return isSign(p.peekAt(2), "{") || isWord(p.peekAt(2), "passive") && isSign(p.peekAt(3), "{")
}

func (p *parser) startsBlock() bool { return p.startsModel() || p.startsEntity() || p.startsTest() }

// startsBlockWord reports whether the next word is one that blocks begin with.
func (p *parser) startsBlockWord() bool {
	t := p.peek()
	return isWord(t, "model") || isWord(t, "profile") || isWord(t, "interaction") || isWord(t, "test")
}

func (p *parser) startsClause() bool {
	t := p.peek()
	if t.Type != tokIdent {
		return false
	}
	switch next := p.peekAt(1); {
	case isWord(t, "condition"), isWord(t, "grade"), isWord(t, "description"):
		return next.Type == tokString
	case isWord(t, "target"):
		return isWord(next, "contact") || isWord(next, "account")
	case isWord(t, "time"):
		return isWord(next, "zone")
	case isWord(t, "sales"):
		return isWord(next, "ready")
	}
	return false
}

// startsChild reports whether a child or score begins here. previous is the
// token before: behind a dot, where or and any word is a name.
func (p *parser) startsChild(previous *lexer.Token) bool {
	t := p.peek()
	if previous != nil && (isSign(previous, ".") || isWord(previous, "where") || isWord(previous, "and")) {
		return false
	}
	switch {
	case t.Type == tokString:
		return isSign(p.peekAt(1), ":")
	case isWord(t, "each"), isWord(t, "has"), isWord(t, "none"):
		next := p.peekAt(1).Type
		return next == tokIdent || next == tokQuoted
	case isWord(t, "at"):
		return isWord(p.peekAt(1), "least")
	case isWord(t, "score"):
		return p.peekAt(1).Type == tokInt
	}
	return false
}

// continues are the words with which a line goes on that was begun before.
var continues = []string{"where", "and", "or", "within", "since", "between", "below", "from", "to", "with"}

// startsLine reports whether a word or text that is first on its line begins
// something new. Behind a problem that is the best guess there is: clauses and
// children mostly stand on lines of their own.
func (p *parser) startsLine() bool {
	t := p.peek()
	return p.firstOnLine() && !slices.ContainsFunc(continues, func(w string) bool { return isWord(t, w) })
}

// firstOnLine reports whether a word or text is first on its line, and does not
// go on with what a dot or a comma before it began. Behind a comma only a text
// goes on: a word would have to be a value.
func (p *parser) firstOnLine() bool {
	t, previous := p.peek(), lastBefore(p.lex)
	switch {
	case t.Type != tokIdent && t.Type != tokString && t.Type != tokQuoted:
		return false
	case previous == nil:
		return true
	case isSign(previous, "."), isSign(previous, ",") && t.Type == tokString:
		return false
	}
	return previous.Pos.Line < t.Pos.Line
}

// skipTo moves on to a token at which stop holds, to the closing brace of the
// block, to the start of another block, or to the end. Braces that open on the
// way are skipped with all they hold.
func (p *parser) skipTo(stop func(previous *lexer.Token) bool) {
	depth := 0
	var previous *lexer.Token
	for {
		t := p.peek()
		switch {
		case t.EOF(), p.startsBlock():
			return
		case depth == 0 && stop(previous):
			return
		case isSign(t, "{"):
			depth++
		case isSign(t, "}"):
			if depth == 0 {
				return
			}
			depth--
		}
		previous = p.lex.Next()
	}
}

func (p *parser) parseFile() {
	models, tests := 0, 0
	for !p.peek().EOF() {
		before := p.lex.at
		switch t := p.peek(); {
		case isWord(t, "model"):
			if models++; models > p.limits.Models {
				p.report(tokenSpan(t.Pos, t.Value), CodeLimit, "the file has more than %d models", p.limits.Models)
				p.file.Incomplete = true
				return
			}
			p.file.Blocks = append(p.file.Blocks, p.parseModel())
		case isWord(t, "test"):
			if tests++; tests > p.limits.Tests {
				p.report(tokenSpan(t.Pos, t.Value), CodeLimit, "the file has more than %d tests", p.limits.Tests)
				p.file.Incomplete = true
				return
			}
			p.file.Blocks = append(p.file.Blocks, p.parseTest())
		case p.startsBlockWord():
			p.file.Blocks = append(p.file.Blocks, p.parseEntity())
		default:
			p.file.Incomplete = true
			if isSign(t, "}") && p.open > 0 {
				p.open--
				p.lex.Next()
				continue
			}
			d := p.unexpectedToken("model", "test", "profile", "interaction")
			switch {
			case isSign(t, "}"):
				d.Help = "no block is open here"
			case p.startsClause() || p.startsChild(nil):
				d.Help = "it stands outside of any model" + p.tooMany()
			}
			p.lex.Next()
			for !p.peek().EOF() && !p.startsBlock() && !(p.startsLine() && p.startsBlockWord()) {
				p.lex.Next()
			}
		}
		if p.lex.at == before {
			p.lex.Next() // no input may stop the parser
		}
	}
}

// tooMany asks whether the brace before the next token is one too many.
func (p *parser) tooMany() string {
	if t := lastBefore(p.lex); t == nil || !isSign(t, "}") {
		return ""
	}
	return ": is there one } too many before it?"
}

// body parses a block's body behind its opening brace, which it consumes, by
// calling item until the closing brace. It returns the block's end and whether
// nothing was lost.
func (p *parser) body(open lexer.Token, what func() string, outer func() bool, item func() bool) (Pos, bool) {
	whole := true
	for {
		t := p.peek()
		if isSign(t, "}") {
			return end(*p.lex.Next()), whole
		}
		if t.EOF() || outer() {
			before := describe(t)
			if name := p.peekAt(1); t.Type == tokIdent && name.Type == tokString && name.Pos.Line == t.Pos.Line {
				before += " " + describe(name)
			}
			d := p.report(tokenSpan(t.Pos, t.Value), CodeUnclosed, "%s is not closed before %s", what(), before)
			d.Expected = []string{"}"}
			d.Related = []Related{{Summary: "it opens here", File: p.file.Name, Span: tokenSpan(open.Pos, open.Value)}}
			if p.startsBlock() {
				d.Help = "models, tests and schema blocks stand side by side, not in one another"
				p.open++
			}
			stop := tokenSpan(t.Pos, "").Start
			if previous := lastBefore(p.lex); previous != nil {
				stop = end(*previous)
			}
			return stop, false
		}
		before := p.lex.at
		if !item() {
			whole = false
		}
		if p.lex.at == before {
			whole = false
			p.lex.Next() // no input may stop the parser
		}
	}
}

// head goes on behind a broken head: to its opening brace, if that comes before
// anything else begins. It returns the brace.
func (p *parser) brokenHead() (open lexer.Token, ok bool) {
	const far = 8
	for range far {
		t := p.peek()
		if isSign(t, "{") {
			return *p.lex.Next(), true
		}
		if t.EOF() || isSign(t, "}") || p.startsBlock() || p.startsClause() {
			break
		}
		p.lex.Next()
	}
	return open, false
}

func (p *parser) parseModel() *Model {
	first := *p.peek()
	m := &Model{Span: tokenSpan(first.Pos, first.Value)}
	var open lexer.Token
	if head := parse(p, p.grammar.modelHead); head != nil {
		m.Name, open = p.lex.string(&head.Name), head.Open
	} else {
		m.Incomplete = true
		ok := false
		if t := lastBefore(p.lex); t != nil && t.Type == tokString {
			m.Name = p.lex.string(t)
		}
		if open, ok = p.brokenHead(); !ok {
			p.skipTo(func(*lexer.Token) bool { return false })
			return m
		}
	}
	what := func() string { return called("model", m.Name) }
	conditions := 0
	stop, whole := p.body(open, what, p.startsBlock, func() bool {
		if isWord(p.peek(), "condition") {
			if conditions++; conditions > p.limits.Conditions {
				t := p.peek()
				p.report(tokenSpan(t.Pos, t.Value), CodeLimit, "%s has more than %d conditions", what(), p.limits.Conditions)
				p.skipTo(func(*lexer.Token) bool { return false })
				return false
			}
		}
		c := p.parseClause()
		if c == nil {
			p.skipTo(func(*lexer.Token) bool { return p.startsClause() || p.startsLine() })
			return false
		}
		m.Clauses = append(m.Clauses, c)
		return true
	})
	m.End = stop
	m.Incomplete = m.Incomplete || !whole
	return m
}

var clauseWords = []string{"description", "target", "time zone", "condition", "grade", "sales ready at"}

// parseClause parses one clause of a model, or reports why not and returns nil.
func (p *parser) parseClause() Clause {
	t := *p.peek()
	start := tokenSpan(t.Pos, "").Start
	switch {
	case isWord(&t, "condition"):
		return p.parseCondition()
	case isWord(&t, "grade"):
		g, err := parseGrade(p.lex)
		if err == nil {
			return g
		}
		p.failed(err)
	case isWord(&t, "description"):
		if c := parse(p, p.grammar.description); c != nil {
			return &Description{Span: Span{start, end(c.Text)}, Text: p.lex.string(&c.Text)}
		}
	case isWord(&t, "target"):
		if c := parse(p, p.grammar.target); c != nil {
			return &Target{Span: Span{start, end(c.Kind)}, Account: isWord(&c.Kind, "account")}
		}
	case isWord(&t, "time"):
		if c := parse(p, p.grammar.timeZone); c != nil {
			return &TimeZone{Span: Span{start, end(c.Zone)}, Zone: p.lex.string(&c.Zone)}
		}
	case isWord(&t, "sales"):
		if c := parse(p, p.grammar.salesReady); c != nil {
			return &SalesReady{Span: Span{start, end(c.Threshold)}, Threshold: p.lex.number(&c.Threshold)}
		}
	default:
		d := p.unexpectedToken(clauseWords...)
		switch {
		case p.startsChild(nil):
			d.Help = "children and score stand in a condition" + p.tooMany()
		case isWord(&t, "and"):
			d.Summary, d.Expected = fmt.Sprintf("conditions need no %s between them", t.Value), nil
			d.Help = "leave it out: each adds its own points"
			d.apply(drop(p.lex))
		}
		p.skipWord()
	}
	return nil
}

// skipWord consumes an unexpected token, unless it is a brace, which skipTo counts.
func (p *parser) skipWord() {
	if t := p.peek(); !isSign(t, "{") && !isSign(t, "}") {
		p.lex.Next()
	}
}

// called says which block is meant: by its name, if that could be read.
func called(kind string, name *String) string {
	if name == nil {
		return "the " + kind
	}
	return fmt.Sprintf("%s %q", kind, name.Value)
}

func (p *parser) parseCondition() *Condition {
	first := *p.lex.Next()
	c := p.lex.conditions.new()
	c.Span = tokenSpan(first.Pos, first.Value)
	var open lexer.Token
	if p.parseConditionHead(c) {
		open = *p.lex.Next()
	} else {
		c.Incomplete = true
		ok := false
		if open, ok = p.brokenHead(); !ok {
			p.skipTo(func(*lexer.Token) bool { return p.startsClause() })
			return c
		}
	}
	outer := func() bool { return p.startsBlock() || p.startsClause() }
	what := func() string { return called("condition", c.Name) }
	stop, whole := p.body(open, what, outer, func() bool { return p.parseConditionItem(c) })
	c.End = stop
	c.Incomplete = c.Incomplete || !whole
	if !c.Incomplete {
		head := Span{tokenSpan(first.Pos, "").Start, c.Name.End}
		if len(c.Children) == 0 {
			p.report(head, CodeNoChild, "%s has no child", what()).Help = "say what must occur, such as has EmailOpened"
		}
		if c.Score == nil {
			p.report(head, CodeNoScore, "%s has no score", what()).Help = "end it with score +10, say"
		}
	}
	return c
}

// parseConditionHead parses the name of c. It reports whether a brace follows.
func (p *parser) parseConditionHead(c *Condition) bool {
	if p.peek().Type != tokString {
		p.misplaced(p.peek(), []string{wordText})
		return false
	}
	c.Name = p.lex.string(p.lex.Next())
	if !isSign(p.peek(), "{") {
		p.misplaced(p.peek(), []string{"{"})
		return false
	}
	return true
}

// parseConditionItem parses one child, or the score, of c.
func (p *parser) parseConditionItem(c *Condition) bool {
	t := p.peek()
	if isWord(t, "score") {
		return p.parseScore(c)
	}
	if !p.startsChild(nil) && t.Type != tokString && !isWord(t, "each") && !isWord(t, "has") &&
		!isWord(t, "none") && !isWord(t, "at") {
		p.strayInCondition(c)
		p.skipWord()
		if isSign(t, ",") && p.startsComparison() {
			p.lex.Next() // the expression belongs to the child, also on another line
		}
		p.skipItem()
		return false
	}
	if len(c.Children) >= p.limits.Children {
		p.report(tokenSpan(t.Pos, t.Value), CodeLimit, "%s has more than %d children", called("condition", c.Name), p.limits.Children)
		p.skipTo(func(*lexer.Token) bool { return p.startsClause() })
		return false
	}
	child, err := parseChild(p.lex)
	if err != nil {
		p.failed(err)
		p.skipItem()
		return false
	}
	if !p.withinLimits(child) {
		return false
	}
	if c.Score != nil {
		d := p.report(child.Span, CodeSyntax, "a child stands behind the score of %s", called("condition", c.Name))
		d.Related = []Related{{Summary: "the score is here", File: p.file.Name, Span: c.Score.Span}}
		d.Help = "children come first; or start a new condition"
		return false
	}
	c.Children = p.lex.nested.append(c.Children, child)
	return true
}

// parseScore parses the score of c.
func (p *parser) parseScore(c *Condition) bool {
	t := *p.lex.Next()
	points := p.peek()
	if points.Type != tokInt {
		p.misplaced(points, []string{wordInt})
		p.skipItem()
		return false
	}
	p.lex.Next()
	score := p.lex.scores.new()
	score.Span, score.Points = spanOf(t, *points), p.lex.number(points)
	if c.Score != nil {
		d := p.report(score.Span, CodeNoScore, "%s has a second score", called("condition", c.Name))
		d.Related = []Related{{Summary: "the first is here", File: p.file.Name, Span: c.Score.Span}}
		d.Help = "points for something else are a condition of their own"
		return false
	}
	c.Score = score
	return true
}

// skipItem moves on to the next child or score of a condition, or behind it.
func (p *parser) skipItem() {
	p.skipTo(func(previous *lexer.Token) bool { return p.startsChild(previous) || p.startsClause() || p.startsLine() })
}

// strayWords are what people write for a word of a condition.
var strayWords = map[string]string{
	"last": "within last", "in": "within last", "during": "within last", "for": "within last",
	"from": "since", "after": "since", "if": "where", "with": "where", "when": "where",
	"no": "none", "not": "none", "never": "none", "any": "has", "some": "has", "every": "each", "all": "each",
}

// strayInCondition reports a token that can neither go on with the child before
// it nor begin another.
func (p *parser) strayInCondition(c *Condition) {
	var expected []string
	if n := len(c.Children); n > 0 && c.Score == nil && c.Children[n-1].End.Offset <= p.peek().Pos.Offset {
		switch last := c.Children[n-1]; {
		case len(last.Where) > 0:
			expected = append(expected, "and")
		case last.Range != nil:
			expected = append(expected, "where")
		default:
			expected = append(expected, "within last", "since", "between", "where")
		}
	}
	t := p.peek()
	if c.Score == nil {
		expected = append(expected, "each", "has", "at least", "none", "score")
	} else {
		expected = append(expected, "}")
	}
	d := p.unexpectedToken(expected...)
	if word, ok := strayWords[strings.ToLower(t.Value)]; ok && t.Type == tokIdent && slices.Contains(expected, word) {
		d.Nearest, d.Fix = word, nil
		if p.certain(word) {
			d.apply(swap(t, lessTail(p.lex, word)))
		}
	}
	if d.Nearest == "" && t.Type == tokIdent {
		// `withn` is near to the first word of `within last`.
		for _, e := range expected {
			if word, _, many := strings.Cut(e, " "); many && nearest.Name(t.Value, slices.Values([]string{word})) != "" {
				d.Nearest = e
				d.apply(wordFix(p.lex, e, expected))
			}
		}
	}
	switch {
	case isWord(t, "or"), isSign(t, "||"): // a sign only so that it can be answered
		d.Summary, d.Expected, d.Nearest, d.Fix = fmt.Sprintf("there is no %s: all that a condition says must hold", t.Value), nil, "", nil
		d.Help = p.instead(c)
	case isWord(t, "and") && !slices.Contains(expected, "and"):
		bad := needlessAnd(p.lex)
		d.Summary, d.Expected, d.Help = bad.summary, nil, bad.help
		if p.startsChildAt(1) {
			d.apply(bad.fix)
		}
	case isSign(t, ","):
		p.strayComma(c, d)
	case isWord(t, "where") && !slices.Contains(expected, "where"), isWord(t, "if") && d.Nearest == "":
		d.Summary, d.Expected = fmt.Sprintf("nothing stands before %s that it could ask about", t.Value), nil
		d.Help = "begin with what must be there, such as has Lead where …"
	case t.Type == tokInt && slices.Contains(expected, "at least") && p.peekAt(1).Type == tokIdent && lastBefore(p.lex).Pos.Line < t.Pos.Line:
		d.Nearest = "at least " + strings.TrimLeft(t.Value, "+-")
	case d.Nearest == "" && t.Type == tokIdent && slices.Contains(expected, "each") && p.startsBarePath(c):
		d.Summary, d.Expected = fmt.Sprintf("nothing says how often %s must occur", describe(t)), nil
		d.Help = fmt.Sprintf("write has %[1]s, each %[1]s, at least 2 %[1]s or none %[1]s", describe(t))
	case isWord(t, "add"), isWord(t, "subtract"), isWord(t, "points"):
		d.Help = "points are written score +10 or score -10"
	case t.Type != tokIdent || d.Nearest != "" || !p.behindPath(c):
	case p.startsComparison():
		d.Help = "an expression stands behind where"
	case len(c.Children[len(c.Children)-1].Path) > 1 && p.peekAt(1).Type != tokMoment:
		d.Help = "a name of several words stands in back quotes"
	}
}

// certain reports whether what follows the next word, one of strayWords, is what
// follows the keyword that was meant.
func (p *parser) certain(keyword string) bool {
	next := p.peekAt(1)
	switch keyword {
	case "within last":
		return next.Type == tokInt || isWord(next, "last") && p.peekAt(2).Type == tokInt
	case "since":
		return next.Type == tokMoment
	case "where":
		mark := p.lex.at
		defer func() { p.lex.at = mark }()
		p.lex.Next()
		return p.startsComparison()
	}
	return p.firstOnLine() && next.Type == tokIdent && next.Pos.Line == p.peek().Pos.Line && !isWord(p.peek(), "all")
}

// instead says how to write what or, the next token, was to join.
func (p *parser) instead(c *Condition) string {
	general := "write in (…) or contains any (…) for one of several values, or a condition of its own"
	if len(c.Children) == 0 {
		return general
	}
	where := c.Children[len(c.Children)-1].Where
	if len(where) == 0 {
		return general
	}
	last, ok := where[len(where)-1].(*Comparison)
	if !ok || last.Op != Equal || len(last.Ref) != 1 || len(last.Operands) != 1 {
		return general
	}
	field, sign, value, first := p.peekAt(1), p.peekAt(2), p.peekAt(3), last.Operands
	if field.Value != p.file.Text[last.Ref[0].Start.Offset:last.Ref[0].End.Offset] || !isSign(sign, "=") ||
		value.Type != tokString && value.Type != tokInt && value.Type != tokDecimal {
		return general
	}
	text := p.file.Text[first[0].At().Start.Offset:first[0].At().End.Offset]
	const longest = 80
	if list := fmt.Sprintf("write %s in (%s, %s)", field.Value, text, value.Value); len(list) < longest {
		return list
	}
	return general
}

// strayComma says what to write for a comma, the next token.
func (p *parser) strayComma(c *Condition, d *Diagnostic) {
	comma, before, next := p.peek(), lastBefore(p.lex), p.peekAt(1)
	touches := before != nil && end(*before).Offset == comma.Pos.Offset && end(*comma).Offset == next.Pos.Offset
	joins := len(c.Children) > 0 && c.Score == nil && len(c.Children[len(c.Children)-1].Where) > 0
	switch {
	case touches && (before.Type == tokInt || before.Type == tokDecimal) && (next.Type == tokInt || next.Type == tokDecimal) && isDigit(next.Value[0]):
		number := before.Value + "," + next.Value
		d.Code, d.Summary, d.Expected = CodeNumber, fmt.Sprintf("%s is no number", number), nil
		const thousands = 3
		switch {
		case c.Score != nil:
			d.Help = "points are whole numbers, written with digits alone"
		case next.Type == tokDecimal && before.Type == tokInt:
			d.Help = fmt.Sprintf("write %s%s", before.Value, next.Value)
		case next.Type == tokDecimal || before.Type == tokDecimal:
			d.Help = "write it with digits alone, and a point before a fraction"
		case len(next.Value) == thousands:
			d.Help = fmt.Sprintf("write %s%s, or %s.%s for a fraction", before.Value, next.Value, before.Value, next.Value)
		default:
			d.Help = fmt.Sprintf("a fraction is written with a point: %s.%s", before.Value, next.Value)
			d.ReplaceAt(Span{tokenSpan(before.Pos, "").Start, end(*next)}, before.Value+"."+next.Value)
		}
	case joins && isWord(next, "and"):
		d.Summary, d.Expected, d.Help = "a comma does not join expressions", nil, "leave it out: and alone does"
		d.Replace("")
	case joins && (next.Type == tokIdent || next.Type == tokQuoted) && !isWord(next, "and") && !p.startsChildAt(1):
		d.Summary, d.Expected, d.Nearest = "a comma does not join expressions", nil, "and"
		if next.Pos.Line == comma.Pos.Line {
			text := " and"
			if end(*comma).Offset == next.Pos.Offset {
				text += " "
			}
			d.Replace(text)
		} else {
			d.Replace(" and")
		}
	default:
		d.Help = "and joins expressions, a point begins a fraction, and a list stands in parentheses"
	}
}

// startsChildAt reports whether a child or score begins n tokens behind the next.
func (p *parser) startsChildAt(n int) bool {
	mark := p.lex.at
	defer func() { p.lex.at = mark }()
	for range n {
		p.lex.Next()
	}
	return p.startsChild(nil)
}

// startsBarePath reports whether the next word is first on its line, or in its
// condition, and goes on like a path without a frequency before it.
func (p *parser) startsBarePath(c *Condition) bool {
	if before := lastBefore(p.lex); !p.firstOnLine() && (before == nil || !isSign(before, "{")) {
		return false
	}
	next := p.peekAt(1)
	ends := next.Pos.Line > p.peek().Pos.Line && (p.startsChildAt(1) || isSign(next, "}"))
	return c.Score == nil && (ends || isSign(next, ".") || slices.ContainsFunc([]string{"within", "since", "between", "where"},
		func(w string) bool { return isWord(next, w) }))
}

// behindPath reports whether the next word stands directly behind the last
// child's path, on its line.
func (p *parser) behindPath(c *Condition) bool {
	if len(c.Children) == 0 || c.Score != nil {
		return false
	}
	last := c.Children[len(c.Children)-1]
	return last.Range == nil && len(last.Where) == 0 && last.End.Line == p.peek().Pos.Line
}

// startsComparison reports whether a name and an operator come next.
func (p *parser) startsComparison() bool {
	next := p.peekAt(1)
	if _, ok := signOps[next.Value]; ok && next.Type == tokSign {
		return true
	}
	// A word that begins a date range, too, goes on with the child.
	word := opWords.after(next)
	return word != nil && !slices.Contains(rangeWords, word.word)
}

// rangeWords are the words that date ranges begin with.
var rangeWords = []string{"within", "since", "between"}

// withinLimits reports a child that is too long.
func (p *parser) withinLimits(c *Child) bool {
	ok := true
	long := func(names []*Name, what string) {
		if len(names) > p.limits.Names {
			p.report(Span{names[0].Start, names[len(names)-1].End}, CodeLimit,
				"a %s has %d names, the limit is %d", what, len(names), p.limits.Names)
			ok = false
		}
	}
	long(c.Path, "path")
	if len(c.Where) > p.limits.Terms {
		p.report(c.Span, CodeLimit, "a child has %d expressions, the limit is %d", len(c.Where), p.limits.Terms)
		return false
	}
	for _, e := range c.Where {
		switch e := e.(type) {
		case *Comparison:
			long(e.Ref, "reference")
			if len(e.Operands) > p.limits.Terms {
				p.report(e.Span, CodeLimit, "a list has %d values, the limit is %d", len(e.Operands), p.limits.Terms)
				ok = false
			}
		}
	}
	return ok
}

func (p *parser) parseEntity() *Entity {
	first := *p.peek()
	e := &Entity{Span: tokenSpan(first.Pos, first.Value), Interaction: isWord(&first, "interaction")}
	var open lexer.Token
	if head := parse(p, p.grammar.entityHead); head != nil {
		e.Name, e.Passive, open = p.lex.name(&head.Name), head.Passive != nil, head.Open
	} else {
		e.Incomplete = true
		ok := false
		if t := lastBefore(p.lex); t != nil && t.Pos.Offset > first.Pos.Offset && (t.Type == tokIdent || t.Type == tokQuoted) {
			e.Name = p.lex.name(t)
		}
		if open, ok = p.brokenHead(); !ok {
			p.skipTo(func(*lexer.Token) bool { return false })
			return e
		}
	}
	what := "the " + first.Value + " block"
	if e.Name != nil {
		what = fmt.Sprintf("%s %s", strings.ToLower(first.Value), e.Name.Text)
	}
	stop, whole := p.body(open, func() string { return what }, p.startsBlock, func() bool {
		m, err := parseMember(p.lex)
		if err == nil {
			e.Members = append(e.Members, m)
			return true
		}
		p.failed(err)
		if bad, ok := errors.AsType[*syntaxError](err); ok && bad.name != nil {
			e.Members = append(e.Members, &BadMember{Span: bad.name.Span, Name: bad.name})
		}
		p.skipTo(func(*lexer.Token) bool { return p.firstOnLine() })
		return false
	})
	e.End = stop
	e.Incomplete = e.Incomplete || !whole
	return e
}

// Line returns the source line on which p lies, without its line end.
func (f *File) Line(p Pos) string {
	if p.Line == 0 {
		return ""
	}
	return lineAt(f.Text, p.Offset)
}
