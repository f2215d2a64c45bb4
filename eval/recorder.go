package eval

import (
	"github.com/leadscore/leadscore/eval/internal/columnar"
	"github.com/leadscore/leadscore/eval/internal/plan"
)

// A recorder keeps the counts of leads for explanations. These stay valid, so its
// memory is never used again; a piece of it serves several leads.
type recorder struct {
	counts       [plan.Targets][]uint32 // of the lead at hand, by target
	room         []uint32
	explanations []recorded
}

// A recorded is an explanation of counts, with its details.
type recorded struct {
	explanation Explanation
	details     details
}

const (
	recorderCounts       = 4 << 10 // counts of one piece of memory
	recorderExplanations = 64
)

// recorder returns a recorder, or nil if the plan is for scores alone.
func (c *columnPlan) recorder() *recorder {
	if c.planned().columns.Explained == nil {
		return nil
	}
	if r, ok := c.recorders.Get().(*recorder); ok {
		return r
	}
	return new(recorder)
}

// putRecorder takes a recorder back, which may be nil.
func (c *columnPlan) putRecorder(r *recorder) {
	if r != nil {
		c.recorders.Put(r)
	}
}

// begin records the counts of the lead that was scored last.
func (r *recorder) begin(x *columnar.Executor, kind plan.LeadKind) {
	if r == nil {
		return
	}
	for target := range r.counts {
		if !plan.LeadKind(target).Includes(kind) {
			continue
		}
		counts := x.Counts(plan.LeadKind(target))
		n := len(counts)
		if len(r.room) < n {
			r.room = make([]uint32, max(n, recorderCounts))
		}
		r.counts[target], r.room = r.room[:n:n], r.room[n:]
		for i, c := range counts {
			r.counts[target][i] = uint32(c) // Target.MaxRecords keeps it from overflowing
		}
	}
}

// explain returns what a model's conditions counted for the lead, or nil if the
// plan is for scores alone.
func (r *recorder) explain(x *columnar.Executor, m *plan.Model, i int) *Explanation {
	if r == nil {
		return nil
	}
	if len(r.explanations) == 0 {
		r.explanations = make([]recorded, recorderExplanations)
	}
	e := &r.explanations[0]
	r.explanations = r.explanations[1:]
	e.details = details{columns: x.Plan(), model: i, of: m, counts: r.counts[m.Target]}
	e.explanation.details = &e.details
	return &e.explanation
}
