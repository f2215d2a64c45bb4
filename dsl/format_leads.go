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
	for i, v := range s.Values {
		text := v.String()
		if i < len(s.Values)-1 {
			text += ","
		}
		p.add(indent+1, v.Span, text)
	}
}
