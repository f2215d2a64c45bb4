package reference

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// sharpData draws one lead, and records just before, at and just after every edge.
func (g *generator) sharpData() Data {
	link := func(names ...string) map[string]traverse.Value {
		values := map[string]traverse.Value{}
		for _, name := range names {
			values[name] = traverse.TextValue(strings.TrimPrefix(name, "Parent") + "-0")
		}
		return values
	}
	data := Data{
		traverse.Lead:    {{"Lead-0", link(traverse.ParentContact, traverse.ParentAccount)}},
		traverse.Account: {{"Account-0", link()}},
	}
	for _, name := range []string{"EmailOpened", "WebsiteVisited", "Visit", "Contact"} {
		for i := range 3*max(len(g.instants), len(g.days)) + g.number("more", 0, 9) {
			r := Record{id(name, i), link(traverse.Contact)}
			if name == traverse.Contact {
				r.Values = link(traverse.ParentAccount)
			}
			for f := range g.schema.Entity(name).Fields() {
				edge, side := i/3, i%3-1
				switch {
				case f.Type == traverse.Time && edge < len(g.instants):
					r.Values[f.Name] = traverse.TimeValue(g.instants[edge].Add(time.Duration(side) * time.Microsecond))
				case f.Type == traverse.Date && edge < len(g.days):
					r.Values[f.Name] = traverse.DateValue(g.days[edge].AddDate(0, 0, side).Date())
				default:
					r.Values[f.Name] = g.value(f)
				}
			}
			data[name] = append(data[name], r)
		}
	}
	return data
}

// manyData draws a few leads with many interactions that are mostly alike, so that
// counts are large and time stamps equal.
func (g *generator) manyData() Data {
	g.random = g.seeded("data")
	if g.large != "" {
		return g.largeData()
	}
	data := g.data()
	for _, name := range entities {
		e := g.schema.Entity(name)
		if e.Kind() != traverse.Interaction || len(data[traverse.Contact]) == 0 {
			continue
		}
		var values []map[string]traverse.Value // the records are copies of these
		for range g.number("sorts", 1, 6) {
			v := map[string]traverse.Value{}
			for f := range e.Fields() {
				if !g.chance(3, "null") {
					v[f.Name] = g.value(f)
				}
			}
			values = append(values, v)
		}
		for range pick(g, "copies", 0, 3, 5, 5, 10, 10, 10, 20, 20, 40, 260) {
			r := Record{id(name, len(data[name])), maps.Clone(pick(g, "sort", values...))}
			// Names that are not declared have values, too.
			r.Values[traverse.Contact] = traverse.TextValue(id(traverse.Contact, g.number("contact", 0, min(1, len(data[traverse.Contact])-1))))
			if _, ok := e.Relationship(traverse.Lead); ok && !g.chance(2, "no lead") {
				r.Values[traverse.Lead] = traverse.TextValue(id(traverse.Lead, g.number("lead", 0, 1)))
			}
			if g.chance(2, "another time") {
				r.Values[traverse.Timestamp] = g.value(traverse.Field{Type: traverse.Time})
			}
			data[name] = append(data[name], r)
		}
	}
	data[traverse.Lead] = data[traverse.Lead][:min(3, len(data[traverse.Lead]))]
	return data
}

// data draws records of all entities.
func (g *generator) data() Data {
	data := Data{}
	for _, name := range entities {
		n := g.number(name+"s", 0, 5)
		switch e := g.schema.Entity(name); {
		case name == traverse.Lead:
			n = max(n, 1)
		case e.Kind() == traverse.Interaction && g.chance(1, "more"):
			n += 8
		}
		for i := range n {
			data[name] = append(data[name], Record{ID: id(name, i), Values: map[string]traverse.Value{}})
		}
	}
	for _, name := range entities {
		e := g.schema.Entity(name)
		for _, r := range data[name] {
			for f := range e.Fields() {
				if !g.chance(3, "null") {
					r.Values[f.Name] = g.value(f)
				}
			}
			for _, rel := range g.relationships(step{name, e, false}, false) {
				if rel.Name == "" {
					continue
				}
				switch n := len(data[rel.Target]); {
				case n == 0 || g.chance(4, "dangling"):
					r.Values[rel.Name] = traverse.TextValue(pick(g, "dangling id", "gone", "", "GONE"))
				case !g.chance(2, "no reference"):
					r.Values[rel.Name] = traverse.TextValue(id(rel.Target, g.number(rel.Name, 0, n-1)))
				}
			}
			if name == traverse.Lead && g.chance(1, "account-based") {
				delete(r.Values, traverse.ParentContact)
			}
		}
	}
	return data
}

func id(entity string, i int) string { return fmt.Sprintf("%s-%d", entity, i) }

func (g *generator) value(f traverse.Field) traverse.Value {
	listed := func() string {
		v := pick(g, "listed", append(slices.Clone(f.Values), "unlisted")...)
		return g.otherCase(v)
	}
	if g.databases {
		if v, ok := g.unusual(f); ok {
			return v
		}
	}
	switch f.Type {
	case traverse.Text:
		return traverse.TextValue(g.text())
	case traverse.Choice:
		return traverse.TextValue(listed())
	case traverse.Choices:
		var chosen []string
		for range g.number("chosen", 0, 3) {
			chosen = append(chosen, listed())
		}
		return traverse.ChoicesValue(chosen...)
	case traverse.Bool:
		return traverse.BoolValue(g.chance(1, "bool"))
	case traverse.Number:
		list := numbers
		if g.fewNumbers != nil {
			list = g.fewNumbers
		}
		n, _ := strconv.ParseFloat(pick(g, "number value", list...), 64)
		return traverse.NumberValue(n + pick(g, "number jitter", 0, 0, 1e-9, -1e-9, 1))
	case traverse.Time:
		t := pick(g, "instant", g.instants...).Add(pick(g, "instant jitter", jitters...))
		return traverse.TimeValue(t.Add(pick[time.Duration](g, "finer", 0, 0, 1, 999)))
	}
	day := pick(g, "day", g.days...).AddDate(0, 0, pick(g, "day jitter", 0, -1, 1, 2))
	return traverse.DateValue(day.Date())
}

// text draws an operand in another letter case, a longer or shorter one, or another
// text.
func (g *generator) text() string {
	if len(g.texts) == 0 || g.chance(3, "unrelated") {
		return g.word()
	}
	// PostgreSQL holds no NUL.
	text := strings.ReplaceAll(pick(g, "operand", g.texts...), "\x00", "")
	switch pick(g, "variant", "same", "prefix", "suffix", "longer", "before") {
	case "prefix":
		runes := []rune(text)
		text = string(runes[:g.number("length", 0, len(runes))])
	case "suffix":
		runes := []rune(text)
		text = string(runes[g.number("skip", 0, len(runes)):])
	case "longer":
		text += g.word()
	case "before":
		text = g.word() + text
	}
	return g.otherCase(text)
}

func (g *generator) otherCase(s string) string {
	switch pick(g, "case", "same", "upper", "lower", "title") {
	case "upper":
		return strings.ToUpper(s)
	case "lower":
		return strings.ToLower(s)
	case "title":
		return strings.ToTitle(s)
	}
	return s
}

// described is data that is written, without empty values, if a property fails.
type described Data

func (data described) String() string {
	var b strings.Builder
	for _, entity := range entities {
		for _, r := range data[entity] {
			fmt.Fprintf(&b, "%s %s:", entity, r.ID)
			for name, v := range sorted(r.Values) {
				if !empty(v) {
					fmt.Fprintf(&b, " %s=%q", name, v)
				}
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}
