package dsl

import "strings"

// String returns the comparison in its canonical form, on one line. It has no field if
// it is that of a row of a table. Of an Incomplete comparison it returns what was read.
func (c *Comparison) String() string {
	if c.Incomplete && !c.OpSpan.Known() {
		return dotted(c.Ref)
	}
	text := c.Op.String()
	if len(c.Ref) > 0 {
		text = dotted(c.Ref) + " " + text
	}
	if c.Op.List() && !(c.Incomplete && len(c.Operands) == 0) {
		return text + " " + listText(c.List, c.Operands)
	}
	if len(c.Operands) == 0 {
		return text
	}
	if from, to, ok := c.ago(); ok {
		return text + " " + agoText(from, to)
	}
	operands := make([]string, len(c.Operands))
	for i, o := range c.Operands {
		operands[i] = literalText(o)
	}
	return text + " " + strings.Join(operands, " and ")
}

// ago returns the operands of `between N and M UNITS ago`. ok is false if c is another
// comparison.
func (c *Comparison) ago() (from, to *TimeSpan, ok bool) {
	const both = 2
	if c.Op != InRange || len(c.Operands) != both {
		return nil, nil, false
	}
	from, ok1 := c.Operands[0].(*TimeSpan)
	to, ok2 := c.Operands[1].(*TimeSpan)
	return from, to, ok1 && ok2
}

// agoText returns `N and M UNITS ago`.
func agoText(from, to *TimeSpan) string {
	return numberText(from.Count) + " and " + to.String() + " ago"
}

// listText returns values in parentheses, or the name that stands for all of them.
func listText(name *Let, values []Literal) string {
	if name != nil {
		return name.name()
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = literalText(v)
	}
	return "(" + strings.Join(texts, ", ") + ")"
}

// String returns the expression in its canonical form, on one line.
func (e *And) String() string { return joined(e.Terms, " and ") }

// String returns the expression in its canonical form, on one line.
func (e *Or) String() string { return joined(e.Terms, " or ") }

// String returns the expression in its canonical form, on one line.
func (e *Not) String() string { return "not (" + e.Expr.String() + ")" }

// joined returns expressions with a word between them. Those that have such words of
// their own are in parentheses.
func joined(terms []Expr, word string) string {
	texts := make([]string, len(terms))
	for i, e := range terms {
		texts[i] = termText(e)
	}
	return strings.Join(texts, word)
}

// termText returns an expression as it is written beside others: in parentheses if it
// has and or or.
func termText(e Expr) string {
	switch e.(type) {
	case *And, *Or:
		return "(" + e.String() + ")"
	}
	return e.String()
}

// whereTerms returns the expressions of c as they are written, and the word between
// them.
func (c *Child) whereTerms() (terms []Expr, word string) {
	if len(c.Where) == 1 {
		if or, ok := c.Where[0].(*Or); ok {
			return or.Terms, "or"
		}
	}
	return c.Where, "and"
}

// String returns the date range in its canonical form.
func (r *Range) String() string {
	switch r.Kind {
	case WithinLast:
		return "within last " + literalText(r.Last)
	case Since:
		return "since " + literalText(r.From)
	case BetweenAgo:
		return "between " + agoText(r.Last, r.Next)
	}
	return "between " + literalText(r.From) + " and " + literalText(r.To)
}

// String returns the burst in its canonical form.
func (b *Burst) String() string { return "within any " + literalText(b.Any) }

// String returns the cap in its canonical form.
func (c *Cap) String() string {
	text := "once"
	if c.Count != nil {
		text = "up to " + numberText(c.Count)
	}
	if c.Period != NoPeriod {
		return text + " per " + c.Period.String()
	}
	return text + " per " + c.perText()
}

// perText returns the reference of c. A name that would be a period is in back quotes.
func (c *Cap) perText() string {
	text := dotted(c.Per)
	for p := PerHour; p <= PerYear; p++ {
		if text == p.String() {
			return "`" + text + "`"
		}
	}
	return text
}

// String returns the decay in its canonical form.
func (d *Decay) String() string {
	switch d.Kind {
	case Losing:
		return "losing " + numberText(d.Percent) + "% every " + literalText(d.Every)
	case Fading:
		return "fading over " + literalText(d.Every)
	}
	return "halving every " + literalText(d.Every)
}

// String returns the frequency in its canonical form.
func (f *Frequency) String() string {
	switch f.Kind {
	case Each:
		return "each"
	case None:
		return "none"
	case AtMost:
		return "at most " + numberText(f.Count)
	case Exactly:
		return "exactly " + numberText(f.Count)
	case FromTo:
		return "from " + numberText(f.Count) + " to " + numberText(f.To)
	case Every:
		return "every " + numberText(f.Count)
	case EveryWithout:
		return "every " + literalText(f.Without) + " without"
	}
	if f.Count == nil {
		return "has"
	}
	return "at least " + numberText(f.Count)
}

// pathText returns the path of c in its canonical form.
func (c *Child) pathText() string {
	if len(c.Path) == 0 {
		return "" // c is Incomplete
	}
	text := c.Path[0].String()
	for _, kind := range c.Or {
		text += " or " + kind.String()
	}
	if len(c.Path) > 1 {
		text += "." + dotted(c.Path[1:])
	}
	return text
}

// head returns the child without its expressions.
func (c *Child) head() string {
	var b strings.Builder
	if c.Label != nil {
		b.WriteString(c.Label.Raw + ": ")
	}
	b.WriteString(c.Frequency.String())
	if counted := c.counted(); counted != "" {
		b.WriteString(" " + counted)
	}
	return b.String()
}

// counted returns the path of the child and what stands between that and where, in
// canonical order.
func (c *Child) counted() string {
	text := c.pathText()
	if c.Range != nil {
		text += " " + c.Range.String()
	}
	if c.Burst != nil {
		text += " " + c.Burst.String()
	}
	if c.Cap != nil {
		text += " " + c.Cap.String()
	}
	if c.Decay != nil {
		text += " " + c.Decay.String()
	}
	return text
}

// String returns the child in its canonical form, on one line. Of an Incomplete child it
// returns what was read.
func (c *Child) String() string { return c.head() + c.whereText() }

// whereText returns where and the expressions of c, on one line.
func (c *Child) whereText() string {
	if len(c.Where) == 0 {
		return ""
	}
	terms, word := c.whereTerms()
	return " where " + joined(terms, " "+word+" ")
}

// head returns the block without its items and braces.
func (b *ItemBlock) head() string {
	text := ""
	if b.Label != nil {
		text = b.Label.Raw + ": "
	}
	switch b.Kind {
	case AllOf:
		return text + "all of"
	case SameValue:
		return text + "same " + dotted(b.Ref)
	}
	return text + "any of"
}

// String returns the block in its canonical form, but on one line.
func (b *ItemBlock) String() string {
	text := b.head() + " {"
	for _, item := range b.Items {
		switch item := item.(type) {
		case *Child:
			text += " " + item.String()
		case *ItemBlock:
			text += " " + item.String()
		}
	}
	return text + " }"
}

// String returns the season in its canonical form.
func (a *Active) String() string {
	switch {
	case a.From == nil:
		return "active until " + literalText(a.Until)
	case a.Until == nil:
		return "active from " + literalText(a.From)
	}
	return "active from " + literalText(a.From) + " to " + literalText(a.Until)
}

// String returns the score in its canonical form.
func (s *Score) String() string {
	text := "score " + signedText(s.Points)
	switch {
	case s.Bound == nil:
		return text
	case s.Down:
		return text + " down to " + signedText(s.Bound)
	}
	return text + " up to " + signedText(s.Bound)
}

// signedText returns points or their bound as they are written: with a sign, unless
// they are 0, or the name that stands for them with the sign before it.
func signedText(n *Number) string {
	if n.Let == nil {
		digits := strings.TrimPrefix(n.Text, "+")
		if digits[0] == '-' || strings.Trim(digits, "0") == "" {
			return digits
		}
		return "+" + digits
	}
	name := n.Let.name()
	if value, ok := n.Let.Value.(*Number); ok && n.Text != value.Text {
		return n.Text[:1] + name
	}
	return name
}
