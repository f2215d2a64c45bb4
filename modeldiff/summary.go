package modeldiff

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/shown"
)

// A Summary counts the differences that [Leads] yields. The zero Summary has counted
// nothing.
type Summary struct {
	Leads   int        `json:"leads"`              // leads that were compared
	Differ  int        `json:"differ"`             // leads with a result that differs
	Gained  int        `json:"sales_ready_gained"` // results that became sales ready
	Lost    int        `json:"sales_ready_lost"`   // results that are no longer sales ready
	Changed int        `json:"changed"`            // results that differ in more than scores
	Grades  GradeMoves `json:"grades"`             // results with another grade
	// Results with another status, another label, and another grade of a dimension, by the
	// new name of the dimension.
	Statuses   GradeMoves            `json:"statuses,omitempty"`
	Labels     GradeMoves            `json:"labels,omitempty"`
	Dimensions map[string]GradeMoves `json:"dimensions,omitempty"`
}

// A GradeMove is a change from one grade to another, or from one status or label to
// another. "" means no grade or label.
type GradeMove struct{ From, To string }

// add counts a change, unless both are the same.
func (g *GradeMoves) add(from, to string) {
	if from == to {
		return
	}
	if *g == nil {
		*g = GradeMoves{}
	}
	(*g)[GradeMove{from, to}]++
}

// GradeMoves counts how often each change of grade, or of status or label, occurred.
type GradeMoves map[GradeMove]int

// sorted returns the changes, the most frequent one first.
func (g GradeMoves) sorted() []GradeMove {
	return slices.SortedFunc(maps.Keys(g), func(a, b GradeMove) int {
		return cmp.Or(cmp.Compare(g[b], g[a]), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
}

// gradeMoveJSON is a [GradeMove] and its count in JSON.
type gradeMoveJSON struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Count int    `json:"count"`
}

// MarshalJSON returns a list of objects with from, to and count, in the order of
// [Summary.String]. The list is empty if g is nil.
func (g GradeMoves) MarshalJSON() ([]byte, error) {
	list := make([]gradeMoveJSON, 0, len(g))
	for _, m := range g.sorted() {
		list = append(list, gradeMoveJSON{m.From, m.To, g[m]})
	}
	return shown.JSON(list)
}

// UnmarshalJSON reads what [GradeMoves.MarshalJSON] returns. It fails if text is not
// such a list.
func (g *GradeMoves) UnmarshalJSON(text []byte) error {
	var list []gradeMoveJSON
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	*g = make(GradeMoves, len(list))
	for _, m := range list {
		(*g)[GradeMove{m.From, m.To}] += m.Count
	}
	return nil
}

// Add counts one lead. A lead that [Leads] yields with an error was not compared and
// must not be added.
func (s *Summary) Add(l Lead) {
	s.Leads++
	if l.Differs {
		s.Differ++
	}
	s.Changed += len(l.Changes)
	for _, c := range l.Changes {
		switch {
		case c.From.SalesReady && !c.To.SalesReady:
			s.Lost++
		case !c.From.SalesReady && c.To.SalesReady:
			s.Gained++
		}
		s.Grades.add(c.From.Grade, c.To.Grade)
		s.Statuses.add(c.From.Status.String(), c.To.Status.String())
		s.Labels.add(c.From.Label, c.To.Label)
		for _, d := range dimensionMoves(c.From, c.To) {
			moves := s.Dimensions[d.name]
			moves.add(d.from.Grade, d.to.Grade)
			if moves == nil {
				continue
			}
			if s.Dimensions == nil {
				s.Dimensions = map[string]GradeMoves{}
			}
			s.Dimensions[d.name] = moves
		}
	}
}

// String returns the counts as text, one per line. The most frequent change of status,
// of grade and of label comes first.
func (s Summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d leads score differently\n", s.Differ, s.Leads)
	fmt.Fprintf(&b, "  sales ready: %d more, %d no longer\n", s.Gained, s.Lost)
	list := func(what string, moves GradeMoves) {
		for _, m := range moves.sorted() {
			fmt.Fprintf(&b, "  %s %s to %s: %d\n", what, gradeName(m.From), gradeName(m.To), moves[m])
		}
	}
	list("status", s.Statuses)
	list("grade", s.Grades)
	list("label", s.Labels)
	for _, name := range slices.Sorted(maps.Keys(s.Dimensions)) {
		list(shown.Printable(name)+" grade", s.Dimensions[name])
	}
	return b.String()
}

func gradeName(name string) string { return cmp.Or(shown.Printable(name), "none") }
