package columnar

import (
	"slices"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A profile is a plan.Profile bound to a store.
type profile struct {
	ranges []plan.BitRange // of the measures
	all    []uint64        // every measure, by range
	nodes  []profileNode
}

// A profileNode is a record of a profile.
type profileNode struct {
	table   *columns.Table
	parent  int
	ref     int                // the reference's cell in the parent's row
	missing []uint64           // by range: the measures that a missing record satisfies
	caches  [][]predicateCache // by range
	times   []timeExpr
}

// A timeExpr is an expression about a time or date of the measure that has a bit.
type timeExpr struct {
	at     int // range of the measure
	bit    uint64
	column int // the wide value in a row
	expr   plan.TimeExpr
}

// bindProfile binds a plan to a store, or returns false if the store lacks what the
// plan names.
func bindProfile(p *plan.Profile, store *columns.Store, ranges []plan.BitRange) (profile, bool) {
	out := profile{ranges: ranges}
	for _, r := range ranges {
		out.all = append(out.all, r.Mask())
	}
	for i := range p.Nodes {
		n := &p.Nodes[i]
		node := profileNode{table: store.Table(n.Entity.Name()), parent: n.Parent}
		if node.table == nil {
			return out, false
		}
		if n.Parent >= 0 {
			c := out.nodes[n.Parent].table.Column(n.Ref)
			if c == nil || c.To != node.table {
				return out, false
			}
			node.ref = c.At
		}
		if !out.bindWhere(&node, n) {
			return out, false
		}
		out.nodes = append(out.nodes, node)
	}
	return out, true
}

// bindWhere binds the expressions about the record of a node.
func (p *profile) bindWhere(node *profileNode, n *plan.ProfileNode) bool {
	node.missing = slices.Clone(p.all)
	for _, m := range n.Required {
		at, bit := plan.FindBit(p.ranges, m)
		node.missing[at] &^= bit
	}
	exprs := make([][]columnExpr, len(p.ranges))
	for i := range n.Where {
		e := &n.Where[i]
		at, bit := plan.FindBit(p.ranges, e.Measure)
		if !plan.IsTime(e.Field.Type) {
			exprs[at] = append(exprs[at], columnExpr{bit, &e.ColumnExpr})
			if !e.Holds(nil, traverse.Value{}) {
				node.missing[at] &^= bit
			}
			continue
		}
		c := node.table.Column(e.Field.Name)
		if c == nil || c.Type != e.Field.Type {
			return false
		}
		node.times = append(node.times, timeExpr{at, bit, c.At, e.Time})
		if !e.Time.Holds(nil, columns.NoTime) {
			node.missing[at] &^= bit
		}
	}
	for at := range p.ranges {
		caches, ok := cachesOf(node.table, exprs[at], p.all[at])
		if !ok {
			return false
		}
		node.caches = append(node.caches, caches)
	}
	return true
}

// caches calls f for each predicate cache.
func (p *profile) caches(f func(*predicateCache)) {
	for i := range p.nodes {
		for _, caches := range p.nodes[i].caches {
			for j := range caches {
				f(&caches[j])
			}
		}
	}
}

// evaluate returns, by range, the measures that a record and those that its
// references lead to satisfy. A row of -1 is no record. The answer is written into
// into, and rows is scratch memory.
func (p *profile) evaluate(row int, bounds []plan.Bound, into []uint64, rows *[]int) []uint64 {
	masks := append(into[:0], p.all...)
	*rows = append((*rows)[:0], row)
	for i := range p.nodes {
		n := &p.nodes[i]
		if i > 0 {
			row = -1
			if parent := (*rows)[n.parent]; parent >= 0 {
				row = n.table.Row(columns.Key(p.nodes[n.parent].table.Cells(parent)[n.ref]))
			}
			*rows = append(*rows, row)
		}
		if row < 0 {
			for at, m := range n.missing {
				masks[at] &= m
			}
			continue
		}
		cells := n.table.Cells(row)
		for at, caches := range n.caches {
			m := masks[at]
			for j := range caches {
				if m == 0 {
					break
				}
				m &= caches[j].of(cells[caches[j].at])
			}
			masks[at] = m
		}
		for j := range n.times {
			if t := &n.times[j]; masks[t.at]&t.bit != 0 && !t.expr.Holds(bounds, n.table.WideValue(row, t.column)) {
				masks[t.at] &^= t.bit
			}
		}
	}
	return masks
}
