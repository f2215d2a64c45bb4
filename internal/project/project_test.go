package project

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/dsl"
)

var folder = fstest.MapFS{
	"a.score": {}, "b.score": {}, ".hidden.score": {}, "models/c.score": {}, "models/d.txt": {}, "crm.score": {},
	"data/Lead.csv": {}, "mapping.json": {},
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		text string
		want Project
	}{
		{`{}`, Project{Rules: []string{"p/a.score", "p/b.score", "p/crm.score"}}},
		{`{"rules": "models/*.score"}`, Project{Rules: []string{"p/models/c.score"}}},
		{`{"rules": ["[ab].score", "models/c.score", "a.score", ".hidden.score"]}`,
			Project{Rules: []string{"p/.hidden.score", "p/a.score", "p/b.score", "p/models/c.score"}}},
		{"\ufeff" + `{"rules":["a.score"], "schema": "crm.score", "data": "data", "mapping": "mapping.json", "zone": "Europe/Berlin"}`,
			Project{Rules: []string{"p/a.score"}, Schema: "p/crm.score", Data: "p/data", Mapping: "p/mapping.json", Zone: "Europe/Berlin"}},
	} {
		got, err := Parse("p/leadscore.json", test.text, folder)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		test.want.Folder, test.want.File = "p", "p/leadscore.json"
		if !slices.Equal(got.Rules, test.want.Rules) || got.Schema != test.want.Schema || got.Data != test.want.Data || got.Mapping != test.want.Mapping ||
			got.Zone != test.want.Zone || got.File != test.want.File || got.Folder != test.want.Folder {
			t.Errorf("%s: got %+v", test.text, got)
		}
	}
}

// TestProblems checks the messages of project files with problems, and their places.
func TestProblems(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "1:1: this is not JSON: it ends too early"},
		{"[]", `1:1: a project file is a JSON object; write {"rules": ["*.score"]}, for example`},
		{"{\n  \"rules\": [\"a.score\"\n}", "3:1: this is not JSON: invalid character '}' after array element"},
		{"{\n  \"ruels\": []}", `2:3: there is no member "ruels"; did you mean rules?`},
		{`{"x": {"y": [1, {}]}}`, `1:2: there is no member "x"; expected rules, schema, data, mapping or zone`},
		{`{"data": "data", "data": "data"}`, `1:18: there are two members "data"`},
		{`{"data": 5}`, "1:10: data wants a text"},
		{`{"data": ["data"]}`, "1:11: data wants a text"},
		{`{"data": ""}`, "1:10: data must not be empty; leave it out"},
		{`{"rules": [5, "é", ""]}`, "1:12: rules wants a text, or a list of texts\n1:15: there is no file é\n1:20: rules must not be empty"},
		{`{"rules": []}`, "1:12: rules wants a text, or a list of texts"},
		{`{"rules": ["["]}`, `1:12: [ is not a pattern: syntax error in pattern; a pattern is a name with * and ?, such as "models/*.score"`},
		{`{"schema": "data"}`, "1:12: data is a folder, and schema wants a file"},
		{`{"schema": "./crm.score"}`, `1:12: "./crm.score" is not the name of a file in this folder; did you mean "crm.score"?; names are relative to the folder of this file and do not leave it, such as "data/crm"`},
		{`{"data": "../data"}`, `1:10: "../data" is not the name of a file in this folder; names are relative to the folder of this file and do not leave it, such as "data/crm"`},
		{`{"zone": "Europe/Berln"}`, `1:10: "Europe/Berln" is not a time zone of the IANA database; did you mean Europe/Berlin?`},
		{`{"mapping": "mapping.json"}`, "1:2: a mapping needs data; name the data, too"},
		{`{} {}`, "1:4: there is something after the end of the object"},
	} {
		_, err := Parse("leadscore.json", test.text, folder)
		diags, ok := errors.AsType[dsl.Diagnostics](err)
		var got []string
		for _, d := range diags {
			first, _, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(d.Error(), "leadscore.json:")), "\n")
			got = append(got, first)
		}
		if !ok || strings.Join(got, "\n") != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.text, strings.Join(got, "\n"), test.want)
		}
	}
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	a := write(t, dir, "a.score", "")
	b := write(t, dir, "below/b.score", "")
	c := write(t, dir, "apart/c.score", "")
	write(t, dir, "broken/leadscore.json", "{")
	d := write(t, dir, "broken/d.score", "")
	file := write(t, dir, "leadscore.json", `{"rules": ["*.score", "below/*.score"]}`)

	p, err := In(dir)
	if err != nil || !slices.Equal(p.Rules, []string{a, b}) || p.File != file {
		t.Errorf("%+v, %v", p, err)
	}
	for rules, want := range map[string][]string{a: {a, b}, b: {a, b}, c: {c}, d: {d}, filepath.Join(dir, "new.score"): {a, filepath.Join(dir, "new.score")}} {
		if p, err := Of(rules); err != nil || !slices.Equal(p.Rules, want) {
			t.Errorf("of %s: %+v, %v", rules, p, err)
		}
	}
	if p, err := In(filepath.Join(dir, "apart")); err != nil || !slices.Equal(p.Rules, []string{c}) || p.File != "" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := In(filepath.Join(dir, "broken")); err == nil {
		t.Error("a broken project file is read")
	}
	if _, err := In(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of no folder: %v", err)
	}
	empty := t.TempDir()
	if _, err := In(empty); err == nil || !strings.Contains(err.Error(), "has neither a file leadscore.json nor rule files") {
		t.Errorf("of an empty folder: %v", err)
	}
	if !IsFile(file) || IsFile(a) {
		t.Error("project files are not known by their name")
	}
}

// TestOfFS: files of a file system belong to the same projects as on a disk.
func TestOfFS(t *testing.T) {
	fsys := fstest.MapFS{
		"w/a.score": {}, "w/crm.score": {}, "w/below/b.score": {}, "w/below/.hidden.score": {}, "w/apart/c.score": {}, "w/broken/d.score": {},
		"w/leadscore.json":        {Data: []byte(`{"rules": ["a.score", "below/*.score"], "schema": "crm.score", "data": "apart", "zone": "Europe/Berlin"}`)},
		"w/broken/leadscore.json": {Data: []byte(`{"rules": 1}`)},
		"long/leadscore.json":     {Data: []byte(strings.Repeat(" ", mostBytes+1))},
		"e.score":                 {},
	}
	whole := Project{Folder: "w", File: "w/leadscore.json", Rules: []string{"w/a.score", "w/below/b.score"}, Schema: "w/crm.score", Data: "w/apart", Zone: "Europe/Berlin"}
	for name, want := range map[string]Project{
		"w/a.score":             whole,
		"w/crm.score":           whole,
		"w/below/b.score":       whole,
		"w/below/.hidden.score": {Folder: "w/below", Rules: []string{"w/below/.hidden.score", "w/below/b.score"}},
		"w/apart/c.score":       {Folder: "w/apart", Rules: []string{"w/apart/c.score"}},
		"w/broken/d.score":      {Folder: "w/broken", Rules: []string{"w/broken/d.score"}},
		"w/new.score":           {Folder: "w", Rules: []string{"w/a.score", "w/crm.score", "w/new.score"}},
		"e.score":               {Folder: ".", Rules: []string{"e.score"}},
		"none/f.score":          {Folder: "none", Rules: []string{"none/f.score"}},
		"long/g.score":          {Folder: "long", Rules: []string{"long/g.score"}},
	} {
		got, problems := OfFS(fsys, name)
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if broken := strings.Contains(name, "broken"); broken != (len(problems) == 1) || broken && problems[0].File != "w/broken/leadscore.json" {
			t.Errorf("%s: problems %v", name, problems)
		}
	}
}

// FuzzParse checks that no text stops the reader, and that problems lie within it.
func FuzzParse(f *testing.F) {
	f.Add(`{"rules": ["a.score", 5, {"x": []}], "zone": "é`)
	f.Add(`{"a":[[[`)
	f.Add("\ufeff{]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse("leadscore.json", text, folder)
		if (p == nil) == (err == nil) {
			t.Errorf("got %v and %v", p, err)
		}
		diags, _ := errors.AsType[dsl.Diagnostics](err)
		for _, d := range diags {
			if d.Span.End.Offset > len(text) || d.Span.Start.Offset > d.Span.End.Offset || d.Summary == "" {
				t.Errorf("a problem lies outside of the text: %+v", d)
			}
		}
	})
}
