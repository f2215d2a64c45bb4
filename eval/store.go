package eval

import (
	"slices"

	"github.com/leadscore/leadscore/eval/internal/columnar"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// lentStore returns the store of a source that lends its columns, or nil.
func lentStore(source traverse.Source) *columns.Store {
	if lender, ok := source.(columns.Lender); ok {
		return lender.Lend(source)
	}
	return nil
}

// overStore scores leads from the columns of a store that the source lends, and
// what needs routes from the source. It returns false if the store lacks what the
// plan names: then queries will say what is missing.
func (r *run) overStore(store *columns.Store, w way, ids []string, out Outcomes) (bool, error) {
	planned := w.columns.planned()
	x := w.columns.executors.Get(planned.columns)
	rec := w.columns.recorder()
	var large []int // leads whose sums may not fit in 64 bits
	bound := false
	err := store.Use(r.ctx, func() error {
		if bound = x.Bind(store); !bound {
			return nil
		}
		x.SetAsOf(r.opts.AsOf)
		for i, id := range ids {
			row := x.Find(id)
			if row < 0 {
				out.Errs[i] = &LeadError{Lead: id, Entity: traverse.Lead, Path: traverse.Lead, Err: ErrNoLead}
			} else if !r.scoreRow(x, rec, row, out.Models(i)) {
				large = append(large, i)
			}
			if err := r.ctx.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	// What a panic left behind is not used again.
	w.columns.executors.Put(x)
	w.columns.putRecorder(rec)
	if err != nil || !bound {
		return false, err
	}
	if planned.residual != nil {
		if err := r.addResidual(way{routes: planned.residual, lent: true, maxRecords: w.maxRecords}, ids, large, out); err != nil {
			return false, err
		}
	}
	w.columns = nil
	for _, i := range large {
		if err := r.overRecords(w, ids[i:i+1], nil, out.part(i, i+1)); err != nil {
			return false, err
		}
	}
	return true, nil
}

// scoreRow scores a lead of a store, or returns false if its sums may not fit in 64
// bits.
func (r *run) scoreRow(x *columnar.Executor, rec *recorder, row int, models []ModelOutcome) bool {
	kind, fits := x.Score(row)
	if kind == plan.NoParent {
		for i := range models {
			models[i] = ModelOutcome{Status: NoParent}
		}
		return true
	}
	rec.begin(x, kind)
	for i, m := range r.program.routes.plan.Models {
		if m.Target == kind {
			models[i] = ModelOutcome{Status: Scored, Score: x.ModelScore(i), Explained: rec.explain(x, m, i)}
		} else {
			models[i] = ModelOutcome{Status: NotTargeted}
		}
	}
	return fits
}

// addResidual adds to outcomes what the conditions that need routes give, except
// to those of large leads, whose conditions are all counted by routes.
func (r *run) addResidual(w way, ids []string, large []int, out Outcomes) error {
	var left []string
	var at []int
	var sums []int64
	for i, id := range ids {
		if _, ok := slices.BinarySearch(large, i); out.Errs[i] == nil && !ok {
			left, at = append(left, id), append(at, i)
			for _, m := range out.Models(i) {
				sums = append(sums, m.Score)
			}
		}
	}
	var walked Outcomes
	walked.reset(len(left), out.each)
	if err := r.overRecords(w, left, sums, walked); err != nil {
		return err
	}
	for i, at := range at {
		out.Errs[at] = walked.Errs[i]
		for j, m := range walked.Models(i) {
			o := &out.Models(at)[j]
			m.Explained = o.Explained.with(m.Explained)
			*o = m
		}
	}
	return nil
}
