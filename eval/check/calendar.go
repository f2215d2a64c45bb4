package check

import (
	"math"
	"time"

	_ "time/tzdata" // a machine may have no time zone database

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// This file implements the calendar of the language reference, section Date
// ranges: instants in microseconds, days counted from 1970-01-01, and local times
// in a model's zone.

const (
	microsPerSecond = int64(1_000_000)
	secondsPerDay   = int64(24 * 60 * 60)
)

// A wall is a local time: a calendar day and the microseconds since its
// midnight, as a wall clock shows them.
type wall struct {
	day    int64
	micros int64 // 0 to 24 hours, exclusive
}

// seconds reads w as if it were UTC, in whole seconds.
func (w wall) seconds() int64 { return w.day*secondsPerDay + w.micros/microsPerSecond }

func wallOf(micros int64, zone *time.Location) wall {
	t := time.UnixMicro(micros).In(zone)
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	seconds := int64(hour*60*60 + minute*60 + second)
	return wall{
		day:    traverse.DayNumber(year, month, day),
		micros: seconds*microsPerSecond + int64(t.Nanosecond()/1000),
	}
}

// dayOf returns the day on which an instant falls in zone.
func dayOf(micros int64, zone *time.Location) int64 { return wallOf(micros, zone).day }

// farthest is more, in seconds, than any zone has ever been away from UTC.
const farthest = 26 * 60 * 60

// periods yields the periods of constant offset around a local time: their first
// second, the second after their last, and the offset in seconds.
func periods(local int64, zone *time.Location, yield func(start, end, offset int64) bool) {
	for at := local - farthest; at <= local+farthest; {
		t := time.Unix(at, 0).In(zone)
		_, offset := t.Zone()
		from, to := t.ZoneBounds()
		start, end := int64(math.MinInt64), int64(math.MaxInt64)
		if !from.IsZero() {
			start = from.Unix()
		}
		if !to.IsZero() {
			end = to.Unix()
		}
		if end <= at {
			// After the last change in its tables, package time counts 365 days to
			// a year: on the last day of a leap year ZoneBounds ends before t.
			end = time.Date(t.UTC().Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()
		}
		if !yield(start, end, int64(offset)) || end == math.MaxInt64 {
			return
		}
		at = end
	}
}

// instant returns when a clock in zone shows w. A time that a clock change
// skips moves forward by the length of the skip; one that occurs twice is the
// first.
func instant(w wall, zone *time.Location) int64 {
	local := w.seconds()
	var result, before int64
	found, known := false, false
	periods(local, zone, func(start, end, offset int64) bool {
		switch at := local - offset; {
		case at < start:
			// Skipped: the clock went from before this time to after it. With the
			// offset from before the change it is as much later as the skip is long.
			result, found = at, true
			if known {
				result = local - before
			}
			return false
		case at < end:
			result, found = at, true
			return false
		}
		before, known = offset, true
		return true
	})
	if !found {
		result = local - before
	}
	return result*microsPerSecond + w.micros%microsPerSecond
}

// dayStart returns the first instant of a day in zone. A day that a zone skipped
// has none: it starts, and ends, where the next one starts.
func dayStart(day int64, zone *time.Location) int64 {
	midnight := day * secondsPerDay
	var result int64
	periods(midnight, zone, func(start, end, offset int64) bool {
		result = max(start, midnight-offset)
		return result >= end
	})
	return result * microsPerSecond
}

// addMonths moves a day by whole months. If the month has no such day, the result
// is its last day.
func addMonths(day int64, months int64) int64 {
	t := time.Unix(day*secondsPerDay, 0).UTC()
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return traverse.DayNumber(first.Year(), first.Month(), min(t.Day(), last))
}

// A Bound is one end of a [Window]: open, fixed, or relative to as of.
type Bound struct {
	Kind BoundKind
	At   int64    // if Fixed: microseconds or days since 1970-01-01
	Unit dsl.Unit // if Relative
	N    int64    // if Relative: the number of units from as of; negative is before, 0 is as of itself
	Plus int64    // if Relative: added to the result; -1 makes it "strictly before"
}

// BoundKind is the kind of a [Bound].
type BoundKind uint8

// The kinds of a [Bound].
const (
	Open BoundKind = iota
	Fixed
	Relative
)

// A Window is a span of time that includes both bounds: in days for a date field,
// in microseconds for a time field.
type Window struct {
	Days   bool
	Lo, Hi Bound
}

// Resolve returns the window's bounds as of an instant, in days or microseconds
// since 1970-01-01, for a model in zone. An open bound is the smallest or
// largest int64.
func (w Window) Resolve(asOf time.Time, zone *time.Location) (lo, hi int64) {
	return w.Lo.resolve(w.Days, math.MinInt64, asOf, zone), w.Hi.resolve(w.Days, math.MaxInt64, asOf, zone)
}

func (b Bound) resolve(days bool, open int64, asOf time.Time, zone *time.Location) int64 {
	switch b.Kind {
	case Open:
		return open
	case Fixed:
		return b.At
	}
	now := asOf.UnixMicro()
	if days {
		return shiftDay(dayOf(now, zone), b.N, b.Unit) + b.Plus
	}
	return shiftInstant(now, b.N, b.Unit, zone) + b.Plus
}

func shiftDay(day, n int64, unit dsl.Unit) int64 {
	switch unit {
	case dsl.Weeks:
		return day + 7*n
	case dsl.Months:
		return addMonths(day, n)
	case dsl.Years:
		return addMonths(day, 12*n)
	}
	return day + n
}

func shiftInstant(micros, n int64, unit dsl.Unit, zone *time.Location) int64 {
	const minute = 60 * microsPerSecond
	switch unit {
	case dsl.Minutes:
		return micros + n*minute
	case dsl.Hours:
		return micros + n*60*minute
	case dsl.Days:
		return micros + n*24*60*minute
	case dsl.Weeks:
		return micros + n*7*24*60*minute
	}
	if n == 0 {
		return micros
	}
	w := wallOf(micros, zone)
	w.day = shiftDay(w.day, n, unit)
	return instant(w, zone)
}

// AsOfDay returns the day on which an instant falls in a model's zone, as days
// since 1970-01-01.
func AsOfDay(asOf time.Time, zone *time.Location) int64 { return dayOf(asOf.UnixMicro(), zone) }

// dayNumber returns the day of a written moment.
func dayNumber(m *dsl.Moment) int64 {
	return traverse.DayNumber(m.Year, time.Month(m.Month), m.Day)
}

// instantOf returns the instant of a written date and time.
func instantOf(m *dsl.Moment, zone *time.Location) int64 {
	w := wall{dayNumber(m), int64(m.Hour*3600+m.Minute*60+m.Second)*microsPerSecond + int64(m.Micro)}
	if m.HasOffset {
		return w.day*secondsPerDay*microsPerSecond + w.micros - int64(m.Offset)*60*microsPerSecond
	}
	return instant(w, zone)
}

// startOf and endOf return the first and last microsecond, or day, that a written
// moment means. A bare date means the whole day.
func startOf(m *dsl.Moment, days bool, zone *time.Location) int64 {
	switch {
	case days && m.HasTime:
		return dayOf(instantOf(m, zone), zone)
	case days:
		return dayNumber(m)
	case m.HasTime:
		return instantOf(m, zone)
	}
	return dayStart(dayNumber(m), zone)
}

func endOf(m *dsl.Moment, days bool, zone *time.Location) int64 {
	if days || m.HasTime {
		return startOf(m, days, zone)
	}
	return dayStart(dayNumber(m)+1, zone) - 1
}
