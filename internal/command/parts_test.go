package command

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestStructuredModel prints the results of a model with a dimension, a table, decay and
// a label, in every form.
func TestStructuredModel(t *testing.T) {
	setUp(t)
	write(t, "parts.score", partsRules)
	write(t, "parts/Lead.csv", "id,ParentContact\na,ada\nb,\n")
	write(t, "parts/Contact.csv", "id\nada\n")
	write(t, "parts/FormSubmitted.csv", "Contact,Timestamp,FormName\nada,2026-04-20,Demo\n")
	for args, want := range map[string]string{
		"score": `LEAD  MODEL  STATUS     SCORE  GRADE  SALES READY  LABEL
a     Parts  scored     23            no           A
b     Parts  no parent
`,
		"score --format csv": `lead,model,status,score,grade,sales_ready,label
a,Parts,scored,23,,false,A
b,Parts,no parent,,,,
`,
		"score --lead a --format csv --explain": `lead,model,status,score,grade,sales_ready,label,why
a,Parts,scored,23,,false,A,"Forms, from 1: 1 x +9 = +9; Demo: 0.75 x +25 = +19; Blocks: 1 x +1 = +1"
`,
		"explain --lead a": `"a", Parts: score 23, label A, Fit 5 A
  as of 2026-06-01T00:00:00Z
  dimension "Fit"
    table "Forms"
      from 1          1   x +9   +9
      sum                        +9
    limit up to 5                -4
    sum                          +5  grade A
    weight 50%                   -2
    sum                          +3
  Demo             0.75  x +25  +19
  Blocks              1   x +1   +1
  Later               1   x +1    0  out of season
  score                         +23
  Forms, from 1: 1 x +9 = +9
    2026-04-20T00:00:00Z FormSubmitted "FormSubmitted.csv:2"
  Forms, otherwise: 1 x -1 = 0, an earlier row was taken
  Demo: 0.75 x +25 = +19
    each FormSubmitted losing 25% every 1 month: 1, weight 0.75, holds
      2026-04-20T00:00:00Z FormSubmitted "FormSubmitted.csv:2", weight 0.75 until 2026-06-20T00:00:00Z
  Blocks: 1 x +1 = +1
    "Either": any of, holds
      has Lead.ParentContact: 1, holds
        Contact "ada"
      none EmailOpened: 0, holds
    same FormName: 1, holds
      has FormSubmitted: 1
        2026-04-20T00:00:00Z FormSubmitted "FormSubmitted.csv:2"
  Later: 1 x +1 = 0, out of season
    has Lead: 1, holds
      Lead "a"
`,
	} {
		out, errs, status := call(t, "", strings.Fields(args+" --data parts --as-of 2026-06-01 parts.score")...)
		if diff := cmp.Diff(want, out); diff != "" || status != statusOK {
			t.Errorf("%s: status %d, %s (-want +got):\n%s", args, status, errs, diff)
		}
	}
}

// TestStructuredDiff: differences of dimensions, labels and limits are printed.
func TestStructuredDiff(t *testing.T) {
	setUp(t)
	write(t, "parts.score", partsRules)
	write(t, "parts.lower", strings.NewReplacer("up to 5", "up to 4", "from 1\n", "from 5\n", "below 1\n", "below 5\n", "from 1 ", "from 2 ").Replace(partsRules))
	write(t, "parts/Lead.csv", "id,ParentContact\na,ada\nb,\n")
	write(t, "parts/Contact.csv", "id\nada\n")
	write(t, "parts/FormSubmitted.csv", "Contact,Timestamp,FormName\nada,2026-04-20,Demo\n")
	const want = `Parts
  dimension "Fit": limit changed from up to 5 to up to 4
  dimension "Fit": grade "B" changed from below 1 to below 5
  dimension "Fit": grade "A" changed from 1 and above to 5 and above
  table "Forms": row ` + "`from 2`" + ` added: +9, before ` + "`otherwise`" + `
  table "Forms": row ` + "`from 1`" + ` removed: +9

1 of 2 leads score differently
  sales ready: 0 more, 0 no longer
  label A to B: 1
  Fit grade A to B: 1

"a", Parts: 23, label A, Fit 5 A -> 19, label B, Fit -1 B
  Forms: +9 -> -1
  limit of dimension "Fit": -4 -> +0
  weight of dimension "Fit": -2 -> +0
`
	out, errs, status := call(t, "", strings.Fields("diff --data parts --as-of 2026-06-01 parts.score parts.lower")...)
	if diff := cmp.Diff(want, out); diff != "" || status != statusOK {
		t.Errorf("status %d, %s (-want +got):\n%s", status, errs, diff)
	}
}

// TestNotScored: the explanation of a lead that is not scored says when the model is
// active, or why the lead is not in the audience.
func TestNotScored(t *testing.T) {
	setUp(t)
	write(t, "unscored.score", unscoredRules)
	write(t, "full/Lead.csv", "id,ParentContact\na,ada\n")
	write(t, "full/Contact.csv", "id\nada\n")
	write(t, "full/FormSubmitted.csv", "Contact,Timestamp,FormName\nada,2026-04-20,Demo\nada,2026-04-21,Demo\nada,2026-04-21,Tour\nada,2026-04-22,Tour\nada,2026-04-23,Tour\n")
	const want = `"a", Over: not active
  as of 2026-06-01T00:00:00Z
  active from 2026-01-01 to 2026-03-31
"a", Others: not in audience
  as of 2026-06-01T00:00:00Z
  any of, does not hold
    has Lead where Rating = "Hot" or City = "Rome": 0, does not hold
      not met: Rating = "Hot" or City = "Rome": Lead "a" has no Rating and no City
    at most 1 FormSubmitted: 5, does not hold
      4 too many
      2026-04-20T00:00:00Z FormSubmitted "FormSubmitted.csv:2"
      2026-04-21T00:00:00Z FormSubmitted "FormSubmitted.csv:3"
      2026-04-21T00:00:00Z FormSubmitted "FormSubmitted.csv:4"
      2026-04-22T00:00:00Z FormSubmitted "FormSubmitted.csv:5"
      2026-04-23T00:00:00Z FormSubmitted "FormSubmitted.csv:6"
  from 3 to 5 FormSubmitted once per FormName: 2, does not hold
    FormName "Tour" counted once of 3, and 1 other was full, too
    2026-04-21T00:00:00Z FormSubmitted "FormSubmitted.csv:3"
    2026-04-23T00:00:00Z FormSubmitted "FormSubmitted.csv:6"
`
	out, errs, status := call(t, "", strings.Fields("explain --lead a --data full --as-of 2026-06-01 unscored.score")...)
	if diff := cmp.Diff(want, out); diff != "" || status != statusOK {
		t.Errorf("status %d, %s (-want +got):\n%s", status, errs, diff)
	}
}

// TestLabels selects results by label.
func TestLabels(t *testing.T) {
	setUp(t)
	write(t, "parts.score", partsRules)
	write(t, "parts/Lead.csv", "id,ParentContact\na,ada\nb,\nc,ben\n")
	write(t, "parts/Contact.csv", "id\nada\nben\n")
	write(t, "parts/FormSubmitted.csv", "Contact,Timestamp,FormName\nada,2026-04-20,Demo\n")
	for args, want := range map[string]string{
		"--label A":                   "a",
		"--label B":                   "c",
		"--label A --label B":         "ac",
		"--label A --ready":           "",
		"--label A --lead c --lead a": "a",
	} {
		out, errs, status := call(t, "", strings.Fields("score --data parts --as-of 2026-06-01 --format csv parts.score "+args)...)
		got := ""
		for line := range strings.Lines(out) {
			if lead, _, _ := strings.Cut(line, ","); lead != "lead" {
				got += lead
			}
		}
		if got != want || status != statusOK {
			t.Errorf("%s: status %d, leads %q, want %q; %s", args, status, got, want, errs)
		}
	}
	for args, want := range map[string]string{
		"--label a":                        `--label: there is no label "a"; did you mean A?`,
		"--label AB":                       `--label: there is no label "AB"`,
		"--label=":                         `--label needs a value`,
		"--grade A":                        `--grade: "A" is a grade of the dimension "Fit", and not of a model; --label selects by the grades of dimensions`,
		"--model Coffee --label A":         `--label: there is no label "A"`,
		"--model Coffee --label A --top 2": `--label: there is no label "A"`,
	} {
		out, errs, status := call(t, "", append(strings.Fields("score --data parts parts.score coffee.score"), strings.Fields(args)...)...)
		if status != statusUsage || out != "" || !strings.HasPrefix(errs, "leadscore score: "+want) {
			t.Errorf("%s: status %d, %s%s", args, status, out, errs)
		}
	}
}
