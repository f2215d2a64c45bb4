package reference

import (
	"sort"
	"strconv"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// A stretch is a span of time that includes its start and excludes its end. Instants
// are whole microseconds, so the instant t is the stretch from t to t + 1 µs. The
// value of a `date` is its midnight in UTC, so the day d is the stretch from d to
// d + 1 day.
type stretch struct{ from, to time.Time }

func (s stretch) contains(t time.Time) bool { return !t.Before(s.from) && t.Before(s.to) }

// A calendar does the arithmetic of one model as of one instant: with instants for a
// field of type [traverse.Time], with days for a [traverse.Date].
//
// A wall is a local time, as a wall clock shows it, written as if it were UTC. A day
// is the wall at its midnight.
type calendar struct {
	zone *time.Location
	asOf time.Time
}

// now returns as of: "For a `date`, everything counts in whole days: as of is its day".
func (c calendar) now(t traverse.Type) stretch {
	if t == traverse.Date {
		return oneDay(midnight(c.wall(c.asOf)))
	}
	return oneInstant(c.asOf)
}

// shift returns as of, moved forward (sign +1) or back (sign -1) by a span.
func (c calendar) shift(span *dsl.TimeSpan, sign int, t traverse.Type) stretch {
	n, err := strconv.Atoi(span.Count.Text)
	if err != nil {
		panic(err) // the model does not compile
	}
	n *= sign
	now := c.now(t).from
	// "Minutes, hours, days and weeks are exact durations (a day is 24 hours)"
	switch span.Unit {
	case dsl.Minutes:
		now = now.Add(time.Duration(n) * time.Minute)
	case dsl.Hours:
		now = now.Add(time.Duration(n) * time.Hour)
	case dsl.Days:
		now = now.Add(time.Duration(n) * 24 * time.Hour)
	case dsl.Weeks:
		now = now.Add(time.Duration(n) * 7 * 24 * time.Hour)
	case dsl.Years:
		n *= 12
		fallthrough
	case dsl.Months:
		// "months and years go by the calendar in the model's time zone (default UTC) at
		// the same local time"
		if t == traverse.Date {
			now = addMonths(now, n)
		} else {
			now = c.instant(addMonths(c.wall(now), n))
		}
	}
	if t == traverse.Date {
		return oneDay(now)
	}
	return oneInstant(now)
}

// literal returns what a date or time in the rules means.
func (c calendar) literal(m *dsl.Moment, t traverse.Type) stretch {
	wall := time.Date(m.Year, time.Month(m.Month), m.Day, m.Hour, m.Minute, m.Second, m.Micro*1000, time.UTC)
	switch {
	case !m.HasTime && t == traverse.Date:
		return oneDay(wall)
	case !m.HasTime:
		// "a bare date means that whole day in the model's time zone, from its first
		// instant up to the next day's first"
		return stretch{c.firstInstant(wall), c.firstInstant(wall.AddDate(0, 0, 1))}
	}
	instant := c.instant(wall) // "without one the time is in the model's time zone"
	if m.HasOffset {
		instant = wall.Add(-time.Duration(m.Offset) * time.Minute)
	}
	if t == traverse.Date { // "an instant bound is the day it falls on"
		return oneDay(midnight(c.wall(instant)))
	}
	return oneInstant(instant) // "with a full timestamp the instant itself"
}

func oneInstant(t time.Time) stretch { return stretch{t, t.Add(time.Microsecond)} }
func oneDay(day time.Time) stretch   { return stretch{day, day.AddDate(0, 0, 1)} }

// addMonths moves a wall: "a day that the target month lacks becomes its last day".
func addMonths(wall time.Time, n int) time.Time {
	first := time.Date(wall.Year(), wall.Month()+time.Month(n), 1,
		wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), time.UTC)
	lastDay := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(wall.Day(), lastDay)-1)
}

// wall returns what the clock shows at an instant.
func (c calendar) wall(instant time.Time) time.Time {
	return instant.UTC().Add(c.offset(instant))
}

func (c calendar) offset(instant time.Time) time.Duration {
	_, seconds := instant.In(c.zone).Zone()
	return time.Duration(seconds) * time.Second
}

func midnight(wall time.Time) time.Time {
	return time.Date(wall.Year(), wall.Month(), wall.Day(), 0, 0, 0, 0, time.UTC)
}

// A period is the time between two changes of the clock.
type period struct {
	stretch
	offset time.Duration // by which the wall is ahead of UTC
}

// periods returns the periods from two days before a wall to two days after it, in
// order. No clock is further from UTC, and none jumps further. It looks for changes
// hour by hour, as [time.Time.ZoneBounds] is wrong about the last day of a leap year
// in the future.
func (c calendar) periods(wall time.Time) []period {
	var list []period
	start := wall.Truncate(time.Hour).Add(-48 * time.Hour)
	for hour := range 96 {
		from, to := start.Add(time.Duration(hour)*time.Hour), start.Add(time.Duration(hour+1)*time.Hour)
		for from.Before(to) {
			offset := c.offset(from)
			end := to
			if c.offset(to) != offset { // the change is in this hour, at a full second
				seconds := sort.Search(3600, func(n int) bool { return c.offset(from.Add(time.Duration(n)*time.Second)) != offset })
				end = from.Add(time.Duration(seconds) * time.Second)
			}
			if n := len(list) - 1; n >= 0 && list[n].offset == offset {
				list[n].to = end
			} else {
				list = append(list, period{stretch{from, end}, offset})
			}
			from = end
		}
	}
	return list
}

// instant returns when the clock shows a wall.
func (c calendar) instant(wall time.Time) time.Time {
	periods := c.periods(wall)
	for _, p := range periods { // "one that occurs twice is the first"
		if t := wall.Add(-p.offset); p.contains(t) {
			return t
		}
	}
	// "A local time that a clock change skips moves forward by the length of the
	// skip": the clock shows a time that is too late by just that length at the
	// instant at which the old offset would have shown the skipped time.
	for i, p := range periods[1:] {
		before := periods[i]
		if !wall.Add(-before.offset).Before(p.from) && wall.Add(-p.offset).Before(p.from) {
			return wall.Add(-before.offset)
		}
	}
	panic("reference: " + wall.String() + " in " + c.zone.String())
}

// firstInstant returns when a day begins: the first instant at which the clock shows
// that day or, if a clock change skips the whole day, a later one.
func (c calendar) firstInstant(day time.Time) time.Time {
	for _, p := range c.periods(day) {
		t := day.Add(-p.offset)
		if t.Before(p.from) {
			t = p.from
		}
		if p.contains(t) {
			return t
		}
	}
	panic("reference: " + day.String() + " in " + c.zone.String())
}
