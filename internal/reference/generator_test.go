package reference

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// generator draws a schema, models, and data that lie at the models' edges.
type generator struct {
	*rapid.T
	schema *traverse.Schema
	zone   string    // that most models are in
	change time.Time // of a clock in the zone
	asOf   time.Time

	instants, days []time.Time // at which some rule changes its mind
	texts          []string    // operands

	// If there, all that numbers and words are made of, instead of the lists below.
	fewNumbers, fewFragments []string

	// random, if there, draws instead of rapid, which takes too long for thousands
	// of values. What it draws is not made smaller when it fails.
	random *rand.Rand
}

func pick[V any](g *generator, label string, list ...V) V {
	if g.random != nil {
		return list[g.random.IntN(len(list))]
	}
	return rapid.SampledFrom(list).Draw(g.T, label)
}

// chance is true once in two to the power of bits.
func (g *generator) chance(bits int, label string) bool {
	if g.random != nil {
		return g.random.IntN(1<<bits) == 0
	}
	for range bits {
		if !rapid.Bool().Draw(g.T, label) {
			return false
		}
	}
	return true
}

func (g *generator) number(label string, from, to int) int {
	if g.random != nil {
		return from + g.random.IntN(to-from+1)
	}
	return rapid.IntRange(from, to).Draw(g.T, label)
}

func sorted[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}

var entities = []string{
	"Lead", "Contact", "Account", "Order", "Product", "Visit", "EmailSent", "EmailOpened", "EmailClicked", "WebsiteVisited",
}

// schemaText is a fixed schema but for what is exact and what is dated.
func (g *generator) schemaText() string {
	exact := func(label string) string {
		if g.chance(2, label+" exact") {
			return " exact"
		}
		return ""
	}
	dated := func(label string, fields ...string) string {
		if g.chance(2, label+" dated") {
			return "dated by " + pick(g, label+" dated by", fields...)
		}
		return ""
	}
	return fmt.Sprintf(`profile Lead {
    Topic text%s
    Rating choice ("Hot", "Warm", "Straße")%s
    Budget number
    Qualified bool
    CreatedOn time
    Due date
    ParentContact -> Contact
    ParentAccount -> Account
    Orders <- Order.Lead
    %s
}
profile Contact {
    City text
    JobTitle text%s
    Interests choices ("Coffee", "Tea", "Kelvin")%s
    Birthday date
    LastCall time
    LifetimeValue number rollup
    OptedOut bool
    ParentAccount -> Account
    Manager -> Contact
    Reports <- Contact.Manager
    Clicks <- EmailClicked.Contact
    Visits <- Visit.Contact
    %s
}
profile Account {
    Name text
    NumberOfEmployees number
    Industry choice ("Retail", "Sofia", "ΣΟΦΙΑ")
    Founded date
    Contacts <- Contact.ParentAccount
    Leads <- Lead.ParentAccount
    `+"`Parent account`"+` -> Account
    %s
}
profile Order {
    PlacedOn time
    Shipped date
    Amount number
    Lead -> Lead
    Product -> Product
    dated by %s
}
profile Product {
    Name text
    Price number
    Orders <- Order.Product
}
profile Visit {
    Day date
    where text
    score number
    Contact -> Contact
    last -> Account
    dated by Day
}
interaction EmailSent passive {
    EmailName text
    Contact -> Contact
    Contact1 -> Contact
}
interaction EmailOpened {
    EmailName text%s
    Timestamp time
}
interaction EmailClicked {
    Url text
    EmailName text
}
interaction WebsiteVisited {
    Url text
    Seconds number
    Contact -> Contact
    Account -> Account
}
`, exact("Topic"), exact("Rating"), dated("Lead", "CreatedOn", "Due"),
		exact("JobTitle"), exact("Interests"), dated("Contact", "Birthday", "LastCall"),
		dated("Account", "Founded"), pick(g, "Order dated by", "PlacedOn", "Shipped"), exact("EmailName"))
}

var zones = []string{
	"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia",
	"Africa/Cairo", "America/Sao_Paulo", "Africa/Casablanca", "America/Toronto", "Asia/Manila",
}

// around are places of the calendar where clocks change in unusual ways.
var around = map[string][]string{
	"Pacific/Apia":      {"2011-12-01", "2011-12-30", "2011-09-20", "2021-04-01"}, // a day that never was
	"America/Sao_Paulo": {"2018-11-01", "2018-02-01", "2008-10-01"},               // midnight is skipped, or happens twice
	"Africa/Cairo":      {"2010-08-01", "2010-09-15", "2014-07-20", "2023-04-20", "2023-10-20", "2026-04-20"},
	"America/St_Johns":  {"2010-03-01", "2010-11-01", "2011-03-01", "1988-04-01"}, // at one past midnight, and by two hours
	"America/Toronto":   {"1919-03-01"},                                           // half an hour before midnight
	"Asia/Manila":       {"1844-12-01", "1978-03-01"},
	// Go's ZoneBounds is wrong about the last day of these leap years.
	"Europe/Berlin":    {"2040-12-31", "2041-01-01", "2040-12-30"},
	"America/New_York": {"2040-12-31", "2041-01-01", "2040-12-30"},
}

// setting draws the zone and as of.
func (g *generator) setting() {
	g.zone = pick(g, "zone", zones...)
	zone, _ := time.LoadLocation(g.zone)
	start := time.Date(g.number("year", 1990, 2027), time.Month(g.number("month", 1, 12)), 1, 0, 0, 0, 0, time.UTC)
	if days := around[g.zone]; days != nil && g.chance(1, "unusual") {
		start, _ = time.Parse(time.DateOnly, pick(g, "around", days...))
	}
	local := start.In(zone)
	if _, g.change = local.ZoneBounds(); !g.change.After(start) {
		g.change = start // there is none
	}
	switch base := g.change.In(zone); pick(g, "as of", "change", "months later", "month end", "plain") {
	case "change":
		g.asOf = base
	case "months later": // so that going back meets the change
		g.asOf = base.AddDate(0, pick(g, "later", 1, 2, 3, 12, -1), 0)
	case "month end":
		y, m, _ := base.Date()
		if g.chance(1, "leap") {
			y, m = pick(g, "leap year", 2024, 2000, 2028, 1996), time.February
		}
		wall := pick(g, "month end time", 12*time.Hour, 0, time.Minute, 24*time.Hour-time.Microsecond)
		g.asOf = time.Date(y, m+1, 0, 0, 0, 0, 0, zone).Add(wall)
	case "plain":
		g.asOf = time.Date(2026, 4, 8, 4, 0, 0, 0, time.UTC)
	}
	g.asOf = g.asOf.Add(pick(g, "as of jitter", jitters...)).Add(pick[time.Duration](g, "as of finer", 0, 0, 1, 999))
}

var jitters = []time.Duration{
	0, -time.Microsecond, time.Microsecond, time.Hour, -time.Hour, 30 * time.Minute, -30 * time.Minute, 90 * time.Minute,
	-90 * time.Minute, time.Second, -time.Second, 24 * time.Hour, -24 * time.Hour, 13 * time.Hour, -11 * time.Hour,
	time.Minute, -time.Minute,
}

// rules draws a few models.
func (g *generator) rules() string {
	var b strings.Builder
	for m := range g.number("models", 1, 3) {
		fmt.Fprintf(&b, "model \"M%d\" {\n    target %s\n", m, pick(g, "target", "contact", "account"))
		zone := "UTC"
		if !g.chance(3, "no zone") {
			zone = g.zone
			if g.chance(2, "other zone") {
				zone = pick(g, "that zone", zones...)
			}
			fmt.Fprintf(&b, "    time zone %q\n", zone)
		}
		for c := range g.number("conditions", 1, 4) {
			fmt.Fprintf(&b, "    condition \"C%d\" {\n", c)
			for range g.number("children", 1, 3) {
				g.child(&b, zone)
			}
			fmt.Fprintf(&b, "        score %+d\n    }\n", pick(g, "points", 1, -1, 7, 10, -20, 1000, 1_000_000, -1_000_000))
		}
		g.grades(&b)
		if g.chance(1, "sales ready") {
			fmt.Fprintf(&b, "    sales ready at %d\n", pick(g, "threshold", 1, 0, -1, 7, 10, 50, 1_000_000))
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func (g *generator) grades(b *strings.Builder) {
	n := g.number("grades", 0, 4)
	low := pick(g, "lowest", 0, 1, -20, 7, -1_000_000)
	var lines []string
	for i := range n {
		high := low + pick(g, "width", 0, 1, 9, 50, 1_000_000)
		switch open := g.chance(1, "open"); {
		case open && i == 0:
			high = low
			lines = append(lines, fmt.Sprintf("    grade \"G%d\" below %d\n", i, low))
			high--
		case open && i == n-1:
			lines = append(lines, fmt.Sprintf("    grade \"G%d\" from %d\n", i, low))
		default:
			lines = append(lines, fmt.Sprintf("    grade \"G%d\" from %d to %d\n", i, low, high))
		}
		low = high + 1
	}
	if g.chance(1, "descending") {
		slices.Reverse(lines)
	}
	b.WriteString(strings.Join(lines, ""))
}

// step is a stop of a path, as far as it is known without data. The entity of a
// path that begins with Interaction is any that is not passive.
type step struct {
	name   string
	entity *traverse.Entity
	any    bool
}

func (g *generator) child(b *strings.Builder, zone string) {
	b.WriteString("        ")
	if g.chance(3, "label") {
		b.WriteString(`"Tile": `)
	}
	b.WriteString(pick(g, "frequency", "each", "has", "none", "each", "at least 2", "at least 3", "at least 6", "at least 2147483648"))
	b.WriteString(" " + g.counted(zone) + "\n")
}

// counted draws what a child counts: a path, a date range and expressions.
func (g *generator) counted(zone string) string {
	var b strings.Builder
	root := pick(g, "root", "Lead", "EmailOpened", "EmailClicked", "WebsiteVisited", "Interaction", "EmailSent", "Lead")
	path := []step{{root, g.schema.Entity(root), false}}
	if root == "Interaction" {
		path[0] = step{root, g.schema.Entity("EmailOpened"), true}
	}
	hops := traverse.MaxHops
	lengths := []int{0, 1, 2, 3, 4, 5}
	if g.random != nil { // the reference walks every route, and records are many
		lengths = []int{0, 1}
	}
	for range pick(g, "hops", lengths...) {
		rel := pick(g, "hop", g.relationships(path[len(path)-1], true)...)
		if rel.Name == "" {
			break
		}
		path = append(path, step{rel.Name, g.schema.Entity(rel.Target), false})
		hops--
	}
	var names []string
	for _, s := range path {
		names = append(names, quoteName(s.name))
	}
	b.WriteString(strings.Join(names, "."))

	if typ, ok := rangeType(path); ok && g.chance(1, "range") {
		b.WriteString(g.dateRange(typ, zone))
	}
	word := "where"
	for range pick(g, "expressions", 0, 0, 1, 1, 2, 3) {
		fmt.Fprintf(&b, "\n            %s %s", word, g.expression(path, hops, zone))
		word = "and"
	}
	return b.String()
}

func (g *generator) dateRange(typ traverse.Type, zone string) string {
	switch pick(g, "range kind", dsl.WithinLast, dsl.Since, dsl.Between) {
	case dsl.Since:
		return " since " + g.moment(zone)
	case dsl.Between:
		return " between " + g.moments(zone, typ)
	}
	return " within last " + g.span(typ)
}

// sharpRules draws models of conditions with one range or test each, so that
// nothing hides what it says.
func (g *generator) sharpRules() string {
	var b strings.Builder
	for m := range g.number("models", 1, 2) {
		zone := g.zone
		if g.chance(2, "other zone") {
			zone = pick(g, "that zone", zones...)
		}
		fmt.Fprintf(&b, "model \"M%d\" {\n    target contact\n    time zone %q\n", m, zone)
		for c := range g.number("conditions", 1, 6) {
			fmt.Fprintf(&b, "    condition \"C%d\" {\n        each ", c)
			path := pick(g, "path", "EmailOpened", "WebsiteVisited", "Lead.ParentContact.Visits", "Lead.ParentAccount.Contacts")
			e := g.schema.Entity(map[string]string{
				"EmailOpened": "EmailOpened", "WebsiteVisited": "WebsiteVisited",
				"Lead.ParentContact.Visits": "Visit", "Lead.ParentAccount.Contacts": "Contact",
			}[path])
			b.WriteString(path)
			if dated, ok := e.Dated(); ok && g.chance(1, "range") {
				b.WriteString(g.dateRange(dated.Type, zone))
			} else {
				fmt.Fprintf(&b, "\n            where %s", g.fieldTest(step{path, e, false}, zone))
			}
			b.WriteString("\n        score +1\n    }\n")
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// sharpData has one lead, and records just before, at, and just after every edge.
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

// manyRules draws what a plan for many conditions at once could get wrong: more
// counts of one kind of interaction than a word has bits, the same counts wanted
// by several conditions and models, windows that touch, and texts that contain
// each other.
func (g *generator) manyRules() string {
	g.random = rand.New(rand.NewPCG(rapid.Uint64().Draw(g.T, "rules"), 0))
	kinds := []string{"EmailOpened", "EmailClicked", "WebsiteVisited", "EmailSent", "Interaction"}
	g.random.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	kinds = kinds[:g.number("kinds", 1, len(kinds))]
	models := pick(g, "models", 1, 1, 2, 5, 12)
	left := pick(g, "conditions", 5, 10, 10, 20, 20, 40, 70, 100, 140, 300)
	var b strings.Builder
	known := map[string][]string{} // what may be counted again, by the zone of the model
	for m := range models {
		zone := pick(g, "zone", "UTC", g.zone)
		fmt.Fprintf(&b, "model \"M%d\" {\n    target %s\n    time zone %q\n", m, pick(g, "target", "contact", "contact", "account"), zone)
		for c := range max(left/models, 1) {
			fmt.Fprintf(&b, "    condition \"C%d\" {\n", c)
			for range pick(g, "children", 1, 1, 1, 2, 3) {
				counted := ""
				switch {
				case g.chance(4, "any"):
					counted = g.counted(zone)
				case len(known[zone]) > 0 && g.chance(2, "again"):
					counted = pick(g, "known", known[zone]...)
				default:
					counted = g.ownInteraction(pick(g, "kind", kinds...), zone)
					for _, z := range []string{"UTC", g.zone} {
						// Bounds that are in order here may not be there, if a zone has left out a day.
						if z == zone || !strings.Contains(counted, " between ") {
							known[z] = append(known[z], counted)
						}
					}
				}
				frequency := pick(g, "frequency", "each", "has", "none", "each", "at least 2", "at least 8", "at least 255", "at least 256")
				fmt.Fprintf(&b, "        %s %s\n", frequency, counted)
			}
			fmt.Fprintf(&b, "        score %+d\n    }\n", pick(g, "points", 1, -1, 2, -4, 8, 16, 1000, 1_000_000, -1_000_000))
		}
		g.grades(&b)
		b.WriteString("}\n")
	}
	return b.String()
}

// ownInteraction draws what a plan can count without routes.
func (g *generator) ownInteraction(kind, zone string) string {
	var b strings.Builder
	root := step{kind, g.schema.Entity(kind), false}
	if kind == "Interaction" {
		root = step{kind, g.schema.Entity("EmailOpened"), true}
	}
	path, at := kind, root
	if g.chance(2, "its contact") {
		path, at = kind+".Contact", step{"Contact", g.schema.Entity("Contact"), false}
	}
	b.WriteString(path)
	if g.chance(1, "range") {
		b.WriteString(g.dateRange(traverse.Time, zone))
	}
	word := "where"
	for range pick(g, "expressions", 0, 1, 1, 2) {
		test := g.fieldTest(at, zone)
		switch {
		case at.name != kind && g.chance(1, "of the interaction"):
			test = kind + "." + g.fieldTest(root, zone)
		case at.name == kind && g.chance(3, "of the contact"):
			test = "Contact." + g.fieldTest(step{"Contact", g.schema.Entity("Contact"), false}, zone)
		}
		fmt.Fprintf(&b, "\n            %s %s", word, test)
		word = "and"
	}
	return b.String()
}

// manyData has few leads with many interactions, alike for the most part: counts
// grow large, and time stamps are equal.
func (g *generator) manyData() Data {
	g.random = rand.New(rand.NewPCG(rapid.Uint64().Draw(g.T, "data"), 0))
	data := g.data()
	for _, name := range entities {
		e := g.schema.Entity(name)
		if e.Kind() != traverse.Interaction || len(data[traverse.Contact]) == 0 {
			continue
		}
		var values []map[string]traverse.Value // of which the records are copies
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
			// Undeclared names are there all the same.
			r.Values[traverse.Contact] = traverse.TextValue(id(traverse.Contact, g.number("contact", 0, min(1, len(data[traverse.Contact])-1))))
			if g.chance(2, "another time") {
				r.Values[traverse.Timestamp] = g.value(traverse.Field{Type: traverse.Time})
			}
			data[name] = append(data[name], r)
		}
	}
	data[traverse.Lead] = data[traverse.Lead][:min(3, len(data[traverse.Lead]))]
	return data
}

// relationships lists those of a step, without the 1:N ones unless many.
func (g *generator) relationships(s step, many bool) []traverse.Relationship {
	if s.any {
		return []traverse.Relationship{{Name: "Contact", Target: "Contact"}}
	}
	var list []traverse.Relationship
	for r := range s.entity.Relationships() {
		if many || !r.Many() {
			list = append(list, r)
		}
	}
	if _, declared := s.entity.Relationship("Contact"); declared &&
		!slices.ContainsFunc(list, func(r traverse.Relationship) bool { return r.Name == "Contact" }) {
		list = append(list, traverse.Relationship{Name: "Contact", Target: "Contact"})
	}
	if len(list) == 0 {
		list = append(list, traverse.Relationship{})
	}
	return list
}

// rangeType is the type of the field that a date range on a path applies to.
func rangeType(path []step) (typ traverse.Type, ok bool) {
	for _, s := range path {
		if s.entity.Kind() == traverse.Interaction {
			return traverse.Time, true
		}
		if f, dated := s.entity.Dated(); dated {
			typ, ok = f.Type, true
		}
	}
	return typ, ok
}

func quoteName(name string) string {
	if name == "Parent account" {
		return "`" + name + "`"
	}
	return name
}

// expression draws a field that can be had within the hops left, and a test of it.
func (g *generator) expression(path []step, hops int, zone string) string {
	at := path[len(path)-1]
	var ref []string
	if g.chance(1, "longer") {
		// A step of the path, unless its name is taken: by two steps, or by a
		// relationship of the last.
		var steps []step
		for _, s := range path {
			taken := 0
			for _, other := range path {
				if other.name == s.name {
					taken++
				}
			}
			if _, ok := at.entity.Relationship(s.name); !ok && taken == 1 {
				steps = append(steps, s)
			}
		}
		if len(steps) > 0 && g.chance(1, "step") {
			at = pick(g, "step", steps...)
			ref = append(ref, quoteName(at.name))
		}
		for range min(hops, pick(g, "reference", 1, 0, 2, 3, 4, 5)) {
			rel := pick(g, "reference hop", g.relationships(at, false)...)
			if rel.Name == "" {
				break
			}
			at = step{rel.Name, g.schema.Entity(rel.Target), false}
			ref = append(ref, quoteName(rel.Name))
		}
	}
	return strings.Join(append(ref, g.fieldTest(at, zone)), ".")
}

// fieldTest draws a field of a step, and a test of it.
func (g *generator) fieldTest(at step, zone string) string {
	fields := []traverse.Field{{Name: "Timestamp", Type: traverse.Time}}
	if !at.any {
		fields = slices.Collect(at.entity.Fields())
		fields = slices.DeleteFunc(fields, func(f traverse.Field) bool { return f.Derived != traverse.Stored })
	}
	field := pick(g, "field", fields...)
	return quoteName(field.Name) + " " + g.test(field, zone)
}

func (g *generator) test(f traverse.Field, zone string) string {
	if g.chance(3, "about empty") {
		return pick(g, "empty", "is empty", "is not empty")
	}
	list := func(operand func() string) string {
		var operands []string
		for range pick(g, "operands", 1, 2, 3, 10) {
			operands = append(operands, operand())
		}
		return "(" + strings.Join(operands, ", ") + ")"
	}
	operands := func(op dsl.Op, operand func() string) string {
		if op.List() {
			return op.String() + " " + list(operand)
		}
		return op.String() + " " + operand()
	}
	value := func() string { return strconv.Quote(pick(g, "value", f.Values...)) }
	switch f.Type {
	case traverse.Text:
		op := pick(g, "text", dsl.Equal, dsl.Contains, dsl.NotContains, dsl.NotEqual, dsl.In, dsl.NotIn, dsl.ContainsAny,
			dsl.NotContainsAny, dsl.BeginsWith, dsl.BeginsWithAny, dsl.NotBeginsWith, dsl.NotBeginsWithAny,
			dsl.EndsWith, dsl.EndsWithAny, dsl.NotEndsWith, dsl.NotEndsWithAny)
		return operands(op, func() string { return strconv.Quote(g.word()) })
	case traverse.Choice:
		return operands(pick(g, "choice", dsl.Equal, dsl.NotEqual, dsl.In, dsl.NotIn), value)
	case traverse.Choices:
		op := pick(g, "choices", dsl.Contains, dsl.NotContains, dsl.ContainsAny, dsl.NotContainsAny, dsl.ContainsAll)
		return operands(op, value)
	case traverse.Bool:
		return pick(g, "bool", "= true", "= false", "!= true", "!= false")
	case traverse.Number:
		if g.chance(3, "number between") {
			i := g.number("from", 0, len(numbers)-1)
			return "between " + numbers[i] + " and " + numbers[g.number("to", i, len(numbers)-1)]
		}
		op := pick(g, "number", dsl.Equal, dsl.NotEqual, dsl.Less, dsl.LessEqual, dsl.Greater, dsl.GreaterEqual, dsl.In, dsl.NotIn)
		return operands(op, func() string { return pick(g, "number operand", numbers...) })
	}
	switch op := pick(g, "time", dsl.On, dsl.Before, dsl.After, dsl.OnOrBefore, dsl.OnOrAfter, dsl.InRange, dsl.InLast,
		dsl.InNext, dsl.OlderThan); op {
	case dsl.InRange:
		return "between " + g.moments(zone, f.Type)
	case dsl.InLast, dsl.InNext, dsl.OlderThan:
		return op.String() + " " + g.span(f.Type)
	default:
		return op.String() + " " + g.moment(zone)
	}
}

// numbers are operands in ascending order. Data hold them and their neighbours.
var numbers = []string{
	"-9007199254740994", "-1", "-0.1", "0", "0.1", "0.3", "0.30000000000000004", "1", "+1.5", "49.99", "50", "50.000000000000007",
	"500", "123456789.987654321", "9007199254740991", "9007199254740992",
}

func (g *generator) span(t traverse.Type) string {
	spans := []string{
		"1 day", "1 month", "1 year", "2 months", "3 months", "12 months", "30 days", "1 week", "7 days", "4 years", "13 months",
		"36525 days", "1200 months", "100 years", "5218 weeks",
	}
	if t == traverse.Time {
		spans = append(spans, "1 hour", "24 hours", "1 minute", "90 minutes", "876600 hours", "52596000 minutes")
	}
	return pick(g, "span", spans...)
}

// moment draws a date or time: of as of, of the change of the clock, or of a corner
// of the calendar.
func (g *generator) moment(name string) string {
	zone, _ := time.LoadLocation(name)
	base := pick(g, "moment", g.change, g.asOf, time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC), g.asOf.AddDate(0, -1, 0)).In(zone)
	day := base.AddDate(0, 0, pick(g, "day", 0, -1, 1, 2, -7)).Format(time.DateOnly)
	offset := pick(g, "offset", "", "Z", "+14:00", "-11:00", "+05:30", "-03:30")
	switch pick(g, "form", "day", "time", "exact") {
	case "time":
		return day + "T" + pick(g, "time of day", "00:00", "00:30", "00:01", "01:30", "02:00", "02:15", "02:30", "03:00", "12:00",
			"23:00", "23:30", "23:59:59.999999", "23:59:59.9999999", "00:00:00.0000019", "23:31:01") + offset
	case "exact":
		if offset != "" {
			base = base.UTC()
			offset = "Z"
		}
		return base.Add(pick(g, "moment jitter", jitters...)).Format("2006-01-02T15:04:05.999999") + offset
	}
	return day
}

// moments draws the bounds of a between.
func (g *generator) moments(zone string, typ traverse.Type) string {
	a, b := g.moment(zone), g.moment(zone)
	read := func(text string) stretch {
		file, problems := dsl.Parse("", fmt.Sprintf("model \"\" { condition \"\" { has A since %s score 1 } }", text), dsl.Limits{})
		m := file.Blocks[0].(*dsl.Model).Clauses[0].(*dsl.Condition).Children[0].Range.From
		if m.Bad {
			g.Fatal(problems)
		}
		location, _ := time.LoadLocation(zone)
		return calendar{zone: location}.literal(m, typ)
	}
	// Bounds out of order are a compile error, and overlapping ones best avoided.
	switch x, y := read(a), read(b); {
	case !y.from.Before(x.to):
	case !x.from.Before(y.to):
		a, b = b, a
	default:
		b = a
	}
	return a + " and " + b
}

// fragments are letters that fold to others, and some that look as if they did.
var fragments = []string{
	"a", "A", "s", "S", "ſ", "ß", "ẞ", "ss", "SS", "k", "K", "\u212a", "å", "Å", "\u212b", "σ", "ς", "Σ", "i", "I", "İ", "ı",
	"i̇", "µ", "μ", "Μ", "θ", "ϑ", "ϴ", "ǆ", "ǅ", "Ǆ", "é", "e\u0301", "/", " ", "\"", "\\", "\n", "ﬀ", "\u0345", "ι", "Ⅷ", "ⅷ", "𐐀", "𐐨", "Ꭰ", "ꭰ", "ა", "Ა",
	"Straße", "STRASSE", "STRAẞE", "Kelvin", "\u212aELVIN", "οδος", "ΟΔΟΣ", "Istanbul", "İSTANBUL",
}

func (g *generator) word() string {
	w, list := "", fragments
	if g.fewFragments != nil {
		list = g.fewFragments
	}
	for range pick(g, "fragments", 1, 2, 3) {
		w += pick(g, "fragment", list...)
	}
	return w
}

// collectEdges finds where the models draw lines through time and texts.
func (g *generator) collectEdges(file *dsl.File) {
	g.instants = []time.Time{g.asOf, g.change}
	for _, b := range file.Blocks {
		m := b.(*dsl.Model)
		c := newScoring(m, g.schema, nil, nil, g.asOf).calendar
		day := c.now(traverse.Date).from
		g.days = append(g.days, day)
		g.instants = append(g.instants, c.firstInstant(day), c.firstInstant(day.AddDate(0, 0, 1)))
		moment := func(m *dsl.Moment) {
			s := c.literal(m, traverse.Time)
			g.instants = append(g.instants, s.from, s.to)
			g.days = append(g.days, c.literal(m, traverse.Date).from)
		}
		span := func(s *dsl.TimeSpan, sign int) {
			g.instants = append(g.instants, c.shift(s, sign, traverse.Time).from)
			if s.Unit >= dsl.Days {
				g.days = append(g.days, c.shift(s, sign, traverse.Date).from)
			}
		}
		for _, clause := range m.Clauses {
			condition, ok := clause.(*dsl.Condition)
			if !ok {
				continue
			}
			for _, child := range condition.Children {
				if r := child.Range; r != nil {
					if r.Last != nil {
						span(r.Last, -1)
					}
					if r.From != nil {
						moment(r.From)
					}
					if r.To != nil {
						moment(r.To)
					}
				}
				for _, e := range child.Where {
					comparison, ok := e.(*dsl.Comparison)
					if !ok {
						panic(fmt.Sprintf("unknown expression %T", e))
					}
					for _, o := range comparison.Operands {
						switch o := o.(type) {
						case *dsl.String:
							g.texts = append(g.texts, o.Value)
						case *dsl.Moment:
							moment(o)
						case *dsl.TimeSpan:
							sign := -1
							if comparison.Op == dsl.InNext {
								sign = 1
							}
							span(o, sign)
						}
					}
				}
			}
		}
	}
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

// text draws an operand in another case, more or less of one, or something else.
func (g *generator) text() string {
	if len(g.texts) == 0 || g.chance(3, "unrelated") {
		return g.word()
	}
	text := pick(g, "operand", g.texts...)
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
