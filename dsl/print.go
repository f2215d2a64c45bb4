package dsl

import (
	"slices"
	"strings"
)

// winning lists the keywords that are not read as names in some place of a schema.
var winning = []string{"dated", "exact", "calculated", "rollup", "passive"}

// String returns the name as it is written in the rule language: in back quotes if
// it is not an identifier, or if it had them and could be read as a keyword.
func (n *Name) String() string {
	runes := []rune(n.Text)
	plain := len(runes) > 0 && isIdentStart(runes[0]) && prefixLen(n.Text, isIdentPart) == len(n.Text)
	if plain && !slices.ContainsFunc(winning, func(w string) bool { return strings.EqualFold(w, n.Text) }) {
		return n.Text
	}
	if plain && !n.Quoted {
		return n.Text // it was read as a name
	}
	return "`" + n.Text + "`"
}

func dotted(names []*Name) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = n.String()
	}
	return strings.Join(texts, ".")
}

// numberText returns a number as it is written: without a plus sign, or the name that
// stands for it.
func numberText(n *Number) string {
	if n.Let != nil {
		return n.Let.name()
	}
	return strings.TrimPrefix(n.Text, "+")
}

// String returns the span of time in its canonical form.
func (s *TimeSpan) String() string {
	if s.Let != nil {
		return s.Let.name()
	}
	unit := s.Unit.String()
	if count := numberText(s.Count); count != "1" {
		return count + " " + unit
	}
	return "1 " + strings.TrimSuffix(unit, "s")
}

// literalText returns a value as it is written: itself, or the name that stands for
// it.
func literalText(l Literal) string {
	if let := letOf(l); let != nil {
		return let.name()
	}
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

// testWords lists the keywords that are not read as names in a test.
var testWords = []string{"model", "as", "expect", "test", "profile", "interaction", "on", "at", "in", "by", "with", "and"}

// inTest returns the name as it is written at the beginning of a record.
func (n *Name) inTest() string {
	text := n.String()
	if n.Quoted && text == n.Text && slices.ContainsFunc(testWords, func(w string) bool { return strings.EqualFold(w, text) }) {
		return "`" + text + "`"
	}
	return text
}

// String returns the moment in its canonical form, without the keyword on.
func (w *When) String() string {
	switch {
	case w.Moment != nil:
		return literalText(w.Moment)
	case w.Later:
		return "in " + w.Shift.String()
	}
	return w.Shift.String() + " ago"
}

// String returns the value in its canonical form.
func (a *FieldValue) String() string {
	text := a.Field.String() + " = "
	if a.When != nil {
		return text + a.When.String()
	}
	if a.OneOf {
		return text + "one of " + listText(a.Let, a.Values)
	}
	if a.List {
		return text + listText(a.Let, a.Values)
	}
	return text + literalText(a.Values[0])
}

// head returns the record without its values.
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
	case ExpectNotActive:
		return "expect not active"
	case ExpectNotInAudience:
		return "expect not in audience"
	case ExpectLabel:
		return "expect label " + x.Name.Raw
	case ExpectNoLabel:
		return "expect no label"
	case ExpectDimensionScore:
		return "expect dimension " + x.Dimension.Raw + " score " + numberText(x.Number)
	case ExpectDimensionGrade:
		return "expect dimension " + x.Dimension.Raw + " grade " + x.Name.Raw
	case ExpectDimensionNoGrade:
		return "expect dimension " + x.Dimension.Raw + " no grade"
	case ExpectNoParent:
		return "expect no parent"
	case ExpectAssigned:
		return "expect assigned by " + x.Name.Raw + ofText(x.Assignment)
	case ExpectSet:
		return "expect " + x.Set.String() + ofText(x.Assignment)
	case ExpectStage:
		return "expect stage " + x.Name.Raw + ofText(x.Stages)
	case ExpectEvent:
		return "expect event from " + x.From.Raw + " to " + x.Name.Raw + ofText(x.Stages)
	}
	return ""
}

// ofText returns the block that an expectation names, after of, or "".
func ofText(block *String) string {
	if block == nil {
		return ""
	}
	return " of " + block.Raw
}

func testClauseText(c TestClause) string {
	switch c := c.(type) {
	case *TestModel:
		return "model " + c.Name.Raw
	case *AsOf:
		return "as of " + literalText(c.Moment)
	case *Expectation:
		return c.String()
	}
	return ""
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
		if m.Values != nil || m.Type == ChoiceType {
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

func comment(c Comment) string { return strings.TrimRight(c.Text, " \t\r") }

// String returns the line in its canonical form.
func (c *ChooseBy) String() string { return "by " + dotted(c.Ref) }

// String returns the clause in its canonical form, on one line.
func (c *CreationFrom) String() string {
	return c.head() + (&Child{Where: c.Where}).whereText()
}

// head returns the clause without its expressions.
func (c *CreationFrom) head() string {
	kinds := make([]string, len(c.Kinds))
	for i, k := range c.Kinds {
		kinds[i] = k.String()
	}
	return "from " + strings.Join(kinds, ", ")
}

// String returns the clause in its canonical form.
func (c *CreationScope) String() string {
	if c.Account {
		return "scope account"
	}
	return "scope contact"
}

// String returns the clause in its canonical form.
func (c *CreationPer) String() string {
	switch {
	case c.Ref == nil:
		return "per company"
	case c.Ref.Text == "company":
		return "per `company`"
	}
	return "per " + c.Ref.String()
}

// String returns the values in their canonical form, on one line.
func (s *SetValues) String() string {
	texts := make([]string, len(s.Values))
	for i, v := range s.Values {
		texts[i] = v.String()
	}
	return "set " + strings.Join(texts, ", ")
}
