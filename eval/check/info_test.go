package check_test

import (
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

// TestInfoOfCases compares what Info says of the conformance cases with what the checker
// says, and checks that each name means something.
func TestInfoOfCases(t *testing.T) {
	cases, err := conformance.Read(os.DirFS("../../testdata/conformance"))
	if err != nil {
		t.Fatal(err)
	}
	fields, names := 0, 0
	for _, c := range cases {
		var files []*dsl.File
		sound := true
		for _, f := range c.Files {
			if !strings.HasSuffix(f.Name, ".score") {
				continue
			}
			tree, diags := dsl.Parse(f.Name, f.Text, dsl.Limits{})
			sound = sound && len(diags) == 0
			files = append(files, tree)
		}
		set, diags := check.NewSet(leadscore.StandardSchema(), files...)
		info := check.NewInfo(set.Schema, files...)
		for _, o := range info.Occurrences {
			if text := o.File.Text[o.Span.Start.Offset:o.Span.End.Offset]; !o.Tentative && strings.Trim(text, "`\"") != o.Object.Name && !strings.ContainsAny(text, "\\“") {
				t.Errorf("%s: %q is said to be %s %s", c.Name, text, o.Object.Kind, o.Object.Name)
			}
		}
		if !sound || len(diags) > 0 {
			continue
		}
		for _, m := range set.Models {
			for i := range m.Conditions {
				if m.Conditions[i].Row == nil {
					fields += sameMeaning(t, c.Name, info, &m.Conditions[i])
				}
			}
		}
		for _, f := range files {
			names += everyName(t, c.Name, info, f)
		}
	}
	const few = 400
	if fields < few || names < few {
		t.Errorf("only %d fields and %d names were compared", fields, names)
	}
}

// sameMeaning compares the fields of a condition's comparisons, and the ends of its paths.
func sameMeaning(t *testing.T, name string, info *check.Info, c *check.Condition) int {
	n := 0
	for i := range c.Children {
		child := &c.Children[i]
		if end := info.Ends[child.Source]; end == nil || end.Name() != child.Path.Last().Entity.Name() || info.Tentative[child.Source] {
			t.Errorf("%s: %s ends at %v", name, child.Source, end)
		}
		var visit func(e check.Expr)
		visit = func(e check.Expr) {
			switch e := e.(type) {
			case *check.Comparison:
				n++
				if got, ok := info.Fields[e.Source]; !ok || !got.Like(e.Field) || got.Name != e.Field.Name {
					t.Errorf("%s: the field of %s is %v, and not %v", name, e.Source, got, e.Field)
				}
			case *check.And:
				for _, x := range e.Terms {
					visit(x)
				}
			case *check.Or:
				for _, x := range e.Terms {
					visit(x)
				}
			case *check.Not:
				visit(e.Expr)
			}
		}
		for _, e := range child.Where {
			visit(e)
		}
	}
	return n
}

// everyName checks that each name of a file occurs once, and is that of one object.
func everyName(t *testing.T, name string, info *check.Info, f *dsl.File) int {
	n := 0
	for _, token := range dsl.Tokens(f) {
		switch token.Kind {
		case dsl.KindRoot, dsl.KindHop, dsl.KindField, dsl.KindReference, dsl.KindEntity, dsl.KindInteraction, dsl.KindMember, dsl.KindLet,
			dsl.KindNewName, dsl.KindModel, dsl.KindCondition, dsl.KindGrade, dsl.KindDimension, dsl.KindStages, dsl.KindStage, dsl.KindRule,
			dsl.KindRecord, dsl.KindContact:
		default:
			continue
		}
		n++
		found := 0
		for _, o := range info.Occurrences {
			if o.File == f && o.Span == token.Span {
				found++
			}
		}
		if found == 0 && strings.EqualFold(token.Text, "day") {
			continue // a period
		}
		if found != 1 {
			t.Errorf("%s: %s %s in line %d occurs %d times", name, token.Kind, token.Text, token.Start.Line, found)
		}
		if o, ok := info.At(f, token.Start.Offset); found == 1 && (!ok || o.Span != token.Span) {
			t.Errorf("%s: At does not find %s", name, token.Text)
		}
	}
	return n
}

func TestInfo(t *testing.T) {
	const rules = `let Cities = ("Berlin")
profile Contact { Tier text }
model "M" {
    target contact
    condition "C" {
        each EmailOpend.Contcat where Tier = "A" and Nothing = 3
        score +1
    }
    condition "D" {
        has Lead.ParentContact where City in Cities and 
        score +1
    }
    grade "Hot" from 3
    sales ready when condition "C" holds and grade is "Hot"
}
test "T" {
    Contact "ada" with Tier = "B"
    Lead with ParentContact = "ada"
    expect "C" holds
    expect grade "Hot"
}
`
	f, diags := dsl.Parse("f", rules, dsl.Limits{})
	if len(diags) != 1 {
		t.Fatal(diags)
	}
	set, _ := check.NewSet(leadscore.StandardSchema(), f)
	info := check.NewInfo(set.Schema, f)
	var got []string
	for _, o := range info.Occurrences {
		text := fmt.Sprintf("%d %s %s", o.Span.Start.Line, o.Object.Kind, o.Object.Name)
		if o.Object.In != nil {
			text += " in " + o.Object.In.Name
		}
		if o.Declares {
			text += " declared"
		}
		if o.Tentative {
			text += " tentative"
		}
		got = append(got, text)
	}
	want := []string{
		"1 let Cities declared", "2 entity Contact declared", "2 field Tier in Contact declared", "3 model M declared",
		"5 condition C in M declared", "6 entity EmailOpened tentative", "6 relationship Contact in EmailOpened tentative",
		"6 field Tier in Contact tentative", "9 condition D in M declared", "10 entity Lead", "10 relationship ParentContact in Lead",
		"10 field City in Contact", "10 let Cities", "13 grade Hot in M declared", "14 condition C in M", "14 grade Hot in M",
		"16 test T declared", "17 entity Contact", "17 record ada in T declared", "17 field Tier in Contact", "18 entity Lead",
		"18 relationship ParentContact in Lead", "18 record ada in T", "19 condition C in M", "20 grade Hot in M",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	tier, ok := info.At(f, strings.Index(rules, "Tier =")+2)
	lines := []int{}
	for o := range info.Of(tier.Object) {
		lines = append(lines, o.Span.Start.Line)
	}
	if !ok || !slices.Equal(lines, []int{2, 6, 17}) {
		t.Errorf("Tier is used in lines %v", lines)
	}
	if _, ok := info.At(f, strings.Index(rules, "target")); ok {
		t.Error("a keyword is an occurrence")
	}
}

func TestOperatorsOf(t *testing.T) {
	if got := slices.Collect(check.OperatorsOf(traverse.Bool)); !slices.Equal(got, []dsl.Op{dsl.Equal, dsl.NotEqual, dsl.IsEmpty, dsl.IsNotEmpty}) {
		t.Errorf("operators of bool: %v", got)
	}
	for op := range check.OperatorsOf(traverse.Text) {
		if op == dsl.OlderThan {
			t.Error("a text has the operator older than")
		}
		break
	}
}

// TestInfoOfCutFiles checks that what is left of a file does not stop Info, and that what it
// says lies within the text.
func TestInfoOfCutFiles(t *testing.T) {
	cases, err := conformance.Read(os.DirFS("../../testdata/conformance"))
	if err != nil {
		t.Fatal(err)
	}
	const step = 61 // bytes
	for i, c := range cases {
		for _, f := range c.Files {
			for at := i % step; at < len(f.Text); at += step {
				tree, _ := dsl.Parse(f.Name, f.Text[:at], dsl.Limits{})
				set, _ := check.NewSet(leadscore.StandardSchema(), tree)
				last := 0
				for _, o := range check.NewInfo(set.Schema, tree).Occurrences {
					if o.Span.Start.Offset < last || o.Span.End.Offset > at || o.Object == nil {
						t.Errorf("%s cut at %d: %+v", c.Name, at, o)
					}
					last = o.Span.Start.Offset
				}
			}
		}
	}
}
