package plan

import (
	"fmt"
	"strings"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// goState declares what a counter needs beside its count.
func goState(w *Writer, c *Counter) {
	number := strings.TrimPrefix(c.Name, "n")
	switch u := c.Use; {
	case u.Kind == rules.PerField && !c.Shared:
		w.Line("var %s Seen", c.Seen)
	case u.Kind == rules.PerPeriod && u.N == 1:
		w.Line("var last%s int64", number)
	case u.Kind == rules.PerPeriod:
		w.Line("var last%s int64", number)
		w.Line("used%s := 0", number)
	case u.Kind == rules.Burst:
		w.Line("var times%s [%d]int64 // of the last occurrences", number, u.N)
		w.Line("next%s := 0", number)
	}
}

// goHit writes what a record does to a counter that does not just count.
func goHit(w *Writer, c *Counter) {
	number := strings.TrimPrefix(c.Name, "n")
	weight := ""
	switch u := c.Use; u.Kind {
	case rules.PerField:
		seen := c.Seen
		if c.Shared {
			seen = "n." + seen
		}
		w.Block(fmt.Sprintf("if %s.Add(r.%s)", seen, u.Field), func() { w.Line("%s++", c.Name) })
		return
	case rules.PerPeriod:
		period := "r.Time / day"
		if u.Days == 7 {
			period = "(r.Time + 3*day) / (7 * day)" // the first of January 1970 was a Thursday
		}
		if u.N == 1 {
			w.Block(fmt.Sprintf("if p := %s; p != last%s", period, number), func() {
				w.Line("last%s = p", number)
				w.Line("%s++", c.Name)
			})
			return
		}
		w.Block(fmt.Sprintf("if p := %s; p != last%s", period, number), func() { w.Line("last%s, used%s = p, 0", number, number) })
		w.Block(fmt.Sprintf("if used%s < %d", number, u.N), func() {
			w.Line("used%s++", number)
			w.Line("%s++", c.Name)
		})
		return
	case rules.Burst:
		w.Line("times%s[next%s %% %d] = r.Time", number, number, u.N)
		w.Line("next%s++", number)
		w.Block(fmt.Sprintf("if next%[1]s >= %[2]d && times%[1]s[next%[1]s%%%[2]d]-r.Time <= %[3]d*day", number, u.N, u.Days), func() {
			w.Line("%s = 1", c.Name)
		})
		return
	case rules.Newest:
		w.Block(fmt.Sprintf("if %s == 0", c.Name), func() { w.Line("%s = int(r.Time)", c.Name) })
		return
	case rules.Halving:
		weight = fmt.Sprintf("Halved(cut[0]-r.Time, %d)", u.Days)
	case rules.Losing:
		weight = fmt.Sprintf("Lost(cut[0]-r.Time, %d, %d)", u.Days, u.N)
	case rules.Fading:
		weight = fmt.Sprintf("Faded(cut[0]-r.Time, %d)", u.N)
	}
	if c.Use.One {
		// Newest first: nothing that follows a weight of 0 has another.
		w.Block(fmt.Sprintf("if %s == 0", c.Name), func() { w.Line("%s = %s", c.Name, weight) })
		return
	}
	w.Line("%s += %s", c.Name, weight)
}

// goParts writes the functions that add up the parts of a model.
func goParts(w *Writer, p *Plan, m *rules.Model) {
	f := NewFinish(w, p, Formula{
		Min: "min", Max: "max", Rounded: "Rounded",
		Season: func(s rules.Season) string {
			from, until := s.Micros()
			return fmt.Sprintf("cut[0] >= %d && cut[0] < %d", from, until)
		},
		Row: goRow,
	}, func(c *Counter) string { return "n." + c.Name }, "/", "Spans(cut[0], int64(%s), %d)")
	f.Declare = "%s := 0"
	f.Value = func(t *rules.Table) string { return goTableValue(w, t) }
	model := goName(m)
	function := func(name, comment string, body func()) {
		w.Line("")
		w.Line("%s", comment)
		w.Block(fmt.Sprintf("func %s%s(l *Lead, cut *Cutoffs, n *counts%s) int", name, model, model), body)
	}
	var groups []*rules.Group
	function("parts", "// parts"+model+" adds up all parts.", func() {
		f.Call = func(g *rules.Group, sum string) bool {
			groups = append(groups, g)
			w.Line("%s += %s%s(l, cut, n)", sum, strings.ReplaceAll(lower(g.Name), " ", ""), model)
			return true
		}
		w.Line("score := 0")
		for _, part := range m.Parts {
			f.Part(part, "score")
		}
		w.Line("return score")
	})
	f.Call = nil
	for _, g := range groups {
		name := strings.ReplaceAll(lower(g.Name), " ", "")
		function(name, fmt.Sprintf("// %s%s is %s.", name, model, g.Name), func() {
			if !g.Season.Always() {
				w.Block(fmt.Sprintf("if !(%s)", f.Season(g.Season)), func() { w.Line("return 0") })
			}
			f.Group(g, "score")
			w.Line("return %s", f.Scale(g, "score"))
		})
	}
}

// goTableValue writes how the value of a table is read, and returns its name.
func goTableValue(w *Writer, t *rules.Table) string {
	switch t.Entity {
	case crm.Lead:
		return "l." + t.Field
	case crm.Contact:
		return "l.Contact." + t.Field
	}
	name := lower(t.Field)
	switch t.Entity.Field(t.Field).Type {
	case crm.Number:
		w.Line("%s := math.NaN()", name)
	case crm.Choice:
		w.Line("var %s %s", name, t.Field)
	case crm.Text:
		w.Line("%s := \"\"", name)
	}
	w.Block("if a := l.Contact.Account; a != nil", func() { w.Line("%s = a.%s", name, t.Field) })
	return name
}

// goRow returns the test of a row.
func goRow(value string, t *rules.Table, r *rules.Row) string {
	if r.Texts != nil {
		return goTest(rules.Filter{Field: t.Field, Op: rules.In, Texts: r.Texts}, value, false,
			func(v string) string { return goValue(t.Entity, t.Field, v) })
	}
	if r.Empty() {
		switch t.Entity.Field(t.Field).Type {
		case crm.Number:
			return "math.IsNaN(" + value + ")"
		case crm.Choice:
			return value + " == 0"
		}
		return value + ` == ""`
	}
	return Range(r, value, "&&", rules.Decimal)
}

// Range returns the test of a row of numbers.
func Range(r *rules.Row, value, and string, number func(float64) string) string {
	var tests []string
	if r.From > 0 {
		tests = append(tests, value+" >= "+number(r.From))
	}
	if r.Below > 0 {
		tests = append(tests, value+" < "+number(r.Below))
	}
	return strings.Join(tests, " "+and+" ")
}

// goFilter returns a filter of a record r as an expression. rest reports that it
// follows &&.
func goFilter(e *crm.Entity, f rules.Filter, rest bool) string {
	switch f.Op {
	case rules.AnyOf:
		parts := make([]string, len(f.Parts))
		for i, part := range f.Parts {
			parts[i] = goFilter(e, part, false)
		}
		all := strings.Join(parts, " || ")
		if rest {
			return "(" + all + ")"
		}
		return all
	case rules.Not:
		return "!(" + goFilter(e, f.Parts[0], false) + ")"
	case rules.Before:
		return fmt.Sprintf("r.Time <= cut[%s]", rules.Decimal(f.Numbers[0]))
	}
	return goTest(f, "r."+f.Field, rest, func(v string) string { return goValue(e, f.Field, v) })
}
