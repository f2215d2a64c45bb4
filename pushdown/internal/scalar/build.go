package scalar

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// A Builder makes expressions. The zero Builder is ready to use. Its methods panic if an
// argument has the wrong kind, is null where it must not be, or belongs to another builder.
type Builder struct {
	nodes map[string]*Expr
	texts map[string]int // texts and names in keys, by what they are
}

// node returns the expression that equals e.
func (b *Builder) node(e Expr) *Expr {
	var key strings.Builder
	fmt.Fprintf(&key, "%d %d %t %t %d", e.op, e.kind, e.nullable, e.guarded, b.text(e.name))
	if e.op == Const {
		fmt.Fprintf(&key, " %t %v %t %d", e.value.Null, e.value.Whole, e.value.Truth, b.text(e.value.Text))
	}
	if e.kind == Whole {
		fmt.Fprintf(&key, " %v %v", e.span.Lo, e.span.Hi)
	}
	for _, a := range e.args {
		fmt.Fprintf(&key, " %d", a.id)
	}
	if old, ok := b.nodes[key.String()]; ok {
		return old
	}
	if b.nodes == nil {
		b.nodes = map[string]*Expr{}
	}
	e.id = len(b.nodes)
	b.nodes[key.String()] = &e
	return &e
}

// text returns the same number for the same text.
func (b *Builder) text(s string) int {
	if b.texts == nil {
		b.texts = map[string]int{}
	}
	if _, ok := b.texts[s]; !ok {
		b.texts[s] = len(b.texts)
	}
	return b.texts[s]
}

// Const returns a constant.
func (b *Builder) Const(v Value) *Expr {
	e := Expr{op: Const, kind: v.Kind, nullable: v.Null, value: v}
	if v.Kind == Whole && !v.Null {
		e.span = Range{v.Whole, v.Whole}
	}
	return b.node(e)
}

// Whole returns the constant n.
func (b *Builder) Whole(n int64) *Expr { return b.Const(WholeOf(n)) }

// Truth returns the constant true or false.
func (b *Builder) Truth(is bool) *Expr { return b.Const(TruthOf(is)) }

// Text returns the constant s.
func (b *Builder) Text(s string) *Expr { return b.Const(TextOf(s)) }

// Null returns null.
func (b *Builder) Null(k Kind) *Expr { return b.Const(NullOf(k)) }

// Ref returns a column that is never null. span is what a whole number can be: a column whose
// range 64 bits hold has a type of 64 bits, and any other the wide type of the dialect.
func (b *Builder) Ref(name string, k Kind, span Range) *Expr {
	return b.node(Expr{op: Ref, kind: k, name: name, span: span})
}

// NullableRef returns a column that can be null.
func (b *Builder) NullableRef(name string, k Kind, span Range) *Expr {
	return b.node(Expr{op: Ref, kind: k, name: name, span: span, nullable: true})
}

// Param returns a value that does not depend on the row and is never null, such as whether a
// season includes as of. Its name says all that it depends on.
func (b *Builder) Param(name string, k Kind, span Range) *Expr {
	return b.node(Expr{op: Param, kind: k, name: name, span: span})
}

// Call returns a function of the dialect. A call is not folded.
func (b *Builder) Call(name string, k Kind, nullable bool, span Range, args ...*Expr) *Expr {
	return b.node(Expr{op: Call, kind: k, name: name, nullable: nullable, span: span, args: slices.Clone(args)})
}

// op returns an operation, folded if all arguments are constants.
func (b *Builder) op(op Op, k Kind, nullable bool, span Range, args ...*Expr) *Expr {
	values := make([]Value, 0, len(args))
	for _, a := range args {
		if a.op == Const {
			values = append(values, a.value)
		}
	}
	if len(values) == len(args) {
		return b.Const(apply(op, k, values))
	}
	return b.node(Expr{op: op, kind: k, nullable: nullable, span: span, args: args})
}

// want panics unless an expression has a kind; numbers must not be null.
func want(k Kind, list ...*Expr) {
	for _, e := range list {
		if e.kind != k || k == Whole && e.nullable {
			panic(fmt.Sprintf("scalar: %v cannot be an argument here", e))
		}
	}
}

func nullable(list ...*Expr) bool {
	return slices.ContainsFunc(list, func(e *Expr) bool { return e.nullable })
}

// Equal, NotEqual, Less, LessEqual, More and MoreEqual compare two expressions of the same
// kind.
func (b *Builder) Equal(x, y *Expr) *Expr { return b.compare(Equal, x, y) }

// NotEqual is the opposite of [Builder.Equal].
func (b *Builder) NotEqual(x, y *Expr) *Expr { return b.compare(NotEqual, x, y) }

// Less returns x < y.
func (b *Builder) Less(x, y *Expr) *Expr { return b.compare(Less, x, y) }

// LessEqual returns x <= y.
func (b *Builder) LessEqual(x, y *Expr) *Expr { return b.compare(LessEqual, x, y) }

// More returns x > y.
func (b *Builder) More(x, y *Expr) *Expr { return b.compare(More, x, y) }

// MoreEqual returns x >= y.
func (b *Builder) MoreEqual(x, y *Expr) *Expr { return b.compare(MoreEqual, x, y) }

var (
	flipped = map[Op]Op{Equal: Equal, NotEqual: NotEqual, Less: More, LessEqual: MoreEqual, More: Less, MoreEqual: LessEqual}
	negated = map[Op]Op{Equal: NotEqual, NotEqual: Equal, Less: MoreEqual, LessEqual: More, More: LessEqual, MoreEqual: Less}
)

func (b *Builder) compare(op Op, x, y *Expr) *Expr {
	if x.kind != y.kind {
		panic(fmt.Sprintf("scalar: %v and %v cannot be compared", x, y))
	}
	if x.op == Const {
		x, y, op = y, x, flipped[op]
	}
	if x.isNull() || y.isNull() {
		return b.Null(Truth)
	}
	if x.kind == Whole && !nullable(x, y) {
		if holds, known := decided(op, x.span, y.span); known {
			return b.Truth(holds)
		}
	}
	return b.op(op, Truth, nullable(x, y), Range{}, x, y)
}

// decided reports whether a comparison of any number of r with any of s has one result.
func decided(op Op, r, s Range) (holds, known bool) {
	below := func(a, b *big.Int, most int) bool { return a != nil && b != nil && a.Cmp(b) <= most }
	less, lessEqual := below(r.Hi, s.Lo, -1), below(r.Hi, s.Lo, 0)
	more, moreEqual := below(s.Hi, r.Lo, -1), below(s.Hi, r.Lo, 0)
	switch op {
	case Less:
		return less, less || moreEqual
	case LessEqual:
		return lessEqual, lessEqual || more
	case More:
		return more, more || lessEqual
	case MoreEqual:
		return moreEqual, moreEqual || less
	}
	same := lessEqual && moreEqual
	return same == (op == Equal), same || less || more
}

// In reports whether x is one of some constants of its kind.
func (b *Builder) In(x *Expr, values ...Value) *Expr {
	args := []*Expr{x}
	for _, v := range values {
		if v.Kind != x.kind || v.Null {
			panic(fmt.Sprintf("scalar: %v cannot be %v", x, v))
		}
		if c := b.Const(v); !slices.Contains(args[1:], c) && (v.Kind != Whole || x.span.Has(v.Whole)) {
			args = append(args, c)
		}
	}
	switch {
	case len(args) == 1 && !x.nullable:
		return b.Truth(false)
	case len(args) == 2:
		return b.Equal(x, args[1])
	}
	return b.op(In, Truth, x.nullable, Range{}, args...)
}

// And holds if all of a list do: true if the list is empty.
func (b *Builder) And(list ...*Expr) *Expr { return b.logic(And, list) }

// Or holds if one of a list does: false if the list is empty.
func (b *Builder) Or(list ...*Expr) *Expr { return b.logic(Or, list) }

func (b *Builder) logic(op Op, list []*Expr) *Expr {
	want(Truth, list...)
	var args []*Expr
	for _, e := range list {
		switch {
		case e.isTruth(op == Or):
			return e
		case !e.isTruth(op == And) && !slices.Contains(args, e):
			args = append(args, e)
		}
	}
	switch len(args) {
	case 0:
		return b.Truth(op == And)
	case 1:
		return args[0]
	}
	return b.op(op, Truth, nullable(args...), Range{}, args...)
}

// Not holds if x does not.
func (b *Builder) Not(x *Expr) *Expr {
	want(Truth, x)
	switch x.op {
	case Not:
		return x.args[0]
	case Equal, NotEqual, Less, LessEqual, More, MoreEqual:
		return b.compare(negated[x.op], x.args[0], x.args[1])
	}
	return b.op(Not, Truth, x.nullable, Range{}, x)
}

// IsNull reports whether x is null.
func (b *Builder) IsNull(x *Expr) *Expr {
	if !x.nullable {
		return b.Truth(false)
	}
	return b.op(IsNull, Truth, false, Range{}, x)
}

// Coalesce returns x, or y where x is null.
func (b *Builder) Coalesce(x, y *Expr) *Expr {
	switch {
	case x.kind != y.kind:
		panic(fmt.Sprintf("scalar: %v cannot stand in for %v", y, x))
	case !x.nullable:
		return x
	case x.isNull():
		return y
	}
	return b.op(Coalesce, x.kind, y.nullable, x.span.Union(y.span), x, y)
}

// If returns yes if the condition is true, else no.
func (b *Builder) If(condition, yes, no *Expr) *Expr { return b.Case(no, When{condition, yes}) }

// A When is one branch of a Case.
type When struct{ If, Then *Expr }

// Case returns the value of the first branch whose condition is true, else that of otherwise.
func (b *Builder) Case(otherwise *Expr, branches ...When) *Expr {
	var whens []When
	for _, w := range branches {
		want(Truth, w.If)
		if w.Then.kind != otherwise.kind {
			panic(fmt.Sprintf("scalar: %v and %v cannot be in the same place", w.Then, otherwise))
		}
		if w.If.isTruth(true) {
			otherwise = w.Then
			break
		}
		if w.If.op != Const {
			whens = append(whens, w)
		}
	}
	for len(whens) > 0 && whens[len(whens)-1].Then == otherwise {
		whens = whens[:len(whens)-1]
	}
	if len(whens) == 0 {
		return otherwise
	}
	if w := whens[0]; len(whens) == 1 && !w.If.nullable {
		switch {
		case w.Then.isTruth(true) && otherwise.isTruth(false):
			return w.If
		case w.Then.isTruth(false) && otherwise.isTruth(true):
			return b.Not(w.If)
		}
	}
	var args []*Expr
	span, null := otherwise.span, otherwise.nullable
	for _, w := range whens {
		args = append(args, w.If, w.Then)
		span, null = span.Union(w.Then.span), null || w.Then.nullable
	}
	return b.node(Expr{op: Case, kind: otherwise.kind, nullable: null, span: span, args: append(args, otherwise)})
}

// Concat returns texts in a row.
func (b *Builder) Concat(list ...*Expr) *Expr {
	want(Text, list...)
	switch len(list) {
	case 0:
		return b.Text("")
	case 1:
		return list[0]
	}
	return b.op(Concat, Text, nullable(list...), Range{}, slices.Clone(list)...)
}

// Substitute returns e with some expressions replaced: those for which with returns another
// than nil, which must have the same kind and range. What then is known is folded.
func (b *Builder) Substitute(e *Expr, with func(*Expr) *Expr) *Expr {
	return b.substitute(e, with, map[*Expr]*Expr{})
}

func (b *Builder) substitute(e *Expr, with func(*Expr) *Expr, seen map[*Expr]*Expr) *Expr {
	if out, ok := seen[e]; ok {
		return out
	}
	out := with(e)
	if out == nil {
		args := make([]*Expr, len(e.args))
		for i, a := range e.args {
			args[i] = b.substitute(a, with, seen)
		}
		out = b.rebuild(e, args)
	}
	seen[e] = out
	return out
}

// rebuild returns e with other arguments.
func (b *Builder) rebuild(e *Expr, args []*Expr) *Expr {
	if slices.Equal(e.args, args) {
		return e
	}
	var out *Expr
	switch e.op {
	case Add:
		out = b.Add(args...)
	case Mul:
		out = b.Mul(args[0], args[1])
	case Least:
		out = b.Least(args...)
	case Greatest:
		out = b.Greatest(args...)
	case Quo:
		out = b.Quo(args[0], args[1].value.Whole)
	case Rem:
		out = b.Rem(args[0], args[1].value.Whole)
	case In:
		var values []Value
		for _, a := range args[1:] {
			values = append(values, a.value)
		}
		return b.In(args[0], values...)
	case And, Or:
		return b.logic(e.op, args)
	case Not:
		return b.Not(args[0])
	case IsNull:
		return b.IsNull(args[0])
	case Coalesce:
		out = b.Coalesce(args[0], args[1])
	case Case:
		var whens []When
		for i := 0; i+1 < len(args); i += 2 {
			whens = append(whens, When{args[i], args[i+1]})
		}
		out = b.Case(args[len(args)-1], whens...)
	case Concat:
		return b.Concat(args...)
	case Call:
		return b.Call(e.name, e.kind, e.nullable, e.span, args...)
	default:
		return b.compare(e.op, args[0], args[1])
	}
	return b.within(out, e.span)
}
