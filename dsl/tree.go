package dsl

import "strings"

// A Node is a node of the syntax tree.
type Node interface {
	At() Span // the place of the node in its file
}

// A File is the syntax tree of one file.
type File struct {
	Span
	Name     string
	Text     string    // the source
	Blocks   []Block   // in the order of the file
	Comments []Comment // in the order of the file
	// Incomplete is set if something at the top level of the file could not be read.
	Incomplete bool
}

// Line returns the source line that p is on, without its line end. It returns "" for
// the zero Pos.
func (f *File) Line(p Pos) string {
	if p.Line == 0 {
		return ""
	}
	return lineAt(f.Text, p.Offset)
}

// A Comment is a comment, from its // up to the end of its line.
type Comment struct {
	Span
	Text string
}

// A Block is a part of a file at its top level: a [Model], [Stages], a [ChooseModel], a
// [LeadCreation], an [Assignment], an [Entity], a [Test] or a [Let].
type Block interface {
	Node
	block()
}

// A Name is an identifier or a name in back quotes.
type Name struct {
	Span
	Text   string // without back quotes
	Quoted bool   // written in back quotes
	Bad    bool   // not well-formed, which a diagnostic reports
}

// A String is a text in double quotes.
type String struct {
	Span
	Raw   string // as written, with its quotes
	Value string
	Bad   bool // not well-formed, which a diagnostic reports; Value is a guess
	Let   *Let // the name that stands for the text here, or nil
}

// A Number is a number as written: an optional sign, digits, and an optional fraction.
type Number struct {
	Span
	Text string
	Bad  bool // not well-formed, which a diagnostic reports
	Let  *Let // the name that stands for the number here, or nil; Text has a sign if it is written before the name
}

// Whole reports whether n has no fraction.
func (n *Number) Whole() bool { return !strings.Contains(n.Text, ".") }

// A Unit is a unit of time of a [TimeSpan].
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

// String returns the plural of the unit, such as "days".
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
	Let   *Let // the name that stands for the span here, or nil
}

// A Moment is a date, `2026-05-31`, or a date and time, `2026-05-31T09:30:00Z`.
type Moment struct {
	Span
	Raw              string // as written
	Year, Month, Day int
	HasTime          bool // a date and time, not a bare date
	Hour, Minute     int
	Second, Micro    int  // finer fractions are cut off
	HasOffset        bool // written with Z or an offset from UTC
	Offset           int  // in minutes east of UTC
	Bad              bool // not well-formed, which a diagnostic reports
	Let              *Let // the name that stands for the moment here, or nil
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
