package scalar

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// A Dialect says how SQL is written for a database.
type Dialect struct {
	Text  func(s string) string    // a constant
	Truth func(is bool) string     // a constant
	Whole func(n string) string    // a constant of 64 bits that would else have a smaller type; nil if there is none
	Param func(e *Expr) string     // what stands for a [Param]
	Ref   func(name string) string // a column
	// Call returns a function, whose arguments are in parentheses if they need them. The
	// result must stand beside operators without parentheses.
	Call func(e *Expr, args []string) string

	// Wide and Narrow return a number with more than 64 bits, or with 64. Wide is nil if there
	// is no such type: then Guard returns a number, or fails for a row of which it is not a
	// whole number of 64 bits.
	Wide, Narrow, Guard func(x string) string // Wide also of a constant text of digits

	Least, Greatest func(list []string) string
	Quo, Rem        func(x, n string, wide bool) string // the result stands beside operators without parentheses
	Concat          func(list []string) string          // nil for ||

	// Typed says that numbers of different types are not in one operation, so that constants
	// and columns are given the type: an operation with more than 64 bits has nothing else.
	Typed bool
	Null  func(k Kind) string // of a kind; nil if NULL has any type
	// Product returns the product of two numbers with more than 64 bits that may have more
	// than 126; nil for *.
	Product func(x, y string) string
}

// Render returns an expression in SQL. It has no parentheses around it.
func Render(d *Dialect, e *Expr) string {
	r := renderer{d}
	if e.op == Const {
		return r.typed(e)
	}
	return r.expr(e, lowest)
}

type renderer struct{ *Dialect }

// Binding of operators, from the loosest on.
const (
	lowest = iota
	orLevel
	andLevel
	notLevel
	compareLevel
	concatLevel
	addLevel
	mulLevel
	atom
)

// expr returns an expression in parentheses if it binds looser than level.
func (r renderer) expr(e *Expr, level int) string {
	text, binds := r.bare(e)
	if binds < level {
		return "(" + text + ")"
	}
	return text
}

// typed returns a constant. That of a small number would have a smaller type than 64 bits,
// and so would what is worked out of such constants alone.
func (r renderer) typed(e *Expr) string {
	if r.Whole == nil || e.kind != Whole || e.isNull() || !e.span.Fits() {
		return r.expr(e, lowest)
	}
	return r.Whole(e.value.Whole.String())
}

// wide reports whether an operation needs more than 64 bits.
func (r renderer) wide(e *Expr) bool {
	if r.Wide == nil || e.kind != Whole {
		return false
	}
	return !e.work().Fits() || slices.ContainsFunc(e.args, func(x *Expr) bool { return x.kind == Whole && !x.isNull() && !x.span.Fits() })
}

func (r renderer) bare(e *Expr) (text string, binds int) {
	switch e.op {
	case Const:
		return r.constant(e)
	case Ref:
		text = r.Ref(e.name)
		if e.guarded {
			text = r.Guard(text)
		} else if r.Typed && e.kind == Whole && !e.span.Fits() {
			text = r.Wide(text)
		}
		return text, atom
	case Param:
		return r.Param(e), atom
	case Call:
		return r.Call(e, r.list(e.args, compareLevel)), atom
	case And:
		return r.joined(e.args, " AND ", andLevel), andLevel
	case Or:
		return r.joined(e.args, " OR ", orLevel), orLevel
	case Not:
		if x := e.args[0]; x.op == IsNull {
			return r.expr(x.args[0], atom) + " IS NOT NULL", compareLevel
		}
		return "NOT " + r.expr(e.args[0], atom), notLevel
	case IsNull:
		return r.expr(e.args[0], atom) + " IS NULL", compareLevel
	case Coalesce:
		if r.Typed && e.kind == Whole && !e.span.Fits() {
			return "COALESCE(" + r.as(e.args[0], true, lowest) + ", " + r.as(e.args[1], true, lowest) + ")", atom
		}
		return "COALESCE(" + strings.Join(r.list(e.args, lowest), ", ") + ")", atom
	case In:
		return r.expr(e.args[0], concatLevel) + " IN (" + strings.Join(r.list(e.args[1:], lowest), ", ") + ")", compareLevel
	case Concat:
		if r.Dialect.Concat != nil {
			return r.Dialect.Concat(r.list(e.args, lowest)), atom
		}
		return strings.Join(r.list(e.args, concatLevel), " || "), concatLevel
	case Case:
		return r.caseOf(e)
	case Add, Mul, Quo, Rem, Least, Greatest:
		return r.number(e)
	}
	return r.expr(e.args[0], concatLevel) + " " + comparisons[e.op] + " " + r.compared(e.args[1]), compareLevel
}

// compared returns what an expression is compared with. A constant may have more than 64 bits
// where the database has no such type: it is not worked with.
func (r renderer) compared(e *Expr) string {
	if r.Wide == nil && e.op == Const && e.kind == Whole && !e.isNull() {
		return e.value.Whole.String()
	}
	return r.expr(e, concatLevel)
}

var comparisons = map[Op]string{Equal: "=", NotEqual: "<>", Less: "<", LessEqual: "<=", More: ">", MoreEqual: ">="}

func (r renderer) constant(e *Expr) (text string, binds int) {
	switch v := e.value; {
	case v.Null && r.Null != nil:
		return r.Null(v.Kind), atom
	case v.Null:
		return "NULL", atom
	case v.Kind == Truth:
		return r.Truth(v.Truth), atom
	case v.Kind == Text:
		return r.Text(v.Text), atom
	case !e.span.Fits() && r.Wide == nil:
		return r.Guard(v.Whole.String()), atom
	case !e.span.Fits(): // a number in SQL may be too large for the wide type, too, without an error
		return r.Wide("'" + v.Whole.String() + "'"), atom
	case r.Typed && v.Whole.BitLen() > 31: // it would be without a sign
		return r.Whole(v.Whole.String()), atom
	case v.Whole.Sign() < 0:
		return v.Whole.String(), concatLevel
	default:
		return v.Whole.String(), atom
	}
}

func (r renderer) list(args []*Expr, level int) []string {
	out := make([]string, len(args))
	for i, x := range args {
		out[i] = r.expr(x, level)
	}
	return out
}

// fewTerms is how many terms are in a row. More are in parentheses by halves, as databases
// have limits for how deep expressions are.
const fewTerms = 32

// joined returns a list with an operator between.
func (r renderer) joined(args []*Expr, operator string, level int) string {
	return balanced(r.list(args, level+1), operator)
}

func balanced(list []string, operator string) string {
	if len(list) <= fewTerms {
		return strings.Join(list, operator)
	}
	half := len(list) / 2
	return "(" + balanced(list[:half], operator) + ")" + operator + "(" + balanced(list[half:], operator) + ")"
}

// caseOf returns a Case.
func (r renderer) caseOf(e *Expr) (text string, binds int) {
	wide, n := r.wide(e), len(e.args)-1
	values := []*Expr{e.args[n]}
	for i := 1; i < n; i += 2 {
		values = append(values, e.args[i])
	}
	typed := slices.ContainsFunc(values, func(x *Expr) bool { return x.op != Const })
	value := func(x *Expr) string {
		if !typed && !x.isNull() {
			typed = true
			return r.typed(x)
		}
		return r.as(x, wide, lowest)
	}
	var out strings.Builder
	out.WriteString("CASE")
	for i := 0; i < n; i += 2 {
		fmt.Fprintf(&out, " WHEN %s THEN %s", r.expr(e.args[i], lowest), value(e.args[i+1]))
	}
	fmt.Fprintf(&out, " ELSE %s END", value(e.args[n]))
	return r.narrowed(e, wide, out.String(), atom)
}

// as returns a number as one of more than 64 bits, if wide is set.
func (r renderer) as(e *Expr, wide bool, level int) string {
	switch {
	case wide && e.isNull():
		return "NULL"
	case !wide || e.kind != Whole || !e.span.Fits():
		return r.expr(e, level)
	case e.op == Const && !e.isNull() && r.Typed:
		return r.Wide("'" + e.value.Whole.String() + "'")
	case e.op == Const && !e.isNull():
		return r.expr(e, level)
	}
	return r.Wide(r.expr(e, lowest))
}

// narrowed returns the text of an operation as a number of 64 bits, if they hold it and the
// operation has more.
func (r renderer) narrowed(e *Expr, wide bool, text string, binds int) (string, int) {
	if wide && e.kind == Whole && e.span.Fits() {
		return r.Narrow(text), atom
	}
	return text, binds
}

func (r renderer) number(e *Expr) (text string, binds int) {
	wide := r.wide(e)
	args := make([]string, len(e.args))
	level := map[Op]int{Add: addLevel + 1, Mul: mulLevel, Quo: atom, Rem: atom}[e.op]
	for i, x := range e.args {
		if args[i] = r.as(x, wide, level); e.op == Mul {
			level = atom // a product on the right is worked out first
		}
	}
	switch e.op {
	case Add:
		text, binds = r.sum(e.args, args), addLevel
	case Mul:
		if text, binds = args[0]+" * "+args[1], mulLevel; wide && r.Product != nil && !e.span.within(126) {
			text, binds = r.Product(args[0], args[1]), atom
		}
	case Quo:
		text, binds = r.Dialect.Quo(args[0], args[1], wide), atom
	case Rem:
		text, binds = r.Dialect.Rem(args[0], args[1], wide), atom
	case Least:
		text, binds = r.Dialect.Least(args), atom
	default:
		text, binds = r.Dialect.Greatest(args), atom
	}
	return r.narrowed(e, wide, text, binds)
}

// sum returns the sum of texts of expressions. A negative constant at the end is subtracted,
// unless its opposite has more bits.
func (r renderer) sum(list []*Expr, args []string) string {
	n := len(args) - 1
	if last := list[n]; last.op == Const && last.value.Whole.Sign() < 0 && !r.Typed {
		if opposite := new(big.Int).Neg(last.value.Whole); opposite.IsInt64() {
			return balanced(args[:n], " + ") + " - " + opposite.String()
		}
	}
	return balanced(args, " + ")
}
