package eval

// This file lets lanes tell what each condition counted, for little more than its
// score costs: the counts of a lead are copied, and what they mean is worked out
// when somebody asks.

// leftToWalker stands in columnPlan.told for a condition that is not in a lane.
const leftToWalker = -1

// A tally hands out memory for explanations. They stay valid, so it is never used
// again; a piece of it serves several leads.
type tally struct {
	counts       []uint32 // of the lead at hand
	room         []uint32
	explanations []Explanation
}

const (
	tallyCounts       = 4 << 10 // counts of one piece of memory
	tallyExplanations = 64
)

// take takes the counts of a lead.
func (t *tally) take(counts []uint64) {
	if len(t.room) < len(counts) {
		t.room = make([]uint32, max(len(counts), tallyCounts))
	}
	n := len(counts)
	t.counts, t.room = t.room[:n:n], t.room[n:]
	for i, c := range counts {
		t.counts[i] = uint32(c) // lane.most keeps it from overflowing
	}
}

// explain returns what a model's conditions counted for the lead at hand, or nil
// if the plan does not tell.
func (d *desk) explain(model int) *Explanation {
	if d.plan.told == nil {
		return nil
	}
	t := &d.tally
	if len(t.explanations) == 0 {
		t.explanations = make([]Explanation, tallyExplanations)
	}
	e := &t.explanations[0]
	t.explanations = t.explanations[1:]
	*e = Explanation{
		model: d.program.models[model], told: d.plan.told[model],
		joints: d.plan.lanes[d.plan.targets[model]].joints, counts: t.counts,
	}
	return e
}
