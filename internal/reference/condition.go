package reference

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/leadscore/leadscore/dsl"
)

// condition follows "Frequencies and points": what a condition adds if it is in season
// and taken.
func (s *scoring) condition(c *dsl.Condition) Contribution {
	points := integer(c.Score.Points)
	out := Contribution{Condition: c.Name.Value, Points: points.Int64(), InSeason: s.active(c.Active), Taken: true}
	out.Multiplier = s.multiplier(c.Items, c.Score, &out)
	// "Its contribution is points × multiplier, rounded once to the nearest integer, halves
	// away from zero, then bounded by `up to`."
	out.Score = rounded(new(big.Rat).Mul(out.Multiplier, new(big.Rat).SetInt(points)))
	if b := c.Score.Bound; b != nil { // "what the condition adds ends there"
		if bound := integer(b); out.Score.CmpAbs(bound) > 0 { // "The bound has the sign of the points"
			out.Score = bound
		}
	}
	return out
}

// rounded returns the whole number nearest to r, "halves away from zero".
func rounded(r *big.Rat) *big.Int {
	n := new(big.Int).Abs(r.Num())
	n.Lsh(n, 1).Add(n, r.Denom()) // n/d + 1/2 is (2n + d) / 2d
	n.Quo(n, new(big.Int).Lsh(r.Denom(), 1))
	if r.Sign() < 0 {
		n.Neg(n)
	}
	return n
}

// A verdict is what a child or a block says of a condition.
type verdict struct {
	holds    bool
	counting bool
	count    *big.Rat // of what is counting
}

// multiplier returns the multiplier of a condition and lists its children and blocks. The
// score is nil for an audience.
func (s *scoring) multiplier(items []dsl.Item, score *dsl.Score, out *Contribution) *big.Rat {
	// "The condition's multiplier is 0 if any sibling `has`, `at least` or `none` is
	// false; otherwise the smallest count among its `each` children, or 1 if it has
	// no `each`."
	broken := false
	var smallest *big.Rat
	for _, i := range items {
		switch v := s.item(i, score, out); {
		case !v.counting:
			broken = broken || !v.holds
		case smallest == nil || v.count.Cmp(smallest) < 0:
			smallest = v.count
		}
	}
	switch {
	case broken:
		return new(big.Rat)
	case smallest != nil:
		return smallest
	}
	return big.NewRat(1, 1)
}

// item judges a child or a block.
func (s *scoring) item(i dsl.Item, score *dsl.Score, out *Contribution) verdict {
	c, ok := i.(*dsl.Child)
	if !ok {
		return s.block(i.(*dsl.ItemBlock), out)
	}
	child := s.child(c, score)
	out.Children = append(out.Children, child)
	// "counting are `each`, `every`, `same` and decaying children"
	v := verdict{holds: child.Holds}
	switch {
	case child.Weight != nil:
		v.counting, v.count = true, child.Weight
	case c.Frequency.Kind == dsl.Each, c.Frequency.Kind == dsl.Every, c.Frequency.Kind == dsl.EveryWithout:
		v.counting, v.count = true, new(big.Rat).SetInt(child.Count)
	}
	return v
}

// block judges a block: `any of { … }` holds if one of its items does, `all of { … }` if
// all do.
func (s *scoring) block(b *dsl.ItemBlock, out *Contribution) verdict {
	at := len(out.Blocks)
	out.Blocks = append(out.Blocks, Block{Label: textOf(b.Label), Kind: b.Kind})
	v := verdict{}
	if b.Kind == dsl.SameValue {
		for _, i := range b.Items {
			out.Children = append(out.Children, s.childOfSame(i.(*dsl.Child)))
		}
		n := int64(len(s.same(b)))
		// "It counts as `each` does."
		v = verdict{n > 0, true, big.NewRat(n, 1)}
		out.Blocks[at].Count = big.NewInt(n)
	} else {
		v.holds = b.Kind == dsl.AllOf
		for _, i := range b.Items {
			if s.item(i, nil, out).holds == (b.Kind == dsl.AnyOf) {
				v.holds = b.Kind == dsl.AnyOf
			}
		}
	}
	out.Blocks[at].Holds = v.holds
	return v
}

// child counts the occurrences of a child, and says whether it holds.
func (s *scoring) child(c *dsl.Child, score *dsl.Score) Child {
	out := s.occurrences(c)
	if newest := c.Frequency.Kind == dsl.EveryWithout || c.Decay != nil && c.Frequency.Kind != dsl.Each; !newest && !out.None {
		out.Full, out.Found = s.full(c, out.Routes)
	}
	out.Routes = s.capped(c, out.Routes)
	out.Count = big.NewInt(int64(len(out.Routes)))
	switch {
	case c.Frequency.Kind == dsl.EveryWithout:
		k, newest := s.without(c, score, out.Routes)
		out.Count, out.Routes = big.NewInt(int64(k)), newest
	case c.Frequency.Kind == dsl.Every: // "`every N` (N ≥ 2) counts whole Ns"
		out.Count.Quo(out.Count, integer(c.Frequency.Count))
	case c.Burst != nil:
		out.Routes = s.burst(c.Burst.Any, out.Routes)
		out.Count = big.NewInt(int64(len(out.Routes)))
	case c.Decay != nil:
		out.Weight = s.weight(c, out.Routes)
	}
	out.Holds = holds(c.Frequency, out.Count)
	if out.Weight != nil { // "A multiplier above 0 holds"
		out.Holds = out.Weight.Sign() > 0
	}
	out.TooFew = out.Count.Cmp(least(c.Frequency)) < 0
	if out.TooFew || out.Count.Sign() == 0 {
		out.Missing = s.missing(c)
	}
	return out
}

// childOfSame counts all occurrences of a child of a block `same`.
func (s *scoring) childOfSame(c *dsl.Child) Child {
	out := s.occurrences(c)
	out.Count = big.NewInt(int64(len(out.Routes)))
	out.Holds = holds(c.Frequency, out.Count)
	return out
}

// holds follows "Frequencies" for a count.
func holds(f dsl.Frequency, count *big.Int) bool {
	// "`at most N`, `exactly N`, `from A to B` (both included, 1 ≤ A < B) hold for such a
	// count, N ≥ 1; `at most N` holds for no occurrence at all, too."
	switch f.Kind {
	case dsl.AtLeast: // "`has` is true for one or more, `at least N` for N or more"
		return count.Cmp(least(f)) >= 0
	case dsl.None: // "`none` for zero"
		return count.Sign() == 0
	case dsl.AtMost:
		return count.Cmp(integer(f.Count)) <= 0
	case dsl.Exactly:
		return count.Cmp(integer(f.Count)) == 0
	case dsl.FromTo:
		return count.Cmp(least(f)) >= 0 && count.Cmp(integer(f.To)) <= 0
	}
	return count.Sign() > 0 // what is counting
}

// least returns the least count for which a child that holds does so, and 1 for what is
// counting.
func least(f dsl.Frequency) *big.Int {
	switch f.Kind {
	case dsl.None, dsl.AtMost:
		return new(big.Int)
	case dsl.AtLeast, dsl.Exactly, dsl.FromTo:
		if f.Count != nil {
			return integer(f.Count)
		}
	}
	return big.NewInt(1)
}

// occurrences lists the occurrences of a child: "A child counts its occurrences that
// lie in its date range and satisfy its expressions." For those of the other routes
// that satisfy most it lists what they do not satisfy.
func (s *scoring) occurrences(c *dsl.Child) Child {
	out := Child{Label: textOf(c.Label), Rule: c.String(), None: c.Frequency.Kind == dsl.None}
	var nearest [][]fmt.Stringer
	s.routes(c.Path, c.Or, func(route []Stop) {
		var unmet []fmt.Stringer
		if !s.inRange(c.Range, route) {
			unmet = append(unmet, c.Range)
		}
		for _, e := range c.Where { // "child tile: expressions (AND-ed)"
			if !s.holds(e, route) {
				unmet = append(unmet, e)
			}
		}
		switch same := func(o []fmt.Stringer) bool { return slices.Equal(o, unmet) }; {
		case len(unmet) == 0:
			out.Routes = append(out.Routes, route)
		case len(nearest) == 0 || len(unmet) < len(nearest[0]):
			nearest = [][]fmt.Stringer{unmet}
		case len(unmet) == len(nearest[0]) && !slices.ContainsFunc(nearest, same):
			nearest = append(nearest, unmet)
		}
	})
	for _, unmet := range nearest {
		var texts []string
		for _, u := range unmet {
			texts = append(texts, u.String())
		}
		out.Nearest = append(out.Nearest, texts)
	}
	return out
}

// textOf returns a text that may be left out.
func textOf(s *dsl.String) string {
	if s == nil {
		return ""
	}
	return s.Value
}
