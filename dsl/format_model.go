package dsl

import (
	"strings"
	"unicode/utf8"
)

// clauses lays out the clauses of a block.
func (p *printer) clauses(indent int, clauses []Clause) {
	apart := false
	for _, c := range clauses {
		block := true
		switch c := c.(type) {
		case *Condition:
			p.condition(indent, c)
		case *Group:
			p.head(indent, c.Start, c.Name, "group ")
			p.clauses(indent+1, c.Clauses)
			p.closeBrace(indent, c.Span)
		case *Dimension:
			p.head(indent, c.Start, c.Name, "dimension ")
			p.clauses(indent+1, c.Clauses)
			p.closeBrace(indent, c.Span)
		case *FirstOf:
			p.firstOf(indent, c)
		case *Table:
			p.table(indent, c)
		case *Audience:
			p.audience(indent, c)
		case *Stage:
			block = false
			p.stage(indent, c, apart)
		case *SalesReady:
			block = false
			p.salesReady(indent, c, apart)
		default:
			block = false
			p.add(indent, c.At(), clauseText(c)).apart = apart
		}
		apart = block // a block has a blank line after it, too
	}
}

// head lays out the head of a block with a name.
func (p *printer) head(indent int, start Pos, name *String, words string) {
	p.add(indent, Span{start, name.End}, words+name.Raw+" {").apart = true
}

func (p *printer) firstOf(indent int, f *FirstOf) {
	p.head(indent, f.Start, f.Name, "first of ")
	if f.Active != nil {
		p.add(indent+1, f.Active.Span, f.Active.String())
	}
	for _, c := range f.Tiers {
		p.condition(indent+1, c)
	}
	p.closeBrace(indent, f.Span)
}

func (p *printer) audience(indent int, a *Audience) {
	start := a.Start
	start.Offset += len("audience")
	start.Column += len("audience")
	p.add(indent, Span{a.Start, start}, "audience {").apart = true
	for _, item := range a.Items {
		p.item(indent+1, item)
	}
	p.closeBrace(indent, a.Span)
}

// salesReady lays out the clause of that name. A long decision has a line for each of
// its parts.
func (p *printer) salesReady(indent int, s *SalesReady, apart bool) {
	if s.When == nil {
		p.add(indent, s.Span, clauseText(s)).apart = apart
		return
	}
	p.decision(indent, s.Span, "sales ready when ", s.When, apart)
}

// longestDecision is how many characters a line with a decision has at most, apart from
// the blanks before it, unless the decision has only one part.
const longestDecision = 80

// decision lays out words and the decision after them, which are at a place. A long
// decision has a line for each of its parts.
func (p *printer) decision(indent int, at Span, words string, e Expr, apart bool) {
	text := words + e.String()
	var terms []Expr
	word := "or "
	switch e := e.(type) {
	case *Or:
		terms = e.Terms
	case *And:
		terms, word = e.Terms, "and "
	}
	if len(terms) == 0 || utf8.RuneCountInString(text) <= longestDecision {
		p.add(indent, at, text).apart = apart
		return
	}
	p.add(indent, Span{at.Start, terms[0].At().End}, words+termText(terms[0])).apart = apart
	for _, e := range terms[1:] {
		p.add(indent+1, e.At(), word+termText(e))
	}
}

// stage lays out a stage. A long one has a line for each of its parts.
func (p *printer) stage(indent int, s *Stage, apart bool) {
	if text := s.String(); utf8.RuneCountInString(text) <= longestDecision {
		p.add(indent, s.Span, text).apart = apart
		return
	}
	p.add(indent, Span{s.Start, s.Name.End}, "stage "+s.Name.Raw).apart = apart
	if s.When != nil {
		p.decision(indent+1, s.When.At(), "when ", s.When, false)
	}
	if s.Until != nil {
		p.decision(indent+1, s.Until.At(), "until ", s.Until, false)
	}
	if s.Sticky != nil {
		p.add(indent+1, s.Sticky.Span, "sticky")
	}
	if s.Then != nil {
		p.add(indent+1, s.Then.Span, "then "+s.Then.Raw)
	}
}

// table lays out a table. The scores of its rows are one below the other, apart from
// those of very long rows.
func (p *printer) table(indent int, t *Table) {
	const longest = 40
	head := "table " + t.Name.Raw + " by "
	if t.Number == nil {
		p.add(indent, Span{t.Start, t.Ref[len(t.Ref)-1].End}, head+dotted(t.Ref)+" {").apart = true
	} else {
		p.counted(indent, t, head+"number of ")
	}
	if t.Active != nil {
		p.add(indent+1, t.Active.Span, t.Active.String())
	}
	texts := make([]string, len(t.Rows))
	column := 0
	for i, r := range t.Rows {
		texts[i] = r.test()
		if n := utf8.RuneCountInString(texts[i]); n <= longest {
			column = max(column, n)
		}
	}
	for i, r := range t.Rows {
		gap := max(0, column-utf8.RuneCountInString(texts[i]))
		p.add(indent+1, r.Span, texts[i]+strings.Repeat(" ", gap+1)+"score "+signedText(r.Score.Points))
	}
	p.closeBrace(indent, t.Span)
}

// counted lays out the head of a table by number, which begins with the words head.
func (p *printer) counted(indent int, t *Table, head string) {
	c := t.Number
	span := Span{t.Start, c.headEnd()}
	text := head + c.counted()
	apart := true
	terms, joint := c.whereTerms()
	for i, e := range terms {
		p.add(indent, span, text).apart = apart
		if apart {
			indent += 2
		}
		span, text, apart = e.At(), whereWord(i, joint)+termText(e), false
	}
	p.add(indent, span, text+" {").apart = apart
}
