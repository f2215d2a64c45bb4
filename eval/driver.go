package eval

import (
	"context"
	"errors"
	"fmt"

	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// Run scores a batch of leads into out. It fails only when ctx ends; out is then
// undefined. An error of the source, or a breach of its contract, is the error of
// the leads that need what was asked for.
//
// A source that lends its columns is not asked for what these answer, and
// opts.Records does not bound what they hold. Otherwise a batch that reaches more
// than opts.Records is scored in halves: a lead fails only for the records that it
// reaches itself, and memory is bounded.
//
// out may hold the outcomes of an earlier run: Run uses their memory again.
func (p *Program) Run(ctx context.Context, source traverse.Source, ids []string, opts Options, out *Outcomes) error {
	out.reset(len(ids), len(p.routes.plan.Models))
	r := run{ctx: ctx, source: source, opts: opts}
	w := way{routes: p.routes, columns: p.columns(&opts), nearMisses: opts.lists(), maxRecords: opts.Records}
	if store := lentStore(source); store != nil {
		w.lent = true
		if w.columns != nil {
			if ok, err := r.overStore(store, w, ids, *out); ok || err != nil {
				return err
			}
		}
	}
	if w.columns != nil && !w.columns.planned().columns.Any() {
		w.columns = nil
	}
	return r.overRecords(w, ids, nil, *out)
}

// A run is what all steps of Run share.
type run struct {
	ctx    context.Context
	source traverse.Source
	opts   Options
}

// A way is how leads are scored.
type way struct {
	routes     *routes    // the plan of what is fetched
	columns    *columnSet // counts what it can; nil if routes are counted for all conditions
	nearMisses bool       // explanations list near misses, which may have any date
	lent       bool       // the source has its records in memory: maxRecords bounds a batch, but not a lead
	maxRecords int
}

// overStore scores leads from the columns that the source lends. Conditions that
// need routes, and leads whose sums may not fit in 64 bits, are scored from
// records. It returns false if the store lacks what the plan names: then queries
// will say what is missing.
func (r *run) overStore(store *columns.Store, w way, ids []string, out Outcomes) (bool, error) {
	large, ok, err := scoreStore(r.ctx, store, w.columns, w.routes.plan.Models, r.opts.AsOf, ids, out)
	if err != nil || !ok {
		return false, err
	}
	if residual := w.columns.planned().residual; residual != nil {
		rest := remainderOf(ids, large, out)
		var walked Outcomes
		walked.reset(len(rest.ids), out.each)
		if err := r.overRecords(way{routes: residual, lent: true, maxRecords: w.maxRecords}, rest.ids, rest.sums, walked); err != nil {
			return false, err
		}
		rest.merge(walked, out)
	}
	w.columns = nil
	for _, i := range large {
		if err := r.overRecords(w, ids[i:i+1], nil, out.part(i, i+1)); err != nil {
			return false, err
		}
	}
	return true, nil
}

// overRecords scores leads from records that are fetched. Scores begin with sums,
// by lead and model, if it is not nil. A batch that reaches too many records is
// scored in halves.
func (r *run) overRecords(w way, ids []string, sums []int64, out Outcomes) error {
	err := r.fetched(w, ids, sums, out)
	limit, tooMany := errors.AsType[*fetch.LimitError](err)
	switch {
	case !tooMany:
		return err
	case len(ids) > 1:
		half := len(ids) / 2
		var first, second []int64
		if sums != nil {
			first, second = sums[:half*out.each], sums[half*out.each:]
		}
		if err := r.overRecords(w, ids[:half], first, out.part(0, half)); err != nil {
			return err
		}
		return r.overRecords(w, ids[half:], second, out.part(half, len(ids)))
	case w.lent:
		w.maxRecords = 0
		return r.overRecords(w, ids, sums, out)
	case w.nearMisses:
		w.nearMisses = false
		return r.overRecords(w, ids, sums, out)
	}
	out.Errs[0] = &LeadError{
		Lead: ids[0], Entity: limit.Entity, Path: limit.Path,
		Err: fmt.Errorf("%w: the limit for one lead is %d", ErrTooManyRecords, w.maxRecords),
	}
	return nil
}

// fetched fetches what leads reach and scores them: over columns what these can
// count, and by routes the rest. It returns a [*fetch.LimitError] for a batch that
// reaches too many records.
func (r *run) fetched(w way, ids []string, sums []int64, out Outcomes) error {
	b := w.routes.get()
	opts := fetch.Options{MaxKeys: r.opts.Keys, MaxRecords: w.maxRecords, NearMisses: w.nearMisses}
	if w.columns != nil {
		opts.Raw = w.columns.planned().residual == nil
	}
	if err := b.fetched.Load(r.ctx, w.routes.plan, r.source, ids, r.opts.AsOf, opts); err != nil {
		return err
	}
	s := recordScorer{routes: w.routes, columns: w.columns, batch: b, sums: sums}
	if r.opts.Explain {
		s.explainer = &explainer{occurrences: r.opts.Occurrences, nearMisses: w.nearMisses}
	}
	if err := s.begin(r.ctx, &r.opts); err != nil {
		return err
	}
	for i, id := range ids {
		if !s.score(i, id, out) {
			alone := w
			alone.columns = nil
			if err := r.fetched(alone, ids[i:i+1], nil, out.part(i, i+1)); err != nil {
				return err
			}
		}
		if err := r.ctx.Err(); err != nil {
			return err
		}
	}
	s.end() // unless something panicked
	return nil
}
