package dsl

import (
	"slices"
	"strings"
)

// Format returns text in the canonical form of the rule language: one clause,
// child or expression a line, four spaces a level, keywords in lower case,
// explicit signs on points, fields of a schema block aligned, back quotes only
// where a name needs them. Comments are kept; blank lines are too, but only one
// in a row. Formatting twice changes nothing.
//
// A text that does not parse is not formatted: the error is its [Diagnostics].
func Format(name, text string) (string, error) {
	f, diags := Parse(name, text, Limits{})
	if len(diags) > 0 {
		return "", diags
	}
	var p printer
	for _, b := range f.Blocks {
		switch b := b.(type) {
		case *Model:
			p.model(b)
		case *Entity:
			p.entity(b)
		case *Test:
			p.test(b)
		}
	}
	return p.print(f.Comments), nil
}

// printer first lays a file out in lines, then puts the comments between them.
type printer struct {
	lines []line
}

// line is one line of the result and the stretch of the source it stands for.
type line struct {
	Span
	indent int
	text   string
	apart  bool // a blank line belongs before it, unless it is the first of its block
	close  bool // the closing brace of a block
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
	apart := false
	for _, c := range m.Clauses {
		condition, ok := c.(*Condition)
		if ok {
			p.condition(condition)
		} else {
			p.add(1, c.At(), clauseText(c)).apart = apart
		}
		apart = ok // a condition stands apart from what follows, too
	}
	p.closeBrace(0, m.Span)
}

func clauseText(c Clause) string {
	switch c := c.(type) {
	case *Description:
		return "description " + c.Text.Raw
	case *Target:
		if c.Account {
			return "target account"
		}
		return "target contact"
	case *TimeZone:
		return "time zone " + c.Zone.Raw
	case *SalesReady:
		return "sales ready at " + numberText(c.Threshold)
	case *Grade:
		text := "grade " + c.Name.Raw
		switch {
		case c.Below != nil:
			return text + " below " + numberText(c.Below)
		case c.To != nil:
			return text + " from " + numberText(c.From) + " to " + numberText(c.To)
		}
		return text + " from " + numberText(c.From)
	}
	return ""
}

func numberText(n *Number) string { return strings.TrimPrefix(n.Text, "+") }

func (p *printer) condition(c *Condition) {
	p.add(1, Span{c.Start, c.Name.End}, "condition "+c.Name.Raw+" {").apart = true
	for _, child := range c.Children {
		head := Span{child.Start, child.Path[len(child.Path)-1].End}
		if child.Range != nil {
			head.End = child.Range.End
		}
		p.add(2, head, child.head())
		for i, e := range child.Where {
			word := "  and "
			if i == 0 {
				word = "where "
			}
			p.add(3, e.At(), word+e.String())
		}
	}
	points := c.Score.Points.Text
	if points[0] != '-' && points[0] != '+' {
		points = "+" + points
	}
	p.add(2, c.Score.Span, "score "+points)
	p.closeBrace(1, c.Span)
}

// head is the child without its expressions.
func (c *Child) head() string {
	var b strings.Builder
	if c.Label != nil {
		b.WriteString(c.Label.Raw)
		b.WriteString(": ")
	}
	switch c.Frequency.Kind {
	case Each:
		b.WriteString("each ")
	case None:
		b.WriteString("none ")
	case AtLeast:
		if c.Frequency.Count == nil {
			b.WriteString("has ")
		} else {
			b.WriteString("at least " + numberText(c.Frequency.Count) + " ")
		}
	}
	b.WriteString(dotted(c.Path))
	if c.Range != nil {
		b.WriteString(" " + c.Range.String())
	}
	return b.String()
}

// String returns the date range in its canonical form.
func (r *Range) String() string {
	switch r.Kind {
	case WithinLast:
		return "within last " + r.Last.String()
	case Since:
		return "since " + r.From.Raw
	}
	return "between " + r.From.Raw + " and " + r.To.Raw
}

// String returns the child in its canonical form, on one line.
func (c *Child) String() string {
	text := c.head()
	for i, e := range c.Where {
		word := " and "
		if i == 0 {
			word = " where "
		}
		text += word + e.String()
	}
	return text
}

// String returns the span of time in its canonical form.
func (s *TimeSpan) String() string {
	unit := s.Unit.String()
	if count := numberText(s.Count); count != "1" {
		return count + " " + unit
	}
	return "1 " + strings.TrimSuffix(unit, "s")
}

// String returns the comparison in its canonical form, on one line.
func (c *Comparison) String() string {
	text := dotted(c.Ref) + " " + c.Op.String()
	operands := make([]string, len(c.Operands))
	for i, o := range c.Operands {
		operands[i] = literalText(o)
	}
	switch {
	case c.Op.List():
		return text + " (" + strings.Join(operands, ", ") + ")"
	case len(operands) == 0:
		return text
	}
	return text + " " + strings.Join(operands, " and ")
}

func literalText(l Literal) string {
	switch l := l.(type) {
	case *String:
		return l.Raw
	case *Number:
		return numberText(l)
	case *Moment:
		return l.Raw
	case *TimeSpan:
		return l.String()
	case *Bool:
		if l.Value {
			return "true"
		}
		return "false"
	}
	return ""
}

func dotted(names []*Name) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = n.String()
	}
	return strings.Join(texts, ".")
}

// winning are the words that win over a name in some place of a schema.
var winning = []string{"dated", "exact", "calculated", "rollup", "passive"}

// String returns the name as it is written in the rule language: in back
// quotes if it is no identifier, or where a keyword could be read instead.
func (n *Name) String() string {
	runes := []rune(n.Text)
	plain := len(runes) > 0 && isIdentStart(runes[0]) && prefixLen(n.Text, isIdentPart) == len(n.Text)
	if plain && !slices.ContainsFunc(winning, func(w string) bool { return strings.EqualFold(w, n.Text) }) {
		return n.Text
	}
	if plain && !n.Quoted {
		return n.Text // it stood where no keyword could
	}
	return "`" + n.Text + "`"
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

func width(n *Name) int { return len([]rune(n.String())) }

func memberText(m Member, column int) string {
	pad := func(n *Name, column int) string {
		return n.String() + strings.Repeat(" ", column-width(n))
	}
	switch m := m.(type) {
	case *DatedBy:
		return "dated by " + m.Field.String()
	case *Relationship:
		if m.Via == nil {
			return pad(m.Name, column-len("-> ")) + "-> " + m.Target.String()
		}
		return pad(m.Name, column-len("<- ")) + "<- " + m.Target.String() + "." + m.Via.String()
	case *Field:
		text := pad(m.Name, column) + m.Type.String()
		if len(m.Values) > 0 || m.Type == ChoiceType || m.Type == ChoicesType {
			values := make([]string, len(m.Values))
			for i, v := range m.Values {
				values[i] = v.Raw
			}
			text += " (" + strings.Join(values, ", ") + ")"
		}
		for _, modifier := range []struct {
			on   bool
			word string
		}{{m.Exact, "exact"}, {m.Calculated, "calculated"}, {m.Rollup, "rollup"}} {
			if modifier.on {
				text += " " + modifier.word
			}
		}
		return text
	}
	return ""
}

// print puts the lines and the comments together. A comment behind something
// stays behind it; one on a line of its own, or in the middle of something that
// is printed on one line, goes before that line.
func (p *printer) print(comments []Comment) string {
	var b strings.Builder
	last := 0     // the source line on which the last thing printed ended
	fresh := true // nothing is printed in this block yet
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

func comment(c Comment) string { return strings.TrimRight(c.Text, " \t\r") }
