package dsl

import (
	"cmp"
	"slices"
)

// conditionChildren is children for the nodes of a condition.
func conditionChildren(n Node, f func(Node)) {
	switch n := n.(type) {
	case *Condition:
		some(f, n.Name)
		items(f, n.Active, n.Items)
		some(f, n.Score)
	case *Active:
		some(f, n.From, n.Until)
	case *Score:
		some(f, n.Points, n.Bound)
	case *ItemBlock:
		some(f, n.Label)
		some(f, n.Ref...)
		all(f, n.Items)
	case *Child:
		some(f, n.Label)
		some(f, &n.Frequency)
		some(f, n.Path[:min(1, len(n.Path))]...)
		some(f, n.Or...)
		some(f, n.Path[min(1, len(n.Path)):]...)
		n.additions(f)
		all(f, n.Where)
	}
	childChildren(n, f)
}

// childChildren is children for the nodes below a child.
func childChildren(n Node, f func(Node)) {
	switch n := n.(type) {
	case *Frequency:
		some(f, n.Count, n.To)
		some(f, n.Without)
	case *Range:
		some(f, n.Last, n.Next)
		some(f, n.From, n.To)
	case *Burst:
		some(f, n.Any)
	case *Cap:
		some(f, n.Count)
		some(f, n.Per...)
	case *Decay:
		some(f, n.Percent)
		some(f, n.Every)
	case *And:
		all(f, n.Terms)
	case *Or:
		all(f, n.Terms)
	case *Not:
		f(n.Expr)
	case *Comparison:
		some(f, n.Ref...)
		literals(f, n.List, n.Operands)
	}
}

// items calls f for the season, if it is not nil, and the items, in the order of the
// text.
func items(f func(Node), active *Active, list []Item) {
	for _, item := range list {
		if active != nil && active.Start.Offset < item.At().Start.Offset {
			f(active)
			active = nil
		}
		f(item)
	}
	some(f, active)
}

// additions calls f for what stands between the path of c and where, in the order of
// the text.
func (c *Child) additions(f func(Node)) {
	if c.plain() {
		return
	}
	var list []Node
	add := func(n Node) { list = append(list, n) }
	some(add, c.Range)
	some(add, c.Burst)
	some(add, c.Cap)
	some(add, c.Decay)
	slices.SortFunc(list, func(a, b Node) int { return cmp.Compare(a.At().Start.Offset, b.At().Start.Offset) })
	for _, n := range list {
		f(n)
	}
}
