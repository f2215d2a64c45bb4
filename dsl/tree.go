package dsl

import "strings"

// A Node is a piece of the syntax tree that knows where it stands.
type Node interface {
	At() Span
}

// A File is the syntax tree of one file.
type File struct {
	Span
	Name     string
	Text     string    // the source
	Blocks   []Block   // in the order of the file
	Comments []Comment // in the order of the file
	// Incomplete says that something at the top of the file could not be read.
	Incomplete bool
}

// Line returns the source line on which p lies, without its line end.
func (f *File) Line(p Pos) string {
	if p.Line == 0 {
		return ""
	}
	return lineAt(f.Text, p.Offset)
}

// A Comment is one comment, from its // to the end of its line, which is not part of it.
type Comment struct {
	Span
	Text string
}

// A Block stands at the top of a file: a [Model], an [Entity] or a [Test].
type Block interface {
	Node
	block()
}

// A Name is an identifier or a name in back quotes.
type Name struct {
	Span
	Text   string // without back quotes
	Quoted bool   // written in back quotes
	Bad    bool   // not well-formed: a diagnostic says so
}

// A String is a text in double quotes.
type String struct {
	Span
	Raw   string // as written, with its quotes
	Value string
	Bad   bool // not well-formed: a diagnostic says so, Value is a guess
}

// A Number is a number as written: an optional sign, digits, and an optional fraction.
type Number struct {
	Span
	Text string
	Bad  bool // not well-formed: a diagnostic says so
}

// Whole reports whether n has no fraction.
func (n *Number) Whole() bool { return !strings.Contains(n.Text, ".") }

// Unit is the unit of a [TimeSpan].
type Unit uint8

// The units.
const (
	Minutes Unit = iota
	Hours
	Days
	Weeks
	Months
	Years
)

var (
	unitNames   = [...]string{"minute", "hour", "day", "week", "month", "year"}
	unitPlurals = [...]string{"minutes", "hours", "days", "weeks", "months", "years"}
)

// String returns the unit's plural.
func (u Unit) String() string {
	if int(u) < len(unitPlurals) {
		return unitPlurals[u]
	}
	return "unit"
}

// A TimeSpan is a length of time, such as `30 days`.
type TimeSpan struct {
	Span
	Count *Number
	Unit  Unit
}

// A Moment is a date, `2026-05-31`, or a date and time, `2026-05-31T09:30:00Z`.
type Moment struct {
	Span
	Raw              string // as written
	Year, Month, Day int
	HasTime          bool // a date and time, not a bare date
	Hour, Minute     int
	Second, Micro    int  // what is finer than a microsecond is cut off
	HasOffset        bool // written with Z or an offset from UTC
	Offset           int  // in minutes east of UTC
	Bad              bool // not well-formed: a diagnostic says so
}

// A Bool is true or false.
type Bool struct {
	Span
	Value bool
}

// A Literal is an operand of an expression: a [String], [Number], [Bool],
// [Moment] or [TimeSpan].
type Literal interface {
	Node
	literal()
}

func (*String) literal() {}

func (*Number) literal() {}

func (*Bool) literal() {}

func (*Moment) literal() {}

func (*TimeSpan) literal() {}
