package eval

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/eval/internal/walk"
	"github.com/leadscore/leadscore/internal/alike"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// An Unmet is what kept a route from counting: the date range or an expression of
// the child, and the record that does not satisfy it.
type Unmet struct {
	Rule   string `json:"rule"` // in the rule language, such as `City = "Chicago"` or `within last 30 days`
	Entity string `json:"entity"`
	ID     string `json:"id"`
	Value  string `json:"value"`          // what the field holds instead, or the date of the record; "" if it is empty
	Kind   string `json:"kind,omitempty"` // of Value: text, choices, number, bool, time or date; "" if it is empty
	// Has says what the record has in the fields of a rule that is made of others by or, and
	// or not, such as `City "Hamburg" and no Industry`. Value is then "".
	Has string `json:"has,omitempty"`
	// Because says more, as a sentence without a full stop: why there is no value, if a
	// reference that the rule follows leads to no record, such as
	// `ParentAccount "a9" is not an Account`; or in what the value differs from a text
	// in the rule that it nearly equals, such as
	// `it differs from "Paris" in blanks around it`.
	Because string `json:"because,omitempty"`
}

// String returns the rule, the record, and what it has instead. The record's id, and a
// value that is text or choices, are quoted, so that blanks and characters that cannot
// be seen show.
func (u Unmet) String() string {
	value := valueText(u.Value, u.Kind)
	switch {
	case u.Has != "":
		value = u.Has
	case u.Value == "":
		value = "nothing"
	}
	if u.Because != "" {
		value += ": " + u.Because
	}
	return fmt.Sprintf("%s: %s %s has %s", u.Rule, u.Entity, shown.QuoteAll(u.ID), value)
}

// valueText returns a value of a kind for people: quoted if it is text or choices, so that
// blanks and characters that cannot be seen show.
func valueText(value, kind string) string {
	switch kind {
	case traverse.KindNumber.String(), traverse.KindBool.String(), traverse.KindTime.String(), traverse.KindDate.String(), periodKind:
		return value
	}
	return shown.QuoteAll(value)
}

// periodKind is the Kind of a [Full] that is a period.
const periodKind = "period"

// A Full is where a cap left occurrences out: a value, a record or a period, of which
// only so many count.
type Full struct {
	Per     string `json:"per"`            // what the cap tells occurrences apart by, such as `EmailName` or `day`
	Value   string `json:"value"`          // the value, the id of the record, or the period; "" if it is empty
	Kind    string `json:"kind,omitempty"` // of Value: text, number, bool, time, date or period; "" if a value is empty
	Counted uint64 `json:"counted"`        // of its occurrences
	Found   uint64 `json:"found"`          // how many it has; the largest uint64 if there are more
	// Others is of how many other values occurrences were left out, too.
	Others int `json:"others,omitempty"`
}

// String returns the value and how many of its occurrences count, such as
// `EmailName "Spring" counted 3 times of 9`.
func (f Full) String() string {
	value := valueText(f.Value, f.Kind)
	switch {
	case f.Value == "" && f.Kind == periodKind:
		value = "of no date"
	case f.Kind == "":
		value = "that is empty"
	case f.Kind == periodKind && f.Per == "week":
		value = "from " + value
	}
	text := fmt.Sprintf("%s %s counted %s of %d", f.Per, value, times(f.Counted), f.Found)
	switch f.Others {
	case 0:
		return text
	case 1:
		return text + ", and 1 other was full, too"
	}
	return fmt.Sprintf("%s, and %d others were full, too", text, f.Others)
}

func times(n uint64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// fullOf returns where a cap left occurrences out.
func fullOf(ch *plan.Child, f walk.Full) *Full {
	out := &Full{Counted: f.Counted.Clamp(), Found: f.Found.Clamp(), Others: f.Others}
	c := ch.Checked.Source.Cap
	if out.Per = dotted(c.Per); c.Period != dsl.NoPeriod {
		out.Per, out.Kind = c.Period.String(), periodKind
	}
	switch {
	case f.Record != nil:
		out.Value, out.Kind = f.Record.ID, traverse.KindText.String()
	case f.Period != "":
		out.Value = f.Period
	case !f.Value.IsEmpty():
		out.Value, out.Kind = text(ch, f.Value), f.Value.Kind().String()
	}
	return out
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
		case len(u.Parts) > 0:
			unmet.Has = has(ch, u.Parts)
		case u.Expr != nil && u.Expr.Checked != nil:
			unmet.Because = nearly(u.Expr.Checked, u.Value)
		}
		out = append(out, unmet)
	}
	return out
}

// has says what comparisons found instead, each field once.
func has(ch *plan.Child, list []walk.Unmet) string {
	var fields, texts []string
	for _, u := range list {
		field := dotted(u.Expr.Checked.Source.Ref)
		if slices.Contains(fields, field) {
			continue
		}
		fields = append(fields, field)
		what := "no " + field
		switch {
		case !u.Value.IsEmpty():
			what = field + " " + valueText(text(ch, u.Value), u.Value.Kind().String())
		case u.Lost != nil:
			what += " (" + missingOf(ch, []walk.Missing{*u.Lost})[0].String() + ")"
		}
		texts = append(texts, what)
	}
	last := len(texts) - 1
	if last == 0 {
		return texts[0]
	}
	return strings.Join(texts[:last], ", ") + " and " + texts[last]
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
