package follow

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/eval/internal/walk"
	"github.com/leadscore/leadscore/internal/points"
)

// Begin begins to follow a lead of a batch as of an instant, up to another. The batch has
// all records that are needed as of any instant in between: see fetch.Options.Since.
// programs are those of all models of the plan.
func (f *Follower) Begin(ctx context.Context, b *fetch.Batch, w *walk.Walker, p *plan.Routes, programs []*points.Program, l *fetch.Lead, from, to time.Time) {
	f.batch, f.walker, f.lead = b, w, l
	f.from, f.to = from.UnixMicro(), to.UnixMicro()
	f.now, f.walked = f.from, math.MinInt64
	f.models, f.units, f.members = slices.Grow(f.models[:0], len(p.Models))[:len(p.Models)], f.units[:0], f.members[:0]
	f.touched, f.events, f.next, f.groups = f.touched[:0], f.events[:0], 0, f.groups[:0]
	f.agings.reset()
	if f.found == nil {
		f.found, f.reach = map[flipKey][]int64{}, map[*plan.Node][]*fetch.Record{}
	}
	clear(f.found)
	clear(f.reach)
	w.Begin(ctx, b)
	for i, m := range p.Models {
		old := &f.models[i]
		*old = model{plan: m, program: programs[i], counts: old.counts[:0], audience: old.audience[:0], times: old.times[:0], outcome: old.outcome, before: old.before}
		if m.Scores(l.Kind) {
			f.begin(i)
			old.score(f.from)
		}
	}
	slices.SortFunc(f.events, event.compare)
}

// begin counts all that a model counts, and begins to watch it.
func (f *Follower) begin(i int) {
	m := &f.models[i]
	m.outcome.State = Scored
	m.counts = slices.Grow(m.counts, m.program.Counts())
	for c := range m.plan.Conditions {
		m.counts = f.condition(i, c, &m.plan.Conditions[c], m.counts)
		times := m.program.Multiplier(c, m.counts)
		m.times = append(m.times, times)
		if !m.plan.Structured() {
			m.total = m.total.Plus(times.Worth(m.plan.Checked.Conditions[c].Points))
		}
	}
	if m.plan.Audience != nil {
		m.audience = f.condition(i, inAudience, m.plan.Audience, m.audience)
	}
	f.watchSeasons(i)
}

// condition appends what a condition counts, and watches it.
func (f *Follower) condition(model, index int, c *plan.Condition, counts []points.Count) []points.Count {
	for i := range c.Children {
		if slices.ContainsFunc(c.Sames, func(s plan.Same) bool { return slices.Contains(s.Children, i) }) {
			counts = append(counts, points.Count{}) // the block counts, not the child
			continue
		}
		at := len(f.units)
		f.units = append(f.units, unit{model: model, condition: index, child: i, at: len(counts), aging: -1})
		if ch := &c.Children[i]; plain(ch) {
			f.addMembers(at, ch)
		} else {
			f.watch(at, ch, nil)
		}
		counts = append(counts, f.count(at, c))
	}
	for i := range c.Sames {
		s := &c.Sames[i]
		at := len(f.units)
		f.units = append(f.units, unit{model: model, condition: index, child: -1, same: i, at: len(counts), aging: -1})
		for j, child := range s.Children {
			f.watch(at, &c.Children[child], &s.Values[j])
		}
		counts = append(counts, f.count(at, c))
	}
	return counts
}

// count returns what a unit of a condition counts as of the instant that was reached.
func (f *Follower) count(at int, c *plan.Condition) points.Count {
	u := &f.units[at]
	if u.plain {
		return f.countMembers(at, c.Children[u.child].Checked)
	}
	if f.walked != f.now {
		f.walked = f.now
		f.batch.SetAsOf(time.UnixMicro(f.now))
	}
	if u.child < 0 {
		return f.walker.Same(c, &c.Sames[u.same], f.lead)
	}
	ch := &c.Children[u.child]
	if a := ch.Checked.Aging; a != nil && a.Newest {
		when, ok := f.walker.Newest(ch, f.lead)
		age := f.agings.watchNewest(u.aging, f.now, f.to, when, ok)
		if !ok {
			return points.Count{}
		}
		return points.CountOf(a.Weight(age))
	}
	if points.Decays(ch.Checked) {
		return f.walker.Weigh(ch, f.lead)
	}
	return f.walker.Count(ch, f.lead)
}

// Next moves on to the next instant as of which the outcome of some model differs from
// that before, and returns it with the models, in their order. It returns math.MaxInt64 if
// there is none up to the end, and ctx.Err() once ctx is done. The list is valid until the
// next call.
func (f *Follower) Next(ctx context.Context) (at int64, models []int, err error) {
	for {
		if err := ctx.Err(); err != nil {
			return 0, nil, err
		}
		at := f.agings.first()
		if f.next < len(f.events) {
			at = min(at, f.events[f.next].at)
		}
		if at > f.to {
			return math.MaxInt64, nil, nil
		}
		f.advance(at)
		if len(f.changed) > 0 {
			return at, f.changed, ctx.Err()
		}
	}
}

// End drops the batch and its records, and keeps the follower's memory unless it has grown
// large.
func (f *Follower) End() {
	if len(f.events) > fetch.MaxKept || len(f.members) > fetch.MaxKept || len(f.found) > fetch.MaxKept {
		*f = Follower{}
		return
	}
	f.batch, f.walker, f.lead = nil, nil, nil
	clear(f.reach)
	clear(f.found)
	clear(f.keys)
}

// Moved says that the instant of the batch is another one than the follower left there.
func (f *Follower) Moved() { f.walked = math.MinInt64 }

// advance moves on to an instant, the next as of which something may change.
func (f *Follower) advance(at int64) {
	f.now = at
	for ; f.next < len(f.events) && f.events[f.next].at == at; f.next++ {
		if e := &f.events[f.next]; e.member >= 0 {
			f.turn(int(e.unit), int(e.member), e.counts)
		} else {
			f.touch(int(e.unit))
		}
	}
	f.agings.pass(at, f.to, func(g *aging, t *turning) {
		if t.member >= 0 {
			f.weigh(g.unit, t.member, g.aging.Weight(t.age))
		} else {
			f.touch(g.unit)
		}
	})
	f.dirty, f.changed = f.dirty[:0], f.changed[:0]
	for _, i := range f.touched {
		f.again(i)
	}
	f.touched = f.touched[:0]
	slices.Sort(f.dirty)
	for _, i := range f.dirty {
		m := &f.models[i]
		m.dirty = false
		if m.score(at); m.changed() {
			f.changed = append(f.changed, i)
		}
	}
}

// again counts a unit again.
func (f *Follower) again(at int) {
	u := &f.units[at]
	u.touched = false
	m := &f.models[u.model]
	before := m.dirty
	switch u.condition {
	case seasons:
		m.dirty = true
	case inAudience:
		m.set(u, f.count(at, m.plan.Audience))
	default:
		m.set(u, f.count(at, &m.plan.Conditions[u.condition]))
	}
	if m.dirty && !before {
		f.dirty = append(f.dirty, u.model)
	}
}

// Outcome returns the outcome of a model that scores leads of this kind, as of the instant
// that was reached. It is valid until the follower moves on.
func (f *Follower) Outcome(model int) *Outcome { return &f.models[model].outcome }
