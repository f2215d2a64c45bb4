package findings

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// TestTimes: sums are multiplied exactly, halves away from zero, and sums that do not fit
// in 64 bits have no end.
func TestTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.OneOf(rapid.Int64Range(-1000, 1000), rapid.Int64()).Draw(t, "sum")
		n := rapid.Int64Range(1, 1_000_000).Draw(t, "n")
		d := rapid.OneOf(rapid.Int64Range(1, 1000), rapid.Int64Range(1, 1_000_000_000_000)).Draw(t, "d")
		r := reach{lo: v, hi: v}
		r.times(n, d)
		if v == math.MinInt64 || v == math.MaxInt64 {
			return
		}
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(v), big.NewInt(n)), big.NewInt(d))
		want, ok := new(big.Int).SetString(exact.FloatString(0), 10) // rounds halves away from zero
		if !ok {
			t.Fatal(exact)
		}
		if got := big.NewInt(r.lo); want.IsInt64() && got.Cmp(want) != 0 || !want.IsInt64() && (v < 0) != (r.lo == math.MinInt64) || r.hi != r.lo {
			t.Fatalf("%d times %d/%d is from %d to %d, want %v", v, n, d, r.lo, r.hi, want)
		}
	})
}

// TestPlusOverflows: a sum beyond 64 bits has no end.
func TestPlusOverflows(t *testing.T) {
	r := reach{lo: math.MinInt64 + 5, hi: math.MaxInt64 - 5}
	r.plus(reach{lo: -6, hi: 6})
	if r.lo != math.MinInt64 || r.hi != math.MaxInt64 {
		t.Errorf("got %d to %d", r.lo, r.hi)
	}
}
