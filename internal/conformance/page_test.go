package conformance_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/internal/conformance"
)

const page = `# Heading. Not a sentence.

A lead has a score. Its ` + "`a. B`" + ` is no end,
and this line goes on. *As of* begins one.

This introduces a list:

- an item, on
  two lines. It has two sentences.
- Another item. It has two sentences.

1. The first,
2. the second.

| head | not a row |
|---|---|
| a row | of two  cells |
| a row | of others |

An example. It shows this:

` + "```text" + `
Code. No sentence.
` + "```" + `

The score is 5. The score is 50.
`

func TestReadPage(t *testing.T) {
	p := conformance.ReadPage(page)
	var got []string
	for i := range p.Len() {
		s, _ := p.Sentence(i)
		got = append(got, s)
	}
	want := []string{
		"A lead has a score.", "Its `a. B` is no end, and this line goes on.", "*As of* begins one.",
		"This introduces a list:", "an item, on two lines.", "It has two sentences.", "Another item.", "It has two sentences.",
		"The first,", "the second.", "a row | of two cells", "a row | of others",
		"An example.", "The score is 5.", "The score is 50.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if _, line := p.Sentence(4); line != 8 {
		t.Errorf("the first item is on line %d", line)
	}
}

func TestFind(t *testing.T) {
	p := conformance.ReadPage(page)
	for _, test := range []struct {
		quotation string
		want      string // the sentences found, or the error's beginning
	}{
		{"A lead has a score.", "A lead has a score."},
		{"A lead has …", "A lead has a score."},
		{"Its `a. B` is no end …", "Its `a. B` is no end, and this line goes on."},
		{"a row | of two …", "a row | of two cells"},
		{"The score is 5.", "The score is 5."},
		{"The score is 5. The score is 50.", "The score is 5.|The score is 50."},
		{"Another item. It has two …", "Another item.|It has two sentences."},
		{"Another item. It has two sentences.", "Another item.|It has two sentences."},
		{"A lead has", `"A lead has" is not a sentence`},          // the … is missing
		{"A lead ha …", `"A lead ha …" is not a sentence`},        // breaks off in a word
		{"A lead has a score. …", `"A lead has a score. …" is`},   // breaks off nowhere
		{"has a score.", `"has a score." is not a sentence`},      // not from its beginning
		{"a score. Its …", `"a score. Its …" is not a sentence`},  // not from its beginning
		{"A lead has two scores.", `"A lead has two scores." is`}, // not any more
		{"It shows this:", `"It shows this:" is not a sentence`},  // introduces an example
		{"It has two sentences.", `"It has two sentences." occurs 2 times`},
		{"a row …", `"a row …" occurs 2 times`},
		{"…", `"…" is not a sentence`},
		{"", `"" quotes nothing`},
	} {
		found, err := p.Find(test.quotation)
		var got []string
		for _, i := range found {
			s, _ := p.Sentence(i)
			got = append(got, s)
		}
		switch {
		case err != nil && !strings.HasPrefix(err.Error(), test.want):
			t.Errorf("%q: %v, want %s", test.quotation, err, test.want)
		case err == nil && strings.Join(got, "|") != test.want:
			t.Errorf("%q finds %q, want %s", test.quotation, got, test.want)
		}
	}
}

func TestUntested(t *testing.T) {
	quotations, reasons, err := conformance.Untested("# A comment.\n\nFirst. …\n  A reason,\n  on two lines.\nSecond.\n\tAnother.\n")
	if err != nil || !slices.Equal(quotations, []string{"First. …", "Second."}) ||
		reasons["First. …"] != "A reason, on two lines." || reasons["Second."] != "Another." {
		t.Errorf("%q, %q, %v", quotations, reasons, err)
	}
	for text, want := range map[string]string{
		"First.\nSecond.\n  A reason.": `"First." is untested without a reason`,
		"  A reason.\nFirst.":          "line 1: a reason without a sentence",
	} {
		if _, _, err := conformance.Untested(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestCovers(t *testing.T) {
	c := parse(t, strings.Replace(good, "shows.\n", "shows.\n\ncovers: A sentence.\ncovers: Another …\n", 1))
	if !slices.Equal(c.Covers, []string{"A sentence.", "Another …"}) || c.Doc != "What it shows." {
		t.Errorf("covers %q, says %q", c.Covers, c.Doc)
	}
	if _, err := conformance.Parse("case", strings.Replace(good, "What it shows.", "covers: A sentence.", 1)); err == nil {
		t.Error("a case need not say what it shows")
	}
}

// TestFormatted checks that a case may have only a canonical form.
func TestFormatted(t *testing.T) {
	c := parse(t, "Form.\n-- m.score --\nmodel \"M\" { }\n-- formatted --\nmodel \"M\" {\n}\n")
	if text, ok := c.Formatted(); !ok || text != "model \"M\" {\n}\n" || c.Scores() || c.Wrong() {
		t.Errorf("%q, %t, scores %t, wrong %t", text, ok, c.Scores(), c.Wrong())
	}
	if err := c.Run(t.Context(), says()); err != nil {
		t.Error(err)
	}
	if _, ok := parse(t, good).Formatted(); ok {
		t.Error("a case has a canonical form that it does not show")
	}
}
