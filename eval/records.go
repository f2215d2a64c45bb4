package eval

import (
	"context"

	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/eval/internal/staging"
	"github.com/leadscore/leadscore/internal/points"
)

// A recordScorer scores the leads of a batch that was fetched.
type recordScorer struct {
	routes    *routePlan
	columns   *columnPlan // counts what it can, or nil
	explainer *explainer  // nil for scores alone
	batch     *batch
	begun     begun // by lead
	structuredScorer

	staging  *staging.Staging
	recorder *recorder
}

// mayBeUnwanted reports whether some model may need nothing of a lead but its record.
func (s *recordScorer) mayBeUnwanted() bool {
	if s.begun.given != nil {
		return true
	}
	for j, m := range s.routes.plan.Models {
		if s.begun.counted(j) != nil || m.Checked.Season != nil || m.AudienceOfLead {
			return true
		}
	}
	return false
}

// unwanted returns which models need nothing of the lead at a position but its record, or
// nil if there is none: they do not score it, or are not in season, its own fields keep it
// out of their audience, or its score is known already.
func (s *recordScorer) unwanted(at int, l *fetch.Lead) []bool {
	models := s.routes.plan.Models
	var list []bool
	for j, m := range models {
		if m.Scores(l.Kind) && s.begun.status(at*len(models)+j) == 0 && s.mayNeed(at*len(models)+j, j, m, l) {
			continue
		}
		if list == nil {
			list = make([]bool, len(models))
		}
		list[j] = true
	}
	return list
}

// mayNeed reports whether a model may need more of a lead than its record. at is the
// position of its outcome.
func (s *recordScorer) mayNeed(at, model int, m *plan.Model, l *fetch.Lead) bool {
	switch p := s.programs[model]; {
	case s.begun.counted(model) != nil:
		return s.begun.countsAt(at) != nil
	case !m.Structured():
		return true
	case !p.Active(s.batch.fetched.Instant.Micros):
		return false
	case m.AudienceOfLead:
		s.counts = s.countInto(s.counts[:0], m.Audience, l)
		return p.InAudience(s.counts)
	}
	return true
}

// begin lays the batch out in columns, if some conditions are counted over them. It
// returns ctx.Err() once ctx is done.
func (s *recordScorer) begin(ctx context.Context, opts *Options) error {
	s.batch.walker.Begin(ctx, &s.batch.fetched)
	if s.columns == nil {
		return nil
	}
	s.recorder = s.columns.recorder()
	if err := s.staging.Fill(ctx, s.routes.plan, &s.batch.fetched); err != nil {
		return err
	}
	s.staging.Executor.SetAsOf(opts.AsOf)
	s.staging.Executor.Begin(ctx)
	return nil
}

// end leaves the memory of the batch to later ones.
func (s *recordScorer) end() {
	if s.columns != nil {
		s.staging.Executor.End()
		s.columns.stagings.Put(s.staging)
		s.columns.putRecorder(s.recorder)
	}
	s.routes.put(s.batch)
}

// score scores the lead at a position of the batch into out. It returns false if
// its sums over columns may not fit in 64 bits: then nothing is written.
func (s *recordScorer) score(i int, id string, out *Outcomes) bool {
	l := &s.batch.fetched.Leads[i]
	out.Errs[i] = nil // an earlier try may have failed
	if f := l.Failed; f != nil {
		out.Errs[i] = &LeadError{Lead: id, Entity: f.Entity, Path: f.Path, Err: f.Err}
		return true
	}
	staged := s.staging != nil
	if staged {
		if !s.staging.Score(l) {
			return false
		}
		s.recorder.begin(s.staging.Executor, l.Kind)
	}
	models := s.routes.plan.Models
	for j, m := range models {
		o := &out.Models(i)[j]
		switch given := s.begun.status(i*len(models) + j); {
		case given != 0:
			*o = ModelOutcome{Status: given}
		case !m.Scores(l.Kind):
			*o = ModelOutcome{Status: notScored(l.Kind)}
		case staged && s.staging.Executor.Plan().Counted[j] != nil:
			*o = s.staged(j, m, l)
		case s.begun.counted(j) != nil:
			*o = ModelOutcome{} // it is known already
			if counts := s.begun.countsAt(i*len(models) + j); counts != nil {
				s.counts = append(s.counts[:0], counts...)
				*o = s.finish(j, s.begun.counted(j), m.Conditions, m.Audience, l)
			}
		case m.Structured():
			*o = s.structured(s.programs[j], m, l)
		case staged:
			x := s.staging.Executor
			*o = s.model(m, x.Plan().Residual[j], l, points.TotalOf(x.ModelScore(j)))
			o.Explained = s.recorder.explain(x, m, j).with(o.Explained)
		case s.begun.sums != nil:
			*o = s.model(m, m.Conditions, l, points.TotalOf(s.begun.sums[i*len(models)+j]))
		default:
			*o = s.model(m, m.Conditions, l, points.Total{})
		}
	}
	return true
}

// staged scores a lead by a structured model that is counted over columns.
func (s *recordScorer) staged(model int, m *plan.Model, l *fetch.Lead) ModelOutcome {
	x := s.staging.Executor
	o, done := s.fromColumns(x, model, m.Target, s.batch.fetched.Instant.Micros)
	if !done {
		o = s.finish(model, x.Plan().Counted[model], x.Plan().Residual[model], m.Audience, l)
	}
	return o
}

// model scores a lead by conditions of a model whose routes are counted. The score
// begins with sum.
func (s *recordScorer) model(m *plan.Model, conditions []plan.Condition, l *fetch.Lead, sum points.Total) ModelOutcome {
	w := &s.batch.walker
	out := ModelOutcome{Status: Scored}
	if s.explainer == nil {
		for i := range conditions {
			c := &conditions[i]
			c.Award.AddTo(&sum, w.Multiplier(c, l))
		}
	} else {
		d := &details{walked: make([]Contribution, 0, len(conditions))}
		out.Explained = &Explanation{details: d}
		for i := range conditions {
			c := &conditions[i]
			contribution, counts := s.explainer.condition(w, c, l, s.counts[:0])
			multiplier := c.Award.Multiplier(counts...)
			contribution.sum(points.Whole(multiplier), c.Award.Worth(multiplier))
			c.Award.AddTo(&sum, multiplier)
			d.walked = append(d.walked, contribution)
			s.counts = counts
		}
	}
	out.Score = sum.Clamp()
	return out
}
