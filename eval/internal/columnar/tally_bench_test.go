package columnar

import (
	"fmt"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

// BenchmarkTallies measures scoring a lead by ten conditions of one form. A lead has
// twelve emails, and every second one satisfies a condition.
func BenchmarkTallies(b *testing.B) {
	const leads, emails, conditions = 200, 12, 10
	var records strings.Builder
	var ids [leads]string
	for i := range leads {
		ids[i] = fmt.Sprint("l", i)
		fmt.Fprintf(&records, "Lead %s ParentContact=c%d\n", ids[i], i)
		for j := range emails {
			fmt.Fprintf(&records, "EmailClicked e%d-%d Contact=c%d EmailName=N%d CustomerJourney=J%d Timestamp=2026-04-%02d\n",
				i, j, i, (i+j)%7, (i*j)%2, 1+(i*j)%30)
		}
	}
	store := storeOf(evaltest.Data(b, traverse.Standard(), records.String()))
	for _, form := range []struct{ name, child string }{
		{"without", "each EmailClicked"},
		{"per field", "each EmailClicked once per EmailName"},
		{"per day", "each EmailClicked up to 2 per day"},
		{"burst", "at least 2 EmailClicked within any 3 days"},
		{"decay", "each EmailClicked fading over 60 days"},
		{"newest", "has EmailClicked halving every 10 days"},
		{"every span", "every 7 days without EmailClicked"},
		{"decay per field", "each EmailClicked once per EmailName halving every 10 days"},
	} {
		b.Run(form.name, func(b *testing.B) {
			var list []string
			for i := range conditions {
				where := fmt.Sprintf(" where CustomerJourney = %q score -1", fmt.Sprint("J", i%2))
				if strings.HasPrefix(form.child, "every") {
					where += fmt.Sprint(" down to -", 5)
				}
				list = append(list, form.child+where)
			}
			list = append(list, "each EmailOpened score +1 up to +5") // the model is structured
			x := New(plan.NewColumns(plan.NewRoutes(evaltest.Models(b, evaltest.Model("M", "contact", list...))), false))
			err := store.Use(b.Context(), x.Layouts(), func() error {
				if !x.Bind(store) {
					b.Fatal("the store lacks something")
				}
				x.SetAsOf(evaltest.AsOf)
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					x.Score(x.Find(ids[i%leads]))
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
