package engine

import (
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// cutoff returns the instant so many days before as of, in microseconds.
func cutoff(days int) int64 { return crm.AsOf.UnixMicro() - int64(days)*crm.DayMicros }

// A condition is how one rule counts, in the terms of an expression language:
// what must hold, and whose counts multiply the points.
type condition struct {
	tests, each []string
	points      int64
}

// conditionOf writes a rule's children with what a language has for them.
func conditionOf(r *rules.Rule, count, has, none func(c *rules.Child) string, atLeast func(c *rules.Child) string) condition {
	x := condition{points: r.Points}
	for i := range r.Children {
		c := &r.Children[i]
		switch c.Frequency {
		case rules.Each:
			x.each = append(x.each, count(c))
		case rules.Has:
			x.tests = append(x.tests, has(c))
		case rules.None:
			x.tests = append(x.tests, none(c))
		case rules.AtLeast:
			x.tests = append(x.tests, atLeast(c))
		}
	}
	return x
}
