package sqldb

import (
	"database/sql"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Dialect describes a kind of database to this package. [PostgreSQL] and [SQLite]
// return one; for another database fill one in. Quote and Storage are required; set
// the other fields where the database differs from the default. The functions must
// be safe for concurrent use.
type Dialect struct {
	Name string // for messages

	// Quote returns a name, which may contain any character, as a quoted
	// identifier.
	Quote func(name string) string

	// Placeholder returns the n-th parameter of a statement, from 1. If it is nil,
	// every parameter is a question mark.
	Placeholder func(n int) string

	// Keys returns the condition that column is one of keys, for a database that
	// takes all of them in one parameter. The condition may depend on column,
	// placeholder and s, but not on the keys. Keys that the column cannot hold may
	// be omitted. If it is nil, the condition is column IN (?, ?, …).
	Keys func(column, placeholder string, s Storage, keys []string) (condition string, parameter any)

	// MaxKeys is how many keys one statement may ask for; further keys take further
	// statements. 0 means 500.
	MaxKeys int

	// Select returns the expression that is selected for a column, so that a driver
	// returns values as they are stored. If it is nil, that is the column itself.
	Select func(column string, s Storage) string

	// Tables is a query for the names of the existing tables and views. If it is
	// empty, every table must be named in a [Mapping].
	Tables string

	// Order returns a query for a text that names the order of a column of text, in a
	// table, where both are quoted and the column is qualified: the columns for which it
	// is the same are sorted in the same way, whatever their tables. If it is nil, no two
	// columns are known to be.
	Order func(column, table string) string

	// Storage returns the storage of a column whose type the driver calls
	// databaseType: see [sql.ColumnType.DatabaseTypeName].
	Storage func(databaseType string) Storage

	// Isolation is the level at which a transaction sees one state of the data.
	Isolation sql.IsolationLevel

	// Savepoint is a statement that marks a place in a transaction, and RollbackTo
	// one that returns to it after a query failed. Without them, a query that fails
	// ends a [Snapshot].
	Savepoint, RollbackTo string

	// loose says that columns may hold values of any type, whatever their declared
	// type.
	loose bool
}

// Storage is how a column stores its values, as far as it matters here: which fields
// the column suits, and how keys and bounds of time are compared with it.
type Storage uint8

// The storages of columns.
const (
	// Unknown suits every field, and each value is checked; but it suits choices
	// only where the mapping says how they are written. Keys are compared as text,
	// and times not at all: a range of time is left to the engine.
	Unknown   Storage = iota
	Unfit             // a type that no field can have, such as bytes
	Untyped           // SQLite: each value has its own type
	Text              // text of any length
	FixedText         // text that is padded with blanks, which are ignored
	Integer           // at most 64 bits
	Decimal           // numbers with a fraction, exact or not
	Boolean           // true and false
	Instant           // a day with a time, in UTC unless it has an offset
	Day               // a calendar day
	UUID              // written 123e4567-e89b-12d3-a456-426614174000
	JSON              // JSON, where arrays of text are choices
	TextArray         // a PostgreSQL array of text
)

// String returns the storage for messages.
func (s Storage) String() string {
	names := [...]string{
		"of an unknown type", "of a type that no field has", "untyped", "text", "fixed-length text", "integer", "decimal",
		"boolean", "timestamp", "date", "uuid", "JSON", "text array",
	}
	if int(s) < len(names) {
		return names[s]
	}
	return "storage " + strconv.Itoa(int(s))
}

func quoteIdentifier(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// PostgreSQL returns the dialect of PostgreSQL, for any driver. All keys of a query
// are one array, so that a need has few different statements, and a snapshot is a
// transaction at repeatable read.
func PostgreSQL() Dialect {
	return Dialect{
		Name:        "PostgreSQL",
		Quote:       quoteIdentifier,
		Placeholder: func(n int) string { return "$" + strconv.Itoa(n) },
		Keys: func(column, placeholder string, s Storage, keys []string) (string, any) {
			typ := "text"
			switch s {
			case Integer:
				typ = "bigint"
			case UUID:
				typ = "uuid"
			case FixedText:
				typ = "bpchar" // compared as text, the column's index would not be used
			case Unknown:
				column += "::text" // an enumeration cannot be compared with text
			}
			return column + " = ANY(" + placeholder + "::" + typ + "[])", arrayLiteral(keys)
		},
		MaxKeys: 10_000,
		Tables: `SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_catalog.pg_table_is_visible(c.oid)
			AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
		Order: func(column, table string) string {
			return "SELECT pg_catalog.pg_collation_for((SELECT " + column + " FROM " + table + " LIMIT 1))"
		},
		Storage:    postgresStorage,
		Isolation:  sql.LevelRepeatableRead,
		Savepoint:  "SAVEPOINT leadscore",
		RollbackTo: "ROLLBACK TO SAVEPOINT leadscore",
	}
}

// arrayLiteral writes keys in PostgreSQL's text form of an array, which every driver
// can send. Text in PostgreSQL contains no NUL and is UTF-8, so no record has any
// other key.
func arrayLiteral(keys []string) string {
	var b strings.Builder
	b.WriteByte('{')
	for _, k := range keys {
		if strings.IndexByte(k, 0) >= 0 || !utf8.ValidString(k) {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		for i := range len(k) {
			if k[i] == '"' || k[i] == '\\' {
				b.WriteByte('\\')
			}
			b.WriteByte(k[i])
		}
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}

func postgresStorage(databaseType string) Storage {
	switch strings.ToUpper(databaseType) {
	case "TEXT", "VARCHAR", "NAME":
		return Text
	case "BPCHAR", "CHAR":
		return FixedText
	case "INT2", "INT4", "INT8":
		return Integer
	case "NUMERIC", "FLOAT4", "FLOAT8":
		return Decimal
	case "BOOL":
		return Boolean
	case "TIMESTAMP", "TIMESTAMPTZ":
		return Instant
	case "DATE":
		return Day
	case "UUID":
		return UUID
	case "JSON", "JSONB":
		return JSON
	case "_TEXT", "_VARCHAR":
		return TextArray
	case "BYTEA", "TIME", "TIMETZ", "INTERVAL", "MONEY", "BIT", "VARBIT", "XML", "POINT", "INET", "CIDR", "MACADDR":
		return Unfit
	}
	if strings.HasPrefix(databaseType, "_") {
		return Unfit
	}
	return Unknown // an enumeration, a type of an extension
}

// SQLite returns the dialect of SQLite 3.32 and later, for any driver. Values are
// read as they are stored, even if the driver would convert them because of the
// declared type of their column.
func SQLite() Dialect {
	return Dialect{
		Name:    "SQLite",
		Quote:   quoteIdentifier,
		MaxKeys: 15_000, // of 32,766 parameters; a key of an untyped column can take two
		// An expression has no declared type, which drivers use to turn numbers and
		// text into times; a leading plus changes nothing else.
		Select: func(column string, s Storage) string {
			if s == Untyped || s == Boolean {
				return "+" + column
			}
			return column
		},
		Tables:     `SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`,
		Storage:    sqliteStorage,
		Savepoint:  "SAVEPOINT leadscore",
		RollbackTo: "ROLLBACK TO SAVEPOINT leadscore",
		loose:      true,
	}
}

func sqliteStorage(databaseType string) Storage {
	typ, _, _ := strings.Cut(strings.ToUpper(databaseType), "(")
	typ = strings.TrimSpace(typ)
	switch {
	case strings.Contains(typ, "INT"):
		return Integer
	case strings.Contains(typ, "CHAR"), strings.Contains(typ, "CLOB"), strings.Contains(typ, "TEXT"):
		return Text
	case strings.Contains(typ, "BLOB"):
		return Unfit
	case strings.Contains(typ, "REAL"), strings.Contains(typ, "FLOA"), strings.Contains(typ, "DOUB"),
		strings.HasPrefix(typ, "NUM"), strings.HasPrefix(typ, "DEC"):
		return Decimal
	case strings.HasPrefix(typ, "BOOL"):
		return Boolean
	case strings.HasPrefix(typ, "JSON"):
		return JSON
	}
	return Untyped // no type, or one that SQLite does not know, such as DATETIME
}
