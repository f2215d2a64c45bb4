package pushdown

import (
	"time"

	"github.com/leadscore/leadscore/source/sqldb"
)

// A Mapping says where the records of a schema are, and how their values are stored. The zero
// Mapping suits a database that has the names of the schema, and the types that the [Dialect]
// has for fields.
//
// Names are exact, and need no database: a statement can be made without one. [MappingOf]
// returns the Mapping of an opened database.
type Mapping struct {
	// Tables has the tables by entity. An entity that is not there has the zero Table.
	Tables map[string]Table

	// Zone is where a day begins that is stored where the rules want a time. Nil means UTC.
	Zone *time.Location
}

// A Table is where the records of one entity are: a table or a view.
type Table struct {
	Schema  string            // the schema of the database that contains the table; "" = the default
	Name    string            // "" = the name of the entity
	ID      Column            // the record's id; without a name the column id
	Columns map[string]Column // by field or reference; one that is not there has the zero Column
	Absent  bool              // there is no such table, and so there are no records
	Missing string            // why the table cannot be used, so that rules that ask for it are refused; "" = it can
}

// A Column is where one field or reference of an entity is.
type Column struct {
	Name string // "" = the name of the field or reference

	// Type is the name of the column's type in the database, in any letter case, such as int8
	// or timestamptz. "" means the type that the [Dialect] has for the field, or for a text if
	// there is a Separator, or True and False. The scores are those of the engine only if the
	// column has this type: the type says how values are compared.
	Type string

	Format      sqldb.Format // how values are written, if the type does not say so
	Separator   string       // between choices in a column of text; "" = a semicolon
	True, False string       // how a column of text holds a bool, such as Y and N

	// Codes says what the values of the column stand for, such as Open for 0. "" stands for
	// null.
	Codes map[string]string

	Absent  bool   // there is no such column, and so all values are null
	Missing string // why the column cannot be used, so that rules that ask for it are refused; "" = it can
}
