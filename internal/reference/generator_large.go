package reference

import (
	"fmt"
	"maps"
	"strings"

	"github.com/leadscore/leadscore/traverse"
)

// A large set has a lead with a hundred thousand occurrences of a path, which a condition
// with at least a million points halves up to 32 times.
type large string

const (
	byHops         large = "by hops"         // a few hundred records lead to a few hundred others
	byInteractions large = "by interactions" // so many interactions
)

// largeRules draws a model whose first condition makes a set a large one, and that counts
// as much in other ways.
func (g *generator) largeRules() string {
	g.fileLets, g.modelLets = &strings.Builder{}, &strings.Builder{}
	g.plain = !g.chance(2, "expressions")
	s := &scene{zone: pick(g, "zone", "UTC", g.zone), grades: map[string]int{}}
	s.target = pick(g, "target", "contact", "account", "lead", "lead with contact")
	g.largeTarget = s.target
	var b strings.Builder
	fmt.Fprintf(&b, "model \"M\" {\ntarget %s\ntime zone %q\n", s.target, s.zone)
	first := s.name("C")
	s.conditions = append(s.conditions, first)
	span := pick(g, "span", "1 day", "1 month", "30 days", "1 week", "2 months", "1 year")
	points := pick(g, "points", "+1000000", "-1000000", "+1000000000", "-1000000000", "+999999937")
	fmt.Fprintf(&b, "condition %q {\neach %s halving every %s\nscore %s\n}\n", first, g.largePath().text, span, points)
	for range g.number("parts", 0, 2) {
		if g.chance(2, "dimension") {
			g.dimension(&b, s)
		} else {
			g.part(&b, s, 3)
		}
	}
	if g.chance(2, "limit") {
		b.WriteString(g.limit(false))
	}
	s.grades[""] = g.grades(&b)
	if len(s.graded) > 0 {
		s.labelled = s.graded[:1]
		fmt.Fprintf(&b, "label %q\n", s.labelled[0])
	}
	fmt.Fprintf(&b, "sales ready when %s\n%s}\n%s", g.logic(2, "", func() string { return g.judgment(s) }), g.modelLets, g.fileLets)
	return b.String()
}

// largePath draws a path of which a large set has a hundred thousand occurrences.
func (g *generator) largePath() drawn {
	var paths []string
	switch g.large {
	case byInteractions:
		paths = []string{"EmailOpened", "EmailOpened", "Interaction", "EmailOpened or WebsiteVisited", "EmailOpened.Contact", "EmailOpened.Lead"}
	case byHops:
		paths = []string{
			"EmailOpened.Contact.Visits", "EmailOpened.Contact.Clicks", "EmailClicked.Contact.Clicks", "EmailClicked.Lead.Orders",
			"Lead.Orders.Product.Orders",
		}
		if g.largeTarget != "account" { // whose leads have no contact
			paths = append(paths, "Lead.ParentContact.Clicks.Contact.Visits", "Lead.ParentContact.Visits.Contact.Clicks")
		}
	}
	text := pick(g, "path", paths...)
	return newDrawn(text, g.stepsOfText(text))
}

// largeData draws the lead that has so many occurrences, and at most two others.
func (g *generator) largeData() Data {
	g.periodEdges()
	data := g.data()
	lead := g.first(data, traverse.Lead)
	contact := g.first(data, traverse.Contact)
	g.first(data, "Product")
	lead.Values[traverse.ParentAccount] = traverse.TextValue(g.first(data, traverse.Account).ID)
	contact.Values[traverse.ParentAccount] = lead.Values[traverse.ParentAccount]
	lead.Values[traverse.ParentContact] = traverse.TextValue(contact.ID)
	if g.largeTarget == "account" {
		delete(lead.Values, traverse.ParentContact)
	}
	data[traverse.Lead] = data[traverse.Lead][:min(3, len(data[traverse.Lead]))]
	if g.large == byInteractions {
		g.addMany(data, "EmailOpened", 110_000)
		g.addMany(data, "WebsiteVisited", 100)
		return data
	}
	for _, kind := range []string{"EmailOpened", "EmailClicked", "Visit", "Order"} {
		g.addMany(data, kind, 360) // most of which exist, and belong to the lead
	}
	return data
}

// first returns the first record of an entity, which has no date and so exists.
func (g *generator) first(data Data, entity string) Record {
	if len(data[entity]) == 0 {
		data[entity] = []Record{{id(entity, 0), map[string]traverse.Value{}}}
	}
	r := data[entity][0]
	if dated, ok := g.schema.Entity(entity).Dated(); ok {
		delete(r.Values, dated.Name)
	}
	return r
}

// addMany adds records that mostly refer to the first lead, contact and product, and are
// copies of a few but for their dates.
func (g *generator) addMany(data Data, kind string, n int) {
	e := g.schema.Entity(kind)
	var sorts []map[string]traverse.Value
	for range g.number("sorts", 1, 6) {
		v := map[string]traverse.Value{}
		for f := range e.Fields() {
			if !g.chance(3, "null") {
				v[f.Name] = g.value(f)
			}
		}
		sorts = append(sorts, v)
	}
	dated, _ := e.Dated()
	for range n {
		r := Record{id(kind, len(data[kind])), maps.Clone(pick(g, "sort", sorts...))}
		r.Values[dated.Name] = g.past(dated)
		for _, to := range []string{traverse.Contact, traverse.Lead, "Product"} {
			// Every interaction has a contact, whether or not it is declared.
			_, ok := e.Relationship(to)
			refers := ok || to == traverse.Contact && e.Kind() == traverse.Interaction
			if refers && !g.chance(6, "another") {
				r.Values[to] = traverse.TextValue(id(to, 0))
			}
		}
		data[kind] = append(data[kind], r)
	}
}

// past draws a date that is seldom after as of, or none.
func (g *generator) past(f traverse.Field) traverse.Value {
	if g.chance(6, "no date") {
		return traverse.Value{}
	}
	v := g.value(f)
	for range 8 {
		if !v.Time().After(g.asOf) || g.chance(6, "later") {
			break
		}
		v = g.value(f)
	}
	return v
}
