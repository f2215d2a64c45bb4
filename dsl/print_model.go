package dsl

import "strings"

// String returns the judgment in its canonical form, on one line.
func (j *Judgment) String() string {
	of := ""
	switch {
	case j.Model != nil && j.Of != nil && j.Subject != SubjectCondition:
		of = " of " + j.Model.Raw + "." + j.Of.Raw
	case j.Model != nil:
		of = " of " + j.Model.Raw
	case j.Of != nil:
		of = " of " + j.Of.Raw
	}
	switch j.Subject {
	case SubjectScore:
		return "score" + of + " " + j.test()
	case SubjectGrade:
		return "grade" + of + " " + j.choice()
	case SubjectLabel:
		return "label" + of + " " + j.choice()
	case SubjectStatus:
		return "status" + of + " " + j.choice()
	case SubjectSalesReady:
		return "sales ready" + of
	}
	if j.Model == nil {
		of = ""
	}
	return "condition " + j.Of.Raw + of + " holds"
}

// test returns the operator and operands.
func (j *Judgment) test() string {
	return (&Comparison{Op: j.Op, Operands: j.Operands, List: j.List}).String()
}

// choice returns the operator and operands of a judgment of a grade or the label.
func (j *Judgment) choice() string {
	switch j.Op {
	case Equal:
		return "is " + literalText(j.Operands[0])
	case NotEqual:
		return "is not " + literalText(j.Operands[0])
	}
	return j.test()
}

// String returns the limit in its canonical form.
func (l *Limit) String() string {
	if l.From == nil {
		return "limit up to " + numberText(l.To)
	}
	return "limit " + fromText(l.From, l.To)
}

// String returns the declaration in its canonical form.
func (l *Let) String() string { return "let " + l.name() + " = " + l.valueText() }

// valueText returns the value in its canonical form.
func (l *Let) valueText() string {
	switch v := l.Value.(type) {
	case *List:
		return listText(nil, v.Values)
	case Literal:
		return literalText(v)
	}
	return ""
}

// fromText returns bounds: from, and to unless it is nil.
func fromText(from, to *Number) string {
	if to == nil {
		return "from " + numberText(from)
	}
	return "from " + numberText(from) + " to " + numberText(to)
}

// clauseText returns a clause that stands on one line.
func clauseText(c Clause) string {
	switch c := c.(type) {
	case *Description:
		return "description " + c.Text.Raw
	case *Target:
		return "target " + c.Kind.String()
	case *TimeZone:
		return "time zone " + c.Zone.Raw
	case *SalesReady:
		if c.When != nil {
			return "sales ready when " + c.When.String()
		}
		return "sales ready at " + numberText(c.Threshold)
	case *Grade:
		if c.Below != nil {
			return "grade " + c.Name.Raw + " below " + numberText(c.Below)
		}
		return "grade " + c.Name.Raw + " " + fromText(c.From, c.To)
	case *Limit:
		return c.String()
	case *Active:
		return c.String()
	case *Let:
		return c.String()
	case *Weight:
		return "weight " + numberText(c.Percent) + "%"
	case *OutOf:
		return "out of " + numberText(c.Number)
	case *Label:
		names := make([]string, len(c.Dimensions))
		for i, d := range c.Dimensions {
			names[i] = d.Raw
		}
		return "label " + strings.Join(names, ", ")
	}
	return ""
}

// test returns what must hold for the row, in its canonical form.
func (r *Row) test() string {
	switch {
	case r.Form == RowOtherwise:
		return "otherwise"
	case r.Form == RowTest:
		return r.Test.String()
	case r.List != nil:
		return r.List.name()
	case r.Form == RowValues:
		return valuesText(r.Values)
	case r.From == nil:
		return "below " + numberText(r.Below)
	case r.Below != nil:
		return "from " + numberText(r.From) + " below " + numberText(r.Below)
	}
	return fromText(r.From, r.To)
}

// valuesText returns values with commas between them.
func valuesText(values []Literal) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = literalText(v)
	}
	return strings.Join(texts, ", ")
}

// String returns the row in its canonical form, on one line.
func (r *Row) String() string { return r.test() + " score " + signedText(r.Score.Points) }

// String returns the stage in its canonical form, on one line.
func (s *Stage) String() string {
	text := "stage " + s.Name.Raw
	if s.When != nil {
		text += " when " + s.When.String()
	}
	if s.Until != nil {
		text += " until " + s.Until.String()
	}
	if s.Sticky != nil {
		text += " sticky"
	}
	if s.Then != nil {
		text += " then " + s.Then.Raw
	}
	return text
}
