package dsl_test

import (
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
)

// TestSoundText parses children and rows that have names of keywords in them, or that
// follow others on their line.
func TestSoundText(t *testing.T) {
	for _, body := range []string{
		"each A at most 3 score",
		"each A at most 3 score.A within last 3 days",
		"each A at most 3 within",
		"each A at most 3 within within last 3 days once per day",
		"each A at most 3 where where B = 1",
		"each A at most 3 once or up",
		"each A at most 3 per",
		"each A where B = 1 at most 3 score",
		"each A where B = 1 at most 3 halving at most 3 at",
		"each A from 1 to 2 days from 1 to 2 weeks where B = 1",
		"each A every 7 days any of { has B has C }",
		"each A every 7 days all of { has B has C }",
		"each A every 7 days same B { has C has D }",
	} {
		if _, diags := dsl.Parse("m", conditionOf(body), dsl.Limits{}); len(diags) > 0 {
			t.Errorf("%s:\n%v", body, diags)
		}
	}
	for _, rows := range []string{
		"1 score 7 500 score 3",
		"1 score 7 500, 600 score 3 700 score 4",
		"from 1 score +7 500 score 3",
		"from 1 score -7 500.5 score 3",
		"from 1 score 7 100,200 score 3",
		"from 1 score 7 100\t, 200 score 3",
	} {
		text := "model \"M\" {\n    table \"T\" by Lead.NumberOfEmployees {\n        " + rows + "\n    }\n}\n"
		f, diags := dsl.Parse("m", text, dsl.Limits{})
		if len(diags) > 0 {
			t.Errorf("%s:\n%v", rows, diags)
			continue
		}
		if n := len(f.Blocks[0].(*dsl.Model).Clauses[0].(*dsl.Table).Rows); n != strings.Count(rows, "score") {
			t.Errorf("%s: %d rows", rows, n)
		}
	}
	for _, clauses := range []string{
		"expect score 7 366 EmailOpened",
		"expect score 7 366 score with A = 5",
		"expect dimension \"D\" score 7 366 `Email opened`",
		"EmailOpened with A = 7 366 EmailOpened expect score 1",
	} {
		text := "test \"T\" {\n    " + clauses + "\n    as of 2026-05-31 Lead expect score 7\n}\n"
		if _, diags := dsl.Parse("m", text, dsl.Limits{}); len(diags) > 0 {
			t.Errorf("%s:\n%v", clauses, diags)
		}
	}
}

// TestSpacesInNumbers checks that numbers with spaces in them are still found to be
// wrong.
func TestSpacesInNumbers(t *testing.T) {
	const table = "table \"T\" by Lead.NumberOfEmployees { % }"
	for _, test := range []struct{ text, number string }{
		{"model \"M\" { condition \"C\" { has A score 1 000 } }", "1 000"},
		{"model \"M\" { condition \"C\" { has A score 1 000 up to 5000 } }", "1 000"},
		{"model \"M\" { condition \"C\" { has A where score = 1 000 score 5 } }", "1 000"},
		{"model \"M\" { sales ready when score >= 1 000 }", "1 000"},
		{"model \"M\" { " + strings.Replace(table, "%", "1 000 score 5", 1) + " }", "1 000"},
		{"model \"M\" { " + strings.Replace(table, "%", "from 1 000 score 5", 1) + " }", "1 000"},
		{"model \"M\" { " + strings.Replace(table, "%", "1 score 1 000 000 score 5", 1) + " }", "1 000 000"},
		{"model \"M\" { " + strings.Replace(table, "%", "otherwise score 1 000", 1) + " }", "1 000"},
		{"test \"T\" { as of 2026-05-31 Lead expect score 1 000 }", "1 000"},
		{"test \"T\" { expect score 1 000 as of 2026-05-31 Lead }", "1 000"},
		{"test \"T\" { as of 2026-05-31 Lead with A = 1 000 and B = 1 expect score 1 }", "1 000"},
		{"test \"T\" { as of 2026-05-31 Lead 1 000 EmailOpened expect score 1 }", "1 000"},
	} {
		_, diags := dsl.Parse("m", test.text+"\n", dsl.Limits{})
		want := test.number + " is not a number; write it without separators: " + strings.ReplaceAll(test.number, " ", "")
		if len(diags) == 0 || diags[0].Message() != want {
			t.Errorf("%s:\n%v", test.text, diags)
		}
	}
}
