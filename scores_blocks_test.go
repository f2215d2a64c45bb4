package leadscore_test

import (
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
)

// aloneRules have stages that ask for more than the scores: another kind of interaction, an
// audience, and a path that needs routes.
const aloneRules = `
model "Opens" {
    target contact
    condition "Opened" { each EmailOpened within last 30 days score +10 }
    condition "Account" { has Lead.ParentContact.ParentAccount.Leads score +1 }
    grade "Low" below 20
    grade "High" from 20
}
stages "Life cycle" {
    audience {
        has WebsiteVisited
        has Lead.ParentContact.ParentAccount.Leads
    }
    stage "New"
    stage "Warm" when score of "Opens" >= 20
}
`

// TestColumnsNeedNoBlocks checks that ScoreInto asks for nothing that blocks alone need, and
// gives the scores that Score gives.
func TestColumnsNeedNoBlocks(t *testing.T) {
	set := scoretest.CompileSet(t, aloneRules)
	data := memory.New(set.Schema())
	asOf := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)
	add := func(entity, id string, r memory.Record) {
		t.Helper()
		if err := data.Add(entity, id, r); err != nil {
			t.Fatal(err)
		}
	}
	add("Account", "acme", memory.Record{})
	for _, id := range []string{"ada", "ben"} {
		add("Contact", id, memory.Record{"ParentAccount": "acme"})
		add("Lead", id+"-lead", memory.Record{"ParentContact": id})
	}
	add("Lead", "deal", memory.Record{"ParentAccount": "acme"})
	for _, id := range []string{"o1", "o2"} {
		add("EmailOpened", id, memory.Record{"Contact": "ada", "Timestamp": asOf.AddDate(0, 0, -3)})
	}
	add("WebsiteVisited", "v", memory.Record{"Contact": "ada", "Timestamp": asOf.AddDate(0, 0, -3)})
	leads := []string{"ada-lead", "ben-lead", "deal", "nobody"}
	var queries []string
	for name, source := range map[string]leadscore.Source{
		"columns": data, "records": failingFor{Source: data, entity: "WebsiteVisited", queries: &queries},
	} {
		var scores leadscore.Scores
		for range 2 {
			if err := set.ScoreInto(t.Context(), leads, source, &scores, leadscore.AsOf(asOf)); err != nil {
				t.Fatal(err)
			}
			for i, lead := range leads {
				want, err := set.Score(t.Context(), lead, data, leadscore.AsOf(asOf))
				if (err != nil) != (scores.Err(i) != nil) || err == nil && !scores.Result(i, 0).Equal(want.Results[0]) {
					t.Errorf("%s: %s: %v, %v; want %v, %v", name, lead, scores.Result(i, 0), scores.Err(i), want, err)
				}
			}
		}
	}
	for _, q := range queries {
		if q == "WebsiteVisited" {
			t.Errorf("ScoreInto asked for what only the stages need: %q", queries)
			break
		}
	}
	before := leadscore.StagesBefore(func(string, string) string { return "" })
	r, err := set.Score(t.Context(), "ada-lead", data, leadscore.AsOf(asOf), before)
	if err != nil || r.Stages()[0].Stage != "Warm" || r.Results[0].Score != 21 {
		t.Errorf("%v, %v", r, err)
	}
}
