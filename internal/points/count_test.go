package points

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// counts draws counts on both sides of 64 bits.
func counts() *rapid.Generator[Count] {
	small := rapid.Custom(func(t *rapid.T) Count {
		return CountOf(rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 3), rapid.Uint64Range(math.MaxUint64-3, math.MaxUint64)).Draw(t, "small"))
	})
	large := rapid.Custom(func(t *rapid.T) Count {
		return small.Draw(t, "a").Times(small.Draw(t, "b")).Plus(small.Draw(t, "c"))
	})
	return rapid.OneOf(small, large)
}

// TestCountIsExact compares counts with integers of any size.
func TestCountIsExact(t *testing.T) {
	past := 0
	rapid.Check(t, func(t *rapid.T) {
		a, b := counts().Draw(t, "a"), counts().Draw(t, "b")
		x, y := a.Big(), b.Big()
		sum, product := new(big.Int).Add(x, y), new(big.Int).Mul(x, y)
		if got := a.Plus(b).Big(); got.Cmp(sum) != 0 {
			t.Fatalf("%v + %v = %v", x, y, got)
		}
		if got := a.Times(b).Big(); got.Cmp(product) != 0 {
			t.Fatalf("%v * %v = %v", x, y, got)
		}
		if n := rapid.Uint64Range(1, math.MaxUint64).Draw(t, "divisor"); a.Over(n).Big().Cmp(new(big.Int).Quo(x, new(big.Int).SetUint64(n))) != 0 {
			t.Fatalf("%v / %d = %v", x, n, a.Over(n).Big())
		}
		if got := a.Less(b); got != (x.Cmp(y) < 0) {
			t.Fatalf("%v < %v is %t", x, y, got)
		}
		if same := x.Cmp(y) == 0; a.Less(a) || same && a.Less(b) {
			t.Fatalf("%v is less than itself", x)
		}
		n := rapid.Uint64().Draw(t, "n")
		if got := a.AtLeast(n); got != (x.Cmp(new(big.Int).SetUint64(n)) >= 0) {
			t.Fatalf("%v >= %d is %t", x, n, got)
		}
		if got := a.IsZero(); got != (x.Sign() == 0) {
			t.Fatalf("%v is zero: %t", x, got)
		}
		clamped := uint64(math.MaxUint64)
		if x.IsUint64() {
			clamped = x.Uint64()
		} else {
			past++
		}
		if got := a.Clamp(); got != clamped {
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
			count  Count
			points int64
		}
		terms := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) term {
			points := rapid.OneOf(rapid.Int64Range(-1_000_000, 1_000_000), rapid.Just[int64](1_000_000_000), rapid.Just[int64](-1_000_000_000)).Draw(t, "points")
			return term{counts().Draw(t, "count"), points}
		}), 0, 6).Draw(t, "terms")
		exact := new(big.Int)
		var forth, back Total
		for i, x := range terms {
			exact.Add(exact, new(big.Int).Mul(x.count.Big(), big.NewInt(x.points)))
			forth.Add(x.count, x.points)
			y := terms[len(terms)-1-i]
			back.Add(y.count, y.points)
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
		if forth.Big().Cmp(exact) != 0 || back.Big().Cmp(exact) != 0 {
			t.Fatalf("%v is added up to %v and, backwards, to %v", exact, forth.Big(), back.Big())
		}
		if forth.Clamp() != want || back.Clamp() != want {
			t.Fatalf("%v clamps to %d and, backwards, %d; want %d", exact, forth.Clamp(), back.Clamp(), want)
		}
	})
	if clamped == 0 {
		t.Error("no total passed 64 bits: the property was not tried")
	}
}

// TestTotalOf checks a total that begins with a number.
func TestTotalOf(t *testing.T) {
	for _, n := range []int64{0, 7, -7, math.MaxInt64, math.MinInt64} {
		total := TotalOf(n)
		if total.Clamp() != n || total.Big().Int64() != n {
			t.Errorf("the total of %d is %d", n, total.Clamp())
		}
		total.Add(CountOf(2), 3)
		want := new(big.Int).Add(big.NewInt(n), big.NewInt(6))
		if total.Big().Cmp(want) != 0 {
			t.Errorf("%d and 6 are %v", n, total.Big())
		}
	}
}

// TestCountInLargeForm checks a count that is a big.Int and fits in 64 bits.
func TestCountInLargeForm(t *testing.T) {
	large := Count{large: big.NewInt(5)}
	if large.Clamp() != 5 || large.Less(CountOf(5)) || CountOf(5).Less(large) || !large.AtLeast(5) || large.AtLeast(6) {
		t.Error("5 is not 5")
	}
}

func TestTotalAtTheEnds(t *testing.T) {
	one := CountOf(1)
	most := CountOf(math.MaxInt64)
	for _, test := range []struct {
		name string
		add  func(*Total)
		want int64
	}{
		{"nothing", func(*Total) {}, 0},
		{"the largest", func(s *Total) { s.Add(most, 1) }, math.MaxInt64},
		{"one more", func(s *Total) { s.Add(most, 1); s.Add(one, 1) }, math.MaxInt64},
		{"more, and back again", func(s *Total) { s.Add(most, 1); s.Add(one, 1); s.Add(one, -1) }, math.MaxInt64},
		{"far more, and back", func(s *Total) { s.Add(most, 1_000_000); s.Add(most, -1_000_000); s.Add(one, 7) }, 7},
		{"the smallest", func(s *Total) { s.Add(most, -1); s.Add(one, -1) }, math.MinInt64},
		{"one more than a sum that is the largest", func(s *Total) { s.small = math.MaxInt64; s.Add(one, 1) }, math.MaxInt64},
		{"more than a sum that is the largest, and back again", func(s *Total) { s.small = math.MaxInt64; s.Add(one, 1); s.Add(one, -2) }, math.MaxInt64 - 1},
		{"less than a sum that is the smallest, and back again", func(s *Total) { s.small = math.MinInt64; s.Add(one, -1); s.Add(one, 2) }, math.MinInt64 + 1},
		{"one less than a sum that is the largest", func(s *Total) { s.small = math.MaxInt64; s.Add(one, -1) }, math.MaxInt64 - 1},
		{"one more than a sum that is the smallest", func(s *Total) { s.small = math.MinInt64; s.Add(one, 1) }, math.MinInt64 + 1},
		{"nothing to a sum", func(s *Total) { s.small = -3; s.Add(Count{}, 7); s.Add(one, 0) }, -3},
		{"one less", func(s *Total) { s.Add(most, -1); s.Add(one, -2) }, math.MinInt64},
	} {
		var s Total
		if test.add(&s); s.Clamp() != test.want {
			t.Errorf("%s: %d, want %d", test.name, s.Clamp(), test.want)
		}
	}
}

// TestTotalIsAValue checks that a copy of a large total does not change with it.
func TestTotalIsAValue(t *testing.T) {
	var sum Total
	sum.Add(CountOf(math.MaxUint64), math.MaxInt64)
	before, copied := sum.Big().String(), sum
	sum.Add(CountOf(1), 1)
	if got := copied.Big().String(); got != before || sum.Big().String() == before {
		t.Errorf("the copy of %s is now %s, and the total %v", before, got, sum.Big())
	}
}
