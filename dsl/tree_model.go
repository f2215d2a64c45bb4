package dsl

// A Model is `model "…" { … }`.
type Model struct {
	Span
	Name    *String // nil if it could not be read
	Clauses []Clause
	// Incomplete is set if something in the model could not be read.
	Incomplete bool
}

// A Clause is a part of a [Model]: a [Description], [Target], [TimeZone],
// [Condition], [Grade] or [SalesReady].
type Clause interface {
	Node
	clause()
}

// A Description is `description "…"`.
type Description struct {
	Span
	Text *String
}

// A Target is `target contact` or `target account`.
type Target struct {
	Span
	Account bool // the target is account
}

// A TimeZone is `time zone "…"`.
type TimeZone struct {
	Span
	Zone *String
}

// A SalesReady is `sales ready at N`.
type SalesReady struct {
	Span
	Threshold *Number
}

// A Grade is `grade "…" below N`, `grade "…" from A to B` or `grade "…" from A`.
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
	// Incomplete is set if something in the condition could not be read.
	Incomplete bool
}

// A Score is `score +N` or `score -N`.
type Score struct {
	Span
	Points *Number
}

// A Child is one child of a condition: what must occur, and how often.
type Child struct {
	Span
	Label     *String // the display name, or nil
	Frequency Frequency
	Path      []*Name
	Range     *Range // or nil
	Where     []Expr // AND-ed
}

// A FrequencyKind is one of the three frequencies of the designer.
type FrequencyKind uint8

// The frequencies.
const (
	Each    FrequencyKind = iota // counts every occurrence
	AtLeast                      // holds for Count or more; `has` is at least 1
	None                         // holds for zero
)

// A Frequency is `each`, `has`, `at least N` or `none`.
type Frequency struct {
	Span
	Kind  FrequencyKind
	Count *Number // the N of `at least N`; nil for `has` and the others
}

// A RangeKind is a form of a date range.
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
	From, To *Moment   // of Between; Since has only From
}

// An Expr is a condition on a single occurrence: a [Comparison].
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

func (*Model) block() {}

func (*Description) clause() {}

func (*Target) clause() {}

func (*TimeZone) clause() {}

func (*SalesReady) clause() {}

func (*Grade) clause() {}

func (*Condition) clause() {}

func (*Comparison) expr() {}
