package rules

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/bench/internal/crm"
)

// Sizes are the sizes of the models that are measured.
var Sizes = []int{7, 20, 100, 1000}

// Seed is the seed of the models that are measured. The hand-written code
// implements these rules. This seed gives the small models some variety: every
// frequency, most kinds of interaction, and all three profiles in 20 rules.
const Seed = 36

// Measured returns the model of that size that is measured.
func Measured(size int) *Model { return Generate(size, Seed) }

// Windows such as marketers choose. Models of 1,000 rules have any number of
// days instead.
var windows = []int{7, 14, 30, 60, 90, 180, 365}

// Generate makes a model of so many rules.
func Generate(size int, seed uint64) *Model {
	g := &generator{rand: rand.New(rand.NewPCG(seed, uint64(size))), many: size >= 1000}
	m := &Model{Label: strconv.Itoa(size), Name: fmt.Sprintf("Model of %d rules, seed %d", size, seed)}
	for i := range size {
		r := Rule{Name: fmt.Sprintf("Rule %d", i+1), Points: g.points()}
		switch {
		case i%8 == 3:
			r.Children = []Child{g.profile()}
			if i%32 == 19 {
				r.Children = append(r.Children, g.interaction(g.frequency()))
			}
		case i%10 == 6:
			first := g.interaction(g.frequency())
			second := g.interaction([]Frequency{Has, None, AtLeast, Each}[g.rand.IntN(4)])
			r.Children = []Child{first, second}
		default:
			r.Children = []Child{g.interaction(g.frequency())}
		}
		m.Rules = append(m.Rules, r)
	}
	return m
}

type generator struct {
	rand *rand.Rand
	many bool // many different windows
}

func (g *generator) points() int64 {
	p := int64(1 + g.rand.IntN(30))
	if g.rand.IntN(5) == 0 {
		return -p
	}
	return p
}

func (g *generator) frequency() Frequency {
	switch x := g.rand.IntN(20); {
	case x < 9:
		return Each
	case x < 13:
		return Has
	case x < 17:
		return AtLeast
	}
	return None
}

func (g *generator) profile() Child {
	c := Child{Frequency: Has, Entity: []*crm.Entity{crm.Lead, crm.Contact, crm.Account, crm.Account}[g.rand.IntN(4)]}
	if g.rand.IntN(5) == 0 {
		c.Frequency = None
	}
	c.Filters = g.filters(c.Entity, 1+g.rand.IntN(2))
	return c
}

func (g *generator) interaction(f Frequency) Child {
	c := Child{Frequency: f, Entity: g.entity()}
	if f == AtLeast {
		c.N = 2 + g.rand.IntN(5)
	}
	c.Days = windows[g.rand.IntN(len(windows))]
	if g.many {
		c.Days = 1 + g.rand.IntN(crm.Days)
	}
	switch x := g.rand.IntN(12); {
	case x < 4:
	case x < 10:
		c.Filters = g.filters(c.Entity, 1)
	default:
		c.Filters = g.filters(c.Entity, 2)
	}
	return c
}

// entity draws a kind of interaction: rules look at frequent kinds more often,
// but not as much more often as they occur.
func (g *generator) entity() *crm.Entity {
	total := 0.0
	for _, e := range crm.Interactions {
		total += math.Sqrt(e.Weight)
	}
	x := g.rand.Float64() * total
	for _, e := range crm.Interactions {
		if x -= math.Sqrt(e.Weight); x < 0 {
			return e
		}
	}
	return crm.Interactions[0]
}

// filters draws filters on n different fields.
func (g *generator) filters(e *crm.Entity, n int) []Filter {
	var all []Filter
	for _, i := range g.rand.Perm(len(e.Fields))[:n] {
		all = append(all, g.filter(&e.Fields[i]))
	}
	return all
}

func (g *generator) filter(f *crm.Field) Filter {
	x := Filter{Field: f.Name}
	switch f.Type {
	case crm.Number:
		x.Op = []Op{Greater, GreaterEqual, Less, LessEqual, Between}[g.rand.IntN(5)]
		bound := f.Median * math.Exp(f.Spread*(g.rand.Float64()*2-1))
		x.Numbers = []float64{round(bound)}
		if x.Op == Between {
			x.Numbers = append(x.Numbers, round(bound*(1.5+2*g.rand.Float64())+1))
		}
	case crm.Choice:
		if x.Op = []Op{Equal, In}[g.rand.IntN(2)]; len(f.Values) < 3 {
			x.Op = Equal
		}
		x.Texts = g.values(f, x.Op)
	case crm.Text:
		switch p := g.rand.IntN(20); {
		case p < 7:
			x.Op = Equal
		case p < 12:
			x.Op = In
		case p < 17:
			x.Op = Contains
		default:
			x.Op = BeginsWith
		}
		x.Texts = g.values(f, x.Op)
		switch x.Op {
		case Contains:
			x.Texts[0] = part(x.Texts[0], g.rand.IntN(2))
		case BeginsWith:
			x.Texts[0] = beginning(x.Texts[0])
		}
	}
	return x
}

// values draws one value, or two to four for In.
func (g *generator) values(f *crm.Field, op Op) []string {
	n := 1
	if op == In {
		n = min(2+g.rand.IntN(3), len(f.Values)-1)
	}
	var all []string
	for len(all) < n {
		// What is frequent in data is frequent in rules.
		x := g.rand.Float64()
		if v := f.Values[int(x*x*float64(len(f.Values)))]; !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}

// part returns a word of a text, a segment of a URL's path, or its host if the
// path is short.
func part(s string, which int) string {
	if strings.HasPrefix(s, "https://") {
		segments := strings.Split(s, "/") // the scheme, nothing, the host, the path
		if len(segments) > 4 && segments[4] != "" {
			return "/" + segments[3+which]
		}
		return strings.TrimPrefix(segments[2], "www.")
	}
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '-' || r == '.' || r == ':' })
	return words[which%len(words)]
}

// beginning returns the first word of a text, or a URL up to its first segment.
func beginning(s string) string {
	if strings.HasPrefix(s, "https://") {
		return strings.Join(strings.SplitN(s, "/", 5)[:4], "/")
	}
	word, _, _ := strings.Cut(s, " ")
	word, _, _ = strings.Cut(word, "-")
	return word
}

// round returns a number as people write it: with one or two digits that count.
func round(x float64) float64 {
	scale := math.Pow(10, math.Floor(math.Log10(x)))
	return math.Max(1, math.Round(x/scale*2)/2*scale)
}
