package leadscore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/internal/calendar"
)

// A Change is the first instant, to the microsecond, as of which anything of the result
// for a lead differs: the status of some model, the score, the grade, sales ready, a
// dimension or the label (language reference, When a score changes).
type Change struct {
	AsOf   time.Time // in UTC
	Before SetResult // as of the microsecond before
	After  SetResult // as of AsOf
}

// Changed yields the results before and after of each model whose result differs, in the
// order of the set.
func (c Change) Changed() iter.Seq2[Result, Result] {
	return func(yield func(before, after Result) bool) {
		for i, after := range c.After.Results {
			if before := c.Before.Results[i]; !before.alike(after) && !yield(before, after) {
				return
			}
		}
	}
}

// alike reports whether two results of a model differ in nothing but the instant, the
// explanation and the next change.
func (r Result) alike(o Result) bool {
	return r.Status == o.Status && r.Score == o.Score && r.Grade == o.Grade && r.SalesReady == o.SalesReady &&
		r.explained.SameOutcome(o.explained)
}

// Changes yields the changes of the results for a lead after one instant, up to another,
// in their order. The data are those of now: Changes finds what the passing of time does to
// records that stay as they are, and when those dated later come to exist (language
// reference, When a score changes). Scoring the lead as of any instant before the first
// change gives what it gives as of from; as of any other, what it gives as of the last
// change before or at it.
//
// The records of the lead are fetched once, all that scoring it as of any of the instants
// needs, whatever its status is then; [MaxRecords] is the limit for all of them together.
// With [Explain] the results before and after are explained, and lists are made at once.
// [AsOf], [NextChange], [Batch] and [Workers] mean nothing here, except that Batch limits
// the keys of a query. Instants are truncated to microseconds.
//
// If the lead cannot be scored Changes yields one error, as [Set.Score] returns it. It also
// fails if data is nil, if from is after to, or if the year of one of them is not between 0
// and 9999; and it ends with ctx.Err() once ctx is done.
func (s *Set) Changes(ctx context.Context, lead string, data Source, from, to time.Time, opts ...Option) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		o := settingsOf(append(opts[:len(opts):len(opts)], AsOf(from)))
		w := watch{set: s, lead: lead, options: o.Options}
		defer w.end()
		if err := w.begin(ctx, data, from, to); err != nil {
			yield(Change{}, err)
			return
		}
		for {
			c, ok, err := w.change(ctx)
			if err == nil && !ok || !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// A watch is one call of Changes.
type watch struct {
	set     *Set
	lead    string
	options eval.Options
	to      int64
	groups  []*eval.Following
	next    []int64   // by group: its next change, or eval.NoChange
	state   SetResult // as of the last change

	// Memory of results, of which each change takes a piece for good.
	results []Result
	moments []moment
	// chosen is the choice for the lead, if the set chooses a model. If no model is chosen
	// until chosen.From, the groups are followed for the model that is chosen then.
	chosen eval.Chosen
}

func (w *watch) begin(ctx context.Context, data Source, from, to time.Time) error {
	if err := refuse(ctx, data, &w.options); err != nil {
		return err
	}
	if err := validYear("to", to); err != nil {
		return err
	}
	from, to = time.UnixMicro(from.UnixMicro()), time.UnixMicro(to.UnixMicro())
	if from.After(to) {
		return fmt.Errorf("leadscore: Changes: from, %s, is after to, %s", from.UTC().Format(time.RFC3339Nano), to.UTC().Format(time.RFC3339Nano))
	}
	w.to = to.UnixMicro()
	w.state = SetResult{Lead: w.lead, Results: make([]Result, len(w.set.models))}
	if w.set.blocks != nil {
		w.state.of = &blockResult{blocks: w.set.blocks}
	}
	if err := w.choose(ctx, data, from); err != nil {
		return err
	}
	w.putStopped(&w.state, from.UnixMicro())
	for i, g := range w.set.groups {
		w.options.Given = w.given(&g)
		f, err := g.program.Follow(ctx, data, w.lead, from, to, w.options)
		if err != nil {
			if bad, ok := errors.AsType[*LeadError](err); ok && errors.Is(err, ErrNoLead) {
				bad.Help = eval.Suggest(ctx, data, w.lead)
			}
			return err
		}
		w.groups = append(w.groups, f)
		w.put(&w.state, i, f.Models(), from.UnixMicro())
		next, err := f.Next(ctx)
		if err != nil {
			return err
		}
		w.next = append(w.next, next)
	}
	return nil
}

func (w *watch) end() {
	for _, f := range w.groups {
		f.End()
	}
}

// put writes the outcomes of a group as of an instant into a result.
func (w *watch) put(r *SetResult, group int, outcomes []eval.ModelOutcome, asOf int64) {
	g := &w.set.groups[group]
	for j, at := range g.models {
		if r.Results[at] = (Result{}); !w.chooses(asOf) {
			r.Results[at] = Result{Model: w.set.models[at].checked.Name, Lead: w.lead, Status: NoModel}
			continue
		}
		w.set.models[at].result(&r.Results[at], w.lead, nil, &outcomes[j])
	}
	if g.auxiliary {
		r.of = r.of.clone()
		r.of.holds = make([]bool, w.set.auxiliary())
		w.set.blocks.holds(outcomes[len(g.models):], r.of.holds)
	}
}

// change returns the next change, or false if there is none.
func (w *watch) change(ctx context.Context) (c Change, ok bool, err error) {
	for {
		if c, ok, err = w.step(ctx); !ok || err != nil || c.changes() {
			return c, ok, err
		}
	}
}

// changes reports whether the result of some model differs.
func (c *Change) changes() bool {
	for range c.Changed() {
		return true
	}
	return false
}

// step returns the next change of the results or of what blocks of the set ask for, or
// false if there is none.
func (w *watch) step(ctx context.Context) (c Change, ok bool, err error) {
	at := int64(math.MaxInt64)
	for _, next := range w.next {
		at = min(at, next)
	}
	choosing := w.chosen.Later != nil && w.chosen.From <= min(at, w.to) // the model is chosen before anything else changes, or with it
	if choosing {
		at = w.chosen.From
	}
	if at == eval.NoChange {
		return Change{}, false, ctx.Err()
	}
	results := pieceOf(&w.results, 2*len(w.set.models))
	models := len(w.set.models)
	c.AsOf = time.UnixMicro(at).UTC()
	c.Before = SetResult{Lead: w.lead, Results: results[:models:models], of: w.state.of}
	copy(c.Before.Results, w.state.Results)
	if choosing {
		if err := w.chosen.Later.Err; err != nil {
			return Change{}, false, err
		}
		w.state.of = w.state.of.clone()
		w.state.of.choice = w.chosen.Later.Choice
		w.putStopped(&w.state, at)
	}
	for i, f := range w.groups {
		if w.next[i] == at || choosing {
			w.put(&w.state, i, f.Models(), at)
		}
	}
	if choosing {
		w.chosen = *w.chosen.Later
	}
	c.After = SetResult{Lead: w.lead, Results: results[models:], of: w.state.of}
	copy(c.After.Results, w.state.Results)
	if w.options.Explain {
		if err := w.explain(ctx, &c); err != nil {
			return Change{}, false, err
		}
	}
	w.complete(&c.Before, at-1)
	w.complete(&c.After, at)
	for i, f := range w.groups {
		if w.next[i] == at {
			if w.next[i], err = f.Next(ctx); err != nil {
				return Change{}, false, err
			}
		}
	}
	return c, true, nil
}

// explain explains the results of a change.
func (w *watch) explain(ctx context.Context, c *Change) error {
	for i, f := range w.groups {
		before, err := f.Explain(ctx, c.AsOf.Add(-time.Microsecond))
		if err != nil {
			return err
		}
		if c.Before.Choice() == c.After.Choice() { // else no model was chosen
			w.put(&c.Before, i, before, c.AsOf.UnixMicro())
		}
		after, err := f.Explain(ctx, c.AsOf)
		if err != nil {
			return err
		}
		w.put(&c.After, i, after, c.AsOf.UnixMicro())
	}
	return nil
}

// complete sets what a result says beside those of models, and as of when they are.
func (w *watch) complete(r *SetResult, asOf int64) {
	moments := pieceOf(&w.moments, len(r.Results))
	for i := range r.Results {
		moments[i].asOf = calendar.Local(time.UnixMicro(asOf), w.set.models[i].checked.Zone)
		r.Results[i].moment = &moments[i]
		r.SalesReady = r.SalesReady || r.Results[i].SalesReady
	}
}

// pieceOf returns a piece of n elements of room, which becomes as much shorter, or is made
// anew if it is too short.
func pieceOf[T any](room *[]T, n int) []T {
	const pieces = 8
	if len(*room) < n {
		*room = make([]T, pieces*n)
	}
	piece := (*room)[:n:n]
	*room = (*room)[n:]
	return piece
}
