package reference

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/traverse"
)

// condition draws a condition, or a tier.
func (g *generator) condition(b *strings.Builder, s *scene) {
	name := s.name("C")
	s.conditions = append(s.conditions, name)
	fmt.Fprintf(b, "condition %q {\n", name)
	seasonal := g.chance(3, "season")
	if seasonal && g.chance(1, "first") {
		b.WriteString(g.season(s))
		seasonal = false
	}
	var items []string
	item := func(draw func(b *strings.Builder)) {
		var b strings.Builder
		draw(&b)
		items = append(items, b.String())
	}
	kind := pick(g, "kind", "count", "count", "count", "same", "decay", "decay", "without", "hold")
	switch kind {
	case "count":
		for range pick(g, "counting", 1, 1, 2) {
			item(func(b *strings.Builder) { g.counting(b, s) })
		}
	case "same":
		item(func(b *strings.Builder) { g.sameValue(b, s) })
	case "decay":
		item(func(b *strings.Builder) { g.fading(b, s) })
	case "without":
		item(func(b *strings.Builder) { g.everyWithout(b, s) })
	}
	holding := g.number("holding", 0, 2)
	if kind == "hold" {
		holding = max(holding, 1)
	}
	for range holding {
		item(func(b *strings.Builder) { g.holding(b, s, 1) })
	}
	if g.chance(1, "backwards") {
		slices.Reverse(items)
	}
	b.WriteString(strings.Join(items, ""))
	if seasonal {
		b.WriteString(g.season(s))
	}
	b.WriteString(g.points(kind == "without" || g.chance(2, "bounded")) + "}\n")
}

// points draws the points of a condition, with a bound if that is needed.
func (g *generator) points(bounded bool) string {
	n := pick(g, "points", 1, 2, 5, 7, 10, 15, 100, 1_000_000, 1_000_000_000)
	up := !g.chance(2, "negative")
	sign, to := "+", "up to"
	if !up {
		sign, to = "-", "down to"
	}
	// "`score Demo` takes the value's sign; after a sign … the value must have none."
	signed := func(n int) string {
		switch pick(g, "sign", "before", "before", "in the value") {
		case "before":
			return sign + g.let(fmt.Sprint(n))
		}
		if up {
			return g.let(pick(g, "plus", "", "+") + fmt.Sprint(n))
		}
		return g.let(sign + fmt.Sprint(n))
	}
	text := "score " + signed(n)
	if bounded {
		text += " " + to + " " + signed(min(n*pick(g, "times", 1, 2, 3, 5, 100)+pick(g, "over", 0, 0, n/2), 1_000_000_000))
	}
	return text + "\n"
}

// A drawn is a path that was drawn.
type drawn struct {
	text  string
	steps []step
	hops  int // that are left
	typ   traverse.Type
	dated bool
}

func newDrawn(text string, steps []step) drawn {
	d := drawn{text: text, steps: steps, hops: traverse.MaxHops - len(steps) + 1}
	d.typ, d.dated = rangeType(steps)
	return d
}

// common returns an entity that has what several kinds of interaction have in common.
func (g *generator) common(kinds []string) *traverse.Entity {
	first := g.schema.Entity(kinds[0])
	d := traverse.Definition{Name: "Common", Kind: traverse.Interaction}
	for f := range first.Fields() {
		all := func(kind string) bool {
			o, ok := g.schema.Entity(kind).Field(f.Name)
			return ok && o.Type == f.Type && o.Exact == f.Exact && slices.Equal(o.Values, f.Values)
		}
		if !slices.ContainsFunc(kinds, func(k string) bool { return !all(k) }) {
			d.Fields = append(d.Fields, f)
		}
	}
	for r := range first.Relationships() {
		other := func(kind string) bool {
			o, _ := g.schema.Entity(kind).Relationship(r.Name)
			return o != r
		}
		if !slices.ContainsFunc(kinds, other) {
			d.Relationships = append(d.Relationships, r)
		}
	}
	schema, err := g.schema.Extend(d)
	if err != nil {
		g.Fatal(err)
	}
	return schema.Entity("Common")
}

// root draws the root of a path.
func (g *generator) root(s *scene) (string, step) {
	kinds := []string{"EmailOpened", "EmailClicked", "WebsiteVisited"}
	if s.target != "lead" { // which takes only interactions with a reference to a lead
		kinds = append(kinds, "EmailSent", "Call")
	}
	name := pick(g, "root", append(slices.Clone(kinds), "Lead", "Lead", "Interaction", "several", "several")...)
	switch name {
	case "Interaction":
		return name, step{name, g.schema.Entity("EmailOpened"), true}
	case "several":
		from := g.number("first kind", 0, len(kinds)-2)
		kinds = kinds[from:g.number("last kind", from+2, len(kinds))]
		if g.chance(1, "backwards") {
			slices.Reverse(kinds)
		}
		return strings.Join(kinds, " or "), step{"", g.common(kinds), false}
	}
	return name, step{name, g.schema.Entity(name), false}
}

// path draws a path.
func (g *generator) path(s *scene) drawn {
	if g.large != "" {
		return g.largePath()
	}
	text, root := g.root(s)
	steps := []step{root}
	lengths := []int{0, 0, 1, 1, 2, 3}
	if g.plain || g.random != nil { // there are many records
		lengths = []int{0, 0, 0, 1}
	}
	for range pick(g, "hops", lengths...) {
		rel := pick(g, "hop", g.relationships(steps[len(steps)-1], true)...)
		if rel.Name == "" {
			break
		}
		steps = append(steps, step{rel.Name, g.schema.Entity(rel.Target), false})
		text += "." + quoteName(rel.Name)
	}
	return newDrawn(text, steps)
}

// datedPath draws a path whose occurrences have a date.
func (g *generator) datedPath(s *scene) drawn {
	for range 4 {
		if d := g.path(s); d.dated {
			return d
		}
	}
	return newDrawn("EmailOpened", []step{{"EmailOpened", g.schema.Entity("EmailOpened"), false}})
}

// counting draws a child that counts.
func (g *generator) counting(b *strings.Builder, s *scene) {
	frequency := "each"
	if g.chance(2, "every") {
		frequency = "every " + g.let(pick(g, "every", "2", "3"))
	}
	g.write(b, s, frequency, g.path(s), "cap")
}

// fading draws a child that decays.
func (g *generator) fading(b *strings.Builder, s *scene) {
	g.write(b, s, pick(g, "frequency", "each", "each", "has"), g.datedPath(s), "cap", "decay")
}

// everyWithout draws a child that counts how long there is no occurrence.
func (g *generator) everyWithout(b *strings.Builder, s *scene) {
	d := g.datedPath(s)
	g.write(b, s, "every "+g.let(g.decaySpan(d))+" without", d)
}

// holding draws a child that holds, or a block of such children.
func (g *generator) holding(b *strings.Builder, s *scene, depth int) {
	if depth > 2 || !g.chance(2, "block") {
		d := g.path(s)
		if d.dated && g.chance(2, "burst") {
			g.write(b, s, "at least "+pick(g, "at least", "2", "2", "3"), d, "burst")
			return
		}
		g.write(b, s, g.frequency(), d, "cap")
		return
	}
	b.WriteString(g.label() + pick(g, "block", "any of {\n", "all of {\n"))
	for range g.number("block", 1, 3) {
		g.holding(b, s, depth+1)
	}
	b.WriteString("}\n")
}

// frequency draws a frequency that holds.
func (g *generator) frequency() string {
	n := func() string { return g.let(pick(g, "count", "1", "2", "3", "6")) }
	switch pick(g, "frequency", "has", "none", "at least", "at most", "exactly", "from") {
	case "has":
		return "has"
	case "none":
		return "none"
	case "at least":
		return "at least " + n()
	case "at most":
		return "at most " + n()
	case "exactly":
		return "exactly " + n()
	}
	return pick(g, "from", "from 1 to 2", "from 2 to 3", "from 1 to 1000000", "from 2 to 6")
}

func (g *generator) label() string {
	if g.chance(3, "label") {
		return `"Tile": `
	}
	return ""
}

// write writes a child with a date range and some of what else may follow its path.
func (g *generator) write(b *strings.Builder, s *scene, frequency string, d drawn, additions ...string) {
	var texts []string
	if d.dated && g.chance(1, "range") {
		texts = append(texts, g.dateRange(d.typ, s.zone))
	}
	for _, a := range additions {
		switch {
		case a == "burst":
			texts = append(texts, " within any "+g.let(g.burstSpan(d.typ)))
		case a == "decay":
			texts = append(texts, " "+g.decay(d))
		case g.chance(1, a):
			texts = append(texts, " "+g.cap(d))
		}
	}
	if g.chance(1, "backwards") {
		slices.Reverse(texts)
	}
	fmt.Fprintf(b, "%s%s %s%s\n%s", g.label(), frequency, d.text, strings.Join(texts, ""), g.where(d, s))
}

// where draws the expressions of a child.
func (g *generator) where(d drawn, s *scene) string {
	if g.plain || g.chance(1, "no expression") {
		return ""
	}
	return "where " + g.logic(pick(g, "depth", 0, 1, 2, 3), "", func() string { return g.expression(d.steps, d.hops, s.zone) }) + "\n"
}

func (g *generator) burstSpan(t traverse.Type) string {
	if t == traverse.Date {
		return pick(g, "burst", "1 day", "2 days", "7 days", "1 week", "31 days")
	}
	return pick(g, "burst", "1 hour", "1 day", "24 hours", "90 minutes", "1 minute", "2 days", "1 week")
}

// decaySpan draws a span after which an occurrence is older.
func (g *generator) decaySpan(d drawn) string {
	spans := []string{"1 day", "1 month", "30 days", "1 week", "2 months", "1 year", "100 years", "1200 months"}
	if d.typ == traverse.Time {
		spans = append(spans, "1 hour", "1 minute", "24 hours", "90 minutes")
	}
	return pick(g, "decay span", spans...)
}

func (g *generator) decay(d drawn) string {
	switch pick(g, "decay", "halving", "losing", "fading") {
	case "halving":
		return "halving every " + g.let(g.decaySpan(d))
	case "losing":
		return fmt.Sprintf("losing %s%% every %s", pick(g, "percent", "25", "1", "30", "33", "50", "100"), g.let(g.decaySpan(d)))
	}
	spans := []string{"1 day", "5 days", "366 days", "3 months", "30 days", "52 weeks", "100 years", "7 years"}
	if d.typ == traverse.Time {
		spans = append(spans, "24 hours", "366 minutes", "3 hours")
	}
	return "fading over " + pick(g, "fading", spans...)
}

// cap draws a cap of each kind of X.
func (g *generator) cap(d drawn) string {
	text := pick(g, "cap", "once per ", "once per ", "up to 1 per ", "up to 2 per ", "up to 3 per ")
	kinds := []string{"reference", "reference", "longer", "step"}
	if d.dated {
		kinds = append(kinds, "period", "period", "period")
	}
	at := d.steps[len(d.steps)-1]
	switch pick(g, "x", kinds...) {
	case "period":
		periods := []string{"day", "week", "month", "year"}
		if d.typ == traverse.Time {
			periods = append(periods, "hour", "hour")
		}
		return text + pick(g, "period", periods...)
	case "step":
		if steps := freeSteps(d.steps); len(steps) > 0 {
			return text + quoteName(pick(g, "step", steps...).name)
		}
	case "longer":
		if d.hops > 0 {
			rel := pick(g, "hop", g.relationships(at, false)...)
			if rel.Name != "" {
				return text + quoteName(rel.Name) + "." + g.x(step{rel.Name, g.schema.Entity(rel.Target), false}, d.hops-1)
			}
		}
	}
	return text + g.x(at, d.hops)
}

// freeSteps returns the steps of a path that a name can mean.
func freeSteps(path []step) []step {
	last := path[len(path)-1].entity
	return slices.DeleteFunc(slices.Clone(path), func(s step) bool {
		taken := 0
		for _, other := range path {
			if other.name == s.name {
				taken++
			}
		}
		_, isField := last.Field(s.name)
		_, isRelationship := last.Relationship(s.name)
		return s.name == "" || taken > 1 || isField || isRelationship
	})
}

// x draws a field or a reference that tells occurrences apart.
func (g *generator) x(at step, hops int) string {
	names := []string{}
	if at.any {
		names = append(names, "Timestamp")
	} else {
		for f := range at.entity.Fields() {
			if f.Derived == traverse.Stored && f.Type != traverse.Choices {
				names = append(names, f.Name)
			}
		}
	}
	if hops > 0 {
		for _, r := range g.relationships(at, false) {
			if r.Name != "" {
				names = append(names, r.Name, r.Name)
			}
		}
	}
	return quoteName(pick(g, "x", names...))
}

// sameValue draws a block that counts values.
func (g *generator) sameValue(b *strings.Builder, s *scene) {
	interactions := []string{"EmailOpened", "EmailClicked", "WebsiteVisited", "Interaction", "EmailOpened or WebsiteVisited"}
	ofLead := []string{"EmailOpened", "EmailClicked", "WebsiteVisited", "EmailClicked or EmailOpened", "Lead.Orders", "Lead.ParentContact.Clicks"}
	paths := map[string][]string{
		"Contact":               append(slices.Clone(interactions), "Lead.ParentContact.Visits"),
		"Contact.ParentAccount": append(slices.Clone(interactions), "Lead.ParentContact.Visits"),
		"Contact.City":          interactions,
		"Contact.Birthday":      append(slices.Clone(interactions), "Lead.ParentContact.Visits"),
		"Timestamp":             interactions,
		"Url":                   {"EmailClicked", "WebsiteVisited", "WebsiteVisited or EmailClicked"},
		"EmailName":             {"EmailClicked"},
		"Lead":                  ofLead,
		"Lead.Topic":            ofLead,
		"Lead.Qualified":        ofLead,
		"Product":               {"Lead.Orders"},
		"Amount":                {"Lead.Orders"},
	}
	if s.target != "lead" {
		paths["Contact"] = append(paths["Contact"], "EmailSent", "Call")
		paths["EmailName"] = append(paths["EmailName"], "EmailSent", "EmailSent or EmailClicked")
	}
	ref := pick(g, "same", slices.Sorted(maps.Keys(paths))...)
	b.WriteString(g.label() + "same " + ref + " {\n")
	for i := range g.number("children", 1, 3) {
		text := pick(g, "path", paths[ref]...)
		d := newDrawn(text, g.stepsOfText(text))
		frequency := pick(g, "frequency", "has", "at least 1", "at least 2", "exactly 1", "from 1 to 2")
		if i > 0 {
			frequency = g.frequency()
		}
		if d.dated && g.chance(3, "burst") {
			g.write(b, s, "at least 2", d, "burst")
		} else {
			g.write(b, s, frequency, d, "cap")
		}
	}
	b.WriteString("}\n")
}

// stepsOfText returns the steps of a path without names in back quotes.
func (g *generator) stepsOfText(text string) []step {
	if text == "Interaction" {
		return []step{{text, g.schema.Entity("EmailOpened"), true}}
	}
	if kinds := strings.Split(text, " or "); len(kinds) > 1 {
		return []step{{"", g.common(kinds), false}}
	}
	path, err := g.schema.Path(strings.Split(text, ".")...)
	if err != nil {
		g.Fatal(err)
	}
	return stepsOf(path)
}
