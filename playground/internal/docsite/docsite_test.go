package docsite_test

import (
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/leadscore/leadscore/playground/internal/docsite"
	"github.com/leadscore/leadscore/playground/internal/share"
)

// root is the folder of the project.
var root = os.DirFS("../../..")

// build makes the site of the documents.
func build(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := docsite.Build(root)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var (
	hasAddress = regexp.MustCompile(` (?:href|src)="([^"]*)"`)
	hasID      = regexp.MustCompile(` id="([^"]*)"`)
	inline     = regexp.MustCompile(`<style| style=|<script>| on[a-z]+=|javascript:|<!-- raw HTML`)
)

// ids returns the ids of a page, and fails the test for one that is there twice.
func ids(t *testing.T, name string, page []byte) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, m := range hasID.FindAllStringSubmatch(string(page), -1) {
		if found[m[1]] {
			t.Errorf("%s has the id %q twice", name, m[1])
		}
		found[m[1]] = true
	}
	return found
}

// TestPages: each document has a page, which is linked from all others, and has neither
// scripts nor styles in it.
func TestPages(t *testing.T) {
	files := build(t)
	documents, err := fs.Glob(root, "docs/*.md")
	if err != nil || len(documents) < 10 {
		t.Fatal(documents, err)
	}
	for _, file := range documents {
		name := strings.TrimSuffix(path.Base(file), ".md") + ".html"
		if files[name] == nil {
			t.Errorf("%s has no page", file)
		}
		for other, page := range files {
			if path.Ext(other) == ".html" && !strings.Contains(string(page), `<a href="`+name+`"`) {
				t.Errorf("%s has no link to %s", other, name)
			}
		}
	}
	for name, page := range files {
		if path.Ext(name) != ".html" {
			continue
		}
		if found := inline.Find(page); found != nil {
			t.Errorf("%s has %s", name, found)
		}
		text := string(page)
		if !strings.HasPrefix(text, "<!doctype html>\n<html lang=\"en\">") || strings.Count(text, "<h1 ") != 1 || !strings.Contains(text, `content="`+strings.ReplaceAll(docsite.Policy, "'", "&#39;")) {
			t.Errorf("%s lacks its type, its language, its heading or its policy", name)
		}
	}
}

// TestLinks: each link leads to a file of the site and a heading on it, to the playground with
// what it opens, or to another site.
func TestLinks(t *testing.T) {
	files := build(t)
	anchors := map[string]map[string]bool{}
	for name, page := range files {
		if path.Ext(name) == ".html" {
			anchors[name] = ids(t, name, page)
		}
	}
	inside, outside, opened := 0, 0, 0
	for name, page := range files {
		if path.Ext(name) != ".html" {
			continue
		}
		for _, m := range hasAddress.FindAllStringSubmatch(string(page), -1) {
			u, err := url.Parse(m[1])
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			switch {
			case u.Scheme == "https" || u.Scheme == "http":
				outside++
			case u.Path == docsite.Playground && u.Fragment == "":
			case u.Path == docsite.Playground:
				opened++
				if _, err := share.Parse("#" + u.Fragment); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			default:
				inside++
				to := u.Path
				if to == "" {
					to = name
				}
				if files[to] == nil || u.Fragment != "" && !anchors[to][u.Fragment] {
					t.Errorf("%s: %s leads nowhere", name, m[1])
				}
			}
		}
	}
	if inside < 1000 || outside < 10 || opened < 150 {
		t.Errorf("there are %d links inside, %d outside and %d to the playground: were they read?", inside, outside, opened)
	}
	if n := strings.Count(string(files["language.html"]), `href="../#s=`); n < 50 {
		t.Errorf("the language reference has only %d examples that can be opened", n)
	}
}

// TestIndex: the search has each section, under an address that is there, and its text.
func TestIndex(t *testing.T) {
	files := build(t)
	text, found := strings.CutPrefix(string(files["index.js"]), "leadscoreIndex = ")
	var entries [][4]string
	if err := json.Unmarshal([]byte(strings.TrimSuffix(text, ";\n")), &entries); err != nil || !found {
		t.Fatal(err, found)
	}
	sections := 0
	for name, page := range files {
		if path.Ext(name) == ".html" {
			sections += strings.Count(string(page), ` class="anchor"`) + 1 // and the title
		}
	}
	if len(entries) != sections {
		t.Errorf("the search knows %d sections of %d", len(entries), sections)
	}
	want := map[string]string{
		"language.html#counting-once":   "once per",
		"findings.html#implied":         "another one already implies it",
		"cli.html#completion":           "bash",
		"language.html#lengths-of-time": "36,525",
	}
	for _, e := range entries {
		name, anchor, _ := strings.Cut(e[0], "#")
		if !strings.Contains(string(files[name]), `id="`+anchor+`"`) || e[1] == "" || e[2] == "" {
			t.Errorf("the entry %q leads nowhere, or has no title", e[:3])
		}
		if part, ok := want[e[0]]; ok {
			delete(want, e[0])
			if !strings.Contains(e[3], part) {
				t.Errorf("%s has no %q: %s", e[0], part, e[3])
			}
		}
	}
	for address := range want {
		t.Errorf("the search does not know %s", address)
	}
}

// TestDeterministic: the same documents make the same site.
func TestDeterministic(t *testing.T) {
	one, two := build(t), build(t)
	for name := range one {
		if string(one[name]) != string(two[name]) {
			t.Errorf("%s differs", name)
		}
	}
}

// project returns the smallest project that has a site, with more documents.
func project(t *testing.T, more map[string]string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"docs/language.md": "# Language\n\n## Decay\n\n## `a-code`\n\n## Decay\n", "LICENSE": "Apache", "docs/s.json": "{}", "a/b.png": "png",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for _, file := range docsite.Documents() {
		if files[file] == nil {
			files[file] = &fstest.MapFile{Data: []byte("# " + file + "\n")}
		}
	}
	for name, text := range more {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// TestLinkAddresses: what the links of a document become.
func TestLinkAddresses(t *testing.T) {
	files, err := docsite.Build(project(t, map[string]string{"docs/new.md": "# New\n\n" +
		"[a](language.md) [b](language.md#decay-1) [c](#new) [d](../LICENSE) [e](../a) [f](s.json) ![g](../a/b.png) [h](https://example.com/?a=1&b=2) [i](../README.md) [j](language.md#a-code) [k](../a/NOTES.md#b) [l](../examples/x/README.md#y)\n",
		"a/NOTES.md": "# A\n\n## B\n", "examples/x/README.md": "# X\n\n## Y\n"}))
	if err != nil {
		t.Fatal(err)
	}
	page := string(files["new.html"])
	for _, want := range []string{
		`<a href="language.html">a</a>`, `<a href="language.html#decay-1">b</a>`, `<a href="#new">c</a>`,
		`<a href="https://github.com/leadscore/leadscore/blob/main/LICENSE">d</a>`, `<a href="https://github.com/leadscore/leadscore/tree/main/a">e</a>`,
		`<a href="s.json">f</a>`, `<img src="a-b.png" alt="g">`, `<a href="https://example.com/?a=1&amp;b=2">h</a>`, `<a href="index.html">i</a>`,
		`<a href="language.html#a-code">j</a>`, `<h2 class="small">More</h2>`,
		`<a href="https://github.com/leadscore/leadscore/blob/main/a/NOTES.md#b">k</a>`, `<a href="x.html#y">l</a>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s:\n%s", want, page)
		}
	}
	if string(files["s.json"]) != "{}" || string(files["a-b.png"]) != "png" {
		t.Error("the files that the page needs are missing")
	}
}

// TestWrong: what is wrong with documents is said, all of it, with the document.
func TestWrong(t *testing.T) {
	notes := "# A\n"
	for text, want := range map[string]string{
		"# A\n\n[x](../a/NOTES.md#b)":        `a/NOTES.md has no heading "b"`,
		"# A\n\n[x](gone.md)":                "docs/new.md: the link gone.md: ",
		"# A\n\n[x](language.md#dekay)":      `docs/new.md: the link language.md#dekay: docs/language.md has no heading "dekay"`,
		"# A\n\n[x](#b)":                     `docs/new.md has no heading "b"`,
		"# A\n\n[x](/b)":                     "neither a path from the document nor an address of the web",
		"# A\n\n[x](javascript:b)":           "neither a path from the document nor an address of the web",
		"# A\n\n[x](//example.com)":          "neither a path from the document nor an address of the web",
		"# A\n\n[x](../../../etc/passwd)":    "the link ../../../etc/passwd: ",
		"# A\n\n[x](../LICENSE#a)":           "it leads into a file that is no page",
		"# A\n\n![x](https://example.com/a)": "an image must be a file of the project",
		"# A\n\nx <b>y</b>":                  "docs/new.md: there is HTML in it",
		"# A\n\n<script>alert(1)</script>\n": "docs/new.md: there is HTML in it",
		"A\n":                                "docs/new.md has no heading",
	} {
		_, err := docsite.Build(project(t, map[string]string{"docs/new.md": text, "a/NOTES.md": notes}))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, without %q", text, err, want)
		}
	}
	_, err := docsite.Build(project(t, map[string]string{"docs/new.md": "# A\n[x](a.md) [y](b.md)", "docs/other.md": "# B\n[z](#c)"}))
	for _, want := range []string{"a.md", "b.md", "#c"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
	files, err := docsite.Build(project(t, map[string]string{"docs/new.md": "A <b>b</b> [x](a.md)"}))
	if err == nil || len(files) == 0 || strings.Contains(string(files["new.html"]), "<b>") {
		t.Errorf("mistakes leave no pages, or HTML on them: %v", err)
	}
	if files, err := docsite.Build(fstest.MapFS{}); err == nil || files != nil {
		t.Error("there is a site of nothing")
	}
	if _, err := docsite.Build(project(t, map[string]string{"docs/crm.md": "# A"})); err == nil || !strings.Contains(err.Error(), "same page") {
		t.Errorf("two documents are one page: %v", err)
	}
}

// TestScript: the search never makes HTML of text, and asks nothing of other sites.
func TestScript(t *testing.T) {
	script := string(build(t)["search.js"])
	if found := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|https?:|fetch\(`).FindString(script); found != "" {
		t.Errorf("it has %s", found)
	}
	if len(script) > 8_000 {
		t.Errorf("it has %d bytes", len(script))
	}
}
