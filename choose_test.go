package leadscore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// chooseRules choose one of two models by the campaign, or the program.
const chooseRules = `
profile Lead { Campaign -> Campaign  Program -> Program }
profile Campaign { ScoringModel text  Start time  dated by Start }
profile Program { ScoringModel text }

choose model {
    by Campaign.ScoringModel
    by Program.ScoringModel
}
model "Opens" {
    target contact
    condition "Opened" { each EmailOpened within last 10 days score +10 }
    sales ready at 10
}
model "Clicks" {
    target contact
    condition "Clicked" { each EmailClicked.Contact score +3 }
}
`

func chooseSet(t *testing.T) *leadscore.Set {
	t.Helper()
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "choose.score", Text: chooseRules}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

var (
	chooseStart = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	chooseAsOf  = chooseStart.AddDate(0, 0, 5)
)

// chooseData has leads whose models are named in different ways.
func chooseData(t *testing.T, set *leadscore.Set) *memory.Source {
	t.Helper()
	data := memory.New(set.Schema())
	add := func(entity, id string, r memory.Record) {
		if err := data.Add(entity, id, r); err != nil {
			t.Fatal(err)
		}
	}
	add("Campaign", "spring", memory.Record{"ScoringModel": "Opens"})
	add("Campaign", "summer", memory.Record{"ScoringModel": "Opens", "Start": chooseAsOf.AddDate(0, 0, 2)})
	add("Campaign", "wrong", memory.Record{"ScoringModel": "Open"})
	add("Program", "clicks", memory.Record{"ScoringModel": "Clicks"})
	add("Contact", "ada", memory.Record{})
	add("EmailOpened", "open", memory.Record{"Contact": "ada", "Timestamp": chooseStart})
	add("EmailClicked", "click", memory.Record{"Contact": "ada", "Timestamp": chooseStart})
	for id, r := range map[string]memory.Record{
		"opens":  {"Campaign": "spring", "Program": "clicks"},
		"clicks": {"Program": "clicks"},
		"later":  {"Campaign": "summer"},
		"wrong":  {"Campaign": "wrong"},
		"none":   {},
	} {
		r["ParentContact"] = "ada"
		add("Lead", id, r)
	}
	return data
}

func TestChoiceSays(t *testing.T) {
	set := chooseSet(t)
	data := chooseData(t, set)
	for lead, want := range map[string]leadscore.Choice{
		"opens":  {By: "Campaign.ScoringModel", Entity: "Campaign", Record: "spring", Model: "Opens"},
		"clicks": {By: "Program.ScoringModel", Entity: "Program", Record: "clicks", Model: "Clicks"},
		"later":  {By: "Campaign.ScoringModel", Entity: "Campaign", Record: "summer"},
		"none":   {},
	} {
		r, err := set.Score(t.Context(), lead, data, leadscore.AsOf(chooseAsOf))
		if err != nil || r.Choice() != want {
			t.Errorf("lead %s: %+v, %v; want %+v", lead, r.Choice(), err, want)
		}
	}
	_, err := set.Score(t.Context(), "wrong", data, leadscore.AsOf(chooseAsOf))
	bad, ok := errors.AsType[*leadscore.LeadError](err)
	if !ok || !errors.Is(err, leadscore.ErrUnknownModel) || bad.Entity != "Campaign" || !strings.Contains(err.Error(), `"wrong" names "Open"; did you mean "Opens"?`) {
		t.Errorf("an unknown model: %v", err)
	}
}

// failingFor fails for some entities, and counts queries.
type failingFor struct {
	leadscore.Source
	entity  string
	queries *[]string
}

var errFailing = errors.New("the disk is on fire")

func (f failingFor) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if f.queries != nil {
		*f.queries = append(*f.queries, q.Entity)
	}
	if q.Entity == f.entity {
		return errFailing
	}
	return f.Source.Fetch(ctx, q, out)
}

// TestChosenLeadNeedsItsModelAlone checks that a lead does not fail because of data that only
// other models, or other lines, need.
func TestChosenLeadNeedsItsModelAlone(t *testing.T) {
	set := chooseSet(t)
	data := chooseData(t, set)
	leads := []string{"opens", "clicks", "later", "none"}
	for entity, fail := range map[string][]string{
		"EmailOpened": {"opens"}, "EmailClicked": {"clicks"}, "Campaign": {"opens", "later"}, "Program": {"clicks"}, "Account": nil,
	} {
		for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(leads...), failingFor{Source: data, entity: entity}, leadscore.AsOf(chooseAsOf)) {
			if want := slices.Contains(fail, r.Lead); want != (err != nil) || err != nil && !errors.Is(err, errFailing) {
				t.Errorf("lead %s without %s: %v", r.Lead, entity, err)
			}
		}
	}
}

// TestChoiceAsksOnce checks that the number of queries does not depend on how many leads
// there are.
func TestChoiceAsksOnce(t *testing.T) {
	set := chooseSet(t)
	count := func(leads int) []string {
		data := chooseData(t, set)
		var ids, queries []string
		for i := range leads {
			campaign, id := fmt.Sprint("c", i), fmt.Sprint("l", i)
			if err := data.Add("Campaign", campaign, memory.Record{"ScoringModel": "Opens"}); err != nil {
				t.Fatal(err)
			}
			if err := data.Add("Lead", id, memory.Record{"Campaign": campaign, "ParentContact": "ada"}); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(ids...), failingFor{Source: data, queries: &queries}, leadscore.AsOf(chooseAsOf)) {
			if err != nil || r.Results[0].Score != 10 || r.Results[1].Status != leadscore.NotChosen {
				t.Fatalf("%v, %v", r, err)
			}
		}
		return queries
	}
	if one, many := count(1), count(200); !slices.Equal(one, many) || len(one) != 4 {
		t.Errorf("%q for one lead, and %q for many", one, many)
	}
}

// TestChoiceOverTime checks changes of leads for which a model is chosen once their campaign
// begins.
func TestChoiceOverTime(t *testing.T) {
	set := chooseSet(t)
	data := chooseData(t, set)
	begins := chooseAsOf.AddDate(0, 0, 2)
	ends := chooseStart.AddDate(0, 0, 10).Add(time.Microsecond) // of the window of the open
	for lead, want := range map[string][]time.Time{"opens": {ends}, "clicks": nil, "later": {begins, ends}, "none": nil} {
		var at []time.Time
		last := map[string]leadscore.Status{}
		for c, err := range set.Changes(t.Context(), lead, data, chooseAsOf, chooseAsOf.AddDate(1, 0, 0), leadscore.Explain(0)) {
			if err != nil {
				t.Fatal(err)
			}
			at = append(at, c.AsOf)
			for r, asOf := range map[*leadscore.SetResult]time.Time{&c.Before: c.AsOf.Add(-time.Microsecond), &c.After: c.AsOf} {
				scored, err := set.Score(t.Context(), lead, data, leadscore.AsOf(asOf), leadscore.Explain(0))
				if err != nil || scored.Choice() != r.Choice() || scored.SalesReady != r.SalesReady {
					t.Errorf("lead %s as of %s: %+v, %v, and in changes %+v", lead, asOf, scored, err, r)
				}
				for i := range scored.Results {
					if !scored.Results[i].Equal(r.Results[i]) {
						t.Errorf("lead %s as of %s: %v, and in changes %v", lead, asOf, scored.Results[i], r.Results[i])
					}
				}
			}
			last[lead] = c.After.Results[0].Status
		}
		if !slices.EqualFunc(at, want, time.Time.Equal) {
			t.Errorf("lead %s changes at %v, want %v", lead, at, want)
		}
		r, err := set.Score(t.Context(), lead, data, leadscore.AsOf(chooseAsOf), leadscore.NextChange(chooseAsOf.AddDate(1, 0, 0)))
		next, ok := r.NextChange()
		if err != nil || ok != (len(want) > 0) || ok && !next.Equal(want[0]) {
			t.Errorf("lead %s changes next at %v, %t, %v; want %v", lead, next, ok, err, want)
		}
	}
	for _, err := range set.Changes(t.Context(), "wrong", data, chooseAsOf, begins) {
		if !errors.Is(err, leadscore.ErrUnknownModel) {
			t.Errorf("changes of a lead with an unknown model: %v", err)
		}
	}
}

func TestChooseModelNeedsASet(t *testing.T) {
	one := strings.Split(chooseRules, `model "Clicks"`)[0]
	for name, text := range map[string]string{
		"choose model": one,
		"a lead creation": `model "M" { target contact condition "C" { has Lead score +1 } }
lead creation "L" { from FormSubmitted scope contact per company }`,
	} {
		if _, err := leadscore.Compile("m.score", text, leadscore.StandardSchema()); err == nil || !strings.Contains(err.Error(), name+" belongs to a set of models") {
			t.Errorf("a model with %s compiles alone: %v", name, err)
		}
		if _, err := leadscore.ParseSchema("m.score", text, leadscore.StandardSchema()); err == nil || !strings.Contains(err.Error(), "a schema cannot contain "+name) {
			t.Errorf("a schema has %s: %v", name, err)
		}
	}
}
