package sqldb

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// A Listed is a table that [Bind] finds entities and fields in.
type Listed struct {
	Name    string
	Columns []ListedColumn
	Err     error // why the columns cannot be read; or nil
}

// A ListedColumn is a column of a [Listed] table.
type ListedColumn struct {
	Name    string
	Type    string // for messages
	Storage Storage
}

// A Bound says where the records of one entity are, as [Bind] or [Open] has found.
type Bound struct {
	Entity  string
	Schema  string                  // the schema of the database that the mapping names; "" = the default
	Table   string                  // "" if the entity is absent, or missing: see [Bound.Lack]
	ID      *BoundColumn            // the id of the record; nil if Table is ""
	Columns map[string]*BoundColumn // by field or reference; without those that are absent or missing

	entity *entity
}

// A BoundColumn is a column that holds a field, a reference or the id of a record.
type BoundColumn struct {
	Name     string         // of the column
	Declared string         // the type of the column, as the driver calls it; "" if it has none
	Storage  Storage        // what that type comes to
	Type     traverse.Type  // of the field; NoType for a reference, and for the id
	As       Column         // what the mapping says of it
	Zone     *time.Location // where a day begins if the field is a time

	decode decoder
}

// Decode returns what a value of the column means. The value is what a driver of
// database/sql returns for the column's storage, or a list of texts for that of choices.
// The error says why it does not suit the field. Decode is safe for concurrent use.
func (c *BoundColumn) Decode(src any) (traverse.Value, error) { return c.decode(src) }

// Bind finds where the records of schema's entities are in tables that are not those of a
// database, such as files, by the rules that [Open] has for a database: names, the mapping
// and opts.Needs mean the same. It returns what it has found by entity. What is missing,
// and not asked for by opts.Needs, is a problem of [Bound.Lack]. The error is [Problems].
func Bind(schema *traverse.Schema, tables []Listed, opts Options) (map[string]*Bound, error) {
	if schema == nil {
		return nil, errors.New("sqldb: the schema is nil")
	}
	b := binder{ctx: context.Background(), catalog: listedCatalog(tables), schema: schema, mapping: opts.Mapping, zone: opts.Zone}
	b.dialect.Quote = func(name string) string { return name }
	if b.zone == nil {
		b.zone = time.UTC
	}
	for _, name := range slices.Sorted(maps.Keys(opts.Mapping.Tables)) {
		if opts.Mapping.Tables[name].Schema != "" {
			b.problem(name, "", "the mapping names a schema of a database, and this is none")
		}
	}
	entities, err := b.bind(opts.Needs)
	if err != nil {
		return nil, err
	}
	bound := map[string]*Bound{}
	for name, e := range entities {
		bound[name] = e.bound(b.zone)
	}
	return bound, nil
}

// Bound returns where the records of the schema's entities are, by entity, as [Open] has
// found: their tables, and columns with their types. What the database lacks is a problem of
// [Bound.Lack].
func (s *Source) Bound() map[string]*Bound {
	bound := map[string]*Bound{}
	for name, e := range s.entities {
		bound[name] = e.bound(s.zone)
	}
	return bound
}

// bound returns what was found.
func (e *entity) bound(zone *time.Location) *Bound {
	out := &Bound{Entity: e.name, Columns: map[string]*BoundColumn{}, entity: e}
	if e.absent {
		return out
	}
	out.Schema, out.Table = e.schema, e.table
	of := func(c *column) *BoundColumn {
		return &BoundColumn{Name: c.name, Declared: c.declared, Storage: c.storage, Type: c.typ, As: c.format, Zone: zone, decode: c.decode}
	}
	if e.id != nil {
		out.ID = of(e.id)
	}
	for name, c := range e.fields {
		out.Columns[name] = of(c)
	}
	return out
}

// Lack returns [Problems] that list what a need asks for and the tables lack, or nil if
// they lack nothing. The need is of the schema that the entity was bound for.
func (b *Bound) Lack(n *traverse.Need) error {
	if problems := b.entity.lack(n); problems != nil {
		return problems
	}
	return nil
}

// A listedCatalog is the catalog of tables that are listed.
type listedCatalog []Listed

func (c listedCatalog) lists() bool { return true }

func (c listedCatalog) tables(context.Context) ([]string, error) {
	var names []string
	for _, t := range c {
		names = append(names, t.Name)
	}
	return names, nil
}

func (c listedCatalog) columns(_ context.Context, from string) ([]liveColumn, error) {
	for _, t := range c {
		if t.Name+" "+alias != from {
			continue
		}
		if t.Err != nil {
			return nil, t.Err
		}
		var columns []liveColumn
		for _, l := range t.Columns {
			columns = append(columns, liveColumn{l.Name, l.Type, l.Storage})
		}
		return columns, nil
	}
	return nil, errors.New("there is no such table")
}
