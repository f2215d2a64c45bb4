package language

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// labelEdits returns the edits by which labels have another name of a grade: a label is the
// grades of dimensions in a row. It returns nothing for what is not a grade of such a dimension.
func (s *Snapshot) labelEdits(o *check.Object, to string) ([]TextEdit, error) {
	if o.Kind != check.GradeObject || o.In.Kind != check.DimensionObject {
		return nil, nil
	}
	at := slices.IndexFunc(s.set.Models, func(m *check.Model) bool { return m.Name == o.In.In.Name })
	if at < 0 {
		return nil, nil
	}
	m := s.set.Models[at]
	place := slices.IndexFunc(m.Label, func(d *check.Dimension) bool { return d.Name == o.In.Name })
	if place < 0 {
		return nil, nil
	}
	lists := make([][]string, len(m.Label))
	for i, d := range m.Label {
		for band := range d.Grades.Bands() {
			lists[i] = append(lists[i], band.Name)
		}
	}
	var edits []TextEdit
	for _, f := range s.files {
		for _, text := range s.labelTexts(f, m) {
			parts := made(text.Value, lists)
			switch {
			case len(parts) == 0 || !slices.ContainsFunc(parts, func(p []string) bool { return p[place] == o.Name }):
				continue
			case len(parts) > 1:
				return nil, fmt.Errorf("the label %s in line %d of %s can be made of grades in several ways; change it first", text.Raw, text.Start.Line, f.Name)
			}
			parts[0][place] = to
			edits = append(edits, TextEdit{f.rangeOf(text.Span), quote(strings.Join(parts[0], ""))})
		}
	}
	return edits, nil
}

// labelTexts returns the labels of a model that a file names.
func (s *Snapshot) labelTexts(f *file, m *check.Model) []*dsl.String {
	var list []*dsl.String
	add := func(v dsl.Node) {
		if text, ok := v.(*dsl.String); ok && text != nil && text.Let == nil && !text.Bad {
			list = append(list, text)
		}
	}
	for _, b := range f.tree.Blocks {
		if t, ok := b.(*dsl.Test); ok {
			if of := s.tested(f, t); of == nil || of.model != m.Source {
				continue
			}
		}
		dsl.Walk(b, func(n dsl.Node) bool {
			switch n := n.(type) {
			case *dsl.Judgment:
				own := n.Model == nil && b == dsl.Block(m.Source) || n.Model != nil && n.Model.Value == m.Name
				if n.Subject == dsl.SubjectLabel && own && n.List == nil {
					for _, v := range n.Operands {
						add(v)
					}
				}
			case *dsl.Expectation:
				if n.Kind == dsl.ExpectLabel {
					add(n.Name)
				}
			}
			return true
		})
	}
	return list
}

// made returns the ways in which a label is made of one grade of each list, in their order:
// at most two of them.
func made(label string, lists [][]string) [][]string {
	if len(lists) == 0 {
		if label == "" {
			return [][]string{{}}
		}
		return nil
	}
	var ways [][]string
	for _, grade := range lists[0] {
		rest, ok := strings.CutPrefix(label, grade)
		if !ok {
			continue
		}
		for _, way := range made(rest, lists[1:]) {
			if ways = append(ways, append([]string{grade}, way...)); len(ways) > 1 {
				return ways
			}
		}
	}
	return ways
}
