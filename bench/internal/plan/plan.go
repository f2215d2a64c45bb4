// Package plan arranges the rules of a model the way an expert writes them down
// by hand: one pass over each kind of record, each comparison once. Package
// handwritten's generator and the Starlark script come from it.
package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// Generated returns the models whose files of a package are generated.
func Generated(name string) []*rules.Model {
	all := []*rules.Model{rules.Measured(100), rules.Measured(1000)}
	if name == "handwritten" {
		all = append(all, rules.Structured())
	}
	return all
}

// FileName returns the name of the file of a package and a model.
func FileName(name string, m *rules.Model) string {
	if m.Parts != nil {
		return name + "_structured.go"
	}
	return name + "_" + m.Label + ".go"
}

// A Counter counts the records of one entity that lie in a window and satisfy
// all filters. Several rules may read one counter.
type Counter struct {
	Name    string
	Days    int
	Filters []rules.Filter // the cheapest first
	Use     rules.Use      // what is done with each record
	Seen    string         // the values of PerField; counters of several kinds share them
	Shared  bool           // some counter of another kind has the same Seen
	Add     int64          // points for each record, of rules that need no count
	Kept    bool           // some condition reads the count
	Crossed bool           // some condition across entities reads it
}

// A Part is one child of a condition.
type Part struct {
	*rules.Child
	Counter *Counter
}

// A Condition reads counters.
type Condition struct {
	Points int64
	Parts  []Part
}

// A Pass is what one pass over the records of one entity does.
type Pass struct {
	Entity   *crm.Entity
	Counters []*Counter
	Base     int64 // points that come without any record
	Own      []Condition
}

// A Plan is a whole model.
type Plan struct {
	Passes []*Pass // the three profiles first
	Across []Condition

	counters map[*rules.Child][]*Counter // of the model's parts: one for each kind
}

// New arranges a model.
func New(m *rules.Model) *Plan {
	p := &Plan{counters: map[*rules.Child][]*Counter{}}
	for _, e := range append([]*crm.Entity{crm.Lead, crm.Contact, crm.Account}, crm.Interactions...) {
		p.Passes = append(p.Passes, &Pass{Entity: e})
	}
	known := map[string]*Counter{}
	for i := range m.Rules {
		r := &m.Rules[i]
		c := Condition{Points: r.Points}
		for j := range r.Children {
			child := &r.Children[j]
			c.Parts = append(c.Parts, Part{child, p.counter(child, child.Entity, known)})
		}
		p.place(c)
	}
	for part := range m.Each {
		switch x := part.(type) {
		case *rules.Rule:
			for _, c := range x.All() {
				p.part(c, known)
			}
		case *rules.Table:
			if x.Number != nil {
				p.part(x.Number, known)
			}
		}
	}
	for _, pass := range p.Passes {
		// Rules whose points cancel out leave nothing to count.
		pass.Counters = slices.DeleteFunc(pass.Counters, func(c *Counter) bool { return !c.Kept && c.Add == 0 })
	}
	return p
}

// part adds the counters of a child of the model's parts. Their counts are read when
// all passes are over.
func (p *Plan) part(c *rules.Child, known map[string]*Counter) {
	kinds := c.Kinds()
	for _, e := range kinds {
		counter := p.counter(c, e, known)
		counter.Kept, counter.Crossed = true, true
		if len(kinds) > 1 && c.Use.Kind == rules.PerField {
			counter.Shared = true
			counter.Seen = "seen" + strings.TrimPrefix(p.first(c, counter).Name, "n")
		}
		p.counters[c] = append(p.counters[c], counter)
	}
}

// first returns the first counter of a child, which may be the one that is about to be
// added.
func (p *Plan) first(c *rules.Child, counter *Counter) *Counter {
	if all := p.counters[c]; len(all) > 0 {
		return all[0]
	}
	return counter
}

func (p *Plan) counter(c *rules.Child, e *crm.Entity, known map[string]*Counter) *Counter {
	filters := slices.Clone(c.Filters)
	if c.Until > 0 {
		filters = append(filters, rules.Filter{Op: rules.Before, Numbers: []float64{float64(c.Until)}})
	}
	slices.SortStableFunc(filters, func(a, b rules.Filter) int {
		return cmp.Or(cmp.Compare(cost(e, a), cost(e, b)), cmp.Compare(a.Field, b.Field))
	})
	key := fmt.Sprint(e.Name, c.Days, filters)
	if c.Use.Kind != rules.Plain {
		key += fmt.Sprint(c.Use)
		for _, e := range c.Kinds() {
			key += " " + e.Name
		}
	}
	if known[key] == nil {
		number := len(known) + 1
		known[key] = &Counter{
			Name: fmt.Sprintf("n%d", number), Seen: fmt.Sprintf("seen%d", number),
			Days: c.Days, Filters: filters, Use: c.Use,
		}
		pass := p.pass(e)
		pass.Counters = append(pass.Counters, known[key])
	}
	return known[key]
}

// cost orders filters: what a switch can tell first, what scans text last.
func cost(e *crm.Entity, f rules.Filter) int {
	switch f.Op {
	case rules.Equal, rules.In:
		if e.Field(f.Field).Type == crm.Text {
			return 0
		}
		return 1
	case rules.BeginsWith:
		return 3
	case rules.Contains:
		return 4
	case rules.AnyOf, rules.Not:
		return 5
	}
	return 2
}

func (p *Plan) pass(e *crm.Entity) *Pass {
	i := slices.IndexFunc(p.Passes, func(s *Pass) bool { return s.Entity == e })
	return p.Passes[i]
}

func (p *Plan) place(c Condition) {
	first := c.Parts[0]
	pass := p.pass(first.Entity)
	if len(c.Parts) == 1 {
		switch {
		case first.Frequency == rules.Each, first.Profile() && first.Frequency == rules.Has:
			first.Counter.Add += c.Points
			return
		case first.Profile() && first.Frequency == rules.None:
			pass.Base += c.Points
			first.Counter.Add -= c.Points
			return
		}
	}
	across := slices.ContainsFunc(c.Parts, func(part Part) bool { return part.Entity != first.Entity })
	for _, part := range c.Parts {
		part.Counter.Kept = true
		part.Counter.Crossed = part.Counter.Crossed || across
	}
	if across {
		p.Across = append(p.Across, c)
	} else {
		pass.Own = append(pass.Own, c)
	}
}

// MaxDays returns how far back the pass has to look.
func (p *Pass) MaxDays() int { return maxDays(p.Counters) }

func maxDays(counters []*Counter) int {
	days := 0
	for _, c := range counters {
		days = max(days, c.Days)
	}
	return days
}

// A group is counters that share their first filter, or the field of it if a
// switch can tell its values.
type group struct {
	field    string // of a switch
	filter   rules.Filter
	counters []*Counter
}

func groups(counters []*Counter, dispatch bool) []*group {
	var all []*group
	known := map[string]*group{}
	for _, c := range counters {
		if len(c.Filters) == 0 {
			continue
		}
		g := &group{filter: c.Filters[0], counters: nil}
		key := fmt.Sprint(g.filter)
		if dispatch && (g.filter.Op == rules.Equal || g.filter.Op == rules.In) {
			g.field, key = g.filter.Field, g.filter.Field
		}
		if known[key] == nil {
			known[key] = g
			all = append(all, g)
		}
		known[key].counters = append(known[key].counters, c)
	}
	return all
}

// A branch is the values of a switch that lead to the same counters.
type branch struct {
	values   []string
	counters []*Counter
}

func (g *group) branches() []*branch {
	var all []*branch
	known := map[string]*branch{}
	var values []string
	for _, c := range g.counters {
		for _, v := range c.Filters[0].Texts {
			v = strings.ToLower(v)
			if !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
	}
	for _, v := range values {
		b := &branch{values: []string{v}}
		key := ""
		for _, c := range g.counters {
			if slices.ContainsFunc(c.Filters[0].Texts, func(t string) bool { return strings.ToLower(t) == v }) {
				b.counters = append(b.counters, c)
				key += c.Name + " "
			}
		}
		if known[key] != nil {
			known[key].values = append(known[key].values, v)
			continue
		}
		known[key] = b
		all = append(all, b)
	}
	return all
}
