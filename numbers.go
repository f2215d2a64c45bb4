package leadscore

import (
	"time"

	"github.com/leadscore/leadscore/internal/calendar"
)

// Numbers are what a model gives to a lead, worked out elsewhere: in a database, by a statement of
// package pushdown. Those after Status mean something only if that is [Scored].
type Numbers struct {
	Status     Status
	Score      int64 // clamped to 64 bits
	SalesReady bool
	Dimensions []Dimension // in the order of the rules, with score and grade
}

// ResultOf returns the result that m gives to a lead as of an instant, for numbers that were
// worked out elsewhere: that of [Model.Score] without [Explain], if the numbers are those of the
// model. Grades and the label follow from the scores.
func (m *Model) ResultOf(lead string, asOf time.Time, n Numbers) Result {
	local := calendar.Local(time.UnixMicro(asOf.UnixMicro()), m.checked.Zone)
	r := Result{Model: m.checked.Name, Lead: lead, moment: &moment{asOf: local}, Status: n.Status}
	if n.Status != Scored {
		return r
	}
	r.Score = n.Score
	if program, at := m.alone().program(0); program.Structured(at) {
		r.explained = program.Numbers(at, n.Score, n.SalesReady, func(i int) (int64, bool) {
			if i >= len(n.Dimensions) {
				return 0, false
			}
			d := n.Dimensions[i]
			return d.Score, d.Grade != "" // without a grade, the season makes no difference
		})
		r.Grade, r.SalesReady = r.explained.Grade()
		return r
	}
	r.Grade, _ = m.checked.Grades.Grade(r.Score)
	r.SalesReady = m.checked.SalesReady.Ready(r.Score)
	return r
}
