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

// A Counter counts the records of one entity that lie in a window and satisfy
// all filters. Several rules may read one counter.
type Counter struct {
	Name    string
	Days    int
	Filters []rules.Filter // the cheapest first
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
}

// New arranges a model.
func New(m *rules.Model) *Plan {
	p := &Plan{}
	for _, e := range append([]*crm.Entity{crm.Lead, crm.Contact, crm.Account}, crm.Interactions...) {
		p.Passes = append(p.Passes, &Pass{Entity: e})
	}
	known := map[string]*Counter{}
	for i := range m.Rules {
		r := &m.Rules[i]
		c := Condition{Points: r.Points}
		for j := range r.Children {
			child := &r.Children[j]
			c.Parts = append(c.Parts, Part{child, p.counter(child, known)})
		}
		p.place(c)
	}
	for _, pass := range p.Passes {
		// Rules whose points cancel out leave nothing to count.
		pass.Counters = slices.DeleteFunc(pass.Counters, func(c *Counter) bool { return !c.Kept && c.Add == 0 })
	}
	return p
}

func (p *Plan) counter(c *rules.Child, known map[string]*Counter) *Counter {
	filters := slices.Clone(c.Filters)
	slices.SortStableFunc(filters, func(a, b rules.Filter) int {
		return cmp.Or(cmp.Compare(cost(c.Entity, a), cost(c.Entity, b)), cmp.Compare(a.Field, b.Field))
	})
	key := fmt.Sprint(c.Entity.Name, c.Days, filters)
	if known[key] == nil {
		known[key] = &Counter{Name: fmt.Sprintf("n%d", len(known)+1), Days: c.Days, Filters: filters}
		pass := p.pass(c.Entity)
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
