package award

import (
	"math"
	"math/big"
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

// Status returns the status of a lead as a result has it. contact and account are truths that
// are never null: whether the lead has a parent contact, and a parent account.
func (a *Award) Status(b *scalar.Builder, target dsl.TargetKind, contact, account *scalar.Expr) *scalar.Expr {
	var whens []scalar.When
	when := func(is *scalar.Expr, status string) {
		whens = append(whens, scalar.When{If: is, Then: b.Text(status)})
	}
	switch target {
	case dsl.TargetContact:
		when(b.And(b.Not(contact), b.Not(account)), "no parent")
		when(b.Not(contact), "not targeted")
	case dsl.TargetAccount:
		when(b.And(b.Not(contact), b.Not(account)), "no parent")
		when(contact, "not targeted")
	}
	when(b.Not(a.Active), "not active")
	when(b.Not(a.InAudience), "not in audience")
	return b.Case(b.Text("scored"), whens...)
}

// grade returns the grade of a score.
func (l *lowering) grade(scale *grades.Scale, score *scalar.Expr) *scalar.Expr {
	var whens []scalar.When
	for band := range scale.Bands() { // ascending, without gaps
		if whens == nil {
			whens = append(whens, scalar.When{If: l.Less(score, l.Whole(band.From)), Then: l.Null(scalar.Text)})
		}
		whens = append(whens, scalar.When{If: l.LessEqual(score, l.Whole(band.To)), Then: l.Text(band.Name)})
	}
	return l.Case(l.Null(scalar.Text), whens...)
}

// label returns the label of the model.
func (l *lowering) label() *scalar.Expr {
	if len(l.model.Label) == 0 {
		return l.Null(scalar.Text)
	}
	var list []*scalar.Expr
	for _, d := range l.model.Label {
		list = append(list, l.award.Dimensions[l.dimensions[d]].Grade)
	}
	return l.Concat(list...)
}

func (l *lowering) salesReady() *scalar.Expr {
	if l.model.Decision != nil {
		return l.decides(l.model.Decision)
	}
	if at, ok := l.model.SalesReady.At(); ok {
		return l.MoreEqual(l.award.Score, l.Whole(at))
	}
	return l.Truth(false)
}

// decides returns whether a decision holds, which is never null.
func (l *lowering) decides(d check.Decision) *scalar.Expr {
	several := func(list []check.Decision) (out []*scalar.Expr) {
		for _, d := range list {
			out = append(out, l.decides(d))
		}
		return out
	}
	switch d := d.(type) {
	case check.AllDecisions:
		return l.And(several(d)...)
	case check.AnyDecision:
		return l.Or(several(d)...)
	case check.NotDecision:
		return l.Not(l.decides(d.Decision))
	case check.ScoreDecision:
		score := l.award.Score
		if d.Of != nil {
			score = l.award.Dimensions[l.dimensions[d.Of]].Score
		}
		return l.satisfies(score, d.Predicate)
	case check.GradeDecision:
		return l.graded(d)
	case check.HoldsDecision:
		return l.counting(d.Condition)
	}
	return l.Truth(false)
}

// graded returns whether a decision about a grade or the label holds.
func (l *lowering) graded(d check.GradeDecision) *scalar.Expr {
	grade := l.award.Grade
	switch {
	case d.Label:
		grade = l.award.Label
	case d.Of != nil:
		grade = l.award.Dimensions[l.dimensions[d.Of]].Grade
	}
	var values []scalar.Value
	for _, v := range d.Values {
		values = append(values, scalar.TextOf(v))
	}
	is := l.In(grade, values...)
	if d.Not {
		is = l.Not(is)
	}
	return l.Coalesce(is, l.Truth(false))
}

// counting returns whether a condition has a multiplier above 0, is in season with all that
// holds it and, if it is a tier, is taken.
func (l *lowering) counting(i int) *scalar.Expr {
	in := l.in[i]
	list := []*scalar.Expr{in.active, l.season(l.model.Conditions[i].Season), l.holds(i)}
	if in.tiers != nil {
		earlier := in.tiers.Conditions[:slices.Index(in.tiers.Conditions, i)]
		for _, k := range earlier {
			list = append(list, l.Not(l.And(l.season(l.model.Conditions[k].Season), l.holds(k))))
		}
	}
	return l.And(list...)
}

// satisfies returns whether a score satisfies a predicate of numbers. Neither is rounded.
func (l *lowering) satisfies(score *scalar.Expr, p check.Predicate) *scalar.Expr {
	switch p := p.(type) {
	case check.NumberIn:
		var values []scalar.Value
		for _, v := range p.Values {
			if n, exact := floor(v); exact {
				values = append(values, scalar.BigOf(n))
			}
		}
		is := l.In(score, values...)
		if p.Not {
			return l.Not(is)
		}
		return is
	case check.NumberBetween:
		return l.And(l.from(score, p.Lo, p.LoOpen), l.to(score, p.Hi, p.HiOpen))
	}
	return l.Truth(false)
}

// from returns whether a score is at least a number, or more if open is set.
func (l *lowering) from(score *scalar.Expr, f float64, open bool) *scalar.Expr {
	if math.IsInf(f, 0) {
		return l.Truth(f < 0)
	}
	n, exact := floor(f)
	if open || !exact {
		return l.More(score, l.Const(scalar.BigOf(n)))
	}
	return l.MoreEqual(score, l.Const(scalar.BigOf(n)))
}

// to returns whether a score is at most a number, or less if open is set.
func (l *lowering) to(score *scalar.Expr, f float64, open bool) *scalar.Expr {
	if math.IsInf(f, 0) {
		return l.Truth(f > 0)
	}
	n, exact := floor(f)
	if open && exact {
		return l.Less(score, l.Const(scalar.BigOf(n)))
	}
	return l.LessEqual(score, l.Const(scalar.BigOf(n)))
}

// floor returns the greatest whole number that is not above f, and whether f is that
// number, which infinity is not.
func floor(f float64) (n *big.Int, exact bool) {
	if math.IsInf(f, 0) {
		return nil, false
	}
	whole := math.Floor(f)
	n, _ = big.NewFloat(whole).Int(nil)
	return n, whole == f
}
