package pushdown

import (
	"strings"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// MappingOf returns where a source has found the records of its schema: its tables and columns,
// which its mapping names or which have the names of the schema, with the types that the
// database reports, and how values are written. So nobody has to write types down, and a
// statement is of the tables that package sqldb reads.
//
// What the database lacks is Missing, with the reason, and what the source's mapping lists as
// absent is Absent. A column without a type is Missing, too: in SQLite, that is what a view
// makes by an expression. Its Type and an empty Missing can be set afterwards.
//
//	source, err := sqldb.Open(ctx, db, sqldb.PostgreSQL(), set.Schema(), sqldb.Options{Needs: set.Needs()})
//	…
//	statement, err := pushdown.New(set, pushdown.PostgreSQL(), pushdown.MappingOf(source))
func MappingOf(source *sqldb.Source) Mapping {
	m := Mapping{Tables: map[string]Table{}, Zone: source.Zone()}
	bound := source.Bound()
	for e := range source.Schema().Entities() {
		m.Tables[e.Name()] = tableOf(e, bound[e.Name()])
	}
	return m
}

// tableOf returns where the records of an entity are.
func tableOf(e *traverse.Entity, b *sqldb.Bound) Table {
	if missing := missing(b, ""); missing != "" {
		return Table{Missing: missing}
	}
	if b.Table == "" {
		return Table{Absent: true}
	}
	t := Table{Schema: b.Schema, Name: b.Table, ID: columnOf(b.ID), Columns: map[string]Column{}}
	add := func(name string) {
		switch missing := missing(b, name); {
		case missing != "":
			t.Columns[name] = Column{Missing: missing}
		case b.Columns[name] == nil:
			t.Columns[name] = Column{Absent: true}
		default:
			t.Columns[name] = columnOf(b.Columns[name])
		}
	}
	for f := range e.Fields() {
		if f.Derived == traverse.Stored {
			add(f.Name)
		}
	}
	for r := range e.Relationships() {
		if !r.Many() {
			add(r.Name)
		}
	}
	return t
}

// columnOf returns where a field is.
func columnOf(b *sqldb.BoundColumn) Column {
	c := Column{
		Name: b.Name, Type: b.Declared, Format: b.As.Format, Separator: b.As.Separator, True: b.As.True, False: b.As.False, Codes: b.As.Codes,
	}
	if b.Declared == "" {
		c.Missing = "the database reports no type for the column " + b.Name + ", as for an expression of a view; a statement needs a column of a table"
	}
	if b.Type == traverse.Choices && c.Format == sqldb.ByType && c.Separator == "" && (b.Storage == sqldb.Text || b.Storage == sqldb.FixedText) {
		c.Separator = ";" // which a dialect may not know
	}
	return c
}

// missing returns why the database lacks a field or reference, or for "" the entity as a whole;
// "" if it has it.
func missing(b *sqldb.Bound, name string) string {
	need := &traverse.Need{Entity: b.Entity}
	if name != "" {
		need.Fields = []string{name}
	}
	problems, ok := b.Lack(need).(sqldb.Problems)
	if !ok {
		return ""
	}
	p := problems[0]
	text := strings.TrimPrefix(p.String(), p.Entity)
	if p.Field != "" {
		text = strings.TrimPrefix(text, "."+p.Field)
	}
	text = strings.TrimPrefix(text, ": ")
	if p.Err != nil {
		text += ": " + p.Err.Error()
	}
	return text
}
