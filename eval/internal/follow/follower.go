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
	now      int64 // the instant that was reached
	walked   int64 // that of the batch

	models  []model
	units   []unit
	members []member
	groups  []uint64         // how many members of each count
	keys    map[walk.Key]int // the groups of the unit at hand
	touched []int            // units that are to be counted again
	dirty   []int            // models that are to be scored again
	changed []int            // of these, those whose outcome differs

	events []event // in the order of time
	next   int     // of events
	agings agings
	found  map[flipKey][]int64
	reach  map[*plan.Node][]*fetch.Record
	room   []int64
}

// A model is what is known about a model.
type model struct {
	plan     *plan.Model
	program  *points.Program
	counts   []points.Count    // of its conditions: see points.Program
	audience []points.Count    // of its audience
	times    []points.Fraction // multipliers, by condition
	total    points.Total      // of all conditions, if the model is not structured
	outcome  Outcome
	before   Outcome
	dirty    bool
}

// A unit is counted as one: a child, or a same block.
type unit struct {
	model     int
	condition int // -1 for the audience; -2 if nothing is counted, for a season
	child     int // of the condition, or -1
	same      int // of the condition, if there is no child
	at        int // of its count
	touched   bool
	aging     int // index of what ages, or -1

	// Of a plain child: see members.go.
	plain      bool
	first, end int    // of its members
	sum        uint64 // of the weights of members that count
	most       uint64 // of a group that its cap lets count; 0 without a cap
}

// A member is a record that a plain child may count.
type member struct {
	when   int64
	dated  bool
	counts bool
	weight uint64 // 1, or for a decay the weight by its age
	group  int    // of those that a cap does not tell apart
}

const (
	inAudience = -1
	seasons    = -2
)

// An event is an instant as of which a unit is to be counted again, or as of which a member
// of it begins or ceases to count.
type event struct {
	at     int64
	unit   int32
	member int32 // or -1
	counts bool  // whether the member counts from then on
}

func (e event) compare(o event) int { return cmp.Compare(e.at, o.at) }

// A flipKey is an end of a window, and a date.
type flipKey struct {
	end instants.End
	at  int64
}

// touch says that a unit is to be counted again.
func (f *Follower) touch(at int) {
	if u := &f.units[at]; !u.touched {
		u.touched = true
		f.touched = append(f.touched, at)
	}
}

// set sets a count of the model. The model is dirty if that may change its outcome.
func (m *model) set(u *unit, n points.Count) {
	if u.condition == inAudience {
		m.dirty = m.dirty || !same(n, m.audience[u.at])
		m.audience[u.at] = n
		return
	}
	if same(n, m.counts[u.at]) {
		return
	}
	m.counts[u.at] = n
	was, is := m.times[u.condition], m.program.Multiplier(u.condition, m.counts)
	if same(was.Count, is.Count) && was.Of == is.Of {
		return // such as for has, from the second on
	}
	m.times[u.condition], m.dirty = is, true
	if !m.plan.Structured() {
		points := m.plan.Checked.Conditions[u.condition].Points
		m.total = m.total.Minus(was.Worth(points)).Plus(is.Worth(points))
	}
}

func same(a, b points.Count) bool { return !a.Less(b) && !b.Less(a) }

// score scores the lead as of an instant by what has been counted, and keeps the outcome
// before.
func (m *model) score(asOf int64) {
	m.outcome, m.before = m.before, m.outcome
	switch p, o := m.program, &m.outcome; {
	case !m.plan.Structured():
		o.Score = m.total.Clamp()
		o.SalesReady = m.plan.Checked.SalesReady.Ready(o.Score)
	case !p.Active(asOf):
		o.State = NotActive
	case !p.InAudience(m.audience):
		o.State = NotInAudience
	default:
		o.State = Scored
		p.ScoreMultipliers(asOf, m.times, &o.Outcome)
	}
}

// changed reports whether anything of the outcome can be told from that before.
func (m *model) changed() bool {
	p, o := m.program, &m.before
	switch {
	case m.outcome.State != o.State:
		return true
	case o.State != Scored:
		return false
	case o.Score != m.outcome.Score || o.SalesReady != m.outcome.SalesReady:
		return true
	}
	for i, d := range m.outcome.Dimensions {
		before := o.Dimensions[i]
		if d.Score != before.Score || d.Active != before.Active && p.DimensionGrade(i, &o.Outcome) != p.DimensionGrade(i, &m.outcome.Outcome) {
			return true
		}
	}
	return false
}
