package check

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/internal/zones"
)

type named struct {
	file *dsl.File
	span dsl.Span
}

func (c *checker) models(files []*dsl.File) []*Model {
	var models []*Model
	names := map[string]named{}
	for _, f := range files {
		c.file = f
		for _, b := range f.Blocks {
			m, ok := b.(*dsl.Model)
			if !ok {
				continue
			}
			if m.Name != nil {
				c.unique(names, m.Name, "model")
			}
			models = append(models, c.model(m))
		}
	}
	return models
}

// unique reports a name that is empty, and one that is already in names.
func (c *checker) unique(names map[string]named, name *dsl.String, what string) {
	if name.Bad {
		return
	}
	if name.Value == "" {
		c.problem(name.Span, dsl.CodeEmpty, "the name of a %s must not be empty", what)
		return
	}
	if first, ok := names[name.Value]; ok {
		d := c.problem(name.Span, CodeDuplicate, "there are two %ss called %s", what, name.Raw)
		d.Related = []dsl.Related{{Summary: "the first is here", File: first.file.Name, Span: first.span}}
		return
	}
	names[name.Value] = named{c.file, name.Span}
}

func (c *checker) model(m *dsl.Model) *Model {
	model := &Model{Schema: c.schema, Zone: time.UTC, Source: m, File: c.file.Name}
	head := m.Span
	if m.Name != nil {
		model.Name, head = m.Name.Value, m.Name.Span
	}
	once := map[string]dsl.Span{}
	first := func(what string, at dsl.Span) bool {
		if before, ok := once[what]; ok {
			d := c.problem(at, dsl.CodeRepeated, "a model has only one %s", what)
			d.Related = []dsl.Related{{Summary: "the first is here", File: c.file.Name, Span: before}}
			return false
		}
		once[what] = at
		return true
	}
	// The time zone comes first: the meaning of dates depends on it.
	for _, clause := range m.Clauses {
		if z, ok := clause.(*dsl.TimeZone); ok && first("time zone", z.Span) {
			c.zone(model, z.Zone)
		}
	}
	most := len(m.Clauses) // nearly all of them are conditions
	conditions := make(map[string]named, most)
	model.Conditions = make([]Condition, 0, most)
	c.allocate(m)
	var bands []*dsl.Grade
	for _, clause := range m.Clauses {
		switch cl := clause.(type) {
		case *dsl.Description:
			if first("description", cl.Span) {
				model.Description = cl.Text.Value
			}
		case *dsl.Target:
			if first("target", cl.Span) {
				model.Target = cl.Kind
			}
		case *dsl.SalesReady:
			if n, ok := c.integer(cl.Threshold); ok && first("sales-ready score", cl.Span) {
				model.SalesReady = grades.ReadyAt(n)
			}
		case *dsl.Grade:
			bands = append(bands, cl)
		case *dsl.Condition:
			if cl.Name != nil {
				c.unique(conditions, cl.Name, "condition")
			}
			model.Conditions = append(model.Conditions, c.condition(model, cl))
		}
	}
	if _, ok := once["target"]; !ok && !m.Incomplete {
		c.problem(head, CodeMissing, "the model has no target").Expected = []string{"target contact", "target account"}
	}
	model.Grades = c.grades(bands)
	return model
}

func (c *checker) zone(model *Model, zone *dsl.String) {
	if zone.Bad {
		return
	}
	if loc := zones.Location(zone.Value); loc != nil {
		model.Zone = loc
		return
	}
	d := c.problem(zone.Span, CodeTimeZone, "%s is not a time zone of the IANA database", brief(zone.Raw))
	var hint zones.Hint
	if len(c.diags) <= maxSuggestions {
		hint = zones.Suggest(zone.Value)
	}
	if d.Help, d.Nearest = hint.Help, hint.Nearest; hint == (zones.Hint{}) {
		d.Expected = []string{"a name such as Europe/Berlin or UTC"}
	}
	if hint.Sure {
		d.Replace(strconv.Quote(hint.Nearest))
	}
}

// integer reads a whole number. It reports one that does not fit into 64 bits.
func (c *checker) integer(n *dsl.Number) (int64, bool) {
	if n.Bad {
		return 0, false
	}
	v, err := strconv.ParseInt(n.Text, 10, 64)
	if err != nil {
		d := c.problem(n.Span, dsl.CodeNumber, "%s is too large", brief(n.Text))
		if strings.HasPrefix(n.Text, "-") {
			d.Summary = fmt.Sprintf("%s is too small", brief(n.Text))
		}
		d.Help = fmt.Sprintf("whole numbers go from %d to %d", math.MinInt64, math.MaxInt64)
		return 0, false
	}
	return v, true
}

// brief shortens a text, which may be hostile, for a message.
func brief(s string) string {
	const longest = 40
	runes := []rune(s[:min(len(s), 8*longest)])
	if len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return string(runes)
}

func (c *checker) grades(clauses []*dsl.Grade) grades.Scale {
	var bands []grades.Band
	whole := true
	for _, g := range clauses {
		band := grades.Band{Name: g.Name.Value}
		number := func(n *dsl.Number) int64 {
			v, ok := c.integer(n)
			whole = whole && ok
			return v
		}
		switch {
		case g.Below != nil:
			band = grades.Below(band.Name, number(g.Below))
		case g.To != nil:
			band = grades.Between(band.Name, number(g.From), number(g.To))
		default:
			band = grades.AtLeast(band.Name, number(g.From))
		}
		whole = whole && !g.Name.Bad
		bands = append(bands, band)
	}
	if !whole {
		return grades.Scale{} // without one of them, the others would seem to have a gap
	}
	scale, err := grades.NewScale(bands...)
	problems, _ := errors.AsType[grades.Error](err)
	for _, p := range problems {
		d := c.problem(clauses[p.Band].Span, CodeGrades, "%s", p.Summary)
		d.Help = correction(bands, p)
		if p.Other >= 0 {
			d.Related = []dsl.Related{{Summary: "the other grade is here", File: c.file.Name, Span: clauses[p.Other].Span}}
		}
	}
	return scale
}

// correction returns how to correct a gap between two grades, an overlap, or bounds out
// of order, or "" if it does not know.
func correction(bands []grades.Band, p grades.Problem) string {
	low := bands[p.Band]
	if low.From > low.To {
		if low.From == 0 && low.To == -1 { // grades.Below of the smallest number
			return ""
		}
		return fmt.Sprintf("write from %d to %d", low.To, low.From)
	}
	if p.Other < 0 || bands[p.Other].Name == low.Name {
		return ""
	}
	high := bands[p.Other]
	if low.From > high.From {
		low, high = high, low
	}
	if low.To >= high.To { // one contains the other
		return ""
	}
	return fmt.Sprintf("let %q begin at %d", high.Name, low.To+1)
}

// allocate allocates the children of a model's conditions and their expressions,
// all at once. Those of groups and the like are allocated one by one.
func (c *checker) allocate(m *dsl.Model) {
	children, exprs, comparisons := 0, 0, 0
	for _, clause := range m.Clauses {
		if cond, ok := clause.(*dsl.Condition); ok {
			for ch := range cond.Children() {
				children++
				exprs += len(ch.Where)
				for _, e := range ch.Where {
					comparisons += leaves(e)
				}
			}
		}
	}
	c.children, c.exprs, c.comparisons = make([]Child, children), make([]Expr, exprs), make([]Comparison, 0, comparisons)
}

// leaves returns how many comparisons an expression has.
func leaves(e dsl.Expr) int {
	n := 0
	switch e := e.(type) {
	case *dsl.Comparison:
		return 1
	case *dsl.And:
		for _, t := range e.Terms {
			n += leaves(t)
		}
	case *dsl.Or:
		for _, t := range e.Terms {
			n += leaves(t)
		}
	case *dsl.Not:
		return leaves(e.Expr)
	}
	return n
}

// cut returns an empty slice with a capacity of n elements from the front of rest, or
// a new one if rest does not have as many.
func cut[T any](rest *[]T, n int) []T {
	if n > len(*rest) {
		return make([]T, 0, n)
	}
	front := (*rest)[:0:n]
	*rest = (*rest)[n:]
	return front
}
