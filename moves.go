package leadscore

import (
	"context"
	"iter"
	"slices"
	"time"
)

// Moves yields the moves of a lead through the stages of the set from one instant up to
// another, in order: a step as of the first instant, and then one at every change of what
// decisions and audiences ask for (language reference, Stages). The stages before the first
// instant are those that [StagesBefore] gives, and otherwise the first ones. The data are
// those of now. So Moves finds the moves that steps gave at the time if records arrived in
// the order of their dates, and profiles have not changed since.
//
// Otherwise it is like [Set.Changes]: it fetches the records of the lead once, has the same
// options and the same errors, and an error that wraps [ErrNoStage] besides. A set without
// stages has no moves.
func (s *Set) Moves(ctx context.Context, lead string, data Source, from, to time.Time, opts ...Option) iter.Seq2[Move, error] {
	return func(yield func(Move, error) bool) {
		o := settingsOf(append(opts[:len(opts):len(opts)], AsOf(from)))
		w := watch{set: s, lead: lead, options: o.Options}
		defer w.end()
		if err := w.begin(ctx, data, from, to); err != nil {
			yield(Move{}, err)
			return
		}
		before := o.before
		if before == nil {
			before = func(string, string) string { return "" }
		}
		now, err := w.first(ctx, from)
		for ok := err == nil; ok; {
			now.of = now.of.clone()
			if err = now.step(before); err != nil {
				break
			}
			stages := now.Stages()
			for _, r := range stages {
				if r.Move != nil && !yield(*r.Move, nil) {
					return
				}
			}
			before = func(_, name string) string {
				return stages[slices.IndexFunc(stages, func(r StageResult) bool { return r.Stages == name })].Stage
			}
			var c Change
			if c, ok, err = w.step(ctx); ok {
				now = c.After
			}
		}
		if err != nil {
			yield(Move{}, err)
		}
	}
}

// first returns the results as of the first instant.
func (w *watch) first(ctx context.Context, from time.Time) (SetResult, error) {
	r := w.state
	r.Results = slices.Clone(r.Results)
	if w.options.Explain {
		for i, f := range w.groups {
			outcomes, err := f.Explain(ctx, time.UnixMicro(from.UnixMicro()))
			if err != nil {
				return SetResult{}, err
			}
			w.put(&r, i, outcomes, from.UnixMicro())
		}
	}
	w.complete(&r, from.UnixMicro())
	return r, ctx.Err()
}
