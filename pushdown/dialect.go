package pushdown

import (
	"github.com/leadscore/leadscore/traverse"
)

// A Dialect says how a statement is written for a kind of database. [PostgreSQL], [SQLite], [DuckDB]
// and [ClickHouse] return one; for another database change one of them or fill one in. The functions
// take and return SQL. What they return stands beside any operator without parentheses, unless said
// otherwise. They must be safe for concurrent use.
//
// Values have one form in a statement, the canonical form, however they are stored: texts and
// ids without a collation of their own, numbers as 64-bit floats, instants and days of a type
// that compares them exactly. An empty value is null.
type Dialect struct {
	Name string // for messages

	// Quote returns a name, which may contain any character, as a quoted identifier.
	Quote func(name string) string

	// Text returns a constant text, or false if there is none. Odd says that the database may
	// have such a text nevertheless.
	Text func(s string) (literal string, ok bool)
	Odd  bool
	// Truth, Number, Instant and Day return constants: an instant in microseconds, and a day
	// in days, since 1970-01-01 UTC. Whole returns a constant of 64 bits that would else have
	// a smaller type; nil if there is none.
	Truth   func(is bool) string
	Number  func(f float64) string
	Instant func(micros int64) string
	Day     func(day int64) string
	Whole   func(digits string) string

	// Parameter returns the n-th parameter of a statement, from 1, as a value of a type. It
	// may be used more than once. It is nil for a database without parameters: then statements
	// have but [Statement.Literal]. Argument returns what is passed for it: n is an instant in
	// microseconds, a day in days, a number, or 0 and 1 for a truth value.
	Parameter func(n int, t ArgumentType) string
	Argument  func(t ArgumentType, n int64) any
	// Leads returns the argument for a list of ids; In returns the condition that an id as
	// text is in the list of a parameter or of a constant, which LeadList returns.
	Leads    func(ids []string) any
	LeadList func(ids []string) (literal string, ok bool)
	In       func(id, list string) string

	// Default is the type of a column that the [Mapping] says nothing about; typ is
	// [traverse.NoType] for ids and references.
	Default func(typ traverse.Type) string
	// Canonical returns the canonical form of a column, and how ids in it are compared. An
	// error says why the column cannot be used, and a Remedy what to do.
	Canonical func(column string, c Column, m *Mapping, typ traverse.Type) (Canonical, error)
	// Null returns null of the canonical type of a field; of an id for [traverse.NoType].
	Null func(typ traverse.Type) string
	// IDText returns an id of a class as text in its canonical form.
	IDText func(id string, class IDClass) string

	// Fold returns a text in which letters are replaced: A to Z by small letters, and each
	// letter of from by the one in the same place of to.
	Fold func(text string, from, to []rune) string
	// FoldsAll says that Fold takes all letters of Unicode at once.
	FoldsAll bool
	// FoldChoices does that with the choices of a field; nil if Chosen cannot be used.
	FoldChoices func(choices string, from, to []rune) string
	// Contains, Begins and Ends report whether a text contains a constant text, begins or ends
	// with it, byte by byte. Chosen reports whether a constant text is one of the choices.
	// The operand is passed as a literal.
	Contains, Begins, Ends, Chosen func(value, operand string) string
	// Matches reports whether a text matches a pattern of characters and classes such as
	// [^a-z], anchors and groups, which all engines of regular expressions read alike; nil if
	// there is none. It is asked only for texts that contain the operand.
	Matches func(text, pattern string) string

	// Micros and Days return an instant and a day as a number: see Instant and Day. Month
	// returns the number of the month of such a number of days, from any month on.
	Micros, Days, Month func(value string) string

	// Count counts the rows of a group for which a condition holds, Sum adds up numbers of 64
	// bits or more, exactly or with an error, and Max returns the greatest number.
	Count, Sum, Max func(value string) string
	// Windows says that the database has window functions with a RANGE of numbers.
	Windows bool

	// Wide and Narrow return a number with more than 64 bits, or with 64. Wide is nil if there
	// is no such type: then Guard returns a number that is one of 64 bits, or fails if it is
	// not.
	Wide, Narrow, Guard func(x string) string
	Least, Greatest     func(list []string) string
	// Quo divides by n, cut off towards 0, and Rem is what is left over; of wide numbers if
	// wide is set.
	Quo, Rem func(x, n string, wide bool) string
	// Concat joins texts; nil for the operator ||.
	Concat func(list []string) string

	// NotFinite reports whether a number is none or infinite; nil if no number is. Mistyped
	// reports whether a column has a value of another type than the one of the column; nil if
	// columns have no others. NotUTF8 reports whether a text is not UTF-8; nil if the database
	// takes no such text. All are for [Audit].
	NotFinite func(number string) string
	Mistyped  func(column string, c Column, typ traverse.Type) string
	NotUTF8   func(text string) string

	// Replace returns the statements that make a table of the rows of a query, with these
	// columns, and put it in the place of the table of that name in a schema ("" = the default),
	// all in one transaction; nil if there are none: see [Statement.Into]. The name of the table
	// is not quoted, and columns and the query are SQL.
	Replace func(schema, table, columns, query string) []string

	// Fence is written at the end of an inner SELECT whose columns the database should not
	// work out again wherever they are used; "" if there is no need.
	Fence string

	// Lateral says that a list of VALUES may be joined LATERAL.
	Lateral bool

	// MaxColumns is how many columns an inner SELECT may have, MaxJoins how many tables it may
	// join, and MaxParameters how many parameters a statement may have.
	MaxColumns, MaxJoins, MaxParameters int

	// MaxTables is how many tables a statement may read, each as often as it is read by a
	// SELECT that is written out wherever its name stands; 0 if there is no limit.
	MaxTables int

	// MaxText is how many bytes a statement may have; 0 if there is no limit.
	MaxText int

	longestName int // in bytes; 0 if there is no limit

	nested bool // see nested.go: expressions are those of scalar.ClickHouse
}

// An ArgumentType is the type of a parameter.
type ArgumentType uint8

// The types of parameters.
const (
	InstantArgument ArgumentType = iota
	DayArgument
	NumberArgument
	TruthArgument
	LeadsArgument
)

// A Canonical is the canonical form of a column.
type Canonical struct {
	Expr  string
	Class IDClass // of an id or reference
	Plain bool    // Expr is the column itself, never an empty text
}

// An IDClass says how ids are compared. Ids of two classes are compared as text.
type IDClass uint8

// The classes of ids.
const (
	TextID    IDClass = iota // byte by byte
	IntegerID                // as integers
	UUIDID                   // as UUIDs
)

// An UnfitError is the error of [Dialect.Canonical] for a column that cannot be used.
type UnfitError struct {
	Reason string // such as "its type text cannot hold a number"
	Remedy string // such as "make a view with …"
}

// Error returns the reason.
func (e *UnfitError) Error() string { return e.Reason }
