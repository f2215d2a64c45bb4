package reference

import (
	"sort"
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

// shift returns as of, moved by so many times a span: forward, or back if times is
// negative.
func (c calendar) shift(span *dsl.TimeSpan, times int, t traverse.Type) stretch {
	n := whole(span.Count) * times
	now := c.now(t).from
	// A duration of package time ends at 292 years, and n times a span may be longer.
	add := func(seconds int) { now = time.Unix(now.Unix()+int64(seconds), int64(now.Nanosecond())).UTC() }
	// "Minutes, hours, days and weeks are exact durations (a day is 24 hours)"
	switch span.Unit {
	case dsl.Minutes:
		add(n * 60)
	case dsl.Hours:
		add(n * 60 * 60)
	case dsl.Days:
		add(n * 24 * 60 * 60)
	case dsl.Weeks:
		add(n * 7 * 24 * 60 * 60)
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

// ago returns what `between N and M UNITS ago` means: "from as of − N to as of − M, both
// included".
func (c calendar) ago(n, m *dsl.TimeSpan, t traverse.Type) stretch {
	return stretch{c.shift(n, -1, t).from, c.shift(m, -1, t).to}
}

// age returns how many spans old a date is, at most limit.
func (c calendar) age(at time.Time, span *dsl.TimeSpan, limit int, t traverse.Type) int {
	// "An occurrence is k SPANs old if it is strictly before (as of − k SPANs), the largest
	// such k, with the arithmetic of `older than`, each k counted from as of". No instant
	// before the first that can be represented is strictly after another, so that there
	// "nothing is older". More spans lead further back, so that what is not k spans old is
	// not k + 1 spans old.
	return sort.Search(limit, func(k int) bool { return !at.Before(c.shift(span, -(k + 1), t).from) })
}

// inPeriod names the period in which a date lies: `hour`, `day`, `week` (from Monday),
// `month`, `year`, "of the occurrence's date on the clock of the model's time zone".
func (c calendar) inPeriod(p dsl.Period, at time.Time, t traverse.Type) string {
	wall, offset := at, time.Duration(0)
	if t == traverse.Time {
		wall, offset = c.wall(at), c.offset(at)
	}
	switch p {
	case dsl.PerHour: // "an hour that the clock shows twice is two"
		return wall.Format("2006-01-02 15h") + offset.String()
	case dsl.PerDay:
		return wall.Format(time.DateOnly)
	case dsl.PerWeek: // "from Monday"
		sinceMonday := (int(wall.Weekday()) + 6) % 7
		return wall.AddDate(0, 0, -sinceMonday).Format(time.DateOnly)
	case dsl.PerMonth:
		return wall.Format("2006-01")
	case dsl.PerYear:
		return wall.Format("2006")
	}
	panic("reference: unknown period " + p.String())
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
// order. No clock is further from UTC, and none jumps further.
func (c calendar) periods(wall time.Time) []period {
	start := wall.Truncate(time.Hour).Add(-48 * time.Hour)
	return knownPeriods.get(zonedHour{c.zone, start.Unix()}, func() []period { return c.periodsFrom(start) })
}

// A zonedHour is the beginning of an hour, and the zone whose periods are asked for.
type zonedHour struct {
	zone *time.Location
	unix int64
}

var knownPeriods = memo[zonedHour, []period]{most: 1 << 14}

// periodsFrom returns the periods of the 96 hours from start. It looks for changes hour by
// hour, as [time.Time.ZoneBounds] is wrong about the last day of a leap year in the future.
func (c calendar) periodsFrom(start time.Time) []period {
	var list []period
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
