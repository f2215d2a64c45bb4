package columnar

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestSeen checks a set of marks that is used for lead after lead against a map.
func TestSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s seen
		for range rapid.IntRange(1, 4).Draw(t, "leads") {
			most := rapid.SampledFrom([]int64{3, 40, math.MaxInt64}).Draw(t, "most")
			marks := rapid.SliceOf(rapid.OneOf(rapid.Int64Range(-most, most), rapid.Just(int64(empty)))).Draw(t, "marks")
			known := map[mark]uint64{}
			for _, m := range marks {
				if got, want := s.add(mark(m)), known[mark(m)]; got != want {
					t.Fatalf("%d was added %d times, want %d", m, got, want)
				}
				known[mark(m)]++
			}
			s.clear()
		}
	})
}

// TestSeenMemory checks that a set keeps memory for the next lead, but not that for very
// many marks.
func TestSeenMemory(t *testing.T) {
	var s seen
	use := func(n int) {
		for i := range n {
			if before := s.add(mark(i)); before != 0 {
				t.Fatalf("of %d marks, %d was added %d times before", n, i, before)
			}
		}
		s.clear()
	}
	use(mostSlots)
	if n := len(s.slots); n != 0 {
		t.Errorf("after %d marks there is memory for %d", mostSlots, n)
	}
	use(mostKept)
	if n := testing.AllocsPerRun(10, func() { use(mostKept) }); n != 0 {
		t.Errorf("%d marks are added with %v allocations, want none", mostKept, n)
	}
}
