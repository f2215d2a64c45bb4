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
	f.models, f.units, f.events, f.next = slices.Grow(f.models[:0], len(p.Models))[:len(p.Models)], f.units[:0], f.events[:0], 0
	f.agings.reset()
	if f.found == nil {
		f.found, f.reach = map[flipKey][]int64{}, map[*plan.Node][]*fetch.Record{}
	}
	clear(f.found)
	clear(f.reach)
	b.SetAsOf(from)
	w.Begin(ctx, b)
	for i, m := range p.Models {
		f.models[i] = model{plan: m, program: programs[i], counts: f.models[i].counts[:0], audience: f.models[i].audience[:0], times: f.models[i].times[:0]}
		if m.Scores(l.Kind) {
			f.begin(i)
		}
	}
	slices.SortFunc(f.events, event.compare)
	for i := range f.models {
		if m := &f.models[i]; m.plan.Scores(l.Kind) {
			m.score(f.from)
		}
	}
}

// begin counts all that a model counts, and begins to watch it.
func (f *Follower) begin(i int) {
	m := &f.models[i]
	m.counts = slices.Grow(m.counts, m.program.Counts())
	for c := range m.plan.Conditions {
		m.counts = f.condition(i, c, &m.plan.Conditions[c], m.counts)
		m.times = append(m.times, m.program.Multiplier(c, m.counts))
	}
	if m.plan.Audience != nil {
		m.audience = f.condition(i, inAudience, m.plan.Audience, m.audience)
	}
	f.watchSeasons(i)
}

// condition appends what a condition counts, and watches it.
func (f *Follower) condition(model, index int, c *plan.Condition, counts []points.Count) []points.Count {
	for i := range c.Children {
		u := unit{model: model, condition: index, child: i, at: len(counts), aging: -1}
		same := slices.IndexFunc(c.Sames, func(s plan.Same) bool { return slices.Contains(s.Children, i) })
		if same >= 0 { // the block counts, not the child
			counts = append(counts, points.Count{})
			continue
		}
		f.units = append(f.units, u)
		f.watch(len(f.units)-1, &c.Children[i], nil)
		counts = append(counts, f.count(len(f.units)-1, c))
	}
	for i := range c.Sames {
		s := &c.Sames[i]
		f.units = append(f.units, unit{model: model, condition: index, child: -1, same: i, at: len(counts), aging: -1})
		for j, child := range s.Children {
			f.watch(len(f.units)-1, &c.Children[child], &s.Values[j])
		}
		counts = append(counts, f.count(len(f.units)-1, c))
	}
	return counts
}

// count returns what a unit of a condition counts as of the instant of the batch.
func (f *Follower) count(at int, c *plan.Condition) points.Count {
	u := &f.units[at]
	if u.child < 0 {
		return f.walker.Same(c, &c.Sames[u.same], f.lead)
	}
	ch := &c.Children[u.child]
	if a := ch.Checked.Aging; a != nil && a.Newest {
		when, ok := f.walker.Newest(ch, f.lead)
		f.agings.watchNewest(u.aging, f.batch.Instant.Micros, f.to, when, ok)
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

// advance moves on to an instant, the next as of which something may change.
func (f *Follower) advance(at int64) {
	f.changed = f.changed[:0]
	f.batch.SetAsOf(time.UnixMicro(at))
	for ; f.next < len(f.events) && f.events[f.next].at == at; f.next++ {
		f.again(f.events[f.next].unit)
	}
	f.agings.pass(at, f.to, f.again)
	for i := range f.models {
		m := &f.models[i]
		if !m.dirty {
			continue
		}
		m.dirty = false
		before := m.outcome
		before.Dimensions = slices.Clone(before.Dimensions)
		m.score(at)
		if !m.alike(&before) {
			f.changed = append(f.changed, i)
		}
	}
	for i := range f.units {
		f.units[i].dirty = false
	}
}

// again counts a unit again, once for an instant.
func (f *Follower) again(at int) {
	u := &f.units[at]
	if u.dirty {
		return
	}
	u.dirty = true
	m := &f.models[u.model]
	counts, c := m.counts, m.plan.Audience
	switch u.condition {
	case seasons:
		m.dirty = true
		return
	case inAudience:
		counts = m.audience
	default:
		c = &m.plan.Conditions[u.condition]
	}
	n := f.count(at, c)
	if !n.Less(counts[u.at]) && !counts[u.at].Less(n) {
		return
	}
	counts[u.at], m.dirty = n, true
	if u.condition >= 0 {
		m.times[u.condition] = m.program.Multiplier(u.condition, m.counts)
	}
}

// Outcome returns the outcome of a model that scores leads of this kind, as of the instant
// that was reached. It is valid until the follower moves on.
func (f *Follower) Outcome(model int) *Outcome { return &f.models[model].outcome }
