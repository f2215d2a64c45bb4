package leadscore

import (
	"slices"

	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
)

// decides reports whether a decision over the models of the set holds for the lead. r must
// have what the blocks of the set ask for.
func (r *SetResult) decides(d check.Decision) bool {
	switch d := d.(type) {
	case check.AllDecisions:
		return !slices.ContainsFunc(d, func(d check.Decision) bool { return !r.decides(d) })
	case check.AnyDecision:
		return slices.ContainsFunc(d, r.decides)
	case check.NotDecision:
		return !r.decides(d.Decision)
	case check.StatusDecision:
		return slices.Contains(d.Values, r.resultOf(d.Model).Status.String()) != d.Not
	case check.ModelDecision:
		of := r.resultOf(d.Model)
		return of.Status == Scored && r.says(of, d)
	}
	return false
}

// says reports whether what a decision says of a model that scored the lead holds.
func (r *SetResult) says(of *Result, d check.ModelDecision) bool {
	switch about := d.Decision.(type) {
	case check.ScoreDecision:
		return points.Satisfies(about.Predicate, of.score(about.Of))
	case check.GradeDecision:
		grade := of.grade(about)
		return grade != "" && slices.Contains(about.Values, grade) != about.Not
	case check.ReadyDecision:
		return of.SalesReady
	}
	return r.of.holds[d.Auxiliary]
}

// resultOf returns the result of a model of the set.
func (r *SetResult) resultOf(m *check.Model) *Result { return &r.Results[r.of.blocks.models[m]] }

// score returns the score of a dimension, or of the model for nil.
func (r *Result) score(of *check.Dimension) int64 {
	if of == nil {
		return r.Score
	}
	return r.dimension(of).Score
}

// grade returns the grade or label that a decision is about, or "".
func (r *Result) grade(d check.GradeDecision) string {
	switch {
	case d.Label:
		label, _ := r.Label()
		return label
	case d.Of != nil:
		return r.dimension(d.Of).Grade
	}
	return r.Grade
}

func (r *Result) dimension(of *check.Dimension) Dimension {
	list := r.Dimensions()
	return list[slices.IndexFunc(list, func(d Dimension) bool { return d.Name == of.Name })]
}

// results returns room for what the blocks say of so many leads.
func (b *blocks) results(leads int) []blockResult {
	each := len(b.auxiliary)
	list, holds := make([]blockResult, leads), make([]bool, leads*each)
	for i := range list {
		list[i] = blockResult{blocks: b, holds: holds[i*each : (i+1)*each : (i+1)*each]}
	}
	return list
}

// holds writes which auxiliary models hold for a lead, from their outcomes.
func (b *blocks) holds(outcomes []eval.ModelOutcome, holds []bool) {
	for i, m := range b.auxiliary {
		o := &outcomes[i]
		holds[i] = o.Status == eval.Scored
		if m.Decision != nil && holds[i] {
			_, holds[i] = o.Explained.Grade()
		}
	}
}
