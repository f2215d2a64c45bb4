package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/bench/internal/rules"
)

// A Finish writes the parts of a model as statements, once all counts are known.
type Finish struct {
	*Writer
	Formula
	Plan *Plan
	// Declare declares a sum of 0.
	Declare string
	// Value writes what is needed to read the value that a table is by, and returns it.
	Value func(t *rules.Table) string
	// Call, if not nil, writes that a group adds to a sum, in place of doing it there.
	Call func(g *rules.Group, sum string) bool
}

// NewFinish returns what writes the parts of a plan's model. name returns the name of a
// counter there, whole the quotient of a division, and spans how many spans old an
// instant is.
func NewFinish(w *Writer, p *Plan, f Formula, name func(*Counter) string, whole, spans string) *Finish {
	count := func(c *rules.Child) string {
		all := p.counters[c]
		names := make([]string, len(all))
		for i, counter := range all {
			names[i] = name(counter)
		}
		return parens(strings.Join(names, " + "), len(names))
	}
	f.And, f.Or = w.And, w.Or
	f.Holds = func(c *rules.Child) string {
		test := Holding(c, count(c), w.And)
		return parens(test, 1+strings.Count(test, w.And))
	}
	f.Times = func(c *rules.Child) string {
		switch c.Frequency {
		case rules.Every:
			return fmt.Sprintf("(%s %s %d)", count(c), whole, c.N)
		case rules.EveryWithout:
			return fmt.Sprintf(spans, count(c), c.N)
		}
		return count(c)
	}
	return &Finish{Writer: w, Formula: f, Plan: p}
}

// Part adds a part of the model to a sum.
func (w *Finish) Part(part rules.Part, sum string) {
	switch p := part.(type) {
	case *rules.Rule:
		w.when(w.Tests(p), func() { w.plus(sum, w.Points(p)) })
	case *rules.Group:
		if w.Call != nil && w.Call(p, sum) {
			return
		}
		var season []string
		if !p.Season.Always() {
			season = append(season, w.Season(p.Season))
		}
		w.when(season, func() {
			name := strings.ReplaceAll(lower(p.Name), " ", "")
			w.Group(p, name)
			w.Line("%s += %s", sum, w.Scale(p, name))
		})
	case *rules.Tiers:
		var cases []choice
		for _, r := range p.Rules {
			cases = append(cases, choice{strings.Join(w.Tests(r), " "+w.And+" "), r.Points})
		}
		w.choose(cases, 0, sum)
	case *rules.Table:
		value := ""
		if p.Number != nil {
			value = w.Times(p.Number)
		} else {
			value = w.Value(p)
		}
		var cases []choice
		for i := range p.Rows {
			cases = append(cases, choice{w.Row(value, p, &p.Rows[i]), p.Rows[i].Score})
		}
		w.choose(cases, p.Otherwise, sum)
	}
}

// Group declares the sum of a group and adds the group's parts to it.
func (w *Finish) Group(g *rules.Group, name string) {
	w.Line(w.Declare, name)
	for _, part := range g.Parts {
		w.Part(part, name)
	}
	if g.Limit != (rules.Limit{}) {
		w.Line("%s = %s", name, w.Within(g.Limit, name))
	}
}

func (w *Finish) when(tests []string, body func()) {
	if len(tests) == 0 {
		body()
		return
	}
	w.Block("if "+strings.Join(tests, " "+w.And+" "), body)
}

// plus writes that points, which begin with their sign if it is a minus, are added.
func (w *Finish) plus(sum, points string) {
	if rest, ok := strings.CutPrefix(points, "-"); ok {
		w.Line("%s -= %s", sum, rest)
		return
	}
	w.Line("%s += %s", sum, points)
}

// A choice is points, and when they are added.
type choice struct {
	test   string
	points int64
}

// choose adds the points of the first choice that holds, or others.
func (w *Finish) choose(cases []choice, otherwise int64, sum string) {
	if w.Switch {
		w.Line("switch%s", w.Open)
		for _, c := range cases {
			w.Line("case %s:", c.test)
			w.plus(sum, strconv.FormatInt(c.points, 10))
		}
		if otherwise != 0 {
			w.Line("default:")
			w.plus(sum, strconv.FormatInt(otherwise, 10))
		}
		w.Line("%s", w.Close)
		return
	}
	word := "if "
	for _, c := range cases {
		w.Block(word+c.test, func() { w.plus(sum, strconv.FormatInt(c.points, 10)) })
		word = w.Else
	}
	if otherwise != 0 {
		w.Block("else", func() { w.plus(sum, strconv.FormatInt(otherwise, 10)) })
	}
}
