package sqldb

import (
	"database/sql"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Dialect is what this package has to know of a kind of database. [PostgreSQL]
// and [SQLite] return one; for another database fill one in. Quote and Storage
// are needed, the rest is for what differs from the default. Its functions must
// be safe for concurrent use.
type Dialect struct {
	Name string // for messages

	// Quote returns a name as a quoted identifier, whatever is in it.
	Quote func(name string) string

	// Placeholder returns the n-th parameter of a statement, from 1. nil: each
	// is a question mark.
	Placeholder func(n int) string

	// Keys returns the condition that column is among keys, for a database that
	// takes them all in one parameter: how it looks may depend on column,
	// placeholder and s, and not on the keys. It may leave out keys that the
	// column cannot hold. nil: column IN (?, ?, …).
	Keys func(column, placeholder string, s Storage, keys []string) (condition string, parameter any)

	// MaxKeys is how many keys one statement may ask for; the rest are asked by
	// another one. 0: 500.
	MaxKeys int

	// Select returns the expression that is selected for a column, to have a
	// driver hand out values as they are stored. nil: the column itself.
	Select func(column string, s Storage) string

	// Tables is a query for the names of the tables and views that are there.
	// Without it every table must be named in a [Mapping].
	Tables string

	// Storage returns what a column holds whose type the driver calls
	// databaseType: see [sql.ColumnType.DatabaseTypeName].
	Storage func(databaseType string) Storage

	// Isolation is the level at which a transaction sees one state of the data.
	Isolation sql.IsolationLevel

	// loose says that columns may hold values of any type, whatever they declare.
	loose bool
}

// Storage is what a column holds, as far as it matters here: which fields it
// suits, and how keys and bounds of time are compared with it.
type Storage uint8

// What a column can hold.
const (
	// Unknown suits every field, and values decide; but choices only where the
	// mapping says how they are written. Keys are compared as text, and times not
	// at all: a range of time is left to the engine.
	Unknown   Storage = iota
	Unfit             // what is no value of a field, such as bytes
	Untyped           // SQLite: each value has a type of its own
	Text              // text of any length
	FixedText         // text that is filled up with blanks, which do not count
	Integer           // 64 bits at most
	Decimal           // numbers with a fraction, exact or not
	Boolean           // true and false
	Instant           // a day with a time, which is UTC unless it says otherwise
	Day               // a calendar day
	UUID              // written 123e4567-e89b-12d3-a456-426614174000
	JSON              // JSON, of which arrays of text are choices
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

// PostgreSQL returns the dialect of PostgreSQL, for any driver.
// All keys of a query are one array, so that a need has few texts of
// statements, and a snapshot is a transaction at repeatable read.
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
				typ = "bpchar" // as text the column would not be found in its index
			case Unknown:
				column += "::text" // an enumeration is not compared with text
			}
			return column + " = ANY(" + placeholder + "::" + typ + "[])", arrayLiteral(keys)
		},
		MaxKeys: 10_000,
		Tables: `SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_catalog.pg_table_is_visible(c.oid)
			AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
		Storage:   postgresStorage,
		Isolation: sql.LevelRepeatableRead,
	}
}

// arrayLiteral writes keys as PostgreSQL writes an array: text is what every
// driver can send. Text there holds no NUL and is UTF-8, so such a key is no
// record's.
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

// SQLite returns the dialect of SQLite 3.32 and later, for any driver. What a
// driver would make of a value because of its column's declared type does not
// matter: values are read as they are stored.
func SQLite() Dialect {
	return Dialect{
		Name:    "SQLite",
		Quote:   quoteIdentifier,
		MaxKeys: 15_000, // of 32,766 parameters; a key of an untyped column can take two
		// An expression has no declared type, by which drivers turn numbers and
		// text into times; a plus in front changes nothing else.
		Select: func(column string, s Storage) string {
			if s == Untyped || s == Boolean {
				return "+" + column
			}
			return column
		},
		Tables:  `SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`,
		Storage: sqliteStorage,
		loose:   true,
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
