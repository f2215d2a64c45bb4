package findings

import (
	"slices"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
)

// isBeyond reports whether a condition has more than children that count or hold by
// themselves: a block, a season, a cap and the like. What is known of such a condition
// is only how often it can count.
func isBeyond(c *check.Condition) bool {
	return c.Row != nil || c.Items != nil || c.Season != nil || c.Bound != 0 || slices.ContainsFunc(c.Children, func(ch check.Child) bool {
		return ch.Kinds != nil || ch.Burst != nil || ch.Cap != nil || ch.Aging != nil || ch.Every != 0 || ch.Max != 0 ||
			slices.ContainsFunc(ch.Where, func(e check.Expr) bool { _, ok := e.(*check.Comparison); return !ok })
	})
}

// multipliers returns bounds of the multiplier of a condition.
func multipliers(c *check.Condition) points.Range {
	one := points.Range{Greatest: points.CountOf(1)}
	if slices.ContainsFunc(c.Items, func(item check.Item) bool { _, ok := item.(*check.Same); return ok }) {
		return points.Range{Unbounded: true}
	}
	for i := range c.Children {
		ch := &c.Children[i]
		if newest := ch.Aging != nil && ch.Aging.Newest && ch.Aging.Kind != check.Without; ch.Each && !newest {
			return points.Range{Unbounded: true}
		}
	}
	return one
}
