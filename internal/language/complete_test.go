package language

import (
	"cmp"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// longVariable makes the tests of this package that look at a sample look at everything.
const longVariable = "LEADSCORE_LANGUAGE_LONG"

func isLong() bool { return os.Getenv(longVariable) != "" }

// A report is how many tokens that were cut were among the candidates.
type report struct {
	cuts, missed   int
	typed, notSoon int // of those of which two letters or more are typed: all, and those not among the first
	later          int // names that are declared only after the cut
}

// TestCompleteCutText cuts the files of the documents and of the conformance cases at every
// byte, or in a sample of them. With and without what comes after the token that is cut, it
// is almost always among the candidates, and among the first once two letters are typed.
func TestCompleteCutText(t *testing.T) {
	const each = 13 // cuts, of which one is looked at
	var r report
	for _, w := range sound(t) {
		whole := New(nil, w.base, w.files)
		f := whole.file(w.last().Name)
		for _, c := range cuts(f.tree) {
			if hash := c.at*31 + len(w.name)*7 + len(f.Text); !isLong() && hash%each != 0 || !utf8.RuneStart(f.Text[c.at]) {
				continue
			}
			rest := ""
			if c.at%2 == 0 {
				rest = f.Text[c.token.End.Offset:]
			}
			r.look(t, w, whole, c, rest)
		}
	}
	t.Logf("%d cuts, %d missed (%.2f %%); with two letters %d, not among the first ten %d (%.2f %%); declared later %d",
		r.cuts, r.missed, percent(r.missed, r.cuts), r.typed, r.notSoon, percent(r.notSoon, r.typed), r.later)
	if r.cuts < 1000 || percent(r.missed, r.cuts) > 2 {
		t.Errorf("%d of %d tokens that are cut are no candidates", r.missed, r.cuts)
	}
	if r.typed < 300 || percent(r.notSoon, r.typed) > 2 {
		t.Errorf("%d of %d tokens of which two letters are typed are not among the first ten candidates", r.notSoon, r.typed)
	}
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(max(1, of)) }

// look completes a text that is cut.
func (r *report) look(t *testing.T, w *world, whole *Snapshot, c cut, rest string) {
	t.Helper()
	name, text := w.last().Name, w.last().Text
	s := w.snapshot(text[:c.at] + rest)
	list := s.Complete(name, c.at)
	if c.token.Kind == dsl.KindValue && !isListed(s, name, c.at) {
		return // any text may be there
	}
	if len(list) > mostCandidates {
		t.Fatalf("%s: there are %d candidates at %d", w.name, len(list), c.at)
	}
	for i, cand := range list {
		if cand.Sort != i || cand.Replace.Start > c.at || cand.Replace.End < c.at || cand.Insert == "" || cand.Label == "" {
			t.Fatalf("%s: candidate %d at %d is %+v", w.name, i, c.at, cand)
		}
	}
	if isLater(whole, name, c, rest != "") {
		r.later++
		return
	}
	r.cuts++
	at := slices.IndexFunc(list, func(cand Candidate) bool { return isCandidate(cand, c.token) })
	typed := strings.TrimLeft(text[c.token.Start.Offset:c.at], "\"`")
	long := utf8.RuneCountInString(typed) >= 2
	if long {
		r.typed++
	}
	const soon = 10
	if at < 0 {
		r.missed++
		if r.missed < 60 {
			t.Logf("%s: the %s %s is not among the %d candidates after %q", w.name, c.token.Kind, c.token.Text, len(list), text[max(0, c.at-60):c.at])
		}
	}
	if long && (at < 0 || at >= soon) {
		r.notSoon++
		if at >= 0 {
			t.Logf("%s: the %s %s is candidate %d after %q", w.name, c.token.Kind, c.token.Text, at, text[max(0, c.at-60):c.at])
		}
	}
}

// isCandidate reports whether a candidate is a token, or begins with it.
func isCandidate(c Candidate, token dsl.Token) bool {
	if token.Class == dsl.ClassText {
		return strings.EqualFold(c.Insert, token.Text)
	}
	first, _, _ := strings.Cut(c.Insert, " ")
	if token.Kind == dsl.KindUnit {
		return strings.EqualFold(strings.TrimSuffix(first, "s"), strings.TrimRight(token.Text, "sS"))
	}
	return strings.EqualFold(first, token.Text) || strings.Trim(c.Insert, "`") == strings.Trim(token.Text, "`")
}

// isListed reports whether the values at a place are listed.
func isListed(s *Snapshot, name string, at int) bool {
	p := newPlace(s, s.file(name), at)
	return p.known && (len(p.field.Values) > 0 || p.field.Type == traverse.Bool)
}

// isLater reports whether a token is a name that is declared there, or only after the cut if
// nothing is after that.
func isLater(whole *Snapshot, name string, c cut, hasRest bool) bool {
	info, f := whole.info(), whole.file(name)
	o, ok := info.At(f.tree, cmp.Or(c.token.Start.Offset+1, 1))
	if c.token.Kind == dsl.KindLabel && !hasRest { // its grades may be
		return true
	}
	if !ok {
		return false
	}
	if o.Declares {
		return true
	}
	if hasRest || isDeclaredOutside(whole, o.Object) {
		return false
	}
	for other := range info.Of(o.Object) {
		if other.Declares && (other.File != f.tree || other.Span.End.Offset <= c.at) {
			return false
		}
	}
	return true
}

// isDeclaredOutside reports whether an object is one of the schema that files extend.
func isDeclaredOutside(s *Snapshot, o *check.Object) bool {
	switch o.Kind {
	case check.EntityObject:
		return o.Entity == nil || s.base != nil && s.base.Entity(o.Name) != nil
	case check.FieldObject, check.RelationshipObject:
		return o.Entity == nil || s.base != nil && s.base.Entity(o.Entity.Name()) != nil
	}
	return false
}

// TestKeywordsAreExplained completes at the beginnings of tokens of the documents: what a
// keyword means is known, but for those that mean nothing by themselves.
func TestKeywordsAreExplained(t *testing.T) {
	plain := []string{
		"of", "with", "to", "from", "below", "set", "every", "per", "and", "times", "time", "holds", "does not hold", "ago", "on", "in", "number of",
		"score", "grade", "no grade", "parent", "label", "sales ready", "targeted", "active", "in audience", "without",
	}
	known, unknown := 0, map[string]int{}
	for i, w := range sound(t) {
		if i%5 != 0 {
			continue
		}
		s := New(nil, w.base, w.files)
		f := s.file(w.last().Name)
		for _, token := range f.tokens() {
			for _, c := range s.Complete(f.Name, token.Start.Offset) {
				switch {
				case c.Kind != CandidateKeyword && c.Kind != CandidateOperator:
				case c.Doc != "":
					known++
				case !slices.Contains(plain, c.Label):
					unknown[c.Label]++
				}
			}
		}
	}
	missing := 0
	for _, word := range sortedKeys(unknown) { // second words, where the first is there already
		t.Logf("%d times nothing is said of %s", unknown[word], word)
		missing += unknown[word]
	}
	if known < 10000 || missing*100 > known {
		t.Errorf("%d keywords are explained, and %d are not", known, missing)
	}
}

// at returns a text without the mark ‸, and the offset of that.
func at(t *testing.T, text string) (string, int) {
	t.Helper()
	before, after, ok := strings.Cut(text, "‸")
	if !ok {
		t.Fatal("the text has no mark")
	}
	return before + after, len(before)
}

func TestComplete(t *testing.T) {
	const schema = `
profile Lead { Orders <- Order.Lead }
profile Order {
    PlacedOn date
    Amount number
    Margin number calculated
    Channel choice ("Web", "Shop")
    Lead -> Lead
    dated by PlacedOn
}
`
	const model = `let Recent = 90 days
let Free = ("@gmail.com", "@web.de")
model "B2B" {
    target contact
    let Many = 3
    condition "Opened" { each EmailOpened within last 45 days score +7 }
    dimension "Fit" { limit up to 10 grade "A" from 5 grade "B" below 5 }
    grade "Hot" from 70 grade "Cold" below 70
`
	for _, test := range []struct{ text, want string }{
		{model + "    ‸", "condition · group · dimension · first of · table · grade · sales ready at · sales ready when · description · time zone · limit"},
		{model + "condition \"X\" { has Lead where Rating in (\"Hot\", ‸", "\"Warm\" (Rating) · \"Cold\" (Rating)"},
		{"‸", "model · choose model · stages"},
		{"mod‸", "model"},
		{model + "condition \"X\" { ‸", "has · each · none"},
		{model + "condition \"X\" { has ‸", "Lead (profile) · EmailOpened (interaction)"},
		{model + "condition \"X\" { has EO‸", "EmailOpened (interaction)"},
		{model + "condition \"X\" { has Opened‸", "EmailOpened (interaction)"},
		{model + "condition \"X\" { has EmailOpened or EmailO‸", ""},
		{model + "condition \"X\" { has Lead.‸", "ParentContact (one Contact, 4 hops left) · ParentAccount (one Account, 4 hops left) · Orders (many Order, 4 hops left)"},
		{model + "condition \"X\" { has Lead.ParentContact.ParentAccount.ParentAccount.ParentAccount.Pa‸", "ParentAccount (one Account, 0 hops left)"},
		{model + "condition \"X\" { has Lead.ParentContact.ParentAccount.ParentAccount.ParentAccount.ParentAccount.‸", ""},
		{model + "condition \"X\" { has Lead.Orders where ‸", "PlacedOn (date) · Amount (number) · Channel (choice (\"Web\", \"Shop\")) · Lead (one Lead, 3 hops left) · Orders (step of the path)"},
		{model + "condition \"X\" { has Lead.Orders where Channel ‸", "= · != · in · not in · is empty"},
		{model + "condition \"X\" { has Lead.Orders where Channel = ‸", "\"Web\" (Channel) · \"Shop\" (Channel)"},
		{model + "condition \"X\" { has Lead.Orders where Channel in (\"S‸\")", "\"Shop\" (Channel)"},
		{model + "condition \"X\" { has Lead.Orders where Channel = s‸", "\"Shop\" (Channel)"},
		{model + "condition \"X\" { has Lead where DecisionMaker = ‸", "true (bool) · false (bool)"},
		{model + "condition \"X\" { has Lead.Orders where PlacedOn within last 2 ‸", "days · weeks · months · years"},
		{model + "condition \"X\" { has Lead.Orders where PlacedOn within last 1 d‸", "day"},
		{model + "condition \"X\" { has Lead where Email ends with any ‸", "Free ((\"@gmail.com\", \"@web.de\"))"},
		{model + "condition \"X\" { has EmailOpened within last ‸", "45 days · 90 days · 30 days · 7 days · 12 months · 24 hours · Recent (90 days)"},
		{model + "condition \"X\" { has EmailOpened within last 3‸", "3 · 3 days · 3 weeks · 3 months · 3 years · 3 hours · 3 minutes"},
		{model + "condition \"X\" { at least ‸", "Many (3)"},
		{model + "condition \"X\" { has Lead score ‸", "+7 (points) · +5 (points) · +10 (points)"},
		{model + "condition \"X\" { each EmailOpened once per E‸", "EmailName (text)"},
		{model + "table \"T\" by Lead.Orders.‸", "Lead (one Lead, 3 hops left) · PlacedOn (date) · Amount (number) · Channel"},
		{model + "table \"T\" by Lead.Rating { ‸", "active · otherwise · from · below · = · != · in · not in · is empty"},
		{model + "table \"T\" by Lead.Rating { \"‸", "\"Hot\" (Rating) · \"Warm\" (Rating) · \"Cold\" (Rating)"},
		{model + "table \"T\" by number of EmailOpened { ‸", "active · otherwise · from · below · = · != · < · <= · > · >= · between · in · not in · Many (3)"},
		{model + "sales ready when grade is ‸", "\"Hot\" (from 70) · \"Cold\" (below 70)"},
		{model + "sales ready when grade of \"Fit\" is \"‸", "\"A\" (from 5) · \"B\" (below 5)"},
		{model + "sales ready when condition ‸", "\"Opened\" (condition)"},
		{model + "sales ready when score of ‸", "\"Fit\" (dimension)"},
		{model + "} stages \"S\" { stage \"A\" when score of \"B2B\".‸", "\"Fit\" (dimension)"},
		{model + "} stages \"S\" { stage \"A\" when status of \"B2B\" is \"not ‸", "\"not chosen\" (status) · \"not targeted\" (status)"},
		{model + "} test \"T\" { Contact \"ada\" EmailOpened by \"‸", "\"ada\" (Contact)"},
		{model + "} test \"T\" { Contact \"ada\" Lead with ParentContact = ‸", "\"ada\" (Contact)"},
		{model + "} test \"T\" { Order with Ma‸", "Margin (number calculated)"},
		{model + "} test \"T\" { expect grade ‸", "\"Hot\" (from 70) · \"Cold\" (below 70)"},
		{model + "} test \"T\" { model ‸", "\"B2B\" (model)"},
		{"profile Order { Visits <- Lead.‸", ""},
		{"profile Lead { Visits <- Order.‸", "Lead (one Lead, 0 hops left)"},
		{"profile Order { dated by ‸", "PlacedOn (date)"},
		{model + "time zone \"Europe/Be‸", "\"Europe/Berlin\" (time zone) · \"Europe/Belfast\" (time zone) · \"Europe/Belgrade\" (time zone)"},
		{model + "// mod‸", ""},
		{"model \"‸", ""},
	} {
		text, offset := at(t, test.text)
		s := New(nil, traverse.Standard(), []File{{"schema.score", schema}, {"a.score", text}})
		var shown []string
		for _, c := range s.Complete("a.score", offset) {
			if c.Detail != "" {
				c.Label += " (" + c.Detail + ")"
			}
			shown = append(shown, c.Label)
		}
		got := strings.Join(shown, " · ")
		if test.want == "" && got != "" || !strings.HasPrefix(got, test.want) {
			t.Errorf("%s\n got %s\nwant %s", text[max(0, len(text)-90):], got, test.want)
		}
	}
}

// TestCompleteAtMost: of many candidates the first 40 are shown.
func TestCompleteAtMost(t *testing.T) {
	text, offset := at(t, "model \"M\" { time zone \"‸")
	s := New(nil, traverse.Standard(), []File{{"a.score", text}})
	if n := len(s.Complete("a.score", offset)); n != 40 {
		t.Errorf("there are %d candidates", n)
	}
}

// TestCompleteFieldsThatCannotBeRead: a field without a type is not offered, and all operators
// are offered after it.
func TestCompleteFieldsThatCannotBeRead(t *testing.T) {
	const schema = "profile Lead {\n    Odd nmber\n    Even number\n}\n"
	complete := func(text string) (labels []string) {
		text, offset := at(t, "model \"M\" { condition \"C\" { has Lead where "+text)
		for _, c := range New(nil, traverse.Standard(), []File{{"s.score", schema}, {"a.score", text}}).Complete("a.score", offset) {
			labels = append(labels, c.Label)
		}
		return labels
	}
	if got := complete("‸"); slices.Contains(got, "Odd") || !slices.Contains(got, "Even") {
		t.Errorf("the fields are %q", got)
	}
	if got := complete("Odd ‸"); !slices.Contains(got, "contains") || !slices.Contains(got, "<=") {
		t.Errorf("the operators are %q", got)
	}
}

// FuzzPlaces checks that everything takes any text, and that ranges are within it.
func FuzzPlaces(f *testing.F) {
	for _, w := range append(sound(f), wrong(f)...) {
		f.Add(w.last().Text, uint(len(w.last().Text)*2/3), "New name")
	}
	f.Fuzz(func(t *testing.T, text string, offset uint, name string) {
		s := New(nil, traverse.Standard(), []File{{"a.score", text}, {"b.score", "test \"T\" { as of 2026-05-31 Lead expect score 0 }"}})
		at := int(offset % uint(len(text)+1))
		inside := func(r Range) {
			if r.Start < 0 || r.Start > r.End || r.End > len(s.file(r.File).Text) {
				t.Errorf("%v is not within the text", r)
			}
		}
		for _, c := range s.Complete("a.score", at) {
			if inside(c.Replace); c.Insert == "" {
				t.Errorf("the candidate at %d is %+v", at, c)
			}
		}
		if h, ok := s.Hover("a.score", at); ok {
			inside(h.Range)
		}
		for _, r := range append(s.References("a.score", at, true), s.Definition("a.score", at)...) {
			inside(r)
		}
		if r, _, err := s.PrepareRename("a.score", at); err == nil {
			inside(r)
		}
		if edits, err := s.Rename("a.score", at, name); err == nil {
			if _, err := s.with(edits); err != nil {
				t.Error(err)
			}
		}
		for _, a := range s.Actions("a.score", at, at) {
			if _, err := s.with(a.Edits); err != nil {
				t.Errorf("%s: %v", a.Title, err)
			}
		}
		s.Lenses("a.score")
		s.Hints("a.score", 0, len(text))
		checkRanges(t, "a", s, "a.score")
	})
}
