package columnar

import (
	"cmp"
	"math"
	"slices"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A timeline is time as of an instant, cut at the instants at which some window
// begins or ends. Whatever depends on windows is a table by segment, so that a
// record's Timestamp is looked at once, however many windows there are.
type timeline struct {
	segments []segment // newest first
	spans    []within  // where the spans are by which it is cut
	asOf     int64
	oldest   int64 // older records lie in no window
	// bucket is, by age, the first segment of records of that age. One age is 1<<shift
	// microseconds, the last one all that is older.
	bucket [ages]uint16
	shift  uint
	room   []int64 // for move
}

// A segment is a range of time in which no window begins or ends. The first is
// later than as of; the last ends with columns.NoTime, the value of an empty
// Timestamp.
type segment struct {
	cut    int64  // the oldest instant in it
	inside uint64 // the measures of the first word in whose windows they lie
	points int64  // what totals of each give the first sum for a record
}

// A within is the first and last segment of a span; the first is after the last if the span
// is empty.
type within struct{ first, last int }

const ages = 256

// span returns the range of Timestamps that lie in all windows and are not later
// than as of. Without a window it includes the empty ones.
func span(windows []int, bounds []plan.Bound, asOf int64) plan.Bound {
	s := plan.Bound{Lo: columns.NoTime, Hi: asOf}
	for _, w := range windows {
		s.Lo = max(s.Lo, bounds[w].Lo, columns.NoTime+1)
		s.Hi = min(s.Hi, bounds[w].Hi)
	}
	return s
}

// cut cuts time at the ends of spans.
func (t *timeline) cut(spans []plan.Bound, asOf int64) {
	cuts := []int64{asOf + 1, columns.NoTime}
	t.asOf, t.oldest = asOf, math.MaxInt64
	for _, s := range spans {
		if s.Lo <= s.Hi {
			cuts = append(cuts, s.Lo, s.Hi+1)
			t.oldest = min(t.oldest, s.Lo)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	slices.Reverse(cuts)
	t.segments = t.segments[:0]
	for _, cut := range cuts {
		t.segments = append(t.segments, segment{cut: cut})
	}
	t.spans = t.spans[:0]
	for _, s := range spans {
		t.spans = append(t.spans, t.within(s))
	}
	t.fillBuckets()
}

// moveAll moves the cuts to those as of another instant, if all ends of spans move by as
// much as the instant does, apart from those that are open. It returns false if time has
// not been cut.
func (t *timeline) moveAll(asOf int64) bool {
	by := asOf - t.asOf
	for i := range t.segments {
		if s := &t.segments[i]; s.cut > columns.NoTime+1 {
			s.cut += by
		}
	}
	if t.oldest > columns.NoTime+1 && t.oldest < math.MaxInt64 { // some span is not open, nor are all empty
		t.oldest += by
	}
	t.asOf = asOf
	return len(t.segments) > 0
}

// move moves the cuts to the ends of the spans as of another instant, if each segment stays
// within the same spans: if the ends keep their order, and those that were equal still
// are. Otherwise it changes nothing and returns false.
func (t *timeline) move(spans []plan.Bound, asOf int64) bool {
	const unknown = math.MaxInt64
	if len(t.segments) == 0 || len(t.spans) != len(spans) {
		return false
	}
	t.room = append(t.room[:0], asOf+1)
	for range t.segments[1:] {
		t.room = append(t.room, unknown)
	}
	cuts := t.room
	same := func(i int, cut int64) bool {
		before := cuts[i]
		cuts[i] = cut
		return before == unknown || before == cut
	}
	if !same(len(cuts)-1, columns.NoTime) {
		return false
	}
	oldest := int64(math.MaxInt64)
	for i, s := range spans {
		w := t.spans[i]
		switch {
		case (s.Lo > s.Hi) != (w.first > w.last):
			return false
		case s.Lo > s.Hi:
			continue
		case !same(w.last, s.Lo) || !same(w.first-1, s.Hi+1):
			return false
		}
		oldest = min(oldest, s.Lo)
	}
	together := true // all cuts move by as much as the instant does
	for i, cut := range cuts {
		if i > 0 && cut >= cuts[i-1] {
			return false
		}
		was := t.segments[i].cut
		together = together && (cut-was == asOf-t.asOf || was <= columns.NoTime+1 && cut == was)
	}
	for i, cut := range cuts {
		t.segments[i].cut = cut
	}
	t.asOf, t.oldest = asOf, oldest
	if !together {
		t.fillBuckets()
	}
	return true
}

// fillBuckets chooses ages so that few of them have a cut inside.
func (t *timeline) fillBuckets() {
	oldest := t.asOf
	for _, s := range t.segments[1:] {
		if s.cut > columns.NoTime+1 { // that and NoTime are of windows without a beginning
			oldest = s.cut
		}
	}
	t.shift = 0
	for uint64(t.asOf-oldest)>>t.shift >= ages-1 {
		t.shift++
	}
	seg := uint32(0)
	for age := range t.bucket {
		youngest := t.asOf - int64(age)<<t.shift
		for youngest < t.segments[seg].cut {
			seg++
		}
		t.bucket[age] = uint16(min(seg, math.MaxUint16))
	}
}

// within returns where a span is by whose ends time was cut.
func (t *timeline) within(s plan.Bound) within {
	if s.Lo > s.Hi {
		return within{1, 0}
	}
	at := func(cut int64) int {
		i, _ := slices.BinarySearchFunc(t.segments, cut, func(have segment, cut int64) int { return cmp.Compare(cut, have.cut) })
		return i
	}
	return within{at(s.Hi+1) + 1, at(s.Lo)}
}

// segment returns the segment of an instant that is not later than as of.
func (t *timeline) segment(at int64) (*segment, uint32) {
	i := uint32(t.bucket[min(uint64(t.asOf-at)>>t.shift, ages-1)])
	s := &t.segments[i]
	for at < s.cut {
		i++
		s = &t.segments[i]
	}
	return s, i
}
