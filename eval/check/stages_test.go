package check_test

import (
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// b2b is a model for stages.
const b2b = `model "B2B" {
    target contact
    condition "Opened" { each EmailOpened score +5 }
    first of "Size" {
        condition "Big" { has Lead where NumberOfEmployees > 500 score +30 }
        condition "Small" { has Lead where NumberOfEmployees > 5 score +10 }
    }
    dimension "Fit" {
        condition "Director" { has Lead where JobTitle = "Director" score +20 }
        grade "A" from 20
        grade "B" below 20
    }
    dimension "Interest" {
        group "Mails" { condition "Clicked" { each EmailClicked score +5 } }
        grade "1" from 20
        grade "2" below 20
    }
    label "Fit", "Interest"
}
model "Plain" {
    target contact
    condition "Opened" { each EmailOpened score +5 }
}
`

func stagesOf(body string) string {
	return b2b + "stages \"S\" {\n    stage \"New\"\n    " + body + "\n}\n"
}

func TestStages(t *testing.T) {
	f, diags := dsl.Parse("f", stagesOf(`
		audience { has Lead where Status = "Open" none EmailUnsubscribed within last 30 days }
		stage "A" when condition "Small" of "B2B" holds until score of "B2B"."Fit" < 5
		stage "B" when sales ready of "Plain" and not (condition "Opened" of "Plain" holds or condition "Clicked" of "B2B" holds) then "call"
		stage "C" when status of "B2B" in ("scored", "not targeted") and condition "Small" of "B2B" holds sticky`), dsl.Limits{})
	set, more := check.NewSet(traverse.Standard(), f)
	if diags = append(diags, more...); len(diags) > 0 {
		t.Fatal(diags)
	}
	s := set.Stages[0]
	if len(set.Models) != 2 || len(set.Stages) != 1 || s.Name != "S" || len(s.Stages) != 4 {
		t.Fatalf("%d models, %+v", len(set.Models), s)
	}
	// The audience, Small with the tier before it, Opened of Plain, and Clicked.
	if len(set.Auxiliary) != 4 || s.Audience != 0 || set.Auxiliary[0].Audience == nil || len(set.Auxiliary[0].Audience.Children) != 2 {
		t.Fatalf("%d auxiliary models, audience %d", len(set.Auxiliary), s.Audience)
	}
	for i, want := range []string{"Big Small", "Opened", "Clicked"} {
		m, got := set.Auxiliary[i+1], ""
		for _, c := range m.Conditions {
			got = strings.TrimSpace(got + " " + c.Name)
		}
		if d := m.Decision.(check.HoldsDecision); got != want || d.Condition != len(m.Conditions)-1 {
			t.Errorf("auxiliary model %d: %s, condition %d", i+1, got, d.Condition)
		}
	}
	for i, want := range []int{0, 1, 2, 1} {
		if got := len(s.Stages[i].Models); got != want {
			t.Errorf("stage %d names %d models, want %d", i, got, want)
		}
	}
	if s.Stages[2].Then != "call" || !s.Stages[3].Sticky || s.Stages[0].When != nil || s.Stages[1].Until == nil {
		t.Errorf("%+v", s.Stages)
	}
}

func TestStagesProblems(t *testing.T) {
	for _, test := range []struct{ body, want string }{
		{`stage "A" when score of "B2C" > 5`, `there is no model "B2C"; did you mean "B2B"?`},
		{`stage "A" when score of "B2B"."Fitt" > 5`, `the model has no dimension "Fitt"; did you mean "Fit"?`},
		{`stage "A" when score of "B2B" > 5.5`, `a score is a whole number, and 5.5 is not`},
		{`stage "A" when grade of "B2B" is "A"`, `the model has no grades; its dimensions have: write grade of "B2B"."Fit"`},
		{`stage "A" when grade of "B2B"."Fit" is "C"`, `no lead has grade "C"; expected "A" or "B"`},
		{`stage "A" when label of "B2B" is "1A"`, `no lead has label "1A"; did you mean "A1"?`},
		{`stage "A" when label of "Plain" is "1A"`, `the model has no label; a label is made of the grades of dimensions: label "…", "…"`},
		{`stage "A" when condition "Opend" of "B2B" holds`, `the model has no condition "Opend"; did you mean "Opened"?`},
		{`stage "A" when status of "B2B" is "scord"`, `there is no status "scord"; did you mean "scored"?`},
		{`stage "A" when status of "B2B" in (5)`, `a status is a text, and 5 is not; expected "no model", "not chosen", "stopped", "no parent", "not targeted", "not active", "not in audience" or "scored"`},
		{`stage "A"`, `stage "A" has no when, and only the first stage has none; say when a lead reaches it, such as when score of "B2B" >= 50`},
		{`stage "A" when sales ready of "B2B" until score of "B2B" < 3 sticky`, `a sticky stage is never lost, but until says when; leave out sticky or until`},
		{`stage "A" when sales ready of "B2B" then ""`, `the text after then must not be empty; say what is to happen, or leave out then`},
		{`stage "New" when sales ready of "B2B"`, `there are two stages called "New"`},
		{`audience { has Lead } audience { has Lead }`, `stages have only one audience`},
		{`audience { each EmailOpened }`, `each counts, and an audience takes only children that hold; write has`},
		{"}\nstages \"S\" { stage \"New\"", `there are two blocks of stages called "S"`},
		{"}\nstages \"T\" {", `there is no stage; begin with the one in which every lead begins, such as stage "Inquiry"`},
		{"}\nstages \"T\" { stage \"A\" when sales ready of \"B2B\"", `the first stage has no when: every lead begins in it, and nobody loses it; write a stage before it, such as stage "Inquiry"`},
		{"}\nstages \"T\" { stage \"A\" sticky", `the first stage has no sticky: every lead begins in it, and nobody loses it; write a stage before it, such as stage "Inquiry"`},
	} {
		f, diags := dsl.Parse("f", stagesOf(test.body), dsl.Limits{})
		_, more := check.NewSet(traverse.Standard(), f)
		if diags = append(diags, more...); len(diags) != 1 || diags[0].Message() != test.want {
			t.Errorf("%s\n%v\nwant %s", test.body, diags, test.want)
		}
	}
}
