// Package tiles shows rules as tiles, and makes gestures on tiles edits of the text: through
// its syntax tree, so that comments stay and the text is in its canonical form afterwards.
package tiles

import (
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

// Tiles are the models of a rule file as tiles.
type Tiles struct {
	Text   string  `json:"text"` // what the tiles show
	Models []Model `json:"models"`
}

// A Model is a model as tiles.
type Model struct {
	At      int      `json:"at"` // the offset of the model in the text, in bytes, which names it in gestures
	Name    string   `json:"name"`
	Limit   string   `json:"limit,omitempty"` // such as up to 40
	Clauses []Clause `json:"clauses"`
}

// A Clause is a part of a model as a tile: a condition; a group, dimension or block of tiers
// with tiles of its own; or another clause, as text.
type Clause struct {
	Kind    string   `json:"kind"` // condition, group, dimension, first of or other
	At      int      `json:"at"`
	Name    string   `json:"name,omitempty"`
	Points  string   `json:"points,omitempty"` // with a sign
	Bound   string   `json:"bound,omitempty"`  // such as up to +30
	Items   []Item   `json:"items,omitempty"`
	Limit   string   `json:"limit,omitempty"`
	Clauses []Clause `json:"clauses,omitempty"`
	Text    string   `json:"text,omitempty"` // of other: its first line
}

// An Item is a child of a condition, or a block of others.
type Item struct {
	Kind      string   `json:"kind"` // child or block
	At        int      `json:"at"`
	Text      string   `json:"text"` // of a child what it is about, of a block its head
	Frequency string   `json:"frequency,omitempty"`
	Path      string   `json:"path,omitempty"`
	Range     string   `json:"range,omitempty"`
	Where     []string `json:"where,omitempty"`
	Rest      string   `json:"rest,omitempty"` // a burst, cap and decay
	Items     []Item   `json:"items,omitempty"`
}

// Of returns the models of a rule file as tiles. The error is the [dsl.Diagnostics] of a text
// that does not parse.
func Of(name, text string) (*Tiles, error) {
	f, diags := dsl.Parse(name, text, dsl.Limits{})
	if err := diags.Err(); err != nil {
		return nil, err
	}
	v := viewer{text}
	t := &Tiles{Text: text, Models: []Model{}}
	for _, b := range f.Blocks {
		m, ok := b.(*dsl.Model)
		if !ok {
			continue
		}
		t.Models = append(t.Models, Model{At: m.Start.Offset, Name: m.Name.Value, Limit: v.limit(m.Clauses), Clauses: v.clauses(m.Clauses)})
	}
	return t, nil
}

// A viewer shows the nodes of a text.
type viewer struct{ text string }

// of returns the text of a span, on one line.
func (v viewer) of(s dsl.Span) string {
	return strings.Join(strings.Fields(v.text[s.Start.Offset:s.End.Offset]), " ")
}

// limit returns the limit among clauses without its keyword, or "".
func (v viewer) limit(clauses []dsl.Clause) string {
	for _, c := range clauses {
		if l, ok := c.(*dsl.Limit); ok {
			return strings.TrimSpace(strings.TrimPrefix(strings.ToLower(v.of(l.Span)), "limit"))
		}
	}
	return ""
}

func (v viewer) clauses(list []dsl.Clause) []Clause {
	tiles := []Clause{}
	for _, c := range list {
		at := c.At().Start.Offset
		switch c := c.(type) {
		case *dsl.Limit, *dsl.Description, *dsl.Target, *dsl.TimeZone: // fields of the model
		case *dsl.Condition:
			tiles = append(tiles, v.condition(c))
		case *dsl.Group:
			tiles = append(tiles, Clause{Kind: "group", At: at, Name: c.Name.Value, Limit: v.limit(c.Clauses), Clauses: v.clauses(c.Clauses)})
		case *dsl.Dimension:
			tiles = append(tiles, Clause{Kind: "dimension", At: at, Name: c.Name.Value, Limit: v.limit(c.Clauses), Clauses: v.clauses(c.Clauses)})
		case *dsl.FirstOf:
			tiers := make([]Clause, len(c.Tiers))
			for i, t := range c.Tiers {
				tiers[i] = v.condition(t)
			}
			tiles = append(tiles, Clause{Kind: "first of", At: at, Name: c.Name.Value, Clauses: tiers})
		default:
			first, _, _ := strings.Cut(v.text[at:c.At().End.Offset], "\n")
			tiles = append(tiles, Clause{Kind: "other", At: at, Text: strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(first), "{"))})
		}
	}
	return tiles
}

func (v viewer) condition(c *dsl.Condition) Clause {
	tile := Clause{Kind: "condition", At: c.Start.Offset, Name: c.Name.Value, Points: c.Score.Points.Text, Items: v.items(c.Items)}
	if b := c.Score.Bound; b != nil {
		tile.Bound = "up to " + b.Text
		if c.Score.Down {
			tile.Bound = "down to " + b.Text
		}
	}
	return tile
}

func (v viewer) items(list []dsl.Item) []Item {
	items := make([]Item, 0, len(list))
	for _, i := range list {
		switch i := i.(type) {
		case *dsl.Child:
			items = append(items, v.child(i))
		case *dsl.ItemBlock:
			head, _, _ := strings.Cut(v.of(i.Span), "{")
			items = append(items, Item{Kind: "block", At: i.Start.Offset, Text: strings.TrimSpace(head), Items: v.items(i.Items)})
		}
	}
	return items
}

func (v viewer) child(c *dsl.Child) Item {
	path := dsl.Span{Start: c.Path[0].Start, End: pathEnd(c)}
	i := Item{Kind: "child", At: c.Start.Offset, Frequency: v.of(c.Frequency.Span), Path: v.of(path), Text: v.of(path)}
	if c.Label != nil {
		i.Text = c.Label.Value
	}
	if c.Range != nil {
		i.Range = v.of(c.Range.Span)
	}
	var rest []string
	for _, s := range additions(c) {
		rest = append(rest, v.of(s))
	}
	i.Rest = strings.Join(rest, " ")
	for _, e := range c.Where {
		i.Where = append(i.Where, e.String())
	}
	return i
}

// pathEnd returns the end of what a child is about.
func pathEnd(c *dsl.Child) dsl.Pos {
	if n := len(c.Or); n > 0 {
		return c.Or[n-1].End
	}
	return c.Path[len(c.Path)-1].End
}

// additions returns the spans of the burst, the cap and the decay of a child.
func additions(c *dsl.Child) []dsl.Span {
	var list []dsl.Span
	if c.Burst != nil {
		list = append(list, c.Burst.Span)
	}
	if c.Cap != nil {
		list = append(list, c.Cap.Span)
	}
	if c.Decay != nil {
		list = append(list, c.Decay.Span)
	}
	return list
}
