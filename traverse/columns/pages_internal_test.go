package columns

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestOwnedPages: blocks keep what is in them while others come, grow, shrink and go, and
// the pages do not hold much more than that.
func TestOwnedPages(t *testing.T) {
	const owners = 40
	rapid.Check(t, func(t *rapid.T) {
		o := Owned{kinds: []*Table{{width: 2}}}
		o.grow(owners)
		want := map[Key][]int64{}
		cellsOf := func(times []int64) (cells []uint32) {
			for _, at := range times {
				cells = append(cells, uint32(at), uint32(at/2))
			}
			return cells
		}
		if rapid.Bool().Draw(t, "filled") {
			for owner := range Key(owners) {
				for i := range rapid.IntRange(0, 30).Draw(t, "at first") {
					want[owner] = append(want[owner], int64(i))
				}
				o.counts[owner] = uint32(len(want[owner]))
			}
			o.pages.fill(o.blocks, o.sizeOf)
			for owner, times := range want {
				toTimes, toCells := o.pages.of(o.blocks[owner])
				copy(toTimes, times)
				copy(toCells, cellsOf(times))
			}
		}
		for i := range rapid.IntRange(0, 400).Draw(t, "changes") {
			owner := Key(rapid.IntRange(1, owners-1).Draw(t, "owner"))
			old, size := o.blocks[owner], len(want[owner])
			if rapid.IntRange(0, 2).Draw(t, "shrink") == 0 {
				n := rapid.IntRange(0, size).Draw(t, "by")
				want[owner] = want[owner][:size-n]
				if o.counts[owner] -= uint32(n); n == size {
					o.blocks[owner] = block{}
				}
				o.left(old, n)
			} else {
				for range rapid.IntRange(1, 40).Draw(t, "by") {
					want[owner] = append(want[owner], int64(i))
				}
				n := len(want[owner])
				o.blocks[owner] = o.pages.alloc(owner, n-1, 2*n-2, 3, 6)
				o.pages.used(&o.blocks[owner], 1, 2)
				o.counts[owner] = uint32(len(want[owner]))
				times, cells := o.pages.of(o.blocks[owner])
				copy(times, want[owner])
				copy(cells, cellsOf(want[owner]))
				o.left(old, size)
			}
			for owner := range Key(owners) {
				n := len(want[owner])
				if times, cells := o.pages.of(o.blocks[owner]); !slices.Equal(times[:n], want[owner]) || !slices.Equal(cells[:2*n], cellsOf(want[owner])) {
					t.Fatalf("%d has %d and %d, want %d", owner, times[:n], cells[:2*n], want[owner])
				}
			}
			all, live := 0, 0
			for i := range o.pages.list {
				all += len(o.pages.list[i].times)
			}
			for _, times := range want {
				live += len(times)
			}
			if most := 2*live + 2*(leastInPage+mostOf(want)+3+live/4); live != o.pages.live || all > most {
				t.Fatalf("%d records in pages for %d, which are counted as %d", all, live, o.pages.live)
			}
		}
	})
}

// mostOf returns how many times an owner has at most.
func mostOf(owners map[Key][]int64) int {
	most := 0
	for _, times := range owners {
		most = max(most, len(times))
	}
	return most
}
