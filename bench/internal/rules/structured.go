package rules

import (
	"time"

	"github.com/leadscore/leadscore/bench/internal/crm"
)

// A UseKind is what a child does with its occurrences.
type UseKind uint8

// The uses of occurrences. Those after PerPeriod weigh them.
const (
	Plain     UseKind = iota // each counts
	PerField                 // once per Field
	PerPeriod                // at most N in each day or week
	Burst                    // whether N lie within Days of each other
	Newest                   // the time of the newest, for EveryWithout
	Halving
	Losing // N percent
	Fading // over N days
)

// A Use is what a child does with its occurrences: it counts all of them, some of
// them, or looks at their dates.
type Use struct {
	Kind  UseKind
	Field string
	N     int
	Days  int  // a period or a span
	One   bool // only the newest weighs: has in place of each
}

// Weighs reports whether the occurrences have weights.
func (u Use) Weighs() bool { return u.Kind >= Halving }

// Scale returns by what a sum of weights is divided.
func (u Use) Scale() int64 {
	switch u.Kind {
	case Halving:
		return 1 << 32
	case Losing:
		return 100
	case Fading:
		return int64(u.N)
	}
	return 1
}

// A Part is a *[Rule], a *[Group], a *[Tiers] or a *[Table].
type Part any

// A Group holds parts. One with a weight is a dimension.
type Group struct {
	Name   string
	Season Season
	Limit  Limit
	Parts  []Part
	Weight int64 // percent; 0 for a group
	OutOf  int64 // 0 if there is none
}

// Tiers are the conditions of a `first of`. They do not count.
type Tiers struct {
	Name  string
	Rules []*Rule
}

// A Table gives the points of the first row that holds, for a field of a profile or
// for the number of a child's occurrences.
type Table struct {
	Name      string
	Entity    *crm.Entity
	Field     string
	Number    *Child // in place of Entity and Field
	Rows      []Row
	Otherwise int64
}

// A Row holds for some texts, for numbers from From, below Below or both, or, without
// any of these, for what is empty.
type Row struct {
	Texts       []string
	From, Below float64 // 0 is none
	Score       int64
}

// Empty reports whether the row holds for what is empty.
func (r *Row) Empty() bool { return r.Texts == nil && r.From == 0 && r.Below == 0 }

// Missing returns the points for a value that is empty.
func (t *Table) Missing() int64 {
	for i := range t.Rows {
		if t.Rows[i].Empty() {
			return t.Rows[i].Score
		}
	}
	return t.Otherwise
}

// A Limit keeps a sum from From to To. The zero value is none.
type Limit struct{ From, To int64 }

// A Season is two days, both included, or none.
type Season struct{ From, To time.Time }

// Always reports that there is no season.
func (s Season) Always() bool { return s.To.IsZero() }

// Micros returns the first instant of the season and the first after it, in microseconds.
func (s Season) Micros() (from, until int64) {
	return s.From.UnixMicro(), s.To.AddDate(0, 0, 1).UnixMicro()
}

// Each yields the parts of the model and all parts that these hold.
func (m *Model) Each(yield func(Part) bool) { each(m.Parts, yield) }

func each(parts []Part, yield func(Part) bool) bool {
	for _, part := range parts {
		if !yield(part) {
			return false
		}
		switch p := part.(type) {
		case *Group:
			if !each(p.Parts, yield) {
				return false
			}
		case *Tiers:
			for _, r := range p.Rules {
				if !yield(r) {
					return false
				}
			}
		}
	}
	return true
}

// All returns the children of a rule, those in `any of` included.
func (r *Rule) All() []*Child {
	var all []*Child
	for i := range r.Children {
		all = append(all, &r.Children[i])
	}
	for _, alternative := range r.Any {
		for i := range alternative {
			all = append(all, &alternative[i])
		}
	}
	return all
}

// OnlyPart returns a model of one part of m, and no rules.
func (m *Model) OnlyPart(part Part) *Model {
	return &Model{Label: m.Label, Name: m.Name, Parts: []Part{part}, Limit: Limit{From: -1_000_000, To: 1_000_000}}
}
