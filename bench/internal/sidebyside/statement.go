package sidebyside

import (
	"context"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/pushdown"
)

// A Pushdown scores all leads by the statement that package pushdown makes of a model, in a
// database with the tables and columns of the workload.
type Pushdown struct {
	Schema  *leadscore.Schema
	Dialect *pushdown.Dialect
	Mapping pushdown.Mapping
}

// Mapping is that of tables with the types that a dialect has for fields. Leads refer to no
// accounts.
var Mapping = pushdown.Mapping{Tables: map[string]pushdown.Table{
	crm.Lead.Name: {Columns: map[string]pushdown.Column{"ParentAccount": {Absent: true}}},
}}

func (p *Pushdown) statement(m *rules.Model) (*pushdown.Statement, error) {
	set, err := leadscore.CompileSet(p.Schema, []leadscore.File{{Name: m.Name, Text: m.Text()}})
	if err != nil {
		return nil, err
	}
	return pushdown.New(set, p.Dialect, p.Mapping)
}

// Score scores all leads. To make the statement is part of it.
func (p *Pushdown) Score(ctx context.Context, db pushdown.Queryer, m *rules.Model, score func(lead string, score int64)) error {
	s, err := p.statement(m)
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

// Literal returns the text of the statement.
func (p *Pushdown) Literal(m *rules.Model) (string, error) {
	s, err := p.statement(m)
	if err != nil {
		return "", err
	}
	return s.Literal(crm.AsOf)
}

// Refused returns why there is no statement of a model, such as that the database takes none
// that is as long, or nil.
func (p *Pushdown) Refused(m *rules.Model) error {
	_, err := p.Literal(m)
	return err
}
