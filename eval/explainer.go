package eval

import (
	"fmt"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/eval/internal/walk"
	"github.com/leadscore/leadscore/internal/alike"
	"github.com/leadscore/leadscore/internal/calendar"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/internal/shown"
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
	out := Contribution{Condition: c.Name, Points: c.Award.Points, Bound: c.Checked.Bound, Children: make([]ChildResult, 0, len(c.Children))}
	if c.Checked.Row != nil {
		out.Row = rowText(c.Checked.Row)
	}
	room := e.occurrences
	for i := range c.Children {
		ch, frequency := &c.Children[i], c.Award.Children[i]
		var n points.Count
		var list []Occurrence
		if e.occurrences == 0 {
			n = w.Count(ch, l)
		} else {
			var all []walk.Occurrence
			n, all = w.Occurrences(ch, l)
			list = occurrencesOf(ch, all[:min(room, len(all))], e.asOf)
			room -= len(list)
		}
		counted := n
		if points.Decays(ch.Checked) {
			counted = w.Weigh(ch, l)
		}
		counts = append(counts, counted)
		holds := frequency.Holds(counted)
		out.add(ch, n, holds)
		result := &out.Children[i]
		if points.Decays(ch.Checked) {
			result.Weight = points.Fraction{Count: counted, Of: ch.Checked.Aging.Scale()}.Rat().RatString()
		}
		result.Occurrences = list
		tooFew := frequency.TooFew(n)
		if e.nearMisses && tooFew {
			result.Nearest = unmetOf(ch, w.Nearest(ch, l))
		}
		if e.nearMisses && (n.IsZero() || tooFew) {
			result.Missing = missingOf(ch, w.Missing(ch, l))
		}
	}
	return out, countSames(counts, w, c, l)
}

// countSames appends what the same blocks of a condition count.
func countSames(counts []points.Count, w *walk.Walker, c *plan.Condition, l *fetch.Lead) []points.Count {
	for i := range c.Sames {
		counts = append(counts, w.Same(c, &c.Sames[i], l))
	}
	return counts
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

func unmetOf(ch *plan.Child, list []walk.Unmet) []Unmet {
	var out []Unmet
	for _, u := range list {
		unmet := Unmet{Entity: u.Record.Entity.Name(), ID: u.Record.ID}
		if u.Expr == nil {
			unmet.Rule = ch.Checked.Source.Range.String()
		} else {
			unmet.Rule = u.Expr.Source.Syntax().String()
		}
		if !u.Value.IsEmpty() {
			unmet.Value, unmet.Kind = text(ch, u.Value), u.Value.Kind().String()
		}
		switch {
		case u.Lost != nil:
			unmet.Because = missingOf(ch, []walk.Missing{*u.Lost})[0].String()
		case u.Expr != nil && u.Expr.Checked != nil:
			unmet.Because = nearly(u.Expr.Checked, u.Value)
		}
		out = append(out, unmet)
	}
	return out
}

// text returns a value as text: an instant in the time zone of the child's model.
func text(ch *plan.Child, v traverse.Value) string {
	if v.Kind() == traverse.KindTime {
		return calendar.Local(v.Time(), ch.Model.Checked.Zone).Format(time.RFC3339Nano)
	}
	return v.String()
}

// nearly says in what a value differs from a text in a comparison that it nearly equals,
// or returns "" if there is none.
func nearly(c *check.Comparison, v traverse.Value) string {
	if c.Source.Op.Negated() {
		return "" // a value that nearly equals the text is what the rule wants
	}
	texts := v.Choices()
	if v.Kind() == traverse.KindText {
		texts = []string{v.Text()}
	}
	for _, o := range c.Source.Operands {
		s, ok := o.(*dsl.String)
		if !ok {
			continue
		}
		for _, text := range texts {
			if alike.TextForm(text) == alike.TextForm(s.Value) && c.Field.Fold(text) != c.Field.Fold(s.Value) {
				return fmt.Sprintf("it differs from %s in %s", shown.Quote(s.Value), alike.Difference(text, s.Value))
			}
		}
	}
	return ""
}
