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
	asOf     int64
	oldest   int64 // older records lie in no window
	// bucket is, by age, the first segment of records of that age. One age is 1<<shift
	// microseconds, the last one all that is older.
	bucket [ages]uint16
	shift  uint
}

// A segment is a range of time in which no window begins or ends. The first is
// later than as of; the last ends with columns.NoTime, the value of an empty
// Timestamp.
type segment struct {
	cut    int64  // the oldest instant in it
	inside uint64 // the measures of the first word in whose windows they lie
	points int64  // what totals of each give the first sum for a record
}

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
	t.fillBuckets()
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

// within returns the first and last segment of a span; the first is after the last
// if the span is empty.
func (t *timeline) within(s plan.Bound) (first, last int) {
	if s.Lo > s.Hi {
		return 1, 0
	}
	at := func(cut int64) int {
		i, _ := slices.BinarySearchFunc(t.segments, cut, func(have segment, cut int64) int { return cmp.Compare(cut, have.cut) })
		return i
	}
	return at(s.Hi+1) + 1, at(s.Lo)
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
