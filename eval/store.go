package eval

import (
	"slices"

	"github.com/leadscore/leadscore/eval/internal/columnar"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// InMemory reports whether a source lends its columns: then scoring leads takes the
// processor alone, and does not wait for queries.
func InMemory(source traverse.Source) bool { return lentStore(source) != nil }

// lentStore returns the store of a source that lends its columns, or nil.
func lentStore(source traverse.Source) *columns.Store {
	if lender, ok := source.(columns.Lender); ok {
		return lender.Lend(source)
	}
	return nil
}

// scoreStore scores leads from the columns of a store: all conditions that c counts. It
// returns what has been counted of structured models that need routes, too, and the
// positions of leads whose sums may not fit in 64 bits. It returns false if the store
// lacks what the plan names, and ctx.Err() once ctx is done.
func (r *run) scoreStore(store *columns.Store, c *columnPlan, models []*plan.Model, ids []string, out *Outcomes) (from begun, large []int, ok bool, err error) {
	ctx, asOf := r.ctx, r.opts.AsOf
	x, rec := r.opts.Worker.get(c), c.recorder()
	s := rowScorer{x, rec, models, r.structuredScorer(len(ids)), asOf.UnixMicro(), begun{plan: x.Plan(), given: r.opts.Given}}
	if slices.ContainsFunc(x.Plan().Counted, func(c *plan.Counted) bool { return c != nil && c.ByRoutes }) {
		s.begun.counts = make([][]points.Count, len(ids)*len(models))
	}
	err = store.Use(ctx, x.Layouts(), func() error {
		if ok = x.Bind(store); !ok {
			return nil
		}
		x.SetAsOf(asOf)
		x.Begin(ctx)
		defer x.End()
		for i, id := range ids {
			row := r.find(x, i, id)
			if row < 0 {
				out.Errs[i] = &LeadError{Lead: id, Entity: traverse.Lead, Path: traverse.Lead, Err: ErrNoLead}
			} else if !s.score(row, i, out.Models(i)) {
				large = append(large, i)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	// Not deferred: a panic leaves counts in them, so neither may be used again.
	r.opts.Worker.put(c, x)
	c.putRecorder(rec)
	return s.begun, large, ok, err
}

// find returns the row of the lead at a position, or -1.
func (r *run) find(x *columnar.Executor, at int, id string) int {
	if r.opts.Rows == nil {
		return x.Find(id)
	}
	row := x.FindAt(int(r.opts.Rows[at])-1, id)
	r.opts.Rows[at] = int32(row + 1)
	return row
}

// A rowScorer scores leads of a store.
type rowScorer struct {
	x        *columnar.Executor
	recorder *recorder
	models   []*plan.Model
	structuredScorer
	asOf  int64
	begun begun
}

// score scores the lead in a row of a store, which is at a position of the batch. It
// returns false if its sums may not fit in 64 bits.
func (s *rowScorer) score(row, at int, out []ModelOutcome) bool {
	x, rec := s.x, s.recorder
	kind, fits := x.Score(row)
	rec.begin(x, kind)
	for i, m := range s.models {
		switch given := s.begun.status(at*len(s.models) + i); {
		case given != 0:
			out[i] = ModelOutcome{Status: given}
		case !m.Scores(kind):
			out[i] = ModelOutcome{Status: notScored(kind)}
		case x.Plan().Counted[i] != nil:
			var done bool
			if out[i], done = s.fromColumns(x, i, m.Target, s.asOf); !done {
				s.begun.counts[at*len(s.models)+i] = slices.Clone(s.counts)
			}
		case m.Structured(): // all of its conditions need routes
			out[i] = ModelOutcome{}
			if rec == nil && !s.programs[i].Active(s.asOf) { // an explanation says when it is
				out[i].Status = NotActive
			}
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
	ids   []string
	at    []int // their positions in the batch
	begun begun
}

// A begun is what has been counted over the columns of a store, by lead and model.
type begun struct {
	plan   *plan.Columns    // nil if nothing has been counted
	sums   []int64          // scores so far
	counts [][]points.Count // of a structured model, with gaps; nil if its outcome is known
	given  []Status         // Options.Given of the leads; or nil
}

// status returns the status that is given at a position, or 0.
func (b *begun) status(at int) Status {
	if b.given == nil {
		return 0
	}
	return b.given[at]
}

// unbegun is part, with nothing counted.
func (b begun) unbegun(from, to int) begun { return begun{given: b.given}.part(from, to) }

// counted says where the counts of a structured model are, or returns nil if none of them
// have been counted.
func (b *begun) counted(model int) *plan.Counted {
	if b.plan == nil {
		return nil
	}
	return b.plan.Counted[model]
}

// countsAt returns the counts at a position, or nil.
func (b *begun) countsAt(at int) []points.Count {
	if b.counts == nil {
		return nil
	}
	return b.counts[at]
}

// part returns what is at positions from on, below to.
func (b begun) part(from, to int) begun {
	if b.plan != nil {
		b.sums = b.sums[from:to]
	}
	if b.counts != nil {
		b.counts = b.counts[from:to]
	}
	if b.given != nil {
		b.given = b.given[from:to]
	}
	return b
}

// remains reports whether routes are left to be counted for the lead at a position, for
// which models have these outcomes so far: not if it is outside of their audiences, or if
// they are not in season. models are those of the plan for what is left.
func (b *begun) remains(models []*plan.Model, at int, out []ModelOutcome) bool {
	for i, m := range models {
		switch {
		case b.counted(i) != nil:
			if b.countsAt(at*len(models)+i) != nil {
				return true
			}
		case out[i].Status == 0 || out[i].Status == Scored && len(m.Conditions) > 0:
			return true
		}
	}
	return false
}

// remainderOf returns the leads that are neither failed nor large and for which routes
// are left to be counted. models are those of the plan for that.
func remainderOf(ids []string, large []int, out *Outcomes, from begun, models []*plan.Model) remainder {
	r := remainder{begun: begun{plan: from.plan}}
	for i, id := range ids {
		if _, ok := slices.BinarySearch(large, i); out.Errs[i] != nil || ok || !from.remains(models, i, out.Models(i)) {
			continue
		}
		r.ids, r.at = append(r.ids, id), append(r.at, i)
		for _, m := range out.Models(i) {
			r.begun.sums = append(r.begun.sums, m.Score)
		}
		if from.counts != nil {
			r.begun.counts = append(r.begun.counts, from.counts[i*out.each:(i+1)*out.each]...)
		}
		if from.given != nil {
			r.begun.given = append(r.begun.given, from.given[i*out.each:(i+1)*out.each]...)
		}
	}
	return r
}

// merge writes the outcomes of the remainder, which began with r.begun, into those of the
// batch.
func (r *remainder) merge(walked, out *Outcomes) {
	for i, at := range r.at {
		out.Errs[at] = walked.Errs[i]
		for j, m := range walked.Models(i) {
			o := &out.Models(at)[j]
			if r.begun.counted(j) != nil && o.Status != 0 {
				continue // it was known before
			}
			m.Explained = o.Explained.with(m.Explained)
			*o = m
		}
	}
}
