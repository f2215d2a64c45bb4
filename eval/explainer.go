package eval

import (
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/eval/internal/walk"
	"github.com/leadscore/leadscore/internal/calendar"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// An explainer explains conditions by counting routes.
type explainer struct {
	occurrences int // the most records that are listed for a condition
	nearMisses  bool
	asOf        time.Time
}

// condition evaluates all children of a condition and lists what they counted. The
// multiplier and the score are still to be set. It appends what the condition counts to
// counts: see [points.Program].
func (e *explainer) condition(w *walk.Walker, c *plan.Condition, l *fetch.Lead, counts []points.Count) (Contribution, []points.Count) {
	out := contributionOf(c)
	room := e.occurrences
	for i := range c.Children {
		ch, frequency := &c.Children[i], c.Award.Children[i]
		var n points.Count
		var list []Occurrence
		var next time.Time
		if e.occurrences == 0 {
			n = w.Count(ch, l)
		} else {
			var all []walk.Occurrence
			n, all = w.Occurrences(ch, l)
			list = occurrencesOf(ch, all[:min(room, len(all))], e.asOf)
			room -= len(list)
			next = nextStep(ch, all, e.asOf)
		}
		counted := n
		if points.Decays(ch.Checked) {
			counted = w.Weigh(ch, l)
		}
		counts = append(counts, counted)
		result := out.child(c, i, n, counted)
		result.Occurrences, result.Next = list, next
		tooFew, same := frequency.TooFew(n), inSame(c, i)
		if e.nearMisses && !same && !ch.Checked.None() && (ch.Checked.Aging == nil || !ch.Checked.Aging.Newest) {
			if full, ok := w.Full(ch, l); ok {
				result.Full = fullOf(ch, full)
			}
		}
		if e.nearMisses && tooFew {
			result.Nearest = unmetOf(ch, w.Nearest(ch, l))
		}
		if e.nearMisses && (n.IsZero() || tooFew) {
			result.Missing = missingOf(ch, w.Missing(ch, l))
		}
	}
	return out, countSames(counts, w, c, l)
}

// contributionOf returns the contribution of a condition, without children, multiplier and score.
func contributionOf(c *plan.Condition) Contribution {
	out := Contribution{Condition: c.Name, Points: c.Award.Points, Bound: c.Checked.Bound, Children: make([]ChildResult, 0, len(c.Children))}
	if c.Checked.Row != nil {
		out.Row = rowText(c.Checked.Row)
	}
	return out
}

// child adds the i-th child of a condition, which counts n, and with a decay weighs counted. Without
// one that is n, too.
func (c *Contribution) child(of *plan.Condition, i int, n, counted points.Count) *ChildResult {
	ch, frequency := &of.Children[i], of.Award.Children[i]
	c.add(ch, n, frequency.Holds(counted))
	result := &c.Children[i]
	if points.Decays(ch.Checked) {
		result.Weight = points.Fraction{Count: counted, Of: ch.Checked.Aging.Scale()}.Rat().RatString()
	}
	if !inSame(of, i) {
		result.TooMany = frequency.TooMany(n).Clamp()
	}
	return result
}

// countSames appends what the same blocks of a condition count.
func countSames(counts []points.Count, w *walk.Walker, c *plan.Condition, l *fetch.Lead) []points.Count {
	for i := range c.Sames {
		counts = append(counts, w.Same(c, &c.Sames[i], l))
	}
	return counts
}

// nextStep returns when the first of some occurrences gets older, or the newest if that
// alone counts: the last instant as of which none has, or the zero time.
func nextStep(ch *plan.Child, list []walk.Occurrence, asOf time.Time) time.Time {
	a := ch.Checked.Aging
	if a == nil {
		return time.Time{}
	}
	first := map[int]int64{} // by age the date of the oldest, which gets older first
	for _, o := range list {
		if !o.Record.Dated {
			continue
		}
		if a.Newest {
			clear(first) // the list ends with the newest
		}
		if at, ok := first[o.Age]; !ok || o.Record.When < at {
			first[o.Age] = o.Record.When
		}
	}
	var next time.Time
	for _, at := range first {
		if until, ok := a.Until(asOf, ch.Model.Checked.Zone, at); ok && (next.IsZero() || until.Before(next)) {
			next = until
		}
	}
	if next.IsZero() {
		return next
	}
	return calendar.Local(next, ch.Model.Checked.Zone)
}

func occurrencesOf(ch *plan.Child, list []walk.Occurrence, asOf time.Time) []Occurrence {
	if len(list) == 0 {
		return nil
	}
	out := make([]Occurrence, len(list))
	for i, o := range list {
		at := o.Time
		if !at.IsZero() && !ch.Steps[ch.Dated].Node.Layout.Days {
			at = calendar.Local(at, ch.Model.Checked.Zone)
		}
		out[i] = Occurrence{Entity: o.Record.Entity.Name(), ID: o.Record.ID, Time: at, Routes: o.Routes.Clamp(), Age: o.Age}
		if a := ch.Checked.Aging; a != nil && o.Record.Dated {
			if until, ok := a.Until(asOf, ch.Model.Checked.Zone, o.Record.When); ok {
				out[i].Until = calendar.Local(until, ch.Model.Checked.Zone)
			}
		}
		if points.Decays(ch.Checked) {
			out[i].Weight = weightText(ch.Checked.Aging, o)
		}
	}
	return out
}

// weightText returns the weight of an occurrence. One without a date is older than
// everything.
func weightText(a *check.Aging, o walk.Occurrence) string {
	weight := uint64(0)
	if !o.Time.IsZero() {
		weight = a.Weight(o.Age)
	}
	return points.Fraction{Count: points.CountOf(weight), Of: a.Scale()}.Rat().RatString()
}

// text returns a value as text: an instant in the time zone of the child's model.
func text(ch *plan.Child, v traverse.Value) string {
	if v.Kind() == traverse.KindTime {
		return calendar.Local(v.Time(), ch.Model.Checked.Zone).Format(time.RFC3339Nano)
	}
	return v.String()
}
