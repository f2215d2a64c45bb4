package reference

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// generator draws a schema, models, and data that lie at the models' edges.
type generator struct {
	*rapid.T
	schemaText string
	schema     *traverse.Schema
	zone       string    // the zone of most models
	change     time.Time // a change of the clock in the zone
	asOf       time.Time

	target string // of the model that is drawn; "" if its children may be of any

	instants, days []time.Time // bounds in the rules
	texts          []string    // operands

	// If set, numbers and words are made of these instead of the lists below.
	fewNumbers, fewFragments []string

	// If fileLets is set, values may be written as names, which are declared in it for the
	// file, and in modelLets for the model.
	fileLets, modelLets *strings.Builder
	lets                int // how many names there are

	small bool // rules have few parts

	databases bool // values are drawn that databases treat in ways of their own

	plain bool // paths are short and children without expressions, so that they count much

	large       large  // which kind of large set is drawn, if one is
	largeTarget string // the target of its model

	// random, if set, draws instead of rapid, which takes too long for thousands of
	// values. A failure does not make smaller what it draws.
	random *rand.Rand
}

// newGenerator returns a generator that has drawn a schema and the setting.
func newGenerator(t *rapid.T) *generator {
	g := &generator{T: t}
	g.begin()
	return g
}

// begin draws a schema and the setting.
func (g *generator) begin() {
	g.schemaText = g.drawSchema()
	g.schema = knownSchemas.get(g.schemaText, func() *traverse.Schema {
		schema, err := leadscore.ParseSchema("schema.score", g.schemaText, nil)
		if err != nil {
			panic(fmt.Sprintf("%v\n%s", err, g.schemaText))
		}
		return schema
	})
	g.setting()
}

var knownSchemas = memo[string, *traverse.Schema]{most: 10_000}

// seeded returns random numbers of a seed that is drawn bit by bit: rapid.Uint64 prefers
// small numbers so much that every second of 20,000 seeds would be one drawn before.
func (g *generator) seeded(label string) *rand.Rand {
	seed := uint64(0)
	for range 64 {
		seed <<= 1
		if rapid.Bool().Draw(g.T, label) {
			seed |= 1
		}
	}
	return rand.New(rand.NewPCG(seed, 0))
}

// Fatal ends a property, or panics without one.
func (g *generator) Fatal(args ...any) {
	if g.T == nil {
		panic(fmt.Sprint(args...))
	}
	g.T.Fatal(args...)
}

func pick[V any](g *generator, label string, list ...V) V {
	if g.random != nil {
		return list[g.random.IntN(len(list))]
	}
	return rapid.SampledFrom(list).Draw(g.T, label)
}

// chance returns true once in two to the power of bits.
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
	if g.small && slices.Contains(partsOfRules, label) {
		to = min(to, from+1) // one as a rule, and sometimes two, of which the second may depend on the first
		if !g.chance(3, "another of "+label) {
			to = from
		}
	}
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
	"Lead", "Contact", "Account", "Order", "Product", "Visit", "EmailSent", "EmailOpened", "EmailClicked", "WebsiteVisited", "Call",
}

// schemaTemplate is a schema but for exact and dated by.
const schemaTemplate = `profile Lead {
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
    Tags choices
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
    ` + "`Parent account`" + ` -> Account
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
    Lead -> Lead
}
interaction EmailClicked {
    Url text
    EmailName text
    Lead -> Lead
}
interaction WebsiteVisited {
    Url text
    Seconds number
    Contact -> Contact
    Account -> Account
    Lead -> Lead
}
interaction Call {
    Outcome choice ("Reached", "Missed")
}
`

// drawSchema draws a schema that is fixed except for exact and dated by.
func (g *generator) drawSchema() string {
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
	return fmt.Sprintf(schemaTemplate, exact("Topic"), exact("Rating"), dated("Lead", "CreatedOn", "Due"),
		exact("JobTitle"), exact("Interests"), dated("Contact", "Birthday", "LastCall"),
		dated("Account", "Founded"), pick(g, "Order dated by", "PlacedOn", "Shipped"), exact("EmailName"))
}

var zones = []string{
	"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia",
	"Africa/Cairo", "America/Sao_Paulo", "Africa/Casablanca", "America/Toronto", "Asia/Manila",
}

// around holds dates at which clocks change in unusual ways.
var around = map[string][]string{
	"Pacific/Apia":      {"2011-12-01", "2011-12-30", "2011-09-20", "2021-04-01"}, // a day that was skipped
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
	zone := zoneNamed(g.zone)
	start := time.Date(g.number("year", 1990, 2027), time.Month(g.number("month", 1, 12)), 1, 0, 0, 0, 0, time.UTC)
	if days := around[g.zone]; days != nil && g.chance(1, "unusual") {
		start, _ = time.Parse(time.DateOnly, pick(g, "around", days...))
	}
	local := start.In(zone)
	if _, g.change = local.ZoneBounds(); !g.change.After(start) {
		g.change = start // the clock does not change
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

// collectEdges collects the bounds of time and the texts in the models.
func (g *generator) collectEdges(file *dsl.File) {
	g.instants = []time.Time{g.asOf, g.change}
	for _, b := range file.Blocks {
		m, ok := b.(*dsl.Model)
		if !ok {
			continue
		}
		c := newScoring(m, g.schema, nil, nil, g.asOf).calendar
		day := c.now(traverse.Date).from
		g.days = append(g.days, day)
		g.instants = append(g.instants, c.firstInstant(day), c.firstInstant(day.AddDate(0, 0, 1)))
		moment := func(m *dsl.Moment) {
			s := c.literal(m, traverse.Time)
			g.instants = append(g.instants, s.from, s.to)
			g.days = append(g.days, c.literal(m, traverse.Date).from)
		}
		span := func(s *dsl.TimeSpan, times ...int) {
			for _, n := range times {
				at := c.shift(s, n, traverse.Time).from
				if year := at.Year(); year < 1 || year > 9998 { // sources hold the years 0 to 9999
					continue
				}
				g.instants = append(g.instants, at)
				if s.Unit >= dsl.Days {
					g.days = append(g.days, c.shift(s, n, traverse.Date).from)
				}
			}
		}
		dsl.Walk(m, func(n dsl.Node) bool {
			switch n := n.(type) {
			case *dsl.Moment:
				moment(n)
			case *dsl.TimeSpan:
				span(n, -1)
			case *dsl.Decay:
				span(n.Every, -1, -2, -3, -4, -31, -32, -33, -34)
				one := *n.Every
				one.Count = &dsl.Number{Text: "1"}
				span(&one, -1, -2)
			case *dsl.Frequency:
				if n.Without != nil {
					span(n.Without, -1, -2, -3, -4, -5)
				}
			case *dsl.Comparison:
				for _, o := range n.Operands {
					if o, ok := o.(*dsl.String); ok {
						g.texts = append(g.texts, o.Value)
					}
					if o, ok := o.(*dsl.TimeSpan); ok && n.Op == dsl.InNext {
						span(o, 1)
					}
				}
			case *dsl.Row:
				for _, v := range n.Values {
					if v, ok := v.(*dsl.String); ok {
						g.texts = append(g.texts, v.Value)
					}
				}
			}
			return true
		})
	}
}
