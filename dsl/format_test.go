package dsl_test

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/conformance"
)

// ignoreSpans makes comparisons ignore the places of nodes.
var ignoreSpans = cmpopts.IgnoreTypes(dsl.Span{})

// sameTree makes comparisons ignore what formatting changes: places, back quotes,
// and the signs of points.
var sameTree = cmp.Options{
	ignoreSpans,
	cmpopts.IgnoreFields(dsl.File{}, "Text"),
	cmpopts.IgnoreFields(dsl.Name{}, "Quoted"),
	cmp.Transformer("number", func(n dsl.Number) string { return strings.TrimPrefix(n.Text, "+") }),
	cmp.Transformer("comment", func(c dsl.Comment) string { return strings.TrimRight(c.Text, " \t\r") }),
}

var formatTests = []struct{ name, text, want string }{
	{
		"a model",
		"MODEL \"M\"{TARGET Contact time ZONE \"UTC\"\nCondition \"C\"{\"L\":At Least +3 A.`B`.`c d` WITHIN LAST 1 DAYS WHERE `A` = \"x\" AND B not  IN(1,-2)\nSCORE 5}sales ready at +7 grade \"G\" below +1\n}",
		`model "M" {
    target contact
    time zone "UTC"

    condition "C" {
        "L": at least 3 A.B.` + "`c d`" + ` within last 1 day
            where A = "x"
              and B not in (1, -2)
        score +5
    }

    sales ready at 7
    grade "G" below 1
}
`,
	},
	{
		"blank lines: one stays, more shrink, conditions stand apart",
		`

model "M" {

    target contact


    description "D"
    condition "C" {

        has A

        none B
        score -1

    }
    condition "D" {
        each C since 2026-01-01
        score +1
    }
    grade "G" from 1 to 2
}
profile P {
}`,
		`model "M" {
    target contact

    description "D"

    condition "C" {
        has A

        none B
        score -1
    }

    condition "D" {
        each C since 2026-01-01
        score +1
    }

    grade "G" from 1 to 2
}

profile P {
}
`,
	},
	{
		"comments stay where they belong",
		`// of the file

// of the model
model "M" { // behind the head
    // of the target
    target contact // behind the target
    condition "C" {
        // of the child
        has A // behind the child
            // of the expression
            where B = 1 // behind the expression
              and C /* not a comment */ = 2
        // before the end
    }
}
// at the end`,
		"",
	},
	{
		"comments",
		`// of the file

// of the model
model "M" { // behind the head
    // of the target
    target contact // behind the target
    condition "C" { has A // behind the child
            // of the expression
            where B = // in the middle
                1 // behind the expression
        // of the score
        score +1
        // before the end
    } // behind the end
}
// at the end`,
		`// of the file

// of the model
model "M" { // behind the head
    // of the target
    target contact // behind the target

    condition "C" {
        has A // behind the child
            // of the expression
            // in the middle
            where B = 1 // behind the expression
        // of the score
        score +1
        // before the end
    } // behind the end
}
// at the end
`,
	},
	{
		"a schema",
		"profile Lead{City text ParentContact->Contact Orders<-Order.Lead `two words` choice(\"A\",\"B\")exact dated by On\nOn time rollup}interaction `exact` PASSIVE{}",
		"profile Lead {\n" +
			"    City             text\n" +
			"    ParentContact -> Contact\n" +
			"    Orders        <- Order.Lead\n" +
			"    `two words`      choice (\"A\", \"B\") exact\n" +
			"    dated by On\n" +
			"    On               time rollup\n" +
			"}\n\ninteraction `exact` passive {\n}\n",
	},
	{
		"names keep their back quotes where they need them",
		"model \"M\" { condition \"C\" { has `Lead`.`ParentContact`.`1st` where `where` = 1 and `is`.`and` is empty and `dated` is not empty score 1 } }",
		"model \"M\" {\n    condition \"C\" {\n        has Lead.ParentContact.`1st`\n            where where = 1\n              and is.and is empty\n              and `dated` is not empty\n        score +1\n    }\n}\n",
	},
	{"CRLF and a byte-order mark", "\ufeffprofile A {\r\n    // c\r\n    B text // d\r\n}\r\n", "profile A {\n    // c\n    B text // d\n}\n"},
	{"nothing", "", ""},
	{"comments alone", "\n\n// a\n\n\n// b\n", "// a\n\n// b\n"},
	{
		"a test",
		"test \"T\" { // what\nmodel \"M\" AS OF 2026-05-31 +2 `EmailOpened` \"x\" 1 days ago BY \"ada\" with `EmailName` = \"May\" // one\n" +
			"`Test` `with` at 2026-05-01 Contact \"ada\" with Likes=(\"a\",\"b\") and Born = in +1 years and Seen = 2026-05-01T10:00 and Good=TRUE\n" +
			"expect score +7 expect \"C\" 1 times expect not sales ready expect no grade }",
		`test "T" { // what
    model "M"
    as of 2026-05-31
    2 EmailOpened "x" 1 day ago by "ada" with EmailName = "May" // one
    ` + "`Test`" + `
    ` + "`with`" + ` on 2026-05-01
    Contact "ada"
        with Likes = ("a", "b")
         and Born = in 1 year
         and Seen = 2026-05-01T10:00
         and Good = true
    expect score 7
    expect "C" 1 time
    expect not sales ready
    expect no grade
}
`,
	},
}

func TestFormat(t *testing.T) {
	for _, test := range formatTests {
		t.Run(test.name, func(t *testing.T) {
			got, err := dsl.Format("m.score", test.text)
			if test.want == "" && test.text != "" {
				diags, ok := errors.AsType[dsl.Diagnostics](err)
				if !ok || len(diags) == 0 || got != "" {
					t.Errorf("a text that does not parse is formatted to %q, %v", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			checkFormat(t, test.text)
		})
	}
}

// checkFormat checks that a text that parses can be formatted, that the result has
// the same tree, and that formatting it again does not change it.
func checkFormat(t *testing.T, text string) {
	t.Helper()
	before, diags := dsl.Parse("f", text, dsl.Limits{})
	formatted, err := dsl.Format("f", text)
	if len(diags) > 0 {
		if err == nil {
			t.Fatalf("%q does not parse but formats to %q", text, formatted)
		}
		return
	}
	if err != nil {
		t.Fatalf("%q parses but does not format: %v", text, err)
	}
	after, diags := dsl.Parse("f", formatted, dsl.Limits{})
	if len(diags) > 0 {
		t.Fatalf("%q formats to %q, which does not parse: %v", text, formatted, diags)
	}
	if diff := cmp.Diff(before, after, sameTree); diff != "" {
		t.Errorf("formatting %q to %q changes the tree (-before +after):\n%s", text, formatted, diff)
	}
	again, err := dsl.Format("f", formatted)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(formatted, again); diff != "" {
		t.Errorf("formatting twice changes the text (-once +twice):\n%s", diff)
	}
	for line := range strings.Lines(formatted) {
		if trimmed := strings.TrimRight(line, " \t\n"); trimmed+"\n" != line && !strings.Contains(line, "//") {
			t.Errorf("white space at the end of %q", line)
		}
	}
}

// checkFixes checks that the first fixes remove their problems. If the same mistake
// follows it is reported in the place of the first one, and takes another fix.
func checkFixes(t *testing.T, text string, diags dsl.Diagnostics) {
	t.Helper()
	const most, often = 5, 20
	for _, d := range diags[:min(most, len(diags))] {
		if d.Fix != nil && d.Fixed() == "" { // of other lines, too, or of a very long one
			_, after := dsl.Parse("f", d.Fix.Apply(text), dsl.Limits{})
			for _, o := range after {
				if o.Code == d.Code && o.Span == d.Span && o.Message() == d.Message() {
					t.Fatalf("the problem is still there: %v", &d)
				}
			}
		}
		lines := strings.Split(text, "\n")
		at := d.Span.Start.Line - 1
		for n := 0; d.Fixed() != ""; n++ {
			fixed := d.Fixed()
			if fixed == d.Line || strings.Contains(fixed, "\n") || !strings.Contains(lines[at], d.Line) {
				t.Fatalf("%q is not a fix of %q: %+v", fixed, lines[at], d)
			}
			if n >= often && len(fixed) >= len(d.Line) { // what is left out cannot come again for ever
				t.Fatalf("the problem is still there: %v", &d)
			}
			edited := strings.Split(d.Fix.Apply(strings.Join(lines, "\n")), "\n")
			isUTF8 := utf8.ValidString(lines[at])                    // otherwise what is left may join to other letters
			lines[at] = strings.Replace(lines[at], d.Line, fixed, 1) // a byte-order mark or CR stays
			valid := func(line string) string { return strings.TrimRight(string([]rune(line)), " \t\r") }
			if isUTF8 && valid(edited[at]) != valid(lines[at]) {
				t.Fatalf("the edit makes %q, the line should read %q", edited[at], lines[at])
			}
			_, after := dsl.Parse("f", strings.Join(lines, "\n"), dsl.Limits{})
			i := slices.IndexFunc(after, func(o dsl.Diagnostic) bool {
				return o.Code == d.Code && o.Span == d.Span && o.Message() == d.Message()
			})
			if i < 0 {
				break
			}
			if d = after[i]; d.Fix == nil { // Fixed is empty if nothing is left of the line
				t.Fatalf("the problem is still there, without a fix: %v", &d)
			}
		}
	}
}

// FuzzParse checks that no text makes the parser panic, and what holds for every
// tree and diagnostic.
func FuzzParse(f *testing.F) {
	f.Add(everything)
	f.Add(blocks)
	f.Add(leadBlocks)
	f.Add(lifeCycle)
	f.Add("model{let")
	f.Add("model \"M\" { target contact condition \"C\" {\neach E\xe9\x99)\x8e")
	f.Add("\n\n// \x00\x00\x01\x00 b\n")
	f.Add("model \"M\" { condition \"C\" { has Lead where A = 1\n ))\n} }")
	f.Add("model \"M\" { target contact condition \"C\" {\neach E" + strings.Repeat(")", 30))
	f.Add(`model "M" { condition "C" { has Lead }and and and`)
	f.Add("x\nprofile\n")
	for _, test := range formatTests {
		f.Add(test.text)
	}
	cases, err := conformance.Read(os.DirFS("../testdata/conformance"))
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		for _, file := range c.Files {
			f.Add(file.Text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, diags := dsl.Parse("f", text, dsl.Limits{})
		for _, d := range diags {
			if d.Error() == "" || d.Summary == "" || d.Code == "" {
				t.Errorf("a problem has no message: %+v", d)
			}
			if s := d.Span; s.Start.Offset > s.End.Offset || s.End.Offset > len(text) {
				t.Errorf("a problem lies outside of the text: %+v", d)
			}
			if b, err := json.Marshal(d); err != nil || !json.Valid(b) || !utf8.Valid(b) {
				t.Errorf("%q is not JSON: %v", b, err)
			}
		}
		checkFixes(t, text, diags)
		dsl.Walk(file, func(outer dsl.Node) bool {
			dsl.Walk(outer, func(n dsl.Node) bool {
				if !lies(n, outer) {
					t.Errorf("%T %v reaches out of %T %v", n, n.At(), outer, outer.At())
				}
				return n == outer
			})
			return true
		})
		if file.Incomplete && len(diags) == 0 {
			t.Error("the file is incomplete without a problem")
		}
		checkFormat(t, text)
		if !strings.Contains(text, "\r") {
			checkEdits(t, "f", text)
		}
	})
}
