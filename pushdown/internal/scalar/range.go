package scalar

import (
	"math"
	"math/big"
)

// A Range is the whole numbers that an expression can be, both ends included. A nil end is
// open: the zero Range has all numbers. The ends must not be changed.
type Range struct{ Lo, Hi *big.Int }

// Int64 is the numbers that 64 bits hold.
var Int64 = Between(math.MinInt64, math.MaxInt64)

// Natural is 0 and all numbers above.
var Natural = Range{Lo: new(big.Int)}

// Rows is how many rows a table can have: up to 2⁴⁰, more than a million million.
var Rows = Between(0, 1<<40)

// Between returns the numbers from lo to hi.
func Between(lo, hi int64) Range { return Range{big.NewInt(lo), big.NewInt(hi)} }

// Fits reports whether 64 bits hold all numbers of r.
func (r Range) Fits() bool { return r.In(Int64) }

// In reports whether s has all numbers of r.
func (r Range) In(s Range) bool {
	return (s.Lo == nil || r.Lo != nil && r.Lo.Cmp(s.Lo) >= 0) && (s.Hi == nil || r.Hi != nil && r.Hi.Cmp(s.Hi) <= 0)
}

// Has reports whether n is in r.
func (r Range) Has(n *big.Int) bool { return Range{n, n}.In(r) }

// Plus returns the sums of a number of r and one of s.
func (r Range) Plus(s Range) Range {
	add := func(a, b *big.Int) *big.Int {
		if a == nil || b == nil {
			return nil
		}
		return new(big.Int).Add(a, b)
	}
	return Range{add(r.Lo, s.Lo), add(r.Hi, s.Hi)}
}

// within reports whether all numbers have so few bits, without the sign.
func (r Range) within(bits int) bool {
	return r.Lo != nil && r.Hi != nil && r.Lo.BitLen() <= bits && r.Hi.BitLen() <= bits
}

// Times returns the smallest range that has the products of a number of r and one of s.
func (r Range) Times(s Range) Range {
	var finite []*big.Int
	below, above := false, false
	for _, a := range r.ends() {
		for _, b := range s.ends() {
			sign := a.sign * b.sign
			switch {
			case a.n != nil && b.n != nil:
				finite = append(finite, new(big.Int).Mul(a.n, b.n))
			case sign == 0:
				finite = append(finite, new(big.Int))
			default:
				below, above = below || sign < 0, above || sign > 0
			}
		}
	}
	var out Range
	for _, n := range finite {
		out.Lo, out.Hi = lower(out.Lo, n), higher(out.Hi, n)
	}
	if below {
		out.Lo = nil
	}
	if above {
		out.Hi = nil
	}
	return out
}

// An end is a number and its sign, or infinity with a sign if n is nil.
type end struct {
	n    *big.Int
	sign int
}

func (r Range) ends() [2]end {
	ends := [2]end{{r.Lo, -1}, {r.Hi, 1}}
	for i := range ends {
		if n := ends[i].n; n != nil {
			ends[i].sign = n.Sign()
		}
	}
	return ends
}

// Union returns the smallest range that has all numbers of r and s.
func (r Range) Union(s Range) Range {
	var out Range
	if r.Lo != nil && s.Lo != nil {
		out.Lo = lower(r.Lo, s.Lo)
	}
	if r.Hi != nil && s.Hi != nil {
		out.Hi = higher(r.Hi, s.Hi)
	}
	return out
}

// Intersect returns the numbers that are in r and in s, which must have one in common.
func (r Range) Intersect(s Range) Range { return Range{higher(r.Lo, s.Lo), lower(r.Hi, s.Hi)} }

// least returns the range of the lower of a number of r and one of s.
func (r Range) least(s Range) Range { return Range{r.Union(s).Lo, lower(r.Hi, s.Hi)} }

// greatest returns the range of the higher of a number of r and one of s.
func (r Range) greatest(s Range) Range { return Range{higher(r.Lo, s.Lo), r.Union(s).Hi} }

// mapped returns the range of f, which never falls, over r.
func (r Range) mapped(f func(*big.Int) *big.Int) Range {
	var out Range
	if r.Lo != nil {
		out.Lo = f(r.Lo)
	}
	if r.Hi != nil {
		out.Hi = f(r.Hi)
	}
	return out
}

// lower returns the lower of two numbers, or the one that is not nil.
func lower(a, b *big.Int) *big.Int {
	if a == nil || b != nil && b.Cmp(a) < 0 {
		return b
	}
	return a
}

// higher returns the higher of two numbers, or the one that is not nil.
func higher(a, b *big.Int) *big.Int {
	if a == nil || b != nil && b.Cmp(a) > 0 {
		return b
	}
	return a
}
