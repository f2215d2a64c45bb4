package leadscore

import (
	"fmt"
	"time"

	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/internal/calendar"
)

// Numbers are what a model gives to a lead, worked out elsewhere: in a database, by a statement of
// package pushdown. Score, SalesReady and Dimensions mean something only if Status is [Scored].
type Numbers struct {
	Status     Status
	Score      int64 // clamped to 64 bits
	SalesReady bool
	Dimensions []Dimension // in the order of the rules, with score and grade

	// Counted, if it is not nil, is what each condition has counted, in the order of
	// [Result.Contributions]; for a lead that is not in the audience, what the audience has, alone;
	// and otherwise it is empty.
	Counted []Counted
}

// Counted is what a condition has counted for a lead. Its fields are Counts, by child, Weights and Values.
// See package eval.
type Counted = eval.Counted

// ResultOf returns the result that m gives to a lead as of an instant, for numbers that were
// worked out elsewhere: that of [Model.Score] without [Explain], or with n.Counted that with
// [Explain] of no records. Grades and the label follow from the scores. It fails if what was
// counted is not what the conditions of the model count, or has another score.
func (m *Model) ResultOf(lead string, asOf time.Time, n Numbers) (Result, error) {
	asOf = time.UnixMicro(asOf.UnixMicro())
	local := calendar.Local(asOf, m.checked.Zone)
	r := Result{Model: m.checked.Name, Lead: lead, moment: &moment{asOf: local}, Status: n.Status}
	program, at := m.alone().program(0)
	if n.Status == Scored {
		r.Score = n.Score
	}
	structured := program.Structured(at)
	switch status := n.Status.ofEngine(); {
	case n.Counted != nil && status != 0:
		out, err := program.Explained(at, status, asOf, n.Counted)
		if err == nil && out.Score != r.Score {
			err = fmt.Errorf("the score is %d, and the counts give %d", r.Score, out.Score)
		}
		if err != nil {
			return Result{}, fmt.Errorf("leadscore: model %q, lead %q: %w", m.checked.Name, lead, err)
		}
		r.explained = out.Explained
	case structured && n.Status == Scored:
		r.explained = program.Numbers(at, n.Score, n.SalesReady, func(i int) (int64, bool) {
			if i >= len(n.Dimensions) {
				return 0, false
			}
			d := n.Dimensions[i]
			return d.Score, d.Grade != "" // without a grade, the season makes no difference
		})
	}
	switch {
	case n.Status != Scored:
	case structured:
		r.Grade, r.SalesReady = r.explained.Grade()
	default:
		r.Grade, _ = m.checked.Grades.Grade(r.Score)
		r.SalesReady = m.checked.SalesReady.Ready(r.Score)
	}
	return r, nil
}

// ofEngine returns the status of the engine, or 0 if it has no such status.
func (s Status) ofEngine() eval.Status {
	for e := eval.Scored; e <= eval.NotChosen; e++ {
		if statusOf(e) == s {
			return e
		}
	}
	return 0
}
