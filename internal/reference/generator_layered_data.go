package reference

import (
	"maps"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// layeredData draws records of which many have equal values or dates, and dates at the
// ends of periods.
func (g *generator) layeredData() Data {
	g.random = g.seeded("data")
	g.periodEdges()
	data := g.data()
	// A record is copied with another date, and mostly belongs to one of two leads or contacts.
	for range g.number("more", 0, 30) {
		kind := pick(g, "kind", "EmailOpened", "EmailClicked", "WebsiteVisited", "EmailOpened", "Call", "Visit", "Order")
		again := Record{id(kind, len(data[kind])), map[string]traverse.Value{}}
		if n := len(data[kind]); n > 0 {
			again.Values = maps.Clone(data[kind][g.number("again", 0, n-1)].Values)
		}
		if dated, _ := g.schema.Entity(kind).Dated(); g.chance(1, "another time") {
			again.Values[dated.Name] = g.value(dated)
		}
		for _, to := range []string{traverse.Contact, traverse.Lead} {
			if _, ok := g.schema.Entity(kind).Relationship(to); ok && !g.chance(2, "as it is") {
				again.Values[to] = traverse.TextValue(id(to, g.number(to, 0, 1)))
			}
		}
		data[kind] = append(data[kind], again)
	}
	for _, lead := range data[traverse.Lead] {
		if g.chance(1, "parent") {
			lead.Values[traverse.ParentContact] = traverse.TextValue(id(traverse.Contact, g.number("contact", 0, 1)))
		}
	}
	g.random = nil
	return data
}

// layeredSharpData draws two leads, and records just before, at and just after every edge.
func (g *generator) layeredSharpData() Data {
	g.random = g.seeded("data")
	g.periodEdges()
	data := g.sharpData()
	if g.chance(2, "account-based") {
		delete(data[traverse.Lead][0].Values, traverse.ParentContact)
	}
	for _, visit := range data["Visit"] {
		order := Record{id("Order", len(data["Order"])), map[string]traverse.Value{}}
		for f := range g.schema.Entity("Order").Fields() {
			order.Values[f.Name] = g.value(f)
		}
		if day := visit.Values["Day"]; !g.chance(2, "another day") {
			order.Values["Shipped"] = day
		}
		data["Order"] = append(data["Order"], order)
	}
	other := Record{id(traverse.Lead, 1), map[string]traverse.Value{}}
	for _, lead := range []Record{data[traverse.Lead][0], other} {
		for f := range g.schema.Entity(traverse.Lead).Fields() {
			lead.Values[f.Name] = g.value(f)
		}
	}
	data[traverse.Lead] = append(data[traverse.Lead], other)
	for i := range g.number("clicks", 0, 5) {
		values := map[string]traverse.Value{traverse.Contact: traverse.TextValue(id(traverse.Contact, 0))}
		data["EmailClicked"] = append(data["EmailClicked"], Record{id("EmailClicked", i), values})
	}
	for _, kind := range []string{"EmailOpened", "EmailClicked", "WebsiteVisited", "Order"} {
		for _, r := range data[kind] {
			if !g.chance(2, "no lead") {
				r.Values[traverse.Lead] = traverse.TextValue(id(traverse.Lead, pick(g, "lead", 0, 0, 1)))
			}
		}
	}
	g.random = nil
	return data
}

// periodEdges adds the beginnings of periods around as of to the edges.
func (g *generator) periodEdges() {
	c := calendar{zone: zoneNamed(g.zone), asOf: g.asOf}
	day := c.now(traverse.Date).from
	for _, from := range []time.Time{
		day.AddDate(0, 0, -7), day.AddDate(0, 0, 1-day.Day()), time.Date(day.Year(), 1, 1, 0, 0, 0, 0, time.UTC),
		day.AddDate(0, 0, -(int(day.Weekday())+6)%7), // Monday
	} {
		g.instants = append(g.instants, c.firstInstant(from))
		g.days = append(g.days, from)
	}
}
