package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/evaltest"
)

// whereOf returns the expressions of a rule about EmailClicked.
func whereOf(t *testing.T, where string) []check.Expr {
	t.Helper()
	return evaltest.Models(t, evaltest.Model("M", "contact", "each EmailClicked where "+where+" score +1"))[0].Conditions[0].Children[0].Where
}

// TestProducts checks into which products expressions are taken apart.
func TestProducts(t *testing.T) {
	for _, test := range []struct {
		where string
		want  string // "-" for an opposite
	}{
		{`Url = "a" and LinkText = "b"`, `Url LinkText`},
		{`Url = "a" or LinkText = "b"`, `Url; -Url LinkText`},
		{`Url = "a" or Url ends with "b" or not (Url is empty)`, `Url`},
		{`not (Url = "a")`, `Url`},
		{`not (Url = "a" or LinkText = "b")`, `-Url -LinkText`},
		{`not (Url = "a" and LinkText = "b")`, `-Url; Url -LinkText`},
		{`(Url = "a" or LinkText = "b") and EmailName = "c"`, `Url EmailName; -Url LinkText EmailName`},
		{`(Url = "a" or LinkText = "b") and (EmailName = "c" or CustomerJourney = "d")`,
			`Url EmailName; Url -EmailName CustomerJourney; -Url LinkText EmailName; -Url LinkText -EmailName CustomerJourney`},
		{`Timestamp after 2026-01-01 or Url = "a"`, `Url; -Url Timestamp`}, // the opposite of a time may need routes
		{nested(5), ""},
	} {
		list, ok := productsOf(whereOf(t, test.where))
		var got []string
		for _, p := range list {
			var fields []string
			for _, e := range p {
				field := e.at.Field.Name
				if e.not {
					field = "-" + field
				}
				fields = append(fields, field)
			}
			got = append(got, strings.Join(fields, " "))
		}
		if text := strings.Join(got, "; "); text != test.want || ok != (test.want != "") {
			t.Errorf("%s: got %s, %t, want %s", test.where, text, ok, test.want)
		}
	}
}

// TestProductsOfHostileRules checks that very many and deeply nested expressions are taken
// apart, or given up, in little time.
func TestProductsOfHostileRules(t *testing.T) {
	var terms []string
	for i := range 9000 {
		terms = append(terms, fmt.Sprintf(`%s = "%d"`, []string{"Url", "LinkText"}[i%2], i))
	}
	deep := `Url = "a"`
	for i := range 14 {
		deep = fmt.Sprintf(`((%s) or LinkText = "%d") and EmailName = "%d"`, deep, i, i)
	}
	for name, where := range map[string]string{
		"and": strings.Join(terms, " and "), "or": strings.Join(terms, " or "), "not or": "not (" + strings.Join(terms, " or ") + ")", "deep": deep,
	} {
		list := whereOf(t, where)
		start := time.Now()
		productsOf(list)
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s takes %v", name, took)
		}
	}
}
