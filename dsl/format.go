package dsl

import "strings"

// Format returns text in the canonical form of the rule language: one clause,
// child or expression on a line, four spaces for each level, keywords in lower
// case, explicit signs on points, aligned fields in schema blocks, and back quotes
// only around names that need them. It keeps comments and single blank lines.
// Formatting the result again does not change it. name is the name of the file in
// diagnostics.
//
// If text does not parse, Format returns its [Diagnostics] as the error.
func Format(name, text string) (string, error) {
	f, diags := Parse(name, text, Limits{})
	if len(diags) > 0 {
		return "", diags
	}
	return formatted(f), nil
}

// formatted returns the text of f, which must not have problems, in the canonical form.
func formatted(f *File) string {
	var p printer
	apart := false
	for _, b := range f.Blocks {
		p.block(b, apart)
		_, let := b.(*Let)
		apart = !let // a block has a blank line after it, too
	}
	return p.print(f.Comments)
}

// block lays out a block. apart says that there is one before it, which is no let.
func (p *printer) block(b Block, apart bool) {
	switch b := b.(type) {
	case *Model:
		p.model(b)
	case *Stages:
		p.head(0, b.Start, b.Name, "stages ")
		p.clauses(1, b.Clauses)
		p.closeBrace(0, b.Span)
	case *ChooseModel:
		p.chooseModel(b)
	case *LeadCreation:
		p.leadCreation(b)
	case *Assignment:
		p.assignment(b)
	case *Let:
		p.add(0, b.Span, b.String()).apart = apart
	case *Entity:
		p.entity(b)
	case *Test:
		p.test(b)
	}
}

// A printer lays a file out in lines, then puts the comments between them.
type printer struct {
	lines []line
}

// A line is one line of the result and the span of the source that it was.
type line struct {
	Span
	indent int
	text   string
	apart  bool // has a blank line before it, unless it is the first line of its block
	close  bool // is the closing brace of a block
}

const indentation = "    "

func (p *printer) add(indent int, span Span, text string) *line {
	p.lines = append(p.lines, line{Span: span, indent: indent, text: text})
	return &p.lines[len(p.lines)-1]
}

func (p *printer) closeBrace(indent int, block Span) {
	brace := block.End
	brace.Offset--
	brace.Column--
	p.add(indent, Span{brace, block.End}, "}").close = true
}

func (p *printer) model(m *Model) {
	p.add(0, Span{m.Start, m.Name.End}, "model "+m.Name.Raw+" {").apart = true
	p.clauses(1, m.Clauses)
	p.closeBrace(0, m.Span)
}

func (p *printer) entity(e *Entity) {
	head := "profile "
	if e.Interaction {
		head = "interaction "
	}
	head += e.Name.String()
	if e.Passive {
		head += " passive"
	}
	p.add(0, Span{e.Start, e.Name.End}, head+" {").apart = true
	column := 0 // where types and targets begin
	for _, m := range e.Members {
		switch m := m.(type) {
		case *Field:
			column = max(column, width(m.Name)+1)
		case *Relationship:
			column = max(column, width(m.Name)+len(" -> "))
		}
	}
	for _, m := range e.Members {
		p.add(1, m.At(), memberText(m, column))
	}
	p.closeBrace(0, e.Span)
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

// print returns the lines with the comments. A comment at the end of a line stays
// there. A comment on a line of its own, or in the middle of what is printed on one
// line, goes before that line.
func (p *printer) print(comments []Comment) string {
	var b strings.Builder
	last := 0     // the source line on which the last thing printed ended
	fresh := true // the next line is the first of its block
	put := func(indent int, text string, at int, apart bool) {
		if b.Len() > 0 {
			b.WriteByte('\n')
			if !fresh && (apart || at > last+1) {
				b.WriteByte('\n')
			}
		}
		fresh = false
		b.WriteString(strings.Repeat(indentation, indent))
		b.WriteString(text)
	}
	for i, l := range p.lines {
		apart := l.apart
		indent := l.indent
		if l.close {
			indent++
		}
		for len(comments) > 0 && comments[0].Start.Offset < l.End.Offset {
			c := comments[0]
			comments = comments[1:]
			put(indent, comment(c), min(c.Start.Line, l.Start.Line), apart)
			last = max(last, min(c.Start.Line, l.Start.Line))
			apart = false
		}
		if l.close {
			fresh = true // no blank line before a closing brace
		}
		put(l.indent, l.text, l.Start.Line, apart)
		last = l.End.Line
		fresh = strings.HasSuffix(l.text, " {") && !l.close
		next := len(p.lines) > i+1
		for len(comments) > 0 && comments[0].Start.Line == l.End.Line &&
			(!next || comments[0].Start.Offset < p.lines[i+1].Start.Offset) {
			b.WriteString(" " + comment(comments[0]))
			comments = comments[1:]
		}
	}
	for _, c := range comments {
		put(0, comment(c), c.Start.Line, false)
		last = c.Start.Line
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}
