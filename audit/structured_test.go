package audit_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
)

// TestOutcomesOfStructuredModels: rows of a table are no conditions of their own, at most
// holds for lack of data as none does, and an audience that no lead belongs to is odd.
func TestOutcomesOfStructuredModels(t *testing.T) {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "m.score", Text: `model "M" {
    target contact
    table "Budget" by Lead.BudgetAmount {
        from 1000 score +5
        otherwise score +1
    }
    condition "Few" {
        at most 3 EmailOpened
        score +1
    }
    condition "Blocked" {
        any of { has Lead has EmailClicked }
        score +1
    }
}
model "Nobody" {
    target contact
    audience { has Lead where Rating = "Cold" }
}`}})
	if err != nil {
		t.Fatal(err)
	}
	data := memory.New(set.Schema())
	add(t, data, []string{"Contact", "c"}, []string{"EmailOpened", "e", "Contact", "c", "Timestamp", "2026-05-15"}, []string{"EmailClicked", "e", "Contact", "c", "Timestamp", "2026-05-15"})
	for i := range 1000 {
		if err := data.Add("Lead", fmt.Sprint("l", i), memory.Record{"ParentContact": "c", "Rating": "Hot", "BudgetAmount": 5.0}); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		`warning: model "Nobody" scores no lead: 1000 of 1000 are not in its audience`,
		`warning: model "M": condition "Few" holds for all 1000 leads`,
		`advice: model "M": condition "Blocked" holds for all 1000 leads`,
	}
	if diff := cmp.Diff(want, lines(check(t, set, data))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
