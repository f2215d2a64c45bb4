package tables_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/internal/calendar"
	"github.com/leadscore/leadscore/internal/zones"
	"github.com/leadscore/leadscore/source/tables"
)

// TestOnClock: a local time of a file means the instant that it means in a rule, also
// where clocks change.
func TestOnClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := zones.Location(rapid.SampledFrom(zones.Names).Draw(t, "zone"))
		start := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
		shown := start.Add(time.Duration(rapid.Int64Range(0, 80*366*24*60).Draw(t, "minutes")) * time.Minute)
		got := tables.OnClock(shown, zone).UnixMicro()
		if want := calendar.Instant(calendar.WallOf(shown.UnixMicro(), time.UTC), zone); got != want {
			t.Fatalf("%v in %v: %v, and in rules %v", shown, zone, time.UnixMicro(got).UTC(), time.UnixMicro(want).UTC())
		}
	})
}
