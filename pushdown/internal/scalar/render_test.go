package scalar

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
)

// complete returns a dialect with columns, parameters and calls.
func complete(d Dialect) *Dialect {
	d.Ref = func(name string) string { return "e." + name }
	d.Param = func(e *Expr) string { return ":" + e.Name() }
	d.Call = func(e *Expr, args []string) string { return e.Name() + "(" + strings.Join(args, ", ") + ")" }
	return &d
}

// TestRender: how expressions are written, with parentheses where they are needed, and numbers
// of 64 bits or more.
func TestRender(t *testing.T) {
	var b Builder
	n, m := b.Ref("n", Whole, Rows), b.Ref("m", Whole, Int64)
	w, i := b.Ref("w", Whole, Natural), b.Ref("i", Whole, Between(0, 9))
	s, p := b.NullableRef("s", Text, Range{}), b.Param("p", Truth, Range{})
	yes := b.More(n, b.Whole(3))
	for _, test := range []struct {
		e      *Expr
		pg     string // PostgreSQL
		sqlite string // or "" if it is the same
	}{
		{b.Whole(5), "CAST(5 AS BIGINT)", "5"},
		{b.Whole(-5), "CAST(-5 AS BIGINT)", "-5"},
		{b.Null(Text), "NULL", ""},
		{b.Text("it's"), "'it''s'", ""},
		{b.Add(n, b.Whole(-5)), "e.n - 5", ""},
		{b.Add(n, b.Whole(math.MinInt64)), "e.n + (-9223372036854775808)", ""},
		{b.Mul(n, b.Whole(-5)), "e.n * (-5)", ""},
		{b.Mul(b.Mul(i, i), b.Mul(i, i)), "e.i * e.i * (e.i * e.i)", ""},
		{b.Mul(b.Add(n, b.Whole(1)), b.Whole(7)), "(e.n + 1) * 7", ""},
		{b.Sub(n, b.Mul(n, b.Whole(2))), "e.n + e.n * (-2)", ""},
		{b.Mul(i, b.Mul(b.Mul(i, b.Whole(7)), b.Whole(2))), "e.i * e.i * 14", ""},
		{b.Add(n, b.Add(n, b.Whole(6)), b.Whole(-8)), "e.n + e.n - 2", ""},
		{b.Mul(m, b.Whole(2)), "CAST(e.m AS NUMERIC) * 2", "e.m * 2"},
		{b.Clamp(b.Mul(w, b.Whole(2))), "CAST(LEAST(e.w * 2, 9223372036854775807) AS BIGINT)", "min(e.w * 2, 9223372036854775807)"},
		{b.Least(n, b.Whole(5)), "LEAST(e.n, 5)", "min(e.n, 5)"},
		{b.Quo(n, big.NewInt(2)), "(e.n / 2)", ""},
		{b.Quo(w, big.NewInt(2)), "div(e.w, 2)", "(e.w / 2)"},
		{b.Rem(w, big.NewInt(2)), "CAST((e.w % 2) AS BIGINT)", "(e.w % 2)"},
		{b.If(yes, b.Whole(2_000_000_000), b.Whole(0)), "CASE WHEN e.n > 3 THEN CAST(2000000000 AS BIGINT) ELSE 0 END", "CASE WHEN e.n > 3 THEN 2000000000 ELSE 0 END"},
		{b.If(yes, n, b.Whole(0)), "CASE WHEN e.n > 3 THEN e.n ELSE 0 END", ""},
		{b.If(yes, n, w), "CASE WHEN e.n > 3 THEN CAST(e.n AS NUMERIC) ELSE e.w END", "CASE WHEN e.n > 3 THEN e.n ELSE e.w END"},
		{b.And(yes, b.Or(p, b.Not(p))), "e.n > 3 AND (:p OR NOT :p)", ""},
		{b.Or(b.And(yes, p), b.Not(b.And(yes, p))), "e.n > 3 AND :p OR NOT (e.n > 3 AND :p)", ""},
		{b.Not(yes), "e.n <= 3", ""},
		{b.Less(b.Whole(3), n), "e.n > 3", ""},
		{b.Coalesce(b.In(s, TextOf("A"), TextOf("B")), b.Truth(false)), "COALESCE(e.s IN ('A', 'B'), FALSE)", ""},
		{b.Not(b.IsNull(s)), "e.s IS NOT NULL", ""},
		{b.Equal(b.Concat(s, b.Text("!")), b.Text("A!")), "e.s || '!' = 'A!'", ""},
		{b.Call("contains", Truth, true, Range{}, s, b.Concat(s, s)), "contains(e.s, e.s || e.s)", ""},
	} {
		pg, sqlite := complete(PostgreSQL()), complete(SQLite())
		if got := Render(pg, test.e); got != test.pg {
			t.Errorf("%v is %s, want %s", test.e, got, test.pg)
		}
		want := test.sqlite
		if want == "" {
			want = test.pg
		}
		if got := Render(sqlite, test.e); got != want {
			t.Errorf("%v is %s in SQLite, want %s", test.e, got, want)
		}
	}
}

// TestFolded: what is known is a constant.
func TestFolded(t *testing.T) {
	var b Builder
	n, p := b.Ref("n", Whole, Rows), b.Param("p", Truth, Range{})
	for _, test := range []struct{ got, want *Expr }{
		{b.MoreEqual(n, b.Whole(0)), b.Truth(true)},
		{b.Less(n, b.Whole(0)), b.Truth(false)},
		{b.NotEqual(n, b.Whole(-1)), b.Truth(true)},
		{b.Clamp(b.Mul(n, b.Whole(1000))), b.Mul(n, b.Whole(1000))},
		{b.Mul(n, b.Whole(0)), b.Whole(0)},
		{b.Add(b.Whole(2), n, b.Whole(-2)), n},
		{b.Least(b.Whole(3), b.Whole(5), n), b.Least(n, b.Whole(3))},
		{b.And(p, b.Truth(true), p), p},
		{b.Or(p, b.Truth(true)), b.Truth(true)},
		{b.If(p, n, n), n},
		{b.If(p, b.Truth(false), b.Truth(true)), b.Not(p)},
		{b.Not(b.Not(p)), p},
		{b.Rounded(n, big.NewInt(50), big.NewInt(100)), b.Rounded(n, big.NewInt(1), big.NewInt(2))},
		{b.Rounded(n, big.NewInt(300), big.NewInt(100)), b.Mul(n, b.Whole(3))},
		{b.Floor(n, big.NewInt(2)), b.Quo(n, big.NewInt(2))},
		{b.Substitute(b.If(p, n, b.Whole(0)), func(e *Expr) *Expr {
			if e == p {
				return b.Truth(true)
			}
			return nil
		}), n},
	} {
		if test.got != test.want {
			t.Errorf("got %v, want %v", test.got, test.want)
		}
	}
}

// TestRoundedFits: weights of a decay and points need more than 64 bits, but not to round
// them.
func TestRoundedFits(t *testing.T) {
	var b Builder
	weights := b.Ref("w", Whole, Between(0, 1<<60))
	e := b.Rounded(weights, big.NewInt(1_000_000_000), big.NewInt(1<<32))
	var check func(e *Expr)
	check = func(e *Expr) {
		if e.Kind() == Whole && !e.Range().Fits() {
			t.Errorf("%v does not fit in 64 bits", e)
		}
		for _, a := range e.Args() {
			check(a)
		}
	}
	check(e)
	for _, n := range []int64{0, 1, 2, 3, 1<<32 - 1, 1 << 32, 1<<60 - 1, 1 << 60} {
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(n), big.NewInt(1_000_000_000)), big.NewInt(1<<32))
		want, _ := new(big.Int).SetString(exact.FloatString(0), 10) // which rounds halves away from 0
		if got := Eval(EnvFunc(func(*Expr, []Value) Value { return WholeOf(n) }), e)[0]; got.Whole.Cmp(want) != 0 {
			t.Errorf("%d: %v, want %v", n, got, want)
		}
	}
}

// TestArrange: what is there twice has a column of its own, and so has arithmetic that needs a
// guard.
func TestArrange(t *testing.T) {
	var b Builder
	n, m := b.Ref("n", Whole, Rows), b.Ref("m", Whole, Int64)
	product := b.Mul(m, n)
	sum := b.Add(n, b.Quo(n, big.NewInt(7)), b.Rem(n, big.NewInt(9)))
	list := []Column{{"low", b.Less(sum, b.Whole(10))}, {"sum", sum}, {"product", b.Clamp(product)}}
	d := complete(SQLite())
	var got []string
	for _, step := range b.Arrange(list, "x", true) {
		var columns []string
		for _, c := range step {
			columns = append(columns, Render(d, c.Expr)+" AS "+c.Name)
		}
		got = append(got, strings.Join(columns, ", "))
	}
	want := []string{
		"e.n + (e.n / 7) + (e.n % 9) AS x0, e.m * e.n AS x1",
	}
	guarded := "CASE WHEN typeof(e.x1) = 'integer' THEN e.x1 ELSE abs(" + fmt.Sprint(math.MinInt64) + ") END"
	want = append(want, "e.x0 < 10 AS low, e.x0 AS sum, min(max("+guarded+", -9223372036854775808), 9223372036854775807) AS product")
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
