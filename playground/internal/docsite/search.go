package docsite

import (
	"encoding/json"
	"slices"

	"github.com/yuin/goldmark/ast"
)

// An entry of the index is a section of a page: its address, the title of the page, the
// heading, and the text.
type entry [4]string

// searchIndex returns the index of the documents, as a script. A script can be loaded from a
// folder, too, where a page may not read files.
func searchIndex(docs []*document) ([]byte, error) {
	var entries []entry
	for _, d := range docs {
		entries = append(entries, d.entries()...)
	}
	text, err := json.Marshal(entries)
	return slices.Concat([]byte("leadscoreIndex = "), text, []byte(";\n")), err
}

// entries returns the sections of a document.
func (d *document) entries() []entry {
	var list []entry
	heads := d.headings
	for n := d.tree.FirstChild(); n != nil; n = n.NextSibling() {
		if _, ok := n.(*ast.Heading); ok {
			list = append(list, entry{d.url + "#" + heads[0].ID, d.navTitle(), heads[0].Text, ""})
			heads = heads[1:]
			continue
		}
		if len(list) > 0 {
			last := &list[len(list)-1]
			last[3] = oneLine(last[3] + " " + plain(n, d.text))
		}
	}
	return list
}
