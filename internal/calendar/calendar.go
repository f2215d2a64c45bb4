// Package calendar converts between instants and the local times and days of time
// zones: the part of the language reference's section Date ranges that needs no
// rules. Instants are in microseconds since 1970-01-01 UTC, days are counted from
// 1970-01-01.
package calendar

import (
	"math"
	"time"
	_ "time/tzdata" // a machine may have no time zone database
)

const (
	microsPerSecond = int64(1_000_000)
	secondsPerDay   = int64(24 * 60 * 60)
)

// A Wall is a local time: a calendar day and the microseconds since its midnight, as
// a wall clock shows them.
type Wall struct {
	Day    int64
	Micros int64 // 0 to 24 hours, exclusive
}

// seconds reads w as if it were UTC, in whole seconds.
func (w Wall) seconds() int64 { return w.Day*secondsPerDay + w.Micros/microsPerSecond }

// WallOf returns the local time that a clock in zone shows at an instant.
func WallOf(micros int64, zone *time.Location) Wall {
	const microsPerDay = secondsPerDay * microsPerSecond
	_, offset := time.UnixMicro(micros).In(zone).Zone()
	local := micros + int64(offset)*microsPerSecond
	w := Wall{local / microsPerDay, local % microsPerDay}
	if w.Micros < 0 {
		w.Day--
		w.Micros += microsPerDay
	}
	return w
}

// DayOf returns the day on which an instant falls in zone.
func DayOf(micros int64, zone *time.Location) int64 { return WallOf(micros, zone).Day }

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

// Instant returns when a clock in zone shows w. A time that a clock change
// skips moves forward by the length of the skip; one that occurs twice is the
// first.
func Instant(w Wall, zone *time.Location) int64 {
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
	return result*microsPerSecond + w.Micros%microsPerSecond
}

// DayStart returns the first instant of a day in zone. A day that a zone skipped
// has none: it starts, and ends, where the next one starts.
func DayStart(day int64, zone *time.Location) int64 {
	midnight := day * secondsPerDay
	var result int64
	periods(midnight, zone, func(start, end, offset int64) bool {
		result = max(start, midnight-offset)
		return result >= end
	})
	return result * microsPerSecond
}

// Local returns t in zone, to be shown; or in UTC if RFC 3339 cannot write it in zone
// exactly: in a year outside 0 to 9999, or with an offset of a part of a minute, as
// local times before 1900 have.
func Local(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	if _, offset := local.Zone(); offset%60 != 0 || local.Year() < 0 || local.Year() > 9999 {
		return t.UTC()
	}
	return local
}
