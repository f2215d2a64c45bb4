package api

import (
	"context"
	"slices"

	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// records are records of an entity as a table.
type records struct {
	Entities []entityRecords `json:"entities"` // those of which there are records
	Entity   string          `json:"entity"`   // whose records follow, or "" if there are none at all
	Columns  []string        `json:"columns"`  // fields and references that some record of the entity has
	IDs      []string        `json:"ids"`
	Rows     [][]string      `json:"rows"` // the values by column, for people to read; "" is none
}

// entityRecords says how many records there are of an entity.
type entityRecords struct {
	Name    string `json:"name"`
	Records int    `json:"records"`
}

// mostRecords is how many records are answered, unless a request says otherwise.
const mostRecords = 100

// listRecords answers with records of the data, in their order: those of an entity, or of Lead or
// else the first entity that has some.
func listRecords(ctx context.Context, s *Session, r *request) (any, error) {
	p := struct {
		Entity string `json:"entity"`
		Limit  int    `json:"limit"`
	}{Limit: mostRecords}
	if err := r.read(&p); err != nil {
		return nil, err
	}
	set, err := s.compileModels(&s.rules)
	if err != nil {
		return nil, err
	}
	data, err := s.load(ctx, r, set, s.zoneOf(set))
	if err != nil {
		return nil, err
	}
	store := data.Lend(data)
	out := &records{Entities: []entityRecords{}, Columns: []string{}, IDs: []string{}, Rows: [][]string{}}
	err = store.Use(ctx, 0, func() error {
		for e := range set.Schema().Entities() {
			if n := store.Len(e.Name()); n > 0 {
				out.Entities = append(out.Entities, entityRecords{e.Name(), n})
			}
		}
		if out.Entity = out.choose(p.Entity); out.Entity != "" {
			out.fill(store.Table(out.Entity), p.Limit)
		}
		return nil
	})
	return out, err
}

// choose returns the entity that is wanted, or Lead, or the first one, whichever has records.
func (o *records) choose(wanted string) string {
	for _, name := range []string{wanted, "Lead"} {
		if slices.ContainsFunc(o.Entities, func(e entityRecords) bool { return e.Name == name }) {
			return name
		}
	}
	if len(o.Entities) == 0 {
		return ""
	}
	return o.Entities[0].Name
}

// fill adds the records of a table, up to limit.
func (o *records) fill(t *columns.Table, limit int) {
	var used []*columns.Column
	for _, c := range t.Columns() {
		for row := range t.Rows() {
			if t.Value(row, c).Kind() != traverse.KindNull {
				used = append(used, c)
				o.Columns = append(o.Columns, c.Name)
				break
			}
		}
	}
	for row := range t.Rows() {
		if len(o.IDs) >= limit {
			return
		}
		values := make([]string, len(used))
		for i, c := range used {
			if v := t.Value(row, c); v.Kind() != traverse.KindNull {
				values[i] = v.String()
			}
		}
		o.IDs = append(o.IDs, t.ID(t.RowKey(row)))
		o.Rows = append(o.Rows, values)
	}
}
