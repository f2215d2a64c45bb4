package sqldb

// A Mapping says where the records of a schema are. Tables and columns that it does
// not mention are found by their names, as the package comment describes; so the
// zero Mapping suits a database that uses the names of the schema. It can be written as
// a JSON file: see [ReadMapping].
type Mapping struct {
	Tables map[string]Table // by entity

	// Absent lists what the database does not have although rules ask for it:
	// entities, which then have no records, and fields and references, as
	// Entity.Name, which then are null. What no rule asks for need not be listed.
	Absent []string
}

// A Table is where the records of one entity are: a table or a view.
type Table struct {
	Schema  string            // the schema of the database that contains the table; "" = the default
	Name    string            // the exact name; "" = found by the entity's name
	ID      string            // the column with the record's id; "" = found
	Columns map[string]Column // by field or reference
}

// A Column is where one field or reference of an entity is.
type Column struct {
	Name   string // the exact name; "" = found by the field's name
	Format Format // how values are written, if the type of the column does not say so

	Separator   string // between choices in a column of text; "" = a semicolon
	True, False string // how a column of text holds a bool, such as Y and N

	// Codes says what the values of the column stand for, such as Open for 0. "" stands
	// for null. A row with another value is bad. It is for fields of text and choices;
	// of choices each is a code.
	Codes map[string]string
}

// A Format says how values are written in a column whose type does not say so.
type Format uint8

// The formats of a [Column].
const (
	ByType      Format = iota // as the column's type says
	UnixSeconds               // a time as the number of seconds since 1970-01-01 UTC
	UnixMillis                // a time as a number of milliseconds
	UnixMicros                // a time as a number of microseconds
	DecimalText               // a number as text, with decimal digits, point, sign and exponent
	JSONArray                 // choices as text that is a JSON array of text
)
