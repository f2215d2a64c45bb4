package eval

import (
	"math"
	"math/big"
	"math/bits"
)

// A count of routes can pass 64 bits: five hops multiply quickly. It is exact
// all the same. The zero count is 0.
type count struct {
	small uint64
	large *big.Int // if not nil, the count; never changed once set
}

func (c count) isZero() bool { return c.large == nil && c.small == 0 }

func (c count) big() *big.Int {
	if c.large != nil {
		return c.large
	}
	return new(big.Int).SetUint64(c.small)
}

func (c count) plus(d count) count {
	if c.large == nil && d.large == nil {
		if sum, carry := bits.Add64(c.small, d.small, 0); carry == 0 {
			return count{small: sum}
		}
	}
	return count{large: new(big.Int).Add(c.big(), d.big())}
}

func (c count) times(d count) count {
	if c.large == nil && d.large == nil {
		if high, low := bits.Mul64(c.small, d.small); high == 0 {
			return count{small: low}
		}
	}
	return count{large: new(big.Int).Mul(c.big(), d.big())}
}

func (c count) less(d count) bool {
	if c.large == nil && d.large == nil {
		return c.small < d.small
	}
	return c.big().Cmp(d.big()) < 0
}

// atLeast reports whether c is n or more.
func (c count) atLeast(n uint64) bool { return !c.less(count{small: n}) }

// clamp returns c, or the largest uint64 if it is more.
func (c count) clamp() uint64 {
	if c.large == nil {
		return c.small
	}
	if c.large.IsUint64() {
		return c.large.Uint64()
	}
	return math.MaxUint64
}

// A total is an exact sum of points. The zero total is 0.
type total struct {
	small int64
	large *big.Int // if not nil, the total
}

// add adds c times points.
func (t *total) add(c count, points int64) {
	const safe = 1 << 40 // times a million points it stays far below 64 bits
	if t.large == nil && c.large == nil && c.small < safe && points > -1<<22 && points < 1<<22 {
		product := int64(c.small) * points
		if sum := t.small + product; (sum > t.small) == (product > 0) {
			t.small = sum
			return
		}
	}
	if t.large == nil {
		t.large = big.NewInt(t.small)
	}
	t.large.Add(t.large, new(big.Int).Mul(c.big(), big.NewInt(points)))
}

// clamp returns the total, or the nearest int64 (language reference,
// Frequencies and points: the exact sum is clamped once).
func (t *total) clamp() int64 {
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
