package dsl

import "unicode/utf8"

// chooseModel lays out which model scores a lead.
func (p *printer) chooseModel(c *ChooseModel) {
	p.add(0, Span{c.Start, afterWord(c.Start, "choose")}, "choose model {").apart = true
	for _, l := range c.Lines {
		p.add(1, l.Span, l.String())
	}
	p.closeBrace(0, c.Span)
}

// afterWord returns the place behind a word that begins at a place.
func afterWord(at Pos, word string) Pos {
	at.Offset += len(word)
	at.Column += len(word)
	return at
}

// leadCreation lays out which leads to create.
func (p *printer) leadCreation(c *LeadCreation) {
	p.add(0, Span{c.Start, c.Name.End}, "lead creation "+c.Name.Raw+" {").apart = true
	for _, clause := range c.Clauses {
		switch clause := clause.(type) {
		case *CreationFrom:
			last := clause.Kinds[len(clause.Kinds)-1]
			p.add(1, Span{clause.Start, last.End}, clause.head())
			terms, joint := (&Child{Where: clause.Where}).whereTerms()
			for i, e := range terms {
				p.add(2, e.At(), whereWord(i, joint)+termText(e))
			}
		case *CreationScope:
			p.add(1, clause.Span, clause.String())
		case *CreationPer:
			p.add(1, clause.Span, clause.String())
		case *SetValues:
			p.set(1, clause)
		}
	}
	p.closeBrace(0, c.Span)
}

// longestSet is how many characters a line of values that are set has at most, apart from
// the blanks before it, unless it is one value.
const longestSet = 100

// set lays out values that are set. If they are long, each has a line.
func (p *printer) set(indent int, s *SetValues) {
	if text := s.String(); len(s.Values) == 1 || utf8.RuneCountInString(text) <= longestSet {
		p.add(indent, s.Span, text)
		return
	}
	p.add(indent, Span{s.Start, afterWord(s.Start, "set")}, "set")
	p.setLines(indent+1, s)
}

// setLines lays out values that are set, each on a line.
func (p *printer) setLines(indent int, s *SetValues) {
	for i, v := range s.Values {
		text := v.String()
		if i < len(s.Values)-1 {
			text += ","
		}
		p.add(indent, v.Span, text)
	}
}

// assignment lays out who gets a lead.
func (p *printer) assignment(a *Assignment) {
	p.head(0, a.Start, a.Name, "assignment ")
	apart := false
	for _, clause := range a.Clauses {
		switch clause := clause.(type) {
		case *Audience:
			p.audience(1, clause)
		case *AssignmentRule:
			p.assignmentRule(clause)
		case *Otherwise:
			p.otherwise(clause, apart)
		}
		apart = true
	}
	p.closeBrace(0, a.Span)
}

func (p *printer) assignmentRule(r *AssignmentRule) {
	p.head(1, r.Start, r.Name, "rule ")
	for _, item := range r.Items {
		p.item(2, item)
	}
	if r.When != nil {
		p.decision(2, r.When.At(), "when ", r.When, false)
	}
	p.set(2, r.Set)
	p.closeBrace(1, r.Span)
}

// otherwise lays out what is set if no rule holds, on one line or as set does.
func (p *printer) otherwise(o *Otherwise, apart bool) {
	text := o.Set.String()
	if len(o.Set.Values) == 1 || utf8.RuneCountInString(text) <= longestSet {
		p.add(1, o.Span, "otherwise "+text).apart = apart
		return
	}
	p.add(1, Span{o.Start, afterWord(o.Set.Start, "set")}, "otherwise set").apart = apart
	p.setLines(2, o.Set)
}
