package language

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// bySource returns a text for each range: its file and line, and what is there.
func bySource(s *Snapshot, list []Range) []string {
	var out []string
	for _, r := range list {
		text := s.file(r.File).Text
		out = append(out, fmt.Sprintf("%s:%d %s", r.File, 1+strings.Count(text[:r.Start], "\n"), text[r.Start:r.End]))
	}
	return out
}

const (
	schemaText = `profile Lead {
    Orders <- Order.Lead
}

profile Order {
    Amount   number
    PlacedOn date
    Lead  -> Lead
    dated by PlacedOn
}
`
	modelText = `let Large = 500

// What was bought,
// and when.
model "Shop" {
    target contact

    condition "Bought" {
        has Lead.Orders within last 30 days // recently
            where Amount > Large
        score +10
    }

    dimension "Fit" {
        condition "Chicago" {
            has Lead where City = "Chicago"
            score +5
        }
        grade "A" from 5
    }

    sales ready when condition "Bought" holds and grade of "Fit" is "A"
}
`
	testText = `test "A buyer" {
    as of 2026-05-31
    Lead "ada" with ParentContact = "c"
    Contact "c"
    Order with Lead = "ada" and Amount = 600
    expect "Bought" holds
    expect dimension "Fit" grade "A"
}
`
)

func shop() *Snapshot {
	return New(nil, traverse.Standard(), []File{{"schema.score", schemaText}, {"shop.score", modelText}, {"test.score", testText}})
}

func TestDefinitionAndReferences(t *testing.T) {
	s := shop()
	for _, test := range []struct {
		file, at         string
		definition, uses []string
	}{
		{"shop.score", "where Amo‸unt", []string{"schema.score:6 Amount"}, []string{"shop.score:10 Amount", "test.score:5 Amount"}},
		{"shop.score", "> La‸rge", []string{"shop.score:1 Large"}, []string{"shop.score:10 Large"}},
		{"shop.score", "condition \"Bou‸ght\" holds", []string{"shop.score:8 \"Bought\""}, []string{"shop.score:22 \"Bought\"", "test.score:6 \"Bought\""}},
		{"test.score", "grade \"A‸\"", []string{"shop.score:19 \"A\""}, []string{"shop.score:22 \"A\"", "test.score:7 \"A\""}},
		{"shop.score", "has Lead.Ord‸ers", []string{"schema.score:2 Orders"}, []string{"shop.score:9 Orders"}},
		{"schema.score", "<- Or‸der", []string{"schema.score:5 Order"}, []string{"schema.score:2 Order", "test.score:5 Order"}},
		{"schema.score", "dated by Placed‸On", []string{"schema.score:7 PlacedOn"}, []string{"schema.score:9 PlacedOn"}},
		{"test.score", "Lead = \"a‸da\"", []string{"test.score:3 \"ada\""}, []string{"test.score:5 \"ada\""}},
		{"shop.score", "where Ci‸ty", nil, []string{"shop.score:16 City"}},
		{"shop.score", "tar‸get", nil, nil},
	} {
		before, after, _ := strings.Cut(test.at, "‸")
		offset := strings.Index(s.file(test.file).Text, before+after) + len(before)
		if got := bySource(s, s.Definition(test.file, offset)); !slices.Equal(got, test.definition) {
			t.Errorf("%s is declared at %q, want %q", test.at, got, test.definition)
		}
		if got := bySource(s, s.References(test.file, offset, false)); !slices.Equal(got, test.uses) {
			t.Errorf("%s is used at %q, want %q", test.at, got, test.uses)
		}
		if all := s.References(test.file, offset, true); len(all) != len(test.uses)+len(test.definition) {
			t.Errorf("%s is at %q", test.at, bySource(s, all))
		}
	}
}

// TestReferencesOfSeveralKinds: what follows a root of several kinds is of each of them.
func TestReferencesOfSeveralKinds(t *testing.T) {
	const text = `interaction Called { Topic text }
interaction Met { Topic text }
model "M" {
    target contact
    condition "Both" { each Called or Met where Topic = "x" score +1 }
    condition "Any" { has Interaction.Contact score +1 }
    condition "One" { each Met where Topic = "x" score +1 }
}
`
	s := New(nil, traverse.Standard(), []File{{"a.score", text}})
	both := strings.Index(text, "Topic = ")
	if got, want := bySource(s, s.Definition("a.score", both)), []string{"a.score:1 Topic", "a.score:2 Topic"}; !slices.Equal(got, want) {
		t.Errorf("it is declared at %q, want %q", got, want)
	}
	of := func(offset int) []string { return bySource(s, s.References("a.score", offset, false)) }
	if got, want := of(strings.Index(text, "Topic")), []string{"a.score:5 Topic"}; !slices.Equal(got, want) {
		t.Errorf("Called.Topic is used at %q, want %q", got, want)
	}
	if got, want := of(strings.LastIndex(text, "Topic = ")), []string{"a.score:5 Topic", "a.score:7 Topic"}; !slices.Equal(got, want) {
		t.Errorf("Met.Topic is used at %q, want %q", got, want)
	}
}

// outline returns symbols as text.
func outline(symbols []Symbol, indent string) string {
	var b strings.Builder
	for _, sym := range symbols {
		fmt.Fprintf(&b, "%s%s %s (%s)\n%s", indent, sym.Kind, sym.Name, sym.Detail, outline(sym.Children, indent+"  "))
	}
	return b.String()
}

func TestSymbols(t *testing.T) {
	s := shop()
	want := `let Large (500)
model Shop ()
  condition Bought (+10)
  dimension Fit ()
    condition Chicago (+5)
    grade A (from 5)
`
	if diff := cmp.Diff(want, outline(s.Symbols("shop.score"), "")); diff != "" {
		t.Error(diff)
	}
	want = `entity Lead (profile)
  relationship Orders (<- Order)
entity Order (profile)
  field Amount (number)
  field PlacedOn (date)
  relationship Lead (-> Lead)
`
	if diff := cmp.Diff(want, outline(s.Symbols("schema.score"), "")); diff != "" {
		t.Error(diff)
	}
	var names []string
	for _, sym := range s.Find("bu") {
		names = append(names, sym.File+" "+sym.Name)
	}
	if want := []string{"test.score A buyer"}; !slices.Equal(names, want) {
		t.Errorf("bu finds %q, want %q", names, want)
	}
	if all := s.Find(""); len(all) != 15 {
		t.Errorf("there are %d symbols", len(all))
	}
	if s.Symbols("other.score") != nil {
		t.Error("a file that is not there has symbols")
	}
}

func TestFolds(t *testing.T) {
	s := shop()
	text := s.file("shop.score").Text
	var got []string
	for _, f := range s.Folds("shop.score") {
		line := func(offset int) int { return 1 + strings.Count(text[:offset], "\n") }
		got = append(got, fmt.Sprintf("%d to %d %t", line(f.Start), line(f.End), f.Comment))
	}
	if want := []string{"3 to 4 true", "5 to 23 false", "8 to 12 false", "14 to 20 false", "15 to 18 false"}; !slices.Equal(got, want) {
		t.Errorf("the folds are %q, want %q", got, want)
	}
}

func TestTokens(t *testing.T) {
	s := New(nil, traverse.Standard(), []File{{"schema.score", schemaText}, {"a.score", `let Big = 5
model "M" { // Hm
    condition "C" { has Lead.Orders within last 2 days where Amount > Big and Lead.City = "X" score +1 }
}
`}})
	var got []string
	text := s.file("a.score").Text
	for _, token := range s.Tokens("a.score") {
		got = append(got, fmt.Sprintf("%s %s %d", text[token.Start:token.End], token.Type, token.Modifiers))
	}
	want := []string{
		"let keyword 0", "Big let 1", "5 number 0", "model keyword 0", "\"M\" name 1", "// Hm comment 0", "condition keyword 0", "\"C\" name 1",
		"has keyword 0", "Lead entity 2", "Orders relationship 0", "within keyword 0", "last keyword 0", "2 number 0", "days unit 0",
		"where keyword 0", "Amount field 0", "> operator 0", "Big let 0", "and keyword 0", "Lead relationship 0", "City field 2", "= operator 0",
		"\"X\" text 0", "score keyword 0", "+1 number 0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if types := TokenTypes(); len(types) != 11 || types[4].String() != "field" {
		t.Errorf("the types are %v", types)
	}
}

// TestRangesAreWithinTheText looks at all that is said of files that are sound, and of those
// that are cut: every range is within its file, what is listed in order is in order, and a
// name is among its own references.
func TestRangesAreWithinTheText(t *testing.T) {
	for i, w := range sound(t) {
		text := w.last().Text
		checkRanges(t, w.name, New(nil, w.base, w.files), w.last().Name)
		if i%5 == 0 {
			checkRanges(t, w.name+", cut", w.snapshot(text[:len(text)*2/3]), w.last().Name)
		}
	}
}

func checkRanges(t *testing.T, where string, s *Snapshot, name string) {
	t.Helper()
	text := s.file(name).Text
	end := 0
	for _, token := range s.Tokens(name) {
		if token.Start < end || token.Start >= token.End || token.End > len(text) || strings.Contains(text[token.Start:token.End], "\n") {
			t.Fatalf("%s: a token is %+v after %d", where, token, end)
		}
		end = token.End
	}
	end = 0
	for _, fold := range s.Folds(name) {
		if fold.Start < end || fold.End > len(text) || !strings.Contains(text[fold.Start:fold.End], "\n") {
			t.Fatalf("%s: a fold is %+v", where, fold)
		}
		end = fold.Start
	}
	checkSymbols(t, where, s.Symbols(name), len(text))
	for o := range s.info().In(s.file(name).tree) {
		if o.Object.Kind == check.TestObject || o.Span.Start.Offset > 0 && text[o.Span.Start.Offset-1] > ' ' {
			continue
		}
		self := occurrenceRange(o)
		if refs := s.References(name, self.Start, true); !slices.Contains(refs, self) {
			t.Fatalf("%s: %s at %v is not among its references %v", where, o.Object.Name, self, refs)
		}
		if o.Declares && !slices.Contains(s.Definition(name, self.Start), self) {
			t.Fatalf("%s: %s is not declared at %v", where, o.Object.Name, self)
		}
	}
}

func checkSymbols(t *testing.T, where string, list []Symbol, length int) {
	t.Helper()
	for _, sym := range list {
		if sym.Start > sym.Selection.Start || sym.End < sym.Selection.End || sym.Selection.Start >= sym.Selection.End || sym.End > length {
			t.Fatalf("%s: the symbol %s is at %v, its name at %v", where, sym.Name, sym.Range, sym.Selection)
		}
		checkSymbols(t, where, sym.Children, length)
	}
}
