package scalar_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/pushdown/internal/scalar"
	"github.com/leadscore/leadscore/pushdown/internal/scalar/scalartest"
)

// TestEval: an expression is what it says, also where it was folded, and in its range; the
// steps of its arrangement are the same.
func TestEval(t *testing.T) {
	steps := 0
	for range 10 {
		rapid.Check(t, func(t *rapid.T) {
			d := scalartest.Draw(t)
			for i, c := range d.Columns {
				if got := scalar.Eval(d.Env(), c.Expr)[0]; !got.Is(d.Want[i]) {
					t.Fatalf("%v is %v, want %v, for %v", c.Expr, got, d.Want[i], d.Row)
				}
			}
			for i, c := range d.Columns {
				definite := d.Builder.Definite(c.Expr)
				if got := scalar.Eval(d.Env(), definite)[0]; !got.Is(d.Want[i]) {
					t.Fatalf("%v is %v, want %v, for %v", definite, got, d.Want[i], d.Row)
				}
				checkDefinite(t, definite)
				if c.Expr.Kind() != scalar.Truth {
					continue
				}
				holds := d.Builder.DefinitelyTrue(c.Expr)
				if got := scalar.Eval(d.Env(), holds)[0]; got.Null || got.Truth != (d.Want[i].Truth && !d.Want[i].Null) {
					t.Fatalf("%v is %v, want whether %v, for %v", holds, got, d.Want[i], d.Row)
				}
			}
			arranged := d.Builder.Arrange(d.Columns, "x", rapid.Bool().Draw(t, "guard"))
			got := run(arranged, d.Row)
			for i, c := range d.Columns {
				if !got[c.Name].Is(d.Want[i]) {
					t.Fatalf("%v is %v after %d steps, want %v, for %v", c.Expr, got[c.Name], len(arranged), d.Want[i], d.Row)
				}
			}
			steps = max(steps, len(arranged))
		})
	}
	if steps < 3 {
		t.Errorf("no case has more than %d steps", steps)
	}
}

// checkDefinite fails if what is worked out of truths may be so of null.
func checkDefinite(t *rapid.T, e *scalar.Expr) {
	for i, a := range e.Args() {
		switch e.Op() {
		case scalar.And, scalar.Or:
			if a.Nullable() {
				t.Fatalf("%v may be null in %v", a, e)
			}
		case scalar.Case:
			if i%2 == 0 && i < len(e.Args())-1 && a.Nullable() {
				t.Fatalf("the condition %v may be null in %v", a, e)
			}
		}
		checkDefinite(t, a)
	}
}

// run returns the columns of the last step. A step sees nothing but the columns of the one
// before, and the parameters.
func run(steps []scalar.Step, row map[string]scalar.Value) map[string]scalar.Value {
	params := row
	for _, step := range steps {
		next := map[string]scalar.Value{}
		for _, c := range step {
			if _, ok := next[c.Name]; ok {
				panic("two columns are called " + c.Name)
			}
			next[c.Name] = scalar.Eval(scalar.EnvFunc(func(e *scalar.Expr, _ []scalar.Value) scalar.Value {
				from := row
				if e.Op() == scalar.Param {
					from = params
				}
				v, ok := from[e.Name()]
				if !ok {
					panic("the step before has no column " + e.Name())
				}
				return v
			}), c.Expr)[0]
		}
		row = next
	}
	return row
}
