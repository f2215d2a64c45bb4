package check

import (
	"math"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/calendar"
	"github.com/leadscore/leadscore/traverse"
)

// This file implements the bounds of the language reference, section Date ranges:
// instants in microseconds, and days counted from 1970-01-01. Package calendar
// knows the local times and days of zones.

const (
	microsPerSecond = int64(1_000_000)
	secondsPerDay   = int64(24 * 60 * 60)
)

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
	Unit dsl.Unit // if Relative
	At   int64    // if Fixed: microseconds or days since 1970-01-01
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
		return shiftDay(calendar.DayOf(now, zone), b.N, b.Unit) + b.Plus
	}
	return shiftInstant(now, b.N, b.Unit, zone) + b.Plus
}

// Steady reports whether the bound of a window, in days or not, is as far from as of
// whatever as of is: it is neither fixed nor open, and found without a calendar.
func (b Bound) Steady(days bool) bool {
	return b.Kind == Relative && !days && (b.N == 0 || b.Unit == dsl.Minutes || b.Unit == dsl.Hours || b.Unit == dsl.Days || b.Unit == dsl.Weeks)
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
	w := calendar.WallOf(micros, zone)
	w.Day = shiftDay(w.Day, n, unit)
	return calendar.Instant(w, zone)
}

// AsOfDay returns the day on which an instant falls in a model's zone, as days
// since 1970-01-01.
func AsOfDay(asOf time.Time, zone *time.Location) int64 {
	return calendar.DayOf(asOf.UnixMicro(), zone)
}

// dayNumber returns the day of a written moment.
func dayNumber(m *dsl.Moment) int64 {
	return traverse.DayNumber(m.Year, time.Month(m.Month), m.Day)
}

// instantOf returns the instant of a written date and time.
func instantOf(m *dsl.Moment, zone *time.Location) int64 {
	w := calendar.Wall{Day: dayNumber(m), Micros: int64(m.Hour*3600+m.Minute*60+m.Second)*microsPerSecond + int64(m.Micro)}
	if m.HasOffset {
		return w.Day*secondsPerDay*microsPerSecond + w.Micros - int64(m.Offset)*60*microsPerSecond
	}
	return calendar.Instant(w, zone)
}

// startOf and endOf return the first and last microsecond, or day, that a written
// moment means. A bare date means the whole day.
func startOf(m *dsl.Moment, days bool, zone *time.Location) int64 {
	switch {
	case days && m.HasTime:
		return calendar.DayOf(instantOf(m, zone), zone)
	case days:
		return dayNumber(m)
	case m.HasTime:
		return instantOf(m, zone)
	}
	return calendar.DayStart(dayNumber(m), zone)
}

func endOf(m *dsl.Moment, days bool, zone *time.Location) int64 {
	if days || m.HasTime {
		return startOf(m, days, zone)
	}
	return calendar.DayStart(dayNumber(m)+1, zone) - 1
}
