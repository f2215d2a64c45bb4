package scalar

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// A drawer draws expressions together with what they are, which it works out for itself.
type drawer struct {
	*Builder
	t     *rapid.T
	row   map[string]Value
	whole []*Expr // that can be used again
}

func newDrawer(t *rapid.T) *drawer {
	return &drawer{Builder: &Builder{}, t: t, row: map[string]Value{}}
}

func (d *drawer) env() Env {
	return EnvFunc(func(e *Expr, _ []Value) Value { return d.row[e.Name()] })
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
func (d *drawer) leaf(k Kind) (*Expr, Value) {
	v := NullOf(k)
	null := k != Whole && d.intn(5, "null") == 0
	switch {
	case null:
	case k == Whole:
		v = BigOf(d.number())
	case k == Truth:
		v = TruthOf(rapid.Bool().Draw(d.t, "truth"))
	default:
		v = TextOf(rapid.SampledFrom([]string{"", "A", "B", "it's"}).Draw(d.t, "text"))
	}
	if d.intn(3, "constant") == 0 {
		return d.Const(v), v
	}
	name := fmt.Sprintf("c%d", len(d.row))
	d.row[name] = v
	switch {
	case k == Whole:
		return d.Ref(name, k, d.around(v.Whole)), v
	case null || rapid.Bool().Draw(d.t, "nullable"):
		return d.NullableRef(name, k, Range{}), v
	case rapid.Bool().Draw(d.t, "param"):
		return d.Param(name, k, Range{}), v
	}
	return d.Ref(name, k, Range{}), v
}

// around draws a range with n in it.
func (d *drawer) around(n *big.Int) Range {
	switch d.intn(5, "range") {
	case 0:
		return Range{}
	case 1:
		return Range{n, n}
	case 2:
		if n.Sign() >= 0 {
			return Natural
		}
	case 3:
		if Int64.Has(n) {
			return Int64
		}
	}
	return Range{new(big.Int).Sub(n, big.NewInt(int64(d.intn(4, "below")))), new(big.Int).Add(n, big.NewInt(int64(d.intn(4, "above"))))}
}

func (d *drawer) numbers(depth int) (list []*Expr, values []*big.Int) {
	for range 1 + d.intn(4, "several") {
		e, v := d.numeric(depth)
		list, values = append(list, e), append(values, v)
	}
	return list, values
}

// numeric draws a whole number.
func (d *drawer) numeric(depth int) (*Expr, *big.Int) {
	e, n := d.fresh(depth)
	d.whole = append(d.whole, e)
	return e, n
}

func (d *drawer) fresh(depth int) (*Expr, *big.Int) {
	if depth == 0 || d.intn(6, "leaf") == 0 {
		if len(d.whole) > 0 && rapid.Bool().Draw(d.t, "again") {
			e := rapid.SampledFrom(d.whole).Draw(d.t, "old")
			return e, Eval(d.env(), e)[0].Whole
		}
		e, v := d.leaf(Whole)
		return e, v.Whole
	}
	depth--
	positive := func() *big.Int {
		n := new(big.Int).Abs(d.number())
		return n.Add(n, big.NewInt(1))
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
func (d *drawer) truth(depth int) (*Expr, Value) {
	if depth == 0 || d.intn(6, "leaf") == 0 {
		return d.leaf(Truth)
	}
	depth--
	switch d.intn(8, "truth") {
	case 0, 1:
		or := rapid.Bool().Draw(d.t, "or")
		var list []*Expr
		out, null := !or, false
		for range 1 + d.intn(3, "several") {
			e, v := d.truth(depth)
			list = append(list, e)
			if null = null || v.Null; !v.Null && v.Truth == or {
				out = or
			}
		}
		v := TruthOf(out)
		if out != or && null {
			v = NullOf(Truth)
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
		e, v := d.leaf(Text)
		return d.IsNull(e), TruthOf(v.Null)
	case 4:
		e, v := d.truth(depth)
		if v.Null {
			v = TruthOf(false)
		}
		return d.Coalesce(e, d.Truth(false)), v
	case 5:
		x, v := d.words(depth)
		e := d.In(x, TextOf("A"), TextOf("AB"), TextOf("A"))
		if v.Null {
			return e, NullOf(Truth)
		}
		return e, TruthOf(v.Text == "A" || v.Text == "AB")
	}
	x, n := d.numeric(depth)
	y, m := d.numeric(depth)
	sign := n.Cmp(m)
	switch d.intn(6, "comparison") {
	case 0:
		return d.Equal(x, y), TruthOf(sign == 0)
	case 1:
		return d.NotEqual(x, y), TruthOf(sign != 0)
	case 2:
		return d.Less(x, y), TruthOf(sign < 0)
	case 3:
		return d.LessEqual(x, y), TruthOf(sign <= 0)
	case 4:
		return d.More(x, y), TruthOf(sign > 0)
	}
	return d.MoreEqual(x, y), TruthOf(sign >= 0)
}

// words draws a text.
func (d *drawer) words(depth int) (*Expr, Value) {
	if depth == 0 || d.intn(3, "leaf") == 0 {
		return d.leaf(Text)
	}
	depth--
	if rapid.Bool().Draw(d.t, "concat") {
		x, v := d.words(depth)
		y, w := d.words(depth)
		if v.Null || w.Null {
			return d.Concat(x, y), NullOf(Text)
		}
		return d.Concat(x, y), TextOf(v.Text + w.Text)
	}
	first, holds := d.truth(depth)
	second, also := d.truth(depth)
	x, v := d.leaf(Text)
	y, w := d.leaf(Text)
	z, u := d.leaf(Text)
	switch {
	case !holds.Null && holds.Truth:
	case !also.Null && also.Truth:
		v = w
	default:
		v = u
	}
	return d.Case(z, When{first, x}, When{second, y}), v
}

// drawList draws columns and what they are.
func (d *drawer) drawList() (list []Column, values []Value) {
	for i := range 1 + d.intn(4, "columns") {
		var e *Expr
		var v Value
		switch d.intn(3, "kind") {
		case 0:
			e, v = d.truth(4)
		case 1:
			e, v = d.words(4)
		default:
			var n *big.Int
			e, n = d.numeric(4)
			v = BigOf(n)
		}
		list, values = append(list, Column{fmt.Sprintf("r%d", i), e}), append(values, v)
	}
	return list, values
}

// TestEval: an expression is what it says, also where it was folded, and in its range; the
// steps of its arrangement are the same.
func TestEval(t *testing.T) {
	steps := 0
	for range 10 {
		rapid.Check(t, func(t *rapid.T) {
			d := newDrawer(t)
			list, want := d.drawList()
			for i, c := range list {
				if got := Eval(d.env(), c.Expr)[0]; !got.Is(want[i]) {
					t.Fatalf("%v is %v, want %v, for %v", c.Expr, got, want[i], d.row)
				}
			}
			arranged := d.Arrange(list, "x", rapid.Bool().Draw(t, "guard"))
			got := run(arranged, d.row)
			for i, c := range list {
				if !got[c.Name].Is(want[i]) {
					t.Fatalf("%v is %v after %d steps, want %v, for %v", c.Expr, got[c.Name], len(arranged), want[i], d.row)
				}
			}
			steps = max(steps, len(arranged))
		})
	}
	if steps < 3 {
		t.Errorf("no case has more than %d steps", steps)
	}
}

// run returns the columns of the last step. A step sees nothing but the columns of the one
// before, and the parameters.
func run(steps []Step, row map[string]Value) map[string]Value {
	params := row
	for _, step := range steps {
		next := map[string]Value{}
		for _, c := range step {
			if _, ok := next[c.Name]; ok {
				panic("two columns are called " + c.Name)
			}
			next[c.Name] = Eval(EnvFunc(func(e *Expr, _ []Value) Value {
				from := row
				if e.Op() == Param {
					from = params
				}
				v, ok := from[e.Name()]
				if !ok {
					panic("the step before has no column " + e.Name())
				}
				return v
			}), c.Expr)[0]
		}
		row = next
	}
	return row
}
