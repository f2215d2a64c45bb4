package sidebyside

import (
	"context"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/pushdown"
)

// Pushdown scores all leads by the statement that package pushdown makes of a model, in a
// database with the tables and columns of the workload. To make the statement is part of it.
func Pushdown(ctx context.Context, schema *leadscore.Schema, dialect *pushdown.Dialect, db pushdown.Queryer, m *rules.Model, score func(lead string, score int64)) error {
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: m.Name, Text: m.Text()}})
	if err != nil {
		return err
	}
	lead := pushdown.Table{Columns: map[string]pushdown.Column{"ParentAccount": {Absent: true}}}
	s, err := pushdown.New(set, dialect, pushdown.Mapping{Tables: map[string]pushdown.Table{"Lead": lead}})
	if err != nil {
		return err
	}
	for row, err := range s.Query(ctx, db, crm.AsOf) {
		if err != nil {
			return err
		}
		score(row.Lead, row.Score)
	}
	return nil
}
