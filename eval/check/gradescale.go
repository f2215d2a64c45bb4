package check

import (
	"errors"
	"fmt"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/grades"
)

func (c *checker) grades(clauses []*dsl.Grade) grades.Scale {
	var bands []grades.Band
	whole := true
	for _, g := range clauses {
		band := grades.Band{Name: g.Name.Value}
		number := func(n *dsl.Number) int64 {
			v, ok := c.integer(n)
			whole = whole && ok
			return v
		}
		switch {
		case g.Below != nil:
			band = grades.Below(band.Name, number(g.Below))
		case g.To != nil:
			band = grades.Between(band.Name, number(g.From), number(g.To))
		default:
			band = grades.AtLeast(band.Name, number(g.From))
		}
		whole = whole && !g.Name.Bad
		bands = append(bands, band)
	}
	if !whole {
		return grades.Scale{} // without one of them, the others would seem to have a gap
	}
	scale, err := grades.NewScale(bands...)
	problems, _ := errors.AsType[grades.Error](err)
	for _, p := range problems {
		d := c.problem(clauses[p.Band].Span, CodeGrades, "%s", p.Summary)
		d.Help = correction(bands, p)
		if p.Other >= 0 {
			d.Related = []dsl.Related{{Summary: "the other grade is here", File: c.file.Name, Span: clauses[p.Other].Span}}
		}
	}
	return scale
}

// correction returns how to correct a gap between two grades, an overlap, or bounds out
// of order, or "" if it does not know.
func correction(bands []grades.Band, p grades.Problem) string {
	low := bands[p.Band]
	if low.From > low.To {
		if low.From == 0 && low.To == -1 { // grades.Below of the smallest number
			return ""
		}
		return fmt.Sprintf("write from %d to %d", low.To, low.From)
	}
	if p.Other < 0 || bands[p.Other].Name == low.Name {
		return ""
	}
	high := bands[p.Other]
	if low.From > high.From {
		low, high = high, low
	}
	if low.To >= high.To { // one contains the other
		return ""
	}
	return fmt.Sprintf("let %q begin at %d", high.Name, low.To+1)
}
