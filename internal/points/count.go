package points

import (
	"math"
	"math/big"
	"math/bits"
)

// A Count is a number of occurrences. Five hops multiply quickly, so a count of
// routes can exceed 64 bits; it is exact all the same. The zero Count is 0.
type Count struct {
	small uint64
	large *big.Int // the count if not nil; never changed once set
}

// CountOf returns the count n.
func CountOf(n uint64) Count { return Count{small: n} }

// BigCount returns the count n, which must not be negative, and is not changed afterwards.
func BigCount(n *big.Int) Count { return Count{large: n}.reduced() }

// IsZero reports whether c is 0.
func (c Count) IsZero() bool { return c.large == nil && c.small == 0 }

// Big returns c as an integer that the caller must not change.
func (c Count) Big() *big.Int {
	if c.large != nil {
		return c.large
	}
	return new(big.Int).SetUint64(c.small)
}

// Plus returns c + d.
func (c Count) Plus(d Count) Count {
	if c.large == nil && d.large == nil {
		if sum, carry := bits.Add64(c.small, d.small, 0); carry == 0 {
			return Count{small: sum}
		}
	}
	return Count{large: new(big.Int).Add(c.Big(), d.Big())}
}

// Times returns c × d.
func (c Count) Times(d Count) Count {
	if c.large == nil && d.large == nil {
		if high, low := bits.Mul64(c.small, d.small); high == 0 {
			return Count{small: low}
		}
	}
	return Count{large: new(big.Int).Mul(c.Big(), d.Big())}
}

// Over returns how many whole ns there are in c. n must not be 0.
func (c Count) Over(n uint64) Count {
	if c.large == nil {
		return Count{small: c.small / n}
	}
	return Count{large: new(big.Int).Quo(c.large, new(big.Int).SetUint64(n))}
}

// Minus returns c - d. d must not be more than c.
func (c Count) Minus(d Count) Count {
	if c.large == nil && d.large == nil {
		return Count{small: c.small - d.small}
	}
	return Count{large: new(big.Int).Sub(c.Big(), d.Big())}.reduced()
}

// reduced returns c in its small form, if it fits.
func (c Count) reduced() Count {
	if c.large != nil && c.large.IsUint64() {
		return Count{small: c.large.Uint64()}
	}
	return c
}

// Less reports whether c < d.
func (c Count) Less(d Count) bool {
	if c.large == nil && d.large == nil {
		return c.small < d.small
	}
	return c.Big().Cmp(d.Big()) < 0
}

// AtLeast reports whether c is n or more.
func (c Count) AtLeast(n uint64) bool { return !c.Less(Count{small: n}) }

// Clamp returns c, or the largest uint64 if c exceeds it.
func (c Count) Clamp() uint64 {
	if c.large == nil {
		return c.small
	}
	if c.large.IsUint64() {
		return c.large.Uint64()
	}
	return math.MaxUint64
}

// A Total is an exact sum of points. The zero Total is 0.
type Total struct {
	small int64
	large *big.Int // the total if not nil; never changed once set
}

// TotalOf returns the total n.
func TotalOf(n int64) Total { return Total{small: n} }

// Add adds points c times.
func (t *Total) Add(c Count, points int64) {
	const safe, most = 1 << 30, 1 << 31 // the product stays far below 64 bits
	if t.large == nil && c.large == nil && c.small < safe && points > -most && points < most {
		product := int64(c.small) * points
		if sum := t.small + product; (sum > t.small) == (product > 0) {
			t.small = sum
			return
		}
	}
	sum := new(big.Int).Mul(c.Big(), big.NewInt(points))
	t.large = sum.Add(sum, t.Big())
}

// Big returns t as an integer that the caller must not change.
func (t Total) Big() *big.Int {
	if t.large != nil {
		return t.large
	}
	return big.NewInt(t.small)
}

// Clamp returns t, or the nearest int64 (language reference, Frequencies and
// points: the exact sum is clamped once).
func (t Total) Clamp() int64 {
	switch {
	case t.large == nil:
		return t.small
	case t.large.IsInt64():
		return t.large.Int64()
	case t.large.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}
