package findings

import (
	"math"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
)

// A reach is the sums that a part of a model can give: from lo to hi. An end that is
// [math.MinInt64] or [math.MaxInt64] is none, or does not fit in 64 bits.
type reach struct {
	lo, hi int64
	// The conditions because of which there is no end.
	falling, rising []string
}

// plus adds the sums of another part.
func (r *reach) plus(o reach) {
	if r.lo == math.MinInt64 || o.lo == math.MinInt64 {
		r.lo = math.MinInt64
	} else {
		r.lo = points.TotalOf(r.lo).Plus(points.TotalOf(o.lo)).Clamp()
	}
	if r.hi == math.MaxInt64 || o.hi == math.MaxInt64 {
		r.hi = math.MaxInt64
	} else {
		r.hi = points.TotalOf(r.hi).Plus(points.TotalOf(o.hi)).Clamp()
	}
	r.falling, r.rising = append(r.falling, o.falling...), append(r.rising, o.rising...)
}

// or adds the possibility that the part gives a sum of another one instead.
func (r *reach) or(o reach) {
	r.lo, r.hi = min(r.lo, o.lo), max(r.hi, o.hi)
	r.falling, r.rising = append(r.falling, o.falling...), append(r.rising, o.rising...)
}

// within keeps the sums within a limit.
func (r *reach) within(l check.Limit) {
	if l.HasLo {
		r.lo, r.hi, r.falling = max(r.lo, l.Lo), max(r.hi, l.Lo), nil
	}
	if l.HasHi {
		r.lo, r.hi, r.rising = min(r.lo, l.Hi), min(r.hi, l.Hi), nil
	}
}

// times multiplies the sums by n/d, rounded to the nearest, halves away from zero.
func (r *reach) times(n, d int64) {
	scale := func(v int64) int64 {
		if v == math.MinInt64 || v == math.MaxInt64 {
			return v
		}
		return points.TotalOf(v).Times(n, d).Clamp()
	}
	r.lo, r.hi = scale(r.lo), scale(r.hi)
}

// A summer determines what the parts of a model can add up to.
type summer struct {
	conditions []*condition
	// seen is called for each group and dimension, and for the model, with what it
	// holds adds up to, before its limit; or it is nil.
	seen func(part check.Part, sum reach)
}

func (s *summer) parts(parts []check.Part) reach {
	var sum reach
	for _, p := range parts {
		sum.plus(s.part(p))
	}
	return sum
}

func (s *summer) part(p check.Part) reach {
	switch p := p.(type) {
	case check.ConditionPart:
		return s.condition(int(p))
	case *check.Group:
		sum := s.limited(p, p.Parts, p.Limit)
		if p.Season != nil {
			sum.or(reach{})
		}
		return sum
	case *check.Tiers:
		return s.tiers(p)
	case *check.Dimension:
		sum := s.dimension(p)
		sum.times(p.Weight, 100)
		return sum
	}
	return reach{lo: math.MinInt64, hi: math.MaxInt64}
}

// dimension returns the scores of a dimension, before its weight.
func (s *summer) dimension(d *check.Dimension) reach {
	sum := s.limited(d, d.Parts, d.Limit)
	if d.OutOf != 0 {
		sum.times(d.OutOf, d.Limit.Hi)
	}
	if d.Season != nil {
		sum.or(reach{})
	}
	return sum
}

func (s *summer) limited(p check.Part, parts []check.Part, l check.Limit) reach {
	sum := s.parts(parts)
	if s.seen != nil {
		s.seen(p, sum)
	}
	sum.within(l)
	return sum
}

// tiers returns what the first condition that holds can add.
func (s *summer) tiers(t *check.Tiers) reach {
	var sum reach
	some := false
	add := func(r reach) {
		if some {
			sum.or(r)
		} else {
			sum, some = r, true
		}
	}
	for _, i := range t.Conditions {
		c := s.conditions[i]
		if !c.never {
			add(s.tier(i))
		}
		if c.always && c.Season == nil { // those after it never count
			if t.Season != nil {
				add(reach{})
			}
			return sum
		}
	}
	add(reach{}) // none holds
	return sum
}

// tier returns what a condition adds if it holds and is taken.
func (s *summer) tier(i int) reach {
	c := s.conditions[i]
	if c.Row != nil {
		return reach{lo: c.Points, hi: c.Points}
	}
	return s.condition(i)
}

// condition returns what a condition can add.
func (s *summer) condition(i int) reach {
	c := s.conditions[i]
	if c.never {
		return reach{}
	}
	var r reach
	least, greatest := c.multiplier.Least.Clamp(), c.multiplier.Greatest.Clamp()
	r.lo, r.hi = int64(min(least, 1))*c.Points, int64(min(greatest, 1))*c.Points
	if c.Points < 0 {
		r.lo, r.hi = r.hi, r.lo
	}
	switch {
	case !c.multiplier.Unbounded:
	case c.Bound > 0:
		r.hi = c.Bound
	case c.Bound < 0:
		r.lo = c.Bound
	case c.Points > 0:
		r.hi, r.rising = math.MaxInt64, []string{c.Name}
	case c.Points < 0:
		r.lo, r.falling = math.MinInt64, []string{c.Name}
	}
	if c.Season != nil {
		r.or(reach{})
	}
	return r
}
