// Package check turns syntax trees into a schema and checked models. It checks
// every name, type, hop, date range, choice value, grade band and limit of the
// language reference, before anything runs. Editors and other tools can use it
// without scoring.
package check

import (
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/traverse"
)

// A Model is a checked model: everything in it is resolved. It must not be
// changed.
type Model struct {
	Name        string
	Description string
	Account     bool // targets accounts, not contacts
	Zone        *time.Location
	Schema      *traverse.Schema
	Conditions  []Condition
	Grades      grades.Scale
	SalesReady  grades.Threshold
	Tests       []Test // in the order of the files
	Source      *dsl.Model
	File        string
}

// A Condition is a checked condition.
type Condition struct {
	Name     string
	Children []Child
	Points   int64
	Source   *dsl.Condition
}

// A Child is a checked child of a condition.
type Child struct {
	Label  string // the display name, or ""
	Each   bool   // the child counts; otherwise it holds or does not hold
	Min    uint64 // the count that at least asks for; 0 for none
	Path   traverse.Path
	Range  *Window // the date range, or nil
	Dated  int     // the step to which a date range applies, also if there is no range; -1 if no step is dated
	Where  []Expr  // AND-ed, in the order of the rules
	Source *dsl.Child
}

// None reports whether the child's frequency is none.
func (c *Child) None() bool { return !c.Each && c.Min == 0 }

// An Expr is a checked expression. It is a tree; its only node is a leaf, a
// [*Comparison].
type Expr interface {
	// Syntax returns the node of the rules that the expression was checked from.
	Syntax() dsl.Expr
	expr()
}

// A Comparison is a predicate on a field. It leads from a step of the path over
// any number of references to the field.
type Comparison struct {
	Step      int             // index into the path
	Hops      []traverse.Step // N:1 hops from there
	Field     traverse.Field
	Predicate Predicate
	Source    *dsl.Comparison
}

// Syntax returns the comparison's Source.
func (c *Comparison) Syntax() dsl.Expr { return c.Source }

func (*Comparison) expr() {}

// A Predicate holds for some values of a field. An empty value satisfies only
// [IsEmpty], also where another predicate is negated.
type Predicate interface{ predicate() }

// The predicates.
type (
	// IsEmpty holds for an empty value; negated, for any other value.
	IsEmpty struct{ Not bool }

	// TextMatch compares a text or choice with each of Values. It holds if one of
	// them matches; negated, if none does. Values are folded unless the field is
	// exact.
	TextMatch struct {
		How    Match
		Values []string
		Not    bool
	}

	// ChoicesMatch holds if one of Values is chosen, or all of them if All is set;
	// negated, if none is. Values are folded unless the field is exact.
	ChoicesMatch struct {
		Values []string
		All    bool
		Not    bool
	}

	// NumberIn holds for each of Values; negated, for any other number.
	NumberIn struct {
		Values []float64
		Not    bool
	}

	// NumberBetween holds from Lo to Hi. It excludes Lo if LoOpen is set and Hi if
	// HiOpen is. A missing bound is infinite.
	NumberBetween struct {
		Lo, Hi         float64
		LoOpen, HiOpen bool
	}

	// IsBool holds for Want.
	IsBool struct{ Want bool }

	// InWindow holds for a time or date in Window.
	InWindow struct{ Window Window }
)

// Match is a way to compare a text with a value.
type Match uint8

// The ways to compare a text: it equals, contains, begins with or ends with the
// value, or has it as a word: see [ContainsWord].
const (
	MatchEquals Match = iota
	MatchContains
	MatchWord
	MatchPrefix
	MatchSuffix
)

func (IsEmpty) predicate()       {}
func (TextMatch) predicate()     {}
func (ChoicesMatch) predicate()  {}
func (NumberIn) predicate()      {}
func (NumberBetween) predicate() {}
func (IsBool) predicate()        {}
func (InWindow) predicate()      {}

// The codes of this package's diagnostics.
const (
	CodeSchema    dsl.Code = "schema"     // a schema that contradicts itself
	CodeMissing   dsl.Code = "missing"    // something required is not there
	CodeDuplicate dsl.Code = "duplicate"  // a name that must be unique
	CodeName      dsl.Code = "name"       // a name that does not exist
	CodePath      dsl.Code = "path"       // a path or reference that cannot be followed
	CodeHops      dsl.Code = "hops"       // more than five hops
	CodeDateRange dsl.Code = "date-range" // a date range on a path without a date
	CodeTimeSpan  dsl.Code = "time-span"  // a length of time outside its limits
	CodeType      dsl.Code = "type"       // an operator or value that does not fit a field's type
	CodeValue     dsl.Code = "value"      // a value that no field can have
	CodeBounds    dsl.Code = "bounds"     // bounds out of order
	CodeDerived   dsl.Code = "derived"    // a calculated or rollup field in an expression
	CodePoints    dsl.Code = "points"     // points that are zero or too many
	CodeFrequency dsl.Code = "frequency"  // at least 0, or less
	CodeGrades    dsl.Code = "grades"     // grades with a gap, an overlap or no order
	CodeTimeZone  dsl.Code = "time-zone"  // a time zone that is not in the IANA database
)
