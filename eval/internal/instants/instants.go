// Package instants finds the instants as of which something about a date changes:
// whether it lies in a window, whether its record exists, and how old it is. What is
// found is exact to the microsecond. Scoring as of any other instant judges the date as
// it did just before. The meaning is that of the language reference, As of and date
// ranges.
package instants

import (
	"slices"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/calendar"
)

const (
	second = int64(1_000_000) // in microseconds, as are all instants here
	day    = 24 * 60 * 60 * second
)

// An End is one end of a window, in a time zone.
type End struct {
	Bound check.Bound
	Days  bool // the window is one of days, and dates are days since 1970-01-01
	Upper bool // the end is the upper one: it holds for a date that is not later; else, not earlier
	Zone  *time.Location
}

// Holds reports whether a date is on the inner side of the end as of an instant.
func (e *End) Holds(at, asOf int64) bool {
	w := check.Window{Days: e.Days}
	if e.Upper {
		w.Hi = e.Bound
	} else {
		w.Lo = e.Bound
	}
	lo, hi := w.Resolve(time.UnixMicro(asOf), e.Zone)
	return lo <= at && at <= hi
}

// Flips appends to into, in order, the instants after from, up to to, as of which a date
// comes to be on the other side of the end than as of the microsecond before. at is the
// date: in days if e.Days is set, else in microseconds.
func (e *End) Flips(at, from, to int64, into []int64) []int64 {
	switch {
	case e.Bound.Kind != check.Relative || from >= to:
		return into
	case e.Bound.Steady(e.Days):
		if at := e.Passes(at); from < at && at <= to {
			into = append(into, at)
		}
		return into
	}
	// Of all instants as of which a date might come to the other side, keep those as of
	// which it does.
	first := len(into)
	if e.Days {
		into = e.dayCandidates(at, into)
	} else {
		into = e.monthCandidates(at, into)
	}
	candidates := into[first:]
	slices.Sort(candidates)
	into = into[:first]
	known, before := false, false
	last := from
	for _, c := range candidates {
		if c <= last || c > to {
			continue
		}
		if !known {
			before, known = e.Holds(at, last), true
		}
		if now := e.Holds(at, c); now != before {
			into, before = append(into, c), now
		}
		last = c
	}
	return into
}

// Passes returns the only instant as of which a date comes to be on the other side of an end
// that is as far from as of whatever as of is: see check.Bound.Steady.
func (e *End) Passes(at int64) int64 {
	// As of s the end is at s + moved.
	moved, _ := check.Window{Lo: e.Bound}.Resolve(time.UnixMicro(0), e.Zone)
	if e.Upper {
		return at - moved // the first s such that at <= s + moved
	}
	return at - moved + 1 // the first s such that s + moved > at
}

// dayCandidates appends the instants as of which a day may come to the other side of an
// end. They are about the first day as of which the end is beyond it.
func (e *End) dayCandidates(at int64, into []int64) []int64 {
	edge := at - e.Bound.Plus
	if !e.Upper {
		edge++ // it has to be passed
	}
	first := firstShifted(edge, e.Bound)
	return around(first, e.Zone, into)
}

// around appends the instants at which a clock in zone may come to show a day, or one
// before it again.
func around(d int64, zone *time.Location, into []int64) []int64 {
	o := offsetsAround(d*day, zone)
	for _, offset := range o.offsets {
		into = append(into, d*day-offset)
	}
	return append(into, o.changes...)
}

// firstShifted returns the first day that a relative bound, apart from its Plus, shifts to
// a day or one after it. Shifting never turns the order of days round.
func firstShifted(to int64, b check.Bound) int64 {
	if b.Unit != dsl.Months && b.Unit != dsl.Years {
		length := int64(1)
		if b.Unit == dsl.Weeks {
			length = 7
		}
		return to - length*b.N
	}
	// Shifting back and forth misses by a few days at most.
	back := shiftedDay(to, check.Bound{Unit: b.Unit, N: -b.N})
	for d := back - 4; ; d++ {
		if shiftedDay(d, b) >= to {
			return d
		}
	}
}

// shiftedDay returns a day that is shifted by a relative bound, apart from its Plus.
func shiftedDay(d int64, b check.Bound) int64 {
	b.Kind, b.Plus = check.Relative, 0
	lo, _ := check.Window{Days: true, Lo: b}.Resolve(time.UnixMicro(d*day), time.UTC)
	return lo
}

// monthCandidates appends the instants as of which a time may come to the other side of an
// end that is a number of months or years from as of. As of those instants that share a
// day and an offset from UTC, the end is as of plus something, apart from jumps where the
// clock changes at the end. So the end passes the time where a day begins, where the clock
// changes, or where the clock shows the time of day at which the end is at the time or at
// a change of the clock.
func (e *End) monthCandidates(at int64, into []int64) []int64 {
	target := at - e.Bound.Plus
	there := offsetsAround(target, e.Zone)
	d := calendar.DayOf(target, e.Zone)
	margin := int64(0)
	if len(there.changes) > 0 {
		margin = 3 // days: no clock has ever been changed by more than one
	}
	first, after := firstShifted(d-margin, e.Bound), firstShifted(d+margin+1, e.Bound)
	var walls []int64 // times of day at which the end may pass
	for _, offset := range there.offsets {
		walls = append(walls, timeOfDay(target+offset))
		for _, change := range there.changes {
			walls = append(walls, timeOfDay(change+offset))
		}
	}
	for s := first; s <= after; s++ {
		here := offsetsAround(s*day, e.Zone)
		for _, offset := range here.offsets {
			begin := s*day - offset
			into = append(into, begin)
			for _, w := range walls {
				into = append(into, begin+w, begin+w+1)
			}
		}
		into = append(into, here.changes...)
	}
	return into
}

func timeOfDay(local int64) int64 {
	if t := local % day; t >= 0 {
		return t
	} else {
		return t + day
	}
}

// offsets are the offsets from UTC, in microseconds, that a zone has around a time, each
// once, and the instants at which it changes them.
type offsets struct {
	offsets []int64
	changes []int64
}

// offsetsAround returns the offsets of a zone around a time. No zone has ever been further
// from UTC than 26 hours, and a clock was never changed by more than a day, so what is
// within three days may matter.
func offsetsAround(at int64, zone *time.Location) offsets {
	const far = 3 * day
	var o offsets
	for s := at - far; ; {
		t := time.UnixMicro(s).In(zone)
		_, offset := t.Zone()
		if micros := int64(offset) * second; !slices.Contains(o.offsets, micros) {
			o.offsets = append(o.offsets, micros)
		}
		_, end := t.ZoneBounds()
		if end.IsZero() {
			return o
		}
		next := end.UnixMicro()
		if next <= s {
			// After the last change in its tables, package time counts 365 days to a
			// year: on the last day of a leap year ZoneBounds ends before t.
			next = time.Date(t.UTC().Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
		}
		if next > at+far {
			return o
		}
		o.changes = append(o.changes, next)
		s = next
	}
}
