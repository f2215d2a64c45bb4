package docsite

import (
	"cmp"
	"encoding/json"
	"io/fs"
	"path"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/pages"
	"github.com/leadscore/leadscore/playground/internal/share"
)

// someData is the folder of the data for examples that have none, and someDay the day that
// their leads are scored as of.
const (
	someData = "examples/quickstart/data"
	someDay  = "2026-05-01"
)

// theDay is the day that leads are scored as of where an example has data, and does not say.
const theDay = "2026-05-31"

// An exampleMaker makes links of examples.
type exampleMaker struct {
	data []share.File // for examples that have none
}

// newExampleMaker returns a maker, with the data of an example in root.
func newExampleMaker(root fs.FS) (*exampleMaker, error) {
	names, err := fs.Glob(root, someData+"/*.csv")
	if err != nil {
		return nil, err
	}
	m := &exampleMaker{}
	for _, name := range names {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return nil, err
		}
		m.data = append(m.data, share.File{Name: path.Base(name), Text: string(text)})
	}
	return m, nil
}

// links returns the fragments of the links that open the examples of a page in the
// playground, by the lines of their blocks.
func (m *exampleMaker) links(blocks []pages.Block) map[int]string {
	links := map[int]string{}
	for line, state := range m.states(blocks) {
		links[line] = share.Fragment(state)
	}
	return links
}

// states returns what the examples of a page are in the playground, by the lines of their
// blocks. Only rules that compile, or are there to show mistakes, are examples.
func (m *exampleMaker) states(blocks []pages.Block) map[int]*share.State {
	states := map[int]*share.State{}
	for len(blocks) > 0 {
		end := 1
		for end < len(blocks) && !blocks[end].Begins() {
			end++
		}
		m.section(blocks[:end], states)
		blocks = blocks[end:]
	}
	return states
}

// section adds the examples of a section. Its schema blocks, and the models that tests and
// the like are about, come before the rules that they belong to.
func (m *exampleMaker) section(blocks []pages.Block, states map[int]*share.State) {
	schema, models := "", ""
	for i := range blocks {
		b := &blocks[i]
		if b.Lang != "score" || b.Has("alone") {
			continue
		}
		text, err := b.Whole()
		if err != nil {
			continue
		}
		if b.Has("schema") {
			schema += text + "\n"
			continue
		}
		whole := schema + text
		if b.Builds() {
			whole = schema + models + text
		} else if !b.Has("wrong") {
			models = text + "\n"
		}
		set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "rules.score", Text: whole}})
		if b.Has("wrong") == (err == nil) || err == nil && len(set.Models()) == 0 {
			continue
		}
		state := &share.State{Rules: share.File{Name: cmp.Or(b.Args["file"], "rules.score"), Text: whole}}
		m.addData(state, blocks, i)
		states[b.Line] = state
	}
}

// addData gives a state the data of its section, its mapping, and the instant that the section
// names first after the rules.
func (m *exampleMaker) addData(state *share.State, blocks []pages.Block, at int) {
	var data []share.File
	have := map[string]int{}
	for i := range blocks {
		b := &blocks[i]
		name := b.Args["file"]
		switch {
		case i > at && state.AsOf == "" && b.Has("as-of"):
			state.AsOf = b.Args["as-of"]
		case b.Lang != "csv" && b.Lang != "json" || name == "" || path.Dir(name) != ".":
		case b.Lang == "json" && isMapping(b.Text):
			if state.Mapping == nil || i < at {
				state.Mapping = &share.File{Name: name, Text: b.Text}
			}
		default:
			j, old := have[name]
			if !old {
				have[name] = len(data)
				data = append(data, share.File{Name: name, Text: b.Text})
			} else if i < at {
				data[j].Text = b.Text
			}
		}
	}
	if len(data) == 0 {
		state.Data, state.Mapping, state.AsOf = m.data, nil, cmp.Or(state.AsOf, someDay)
		return
	}
	state.Data, state.AsOf = data, cmp.Or(state.AsOf, theDay)
}

// isMapping reports whether a JSON text is a mapping.
func isMapping(text string) bool {
	var m struct {
		Tables json.RawMessage `json:"tables"`
	}
	return json.NewDecoder(strings.NewReader(text)).Decode(&m) == nil && m.Tables != nil
}
