package tiles

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

// add adds a condition at the end of a model, group or dimension, or a tier.
func (e *editor) add(name string) error {
	if strings.TrimSpace(name) == "" {
		return errors.New("a name must not be empty")
	}
	switch e.node.(type) {
	case *dsl.Model, *dsl.Group, *dsl.Dimension, *dsl.FirstOf:
	default:
		return errors.New("this has no conditions")
	}
	end := e.node.At().End.Offset - 1 // before the brace
	if last := lastTile(e.node); last != nil {
		_, end = e.block(last)
	}
	e.grows = nil
	e.replace(end, end, fmt.Sprintf("\ncondition %s {\nhas Lead\nscore +1\n}\n", strconv.Quote(e.free(name))))
	return nil
}

// free returns a name that no condition of the model has: name itself, or with a number.
func (e *editor) free(name string) string {
	taken := map[string]bool{}
	dsl.Walk(e.path[1], func(n dsl.Node) bool {
		if s := nameOf(n); s != nil {
			taken[s.Value] = true
		}
		return true
	})
	for i, free := 2, name; ; i++ {
		if !taken[free] {
			return free
		}
		free = fmt.Sprintf("%s %d", name, i)
	}
}

// addChild adds a child at the end of a condition.
func (e *editor) addChild(value string) error {
	c, ok := e.node.(*dsl.Condition)
	if !ok {
		return errors.New("this is not a condition")
	}
	if len(c.Items) == 0 {
		return errors.New("the condition has no child")
	}
	_, end := e.block(c.Items[len(c.Items)-1])
	e.grows = nil
	e.replace(end, end, value+"\n")
	return nil
}

// tilesIn returns the clauses that can be moved among each other in a node.
func tilesIn(n dsl.Node) []dsl.Node {
	var list []dsl.Node
	add := func(clauses []dsl.Clause) {
		for _, c := range clauses {
			if nameOf(c) != nil {
				list = append(list, c)
			}
		}
	}
	switch n := n.(type) {
	case *dsl.Model:
		add(n.Clauses)
	case *dsl.Group:
		add(n.Clauses)
	case *dsl.Dimension:
		add(n.Clauses)
	case *dsl.FirstOf:
		for _, t := range n.Tiers {
			list = append(list, t)
		}
	}
	return list
}

// lastTile returns the last of tilesIn, or nil.
func lastTile(n dsl.Node) dsl.Node {
	list := tilesIn(n)
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

// block returns the lines of a node: from the comments directly before it to the end of
// its last line.
func (e *editor) block(n dsl.Node) (from, to int) {
	s := n.At()
	from = strings.LastIndexByte(e.text[:s.Start.Offset], '\n') + 1
	for from > 0 {
		line := strings.LastIndexByte(e.text[:from-1], '\n') + 1
		if !strings.HasPrefix(strings.TrimSpace(e.text[line:from]), "//") {
			break
		}
		from = line
	}
	if i := strings.IndexByte(e.text[s.End.Offset:], '\n'); i >= 0 {
		return from, s.End.Offset + i + 1
	}
	return from, len(e.text)
}

// parent returns the node that the node is directly in.
func (e *editor) parent() dsl.Node {
	if len(e.path) < 2 {
		return nil
	}
	return e.path[len(e.path)-2]
}

// move moves a clause before another one beside it, or to the end.
func (e *editor) move(to dsl.Node) error {
	siblings := tilesIn(e.parent())
	at, before := -1, len(siblings)
	for i, s := range siblings {
		if s == e.node {
			at = i
		}
		if s == to {
			before = i
		}
	}
	if at < 0 || to != nil && nameOf(to) != nil && before == len(siblings) {
		return errors.New("this can be moved only among the tiles beside it")
	}
	if before == at || before == at+1 {
		return nil
	}
	from, end := e.block(e.node)
	text := e.text[from:end]
	var target int
	if before < len(siblings) {
		target, _ = e.block(siblings[before])
	} else {
		_, target = e.block(siblings[len(siblings)-1])
	}
	e.replace(from, end, "")
	e.replace(target, target, "\n"+text+"\n")
	e.moved = text
	return nil
}

// remove removes a tile. What it is in must keep at least one of its kind, as far as the
// language wants one.
func (e *editor) remove() error {
	switch e.node.(type) {
	case *dsl.Child, *dsl.ItemBlock, *dsl.Condition, *dsl.Group, *dsl.Dimension, *dsl.FirstOf, *dsl.Table:
	default:
		return errors.New("this cannot be removed here")
	}
	s := e.node.At()
	e.grows = nil
	from := strings.LastIndexByte(e.text[:s.Start.Offset], '\n') + 1
	to := s.End.Offset
	if i := strings.IndexByte(e.text[to:], '\n'); i >= 0 {
		to += i + 1
	}
	e.replace(from, to, "")
	return nil
}
