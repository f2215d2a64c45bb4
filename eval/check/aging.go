package check

import (
	"math"
	"sort"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// An Aging says what an occurrence weighs by its age: a decay, or how often a span has
// passed (language reference, Decay; Every span without). An occurrence is k spans old
// if it is strictly before as of − k spans, the largest such k.
type Aging struct {
	Kind    AgingKind
	Span    Span
	Percent int64 // of Losing
	// Newest says that the weight of the newest occurrence counts, not the sum of the
	// weights: for has, and for Without.
	Newest bool
	// Steps is the greatest age that is told from lesser ones: an occurrence of Steps
	// spans weighs as one that is older.
	Steps int
}

// An AgingKind is a kind of an [Aging].
type AgingKind uint8

// The kinds of aging.
const (
	Halving AgingKind = iota // the weight is halved every span
	Losing                   // the weight loses Percent of 100 every span
	Fading                   // the weight falls to 0 in Steps spans
	Without                  // the weight is the age
)

// Scale returns what the weights are fractions of: the weight of an occurrence that is
// not a span old, or 1 for Without.
func (a *Aging) Scale() uint64 {
	switch a.Kind {
	case Halving:
		return 1 << 32
	case Losing:
		return 100
	case Fading:
		return uint64(a.Steps)
	}
	return 1
}

// Weight returns the weight of an occurrence that is k spans old, as a multiple of
// 1/Scale.
func (a *Aging) Weight(k int) uint64 {
	k = min(k, a.Steps)
	switch a.Kind {
	case Halving:
		if k > 32 {
			return 0
		}
		return 1 << (32 - k)
	case Losing:
		return uint64(max(0, 100-a.Percent*int64(k)))
	case Fading:
		return uint64(a.Steps - k)
	}
	return uint64(k)
}

// Edges appends to into, for k from 1 to Steps, the instant or day such that an
// occurrence before it, and no other, is k spans old or older: in microseconds or days
// since 1970-01-01, falling from one to the next. Where that would be before the first
// instant that a record can have, it is math.MinInt64, and nothing is as old. Use
// [Aging.Age] for Without, which may have very many Steps.
func (a *Aging) Edges(asOf time.Time, zone *time.Location, into []int64) []int64 {
	today := AsOfDay(asOf, zone)
	for k := range a.Steps {
		into = append(into, a.edge(asOf, zone, today, k+1))
	}
	return into
}

// Steady reports whether each edge is as far from as of whatever as of is, as long as it is
// not before the first instant that a record can have.
func (a *Aging) Steady() bool { return relative(-a.Span.N, a.Span.Unit, 0).Steady(a.Span.Days) }

// Age returns how many spans old an occurrence is, at most Steps. at is its date, in
// microseconds or days since 1970-01-01.
func (a *Aging) Age(asOf time.Time, zone *time.Location, at int64) int {
	// Edges fall: months are at least 28 days apart, and a clock never changes by as much.
	today := AsOfDay(asOf, zone)
	return sort.Search(a.Steps, func(i int) bool { return at >= a.edge(asOf, zone, today, i+1) })
}

// Until returns the last instant as of which an occurrence is as old as as of asOf. It
// returns false if the occurrence is as old as any, or if no year of four digits sees it
// a span older. at is its date, in microseconds or days since 1970-01-01.
func (a *Aging) Until(asOf time.Time, zone *time.Location, at int64) (until time.Time, ok bool) {
	k := a.Age(asOf, zone, at)
	if k >= a.Steps {
		return time.Time{}, false
	}
	older := func(micros int64) bool {
		then := time.UnixMicro(micros)
		return at < a.edge(then, zone, AsOfDay(then, zone), k+1)
	}
	step, last := int64(60*60*microsPerSecond), time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC).UnixMicro()
	low := asOf.UnixMicro() // as of which it is not older
	for !older(low + step) {
		if low += step; low > last {
			return time.Time{}, false
		}
		step *= 2
	}
	for step > 1 { // it is older as of low + step
		if half := step / 2; older(low + half) {
			step = half
		} else {
			low, step = low+half, step-half
		}
	}
	return time.UnixMicro(low), true
}

// firstDay is the first day that a record can have: that of the year 0.
var firstDay = traverse.DayNumber(0, time.January, 1)

// edge returns as of − k spans, or math.MinInt64 if that is before the first day that
// a record can have. A record that is on the first day is before no edge on it. today is
// the day of as of.
func (a *Aging) edge(asOf time.Time, zone *time.Location, today int64, k int) int64 {
	// No length of time is shorter than its days here, apart from the clock.
	days := a.Span.N * int64(k)
	switch a.Span.Unit {
	case dsl.Minutes:
		days /= 24 * 60
	case dsl.Hours:
		days /= 24
	case dsl.Weeks:
		days *= 7
	case dsl.Months:
		days *= 28
	case dsl.Years:
		days *= 365
	}
	const clock = 3 // days, more than any changes of the clock
	if days > today-firstDay+clock {
		return math.MinInt64
	}
	edge, _ := Window{Days: a.Span.Days, Lo: relative(-a.Span.N*int64(k), a.Span.Unit, 0)}.Resolve(asOf, zone)
	first := firstDay
	if !a.Span.Days {
		first *= secondsPerDay * microsPerSecond
	}
	if edge <= first {
		return math.MinInt64
	}
	return edge
}
