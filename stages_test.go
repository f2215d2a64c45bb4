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
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
)

// lifeCycle has two models and two blocks of stages.
const lifeCycle = `model "B2B" {
    target contact
    time zone "Europe/Berlin"
    condition "Opened" { each EmailOpened score +10 }
    condition "Competitor" { has Lead where CompanyName = "Rival" score -1 }
    sales ready at 70
}
model "Account" {
    target account
    condition "Opened" { each EmailOpened score +1 }
}
stages "Life cycle" {
    audience { has Lead where Status = "Open" }
    stage "Inquiry"
    stage "Marketing qualified" when score of "B2B" >= 50 until score of "B2B" < 30 then "notify marketing"
    stage "Sales qualified" when score of "B2B" >= 80 and not (condition "Competitor" of "B2B" holds) then "route to sales"
}
stages "Ready" {
    stage "No"
    stage "Yes" when sales ready of "B2B" or sales ready of "Account" sticky
}
`

// openedBy returns a lead with a status and a company, and how many emails its contact opened.
func openedBy(t *testing.T, set *leadscore.Set, opened int, fields string) leadscore.Source {
	t.Helper()
	data := memory.New(set.Schema())
	status, company, _ := strings.Cut(fields, " ")
	add := func(entity, id string, fields map[string]any) {
		if err := data.Add(entity, id, fields); err != nil {
			t.Fatal(err)
		}
	}
	add("Lead", "ada-lead", map[string]any{"ParentContact": "ada", "Status": status, "CompanyName": company})
	add("Contact", "ada", nil)
	for i := range opened {
		add("EmailOpened", fmt.Sprint("m", i), map[string]any{"Contact": "ada", "Timestamp": time.Date(2026, 5, 1, 10, 0, i, 0, time.UTC)})
	}
	return data
}

var inMay = leadscore.AsOf(time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC))

func TestStep(t *testing.T) {
	set := scoretest.CompileSet(t, lifeCycle)
	stages := set.Stages()
	if len(stages) != 2 || stages[0].Name() != "Life cycle" || !slices.Equal(stages[1].Names(), []string{"No", "Yes"}) {
		t.Fatalf("%d blocks: %v", len(stages), stages[1].Names())
	}
	for _, test := range []struct {
		before string
		opened int
		fields string
		want   string
	}{
		{"", 0, "Open", "Inquiry"},
		{"", 4, "Open", "Inquiry"},
		{"Inquiry", 5, "Open", `Marketing qualified: "ada-lead", Life cycle: from "Inquiry" to "Marketing qualified" (notify marketing)
"Marketing qualified": when holds: score of "B2B" >= 50: 50`},
		{"Marketing qualified", 4, "Open", "Marketing qualified"},
		{"Marketing qualified", 2, "Open", `Inquiry: "ada-lead", Life cycle: from "Marketing qualified" to "Inquiry"
"Marketing qualified": until holds: score of "B2B" < 30: 20`},
		{"Marketing qualified", 2, "Qualified", "Marketing qualified"},
		{"Inquiry", 9, "Disqualified", "Inquiry"},
		{"Inquiry", 9, "Open", `Sales qualified: "ada-lead", Life cycle: from "Inquiry" to "Sales qualified" (route to sales)
"Sales qualified": when holds: score of "B2B" >= 80: 90`},
		{"Inquiry", 9, "Open Rival", `Marketing qualified: "ada-lead", Life cycle: from "Inquiry" to "Marketing qualified" (notify marketing)
"Marketing qualified": when holds: score of "B2B" >= 50: 89`},
		{"Sales qualified", 4, "Open", `Marketing qualified: "ada-lead", Life cycle: from "Sales qualified" to "Marketing qualified"
"Sales qualified": when does not hold: score of "B2B" >= 80: 40; condition "Competitor" of "B2B" holds: does not hold`},
		{"Sales qualified", 1, "Open", `Inquiry: "ada-lead", Life cycle: from "Sales qualified" to "Inquiry"
"Sales qualified": when does not hold: score of "B2B" >= 80: 10; condition "Competitor" of "B2B" holds: does not hold
"Marketing qualified": until holds: score of "B2B" < 30: 10`},
	} {
		for _, opts := range [][]leadscore.Option{{inMay}, {inMay, leadscore.Explain(10)}} {
			r, err := set.Score(context.Background(), "ada-lead", openedBy(t, set, test.opened, test.fields), opts...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := stages[0].Step(test.before, r)
			if err != nil {
				t.Fatal(err)
			}
			text := got.Stage
			if m := got.Move; m != nil {
				text += ": " + m.String()
				for _, r := range m.Reasons {
					text += "\n" + r.String()
				}
				if !m.AsOf.Equal(r.Results[0].AsOf()) || len(m.Results) != 2 {
					t.Errorf("as of %s, %d results", m.AsOf, len(m.Results))
				}
			}
			if text != test.want {
				t.Errorf("%d opened by a lead with %s that was %s:\n%s\nwant\n%s", test.opened, test.fields, test.before, text, test.want)
			}
		}
	}
}

func TestStickyAndNotScored(t *testing.T) {
	set := scoretest.CompileSet(t, lifeCycle)
	score := func(set *leadscore.Set, opened int) leadscore.SetResult {
		r, err := set.Score(context.Background(), "ada-lead", openedBy(t, set, opened, "Open"), inMay)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	stage := func(s *leadscore.Stages, before string, r leadscore.SetResult) string {
		got, err := s.Step(before, r)
		if err != nil {
			t.Fatal(err)
		}
		return got.Stage
	}
	life, ready := set.Stages()[0], set.Stages()[1]
	if got := stage(ready, "", score(set, 7)); got != "Yes" {
		t.Error(got)
	}
	if got := stage(ready, "Yes", score(set, 0)); got != "Yes" {
		t.Error("a sticky stage is lost")
	}
	stopped, err := set.Stop("B2B")
	if err != nil {
		t.Fatal(err)
	}
	if got := stage(life, "Marketing qualified", score(stopped, 0)); got != "Marketing qualified" {
		t.Errorf("%s, though the model did not score the lead", got)
	}
	if got := stage(life, "Inquiry", score(stopped, 9)); got != "Inquiry" {
		t.Errorf("%s by a model that did not score the lead", got)
	}
	all, err := set.Stop("B2B", "Account")
	if err != nil {
		t.Fatal(err)
	}
	if got := stage(life, "Sales qualified", score(all, 9)); got != "Sales qualified" {
		t.Error(got)
	}
}

func TestStepErrors(t *testing.T) {
	set := scoretest.CompileSet(t, lifeCycle)
	r, err := set.Score(context.Background(), "ada-lead", openedBy(t, set, 1, "Open"), inMay)
	if err != nil {
		t.Fatal(err)
	}
	_, err = set.Stages()[0].Step("Inqiry", r)
	if want := `stages "Life cycle": no such stage: "Inqiry"; did you mean "Inquiry"?`; err == nil || err.Error() != want || !errors.Is(err, leadscore.ErrNoStage) {
		t.Errorf("got %v, want %s", err, want)
	}
	other := scoretest.CompileSet(t, lifeCycle)
	for _, r := range []leadscore.SetResult{r, {}} {
		if _, err := other.Stages()[0].Step("", r); err == nil || !strings.Contains(err.Error(), "are not those of their set") {
			t.Errorf("results of another set: %v", err)
		}
	}
	if _, err := leadscore.Compile("f", `model "M" { target contact } stages "S" { stage "A" }`, leadscore.StandardSchema()); err == nil || !strings.Contains(err.Error(), "compile the file with CompileSet") {
		t.Errorf("Compile: %v", err)
	}
	if _, err := leadscore.ParseSchema("f", `stages "S" { stage "A" }`, nil); err == nil || !strings.Contains(err.Error(), "a schema cannot contain stages") {
		t.Errorf("ParseSchema: %v", err)
	}
}
