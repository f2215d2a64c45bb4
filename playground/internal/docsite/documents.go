package docsite

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"github.com/leadscore/leadscore/internal/pages"
)

// homePage is the page that a site begins with.
const homePage = "index.html"

// groups are the documents in the order of the site. Other documents of docs, and those of
// examples, come after them.
var groups = []struct {
	title string
	files []string
}{
	{"Begin", []string{"README.md", "docs/guides.md", "docs/tour.md", "docs/cookbook.md"}},
	{"Rules", []string{"docs/language.md", "docs/diagnostics.md", "docs/findings.md"}},
	{"Data", []string{"docs/exports.md", "docs/databases.md", "docs/audit.md"}},
	{"Programs", []string{"docs/cli.md", "playground/README.md", "editors/README.md", "examples/crm/README.md"}},
	{"Speed and size", []string{"docs/scale.md", "docs/performance.md", "bench/README.md"}},
	{"How it is built", []string{"docs/design.md", "docs/engine.md", "CONTRIBUTING.md", "CHANGELOG.md"}},
}

// others is the title of the group of documents that no group has.
const others = "More"

// A document is a Markdown file that becomes a page.
type document struct {
	file, url string
	group     string
	title     string // its first heading
	text      []byte
	tree      ast.Node
	headings  []*heading
	blocks    []pages.Block
	problem   error // what is wrong with it, or nil
}

// A heading is a heading of a document, which begins a section.
type heading struct {
	Level int
	Text  string
	ID    string // unique in the document
}

// navTitles are the titles in lists of pages of documents whose first heading says less.
var navTitles = map[string]string{
	"README.md":              "What leadscore is",
	"playground/README.md":   "The playground",
	"examples/crm/README.md": "A service to start from",
}

// navTitle returns the title of the document in lists of pages.
func (d *document) navTitle() string { return cmp.Or(navTitles[d.file], d.title) }

// urlOf returns the name of the page of a document.
func urlOf(file string) string {
	dir, name := path.Split(file)
	switch {
	case file == "README.md":
		return homePage
	case name == "README.md":
		return path.Base(dir) + ".html"
	}
	return strings.ToLower(strings.TrimSuffix(name, ".md")) + ".html"
}

// readDocuments reads the documents in the order of the site.
func readDocuments(root fs.FS) ([]*document, error) {
	found, err := fs.Glob(root, "docs/*.md")
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errors.New("there are no documents in the folder docs")
	}
	readmes, err := fs.Glob(root, "examples/*/README.md")
	if err != nil {
		return nil, err
	}
	found = append(found, readmes...)
	var docs []*document
	add := func(group, file string) error {
		text, err := fs.ReadFile(root, file)
		if err != nil {
			return err
		}
		d := &document{file: file, url: urlOf(file), group: group, text: text}
		if i := slices.IndexFunc(docs, func(o *document) bool { return o.url == d.url }); i >= 0 {
			return fmt.Errorf("%s and %s would be the same page, %s", docs[i].file, file, d.url)
		}
		docs = append(docs, d)
		d.problem = d.parse()
		return nil
	}
	known := map[string]bool{}
	for _, g := range groups {
		for _, file := range g.files {
			known[file] = true
			if err := add(g.title, file); err != nil {
				return nil, err
			}
		}
	}
	for _, file := range found {
		if known[file] {
			continue
		}
		if err := add(others, file); err != nil {
			return nil, err
		}
	}
	return docs, nil
}

// Documents returns the documents that every site has. Other documents of docs and examples are
// added.
func Documents() []string {
	var list []string
	for _, g := range groups {
		list = append(list, g.files...)
	}
	return list
}
