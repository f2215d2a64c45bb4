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
	room    []points.Count // of one condition
	outcome points.Outcome // of the lead at hand

	// Memory of results, a piece of which serves several leads. Unless they are transient, it
	// is never used again.
	outcomeRoom
	piece int // results of a piece
}

// structuredScorer returns what scores so many leads by the programs of the run.
func (r *run) structuredScorer(leads int) structuredScorer {
	const most = 64
	s := structuredScorer{programs: r.programs, piece: min(leads*len(r.programs), most), outcomeRoom: r.room}
	r.room = outcomeRoom{}
	return s
}

// explanation returns one of the outcome at hand, of a program.
func (s *structuredScorer) explanation(p *points.Program) *Explanation {
	n := len(s.outcome.Dimensions)
	if len(s.results) == 0 {
		s.results = make([]Explanation, s.piece)
	}
	if len(s.dimensions) < n {
		s.dimensions = make([]points.Dimension, s.piece*n)
	}
	e := &s.results[0]
	s.results = s.results[1:]
	*e = Explanation{program: p, outcome: s.outcome}
	e.outcome.Dimensions, s.dimensions = s.dimensions[:n:n], s.dimensions[n:]
	copy(e.outcome.Dimensions, s.outcome.Dimensions)
	return e
}

// fromColumns scores the lead at hand by a structured model that is counted over columns.
// It returns false if some condition needs routes: then s.counts has the counts of the
// others, and gaps.
func (s *structuredScorer) fromColumns(x *columnar.Executor, model int, target plan.LeadKind, asOf int64) (ModelOutcome, bool) {
	p, at := s.programs[model], x.Plan().Counted[model]
	if !p.Active(asOf) {
		return ModelOutcome{Status: NotActive}, true
	}
	if p.HasAudience() && !at.Audience.ByRoutes {
		if s.counts = x.AppendCounts(target, s.counts[:0], at.Audience.Slots); !p.InAudience(s.counts) {
			return ModelOutcome{Status: NotInAudience}, true
		}
	}
	if at.Fast != nil {
		at.Fast.Score(asOf, x.Sums(model), x.Counts(target), &s.outcome)
		return s.result(p), true
	}
	s.counts = slices.Grow(s.counts[:0], p.Counts())[:p.Counts()]
	for i := range at.Conditions {
		if c := &at.Conditions[i]; !c.ByRoutes {
			first := p.First(i)
			x.AppendCounts(target, s.counts[:first], c.Slots)
		}
	}
	if at.ByRoutes {
		return ModelOutcome{}, false
	}
	return s.scored(model, asOf), true
}

// scored returns the outcome of a structured model for the counts of a lead that is in
// the audience.
func (s *structuredScorer) scored(model int, asOf int64) ModelOutcome {
	p := s.programs[model]
	p.Score(asOf, s.counts, &s.outcome, nil)
	return s.result(p)
}

// result returns the outcome at hand, of a program, as that of a model.
func (s *structuredScorer) result(p *points.Program) ModelOutcome {
	return ModelOutcome{Status: Scored, Score: s.outcome.Score, Explained: s.explanation(p)}
}

// finish scores a lead by a structured model some conditions of which need routes. s.counts
// has the counts of the others. left are those conditions, audience that of the model if
// it needs routes, too.
func (s *recordScorer) finish(model int, at *plan.Counted, left []plan.Condition, audience *plan.Condition, l *fetch.Lead) ModelOutcome {
	p := s.programs[model]
	if at.Audience.ByRoutes {
		if s.room = s.countInto(s.room[:0], audience, l); !p.InAudience(s.room) {
			return ModelOutcome{Status: NotInAudience}
		}
	}
	for i := range at.Conditions {
		if at.Conditions[i].ByRoutes {
			s.room = s.countInto(s.room[:0], &left[0], l)
			copy(s.counts[p.First(i):], s.room)
			left = left[1:]
		}
	}
	return s.scored(model, s.batch.fetched.Instant.Micros)
}

// structured scores a lead by a structured model: all that its conditions count comes
// first, and then what that is worth.
func (s *recordScorer) structured(p *points.Program, m *plan.Model, l *fetch.Lead) ModelOutcome {
	asOf := s.batch.fetched.Instant.Micros
	if !p.Active(asOf) {
		return notActive(m.Checked, s.explainer != nil)
	}
	if o, outside := s.outside(p, m, l); outside {
		return o
	}
	s.counts = s.counts[:0]
	var walked []Contribution
	var ledger *points.Ledger
	if s.explainer == nil {
		for i := range m.Conditions {
			s.counts = s.countInto(s.counts, &m.Conditions[i], l)
		}
	} else {
		ledger = &points.Ledger{}
		walked = make([]Contribution, 0, len(m.Conditions))
		for i := range m.Conditions {
			var c Contribution
			c, s.counts = s.explainer.condition(&s.batch.walker, &m.Conditions[i], l, s.counts)
			walked = append(walked, c)
		}
	}
	p.Score(asOf, s.counts, &s.outcome, ledger)
	out := s.result(p)
	if ledger != nil {
		out.Explained.details = &details{walked: walked}
		out.Explained.details.account(p, m, s.counts, ledger)
	}
	return out
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
