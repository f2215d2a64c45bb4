package language

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/conformance"
	"github.com/leadscore/leadscore/traverse"
)

// renamedTo returns the snapshot after a rename at an occurrence.
func renamedTo(s *Snapshot, o check.Occurrence, to string) (*Snapshot, error) {
	at := o.Span.Start.Offset + 1
	edits, err := s.Rename(o.File.Name, min(at, o.Span.End.Offset), to)
	if err != nil {
		return nil, err
	}
	return s.with(edits)
}

// scores returns what rules give to the leads of a case, without names.
func scores(t *testing.T, c *conformance.Case, files []File) string {
	t.Helper()
	var list []leadscore.File
	for _, f := range files {
		list = append(list, leadscore.File(f))
	}
	set, err := leadscore.CompileSet(c.Base, list)
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	data, err := c.Load(set.Schema())
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	leads, err := c.Leads(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for result, err := range set.ScoreAll(t.Context(), leadscore.IDs(leads...), data, leadscore.AsOf(c.AsOf)) {
		fmt.Fprintf(&b, "%s %t", result.Lead, err != nil)
		for _, r := range result.Results {
			fmt.Fprintf(&b, " %v %d %t %t", r.Status, r.Score, r.SalesReady, r.Grade != "")
			for _, d := range r.Dimensions() {
				fmt.Fprintf(&b, " (%d %t)", d.Score, d.Grade != "")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestRenameAndBack gives everything that has a name in the documents and the conformance
// cases another one: the rules have no problems then, and scores are equal. The old name
// again gives the old text.
func TestRenameAndBack(t *testing.T) {
	cases, err := conformance.Read(os.DirFS("../../testdata/conformance"))
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]*conformance.Case{}
	for _, c := range cases {
		byName[c.Name] = c
	}
	done, scored, refused := 0, 0, map[string]int{}
	for i, w := range sound(t) {
		s := New(nil, w.base, w.files)
		name, _, _ := strings.Cut(w.name, " ")
		c := byName[name]
		if c != nil && !c.Scores() {
			c = nil
		}
		seen := map[*check.Object]bool{}
		for _, o := range s.info().Occurrences {
			if seen[o.Object] || o.Tentative || s.renamable(o) != nil {
				continue
			}
			seen[o.Object] = true
			if n := len(seen) + i; !isLong() && n%3 != 0 {
				continue
			}
			to := []string{"Zzz9", "Zz z", "zzz"}[len(seen)%3]
			after, err := renamedTo(s, o, to)
			if err != nil {
				refused[fmt.Sprintf("%s: %s %s: %v", w.name, o.Object.Kind, o.Object.Name, err)]++
				continue
			}
			done++
			if len(after.Diagnostics()) > 0 {
				t.Fatalf("%s: after %s %s is called %s:\n%v", w.name, o.Object.Kind, o.Object.Name, to, after.Diagnostics())
			}
			if c != nil && o.Object.Kind > check.RelationshipObject && o.Object.Kind != check.ModelObject && done%4 == 0 {
				scored++
				if was, is := scores(t, c, s.Files()), scores(t, c, after.Files()); was != is {
					t.Errorf("%s: after %s %s is called %s:\n%s\nnot\n%s", w.name, o.Object.Kind, o.Object.Name, to, is, was)
				}
			}
			goBack(t, w, s, after, o, to)
		}
	}
	t.Logf("%d names, %d compared by scores, %d refused", done, scored, len(refused))
	for _, text := range sortedKeys(refused) {
		t.Log(text)
	}
	if done < 500 || scored < 50 || len(refused)*50 > done {
		t.Errorf("%d names were changed, %d compared by scores, and %d refused", done, scored, len(refused))
	}
}

// goBack gives what is called otherwise the old name again.
func goBack(t *testing.T, w *world, s, after *Snapshot, o check.Occurrence, to string) {
	t.Helper()
	i := slices.Index(s.info().Occurrences, o)
	now := after.info().Occurrences[i]
	if now.Object.Name != to {
		t.Fatalf("%s: %s %s is called %s", w.name, o.Object.Kind, o.Object.Name, now.Object.Name)
	}
	before, err := renamedTo(after, now, o.Object.Name)
	if err != nil {
		t.Errorf("%s: %s %s cannot get its old name: %v", w.name, o.Object.Kind, o.Object.Name, err)
		return
	}
	for i, f := range before.Files() {
		if want := s.Files()[i].Text; f.Text != want && !isOddlyWritten(s, o.Object) {
			t.Errorf("%s: %s %s is called %s and back:\n%s\nnot\n%s", w.name, o.Object.Kind, o.Object.Name, to, f.Text, want)
		}
	}
}

// isOddlyWritten reports whether an object is somewhere written with needless quotes or
// escapes.
func isOddlyWritten(s *Snapshot, o *check.Object) bool {
	for of := range s.info().Of(o) {
		at := occurrenceRange(of)
		was := strings.TrimLeft(s.file(at.File).Text[at.Start:at.End], "+-")
		if was != quote(o.Name) && was != (&dsl.Name{Text: o.Name}).String() {
			return true
		}
	}
	return false
}

func TestRename(t *testing.T) {
	const events = `interaction Called {
    Topic text
}

interaction Met {
    Topic text
}
`
	const rules = `let Big = 5
let ` + "`in`" + ` = 7
model "M" {
    target contact
    let Small = 3

    condition "Topics" {
        each Called or Met
            where Topic = "x"
        score +Big
    }

    group "Group" {
        condition "Inner" { has Lead score -Small }
    }

    dimension "Fit" { limit up to 10 grade "A" from 5 grade "B" below 5 }
    dimension "Use" { limit up to 10 grade "1" from 5 grade "2" below 5 }
    label "Fit", "Use"
    grade "Hot" from Big
    sales ready when label in ("A1", "B1") or label is "A2"
}

test "T" {
    as of 2026-05-31
    Lead "l" with ParentContact = "c"
    Contact "c"
    expect label "B2"
}
`
	for _, test := range []struct{ at, to, want, fails string }{
		{"Cal‸led or", "Phoned", "each Phoned or Met", ""},
		{"where To‸pic", "Subject", "where Subject = \"x\"", ""},
		{"where To‸pic", "What about", "where `What about` = \"x\"", ""},
		{"where To‸pic", "Timestamp", "", "Called has a Timestamp already"},
		{"let Big‸", "Large", "score +Large", ""},
		{"let Big‸", "Small", "", "the let Big cannot be called Small: line"},
		{"let Big‸", "score", "score +`score`", ""},
		{"let Big‸", "a`b", "", "has no back quotes"},
		{"let Small‸", "", "", "a name must not be empty"},
		{"\"To‸pics\"", "Group", "", "there is a part Group already, in line 13 of a.score"},
		{"\"To‸pics\"", "Fit", "", "there is a dimension Fit already"},
		{"\"To‸pics\"", "What \"they\" said", `condition "What \"they\" said" {`, ""},
		{"grade \"A‸\"", "C", "label in (\"C1\", \"B1\") or label is \"C2\"", ""},
		{"grade \"2‸\"", "3", "expect label \"B3\"", ""},
		{"grade \"A‸\"", "B", "", "there is a grade B already"},
		{"has Le‸ad", "Person", "", "the entity Lead is not declared in these files"},
		{"target con‸tact", "Person", "", "there is nothing here that has a name"},
		{"model \"M‸\"", "N", "model \"N\" {", ""},
		{"Contact \"c‸\"", "d", "ParentContact = \"d\"", ""},
		{"test \"T‸\"", "U", "test \"U\" {", ""},
	} {
		before, after, _ := strings.Cut(test.at, "‸")
		offset := strings.Index(rules, before+after) + len(before)
		s := New(nil, traverse.Standard(), []File{{"events.score", events}, {"a.score", rules}})
		if len(s.Diagnostics()) > 0 {
			t.Fatal(s.Diagnostics())
		}
		edits, err := s.Rename("a.score", offset, test.to)
		if test.fails != "" {
			if err == nil || !strings.Contains(err.Error(), test.fails) {
				t.Errorf("%s to %s: the error is %v, want %s", test.at, test.to, err, test.fails)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s to %s: %v", test.at, test.to, err)
			continue
		}
		if !slices.IsSortedFunc(edits, func(a, b TextEdit) int {
			return cmp.Or(-cmp.Compare(a.File, b.File), cmp.Compare(a.Start, b.Start)) // events.score comes first
		}) {
			t.Errorf("%s to %s: the edits are %v", test.at, test.to, edits)
		}
		now, err := s.with(edits)
		if err != nil || len(now.Diagnostics()) > 0 {
			t.Errorf("%s to %s: %v, %v", test.at, test.to, err, now.Diagnostics())
			continue
		}
		if text := now.file("a.score").Text; !strings.Contains(text, test.want) {
			t.Errorf("%s to %s: there is no %s in\n%s", test.at, test.to, test.want, text)
		}
		if strings.HasPrefix(test.at, "where") && strings.Contains(now.file("events.score").Text, "Topic") {
			t.Errorf("%s to %s:\n%s", test.at, test.to, now.file("events.score").Text)
		}
	}
}

func TestPrepareRename(t *testing.T) {
	s := New(nil, traverse.Standard(), []File{{"a.score", "let Big = 5\nmodel \"M M\" { target contact condition \"C\" { has Leed score -Big } }\n"}})
	for _, test := range []struct{ at, text, name, fails string }{
		{"let B‸ig", "Big", "Big", ""},
		{"score -‸Big", "Big", "Big", ""},
		{"model \"‸M M\"", "M M", "M M", ""},
		{"has Le‸ed", "", "", "correct it to Lead first"},
		{"‸target", "", "", "there is nothing here"},
	} {
		text := s.file("a.score").Text
		before, after, _ := strings.Cut(test.at, "‸")
		at, name, err := s.PrepareRename("a.score", strings.Index(text, before+after)+len(before))
		switch {
		case test.fails != "":
			if err == nil || !strings.Contains(err.Error(), test.fails) {
				t.Errorf("%s: the error is %v", test.at, err)
			}
		case err != nil || name != test.name || text[at.Start:at.End] != test.text:
			t.Errorf("%s: %v, %q, %v", test.at, at, name, err)
		}
	}
}
