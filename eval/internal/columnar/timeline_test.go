package columnar

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse/columns"
)

// lies reports whether a record lies in all windows, and is not later than as of.
// Without a Timestamp it lies in no window.
func lies(at int64, windows []int, bounds []plan.Bound, asOf int64) bool {
	for _, w := range windows {
		if at == columns.NoTime || !bounds[w].Holds(at) {
			return false
		}
	}
	return at <= asOf
}

// TestTimeline checks that the segment of a record is inside exactly the spans whose
// windows all hold the record.
func TestTimeline(t *testing.T) {
	const year = 365 * 24 * 60 * 60 * 1_000_000
	inside, outside := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		near := rapid.Int64Range(-1000, 1000) // so that ends meet
		instant := rapid.OneOf(near, rapid.Int64Range(-2*year, 2*year), rapid.Int64Range(-8000*year, 8000*year))
		asOf := instant.Draw(t, "as of")
		bounds := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) plan.Bound {
			return plan.Bound{
				Lo: rapid.OneOf(instant, near, rapid.Just[int64](math.MinInt64)).Draw(t, "from"),
				Hi: rapid.OneOf(instant, near, rapid.Just[int64](math.MaxInt64), rapid.Just(asOf)).Draw(t, "to"),
			}
		}), 1, 12).Draw(t, "windows")
		var spans []plan.Bound
		lists := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, len(bounds)-1), 0, 3), 0, 8).Draw(t, "windows of counts")
		for _, windows := range lists {
			spans = append(spans, span(windows, bounds, asOf))
		}
		var line timeline
		line.cut(spans, asOf)

		records := []int64{columns.NoTime, asOf}
		for _, b := range bounds {
			for _, end := range []int64{b.Lo, b.Hi} {
				for _, at := range []int64{end - 1, end, end + 1} {
					if at-end <= 1 && at-end >= -1 { // and not around the ends of int64
						records = append(records, at)
					}
				}
			}
		}
		records = append(records, rapid.SliceOfN(instant, 0, 20).Draw(t, "records")...)
		for _, at := range records {
			if at > asOf {
				continue
			}
			s, seg := line.segment(at)
			if s != &line.segments[seg] || at < s.cut || seg > 0 && at >= line.segments[seg-1].cut {
				t.Fatalf("%d is in segment %d of %v", at, seg, line.segments)
			}
			for i, windows := range lists {
				w := line.within(spans[i])
				got := w.first <= int(seg) && int(seg) <= w.last
				want := lies(at, windows, bounds, asOf)
				if got != want {
					t.Fatalf("%d lies in the windows %v of %v as of %d: %t", at, windows, bounds, asOf, got)
				}
				if want && at < line.oldest {
					t.Fatalf("%d counts, and is older than the oldest that does, %d", at, line.oldest)
				}
				if want {
					inside++
				} else {
					outside++
				}
			}
		}
	})
	if inside == 0 || outside == 0 {
		t.Errorf("%d records lay in windows, and %d did not", inside, outside)
	}
}

// TestTimelineMoves checks that a timeline that moves to another instant is as one that is
// cut as of it, and that segments stay within the same spans.
func TestTimelineMoves(t *testing.T) {
	moved, together, cut, all := 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		near := rapid.Int64Range(-100, 100)
		far := rapid.OneOf(near, rapid.Int64Range(-1_000_000, 1_000_000))
		steady := rapid.Bool().Draw(t, "steady") // all ends that are not open
		bound := rapid.Custom(func(t *rapid.T) func(asOf int64) int64 {
			at := far.Draw(t, "bound")
			if steady {
				return func(asOf int64) int64 { return asOf + at }
			}
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				return func(int64) int64 { return at } // a fixed date
			case 1:
				return func(asOf int64) int64 { return asOf - asOf%50 + at } // the beginning of a day
			}
			return func(asOf int64) int64 { return asOf + at }
		})
		var ends [][2]func(int64) int64
		for range rapid.IntRange(0, 8).Draw(t, "spans") {
			lo, hi := bound.Draw(t, "lo"), bound.Draw(t, "hi")
			switch rapid.IntRange(0, 3).Draw(t, "open") {
			case 0:
				lo = func(int64) int64 { return columns.NoTime }
			case 1:
				lo = func(int64) int64 { return columns.NoTime + 1 }
			}
			if rapid.Bool().Draw(t, "until as of") {
				hi = func(asOf int64) int64 { return asOf }
			}
			ends = append(ends, [2]func(int64) int64{lo, hi})
		}
		spans := func(asOf int64) (list []plan.Bound) {
			for _, e := range ends {
				list = append(list, plan.Bound{Lo: e[0](asOf), Hi: min(e[1](asOf), asOf)})
			}
			return list
		}
		asOf := near.Draw(t, "as of")
		var line timeline
		line.cut(spans(asOf), asOf)
		for range rapid.IntRange(1, 4).Draw(t, "moves") {
			before := slices.Clone(line.spans)
			asOf += rapid.Int64Range(-40, 40).Draw(t, "by")
			var want timeline
			want.cut(spans(asOf), asOf)
			buckets := line.bucket
			if steady && line.moveAll(asOf) {
				all++
			} else if !line.move(spans(asOf), asOf) {
				line.cut(spans(asOf), asOf)
				cut++
			} else {
				moved++
				if !slices.Equal(line.spans, before) {
					t.Fatalf("the spans are in the segments %v, and were in %v", line.spans, before)
				}
				if line.bucket == buckets {
					together++
				}
			}
			if !slices.Equal(line.segments, want.segments) || !slices.Equal(line.spans, want.spans) || line.oldest != want.oldest || line.asOf != asOf {
				t.Fatalf("as of %d, the timeline is\n%v, want\n%v", asOf, line, want)
			}
			for _, back := range rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 200), rapid.Int64Range(0, 2_000_000)), 1, 9).Draw(t, "back") {
				_, got := line.segment(asOf - back)
				if _, want := want.segment(asOf - back); got != want {
					t.Fatalf("what is %d older than as of is in segment %d, want %d", back, got, want)
				}
			}
		}
	})
	if moved == 0 || together == 0 || cut == 0 || all == 0 {
		t.Errorf("%d timelines moved, %d of them with all their cuts, %d were cut again, and %d were steady", moved, together, cut, all)
	}
}

// TestTimelineOfNothing checks a timeline whose only span is empty.
func TestTimelineOfNothing(t *testing.T) {
	var line timeline
	line.cut([]plan.Bound{{Lo: 5, Hi: 4}}, 10)
	if line.oldest != math.MaxInt64 || len(line.segments) != 2 {
		t.Errorf("the oldest record that counts is at %d, and there are %d segments", line.oldest, len(line.segments))
	}
	if w := line.within(plan.Bound{Lo: 5, Hi: 4}); w.first <= w.last {
		t.Errorf("nothing lies in the segments from %d to %d", w.first, w.last)
	}
}

// TestManySegments checks a timeline with more segments than fit in the 16 bits of a
// bucket.
func TestManySegments(t *testing.T) {
	const n = 40_000
	var spans []plan.Bound
	for i := range int64(n) {
		spans = append(spans, plan.Bound{Lo: -3 * i, Hi: -3*i + 1})
	}
	var line timeline
	line.cut(spans, 1)
	if len(line.segments) < math.MaxUint16 {
		t.Fatalf("%d segments are too few for this test", len(line.segments))
	}
	for _, i := range []int64{0, 1, n / 2, n - 1} {
		w := line.within(spans[i])
		for at := spans[i].Lo - 1; at <= spans[i].Hi; at++ {
			_, seg := line.segment(at)
			if got, want := w.first <= int(seg) && int(seg) <= w.last, at >= spans[i].Lo; got != want {
				t.Errorf("%d lies in %v: %t", at, spans[i], got)
			}
		}
	}
}
