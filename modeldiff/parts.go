package modeldiff

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/grades"
)

// The kinds of parts of a model, as they are called in a [Change].
const (
	dimension = "dimension"
	group     = "group"
	firstOf   = "first of"
	table     = "table"
)

// A part is a part of a model that has a name and holds something: a dimension, group,
// first of block or table.
type part struct {
	kind, name string
	in         *part      // nil for the model
	says       []property // apart from what it holds
	grades     grades.Scale
	rows       []row              // of a table
	parts      []*part            // that it holds
	conditions []*check.Condition // that it holds, those of a first of block in their order
}

// A property is something that is said of a part at most once, or always: then plain is
// what it is if nothing is said.
type property struct{ what, text, plain string }

// String returns the kind and name, such as `group "Emails"`, or "the model" for nil.
func (p *part) String() string {
	if p == nil {
		return "the model"
	}
	return fmt.Sprintf("%s %q", p.kind, p.name)
}

// A layout says where everything in a model stands.
type layout struct {
	parts      []*part // in the order of the rules, each before those in it
	conditions []*check.Condition
	places     map[*check.Condition]*part            // nil for the model itself
	next       map[*check.Condition]*check.Condition // of a tier, the one after it
}

// layoutOf returns the layout of a model. Rows of tables are no conditions in it.
func layoutOf(m *check.Model) *layout {
	l := &layout{places: map[*check.Condition]*part{}, next: map[*check.Condition]*check.Condition{}}
	for i := range m.Conditions {
		if c := &m.Conditions[i]; c.Row == nil {
			l.conditions = append(l.conditions, c)
		}
	}
	l.add(m, m.Parts, nil)
	return l
}

// add adds parts that a part holds.
func (l *layout) add(m *check.Model, parts []check.Part, in *part) {
	condition := func(i int, at *part) {
		c := &m.Conditions[i]
		l.places[c] = at
		if at != nil {
			at.conditions = append(at.conditions, c)
		}
	}
	for _, p := range parts {
		out := &part{in: in}
		var holds []check.Part
		switch p := p.(type) {
		case check.ConditionPart:
			condition(int(p), in)
			continue
		case *check.Group:
			out.kind, out.name, holds = group, p.Name, p.Parts
			out.says = []property{{what: "season", text: seasonOf(p.Source.Clauses)}, {what: "limit", text: limitText(p.Limit)}}
		case *check.Dimension:
			out.kind, out.name, out.grades, holds = dimension, p.Name, p.Grades, p.Parts
			out.says = []property{
				{what: "season", text: seasonOf(p.Source.Clauses)}, {what: "limit", text: limitText(p.Limit)},
				{what: "out of", text: outOfText(p)}, {what: "weight", text: fmt.Sprintf("%d%%", p.Weight), plain: "100%"},
			}
		case *check.Tiers:
			out.name = p.Name
			if p.Table != nil {
				out.kind, out.rows = table, rowsOf(m, p)
				out.says = []property{{what: "by", text: byText(p.Table)}, {what: "season", text: seasonText(p.Table.Active)}}
				break
			}
			out.kind = firstOf
			out.says = []property{{what: "season", text: seasonText(p.FirstOf.Active)}}
			for i, at := range p.Conditions {
				condition(at, out)
				if i > 0 {
					l.next[&m.Conditions[p.Conditions[i-1]]] = &m.Conditions[at]
				}
			}
		}
		if in != nil {
			in.parts = append(in.parts, out)
		}
		l.parts = append(l.parts, out)
		l.add(m, holds, out)
	}
}

func outOfText(d *check.Dimension) string {
	if d.OutOf == 0 {
		return ""
	}
	return strconv.FormatInt(d.OutOf, 10)
}

// own returns what is said of a part, apart from the conditions and parts that it holds.
func (p *part) own() []string {
	var texts []string
	for _, say := range p.says {
		if say.text != say.plain {
			texts = append(texts, say.what+" "+say.text)
		}
	}
	for b := range p.grades.Bands() {
		texts = append(texts, fmt.Sprintf("grade %q %s", b.Name, scores(b)))
	}
	for _, r := range p.rows {
		texts = append(texts, r.test+" score "+r.points)
	}
	return texts
}

// content returns everything in a part except its name. renamed has other names for what
// it holds.
func (p *part) content(renamed map[string]string) string {
	var inner []string
	for _, c := range p.conditions {
		inner = append(inner, fmt.Sprintf("condition %q %s", called(c.Name, renamed), conditionText(c)))
	}
	for _, other := range p.parts {
		inner = append(inner, fmt.Sprintf("%s %q %s", other.kind, called(other.name, renamed), other.content(renamed)))
	}
	if p.kind != firstOf {
		slices.Sort(inner)
	}
	return "{" + strings.Join(slices.Concat([]string{p.kind}, p.own(), inner), "; ") + "}"
}

// called returns the name by which something is known instead of its own, or its own.
func called(name string, renamed map[string]string) string {
	if other, ok := renamed[name]; ok {
		return other
	}
	return name
}

// place says where a condition stands, or "" for the model itself.
func (l *layout) place(c *check.Condition) string {
	at := l.places[c]
	switch next := l.next[c]; {
	case at == nil:
		return ""
	case next != nil:
		return fmt.Sprintf("%s, before %q", at, next.Name)
	}
	return at.String()
}

// parts compares the dimensions, groups, first of blocks and tables of two versions.
func (d *differ) parts() {
	kept := map[*part]bool{}
	for _, p := range d.now.parts {
		old := d.pairs.parts[p]
		if old == nil {
			d.add(Change{Part: p.String(), What: p.kind, Kind: Added, To: p.added()})
			continue
		}
		kept[old] = true
		if old.name != p.name {
			d.add(Change{Part: p.String(), What: p.kind, Kind: Renamed, From: old.name, To: p.name})
		}
		if !d.pairs.same(old.in, p.in) {
			d.add(Change{Part: p.String(), What: p.kind, Kind: Moved, From: old.in.String(), To: p.in.String()})
		}
		in := Change{Part: p.String()}
		for i, say := range p.says {
			d.value(in, say.what, old.says[i].text, say.text)
		}
		d.grades(in, old.grades, p.grades)
		d.tiers(in, old, p)
		d.rows(in, old.rows, p.rows)
	}
	for _, p := range d.old.parts {
		if !kept[p] {
			d.add(Change{Part: p.String(), What: p.kind, Kind: Removed, From: p.added()})
		}
	}
}

// added says what a part is that was added or removed.
func (p *part) added() string {
	texts := p.own()
	if p.in != nil {
		texts = append(texts, "in "+p.in.String())
	}
	return strings.Join(texts, "; ")
}

// tiers compares the order of the conditions that a first of block has in two versions.
func (d *differ) tiers(in Change, old, now *part) {
	if now.kind != firstOf {
		return
	}
	var before, after []string
	name := map[*check.Condition]string{} // of those that both have
	for _, c := range now.conditions {
		if from := d.pairs.conditions[c]; from != nil && d.old.places[from] == old {
			name[from] = strconv.Quote(c.Name)
			after = append(after, name[from])
		}
	}
	for _, c := range old.conditions {
		if name[c] != "" {
			before = append(before, name[c])
		}
	}
	d.order(in, before, after)
}

// order compares two orders of the same names. It leaves out those at the beginning and
// the end that both orders have in common.
func (d *differ) order(in Change, before, after []string) {
	for len(before) > 0 && before[0] == after[0] {
		before, after = before[1:], after[1:]
	}
	for n := len(before); n > 0 && before[n-1] == after[n-1]; n-- {
		before, after = before[:n-1], after[:n-1]
	}
	d.value(in, "order", strings.Join(before, ", "), strings.Join(after, ", "))
}

// rows compares the rows of a table. Rows correspond if they ask the same; of several
// that do, the first corresponds to the first.
func (d *differ) rows(in Change, old, now []row) {
	type key struct {
		test string
		nth  int
	}
	keys := func(rows []row) (list []key, points map[key]string) {
		points = map[key]string{}
		seen := map[string]int{}
		for _, r := range rows {
			k := key{r.test, seen[r.test]}
			seen[r.test]++
			list, points[k] = append(list, k), r.points
		}
		return list, points
	}
	name := func(k key) string { return "`" + k.test + "`" }
	was, before := keys(old)
	is, after := keys(now)
	for i, k := range is {
		points, ok := before[k]
		if to := after[k]; ok {
			d.value(in, "row "+name(k), points, to)
		} else {
			if i+1 < len(is) {
				to += ", before " + name(is[i+1])
			}
			d.value(in, "row "+name(k), "", to)
		}
	}
	for _, k := range was {
		if _, ok := after[k]; !ok {
			d.value(in, "row "+name(k), before[k], "")
		}
	}
	common := func(list []key, other map[key]string) (names []string) {
		for _, k := range list {
			if _, ok := other[k]; ok {
				names = append(names, name(k))
			}
		}
		return names
	}
	d.order(in, common(was, after), common(is, before))
}

// content returns everything that the model holds, sorted, as the order of what stands in
// the model itself makes no difference.
func (l *layout) content() []string {
	var texts []string
	for _, c := range l.conditions {
		if l.places[c] == nil {
			texts = append(texts, fmt.Sprintf("condition %q %s", c.Name, conditionText(c)))
		}
	}
	for _, p := range l.parts {
		if p.in == nil {
			texts = append(texts, p.String()+" "+p.content(nil))
		}
	}
	slices.Sort(texts)
	return texts
}
