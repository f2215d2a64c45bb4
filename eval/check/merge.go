package check

import (
	"slices"

	"github.com/leadscore/leadscore/dsl"
)

// Merge returns the problems of the files of one compilation: those that the parser found in
// each of them, and those that [NewSet] found in all. They are in the order of the files and
// of their texts, at most limit for each file. It leaves out what the parser found wrong
// within a name that the checker knows better, such as Parent contact for ParentContact. It
// may change the lists in parsed.
func Merge(files []*dsl.File, parsed []dsl.Diagnostics, found dsl.Diagnostics, limit int) dsl.Diagnostics {
	at := map[string]int{}
	for i, f := range files {
		at[f.Name] = i
	}
	var all dsl.Diagnostics
	for _, d := range found {
		if i, ok := at[d.File]; ok {
			parsed[i] = append(parsed[i], d)
		} else {
			all = append(all, d)
		}
	}
	for _, ds := range parsed {
		ds = withoutCovered(ds)
		ds.Sort()
		all = append(all, ds.Limit(limit)...)
	}
	return all
}

// withoutCovered leaves out what the parser found wrong within a name that the checker
// knows better.
func withoutCovered(ds dsl.Diagnostics) dsl.Diagnostics {
	var names []dsl.Span
	for _, d := range ds {
		if d.Code == CodeName || d.Code == CodePath {
			names = append(names, d.Span)
		}
	}
	return slices.DeleteFunc(ds, func(d dsl.Diagnostic) bool {
		at := d.Span.Start.Offset
		return d.Code == dsl.CodeSyntax && slices.ContainsFunc(names, func(name dsl.Span) bool {
			return name.Start.Offset < at && at < name.End.Offset
		})
	})
}
