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

// A Model is `model "…" { … }`.
type Model struct {
	Span
	Name    *String // nil if it could not be read
	Clauses []Clause
	// Incomplete says that something in the model could not be read.
	Incomplete bool
}

// A Clause stands directly in a [Model]: a [Description], [Target], [TimeZone],
// [Condition], [Grade] or [SalesReady].
type Clause interface {
	Node
	clause()
}

// Description is `description "…"`.
type Description struct {
	Span
	Text *String
}

// Target is `target contact` or `target account`.
type Target struct {
	Span
	Account bool // the target is account
}

// TimeZone is `time zone "…"`.
type TimeZone struct {
	Span
	Zone *String
}

// SalesReady is `sales ready at N`.
type SalesReady struct {
	Span
	Threshold *Number
}

// Grade is `grade "…" below N`, `grade "…" from A to B` or `grade "…" from A`.
type Grade struct {
	Span
	Name  *String
	Below *Number // or nil
	From  *Number // or nil
	To    *Number // or nil; set only with From
}

// A Condition is `condition "…" { children score }`.
type Condition struct {
	Span
	Name     *String // nil if it could not be read
	Children []*Child
	Score    *Score // nil if it could not be read
	// Incomplete says that something in the condition could not be read.
	Incomplete bool
}

// Score is `score +N` or `score -N`.
type Score struct {
	Span
	Points *Number
}

// A Child is one child of a condition: how often something must occur, and what.
type Child struct {
	Span
	Label     *String // the display name, or nil
	Frequency Frequency
	Path      []*Name
	Range     *Range // or nil
	Where     []Expr // AND-ed
}

// FrequencyKind is one of the three frequencies of the designer.
type FrequencyKind uint8

// The frequencies.
const (
	Each    FrequencyKind = iota // counts every occurrence
	AtLeast                      // holds for Count or more; `has` is at least 1
	None                         // holds for zero
)

// Frequency is `each`, `has`, `at least N` or `none`.
type Frequency struct {
	Span
	Kind  FrequencyKind
	Count *Number // the N of `at least N`; nil for `has` and the others
}

// RangeKind is a form of date range.
type RangeKind uint8

// The forms of a date range.
const (
	WithinLast RangeKind = iota // within last SPAN
	Since                       // since D
	Between                     // between D and E
)

// A Range is a date range.
type Range struct {
	Span
	Kind     RangeKind
	Last     *TimeSpan // of WithinLast
	From, To *Moment   // of Since (From alone) and Between
}

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

// An Expr tests an occurrence. So far only a [Comparison] does.
type Expr interface {
	Node
	String() string // the canonical form, on one line
	expr()
}

// A Comparison is a reference to a field, an operator and its operands.
type Comparison struct {
	Span
	Ref      []*Name // the field's name last, before it a step or relationships
	Op       Op
	OpSpan   Span
	Operands []Literal
}

// An Entity is `profile … { … }` or `interaction … { … }`.
type Entity struct {
	Span
	Interaction bool
	Name        *Name // nil if it could not be read
	Passive     bool
	Members     []Member
	// Incomplete says that something in the block could not be read.
	Incomplete bool
}

// A Member stands in an [Entity]: a [Field], a [Relationship], a [DatedBy], or a
// [BadMember].
type Member interface {
	Node
	member()
}

// FieldType is a field's type in schema text.
type FieldType uint8

// The field types.
const (
	TextType FieldType = iota
	NumberType
	BoolType
	TimeType
	DateType
	ChoiceType
	ChoicesType
)

var typeNames = [...]string{"text", "number", "bool", "time", "date", "choice", "choices"}

// String returns the type's name.
func (t FieldType) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "type"
}

// A Field declares a field.
type Field struct {
	Span
	Name       *Name
	Type       FieldType
	Values     []*String // of choice and choices
	Exact      bool
	Calculated bool
	Rollup     bool
}

// A Relationship declares a reference, `Name -> Target`, or its inverse,
// `Name <- Target.Via`.
type Relationship struct {
	Span
	Name   *Name
	Target *Name
	Via    *Name // nil for a reference
}

// DatedBy is `dated by Field`.
type DatedBy struct {
	Span
	Field *Name
}

// A BadMember is a declaration whose name could be read, but not the rest. With
// it a checker knows that the name is meant to exist.
type BadMember struct {
	Span
	Name *Name
}

func (*Model) block()  {}
func (*Entity) block() {}

func (*Description) clause() {}
func (*Target) clause()      {}
func (*TimeZone) clause()    {}
func (*SalesReady) clause()  {}
func (*Grade) clause()       {}
func (*Condition) clause()   {}

func (*String) literal()   {}
func (*Number) literal()   {}
func (*Bool) literal()     {}
func (*Moment) literal()   {}
func (*TimeSpan) literal() {}

func (*Comparison) expr() {}

func (*Field) member()        {}
func (*Relationship) member() {}
func (*DatedBy) member()      {}
func (*BadMember) member()    {}
