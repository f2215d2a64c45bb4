package dsl

import (
	"fmt"

	"github.com/alecthomas/participle/v2/lexer"
)

// parseModel parses a model and reports its problems.
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
			m.End = m.Name.End
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

// clauseWords are the keywords that clauses of a model begin with.
var clauseWords = []string{"description", "target", "time zone", "condition", "grade", "sales ready at"}

// parseClause parses one clause of a model. If it cannot, it reports the problem
// and returns nil.
func (p *parser) parseClause() Clause {
	t := *p.peek()
	start := startOf(&t)
	if !isOneOf(&t, "condition", "grade", "description", "time") {
		if found := findForm(p.lex, beginsClause, nil); found != nil {
			p.reportForm(found)
			p.skipWord()
			return nil
		}
	}
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
			return &Description{Span: Span{start, endOf(&c.Text)}, Text: p.lex.string(&c.Text)}
		}
	case isWord(&t, "target"):
		if c := parse(p, p.grammar.target); c != nil {
			t := &Target{Span: Span{start, endOf(&c.Kind)}}
			if isWord(&c.Kind, "account") {
				t.Kind = TargetAccount
			}
			return t
		}
	case isWord(&t, "time"):
		if c := parse(p, p.grammar.timeZone); c != nil {
			return &TimeZone{Span: Span{start, endOf(&c.Zone)}, Zone: p.lex.string(&c.Zone)}
		}
	case isWord(&t, "sales"):
		if c := parse(p, p.grammar.salesReady); c != nil {
			return &SalesReady{Span: Span{start, endOf(&c.Threshold)}, Threshold: p.lex.number(&c.Threshold)}
		}
	default:
		d := p.unexpectedToken(clauseWords...)
		switch {
		case p.startsChild(nil):
			d.Help = "children and scores belong in a condition" + p.tooMany()
		case isWord(&t, "and"):
			d.Summary, d.Expected = fmt.Sprintf("conditions need no %s between them", t.Value), nil
			d.Help = "leave it out: each adds its own points"
			d.apply(drop(p.lex))
		}
		p.skipWord()
	}
	return nil
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
		return nil, noBounds(lex)
	}
	if err != nil {
		return nil, err
	}
	g.Span = Span{startOf(&first), last.End}
	return g, nil
}
