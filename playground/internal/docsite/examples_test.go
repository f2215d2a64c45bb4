package docsite

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/internal/pages"
	"github.com/leadscore/leadscore/playground/internal/api"
	"github.com/leadscore/leadscore/playground/internal/share"
)

// root is the folder of the project.
const root = "../../.."

// documents returns the documents of the project.
func documents(t *testing.T) []*document {
	t.Helper()
	docs, err := readDocuments(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// An answer is what the playground answers.
type answer struct {
	Status int
	Lines  []struct {
		Problem *struct{ Severity, Message string }
		Result  *struct {
			Lead, Model, Status, Grade string
			Score                      int64
			SalesReady                 bool `json:"sales_ready"`
		}
	}
}

// ask asks a session, as the page does.
func ask(t *testing.T, s *api.Session, method string, params any) answer {
	t.Helper()
	text, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(s.Handle(t.Context(), method, text), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// opened returns a session in which a link was opened.
func opened(t *testing.T, state *share.State) *api.Session {
	t.Helper()
	var s api.Session
	params := map[string]any{"rules": []share.File{state.Rules}, "data": state.Data, "mapping": state.Mapping}
	if a := ask(t, &s, "open", params); a.Status != 0 {
		t.Fatalf("%v", a)
	}
	return &s
}

// shown returns the results of an answer as the documents show them.
func shown(a answer) string {
	models := map[string]bool{}
	for _, l := range a.Lines {
		if l.Result != nil {
			models[l.Result.Model] = true
		}
	}
	var out strings.Builder
	for _, l := range a.Lines {
		r := l.Result
		if r == nil {
			continue
		}
		out.WriteString(r.Lead)
		if len(models) > 1 {
			out.WriteString(", " + r.Model)
		}
		if r.Status != "scored" {
			fmt.Fprintf(&out, ": %s\n", r.Status)
			continue
		}
		fmt.Fprintf(&out, ": %d", r.Score)
		if r.Grade != "" {
			out.WriteString(", " + r.Grade)
		}
		if r.SalesReady {
			out.WriteString(", sales ready")
		}
		out.WriteString("\n")
	}
	return out.String()
}

// TestExamples: each example can be opened in the playground. It scores leads there, and where
// the document shows scores, they are the same; an example with mistakes has them there, too.
func TestExamples(t *testing.T) {
	maker, err := newExampleMaker(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	right, wrong, compared := 0, 0, 0
	for _, d := range documents(t) {
		states := maker.states(d.blocks)
		for line, state := range states {
			i := slices.IndexFunc(d.blocks, func(b pages.Block) bool { return b.Line == line })
			place := d.file + ":" + strconv.Itoa(line)
			s := opened(t, state)
			check := ask(t, s, "check", map[string]any{"quick": true})
			if d.blocks[i].Has("wrong") {
				wrong++
				if check.Status == 0 {
					t.Errorf("%s: the playground finds no mistake", place)
				}
				continue
			}
			right++
			if check.Status != 0 {
				t.Errorf("%s: the rules have mistakes in the playground: %+v", place, check)
				continue
			}
			score := ask(t, s, "score", map[string]any{"as_of": state.AsOf})
			if shows := slices.Contains(mistakesInData, headingBefore(d.blocks[:i])); shows != (score.Status != 0) {
				t.Errorf("%s: scoring in the playground has the status %d; that the data has mistakes, as the section shows: %t", place, score.Status, shows)
			}
			if want, ok := scoresAfter(d.blocks[i+1:], state); ok {
				compared++
				if got := shown(score); got != want {
					t.Errorf("%s: in the playground the scores are\n%sinstead of\n%s", place, got, want)
				}
			}
		}
	}
	t.Logf("%d examples, %d with mistakes, and %d scores", right, wrong, compared)
	if right < 100 || wrong < 30 || compared < 15 {
		t.Errorf("there are only %d examples, %d with mistakes, and %d scores", right, wrong, compared)
	}
}

// mistakesInData are the sections whose data cannot be loaded, which they are about.
var mistakesInData = []string{"### When a mapping does not suit", "### When a row is broken"}

// headingBefore returns the last heading of blocks.
func headingBefore(blocks []pages.Block) string {
	for _, b := range slices.Backward(blocks) {
		if b.Heading {
			return b.Text
		}
	}
	return ""
}

// scoresAfter returns the scores that the next results after an example show.
func scoresAfter(blocks []pages.Block, state *share.State) (string, bool) {
	for i := range blocks {
		b := &blocks[i]
		switch {
		case b.Begins(), b.Lang == "score" && !b.Has("wrong") && !b.Builds():
			return "", false
		case b.Lang == "text" && b.Has("scores") && !b.Has("lead"):
			return b.Text, b.Args["as-of"] == state.AsOf
		}
	}
	return "", false
}

// TestHighlightText: colours change nothing of the text of any block, and nearly all of the
// rules has them.
func TestHighlightText(t *testing.T) {
	tags := regexp.MustCompile(`</?span[^>]*>`)
	for _, d := range documents(t) {
		for i := range d.blocks {
			b := &d.blocks[i]
			if b.Heading {
				continue
			}
			marked := highlight(b, b.Text)
			if got := html.UnescapeString(tags.ReplaceAllString(marked, "")); got != b.Text {
				t.Errorf("%s:%d: the text becomes\n%s", d.file, b.Line, got)
			}
			if b.Lang == "score" && !b.Has("wrong") && strings.Contains(b.Text, "where") && !strings.Contains(marked, `<span class="keyword">where</span>`) {
				t.Errorf("%s:%d: where has no colour:\n%s", d.file, b.Line, marked)
			}
		}
	}
}

func TestHighlight(t *testing.T) {
	for _, test := range []struct {
		lang, args, text, want string
	}{
		{"score", "", "// a <b>\nlet X = 3\n", "{comment // a &lt;b&gt;}\n{keyword let} X = {number 3}\n"},
		{"score", "fragment=child", "has Lead\n    where City = \"a\"\n", "{keyword has} {entity Lead}\n    {keyword where} City = {string &#34;a&#34;}\n"},
		{"score", "fragment=where path=Lead", "City = \"a\"\nCity contains \"b\"\n", "City = {string &#34;a&#34;}\nCity {keyword contains} {string &#34;b&#34;}\n"},
		{"score", "fragment=where path=Lead", "City = “a”\nCity = \"b\"\n", "City = {string “a”}\nCity = {string &#34;b&#34;}\n"},
		{"score", "fragment=clause", "limit up to 9\n\nsales ready at 5\n", "{keyword limit} {keyword up} {keyword to} {number 9}\n\n{keyword sales} {keyword ready} {keyword at} {number 5}\n"},
		{"score", "fragment=tile", "has Lead\n", "has Lead\n"},
		{"go", "", "x := \"a\" // b\nreturn 1 < 2\n", "x := {string &#34;a&#34;} {comment // b}\n{keyword return} {number 1} &lt; {number 2}\n"},
		{"go", "", "“ @ \x01\n", "“ @ \x01\n"},
		{"text", "", "if 1 < 2\n", "if 1 &lt; 2\n"},
	} {
		b := &pages.Block{Lang: test.lang, Args: map[string]string{}, Text: test.text}
		for _, arg := range strings.Fields(test.args) {
			key, value, _ := strings.Cut(arg, "=")
			b.Args[key] = value
		}
		got := strings.ReplaceAll(highlight(b, test.text), "</span>", "}")
		got = regexp.MustCompile(`<span class="(\w+)">`).ReplaceAllString(got, "{$1 ")
		if got != test.want {
			t.Errorf("%s %s: got\n%s\nwant\n%s", test.lang, test.args, got, test.want)
		}
	}
}

func TestSlug(t *testing.T) {
	for title, want := range map[string]string{
		"Any of, all of": "any-of-all-of", "The `counts-nothing` code": "the-counts-nothing-code", "What is (not) there?": "what-is-not-there",
		"Über uns": "über-uns", "A_b – c": "a_b--c",
	} {
		if got := slug(title); got != want {
			t.Errorf("%s becomes %s instead of %s", title, got, want)
		}
	}
}

// TestExampleStates: what an example is opened with.
func TestExampleStates(t *testing.T) {
	const page = "## A\n\n```score schema\nprofile Lead {\n    Age number\n}\n```\n\n```score file=a.score\nmodel \"A\" {\n    target contact\n}\n```\n\n" +
		"```csv file=Lead.csv\nid\nx\n```\n\n```text scores as-of=2026-05-31T12:00:00Z\n```\n\n```score\ntest \"T\" {\n    as of 2026-05-31\n    Lead\n    expect score 0\n}\n```\n\n" +
		"```json file=m.json\n{\"tables\": []}\n```\n\n## B\n\n```score wrong fragment=child\nhas Leed\n```\n\n```score\nmodel \"B\" {\n```\n\n```score wrong\nmodel \"C\" {\n    target contact\n}\n```\n"
	list, _ := pages.Blocks("docs/x.md", page)
	states := (&exampleMaker{data: []share.File{{Name: "Lead.csv", Text: "id\nsome\n"}}}).states(list)
	var got []string
	for i := range list {
		if s := states[list[i].Line]; s != nil {
			mapping := "none"
			if s.Mapping != nil {
				mapping = s.Mapping.Name
			}
			got = append(got, fmt.Sprintf("%s %d %s %q %s", s.Rules.Name, strings.Count(s.Rules.Text, "\n"), s.AsOf, s.Data[0].Text, mapping))
		}
	}
	want := []string{
		`a.score 7 2026-05-31T12:00:00Z "id\nx\n" m.json`,
		`rules.score 13 2026-05-31 "id\nx\n" m.json`,
		`rules.score 8 2026-05-01 "id\nsome\n" none`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("the examples are\n%s\ninstead of\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
