package dsl_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/conformance"
)

// corpus returns the rule files of the documents and of the conformance cases that parse.
func corpus(tb testing.TB) map[string]string {
	tb.Helper()
	files := map[string]string{}
	add := func(name, text string) {
		if _, diags := dsl.Parse(name, text, dsl.Limits{}); len(diags) == 0 && text != "" {
			files[name] = text
		}
	}
	cases, err := conformance.Read(os.DirFS("../testdata/conformance"))
	if err != nil {
		tb.Fatal(err)
	}
	for _, c := range cases {
		for _, f := range c.Files {
			add(c.Name+" "+f.Name, f.Text)
		}
	}
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil || len(pages) == 0 {
		tb.Fatal("there are no pages", err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			tb.Fatal(err)
		}
		for i, block := range strings.Split(string(text), "\n```score")[1:] {
			info, body, _ := strings.Cut(block, "\n")
			body, _, _ = strings.Cut(body, "\n```")
			add(fmt.Sprintf("%s %d", page, i), completed(info, body+"\n"))
		}
	}
	const few = 500
	if len(files) < few {
		tb.Fatalf("there are only %d files", len(files))
	}
	return files
}

// completed makes a file of a fragment of a document.
func completed(info, body string) string {
	const model = "model \"M\" {\n    target contact\n\n%s}\n"
	switch {
	case strings.Contains(info, "fragment=clause"):
		return fmt.Sprintf(model, body)
	case strings.Contains(info, "fragment=where"):
		var b strings.Builder
		for line := range strings.Lines(body) {
			b.WriteString("has Lead where " + line)
		}
		return fmt.Sprintf(model, "condition \"C\" {\n"+b.String()+"score +1\n}\n")
	case strings.Contains(info, "fragment=child"):
		return fmt.Sprintf(model, "condition \"C\" {\n"+body+"score +1\n}\n")
	}
	return body
}

// TestAtCutText cuts files at every byte, and checks that almost always the word, text,
// number or sign that is cut there is of a kind that At says can stand there, and if it is
// a keyword that At offers it.
func TestAtCutText(t *testing.T) {
	files := corpus(t)
	cuts, missed := 0, 0
	for i, name := range slices.Sorted(maps.Keys(files)) {
		const each = 8 // files, of which one is looked at, and all of the language reference
		if !strings.Contains(name, "language.md") && i%each != 0 {
			continue
		}
		text := files[name]
		f, _ := dsl.Parse(name, text, dsl.Limits{})
		for _, token := range dsl.Tokens(f) {
			start := token.Start.Offset
			if start > 0 && text[start-1] > ' ' {
				start++ // there the token before it is being typed
			}
			for at := start; at < token.End.Offset; at++ {
				p := dsl.At(text[:at], at)
				if !utf8.RuneStart(text[at]) {
					continue
				}
				if token.Class == dsl.ClassComment {
					if at > token.Start.Offset+1 && p.Inside != dsl.InComment {
						t.Errorf("%s: %d is not in a comment", name, at)
					}
					continue
				}
				if p.Token.Start.Offset > at || p.Token.End.Offset < at || p.Typed != text[p.Token.Start.Offset:at] {
					t.Errorf("%s: %d is not in %v, or %q is not before it", name, at, p.Token, p.Typed)
				}
				if in := p.Inside == dsl.InText; in != (token.Class == dsl.ClassText && at > token.Start.Offset) {
					t.Errorf("%s: within a text at %d is %t", name, at, in)
				}
				if cuts++; !offered(p, token) {
					t.Logf("%s: the %s after %q is none of %v", name, token.Kind, last(text[:at], 40), p.Kinds)
					missed++
				}
			}
		}
	}
	const most = 1000 // cuts, of which one may be missed
	if missed*most > cuts {
		t.Errorf("%d of %d cuts are missed", missed, cuts)
	}
}

// TestAtWords checks that almost always the parser takes a word that At offers.
func TestAtWords(t *testing.T) {
	files := corpus(t)
	// What must follow some words, so that they are not taken for something else.
	whole := map[string]string{"from": "from 1 to 2 A", "every": "every 2 A", "same": "same A {", "not": "not (", "+": "+1", "-": "-1"}
	offers, refused := 0, 0
	for i, name := range slices.Sorted(maps.Keys(files)) {
		text := files[name]
		f, _ := dsl.Parse(name, text, dsl.Limits{})
		for n, token := range dsl.Tokens(f) {
			const each = 23 // tokens, of which one is looked at
			at := token.Start.Offset
			if (i+n)%each != 0 || token.Class == dsl.ClassComment || at > 0 && text[at-1] > ' ' {
				continue
			}
			for _, w := range dsl.At(text[:at], at).Words {
				offers++
				_, diags := dsl.Parse(name, text[:at]+cmp.Or(whole[w.Text], w.Text)+" ", dsl.Limits{})
				if slices.ContainsFunc(diags, func(d dsl.Diagnostic) bool {
					return d.Span.Start.Offset == at && strings.HasPrefix(d.Summary, "unexpected "+w.Text[:1])
				}) {
					t.Logf("%s: %s is refused after %q", name, w.Text, last(text[:at], 40))
					refused++
				}
			}
		}
	}
	const most = 200 // words, of which one may be refused
	if refused*most > offers || offers < most {
		t.Errorf("%d of %d words are refused", refused, offers)
	}
}

func last(text string, n int) string { return text[max(0, len(text)-n):] }

// offered reports whether p has the kind of a token, and if it is a keyword that keyword.
func offered(p *dsl.Place, token dsl.Token) bool {
	if !slices.Contains(p.Kinds, token.Kind) {
		return false
	}
	if token.Kind != dsl.KindKeyword {
		return true
	}
	return slices.ContainsFunc(p.Words, func(w dsl.Word) bool {
		first, _, _ := strings.Cut(w.Text, " ")
		return w.Kind == dsl.KindKeyword && strings.EqualFold(first, token.Text)
	})
}

// shown returns what p says, but for the words, on a line.
func shown(p *dsl.Place) string {
	names := func(list []*dsl.Name) string {
		texts := make([]string, len(list))
		for i, n := range list {
			texts[i] = n.Text
		}
		return strings.Join(texts, ".")
	}
	var b strings.Builder
	for _, open := range p.Blocks {
		fmt.Fprintf(&b, "%s %s > ", open.Word, open.Name)
	}
	fmt.Fprintf(&b, "%v", p.Kinds)
	for i, list := range [][]*dsl.Name{p.Path, p.Or, p.Ref} {
		if len(list) > 0 {
			fmt.Fprintf(&b, " %s %s", []string{"path", "or", "ref"}[i], names(list))
		}
	}
	if p.OpSpan.Known() {
		fmt.Fprintf(&b, " op %s", p.Op)
	}
	if p.Entity != nil {
		fmt.Fprintf(&b, " entity %s", p.Entity.Text)
	}
	if p.Of != nil {
		fmt.Fprintf(&b, " about %s", p.Of.Value)
	}
	if p.Model != nil {
		fmt.Fprintf(&b, " of %s", p.Model.Value)
	}
	if p.Typed != "" {
		fmt.Fprintf(&b, " typed %s", p.Typed)
	}
	return b.String()
}

func TestAt(t *testing.T) {
	const model = "model \"M\" {\n"
	const condition = model + "  condition \"C\" {\n"
	const rest = "\n    score +5\n  }\n}\n"
	for _, test := range []struct{ before, after, want string }{
		{"", "", "[keyword]"},
		{"mod", "", "[keyword] typed mod"},
		{condition + "each ", rest, "model M > condition C > [root]"},
		{condition + "each EmailOpened.", rest, "model M > condition C > [hop] path EmailOpened"},
		{condition + "each A or B or C.D.", rest, "model M > condition C > [hop] path A.D or B.C"},
		{condition + "each EmailOpened wi", "thin last" + rest, "model M > condition C > [keyword sign text] path EmailOpened typed wi"},
		{condition + "each EmailOpened within last ", rest, "model M > condition C > [span let] path EmailOpened"},
		{condition + "each EmailOpened within last 30", rest, "model M > condition C > [span let] path EmailOpened typed 30"},
		{condition + "each EmailOpened within last 30 ", rest, "model M > condition C > [unit] path EmailOpened"},
		{condition + "each EmailOpened wihtin last 30 days where Cit", rest, "model M > condition C > [field keyword sign] path EmailOpened typed Cit"},
		{condition + "each EmailOpened.\nhas Lead where ", rest, "model M > condition C > [field keyword sign] path Lead"},
		{condition + "has Lead where City = \"x\" and ParentContact.", rest, "model M > condition C > [field] path Lead ref ParentContact"},
		{condition + "has Lead where City == \"x\" and ", rest, "model M > condition C > [field keyword sign] path Lead"},
		{condition + "has Lead where (City does not ", rest, "model M > condition C > [operator] path Lead ref City op does not contain"},
		{condition + "has Lead where City in (\"A\", \"", "B\")" + rest, "model M > condition C > [value] path Lead ref City op in typed \""},
		{condition + "has Lead where City between 3 and ", rest, "model M > condition C > [value let number] path Lead ref City op between"},
		{condition + "has Lead where City between 3 and 4 ", rest, "model M > condition C > [keyword text unit sign] path Lead ref City op between"},
		{condition + "has Lead where City = \"say \\\"", rest, "model M > condition C > [value] path Lead ref City op = typed \"say \\\""},
		{condition + "has `Cof", "fee`" + rest, "model M > condition C > [root] typed `Cof"},
		{condition + "has Lead // every le", "ad" + rest, "[] typed // every le"},
		{condition + "once upon a time\n at least 2 ", rest, "model M > condition C > [root]"},
		{condition + "\"Label", "\": each A" + rest, "model M > condition C > [text] typed \"Label"},
		{condition + "each A once per ", rest, "model M > condition C > [keyword reference] path A"},
		{condition + "score ", rest, "model M > condition C > [number sign let]"},
		{condition + "each A\n}\n condition \"D\" {\n  has B\n  condition \"E\" {\n  same Contact { has ", rest, "model M > condition E > same  > [root]"},
		{condition + "each A\n  grade \"Hot\" ", "\n}\n", "model M > [keyword]"},
		{condition + "each A\nscore 5\nmodel \"N\" {\ntarget ", "\n}", "model N > [keyword]"},
		{model + "table \"T\" by Lead.City {\n  \"A\", ", "\n}", "model M > table T > [value let] path Lead.City"},
		{model + "table \"T\" by number of Email.Contact within last 3 days {\n from ", "\n}", "model M > table T > [number let] path Email.Contact"},
		{model + "sales ready when score of \"Fit", "\" > 5", "model M > [dimension] typed \"Fit"},
		{model + "sales ready when grade of \"Fit\" is ", "", "model M > [grade let operator] op = about Fit"},
		{model + "dimension \"D\" { out of ", "", "model M > dimension D > [number]"},
		{"stages \"S\" { stage \"A\" when grade of \"M\".\"", "", "stages S > [dimension] of M typed \""},
		{"test \"T\" { Contact \"ada\" with ", "", "test T > [keyword field] entity Contact"},
		{"test \"T\" { 3 EmailOpened 5 days ago by \"a", "", "test T > [contact] entity EmailOpened typed \"a"},
		{"test \"T\" { expect ", "", "test T > [keyword condition field]"},
		{"test \"T\" { expect \"", "", "test T > [condition] typed \""},
		{"lead creation \"L\" { from A, B where C = ", "", "lead creation L > [value let] path A or B ref C op ="},
		{"assignment \"L\" { rule \"R\" { set Owner = ", "", "assignment L > rule R > [value let sign keyword] ref Owner"},
		{"choose model { by ", "", "choose model  > [reference field]"},
		{"profile Lead { City ", "\n}", "profile Lead > [keyword sign] entity Lead"},
		{"profile Lead { Visits <- Visit.", "\n}", "profile Lead > [reference] entity Visit"},
		{"}}} what is this { ", "", "  > [keyword sign]"},
		{"creation \"X\" {\n", "", "  > [keyword sign]"}, // without lead
	} {
		if got := shown(dsl.At(test.before+test.after, len(test.before))); got != test.want {
			t.Errorf("after %s:\n got %s\nwant %s", test.before, got, test.want)
		}
	}
}

// FuzzAt checks what holds for any place of any text, and for its tokens.
func FuzzAt(f *testing.F) {
	for _, text := range corpus(f) {
		f.Add(text, uint(len(text)*2/3))
	}
	f.Add("model{{{{ \"", uint(3))
	f.Add("same.same.same{", uint(15))
	f.Add("creation \"X\" {\n", uint(15))
	f.Fuzz(func(t *testing.T, text string, offset uint) {
		at := int(offset % uint(len(text)+1))
		for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
			at--
		}
		p := dsl.At(text, at)
		if start, end := p.Token.Start.Offset, p.Token.End.Offset; start > at || end < at && utf8.ValidString(text) || end > len(text) || !strings.HasSuffix(text[:at], p.Typed) && utf8.ValidString(text) {
			t.Errorf("the token at %d is %v, of which %q is typed", at, p.Token, p.Typed)
		}
		for _, w := range p.Words {
			if !slices.Contains(p.Kinds, w.Kind) || w.Text == "" {
				t.Errorf("the word %v is of none of the kinds %v", w, p.Kinds)
			}
		}
		tree, diags := dsl.Parse("f", text, dsl.Limits{})
		checkTokens(t, tree, diags)
	})
}

// checkTokens checks that the tokens of f and the gaps between them are its text.
func checkTokens(t *testing.T, f *dsl.File, diags dsl.Diagnostics) {
	t.Helper()
	end := 0
	gap := func(to int) {
		if to < end {
			t.Fatalf("a token begins at %d, before the end %d of another", to, end)
		}
		if between := strings.TrimPrefix(f.Text[end:to], "\ufeff"); strings.TrimSpace(between) != "" && len(diags) == 0 {
			t.Errorf("%q is between tokens", between)
		}
	}
	for _, token := range dsl.Tokens(f) {
		gap(token.Start.Offset)
		if end = token.End.Offset; token.Text != f.Text[token.Start.Offset:end] || token.Text == "" {
			t.Errorf("the token at %v is %q", token.Span, token.Text)
		}
		if (token.Kind == dsl.NoKind) != (token.Class == dsl.ClassComment) && len(diags) == 0 {
			t.Errorf("it is not known what %s %q at %v is", token.Class, token.Text, token.Start)
		}
	}
	gap(len(f.Text))
}
