package plan

import (
	"fmt"
	"strings"

	"github.com/leadscore/leadscore/bench/internal/rules"
)

// A Formula writes the points of conditions as expressions over what children count.
type Formula struct {
	And, Or           string
	Min, Max, Rounded string // names of functions
	Holds             func(c *rules.Child) string
	Times             func(c *rules.Child) string // the count, or the sum of weights
	Season            func(s rules.Season) string
	Row               func(value string, t *rules.Table, r *rules.Row) string
}

// Tests returns what must hold for a condition.
func (f *Formula) Tests(r *rules.Rule) []string {
	var tests []string
	if !r.Season.Always() {
		tests = append(tests, f.Season(r.Season))
	}
	for i := range r.Children {
		if c := &r.Children[i]; !c.Counts() && !c.Use.Weighs() {
			tests = append(tests, f.Holds(c))
		}
	}
	if len(r.Any) == 0 {
		return tests
	}
	var alternatives []string
	for _, children := range r.Any {
		var all []string
		for i := range children {
			all = append(all, f.Holds(&children[i]))
		}
		alternatives = append(alternatives, parens(strings.Join(all, " "+f.And+" "), len(all)))
	}
	return append(tests, parens(strings.Join(alternatives, " "+f.Or+" "), len(alternatives)))
}

// Points returns what a condition adds if it holds. At most one of its children counts.
func (f *Formula) Points(r *rules.Rule) string {
	points := fmt.Sprint(r.Points)
	for i := range r.Children {
		c := &r.Children[i]
		switch {
		case c.Use.Weighs():
			points = fmt.Sprintf("%s(%d * %s, %d)", f.Rounded, r.Points, f.Times(c), c.Use.Scale())
		case c.Counts():
			points = fmt.Sprintf("%d * %s", r.Points, f.Times(c))
		default:
			continue
		}
		break
	}
	switch {
	case r.Bound > 0:
		return fmt.Sprintf("%s(%s, %d)", f.Min, points, r.Bound)
	case r.Bound < 0:
		return fmt.Sprintf("%s(%s, %d)", f.Max, points, r.Bound)
	}
	return points
}

// Within returns a sum kept within a limit.
func (f *Formula) Within(l rules.Limit, sum string) string {
	if l == (rules.Limit{}) {
		return sum
	}
	return fmt.Sprintf("%s(%d, %s(%d, %s))", f.Max, l.From, f.Min, l.To, sum)
}

// Scale returns a dimension's score, or the sum of a group.
func (f *Formula) Scale(g *rules.Group, sum string) string {
	if g.OutOf > 0 {
		sum = fmt.Sprintf("%s(%d * %s, %d)", f.Rounded, g.OutOf, sum, g.Limit.To)
	}
	if g.Weight > 0 {
		sum = fmt.Sprintf("%s(%d * %s, 100)", f.Rounded, g.Weight, sum)
	}
	return sum
}

// Holding returns what a child asks of a count that is written already.
func Holding(c *rules.Child, n, and string) string {
	switch c.Frequency {
	case rules.None:
		return n + " == 0"
	case rules.AtMost:
		return fmt.Sprintf("%s <= %d", n, c.N)
	case rules.Exactly:
		return fmt.Sprintf("%s == %d", n, c.N)
	case rules.FromTo:
		return fmt.Sprintf("%s >= %d %s %s <= %d", n, c.N, and, n, c.Most)
	case rules.AtLeast:
		if c.Use.Kind != rules.Burst {
			return fmt.Sprintf("%s >= %d", n, c.N)
		}
	}
	return n + " > 0"
}

func parens(s string, parts int) string {
	if parts > 1 {
		return "(" + s + ")"
	}
	return s
}

// Shared returns the names of what passes over several kinds have seen.
func (p *Plan) Shared() []string {
	var all []string
	known := map[string]bool{}
	for _, pass := range p.Passes {
		for _, c := range pass.Counters {
			if c.Shared && !known[c.Seen] {
				known[c.Seen] = true
				all = append(all, c.Seen)
			}
		}
	}
	return all
}
