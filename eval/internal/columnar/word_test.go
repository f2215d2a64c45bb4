package columnar

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
)

// counterOf returns a counter with these counts, by bit.
func counterOf(counts []uint64) counter {
	c := counter{high: make([]uint64, 61)}
	for bit, n := range counts {
		c.low.one |= n & 1 << bit
		c.low.two |= n >> 1 & 1 << bit
		c.low.four |= n >> 2 & 1 << bit
		for i := range c.high {
			c.high[i] |= n >> (i + 3) & 1 << bit
		}
	}
	return c
}

// drawMeasure draws a measure with uses by some of the sums and with slots.
func drawMeasure(t *rapid.T, sums, slots int) plan.Measure {
	var m plan.Measure
	for range rapid.IntRange(0, 3).Draw(t, "uses") {
		m.Uses = append(m.Uses, plan.Use{
			Sum: rapid.IntRange(0, sums-1).Draw(t, "sum"),
			Award: points.Single{
				Points: rapid.Int64Range(-1_000_000, 1_000_000).Draw(t, "points"),
				Min: rapid.OneOf(rapid.Uint64Range(0, 3),
					rapid.SampledFrom([]uint64{0, 1, math.MaxUint32, math.MaxUint32 + 1, math.MaxUint64})).Draw(t, "min"),
			},
		})
	}
	for range rapid.IntRange(0, 3).Draw(t, "slots") {
		m.Slots = append(m.Slots, rapid.IntRange(0, slots-1).Draw(t, "slot"))
	}
	return m
}

// TestDrain checks that drain adds the worth of every use to the score of its model,
// and every count to its slots.
func TestDrain(t *testing.T) {
	of := map[int]int{}
	rapid.Check(t, func(t *rapid.T) {
		sums := rapid.IntRange(1, 3).Draw(t, "sums")
		only := rapid.Bool().Draw(t, "uses of one model alone")
		const slots = 4
		measures := rapid.IntRange(0, plan.WordBits).Draw(t, "measures")
		first := rapid.IntRange(0, plan.WordBits-measures).Draw(t, "the bit of the first")
		var w word
		counts := make([]uint64, plan.WordBits)
		want, wantSlots := make([]int64, sums), make([]uint64, slots)
		have, got := make([]int64, sums), make([]uint64, slots)
		for i := range sums { // have and counts are added to
			want[i], have[i] = int64(i), int64(i)
		}
		for i := range measures {
			m := drawMeasure(t, sums, slots)
			if only {
				for j := range m.Uses {
					m.Uses[j].Sum = sums - 1
				}
			}
			w.addUses(first+i, &m)
			n := rapid.OneOf(rapid.Uint64Range(0, 4), rapid.Uint64Range(math.MaxUint32-1, math.MaxUint32+2)).Draw(t, "count")
			counts[first+i] = n
			for _, u := range m.Uses {
				want[u.Sum] += u.Award.Worth(n)
			}
			for _, s := range m.Slots {
				wantSlots[s] += n
			}
		}
		of[w.sum]++
		w.counter = counterOf(counts)
		w.drain(have, got)
		if !slices.Equal(have, want) || !slices.Equal(got, wantSlots) {
			t.Fatalf("got the have %d and the counts %d, want %d and %d", have, got, want, wantSlots)
		}
		w.drain(have, got)
		if !slices.Equal(have, want) || !slices.Equal(got, wantSlots) {
			t.Fatal("what has been drained is drained again")
		}
	})
	if of[mixed] == 0 || len(of) == 1 {
		t.Errorf("words had the sums %v: the property was not tried for one and for several", of)
	}
}
