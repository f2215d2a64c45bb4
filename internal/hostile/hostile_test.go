package hostile_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/tables"
)

// allocated returns how many bytes f allocates.
func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

const million = 1_000_000

// TestHostileRules: nonsense gives a few short problems, and takes memory in
// proportion to its length.
func TestHostileRules(t *testing.T) {
	numbered := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	inModel := func(text string) string { return "model \"M\" { target contact " + text + " }" }
	inChild := func(text string) string { return inModel(`condition "C" { has Lead where ` + text + ` score 1 }`) }
	word := strings.Repeat("a", million)
	for _, test := range []struct {
		name, text string
		code       dsl.Code // of the first problem
		problems   int      // at least
	}{
		{"parentheses", strings.Repeat("(", 200_000), dsl.CodeSyntax, 1},
		{"parentheses in a list", inChild("City in " + strings.Repeat("(", 200_000)), dsl.CodeSyntax, 1},
		{"pairs of parentheses", inChild("City in " + strings.Repeat("(", 100_000) + strings.Repeat(")", 100_000)), dsl.CodeSyntax, 1},
		{"braces", strings.Repeat("{", 200_000), dsl.CodeSyntax, 1},
		{"closing braces", strings.Repeat("}", 200_000), dsl.CodeSyntax, 1},
		{"10 MB of one word", strings.Repeat("a", 10*million), dsl.CodeLimit, 1},
		{"one word", word, dsl.CodeSyntax, 1},
		{"one word after the other", strings.Repeat("a ", million), dsl.CodeSyntax, 1},
		{"model after model", strings.Repeat("model ", 300_000), dsl.CodeSyntax, 1},
		{"a long path", inModel(`condition "C" { has Lead` + strings.Repeat(".ParentContact", 100_000) + " score 1 }"), dsl.CodeLimit, 1},
		{"conditions", inModel(numbered(50_000, `condition "%d" { has Lead score 1 } `)), dsl.CodeLimit, 1},
		{"schema blocks with unknown references", numbered(50_000, "profile Pro%[1]d { Ref -> Prx%[1]d } "), "", 100},
		{"unknown fields", inModel(numbered(9_000, `condition "%[1]d" { has Lead where Field%[1]d is empty score 1 } `)), "", 100},
		{"a field of a million characters", inChild(word + " is empty"), "", 1},
		{"an entity of a million characters", inModel(`condition "C" { each ` + word + ` score 1 }`), "", 1},
		{"a choice of a million characters", inChild(`Rating = "` + word + `"`), "", 1},
		{"a time zone of a million characters", inModel(`time zone "` + word + `"`), "", 1},
		{"a number of a million digits", inChild("NumberOfEmployees = 1" + strings.Repeat("0", million)), "", 1},
		{"a date of a million digits", inChild("CreatedOn on 2026-" + strings.Repeat("0", million)), "", 1},
		{"points of a million digits", inModel(`condition "C" { has Lead score 1` + strings.Repeat("0", million) + " }"), "", 1},
		{"a name of half a million characters twice", inModel(strings.Repeat(`condition "`+word[:million/2]+`" { has Lead score 1 } `, 2)), "", 1},
		{"a grade of a million characters", inModel(`grade "` + word[:million/2] + `" from 1 to 2 grade "` + word[:million/2] + `" from 1 to 2`), "", 1},
		{"tests with many records each", inModel("") + numbered(10_000, `test "%d" { as of 2026-05-31 Lead Contact "c" 9997 EmailOpened expect score 5000 } `) + "}", dsl.CodeSyntax, 1},
		{"records whose ids are all taken", inModel("") + `test "T" { as of 2026-05-31 Lead ` + numbered(990, `EmailOpened "EmailOpened %d" `) + "9000 EmailOpened }", "", 1},
		{"references to records that are not there", inModel("") + `test "T" { as of 2026-05-31 ` + numbered(900, `Lead "%[1]d" with ParentContact = "c%[1]d" `) + "}", "", 1},
		{"one word in a test", inModel("") + `test "T" { ` + word + ` }`, "", 1},
		{"values of one record", inModel("") + `test "T" { Lead with ` + strings.Repeat("Topic = 1 and ", 50_000) + `}`, "", 1},
		{"a comment of another language", strings.Repeat("/* ", 500_000), dsl.CodeText, 1},
		{"wrong quotes", strings.Repeat("“", 500_000), "", 1},
		{"escapes", inChild(`City = "` + strings.Repeat(`\q`, 500_000) + `"`), "", 1},
		{"a text that does not end", inChild(`City = "` + strings.Repeat(`\"`, 500_000)), "", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			var err error
			n := allocated(func() {
				_, err = leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "m.score", Text: test.text}})
			})
			diags, ok := errors.AsType[leadscore.Diagnostics](err)
			if !ok || len(diags) < test.problems || len(diags) > 101 || test.code != "" && diags[0].Code != test.code {
				t.Fatalf("%d problems: %.300v", len(diags), err)
			}
			checkDiagnostics(t, err, leadscore.File{Name: "m.score", Text: test.text})
			for _, d := range diags {
				if text := d.Error(); len(text) > 2000 {
					t.Fatalf("a problem of %d characters: %.300s", len(text), text)
				}
			}
			if most := million + 500*len(test.text); n > most {
				t.Errorf("%d bytes allocated for %d bytes of text", n, len(test.text))
			}
		})
	}
}

// TestLargeRules: rules within the limits work, however many there are.
func TestLargeRules(t *testing.T) {
	var b strings.Builder
	b.WriteString(`model "M" { target contact `)
	for i := range 50_000 {
		fmt.Fprintf(&b, `condition "%d" { has Lead score 1 } `, i)
	}
	b.WriteString("}")
	m, err := leadscore.Compile("m.score", b.String(), leadscore.StandardSchema(), leadscore.Limits(dsl.Limits{Conditions: 50_000}))
	if err != nil {
		t.Fatal(err)
	}
	r, err := m.Score(t.Context(), "lead-a", scoretest.Source(t, scoretest.ThreeLeads()), scoretest.AsOf)
	if err != nil || r.Score != 50_000 {
		t.Errorf("got %d, %v", r.Score, err)
	}
}

// TestLargeFields: values may have any length, in data and rules.
func TestLargeFields(t *testing.T) {
	long := strings.Repeat("é", million/2) + "X" + strings.Repeat("y", million/2)
	data, err := tables.LoadFS(t.Context(), fstest.MapFS{
		"Lead.csv":       {Data: []byte("id,ParentContact,Topic\nlead-1,c,\"" + long + "\"\n" + long + ",c,\n")},
		"Contact.ndjson": {Data: []byte(`{"id":"c","City":"` + long + `"}`)},
	}, ".", leadscore.StandardSchema(), tables.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := scoretest.Model("M", `has Lead where Topic = "`+strings.ToUpper(long)+`"`) +
		scoretest.Model("N", `has Lead.ParentContact where City contains "éx" and City ends with "`+long[million/2:]+`"`)
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "m.score", Text: text}}, leadscore.Limits(dsl.Limits{Bytes: 8 << 20}))
	if err != nil {
		t.Fatal(err)
	}
	for lead, want := range map[string]string{"lead-1": "lead-1 1 1", long: long + " 0 1"} {
		r, err := set.Score(t.Context(), lead, data, scoretest.AsOf)
		if got := scoretest.Text(r, err); got != want {
			t.Errorf("got %.100s, want %.100s", got, want)
		}
	}
}

// TestHostileData: endless nesting in data is a problem like any other.
func TestHostileData(t *testing.T) {
	const depth = 200_000
	for name, text := range map[string]string{
		"data.json":   `{"Lead": [{"id": "1", "Topic": ` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}]}`,
		"broken.json": strings.Repeat(`{"Lead": [`, depth),
		"Lead.ndjson": `{"id": "1", "Fax": ` + strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth) + "}\n",
		"Lead.csv":    "id,Topic\n1,\"" + strings.Repeat(`""`, depth),
	} {
		t.Run(name, func(t *testing.T) {
			from := "."
			if strings.HasSuffix(name, ".json") {
				from = name
			}
			var err error
			n := allocated(func() {
				_, err = tables.LoadFS(t.Context(), fstest.MapFS{name: {Data: []byte(text)}}, from, leadscore.StandardSchema(), tables.Options{})
			})
			if problems, ok := errors.AsType[*tables.Problems](err); !ok || problems.Len() != 1 || len(err.Error()) > 2000 {
				t.Errorf("got %.300v", err)
			}
			if most := million + 20*len(text); n > most {
				t.Errorf("%d bytes allocated for %d bytes of data", n, len(text))
			}
		})
	}
}
