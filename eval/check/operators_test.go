package check

import (
	"testing"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// TestEveryOperatorHasARow checks that each operator of the language applies to
// some type, and each type to some operator.
func TestEveryOperatorHasARow(t *testing.T) {
	count := 0
	for op := range dsl.Ops() {
		count++
		has := false
		for _, typ := range traverse.Types() {
			has = has || operatorOf(typ, op) != nil
		}
		if !has {
			t.Errorf("no type has the operator %s: operators has no row for it", op)
		}
	}
	if count < 32 {
		t.Errorf("found %d operators only", count)
	}
	for _, typ := range traverse.Types() {
		if len(operators[typ]) == 0 {
			t.Errorf("%s has no operators of its own", typ)
		}
	}
	if len(operators) != len(traverse.Types()) {
		t.Errorf("operators are listed for %d types, of %d", len(operators), len(traverse.Types()))
	}
}

// TestOperatorRows checks that no type has two rows of one operator, that every
// row lowers, and that another operator is suggested only for one that the type
// does not have, and only one.
func TestOperatorRows(t *testing.T) {
	for _, typ := range traverse.Types() {
		suggested := map[dsl.Op]dsl.Op{}
		seen := map[dsl.Op]bool{}
		for _, list := range [][]operator{operators[typ], everyType} {
			for _, row := range list {
				if seen[row.op] {
					t.Errorf("%s has two rows of %s", typ, row.op)
				}
				seen[row.op] = true
				if row.lower == nil {
					t.Errorf("%s: %s is not lowered", typ, row.op)
				}
				for _, wrong := range row.instead {
					if operatorOf(typ, wrong) != nil {
						t.Errorf("%s: %s is suggested in place of %s, which the type has", typ, row.op, wrong)
					}
					if other, ok := suggested[wrong]; ok {
						t.Errorf("%s: %s and %s are suggested in place of %s", typ, other, row.op, wrong)
					}
					suggested[wrong] = row.op
				}
			}
		}
	}
}
