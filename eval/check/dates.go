package check

import (
	"fmt"
	"strconv"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// maxSpan is the largest count of each unit: a hundred years.
var maxSpan = map[dsl.Unit]int64{
	dsl.Minutes: 52_596_000, dsl.Hours: 876_600, dsl.Days: 36_525,
	dsl.Weeks: 5_218, dsl.Months: 1_200, dsl.Years: 100,
}

func (c *checker) dateRange(model *Model, path traverse.Path, step int, r *dsl.Range) (Window, bool) {
	if step < 0 {
		at := path.Last().Entity
		d := c.problem(r.Span, CodeDateRange, "%s has no date of its own, so it cannot have a date range", at.Name())
		if path.Hops() > 0 {
			d.Summary = fmt.Sprintf("nothing on the path to %s has a date of its own, so it cannot have a date range", at.Name())
		}
		d.Help = fmt.Sprintf("test one of its dates after where, or declare `dated by` for %s in a schema block", at.Name())
		if expr := c.dateExpr(at, r); expr != "" {
			d.Help = fmt.Sprintf("write where %s, or declare `dated by` for %s in a schema block", expr, at.Name())
		}
		c.rangeAlone(model, r)
		return Window{}, false
	}
	days, what := datedBy(path, step)
	switch r.Kind {
	case dsl.WithinLast:
		if n, ok := c.timeSpan(r.Last, days, what); ok {
			return Window{Days: days, Lo: relative(-n, r.Last.Unit, 0), Hi: relative(0, r.Last.Unit, 0)}, true
		}
	case dsl.Since:
		if !r.From.Bad {
			return Window{Days: days, Lo: fixed(startOf(r.From, days, model.Zone))}, true
		}
	case dsl.Between:
		return c.between(model, r.From, r.To, days)
	case dsl.BetweenAgo:
		return c.betweenAgo(r.Last, r.Next, r.Span, days, what)
	}
	return Window{}, false
}

// datedBy reports whether a dated step of a path has a date, not a time, and then
// returns its name for messages.
func datedBy(path traverse.Path, step int) (days bool, what string) {
	field, _ := path[step].Entity.Dated()
	if field.Type != traverse.Date {
		return false, ""
	}
	return true, path[step].Entity.Name() + "." + field.Name
}

// dateExpr returns a date range in the form of an expression about the entity's
// first stored time, or "" if it has none.
func (c *checker) dateExpr(at *traverse.Entity, r *dsl.Range) string {
	for name := range at.FieldNames() {
		f, _ := at.Field(name)
		if f.Type != traverse.Time || f.Derived != traverse.Stored || c.file == nil {
			continue
		}
		text := brief(c.file.Text[r.Start.Offset:r.End.Offset])
		if r.Kind == dsl.Since {
			text = "on or after " + brief(r.From.Raw)
		}
		return (&dsl.Name{Text: name}).String() + " " + text
	}
	return ""
}

// rangeAlone checks a date range without its path, as far as that is possible.
func (c *checker) rangeAlone(model *Model, r *dsl.Range) {
	switch {
	case r == nil:
	case r.Kind == dsl.BetweenAgo:
		c.betweenAgo(r.Last, r.Next, r.Span, false, "")
	case r.Last != nil:
		c.timeSpan(r.Last, false, "")
	case r.To != nil:
		c.between(model, r.From, r.To, false)
	}
}

func relative(n int64, unit dsl.Unit, plus int64) Bound {
	return Bound{Kind: Relative, N: n, Unit: unit, Plus: plus}
}

func fixed(at int64) Bound { return Bound{Kind: Fixed, At: at} }

// timeSpan reads the count of a length of time. It reports one outside its limits,
// and minutes or hours for a date, which counts in days. what names the field.
func (c *checker) timeSpan(s *dsl.TimeSpan, days bool, what string) (int64, bool) {
	if s.Count.Bad {
		return 0, false
	}
	limit := maxSpan[s.Unit]
	n, err := strconv.ParseInt(s.Count.Text, 10, 64)
	if err != nil || n < 1 || n > limit {
		c.problem(s.Span, CodeTimeSpan, "%s %s is not a valid length of time; %s go from 1 to %d",
			brief(s.Count.Text), s.Unit, s.Unit, limit)
		return 0, false
	}
	if days && (s.Unit == dsl.Minutes || s.Unit == dsl.Hours) {
		d := c.problem(s.Span, CodeTimeSpan, "%s is a date: it counts in whole days, not in %s", what, s.Unit)
		d.Expected = []string{"days", "weeks", "months", "years"}
		return 0, false
	}
	return n, true
}

// between returns the window between two bounds. It reports bounds out of order.
func (c *checker) between(model *Model, from, to *dsl.Moment, days bool) (Window, bool) {
	if from.Bad || to.Bad {
		return Window{}, false
	}
	w, ordered := windowOf(model, from, to, days)
	if !ordered {
		d := c.problem(dsl.Span{Start: from.Start, End: to.End}, CodeBounds, "the bounds are out of order: %s is after %s", from.Raw, to.Raw)
		d.Help = fmt.Sprintf("write between %s and %s", to.Raw, from.Raw)
		return w, false
	}
	return w, true
}

// windowOf returns the window between two bounds, and whether they are in order.
func windowOf(model *Model, from, to *dsl.Moment, days bool) (w Window, ordered bool) {
	w = Window{Days: days, Lo: fixed(startOf(from, days, model.Zone)), Hi: fixed(endOf(to, days, model.Zone))}
	if !from.HasTime && !to.HasTime {
		// A day that the zone skipped is empty, but in order.
		return w, dayNumber(from) <= dayNumber(to)
	}
	return w, w.Lo.At <= w.Hi.At
}

// betweenAgo returns the window from as of − n to as of − m. It reports bounds out of
// order. whole is the place of `between N and M UNITS ago`.
func (c *checker) betweenAgo(n, m *dsl.TimeSpan, whole dsl.Span, days bool, what string) (Window, bool) {
	for _, bounds := range [][2]*dsl.TimeSpan{{m, n}, {n, m}} {
		now, other := bounds[0], bounds[1]
		if now.Count.Text != "0" || other.Count.Text == "0" || other.Count.Bad {
			continue
		}
		last := fmt.Sprintf("within last %s", &dsl.TimeSpan{Count: other.Count, Unit: other.Unit})
		d := c.problem(whole, CodeTimeSpan, "%s is as of itself", ago(now))
		d.Help = "write " + last
		d.Replace(last)
		return Window{}, false
	}
	earlier, ok := c.timeSpan(n, days, what)
	if !ok {
		return Window{}, false
	}
	later, ok := c.timeSpan(m, days, what)
	if !ok {
		return Window{}, false
	}
	switch {
	case earlier == later:
		d := c.problem(whole, CodeBounds, "both bounds are %s", ago(n))
		d.Help = fmt.Sprintf("write between %d and %d %s ago, for example", earlier+1, later, n.Unit)
		return Window{}, false
	case earlier < later:
		d := c.problem(whole, CodeBounds, "the bounds are out of order: %s is after %s", ago(n), ago(m))
		right := (&dsl.Range{Kind: dsl.BetweenAgo, Last: m, Next: n}).String()
		d.Help = "write " + right
		d.Replace(right)
		return Window{}, false
	}
	return Window{Days: days, Lo: relative(-earlier, n.Unit, 0), Hi: relative(-later, m.Unit, 0)}, true
}

func ago(s *dsl.TimeSpan) string { return s.String() + " ago" }
