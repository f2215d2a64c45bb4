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
	Changed int        `json:"changed"`            // results with another status, grade or sales-ready state
	Grades  GradeMoves `json:"grades"`             // results with another grade
}

// A GradeMove is a change from one grade to another. "" means no grade.
type GradeMove struct{ From, To string }

// GradeMoves counts how often each change of grade occurred.
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
		if c.From.Grade != c.To.Grade {
			if s.Grades == nil {
				s.Grades = GradeMoves{}
			}
			s.Grades[GradeMove{c.From.Grade, c.To.Grade}]++
		}
	}
}

// String returns the counts as text, one per line. The most frequent change of grade
// comes first.
func (s Summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d leads score differently\n", s.Differ, s.Leads)
	fmt.Fprintf(&b, "  sales ready: %d more, %d no longer\n", s.Gained, s.Lost)
	for _, m := range s.Grades.sorted() {
		fmt.Fprintf(&b, "  grade %s to %s: %d\n", gradeName(m.From), gradeName(m.To), s.Grades[m])
	}
	return b.String()
}

func gradeName(name string) string { return cmp.Or(shown.Printable(name), "none") }
