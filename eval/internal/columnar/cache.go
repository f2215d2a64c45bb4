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
	stop  *interrupt          // of the executor
}

// A measureExpr is the expressions of the measure that has a bit.
type measureExpr struct {
	bit   uint64
	holds plan.Predicate   // whether all hold
	all   []plan.Predicate // one by one
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
	if !c.stop.stopped {
		c.masks[code] = m
	}
	return m
}

// evaluate returns the mask of a value. Once the context is done, it means nothing.
func (c *predicateCache) evaluate(v traverse.Value) uint64 {
	size := 1
	if v.Kind() == traverse.KindText {
		size += len(v.Text())
	}
	if c.stop.after(size) {
		return evaluated
	}
	const long = 1 << 12 // bytes; what searches less takes no time to speak of
	v = plan.Normal(v, c.fold)
	m := c.pass | evaluated
	if size > long {
		return c.evaluateLong(v, size, m)
	}
	for i := range c.where {
		// No outcome that is kept depends on as of, so there are no bounds.
		if e := &c.where[i]; e.holds(nil, v) {
			m |= e.bit
		}
	}
	return m
}

// evaluateLong adds to m the measures that a text of so many bytes satisfies. It
// looks at the context between expressions.
func (c *predicateCache) evaluateLong(v traverse.Value, size int, m uint64) uint64 {
	for i := range c.where {
		e := &c.where[i]
		holds := true
		for j := 0; holds && j < len(e.all); j++ {
			if c.stop.after(size) {
				return m
			}
			holds = e.all[j](nil, v)
		}
		if holds {
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
			next := predicateCache{dict: c.Dict, at: c.At, pass: measures, stop: new(interrupt)}
			if plan.Folds(e.expr.Field) {
				next.fold = traverse.Fold
			}
			list = append(list, next)
		}
		list[i].pass &^= e.bit
		list[i].add(e.bit, e.expr.Holds)
	}
	slices.SortStableFunc(list, func(x, y predicateCache) int { return cmp.Compare(len(y.where), len(x.where)) })
	return list, true
}

// add adds an expression of the measure that has a bit.
func (c *predicateCache) add(bit uint64, holds plan.Predicate) {
	for i := range c.where {
		if e := &c.where[i]; e.bit == bit {
			e.all = append(e.all, holds)
			e.holds = allOf(e.all)
			return
		}
	}
	c.where = append(c.where, measureExpr{bit, holds, []plan.Predicate{holds}})
}

// allOf returns a predicate that holds if all of a list do.
func allOf(list []plan.Predicate) plan.Predicate {
	return func(bounds []plan.Bound, v traverse.Value) bool {
		for _, holds := range list {
			if !holds(bounds, v) {
				return false
			}
		}
		return true
	}
}
