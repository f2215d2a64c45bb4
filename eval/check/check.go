package check

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

// A named is what has a name: a condition, a group, a model.
type named struct {
	file *dsl.File
	name *dsl.String
	what string
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
		d := c.problem(name.Span, CodeDuplicate, "there are two %s called %s", plural(what), name.Raw)
		if first.what != what {
			d.Summary = fmt.Sprintf("a %s and a %s are both called %s", first.what, what, name.Raw)
		}
		d.Related = []dsl.Related{{Summary: "the first is here", File: first.file.Name, Span: first.name.Span}}
		return
	}
	names[name.Value] = named{c.file, name, what}
}

// plural returns the plural of what messages call something.
func plural(what string) string {
	if one, rest, ok := strings.Cut(what, " of "); ok {
		return one + "s of " + rest
	}
	return what + "s"
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

// allocate allocates the children of a model's conditions, their date ranges and their
// expressions, all at once. Those of groups and the like are allocated one by one.
func (c *checker) allocate(m *dsl.Model) {
	var n sizes
	for _, clause := range m.Clauses {
		if cond, ok := clause.(*dsl.Condition); ok {
			n.add(cond.Items)
		}
	}
	c.children, c.ranges = make([]Child, n.children), make([]Window, n.ranges)
	c.exprs, c.comparisons = make([]Expr, n.exprs), make([]Comparison, n.comparisons)
}

// sizes are how many children, date ranges and expressions there are, and how many
// comparisons in the expressions.
type sizes struct{ children, ranges, exprs, comparisons int }

// add adds the children among items and in their blocks.
func (n *sizes) add(items []dsl.Item) {
	for _, item := range items {
		switch item := item.(type) {
		case *dsl.Child:
			n.children++
			n.exprs += len(item.Where)
			if item.Range != nil {
				n.ranges++
			}
			for _, e := range item.Where {
				n.comparisons += leaves(e)
			}
		case *dsl.ItemBlock:
			n.add(item.Items)
		}
	}
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

// kept returns a pointer to v in an element from the front of rest, or in a new one if
// rest is empty.
func kept[T any](rest *[]T, v T) *T {
	list := append(cut(rest, 1), v)
	return &list[0]
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
