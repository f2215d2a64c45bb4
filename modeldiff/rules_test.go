package modeldiff_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/modeldiff"
	"github.com/leadscore/leadscore/traverse"
)

func compile(t *testing.T, text string) *leadscore.Set {
	t.Helper()
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "m.score", Text: text}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func model(clauses string) string { return "model \"M\" {\ntarget contact\n" + clauses + "\n}\n" }

func TestRules(t *testing.T) {
	const a, b = `condition "A" { has Lead score +1 }`, `condition "B" { each EmailOpened score +2 }`
	for _, test := range []struct {
		name, old, now string
		want           string // changes, one a line
	}{
		{"nothing", model(a + b), model(a + b), ""},
		{"the order of conditions and children, and how it is written", model(`condition "A" { has Lead none EmailOpened score 1 }` + b),
			model(b + ` condition "A" { none   EmailOpened  HAS Lead score +1 }`), ""},
		{"points", model(a), model(`condition "A" { has Lead score -5 }`), `condition "A": points changed from +1 to -5`},
		{"a new condition", model(a), model(a + b), `condition "B" added: +2; each EmailOpened`},
		{"a condition less", model(a + b), model(a), `condition "B" removed: +2; each EmailOpened`},
		{"a new name", model(a), model(`condition "C" { has Lead score +1 }`), `condition "A" is now called "C"`},
		{"new names of two that say the same", model(a + `condition "B" { has Lead score +1 }`), model(`condition "C" { has Lead score +1 } condition "D" { has Lead score +1 }`),
			"condition \"C\" added: +1; has Lead\ncondition \"D\" added: +1; has Lead\ncondition \"A\" removed: +1; has Lead\ncondition \"B\" removed: +1; has Lead"},
		{"a new name of one that two could be", model(a), model(`condition "C" { has Lead score +1 } condition "D" { has Lead score +1 }`),
			"condition \"C\" added: +1; has Lead\ncondition \"D\" added: +1; has Lead\ncondition \"A\" removed: +1; has Lead"},
		{"names that are swapped", model(a + b), model(`condition "B" { has Lead score +1 } condition "A" { each EmailOpened score +2 }`),
			"condition \"B\": points changed from +2 to +1\ncondition \"B\": child changed from each EmailOpened to has Lead\n" +
				"condition \"A\": points changed from +1 to +2\ncondition \"A\": child changed from has Lead to each EmailOpened"},
		{"a child", model(b), model(`condition "B" { each EmailOpened within last 3 days score +2 }`),
			`condition "B": child changed from each EmailOpened to each EmailOpened within last 3 days`},
		{"one more child", model(b), model(`condition "B" { each EmailOpened has Lead score +2 }`), `condition "B": child added: has Lead`},
		{"one child less, which stood twice", model(`condition "B" { each EmailOpened each EmailOpened score +2 }`), model(b), `condition "B": child removed: each EmailOpened`},
		{"grades", model(`grade "Cold" below 10 grade "Warm" from 10 to 19 grade "Hot" from 20`), model(`grade "Cold" below 10 grade "Nice" from 10 to 10 grade "Hot" from 11 to 20`),
			"grade \"Nice\" added: 10\ngrade \"Hot\" changed from 20 and above to 11–20\ngrade \"Warm\" removed: 10–19"},
		{"sales ready", model(""), model("sales ready at 5"), "sales ready added: 5"},
		{"sales ready no more", model("sales ready at 5"), model(""), "sales ready removed: 5"},
		{"sales ready later", model("sales ready at 5"), model("sales ready at -6"), "sales ready changed from 5 to -6"},
		{"words", model(`description "a" time zone "Europe/Berlin"`), "model \"M\" { target account }",
			"description removed: \"a\"\ntarget changed from contact to account\ntime zone changed from Europe/Berlin to UTC"},
		{"a new model", "", model(a), "model added"},
		{"a model less", model(a), "", "model removed"},
		{"a new name of the model", strings.Replace(model(a), `"M"`, `"N"`, 1), model(a), `model "N" is now called "M"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, c := range modeldiff.Rules(compile(t, test.old), compile(t, test.now)) {
				if c.Model != "M" {
					t.Errorf("a change of model %q: %v", c.Model, c)
				}
				got = append(got, c.String())
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSchemas(t *testing.T) {
	base := traverse.Standard()
	extend := func(defs ...traverse.Definition) *traverse.Schema {
		s, err := base.Extend(defs...)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	setOf := func(schema *traverse.Schema) *leadscore.Set {
		set, err := leadscore.CompileSet(schema, nil)
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	order := traverse.Definition{Name: "Parcel", Fields: []traverse.Field{{Name: "Size", Type: traverse.Number}}}
	other := traverse.Definition{Name: "Parcel", Fields: []traverse.Field{{Name: "Size", Type: traverse.Text}}}
	lead := traverse.Definition{Name: "Lead", Fields: []traverse.Field{{Name: "Shoes", Type: traverse.Number}}}
	for _, test := range []struct {
		old, now *traverse.Schema
		want     string
	}{
		{base, base, ""},
		{extend(order), extend(order), ""},
		{base, extend(order), "profile Parcel added"},
		{extend(order), base, "profile Parcel removed"},
		{extend(order), extend(other), "profile Parcel changed"},
		{extend(order), extend(lead), "profile Lead changed; profile Parcel removed"},
	} {
		var got []string
		for _, c := range modeldiff.Rules(setOf(test.old), setOf(test.now)) {
			got = append(got, c.String())
		}
		if text := strings.Join(got, "; "); text != test.want {
			t.Errorf("got %q, want %q", text, test.want)
		}
	}
}

// TestChangesString: changes stand below the name of their model.
func TestChangesString(t *testing.T) {
	older := compile(t, "model \"A\" { target contact }\n"+model(`condition "C\n" { has Lead score +1 }`))
	newer := compile(t, "interaction Tasting { }\n"+model(`condition "C\n" { has Lead score +2 } sales ready at 3`))
	const want = `the schema
  interaction Tasting added
M
  condition "C\n": points changed from +1 to +2
  sales ready added: 3
A
  model removed
`
	if diff := cmp.Diff(want, modeldiff.Rules(older, newer).String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := modeldiff.Rules(older, older).String(); got != "the models and the schema are the same\n" {
		t.Errorf("of the same: %q", got)
	}
}

// TestSetsOfTwoSchemas: where a set has no schema of its own, schemas are not
// compared.
func TestSetsOfTwoSchemas(t *testing.T) {
	a, b := compile(t, model("")), compile(t, "interaction Tasting { } model \"N\" { target contact }")
	both, err := leadscore.NewSet(a.Models()[0], b.Models()[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := modeldiff.Rules(both, a).String(); got != "N\n  model removed\n" {
		t.Errorf("got %q", got)
	}
}

// TestKinds: each kind of change has its constant, which is the string in JSON.
func TestKinds(t *testing.T) {
	older := compile(t, model(`condition "A" { has Lead score +1 } condition "B" { each EmailOpened score +2 } condition "D" { none Lead score +3 }`))
	newer := compile(t, model(`condition "A" { has Lead score +5 } condition "C" { each EmailOpened score +2 } sales ready at 3`))
	got := map[modeldiff.Kind]string{}
	for _, c := range modeldiff.Rules(older, newer) {
		text, err := json.Marshal(c)
		if err != nil || !strings.Contains(string(text), `"change":"`+string(c.Kind)+`"`) {
			t.Errorf("%v is written as %s, %v", c, text, err)
		}
		got[c.Kind] = c.Condition
	}
	want := map[modeldiff.Kind]string{modeldiff.Changed: "A", modeldiff.Renamed: "C", modeldiff.Removed: "D", modeldiff.Added: ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
