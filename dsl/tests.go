package dsl

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// A Test is `test "…" { … }`: a few records, and what a model makes of them.
type Test struct {
	Span
	Name    *String // nil if it could not be read
	Clauses []TestClause
	// Incomplete says that something in the test could not be read.
	Incomplete bool
}

// A TestClause stands directly in a [Test]: a [TestModel], [AsOf], [Record] or
// [Expectation].
type TestClause interface {
	Node
	testClause()
}

// TestModel is `model "…"`: the model that is tested.
type TestModel struct {
	Span
	Name *String
}

// AsOf is `as of D`.
type AsOf struct {
	Span
	Moment *Moment
}

// A Record gives a test a record, or several that are alike:
// `3 EmailOpened "id" 10 days ago by "contact" with Field = value and …`.
type Record struct {
	Span
	Count  *Number // or nil for one
	Entity *Name
	ID     *String // or nil
	When   *When   // or nil
	By     *String // the id of the contact, or nil
	Fields []*Assignment
}

// When is a moment of a test: `on D`, `SPAN ago` or `in SPAN`.
type When struct {
	Span
	Moment *Moment   // of `on`, or a bare moment as a field's value
	Shift  *TimeSpan // of the others
	Later  bool      // `in`, not `ago`
}

// An Assignment is `Field = value`, or `Field = ("A", "B")` for choices.
type Assignment struct {
	Span
	Field  *Name
	Values []Literal // one, unless List
	List   bool
	When   *When // of a value such as `3 days ago`, in place of Values
}

// Text returns the value if it is one text.
func (a *Assignment) Text() (*String, bool) {
	if a.When != nil || a.List || len(a.Values) != 1 {
		return nil, false
	}
	s, ok := a.Values[0].(*String)
	return s, ok
}

// ExpectKind is a form of [Expectation].
type ExpectKind uint8

// The forms of an expectation.
const (
	ExpectScore         ExpectKind = iota // expect score N
	ExpectGrade                           // expect grade "…"
	ExpectNoGrade                         // expect no grade
	ExpectSalesReady                      // expect sales ready
	ExpectNotSalesReady                   // expect not sales ready
	ExpectHolds                           // expect "condition" holds
	ExpectDoesNotHold                     // expect "condition" does not hold
	ExpectTimes                           // expect "condition" N times
	ExpectNotTargeted                     // expect not targeted
	ExpectNoParent                        // expect no parent
)

// An Expectation is what a test expects of the model.
type Expectation struct {
	Span
	Kind   ExpectKind
	Number *Number // of ExpectScore and ExpectTimes
	Name   *String // the grade or condition, where Kind speaks of one
}

func (*Test) block() {}

func (*TestModel) testClause()   {}
func (*AsOf) testClause()        {}
func (*Record) testClause()      {}
func (*Expectation) testClause() {}

func (p *parser) startsTest() bool {
	return isWord(p.peek(), "test") && p.peekAt(1).Type == tokString
}

// startsTestClause reports whether a clause of a test surely begins here. Words
// that begin a line do, too: see startsLine.
func (p *parser) startsTestClause() bool {
	t, next := p.peek(), p.peekAt(1)
	switch {
	case isWord(t, "model"):
		return next.Type == tokString
	case isWord(t, "as"):
		return isWord(next, "of")
	}
	return isWord(t, "expect")
}

func (p *parser) parseTest() *Test {
	first := *p.peek()
	t := &Test{Span: tokenSpan(first.Pos, first.Value)}
	var open lexer.Token
	if head := parse(p, p.grammar.testHead); head != nil {
		t.Name, open = p.lex.string(&head.Name), head.Open
	} else {
		t.Incomplete = true
		ok := false
		if last := lastBefore(p.lex); last != nil && last.Type == tokString {
			t.Name = p.lex.string(last)
		}
		if open, ok = p.brokenHead(); !ok {
			p.skipTo(func(*lexer.Token) bool { return false })
			return t
		}
	}
	what := func() string { return called("test", t.Name) }
	// `model "…" {` is a model, without a brace it says which one is tested.
	outer := func() bool {
		return p.startsEntity() || p.startsTest() || p.startsModel() && isSign(p.peekAt(2), "{")
	}
	clauses := 0
	stop, whole := p.body(open, what, outer, func() bool {
		if clauses++; clauses > p.limits.Children {
			at := p.peek()
			p.report(tokenSpan(at.Pos, at.Value), CodeLimit, "%s has more than %d clauses", what(), p.limits.Children)
			p.skipTo(func(*lexer.Token) bool { return false })
			return false
		}
		c, err := p.parseTestClause()
		if err != nil {
			p.failed(err)
			if !p.startsLine() { // what begins a line is not to blame
				p.skipWord()
			}
			p.skipInTest(outer)
			return false
		}
		t.Clauses = append(t.Clauses, c)
		return true
	})
	t.End = stop
	t.Incomplete = t.Incomplete || !whole
	return t
}

// skipInTest moves on to the next clause of a test, or to its end.
func (p *parser) skipInTest(outer func() bool) {
	depth := 0
	for t := p.peek(); !t.EOF() && !outer(); t = p.peek() {
		switch {
		case isSign(t, "{"):
			depth++
		case depth == 0 && (isSign(t, "}") || p.startsTestClause() || p.startsLine()):
			return
		case isSign(t, "}"):
			depth--
		}
		p.lex.Next()
	}
}

func (p *parser) parseTestClause() (TestClause, error) {
	lex := p.lex
	t := *lex.Peek()
	start := tokenSpan(t.Pos, "").Start
	switch {
	case isWord(&t, "model"):
		lex.Next()
		name, err := wantString(lex)
		if err != nil {
			return nil, err
		}
		return &TestModel{Span{start, name.End}, name}, nil
	case isWord(&t, "as"):
		lex.Next()
		if err := want(lex, "of"); err != nil {
			return nil, err
		}
		at, err := wantMoment(lex)
		if err != nil {
			return nil, err
		}
		return &AsOf{Span{start, at.End}, at}, nil
	case isWord(&t, "expect"):
		return parseExpectation(lex)
	case t.Type == tokInt, t.Type == tokIdent, t.Type == tokQuoted:
		r, err := parseRecord(lex)
		if err != nil {
			return nil, err
		}
		values := len(r.Fields)
		for _, a := range r.Fields {
			values = max(values, len(a.Values))
		}
		if values > p.limits.Terms {
			p.report(r.Span, CodeLimit, "a record has %d values, the limit is %d", values, p.limits.Terms)
		}
		return r, nil
	}
	return nil, unexpected(lex, "a record such as EmailOpened", "as of", "expect", "model")
}

func parseExpectation(lex *tokens) (*Expectation, error) {
	first := *lex.Next()
	x := &Expectation{}
	var err error
	switch t := *lex.Peek(); {
	case t.Type == tokString:
		x.Name = lex.string(lex.Next())
		switch {
		case accept(lex, "holds"):
			x.Kind = ExpectHolds
		case accept(lex, "does"):
			x.Kind = ExpectDoesNotHold
			if err = want(lex, "not"); err == nil {
				err = want(lex, "hold")
			}
		case lex.Peek().Type == tokInt:
			x.Kind, x.Number = ExpectTimes, lex.number(lex.Next())
			if !accept(lex, "time") {
				err = want(lex, "times")
			}
		default:
			return nil, keywordError(lex, "holds", "does not hold", "3 times")
		}
	case accept(lex, "score"):
		x.Kind = ExpectScore
		x.Number, err = wantInt(lex)
	case accept(lex, "grade"):
		x.Kind = ExpectGrade
		x.Name, err = wantString(lex)
	case accept(lex, "sales"):
		x.Kind = ExpectSalesReady
		err = want(lex, "ready")
	case accept(lex, "no"):
		switch {
		case accept(lex, "grade"):
			x.Kind = ExpectNoGrade
		case accept(lex, "parent"):
			x.Kind = ExpectNoParent
		default:
			return nil, keywordError(lex, "grade", "parent")
		}
	case accept(lex, "not"):
		switch {
		case accept(lex, "targeted"):
			x.Kind = ExpectNotTargeted
		case accept(lex, "sales"):
			x.Kind = ExpectNotSalesReady
			err = want(lex, "ready")
		default:
			return nil, keywordError(lex, "sales ready", "targeted")
		}
	default:
		bad := keywordError(lex, "score", "grade", "no grade", "sales ready", "not sales ready", "a condition's name in double quotes", "not targeted", "no parent")
		if isWord(&t, "condition") {
			bad.nearest, bad.help = "", `leave out condition: expect "Opened an email" holds`
		}
		return nil, bad
	}
	if err != nil {
		return nil, err
	}
	x.Span = spanOf(first, *lastBefore(lex))
	return x, nil
}

func parseRecord(lex *tokens) (*Record, error) {
	first := *lex.Peek()
	r := &Record{}
	if first.Type == tokInt {
		r.Count = lex.number(lex.Next())
	}
	var err error
	if r.Entity, err = wantName(lex, "an entity such as EmailOpened"); err != nil {
		return nil, err
	}
	if lex.Peek().Type == tokString {
		r.ID = lex.string(lex.Next())
	}
	if r.When, err = parseWhen(lex); err != nil {
		return nil, err
	}
	if accept(lex, "by") {
		if r.By, err = wantString(lex); err != nil {
			return nil, err
		}
	}
	if accept(lex, "with") {
		for {
			a, err := parseAssignment(lex)
			if err != nil {
				return nil, err
			}
			r.Fields = append(r.Fields, a)
			if !accept(lex, "and") {
				break
			}
		}
	}
	switch t := lex.Peek(); {
	case isSign(t, ",") && len(r.Fields) > 0:
		bad := unexpected(lex, "and")
		bad.nearest = "and"
		return nil, bad
	case isSign(t, "{"):
		bad := unexpected(lex, "with")
		bad.help = "values stand behind with, without braces"
		return nil, bad
	case isSign(lex.peekAt(1), "=") && r.Fields == nil:
		return nil, unexpected(lex, "with")
	}
	r.Span = spanOf(first, *lastBefore(lex))
	return r, nil
}

// parseWhen parses when a record came to be, if that comes next. A number is of
// it only before a unit: it may begin the next record.
func parseWhen(lex *tokens) (*When, error) {
	first := *lex.Peek()
	w := &When{}
	var err error
	switch {
	case accept(lex, "on"), accept(lex, "at"):
		w.Moment, err = wantMoment(lex)
	case accept(lex, "in"):
		w.Later = true
		w.Shift, err = parseTimeSpan(lex)
	case first.Type == tokMoment:
		bad := unexpected(lex, "on")
		bad.nearest, bad.help = "", "write on "+first.Value
		return nil, bad
	case first.Type == tokInt && startsUnit(lex.peekAt(1)):
		if w.Shift, err = parseTimeSpan(lex); err == nil {
			err = want(lex, "ago")
		}
	default:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	w.Span = spanOf(first, *lastBefore(lex))
	return w, nil
}

func startsUnit(t *lexer.Token) bool {
	return slices.ContainsFunc(append(unitNames[:], unitPlurals[:]...), func(w string) bool { return isWord(t, w) })
}

func parseAssignment(lex *tokens) (*Assignment, error) {
	name, err := wantName(lex, "a field's name")
	if err != nil {
		return nil, err
	}
	a := &Assignment{Field: name}
	if !acceptSign(lex, "=") && !acceptSign(lex, "==") {
		bad := unexpected(lex, "=")
		bad.help = "a record has plain values: Field = value"
		return nil, bad
	}
	switch t := *lex.Peek(); {
	case acceptSign(lex, "("):
		a.List = true
		for {
			v, err := parseValue(lex)
			if err != nil {
				return nil, err
			}
			a.Values = append(a.Values, v)
			if acceptSign(lex, ")") {
				break
			}
			if err := wantSign(lex, ","); err != nil {
				return nil, unexpected(lex, ",", ")")
			}
		}
	case t.Type == tokInt && startsUnit(lex.peekAt(1)), isWord(&t, "in"):
		if a.When, err = parseWhen(lex); err != nil {
			return nil, err
		}
	default:
		v, err := parseValue(lex)
		if err != nil {
			return nil, err
		}
		a.Values = []Literal{v}
	}
	a.Span = Span{name.Start, end(*lastBefore(lex))}
	return a, nil
}

func (p *printer) test(t *Test) {
	p.add(0, Span{t.Start, t.Name.End}, "test "+t.Name.Raw+" {").apart = true
	for _, c := range t.Clauses {
		r, ok := c.(*Record)
		if !ok {
			p.add(1, c.At(), testClauseText(c))
			continue
		}
		head := r.Span
		if len(r.Fields) < 2 {
			text := r.head()
			for _, a := range r.Fields {
				text += " with " + a.String()
			}
			p.add(1, head, text)
			continue
		}
		head.End = r.Fields[0].Start
		p.add(1, head, r.head())
		for i, a := range r.Fields {
			word := " and "
			if i == 0 {
				word = "with "
			}
			p.add(2, a.Span, word+a.String())
		}
	}
	p.closeBrace(0, t.Span)
}

func testClauseText(c TestClause) string {
	switch c := c.(type) {
	case *TestModel:
		return "model " + c.Name.Raw
	case *AsOf:
		return "as of " + c.Moment.Raw
	case *Expectation:
		return c.String()
	}
	return ""
}

// head is the record without its values.
func (r *Record) head() string {
	var b strings.Builder
	if r.Count != nil {
		b.WriteString(numberText(r.Count) + " ")
	}
	b.WriteString(r.Entity.inTest())
	if r.ID != nil {
		b.WriteString(" " + r.ID.Raw)
	}
	if r.When != nil {
		b.WriteString(" ")
		if r.When.Moment != nil {
			b.WriteString("on ")
		}
		b.WriteString(r.When.String())
	}
	if r.By != nil {
		b.WriteString(" by " + r.By.Raw)
	}
	return b.String()
}

// testWords win over a name where a record begins, or goes on.
var testWords = []string{"model", "as", "expect", "test", "profile", "interaction", "on", "at", "in", "by", "with", "and"}

// inTest is the name as a record begins with it.
func (n *Name) inTest() string {
	text := n.String()
	if n.Quoted && text == n.Text && slices.ContainsFunc(testWords, func(w string) bool { return strings.EqualFold(w, text) }) {
		return "`" + text + "`"
	}
	return text
}

// String returns the moment in its canonical form, without on.
func (w *When) String() string {
	switch {
	case w.Moment != nil:
		return w.Moment.Raw
	case w.Later:
		return "in " + w.Shift.String()
	}
	return w.Shift.String() + " ago"
}

// String returns the assignment in its canonical form.
func (a *Assignment) String() string {
	text := a.Field.String() + " = "
	if a.When != nil {
		return text + a.When.String()
	}
	values := make([]string, len(a.Values))
	for i, v := range a.Values {
		values[i] = literalText(v)
	}
	if a.List {
		return text + "(" + strings.Join(values, ", ") + ")"
	}
	return text + strings.Join(values, "")
}

// String returns the expectation in its canonical form.
func (x *Expectation) String() string {
	switch x.Kind {
	case ExpectScore:
		return "expect score " + numberText(x.Number)
	case ExpectGrade:
		return "expect grade " + x.Name.Raw
	case ExpectNoGrade:
		return "expect no grade"
	case ExpectSalesReady:
		return "expect sales ready"
	case ExpectNotSalesReady:
		return "expect not sales ready"
	case ExpectHolds:
		return "expect " + x.Name.Raw + " holds"
	case ExpectDoesNotHold:
		return "expect " + x.Name.Raw + " does not hold"
	case ExpectTimes:
		if n := numberText(x.Number); n != "1" {
			return "expect " + x.Name.Raw + " " + n + " times"
		}
		return "expect " + x.Name.Raw + " 1 time"
	case ExpectNotTargeted:
		return "expect not targeted"
	case ExpectNoParent:
		return "expect no parent"
	}
	return ""
}
