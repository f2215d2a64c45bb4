package dsl_test

import (
	"slices"
	"testing"

	"github.com/leadscore/leadscore/dsl"
)

// TestExpectedInClauses cuts each clause off after every token. It checks what the
// message expects there, and that the parser accepts all of that.
func TestExpectedInClauses(t *testing.T) {
	samples := map[string]string{
		"a text in double quotes": `"x"`, "a name": "Lead", "a whole number": "5", "{": "{", "contact": "contact", "account": "account",
		"zone": "zone", "ready": "ready", "at": "at", "when": "when", "lead": "lead", "with": "with", "of": "of",
	}
	inModel := func(clause string) string { return `model "M" { ` + clause }
	inCondition := func(clause string) string { return `model "M" { condition "C" { has Lead ` + clause }
	for _, test := range []struct {
		before   string
		expected []string
	}{
		{"model", []string{"a text in double quotes"}},
		{`model "M"`, []string{"{"}},
		{"test", []string{"a text in double quotes"}},
		{`test "T"`, []string{"{"}},
		{"profile", []string{"a name"}},
		{"interaction", []string{"a name"}},
		{"profile Lead", []string{"{"}},
		{"interaction Call passive", []string{"{"}},
		{inModel("description"), []string{"a text in double quotes"}},
		{inModel("target"), []string{"contact", "account", "lead"}},
		{inModel("target lead with"), []string{"contact"}},
		{inModel("group"), []string{"a text in double quotes"}},
		{inModel(`dimension "D"`), []string{"{"}},
		{inModel("first"), []string{"of"}},
		{inModel("first of"), []string{"a text in double quotes"}},
		{inModel(`first of "F"`), []string{"{"}},
		{inModel("time"), []string{"zone"}},
		{inModel("time zone"), []string{"a text in double quotes"}},
		{inModel("sales"), []string{"ready"}},
		{inModel("sales ready"), []string{"at", "when"}},
		{inModel("sales ready at"), []string{"a whole number"}},
		{inModel("condition"), []string{"a text in double quotes"}},
		{inModel(`condition "C"`), []string{"{"}},
		{inCondition("score"), []string{"a whole number"}},
	} {
		_, diags := dsl.Parse("f", test.before+" )", dsl.Limits{})
		at := len(test.before) + 1
		i := slices.IndexFunc(diags, func(d dsl.Diagnostic) bool { return d.Span.Start.Offset == at })
		if i < 0 || !slices.Equal(diags[i].Expected, test.expected) {
			t.Errorf("after %s: expected %q, got %v", test.before, test.expected, diags)
			continue
		}
		for _, word := range test.expected {
			_, diags := dsl.Parse("f", test.before+" "+samples[word], dsl.Limits{})
			if slices.ContainsFunc(diags, func(d dsl.Diagnostic) bool { return d.Span.Start.Offset == at && d.Span.End.Offset > at }) {
				t.Errorf("after %s: %s is not taken: %v", test.before, samples[word], diags)
			}
		}
	}
}
