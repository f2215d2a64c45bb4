package plan

import (
	"fmt"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/calendar"
	"github.com/leadscore/leadscore/traverse"
)

// A Period is a period of the calendar in which a date lies. Dates in one period have
// equal Periods.
type Period struct {
	Number int64
	Offset int64 // of an hour, how far the clock is from UTC: an hour that it shows twice is two
}

// PeriodOf returns the period of a kind in which an instant lies, on the clock of a time
// zone; or a day, if days is set.
func PeriodOf(kind dsl.Period, at int64, days bool, zone *time.Location) Period {
	const monday, hour = 4, 60 * 60 * 1_000_000 // the first Monday is 1970-01-05
	out := Period{Number: at}
	if !days {
		wall := calendar.WallOf(at, zone)
		if kind == dsl.PerHour {
			return Period{wall.Day*24 + wall.Micros/hour, wall.Day*24*hour + wall.Micros - at}
		}
		out.Number = wall.Day
	}
	switch kind {
	case dsl.PerWeek:
		out.Number = floor(out.Number-monday, 7)
	case dsl.PerMonth:
		date := traverse.DayValue(out.Number).Time()
		out.Number = int64(date.Year())*12 + int64(date.Month())
	case dsl.PerYear:
		out.Number = int64(traverse.DayValue(out.Number).Time().Year())
	}
	return out
}

// floor returns n divided by d, rounded down.
func floor(n, d int64) int64 {
	q := n / d
	if n%d < 0 {
		q--
	}
	return q
}

// Length returns the length of a span of minutes, hours, days or weeks: in days for a
// date, else in microseconds.
func Length(s *check.Span) int64 {
	const minute = 60 * 1_000_000
	days := s.N
	if s.Unit == dsl.Weeks {
		days *= 7
	}
	switch {
	case s.Days:
		return days
	case s.Unit == dsl.Minutes:
		return s.N * minute
	case s.Unit == dsl.Hours:
		return s.N * 60 * minute
	}
	return days * 24 * 60 * minute
}

// Text returns a period of a kind for people, such as 2026-05-10, 2026-05, or 2026-05-04
// for the week that begins then; of an hour its beginning, such as
// 2026-05-10T14:00+02:00.
func (p Period) Text(kind dsl.Period) string {
	switch kind {
	case dsl.PerHour:
		day := floor(p.Number, 24)
		offset := time.Duration(p.Offset) * time.Microsecond
		zone := time.UTC
		if offset != 0 {
			zone = time.FixedZone("", int(offset.Seconds()))
		}
		return fmt.Sprintf("%sT%02d:00%s", traverse.DayValue(day), p.Number-24*day, time.Unix(0, 0).In(zone).Format("Z07:00"))
	case dsl.PerWeek:
		const monday = 4
		return traverse.DayValue(p.Number*7 + monday).String()
	case dsl.PerMonth:
		year := floor(p.Number-1, 12)
		return fmt.Sprintf("%04d-%02d", year, p.Number-12*year)
	case dsl.PerYear:
		return fmt.Sprintf("%04d", p.Number)
	}
	return traverse.DayValue(p.Number).String()
}
