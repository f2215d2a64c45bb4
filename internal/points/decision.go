package points

import (
	"cmp"
	"math"
	"slices"

	"github.com/leadscore/leadscore/eval/check"
)

// decides reports whether a decision holds for the lead. The outcome must be complete
// but for SalesReady.
func (s *scorer) decides(d check.Decision) bool {
	switch d := d.(type) {
	case check.AllDecisions:
		return !slices.ContainsFunc(d, func(d check.Decision) bool { return !s.decides(d) })
	case check.AnyDecision:
		return slices.ContainsFunc(d, s.decides)
	case check.NotDecision:
		return !s.decides(d.Decision)
	case check.ScoreDecision:
		score := s.out.Score
		if d.Of != nil {
			score = s.out.Dimensions[s.indexOf(d.Of)].Score
		}
		return Satisfies(d.Predicate, score)
	case check.GradeDecision:
		grade := ""
		switch {
		case d.Label:
			grade = s.Label(s.out)
		case d.Of != nil:
			grade = s.DimensionGrade(s.indexOf(d.Of), s.out)
		default:
			grade = s.Grade(s.out)
		}
		return grade != "" && slices.Contains(d.Values, grade) != d.Not
	case check.HoldsDecision:
		return s.counting(d.Condition)
	}
	return false
}

// counting reports whether a condition has a multiplier above 0, is in season with all that
// holds it and, if it is a tier, is taken.
func (s *scorer) counting(i int) bool {
	c := &s.conditions[i]
	for at := c.in; at != nil; at = at.in {
		if !at.season.holds(s.asOf) {
			return false
		}
	}
	if c.in != nil && c.in.tiers != nil {
		return s.taken(c.in) == i
	}
	return c.season.holds(s.asOf) && s.holds(i)
}

// Satisfies reports whether a score satisfies a predicate of whole numbers: a
// check.NumberIn or check.NumberBetween.
func Satisfies(p check.Predicate, score int64) bool {
	switch p := p.(type) {
	case check.NumberIn:
		return slices.ContainsFunc(p.Values, func(v float64) bool { return compare(score, v) == 0 }) != p.Not
	case check.NumberBetween:
		lo, hi := compare(score, p.Lo), compare(score, p.Hi)
		return (lo > 0 || lo == 0 && !p.LoOpen) && (hi < 0 || hi == 0 && !p.HiOpen)
	}
	return false
}

// compare compares a score with a number, without rounding either.
func compare(score int64, f float64) int {
	const end = 1 << 63
	switch whole := math.Floor(f); {
	case f >= end:
		return -1
	case f < -end:
		return 1
	case score == int64(whole) && whole < f:
		return -1
	default:
		return cmp.Compare(score, int64(whole))
	}
}
