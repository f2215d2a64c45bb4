package dsl

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// A clausePlace is where a clause stands: in a model, or in a block of one.
type clausePlace uint8

const (
	inModel clausePlace = iota
	inDimension
	inGroup
	inFirstOf
)

// String returns what messages call the place.
func (c clausePlace) String() string {
	return [...]string{"model", "dimension", "group", "first of"}[c]
}

// clauseWords are the keywords that clauses begin with, by the place of the clause.
var clauseWords = [...][]string{
	inModel: {
		"description", "target", "time zone", "condition", "grade", "sales ready at", "group", "first of", "table", "dimension",
		"limit", "label", "audience", "active", "let",
	},
	inDimension: {"condition", "group", "first of", "table", "limit", "grade", "weight", "out of", "active"},
	inGroup:     {"condition", "group", "first of", "table", "limit", "active"},
	inFirstOf:   {"condition", "active"},
}

// A clauseBlock is a block of clauses that is being parsed.
type clauseBlock struct {
	place  clausePlace
	groups int // how many groups the clauses are in
	head   lexer.Token
	open   lexer.Token
	what   func() string
}

// parseModel parses a model and reports its problems.
func (p *parser) parseModel() *Model {
	first := *p.peek()
	p.lex.scope.model = p.lets.inModel(p.lex.at)
	defer func() { p.lex.scope.model = nil }()
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
	p.conditions, p.model = 0, m
	whole := true
	m.Clauses, m.End, whole = p.parseClauses(&clauseBlock{
		place: inModel, head: first, open: open, what: func() string { return called("model", m.Name) },
	})
	m.Incomplete = m.Incomplete || !whole
	return m
}

// parseClauses parses the clauses of a block up to its closing brace. It returns
// them, the end of the block, and whether all of it could be read.
func (p *parser) parseClauses(b *clauseBlock) (clauses []Clause, stop Pos, whole bool) {
	outer := func() bool { return p.startsBlock() || b.place != inModel && p.leaves(b) }
	stop, whole = p.body(b.open, b.what, outer, func() bool {
		if !p.countConditions() {
			return false
		}
		c := p.parseClause(b)
		if c == nil {
			p.skipTo(func(*lexer.Token) bool { return p.startsClause() || p.startsLine() })
			return false
		}
		clauses = append(clauses, c)
		return true
	})
	return clauses, stop, whole
}

// countConditions counts the next clause if it is a condition or a block of
// conditions. If there are too many in the model, it reports that and returns false.
func (p *parser) countConditions() bool {
	t := p.peek()
	switch wordOf(t) {
	default:
		return true
	case "condition", "group", "first", "table", "dimension":
	}
	if p.conditions++; p.conditions <= p.limits.Conditions {
		return true
	}
	p.report(tokenSpan(t.Pos, t.Value), CodeLimit, "%s has more than %d conditions", called("model", p.model.Name), p.limits.Conditions)
	p.skipTo(func(*lexer.Token) bool { return false })
	return false
}

// leaves reports whether a clause comes next that cannot stand in the block b and
// is not indented as if it did, so that the closing brace of b must be missing.
func (p *parser) leaves(b *clauseBlock) bool {
	t := p.peek()
	return p.startsClause() && !b.place.allows(t) && p.firstOnLine() && t.Pos.Column <= b.head.Pos.Column
}

// allows reports whether a clause that begins with t may stand in the place.
func (c clausePlace) allows(t *lexer.Token) bool {
	return slices.ContainsFunc(clauseWords[c], func(words string) bool {
		word, _, _ := strings.Cut(words, " ")
		return isWord(t, word)
	})
}

// parseClause parses one clause of a block. If it cannot, it reports the problem and
// returns nil.
func (p *parser) parseClause(b *clauseBlock) Clause {
	if isWord(p.peek(), "condition") {
		return p.parseCondition() // every block has them
	}
	t := *p.peek()
	if !isOneOf(&t, "grade", "description", "time") {
		if found := findForm(p.lex, beginsClause, nil); found != nil {
			p.reportForm(found)
			p.skipWord()
			return nil
		}
	}
	if b.place.allows(&t) {
		return p.parseAllowed(b)
	}
	if !p.parseMisplaced(b) {
		p.strayClause(b)
		p.skipWord()
	}
	return nil
}

// parseMisplaced parses a clause that cannot stand in b, and reports it. It returns
// false if no clause comes next.
func (p *parser) parseMisplaced(b *clauseBlock) bool {
	if !p.startsClause() {
		return false
	}
	t := *p.peek()
	for _, other := range []clausePlace{inModel, inDimension} {
		if other.allows(&t) {
			p.misplacedClause(b, other)
			if p.outOfPlace++; p.outOfPlace <= deepestGroup {
				p.parseAllowed(&clauseBlock{place: other, groups: b.groups, head: b.head, open: b.open, what: b.what})
			} else {
				p.skipWord()
			}
			p.outOfPlace--
			return true
		}
	}
	return false
}

// parseAllowed parses a clause that may stand in b and whose first word comes next.
// If it cannot, it reports the problem and returns nil.
func (p *parser) parseAllowed(b *clauseBlock) Clause {
	t := *p.peek()
	switch {
	case isWord(&t, "condition"):
		return p.parseCondition()
	case isWord(&t, "group"):
		return p.parseGroup(b)
	case isWord(&t, "first"):
		return p.parseFirstOf()
	case isWord(&t, "table"):
		return p.parseTable()
	case isWord(&t, "dimension"):
		return p.parseDimension()
	case isWord(&t, "audience"):
		return p.parseAudience()
	case isWord(&t, "let"):
		if let := p.parseLet(); let != nil {
			return let
		}
		return nil
	case isOneOf(&t, "description", "target", "time"):
		return p.parseFixed()
	case isWord(&t, "sales") && !isWord(p.peekAt(2), "when") && (p.peekAt(3).Type == tokInt || !pointsFollow(p.lex, 3)):
		return p.parseFixed()
	}
	var c Clause
	var err error
	switch {
	case isWord(&t, "grade"):
		c, err = parseGrade(p.lex)
	case isWord(&t, "limit"):
		c, err = parseLimit(p.lex)
	case isWord(&t, "active"):
		c, err = parseActive(p.lex)
	case isWord(&t, "weight"):
		c, err = parseWeight(p.lex)
	case isWord(&t, "out"):
		c, err = parseOutOf(p.lex)
	case isWord(&t, "label"):
		c, err = parseLabel(p.lex)
	case isWord(&t, "sales"):
		return p.parseSalesReady()
	}
	if err != nil {
		p.failed(err)
		return nil
	}
	return c
}

// parseFixed parses a clause that participle parses. If it cannot, it reports the
// problem and returns nil.
func (p *parser) parseFixed() Clause {
	t := *p.peek()
	start := startOf(&t)
	switch {
	case isWord(&t, "description"):
		if c := parse(p, p.grammar.description); c != nil {
			return &Description{Span: Span{start, endOf(&c.Text)}, Text: p.lex.string(&c.Text)}
		}
	case isWord(&t, "target"):
		c := parse(p, p.grammar.target)
		switch {
		case c == nil:
		case c.Contact == nil && isWord(&c.Kind, "lead") && isWord(p.peek(), "with"):
			p.lex.Next()
			p.misplaced(p.peek(), []string{"contact"})
		case c.Contact == nil && isWord(&c.Kind, "lead") && isOneOf(p.peek(), "and", "or", "plus") && isWord(p.peekAt(1), "contact"):
			p.failed(withContact(p.lex))
		default:
			return targetOf(c)
		}
	case isWord(&t, "time"):
		if c := parse(p, p.grammar.timeZone); c != nil {
			return &TimeZone{Span: Span{start, endOf(&c.Zone)}, Zone: p.lex.string(&c.Zone)}
		}
	case isWord(&t, "sales"):
		if c := parse(p, p.grammar.salesReady); c != nil {
			return &SalesReady{Span: Span{start, endOf(&c.Threshold)}, Threshold: p.lex.number(&c.Threshold)}
		}
	}
	return nil
}

// targetOf makes a node of c.
func targetOf(c *targetClause) *Target {
	t := &Target{Span: spanOf(&c.Keyword, &c.Kind)}
	switch {
	case c.Contact != nil:
		t.Kind, t.End = TargetLeadWithContact, endOf(c.Contact)
	case isWord(&c.Kind, "lead"):
		t.Kind = TargetLead
	case isWord(&c.Kind, "account"):
		t.Kind = TargetAccount
	}
	return t
}
