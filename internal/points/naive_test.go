package points

import (
	"math/big"
	"slices"

	"github.com/leadscore/leadscore/eval/check"
)

// A naive scores one lead as the language reference says it, with rational numbers and
// nothing else.
type naive struct {
	m      *check.Model
	asOf   int64
	counts [][]*big.Rat // by condition
	dims   map[*check.Dimension]*naiveDimension
	taken  map[int]bool // conditions
}

type naiveDimension struct {
	score *big.Rat
	grade string
}

func (n *naive) inSeason(w *check.Window) bool {
	return w == nil ||
		(w.Lo.Kind == check.Open || w.Lo.At <= n.asOf) && (w.Hi.Kind == check.Open || n.asOf <= w.Hi.At)
}

// multiplier: "The multiplier of a condition is 0 if one of its children that do not count
// does not hold. Otherwise it is the smallest count among those that count, or 1."
func (n *naive) multiplier(i int) *big.Rat {
	c := &n.m.Conditions[i]
	items := c.Items
	if items == nil {
		for k := range c.Children {
			items = append(items, check.ChildItem(k))
		}
	}
	var least *big.Rat
	same := len(c.Children)
	for _, item := range items {
		var count *big.Rat
		switch item := item.(type) {
		case check.ChildItem:
			ch := &c.Children[item]
			switch {
			case ch.Each || ch.Aging != nil:
				count = n.counts[i][item]
				if ch.Aging != nil && ch.Aging.Kind != check.Without {
					count = new(big.Rat).Quo(count, new(big.Rat).SetUint64(ch.Aging.Scale()))
				}
			case !n.childHolds(ch, n.counts[i][item]):
				return new(big.Rat)
			}
		case *check.Same:
			count = n.counts[i][same]
			same++
		case *check.Block:
			if !n.blockHolds(i, item) {
				return new(big.Rat)
			}
		}
		if count != nil && (least == nil || count.Cmp(least) < 0) {
			least = count
		}
	}
	if least == nil {
		return big.NewRat(1, 1)
	}
	return least
}

func (n *naive) childHolds(ch *check.Child, count *big.Rat) bool {
	if ch.Min == 0 && ch.Max == 0 {
		return count.Sign() == 0
	}
	return count.Cmp(new(big.Rat).SetUint64(ch.Min)) >= 0 && (ch.Max == 0 || count.Cmp(new(big.Rat).SetUint64(ch.Max)) <= 0)
}

func (n *naive) blockHolds(i int, b *check.Block) bool {
	held, failed := 0, 0
	for _, item := range b.Items {
		holds := false
		switch item := item.(type) {
		case check.ChildItem:
			holds = n.childHolds(&n.m.Conditions[i].Children[item], n.counts[i][item])
		case *check.Block:
			holds = n.blockHolds(i, item)
		}
		if holds {
			held++
		} else {
			failed++
		}
	}
	if b.Any {
		return held > 0
	}
	return failed == 0
}

// nearest: "rounded once to the nearest integer, halves away from zero".
func nearest(r *big.Rat) *big.Rat {
	half := big.NewRat(1, 2)
	if r.Sign() < 0 {
		return new(big.Rat).Neg(nearest(new(big.Rat).Neg(r)))
	}
	up := new(big.Rat).Add(r, half)
	return new(big.Rat).SetInt(new(big.Int).Quo(up.Num(), up.Denom()))
}

func (n *naive) contribution(i int) *big.Rat {
	c := &n.m.Conditions[i]
	out := nearest(new(big.Rat).Mul(n.multiplier(i), big.NewRat(c.Points, 1)))
	if bound := big.NewRat(c.Bound, 1); c.Bound > 0 && out.Cmp(bound) > 0 || c.Bound < 0 && out.Cmp(bound) < 0 {
		return bound
	}
	return out
}

func (n *naive) limited(sum *big.Rat, l check.Limit) *big.Rat {
	if lo := big.NewRat(l.Lo, 1); l.HasLo && sum.Cmp(lo) < 0 {
		return lo
	}
	if hi := big.NewRat(l.Hi, 1); l.HasHi && sum.Cmp(hi) > 0 {
		return hi
	}
	return sum
}

func (n *naive) sum(parts []check.Part) *big.Rat {
	sum := new(big.Rat)
	for _, p := range parts {
		switch p := p.(type) {
		case check.ConditionPart:
			if n.inSeason(n.m.Conditions[p].Season) {
				n.taken[int(p)] = n.multiplier(int(p)).Sign() > 0
				sum.Add(sum, n.contribution(int(p)))
			}
		case *check.Group:
			if n.inSeason(p.Season) {
				sum.Add(sum, n.limited(n.sum(p.Parts), p.Limit))
			}
		case *check.Tiers:
			if !n.inSeason(p.Season) {
				break
			}
			for _, i := range p.Conditions {
				if n.inSeason(n.m.Conditions[i].Season) && n.multiplier(i).Sign() > 0 {
					n.taken[i] = true
					sum.Add(sum, n.contribution(i))
					break
				}
			}
		case *check.Dimension:
			d := &naiveDimension{score: new(big.Rat)}
			n.dims[p] = d
			if !n.inSeason(p.Season) {
				break
			}
			d.score = n.limited(n.sum(p.Parts), p.Limit)
			if p.OutOf > 0 {
				d.score = nearest(new(big.Rat).Mul(d.score, big.NewRat(p.OutOf, p.Limit.Hi)))
			}
			d.grade, _ = p.Grades.Grade(clamped(d.score))
			sum.Add(sum, nearest(new(big.Rat).Mul(d.score, big.NewRat(p.Weight, 100))))
		}
	}
	return sum
}

func clamped(r *big.Rat) int64 {
	t := totalOf(new(big.Int).Set(r.Num()))
	return t.Clamp()
}

// A graded is an outcome with its grades.
type graded struct {
	Outcome
	Grade, Label string
	Grades       []string // of the dimensions
}

func (n *naive) outcome() graded {
	parts := n.m.Parts
	if parts == nil {
		for i := range n.m.Conditions {
			parts = append(parts, check.ConditionPart(i))
		}
	}
	out := graded{Outcome: Outcome{Score: clamped(n.limited(n.sum(parts), n.m.Limit))}}
	out.Grade, _ = n.m.Grades.Grade(out.Score)
	for _, p := range parts {
		if d, ok := p.(*check.Dimension); ok {
			out.Dimensions = append(out.Dimensions, Dimension{clamped(n.dims[d].score), n.inSeason(d.Season)})
			out.Grades = append(out.Grades, n.dims[d].grade)
		}
	}
	for i, d := range n.m.Label {
		if n.dims[d].grade == "" {
			out.Label = ""
			break
		}
		if out.Label == "" && i > 0 {
			break
		}
		out.Label += n.dims[d].grade
	}
	if out.SalesReady = n.m.SalesReady.Ready(out.Score); n.m.Decision != nil {
		out.SalesReady = n.decides(n.m.Decision, &out)
	}
	return out
}

func (n *naive) decides(d check.Decision, out *graded) bool {
	switch d := d.(type) {
	case check.AllDecisions:
		return !slices.ContainsFunc(d, func(d check.Decision) bool { return !n.decides(d, out) })
	case check.AnyDecision:
		return slices.ContainsFunc(d, func(d check.Decision) bool { return n.decides(d, out) })
	case check.NotDecision:
		return !n.decides(d.Decision, out)
	case check.HoldsDecision:
		return n.taken[d.Condition]
	case check.ScoreDecision:
		score := out.Score
		if d.Of != nil {
			score = clamped(n.dims[d.Of].score)
		}
		at := func(f float64) int { return new(big.Rat).SetInt64(score).Cmp(new(big.Rat).SetFloat64(f)) }
		switch p := d.Predicate.(type) {
		case check.NumberIn:
			return slices.ContainsFunc(p.Values, func(v float64) bool { return at(v) == 0 }) != p.Not
		case check.NumberBetween:
			return at(p.Lo) >= 0 && (at(p.Lo) > 0 || !p.LoOpen) && at(p.Hi) <= 0 && (at(p.Hi) < 0 || !p.HiOpen)
		}
	case check.GradeDecision:
		grade := out.Grade
		if d.Label {
			grade = out.Label
		} else if d.Of != nil {
			grade = n.dims[d.Of].grade
		}
		if grade == "" {
			return false
		}
		return slices.Contains(d.Values, grade) != d.Not
	}
	panic("unknown decision")
}
