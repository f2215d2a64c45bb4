package engine

import (
	"fmt"
	"strings"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/handwritten"
	"github.com/leadscore/leadscore/bench/internal/plan"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// expressions writes the parts of a model for a language that has no statements.
//
// Such a language cannot say what decays, what lies close together, or what counts once
// per day. So, as people do, it is given functions that are written in Go: halved, lost
// and faded take an age and give a weight; distinct, perPeriod and burst take a list;
// spans says how long ago something was, and rounded divides.
type expressions struct {
	plan.Formula
	and string
	// Over the interactions of a kind that satisfy a test: how many there are, whether
	// there is one, and the sum, the greatest and the list of their values.
	count, any         func(kind, test string) string
	total, most, list  func(kind, test, value string) string
	concat             func(lists []string) string
	profile            func(c *rules.Child) string // whether a profile satisfies its filters
	field              func(name string) string    // of an interaction
	test               func(f *rules.Filter, field string) string
	let                func(name, value, body string) string
	quotient           string // %s and %d: of whole numbers
	absent, emptyValue string // there is no account; the test of a number that is empty
}

// newExpressions completes x.
func newExpressions(x *expressions) *expressions {
	x.Rounded = "rounded"
	x.Season = func(s rules.Season) string { return constantSeason(s, x.and) }
	x.Times, x.Holds, x.Row = x.times, x.holds, x.row
	return x
}

// record returns the test that an interaction counts.
func (x *expressions) record(c *rules.Child) string {
	tests := []string{fmt.Sprintf("%s >= %d", x.field("Time"), cutoff(c.Days))}
	if c.Until > 0 {
		tests = append(tests, fmt.Sprintf("%s <= %d", x.field("Time"), cutoff(c.Until)))
	}
	for i := range c.Filters {
		tests = append(tests, x.filter(&c.Filters[i], x.field))
	}
	return strings.Join(tests, " "+x.and+" ")
}

func (x *expressions) filter(f *rules.Filter, field func(string) string) string {
	switch f.Op {
	case rules.AnyOf:
		parts := make([]string, len(f.Parts))
		for i := range f.Parts {
			parts[i] = "(" + x.filter(&f.Parts[i], field) + ")"
		}
		return "(" + strings.Join(parts, " "+x.Or+" ") + ")"
	case rules.Not:
		return "!(" + x.filter(&f.Parts[0], field) + ")"
	}
	return x.test(f, field(f.Field))
}

// times returns the count of a child, or the sum of its weights.
func (x *expressions) times(c *rules.Child) string {
	test := x.record(c)
	u := c.Use
	age := fmt.Sprintf("%d - %s", cutoff(0), x.field("Time"))
	weights := x.total
	if u.One {
		weights = x.most
	}
	kind := c.Entity.Name
	switch u.Kind {
	case rules.PerField:
		return "distinct(" + x.all(c, x.field(u.Field)) + ")"
	case rules.PerPeriod:
		return fmt.Sprintf("perPeriod(%s, %d, %d)", x.all(c, x.field("Time")), u.N, u.Days)
	case rules.Newest:
		return fmt.Sprintf("spans(%s, %d)", x.most(kind, test, x.field("Time")), c.N)
	case rules.Halving:
		return weights(kind, test, fmt.Sprintf("halved(%s, %d)", age, u.Days))
	case rules.Losing:
		return weights(kind, test, fmt.Sprintf("lost(%s, %d, %d)", age, u.Days, u.N))
	case rules.Fading:
		return weights(kind, test, fmt.Sprintf("faded(%s, %d)", age, u.N))
	}
	var counts []string
	for _, e := range c.Kinds() {
		counts = append(counts, x.count(e.Name, test))
	}
	sum := strings.Join(counts, " + ")
	if len(counts) > 1 {
		sum = "(" + sum + ")"
	}
	if c.Frequency == rules.Every {
		return fmt.Sprintf(x.quotient, sum, c.N)
	}
	return sum
}

// all returns a list of what all interactions that count have in a field.
func (x *expressions) all(c *rules.Child, value string) string {
	var lists []string
	for _, e := range c.Kinds() {
		lists = append(lists, x.list(e.Name, x.record(c), value))
	}
	if len(lists) == 1 {
		return lists[0]
	}
	return x.concat(lists)
}

func (x *expressions) holds(c *rules.Child) string {
	switch {
	case c.Profile():
		return x.profile(c)
	case c.Use.Kind == rules.Burst:
		return fmt.Sprintf("burst(%s, %d, %d)", x.all(c, x.field("Time")), c.Use.N, c.Use.Days)
	case c.Use.Kind == rules.Plain && c.Or == nil && c.Frequency == rules.Has:
		return x.any(c.Entity.Name, x.record(c))
	case c.Use.Kind == rules.Plain && c.Or == nil && c.Frequency == rules.None:
		return "!(" + x.any(c.Entity.Name, x.record(c)) + ")"
	case c.Frequency == rules.FromTo:
		return x.let("n", x.times(c), plan.Holding(c, "n", x.and))
	}
	return plan.Holding(c, x.times(c), x.and)
}

func (x *expressions) row(value string, t *rules.Table, r *rules.Row) string {
	switch {
	case t.Number != nil:
		return plan.Range(r, value, x.and, rules.Decimal)
	case r.Texts != nil:
		return x.test(&rules.Filter{Op: rules.In, Texts: r.Texts}, value)
	case r.Empty() && t.Entity.Field(t.Field).Type == crm.Number:
		return fmt.Sprintf(x.emptyValue, value)
	case r.Empty():
		return value + ` == ""`
	case r.From == 0:
		// An empty number may be less than all others.
		return value + " >= 0.0 " + x.and + " " + plan.Range(r, value, x.and, exprNumber)
	}
	return plan.Range(r, value, x.and, exprNumber)
}

// part returns what a part of the model adds.
func (x *expressions) part(part rules.Part) string {
	switch p := part.(type) {
	case *rules.Rule:
		return x.when(x.Tests(p), x.Points(p))
	case *rules.Group:
		var terms []string
		for _, part := range p.Parts {
			terms = append(terms, x.part(part))
		}
		sum := x.Scale(p, x.Within(p.Limit, strings.Join(terms, " +\n")))
		if p.Season.Always() {
			return sum
		}
		return x.when([]string{x.Season(p.Season)}, sum)
	case *rules.Tiers:
		text := "0"
		for i := len(p.Rules) - 1; i >= 0; i-- {
			text = fmt.Sprintf("(%s ? %d : %s)", strings.Join(x.Tests(p.Rules[i]), " "+x.and+" "), p.Rules[i].Points, text)
		}
		return text
	case *rules.Table:
		return x.table(p)
	}
	panic(fmt.Sprintf("a part of type %T", part))
}

func (x *expressions) when(tests []string, points string) string {
	if len(tests) == 0 {
		return points
	}
	return fmt.Sprintf("(%s ? %s : 0)", strings.Join(tests, " "+x.and+" "), points)
}

func (x *expressions) table(t *rules.Table) string {
	value := "value"
	if t.Number != nil {
		value = "n"
	}
	text := fmt.Sprint(t.Otherwise)
	for i := len(t.Rows) - 1; i >= 0; i-- {
		text = fmt.Sprintf("(%s ? %d : %s)", x.row(value, t, &t.Rows[i]), t.Rows[i].Score, text)
	}
	if t.Number != nil {
		return x.let(value, x.times(t.Number), text)
	}
	text = x.let(value, t.Entity.Name+"."+t.Field, text)
	if t.Entity == crm.Account {
		return fmt.Sprintf("(%s ? %d : %s)", x.absent, t.Missing(), text)
	}
	return text
}

// distinct returns how many different values there are.
func distinct(values []string) int {
	var seen handwritten.Seen
	n := 0
	for _, v := range values {
		if seen.Add(v) {
			n++
		}
	}
	return n
}

// perPeriod counts instants, newest first, but at most n for each day or week.
func perPeriod(times []int64, n, days int) int {
	count, used, last := 0, 0, int64(-1)
	for _, t := range times {
		p := t / crm.DayMicros
		if days == 7 {
			p = (t + 3*crm.DayMicros) / (7 * crm.DayMicros)
		}
		if p != last {
			last, used = p, 0
		}
		if used < n {
			used++
			count++
		}
	}
	return count
}

// burst reports whether n instants, newest first, lie within some days of each other.
func burst(times []int64, n, days int) bool {
	for i := n - 1; i < len(times); i++ {
		if times[i-n+1]-times[i] <= int64(days)*crm.DayMicros {
			return true
		}
	}
	return false
}
