package findings

import (
	"github.com/leadscore/leadscore/dsl"
)

// unusedNames reports the names for values of a file that are never used. It reports
// nothing for a file that could not be read as a whole.
func unusedNames(file *dsl.File) dsl.Diagnostics {
	var lets []*dsl.Let
	whole := !file.Incomplete
	for _, b := range file.Blocks {
		switch b := b.(type) {
		case *dsl.Let:
			lets = append(lets, b)
		case *dsl.Model:
			whole = whole && !b.Incomplete
			for _, clause := range b.Clauses {
				if l, ok := clause.(*dsl.Let); ok {
					lets = append(lets, l)
				}
			}
		case *dsl.Test:
			whole = whole && !b.Incomplete
		}
	}
	if len(lets) == 0 || !whole {
		return nil
	}
	used := map[*dsl.Let]bool{}
	dsl.Walk(file, func(n dsl.Node) bool {
		switch n := n.(type) {
		case *dsl.String:
			used[n.Let] = true
		case *dsl.Number:
			used[n.Let] = true
		case *dsl.Moment:
			used[n.Let] = true
		case *dsl.TimeSpan:
			used[n.Let] = true
		case *dsl.Comparison:
			used[n.List] = true
		case *dsl.Judgment:
			used[n.List] = true
		case *dsl.Row:
			used[n.List] = true
		}
		return true
	})
	var found dsl.Diagnostics
	for _, l := range lets {
		if used[l] || l.Name == nil || l.Value == nil {
			continue
		}
		found = append(found, dsl.Diagnostic{
			Severity: dsl.Warning, Code: CodeUnused, Summary: l.Name.String() + " is never used", Help: "drop it",
			File: file.Name, Span: l.Name.Span, Line: file.Line(l.Name.Start),
		})
	}
	return found
}
