package eval

import (
	"slices"

	"github.com/leadscore/leadscore/eval/internal/columnar"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
)

// A structuredScorer scores leads by structured models.
type structuredScorer struct {
	programs []*points.Program // by model; nil for one that is not structured

	counts  []points.Count // of the lead at hand
	outcome points.Outcome // of the lead at hand
}

// fromColumns scores the lead at hand by a structured model of which all is counted over
// columns.
func (s *structuredScorer) fromColumns(x *columnar.Executor, m *plan.Model, model int, asOf int64) ModelOutcome {
	p, at := s.programs[model], x.Plan().Counted[model]
	if !p.Active(asOf) {
		return ModelOutcome{Status: NotActive}
	}
	if p.HasAudience() {
		if s.counts = x.AppendCounts(s.counts[:0], at.Audience); !p.InAudience(s.counts) {
			return ModelOutcome{Status: NotInAudience}
		}
	}
	s.counts = x.AppendCounts(s.counts[:0], at.Conditions)
	p.Score(asOf, s.counts, &s.outcome, nil)
	return ModelOutcome{Status: Scored, Score: s.outcome.Score, Explained: &Explanation{outcome: outcomeOf(&s.outcome, len(m.Checked.Label) > 0)}}
}

// structured scores a lead by a structured model: all that its conditions count comes
// first, and then what that is worth.
func (s *recordScorer) structured(p *points.Program, m *plan.Model, l *fetch.Lead) ModelOutcome {
	asOf := s.batch.fetched.Instant.Micros
	if !p.Active(asOf) {
		return ModelOutcome{Status: NotActive}
	}
	if m.Audience != nil {
		s.counts = s.countInto(s.counts[:0], m.Audience, l)
		if !p.InAudience(s.counts) {
			return ModelOutcome{Status: NotInAudience}
		}
	}
	e := &Explanation{}
	s.counts = s.counts[:0]
	var ledger *points.Ledger
	if s.explainer == nil {
		for i := range m.Conditions {
			s.counts = s.countInto(s.counts, &m.Conditions[i], l)
		}
	} else {
		ledger = &points.Ledger{}
		e.walked = make([]Contribution, 0, len(m.Conditions))
		for i := range m.Conditions {
			var c Contribution
			c, s.counts = s.explainer.condition(&s.batch.walker, &m.Conditions[i], l, s.counts)
			e.walked = append(e.walked, c)
		}
	}
	p.Score(asOf, s.counts, &s.outcome, ledger)
	e.outcome = outcomeOf(&s.outcome, len(m.Checked.Label) > 0)
	if ledger != nil {
		e.account(p, m, s.counts, ledger)
	}
	return ModelOutcome{Status: Scored, Score: s.outcome.Score, Explained: e}
}

// countInto appends what a condition counts for a lead: see [points.Program].
func (s *recordScorer) countInto(counts []points.Count, c *plan.Condition, l *fetch.Lead) []points.Count {
	w := &s.batch.walker
	for i := range c.Children {
		var n points.Count
		switch ch := &c.Children[i]; {
		case points.Decays(ch.Checked):
			n = w.Weigh(ch, l)
		case !inSame(c, i):
			n = w.Count(ch, l)
		}
		counts = append(counts, n)
	}
	return countSames(counts, w, c, l)
}

// inSame reports whether a child is in a same block, so that what it counts as a whole
// means nothing.
func inSame(c *plan.Condition, child int) bool {
	return slices.ContainsFunc(c.Sames, func(s plan.Same) bool { return slices.Contains(s.Children, child) })
}

func outcomeOf(o *points.Outcome, labeled bool) *Outcome {
	out := &Outcome{Grade: o.Grade, SalesReady: o.SalesReady, Label: o.Label, Labeled: labeled}
	if len(o.Dimensions) > 0 {
		out.Dimensions = make(Dimensions, len(o.Dimensions))
		for i, d := range o.Dimensions {
			out.Dimensions[i] = Dimension{d.Name, d.Score, d.Grade}
		}
	}
	return out
}
