package scalar

import (
	"math/big"
	"strconv"
)

// A Kind is what an expression is.
type Kind uint8

// The kinds.
const (
	Whole Kind = iota // a whole number
	Truth             // true or false
	Text
	Other // what only a [Builder.Call] takes, such as an instant
)

// An Op is what an expression does.
type Op uint8

// The operations. Unless said otherwise, they are null if an argument is.
const (
	Const    Op = iota
	Ref         // a column
	Param       // a value that does not depend on the row
	Call        // a function of the dialect
	Add         // the sum of two or more
	Mul         // the product of two
	Least       // the least of two or more
	Greatest    // the greatest of two or more
	Quo         // the first divided by the second, a constant above 0, cut off towards 0
	Rem         // what [Quo] leaves over, with the sign of the first
	Equal
	NotEqual
	Less
	LessEqual
	More
	MoreEqual
	In  // the first is one of the others, which are constants
	And // false if one is false, or else null if one is null
	Or  // true if one is true, or else null if one is null
	Not
	IsNull   // never null
	Coalesce // the first that is not null
	Case     // pairs of a condition and a value, then the value if no condition is true
	Concat   // texts in a row
)

// An Expr is an expression. It belongs to the [Builder] that made it, is never changed, and is
// the same pointer as any equal expression of that builder.
type Expr struct {
	op       Op
	kind     Kind
	nullable bool
	id       int // counts up
	args     []*Expr
	name     string
	value    Value // of Const
	span     Range // of a Whole
	guarded  bool  // a Ref whose column may hold what is not a whole number of 64 bits
}

// Op returns what e does.
func (e *Expr) Op() Op { return e.op }

// Kind returns what e is.
func (e *Expr) Kind() Kind { return e.kind }

// Nullable reports whether e can be null.
func (e *Expr) Nullable() bool { return e.nullable }

// Args returns the arguments, which the caller must not change.
func (e *Expr) Args() []*Expr { return e.args }

// Name returns the name of a [Ref], [Param] or [Call].
func (e *Expr) Name() string { return e.name }

// Range returns the numbers that e can be, if it is a [Whole].
func (e *Expr) Range() Range { return e.span }

// work returns the numbers that can come up while e is worked out of its arguments, in whatever
// order a sum is added up.
func (e *Expr) work() Range {
	if e.op != Add {
		return e.span
	}
	zero := new(big.Int)
	sum := Range{zero, zero}
	for _, x := range e.args {
		sum = sum.Plus(x.span.Union(Range{zero, zero}))
	}
	return sum
}

// Constant returns the value of a [Const]. ok is false for any other expression.
func (e *Expr) Constant() (v Value, ok bool) { return e.value, e.op == Const }

// isWhole reports whether e is the constant n.
func (e *Expr) isWhole(n int64) bool {
	return e.op == Const && e.kind == Whole && !e.value.Null && e.value.Whole.IsInt64() && e.value.Whole.Int64() == n
}

// isTruth reports whether e is the constant is.
func (e *Expr) isTruth(is bool) bool {
	return e.op == Const && e.kind == Truth && !e.value.Null && e.value.Truth == is
}

// String returns e for people who debug, such as (Add c0 5).
func (e *Expr) String() string {
	switch e.op {
	case Const:
		return e.value.String()
	case Ref:
		return e.name
	case Param:
		return "$" + e.name
	}
	out := "(" + opNames[e.op] + e.name
	for _, a := range e.args {
		out += " " + a.String()
	}
	return out + ")"
}

var opNames = [...]string{
	Const: "Const", Ref: "Ref", Param: "Param", Call: "", Add: "Add", Mul: "Mul", Least: "Least", Greatest: "Greatest", Quo: "Quo", Rem: "Rem",
	Equal: "=", NotEqual: "<>", Less: "<", LessEqual: "<=", More: ">", MoreEqual: ">=", In: "In", And: "And", Or: "Or", Not: "Not",
	IsNull: "IsNull", Coalesce: "Coalesce", Case: "Case", Concat: "Concat",
}

func (e *Expr) isNull() bool { return e.op == Const && e.value.Null }

// A Value is what an expression is for one row. Kind says which field has it, unless it is
// null.
type Value struct {
	Kind  Kind
	Null  bool
	Whole *big.Int // which must not be changed
	Truth bool
	Text  string
}

// WholeOf returns the whole number n.
func WholeOf(n int64) Value { return BigOf(big.NewInt(n)) }

// BigOf returns the whole number n, which must not be changed any more.
func BigOf(n *big.Int) Value { return Value{Kind: Whole, Whole: n} }

// TruthOf returns true or false.
func TruthOf(is bool) Value { return Value{Kind: Truth, Truth: is} }

// TextOf returns a text.
func TextOf(s string) Value { return Value{Kind: Text, Text: s} }

// NullOf returns null.
func NullOf(k Kind) Value { return Value{Kind: k, Null: true} }

// String returns the value for people.
func (v Value) String() string {
	switch {
	case v.Null:
		return "null"
	case v.Kind == Whole:
		return v.Whole.String()
	case v.Kind == Truth:
		return strconv.FormatBool(v.Truth)
	}
	return strconv.Quote(v.Text)
}

// Is reports whether v and w are the same value, or both null.
func (v Value) Is(w Value) bool {
	if v.Null || w.Null {
		return v.Null == w.Null
	}
	return v.Kind == w.Kind && v.compare(w) == 0
}

// compare compares values of the same kind that are not null. False is below true.
func (v Value) compare(w Value) int {
	switch v.Kind {
	case Whole:
		return v.Whole.Cmp(w.Whole)
	case Truth:
		switch {
		case v.Truth == w.Truth:
			return 0
		case w.Truth:
			return -1
		}
		return 1
	}
	switch {
	case v.Text == w.Text:
		return 0
	case v.Text < w.Text:
		return -1
	}
	return 1
}
