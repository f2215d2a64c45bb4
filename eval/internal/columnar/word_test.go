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

// drawMeasure draws a measure with uses by some of the models and with slots.
func drawMeasure(t *rapid.T, models, slots int) plan.Measure {
	var m plan.Measure
	for range rapid.IntRange(0, 3).Draw(t, "uses") {
		m.Uses = append(m.Uses, plan.Use{
			Model: rapid.IntRange(0, models-1).Draw(t, "model"),
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
		models := rapid.IntRange(1, 3).Draw(t, "models")
		only := rapid.Bool().Draw(t, "uses of one model alone")
		const slots = 4
		measures := rapid.IntRange(0, plan.WordBits).Draw(t, "measures")
		first := rapid.IntRange(0, plan.WordBits-measures).Draw(t, "the bit of the first")
		var w word
		counts := make([]uint64, plan.WordBits)
		wantScores, wantSlots := make([]int64, models), make([]uint64, slots)
		scores, got := make([]int64, models), make([]uint64, slots)
		for i := range models { // scores and counts are added to
			wantScores[i], scores[i] = int64(i), int64(i)
		}
		for i := range measures {
			m := drawMeasure(t, models, slots)
			if only {
				for j := range m.Uses {
					m.Uses[j].Model = models - 1
				}
			}
			w.addUses(first+i, &m)
			n := rapid.OneOf(rapid.Uint64Range(0, 4), rapid.Uint64Range(math.MaxUint32-1, math.MaxUint32+2)).Draw(t, "count")
			counts[first+i] = n
			for _, u := range m.Uses {
				wantScores[u.Model] += u.Award.Worth(n)
			}
			for _, s := range m.Slots {
				wantSlots[s] += n
			}
		}
		of[w.model]++
		w.counter = counterOf(counts)
		w.drain(scores, got)
		if !slices.Equal(scores, wantScores) || !slices.Equal(got, wantSlots) {
			t.Fatalf("got the scores %d and the counts %d, want %d and %d", scores, got, wantScores, wantSlots)
		}
		w.drain(scores, got)
		if !slices.Equal(scores, wantScores) || !slices.Equal(got, wantSlots) {
			t.Fatal("what has been drained is drained again")
		}
	})
	if of[mixed] == 0 || len(of) == 1 {
		t.Errorf("words had the models %v: the property was not tried for one and for several", of)
	}
}
