package points

import (
	"math"
	"slices"
)

// The forms of this file are those of an [Award] for numbers of occurrences that fit in
// 64 bits and points whose sums do. They are chosen when a model is planned.

// A Single is the award of a condition whose only child is each or has a
// minimum. Its worth is that of one count.
type Single struct {
	Points int64
	Min    uint64 // 0 for each, which gives the points as often as it counts
}

// Single returns the award of a condition with one child as a Single, and the base
// to which it is added. A none or at most child gives its points to every lead, which
// is the base, and takes them back once too much is counted. Single returns false for
// an award with several children, or with a child of another frequency: it has no such
// form.
func (a *Award) Single() (s Single, base int64, ok bool) {
	if len(a.Children) != 1 {
		return Single{}, 0, false
	}
	switch f := a.Children[0]; {
	case f.Each && f.Every <= 1:
		return Single{Points: a.Points}, 0, true
	case f.Each:
		return Single{}, 0, false
	case f.Min > 0 && f.endless():
		return Single{Points: a.Points, Min: f.Min}, 0, true
	case f.Min == 0 && !f.endless():
		return Single{Points: -a.Points, Min: f.Max + 1}, a.Points, true
	}
	return Single{}, 0, false
}

// Worth returns the points for n occurrences.
func (s *Single) Worth(n uint64) int64 {
	switch {
	case s.Min == 0:
		return s.Points * int64(n)
	case n >= s.Min:
		return s.Points
	}
	return 0
}

// A Conjunction is the award of a condition of any number of children, over a
// list of counts that it shares with other conditions.
type Conjunction struct {
	Points   int64
	Children []ChildRange
	most     uint64 // 1 if no child is each, else without a limit; 0 if a child never holds
	// every says, by child, how many occurrences count once. It is nil if that is one for
	// all of them.
	every []uint64
}

// A ChildRange is what a conjunction makes of one count: the condition gives
// nothing unless the count lies in a range, and the count bounds the multiplier
// if the child is each.
type ChildRange struct {
	Slot    int    // index of the count
	lo      uint64 // the least count
	width   uint64 // the greatest count less the least
	unbound uint64 // all bits for a child that does not bound the multiplier
}

// Conjunction returns the award as a Conjunction. slots are the indexes of its
// children's counts.
func (a *Award) Conjunction(slots []int) Conjunction {
	c := Conjunction{Points: a.Points, most: 1, Children: make([]ChildRange, len(a.Children))}
	never := false
	for i, f := range a.Children {
		if f.Each {
			// A count of 0 makes the multiplier 0 by itself.
			c.most = math.MaxUint64
			c.Children[i] = ChildRange{Slot: slots[i], width: math.MaxUint64}
			continue
		}
		c.Children[i] = f.within(slots[i])
		never = never || !f.endless() && f.Min > f.Max
	}
	if never {
		c.most = 0
	}
	if slices.ContainsFunc(a.Children, func(f Frequency) bool { return f.Every > 1 }) {
		for _, f := range a.Children {
			c.every = append(c.every, max(f.Every, 1))
		}
	}
	return c
}

// within returns the range in which a frequency holds. If it holds for no count, the range
// begins beyond what can be counted.
func (f Frequency) within(slot int) ChildRange {
	out := ChildRange{Slot: slot, lo: f.Min, unbound: math.MaxUint64}
	switch {
	case f.Each:
		out.lo = max(f.Every, 1)
		out.width = math.MaxUint64 - out.lo
	case f.endless():
		out.width = math.MaxUint64 - f.Min
	case f.Min > f.Max:
		out.lo = math.MaxUint64
	default:
		out.width = f.Max - f.Min
	}
	return out
}

// Worth returns the points for numbers of occurrences. It has no branch that depends on
// these.
func (c *Conjunction) Worth(counts []uint64) int64 {
	times := c.most
	for i := range c.Children {
		ch := &c.Children[i]
		n := counts[ch.Slot]
		if c.every != nil {
			n /= c.every[i]
		}
		times = min(times, n|ch.unbound)
		if n-ch.lo > ch.width {
			times = 0
		}
	}
	return int64(times) * c.Points
}

// A Pair is a Conjunction of one child or two: one is its own partner. Most
// conjunctions are; as pairs they lie next to each other in memory.
type Pair struct {
	points      int64
	most        uint64
	left, right ChildRange
}

// Pair returns c as a Pair, or false if c has more than two children, or counts whole
// Everys of occurrences.
func (c *Conjunction) Pair() (Pair, bool) {
	n := len(c.Children)
	if n != 1 && n != 2 || c.every != nil {
		return Pair{}, false
	}
	return Pair{c.Points, c.most, c.Children[0], c.Children[n-1]}, true
}

// Worth returns the points for numbers of occurrences. It has no branch that depends on
// these.
func (p *Pair) Worth(counts []uint64) int64 {
	n, m := counts[p.left.Slot], counts[p.right.Slot]
	times := min(p.most, n|p.left.unbound, m|p.right.unbound)
	if n-p.left.lo > p.left.width {
		times = 0
	}
	if m-p.right.lo > p.right.width {
		times = 0
	}
	return int64(times) * p.points
}
