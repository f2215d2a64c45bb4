package dsl_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/dsl"
)

// everything holds every construct of the language once.
const everything = "\ufeff// Ein Kommentar, größer als ASCII\r\n" + `profile Lead {
	Topic text exact // behind a field
	Rating choice ("Hot", "W\u00e4rm")
	ParentContact -> Contact
	Orders <- ` + "`the order`" + `.Lead
	dated by CreatedOn
	CreatedOn time calculated rollup
}

interaction ` + "`Überweisung`" + ` passive { Url text Amount number Paid bool Day date Interests choices ("A") }

model "Ünïcode ☕" {
    description "say \"hi\""   target account
    time zone "Europe/Berlin"
    condition "Ä" {
        "Geöffnet": each EmailOpened within last 90 days
        at least 3 Lead.` + "`Parent contact`" + `.ParentAccount since 2026-01-01T09:30:00.123456789+02:00
            where Contact.City = "Köln" and Name not in ("A", "B")
              and Amount between -1.5 and +2
              and Birthday within next 1 week and Day is not empty
              and Flag != true
        none EmailSent between 2026-01-01 and 2026-01-31 where Day on or before 2026-05-31
        has X where Name does not begin with any ("A")
        score -20
    }
    condition "Ö" {
        active from 2026-01-01 to 2026-12-31
        "Oder": any of {
            has A where not (B = 1 and C = 2) or D between 9 and 7 days ago
            all of { exactly 2 A or ` + "`b c`" + `.D once per day between 9 and 7 weeks ago from 1 to 3 A }
        }
        same Contact.Name { has A at most 3 B }
        each A up to 3 per day.Name losing 25% every 1 week since 2026-01-01
        has A halving every 1 week
        every 2 A fading over 3 days
        every 30 days without A
        at least 5 A within any 2 hours
        score +5 up to +30
    }
    grade "Kalt" below -5
    grade "Warm" from -5 to 69
    grade "Heiß" from 70
    sales ready at 70
}
`

// nodes visits every node of a tree with the node above it.
func nodes(v reflect.Value, parent dsl.Node, visit func(n, parent dsl.Node)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			if n, ok := v.Interface().(dsl.Node); ok && v.Kind() == reflect.Pointer {
				visit(n, parent)
				parent = n
			}
			nodes(v.Elem(), parent, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			nodes(v.Index(i), parent, visit)
		}
	case reflect.Struct:
		named := false // a name stands for the values
		for i := range v.NumField() {
			named = named || v.Field(i).Type() == reflect.TypeFor[*dsl.Let]() && !v.Field(i).IsNil()
		}
		for i := range v.NumField() {
			switch v.Field(i).Type() {
			case reflect.TypeFor[*dsl.Let]():
				continue
			case reflect.TypeFor[[]dsl.Literal](), reflect.TypeFor[*dsl.Number]():
				if named {
					continue
				}
			}
			nodes(v.Field(i), parent, visit)
		}
	}
}

// TestSpans checks that the span of every node points at its text: that its
// offsets, lines and columns agree, that it lies in that of its parent, and that
// the text there is that of the node.
func TestSpans(t *testing.T) {
	f, diags := dsl.Parse("all.score", everything, dsl.Limits{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if f.Incomplete {
		t.Error("the file is incomplete without a problem")
	}
	seen := map[string]int{}
	nodes(reflect.ValueOf(f), nil, func(n, parent dsl.Node) {
		span := n.At()
		for _, p := range []dsl.Pos{span.Start, span.End} {
			before := everything[:p.Offset]
			line := 1 + strings.Count(before, "\n")
			column := 1 + utf8.RuneCountInString(strings.TrimPrefix(before[strings.LastIndexByte(before, '\n')+1:], "\ufeff"))
			if p.Line != line || p.Column != column {
				t.Errorf("%T: offset %d is line %d, column %d, not %d:%d", n, p.Offset, line, column, p.Line, p.Column)
			}
		}
		text := everything[span.Start.Offset:span.End.Offset]
		if parent != nil {
			outer := parent.At()
			if span.Start.Offset < outer.Start.Offset || span.End.Offset > outer.End.Offset {
				t.Errorf("%T %q reaches out of its %T", n, text, parent)
			}
		}
		seen[fmt.Sprintf("%T", n)]++
		starts, ends, is := "", "", ""
		switch n := n.(type) {
		case *dsl.Name:
			is = n.Text
			if n.Quoted {
				is = "`" + n.Text + "`"
			}
		case *dsl.String:
			is = n.Raw
		case *dsl.Number:
			is = n.Text
		case *dsl.Moment:
			is = n.Raw
		case *dsl.Bool:
			is = fmt.Sprint(n.Value)
		case *dsl.TimeSpan:
			starts, ends = n.Count.Text, "s"
			switch n.Count.Text {
			case "1":
				ends = "week"
			case "9": // of `9 and 7 weeks ago`
				is, ends = n.Count.Text, n.Count.Text
			}
		case *dsl.Model:
			starts, ends = "model ", "}"
		case *dsl.Condition:
			starts, ends = "condition ", "}"
		case *dsl.Entity:
			starts, ends = map[bool]string{true: "interaction", false: "profile"}[n.Interaction], "}"
		case *dsl.Score:
			is = "score -20"
			if n.Bound != nil {
				is = "score +5 up to +30"
			}
		case *dsl.Description:
			is = `description "say \"hi\""`
		case *dsl.Target:
			is = "target account"
		case *dsl.TimeZone:
			is = `time zone "Europe/Berlin"`
		case *dsl.SalesReady:
			is = "sales ready at 70"
		case *dsl.Grade:
			starts, ends = "grade "+n.Name.Raw, map[bool]string{true: "70", false: ""}[n.Name.Value == "Heiß"]
		case *dsl.DatedBy:
			is = "dated by CreatedOn"
		case *dsl.Relationship:
			starts, ends = n.Name.String(), n.Target.String()
			if n.Via != nil {
				ends = n.Via.String()
			}
		case *dsl.Field:
			starts = n.Name.String()
		case *dsl.Range:
			starts = map[dsl.RangeKind]string{dsl.WithinLast: "within last ", dsl.Since: "since ", dsl.Between: "between ", dsl.BetweenAgo: "between "}[n.Kind]
			if n.Kind == dsl.BetweenAgo {
				ends = "ago"
			}
		case *dsl.Burst:
			is = "within any 2 hours"
		case *dsl.Cap:
			is = map[bool]string{true: "once per day", false: "up to 3 per day.Name"}[n.Period == dsl.PerDay]
		case *dsl.Decay:
			is = []string{"halving every 1 week", "losing 25% every 1 week", "fading over 3 days"}[n.Kind]
		case *dsl.Active:
			is = "active from 2026-01-01 to 2026-12-31"
		case *dsl.ItemBlock:
			starts, ends = n.String()[:3], "}"
		case *dsl.And:
			is = "B = 1 and C = 2"
		case *dsl.Or:
			is = "not (B = 1 and C = 2) or D between 9 and 7 days ago"
		case *dsl.Not:
			is = "not (B = 1 and C = 2)"
		case *dsl.Comparison:
			starts = n.Ref[0].String()
			if op := everything[n.OpSpan.Start.Offset:n.OpSpan.End.Offset]; !strings.HasPrefix(n.Op.String(), op) {
				t.Errorf("the operator %s spans %q", n.Op, op)
			}
		case *dsl.Child:
			if n.Label != nil {
				starts = n.Label.Raw
			}
			at := n.Frequency.Span
			starts2 := everything[at.Start.Offset:at.End.Offset]
			if want := []string{"each", "at least 3", "none", "has", "exactly 2", "from 1 to 3", "at most 3", "every 2", "every 30 days without", "at least 5"}; !slices.Contains(want, starts2) {
				t.Errorf("a frequency spans %q", starts2)
			}
		}
		if is != "" && text != is || !strings.HasPrefix(text, starts) || !strings.HasSuffix(text, ends) {
			t.Errorf("%T spans %q; want %q, or from %q to %q", n, text, is, starts, ends)
		}
	})
	for _, want := range []string{
		"*dsl.File", "*dsl.Model", "*dsl.Entity", "*dsl.Field", "*dsl.Relationship", "*dsl.DatedBy", "*dsl.Description", "*dsl.Target",
		"*dsl.TimeZone", "*dsl.Condition", "*dsl.Grade", "*dsl.SalesReady", "*dsl.Child", "*dsl.Range", "*dsl.TimeSpan", "*dsl.Moment",
		"*dsl.Comparison", "*dsl.Name", "*dsl.String", "*dsl.Number", "*dsl.Bool", "*dsl.Score",
		"*dsl.Burst", "*dsl.Cap", "*dsl.Decay", "*dsl.Active", "*dsl.ItemBlock", "*dsl.And", "*dsl.Or", "*dsl.Not",
	} {
		if seen[want] == 0 {
			t.Errorf("the text holds no %s", want)
		}
	}
	for _, c := range f.Comments {
		if got := everything[c.Start.Offset:c.End.Offset]; got != c.Text {
			t.Errorf("a comment spans %q, not %q", got, c.Text)
		}
	}
	if len(f.Comments) != 2 {
		t.Errorf("%d comments, want 2", len(f.Comments))
	}
}

func TestMoments(t *testing.T) {
	for _, test := range []struct {
		text string
		want dsl.Moment
	}{
		{"2026-05-31", dsl.Moment{Year: 2026, Month: 5, Day: 31}},
		{"2024-02-29", dsl.Moment{Year: 2024, Month: 2, Day: 29}},
		{"2026-05-31T09:30", dsl.Moment{Year: 2026, Month: 5, Day: 31, HasTime: true, Hour: 9, Minute: 30}},
		{"2026-05-31T09:30:59.1239999Z", dsl.Moment{Year: 2026, Month: 5, Day: 31, HasTime: true, Hour: 9, Minute: 30, Second: 59, Micro: 123999, HasOffset: true}},
		{"2026-05-31T23:59-03:30", dsl.Moment{Year: 2026, Month: 5, Day: 31, HasTime: true, Hour: 23, Minute: 59, HasOffset: true, Offset: -210}},
	} {
		f, diags := dsl.Parse("", `model "M" { condition "C" { has E since `+test.text+` score 1 } }`, dsl.Limits{})
		if len(diags) > 0 {
			t.Errorf("%s: %v", test.text, diags)
			continue
		}
		got := *f.Blocks[0].(*dsl.Model).Clauses[0].(*dsl.Condition).Items[0].(*dsl.Child).Range.From
		test.want.Raw = test.text
		if diff := cmp.Diff(test.want, got, ignoreSpans); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
	for _, text := range []string{
		"2023-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "2026-01-1", "20260-01-01", "2026-05-31T9:30", "2026-05-31T25:00",
		"2026-05-31T09:60", "2026-05-31T09:30:60", "2026-05-31T09:30:00+2:00", "2026-05-31T09:30:00+24:00", "2026-05-31T09:30.5",
		"2026-05-31T", "2026-05-31T09:30Z05", "2026-05-31 09:30", "31.05.2026", "5/31/26", "1900-02-29",
	} {
		if _, diags := dsl.Parse("", `model "M" { condition "C" { has E since `+text+` score 1 } }`, dsl.Limits{}); len(diags) != 1 {
			t.Errorf("%s: want one problem, got %v", text, diags)
		}
	}
}

// TestRecovery checks that the parser loses no more than what is wrong.
func TestRecovery(t *testing.T) {
	tests := []struct {
		name, text string
		codes      []dsl.Code
		// kept lists the blocks, clauses and children that are parsed, in canonical form.
		kept []string
	}{
		{
			"a broken child",
			`model "M" {
				target contact
				condition "C" {
					has EmailOpened
					each EmailClicked within lst 3 days where Url = "x"
					none EmailSent where City =
					has FormSubmitted where FormName = "F"
					score +1
				}
				sales ready at 3
			}`,
			[]dsl.Code{dsl.CodeSyntax, dsl.CodeSyntax},
			[]string{
				"model", "target", "condition C", "has EmailOpened", "each EmailClicked", "none EmailSent where City =",
				`has FormSubmitted where FormName = "F"`, "score", "sales ready",
			},
		},
		{
			"children that end early",
			`model "M" {
				condition "C" {
					has
					score +1
				}
				condition "D" {
					each
					has EmailOpened.
					none EmailClicked.Contact.
					at least 2 FormSubmitted where Contact.
					score +1
				}
				condition "E" {
					has Lead or
				condition "F" {
					has Lead once per
					score +1
				}
			}`,
			[]dsl.Code{dsl.CodeSyntax, dsl.CodeSyntax, dsl.CodeSyntax, dsl.CodeSyntax, dsl.CodeSyntax, dsl.CodeSyntax, dsl.CodeUnclosed, dsl.CodeSyntax},
			[]string{
				"model", "condition C", "has", "score",
				"condition D", "each", "has EmailOpened", "none EmailClicked.Contact", "at least 2 FormSubmitted where Contact", "score",
				"condition E", "has Lead", "condition F", "has Lead", "score",
			},
		},
		{
			"expressions before the one that breaks",
			`model "M" {
				condition "C" {
					has Lead within last 3 days where City = "X" and (Rating = "Hot" or Topic contains any ("A", 
					has Lead where not (City = "X" and Rating )
					has Lead where City between 3 and
					score +1
				}
			}`,
			[]dsl.Code{dsl.CodeSyntax, dsl.CodeSyntax, dsl.CodeSyntax},
			[]string{
				"model", "condition C", `has Lead within last 3 days where City = "X" and (Rating = "Hot" or Topic contains any)`,
				`has Lead where not (City = "X" and Rating)`, "has Lead where City between 3", "score",
			},
		},
		{
			"a broken condition head",
			`model "M" {
				condition First { has EmailOpened score +1 }
				condition "Second" { has EmailClicked score +1 }
			}`,
			[]dsl.Code{dsl.CodeSyntax},
			[]string{"model", "condition ", "has EmailOpened", "score", "condition Second", "has EmailClicked", "score"},
		},
		{
			"a broken clause",
			`model "M" {
				targt contact
				time zone Berlin
				condition "C" { has EmailOpened score +1 }
			}`,
			[]dsl.Code{dsl.CodeSyntax, dsl.CodeSyntax},
			[]string{"model", "condition C", "has EmailOpened", "score"},
		},
		{
			"a missing brace of a condition",
			`model "M" {
				condition "C" { has EmailOpened score +1
				condition "D" { has EmailClicked score +2 }
			}
			model "N" { target contact }`,
			[]dsl.Code{dsl.CodeUnclosed},
			[]string{"model", "condition C", "has EmailOpened", "score", "condition D", "has EmailClicked", "score", "model", "target"},
		},
		{
			"a missing brace of a model",
			`model "M" {
				target contact
			profile Lead { City text }
			model "N" { target contact }`,
			[]dsl.Code{dsl.CodeUnclosed},
			[]string{"model", "target", "profile Lead", "field City", "model", "target"},
		},
		{
			"a broken member",
			`profile Lead {
				City txt
				Street text
				Rating choice "Hot"
				Contact -> Contact
				Other =>
			}`,
			[]dsl.Code{dsl.CodeSyntax, dsl.CodeSyntax, dsl.CodeOperator, dsl.CodeSyntax},
			[]string{"profile Lead", "bad City", "field Street", "bad Rating", "relationship Contact", "bad Other"},
		},
		{
			"rubbish between blocks",
			`what is this { { }
			model "M" { target contact }
			}
			profile Lead { City text }`,
			[]dsl.Code{dsl.CodeSyntax, dsl.CodeSyntax},
			[]string{"model", "target", "profile Lead", "field City"},
		},
		{
			"an unclosed text",
			`model "M" {
				description "Spring
				target contact
			}`,
			[]dsl.Code{dsl.CodeString},
			[]string{"model", "description", "target"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, diags := dsl.Parse("", test.text, dsl.Limits{})
			if diff := cmp.Diff(test.codes, codes(diags)); diff != "" {
				t.Errorf("problems (-want +got):\n%s\n%v", diff, diags)
			}
			if diff := cmp.Diff(test.kept, outline(f)); diff != "" {
				t.Errorf("what is kept (-want +got):\n%s", diff)
			}
		})
	}
}

func codes(diags dsl.Diagnostics) []dsl.Code {
	var list []dsl.Code
	for _, d := range diags {
		list = append(list, d.Code)
	}
	return list
}

// outline lists the blocks, clauses and children of a tree.
func outline(f *dsl.File) []string {
	var list []string
	add := func(what string) { list = append(list, what) }
	value := func(s *dsl.String) string {
		if s == nil {
			return ""
		}
		return s.Value
	}
	for _, b := range f.Blocks {
		switch b := b.(type) {
		case *dsl.Entity:
			add("profile " + b.Name.Text)
			for _, m := range b.Members {
				switch m := m.(type) {
				case *dsl.Field:
					add("field " + m.Name.Text)
				case *dsl.Relationship:
					add("relationship " + m.Name.Text)
				case *dsl.BadMember:
					add("bad " + m.Name.Text)
				}
			}
		case *dsl.Model:
			add("model")
			for _, c := range b.Clauses {
				switch c := c.(type) {
				case *dsl.Condition:
					add("condition " + value(c.Name))
					for ch := range c.Children() {
						add(ch.String())
					}
					if c.Score != nil {
						add("score")
					}
				case *dsl.Target:
					add("target")
				case *dsl.SalesReady:
					add("sales ready")
				case *dsl.Description:
					add("description")
				default:
					add(fmt.Sprintf("%T", c))
				}
			}
		}
	}
	return list
}

// TestAllProblems checks that all problems of a file are reported, in order, each
// with its place.
func TestAllProblems(t *testing.T) {
	const text = `model "M" {
    target somebody
    condition "A" {
        has EmailOpened within last 3 fortnights
        score
    }
    condition "B" {
    }
    grade "Hot" above 70
    sales ready 70
}
modl "N" {
}
`
	_, diags := dsl.Parse("m.score", text, dsl.Limits{})
	var got []string
	for _, d := range diags {
		got = append(got, fmt.Sprintf("%s %d:%d %s", d.Code, d.Span.Start.Line, d.Span.Start.Column, d.Line))
		if d.File != "m.score" {
			t.Errorf("a problem of %q", d.File)
		}
		if want := strings.Split(text, "\n")[d.Span.Start.Line-1]; d.Line != want {
			t.Errorf("the line is %q, want %q", d.Line, want)
		}
	}
	want := []string{
		"syntax 2:12     target somebody",
		"syntax 4:39         has EmailOpened within last 3 fortnights",
		"syntax 5:9         score",
		`no-child 7:5     condition "B" {`,
		`no-score 7:5     condition "B" {`,
		`syntax 9:17     grade "Hot" above 70`,
		"syntax 10:17     sales ready 70",
		`syntax 12:1 modl "N" {`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestLimits(t *testing.T) {
	condition := func(children int) string {
		return `condition "C" {` + strings.Repeat(" has E", children) + " score 1 } "
	}
	list := func(n int) string { return "(" + strings.TrimSuffix(strings.Repeat("1, ", n), ", ") + ")" }
	tests := []struct {
		name   string
		limits dsl.Limits
		within string
		beyond string
		want   string
	}{
		{"bytes", dsl.Limits{Bytes: 20}, `model "M" { }`, `model "M" {         }`, "the file has 21 bytes; the limit is 20"},
		{"models", dsl.Limits{Models: 1}, `model "M" { }`, `model "M" { } model "N" { }`, "the file has more than 1 models"},
		{"conditions", dsl.Limits{Conditions: 2}, `model "M" { ` + condition(1) + condition(1) + "}",
			`model "M" { ` + condition(1) + condition(1) + condition(1) + "}", `model "M" has more than 2 conditions`},
		{"children", dsl.Limits{Children: 2}, `model "M" { ` + condition(2) + "}", `model "M" { ` + condition(3) + "}",
			`condition "C" has more than 2 children`},
		{"terms", dsl.Limits{Terms: 2}, `model "M" { condition "C" { has E where A = 1 and B = 2 score 1 } }`,
			`model "M" { condition "C" { has E where A = 1 and B = 2 and C = 3 score 1 } }`, "a child has 3 expressions; the limit is 2"},
		{"values", dsl.Limits{Terms: 2}, `model "M" { condition "C" { has E where A in ` + list(2) + ` score 1 } }`,
			`model "M" { condition "C" { has E where A in ` + list(3) + ` score 1 } }`, "a list has 3 values; the limit is 2"},
		{"path", dsl.Limits{Names: 2}, `model "M" { condition "C" { has A.B score 1 } }`, `model "M" { condition "C" { has A.B.C score 1 } }`,
			"a path has 3 names; the limit is 2"},
		{"children of blocks", dsl.Limits{Children: 2}, `model "M" { condition "C" { has A any of { has B } score 1 } }`,
			`model "M" { condition "C" { has A any of { has B has C } score 1 } }`, `condition "C" has more than 2 children`},
		{"nested terms", dsl.Limits{Terms: 2}, `model "M" { condition "C" { has E where not (A = 1 or B = 2) score 1 } }`,
			`model "M" { condition "C" { has E where A = 1 or not (B = 2 and C = 3) score 1 } }`, "a child has 3 expressions; the limit is 2"},
		{"nested values", dsl.Limits{Terms: 2}, `model "M" { condition "C" { has E where not (A in ` + list(2) + `) score 1 } }`,
			`model "M" { condition "C" { has E where not (A in ` + list(3) + `) score 1 } }`, "a list has 3 values; the limit is 2"},
		{"kinds", dsl.Limits{Names: 2}, `model "M" { condition "C" { has A or B score 1 } }`,
			`model "M" { condition "C" { has A or B or C score 1 } }`, "a child has 3 kinds of interaction; the limit is 2"},
		{"cap", dsl.Limits{Names: 2}, `model "M" { condition "C" { has A once per B.C score 1 } }`,
			`model "M" { condition "C" { has A once per B.C.D score 1 } }`, "a reference has 3 names; the limit is 2"},
		{"same", dsl.Limits{Names: 2}, `model "M" { condition "C" { same B.C { has A } score 1 } }`,
			`model "M" { condition "C" { same B.C.D { has A } score 1 } }`, "a reference has 3 names; the limit is 2"},
		{"reference", dsl.Limits{Names: 2}, `model "M" { condition "C" { has A where A.B = 1 score 1 } }`,
			`model "M" { condition "C" { has A where A.B.C = 1 score 1 } }`, "a reference has 3 names; the limit is 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, diags := dsl.Parse("", test.within, test.limits); len(diags) > 0 {
				t.Errorf("within the limit: %v", diags)
			}
			_, diags := dsl.Parse("", test.beyond, test.limits)
			if len(diags) != 1 || diags[0].Code != dsl.CodeLimit || diags[0].Summary != test.want {
				t.Errorf("beyond the limit: %v, want %q", diags, test.want)
			}
		})
	}
	t.Run("problems", func(t *testing.T) {
		text := `model "M" {` + strings.Repeat("\nrubbish", 10) + "\n}"
		_, diags := dsl.Parse("m.score", text, dsl.Limits{Problems: 3})
		if len(diags) != 4 || diags[3].Code != dsl.CodeLimit || diags[3].Summary != "7 more problems are not shown" {
			t.Errorf("got %v", diags)
		}
		if _, diags := dsl.Parse("m.score", text, dsl.Limits{Problems: 10}); len(diags) != 10 || diags[9].Code == dsl.CodeLimit {
			t.Errorf("at the limit: %v", diags)
		}
	})
}

// TestHostileText checks that no text makes the parser hang or overflow.
func TestHostileText(t *testing.T) {
	const n = 1 << 15
	for name, text := range map[string]string{
		"braces":             strings.Repeat("{", n),
		"closing braces":     strings.Repeat("}", n),
		"parentheses":        `model "M" { condition "C" { has E where A in ` + strings.Repeat("(", n),
		"models":             strings.Repeat("model ", n),
		"nested models":      strings.Repeat(`model "M" { `, n),
		"nested conditions":  `model "M" { ` + strings.Repeat(`condition "C" { `, n),
		"dots":               `model "M" { condition "C" { has ` + strings.Repeat("A.", n),
		"quotes":             strings.Repeat("“", n),
		"back quotes":        strings.Repeat("`", n),
		"a long line":        `model "` + strings.Repeat("x", n),
		"stray characters":   strings.Repeat("§ ", n),
		"commas and numbers": strings.Repeat("1,111,", n),
		"open comments":      strings.Repeat("/*\n", n),
		"slashes":            strings.Repeat("/ ", n),
		"zeros":              strings.Repeat("00 ", n),
		"dates":              strings.Repeat("1.1.", n),
		"invalid UTF-8":      strings.Repeat("\xff", n),
		"NUL":                strings.Repeat("\x00", n),
		"ampersands":         strings.Repeat("&", n),
		"nested expressions": `model "M" { condition "C" { has E where ` + strings.Repeat("not (", n),
		"expressions":        `model "M" { condition "C" { has E where ` + strings.Repeat("A = 1 and B = 2 or ", n),
		"nested blocks":      `model "M" { condition "C" { ` + strings.Repeat("any of { ", n),
		"nested same":        `model "M" { condition "C" { ` + strings.Repeat("same A { ", n),
		"blocks with scores": `model "M" { condition "C" { ` + strings.Repeat("any of { has A score 1 ", n),
		"blocks of few":      `model "M" { ` + strings.Repeat(`condition "C" { any of { has A score 1 `, n/8),
		"kinds":              `model "M" { condition "C" { has A` + strings.Repeat(" or A", n),
		"ors":                `model "M" { condition "C" { has A` + strings.Repeat(" or has A", n),
		"additions":          `model "M" { condition "C" { each A` + strings.Repeat(" once per day", n),
		"frequencies":        `model "M" { condition "C" { ` + strings.Repeat("every 3 days ", n),
		"percent signs":      strings.Repeat("3%", n),
	} {
		if _, diags := dsl.Parse("", text, dsl.Limits{}); len(diags) == 0 || len(diags) > 101 {
			t.Errorf("%s: %d problems", name, len(diags))
		}
	}
}

func TestEmptyFile(t *testing.T) {
	for _, text := range []string{"", "\ufeff", "\n\n", "// a comment", " \t\r\n"} {
		f, diags := dsl.Parse("", text, dsl.Limits{})
		if len(diags) > 0 || len(f.Blocks) > 0 || f.Incomplete {
			t.Errorf("%q: %v, %v", text, f.Blocks, diags)
		}
	}
}

// TestListsOfNumbers checks that lists of numbers are not mistaken for numbers with
// separators.
func TestListsOfNumbers(t *testing.T) {
	for list, want := range map[string]int{
		"1,200,300": 3, "1,200.5, 2": 3, "100,200": 2, "1 , 200": 2, "1.000,2": 2, "1,-200": 2, "999,100,100.125": 3, "1.500, 1.500": 2,
	} {
		f, diags := dsl.Parse("m", `model "M" { target contact condition "C" { has Lead where A in (`+list+`) score 1 } }`, dsl.Limits{})
		if len(diags) > 0 {
			t.Errorf("%s: %v", list, diags)
			continue
		}
		c := f.Blocks[0].(*dsl.Model).Clauses[1].(*dsl.Condition)
		if got := len(c.Items[0].(*dsl.Child).Where[0].(*dsl.Comparison).Operands); got != want {
			t.Errorf("%s: %d values, want %d", list, got, want)
		}
	}
}

// TestExpressionsLikeChildren checks that keywords are not reserved: an expression
// may look like a child.
func TestExpressionsLikeChildren(t *testing.T) {
	for _, rest := range []string{
		`has = 1`, `has contains "x"`, `none is empty`, `each in (1)`, `at = 1`, `none.City = "x"`, `has between 1 and 2`,
		`each does not contain "x"`, `has on 2026-05-31`, `none not in (1)`, `each within last 3 days`, `none older than 3 days`,
	} {
		f, diags := dsl.Parse("m", `model "M" { target contact condition "C" { has Lead where A = 1 and `+rest+` score 1 } }`, dsl.Limits{})
		if len(diags) > 0 || len(f.Blocks[0].(*dsl.Model).Clauses[1].(*dsl.Condition).Items[0].(*dsl.Child).Where) != 2 {
			t.Errorf("%s: %v", rest, diags)
		}
	}
}

func TestDiagnosticError(t *testing.T) {
	for _, test := range []struct {
		name string
		give dsl.Diagnostic
		want string
	}{
		{"what would garble a terminal", dsl.Diagnostic{Summary: "a\x1b[31m\xff\u0085\n\tb"}, "a\uFFFD[31m\uFFFD\uFFFD\uFFFD\tb"},
		{
			"a long text", dsl.Diagnostic{Summary: "a" + strings.Repeat("é", 1_000_000), Help: "mend it"},
			"a" + strings.Repeat("é", 349) + "…" + strings.Repeat("é", 145) + "; mend it",
		},
		{"a place", dsl.Diagnostic{Summary: "unexpected x", File: "m.score", Line: "\tx y", Span: dsl.Span{Start: dsl.Pos{Offset: 1, Line: 1, Column: 2}, End: dsl.Pos{Offset: 2, Line: 1, Column: 3}}},
			"m.score:1:2: unexpected x\n  1 | \tx y\n    | \t^"},
		{"no place", dsl.Diagnostic{Summary: "empty", File: "m.score"}, "m.score: empty"},
		{"nothing known", dsl.Diagnostic{Summary: "empty"}, "empty"},
		{"all that can be said", dsl.Diagnostic{Summary: "s", Expected: []string{"a", "b", "c"}, Nearest: "n", Help: "h"}, "s; did you mean n? (expected a, b or c); h"},
		{"wide characters and the end of the line", dsl.Diagnostic{Summary: "s", Line: "Ä ö", Span: dsl.Span{Start: dsl.Pos{Line: 10, Column: 4}, End: dsl.Pos{Line: 10, Column: 4}}},
			"10:4: s\n  10 | Ä ö\n     |    ^"},
		{"control characters", dsl.Diagnostic{Summary: "s", Line: "a\x1b[0mb", Span: dsl.Span{Start: dsl.Pos{Line: 1, Column: 1}, End: dsl.Pos{Line: 1, Column: 2}}},
			"1:1: s\n  1 | a\ufffd[0mb\n    | ^"},
		{"a long line", dsl.Diagnostic{Summary: "s", Line: strings.Repeat("x", 400), Span: dsl.Span{Start: dsl.Pos{Line: 1, Column: 201}, End: dsl.Pos{Line: 1, Column: 203}}},
			"1:201: s\n  1 | …" + strings.Repeat("x", 120) + "…\n    | " + strings.Repeat(" ", 61) + "^^"},
		{"related places", dsl.Diagnostic{Summary: "s", File: "a", Related: []dsl.Related{{Summary: "there", File: "b", Span: dsl.Span{Start: dsl.Pos{Line: 2, Column: 3}}}}},
			"a: s\n  b:2:3: there"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.give.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSeverity(t *testing.T) {
	for severity, want := range map[dsl.Severity]string{
		dsl.Error: "m.score:1:2: odd", dsl.Warning: "m.score:1:2: warning: odd", dsl.Advice: "m.score:1:2: advice: odd", 7: "m.score:1:2: severity 7: odd",
	} {
		d := dsl.Diagnostic{Severity: severity, Summary: "odd", File: "m.score", Span: dsl.Span{Start: dsl.Pos{Offset: 1, Line: 1, Column: 2}}}
		if got := d.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestOtherText: a file that is not text in UTF-8 has one problem, not one for each of
// its bytes.
func TestOtherText(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"\xff\xfem\x00o\x00d\x00e\x00l\x00", "this is UTF-16, and not UTF-8; save the file as UTF-8"},
		{"\xfe\xff\x00m\x00o\x00d\x00e\x00l", "this is UTF-16, and not UTF-8; save the file as UTF-8"},
		{"m\x00o\x00d\x00e\x00l\x00", "this is UTF-16, and not UTF-8; save the file as UTF-8"},
		{"PK\x03\x04\x14\x00\x06\x00", "this is a zip file, such as a document of an office program, and not text; save the rules as plain text in UTF-8"},
	} {
		_, diags := dsl.Parse("m.score", test.text, dsl.Limits{})
		if len(diags) != 1 || diags[0].Message() != test.want || diags[0].Span.Start != (dsl.Pos{Offset: 0, Line: 1, Column: 1}) {
			t.Errorf("%q: got %v", test.text, diags)
		}
	}
}
