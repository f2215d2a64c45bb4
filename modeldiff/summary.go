package modeldiff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/shown"
)

// A Summary counts the differences that [Leads] yields. The zero Summary has counted
// nothing.
type Summary struct {
	Leads   int               `json:"leads"`              // leads that were compared
	Differ  int               `json:"differ"`             // leads with a result that differs
	Gained  int               `json:"sales_ready_gained"` // results that became sales ready
	Lost    int               `json:"sales_ready_lost"`   // results that are no longer sales ready
	Changed int               `json:"changed"`            // results with another status, grade or sales-ready state
	Grades  map[GradeMove]int `json:"-"`                  // results with another grade
}

// A GradeMove is a change from one grade to another. "" means no grade.
type GradeMove struct{ From, To string }

// Add counts one lead.
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
				s.Grades = map[GradeMove]int{}
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
	moves := make([]GradeMove, 0, len(s.Grades))
	for m := range s.Grades {
		moves = append(moves, m)
	}
	slices.SortFunc(moves, func(a, b GradeMove) int {
		return cmp.Or(cmp.Compare(s.Grades[b], s.Grades[a]), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	for _, m := range moves {
		fmt.Fprintf(&b, "  grade %s to %s: %d\n", gradeName(m.From), gradeName(m.To), s.Grades[m])
	}
	return b.String()
}

func gradeName(name string) string { return cmp.Or(shown.Printable(name), "none") }
