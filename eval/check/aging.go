package check

import "time"

// An Aging says what an occurrence weighs by its age: a decay, or how often a span has
// passed (language reference, Decay; Every span without). An occurrence is k spans old
// if it is strictly before as of − k spans, the largest such k.
type Aging struct {
	Kind    AgingKind
	Span    Span
	Percent int64 // of Losing
	// Newest says that the weight of the newest occurrence counts, not the sum of the
	// weights.
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
// since 1970-01-01, falling from one to the next.
func (a *Aging) Edges(asOf time.Time, zone *time.Location, into []int64) []int64 {
	first := len(into)
	for k := range a.Steps {
		lo, _ := Window{Days: a.Span.Days, Lo: relative(-a.Span.N*int64(k+1), a.Span.Unit, 0)}.Resolve(asOf, zone)
		into = append(into, lo)
	}
	// The age is the largest k that applies, so an edge is no earlier than those after it.
	edges := into[first:]
	for k := len(edges) - 2; k >= 0; k-- {
		edges[k] = max(edges[k], edges[k+1])
	}
	return into
}

// Age returns how many spans old an occurrence is, at most Steps. at is its date, in
// microseconds or days since 1970-01-01.
func (a *Aging) Age(asOf time.Time, zone *time.Location, at int64) int {
	age := 0
	for k, edge := range a.Edges(asOf, zone, nil) {
		if at < edge {
			age = k + 1
		}
	}
	return age
}
