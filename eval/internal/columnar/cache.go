package columnar

import (
	"cmp"
	"slices"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// evaluated is the bit of a mask that says that a value has been evaluated.
const evaluated = 1 << plan.WordBits

// A predicateCache keeps which measures of a word each distinct value of a column
// satisfies. A value is evaluated when it is first met.
type predicateCache struct {
	masks []uint64 // by code: the measures that the value satisfies, and evaluated; 0 for a value that has not been met
	at    int      // the column's cell in a row
	dict  *columns.Dict
	pass  uint64 // measures without an expression about the column
	where []measureExpr
	fold  func(string) string // nil where letter case matters
}

// A measureExpr is an expression of the measure that has a bit.
type measureExpr struct {
	bit   uint64
	holds plan.Predicate
}

// of returns the measures that the value with a code satisfies.
func (c *predicateCache) of(code uint32) uint64 {
	if m := c.masks[code]; m != 0 {
		return m
	}
	return c.miss(code)
}

// miss is the slow path of [predicateCache.of], separate so that of can be inlined.
//
//go:noinline
func (c *predicateCache) miss(code uint32) uint64 {
	m := c.evaluate(c.dict.Value(code))
	c.masks[code] = m
	return m
}

func (c *predicateCache) evaluate(v traverse.Value) uint64 {
	v = plan.Normal(v, c.fold)
	m := c.pass | evaluated
	for i := range c.where {
		// No outcome that is kept depends on as of, so there are no bounds.
		if e := &c.where[i]; e.holds(nil, v) {
			m |= e.bit
		}
	}
	return m
}

// grow makes room for values that have been added to the dictionary.
func (c *predicateCache) grow() {
	if n := c.dict.Len(); n > len(c.masks) {
		c.masks = append(c.masks, make([]uint64, n-len(c.masks))...)
	}
}

// A columnExpr is a planned expression of the measure that has a bit.
type columnExpr struct {
	bit  uint64
	expr *plan.ColumnExpr
}

// cachesOf gathers the expressions of a word of measures by column. Those columns
// come first that most measures ask for: they leave the least to the others. It
// returns false if the table lacks a column.
func cachesOf(table *columns.Table, exprs []columnExpr, measures uint64) ([]predicateCache, bool) {
	var list []predicateCache
	at := map[*columns.Column]int{}
	for _, e := range exprs {
		c := table.Column(e.expr.Field.Name)
		if c == nil || c.Dict == nil || c.Type != e.expr.Field.Type {
			return nil, false
		}
		i, ok := at[c]
		if !ok {
			i = len(list)
			at[c] = i
			next := predicateCache{dict: c.Dict, at: c.At, pass: measures}
			if plan.Folds(e.expr.Field) {
				next.fold = traverse.Fold
			}
			list = append(list, next)
		}
		list[i].pass &^= e.bit
		list[i].where = append(list[i].where, measureExpr{e.bit, e.expr.Holds})
	}
	for i := range list {
		list[i].merge()
	}
	slices.SortStableFunc(list, func(x, y predicateCache) int { return cmp.Compare(len(y.where), len(x.where)) })
	return list, true
}

// merge makes one expression of those that one measure has about the column, which
// must all hold.
func (c *predicateCache) merge() {
	byBit := map[uint64]int{}
	var merged []measureExpr
	for _, e := range c.where {
		i, ok := byBit[e.bit]
		if !ok {
			byBit[e.bit] = len(merged)
			merged = append(merged, e)
			continue
		}
		first, second := merged[i].holds, e.holds
		merged[i].holds = func(bounds []plan.Bound, v traverse.Value) bool { return first(bounds, v) && second(bounds, v) }
	}
	c.where = merged
}
