package findings

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/eval/check"
)

// A formula is an expression with or or not, or what it says otherwise. Expressions with
// and are taken apart.
type formula struct {
	source check.Expr
	key    string
	// ways are the ways in which it holds: in each of them all of some expressions do.
	// Either is nil if there are too many to look at.
	ways, not []way
}

// A way is expressions that hold together.
type way []*expr

// manyWays is how many ways in which a formula holds are looked at.
const manyWays = 64

// addFormula adds an expression with or or not to what an occurrence must satisfy.
func (c *child) addFormula(e check.Expr) {
	f := &formula{source: e, key: c.formulaKey(e)}
	f.ways, _ = c.ways(e, false)
	f.not, _ = c.ways(e, true)
	c.formulas = append(c.formulas, f)
}

// ways returns the ways in which e holds, or with not those in which it does not. It
// returns false if there are too many.
func (c *child) ways(e check.Expr, not bool) ([]way, bool) {
	switch e := e.(type) {
	case *check.Comparison:
		x := c.expr(e, e.Source.Span, e.Source)
		if !not {
			return []way{{x}}, true
		}
		var out []way
		for _, other := range x.complement() {
			out = append(out, way{other})
		}
		return out, len(out) <= manyWays
	case *check.Not:
		return c.ways(e.Expr, !not)
	case *check.And:
		return c.combined(e.Terms, not, !not)
	case *check.Or:
		return c.combined(e.Terms, not, not)
	}
	return nil, false
}

// combined returns the ways in which all terms hold, or one of them; with not, in which
// they do not.
func (c *child) combined(terms []check.Expr, not, all bool) ([]way, bool) {
	out := []way{{}}
	if !all {
		out = nil
	}
	for _, t := range terms {
		ways, ok := c.ways(t, not)
		if !ok {
			return nil, false
		}
		if !all {
			out = append(out, ways...)
		} else {
			var both []way
			for _, v := range out {
				for _, w := range ways {
					both = append(both, slices.Concat(v, w))
				}
			}
			out = both
		}
		if len(out) > manyWays {
			return nil, false
		}
	}
	return out, true
}

// formulaKey returns a text that is equal for expressions that mean the same, whatever
// the order of their terms.
func (c *child) formulaKey(e check.Expr) string {
	terms := func(word string, list []check.Expr) string {
		keys := make([]string, len(list))
		for i, t := range list {
			keys[i] = c.formulaKey(t)
		}
		return fmt.Sprintf("%s %q", word, unique(keys))
	}
	switch e := e.(type) {
	case *check.Comparison:
		x := c.expr(e, e.Source.Span, e.Source)
		return x.ref + "\n" + x.key
	case *check.And:
		return terms("and", e.Terms)
	case *check.Or:
		return terms("or", e.Terms)
	case *check.Not:
		return terms("not", []check.Expr{e.Expr})
	}
	return ""
}

// complement returns expressions of which one holds for each value for which e does not.
func (e *expr) complement() []*expr {
	var out []*expr
	add := func(p check.Predicate) {
		other := *e
		other.predicate, other.key, other.source = p, check.PredicateKey(p), nil
		out = append(out, &other)
	}
	switch p := e.predicate.(type) {
	case check.IsEmpty:
		add(check.IsEmpty{Not: !p.Not})
		return out
	case check.TextMatch:
		p.Not = !p.Not
		add(p)
	case check.ChoicesMatch:
		if p.All && !p.Not {
			for i := range p.Values {
				add(check.ChoicesMatch{Values: p.Values[i : i+1], Not: true})
			}
			break
		}
		add(check.ChoicesMatch{Values: p.Values, Not: !p.Not})
	case check.NumberIn:
		p.Not = !p.Not
		add(p)
	case check.NumberBetween:
		if p.LoOpen || !math.IsInf(p.Lo, -1) {
			add(check.NumberBetween{Lo: math.Inf(-1), Hi: p.Lo, HiOpen: !p.LoOpen})
		}
		if p.HiOpen || !math.IsInf(p.Hi, 1) {
			add(check.NumberBetween{Lo: p.Hi, LoOpen: !p.HiOpen, Hi: math.Inf(1)})
		}
	case check.IsBool:
		add(check.IsBool{Want: !p.Want})
	case check.InWindow:
		if p.Window.Lo.Kind != check.Open {
			add(check.InWindow{Window: check.Window{Days: p.Window.Days, Hi: beside(p.Window.Lo, -1)}})
		}
		if p.Window.Hi.Kind != check.Open {
			add(check.InWindow{Window: check.Window{Days: p.Window.Days, Lo: beside(p.Window.Hi, 1)}})
		}
	}
	add(check.IsEmpty{})
	return out
}

// beside returns the bound that is some microseconds or days later.
func beside(b check.Bound, by int64) check.Bound {
	if b.Kind == check.Fixed {
		b.At += by
	} else {
		b.Plus += by
	}
	return b
}

// consistent reports whether values can satisfy exprs and one way of each list. It
// returns false only if none can.
func (j *judge) consistent(exprs []*expr, lists [][]way) bool {
	nodes := 2000 // which it looks at
	return j.search(&nodes, exprs, lists)
}

func (j *judge) search(nodes *int, exprs []*expr, lists [][]way) bool {
	if len(lists) == 0 {
		return true
	}
	for _, w := range lists[0] {
		if *nodes--; *nodes < 0 || !j.take(1+len(exprs)) {
			return true
		}
		all := append(slices.Clip(exprs), w...)
		if j.agree(all, w) && j.search(nodes, all, lists[1:]) {
			return true
		}
	}
	return false
}

// agree reports whether the values that changed are about can satisfy exprs.
func (j *judge) agree(exprs []*expr, changed way) bool {
	for i, e := range changed {
		if slices.ContainsFunc(changed[:i], func(x *expr) bool { return x.ref == e.ref }) {
			continue
		}
		var same []*expr
		for _, x := range exprs {
			if x.ref == e.ref {
				same = append(same, x)
			}
		}
		if !j.possible(same) {
			return false
		}
	}
	return true
}

// lists returns the ways of formulas, without those that have too many.
func lists(formulas []*formula) [][]way {
	var out [][]way
	for _, f := range formulas {
		if f.ways != nil {
			out = append(out, f.ways)
		}
	}
	return out
}

// together returns all expressions of a child about any value.
func (c *child) together() []*expr {
	var all []*expr
	for _, r := range c.refs {
		all = append(all, r.exprs...)
	}
	return all
}

// satisfies reports whether each occurrence of a child, of which there are some,
// satisfies e.
func (j *judge) satisfies(c *child, e *expr) bool {
	exprs := c.exprs(e.ref)
	if !j.take(1 + len(exprs)) {
		return false
	}
	if j.implies(exprs, e) {
		return true
	}
	if len(c.formulas) == 0 {
		return false
	}
	var not []way
	for _, other := range e.complement() {
		not = append(not, way{other})
	}
	return !j.consistent(c.together(), append([][]way{not}, lists(c.formulas)...))
}

// satisfiesAll reports whether each occurrence of a child, of which there are some,
// satisfies f.
func (j *judge) satisfiesAll(c *child, f *formula) bool {
	if slices.ContainsFunc(c.formulas, func(g *formula) bool { return g.key == f.key }) {
		return true
	}
	return f.not != nil && !j.consistent(c.together(), append([][]way{f.not}, lists(c.formulas)...))
}

// text returns a formula for a message.
func (f *formula) text() string {
	return brief(strings.TrimSpace(f.source.Syntax().String()))
}
