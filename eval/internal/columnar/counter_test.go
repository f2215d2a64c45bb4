package columnar

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/internal/plan"
)

// TestCounter compares a counter with one number for each bit, also after a reset.
func TestCounter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c counter
		for range 2 {
			var want [plan.WordBits]uint64
			for range rapid.IntRange(0, 10).Draw(t, "masks") {
				mask := rapid.Uint64Range(0, 1<<plan.WordBits-1).Draw(t, "mask")
				times := rapid.OneOf(rapid.IntRange(0, 3), rapid.IntRange(0, 300)).Draw(t, "times")
				for range times {
					c.add(mask)
				}
				for bit := range want {
					want[bit] += mask >> bit & 1 * uint64(times)
				}
			}
			any := uint64(0)
			for bit, n := range want {
				if got := c.of(bit); got != n {
					t.Fatalf("bit %d is counted %d times, want %d", bit, got, n)
				}
				if n > 0 {
					any |= 1 << bit
				}
			}
			if got := c.counted(); got != any {
				t.Fatalf("counted are the bits %x, want %x", got, any)
			}
			c.reset()
			if c.counted() != 0 {
				t.Fatal("something is counted after a reset")
			}
		}
	})
}
