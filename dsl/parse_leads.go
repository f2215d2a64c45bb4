package dsl

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// parseLeadBlock parses a block about leads, of which the first word comes next.
func (p *parser) parseLeadBlock() Block {
	switch t := p.peek(); {
	case isWord(t, "choose"):
		return p.parseChooseModel()
	case isWord(t, "assignment"):
		return p.parseAssignment()
	}
	return p.parseLeadCreation()
}

// parseChooseModel parses a block `choose model` and reports its problems.
func (p *parser) parseChooseModel() *ChooseModel {
	first := *p.peek()
	c := &ChooseModel{Span: tokenSpan(first.Pos, first.Value)}
	var open lexer.Token
	if head := parse(p, p.grammar.chooseHead); head != nil {
		open = head.Open
	} else {
		c.Incomplete = true
		ok := false
		if open, ok = p.brokenHead(); !ok {
			p.skipTo(func(*lexer.Token) bool { return false })
			return c
		}
	}
	stop, whole := p.clausesOf(open, "choose model", "lines", func() bool {
		t := *p.peek()
		if !isWord(&t, "by") {
			p.strayInChoice()
			p.skipWord()
			return false
		}
		p.lex.Next()
		ref, err := names(p.lex, "a reference of Lead")
		if err != nil {
			p.failed(err)
			return false
		}
		if len(ref) > p.limits.Names {
			p.report(Span{ref[0].Start, ref[len(ref)-1].End}, CodeLimit, "a reference has %d names; the limit is %d", len(ref), p.limits.Names)
			return false
		}
		c.Lines = append(c.Lines, &ChooseBy{Span{startOf(&t), ref[len(ref)-1].End}, ref})
		return true
	}, func() bool { return isWord(p.peek(), "by") })
	c.End = stop
	c.Incomplete = c.Incomplete || !whole
	return c
}

// clausesOf parses the clauses of a block of a set, which messages call what, up to the
// closing brace: each by item, which returns false after a problem, so that the parser
// goes on at the next token for which starts returns true. It returns the end of the
// block, and whether all of it could be read.
func (p *parser) clausesOf(open lexer.Token, what, clauses string, item, starts func() bool) (Pos, bool) {
	n := 0
	return p.body(open, func() string { return what }, p.startsBlock, func() bool {
		if n++; n > p.limits.Children {
			at := p.peek()
			p.report(tokenSpan(at.Pos, at.Value), CodeLimit, "%s has more than %d %s", what, p.limits.Children, clauses)
			p.skipTo(func(*lexer.Token) bool { return false })
			return false
		}
		if item() {
			return true
		}
		p.skipTo(func(*lexer.Token) bool { return starts() || p.startsLine() })
		return false
	})
}

// creationWords are the keywords that the clauses of a lead creation begin with.
var creationWords = []string{"from", "scope", "per", "set"}

// parseLeadCreation parses a block `lead creation` and reports its problems.
func (p *parser) parseLeadCreation() *LeadCreation {
	first := *p.peek()
	c := &LeadCreation{Span: tokenSpan(first.Pos, first.Value)}
	var open lexer.Token
	if head := parse(p, p.grammar.creationHead); head != nil {
		c.Name, open = p.lex.string(&head.Name), head.Open
	} else {
		c.Incomplete = true
		c.Name = p.nameBefore()
		ok := false
		if open, ok = p.brokenHead(); !ok {
			c.Span = headSpan(&first, c.Name)
			p.skipTo(func(*lexer.Token) bool { return false })
			return c
		}
	}
	stop, whole := p.clausesOf(open, called("lead creation", c.Name), "clauses", func() bool {
		clause := p.parseCreationClause()
		if clause == nil {
			return false
		}
		c.Clauses = append(c.Clauses, clause)
		return true
	}, func() bool { return isOneOf(p.peek(), creationWords...) })
	c.End = stop
	c.Incomplete = c.Incomplete || !whole
	return c
}

// parseCreationClause parses a clause of a lead creation. If it cannot, it reports the
// problem and returns nil.
func (p *parser) parseCreationClause() CreationClause {
	var c CreationClause
	var err error
	switch t := p.peek(); {
	case isWord(t, "from"):
		return p.parseCreationFrom()
	case isWord(t, "scope"):
		if s := parse(p, p.grammar.creationScope); s != nil {
			return &CreationScope{spanOf(&s.Keyword, &s.Kind), isWord(&s.Kind, "account")}
		}
		return nil
	case isWord(t, "per"):
		c, err = parseCreationPer(p.lex)
	case isWord(t, "set"):
		c, err = p.parseSet(false)
	default:
		p.strayInCreation()
		p.skipWord()
		return nil
	}
	if err != nil {
		p.failed(err)
		return nil
	}
	return c
}

// parseCreationFrom parses which interactions create leads. If it cannot, it reports the
// problem and returns nil.
func (p *parser) parseCreationFrom() CreationClause {
	first := *p.lex.Next()
	c := &CreationFrom{}
	where := &Child{Span: tokenSpan(first.Pos, first.Value)}
	err := func() error {
		for {
			kind, err := wantName(p.lex, "an interaction such as FormSubmitted")
			if err != nil {
				return err
			}
			c.Kinds = append(c.Kinds, kind)
			if acceptSign(p.lex, ",") {
				continue
			}
			if bad := noKindComma(p.lex); bad != nil {
				return bad
			}
			break
		}
		if accept(p.lex, "where") {
			return parseWhere(p.lex, where)
		}
		return nil
	}()
	if err != nil {
		p.failed(err)
		return nil
	}
	c.Where, c.Span = where.Where, spanOf(&first, lastBefore(p.lex))
	where.Path, where.Span = c.Kinds, c.Span
	if !p.withinLimits(where) {
		return nil
	}
	return c
}

// parseCreationPer parses what tells leads apart.
func parseCreationPer(lex *tokens) (*CreationPer, error) {
	first := *lex.Next()
	c := &CreationPer{}
	// Names differ by letter case, so that Company is a relationship.
	if t := lex.Peek(); t.Type == tokIdent && t.Value == "company" {
		lex.Next()
	} else {
		var err error
		if c.Ref, err = wantName(lex, "a reference that interactions and Lead have"); err != nil {
			return nil, err
		}
	}
	if isSign(lex.Peek(), ".") {
		bad := unexpected(lex)
		bad.help = "per names one reference, which both the interactions and Lead have"
		return nil, bad
	}
	c.Span = spanOf(&first, lastBefore(lex))
	return c, nil
}

// parseSet parses the values that are set. oneOf says whether `one of` may stand for a
// value.
func (p *parser) parseSet(oneOf bool) (*SetValues, error) {
	lex := p.lex
	first := *lex.Next()
	s := &SetValues{}
	for {
		v, err := parseSetValue(lex, oneOf)
		if err != nil {
			return nil, err
		}
		s.Values = append(s.Values, v)
		if acceptSign(lex, ",") {
			continue
		}
		if bad := noSetComma(lex); bad != nil {
			return nil, bad
		}
		break
	}
	s.Span = spanOf(&first, lastBefore(lex))
	values := len(s.Values)
	for _, v := range s.Values {
		values = max(values, len(v.Values))
	}
	if values > p.limits.Terms {
		p.report(s.Span, CodeLimit, "set has %d values; the limit is %d", values, p.limits.Terms)
	}
	return s, nil
}

// parseSetValue parses a field and its value.
func parseSetValue(lex *tokens, oneOf bool) (*FieldValue, error) {
	name := lex.peekAt(0)
	if name.Type == tokIdent && isSign(lex.peekAt(1), ".") {
		bad := unexpected(lex)
		bad.help = "set names a field of Lead alone, such as " + setExample(strings.ToLower(name.Value) == "lead", lex)
		return nil, bad
	}
	if oneOf && isWord(lex.peekAt(2), "one") {
		return parseOneOf(lex)
	}
	v, err := parseFieldValue(lex)
	if bad, ok := err.(*syntaxError); ok && bad.help == valuesOfRecord {
		bad.help = "what is set is written Field = value"
	}
	return v, err
}

// parseOneOf parses a field and the values of which it gets one.
func parseOneOf(lex *tokens) (*FieldValue, error) {
	name, err := wantName(lex, "a field's name")
	if err != nil {
		return nil, err
	}
	if err := wantSign(lex, "="); err != nil {
		return nil, err
	}
	lex.Next()
	if err := want(lex, "of"); err != nil {
		return nil, err
	}
	v := &FieldValue{Field: name, OneOf: true}
	if v.Values, v.Let, err = parseValues(lex); err != nil {
		return nil, err
	}
	v.Span = Span{name.Start, endOf(lastBefore(lex))}
	return v, nil
}
