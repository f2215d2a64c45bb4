package scalar

import (
	"fmt"
	"math/big"
)

// An Env has the values of one row.
type Env interface {
	// Value returns the value of a [Ref], [Param] or [Call]. args are those of a Call.
	Value(e *Expr, args []Value) Value
}

// EnvFunc is an [Env] that is a function.
type EnvFunc func(e *Expr, args []Value) Value

// Value calls f.
func (f EnvFunc) Value(e *Expr, args []Value) Value { return f(e, args) }

// Eval returns what expressions of one builder are in an environment, in their order. It
// panics if a value has another kind than its expression, is null where the expression cannot
// be, or is out of its range: then the expressions were made of something that is not so.
func Eval(env Env, list ...*Expr) []Value {
	ev := evaluator{env, map[*Expr]Value{}}
	out := make([]Value, len(list))
	for i, e := range list {
		out[i] = ev.value(e)
	}
	return out
}

type evaluator struct {
	env  Env
	seen map[*Expr]Value
}

func (ev *evaluator) value(e *Expr) Value {
	if v, ok := ev.seen[e]; ok {
		return v
	}
	args := make([]Value, len(e.args))
	for i, a := range e.args {
		args[i] = ev.value(a)
	}
	var v Value
	switch e.op {
	case Const:
		v = e.value
	case Ref, Param, Call:
		v = ev.env.Value(e, args)
	default:
		v = apply(e.op, e.kind, args)
	}
	switch {
	case v.Kind != e.kind:
		panic(fmt.Sprintf("scalar: %s is %v, of another kind", e, v))
	case v.Null && !e.nullable:
		panic(fmt.Sprintf("scalar: %s is null", e))
	case v.Kind == Whole && !v.Null && !e.span.Has(v.Whole):
		panic(fmt.Sprintf("scalar: %s is %v, which is out of its range", e, v))
	}
	ev.seen[e] = v
	return v
}

// apply returns what an operation is for values. It is also how constants are folded.
func apply(op Op, kind Kind, args []Value) Value {
	switch op {
	case And, Or:
		return applyLogic(op, args)
	case IsNull:
		return TruthOf(args[0].Null)
	case Coalesce:
		for _, a := range args {
			if !a.Null {
				return a
			}
		}
		return args[0]
	case Case:
		for len(args) > 1 {
			if c := args[0]; !c.Null && c.Truth {
				return args[1]
			}
			args = args[2:]
		}
		return args[0]
	}
	for _, a := range args {
		if a.Null && op != In {
			return NullOf(kind)
		}
	}
	switch op {
	case Not:
		return TruthOf(!args[0].Truth)
	case Concat:
		out := ""
		for _, a := range args {
			out += a.Text
		}
		return TextOf(out)
	case Add, Mul, Least, Greatest, Quo, Rem:
		n := args[0].Whole
		for _, a := range args[1:] {
			n = arithmetic(op, n, a.Whole)
		}
		return BigOf(n)
	case In:
		if args[0].Null {
			return NullOf(Truth)
		}
		for _, a := range args[1:] {
			if args[0].compare(a) == 0 {
				return TruthOf(true)
			}
		}
		return TruthOf(false)
	}
	return TruthOf(compares(op, args[0].compare(args[1])))
}

func applyLogic(op Op, args []Value) Value {
	null := false
	for _, a := range args {
		switch {
		case a.Null:
			null = true
		case a.Truth == (op == Or):
			return a
		}
	}
	if null {
		return NullOf(Truth)
	}
	return TruthOf(op == And)
}

func arithmetic(op Op, a, b *big.Int) *big.Int {
	switch op {
	case Add:
		return new(big.Int).Add(a, b)
	case Mul:
		return new(big.Int).Mul(a, b)
	case Quo:
		return new(big.Int).Quo(a, b)
	case Rem:
		return new(big.Int).Rem(a, b)
	case Least:
		return lower(a, b)
	}
	return higher(a, b)
}

// compares reports whether a comparison holds for two values of which the first is less (-1),
// equal (0) or more (1).
func compares(op Op, sign int) bool {
	switch op {
	case Equal:
		return sign == 0
	case NotEqual:
		return sign != 0
	case Less:
		return sign < 0
	case LessEqual:
		return sign <= 0
	case More:
		return sign > 0
	}
	return sign >= 0
}
