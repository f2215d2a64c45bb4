package instants_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/instants"
	"github.com/leadscore/leadscore/internal/calendar"
)

const (
	minute = int64(60_000_000)
	hour   = 60 * minute
	day    = 24 * hour
)

func zoned(t interface{ Fatal(...any) }, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// places are zones, and days on which their clocks did something odd, or will.
var places = []struct{ zone, day string }{
	{"UTC", "2024-02-29"},
	{"Europe/Berlin", "2026-03-29"},       // an hour is skipped
	{"Europe/Berlin", "2026-10-25"},       // an hour comes twice
	{"Europe/Berlin", "2026-03-31"},       // the end of a month
	{"Europe/Berlin", "2024-12-31"},       // the last day of a leap year
	{"America/New_York", "2040-12-31"},    // the same, after the last change in the tables
	{"America/Santiago", "2026-09-06"},    // midnight is skipped
	{"America/Santiago", "2026-04-05"},    // midnight comes twice: 24:00 goes back to 23:00 of the day before
	{"America/Havana", "2026-11-01"},      // midnight comes twice: 01:00 goes back to 00:00 of the same day
	{"Australia/Lord_Howe", "2026-10-04"}, // half an hour is skipped
	{"America/St_Johns", "2006-10-29"},    // 00:01 goes back to 23:01
	{"Pacific/Apia", "2011-12-30"},        // a day is skipped
	{"Pacific/Kwajalein", "1993-08-21"},   // another one
	{"America/Juneau", "1867-10-18"},      // a day comes twice
	{"Asia/Manila", "1844-12-31"},         // a day is skipped, at local mean time
	{"Africa/Monrovia", "1972-01-07"},     // 44 minutes and 30 seconds are skipped
	{"Africa/Casablanca", "2026-03-22"},   // the clock is changed twice within weeks
}

var units = []dsl.Unit{dsl.Minutes, dsl.Hours, dsl.Days, dsl.Weeks, dsl.Months, dsl.Years}

// A drawn is an end, a date, and a period in which the date may come to the other side.
type drawn struct {
	end          instants.End
	at, from, to int64
}

func draw(t *rapid.T) drawn {
	place := rapid.SampledFrom(places).Draw(t, "place")
	zone := zoned(t, place.zone)
	odd, err := time.Parse(time.DateOnly, place.day)
	if err != nil {
		t.Fatal(err)
	}
	var d drawn
	d.end = instants.End{Days: rapid.Bool().Draw(t, "days"), Upper: rapid.Bool().Draw(t, "upper"), Zone: zone}
	b := check.Bound{Kind: check.Relative, Unit: rapid.SampledFrom(units).Draw(t, "unit")}
	if d.end.Days && (b.Unit == dsl.Minutes || b.Unit == dsl.Hours) {
		b.Unit = dsl.Months
	}
	b.N = rapid.SampledFrom([]int64{0, -1, 1, -2, -12, -13, 3, -48}).Draw(t, "n")
	b.Plus = rapid.SampledFrom([]int64{0, 0, -1}).Draw(t, "plus")
	d.end.Bound = b
	// An as of near the odd day, or such that the end is near it.
	asOf := odd.UnixMicro() + int64(rapid.IntRange(-5*24, 5*24).Draw(t, "hours"))*hour
	if rapid.Bool().Draw(t, "end is odd") {
		back := check.Window{Lo: check.Bound{Kind: check.Relative, N: -b.N, Unit: b.Unit}}
		asOf, _ = back.Resolve(time.UnixMicro(asOf), zone)
	}
	asOf += rapid.SampledFrom([]int64{0, 0, 1, -1, 30 * minute, minute / 2, 123_456}).Draw(t, "more")
	w := check.Window{Days: d.end.Days, Lo: b}
	d.at, _ = w.Resolve(time.UnixMicro(asOf), zone)
	if d.end.Days {
		d.at += int64(rapid.IntRange(-2, 2).Draw(t, "days off"))
	} else {
		d.at += rapid.SampledFrom([]int64{0, 0, 1, -1, hour, -hour, 30 * minute, -44*minute - 30_000_000}).Draw(t, "off")
	}
	d.from, d.to = asOf-5*day, asOf+5*day
	return d
}

// holds is what an end means: see check.Window.
func (d *drawn) holds(asOf int64) bool {
	w := check.Window{Days: d.end.Days, Lo: d.end.Bound}
	lo, _ := w.Resolve(time.UnixMicro(asOf), d.end.Zone)
	if d.end.Upper {
		return d.at <= lo
	}
	return lo <= d.at
}

// TestFlips compares what is found with a search: a date is on the same side as of all
// instants between two that are found, and on another side as of the microsecond before
// each.
func TestFlips(t *testing.T) {
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		flips := d.end.Flips(d.at, d.from, d.to, nil)
		found += len(flips)
		if !slices.IsSorted(flips) {
			t.Fatalf("%v are out of order", flips)
		}
		for _, f := range flips {
			if f <= d.from || f > d.to || d.holds(f) == d.holds(f-1) {
				t.Fatalf("nothing happens at %v: %v", time.UnixMicro(f).In(d.end.Zone), d)
			}
		}
		// Nearly all that happens does so where a clock shows whole half minutes, or the time
		// of day of the date, or a microsecond later.
		side := d.holds(d.from)
		next := 0
		look := func(asOf int64) {
			for next < len(flips) && flips[next] <= asOf {
				next, side = next+1, !side
			}
			if d.holds(asOf) != side {
				t.Fatalf("as of %v a date %d is on another side than before, which is not found in %v: %+v", time.UnixMicro(asOf).In(d.end.Zone), d.at, flips, d)
			}
		}
		rest := (d.at%minute + minute) % minute
		if d.end.Days {
			rest = 0
		}
		const step = 30_000_000
		for m := d.from - (d.from%minute+minute)%minute + minute; m+minute <= d.to; m += 7*minute + step {
			look(m - 1)
			look(m)
			look(m + rest)
			look(m + rest + 1)
		}
	})
	t.Logf("%d found", found)
}

// TestFlipsFindsAll looks at every half hour, where the ends of windows move by whole half
// hours.
func TestFlipsFindsAll(t *testing.T) {
	for _, place := range places {
		zone := zoned(t, place.zone)
		odd, err := time.Parse(time.DateOnly, place.day)
		if err != nil {
			t.Fatal(err)
		}
		if odd.Year() < 1973 || place.zone == "America/St_Johns" {
			continue // offsets were not whole half hours, or changed a minute past midnight
		}
		for _, unit := range []dsl.Unit{dsl.Months, dsl.Years} {
			for _, n := range []int64{-1, 1, -2} {
				for hours := int64(-30); hours <= 54; hours += 3 {
					w := check.Window{Lo: check.Bound{Kind: check.Relative, N: -n, Unit: unit}}
					asOf, _ := w.Resolve(odd.Add(time.Duration(hours)*time.Hour), zone)
					d := drawn{
						end: instants.End{Bound: check.Bound{Kind: check.Relative, N: n, Unit: unit}, Zone: zone},
						at:  odd.UnixMicro() + hours*hour, from: asOf - 4*day, to: asOf + 4*day,
					}
					flips := d.end.Flips(d.at, d.from, d.to, nil)
					var want []int64
					before := d.holds(d.from)
					for m := d.from; m < d.to; m += 30 * minute { // zones have whole half hours
						for _, s := range []int64{m, m + 1} {
							if now := d.holds(s); now != before {
								want, before = append(want, s), now
							}
						}
					}
					if !slices.Equal(flips, want) {
						t.Fatalf("%s, %d %s, %v: found %d, want %d", place.zone, n, unit, odd.Add(time.Duration(hours)*time.Hour), flips, want)
					}
				}
			}
		}
	}
}

// TestFlipsOfMonths shows why they are looked for with care: as of 30 and 31 March, a month
// ago is the same day in February, so that a date is within the last month, and then not,
// and then again.
func TestFlipsOfMonths(t *testing.T) {
	at := time.Date(2026, time.February, 28, 12, 0, 0, 0, time.UTC)
	e := instants.End{Bound: check.Bound{Kind: check.Relative, N: -1, Unit: dsl.Months}, Zone: time.UTC}
	var got []string
	for _, f := range e.Flips(at.UnixMicro(), at.UnixMicro(), at.AddDate(0, 3, 0).UnixMicro(), nil) {
		got = append(got, time.UnixMicro(f).UTC().Format("01-02T15:04:05.999999"))
	}
	want := []string{
		"03-28T12:00:00.000001", "03-29T00:00:00", "03-29T12:00:00.000001", "03-30T00:00:00", "03-30T12:00:00.000001", "03-31T00:00:00", "03-31T12:00:00.000001",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// TestFlipsOfDays shows a day that a clock shows, and then the day before again.
func TestFlipsOfDays(t *testing.T) {
	zone := zoned(t, "America/St_Johns")
	d := calendar.DayOf(time.Date(2006, time.October, 29, 12, 0, 0, 0, zone).UnixMicro(), zone)
	e := instants.End{Days: true, Upper: true, Bound: check.Bound{Kind: check.Relative}, Zone: zone}
	from := time.Date(2006, time.October, 20, 0, 0, 0, 0, time.UTC)
	var got []string
	for _, f := range e.Flips(d, from.UnixMicro(), from.AddDate(0, 1, 0).UnixMicro(), nil) {
		got = append(got, time.UnixMicro(f).UTC().Format("01-02T15:04:05"))
	}
	want := []string{"10-29T02:30:00", "10-29T02:31:00", "10-29T03:30:00"}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}
