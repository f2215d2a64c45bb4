package points

import (
	"cmp"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/check"
)

// int64s draws numbers, many of them near the ends and near 0.
func int64s() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3, 3), rapid.Int64Range(math.MaxInt64-3, math.MaxInt64), rapid.Int64Range(math.MinInt64, math.MinInt64+3))
}

// totals draws totals on both sides of 64 bits.
func totals() *rapid.Generator[Total] {
	return rapid.Custom(func(t *rapid.T) Total {
		n := big.NewInt(int64s().Draw(t, "n"))
		if rapid.Bool().Draw(t, "large") {
			n.Mul(n, big.NewInt(int64s().Draw(t, "m")))
		}
		return totalOf(n)
	})
}

// TestTotalIsExact compares sums, differences, shares and bounds with integers of any
// size, and that no total changes once it is made.
func TestTotalIsExact(t *testing.T) {
	for range 10 {
		rapid.Check(t, func(t *rapid.T) {
			a, b := totals().Draw(t, "a"), totals().Draw(t, "b")
			x, y := new(big.Int).Set(a.Big()), new(big.Int).Set(b.Big())
			if got, want := a.Plus(b).Big(), new(big.Int).Add(x, y); got.Cmp(want) != 0 {
				t.Fatalf("%v + %v = %v", x, y, got)
			}
			if got, want := a.Minus(b).Big(), new(big.Int).Sub(x, y); got.Cmp(want) != 0 {
				t.Fatalf("%v - %v = %v", x, y, got)
			}
			n, of := int64s().Draw(t, "n"), rapid.OneOf(rapid.Int64Range(1, 100), rapid.Int64Range(1, math.MaxInt64)).Draw(t, "of")
			exact := new(big.Rat).SetFrac(new(big.Int).Mul(x, big.NewInt(n)), big.NewInt(of))
			if got, want := a.Times(n, of).Big(), nearest(exact).Num(); got.Cmp(want) != 0 {
				t.Fatalf("%v * %d / %d = %v, want %v", x, n, of, got, want)
			}
			l := check.Limit{Lo: n, Hi: max(n, of), HasLo: rapid.Bool().Draw(t, "from"), HasHi: rapid.Bool().Draw(t, "up to")}
			want := new(naive).limited(new(big.Rat).SetInt(x), l).Num()
			if got := a.Within(l).Big(); got.Cmp(want) != 0 {
				t.Fatalf("%v within %+v is %v, want %v", x, l, got, want)
			}
			if a.Big().Cmp(x) != 0 || b.Big().Cmp(y) != 0 {
				t.Fatalf("a total changed from %v to %v, or from %v to %v", x, a.Big(), y, b.Big())
			}
		})
	}
}

// TestFractionWorth compares the points of a fraction with rational numbers.
func TestFractionWorth(t *testing.T) {
	for range 10 {
		rapid.Check(t, func(t *rapid.T) {
			f := Fraction{counts().Draw(t, "count"), rapid.OneOf(rapid.Uint64Range(1, 100), rapid.Just[uint64](1<<32)).Draw(t, "of")}
			points := rapid.Int64Range(-1_000_000_000, 1_000_000_000).Draw(t, "points")
			want := nearest(new(big.Rat).Mul(f.Rat(), big.NewRat(points, 1))).Num()
			if got := f.Worth(points).Big(); got.Cmp(want) != 0 {
				t.Fatalf("%v times %d are %v, want %v", f.Rat(), points, got, want)
			}
		})
	}
}

// TestHalvesAwayFromZero: the nearest whole number, and of two the one farther from zero.
func TestHalvesAwayFromZero(t *testing.T) {
	for _, test := range []struct{ n, of, want int64 }{
		{1, 2, 1}, {-1, 2, -1}, {3, 2, 2}, {-3, 2, -2}, {1, 3, 0}, {-1, 3, 0}, {2, 3, 1}, {-2, 3, -1}, {49, 100, 0}, {50, 100, 1}, {-50, 100, -1},
	} {
		total := TotalOf(test.n).Times(1, test.of)
		if got := total.Clamp(); got != test.want {
			t.Errorf("%d/%d is %d, want %d", test.n, test.of, got, test.want)
		}
	}
}

func TestDecimal(t *testing.T) {
	for _, test := range []struct {
		n, of uint64
		want  string
	}{
		{0, 1, "0"}, {10, 1, "10"}, {175, 100, "1.75"}, {100, 100, "1"}, {1, 3, "0.333"}, {2, 3, "0.667"}, {1, 1 << 32, "0.0000000002"}, {0, 100, "0"}, {1000, 1, "1000"},
	} {
		if got := Decimal(Fraction{CountOf(test.n), test.of}.Rat()); got != test.want {
			t.Errorf("%d/%d is %s, want %s", test.n, test.of, got, test.want)
		}
	}
}

// TestCompareIsExact: neither number is rounded.
func TestCompareIsExact(t *testing.T) {
	for range 10 {
		rapid.Check(t, func(t *rapid.T) {
			score := int64s().Draw(t, "score")
			f := rapid.OneOf(
				rapid.Custom(func(t *rapid.T) float64 { return float64(score) + float64(rapid.IntRange(-2, 2).Draw(t, "more"))/2 }),
				rapid.SampledFrom([]float64{1 << 63, -1 << 63, 1e300, -1e300, 0.5, -0.5}),
			).Draw(t, "number")
			if got, want := compare(score, f), new(big.Rat).SetInt64(score).Cmp(new(big.Rat).SetFloat64(f)); cmp.Compare(got, 0) != want {
				t.Fatalf("%d compared with %v: %d, want %d", score, f, got, want)
			}
		})
	}
	if compare(math.MaxInt64, math.Inf(1)) != -1 || compare(math.MinInt64, math.Inf(-1)) != 1 {
		t.Error("a score is not between the infinities")
	}
}
