package language

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/conformance"
	"github.com/leadscore/leadscore/traverse"
)

// A world is files that compile together, of which the last one is looked at.
type world struct {
	name  string
	base  *traverse.Schema
	files []File
}

// snapshot returns the snapshot of a world, or of one that has another text in its last file.
func (w *world) snapshot(text string) *Snapshot {
	files := slices.Clone(w.files)
	files[len(files)-1].Text = text
	return New(nil, w.base, files)
}

func (w *world) last() File { return w.files[len(w.files)-1] }

// sound returns the worlds of the documents and of the conformance cases that have no errors.
func sound(tb testing.TB) []*world {
	tb.Helper()
	var list []*world
	cases, err := conformance.Read(os.DirFS("../../testdata/conformance"))
	if err != nil {
		tb.Fatal(err)
	}
	for _, c := range cases {
		for i := range c.Files {
			w := &world{name: c.Name + " " + c.Files[i].Name, base: c.Base}
			for k := range c.Files { // the one that is looked at comes last
				f := c.Files[(i+1+k)%len(c.Files)]
				w.files = append(w.files, File(f))
			}
			list = append(list, w)
		}
	}
	list = append(list, documented(tb, func(info string) bool { return !strings.Contains(info, "wrong") })...)
	list = slices.DeleteFunc(list, func(w *world) bool { return len(New(nil, w.base, w.files).Diagnostics()) > 0 })
	const few = 500
	if len(list) < few {
		tb.Fatalf("there are only %d files without errors", len(list))
	}
	return list
}

// documented returns the examples of the documents whose infos are wanted.
func documented(tb testing.TB, wanted func(info string) bool) []*world {
	tb.Helper()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		tb.Fatal("there are no pages", err)
	}
	var list []*world
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			tb.Fatal(err)
		}
		for i, section := range strings.Split("\n"+string(text), "\n## ") {
			list = append(list, examples(fmt.Sprintf("%s %d", filepath.Base(page), i), section, wanted)...)
		}
	}
	return list
}

// examples returns the examples of a section of a page.
func examples(name, section string, wanted func(info string) bool) []*world {
	var list []*world
	var schema []File
	var rules *File
	for i, block := range strings.Split(section, "\n```score")[1:] {
		info, body, _ := strings.Cut(block, "\n")
		body, _, _ = strings.Cut(body, "\n```")
		f := File{fmt.Sprintf("%d.score", i), completed(info, body+"\n")}
		if wanted(info) {
			w := &world{name: fmt.Sprintf("%s %d", name, i), base: traverse.Standard(), files: append(slices.Clip(schema), f)}
			if strings.Contains(info, "alone") {
				w.base, w.files = nil, []File{f}
			}
			if rules != nil && !strings.HasPrefix(f.Text, "model") {
				w.files = append(append(slices.Clip(schema), *rules), f)
			}
			list = append(list, w)
		}
		switch {
		case strings.Contains(info, "schema") && !strings.Contains(info, "alone"):
			schema = append(schema, f)
		case strings.HasPrefix(f.Text, "model") && !strings.Contains(info, "wrong"):
			rules = &f
		}
	}
	return list
}

// completed makes a file of a fragment of a document.
func completed(info, body string) string {
	target := "contact"
	if _, after, ok := strings.Cut(info, "target="); ok {
		target, _, _ = strings.Cut(after, " ")
	}
	model := "model \"M\" {\n    target " + target + "\n\n%s}\n"
	var b strings.Builder
	switch {
	case strings.Contains(info, "fragment=clause"):
		return fmt.Sprintf(model, body)
	case strings.Contains(info, "fragment=where"):
		n := 0
		for line := range strings.Lines(body) {
			n++
			fmt.Fprintf(&b, "condition \"%d\" {\nhas Lead where %s\nscore +1\n}\n", n, strings.TrimSpace(line))
		}
		return fmt.Sprintf(model, b.String())
	case strings.Contains(info, "fragment=child"):
		return fmt.Sprintf(model, "condition \"C\" {\n"+body+"score +1\n}\n")
	}
	return body
}

// free are the kinds of tokens of which nobody knows what they will be.
var free = map[dsl.Kind]bool{
	dsl.NoKind: true, dsl.KindSign: true, dsl.KindNewName: true, dsl.KindText: true, dsl.KindNumber: true, dsl.KindMoment: true,
	dsl.KindSpan: true, dsl.KindRecord: true, dsl.KindMember: true,
}

// A cut is a place at which a file is cut, and the token there.
type cut struct {
	token dsl.Token
	at    int
}

// cuts returns the places of a file at which a token is cut whose words are known.
func cuts(f *dsl.File) []cut {
	var list []cut
	for _, token := range dsl.Tokens(f) {
		if free[token.Kind] {
			continue
		}
		start := token.Start.Offset
		if start > 0 && f.Text[start-1] > ' ' && token.Class != dsl.ClassText && f.Text[start-1] != '.' && f.Text[start-1] != '(' {
			start++ // there the token before it is being typed
		}
		for at := start; at < token.End.Offset; at++ {
			list = append(list, cut{token, at})
		}
	}
	return list
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
