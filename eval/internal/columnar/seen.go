package columnar

import (
	"math/bits"
	"math/rand/v2"
)

// A seen is a set of marks that knows how often each has been added. The zero seen is
// empty.
type seen struct {
	slots []seenMark // a power of two, of which at most half are used
	used  int
	shift uint   // the bits of a hash that it leaves are an index into slots
	base  uint64 // see seenMark
	added uint64 // marks since the set was cleared
}

// A seenMark is a mark. How often it has been added is what n is above the base of the
// set; if it is not above it, the slot is free. So a set is cleared by raising its base.
type seenMark struct {
	mark mark
	n    uint64
}

// Limits of how many slots a set has: at least, and at most once it is cleared.
const (
	fewestSlots = 32
	mostSlots   = 2 * mostKept
)

// hashFactor is drawn, so that nobody can choose marks of equal hashes.
var hashFactor = rand.Uint64() | 1

// add adds a mark and returns how often it was added before.
func (s *seen) add(m mark) uint64 {
	if 2*s.used >= len(s.slots) {
		s.grow()
	}
	s.added++
	slot := s.find(m)
	if slot.n <= s.base {
		slot.mark, slot.n = m, s.base
		s.used++
	}
	slot.n++
	return slot.n - s.base - 1
}

// find returns the slot of a mark, or the free one in which to put it.
func (s *seen) find(m mark) *seenMark {
	i := uint64(m) * hashFactor >> s.shift
	for {
		slot := &s.slots[i&uint64(len(s.slots)-1)]
		if slot.n <= s.base || slot.mark == m {
			return slot
		}
		i++
	}
}

// grow doubles the number of slots.
func (s *seen) grow() {
	before := s.slots
	s.slots = make([]seenMark, max(2*len(before), fewestSlots))
	s.shift = uint(64 - bits.TrailingZeros(uint(len(s.slots))))
	for _, have := range before {
		if have.n > s.base {
			*s.find(have.mark) = have
		}
	}
}

// clear empties the set. It keeps memory for the next lead.
func (s *seen) clear() {
	if len(s.slots) > mostSlots {
		*s = seen{}
		return
	}
	s.base += s.added
	s.used, s.added = 0, 0
}
