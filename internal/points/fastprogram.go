package points

import (
	"math"

	"github.com/leadscore/leadscore/eval/check"
)

// Places returns how many sums a lead has: one for the model, and one for each group and
// dimension. That of the model is the first.
func (p *Program) Places() int { return p.places }

// Adds reports whether all that a condition does is to add its points, as often as they
// count, to the sum of a place, whenever that counts. Then it returns the index of the
// place. A condition does more if it has a bound, a decay, a block or a season of its
// own, if it is a tier, and if a decision asks whether it holds.
func (p *Program) Adds(condition int) (place int, ok bool) {
	c := &p.conditions[condition]
	return c.in.sum, c.adds
}

// holding calls f for each condition of which a decision asks whether it holds.
func holding(d check.Decision, f func(condition int)) {
	switch d := d.(type) {
	case check.AllDecisions:
		for _, d := range d {
			holding(d, f)
		}
	case check.AnyDecision:
		for _, d := range d {
			holding(d, f)
		}
	case check.NotDecision:
		holding(d.Decision, f)
	case check.HoldsDecision:
		f(d.Condition)
	}
}

// A FastProgram is a program for counts so small that the points of all conditions
// together fit in 64 bits, and for sums to which the conditions that only add have been
// added.
type FastProgram struct {
	*Program
	conditions []fastCondition
	bounded    [][]boundedPair // by place
	rest       [][]*part       // by place: what neither only adds nor is bounded
}

// A boundedPair is a condition of one child or two that would only add if it had no bound.
type boundedPair struct {
	Pair
	lo, hi int64
}

// worth returns what the condition adds.
func (b *boundedPair) worth(slots []uint64) int64 { return max(b.lo, min(b.hi, b.Worth(slots))) }

// A fastCondition is a condition over counts that lie in slots.
type fastCondition struct {
	times  Conjunction // of one point, without blocks and the child that decays
	blocks []fastBlock // which must hold
	decay  int         // slot of the weights of the child that decays, or -1
}

// A fastBlock is a check.Block over slots.
type fastBlock struct {
	any      bool
	children []ChildRange
	blocks   []fastBlock
}

// Fast returns the program for counts in slots, which are by condition and count. Those
// of conditions that only add mean nothing.
func (p *Program) Fast(slots [][]int) *FastProgram {
	f := &FastProgram{Program: p, conditions: make([]fastCondition, len(p.conditions))}
	for i := range p.conditions {
		if c := &p.conditions[i]; !c.adds {
			f.conditions[i] = c.fast(slots[i])
		}
	}
	f.bounded, f.rest = make([][]boundedPair, p.places), make([][]*part, p.places)
	f.divide(&p.root)
	return f
}

// divide divides what is in a place, and in places there, into what is bounded and the
// rest.
func (f *FastProgram) divide(in *part) {
	for i := range in.parts {
		at := &in.parts[i]
		if at.parts != nil {
			f.divide(at)
		}
		if at.place == nil {
			if f.Program.conditions[at.condition].adds {
				continue
			}
			if b, ok := f.pair(at.condition); ok {
				f.bounded[in.sum] = append(f.bounded[in.sum], b)
				continue
			}
		}
		f.rest[in.sum] = append(f.rest[in.sum], at)
	}
}

// pair returns a condition as a bounded pair, or false if it is more.
func (f *FastProgram) pair(condition int) (boundedPair, bool) {
	c, of := &f.conditions[condition], &f.Program.conditions[condition]
	times := c.times
	times.Points = of.Points
	pair, ok := times.Pair()
	out := boundedPair{pair, min(of.Bound, 0), max(of.Bound, 0)}
	if of.Bound == 0 {
		out.lo, out.hi = math.MinInt64, math.MaxInt64
	}
	return out, ok && of.Season == nil && c.blocks == nil && c.decay < 0
}

func (c *condition) fast(slots []int) fastCondition {
	out := fastCondition{decay: -1}
	if c.decay >= 0 {
		out.decay = slots[c.decay]
	}
	award := Award{Points: 1}
	var of []int
	add := func(f Frequency, slot int) { award.Children, of = append(award.Children, f), append(of, slot) }
	same := len(c.Children)
	for _, item := range c.items {
		switch item := item.(type) {
		case check.ChildItem:
			if int(item) != c.decay {
				add(c.award.Children[item], slots[item])
			}
		case *check.Same:
			add(Frequency{Each: true}, slots[same])
			same++
		case *check.Block:
			out.blocks = append(out.blocks, c.fastBlock(item, slots))
		}
	}
	out.times = award.Conjunction(of)
	return out
}

func (c *condition) fastBlock(b *check.Block, slots []int) fastBlock {
	out := fastBlock{any: b.Any}
	for _, item := range b.Items {
		switch item := item.(type) {
		case check.ChildItem:
			out.children = append(out.children, c.award.Children[item].within(slots[item]))
		case *check.Block:
			out.blocks = append(out.blocks, c.fastBlock(item, slots))
		}
	}
	return out
}

// Score is [Program.Score] for a lead of which the conditions that only add make sums, by
// place, and others count what is in slots.
func (f *FastProgram) Score(asOf int64, sums []int64, slots []uint64, out *Outcome) {
	s := scorer{Program: f.Program, fast: f, asOf: asOf, sums: sums, slots: slots, out: out}
	s.score()
}

// multiplier returns how often the points of a condition count that does not only add.
func (f *FastProgram) multiplier(i int, slots []uint64) Fraction {
	c := &f.conditions[i]
	n := c.count(slots)
	if c.decay < 0 || n == 0 {
		return Whole(CountOf(n))
	}
	return Fraction{CountOf(slots[c.decay]), f.Program.conditions[i].of}
}

// holds reports whether the multiplier of a condition that does not only add is above 0.
func (f *FastProgram) holds(i int, slots []uint64) bool {
	c := &f.conditions[i]
	if c.never(slots) {
		return false // as most tiers for most leads
	}
	return c.count(slots) != 0 && (c.decay < 0 || slots[c.decay] != 0)
}

// worth returns what a condition adds that does not only add, if it counts.
func (f *FastProgram) worth(i int, slots []uint64) Total {
	c, of := &f.conditions[i], &f.Program.conditions[i]
	n := c.count(slots)
	switch {
	case n == 0:
		return Total{}
	case n == 1 && c.decay < 0: // no bound is nearer to 0 than the points
		return Total{small: of.Points}
	}
	return of.contribution(f.multiplier(i, slots))
}

// never reports whether the condition does not count because of its first child, whatever
// the others count. If it returns false, the condition may count or not.
func (c *fastCondition) never(slots []uint64) bool {
	if len(c.times.Children) == 0 {
		return false
	}
	first := &c.times.Children[0]
	n := slots[first.Slot]
	return n|first.unbound == 0 || n-first.lo > first.width
}

// count returns the multiplier, or 0 or 1 if there is a decay.
func (c *fastCondition) count(slots []uint64) uint64 {
	for i := range c.blocks {
		if !c.blocks[i].holds(slots) {
			return 0
		}
	}
	return uint64(c.times.Worth(slots))
}

func (b *fastBlock) holds(slots []uint64) bool {
	for i := range b.children {
		if c := &b.children[i]; (slots[c.Slot]-c.lo <= c.width) == b.any {
			return b.any
		}
	}
	for i := range b.blocks {
		if b.blocks[i].holds(slots) == b.any {
			return b.any
		}
	}
	return !b.any
}
