package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/bench/internal/crm"
)

// Text returns the model in the rule language of leadscore.
func (m *Model) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "model %q {\n    target contact\n", m.Name)
	for i := range m.Rules {
		r := &m.Rules[i]
		fmt.Fprintf(&b, "\n    condition %q {\n", r.Name)
		for j := range r.Children {
			fmt.Fprintf(&b, "        %s\n", r.Children[j].Text())
		}
		fmt.Fprintf(&b, "        score %+d\n    }\n", r.Points)
	}
	b.WriteString("}\n")
	return b.String()
}

// Text returns the child in the rule language of leadscore.
func (c *Child) Text() string {
	words := []string{c.frequency(), path(c.Entity)}
	if c.Days > 0 {
		unit := "days"
		if c.Days == 1 {
			unit = "day"
		}
		words = append(words, fmt.Sprintf("within last %d %s", c.Days, unit))
	}
	for i, f := range c.Filters {
		words = append(words, []string{"where", "and"}[min(i, 1)], f.text())
	}
	return strings.Join(words, " ")
}

func (c *Child) frequency() string {
	switch c.Frequency {
	case Each:
		return "each"
	case Has:
		return "has"
	case None:
		return "none"
	}
	return fmt.Sprintf("at least %d", c.N)
}

func path(e *crm.Entity) string {
	switch e {
	case crm.Contact:
		return "Lead.ParentContact"
	case crm.Account:
		return "Lead.ParentContact.ParentAccount"
	}
	return e.Name
}

func (f *Filter) text() string {
	switch f.Op {
	case Equal:
		return f.Field + " = " + crm.Quote(f.Texts)
	case In:
		return f.Field + " in (" + crm.Quote(f.Texts) + ")"
	case Contains:
		return f.Field + " contains " + crm.Quote(f.Texts)
	case BeginsWith:
		return f.Field + " begins with " + crm.Quote(f.Texts)
	case Between:
		return f.Field + " between " + Decimal(f.Numbers[0]) + " and " + Decimal(f.Numbers[1])
	}
	return f.Field + " " + f.Op.Sign() + " " + Decimal(f.Numbers[0])
}

// Sign returns the sign of a comparison of numbers.
func (o Op) Sign() string {
	return map[Op]string{Greater: ">", GreaterEqual: ">=", Less: "<", LessEqual: "<="}[o]
}

// Decimal returns a number with decimal digits alone.
func Decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
