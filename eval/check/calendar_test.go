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

func zoned(t testing.TB, name string) *time.Location {
	t.Helper()
	loc := zones.Location(name)
	if loc == nil {
		t.Fatalf("no zone %s", name)
	}
	return loc
}

func utc(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestLeapYearsEnd checks that days are 24 hours apart around the end of leap years
// after the last change in the zones' tables, in every zone.
func TestLeapYearsEnd(t *testing.T) {
	for _, name := range zones.Names {
		zone := zoned(t, name)
		for _, year := range []int{2040, 2044, 2096} {
			for day := traverse.DayNumber(year, 12, 29); day <= traverse.DayNumber(year+1, 1, 2); day++ {
				start, next := calendar.DayStart(day, zone), calendar.DayStart(day+1, zone)
				if next-start != secondsPerDay*microsPerSecond || calendar.DayOf(start, zone) != day {
					t.Errorf("%s, %d: day %d lasts from %d to %d", name, year, day, start, next)
				}
				noon := calendar.Wall{Day: day, Micros: 12 * 60 * 60 * microsPerSecond}
				if at := calendar.Instant(noon, zone); at != start+noon.Micros {
					t.Errorf("%s, %d: noon of day %d is %d", name, year, day, at)
				}
			}
		}
	}
}

// TestDaysTileTime checks that days follow each other without a gap, in every zone,
// and that the first instant of a day lies in it unless the zone skipped the day.
func TestDaysTileTime(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		zone := zoned(t, rapid.SampledFrom(zones.Names).Draw(rt, "zone"))
		day := rapid.Int64Range(-20000, 40000).Draw(rt, "day") // 1915 to 2079
		start, next := calendar.DayStart(day, zone), calendar.DayStart(day+1, zone)
		if start > next {
			rt.Fatalf("day %d starts at %d, the next at %d", day, start, next)
		}
		if start < next {
			if got := calendar.DayOf(start, zone); got != day {
				rt.Fatalf("the first instant of day %d lies in day %d", day, got)
			}
			if got := calendar.DayOf(start-1, zone); got >= day && calendar.DayOf(next-1, zone) != day {
				rt.Fatalf("the instant before day %d lies in day %d", day, got)
			}
		}
		// A local time that occurs gives an instant at which the clock shows it.
		w := calendar.Wall{Day: day, Micros: rapid.Int64Range(0, 24*60-1).Draw(rt, "minute") * 60 * microsPerSecond}
		at := calendar.Instant(w, zone)
		if shown := calendar.WallOf(at, zone); shown != w {
			if shown.Day < w.Day || shown.Day == w.Day && shown.Micros < w.Micros {
				rt.Fatalf("%v moved back to %v", w, shown)
			}
			// It was skipped: no instant near by shows it.
			for shift := int64(-26 * 60); shift <= 26*60; shift++ {
				if calendar.WallOf(at+shift*60*microsPerSecond, zone) == w {
					rt.Fatalf("%v is shown, but moved to %v", w, shown)
				}
			}
		}
	})
}

func TestAddMonths(t *testing.T) {
	type day struct {
		y int
		m time.Month
		d int
	}
	for _, test := range []struct {
		from day
		n    int64
		want day
	}{
		{day{2026, 3, 31}, -1, day{2026, 2, 28}},
		{day{2024, 3, 31}, -1, day{2024, 2, 29}},
		{day{2024, 2, 29}, -12, day{2023, 2, 28}},
		{day{2024, 2, 29}, 48, day{2028, 2, 29}},
		{day{2026, 1, 31}, 1, day{2026, 2, 28}},
		{day{2026, 5, 31}, 1, day{2026, 6, 30}},
		{day{2026, 12, 31}, 2, day{2027, 2, 28}},
		{day{2026, 1, 15}, -1, day{2025, 12, 15}},
		{day{2026, 1, 15}, -13, day{2024, 12, 15}},
		{day{2100, 3, 31}, -1, day{2100, 2, 28}},
		{day{2000, 3, 31}, -1, day{2000, 2, 29}},
		{day{2026, 6, 15}, 0, day{2026, 6, 15}},
		{day{2026, 6, 30}, -1200, day{1926, 6, 30}},
	} {
		got := addMonths(traverse.DayNumber(test.from.y, test.from.m, test.from.d), test.n)
		if want := traverse.DayNumber(test.want.y, test.want.m, test.want.d); got != want {
			t.Errorf("%v and %d months is day %d, want %v, day %d", test.from, test.n, got, test.want, want)
		}
	}
}

// TestResolve checks relative bounds: exact durations for minutes to weeks, the
// calendar for months and years.
func TestResolve(t *testing.T) {
	at := func(text string) int64 { return utc(t, text).UnixMicro() }
	for _, test := range []struct {
		name, zone, asOf string
		n                int64
		unit             dsl.Unit
		want             string
	}{
		{"minutes", "Europe/Berlin", "2026-03-29T01:30:00Z", -90, dsl.Minutes, "2026-03-29T00:00:00Z"},
		{"hours", "Europe/Berlin", "2026-03-29T12:00:00Z", -24, dsl.Hours, "2026-03-28T12:00:00Z"},
		{"days are 24 hours, also over a clock change", "Europe/Berlin", "2026-03-29T12:00:00Z", -1, dsl.Days, "2026-03-28T12:00:00Z"},
		{"weeks", "Europe/Berlin", "2026-04-01T12:00:00Z", -1, dsl.Weeks, "2026-03-25T12:00:00Z"},
		{"a month keeps the local time", "Europe/Berlin", "2026-04-15T10:00:00Z", -1, dsl.Months, "2026-03-15T11:00:00Z"},
		{"a month to a skipped time", "Europe/Berlin", "2026-04-29T00:30:00Z", -1, dsl.Months, "2026-03-29T01:30:00Z"},
		{"a month to a time that comes twice", "Europe/Berlin", "2026-11-25T01:30:00Z", -1, dsl.Months, "2026-10-25T00:30:00Z"},
		{"the month's last day, by local day", "America/New_York", "2026-04-01T02:00:00Z", -1, dsl.Months, "2026-03-01T03:00:00Z"},
		{"a year before a leap day", "UTC", "2024-02-29T12:00:00Z", -1, dsl.Years, "2023-02-28T12:00:00Z"},
		{"a year ahead", "UTC", "2024-02-29T12:00:00Z", 1, dsl.Years, "2025-02-28T12:00:00Z"},
		{"a month to a leap day", "UTC", "2028-03-31T12:00:00Z", -1, dsl.Months, "2028-02-29T12:00:00Z"},
		{"seconds are kept", "Europe/Berlin", "2026-04-15T10:20:30Z", -1, dsl.Months, "2026-03-15T11:20:30Z"},
		{"microseconds are kept", "Europe/Berlin", "2026-04-15T10:00:00.123456Z", -1, dsl.Months, "2026-03-15T11:00:00.123456Z"},
		{"nothing, at the second time of a repeated hour", "Europe/Berlin", "2026-10-25T01:30:00Z", 0, dsl.Months, "2026-10-25T01:30:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := Window{Lo: relative(test.n, test.unit, 0), Hi: relative(0, test.unit, 0)}
			lo, hi := w.Resolve(utc(t, test.asOf), zoned(t, test.zone))
			if lo != at(test.want) || hi != at(test.asOf) {
				t.Errorf("got %v to %v, want %s to %s", time.UnixMicro(lo).UTC(), time.UnixMicro(hi).UTC(), test.want, test.asOf)
			}
		})
	}
	lo, hi := Window{}.Resolve(time.Now(), time.UTC)
	if lo != math.MinInt64 || hi != math.MaxInt64 {
		t.Errorf("an open window resolves to %d, %d", lo, hi)
	}
	// For a date as of is its day in the zone.
	for _, test := range []struct {
		n    int64
		unit dsl.Unit
		want int64
	}{
		{-1, dsl.Weeks, traverse.DayNumber(2026, 5, 25)}, {2, dsl.Weeks, traverse.DayNumber(2026, 6, 15)}, {-1, dsl.Days, traverse.DayNumber(2026, 5, 31)},
		{-4, dsl.Months, traverse.DayNumber(2026, 2, 1)}, {1, dsl.Years, traverse.DayNumber(2027, 6, 1)},
	} {
		days := Window{Days: true, Lo: relative(test.n, test.unit, 0), Hi: relative(0, dsl.Days, 0)}
		lo, hi = days.Resolve(utc(t, "2026-05-31T22:30:00Z"), zoned(t, "Europe/Berlin"))
		if lo != test.want || hi != traverse.DayNumber(2026, 6, 1) {
			t.Errorf("%d %s resolve to days %d, %d, want %d", test.n, test.unit, lo, hi, test.want)
		}
	}
}
