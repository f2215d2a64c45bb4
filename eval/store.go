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

// scoreStore scores leads from the columns of a store as of an instant: all
// conditions that c counts. It returns the positions of leads whose sums may not
// fit in 64 bits. It returns false if the store lacks what the plan names, and
// ctx.Err() once ctx is done.
func (r *run) scoreStore(store *columns.Store, c *columnPlan, models []*plan.Model, ids []string, out Outcomes) (large []int, ok bool, err error) {
	ctx, asOf := r.ctx, r.opts.AsOf
	x, rec := c.executors.Get(c.planned().columns), c.recorder()
	s := rowScorer{x, rec, models, structuredScorer{programs: r.programs}, asOf.UnixMicro()}
	err = store.Use(ctx, func() error {
		if ok = x.Bind(store); !ok {
			return nil
		}
		x.SetAsOf(asOf)
		x.Begin(ctx)
		defer x.End()
		for i, id := range ids {
			row := x.Find(id)
			if row < 0 {
				out.Errs[i] = &LeadError{Lead: id, Entity: traverse.Lead, Path: traverse.Lead, Err: ErrNoLead}
			} else if !s.score(row, out.Models(i)) {
				large = append(large, i)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	// Not deferred: a panic leaves counts in them, so neither may be used again.
	c.executors.Put(x)
	c.putRecorder(rec)
	return large, ok, err
}

// A rowScorer scores leads of a store.
type rowScorer struct {
	x        *columnar.Executor
	recorder *recorder
	models   []*plan.Model
	structuredScorer
	asOf int64
}

// score scores the lead in a row of a store, or returns false if its sums may not fit in
// 64 bits.
func (s *rowScorer) score(row int, out []ModelOutcome) bool {
	x, rec := s.x, s.recorder
	kind, fits := x.Score(row)
	if kind != plan.NoParent {
		rec.begin(x, kind)
	}
	for i, m := range s.models {
		switch {
		case !m.Scores(kind):
			out[i] = ModelOutcome{Status: notScored(kind)}
		case x.Plan().Counted[i] != nil:
			out[i] = s.fromColumns(x, m, i, s.asOf)
		case m.Structured():
			out[i] = ModelOutcome{} // all of its conditions need routes
		case m.Target != kind: // target lead: all conditions need routes
			out[i] = ModelOutcome{Status: Scored, Explained: rec.explain(x, m, i)}
		default:
			out[i] = ModelOutcome{Status: Scored, Score: x.ModelScore(i), Explained: rec.explain(x, m, i)}
		}
	}
	return fits
}

// notScored returns the status of a lead that a model does not score because of its kind.
func notScored(kind plan.LeadKind) Status {
	if kind == plan.NoParent {
		return NoParent
	}
	return NotTargeted
}

// A remainder is the leads of a batch whose scores lack the conditions that need
// routes.
type remainder struct {
	ids  []string
	at   []int   // their positions in the batch
	sums []int64 // their scores so far, by lead and model
}

// remainderOf returns the leads that are neither failed nor large.
func remainderOf(ids []string, large []int, out Outcomes) remainder {
	var r remainder
	for i, id := range ids {
		if _, ok := slices.BinarySearch(large, i); out.Errs[i] != nil || ok {
			continue
		}
		r.ids, r.at = append(r.ids, id), append(r.at, i)
		for _, m := range out.Models(i) {
			r.sums = append(r.sums, m.Score)
		}
	}
	return r
}

// merge writes the outcomes of the remainder, whose scores began with r.sums, into
// those of the batch. Those of structured models that p counts are there already.
func (r *remainder) merge(p *plan.Columns, walked, out Outcomes) {
	for i, at := range r.at {
		out.Errs[at] = walked.Errs[i]
		for j, m := range walked.Models(i) {
			if p.Counted[j] != nil {
				continue
			}
			o := &out.Models(at)[j]
			m.Explained = o.Explained.with(m.Explained)
			*o = m
		}
	}
}
