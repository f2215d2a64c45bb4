package eval

import (
	"fmt"
	"math/big"
	"time"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
)

// Counted is what a condition, a row of a table, or the audience of a model has counted for
// a lead, where that was not done by a [Program] but in a database. No number is negative.
type Counted struct {
	// Counts has what each child counts: its occurrences, as far as a cap lets them count,
	// also those that `every N` leaves over; in a burst the greatest number of them; of
	// `every SPAN without` how often the span has passed.
	Counts []*big.Int `json:"counts"`
	// Weights has what the occurrences of each child with a decay weigh, as a multiple of
	// 1/[check.Aging.Scale], and nil for other children; it is nil if no child has one.
	Weights []*big.Int `json:"weights,omitempty"`
	// Values has for each same block the number of values for which all its children hold.
	Values []*big.Int `json:"values,omitempty"`
}

// Explained returns the outcome that a model of the program gives to a lead with a status, with an
// explanation without lists, for what has been counted: for a lead that is scored, by condition; for
// one that is not in the audience, by the audience alone. It fails if that is not what the model
// counts.
func (p *Program) Explained(model int, status Status, asOf time.Time, counted []Counted) (ModelOutcome, error) {
	m := p.routes.plan.Models[model]
	switch status {
	case NotActive:
		if m.Checked.Season == nil {
			return ModelOutcome{}, fmt.Errorf("the model %q has no season", m.Checked.Name)
		}
		return notActive(m.Checked, true), nil
	case NotInAudience:
		if m.Audience == nil || len(counted) != 1 {
			return ModelOutcome{}, fmt.Errorf("these are not the counts of the audience of the model %q", m.Checked.Name)
		}
		why, counts, err := counted[0].contribution(m.Audience, nil)
		if err != nil {
			return ModelOutcome{}, err
		}
		return notInAudience(p.programs[model], m, why.Children, counts), nil
	case Scored:
		return p.scoredOf(model, m, asOf, counted)
	}
	return ModelOutcome{Status: status}, nil
}

// scoredOf returns the outcome of a lead that is scored.
func (p *Program) scoredOf(model int, m *plan.Model, asOf time.Time, counted []Counted) (ModelOutcome, error) {
	if len(counted) != len(m.Conditions) {
		return ModelOutcome{}, fmt.Errorf("the model %q has %d conditions, and there are counts of %d", m.Checked.Name, len(m.Conditions), len(counted))
	}
	d := &details{walked: make([]Contribution, 0, len(counted))}
	var all []points.Count
	var sum points.Total
	for i := range counted {
		c := &m.Conditions[i]
		contribution, counts, err := counted[i].contribution(c, all)
		if err != nil {
			return ModelOutcome{}, err
		}
		if p.programs[model] == nil {
			multiplier := c.Award.Multiplier(counts[len(all):]...)
			contribution.sum(points.Whole(multiplier), c.Award.Worth(multiplier))
			c.Award.AddTo(&sum, multiplier)
		}
		all = counts
		d.walked = append(d.walked, contribution)
	}
	out := ModelOutcome{Status: Scored, Score: sum.Clamp(), Explained: &Explanation{details: d}}
	if program := p.programs[model]; program != nil {
		e, ledger := out.Explained, &points.Ledger{}
		e.program = program
		program.Score(asOf.UnixMicro(), all, &e.outcome, ledger)
		d.account(program, m, all, ledger)
		out.Score = e.outcome.Score
	}
	return out, nil
}

// contribution returns what a condition has counted, without the multiplier and the score. It appends what
// the condition counts to counts: see [points.Program].
func (c *Counted) contribution(of *plan.Condition, counts []points.Count) (Contribution, []points.Count, error) {
	if len(c.Counts) != len(of.Children) || c.Weights != nil && len(c.Weights) != len(of.Children) || len(c.Values) != len(of.Sames) {
		return Contribution{}, nil, fmt.Errorf("the condition %q has %d children and %d same blocks, and there are %d counts, %d weights and %d numbers of values",
			of.Name, len(of.Children), len(of.Sames), len(c.Counts), len(c.Weights), len(c.Values))
	}
	out := contributionOf(of)
	for i := range of.Children {
		ch, frequency := &of.Children[i], of.Award.Children[i]
		n, err := countOf(c.Counts[i])
		if err != nil {
			return out, nil, fmt.Errorf("the condition %q, child %d: %w", of.Name, i+1, err)
		}
		n = frequency.Of(n)
		weighed := n
		if points.Decays(ch.Checked) {
			if c.Weights == nil {
				return out, nil, fmt.Errorf("the condition %q, child %d: there is no weight", of.Name, i+1)
			}
			if weighed, err = countOf(c.Weights[i]); err != nil {
				return out, nil, fmt.Errorf("the condition %q, child %d: the weight: %w", of.Name, i+1, err)
			}
		}
		counts = append(counts, weighed)
		out.child(of, i, n, weighed)
	}
	for i, values := range c.Values {
		n, err := countOf(values)
		if err != nil {
			return out, nil, fmt.Errorf("the condition %q, same block %d: %w", of.Name, i+1, err)
		}
		counts = append(counts, n)
	}
	return out, counts, nil
}

func countOf(n *big.Int) (points.Count, error) {
	if n == nil || n.Sign() < 0 {
		return points.Count{}, fmt.Errorf("%v is not a count", n)
	}
	return points.BigCount(n), nil
}
