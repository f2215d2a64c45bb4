package command

import (
	"fmt"
	"strings"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// exactTables returns the tables that a mapping file names. entity returns an entity of the
// schema, or nil.
func exactTables(m sqldb.Mapping, entity func(name string) *traverse.Entity) (map[string]pushdown.Table, error) {
	tables := map[string]pushdown.Table{}
	table := func(name string) (pushdown.Table, error) {
		if entity(name) == nil {
			return pushdown.Table{}, fmt.Errorf("the mapping names %s, but the schema has no such entity", shown.Quote(name))
		}
		t := tables[name]
		if t.Columns == nil {
			t.Columns = map[string]pushdown.Column{}
		}
		return t, nil
	}
	for name, from := range m.Tables {
		t, err := table(name)
		if err != nil {
			return nil, err
		}
		t.Schema, t.Name, t.ID = from.Schema, from.Name, pushdown.Column{Name: from.ID}
		for field, c := range from.Columns {
			t.Columns[field] = pushdown.Column{Name: c.Name, Format: c.Format, Separator: c.Separator, True: c.True, False: c.False, Codes: c.Codes}
		}
		tables[name] = t
	}
	for _, full := range m.Absent {
		name, field, _ := strings.Cut(full, ".")
		t, err := table(name)
		if err != nil {
			return nil, err
		}
		if field == "" {
			t.Absent = true
		} else {
			t.Columns[field] = pushdown.Column{Absent: true}
		}
		tables[name] = t
	}
	return tables, nil
}
