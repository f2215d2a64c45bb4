package main

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
    has FormSubmitted: 1, holds
      2026-04-20T00:00:00Z FormSubmitted "FormSubmitted.csv:2"
  Forms, otherwise: 1 x -1 = 0, an earlier row was taken
  Demo: 0.75 x +25 = +19
    each FormSubmitted losing 25% every 1 month: 1, weight 0.75, holds
      2026-04-20T00:00:00Z FormSubmitted "FormSubmitted.csv:2", weight 0.75 until 2026-06-20T00:00:00Z
  Blocks: 1 x +1 = +1
    "Either": any of, holds (2 children)
    has Lead.ParentContact: 1, holds
      Contact "ada"
    none EmailOpened: 0, holds
    same FormName: 1, holds (1 child)
    has FormSubmitted: 1, holds
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
