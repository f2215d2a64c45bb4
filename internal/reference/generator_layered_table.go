package reference

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/traverse"
)

// table draws a table by a field or by a number of occurrences.
func (g *generator) table(b *strings.Builder, s *scene) {
	fmt.Fprintf(b, "table %q by ", s.name("T"))
	field := traverse.Field{Type: traverse.Number}
	byNumber := g.chance(1, "by number")
	if byNumber {
		var child strings.Builder
		g.write(&child, s, "", g.path(s), "cap")
		text := strings.TrimPrefix(child.String(), `"Tile": `)
		b.WriteString("number of " + strings.TrimSpace(text))
	} else {
		text, root := "", step{}
		for text == "" || strings.Contains(text, " or ") {
			text, root = g.root(s)
		}
		at := root
		lengths := []int{0, 1, 1, 2, 3}
		if g.large == byInteractions { // there are so many that a path must not fan out
			lengths = []int{0}
		}
		for range pick(g, "hops", lengths...) {
			rel := pick(g, "hop", g.relationships(at, true)...)
			if rel.Name == "" {
				break
			}
			at = step{rel.Name, g.schema.Entity(rel.Target), false}
			text += "." + quoteName(rel.Name)
		}
		fields := []traverse.Field{{Name: "Timestamp", Type: traverse.Time}}
		if !at.any {
			fields = slices.Collect(at.entity.Fields())
			fields = slices.DeleteFunc(fields, func(f traverse.Field) bool { return f.Derived != traverse.Stored })
		}
		field = pick(g, "field", fields...)
		b.WriteString(text + "." + quoteName(field.Name))
	}
	b.WriteString(" {\n")
	if g.chance(3, "season") {
		b.WriteString(g.season(s))
	}
	for range g.number("rows", 1, 4) {
		row := ""
		switch {
		case byNumber:
			row = g.countRow()
		case g.chance(1, "short"):
			row = g.shortRow(field)
		}
		if row == "" {
			row = g.operator(field, s.zone)
		}
		fmt.Fprintf(b, "%s %s\n", row, g.rowPoints())
	}
	if g.chance(1, "otherwise") {
		fmt.Fprintf(b, "otherwise %s\n", g.rowPoints())
	}
	b.WriteString("}\n")
}

func (g *generator) rowPoints() string {
	return "score " + g.let(pick(g, "row points", "+10", "0", "-5", "30", "+1000000", "-1000000000"))
}

// countRow draws a row about a number of occurrences.
func (g *generator) countRow() string {
	ordered := []string{"0", "1", "1.5", "2", "3", "5", "8"}
	n := func() string { return g.let(pick(g, "number", ordered...)) }
	if g.chance(1, "short") {
		return g.fromRow(ordered)
	}
	switch pick(g, "count row", "sign", "sign", "values", "in", "between") {
	case "values":
		return n() + ", " + n()
	case "in":
		return pick(g, "in", "in (", "not in (") + n() + ", " + n() + ")"
	case "between":
		i := g.number("from", 0, len(ordered)-2)
		return "between " + ordered[i] + " and " + ordered[g.number("to", i+1, len(ordered)-1)]
	}
	return pick(g, "sign", "= ", "!= ", "< ", "<= ", "> ", ">= ") + n()
}

// fromRow draws a row with bounds of numbers in ascending order.
func (g *generator) fromRow(ordered []string) string {
	i := g.number("from", 0, len(ordered)-2)
	to := ordered[g.number("to", i+1, len(ordered)-1)]
	switch pick(g, "form", "from", "to", "below", "from below") {
	case "from":
		return "from " + ordered[i]
	case "to":
		return "from " + ordered[i] + " to " + to
	case "below":
		return "below " + to
	}
	return "from " + ordered[i] + " below " + to
}

// shortRow draws a row without an operator, or "" if the type has none.
func (g *generator) shortRow(f traverse.Field) string {
	value := func() string {
		if len(f.Values) == 0 {
			return g.let(strconv.Quote(g.word()))
		}
		return strconv.Quote(pick(g, "value", f.Values...))
	}
	switch f.Type {
	case traverse.Number:
		if g.chance(1, "bounds") {
			return g.fromRow(numbers)
		}
		return pick(g, "value", numbers...) + ", " + pick(g, "value", numbers...)
	case traverse.Text, traverse.Choice, traverse.Choices:
		if g.chance(1, "several") {
			return value() + ", " + value()
		}
		return value()
	}
	return ""
}
