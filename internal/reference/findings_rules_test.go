package reference

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// oddRules draws models of few paths, fields and values, so that their parts
// contradict, repeat and follow from each other; with layered, of the second layer.
func (g *generator) oddRules(layered bool) string {
	g.random = g.seeded("rules")
	g.fewNumbers = pick(g, "numbers", []string{"0", "1", "50"}, []string{"0.3", "0.30000000000000004", "0.1", "-1"}, []string{"-1", "0"})
	g.fewFragments = pick(g, "fragments", []string{"a", "b", "A"}, []string{"a"}, []string{"k", "\u212a", "x"})
	var b strings.Builder
	for m := range g.number("models", 1, 2) {
		o := &odd{generator: g, scene: &scene{grades: map[string]int{}, target: pick(g, "target", "contact", "contact", "account")}, layered: layered}
		if layered {
			o.scene.target = pick(g, "target", "contact", "contact", "account", "lead", "lead with contact")
		}
		o.scene.zone = pick(g, "zone", "UTC", g.zone)
		fmt.Fprintf(&b, "model \"M%d\" {\n    target %s\n    time zone %q\n", m, o.scene.target, o.scene.zone)
		o.moments, o.spans = []string{g.moment(o.scene.zone), g.moment(o.scene.zone)}, pick(g, "spans", nearSpans...)
		if layered {
			o.parts(&b)
		} else {
			for range g.number("conditions", 1, 4) {
				o.condition(&b)
			}
		}
		ownGrades := g.grades(&b)
		switch {
		case layered && g.chance(1, "decision"):
			o.scene.grades = map[string]int{"": ownGrades}
			fmt.Fprintf(&b, "    sales ready when %s\n", g.logic(2, "", func() string { return g.judgment(o.scene) }))
		case g.chance(1, "sales ready"):
			fmt.Fprintf(&b, "    sales ready at %d\n", pick(g, "threshold", 1, 0, -20, 7, 10, 50))
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// odd draws one odd model.
type odd struct {
	*generator
	scene          *scene
	layered        bool
	moments, spans []string
	bodies         []string // of conditions so far
}

// paths draws paths that begin alike.
func (g *odd) paths() []string {
	if !g.layered {
		return pick(g.generator, "paths", oddPaths...)
	}
	list := slices.Concat(oddPaths, severalKinds, severalKinds)
	if g.scene.target == "lead" { // which takes only interactions with a reference to a lead
		list = slices.DeleteFunc(list, func(paths []string) bool { return strings.HasPrefix(paths[0], "EmailSent") })
	}
	return pick(g.generator, "paths", list...)
}

// condition draws a condition, often one that has been drawn before.
func (g *odd) condition(b *strings.Builder) {
	name := g.scene.name("C")
	g.scene.conditions = append(g.scene.conditions, name)
	head := fmt.Sprintf("    condition %q {\n", name)
	if len(g.bodies) > 0 && g.chance(4, "again") {
		b.WriteString(head + pick(g.generator, "body", g.bodies...))
		return
	}
	// The children of a condition are about the same things.
	paths := g.paths()
	path := pick(g.generator, "path", paths...)
	words := map[string]int{}
	for range 2 {
		words[g.oddReference(path)]++
	}
	references := slices.Sorted(maps.Keys(words))
	var body strings.Builder
	if !g.layered {
		for range pick(g.generator, "children", 1, 1, 2, 2, 3) {
			frequency := pick(g.generator, "frequency", "each", "has", "has", "none", "at least 2", "at least 1")
			at := path
			if g.chance(1, "another") {
				at = pick(g.generator, "another path", paths...)
			}
			fmt.Fprintf(&body, "        %s %s%s\n", frequency, at, g.oddExpressions(at, references))
		}
		fmt.Fprintf(&body, "        score %+d\n    }\n", pick(g.generator, "points", 1, -1, 7, -20))
	} else {
		bounded := g.items(&body, paths, path, references)
		points := g.points(bounded || g.chance(3, "bounded"))
		if !bounded && g.chance(1, "plain points") {
			points = fmt.Sprintf("score %+d\n", pick(g.generator, "points", 1, -1, 7, -20))
		}
		body.WriteString(points + "}\n")
	}
	g.bodies = append(g.bodies, body.String())
	b.WriteString(head + body.String())
}

// oddPaths holds on each line paths that begin alike. The children of a condition
// have paths of one line.
var oddPaths = [][]string{
	{"Lead", "Lead.ParentContact", "Lead.ParentContact.ParentAccount"},
	{"Lead", "Lead.ParentAccount", "Lead.ParentAccount.Contacts", "Lead.ParentAccount.Contacts.Manager"},
	{"Lead", "Lead.Orders", "Lead.Orders.Lead", "Lead.Orders.Product"},
	{"Lead.ParentContact", "Lead.ParentContact.Visits", "Lead.ParentContact.Reports"},
	{"EmailOpened", "EmailOpened.Contact", "EmailOpened.Contact.ParentAccount", "Interaction"},
	{"EmailClicked", "EmailClicked.Contact", "EmailClicked.Contact.Visits", "EmailClicked.Contact.Clicks"},
	{"Interaction", "Interaction.Contact", "WebsiteVisited", "WebsiteVisited.Contact", "WebsiteVisited.Contact.ParentAccount.Contacts"},
	{"EmailSent", "EmailSent.Contact", "Interaction"},
}

// oddReferences returns field references that are valid after a path: of its last
// entity, over a reference of it, and of the step before.
func (g *generator) oddReferences(path string) []string {
	resolved := g.oddSteps(path)
	var list []string
	add := func(before string, e *traverse.Entity) {
		for f := range e.Fields() {
			if f.Derived == traverse.Stored {
				list = append(list, before+f.Name)
			}
		}
	}
	last := resolved[len(resolved)-1].entity
	add("", last)
	for r := range last.Relationships() {
		if !r.Many() && r.Name != "Parent account" && len(resolved) <= traverse.MaxHops {
			add(r.Name+".", g.schema.Entity(r.Target))
		}
	}
	for i, s := range resolved[:len(resolved)-1] {
		if _, taken := last.Relationship(s.name); !taken && s.name != "" && strings.Count("."+path+".", "."+s.name+".") == 1 {
			add(s.name+".", resolved[i].entity)
		}
	}
	return list
}

// oddReference draws one of oddReferences, each type equally often.
func (g *generator) oddReference(path string) string {
	steps := g.oddSteps(path)
	byType := map[string][]string{}
	for _, ref := range g.oddReferences(path) {
		typ := g.fieldOf(steps, ref).Type.String()
		byType[typ] = append(byType[typ], ref)
	}
	return pick(g, "reference", byType[pick(g, "type", slices.Sorted(maps.Keys(byType))...)]...)
}

// oddSteps returns the steps of a path.
func (g *generator) oddSteps(path string) []step {
	if strings.Contains(path, " or ") {
		return g.stepsOfText(path)
	}
	resolved, err := g.schema.Path(strings.Split(path, ".")...)
	if err != nil {
		g.Fatal(err)
	}
	return stepsOf(resolved)
}

// oddExpressions draws a range and expressions for a path, of the references that
// are valid there and others.
func (g *odd) oddExpressions(path string, references []string) string {
	return g.oddRange(path) + g.oddWhere(path, references)
}

func (g *odd) oddRange(path string) string {
	typ, ok := rangeType(g.oddSteps(path))
	if !ok || !g.chance(1, "range") {
		return ""
	}
	kinds := []string{"last", "last", "since", "between"}
	if g.layered {
		kinds = append(kinds, "ago")
	}
	switch pick(g.generator, "range kind", kinds...) {
	case "last":
		return " within last " + g.inUnitsOf(typ, pick(g.generator, "span", g.spans...))
	case "since":
		return " since " + pick(g.generator, "moment", g.moments...)
	case "ago":
		return " between " + pick(g.generator, "ago", "90 and 7", "30 and 1", "2 and 1") + " days ago"
	}
	return " between " + g.generator.moments(g.scene.zone, typ)
}

func (g *odd) oddWhere(path string, references []string) string {
	steps := g.oddSteps(path)
	good := g.oddReferences(path)
	references = slices.DeleteFunc(slices.Clone(references), func(r string) bool { return !slices.Contains(good, r) })
	if len(references) == 0 {
		references = []string{g.oddReference(path)}
	}
	leaf := func() string {
		ref := pick(g.generator, "reference", references...)
		return ref + " " + g.oddOperator(g.fieldOf(steps, ref), g.moments, g.spans, g.scene.zone)
	}
	if g.layered && g.chance(1, "logic") {
		if g.chance(1, "no expression") {
			return ""
		}
		return "\n            where " + g.logic(pick(g.generator, "depth", 1, 1, 2, 3), "", leaf)
	}
	var b strings.Builder
	word := "where"
	for range pick(g.generator, "expressions", 0, 0, 1, 1, 2, 2, 3) {
		fmt.Fprintf(&b, "\n            %s %s", word, leaf())
		word = "and"
	}
	return b.String()
}

// fieldOf resolves a reference that oddReferences made.
func (g *generator) fieldOf(path []step, ref string) traverse.Field {
	at := path[len(path)-1].entity
	name := ref
	if before, field, ok := strings.Cut(ref, "."); ok {
		name = field
		if r, ok := at.Relationship(before); ok {
			at = g.schema.Entity(r.Target)
		} else {
			at = path[slices.IndexFunc(path, func(s step) bool { return s.name == before })].entity
		}
	}
	f, ok := at.Field(name)
	if !ok {
		g.Fatal(ref)
	}
	return f
}

// nearSpans holds lengths of time that are nearly or sometimes the same.
var nearSpans = [][]string{
	{"30 days", "1 month"}, {"31 days", "1 month"}, {"28 days", "1 month"}, {"24 days", "1 month"}, {"34 days", "1 month"},
	{"12 months", "1 year"}, {"365 days", "1 year"}, {"2 months", "61 days"}, {"1 month", "2 months"}, {"4 weeks", "28 days"},
	{"24 hours", "1 day"}, {"90 minutes", "1 hour"}, {"1 day", "2 days"}, {"30 days", "400 days"}, {"7 days", "1 year"},
}

// inUnitsOf returns a length of time in units that a type counts in.
func (g *generator) inUnitsOf(t traverse.Type, span string) string {
	if t == traverse.Date && (strings.Contains(span, "hour") || strings.Contains(span, "minute")) {
		return "1 day"
	}
	return span
}

func (g *generator) oddOperator(f traverse.Field, moments, spans []string, zone string) string {
	switch f.Type {
	case traverse.Number:
		if g.chance(3, "empty") {
			return pick(g, "about empty", "is empty", "is not empty")
		}
		n := func() string { return pick(g, "number", g.fewNumbers...) }
		a, b := n(), n()
		x, _ := strconv.ParseFloat(a, 64)
		if y, _ := strconv.ParseFloat(b, 64); x > y {
			a, b = b, a
		}
		return pick(g, "number test", "= "+n(), "!= "+n(), "< "+n(), "<= "+n(), "> "+n(), ">= "+n(), "between "+a+" and "+b,
			"in ("+n()+", "+n()+")", "not in ("+n()+", "+n()+")")
	case traverse.Time, traverse.Date:
		if g.chance(3, "empty") {
			return pick(g, "about empty", "is empty", "is not empty")
		}
		switch op := pick(g, "time", dsl.On, dsl.Before, dsl.After, dsl.OnOrBefore, dsl.OnOrAfter, dsl.InRange,
			dsl.InLast, dsl.InLast, dsl.InLast, dsl.InNext, dsl.OlderThan, dsl.OlderThan); op {
		case dsl.InRange:
			return "between " + g.moments(zone, f.Type)
		case dsl.InLast, dsl.InNext, dsl.OlderThan:
			return op.String() + " " + g.inUnitsOf(f.Type, pick(g, "span", spans...))
		default:
			return op.String() + " " + pick(g, "moment", moments...)
		}
	}
	return g.operator(f, zone)
}
