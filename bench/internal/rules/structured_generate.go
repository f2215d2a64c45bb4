package rules

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/leadscore/leadscore/bench/internal/crm"
)

// StructuredLabel is the label of the structured model that is measured.
const StructuredLabel = "100-structured"

// Structured returns the structured model that is measured.
func Structured() *Model { return GenerateStructured(Seed) }

// AllMeasured returns the models that are measured, those of [Sizes] first.
func AllMeasured() []*Model {
	var all []*Model
	for _, size := range Sizes {
		all = append(all, Measured(size))
	}
	return append(all, Structured())
}

// GenerateStructured makes a model of a hundred rules. Half of them are such as
// [Generate] makes; the others use the second layer.
func GenerateStructured(seed uint64) *Model {
	const half = 50
	m := Generate(half, seed)
	m.Label = StructuredLabel
	m.Name = fmt.Sprintf("Structured model of %d rules, seed %d", 2*half, seed)
	m.Limit = Limit{From: -1_000, To: 5_000}
	g := &structured{generator: generator{rand: rand.New(rand.NewPCG(seed, 2*half))}}
	m.Parts = []Part{g.fit(), g.engagement(), g.interest()}
	for range 13 {
		m.Parts = append(m.Parts, g.behavior())
	}
	over := g.behavior()
	over.Season = Season{From: day(2025, 9, 1), To: day(2025, 12, 31)}
	m.Parts = append(m.Parts, over)
	return m
}

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// A structured draws what models of the second layer have in addition.
type structured struct {
	generator
	drawn, named int
}

func (g *structured) name(kind string) string {
	g.named++
	return fmt.Sprintf("%s %d", kind, g.named)
}

// fit is a dimension of 12 rules about profiles.
func (g *structured) fit() *Group {
	d := &Group{Name: "Fit", Limit: Limit{From: -50, To: 120}, Weight: 150}
	d.Parts = []Part{
		g.numbers(crm.Account, "NumberOfEmployees"),
		g.choices(crm.Account, "Segment"),
		g.choices(crm.Contact, "Seniority"),
		g.tiers(4, g.person),
	}
	for range 5 {
		d.Parts = append(d.Parts, g.person())
	}
	return d
}

// engagement is a dimension of 18 rules about interactions.
func (g *structured) engagement() *Group {
	d := &Group{Name: "Engagement", Limit: Limit{From: 0, To: 300}, OutOf: 100, Weight: 80}
	for i := range 3 {
		group := &Group{Name: g.name("Group"), Limit: Limit{From: -20, To: int64(60 + 20*i)}}
		for range 4 {
			group.Parts = append(group.Parts, g.behavior())
		}
		d.Parts = append(d.Parts, group)
	}
	d.Parts = append(d.Parts, g.table(), g.tiers(3, g.holding))
	for range 2 {
		d.Parts = append(d.Parts, g.behavior())
	}
	return d
}

// interest is a group of 6 rules, with a group in it, for a season.
func (g *structured) interest() *Group {
	inner := &Group{Name: g.name("Group"), Limit: Limit{From: 0, To: 50}}
	outer := &Group{
		Name: g.name("Group"), Limit: Limit{From: -100, To: 150},
		Season: Season{From: day(2026, 3, 1), To: day(2026, 8, 31)},
	}
	for range 3 {
		inner.Parts = append(inner.Parts, g.behavior())
		outer.Parts = append(outer.Parts, g.behavior())
	}
	outer.Parts = append(outer.Parts, inner)
	return outer
}

// person draws a condition on a profile.
func (g *structured) person() *Rule {
	r := &Rule{Name: g.name("Person"), Points: g.points()}
	c := Child{Frequency: Has, Entity: []*crm.Entity{crm.Lead, crm.Contact, crm.Account}[g.rand.IntN(3)]}
	c.Filters = g.compound(c.Entity)
	r.Children = []Child{c}
	return r
}

// compound draws filters with or, not, or both.
func (g *structured) compound(e *crm.Entity) []Filter {
	switch g.rand.IntN(3) {
	case 0:
		return []Filter{{Op: AnyOf, Parts: g.filters(e, 2)}}
	case 1:
		f := g.filters(e, 2)
		return []Filter{f[0], {Op: Not, Parts: f[1:]}}
	}
	return []Filter{{Op: AnyOf, Parts: []Filter{g.filters(e, 1)[0], {Op: Not, Parts: g.filters(e, 1)}}}}
}

// holding draws a condition that does not count.
func (g *structured) holding() *Rule {
	c := g.interaction(AtLeast)
	c.Filters = nil
	return &Rule{Name: g.name("Tier"), Children: []Child{c}, Points: g.points()}
}

func (g *structured) tiers(n int, draw func() *Rule) *Tiers {
	t := &Tiers{Name: g.name("Tiers")}
	for range n {
		t.Rules = append(t.Rules, draw())
	}
	return t
}

// numbers draws a table by a number: what lies above, below and between some bounds.
func (g *structured) numbers(e *crm.Entity, field string) *Table {
	t := &Table{Name: g.name("Table"), Entity: e, Field: field, Otherwise: int64(g.rand.IntN(5))}
	bound := 4 * e.Field(field).Median
	t.Rows = append(t.Rows, Row{From: bound, Score: 20 + int64(g.rand.IntN(20))})
	for i := range 3 {
		t.Rows = append(t.Rows, Row{From: bound / 2, Below: bound, Score: int64(15 - 5*i)})
		bound /= 2
	}
	t.Rows = append(t.Rows, Row{Below: bound / 4, Score: -10}, Row{Score: -5})
	return t
}

func (g *structured) choices(e *crm.Entity, field string) *Table {
	t := &Table{Name: g.name("Table"), Entity: e, Field: field, Otherwise: -int64(g.rand.IntN(5))}
	values := e.Field(field).Values
	at := g.rand.Perm(len(values))
	t.Rows = []Row{
		{Texts: []string{values[at[0]]}, Score: 10 + int64(g.rand.IntN(20))},
		{Texts: []string{values[at[1]], values[at[2]]}, Score: 1 + int64(g.rand.IntN(10))},
		{Score: -3},
	}
	return t
}

// table draws a table by the number of a child's occurrences.
func (g *structured) table() *Table {
	c := g.interaction(Each)
	c.Filters, c.Days = nil, 180
	return &Table{Name: g.name("Table"), Number: &c, Rows: []Row{
		{From: 20, Score: 40}, {From: 10, Below: 20, Score: 25}, {From: 3, Below: 10, Score: 10}, {From: 1, Below: 3, Score: 2},
	}, Otherwise: -int64(5 + g.rand.IntN(10))}
}

// interaction draws a child like those of the first layer, but one that counts something
// for many leads: with longer windows, and no rare texts.
func (g *structured) interaction(f Frequency) Child {
	c := g.generator.interaction(f)
	c.Days = []int{30, 90, 180, 365}[g.rand.IntN(4)]
	for len(c.Filters) > 0 && rare(c.Entity, &c.Filters[0]) {
		c.Filters = g.filters(c.Entity, 1)
	}
	return c
}

func rare(e *crm.Entity, f *Filter) bool {
	return (f.Op == Equal || f.Op == In) && e.Field(f.Field).Type == crm.Text
}

// behavior draws a condition on interactions. What it is about takes turns.
func (g *structured) behavior() *Rule {
	r := &Rule{Name: g.name("Behavior"), Points: g.points()}
	kinds := []func(r *Rule) Child{
		g.either, g.capped, g.frequent, g.halving, g.several, g.daily, g.alternatives, g.between, g.losing,
		g.burst, g.every, g.capped, g.fading, g.exactly, g.quiet, g.weekly, g.newest,
	}
	c := kinds[g.drawn%len(kinds)](r)
	g.drawn++
	r.Children = append([]Child{c}, r.Children...)
	if c.Counts() && (g.rand.IntN(2) == 0 || c.Frequency == EveryWithout) {
		r.Bound = r.Points * int64(3+g.rand.IntN(8))
	}
	return r
}

func (g *structured) either(*Rule) Child {
	c := g.interaction(Each)
	c.Filters = g.compound(c.Entity)
	return c
}

func (g *structured) capped(*Rule) Child {
	c := g.interaction(Each)
	for !slices.ContainsFunc(c.Entity.Fields, isText) {
		c = g.interaction(Each)
	}
	i := slices.IndexFunc(c.Entity.Fields, isText)
	c.Use = Use{Kind: PerField, Field: c.Entity.Fields[i].Name}
	return c
}

func isText(f crm.Field) bool { return f.Type == crm.Text }

func (g *structured) daily(*Rule) Child {
	c := g.interaction(Each)
	c.Use = Use{Kind: PerPeriod, N: 1 + g.rand.IntN(3), Days: 1}
	return c
}

func (g *structured) weekly(*Rule) Child {
	c := g.interaction(AtLeast)
	c.N, c.Days = 2+g.rand.IntN(3), max(c.Days, 90)
	c.Use = Use{Kind: PerPeriod, N: 1, Days: 7}
	return c
}

func (g *structured) frequent(*Rule) Child {
	c := g.interaction(AtMost)
	c.N = 1 + g.rand.IntN(4)
	return c
}

func (g *structured) exactly(*Rule) Child {
	c := g.interaction(Exactly)
	c.N = 1 + g.rand.IntN(3)
	return c
}

func (g *structured) between(*Rule) Child {
	c := g.interaction(FromTo)
	c.N = 1 + g.rand.IntN(2)
	c.Most = c.N + 1 + g.rand.IntN(5)
	c.Until = max(1, c.Days/4)
	return c
}

func (g *structured) every(*Rule) Child {
	c := g.interaction(Every)
	c.N = 2 + g.rand.IntN(4)
	return c
}

func (g *structured) quiet(r *Rule) Child {
	c := g.interaction(EveryWithout)
	c.N, c.Days = []int{14, 30, 60}[g.rand.IntN(3)], 365
	c.Use = Use{Kind: Newest, Days: c.N}
	r.Points = -1 - int64(g.rand.IntN(10))
	return c
}

func (g *structured) halving(*Rule) Child {
	c := g.interaction(Each)
	c.Days = max(c.Days, 90)
	c.Use = Use{Kind: Halving, Days: []int{14, 30, 90}[g.rand.IntN(3)]}
	return c
}

func (g *structured) newest(*Rule) Child {
	c := g.halving(nil)
	c.Frequency, c.Use.One = Has, true
	return c
}

// losing draws a decaying child beside one that holds.
func (g *structured) losing(r *Rule) Child {
	c := g.interaction(Each)
	c.Days = max(c.Days, 180)
	c.Use = Use{Kind: Losing, N: []int{10, 20, 25}[g.rand.IntN(3)], Days: []int{7, 30}[g.rand.IntN(2)]}
	r.Children = []Child{g.interaction([]Frequency{Has, None}[g.rand.IntN(2)])}
	return c
}

func (g *structured) fading(*Rule) Child {
	c := g.interaction(Each)
	c.Days = max(c.Days, 180)
	c.Use = Use{Kind: Fading, N: []int{30, 90, 180}[g.rand.IntN(3)], Days: 1}
	return c
}

func (g *structured) burst(*Rule) Child {
	c := g.interaction(AtLeast)
	c.N, c.Days, c.Filters = 2+g.rand.IntN(2), max(c.Days, 180), nil
	c.Use = Use{Kind: Burst, N: c.N, Days: []int{2, 3, 7}[g.rand.IntN(3)]}
	return c
}

// several draws a child over two kinds of interaction.
func (g *structured) several(*Rule) Child {
	kinds := [][2]string{{"EmailOpened", "EmailClicked"}, {"WebsiteVisited", "FormSubmitted"}}[g.rand.IntN(2)]
	c := g.interaction([]Frequency{Each, AtLeast}[g.rand.IntN(2)])
	c.Entity, c.Or = crm.Find(kinds[0]), crm.Find(kinds[1])
	c.Filters = nil
	i := slices.IndexFunc(c.Entity.Fields, func(f crm.Field) bool { return c.Or.Index(f.Name) >= 0 })
	shared := &c.Entity.Fields[i]
	if g.rand.IntN(2) == 0 {
		c.Use = Use{Kind: PerField, Field: shared.Name}
		return c
	}
	c.Filters = []Filter{g.filter(shared)}
	return c
}

// alternatives adds an `any of` to a child.
func (g *structured) alternatives(r *Rule) Child {
	r.Any = [][]Child{
		{g.interaction(AtLeast)},
		{g.interaction(Has), g.interaction(None)},
		{g.interaction(Has)},
	}
	return g.interaction([]Frequency{Each, Has}[g.rand.IntN(2)])
}
