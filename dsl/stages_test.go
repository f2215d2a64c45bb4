package dsl_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
)

// lifeCycle has every part of a block of stages.
const lifeCycle = `// Who talks to a lead.
stages "Life cycle" {
    audience {
        has Lead
            where Status = "Open"
    }

    stage "Inquiry" then "greet"
    stage "Engaged" when sales ready of "B2B" // by any means
    stage "Marketing qualified"
        when score of "B2B" >= 50 and not (condition "Competitor" of "B2B" holds)
        until score of "B2B" < 30
        then "notify marketing"
    stage "Sales qualified"
        when score of "B2B"."Fit" >= 80
            and (grade of "B2B"."Fit" in ("A", "B") or label of "B2B" is not "D4")
            and status of "Partners" in ("scored", "not targeted")
        sticky
        // sales takes over
        then "route to sales"
}
`

func TestStages(t *testing.T) {
	f, diags := dsl.Parse("f", lifeCycle, dsl.Limits{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	s := f.Blocks[0].(*dsl.Stages)
	var got []string
	for _, c := range s.Clauses {
		if stage, ok := c.(*dsl.Stage); ok {
			got = append(got, stage.String())
		}
	}
	want := []string{
		`stage "Inquiry" then "greet"`,
		`stage "Engaged" when sales ready of "B2B"`,
		`stage "Marketing qualified" when score of "B2B" >= 50 and not (condition "Competitor" of "B2B" holds) until score of "B2B" < 30 then "notify marketing"`,
		`stage "Sales qualified" when score of "B2B"."Fit" >= 80 and (grade of "B2B"."Fit" in ("A", "B") or label of "B2B" is not "D4") ` +
			`and status of "Partners" in ("scored", "not targeted") sticky then "route to sales"`,
	}
	if s.Name.Value != "Life cycle" || strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s: %s", s.Name.Value, strings.Join(got, "\n"))
	}
	kinds := map[string]bool{}
	dsl.Walk(f, func(n dsl.Node) bool {
		kinds[fmt.Sprintf("%T", n)] = true
		return true
	})
	for _, kind := range []string{"Stages", "Stage", "Sticky", "Audience", "Judgment"} {
		if !kinds["*dsl."+kind] {
			t.Errorf("no %s is visited", kind)
		}
	}
}

func TestFormatStages(t *testing.T) {
	loose := strings.Join(strings.Fields(strings.NewReplacer("// Who talks to a lead.", "", "// by any means", "", "// sales takes over", "").Replace(lifeCycle)), " ")
	tight := strings.NewReplacer("// Who talks to a lead.\n", "", " // by any means", "", "        // sales takes over\n", "").Replace(lifeCycle)
	for _, test := range []struct{ text, want string }{{lifeCycle, lifeCycle}, {loose, tight}} {
		got, err := dsl.Format("f", test.text)
		if err != nil || got != test.want {
			t.Errorf("%v\n%s", err, got)
		}
	}
}

func TestStagesProblems(t *testing.T) {
	for _, test := range []struct{ text, want, fix string }{
		{`stage "A" if score of "M" > 5`, `unexpected if; did you mean when? (expected when, until, sticky, then, stage or })`, `stage "A" when score of "M" > 5`},
		{`stage "A" whn score of "M" > 5`, `unexpected whn; did you mean when? (expected when, until, sticky, then, stage or })`, `stage "A" when score of "M" > 5`},
		{`stage A when score of "M" > 5`, `unexpected A; expected a text in double quotes; write "A"`, ``},
		{`stage "A" sticky until score of "M" < 5`, `unexpected until; after the name of a stage come, each at most once and in this order, when, until, sticky and then`, ``},
		{`stage "A" when score of "M" > 5 else`, `unexpected else; expected and, or, until, sticky, then, stage or }; a lead without a higher stage stays in the first one, which has no when`, ``},
		{`stage "A" then notify`, `unexpected notify; expected a text in double quotes; write "notify"`, ``},
		{`stage "A" { score of "M" > 5 }`, `unexpected {; expected when, until, sticky, then, stage or }; a stage has no braces: write stage "…" when … until …`, ``},
		{`stage "A" when score >= 5`, `score does not say of which model; write of and the name of the model, such as score of "B2B"`, ``},
		{`stage "A" when score "M" >= 5`, `unexpected "M"; did you mean of "M"? (expected of)`, `stage "A" when score of "M" >= 5`},
		{`stage "A" when score of model "M" >= 5`, `unexpected model; expected a text in double quotes; leave out the word model`, `stage "A" when score of "M" >= 5`},
		{`stage "A" when label of "M"."D" is "A1"`, `unexpected .; only a score and a grade can be those of a dimension`, ``},
		{`stage "A" when condition "C" holds`, `"C" does not say of which model; write of and the name of the model, such as score of "B2B"`, ``},
		{`stage "A" when "M" >= 5`, `unexpected "M"; did you mean score of "M"? (expected score of, grade of, label of, sales ready of, status of or condition)`, `stage "A" when score of "M" >= 5`},
		{`stage "A" when model "M" ready`, `unexpected model; expected score of, grade of, label of, sales ready of, status of or condition; write score of "M", grade of "M" or sales ready of "M"`, ``},
		{`stage "A" when City = "Rome"`, `unexpected City; expected score of, grade of, label of, sales ready of, status of or condition; give the field a condition in a model, and write condition "…" of "…" holds`, ``},
		{`stage "A" when has Lead`, `unexpected has; expected score of, grade of, label of, sales ready of, status of or condition; give it a condition in a model, and write condition "…" of "…" holds`, ``},
		{`"A" when score of "M" > 5`, `unexpected "A"; did you mean stage "A"? (expected stage, audience or })`, ``},
		{`when score of "M" > 5`, `unexpected when; expected stage, audience or }; when follows the name of a stage`, ``},
		{`grade "A" from 5`, `unexpected grade; expected stage, audience or }; it belongs in a model`, ``},
		{`let X = 5`, `unexpected let; expected stage, audience or }; let belongs outside of stages`, ``},
	} {
		text := "stages \"S\" {\n    " + test.text + "\n    stage \"Z\"\n}\nmodel \"M\" {\n}\n"
		f, diags := dsl.Parse("f", text, dsl.Limits{})
		if len(diags) != 1 || diags[0].Message() != test.want {
			t.Errorf("%s\n%v\nwant\n%s", test.text, diags, test.want)
			continue
		}
		fixed := ""
		if e := diags[0].Fix; e != nil {
			line := strings.Split(text[:e.Span.Start.Offset]+e.Text+text[e.Span.End.Offset:], "\n")[1]
			fixed = strings.TrimSpace(line)
		}
		if fixed != test.fix {
			t.Errorf("%s: fix %q, want %q", test.text, fixed, test.fix)
		}
		s := f.Blocks[0].(*dsl.Stages)
		if last, ok := s.Clauses[len(s.Clauses)-1].(*dsl.Stage); !s.Incomplete || !ok || last.Name.Value != "Z" || len(f.Blocks) != 2 {
			t.Errorf("%s: what follows is not read", test.text)
		}
	}
}
