package plan

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/bench/internal/rules"
)

// A Language holds the spellings of a pass in a programming language.
type Language struct {
	Open, Close string // of a block
	And, Or     string
	Else        string // else if
	Increment   string // with %s for the counter
	Dispatch    bool   // a switch on values is better than a test for each filter
	Switch      bool   // there is a switch

	// Hit writes what a record does to a counter that does not just count.
	Hit func(w *Writer, c *Counter)

	Within func(days int) string // the record of the pass lies in a window
	Before func(days int) string // it lies before the window
	Test   func(f rules.Filter, rest bool) string
	Field  func(name string) string
	Value  func(field, value string) string // of a branch
}

// A Writer writes passes in a language.
type Writer struct {
	*Language
	bytes.Buffer
	depth int
}

// Line writes one line.
func (w *Writer) Line(format string, args ...any) {
	w.WriteString(strings.Repeat("    ", w.depth))
	fmt.Fprintf(&w.Buffer, format, args...)
	w.WriteString("\n")
}

// Block writes a block below its first line.
func (w *Writer) Block(head string, body func()) {
	w.Line("%s%s", head, w.Open)
	w.depth++
	body()
	w.depth--
	if w.Close != "" {
		w.Line("%s", w.Close)
	}
}

// Body writes what is done with one record. Whoever calls it has made sure that
// the record lies in the pass's longest window.
func (w *Writer) Body(p *Pass) {
	days := p.MaxDays()
	for _, g := range groups(p.Counters, w.Dispatch) {
		w.group(g, days)
	}
	w.unfiltered(p, days)
}

// unfiltered writes the counters without filters, the longest window first: a
// record too old for one window is too old for all that follow.
func (w *Writer) unfiltered(p *Pass, days int) {
	var plain []*Counter
	for _, c := range p.Counters {
		if len(c.Filters) == 0 {
			plain = append(plain, c)
		}
	}
	slices.SortStableFunc(plain, func(a, b *Counter) int { return cmp.Compare(b.Days, a.Days) })
	for len(plain) > 0 {
		n := same(plain)
		if plain[0].Days < days {
			w.Block("if "+w.Before(plain[0].Days), func() { w.Line("continue") })
		}
		w.hit(plain[:n])
		plain = plain[n:]
	}
}

// same returns how many of the first counters have one window.
func same(counters []*Counter) int {
	n := 1
	for n < len(counters) && counters[n].Days == counters[0].Days {
		n++
	}
	return n
}

func (w *Writer) group(g *group, days int) {
	longest := maxDays(g.counters)
	if g.field == "" {
		w.one(w.Test(g.filter, len(g.counters) == 1 || longest < days), g.counters, longest, days)
		return
	}
	branches := g.branches()
	if len(branches) == 1 {
		w.one(parens(w.equal(g.field, branches[0].values), len(branches[0].values)), branches[0].counters, longest, days)
		return
	}
	body := func() {
		if w.Switch {
			w.Line("switch %s%s", w.Field(g.field), w.Open)
			for _, b := range branches {
				values := make([]string, len(b.values))
				for i, v := range b.values {
					values[i] = w.Value(g.field, v)
				}
				w.Line("case %s:", strings.Join(values, ", "))
				w.depth++
				w.counters(b.counters, 1, longest)
				w.depth--
			}
			w.Line("%s", w.Close)
			return
		}
		word := "if "
		for _, b := range branches {
			w.Block(word+w.equal(g.field, b.values), func() { w.counters(b.counters, 1, longest) })
			word = w.Else
		}
	}
	if longest < days {
		w.Block("if "+w.Within(longest), body)
	} else {
		body()
	}
}

// one writes counters after one test.
func (w *Writer) one(test string, counters []*Counter, longest, days int) {
	tests := []string{test}
	if longest < days {
		tests = []string{w.Within(longest), test}
	}
	if len(counters) == 1 {
		if rest := w.rest(counters[0], 1); rest != "" {
			tests = append(tests, rest)
		}
		w.Block("if "+strings.Join(tests, " "+w.And+" "), func() { w.hit(counters) })
		return
	}
	w.Block("if "+strings.Join(tests, " "+w.And+" "), func() { w.counters(counters, 1, longest) })
}

func (w *Writer) equal(field string, values []string) string {
	tests := make([]string, len(values))
	for i, v := range values {
		tests[i] = w.Field(field) + " == " + w.Value(field, v)
	}
	return strings.Join(tests, " "+w.Or+" ")
}

// counters writes counters whose first filters hold, in a record that lies in a
// window of so many days.
func (w *Writer) counters(counters []*Counter, first, days int) {
	counters = slices.Clone(counters)
	slices.SortStableFunc(counters, func(a, b *Counter) int {
		return cmp.Or(cmp.Compare(b.Days, a.Days), cmp.Compare(w.rest(a, first), w.rest(b, first)))
	})
	for len(counters) > 0 {
		n := same(counters)
		rest := w.rest(counters[0], first)
		alike := 1
		for alike < n && w.rest(counters[alike], first) == rest {
			alike++
		}
		var tests []string
		if counters[0].Days < days {
			tests = append(tests, w.Within(counters[0].Days))
		}
		if rest != "" {
			tests = append(tests, rest)
		}
		hit := counters[:alike]
		if len(tests) > 0 {
			w.Block("if "+strings.Join(tests, " "+w.And+" "), func() { w.hit(hit) })
		} else {
			w.hit(hit)
		}
		counters = counters[alike:]
	}
}

func (w *Writer) rest(c *Counter, first int) string {
	var tests []string
	for _, f := range c.Filters[first:] {
		tests = append(tests, w.Test(f, true))
	}
	return strings.Join(tests, " "+w.And+" ")
}

func (w *Writer) hit(counters []*Counter) {
	var add int64
	for _, c := range counters {
		switch {
		case c.Use.Kind != rules.Plain:
			w.Hit(w, c)
		case c.Kept:
			w.Line(w.Increment, c.Name)
		}
		add += c.Add
	}
	w.add(add, "")
}

func (w *Writer) add(points int64, times string) {
	sign := "+="
	if points < 0 {
		sign, points = "-=", -points
	}
	switch {
	case points == 0:
	case times == "":
		w.Line("score %s %d", sign, points)
	default:
		w.Line("score %s %d * %s", sign, points, times)
	}
}

// Conditions writes conditions whose counts are known. name returns the name of a
// counter there.
func (w *Writer) Conditions(conditions []Condition, name func(*Counter) string, number func(string) string) {
	for _, c := range conditions {
		var tests, each []string
		for _, part := range c.Parts {
			n := name(part.Counter)
			switch part.Frequency {
			case rules.Each:
				each = append(each, n)
			case rules.Has:
				tests = append(tests, n+" > 0")
			case rules.AtLeast:
				tests = append(tests, fmt.Sprintf("%s >= %d", n, part.N))
			case rules.None:
				tests = append(tests, n+" == 0")
			}
		}
		times := ""
		if len(each) == 1 {
			times = number(each[0])
		} else if len(each) > 1 {
			times = number("min(" + strings.Join(each, ", ") + ")")
		}
		if len(tests) > 0 {
			w.Block("if "+strings.Join(tests, " "+w.And+" "), func() { w.add(c.Points, times) })
		} else {
			w.add(c.Points, times)
		}
	}
}
