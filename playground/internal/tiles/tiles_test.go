package tiles_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/conformance"
	"github.com/leadscore/leadscore/playground/internal/tiles"
)

const rules = `// About coffee.
model "Coffee" {
    target contact

    // Emails are cheap.
    condition "Opened" { // see the campaign
        // of this year
        each EmailOpened within last 90 days // a quarter
            where EmailName begins with "May" // our name
              and (CustomerJourney = "Spring" or CustomerJourney = "Summer")
        none EmailClicked
        score +10
    }

    group "Firm" {
        limit up to 30

        condition "Large" {
            has Lead.ParentAccount
                where NumberOfEmployees > 500
            score +20 up to +40
        }
    }

    first of "Visits" {
        condition "Many" {
            at least 5 WebsiteVisited once per day
            score +5
        }

        condition "Some" {
            has WebsiteVisited
            score +1
        }
    }

    grade "Hot" from 20
    sales ready when score >= 20 and condition "Opened" holds
}

test "Opens" {
    as of 2026-06-01
    Lead with ParentContact = "ada"
    Contact "ada"
    EmailOpened with EmailName = "May 1"
    expect "Opened" does not hold
}
`

// at returns the offset of a text in rules.
func at(t testing.TB, text string) int {
	t.Helper()
	i := strings.Index(rules, text)
	if i < 0 || strings.Count(rules, text) != 1 {
		t.Fatalf("%q is not once in the rules", text)
	}
	return i
}

// TestGestures: each gesture changes what it is for, and nothing else.
func TestGestures(t *testing.T) {
	opened, child := at(t, `condition "Opened" {`), at(t, "each EmailOpened")
	large := at(t, "has Lead.ParentAccount")
	for _, test := range []struct {
		name    string
		gesture tiles.Gesture
		was, is string
	}{
		{"points", tiles.Gesture{Kind: "points", At: opened, Value: "15"}, "score +10", "score +15"},
		{"negative points", tiles.Gesture{Kind: "points", At: opened, Value: " -3 "}, "score +10", "score -3"},
		{"frequency", tiles.Gesture{Kind: "frequency", At: child, Value: "at least 2"}, "each EmailOpened", "at least 2 EmailOpened"},
		{"range", tiles.Gesture{Kind: "range", At: child, Value: "since 2026-01-01"}, "within last 90 days", "since 2026-01-01"},
		{"no range", tiles.Gesture{Kind: "range", At: child}, " within last 90 days", ""},
		{"a new range", tiles.Gesture{Kind: "range", At: at(t, "none EmailClicked"), Value: "within last 3 weeks"}, "none EmailClicked", "none EmailClicked within last 3 weeks"},
		{"expression", tiles.Gesture{Kind: "expression", At: large, Value: "Industry = \"Retail\""}, "NumberOfEmployees > 500", "Industry = \"Retail\""},
		{"another expression", tiles.Gesture{Kind: "expression", At: large, Index: 1, Value: "City = \"Rome\""}, "NumberOfEmployees > 500", "NumberOfEmployees > 500\n                  and City = \"Rome\""},
		{"another expression with or", tiles.Gesture{Kind: "expression", At: large, Index: 1, Value: "City = \"Rome\" or City = \"Bari\""}, "NumberOfEmployees > 500", "NumberOfEmployees > 500\n                  and (City = \"Rome\" or City = \"Bari\")"},
		{"no expression", tiles.Gesture{Kind: "expression", At: large}, "\n                where NumberOfEmployees > 500", ""},
		{"a first expression", tiles.Gesture{Kind: "expression", At: at(t, "none EmailClicked"), Value: "LinkText is empty"}, "none EmailClicked", "none EmailClicked\n            where LinkText is empty"},
		{"an expression in parentheses", tiles.Gesture{Kind: "expression", At: child, Index: 1, Value: "CustomerJourney = \"Fall\""}, "(CustomerJourney = \"Spring\" or CustomerJourney = \"Summer\")", "CustomerJourney = \"Fall\""},
		{"no expression in parentheses", tiles.Gesture{Kind: "expression", At: child, Index: 1}, "\n              and (CustomerJourney = \"Spring\" or CustomerJourney = \"Summer\")", ""},
		{"limit", tiles.Gesture{Kind: "limit", At: at(t, "group"), Value: "from 1 to 20"}, "limit up to 30", "limit from 1 to 20"},
		{"no limit", tiles.Gesture{Kind: "limit", At: at(t, "group")}, "        limit up to 30\n\n", ""},
		{"a new limit", tiles.Gesture{Kind: "limit", At: at(t, "model \"Coffee\""), Value: "up to 99"}, "holds\n}\n\ntest", "holds\n    limit up to 99\n}\n\ntest"},
		{"a tier", tiles.Gesture{Kind: "add", At: at(t, "first of"), Value: "Some"}, "has WebsiteVisited\n            score +1\n        }\n", "has WebsiteVisited\n            score +1\n        }\n\n        condition \"Some 2\" {\n            has Lead\n            score +1\n        }\n"},
		{"a child", tiles.Gesture{Kind: "add child", At: opened, Value: "none FormSubmitted"}, "none EmailClicked\n", "none EmailClicked\n        none FormSubmitted\n"},
		{"remove a child", tiles.Gesture{Kind: "remove", At: at(t, "none EmailClicked")}, "        none EmailClicked\n", ""},
		{"remove", tiles.Gesture{Kind: "remove", At: at(t, `condition "Some"`)}, "\n        condition \"Some\" {\n            has WebsiteVisited\n            score +1\n        }\n", ""},
	} {
		got, err := tiles.Apply("rules.score", rules, test.gesture)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if d := cmp.Diff(strings.Replace(rules, test.was, test.is, 1), got); d != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, d)
		}
	}
}

// TestRename: a name is changed where it is used, too.
func TestRename(t *testing.T) {
	got, err := tiles.Apply("rules.score", rules, tiles.Gesture{Kind: "name", At: at(t, `condition "Opened" {`), Value: `Read "all"`})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.ReplaceAll(rules, `"Opened"`, `"Read \"all\""`), got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	back, err := tiles.Apply("rules.score", got, tiles.Gesture{Kind: "name", At: strings.Index(got, `condition "Read`), Value: "Opened"})
	if err != nil || back != rules {
		t.Errorf("%v; renamed back (-want +got):\n%s", err, cmp.Diff(rules, back))
	}
}

// TestRenameInOthers: a new name is used in the other rule files, too, whose comments stay.
func TestRenameInOthers(t *testing.T) {
	others := []tiles.File{
		{Name: "stages.score", Text: `// stages
stages "Life" {
    stage "In"

    // by score
    stage "Out" when score of "Coffee" >= 5 or condition "Opened" of "Coffee" holds
}
`},
		{Name: "tea.score", Text: "model \"Tea\" {\n    target contact\n\n    condition \"Opened\" {\n        has Lead\n        score +1\n    }\n}\n"},
		{Name: "tests.score", Text: "test \"T\" {\n    model \"Coffee\"\n    Lead\n    expect \"Opened\" does not hold\n}\n\ntest \"U\" {\n    model \"Tea\"\n    Lead\n    expect \"Opened\" holds\n}\n"},
	}
	for _, test := range []struct {
		at   string
		name string
		want map[string]string // what the others have then
	}{
		{`model "Coffee"`, "Beans", map[string]string{
			"stages.score": strings.ReplaceAll(others[0].Text, "Coffee", "Beans"),
			"tests.score":  strings.ReplaceAll(others[2].Text, "Coffee", "Beans"),
		}},
		{`condition "Opened" {`, "Read", map[string]string{
			"stages.score": strings.ReplaceAll(others[0].Text, "Opened", "Read"),
			"tests.score":  strings.Replace(others[2].Text, "Opened", "Read", 1),
		}},
		{`condition "Large"`, "Big", map[string]string{}},
	} {
		_, changed, err := tiles.ApplyIn("rules.score", rules, others, tiles.Gesture{Kind: "name", At: at(t, test.at), Value: test.name})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		got := map[string]string{}
		for _, f := range changed {
			got[f.Name] = f.Text
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, d)
		}
	}
	for _, name := range []string{"Tea", " "} {
		if _, _, err := tiles.ApplyIn("rules.score", rules, others, tiles.Gesture{Kind: "name", At: at(t, `model "Coffee"`), Value: name}); err == nil {
			t.Errorf("the model is renamed to %q", name)
		}
	}
	broken := []tiles.File{{Name: "broken.score", Text: "stages {"}}
	if _, _, err := tiles.ApplyIn("rules.score", rules, broken, tiles.Gesture{Kind: "name", At: at(t, `model "Coffee"`), Value: "X"}); err == nil || !strings.Contains(err.Error(), "broken.score") {
		t.Errorf("a name is changed beside a file with errors: %v", err)
	}
	points := tiles.Gesture{Kind: "points", At: at(t, `condition "Opened" {`), Value: "15"}
	if got, changed, err := tiles.ApplyIn("rules.score", rules, broken, points); err != nil || len(changed) > 0 || !strings.Contains(got, "score +15") {
		t.Errorf("points beside a file with errors: %v, %v", changed, err)
	}
}

// TestMove: a tile is moved with the comments before and in it.
func TestMove(t *testing.T) {
	opened, group, visits := at(t, `condition "Opened" {`), at(t, "group"), at(t, "first of")
	block := rules[at(t, "    // Emails are cheap."):at(t, "\n    group")]
	want := strings.Replace(rules, block+"\n", "", 1)
	want = strings.Replace(want, "    first of", block+"\n    first of", 1)
	got, err := tiles.Apply("rules.score", rules, tiles.Gesture{Kind: "move", At: opened, To: visits})
	if err != nil || got != want {
		t.Errorf("%v (-want +got):\n%s", err, cmp.Diff(want, got))
	}
	if got, err := tiles.Apply("rules.score", rules, tiles.Gesture{Kind: "move", At: opened, To: group}); err != nil || got != rules {
		t.Errorf("%v: moved to where it is (-want +got):\n%s", err, cmp.Diff(rules, got))
	}
	if _, err := tiles.Apply("rules.score", rules, tiles.Gesture{Kind: "move", At: opened, To: at(t, `condition "Some"`)}); err == nil {
		t.Error("a condition is moved into tiers")
	}
}

// TestRefused: values that are none, or that would change more, are refused.
func TestRefused(t *testing.T) {
	opened, child := at(t, `condition "Opened" {`), at(t, "each EmailOpened")
	for _, g := range []tiles.Gesture{
		{Kind: "points", At: opened, Value: "many"},
		{Kind: "points", At: opened, Value: "5 up to +9"},
		{Kind: "points", At: child, Value: "5"},
		{Kind: "points", At: 1, Value: "5"},
		{Kind: "name", At: opened, Value: " "},
		{Kind: "name", At: opened, Value: "Large"},
		{Kind: "name", At: opened, Value: "Firm"},
		{Kind: "frequency", At: child, Value: "none EmailClicked each"},
		{Kind: "frequency", At: child, Value: "often"},
		{Kind: "frequency", At: child, Value: "each // "},
		{Kind: "range", At: child, Value: "within last 9 days where City = 1"},
		{Kind: "range", At: child, Value: "once per day"},
		{Kind: "expression", At: child, Value: `City = "Rome" score +5 } condition "X" { has Lead`},
		{Kind: "expression", At: child, Value: `City = "Rome" // x`},
		{Kind: "expression", At: child, Value: `City = "Rome" and City = "Bari"`},
		{Kind: "expression", At: child, Index: 5, Value: `City = "Rome"`},
		{Kind: "limit", At: opened, Value: "up to 5"},
		{Kind: "limit", At: at(t, "group"), Value: "up to 5 } group \"X\" { limit up to 3"},
		{Kind: "add child", At: opened, Value: "has"},
		{Kind: "remove", At: at(t, "has Lead.ParentAccount")},
		{Kind: "dance", At: child},
	} {
		if got, err := tiles.Apply("rules.score", rules, g); err == nil {
			t.Errorf("%+v is made:\n%s", g, cmp.Diff(rules, got))
		}
	}
	if _, err := tiles.Apply("rules.score", "model {", tiles.Gesture{Kind: "remove"}); err == nil {
		t.Error("a text with errors is changed")
	}
}

// texts returns the rule files of the conformance cases that parse.
func texts(t testing.TB) []string {
	t.Helper()
	cases, err := conformance.Read(os.DirFS("../../../testdata/conformance"))
	if err != nil {
		t.Fatal(err)
	}
	list := []string{rules}
	for _, c := range cases {
		for _, f := range c.Files {
			if _, diags := dsl.Parse(f.Name, f.Text, dsl.Limits{}); len(diags) == 0 {
				list = append(list, f.Text)
			}
		}
	}
	for _, name := range []string{"quickstart/coffee.score", "b2b/b2b.score", "account/account.score"} {
		text, err := os.ReadFile(filepath.Join("../../../examples", name))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(text))
	}
	return list
}

// each calls f with each gesture that leaves tiles as they are.
func each(clauses []tiles.Clause, f func(tiles.Gesture)) {
	var items func([]tiles.Item)
	items = func(list []tiles.Item) {
		for _, i := range list {
			if i.Kind == "block" {
				items(i.Items)
				continue
			}
			f(tiles.Gesture{Kind: "frequency", At: i.At, Value: i.Frequency})
			f(tiles.Gesture{Kind: "range", At: i.At, Value: i.Range})
			for n, w := range i.Where {
				f(tiles.Gesture{Kind: "expression", At: i.At, Index: n, Value: w})
			}
		}
	}
	for _, c := range clauses {
		if c.Kind == "condition" {
			f(tiles.Gesture{Kind: "points", At: c.At, Value: c.Points})
		}
		if c.Name != "" {
			f(tiles.Gesture{Kind: "name", At: c.At, Value: c.Name})
		}
		if c.Kind == "group" || c.Kind == "dimension" {
			f(tiles.Gesture{Kind: "limit", At: c.At, Value: c.Limit})
		}
		items(c.Items)
		each(c.Clauses, f)
	}
}

// TestIdentity: writing into each tile what it has leaves the text as it is.
func TestIdentity(t *testing.T) {
	made := 0
	for _, text := range texts(t) {
		canonical, err := dsl.Format("rules.score", text)
		if err != nil {
			t.Fatal(err)
		}
		view, err := tiles.Of("rules.score", canonical)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range view.Models {
			each(m.Clauses, func(g tiles.Gesture) {
				made++
				got, err := tiles.Apply("rules.score", canonical, g)
				if err != nil || got != canonical {
					t.Errorf("%+v: %v (-was +is):\n%s", g, err, cmp.Diff(canonical, got))
				}
			})
		}
	}
	t.Logf("%d gestures", made)
	if made < 1000 {
		t.Errorf("only %d gestures were made", made)
	}
}

// comments returns the comments of a text, sorted.
func comments(t *rapid.T, text string) []string {
	f, diags := dsl.Parse("rules.score", text, dsl.Limits{})
	if len(diags) > 0 {
		t.Fatalf("the text does not parse: %v", diags)
	}
	var list []string
	for _, c := range f.Comments {
		list = append(list, c.Text)
	}
	slices.Sort(list)
	return list
}
