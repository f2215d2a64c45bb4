package columnar

import (
	"math"
	"math/bits"

	"github.com/leadscore/leadscore/eval/internal/plan"
)

// A word counts for up to plan.WordBits measures, and says what their counts are
// for. Bits are told apart by their first use, so that adding up its points needs
// no branch.
type word struct {
	counter counter
	each    uint64 // the first use gives points as often as the measure counts
	once    uint64 // its minimum is 1
	least   uint64 // its minimum is more
	slotted uint64 // a slot
	others  uint64 // more uses, or more slots
	sum     int    // of all first uses; mixed if they differ
	first   [plan.WordBits]firstUse
	slot    [plan.WordBits]int
	more    [plan.WordBits][]plan.Use
	slots   [plan.WordBits][]int
}

// A firstUse is a plan.Use in less memory.
type firstUse struct {
	points int64
	min    uint32
	sum    uint32
}

// mixed is the sum of a word whose measures have uses for several.
const mixed = -1

// addUses tells the word what the counts of a measure are for.
func (w *word) addUses(at int, from *plan.Measure) {
	bit := uint64(1) << at
	uses := from.Uses
	if len(uses) > 0 && uses[0].Award.Min <= math.MaxUint32 {
		u := uses[0]
		if w.each|w.once|w.least == 0 {
			w.sum = u.Sum
		} else if w.sum != u.Sum {
			w.sum = mixed
		}
		w.first[at] = firstUse{u.Award.Points, uint32(u.Award.Min), uint32(u.Sum)}
		switch u.Award.Min {
		case 0:
			w.each |= bit
		case 1:
			w.once |= bit
		default:
			w.least |= bit
		}
		uses = uses[1:]
	}
	slots := from.Slots
	if len(slots) > 0 {
		w.slot[at], slots = slots[0], slots[1:]
		w.slotted |= bit
	}
	w.more[at], w.slots[at] = uses, slots
	if len(uses)+len(slots) > 0 {
		w.others |= bit
	}
}

// drain adds the points of all uses to sums, and the counts to their
// slots. It begins to count anew.
func (w *word) drain(sums []int64, counts []uint64) {
	counted := w.counter.counted()
	if w.sum == mixed {
		w.addFirst(counted, sums)
	} else {
		sums[w.sum] += w.sumFirst(counted)
	}
	for m := counted & w.slotted; m != 0; m &= m - 1 {
		at := bits.TrailingZeros64(m)
		counts[w.slot[at]] += w.counter.of(at)
	}
	for m := counted & w.others; m != 0; m &= m - 1 {
		at := bits.TrailingZeros64(m)
		n := w.counter.of(at)
		for i := range w.more[at] {
			u := &w.more[at][i]
			sums[u.Sum] += u.Award.Worth(n)
		}
		for _, slot := range w.slots[at] {
			counts[slot] += n
		}
	}
	w.counter.reset()
}

// sumFirst returns the points of the first uses for one sum. It adds up in a
// register: adding to sums would make each addition wait for the one before.
func (w *word) sumFirst(counted uint64) int64 {
	c, sum := &w.counter, int64(0)
	for m := counted & w.once; m != 0; m &= m - 1 {
		sum += w.first[bits.TrailingZeros64(m)].points
	}
	for m := counted & w.each; m != 0; m &= m - 1 {
		at := bits.TrailingZeros64(m)
		sum += w.first[at].points * int64(c.of(at))
	}
	for m := counted & w.least; m != 0; m &= m - 1 {
		at := bits.TrailingZeros64(m)
		sum += w.first[at].reached(c.of(at))
	}
	return sum
}

// addFirst adds the points of the first uses to their sums.
func (w *word) addFirst(counted uint64, sums []int64) {
	c := &w.counter
	for m := counted & w.once; m != 0; m &= m - 1 {
		u := &w.first[bits.TrailingZeros64(m)]
		sums[u.sum] += u.points
	}
	for m := counted & w.each; m != 0; m &= m - 1 {
		at := bits.TrailingZeros64(m)
		u := &w.first[at]
		sums[u.sum] += u.points * int64(c.of(at))
	}
	for m := counted & w.least; m != 0; m &= m - 1 {
		at := bits.TrailingZeros64(m)
		u := &w.first[at]
		sums[u.sum] += u.reached(c.of(at))
	}
}

// reached returns the points if n is enough.
func (u *firstUse) reached(n uint64) (points int64) {
	if n >= uint64(u.min) {
		points = u.points
	}
	return points
}
