package whatif

import (
	"math/big"
	"slices"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
)

// The changes of one condition of a structured model do not add up with those of
// others: limits, tiers, weights and decisions are between them and the outcome. So the
// outcome is computed anew for each set that is tried.

const (
	// much is more often than any limit leaves room for.
	much = 1 << 40
	// maxTried is how many sets are tried.
	maxTried = 20_000
)

// A search finds changes that make a lead sales ready by a structured model.
type search struct {
	program     *points.Program
	asOf        int64
	names       []string          // of the conditions, and of rows of tables
	multipliers []points.Fraction // by condition, as they are
	tried       []points.Fraction // with the changes that are being tried
	outcome     points.Outcome
	left        int // how many sets may still be tried
}

// A move is a change of one condition that may be part of a set.
type move struct {
	condition int
	name      string
	to        uint64
	least     uint64 // of a condition that counts: more often than now; otherwise to
	gain      *big.Int
}

// newSearch returns a search that begins with the multipliers of a result.
func newSearch(m *check.Model, r leadscore.Result, contributions []leadscore.Contribution) *search {
	s := &search{program: points.ProgramOf(m), asOf: r.AsOf().UnixMicro(), left: maxTried}
	for i := range contributions {
		c := &contributions[i]
		f := points.Whole(points.CountOf(c.Multiplier))
		if fraction, ok := new(big.Rat).SetString(c.Fraction); ok {
			f = points.FractionOf(fraction)
		}
		name := c.Condition
		if c.Row != "" {
			name += ", " + c.Row
		}
		s.names, s.multipliers = append(s.names, name), append(s.multipliers, f)
	}
	s.tried = slices.Clone(s.multipliers)
	return s
}

// with computes the outcome with changes, and reports whether the lead is sales ready.
func (s *search) with(moves ...move) bool {
	for _, m := range moves {
		s.tried[m.condition] = points.Whole(points.CountOf(m.to))
	}
	s.program.ScoreMultipliers(s.asOf, s.tried, &s.outcome)
	for _, m := range moves {
		s.tried[m.condition] = s.multipliers[m.condition]
	}
	return s.outcome.SalesReady
}

// moves returns what can change: a condition that counts nothing can hold, one that
// counts can count nothing, and one that counts occurrences can count more of them.
func (s *search) moves(m *check.Model) []move {
	var list []move
	for i := range m.Conditions {
		c := &m.Conditions[i]
		if len(c.Children) == 0 {
			continue // the last row of a table holds if no other does
		}
		now := s.multipliers[i]
		if !now.IsZero() {
			list = append(list, move{condition: i, name: s.names[i]})
		}
		if more := now.Count.Over(now.Of).Plus(points.CountOf(1)); !points.CountOf(most(c)).Less(more) {
			list = append(list, move{condition: i, name: s.names[i], to: most(c), least: more.Clamp()})
		}
	}
	for i := range list {
		list[i].gain = s.gain(list[i])
	}
	// Those that add most come first, and then those of a condition that does not count.
	slices.SortStableFunc(list, func(a, b move) int { return b.gain.Cmp(a.gain) })
	return list
}

// most returns how often the points of a condition can count: once if no child counts. The
// newest occurrence weighs no more than 1, and without one there are only so many spans.
func most(c *check.Condition) uint64 {
	least, counts := uint64(much), false
	for i := range c.Children {
		ch := &c.Children[i]
		if f := points.FrequencyOf(ch); !f.Each {
			continue
		}
		counts = true
		switch a := ch.Aging; {
		case a == nil || !a.Newest:
		case a.Kind == check.Without:
			least = min(least, uint64(a.Steps))
		default:
			least = 1
		}
	}
	same := slices.ContainsFunc(c.Items, func(item check.Item) bool {
		_, ok := item.(*check.Same)
		return ok
	})
	if counts || same {
		return least
	}
	return 1
}

// gain returns what a move adds to the score by itself.
func (s *search) gain(m move) *big.Int {
	s.with()
	was := big.NewInt(s.outcome.Score)
	s.with(m)
	return was.Sub(big.NewInt(s.outcome.Score), was)
}

// sets returns the smallest sets of changes that make the lead sales ready, as
// [SalesReady] does.
func (s *search) sets(m *check.Model) []Set {
	moves := s.moves(m)
	for size := 1; size <= MaxConditions; size++ {
		var found []Set
		s.choose(moves, nil, size, &found)
		if len(found) > 0 {
			slices.SortStableFunc(found, func(a, b Set) int { return total(b).Cmp(total(a)) })
			return found
		}
	}
	return nil
}

func total(set Set) *big.Int {
	sum := new(big.Int)
	for _, c := range set {
		sum.Add(sum, c.Points)
	}
	return sum
}

// choose completes chosen with moves and adds the sets that suffice to found.
func (s *search) choose(moves, chosen []move, left int, found *[]Set) {
	if left == 0 {
		s.left--
		if s.with(chosen...) {
			*found = append(*found, s.least(chosen))
		}
		return
	}
	for i := range moves {
		if s.left <= 0 || len(*found) == MaxSets {
			return
		}
		if !slices.ContainsFunc(chosen, func(c move) bool { return c.condition == moves[i].condition }) {
			s.choose(moves[i+1:], append(slices.Clip(chosen), moves[i]), left-1, found)
		}
	}
}

// least returns moves that suffice as a set of changes, with each condition that counts
// as often as it must.
func (s *search) least(moves []move) Set {
	moves = slices.Clone(moves)
	var set Set
	for i := range moves {
		m := &moves[i]
		low, high := m.least, m.to
		for low < high {
			m.to = low + (high-low)/2
			if s.with(moves...) {
				high = m.to
			} else {
				low = m.to + 1
			}
		}
		m.to = high
	}
	for _, m := range moves {
		set = append(set, Change{m.name, new(big.Int).SetUint64(m.to), s.gain(m)})
	}
	slices.SortStableFunc(set, func(a, b Change) int { return b.Points.Cmp(a.Points) })
	return set
}
