package tiles

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

// A Gesture is a change of a tile.
//
//	points      Value becomes the points of the condition, such as +5
//	name        Value becomes the name of the model, condition, group, dimension or block of tiers
//	frequency   Value becomes the frequency of the child, such as at least 2
//	range       Value becomes the date range of the child; "" removes it
//	expression  Value becomes the expression Index of the child; one more adds it, "" removes it
//	limit       Value becomes the limit of the model, group or dimension, such as up to 40; "" removes it
//	add         adds a condition called Value at the end of the model, group or dimension, or a tier
//	add child   adds the child Value at the end of the condition
//	move        moves the clause before the clause at To beside it; to the end, if To is -1
//	remove      removes the condition, group, dimension, block of tiers, child or block
type Gesture struct {
	Kind  string `json:"kind"`
	At    int    `json:"at"` // the offset of the tile in the text
	To    int    `json:"to"`
	Index int    `json:"index"`
	Value string `json:"value"`
}

// A File is a rule file that is compiled together with the one of the tiles.
type File struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// ApplyIn is like [Apply] for a rule file that is compiled together with others. It also returns
// those that have other texts then: a new name is used in them, too.
func ApplyIn(name, text string, others []File, g Gesture) (string, []File, error) {
	if g.Kind != "name" {
		edited, err := Apply(name, text, g)
		return edited, nil, err
	}
	e, edited, err := apply(name, text, g)
	if err != nil {
		return "", nil, err
	}
	var changed []File
	for _, o := range others {
		canonical, err := dsl.Format(o.Name, o.Text)
		if err != nil {
			return "", nil, fmt.Errorf("%s has errors, and may use the name: correct them first", o.Name)
		}
		f, _ := dsl.Parse(o.Name, canonical, dsl.Limits{})
		in := &editor{name: o.Name, file: f, text: canonical, node: e.node, path: e.path, grows: map[string]int{}}
		if isModel(e.node) && in.taken(g.Value, nil) {
			return "", nil, fmt.Errorf("the name %s is taken in %s", strconv.Quote(g.Value), o.Name)
		}
		for _, s := range in.uses(nameOf(e.node).Value) {
			in.replace(s.Start.Offset, s.End.Offset, strconv.Quote(g.Value))
		}
		if len(in.edits) == 0 {
			continue
		}
		renamed, err := dsl.Format(o.Name, in.apply())
		if err != nil {
			return "", nil, err
		}
		changed = append(changed, File{o.Name, renamed})
	}
	return edited, changed, nil
}

// Apply returns a rule file with a gesture made. The text is in its canonical form then, and
// has all comments that it had. Apply fails, with a message for people, if the text does not
// parse, if there is no such tile, and if the value is not one or would change more than what
// it is for.
func Apply(name, text string, g Gesture) (string, error) {
	_, edited, err := apply(name, text, g)
	return edited, err
}

// apply makes a gesture, and also returns the editor that made it.
func apply(name, text string, g Gesture) (*editor, string, error) {
	before, diags := dsl.Parse(name, text, dsl.Limits{})
	if len(diags) > 0 {
		return nil, "", errors.New("the text has errors: correct them to go on with tiles")
	}
	at, to := place(before, g.At), place(before, g.To)
	canonical, err := dsl.Format(name, text)
	if err != nil {
		return nil, "", err
	}
	f, _ := dsl.Parse(name, canonical, dsl.Limits{})
	e := &editor{name: name, file: f, text: canonical, node: nodeAt(f, at), path: pathTo(f, at)}
	if e.node == nil {
		return nil, "", errors.New("there is no such tile any more: try again")
	}
	if err := e.gesture(g, nodeAt(f, to)); err != nil {
		return nil, "", err
	}
	edited := e.apply()
	if after, diags := dsl.Parse(name, edited, dsl.Limits{}); len(diags) > 0 {
		return nil, "", errors.New(diags[0].Message())
	} else if wrong := e.unwanted(after); wrong {
		return nil, "", fmt.Errorf("%s is not what can be written here", strconv.Quote(g.Value))
	}
	edited, err = dsl.Format(name, edited)
	return e, edited, err
}

// place returns which node of those that tiles show starts at an offset, counted in the order
// of the text; or -1. The same node has the same place in the canonical form.
func place(f *dsl.File, offset int) int {
	n, found := 0, -1
	dsl.Walk(f, func(node dsl.Node) bool {
		if isTile(node) {
			if found < 0 && node.At().Start.Offset == offset {
				found = n
			}
			n++
		}
		return true
	})
	return found
}

// isTile reports whether tiles show a node.
func isTile(n dsl.Node) bool {
	switch n.(type) {
	case *dsl.Child, *dsl.ItemBlock, *dsl.Model:
		return true
	case dsl.Clause:
		return true
	}
	return false
}

// pathTo returns the nodes down to the node at a place, which is the last; or nil.
func pathTo(f *dsl.File, at int) []dsl.Node {
	node := nodeAt(f, at)
	if node == nil {
		return nil
	}
	var path []dsl.Node
	dsl.Walk(f, func(n dsl.Node) bool {
		s, o := n.At(), node.At()
		inside := s.Start.Offset <= o.Start.Offset && o.End.Offset <= s.End.Offset
		if inside && (len(path) == 0 || path[len(path)-1] != node) {
			path = append(path, n)
		}
		return inside
	})
	return path
}

// nodeAt returns the node at a place, or nil.
func nodeAt(f *dsl.File, at int) dsl.Node {
	n := 0
	var found dsl.Node
	dsl.Walk(f, func(node dsl.Node) bool {
		if isTile(node) {
			if n == at {
				found = node
			}
			n++
		}
		return true
	})
	return found
}

// An editor collects the edits of a text that a gesture makes.
type editor struct {
	name  string
	file  *dsl.File
	text  string // in canonical form
	node  dsl.Node
	path  []dsl.Node // from the file down to node
	edits []edit
	grows map[string]int // how many more nodes of a kind there are to be; nil if it may be any
	moved string         // what is cut and inserted elsewhere, with its comments
}

// An edit replaces a part of the text.
type edit struct {
	from, to int
	text     string
}

func (e *editor) replace(from, to int, text string) { e.edits = append(e.edits, edit{from, to, text}) }

// apply returns the text with the edits made. Comments in what is replaced come before its
// line.
func (e *editor) apply() string {
	text := e.text
	slices.SortStableFunc(e.edits, func(a, b edit) int { return b.from - a.from })
	for _, x := range e.edits {
		kept := ""
		for _, c := range e.file.Comments {
			if x.from <= c.Start.Offset && c.End.Offset <= x.to && e.text[x.from:x.to] != e.moved {
				kept += c.Text + "\n"
			}
		}
		line := strings.LastIndexByte(text[:x.from], '\n') + 1
		text = text[:line] + kept + text[line:x.from] + x.text + text[x.to:]
	}
	return text
}

// count counts the nodes of a file by kind: what a value may not add to or take from.
func count(f *dsl.File) map[string]int {
	n := map[string]int{}
	dsl.Walk(f, func(node dsl.Node) bool {
		switch node := node.(type) {
		case *dsl.Child:
			n["child"]++
			n["where"] += len(node.Where)
			n["addition"] += len(additions(node))
			if node.Label != nil {
				n["label"]++
			}
			if node.Range != nil {
				n["range"]++
			}
		case *dsl.Number, *dsl.String, *dsl.Name, *dsl.Comparison, *dsl.And, *dsl.Or, *dsl.Not, *dsl.Judgment, *dsl.TimeSpan, *dsl.Moment, *dsl.Bool:
		default:
			n[fmt.Sprintf("%T", node)]++
		}
		return true
	})
	n["comment"] = len(f.Comments)
	return n
}

// unwanted reports whether the text has more or fewer nodes of some kind after the edits than
// the gesture is to make.
func (e *editor) unwanted(after *dsl.File) bool {
	if e.grows == nil {
		return false
	}
	was, is := count(e.file), count(after)
	for kind, n := range e.grows {
		was[kind] += n
	}
	for _, m := range []map[string]int{was, is} {
		for kind := range m {
			if was[kind] != is[kind] {
				return true
			}
		}
	}
	return false
}

// number matches the points of a condition.
var number = regexp.MustCompile(`^[+-]?[0-9]+$`)

// gesture makes a gesture. to is the node at To.
func (e *editor) gesture(g Gesture, to dsl.Node) error {
	e.grows = map[string]int{}
	value := strings.TrimSpace(g.Value)
	if f, _ := dsl.Parse("", value, dsl.Limits{}); len(f.Comments) > 0 && g.Kind != "name" && g.Kind != "add" {
		return errors.New("write comments in the text")
	}
	switch g.Kind {
	case "points":
		return e.points(value)
	case "name":
		return e.rename(g.Value)
	case "limit":
		return e.limit(value)
	case "add":
		return e.add(g.Value)
	case "add child":
		return e.addChild(value)
	case "move":
		return e.move(to)
	case "remove":
		return e.remove()
	}
	c, ok := e.node.(*dsl.Child)
	if !ok {
		return errors.New("this is not a child of a condition")
	}
	switch g.Kind {
	case "frequency":
		return e.frequency(c, value)
	case "range":
		return e.dateRange(c, value)
	case "expression":
		return e.expression(c, g.Index, value)
	}
	return fmt.Errorf("there is no gesture %s", strconv.Quote(g.Kind))
}
