package check

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/calendar"
	"github.com/leadscore/leadscore/internal/zones"
	"github.com/leadscore/leadscore/traverse"
)

// naiveAge counts an age as the language reference says it: the largest k such that
// the occurrence is strictly before as of − k spans, each counted from as of.
func naiveAge(a *Aging, asOf time.Time, zone *time.Location, at int64) int {
	age := 0
	for k := 1; k <= a.Steps; k++ {
		w := Window{Days: a.Span.Days, Hi: relative(-a.Span.N*int64(k), a.Span.Unit, -1)}
		if _, hi := w.Resolve(asOf, zone); at <= hi {
			age = k
		}
	}
	return age
}

// drawAging draws an aging whose steps a naive loop can take without an overflow.
func drawAging(t *rapid.T) *Aging {
	days := rapid.Bool().Draw(t, "days")
	units := []dsl.Unit{dsl.Minutes, dsl.Hours, dsl.Days, dsl.Weeks, dsl.Months, dsl.Years}
	if days {
		units = units[2:]
	}
	unit := rapid.SampledFrom(units).Draw(t, "unit")
	most := maxSpan[unit]
	n := rapid.OneOf(rapid.Int64Range(1, min(40, most)), rapid.Int64Range(1, most)).Draw(t, "n")
	a := &Aging{Kind: Without, Span: Span{N: n, Unit: unit, Days: days}, Newest: true}
	a.Steps = rapid.IntRange(1, 400).Draw(t, "steps")
	return a
}

// TestAge compares ages and edges with a naive loop, in all zones and around the edges.
func TestAge(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := drawAging(rt)
		zone := zoned(t, rapid.SampledFrom(zones.Names).Draw(rt, "zone"))
		from, to := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
		asOf := time.UnixMicro(rapid.Int64Range(from.UnixMicro(), to.UnixMicro()).Draw(rt, "as of")).UTC()
		edges := a.Edges(asOf, zone, nil)
		if len(edges) != a.Steps {
			rt.Fatalf("%d edges for %d steps", len(edges), a.Steps)
		}
		first := traverse.DayNumber(0, 1, 1)
		now := AsOfDay(asOf, zone)
		if !a.Span.Days {
			first, now = first*secondsPerDay*microsPerSecond, asOf.UnixMicro()
		}
		at := max(first, edges[rapid.IntRange(0, a.Steps-1).Draw(rt, "edge")]+rapid.Int64Range(-1, 1).Draw(rt, "beside"))
		if rapid.Bool().Draw(rt, "anywhere") {
			at = rapid.Int64Range(first, now).Draw(rt, "at")
		}
		want := naiveAge(a, asOf, zone, at)
		if got := a.Age(asOf, zone, at); got != want {
			rt.Fatalf("%+v: the age of %d as of %v in %v is %d, want %d", a, at, asOf, zone, got, want)
		}
		for i, edge := range edges {
			if (at < edge) != (i < want) {
				rt.Fatalf("%+v: %d, which is %d spans old, and edge %d: %d", a, at, want, i+1, edge)
			}
			if i > 0 && edge >= edges[i-1] && edge != math.MinInt64 {
				rt.Fatalf("%+v: edge %d is %d, after %d", a, i+1, edge, edges[i-1])
			}
		}
	})
}

// TestAgeAtTheEnds checks very many steps and very long spans: nothing overflows, and
// nothing is older than the first instant that a record can have.
func TestAgeAtTheEnds(t *testing.T) {
	const most = 1_000_000_000
	asOf := utc(t, "2026-03-31T10:00:00Z")
	micros := func(text string) int64 { return utc(t, text).UnixMicro() }
	first := micros("0000-01-01T00:00:00Z")
	for _, test := range []struct {
		span Span
		at   int64
		want int
	}{
		{Span{N: 1, Unit: dsl.Minutes}, first, most}, // 1,065,675,000 minutes ago
		{Span{N: 52_596_000, Unit: dsl.Minutes}, first, 20},
		{Span{N: 100, Unit: dsl.Years}, first, 20},
		{Span{N: 1200, Unit: dsl.Months}, first, 20},
		{Span{N: 1, Unit: dsl.Years}, first, 2026},
		{Span{N: 1, Unit: dsl.Months}, first, 2026*12 + 2},
		{Span{N: 1, Unit: dsl.Months}, micros("2026-02-28T10:00:00Z"), 0}, // as of − 1 month, not before it
		{Span{N: 1, Unit: dsl.Months}, micros("2026-02-28T09:59:59.999999Z"), 1},
		{Span{N: 1, Unit: dsl.Months}, micros("2026-01-31T10:00:00Z"), 1},
		{Span{N: 1, Unit: dsl.Months}, micros("2026-01-31T09:59:59.999999Z"), 2},
		{Span{N: 30, Unit: dsl.Days, Days: true}, traverse.DayNumber(2026, 3, 1), 0},
		{Span{N: 30, Unit: dsl.Days, Days: true}, traverse.DayNumber(2026, 2, 28), 1},
		{Span{N: 100, Unit: dsl.Years, Days: true}, traverse.DayNumber(0, 1, 1), 20},
		{Span{N: 1, Unit: dsl.Years, Days: true}, traverse.DayNumber(0, 1, 1), 2026},
	} {
		a := Aging{Kind: Without, Span: test.span, Steps: most, Newest: true}
		if got := a.Age(asOf, time.UTC, test.at); got != test.want {
			t.Errorf("every %d %v: %d, want %d", test.span.N, test.span.Unit, got, test.want)
		}
	}
	a := Aging{Kind: Losing, Percent: 1, Span: Span{N: 100, Unit: dsl.Years}, Steps: 100}
	edges := a.Edges(asOf, time.UTC, nil)
	if edges[19] == math.MinInt64 || edges[20] != math.MinInt64 || edges[99] != math.MinInt64 {
		t.Errorf("the edges are %d", edges)
	}
}

// TestWeights checks the weights of all ages.
func TestWeights(t *testing.T) {
	for _, test := range []struct {
		a     Aging
		scale uint64
		want  map[int]uint64
	}{
		{Aging{Kind: Halving, Steps: 33}, 1 << 32, map[int]uint64{0: 1 << 32, 1: 1 << 31, 32: 1, 33: 0, 34: 0, math.MaxInt: 0}},
		{Aging{Kind: Losing, Percent: 30, Steps: 4}, 100, map[int]uint64{0: 100, 1: 70, 3: 10, 4: 0, 5: 0}},
		{Aging{Kind: Losing, Percent: 100, Steps: 1}, 100, map[int]uint64{0: 100, 1: 0}},
		{Aging{Kind: Fading, Steps: 3}, 3, map[int]uint64{0: 3, 1: 2, 2: 1, 3: 0, 4: 0}},
		{Aging{Kind: Without, Steps: 10}, 1, map[int]uint64{0: 0, 3: 3, 10: 10, 11: 10}},
	} {
		if got := test.a.Scale(); got != test.scale {
			t.Errorf("%+v: scale %d", test.a, got)
		}
		for k, want := range test.want {
			if got := test.a.Weight(k); got != want {
				t.Errorf("%+v: the weight of %d is %d, want %d", test.a, k, got, want)
			}
		}
	}
}

// A clock may change by a whole day; months are further apart all the same.
func TestAgeAcrossASkippedDay(t *testing.T) {
	apia := zoned(t, "Pacific/Apia") // which skipped 2011-12-30
	a := &Aging{Kind: Without, Span: Span{N: 1, Unit: dsl.Months}, Steps: 12}
	asOf := time.UnixMicro(calendar.Instant(calendar.Wall{Day: traverse.DayNumber(2012, 1, 30)}, apia))
	for _, edge := range a.Edges(asOf, apia, nil) {
		for _, at := range []int64{edge - 1, edge, edge + 1} {
			if got, want := a.Age(asOf, apia, at), naiveAge(a, asOf, apia, at); got != want {
				t.Errorf("%d: %d, want %d", at, got, want)
			}
		}
	}
}
