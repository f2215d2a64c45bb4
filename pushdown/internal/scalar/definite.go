package scalar

// A definer rewrites expressions for databases in which and, or and not do not treat null as SQL
// says.
type definer struct {
	*Builder
	values, trues, falses map[*Expr]*Expr
}

func (b *Builder) definer() *definer {
	return &definer{b, map[*Expr]*Expr{}, map[*Expr]*Expr{}, map[*Expr]*Expr{}}
}

// Definite returns an expression that is the same as e, and in which no argument of [And], [Or]
// and [Not], and no condition of a [Case], can be null, unless it is [Not] of one comparison.
func (b *Builder) Definite(e *Expr) *Expr { return b.definer().value(e) }

// DefinitelyTrue returns an expression that is true where e is true and false where e is false
// or null, with operations as [Builder.Definite] has them.
func (b *Builder) DefinitelyTrue(e *Expr) *Expr {
	want(Truth, e)
	return b.definer().isTrue(e)
}

// value returns what e is, perhaps null.
func (d *definer) value(e *Expr) *Expr {
	if out, ok := d.values[e]; ok {
		return out
	}
	out := e
	switch {
	case e.op == Const:
	case e.kind == Truth && !e.nullable:
		out = d.isTrue(e)
	case e.kind == Truth && d.composed(e):
		out = d.Case(d.Null(Truth), When{d.isTrue(e), d.Truth(true)}, When{d.isFalse(e), d.Truth(false)})
	default:
		out = d.rebuild(e, d.arguments(e))
	}
	d.values[e] = out
	return out
}

// composed reports whether e is made of other truths.
func (d *definer) composed(e *Expr) bool {
	switch e.op {
	case And, Or, Not, Case, Coalesce, In:
		return true
	}
	return false
}

// arguments returns the arguments of e. Conditions of a Case are not null.
func (d *definer) arguments(e *Expr) []*Expr {
	args := make([]*Expr, len(e.args))
	for i, a := range e.args {
		if e.op == Case && i%2 == 0 && i < len(e.args)-1 {
			args[i] = d.isTrue(a)
		} else {
			args[i] = d.value(a)
		}
	}
	return args
}

func (d *definer) list(args []*Expr, of func(*Expr) *Expr) []*Expr {
	out := make([]*Expr, len(args))
	for i, a := range args {
		out[i] = of(a)
	}
	return out
}

// cases returns a Case over truths with of for each value.
func (d *definer) cases(e *Expr, of func(*Expr) *Expr) *Expr {
	n := len(e.args) - 1
	var whens []When
	for i := 0; i < n; i += 2 {
		whens = append(whens, When{d.isTrue(e.args[i]), of(e.args[i+1])})
	}
	return d.Case(of(e.args[n]), whens...)
}

// isTrue returns whether e is true, never null.
func (d *definer) isTrue(e *Expr) *Expr {
	if out, ok := d.trues[e]; ok {
		return out
	}
	var out *Expr
	switch e.op {
	case Const:
		out = d.Truth(e.isTruth(true))
	case And:
		out = d.And(d.list(e.args, d.isTrue)...)
	case Or:
		out = d.Or(d.list(e.args, d.isTrue)...)
	case Not:
		out = d.isFalse(e.args[0])
	case Case:
		out = d.cases(e, d.isTrue)
	case Coalesce:
		x, y := e.args[0], e.args[1]
		out = d.Or(d.isTrue(x), d.And(d.Not(d.isFalse(x)), d.isTrue(y)))
		if y.isTruth(false) {
			out = d.isTrue(x)
		} else if y.isTruth(true) {
			out = d.Not(d.isFalse(x))
		}
	default:
		out = d.Coalesce(d.rebuild(e, d.arguments(e)), d.Truth(false))
	}
	d.trues[e] = out
	return out
}

// isFalse returns whether e is false, never null.
func (d *definer) isFalse(e *Expr) *Expr {
	if out, ok := d.falses[e]; ok {
		return out
	}
	var out *Expr
	switch e.op {
	case Const:
		out = d.Truth(e.isTruth(false))
	case And:
		out = d.Or(d.list(e.args, d.isFalse)...)
	case Or:
		out = d.And(d.list(e.args, d.isFalse)...)
	case Not:
		out = d.isTrue(e.args[0])
	case Case:
		out = d.cases(e, d.isFalse)
	case Coalesce:
		x, y := e.args[0], e.args[1]
		out = d.Or(d.isFalse(x), d.And(d.Not(d.isTrue(x)), d.isFalse(y)))
		if y.isTruth(true) {
			out = d.isFalse(x)
		} else if y.isTruth(false) {
			out = d.Not(d.isTrue(x))
		}
	case In: // x in a list may be false, and not null, where x is null
		x := d.rebuild(e, d.arguments(e))
		out = d.Not(d.Coalesce(x, d.Truth(false)))
		if e.nullable {
			out = d.And(d.Not(d.IsNull(d.value(e.args[0]))), out)
		}
	default:
		out = d.Coalesce(d.Not(d.rebuild(e, d.arguments(e))), d.Truth(false))
	}
	d.falses[e] = out
	return out
}
