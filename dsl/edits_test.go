package dsl_test

import (
	"os"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/conformance"
)

func editAt(from, to int, text string) dsl.Edit {
	return dsl.Edit{Span: dsl.Span{Start: dsl.Pos{Offset: from}, End: dsl.Pos{Offset: to}}, Text: text}
}

func TestApplyEdits(t *testing.T) {
	for _, test := range []struct {
		edits []dsl.Edit
		want  string // "" is an error
	}{
		{nil, "abcdef"},
		{[]dsl.Edit{editAt(4, 5, "E"), editAt(0, 2, "")}, "cdEf"},
		{[]dsl.Edit{editAt(3, 3, "1"), editAt(3, 3, "2"), editAt(3, 6, "3"), editAt(1, 3, "0")}, "a0123"},
		{[]dsl.Edit{editAt(0, 3, ""), editAt(2, 4, "")}, ""},
		{[]dsl.Edit{editAt(3, 2, "")}, ""},
		{[]dsl.Edit{editAt(3, 7, "")}, ""},
		{[]dsl.Edit{editAt(-1, 2, "")}, ""},
	} {
		got, err := dsl.ApplyEdits("abcdef", test.edits)
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%v: got %q, %v", test.edits, got, err)
		}
	}
}

// checkEdits checks that the edits of a text give its canonical form, or if it is broken
// that they neither add nor remove a problem, and that there are none afterwards.
func checkEdits(t *testing.T, name, text string) {
	t.Helper()
	edits, diags := dsl.FormatEdits(name, text)
	got, err := dsl.ApplyEdits(text, edits)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if want, err := dsl.Format(name, text); err == nil && got != want {
		t.Errorf("%s: the edits of\n%s\ngive\n%s\nand not\n%s", name, text, got, want)
	}
	if again, problems := dsl.FormatEdits(name, got); len(again) > 0 || len(problems) != len(diags) {
		t.Errorf("%s: after formatting\n%s\nthere are edits %v and problems %v, before it %v", name, got, again, problems, diags)
	}
	for _, e := range edits {
		if e.Span.Start.Offset == e.Span.End.Offset && e.Text == "" || !e.Span.Known() {
			t.Errorf("%s: an edit changes nothing: %v", name, e)
		}
	}
}

func TestFormatEdits(t *testing.T) {
	for _, test := range formatTests {
		checkEdits(t, "f", test.text)
		checkEdits(t, "f", strings.ReplaceAll(test.text, "\n", "\r\n"))
		checkEdits(t, "f", "model {\n"+test.text)
		checkEdits(t, "f", test.text+"\nmodel  \"x\" {\n target\n")
	}
	for name, text := range corpus(t) {
		checkEdits(t, name, text)
	}
}

// TestFormatBrokenFile checks that blocks that could be read are formatted.
func TestFormatBrokenFile(t *testing.T) {
	const text = `// before
  MODEL "Whole" { // first
target  contact }   // after

model "Broken" {
  target   contact
  condition "C" { each }
}
test "T"   { model "Whole"
}  model "Same line"   { target contact }
let   X = 5
`
	const want = `// before
model "Whole" { // first
    target contact
}   // after

model "Broken" {
  target   contact
  condition "C" { each }
}
test "T" {
    model "Whole"
}  model "Same line"   { target contact }
let X = 5
`
	edits, diags := dsl.FormatEdits("f", text)
	if got, err := dsl.ApplyEdits(text, edits); err != nil || got != want || len(diags) == 0 {
		t.Errorf("got %v, %v:\n%s", diags, err, got)
	}
}

// TestFormatEditsAreSmall checks that what is in canonical form is not replaced.
func TestFormatEditsAreSmall(t *testing.T) {
	text, err := dsl.Format("f", manyRules(100))
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(text, "condition \"Condition 50\" {", "CONDITION  \"Condition 50\"{", 1)
	edits, diags := dsl.FormatEdits("f", broken)
	if len(edits) != 1 || len(diags) > 0 || edits[0].Span.Start.Line != 2+6*50+2 || len(edits[0].Text) > 40 {
		t.Errorf("%v, %v", edits, diags)
	}
}

// TestFixesCompose makes all fixes of a file at once, until there are none.
func TestFixesCompose(t *testing.T) {
	cases, err := conformance.Read(os.DirFS("../testdata/conformance"))
	if err != nil {
		t.Fatal(err)
	}
	fixed := 0
	for _, c := range cases {
		for _, f := range c.Files {
			text := f.Text
			_, diags := dsl.Parse(f.Name, text, dsl.Limits{})
			const most = 12 // rounds
			for round := 0; ; round++ {
				edits := diags.Fixes(f.Name)
				if len(edits) == 0 {
					break
				}
				if round == most {
					t.Errorf("%s: after %d rounds there are still fixes in\n%s\n%v", c.Name, most, text, diags)
					break
				}
				fixed += len(edits)
				if text, err = dsl.ApplyEdits(text, edits); err != nil {
					t.Fatalf("%s: %v", c.Name, err)
				}
				_, diags = dsl.Parse(f.Name, text, dsl.Limits{})
			}
		}
	}
	const few = 100
	if fixed < few {
		t.Errorf("only %d fixes were made", fixed)
	}
}
