package plan

import (
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/check"
)

// A Bound is a resolved window: a range of microseconds or days, both ends
// included.
type Bound struct{ Lo, Hi int64 }

// Holds reports whether at lies in the range.
func (b Bound) Holds(at int64) bool { return b.Lo <= at && at <= b.Hi }

// A Window is a checked window and the time zone of its model.
type Window struct {
	check.Window
	Zone *time.Location
}

// Windows are the distinct windows of a plan. Whatever needs one holds its index,
// and finds its bounds in an [Instant].
type Windows struct {
	list  []Window
	ends  [][2]end // of each
	known map[Window]int
}

// An end is a bound as of any instant: at, and for a steady one that instant more.
type end struct {
	at    int64
	moves int64 // 1 for a steady bound, else 0
	found bool  // by a calendar, as of each instant: at means nothing
}

// endOf returns the end of a bound, which as of the beginning of 1970 is at.
func endOf(b check.Bound, days bool, at int64) end {
	switch {
	case b.Steady(days):
		return end{at: at, moves: 1}
	case b.Kind == check.Relative:
		return end{found: true}
	}
	return end{at: at}
}

// index returns the index of a window, which is added if it is new.
func (ws *Windows) index(w check.Window, zone *time.Location) int {
	planned := Window{w, zone}
	i, ok := ws.known[planned]
	if !ok {
		if ws.known == nil {
			ws.known = map[Window]int{}
		}
		i = len(ws.list)
		ws.known[planned] = i
		ws.list = append(ws.list, planned)
		lo, hi := w.Resolve(time.UnixMicro(0), zone)
		ws.ends = append(ws.ends, [2]end{endOf(w.Lo, w.Days, lo), endOf(w.Hi, w.Days, hi)})
	}
	return i
}

// Steady reports whether the ends of all windows of a list, if they are not open, are
// steady: see check.Bound.Steady.
func (ws *Windows) Steady(list []int) bool {
	for _, i := range list {
		w := &ws.list[i]
		for _, b := range []check.Bound{w.Lo, w.Hi} {
			if b.Kind != check.Open && !b.Steady(w.Days) {
				return false
			}
		}
	}
	return true
}

// steady reports whether the windows of a kind of interaction are.
func (ws *Windows) steady(k *Interactions) bool {
	return !slices.ContainsFunc(k.Totals, func(t Total) bool { return !ws.Steady(t.Windows) }) &&
		!slices.ContainsFunc(k.Measures, func(m Measure) bool { return !ws.Steady(m.Windows) })
}

// Resolve appends the bounds of the windows as of an instant to into.
func (ws *Windows) Resolve(asOf time.Time, into []Bound) []Bound {
	now := asOf.UnixMicro()
	for i := range ws.ends {
		lo, hi := &ws.ends[i][0], &ws.ends[i][1]
		b := Bound{lo.at + lo.moves*now, hi.at + hi.moves*now}
		if lo.found || hi.found {
			w := &ws.list[i]
			b.Lo, b.Hi = w.Window.Resolve(asOf, w.Zone)
		}
		into = append(into, b)
	}
	return into
}

// extend lets the bounds of the windows begin where they do as of an earlier instant, or as
// of one in between.
func (ws *Windows) extend(from time.Time, bounds []Bound) {
	for i := range ws.list {
		w := &ws.list[i]
		if w.Lo.Kind != check.Relative {
			continue
		}
		window := w.Window
		window.Days = w.Days || !w.Lo.Steady(false)
		lo, _ := window.Resolve(from, w.Zone)
		if window.Days {
			// As of a later instant the window may begin a little earlier: at the end of a
			// shorter month, or where a clock is put back. But it begins neither on an earlier
			// day of the calendar nor, with two days for clocks, before this one.
			lo -= 2
		}
		if window.Days && !w.Days {
			lo *= 24 * 60 * 60 * 1_000_000
		}
		bounds[i].Lo = min(bounds[i].Lo, lo)
	}
}

// At returns a window of the plan.
func (ws *Windows) At(i int) Window { return ws.list[i] }
