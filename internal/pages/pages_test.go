package pages_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/internal/pages"
)

func TestBlocks(t *testing.T) {
	const text = "# A\n\n```score wrong file=a.score\nx\n    y\n```\n\n### B\n\n    code\n\n```\n"
	list, problems := pages.Blocks("docs/tour.md", text)
	want := []pages.Block{
		{Page: "docs/tour.md", Line: 1, Heading: true, Text: "# A"},
		{Page: "docs/tour.md", Line: 3, Lang: "score", Args: map[string]string{"wrong": "", "file": "a.score"}, Text: "x\n    y\n"},
		{Page: "docs/tour.md", Line: 8, Heading: true, Text: "### B"},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"docs/tour.md:10: code must be fenced, and not indented", "docs/tour.md:12: the block is not closed"}, problems); diff != "" {
		t.Error(diff)
	}
	if !list[0].Begins() || list[1].Begins() || list[2].Begins() {
		t.Error("the wrong blocks begin a section")
	}
	list[2].Page = "docs/language.md"
	if !list[2].Begins() {
		t.Error("a heading of the third level begins no section")
	}
	if !list[1].Has("wrong") || list[1].Has("right") {
		t.Error("the block has the wrong arguments")
	}
}

func TestWhole(t *testing.T) {
	for _, test := range []struct {
		args       map[string]string
		text, want string
	}{
		{nil, "model \"M\" { }\n", "model \"M\" { }\n"},
		{map[string]string{"fragment": "clause"}, "limit up to 9\n", "model \"Fragment\" {\n    target contact\n    limit up to 9\n}\n"},
		{map[string]string{"fragment": "clause", "target": "account"}, "group \"G\" {\n}\n", "model \"Fragment\" {\n    target account\n\n    group \"G\" {\n    }\n}\n"},
		{
			map[string]string{"fragment": "child"}, "has Lead\n    where City = \"A\"\nany of {\n    has Lead\n}\n",
			"model \"Fragment\" {\n    target contact\n\n    condition \"1\" {\n        has Lead\n            where City = \"A\"\n        score +1\n    }\n" +
				"\n    condition \"2\" {\n        any of {\n            has Lead\n        }\n        score +1\n    }\n}\n",
		},
		{map[string]string{"fragment": "where", "path": "Lead"}, "City = \"A\"\n", "model \"Fragment\" {\n    target contact\n\n    condition \"1\" {\n        has Lead\n            where City = \"A\"\n        score +1\n    }\n}\n"},
	} {
		got, err := (&pages.Block{Args: test.args, Text: test.text}).Whole()
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%v: %s", test.args, diff)
		}
	}
	if _, err := (&pages.Block{Args: map[string]string{"fragment": "tile"}}).Whole(); err == nil {
		t.Error("there is a fragment tile")
	}
}

func TestBuilds(t *testing.T) {
	for text, want := range map[string]bool{
		"test \"T\" { }\n":                     true,
		"// about\nstages \"S\" { }\n":         true,
		"assignment \"A\" { }\n":               true,
		"model \"M\" { }\ntest \"T\" { }\n":    false,
		"profile Lead { }\n":                   false,
		"condition \"the model \" { has x }\n": false,
	} {
		if got := (&pages.Block{Text: text}).Builds(); got != want {
			t.Errorf("%q builds on others: %t", text, got)
		}
	}
}
