package award_test

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

// A mutant is a mistake in the expressions: it returns what stands in place of one, or nil.
type mutant func(b *scalar.Builder, e *scalar.Expr) *scalar.Expr

// constant returns the number that an expression is, or nil.
func constant(e *scalar.Expr) *big.Int {
	if v, ok := e.Constant(); ok && v.Kind == scalar.Whole {
		return v.Whole
	}
	return nil
}

// bounded reports whether e is a number within a bound, which is one of 64 bits or not.
func bounded(e *scalar.Expr, op scalar.Op, end int64) (number *scalar.Expr, bound *big.Int, is64 bool) {
	if e.Op() != op || len(e.Args()) != 2 || constant(e.Args()[1]) == nil {
		return nil, nil, false
	}
	bound = constant(e.Args()[1])
	return e.Args()[0], bound, bound.Cmp(big.NewInt(end)) == 0
}

var mutants = map[string]mutant{
	"no clamp": func(_ *scalar.Builder, e *scalar.Expr) *scalar.Expr {
		if x, _, is64 := bounded(e, scalar.Least, math.MaxInt64); is64 {
			return x
		}
		if x, _, is64 := bounded(e, scalar.Greatest, math.MinInt64); is64 {
			return x
		}
		return nil
	},
	"an upper limit off by one": func(b *scalar.Builder, e *scalar.Expr) *scalar.Expr {
		if x, bound, is64 := bounded(e, scalar.Least, math.MaxInt64); x != nil && !is64 {
			return b.Least(x, b.Const(scalar.BigOf(new(big.Int).Add(bound, big.NewInt(1)))))
		}
		return nil
	},
	"a lower limit off by one": func(b *scalar.Builder, e *scalar.Expr) *scalar.Expr {
		if x, bound, is64 := bounded(e, scalar.Greatest, math.MinInt64); x != nil && !is64 {
			return b.Greatest(x, b.Const(scalar.BigOf(new(big.Int).Sub(bound, big.NewInt(1)))))
		}
		return nil
	},
	"halves rounded towards zero": func(b *scalar.Builder, e *scalar.Expr) *scalar.Expr {
		if e.Op() != scalar.Quo || e.Args()[0].Op() != scalar.Add {
			return nil
		}
		sum, by := e.Args()[0].Args(), constant(e.Args()[1])
		n := constant(sum[len(sum)-1])
		if n == nil || new(big.Int).Lsh(new(big.Int).Abs(n), 1).Cmp(by) != 0 {
			return nil
		}
		less := new(big.Int).Sub(n, big.NewInt(int64(n.Sign())))
		return b.Quo(b.Add(append(slices.Clone(sum[:len(sum)-1]), b.Const(scalar.BigOf(less)))...), by)
	},
	"the most of several each": func(b *scalar.Builder, e *scalar.Expr) *scalar.Expr {
		if e.Op() == scalar.Least && constant(e.Args()[len(e.Args())-1]) == nil {
			return b.Greatest(e.Args()...)
		}
		return nil
	},
	"the last tier": func(b *scalar.Builder, e *scalar.Expr) *scalar.Expr {
		if e.Op() != scalar.Case || e.Kind() != scalar.Whole || len(e.Args()) < 5 {
			return nil
		}
		var whens []scalar.When
		for i := len(e.Args()) - 3; i >= 0; i -= 2 {
			whens = append(whens, scalar.When{If: e.Args()[i], Then: e.Args()[i+1]})
		}
		return b.Case(e.Args()[len(e.Args())-1], whens...)
	},
	"more than at least": func(b *scalar.Builder, e *scalar.Expr) *scalar.Expr {
		if e.Op() == scalar.MoreEqual {
			return b.More(e.Args()[0], e.Args()[1])
		}
		return nil
	},
	"no grade is not that grade": func(b *scalar.Builder, e *scalar.Expr) *scalar.Expr {
		if e.Op() == scalar.Coalesce {
			return b.Coalesce(e.Args()[0], b.Truth(true))
		}
		return nil
	},
}

// TestMutants: the cases that TestOf draws tell each mistake.
func TestMutants(t *testing.T) {
	const most = 3000
	cases := rapid.Custom(draw)
	for name, m := range mutants {
		caught := false
		for seed := 0; seed < most && !caught; seed++ {
			caught = differs(cases.Example(seed), m)
			if caught {
				t.Logf("%s is told by case %d", name, seed)
			}
		}
		if !caught {
			t.Errorf("of %d cases none tells %s", most, name)
		}
	}
}

// differs reports whether a lead has another result with a mistake. If a number is not in the
// range of its expression because of it, which Eval tells, that is not enough.
func differs(l *lead, m mutant) (is bool) {
	defer func() {
		if r := recover(); r != nil && !strings.Contains(fmt.Sprint(r), "out of its range") {
			panic(r)
		}
	}()
	e := l.express(natural)
	for i, c := range e.columns {
		e.columns[i].Expr = e.builder.Substitute(c.Expr, func(x *scalar.Expr) *scalar.Expr { return m(e.builder, x) })
	}
	return !cmp.Equal(l.want(), e.got(), cmpopts.EquateEmpty())
}
