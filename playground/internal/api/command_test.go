package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/internal/command"
	"github.com/leadscore/leadscore/internal/conformance"
	"github.com/leadscore/leadscore/playground/internal/api"
)

// A page is a request to a session, and the command line that answers the same.
type page struct {
	method string
	params map[string]any
	args   []string // or nil
}

// pagesOf returns what a page may ask about a conformance case. It writes the files that
// the command needs to the current folder.
func pagesOf(t testing.TB, c *conformance.Case) []page {
	t.Helper()
	open := map[string]any{"rules": nil, "old": nil, "schema": nil, "data": nil}
	var rules, old []api.File
	var names, given []string
	for i, f := range c.Files {
		if c.Base == nil && i == 0 {
			open["schema"] = api.File{Name: f.Name, Text: f.Text}
			write(t, f.Name, f.Text)
			given = append(given, "--schema", f.Name)
			continue
		}
		write(t, f.Name, f.Text)
		names = append(names, f.Name)
		rules = append(rules, fileOf(f.Name, f.Text))
		older := api.File{Name: "old/old-" + f.Name, Text: otherPoints(f.Text)}
		old = append(old, older)
		write(t, older.Name, older.Text)
	}
	open["rules"], open["old"] = rules, old
	asOf := c.AsOf
	if asOf.IsZero() {
		asOf = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	}
	at := asOf.Format(time.RFC3339Nano)
	data := dataOf(t, c)
	pages := []page{{"open", open, nil}}
	add := func(method string, params map[string]any, args ...string) {
		args = append([]string{method, "--format", "json"}, args...)
		pages = append(pages, page{method, params, append(append(args, given...), names...)})
	}
	add("schema", nil)
	if len(names) > 0 {
		add("test", nil)
	}
	add("check", map[string]any{"advice": true}, "--advice")
	if data == nil {
		return pages
	}
	open["data"] = data
	from := "."
	if len(data) == 1 && filepath.Ext(data[0].Name) == ".json" {
		from = data[0].Name
	}
	pages[len(pages)-1].args = append(pages[len(pages)-1].args, "--data", from)
	with := []string{"--data", from, "--as-of", at}
	add("check", map[string]any{"as_of": at}, with...)
	add("score", map[string]any{"as_of": at}, with...)
	add("score", map[string]any{"as_of": at, "explain": true}, append(with, "--explain")...)
	add("stages", map[string]any{"as_of": at}, with...)
	add("assign", map[string]any{"as_of": at}, with...)
	later := asOf.AddDate(0, 4, 0).Format(time.RFC3339Nano)
	add("changes", map[string]any{"from": at, "to": later, "scores": true}, "--data", from, "--from", at, "--to", later, "--scores")
	if len(names) == 1 { // as the operand OLD is one, too
		params := map[string]any{"as_of": at, "limit": 3}
		args := append([]string{"diff", "--format", "json", "--limit", "3", "old/old-" + names[0], names[0]}, with...)
		pages = append(pages, page{"diff", params, append(args, given...)})
	}
	for _, lead := range leadsOf(t, data, c) {
		add("explain", map[string]any{"as_of": at, "lead": lead, "what_if": true}, append(with, "--what-if", "--lead", lead)...)
		add("stages", map[string]any{"as_of": at, "leads": []string{lead}}, append(with, "--lead", lead)...)
		add("assign", map[string]any{"as_of": at, "leads": []string{lead}}, append(with, "--lead", lead)...)
		add("history", map[string]any{"from": at, "to": later, "lead": lead}, "--data", from, "--from", at, "--to", later, "--lead", lead)
	}
	return pages
}

// fileOf returns a file as a page sends it.
func fileOf(name, text string) api.File {
	if utf8.ValidString(text) {
		return api.File{Name: name, Text: text}
	}
	return api.File{Name: name, Data: []byte(text)}
}

// points are the points of a condition in a rule file.
var points = regexp.MustCompile(`score ([+-])(\d{1,5}\n)`)

// otherPoints returns rules that differ from those in text in their points.
func otherPoints(text string) string { return points.ReplaceAllString(text, "score ${1}1$2") }

// dataOf returns the data of a case, and writes them.
func dataOf(t testing.TB, c *conformance.Case) []api.File {
	t.Helper()
	fsys := c.Data()
	if fsys == nil {
		return nil
	}
	var files []api.File
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		files = append(files, fileOf(name, string(text)))
		write(t, name, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// leadsOf returns the first and the last lead of a case, and one that it does not have.
func leadsOf(t testing.TB, data []api.File, c *conformance.Case) []string {
	t.Helper()
	var s api.Session
	var rules []api.File
	for _, f := range c.Files {
		rules = append(rules, api.File{Name: f.Name, Text: f.Text})
	}
	ask(t, &s, page{method: "open", params: map[string]any{"rules": rules, "data": data}})
	var ids []string
	for _, line := range ask(t, &s, page{method: "score"}).Lines {
		var l struct{ Result struct{ Lead string } }
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		if l.Result.Lead != "" {
			ids = append(ids, l.Result.Lead)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return []string{ids[0], ids[len(ids)-1], "nobody at all"}
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ask asks a session. It fails if the request is wrong.
func ask(t testing.TB, s *api.Session, p page) api.Answer {
	t.Helper()
	params, err := json.Marshal(p.params)
	if err != nil {
		t.Fatal(err)
	}
	a := answerIn(t, s.Handle(t.Context(), p.method, params))
	if a.Status == 2 {
		t.Fatalf("%s %s: %s", p.method, params, a.Error)
	}
	return a
}

// answerIn parses an answer.
func answerIn(t testing.TB, text []byte) api.Answer {
	t.Helper()
	var a api.Answer
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return a
}

// lines returns the lines of an answer as text.
func lines(a api.Answer) string {
	var b strings.Builder
	for _, line := range a.Lines {
		fmt.Fprintf(&b, "%s\n", line)
	}
	return b.String()
}

// casesOf returns the conformance cases.
func casesOf(t testing.TB) []*conformance.Case {
	t.Helper()
	cases, err := conformance.Read(os.DirFS("../../../testdata/conformance"))
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) < 100 {
		t.Fatalf("there are only %d cases", len(cases))
	}
	return cases
}

// leadscore is the command.
var leadscore = &command.Program{Name: "leadscore"}

// TestAnswersOfCommand: for each conformance case, a session answers what the command
// prints with --format json, byte for byte, with the same status and the same notes.
func TestAnswersOfCommand(t *testing.T) {
	asked := map[string]int{}
	answered := map[string]int{} // lines of stages and assignments
	for _, c := range casesOf(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			var s api.Session
			for _, p := range pagesOf(t, c) {
				got := ask(t, &s, p)
				if p.args == nil {
					continue
				}
				var out, errs bytes.Buffer
				status := leadscore.Run(t.Context(), strings.NewReader(""), &out, &errs, p.args)
				if d := cmp.Diff(out.String(), lines(got)); d != "" || status != got.Status {
					t.Fatalf("%s\nstatus %d by the command, and %d here (-command +here):\n%s", strconv.Quote(strings.Join(p.args, " ")), status, got.Status, d)
				}
				if !strings.Contains(errs.String(), got.Notes) {
					t.Errorf("the notes are %q, and those of the command %q", got.Notes, errs.String())
				}
				asked[p.method]++
				for _, key := range []string{"stage", "assigned"} {
					answered[key] += strings.Count(lines(got), `{"`+key+`":{`)
				}
			}
		})
	}
	for _, name := range []string{"schema", "test", "check", "score", "explain", "history", "changes", "diff", "stages", "assign"} {
		if asked[name] < 20 {
			t.Errorf("%s was asked %d times only", name, asked[name])
		}
	}
	if answered["stage"] < 20 || answered["assigned"] < 20 {
		t.Errorf("there were only %d stages and %d assignments", answered["stage"], answered["assigned"])
	}
}
