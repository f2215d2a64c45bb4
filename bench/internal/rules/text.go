package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/bench/internal/crm"
)

// Text returns the model in the rule language of leadscore.
func (m *Model) Text() string {
	w := &writer{}
	w.block(fmt.Sprintf("model %q", m.Name), func() {
		w.line("target contact")
		if len(m.Parts) > 0 {
			w.line("%s", m.Limit.text())
		}
		for i := range m.Rules {
			w.part(&m.Rules[i])
		}
		for _, part := range m.Parts {
			w.part(part)
		}
	})
	return w.String()
}

// Text returns the child in the rule language of leadscore.
func (c *Child) Text() string {
	var kinds []string
	for _, e := range c.Kinds() {
		kinds = append(kinds, path(e))
	}
	words := []string{c.frequency(), strings.Join(kinds, " or ")}
	switch {
	case c.Until > 0:
		words = append(words, fmt.Sprintf("between %d and %d days ago", c.Days, c.Until))
	case c.Days > 0:
		words = append(words, "within last "+days(c.Days))
	}
	words = append(words, c.Use.words()...)
	for i := range c.Filters {
		words = append(words, []string{"where", "and"}[min(i, 1)], c.Filters[i].text())
	}
	return strings.Join(words, " ")
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

func (c *Child) frequency() string {
	switch c.Frequency {
	case Each:
		return "each"
	case Has:
		return "has"
	case None:
		return "none"
	case AtMost:
		return fmt.Sprintf("at most %d", c.N)
	case Exactly:
		return fmt.Sprintf("exactly %d", c.N)
	case FromTo:
		return fmt.Sprintf("from %d to %d", c.N, c.Most)
	case Every:
		return fmt.Sprintf("every %d", c.N)
	case EveryWithout:
		return "every " + days(c.N) + " without"
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
	case AnyOf:
		parts := make([]string, len(f.Parts))
		for i := range f.Parts {
			parts[i] = f.Parts[i].text()
		}
		return "(" + strings.Join(parts, " or ") + ")"
	case Not:
		return "not (" + f.Parts[0].text() + ")"
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
