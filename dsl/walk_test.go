package dsl_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
)

// trials holds every construct of a test block, and a member without a valid type.
const trials = `test "T" {
    model "M"
    as of 2026-05-31
    3 EmailOpened "id" 10 days ago by "ada" with EmailName = "May" and Opens = ("A", "B") and SentOn = 3 days ago
    Lead on 2026-01-01 with Paid = true
    Order in 2 hours
    expect score 5
    expect "C" 3 times
    expect no grade
}
profile Lead { City txt }
`

// every returns the nodes of a tree, found without Walk.
func every(f *dsl.File) []dsl.Node {
	var list []dsl.Node
	nodes(reflect.ValueOf(f), nil, func(n, _ dsl.Node) {
		list = append(list, n)
		if c, ok := n.(*dsl.Child); ok {
			list = append(list, &c.Frequency)
		}
	})
	return list
}

// lies reports whether the span of n lies within that of outer.
func lies(n, outer dsl.Node) bool {
	in, out := n.At(), outer.At()
	return out.Start.Offset <= in.Start.Offset && in.Start.Offset <= in.End.Offset && in.End.Offset <= out.End.Offset
}

func TestWalk(t *testing.T) {
	kinds := map[string]int{}
	for _, text := range []string{everything, trials, blocks, leadBlocks} {
		f, _ := dsl.Parse("f", text, dsl.Limits{})
		visits := map[dsl.Node]int{}
		last := 0
		dsl.Walk(f, func(n dsl.Node) bool {
			visits[n]++
			kinds[fmt.Sprintf("%T", n)]++
			if start := n.At().Start.Offset; start < last {
				t.Errorf("%T at %d comes after a node at %d", n, start, last)
			} else {
				last = start
			}
			return true
		})
		for _, n := range every(f) {
			if visits[n] != 1 {
				t.Errorf("%T %q is visited %d times", n, text[n.At().Start.Offset:n.At().End.Offset], visits[n])
			}
			delete(visits, n)
		}
		if len(visits) > 0 {
			t.Errorf("%d nodes are visited that the tree does not hold", len(visits))
		}
	}
	for _, kind := range []string{
		"File", "Model", "Description", "Target", "TimeZone", "SalesReady", "Grade", "Condition", "Score", "Child", "Frequency", "Range",
		"Comparison", "Name", "String", "Number", "Moment", "TimeSpan", "Bool", "Entity", "Field", "Relationship", "DatedBy", "BadMember",
		"Test", "TestModel", "AsOf", "Record", "When", "FieldValue", "Expectation",
		"ChooseModel", "ChooseBy", "LeadCreation", "CreationFrom", "CreationScope", "CreationPer", "SetValues", "Assignment", "AssignmentRule", "Otherwise",
		"Active", "ItemBlock", "Burst", "Cap", "Decay", "And", "Or", "Not",
	} {
		if kinds["*dsl."+kind] == 0 {
			t.Errorf("no %s is visited", kind)
		}
	}
}

func TestWalkLeavesOut(t *testing.T) {
	f, _ := dsl.Parse("f", everything, dsl.Limits{})
	dsl.Walk(f, func(n dsl.Node) bool {
		switch n.(type) {
		case *dsl.File, *dsl.Model, *dsl.Condition, *dsl.String:
			return true
		case *dsl.Child, *dsl.ItemBlock, *dsl.Active, *dsl.Score, *dsl.Entity, *dsl.Description, *dsl.Target, *dsl.TimeZone, *dsl.Grade, *dsl.SalesReady:
			return false
		}
		t.Errorf("%T is visited", n)
		return true
	})
}

// TestNodeAt checks that each node is found at its start, by its path in the tree.
func TestNodeAt(t *testing.T) {
	for _, text := range []string{everything, trials, blocks, leadBlocks} {
		f, _ := dsl.Parse("f", text, dsl.Limits{})
		var check func(n dsl.Node, above []dsl.Node)
		check = func(n dsl.Node, above []dsl.Node) {
			path := append(above[:len(above):len(above)], n)
			at := n.At()
			for _, offset := range []int{at.Start.Offset, (at.Start.Offset + at.End.Offset) / 2} {
				got := dsl.PathAt(f, offset)
				if len(got) < len(path) && offset == at.Start.Offset {
					t.Errorf("%T is not found at %d: %T", n, offset, got)
					continue
				}
				if offset == at.Start.Offset && !reflect.DeepEqual(got[:len(path)], path) {
					t.Errorf("the path to %T at %d is %T", n, offset, got)
				}
				for i := range got[1:] {
					if !lies(got[i+1], got[i]) {
						t.Errorf("%T reaches out of %T", got[i+1], got[i])
					}
				}
				if dsl.NodeAt(f, offset) != got[len(got)-1] {
					t.Errorf("NodeAt and PathAt differ at %d", offset)
				}
			}
			dsl.Walk(n, func(child dsl.Node) bool {
				if child != n {
					check(child, path)
				}
				return child == n
			})
		}
		check(f, nil)
	}
}

func TestNodeAtEdges(t *testing.T) {
	const text = `model "M" { // about M
    condition "C" { has Lead.Contact where A="x" score +1 }
}
`
	f, diags := dsl.Parse("f", text, dsl.Limits{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	for _, test := range []struct {
		before string // the offset is after this
		want   string // the type of the innermost node, and its text
	}{
		{``, `*dsl.Model`},
		{`mod`, `*dsl.Model`},
		{`model "M"`, `*dsl.String "M"`},
		{`model "M" `, `*dsl.Model`},
		{`model "M" { // abo`, `*dsl.Model`},
		{`has`, `*dsl.Frequency has`},
		{`has Lead`, `*dsl.Name Lead`},
		{`has Lead.`, `*dsl.Name Contact`},
		{`has Lead.Contact `, `*dsl.Child`},
		{`where A`, `*dsl.Name A`},
		{`where A=`, `*dsl.String "x"`},
		{`where A="x"`, `*dsl.String "x"`},
		{`where A="x" `, `*dsl.Score`},
		{`score +1 }`, `*dsl.Condition`},
		{"score +1 }\n}", `*dsl.Model`},
		{"score +1 }\n}\n", `*dsl.File`},
	} {
		at := 0
		for !strings.HasSuffix(text[:at], test.before) {
			at++
		}
		n := dsl.NodeAt(f, at)
		got := fmt.Sprintf("%T %s", n, text[n.At().Start.Offset:n.At().End.Offset])
		if !strings.HasPrefix(got, test.want) {
			t.Errorf("after %q: got %s, want %s", test.before, got, test.want)
		}
	}
	for _, offset := range []int{-1, len(text) + 1} {
		if n := dsl.NodeAt(f, offset); n != nil || dsl.PathAt(f, offset) != nil {
			t.Errorf("%d: got %T outside of the file", offset, n)
		}
	}
	empty, _ := dsl.Parse("f", "", dsl.Limits{})
	if n := dsl.NodeAt(empty, 0); n != empty {
		t.Errorf("got %T in an empty file", n)
	}
}

// TestBrokenHeads checks that a block without a brace spans its name.
func TestBrokenHeads(t *testing.T) {
	for _, text := range []string{`model "M"`, `test "T" as of`, `profile Lead City text }`, `model "M" { condition "C" has Lead }`} {
		f, diags := dsl.Parse("f", text, dsl.Limits{})
		if len(diags) == 0 {
			t.Errorf("%s: no problem", text)
		}
		names := 0
		dsl.Walk(f, func(outer dsl.Node) bool {
			dsl.Walk(outer, func(n dsl.Node) bool {
				if !lies(n, outer) {
					t.Errorf("%s: %T %v reaches out of %T %v", text, n, n.At(), outer, outer.At())
				}
				return n == outer
			})
			switch outer.(type) {
			case *dsl.Name, *dsl.String:
				names++
			}
			return true
		})
		if names == 0 {
			t.Errorf("%s: no name is read", text)
		}
	}
}
