package findings

import (
	"fmt"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// LaterRecords returns a warning with [CodeLater] for each record of a model's test that
// comes into existence after the as of of the test, in their order. The first lead is
// scored all the same, so it is not among them.
func LaterRecords(m *check.Model, test *check.Test) dsl.Diagnostics {
	var list dsl.Diagnostics
	scored := false
	for i := range test.Records {
		r := &test.Records[i]
		isFirst := r.Entity == traverse.Lead && !scored
		scored = scored || r.Entity == traverse.Lead
		if isFirst || r.Source == nil || !isLater(m, test, r) {
			continue
		}
		list = append(list, dsl.Diagnostic{
			Severity: dsl.Warning, Code: CodeLater, File: test.File.Name, Span: r.Source.Span, Line: test.File.Line(r.Source.Start),
			Summary: fmt.Sprintf("this %s is later than as of, so it does not exist for the test and never counts", r.Entity),
			Help:    "as of is " + test.AsOf.In(m.Zone).Format(time.RFC3339),
		})
	}
	return list
}

// isLater reports whether a record comes into existence after the as of of its test.
func isLater(m *check.Model, test *check.Test, r *check.TestRecord) bool {
	e := m.Schema.Entity(r.Entity)
	if e == nil {
		return false
	}
	field, dated := e.Dated()
	v, ok := r.Values[field.Name]
	switch {
	case !dated || !ok:
		return false
	case field.Type == traverse.Date:
		return v.Day() > check.AsOfDay(test.AsOf, m.Zone)
	}
	return v.Micros() > test.AsOf.UnixMicro()
}
