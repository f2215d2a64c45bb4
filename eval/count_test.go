package eval

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// counts draws counts on both sides of 64 bits.
func counts() *rapid.Generator[count] {
	small := rapid.Custom(func(t *rapid.T) count {
		return count{small: rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 3), rapid.Uint64Range(math.MaxUint64-3, math.MaxUint64)).Draw(t, "small")}
	})
	large := rapid.Custom(func(t *rapid.T) count {
		return small.Draw(t, "a").times(small.Draw(t, "b")).plus(small.Draw(t, "c"))
	})
	return rapid.OneOf(small, large)
}

// TestCountIsExact compares counts with integers of any size.
func TestCountIsExact(t *testing.T) {
	past := 0
	rapid.Check(t, func(t *rapid.T) {
		a, b := counts().Draw(t, "a"), counts().Draw(t, "b")
		x, y := a.big(), b.big()
		sum, product := new(big.Int).Add(x, y), new(big.Int).Mul(x, y)
		if got := a.plus(b).big(); got.Cmp(sum) != 0 {
			t.Fatalf("%v + %v = %v", x, y, got)
		}
		if got := a.times(b).big(); got.Cmp(product) != 0 {
			t.Fatalf("%v * %v = %v", x, y, got)
		}
		if got := a.less(b); got != (x.Cmp(y) < 0) {
			t.Fatalf("%v < %v is %t", x, y, got)
		}
		if same := x.Cmp(y) == 0; a.less(a) || same && a.less(b) {
			t.Fatalf("%v is less than itself", x)
		}
		n := rapid.Uint64().Draw(t, "n")
		if got := a.atLeast(n); got != (x.Cmp(new(big.Int).SetUint64(n)) >= 0) {
			t.Fatalf("%v >= %d is %t", x, n, got)
		}
		if got := a.isZero(); got != (x.Sign() == 0) {
			t.Fatalf("%v is zero: %t", x, got)
		}
		clamped := uint64(math.MaxUint64)
		if x.IsUint64() {
			clamped = x.Uint64()
		} else {
			past++
		}
		if got := a.clamp(); got != clamped {
			t.Fatalf("%v clamps to %d", x, got)
		}
	})
	if past == 0 {
		t.Error("no count passed 64 bits: the property was not tried")
	}
}

// TestTotalClampsOnce: the exact sum is clamped at the end, so that the order
// of the conditions never matters.
func TestTotalClampsOnce(t *testing.T) {
	clamped := 0
	rapid.Check(t, func(t *rapid.T) {
		type term struct {
			count  count
			points int64
		}
		terms := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) term {
			points := rapid.OneOf(rapid.Int64Range(-1_000_000, 1_000_000), rapid.Just[int64](1_000_000), rapid.Just[int64](-1_000_000)).Draw(t, "points")
			return term{counts().Draw(t, "count"), points}
		}), 0, 6).Draw(t, "terms")
		exact := new(big.Int)
		var forth, back total
		for i, x := range terms {
			exact.Add(exact, new(big.Int).Mul(x.count.big(), big.NewInt(x.points)))
			forth.add(x.count, x.points)
			y := terms[len(terms)-1-i]
			back.add(y.count, y.points)
		}
		want := int64(math.MaxInt64)
		switch {
		case exact.IsInt64():
			want = exact.Int64()
		case exact.Sign() < 0:
			want = math.MinInt64
			clamped++
		default:
			clamped++
		}
		if forth.clamp() != want || back.clamp() != want {
			t.Fatalf("%v clamps to %d and, backwards, %d; want %d", exact, forth.clamp(), back.clamp(), want)
		}
	})
	if clamped == 0 {
		t.Error("no total passed 64 bits: the property was not tried")
	}
}

func TestTotalAtTheEnds(t *testing.T) {
	one := count{small: 1}
	most := count{small: math.MaxInt64}
	for _, test := range []struct {
		name string
		add  func(*total)
		want int64
	}{
		{"nothing", func(*total) {}, 0},
		{"the largest", func(s *total) { s.add(most, 1) }, math.MaxInt64},
		{"one more", func(s *total) { s.add(most, 1); s.add(one, 1) }, math.MaxInt64},
		{"more, and back again", func(s *total) { s.add(most, 1); s.add(one, 1); s.add(one, -1) }, math.MaxInt64},
		{"far more, and back", func(s *total) { s.add(most, 1_000_000); s.add(most, -1_000_000); s.add(one, 7) }, 7},
		{"the smallest", func(s *total) { s.add(most, -1); s.add(one, -1) }, math.MinInt64},
		{"one more than a sum that is the largest", func(s *total) { s.small = math.MaxInt64; s.add(one, 1) }, math.MaxInt64},
		{"more than a sum that is the largest, and back again", func(s *total) { s.small = math.MaxInt64; s.add(one, 1); s.add(one, -2) }, math.MaxInt64 - 1},
		{"less than a sum that is the smallest, and back again", func(s *total) { s.small = math.MinInt64; s.add(one, -1); s.add(one, 2) }, math.MinInt64 + 1},
		{"one less than a sum that is the largest", func(s *total) { s.small = math.MaxInt64; s.add(one, -1) }, math.MaxInt64 - 1},
		{"one more than a sum that is the smallest", func(s *total) { s.small = math.MinInt64; s.add(one, 1) }, math.MinInt64 + 1},
		{"nothing to a sum", func(s *total) { s.small = -3; s.add(count{}, 7); s.add(one, 0) }, -3},
		{"one less", func(s *total) { s.add(most, -1); s.add(one, -2) }, math.MinInt64},
	} {
		var s total
		if test.add(&s); s.clamp() != test.want {
			t.Errorf("%s: %d, want %d", test.name, s.clamp(), test.want)
		}
	}
}
