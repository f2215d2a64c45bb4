package scalar

import (
	"math"
	"math/big"
	"slices"
)

// Add returns the sum of a list: 0 if it is empty. Constants of sums in the list are added up,
// as DuckDB does that itself, in 64 bits.
func (b *Builder) Add(list ...*Expr) *Expr {
	want(Whole, list...)
	sum := new(big.Int)
	var args []*Expr
	var span Range
	for _, e := range list {
		if e.op == Const {
			sum.Add(sum, e.value.Whole)
			continue
		}
		if n := len(e.args) - 1; e.op == Add && e.args[n].op == Const {
			sum.Add(sum, e.args[n].value.Whole)
			e = b.Add(e.args[:n]...)
		}
		if args = append(args, e); len(args) == 1 {
			span = e.span
		} else {
			span = span.Plus(e.span)
		}
	}
	constant := b.Const(BigOf(sum))
	switch {
	case len(args) == 0:
		return constant
	case sum.Sign() != 0:
		args, span = append(args, constant), span.Plus(constant.span)
	case len(args) == 1:
		return args[0]
	}
	return b.node(Expr{op: Add, kind: Whole, span: span, args: args})
}

// Sub returns x - y.
func (b *Builder) Sub(x, y *Expr) *Expr { return b.Add(x, b.Mul(y, b.Whole(-1))) }

// Mul returns x * y. A constant factor of x or y becomes the last factor of the product, as
// DuckDB multiplies constants with each other itself, in 64 bits.
func (b *Builder) Mul(x, y *Expr) *Expr {
	want(Whole, x, y)
	if x.op == Const {
		x, y = y, x
	}
	switch {
	case y.isWhole(0):
		return y
	case y.isWhole(1):
		return x
	case y.op == Const && x.op == Mul && x.args[1].op == Const: // so that there is one range for both
		return b.Mul(x.args[0], b.Const(BigOf(new(big.Int).Mul(y.value.Whole, x.args[1].value.Whole))))
	case x.op == Mul && x.args[1].op == Const:
		return b.Mul(b.Mul(x.args[0], y), x.args[1])
	case y.op == Mul && y.args[1].op == Const:
		return b.Mul(b.Mul(x, y.args[0]), y.args[1])
	}
	return b.op(Mul, Whole, false, x.span.Times(y.span), x, y)
}

// Least returns the least of one or more.
func (b *Builder) Least(list ...*Expr) *Expr { return b.extreme(Least, list) }

// Greatest returns the greatest of one or more.
func (b *Builder) Greatest(list ...*Expr) *Expr { return b.extreme(Greatest, list) }

func (b *Builder) extreme(op Op, list []*Expr) *Expr {
	want(Whole, list...)
	comparison := LessEqual
	if op == Greatest {
		comparison = MoreEqual
	}
	beats := func(x, y *Expr) bool {
		holds, known := decided(comparison, x.span, y.span)
		return known && holds
	}
	var args []*Expr
	for _, e := range list {
		if slices.Contains(args, e) || slices.ContainsFunc(args, func(x *Expr) bool { return beats(x, e) }) {
			continue
		}
		args = append(slices.DeleteFunc(args, func(x *Expr) bool { return beats(e, x) }), e)
	}
	if len(args) == 1 {
		return args[0]
	}
	if i := slices.IndexFunc(args, func(x *Expr) bool { return x.op == Const }); i >= 0 { // there is one at most
		constant := args[i]
		args = append(slices.Delete(args, i, i+1), constant)
	}
	span := args[0].span
	for _, e := range args[1:] {
		if op == Least {
			span = span.least(e.span)
		} else {
			span = span.greatest(e.span)
		}
	}
	return b.op(op, Whole, false, span, args...)
}

// Clamp returns x, or the nearest number that 64 bits hold.
func (b *Builder) Clamp(x *Expr) *Expr {
	return b.Least(b.Greatest(x, b.Whole(math.MinInt64)), b.Whole(math.MaxInt64))
}

// Quo returns x divided by n, from 1 to 2⁶³ − 1, cut off towards 0.
func (b *Builder) Quo(x *Expr, n *big.Int) *Expr {
	want(Whole, x)
	divisor(n)
	if n.IsInt64() && n.Int64() == 1 {
		return x
	}
	span := x.span.mapped(func(m *big.Int) *big.Int { return new(big.Int).Quo(m, n) })
	return b.op(Quo, Whole, false, span, x, b.Const(BigOf(n)))
}

// Rem returns x - n * Quo(x, n), for an n from 1 to 2⁶³ − 1.
func (b *Builder) Rem(x *Expr, n *big.Int) *Expr {
	want(Whole, x)
	divisor(n)
	most := new(big.Int).Sub(n, big.NewInt(1))
	span := Range{new(big.Int).Neg(most), most}
	if x.span.In(span) {
		return x
	}
	zero := new(big.Int)
	if x.span.Lo != nil {
		span.Lo = higher(span.Lo, lower(x.span.Lo, zero))
	}
	if x.span.Hi != nil {
		span.Hi = lower(span.Hi, higher(x.span.Hi, zero))
	}
	return b.op(Rem, Whole, false, span, x, b.Const(BigOf(n)))
}

// Floor returns the greatest whole number that is not above x divided by n, from 1 to
// 2⁶³ − 1.
func (b *Builder) Floor(x *Expr, n *big.Int) *Expr {
	down := b.Quo(b.Add(x, b.Const(BigOf(new(big.Int).Sub(big.NewInt(1), n)))), n)
	return b.If(b.Less(x, b.Whole(0)), down, b.Quo(x, n))
}

// Rounded returns x times by, divided by of, from 1 to 2⁶² − 1, rounded to the nearest whole number,
// halves away from 0. If 64 bits can hold what that needs, they do.
func (b *Builder) Rounded(x *Expr, by, of *big.Int) *Expr {
	want(Whole, x)
	divisor(new(big.Int).Lsh(of, 1))
	if common := new(big.Int).GCD(nil, nil, new(big.Int).Abs(by), of); common.Sign() > 0 {
		by, of = new(big.Int).Quo(by, common), new(big.Int).Quo(of, common)
	}
	if of.IsInt64() && of.Int64() == 1 {
		return b.Mul(x, b.Const(BigOf(by)))
	}
	if x.op == Mul && x.args[1].op == Const {
		return b.Rounded(x.args[0], new(big.Int).Mul(x.args[1].value.Whole, by), of)
	}
	span := x.span.Times(Range{by, by}).mapped(func(n *big.Int) *big.Int { return nearest(n, of) })
	if b.doubled(x, by, of).Fits() {
		return b.within(b.nearest(x, by, of), span)
	}
	// The quotient and what is left over have the same sign, so that rounding one is
	// rounding the whole.
	whole, rest := b.Quo(x, of), b.Rem(x, of)
	return b.within(b.Add(b.Mul(whole, b.Const(BigOf(by))), b.nearest(rest, by, of)), span)
}

// doubled returns the range of what is divided to round x times by, divided by of.
func (b *Builder) doubled(x *Expr, by, of *big.Int) Range {
	twice := new(big.Int).Lsh(by, 1)
	return x.span.Times(Range{twice, twice}).Plus(Range{new(big.Int).Neg(of), of})
}

// nearest returns x times by, divided by of and rounded, without regard to size.
func (b *Builder) nearest(x *Expr, by, of *big.Int) *Expr {
	twice := new(big.Int).Lsh(of, 1)
	doubled := b.Mul(x, b.Const(BigOf(new(big.Int).Lsh(by, 1))))
	up := b.Quo(b.Add(doubled, b.Const(BigOf(of))), twice)
	down := b.Quo(b.Add(doubled, b.Const(BigOf(new(big.Int).Neg(of)))), twice)
	return b.If(b.Less(doubled, b.Whole(0)), down, up)
}

// nearest returns n divided by of and rounded to the nearest whole number, halves away from 0.
func nearest(n, of *big.Int) *big.Int {
	half := new(big.Int).Lsh(new(big.Int).Abs(n), 1)
	half.Quo(half.Add(half, of), new(big.Int).Lsh(of, 1))
	if n.Sign() < 0 {
		half.Neg(half)
	}
	return half
}

// within returns e, of which it is known to be in a range.
func (b *Builder) within(e *Expr, span Range) *Expr {
	if e.kind != Whole || e.op == Const || e.op == Ref || e.op == Param || e.span.In(span) {
		return e
	}
	out := *e
	out.span = e.span.Intersect(span)
	return b.node(out)
}

func divisor(n *big.Int) {
	if n.Sign() <= 0 || !n.IsInt64() {
		panic("scalar: the divisor is not above 0, or has more than 64 bits")
	}
}
