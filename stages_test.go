package leadscore_test

import (
	"context"
	"encoding/json"
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

func TestScoreAllStages(t *testing.T) {
	set := scoretest.CompileSet(t, lifeCycle)
	data := openedBy(t, set, 9, "Open")
	stage := map[string]string{"Ready": "No"}
	var got []string
	before := leadscore.StagesBefore(func(lead, stages string) string { return stage[stages] })
	// The same lead again: what the loop body keeps is seen.
	for r, err := range set.ScoreAll(t.Context(), leadscore.IDs("ada-lead", "ada-lead"), data, inMay, before) {
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range r.Stages() {
			stage[s.Stages] = s.Stage
			got = append(got, fmt.Sprint(s.Stages, " ", s.Stage, " ", s.Move != nil))
		}
	}
	want := []string{"Life cycle Sales qualified true", "Ready Yes true", "Life cycle Sales qualified false", "Ready Yes false"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	stage["Ready"] = "Maybe"
	for _, all := range []bool{false, true} {
		var r leadscore.SetResult
		var err error
		if all {
			for r, err = range set.ScoreAll(t.Context(), leadscore.IDs("ada-lead"), data, inMay, before) {
			}
		} else {
			r, err = set.Score(t.Context(), "ada-lead", data, inMay, before)
		}
		bad, ok := errors.AsType[*leadscore.LeadError](err)
		if want := `lead "ada-lead": stages "Ready": no such stage: "Maybe"; its stages are "No", "Yes"`; !ok || !errors.Is(err, leadscore.ErrNoStage) || bad.Error() != want || r.Results != nil {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := set.ScoreInto(t.Context(), []string{"ada-lead"}, data, new(leadscore.Scores), inMay, before); err != nil {
		t.Error(err)
	}
	r, err := set.Score(t.Context(), "ada-lead", data, inMay, leadscore.StagesBefore(func(_, stages string) string { return "" }))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if want := `"stages":[{"stages":"Life cycle","stage":"Sales qualified","move":{"stages":"Life cycle","lead":"ada-lead","from":"Inquiry","to":"Sales qualified","as_of":"2026-05-31T12:00:00Z","then":"route to sales","reasons":[{"stage":"Sales qualified","decision":"when","holds":true,"parts":[{"rule":"score of \"B2B\" \u003e= 80","holds":true,"is":"90"},`; err != nil || !strings.Contains(string(text), want) {
		t.Errorf("%v\n%s\nwant\n%s", err, text, want)
	}
}

// TestMoves: a window passes over emails, and the lead moves up and down.
func TestMoves(t *testing.T) {
	set := scoretest.CompileSet(t, strings.Replace(lifeCycle, "each EmailOpened score +10", "each EmailOpened within last 10 days score +10", 1))
	data := openedBy(t, set, 9, "Open")
	day := func(d int) time.Time { return time.Date(2026, 5, d, 0, 0, 0, 0, time.UTC) }
	var got []string
	for m, err := range set.Moves(t.Context(), "ada-lead", data, day(1), day(31)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s %d", m.AsOf.Format("02 15:04:05.999999"), m.To, m.Results[0].Score))
	}
	want := []string{
		"01 10:00:04 Marketing qualified 50", "01 10:00:06 Yes 70", "01 10:00:07 Sales qualified 80",
		"11 10:00:01.000001 Marketing qualified 70", "11 10:00:06.000001 Inquiry 20",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	got = nil
	before := leadscore.StagesBefore(func(lead, stages string) string {
		return map[string]string{"Life cycle": "Sales qualified", "Ready": "Yes"}[stages]
	})
	for m, err := range set.Moves(t.Context(), "ada-lead", data, day(20), day(31), before, leadscore.Explain(1)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(m, len(m.Reasons), len(slices.Collect(m.Results[0].Contributions()))))
	}
	if want := []string{`"ada-lead", Life cycle: from "Sales qualified" to "Inquiry" 2 2`}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	for _, bad := range []struct {
		lead, want string
	}{{"nobody", "no such lead"}, {"ada-lead", "no such stage"}} {
		n := 0
		for _, err := range set.Moves(t.Context(), bad.lead, data, day(1), day(2), leadscore.StagesBefore(func(string, string) string { return "x" })) {
			if n++; err == nil || !strings.Contains(err.Error(), bad.want) {
				t.Errorf("%v", err)
			}
		}
		if n != 1 {
			t.Errorf("%d errors", n)
		}
	}
}

// TestChangesLeaveOutStages: what only decisions ask for is no change of a result.
func TestChangesLeaveOutStages(t *testing.T) {
	set := scoretest.CompileSet(t, `model "M" { target contact condition "C" { has EmailOpened within last 10 days score +10 } }
model "N" { target contact condition "C" { none EmailOpened within last 1 day score +10 } }
stages "S" {
    audience { has Lead where Status = "Open" none EmailOpened within last 5 days }
    stage "A"
    stage "B" when condition "C" of "M" holds
}
`)
	data := openedBy(t, set, 1, "Open")
	from, to := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC), time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	var got []string
	for c, err := range set.Changes(t.Context(), "ada-lead", data, from, to) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, c.AsOf.Format("02 15:04"))
	}
	if want := []string{"01 10:00", "02 10:00", "11 10:00"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	got = nil
	for m, err := range set.Moves(t.Context(), "ada-lead", data, from, to) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, m.AsOf.Format("02 15:04")+" "+m.To)
	}
	if want := []string{"06 10:00 B", "11 10:00 A"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	r, err := set.Score(t.Context(), "ada-lead", data, leadscore.AsOf(from), leadscore.NextChange(to))
	if err != nil || r.Results[0].AsOf().IsZero() {
		t.Fatal(err)
	}
	for i, want := range []string{"01 10:00", "01 10:00"} {
		if next, _ := r.Results[i].NextChange(); next.Format("02 15:04") != want {
			t.Errorf("%s changes next %s, want %s", r.Results[i].Model, next, want)
		}
	}
}

func TestSetResultString(t *testing.T) {
	set := scoretest.CompileSet(t, lifeCycle)
	r, err := set.Score(t.Context(), "ada-lead", openedBy(t, set, 5, "Open"), inMay, leadscore.StagesBefore(func(string, string) string { return "" }))
	if err != nil {
		t.Fatal(err)
	}
	const want = `"ada-lead", B2B: score 50
"ada-lead", Account: not targeted
"ada-lead", Life cycle: stage "Marketing qualified"
"ada-lead", Ready: stage "No"`
	if got := r.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
