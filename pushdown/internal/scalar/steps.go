package scalar

import (
	"cmp"
	"fmt"
	"maps"
	"math/bits"
	"slices"
)

// A Column is an expression with a name.
type Column struct {
	Name string
	Expr *Expr
}

// A Step is one SELECT of several in one another: its columns are expressions over those of
// the step before, or in the first step over those of a relation.
type Step []Column

// Arrange returns steps of which the last has the columns of list, such that what they share
// is in a column of a step before, called prefix and a number. A step also has the columns
// that a later one needs. With guard, so is a number that 64 bits may not hold in a column of
// its own: see [Dialect.Guard].
//
// Some databases copy the text of an inner SELECT into the outer one, and work out a column as
// often as it is there. OFFSET 0 keeps PostgreSQL from doing so.
func (b *Builder) Arrange(list []Column, prefix string, guard bool) []Step {
	a := arranger{Builder: b, guard: guard, uses: map[*Expr]int{}, nodes: map[*Expr]*arranged{}}
	for _, c := range list {
		a.count(c.Expr)
	}
	last := 0
	for _, c := range list {
		at := a.arrange(c.Expr)
		last = max(last, at.level)
		if at.column {
			last = max(last, at.level+1)
		}
	}
	steps := make([]Step, last+1)
	for i, e := range a.columns {
		at := a.nodes[e]
		at.name = fmt.Sprintf("%s%d", prefix, i)
		steps[at.level] = append(steps[at.level], Column{at.name, a.args(e)})
	}
	for _, c := range list {
		steps[last] = append(steps[last], Column{c.Name, a.ref(c.Expr)})
	}
	carry(steps)
	return steps
}

type arranger struct {
	*Builder
	guard   bool
	uses    map[*Expr]int
	nodes   map[*Expr]*arranged
	columns []*Expr
}

// An arranged is where an expression is: in a step and, if it is a column, what it is called.
type arranged struct {
	level  int
	column bool
	name   string
	size   int // of the text, in expressions
	depth  int
}

// What is too large to be there twice, and how deep an expression may be.
const (
	maxShared = 3
	maxDepth  = 100
)

func (a *arranger) count(e *Expr) {
	if a.uses[e]++; a.uses[e] == 1 {
		for _, x := range e.args {
			a.count(x)
		}
	}
}

func (a *arranger) arrange(e *Expr) *arranged {
	if at := a.nodes[e]; at != nil {
		return at
	}
	at := &arranged{size: 1, depth: 1 + bits.Len(uint(len(e.args)))}
	for _, x := range e.args {
		in := a.arrange(x)
		if in.column {
			at.level, at.size = max(at.level, in.level+1), at.size+1
			continue
		}
		at.level, at.size, at.depth = max(at.level, in.level), at.size+in.size, max(at.depth, in.depth+1+bits.Len(uint(len(e.args))))
	}
	if len(e.args) > 0 {
		at.column = a.uses[e] > 1 && at.size > maxShared || at.depth > maxDepth || a.guard && guards(e)
	}
	if at.column {
		a.columns = append(a.columns, e)
	}
	a.nodes[e] = at
	return at
}

// guards reports whether e is arithmetic that may give a number that 64 bits do not hold.
func guards(e *Expr) bool { return (e.op == Add || e.op == Mul) && !e.work().Fits() }

// ref returns e as the steps after its own have it.
func (a *arranger) ref(e *Expr) *Expr {
	if at := a.nodes[e]; at.column {
		return a.node(Expr{op: Ref, kind: e.kind, name: at.name, span: e.span, nullable: e.nullable, guarded: a.guard && guards(e)})
	}
	return a.args(e)
}

// args returns e with its arguments as its step has them.
func (a *arranger) args(e *Expr) *Expr {
	if len(e.args) == 0 {
		return e
	}
	out := *e
	out.args = make([]*Expr, len(e.args))
	for i, x := range e.args {
		out.args[i] = a.ref(x)
	}
	return a.node(out)
}

// carry adds to each step the columns that later ones need of earlier ones.
func carry(steps []Step) {
	needed := map[string]*Expr{}
	for i, step := range slices.Backward(steps) {
		have := map[string]bool{}
		for _, c := range step {
			have[c.Name] = true
		}
		carried := Step{}
		for _, name := range slices.SortedFunc(maps.Keys(needed), func(x, y string) int { return cmp.Compare(needed[x].id, needed[y].id) }) {
			if have[name] {
				delete(needed, name)
			} else {
				carried = append(carried, Column{name, unguarded(needed[name])})
			}
		}
		for _, c := range step {
			refs(c.Expr, needed)
		}
		steps[i] = append(carried, step...)
	}
}

// unguarded returns a column as it is.
func unguarded(ref *Expr) *Expr {
	out := *ref
	out.guarded = false
	return &out
}

// refs adds the columns of an expression to a set, by name.
func refs(e *Expr, to map[string]*Expr) {
	if e.op == Ref {
		to[e.name] = e
	}
	for _, x := range e.args {
		refs(x, to)
	}
}
