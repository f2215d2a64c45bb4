// Package scalartest draws expressions of package scalar, for tests of what they mean and of how
// databases read them.
package scalartest

import (
	"fmt"
	"math"
	"math/big"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

// A Case is expressions, and what they are for one row.
type Case struct {
	Builder *scalar.Builder
	Columns []scalar.Column         // called r0, r1 and so on
	Want    []scalar.Value          // what they are, worked out without package scalar
	Row     map[string]scalar.Value // the columns and parameters that they have, called c0, c1 and so on
}

// Env returns the values of the row.
func (c *Case) Env() scalar.Env { return (&drawer{row: c.Row}).env() }

// Draw draws a case.
func Draw(t *rapid.T) *Case {
	d := &drawer{Builder: &scalar.Builder{}, t: t, row: map[string]scalar.Value{}}
	out := &Case{Builder: d.Builder, Row: d.row}
	for i := range 1 + d.intn(4, "columns") {
		var e *scalar.Expr
		var v scalar.Value
		switch d.intn(3, "kind") {
		case 0:
			e, v = d.truth(4)
		case 1:
			e, v = d.words(4)
		default:
			var n *big.Int
			e, n = d.numeric(4)
			v = scalar.BigOf(n)
		}
		out.Columns = append(out.Columns, scalar.Column{Name: fmt.Sprintf("r%d", i), Expr: e})
		out.Want = append(out.Want, v)
	}
	return out
}

// A drawer draws expressions together with what they are, which it works out for itself.
type drawer struct {
	*scalar.Builder
	t     *rapid.T
	row   map[string]scalar.Value
	whole []*scalar.Expr // that can be used again
}

func (d *drawer) env() scalar.Env {
	return scalar.EnvFunc(func(e *scalar.Expr, _ []scalar.Value) scalar.Value { return d.row[e.Name()] })
}

func (d *drawer) intn(n int, label string) int { return rapid.IntRange(0, n-1).Draw(d.t, label) }

// number draws a number, many of them near 0 and near the ends of 64 bits.
func (d *drawer) number() *big.Int {
	n := rapid.OneOf(rapid.Int64Range(-4, 4), rapid.Int64Range(-4, 4), rapid.Int64Range(-1000, 1000), rapid.Int64Range(math.MaxInt64-3, math.MaxInt64),
		rapid.Int64Range(math.MinInt64, math.MinInt64+3), rapid.Int64()).Draw(d.t, "number")
	out := big.NewInt(n)
	if d.intn(12, "huge") == 0 {
		out.Mul(out, big.NewInt(rapid.Int64().Draw(d.t, "times")))
	}
	return out
}

// leaf draws a constant or a column.
func (d *drawer) leaf(k scalar.Kind) (*scalar.Expr, scalar.Value) {
	v := scalar.NullOf(k)
	null := k != scalar.Whole && d.intn(5, "null") == 0
	switch {
	case null:
	case k == scalar.Whole:
		v = scalar.BigOf(d.number())
	case k == scalar.Truth:
		v = scalar.TruthOf(rapid.Bool().Draw(d.t, "truth"))
	default:
		v = scalar.TextOf(rapid.SampledFrom([]string{"", "A", "B", "it's"}).Draw(d.t, "text"))
	}
	if d.intn(3, "constant") == 0 {
		return d.Const(v), v
	}
	name := fmt.Sprintf("c%d", len(d.row))
	d.row[name] = v
	switch {
	case k == scalar.Whole:
		return d.Ref(name, k, d.around(v.Whole)), v
	case null || rapid.Bool().Draw(d.t, "nullable"):
		return d.NullableRef(name, k, scalar.Range{}), v
	case rapid.Bool().Draw(d.t, "param"):
		return d.Param(name, k, scalar.Range{}), v
	}
	return d.Ref(name, k, scalar.Range{}), v
}

// around draws a range with n in it.
func (d *drawer) around(n *big.Int) scalar.Range {
	switch d.intn(5, "range") {
	case 0:
		return scalar.Range{}
	case 1:
		return scalar.Range{Lo: n, Hi: n}
	case 2:
		if n.Sign() >= 0 {
			return scalar.Natural
		}
	case 3:
		if scalar.Int64.Has(n) {
			return scalar.Int64
		}
	}
	below, above := int64(d.intn(4, "below")), int64(d.intn(4, "above"))
	return scalar.Range{Lo: new(big.Int).Sub(n, big.NewInt(below)), Hi: new(big.Int).Add(n, big.NewInt(above))}
}

func (d *drawer) numbers(depth int) (list []*scalar.Expr, values []*big.Int) {
	for range 1 + d.intn(4, "several") {
		e, v := d.numeric(depth)
		list, values = append(list, e), append(values, v)
	}
	return list, values
}

// numeric draws a whole number.
func (d *drawer) numeric(depth int) (*scalar.Expr, *big.Int) {
	e, n := d.fresh(depth)
	d.whole = append(d.whole, e)
	return e, n
}

func (d *drawer) fresh(depth int) (*scalar.Expr, *big.Int) {
	if depth == 0 || d.intn(6, "leaf") == 0 {
		if len(d.whole) > 0 && rapid.Bool().Draw(d.t, "again") {
			e := rapid.SampledFrom(d.whole).Draw(d.t, "old")
			return e, scalar.Eval(d.env(), e)[0].Whole
		}
		e, v := d.leaf(scalar.Whole)
		return e, v.Whole
	}
	depth--
	positive := func() *big.Int { // of 62 bits
		n := new(big.Int).Abs(d.number())
		return n.Add(n.Rem(n, big.NewInt(1<<62-1)), big.NewInt(1))
	}
	switch d.intn(9, "number") {
	case 0:
		list, values := d.numbers(depth)
		sum := new(big.Int)
		for _, v := range values {
			sum.Add(sum, v)
		}
		return d.Add(list...), sum
	case 1:
		x, n := d.numeric(depth)
		y, m := d.numeric(depth)
		return d.Mul(x, y), new(big.Int).Mul(n, m)
	case 2, 3:
		list, values := d.numbers(depth)
		least := rapid.Bool().Draw(d.t, "least")
		out := values[0]
		for _, v := range values {
			if least == (v.Cmp(out) < 0) {
				out = v
			}
		}
		if least {
			return d.Least(list...), out
		}
		return d.Greatest(list...), out
	case 4:
		x, n := d.numeric(depth)
		by := positive()
		switch d.intn(3, "division") {
		case 0:
			return d.Quo(x, by), new(big.Int).Quo(n, by)
		case 1:
			return d.Rem(x, by), new(big.Int).Rem(n, by)
		}
		floor, _ := new(big.Int).DivMod(n, by, new(big.Int)) // what is left over is never negative
		return d.Floor(x, by), floor
	case 5:
		x, n := d.numeric(depth)
		by, of := d.number(), positive()
		return d.Rounded(x, by, of), roundedOf(new(big.Rat).SetFrac(new(big.Int).Mul(n, by), of))
	case 6:
		x, n := d.numeric(depth)
		switch {
		case n.IsInt64():
			return d.Clamp(x), n
		case n.Sign() < 0:
			return d.Clamp(x), big.NewInt(math.MinInt64)
		}
		return d.Clamp(x), big.NewInt(math.MaxInt64)
	case 7:
		x, n := d.numeric(depth)
		y, m := d.numeric(depth)
		return d.Sub(x, y), new(big.Int).Sub(n, m)
	}
	c, holds := d.truth(depth)
	x, n := d.numeric(depth)
	y, m := d.numeric(depth)
	if holds.Null || !holds.Truth {
		n = m
	}
	return d.If(c, x, y), n
}

// roundedOf rounds a number to the nearest whole one, halves away from 0.
func roundedOf(r *big.Rat) *big.Int {
	n, _ := new(big.Int).SetString(r.FloatString(0), 10) // which rounds so
	return n
}

// truth draws true, false or null.
func (d *drawer) truth(depth int) (*scalar.Expr, scalar.Value) {
	if depth == 0 || d.intn(6, "leaf") == 0 {
		return d.leaf(scalar.Truth)
	}
	depth--
	switch d.intn(8, "truth") {
	case 0, 1:
		or := rapid.Bool().Draw(d.t, "or")
		var list []*scalar.Expr
		out, null := !or, false
		for range 1 + d.intn(3, "several") {
			e, v := d.truth(depth)
			list = append(list, e)
			if null = null || v.Null; !v.Null && v.Truth == or {
				out = or
			}
		}
		v := scalar.TruthOf(out)
		if out != or && null {
			v = scalar.NullOf(scalar.Truth)
		}
		if or {
			return d.Or(list...), v
		}
		return d.And(list...), v
	case 2:
		e, v := d.truth(depth)
		v.Truth = !v.Truth && !v.Null
		return d.Not(e), v
	case 3:
		e, v := d.leaf(scalar.Text)
		return d.IsNull(e), scalar.TruthOf(v.Null)
	case 4:
		e, v := d.truth(depth)
		if v.Null {
			v = scalar.TruthOf(false)
		}
		return d.Coalesce(e, d.Truth(false)), v
	case 5:
		x, v := d.words(depth)
		e := d.In(x, scalar.TextOf("A"), scalar.TextOf("AB"), scalar.TextOf("A"))
		if v.Null {
			return e, scalar.NullOf(scalar.Truth)
		}
		return e, scalar.TruthOf(v.Text == "A" || v.Text == "AB")
	}
	x, n := d.numeric(depth)
	y, m := d.numeric(depth)
	sign := n.Cmp(m)
	switch d.intn(6, "comparison") {
	case 0:
		return d.Equal(x, y), scalar.TruthOf(sign == 0)
	case 1:
		return d.NotEqual(x, y), scalar.TruthOf(sign != 0)
	case 2:
		return d.Less(x, y), scalar.TruthOf(sign < 0)
	case 3:
		return d.LessEqual(x, y), scalar.TruthOf(sign <= 0)
	case 4:
		return d.More(x, y), scalar.TruthOf(sign > 0)
	}
	return d.MoreEqual(x, y), scalar.TruthOf(sign >= 0)
}

// words draws a text.
func (d *drawer) words(depth int) (*scalar.Expr, scalar.Value) {
	if depth == 0 || d.intn(3, "leaf") == 0 {
		return d.leaf(scalar.Text)
	}
	depth--
	if rapid.Bool().Draw(d.t, "concat") {
		x, v := d.words(depth)
		y, w := d.words(depth)
		if v.Null || w.Null {
			return d.Concat(x, y), scalar.NullOf(scalar.Text)
		}
		return d.Concat(x, y), scalar.TextOf(v.Text + w.Text)
	}
	first, holds := d.truth(depth)
	second, also := d.truth(depth)
	x, v := d.leaf(scalar.Text)
	y, w := d.leaf(scalar.Text)
	z, u := d.leaf(scalar.Text)
	switch {
	case !holds.Null && holds.Truth:
	case !also.Null && also.Truth:
		v = w
	default:
		v = u
	}
	return d.Case(z, scalar.When{If: first, Then: x}, scalar.When{If: second, Then: y}), v
}
