package pushdown

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// columnAsOf is the column of a table of results with the instant that they are as of.
const columnAsOf = "as_of"

// newTable stands before the name of a table of results until the old one is dropped.
const newTable = "new_"

// Into returns statements that put the results as of an instant into a table, in the place of the
// table that has its name, if there is one. Run them one after the other in one transaction: others
// see the old table until it ends, and then the new one. schema is the schema of the database that
// contains the table; "" means the default.
//
// The table has the columns of the result, see [Statement.Columns], and as_of. It is a new one: what
// was granted on the old table, and its indexes, go with it, and a view over it keeps PostgreSQL from
// dropping it. Meanwhile the new table is called new_ and the name; there must be no such table.
//
// Into fails as [Statement.Literal] does, for the name of a table of the [Mapping], for a name that
// is too long for the database, and in a dialect without Replace. It does not know what a view of the
// Mapping reads: results must not go into the place of a table behind such a view.
func (s *Statement) Into(schema, table string, asOf time.Time, leads ...string) ([]string, error) {
	d := s.lowering.d
	switch {
	case table == "":
		return nil, errors.New("pushdown: the table has no name")
	case d.Replace == nil:
		return nil, fmt.Errorf("pushdown: %s has no statements that replace a table", d.Name)
	case d.longestName > 0 && len(table) > d.longestName-len(newTable):
		return nil, fmt.Errorf("pushdown: the name of the table has %d bytes; %s cuts off names of more than %d, and %s stands before it until the table is complete, so choose one of at most %d",
			len(table), d.Name, d.longestName, newTable, d.longestName-len(newTable))
	case d.longestName > 0 && len(schema) > d.longestName:
		return nil, fmt.Errorf("pushdown: the name of the schema has %d bytes; %s has none of more than %d", len(schema), d.Name, d.longestName)
	}
	for e := range s.lowering.schema.Entities() {
		of := s.lowering.m.table(e.Name())
		same := strings.EqualFold(of.Name, table) && (of.Schema == "" || schema == "" || strings.EqualFold(of.Schema, schema))
		if same && !of.Absent && of.Missing == "" {
			return nil, fmt.Errorf("pushdown: the table %s is for the records of %s; choose another name for that of results", table, e.Name())
		}
	}
	text, err := s.Literal(asOf, leads...)
	if err != nil {
		return nil, err
	}
	names, types := s.Columns(), make([]string, 0, len(s.Columns())+1)
	for i, name := range names {
		types = append(types, s.columnType(name))
		names[i] = d.Quote(name)
	}
	list := strings.Join(names, ", ")
	names, types = append(names, d.Quote(columnAsOf)), append(types, d.Default(traverse.Time)+" NOT NULL")
	definitions := make([]string, len(names))
	for i, name := range names {
		definitions[i] = name + " " + types[i]
	}
	query := fmt.Sprintf("SELECT %s, %s FROM (\n%s) AS %s", list, d.Instant(newInstant(asOf).asOf.UnixMicro()), text, d.Quote("r"))
	return d.Replace(schema, table, strings.Join(definitions, ", "), query), nil
}

// columnType returns the type of a column of a table of results.
func (s *Statement) columnType(name string) string {
	d := s.lowering.d
	switch {
	case name == columnScore, strings.HasPrefix(name, "dimension"):
		return "BIGINT"
	case name == columnReady:
		return d.Default(traverse.Bool) + " NOT NULL"
	}
	return d.Default(traverse.Text) + " NOT NULL"
}

// replaceTable returns how a table is replaced in a database whose transactions hold tables, too.
func replaceTable(quote func(string) string) func(schema, table, columns, query string) []string {
	return func(schema, table, columns, query string) []string {
		in := ""
		if schema != "" {
			in = quote(schema) + "."
		}
		fresh := in + quote(newTable+table)
		return []string{
			"CREATE TABLE " + fresh + " (" + columns + ")",
			"INSERT INTO " + fresh + " " + query,
			"DROP TABLE IF EXISTS " + in + quote(table),
			"ALTER TABLE " + fresh + " RENAME TO " + quote(table),
		}
	}
}
