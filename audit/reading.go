package audit

import (
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/source/tables"
)

// readingCodes are the codes of what package tables noticed as it read files.
var readingCodes = map[tables.WarningKind]dsl.Code{
	tables.AmbiguousNumber: CodeAmbiguous,
	tables.NearWhere:       CodeNearWhere,
	tables.NearNull:        CodeNearNull,
	tables.NearKey:         CodeNearKey,
}

// reading adds what was noticed about the entities and fields that the rules ask for
// as they were read from files.
func (x *auditor) reading(data any) {
	loaded, ok := data.(*tables.Data)
	if !ok {
		return
	}
	for _, w := range loaded.Report.Warnings {
		if e := x.asked.byName[w.Entity]; e == nil || !e.asksFor(w.Field) {
			continue
		}
		x.add(Finding{
			Code: readingCodes[w.Kind], Entity: w.Entity, Field: w.Field, Count: w.Count, Of: w.Of,
			Summary: w.Message, Examples: w.Examples, Help: w.Help,
		})
	}
}

// asksFor reports whether the rules need a field or reference of the entity, or its
// records for "".
func (e *askedEntity) asksFor(name string) bool {
	return name == "" || name == "id" ||
		slices.ContainsFunc(e.fields, func(f *askedField) bool { return f.Name == name }) ||
		slices.ContainsFunc(e.refs, func(r askedRef) bool { return r.name == name })
}
