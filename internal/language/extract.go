package language

import (
	"fmt"
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

// extractions returns the actions that give the value at a place a name: there, and wherever
// the same value is in its model.
func (s *Snapshot) extractions(f *file, start, end int) []Action {
	block, v, ok := valueAt(f.tree, start, end)
	if !ok || !f.isValue(v) {
		return nil
	}
	name := s.freshName(f, v)
	declaration := TextEdit{f.before(block), fmt.Sprintf("let %s = %s\n\n", name, v.text)}
	if m, ok := block.(*dsl.Model); ok && len(m.Clauses) > 0 {
		const indent = "    "
		declaration = TextEdit{f.before(m.Clauses[0]), fmt.Sprintf("%slet %s = %s\n", indent, name, v.text)}
		if declaration.Start <= m.Start.Offset { // all of the model is on one line
			declaration = TextEdit{Range{f.Name, m.Clauses[0].At().Start.Offset, m.Clauses[0].At().Start.Offset}, fmt.Sprintf("let %s = %s ", name, v.text)}
		}
	}
	one := []TextEdit{declaration, v.named(f, name)}
	if !s.isSound(one) {
		return nil
	}
	list := []Action{{fmt.Sprintf("Give %s a name", v.text), Extract, one, nil}}
	if all := s.everywhere(f, block, v, name); len(all) > 1 {
		title := fmt.Sprintf("Give %s a name in all %d places", v.text, len(all))
		if all = append([]TextEdit{declaration}, all...); s.isSound(all) {
			list = append(list, Action{title, Extract, all, nil})
		}
	}
	return list
}

// isSound reports whether there is no new problem after edits.
func (s *Snapshot) isSound(edits []TextEdit) bool {
	after, err := s.with(edits)
	return err == nil && newProblem(s.errors, after.errors) == nil
}

// everywhere returns the edits that put a name wherever a value is in a block.
func (s *Snapshot) everywhere(f *file, block dsl.Node, v value, name string) []TextEdit {
	var edits []TextEdit
	dsl.Walk(block, func(n dsl.Node) bool {
		if _, ok := n.(*dsl.Let); ok {
			return false
		}
		other, ok := asValue(n)
		if ok && other.kind == v.kind && other.text == v.text && f.isValue(other) {
			edits = append(edits, other.named(f, name))
		}
		return !ok // a length of time has a number
	})
	return edits
}

// A value is a value that is written in rules.
type value struct {
	kind valueKind
	text string // as a let has it
	at   dsl.Span
	sign string // of points, which a name takes, too
	node dsl.Node
}

// A valueKind is a kind of a [value].
type valueKind uint8

const (
	textValue valueKind = iota
	numberValue
	momentValue
	spanValue
)

// asValue returns the value that a node is.
func asValue(n dsl.Node) (value, bool) {
	switch n := n.(type) {
	case *dsl.String:
		return value{textValue, n.Raw, n.Span, "", n}, n.Let == nil && !n.Bad && n.Value != ""
	case *dsl.Number:
		text := strings.TrimLeft(n.Text, "+-")
		return value{numberValue, text, n.Span, n.Text[:len(n.Text)-len(text)], n}, n.Let == nil && !n.Bad && text != ""
	case *dsl.Moment:
		return value{momentValue, n.Raw, n.Span, "", n}, n.Let == nil && !n.Bad
	case *dsl.TimeSpan:
		whole := n.Count != nil && n.End.Offset > n.Count.End.Offset
		return value{spanValue, n.String(), n.Span, "", n}, n.Let == nil && whole && !n.Count.Bad
	}
	return value{}, false
}

// valueAt returns the value that has all of a part of a tree, and the block at the top level
// that it is in.
func valueAt(tree *dsl.File, start, end int) (block dsl.Node, v value, ok bool) {
	path := dsl.PathAt(tree, start)
	for i, n := range path {
		if _, let := n.(*dsl.Let); let {
			return nil, value{}, false
		}
		found, isValue := asValue(n)
		if i > 1 && isValue && end <= found.at.End.Offset {
			return path[1], found, true
		}
	}
	return nil, value{}, false
}

// isValue reports whether a name can stand for a value where it is: a text may be a name, or
// free.
func (f *file) isValue(v value) bool {
	t, ok := f.tokenAt(v.at.Start.Offset)
	if !ok || t.Start.Offset != v.at.Start.Offset {
		if t, ok = f.tokenAt(v.at.Start.Offset + 1); !ok {
			return false
		}
	}
	return v.kind != textValue || t.Kind == dsl.KindValue
}

// named returns the edit that puts a name in the place of a value. Points keep their sign.
func (v value) named(f *file, name string) TextEdit {
	return TextEdit{f.rangeOf(v.at), v.sign + name}
}

// freshName returns a name for a value that no let has.
func (s *Snapshot) freshName(f *file, v value) string {
	base := [...]string{textValue: "Text", numberValue: "Number", momentValue: "Date", spanValue: "Span"}[v.kind]
	path := dsl.PathAt(f.tree, v.at.Start.Offset)
	for i := len(path) - 1; i > 0; i-- {
		switch n := path[i].(type) {
		case *dsl.Score:
			base = "Points"
		case *dsl.Grade, *dsl.SalesReady:
			base = "Threshold"
		case *dsl.Comparison:
			if len(n.Ref) > 0 && !strings.HasPrefix(n.Ref[len(n.Ref)-1].String(), "`") {
				base = n.Ref[len(n.Ref)-1].Text + base
			}
		default:
			continue
		}
		break
	}
	taken := map[string]bool{}
	lets := f.index().lets
	for _, m := range f.index().models {
		lets = append(lets[:len(lets):len(lets)], m.lets...)
	}
	for _, l := range lets {
		taken[l.Name.Text] = true
	}
	name := base
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s%d", base, n)
	}
	return name
}

// before returns the empty range before the line on which a node begins, and before the comment
// lines directly above it.
func (f *file) before(n dsl.Node) Range {
	at := strings.LastIndexByte(f.Text[:n.At().Start.Offset], '\n') + 1
	for at > 0 {
		above := strings.LastIndexByte(f.Text[:at-1], '\n') + 1
		if line := strings.TrimSpace(f.Text[above:at]); !strings.HasPrefix(line, "//") {
			break
		}
		at = above
	}
	return Range{f.Name, at, at}
}
