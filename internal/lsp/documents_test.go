package lsp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func file1(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestInitialize(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	for _, method := range []string{"shutdown", "textDocument/didOpen", "textDocument/hover"} {
		_, err := s.Handle(t.Context(), method, nil)
		if e, ok := err.(*Error); !ok || e.Code != CodeNotInitialized {
			t.Errorf("%s before initialize: %v", method, err)
		}
	}
	for _, utf8 := range []bool{false, true} {
		s := begin(t, nil, utf8)
		want := map[bool]encoding{false: inUTF16, true: inUTF8}[utf8]
		if s.encoding != want {
			t.Errorf("the encoding is %v, want %v", s.encoding, want)
		}
		if len(s.told) != 1 || !strings.HasPrefix(s.told[0], "client/registerCapability ") {
			t.Errorf("the client was told %q", s.told)
		}
		if _, err := s.try("initialize", nil); err == nil {
			t.Error("the server is initialized twice")
		}
		if _, err := s.try("textDocument/none", nil); err == nil || err.(*Error).Code != CodeUnknownMethod {
			t.Errorf("an unknown method: %v", err)
		}
		if _, err := s.try("textDocument/didOpen", []int{1}); err == nil || err.(*Error).Code != CodeInvalidParams {
			t.Errorf("wrong parameters: %v", err)
		}
		if _, err := s.try("textDocument/formatting", placeOf("file:///a.score", 0, 0)); err == nil || err.(*Error).Code != CodeInvalidParams {
			t.Errorf("a document that is not open: %v", err)
		}
		s.ask("shutdown", nil)
		if _, err := s.try("textDocument/didOpen", nil); !s.Stopped() || err == nil || err.(*Error).Code != CodeInvalidRequest {
			t.Errorf("after shutdown: %v", err)
		}
	}
}

func TestDiagnostics(t *testing.T) {
	s := begin(t, nil, false)
	const uri = "file:///rules/a.score"
	s.open(uri, "// 𝄞\n"+model("Ä𝄞", "EmailOpend"))
	const want = "5:13-5:23 1 name: unknown entity EmailOpend; did you mean EmailOpened?"
	if got := s.problems(uri); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	s.change(uri, 2, contentChange{&span{position{5, 13}, position{5, 23}}, "EmailOpened"})
	if got := s.problems(uri); got != "" || *s.published[uri].Version != 2 {
		t.Errorf("after the correction: %s", got)
	}
	s.change(uri, 3, contentChange{Text: "model"})
	if got := s.problems(uri); !strings.HasPrefix(got, "0:5-0:5 1 syntax: ") {
		t.Errorf("of another text: %s", got)
	}
	s.close(uri)
	if got := s.problems(uri); got != "" || len(s.units) != 0 {
		t.Errorf("after it is closed: %s", got)
	}
}

// TestProject: files that are not open are checked with those that are, a project file says
// which, and problems of it are shown in it.
func TestProject(t *testing.T) {
	disk := fstest.MapFS{
		"w/leadscore.json": file1(`{"rules": ["a.score", "more/*.score"], "schema": "crm.score"}`),
		"w/crm.score":      file1("profile Lead {\n    ParentContact -> Contact\n    ParentAccount -> Account\n}\nprofile Contact {\n    ParentAccount -> Account\n}\nprofile Account {\n}\ninteraction Called {\n}\n"),
		"w/a.score":        file1(model("A", "Called")),
		"w/more/b.score":   file1(model("A", "Called")),
		"w/other.score":    file1("model"),
	}
	s := begin(t, disk, false)
	const a, b, crm, other, settings = "file:///w/a.score", "file:///w/more/b.score", "file:///w/crm.score", "file:///w/other.score", "file:///w/leadscore.json"
	s.open(a, model("A", "Called"))
	if got := s.shown(); !slices.Equal(got, []string{b}) || !strings.Contains(s.problems(b), "A") {
		t.Errorf("problems in %q: %s", got, s.problems(b))
	}
	if r := s.published[b].Diagnostics[0].Related; len(r) != 1 || r[0].Location.URI != a {
		t.Errorf("related: %v", r)
	}
	s.change(a, 2, contentChange{Text: model("B", "Called")})
	if got := s.shown(); len(got) != 0 {
		t.Errorf("problems in %q", got)
	}
	// The schema is checked with the rules, as it is in the editor.
	s.open(crm, strings.ReplaceAll(string(disk["w/crm.score"].Data), "Called", "Phoned"))
	if got := s.shown(); !slices.Equal(got, []string{a, b}) {
		t.Errorf("problems in %q", got)
	}
	s.close(crm)
	if got := s.shown(); len(got) != 0 {
		t.Errorf("problems in %q", got)
	}
	// What is not open may change.
	disk["w/more/b.score"] = file1(model("C", "Caled"))
	s.ask("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{}})
	if got := s.problems(b); !strings.Contains(got, "unknown entity Caled") {
		t.Errorf("after a change of the file: %s", got)
	}
	s.open(settings, `{"rules": "a.score", "schema": "crm.scor"}`)
	if got := s.problems(settings); got != `0:31-0:41 1 empty: there is no file crm.scor` {
		t.Errorf("of the project file: %s", got)
	}
	if got := s.shown(); !slices.Contains(got, other) {
		t.Errorf("without the project file, other.score belongs to the folder; problems in %q", got)
	}
	s.change(settings, 2, contentChange{Text: `{"rules": "a.score", "schema": "crm.score"}`})
	if got := s.shown(); len(got) != 0 {
		t.Errorf("problems in %q", got)
	}
	for _, method := range []string{"textDocument/formatting", "textDocument/documentSymbol"} {
		if got := s.ask(method, map[string]any{"textDocument": documentID{settings}}); string(got) != "null" {
			t.Errorf("%s of a project file: %s", method, got)
		}
	}
}

// TestWatchedFiles: the client watches what a project names, whatever the names.
func TestWatchedFiles(t *testing.T) {
	watched := func(s *session) (list []string) {
		ids := map[string]bool{}
		for _, text := range s.told {
			var p registrationParams
			if text, ok := strings.CutPrefix(text, "client/registerCapability "); !ok || json.Unmarshal([]byte(text), &p) != nil {
				continue
			}
			for _, r := range p.Registrations {
				if ids[r.ID] {
					t.Errorf("two registrations have the id %s", r.ID)
				}
				ids[r.ID] = true
				for _, w := range r.RegisterOptions.(map[string]any)["watchers"].([]any) {
					list = append(list, w.(map[string]any)["globPattern"].(string))
				}
			}
		}
		return list
	}
	disk := fstest.MapFS{
		"w/leadscore.json": file1(`{"rules": ["a.score", "*.rules", "more/b{1}"], "schema": "crm.txt"}`),
		"w/a.score":        file1(""), "w/c.rules": file1(""), "w/d.rules": file1(""), "w/more/b{1}": file1(""), "w/crm.txt": file1(""),
	}
	s := begin(t, disk, false)
	usual := []string{"**/*.score", "**/leadscore.json"}
	if got := watched(s); !slices.Equal(got, usual) {
		t.Errorf("at the beginning: %q", got)
	}
	s.open("untitled:a.text", "")
	s.open("file:///w/a.score", "")
	s.ask("workspace/didChangeWatchedFiles", struct{}{})
	want := append(usual, "**/*.txt", "**/*.rules", "**/b?1?")
	if got := watched(s); !slices.Equal(got, want) {
		t.Errorf("for the project: got %q, want %q", got, want)
	}
}

// TestUnitsShareDocument: what one unit says of a document stays when another one has nothing to
// say of it any more.
func TestUnitsShareDocument(t *testing.T) {
	const settings, a, b = "file:///w/leadscore.json", "file:///w/a.score", "file:///w/b.score"
	disk := fstest.MapFS{"w/leadscore.json": file1(`{"rules": ["a.score", "b.score"]}`), "w/a.score": file1(""), "w/b.score": file1(""), "w/x/a.score": file1(""), "w/y/b.score": file1("")}
	s := begin(t, disk, false)
	s.open(a, model("A", "EmailOpend"))
	s.open(b, model("B", "EmailOpened"))
	for _, rules := range []string{`["b.score"]`, `["a.score", "b.score"]`, `["a.score"]`, `["b.score"]`} {
		disk["w/leadscore.json"] = file1(`{"rules": ` + rules + `}`)
		s.ask("workspace/didChangeWatchedFiles", struct{}{})
		if got := s.shown(); !slices.Equal(got, []string{a}) {
			t.Errorf("the rules are %s: problems in %q", rules, got)
		}
	}
	s.close(a)
	if got := s.shown(); len(got) > 0 {
		t.Errorf("problems in %q", got)
	}
	s.close(b)

	disk["w/leadscore.json"] = file1(`{"rules": 5}`)
	const x, y = "file:///w/x/a.score", "file:///w/y/b.score"
	s.open(x, model("A", "EmailOpened"))
	s.open(y, model("B", "EmailOpened"))
	s.close(x)
	if got := s.shown(); !slices.Equal(got, []string{settings}) {
		t.Errorf("the project file is wrong: problems in %q", got)
	}
	s.open(x, model("A", "EmailOpened"))
	disk["w/leadscore.json"] = file1(`{"rules": ["x/a.score", "y/b.score"]}`)
	s.ask("workspace/didChangeWatchedFiles", struct{}{})
	if got := s.shown(); len(got) > 0 {
		t.Errorf("the project file is right: problems in %q", got)
	}
}

// TestTwoURIs: the first of two URIs by which a file is open is the file, and the other one when it is
// closed.
func TestTwoURIs(t *testing.T) {
	const first, second, third = "file:///w/a.score", "file://localhost/w/a.score", "file:///w/x/../a.score"
	const other = "file:///w/b.score"
	disk := fstest.MapFS{"w/a.score": file1(""), "w/b.score": file1(model("A", "EmailOpened"))}
	s := begin(t, disk, false)
	s.open(first, "")
	s.open(second, model("A", "EmailOpened"))
	s.open(third, "")
	if got := s.shown(); len(got) > 0 {
		t.Errorf("a document that is no file is checked with others: problems in %q", got)
	}
	s.close(third)
	s.close(first)
	if got := s.shown(); !slices.Equal(got, []string{other}) {
		t.Errorf("the other document is not the file: problems in %q", got)
	}
	s.open(first, model("A", "EmailOpened"))
	s.change(second, 2, contentChange{Text: "model"})
	if got := s.problems(second); got == "" || s.problems(first) != "" || s.problems(other) != "" {
		t.Errorf("problems in %q", s.shown())
	}
	s.close(second)
	if got := s.shown(); !slices.Equal(got, []string{other}) {
		t.Errorf("the first document is not the file again: problems in %q", got)
	}
}

// TestUnread: a file that cannot be read is a problem of that file.
func TestUnread(t *testing.T) {
	s := begin(t, fstest.MapFS{"a.score": file1(""), "b.score": file1(strings.Repeat(" ", 3<<20))}, false)
	s.open("file:///a.score", "")
	if got := s.problems("file:///b.score"); got != "0:0-0:0 1 limit: this file cannot be read: the file has 3145728 bytes; the limit is 2097152" {
		t.Errorf("got %s", got)
	}
	for _, uri := range []string{"untitled:Untitled-1", "file://server/share/a.score", "nonsense\x00", "", "file:", "file:///", "file:///../a.score"} {
		s.open(uri, model("A", "EmailOpend"))
		if got := s.problems(uri); !strings.Contains(got, "unknown entity") {
			t.Errorf("of %q: %q", uri, got)
		}
		s.close(uri)
	}
}

// TestURI: the URI of a file, and its name.
func TestURI(t *testing.T) {
	for uri, name := range map[string]string{
		"file:///a/b%20c/%C3%A9.score": "a/b c/é.score",
		"file:///c%3A/rules/a.score":   "c:/rules/a.score",
		"file://localhost/a.score":     "a.score",
		"file:///a/../b.score":         "b.score",
		"https://a/b.score":            "",
		"file:a.score":                 "",
		"%":                            "",
	} {
		if got := nameOf(uri); got != name {
			t.Errorf("%s: got %q, want %q", uri, got, name)
		}
		if name != "" && nameOf(uriOf(name)) != name {
			t.Errorf("%s: %s", name, uriOf(name))
		}
	}
}

func TestFormatting(t *testing.T) {
	s := begin(t, nil, true)
	const uri = "untitled:a"
	const text = "model \"é\" {\ntarget contact\n condition \"Ä\" { each EmailOpened\n score 1 } }\n// end\n"
	s.open(uri, text)
	var edits []textEdit
	if err := json.Unmarshal(s.ask("textDocument/formatting", placeOf(uri, 0, 0)), &edits); err != nil {
		t.Fatal(err)
	}
	const want = "model \"é\" {\n    target contact\n\n    condition \"Ä\" {\n        each EmailOpened\n        score +1\n    }\n}\n// end\n"
	if got := s.edited(text, edits); got != want {
		t.Errorf("got\n%s", got)
	}
	params := placeOf(uri, 0, 0)
	params["range"] = span{position{1, 0}, position{1, 3}}
	if err := json.Unmarshal(s.ask("textDocument/rangeFormatting", params), &edits); err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		if e.Range.Start.Line < 1 || e.Range.End.Line > 2 {
			t.Errorf("an edit of other lines: %v", e)
		}
	}
}

// TestFindings: findings follow once nothing has changed for a while, and what is looked for
// is given up when something changes.
func TestFindings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, nil, false)
		s.options.Delay = time.Second
		const uri = "untitled:a"
		text := strings.ReplaceAll(model("A", "EmailOpened"), "below 15", "below -5\n    grade \"Lost\" from -5 to 14")
		s.open(uri, text)
		for version := 2; version < 5; version++ {
			time.Sleep(999 * time.Millisecond)
			synctest.Wait()
			if got := s.problems(uri); got != "" {
				t.Fatalf("findings come too early: %s", got)
			}
			s.change(uri, version, contentChange{&span{}, "\n"})
		}
		time.Sleep(time.Second)
		synctest.Wait()
		const want = "11:4-11:25 2 grade-out-of-reach: "
		if got := s.problems(uri); !strings.HasPrefix(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
		// Findings stay where they belong while the text changes, and go with it.
		s.change(uri, 5, contentChange{&span{}, "// 𝄞\n"})
		if got := s.problems(uri); !strings.HasPrefix(got, "12:4-12:25 2 grade-out-of-reach: ") {
			t.Errorf("after a change before it: %q", got)
		}
		s.change(uri, 6, contentChange{&span{position{12, 11}, position{12, 15}}, "Cool"})
		if got := s.problems(uri); strings.Contains(got, "grade-out-of-reach") {
			t.Errorf("after a change in it: %q", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := s.problems(uri); !strings.HasPrefix(got, "12:4-12:25 2 grade-out-of-reach: ") {
			t.Errorf("found again: %q", got)
		}
		s.close(uri)
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := s.problems(uri); got != "" {
			t.Errorf("after it is closed: %q", got)
		}
	})
}

// TestChanges: after random changes a server says the same of a document as one that opens it
// as it is now.
func TestChanges(t *testing.T) {
	const uri = "untitled:a"
	base := "// 𝄞é\r\n" + model("Ä𝄞", "EmailOpened") + "\r" + model("B", "EmailOpend")
	parts := rapid.SampledFrom([]string{"", "\n", "\r\n", "\r", "𝄞", "é", " ", "{", "}", "\"", "`", "model", "score +1\n", "grade \"G\" from 3", "//", "EmailClicked", "\xff"})
	rapid.Check(t, func(t *rapid.T) {
		utf8 := rapid.Bool().Draw(t, "utf8")
		s := begin(t, nil, utf8)
		defer s.Close()
		text := base
		s.open(uri, text)
		for version := 2; version < 2+rapid.IntRange(1, 6).Draw(t, "steps"); version++ {
			var changes []contentChange
			for range rapid.IntRange(1, 3).Draw(t, "changes") {
				at := newPlaces(text, s.encoding)
				start := at.offset(at.position(rapid.IntRange(0, len(text)).Draw(t, "start")))
				end := at.offset(at.position(min(len(text), start+rapid.IntRange(0, 30).Draw(t, "length"))))
				insert := strings.ToValidUTF8(parts.Draw(t, "insert"), "\uFFFD")
				r := at.span(start, max(start, end))
				changes = append(changes, contentChange{&r, insert})
				text = text[:start] + insert + text[max(start, end):]
			}
			s.change(uri, version, changes...)
		}
		if got := s.documents[uri].text; got != text {
			t.Fatalf("the text is\n%q, want\n%q", got, text)
		}
		fresh := begin(t, nil, utf8)
		defer fresh.Close()
		fresh.open(uri, text)
		if diff := cmp.Diff(fresh.problems(uri), s.problems(uri)); diff != "" {
			t.Fatalf("problems (-fresh +changed):\n%s", diff)
		}
		for _, method := range []string{"textDocument/formatting", "textDocument/documentSymbol", "textDocument/semanticTokens/full", "textDocument/foldingRange", "textDocument/codeLens"} {
			if diff := cmp.Diff(string(fresh.ask(method, placeOf(uri, 0, 0))), string(s.ask(method, placeOf(uri, 0, 0)))); diff != "" {
				t.Fatalf("%s (-fresh +changed):\n%s", method, diff)
			}
		}
	})
}
