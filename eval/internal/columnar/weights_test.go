package columnar

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

// TestWeights checks the weights in a timeline against those by age, next to each edge.
func TestWeights(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	var memory timeline // which is used again
	moved := 0
	rapid.Check(t, func(t *rapid.T) {
		a := plan.Aging{Zone: zone, Aging: check.Aging{
			Kind:    rapid.SampledFrom([]check.AgingKind{check.Halving, check.Losing, check.Fading, check.Without}).Draw(t, "kind"),
			Steps:   rapid.IntRange(1, fewSpans).Draw(t, "steps"),
			Percent: rapid.Int64Range(1, 100).Draw(t, "percent"),
			Span: check.Span{
				N:    rapid.SampledFrom([]int64{1, 2, 30, 1000}).Draw(t, "length"),
				Unit: rapid.SampledFrom([]dsl.Unit{dsl.Minutes, dsl.Hours, dsl.Days, dsl.Weeks, dsl.Months, dsl.Years}).Draw(t, "unit"),
			},
		}}
		asOf := time.UnixMicro(rapid.Int64Range(0, 1e17).Draw(t, "as of")).UTC()
		edges := a.Edges(asOf, zone, nil)
		memory.weigh(&a, asOf, edges)
		if later := asOf.Add(time.Duration(rapid.Int64Range(0, 1e16).Draw(t, "later"))); memory.moveWeights(&a, later.UnixMicro()) {
			moved++
			asOf = later
			edges = a.Edges(asOf, zone, edges[:0])
		}
		first := traverse.DayNumber(0, time.January, 1) * 24 * 60 * 60 * 1_000_000 // that a record can have
		for _, edge := range append(edges, first, asOf.UnixMicro(), math.MinInt64) {
			for _, at := range []int64{edge - 1, edge, edge + 1} {
				if at < first || at > asOf.UnixMicro() {
					continue
				}
				if got, want := memory.weight(at), a.Weight(a.Age(asOf, zone, at)); got != want {
					t.Fatalf("an occurrence at %d weighs %d, want %d", at, got, want)
				}
			}
		}
	})
	if moved == 0 {
		t.Error("no timeline moved")
	}
}
