// Package docsite makes a site of the documents: a page of HTML for each, with links between
// them, a table of contents, and a search that asks no server. Examples of rules have links
// that open them in the playground.
//
// The files are in this order: documents.go says what the documents are, markdown.go reads
// them, links.go resolves what they link to, examples.go and highlight.go are about their code, search.go
// makes the index, and this file writes the pages.
package docsite

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"strings"
)

// Playground is the address of the playground as the pages of the site have it.
const Playground = "../"

// Policy is the content security policy of the pages: they load only from where they come
// from, and have neither scripts nor styles in them.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"

//go:embed assets
var assets embed.FS

var layout = template.Must(template.ParseFS(assets, "assets/page.html"))

// A view is what the layout shows.
type view struct {
	Policy     string
	Playground string
	Title      string
	Home       bool
	Groups     []navGroup
	Contents   []*heading
	Body       template.HTML
	Before     *link
	After      *link
}

// A navGroup is a group of links to pages.
type navGroup struct {
	Title string
	Links []link
}

// A link leads to a page.
type link struct {
	Title, URL string
	Current    bool
}

// Build makes the site of the documents in root, the folder of the project. It returns the
// files by name, such as language.html. The error names each link that leads nowhere, and
// whatever else is wrong; the files are there nevertheless.
func Build(root fs.FS) (map[string][]byte, error) {
	docs, err := readDocuments(root)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range []string{"style.css", "search.js", "icon.svg"} {
		if files[name], err = assets.ReadFile("assets/" + name); err != nil {
			return nil, err
		}
	}
	maker, err := newExampleMaker(root)
	if err != nil {
		return nil, err
	}
	var problems []error
	for _, d := range docs {
		problems = append(problems, d.problem, (&resolver{root: root, docs: docs, files: files}).resolve(d))
	}
	for i, d := range docs {
		body, err := d.render(maker)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", d.file, err))
			continue
		}
		var page bytes.Buffer
		if err := layout.Execute(&page, viewOf(docs, i, body)); err != nil {
			return nil, err
		}
		files[d.url] = page.Bytes()
	}
	index, err := searchIndex(docs)
	if err != nil {
		return nil, err
	}
	files["index.js"] = index
	return files, errors.Join(problems...)
}

// viewOf returns what the layout shows of a document.
func viewOf(docs []*document, i int, body string) view {
	d := docs[i]
	v := view{Policy: Policy, Playground: Playground, Title: d.title, Home: d.url == homePage, Body: template.HTML(body)}
	for _, h := range d.headings {
		if h.Level == 2 || h.Level == 3 {
			v.Contents = append(v.Contents, h)
		}
	}
	for _, other := range docs {
		if n := len(v.Groups); n == 0 || v.Groups[n-1].Title != other.group {
			v.Groups = append(v.Groups, navGroup{Title: other.group})
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Links = append(g.Links, link{Title: other.navTitle(), URL: other.url, Current: other == d})
	}
	if i > 0 {
		v.Before = &link{Title: docs[i-1].navTitle(), URL: docs[i-1].url}
	}
	if i+1 < len(docs) {
		v.After = &link{Title: docs[i+1].navTitle(), URL: docs[i+1].url}
	}
	return v
}

// escape returns a text as HTML.
func escape(text string) string { return template.HTMLEscapeString(text) }

// oneLine returns a text with its white space made single spaces.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
