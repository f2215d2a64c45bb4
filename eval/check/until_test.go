package check

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/zones"
)

// TestUntil: as of the instant that Until returns an occurrence is as old as before, and
// a microsecond later it is older.
func TestUntil(t *testing.T) {
	ended := 0
	property := func(rt *rapid.T) {
		a := drawAging(rt)
		a.Span.N = min(a.Span.N, 400)
		zone := zoned(t, rapid.SampledFrom(zones.Names).Draw(rt, "zone"))
		from, to := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
		asOf := time.UnixMicro(rapid.Int64Range(from.UnixMicro(), to.UnixMicro()).Draw(rt, "as of")).UTC()
		at := asOf.UnixMicro() - rapid.Int64Range(0, 30*365*secondsPerDay*microsPerSecond).Draw(rt, "before")
		if a.Span.Days {
			at = AsOfDay(time.UnixMicro(at), zone)
		}
		age := a.Age(asOf, zone, at)
		until, ok := a.Until(asOf, zone, at)
		if !ok {
			if age < a.Steps && a.Span.Unit != dsl.Years {
				rt.Fatalf("%+v: %d is %d spans old for ever", a, at, age)
			}
			ended++
			return
		}
		if until.Before(asOf) {
			rt.Fatalf("%+v: %v is before as of", a, until)
		}
		if now := a.Age(until, zone, at); now != age {
			rt.Fatalf("%+v: as of %v, %d is %d spans old, not %d", a, until, at, now, age)
		}
		if later := a.Age(until.Add(time.Microsecond), zone, at); later <= age {
			rt.Fatalf("%+v: after %v, %d is %d spans old, as before", a, until, at, later)
		}
	}
	for range 20 {
		rapid.Check(t, property)
	}
	if ended == 0 {
		t.Error("no occurrence reached the last age")
	}
}

// TestUntilByHand: what lies at as of − k spans is not older yet.
func TestUntilByHand(t *testing.T) {
	at := time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)
	a := &Aging{Kind: Losing, Percent: 25, Span: Span{N: 1, Unit: dsl.Months}, Steps: 4}
	for _, test := range []struct{ asOf, want time.Time }{
		{at, time.Date(2026, 2, 28, 23, 59, 59, 999_999_000, time.UTC)}, // a month before the 28th is the 28th
		{time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 31, 9, 0, 0, 0, time.UTC)},
		{time.Date(2026, 5, 31, 9, 0, 0, 1000, time.UTC), time.Time{}},
	} {
		until, ok := a.Until(test.asOf, time.UTC, at.UnixMicro())
		if ok == test.want.IsZero() || !until.Equal(test.want) {
			t.Errorf("as of %v: until %v, %t; want %v", test.asOf, until.UTC(), ok, test.want)
		}
	}
}
