// Package follow follows the outcomes of one lead from one instant to another, over records
// that were fetched once. Of all that models count, it counts again only what may have
// changed: see watch.go. The meaning is that of the language reference, When a score
// changes.
package follow

import (
	"cmp"

	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/instants"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/eval/internal/walk"
	"github.com/leadscore/leadscore/internal/points"
)

// A State is what a model makes of a lead of the kind that it scores.
type State uint8

// The states.
const (
	Scored State = iota
	NotActive
	NotInAudience
)

// An Outcome is what a model gives to a lead.
type Outcome struct {
	State          State
	points.Outcome // if the lead is scored
}

// A Follower follows one lead. The zero Follower is ready for [Follower.Begin]; it may
// begin again, in the same memory. It belongs to one goroutine.
type Follower struct {
	batch    *fetch.Batch
	walker   *walk.Walker
	lead     *fetch.Lead
	from, to int64

	models  []model
	units   []unit
	changed []int // models that are to be scored again

	events []event // in the order of time
	next   int     // of events
	agings agings
	found  map[flipKey][]int64
	reach  map[*plan.Node][]*fetch.Record
}

// A model is what is known about a model.
type model struct {
	plan     *plan.Model
	program  *points.Program
	counts   []points.Count    // of its conditions: see points.Program
	audience []points.Count    // of its audience
	times    []points.Fraction // multipliers, by condition
	outcome  Outcome
	dirty    bool
}

// A unit is counted as one: a child, or a same block.
type unit struct {
	model     int
	condition int // -1 for the audience; -2 if nothing is counted, for a season
	child     int // of the condition, or -1
	same      int // of the condition, if there is no child
	at        int // of its count
	dirty     bool
	aging     int // index of what ages, or -1
}

const (
	inAudience = -1
	seasons    = -2
)

// An event is an instant as of which a unit is to be counted again.
type event struct {
	at   int64
	unit int
}

func (e event) compare(o event) int {
	return cmp.Or(cmp.Compare(e.at, o.at), cmp.Compare(e.unit, o.unit))
}

// A flipKey is an end of a window, and a date.
type flipKey struct {
	end instants.End
	at  int64
}

// score scores the lead as of an instant by what has been counted.
func (m *model) score(asOf int64) {
	switch p, o := m.program, &m.outcome; {
	case !p.Active(asOf):
		o.State = NotActive
	case !p.InAudience(m.audience):
		o.State = NotInAudience
	default:
		o.State = Scored
		p.ScoreMultipliers(asOf, m.times, &o.Outcome)
	}
}

// alike reports whether nothing of an outcome can be told from that of the model.
func (m *model) alike(o *Outcome) bool {
	p := m.program
	switch {
	case m.outcome.State != o.State:
		return false
	case o.State != Scored:
		return true
	case o.Score != m.outcome.Score || o.SalesReady != m.outcome.SalesReady:
		return false
	}
	for i, d := range m.outcome.Dimensions {
		before := o.Dimensions[i]
		if d.Score != before.Score || d.Active != before.Active && p.DimensionGrade(i, &o.Outcome) != p.DimensionGrade(i, &m.outcome.Outcome) {
			return false
		}
	}
	return true
}
