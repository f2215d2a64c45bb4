package modeldiff

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/internal/shown"
)

// An Outcome is the result of a model for a lead. All but Status is meaningful only if
// Status is [leadscore.Scored].
type Outcome struct {
	Status     leadscore.Status `json:"status"`
	Score      int64            `json:"score"`
	Grade      string           `json:"grade"`                // "" if the score is outside all grades
	Dimensions eval.Dimensions  `json:"dimensions,omitempty"` // in the order of the rules
	Label      string           `json:"label,omitempty"`      // "" if there is none
	SalesReady bool             `json:"sales_ready"`
}

func outcomeOf(r *leadscore.Result) Outcome {
	label, _ := r.Label()
	return Outcome{r.Status, r.Score, r.Grade, r.Dimensions(), label, r.SalesReady}
}

// String returns the outcome on one line, such as "70 Hot, sales ready" or
// "92, label A1, Fit 40 A, Engagement 52 1".
func (o Outcome) String() string {
	if o.Status != leadscore.Scored {
		return o.Status.String()
	}
	graded := func(score int64, grade string) string {
		if grade == "" {
			return fmt.Sprint(score)
		}
		return fmt.Sprint(score) + " " + shown.Printable(grade)
	}
	text := graded(o.Score, o.Grade)
	if o.Label != "" {
		text += ", label " + shown.Printable(o.Label)
	}
	for _, d := range o.Dimensions {
		text += ", " + shown.Printable(d.Name) + " " + graded(d.Score, d.Grade)
	}
	if o.SalesReady {
		text += ", sales ready"
	}
	return text
}

// Equal reports whether o and p are equal, whatever the order of their dimensions. A
// dimension that one of them lacks is like one with a score of 0 and no grade. Package
// go-cmp uses it.
func (o Outcome) Equal(p Outcome) bool {
	if o.Score != p.Score {
		return false
	}
	for _, d := range dimensionMoves(o, p) {
		if d.from.Score != d.to.Score {
			return false
		}
	}
	return !o.regraded(p)
}

// regraded reports whether o and p differ in more than scores.
func (o Outcome) regraded(p Outcome) bool {
	return o.Status != p.Status || o.Grade != p.Grade || o.Label != p.Label || o.SalesReady != p.SalesReady ||
		slices.ContainsFunc(dimensionMoves(o, p), func(d dimensionMove) bool { return d.from.Grade != d.to.Grade })
}

// A dimensionMove is a dimension of two outcomes.
type dimensionMove struct {
	name     string
	from, to eval.Dimension // the zero Dimension if it has none
}

// dimensionMoves returns the dimensions of two outcomes.
func dimensionMoves(from, to Outcome) []dimensionMove {
	var moves []dimensionMove
	find := func(list eval.Dimensions, name string) eval.Dimension {
		if i := slices.IndexFunc(list, func(d eval.Dimension) bool { return d.Name == name }); i >= 0 {
			return list[i]
		}
		return eval.Dimension{}
	}
	for _, d := range to.Dimensions {
		moves = append(moves, dimensionMove{d.Name, find(from.Dimensions, d.Name), d})
	}
	for _, d := range from.Dimensions {
		if find(to.Dimensions, d.Name).Name == "" {
			moves = append(moves, dimensionMove{d.Name, d, eval.Dimension{}})
		}
	}
	return moves
}
