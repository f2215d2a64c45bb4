package points

import (
	"slices"

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

// A FastProgram is a program for counts that fit in 64 bits, and for sums to which the
// conditions that only add have been added.
type FastProgram struct {
	*Program
	conditions []fastCondition
}

// A fastCondition is a condition over counts that lie in slots.
type fastCondition struct {
	times Conjunction // of one point, without the child that decays
	decay int         // slot of that child's weights, or -1
	slots []int       // of all counts, if the condition has blocks
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
	return f
}

func (c *condition) fast(slots []int) fastCondition {
	out := fastCondition{decay: -1}
	if c.Items != nil {
		out.slots = slots
		return out
	}
	award := Award{Points: 1, Children: slices.Clone(c.award.Children)}
	rest := slices.Clone(slots)
	if c.decay >= 0 {
		out.decay = slots[c.decay]
		award.Children = slices.Delete(award.Children, c.decay, c.decay+1)
		rest = slices.Delete(rest, c.decay, c.decay+1)
	}
	out.times = award.Conjunction(rest)
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
	c, of := &f.conditions[i], &f.Program.conditions[i]
	if c.slots != nil {
		return of.blocks(c.slots, slots)
	}
	n := uint64(c.times.Worth(slots))
	if c.decay < 0 || n == 0 {
		return Whole(CountOf(n))
	}
	return Fraction{CountOf(slots[c.decay]), of.of}
}

// holds reports whether the multiplier of a condition that does not only add is above 0.
func (f *FastProgram) holds(i int, slots []uint64) bool {
	c := &f.conditions[i]
	if c.slots != nil {
		return !f.multiplier(i, slots).IsZero()
	}
	return c.times.Worth(slots) != 0 && (c.decay < 0 || slots[c.decay] != 0)
}

// blocks returns the multiplier of a condition with blocks. at are the slots of its
// counts.
func (c *condition) blocks(at []int, slots []uint64) Fraction {
	var room [8]Count
	counts := room[:0]
	for i, slot := range at {
		n := CountOf(slots[slot])
		if i < len(c.award.Children) {
			n = c.award.Children[i].Of(n)
		}
		counts = append(counts, n)
	}
	return c.multiplier(counts)
}
