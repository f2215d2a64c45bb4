package dsl_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
)

// opConstants returns the names of the exported constants of type Op, in order.
func opConstants(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "op.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		if first := group.Specs[0].(*ast.ValueSpec); fmt.Sprint(first.Type) != "Op" {
			continue
		}
		for _, spec := range group.Specs {
			for _, name := range spec.(*ast.ValueSpec).Names {
				if name.IsExported() {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}

// operands maps each form to operands in canonical form.
var operands = map[dsl.OperandForm]string{
	dsl.NoOperand: "", dsl.OneValue: ` "A"`, dsl.TwoValues: " 1 and 2", dsl.ValueList: ` ("A", "B")`,
	dsl.OneMoment: " 2026-05-31", dsl.OneTimeSpan: " 30 days",
}

// TestOperators checks that every operator has a row in the table, and that its
// spelling is parsed as that operator.
func TestOperators(t *testing.T) {
	names := opConstants(t)
	all := slices.Collect(dsl.Ops())
	if len(names) != len(all) {
		t.Fatalf("there are %d constants and %d operators", len(names), len(all))
	}
	spelled := map[string]string{}
	for i, op := range all {
		name := names[i]
		if op.String() == "" {
			t.Errorf("%s has no row in ops", name)
			continue
		}
		if other, twice := spelled[op.String()]; twice {
			t.Errorf("%s and %s are both written %q", other, name, op)
		}
		spelled[op.String()] = name

		for _, words := range []string{op.String(), strings.ToUpper(op.String())} {
			text := "Field " + words + operands[op.Operands()]
			file, diags := dsl.Parse("", `model "M" { condition "C" { has Lead where `+text+` and Other = 1 score 1 } }`, dsl.Limits{})
			if len(diags) > 0 {
				t.Errorf("%s: %v", name, diags)
				continue
			}
			where := file.Blocks[0].(*dsl.Model).Clauses[0].(*dsl.Condition).Items[0].(*dsl.Child).Where
			got, ok := where[0].(*dsl.Comparison)
			if !ok || got.Op != op || len(where) != 2 {
				t.Errorf("%s: %s is read as %v", name, text, where)
				continue
			}
			if want := "Field " + op.String() + operands[op.Operands()]; got.String() != want {
				t.Errorf("%s: %s is written %s", name, want, got)
			}
		}
		if op.List() != (op.Operands() == dsl.ValueList) {
			t.Errorf("%s: List and Operands differ", name)
		}
		if plain := op.Plain(); op.Negated() && (plain == op || plain.Negated() || plain.Operands() != op.Operands()) {
			t.Errorf("%s negates %s", name, plain)
		}
		if not := strings.Contains(op.String(), "not") || strings.HasPrefix(op.String(), "!"); not != op.Negated() {
			t.Errorf("%s: negated is %t", name, op.Negated())
		}
		if list, ok := op.Any(); ok {
			if one, ok := list.Single(); !ok || one != op || !list.List() || op.List() || list.Negated() != op.Negated() {
				t.Errorf("%s is for one value, %s for a list", name, list)
			}
		}
		if one, ok := op.Single(); ok {
			if list, ok := one.Any(); !ok || list != op {
				t.Errorf("%s is for a list, %s for one value", name, one)
			}
		}
	}
	if none := dsl.Op(len(all)); none.String() != "operator" || none.Operands() != dsl.NoOperand || none.Negated() || none.List() {
		t.Errorf("%d is not an operator, but has a row", none)
	}
}

func TestOperatorRelations(t *testing.T) {
	for _, test := range []struct{ op, plain dsl.Op }{
		{dsl.Equal, dsl.Equal}, {dsl.NotEqual, dsl.Equal}, {dsl.NotIn, dsl.In}, {dsl.NotContains, dsl.Contains},
		{dsl.NotContainsAny, dsl.ContainsAny}, {dsl.NotContainsWord, dsl.ContainsWord}, {dsl.NotContainsAnyWord, dsl.ContainsAnyWord}, {dsl.NotBeginsWith, dsl.BeginsWith}, {dsl.NotBeginsWithAny, dsl.BeginsWithAny},
		{dsl.NotEndsWith, dsl.EndsWith}, {dsl.NotEndsWithAny, dsl.EndsWithAny}, {dsl.IsNotEmpty, dsl.IsEmpty},
		{dsl.ContainsAll, dsl.ContainsAll}, {dsl.OlderThan, dsl.OlderThan},
	} {
		if got := test.op.Plain(); got != test.plain {
			t.Errorf("%s negates %s, not %s", test.op, got, test.plain)
		}
	}
	for _, test := range []struct{ one, list dsl.Op }{
		{dsl.Equal, dsl.In}, {dsl.NotEqual, dsl.NotIn}, {dsl.Contains, dsl.ContainsAny}, {dsl.NotContains, dsl.NotContainsAny},
		{dsl.ContainsWord, dsl.ContainsAnyWord}, {dsl.NotContainsWord, dsl.NotContainsAnyWord},
		{dsl.BeginsWith, dsl.BeginsWithAny}, {dsl.NotBeginsWith, dsl.NotBeginsWithAny}, {dsl.EndsWith, dsl.EndsWithAny},
		{dsl.NotEndsWith, dsl.NotEndsWithAny},
	} {
		if list, ok := test.one.Any(); !ok || list != test.list {
			t.Errorf("%s for a list is %s, not %s", test.one, list, test.list)
		}
		if one, ok := test.list.Single(); !ok || one != test.one {
			t.Errorf("%s for one value is %s, not %s", test.list, one, test.one)
		}
	}
	for _, op := range []dsl.Op{dsl.Less, dsl.InRange, dsl.In, dsl.ContainsAll, dsl.On, dsl.InLast, dsl.IsEmpty} {
		if list, ok := op.Any(); ok {
			t.Errorf("%s for a list is %s", op, list)
		}
	}
	for _, op := range []dsl.Op{dsl.Equal, dsl.ContainsAll, dsl.IsEmpty} {
		if one, ok := op.Single(); ok {
			t.Errorf("%s for one value is %s", op, one)
		}
	}
}
