// Package statementtest tests the statements of package statement in a database.
package statementtest

import (
	"strings"
	"testing"

	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/bench/internal/sidebyside"
	"github.com/leadscore/leadscore/bench/internal/statement"
)

// Models checks that ways give every lead the same score by the models that are measured,
// and by many others.
func Models(t *testing.T, leads int, ways ...*sidebyside.Way) {
	t.Helper()
	models := []*rules.Model{rules.Measured(7), rules.Measured(20), rules.Measured(100), rules.Measured(1000)}
	for seed := range uint64(20) {
		models = append(models, rules.Generate(5+int(seed), seed))
	}
	for _, m := range models {
		can, refused := sidebyside.Divide(m, ways)
		if refused != nil && len(m.Rules) < 1000 {
			t.Errorf("%s: %v", m.Name, refused)
		}
		if err := sidebyside.Equal(t.Context(), leads, m, can...); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}

// Texts that some databases fold in ways of their own, or not at all.
var texts = []string{
	"", "a", "A", "Abc", "aBC", "i", "I", "İ", "ı", "i̇", "s", "S", "ſ", "K", "k", "\u212a", "ß", "ẞ", "ss", "σ", "ς", "Σ",
	"\u00b5", "\u03bc", "\u039c", "å", "Å", "\u212b", "é", "É", "e\u0301", "Dž", "DŽ", "dž", "o'clock", "O'CLOCK", "Straße ſK", "STRAßE sk",
}

// Folding checks that the dialect's fold finds exactly those texts equal that leadscore
// finds equal. ask returns the one text that a query gives.
func Folding(t *testing.T, d *statement.Dialect, ask func(query string) (string, error)) {
	t.Helper()
	for _, operand := range texts {
		if operand == "" {
			continue // cannot be an operand
		}
		var equal, want []string
		for _, v := range texts {
			equal = append(equal, "CASE WHEN "+d.Fold(statement.Text(v), []string{operand})+" = "+statement.Folded(operand)+" THEN '1' ELSE '0' END")
			want = append(want, map[bool]string{true: "1", false: "0"}[strings.EqualFold(v, operand)])
		}
		got, err := ask("SELECT CONCAT(" + strings.Join(equal, ", ") + ")")
		if err != nil {
			t.Fatalf("%q: %v", operand, err)
		}
		for i, v := range texts {
			if got[i] != want[i][0] {
				t.Errorf("%s finds %q equal to %q: %c; leadscore: %s", d.Name, v, operand, got[i], want[i])
			}
		}
	}
}
