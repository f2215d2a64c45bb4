package points

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strings"

	"github.com/leadscore/leadscore/eval/check"
)

// A Fraction is how often points count: Count divided by Of. Of is 1 unless a child has
// a decay, so that each of its occurrences counts for a part of itself. Of is never 0.
type Fraction struct {
	Count Count
	Of    uint64
}

// Whole returns n as a fraction.
func Whole(n Count) Fraction { return Fraction{n, 1} }

// FractionOf returns r, whose denominator must fit in 64 bits and which must not be
// negative, as a fraction.
func FractionOf(r *big.Rat) Fraction {
	return Fraction{Count{large: new(big.Int).Set(r.Num())}.reduced(), r.Denom().Uint64()}
}

// IsZero reports whether f is 0.
func (f Fraction) IsZero() bool { return f.Count.IsZero() }

// Rat returns f as a rational number, in lowest terms, that belongs to the caller.
func (f Fraction) Rat() *big.Rat {
	return new(big.Rat).SetFrac(f.Count.Big(), new(big.Int).SetUint64(f.Of))
}

// Decimal returns a fraction for people: as a whole number, or with up to three decimals,
// rounded; with ten if it is too small for three.
func Decimal(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	text := r.FloatString(3)
	if text == "0.000" {
		text = r.FloatString(10)
	}
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// Worth returns points times f, rounded once to the nearest whole number, halves away
// from zero.
func (f Fraction) Worth(points int64) Total {
	if f.Of == 1 {
		var t Total
		t.Add(f.Count, points)
		return t
	}
	if f.Count.large == nil {
		if n, ok := divided(magnitude(points), f.Count.small, f.Of); ok {
			return signed(n, points < 0)
		}
	}
	return rounded(new(big.Int).Mul(f.Count.Big(), big.NewInt(points)), new(big.Int).SetUint64(f.Of))
}

// Times returns t times n, divided by of, which is above 0, and rounded to the nearest
// whole number, halves away from zero.
func (t Total) Times(n, of int64) Total {
	if t.large == nil {
		if m, ok := divided(magnitude(t.small), magnitude(n), uint64(of)); ok {
			return signed(m, (t.small < 0) != (n < 0))
		}
	}
	return rounded(new(big.Int).Mul(t.Big(), big.NewInt(n)), big.NewInt(of))
}

// Plus returns t + u.
func (t Total) Plus(u Total) Total {
	if t.large == nil && u.large == nil {
		if sum := t.small + u.small; (sum > t.small) == (u.small > 0) {
			return Total{small: sum}
		}
	}
	return totalOf(new(big.Int).Add(t.Big(), u.Big()))
}

// Minus returns t - u.
func (t Total) Minus(u Total) Total {
	if t.large == nil && u.large == nil {
		if diff := t.small - u.small; (diff < t.small) == (u.small > 0) {
			return Total{small: diff}
		}
	}
	return totalOf(new(big.Int).Sub(t.Big(), u.Big()))
}

// Within returns t, or the nearer bound of a limit that t is outside of.
func (t Total) Within(l check.Limit) Total {
	switch {
	case l.HasLo && t.compare(l.Lo) < 0:
		return TotalOf(l.Lo)
	case l.HasHi && t.compare(l.Hi) > 0:
		return TotalOf(l.Hi)
	}
	return t
}

// IsZero reports whether t is 0.
func (t Total) IsZero() bool { return t.compare(0) == 0 }

func (t Total) compare(n int64) int {
	switch {
	case t.large != nil:
		return t.large.Cmp(big.NewInt(n))
	case t.small < n:
		return -1
	case t.small > n:
		return 1
	}
	return 0
}

// String returns t in decimal, with a sign unless it is 0.
func (t Total) String() string {
	if t.IsZero() {
		return "0"
	}
	return fmt.Sprintf("%+d", t.Big())
}

// totalOf returns n, which must not be changed any more, as a total.
func totalOf(n *big.Int) Total {
	if n.IsInt64() {
		return Total{small: n.Int64()}
	}
	return Total{large: n}
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func signed(n uint64, negative bool) Total {
	if negative {
		return Total{small: -int64(n)}
	}
	return Total{small: int64(n)}
}

// divided returns a times b, divided by of and rounded, halves up, if that fits in an
// int64.
func divided(a, b, of uint64) (n uint64, ok bool) {
	high, low := bits.Mul64(a, b)
	if high >= of {
		return 0, false
	}
	n, rest := bits.Div64(high, low, of)
	if n >= math.MaxInt64 {
		return 0, false
	}
	if rest >= of-rest {
		n++
	}
	return n, true
}

// rounded returns n divided by of, which is above 0, and rounded to the nearest whole
// number, halves away from zero.
func rounded(n, of *big.Int) Total {
	quotient, rest := new(big.Int).QuoRem(n, of, new(big.Int))
	if rest.Lsh(rest.Abs(rest), 1).Cmp(of) >= 0 {
		quotient.Add(quotient, big.NewInt(int64(n.Sign())))
	}
	return totalOf(quotient)
}
