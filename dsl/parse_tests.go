package dsl

import "github.com/alecthomas/participle/v2/lexer"

// parseTest parses a test and reports its problems.
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
			t.End = t.Name.End
		}
		if open, ok = p.brokenHead(); !ok {
			p.skipTo(func(*lexer.Token) bool { return false })
			return t
		}
	}
	what := func() string { return called("test", t.Name) }
	// `model "…" {` begins a model; without the brace it names the model to test.
	outer := func() bool {
		return p.startsEntity() || p.startsTest() || (p.startsModel() || p.startsStages()) && isSign(p.peekAt(2), "{") || startsSetBlock(p.lex)
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

// parseTestClause parses one clause of a test.
func (p *parser) parseTestClause() (TestClause, error) {
	lex := p.lex
	t := *lex.Peek()
	start := startOf(&t)
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
	case startsLet(lex):
		err := unexpected(lex)
		err.summary = "let belongs in a model or outside of models and tests, and not in a test"
		return nil, err
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
			p.report(r.Span, CodeLimit, "a record has %d values; the limit is %d", values, p.limits.Terms)
		}
		return r, nil
	}
	return nil, unexpected(lex, "a record such as EmailOpened", "as of", "expect", "model")
}

// parseExpectation parses an expectation.
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
	case accept(lex, "label"):
		x.Kind = ExpectLabel
		x.Name, err = wantString(lex)
	case accept(lex, "dimension"):
		err = parseDimensionExpectation(lex, x)
	case isWord(&t, "assigned"), (t.Type == tokIdent || t.Type == tokQuoted) && isSign(lex.peekAt(1), "="):
		err = parseAssignedExpectation(lex, x)
	case accept(lex, "stage"), accept(lex, "event"):
		err = parseStageExpectation(lex, x)
	case accept(lex, "sales"):
		x.Kind = ExpectSalesReady
		err = want(lex, "ready")
	case accept(lex, "no"):
		switch {
		case accept(lex, "grade"):
			x.Kind = ExpectNoGrade
		case accept(lex, "label"):
			x.Kind = ExpectNoLabel
		case accept(lex, "parent"):
			x.Kind = ExpectNoParent
		default:
			return nil, keywordError(lex, "grade", "label", "parent")
		}
	case accept(lex, "not"):
		switch {
		case accept(lex, "targeted"):
			x.Kind = ExpectNotTargeted
		case accept(lex, "active"):
			x.Kind = ExpectNotActive
		case accept(lex, "in"):
			x.Kind = ExpectNotInAudience
			err = want(lex, "audience")
		case accept(lex, "sales"):
			x.Kind = ExpectNotSalesReady
			err = want(lex, "ready")
		default:
			return nil, keywordError(lex, "sales ready", "targeted", "active", "in audience")
		}
	default:
		return nil, noExpectation(lex)
	}
	if err != nil {
		return nil, err
	}
	x.Span = spanOf(&first, lastBefore(lex))
	return x, nil
}

// parseAssignedExpectation parses what x says of who gets the lead, and of what is set.
func parseAssignedExpectation(lex *tokens, x *Expectation) (err error) {
	switch {
	case isSign(lex.peekAt(1), "="):
		x.Kind = ExpectSet
		x.Set, err = parseFieldValue(lex)
	default:
		lex.Next()
		x.Kind = ExpectAssigned
		if err = want(lex, "by"); err == nil {
			x.Name, err = wantString(lex)
		}
	}
	if err == nil {
		x.Assignment, err = parseOf(lex)
	}
	return err
}

// parseStageExpectation parses what x says of a stage or an event, after that word.
func parseStageExpectation(lex *tokens, x *Expectation) (err error) {
	if x.Kind = ExpectStage; isWord(lastBefore(lex), "event") {
		x.Kind = ExpectEvent
		if err = want(lex, "from"); err != nil {
			return err
		}
		if x.From, err = wantString(lex); err != nil {
			return err
		}
		if err = want(lex, "to"); err != nil {
			return err
		}
	}
	if x.Name, err = wantString(lex); err == nil {
		x.Stages, err = parseOf(lex)
	}
	return err
}

// parseDimensionExpectation parses what x says of a dimension, after that word.
func parseDimensionExpectation(lex *tokens, x *Expectation) (err error) {
	if x.Dimension, err = wantString(lex); err != nil {
		return err
	}
	switch {
	case accept(lex, "score"):
		x.Kind = ExpectDimensionScore
		x.Number, err = wantInt(lex)
	case accept(lex, "grade"):
		x.Kind = ExpectDimensionGrade
		x.Name, err = wantString(lex)
	case accept(lex, "no"):
		x.Kind = ExpectDimensionNoGrade
		err = want(lex, "grade")
	default:
		bad := keywordError(lex, "score", "grade", "no grade")
		at := startOf(lex.Peek())
		switch lex.Peek().Type {
		case tokInt:
			bad.nearest, bad.fix = "score", &Edit{Span{at, at}, "score "}
		case tokString:
			bad.nearest, bad.fix = "grade", &Edit{Span{at, at}, "grade "}
		}
		err = bad
	}
	return err
}

// parseRecord parses a record and its values.
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
			a, err := parseFieldValue(lex)
			if err != nil {
				return nil, err
			}
			r.Fields = append(r.Fields, a)
			if !accept(lex, "and") {
				break
			}
		}
	}
	if err := afterRecord(lex, r); err != nil {
		return nil, err
	}
	r.Span = spanOf(&first, lastBefore(lex))
	return r, nil
}

// parseWhen parses the date of a record. It returns nil if none comes next: a
// number that is not followed by a unit begins the next record.
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
	case startsSpan(lex) && (lex.letAt(0) == nil || isWord(lex.peekAt(1), "ago")):
		if w.Shift, err = parseTimeSpan(lex); err == nil {
			err = want(lex, "ago")
		}
	default:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	w.Span = spanOf(&first, lastBefore(lex))
	return w, nil
}

// valuesOfRecord is the help for a value without =.
const valuesOfRecord = "the values of a record are written Field = value"

// parseFieldValue parses a field and its value.
func parseFieldValue(lex *tokens) (*FieldValue, error) {
	name, err := wantName(lex, "a field's name")
	if err != nil {
		return nil, err
	}
	a := &FieldValue{Field: name}
	if !acceptSign(lex, "=") && !acceptSign(lex, "==") {
		bad := unexpected(lex, "=")
		bad.help = valuesOfRecord
		return nil, bad
	}
	t := *lex.Peek()
	let := lex.letAt(0)
	list := false
	if let != nil {
		_, list = let.Value.(*List)
	}
	switch {
	case list, isSign(&t, "("):
		a.List = true
		if a.Values, a.Let, err = parseValues(lex); err != nil {
			return nil, err
		}
	case startsSpan(lex), isWord(&t, "in"):
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
	a.Span = Span{name.Start, endOf(lastBefore(lex))}
	return a, nil
}
