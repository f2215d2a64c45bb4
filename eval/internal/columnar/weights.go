package columnar

import (
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse/columns"
)

// fewSpans is the greatest number of spans of check.Without for which a timeline is made.
// Above it, finding the age of the newest record takes less time.
const fewSpans = 64

// setWeights makes a timeline for each aging of the plan as of an instant, or none for
// check.Without with very many spans.
func (x *Executor) setWeights(asOf time.Time) {
	agings := x.plan.Agings
	if x.weights == nil {
		x.weights = make([]*timeline, len(agings))
	}
	for i := range agings {
		a := &agings[i]
		if a.Kind == check.Without && a.Steps > fewSpans {
			continue
		}
		if x.weights[i] == nil {
			x.weights[i] = new(timeline)
		} else if x.weights[i].moveWeights(a, asOf.UnixMicro()) {
			continue
		}
		x.edges = a.Edges(asOf, a.Zone, x.edges[:0])
		x.weights[i].weigh(a, asOf, x.edges)
	}
}

// weigh cuts time at the edges of an aging as of an instant. The points of a segment are
// the weight of the occurrences in it.
func (t *timeline) weigh(a *plan.Aging, asOf time.Time, edges []int64) {
	t.asOf = asOf.UnixMicro()
	t.segments = append(t.segments[:0], segment{cut: t.asOf + 1})
	for k, edge := range edges {
		t.segments = append(t.segments, segment{cut: edge, points: int64(a.Weight(k))})
		if edge == columns.NoTime { // nothing is older
			break
		}
	}
	if t.segments[len(t.segments)-1].cut != columns.NoTime {
		t.segments = append(t.segments, segment{cut: columns.NoTime, points: int64(a.Weight(len(edges)))})
	}
	t.fillBuckets()
}

// moveWeights is weigh for the aging of the timeline as of a later instant, if all edges
// move by as much as the instant does. Otherwise it changes nothing and returns false.
func (t *timeline) moveWeights(a *plan.Aging, asOf int64) bool {
	// There is a segment before each edge, one after them, and one of no Timestamp: all
	// edges are instants that a record can have, and later ones are, too.
	return asOf >= t.asOf && len(t.segments) == a.Steps+2 && a.Steady() && t.moveAll(asOf)
}

// weight returns the weight of an occurrence that is not later than as of.
func (t *timeline) weight(at int64) uint64 {
	s, _ := t.segment(at)
	return uint64(s.points)
}
