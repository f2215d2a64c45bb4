package findings

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// Scores are the scores that a model can give.
type Scores struct {
	// Least and Greatest are the smallest and the largest score. They are
	// [math.MinInt64] and [math.MaxInt64] if counts have no limit.
	Least, Greatest int64
	// Falling and Rising hold the names of the conditions that can take away or add
	// any number of points, in the order of the rules.
	Falling, Rising []string
}

// Range returns bounds of the scores that a model can give to a lead, whatever the
// data. It looks at conditions one by one, so the model need not reach the bounds or
// every score between them. For a model that was checked with an error it returns
// the bounds of all scores. Range may run concurrently.
func Range(m *check.Model) Scores {
	if !whole(m) {
		return Scores{Least: math.MinInt64, Greatest: math.MaxInt64}
	}
	return rangeOf(m, prepare(m, &judge{left: most}), nil)
}

// rangeOf returns the scores that a model can give. seen, if it is not nil, is called
// with what the model's groups and dimensions and the model itself hold, before their
// limits.
func rangeOf(m *check.Model, conditions []*condition, seen func(check.Part, reach)) Scores {
	if m.Parts != nil {
		s := &summer{conditions: conditions, seen: seen}
		sum := s.limited(nil, m.Parts, m.Limit)
		return Scores{Least: sum.lo, Greatest: sum.hi, Falling: unrepeated(sum.falling), Rising: unrepeated(sum.rising)}
	}
	var s Scores // no model has so many conditions that a sum of their points needs more than 64 bits
	for _, c := range conditions {
		if c.never {
			continue
		}
		award := points.AwardOf(c.Condition, nil)
		low, high := award.Worth(c.multiplier.Least), award.Worth(c.multiplier.Greatest)
		switch {
		case !c.multiplier.Unbounded:
		case c.Points < 0:
			high = low // the other end has no limit: see below
			s.Falling = append(s.Falling, c.Name)
		default:
			high = low
			s.Rising = append(s.Rising, c.Name)
		}
		s.Least += min(low.Clamp(), high.Clamp())
		s.Greatest += max(low.Clamp(), high.Clamp())
	}
	if len(s.Falling) > 0 {
		s.Least = math.MinInt64
	}
	if len(s.Rising) > 0 {
		s.Greatest = math.MaxInt64
	}
	return s
}

// String returns the scores for people, such as "from -20 to 45" or "of 0 only".
func (s Scores) String() string {
	down, up := number(s.Least), number(s.Greatest)
	switch {
	case s.Least == math.MinInt64 && s.Greatest == math.MaxInt64:
		return "without limits"
	case s.Least == math.MinInt64:
		return "of " + up + " or less"
	case s.Greatest == math.MaxInt64:
		return "of " + down + " or more"
	case s.Least == s.Greatest:
		return "of " + down + " only"
	}
	return "from " + down + " to " + up
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// scores reports what is odd about the grades, the sales-ready score and the model
// as a whole.
func (f *finder) scores(conditions []*condition) {
	if len(conditions) == 0 {
		return // the model is still to be written
	}
	s := rangeOf(f.model, conditions, f.limit)
	name := f.model.Source.Name.Span
	f.grades("the model", f.model.Source.Clauses, f.model.Grades, s)
	graded := f.dimensions(conditions)
	for range f.model.Grades.Bands() {
		graded = true
	}
	span := name
	for _, clause := range f.model.Source.Clauses {
		if c, ok := clause.(*dsl.SalesReady); ok {
			span = c.Span
		}
	}
	at, ready := f.model.SalesReady.At()
	if f.model.Decision != nil {
		f.decision(conditions, s, span)
	}
	if ready {
		switch {
		case at > s.Greatest:
			f.warn(CodeReadyNever, span, "no lead becomes sales ready: the model gives scores %s", s)
		case at <= s.Least:
			f.warn(CodeReadyAlways, span, "every lead becomes sales ready: the model gives scores %s", s)
		}
	}
	if !graded && !ready && f.model.Decision == nil {
		d := f.report(dsl.Advice, CodeNoOutcome, name, "the model has neither grades nor a sales-ready score")
		d.Help = "without them sales cannot tell what a score means"
	}
	const several = 3
	positive := true
	for _, c := range conditions {
		positive = positive && c.Points >= 0 && !fades(c)
	}
	if positive && len(conditions) >= several {
		d := f.report(dsl.Advice, CodeOnlyUp, name, "no condition takes points away: a score never shows that a lead has lost interest")
		d.Help = "add a condition such as none EmailOpened within last 90 days, with a negative score"
	}
	for _, c := range conditions {
		if c.multiplier.Unbounded {
			f.endless(c)
		}
	}
	d := f.report(dsl.Advice, CodeScores, name, "the model gives scores %s", s)
	var why []string
	if len(s.Falling) > 0 {
		why = append(why, "reduced by "+list(s.Falling))
	}
	if len(s.Rising) > 0 {
		why = append(why, "increased by "+list(s.Rising))
	}
	if len(why) > 0 {
		d.Summary += "; " + strings.Join(why, ", ") + " any number of times"
	}
}

func list(names []string) string {
	const few = 5
	quoted := make([]string, 0, few)
	for _, n := range names[:min(few, len(names))] {
		quoted = append(quoted, brief(strconv.Quote(n)))
	}
	text := strings.Join(quoted, ", ")
	if more := len(names) - few; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// fades reports whether what a condition adds falls with time.
func fades(c *condition) bool {
	return slices.ContainsFunc(c.Children, func(ch check.Child) bool { return ch.Aging != nil })
}

// unrepeated returns the texts of a list in their order, each once.
func unrepeated(list []string) []string {
	var once []string
	for _, s := range list {
		if !slices.Contains(once, s) {
			once = append(once, s)
		}
	}
	return once
}

// grades reports grades of a model or dimension, whom, that no score reaches, and
// scores without a grade.
func (f *finder) grades(whom string, of []dsl.Clause, scale grades.Scale, s Scores) {
	clauses := map[string]*dsl.Grade{}
	for _, clause := range of {
		if g, ok := clause.(*dsl.Grade); ok {
			clauses[g.Name.Value] = g
		}
	}
	first := true
	var lowest, highest int64
	var lowestName, highestName string
	for b := range scale.Bands() {
		if b.To < s.Least || b.From > s.Greatest {
			f.warn(CodeGrade, clauses[b.Name].Span, "no lead gets grade %s: %s gives scores %s", brief(clauses[b.Name].Name.Raw), whom, s)
		}
		if first {
			lowest, lowestName, first = b.From, b.Name, false
		}
		highest, highestName = b.To, b.Name
	}
	if first {
		return
	}
	if s.Least < lowest {
		d := f.report(dsl.Advice, CodeUngraded, clauses[lowestName].Span, "scores below %d have no grade, and %s gives scores %s", lowest, whom, s)
		d.Help = fmt.Sprintf("add a grade below %d", lowest)
	}
	if s.Greatest > highest {
		d := f.report(dsl.Advice, CodeUngraded, clauses[highestName].Span, "scores above %d have no grade, and %s gives scores %s", highest, whom, s)
		d.Help = fmt.Sprintf("add a grade from %d", highest+1)
	}
}

// endless advises against counting interactions of any age.
func (f *finder) endless(c *condition) {
	if c.Bound != 0 {
		return // what it adds ends there
	}
	var ends []*child
	for _, ch := range c.children {
		if !ch.Each {
			continue
		}
		if ch.Path[0].Entity.Kind() != traverse.Interaction {
			return
		}
		for _, r := range ch.refs {
			for _, e := range r.exprs {
				if w, ok := e.predicate.(check.InWindow); ok && w.Window.Lo.Kind != check.Open {
					return
				}
			}
		}
		ends = append(ends, ch)
	}
	for _, ch := range ends {
		d := f.report(dsl.Advice, CodeEndless, ch.Source.Span, "this child counts interactions of any age: those of years ago as much as today's")
		d.Help = "add a date range such as within last 90 days, if only recent ones matter"
	}
}
