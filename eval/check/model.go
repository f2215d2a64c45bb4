// Package check turns syntax trees into a schema and checked models: every
// name, type, hop, date range, choice value, grade band and limit of the
// language reference is judged here, before anything runs. Editors and other
// tools that want to understand rules without scoring use it, too.
package check

import (
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/traverse"
)

// A Model is a checked model: nothing in it can fail to resolve any more. It
// must not be changed.
type Model struct {
	Name        string
	Description string
	Account     bool // targets accounts, not contacts
	Zone        *time.Location
	Schema      *traverse.Schema
	Conditions  []Condition
	Grades      grades.Scale
	SalesReady  grades.Threshold
	Tests       []Test     // in the order of the files
	Source      *dsl.Model // where it stands
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
	Each   bool   // counts; otherwise it holds or does not
	Min    uint64 // of at least; 0 for none
	Path   traverse.Path
	Range  *Window // the date range, or nil
	Dated  int     // the step that a date range speaks of, or would; -1 if no step is dated
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

// A Predicate judges a field's value. An empty value satisfies IsEmpty alone,
// however the others are negated.
type Predicate interface{ predicate() }

// The predicates.
type (
	// IsEmpty holds for an empty value; negated, for any other.
	IsEmpty struct{ Not bool }

	// TextMatch compares a text or choice with each of Values. It holds if one
	// matches; negated, if none does. Values are folded unless the field is exact.
	TextMatch struct {
		How    Match
		Values []string
		Not    bool
	}

	// ChoicesMatch looks for Values among the chosen: for one of them, or for
	// all. Negated, for none. Values are folded unless the field is exact.
	ChoicesMatch struct {
		Values []string
		All    bool
		Not    bool
	}

	// NumberIn holds for one of Values; negated, for any other.
	NumberIn struct {
		Values []float64
		Not    bool
	}

	// NumberBetween holds from Lo to Hi, both included unless said otherwise.
	// Open bounds are infinite.
	NumberBetween struct {
		Lo, Hi         float64
		LoOpen, HiOpen bool
	}

	// IsBool holds for one of the two.
	IsBool struct{ Want bool }

	// InWindow holds for a time or date inside a window.
	InWindow struct{ Window Window }
)

// Match is how a text is compared.
type Match uint8

// The ways in which a text is compared.
const (
	MatchEquals Match = iota
	MatchContains
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
	CodeName      dsl.Code = "name"       // a name that nothing bears
	CodePath      dsl.Code = "path"       // a path or reference that leads nowhere
	CodeHops      dsl.Code = "hops"       // more than five hops
	CodeDateRange dsl.Code = "date-range" // a date range that nothing can satisfy, or that has nothing to speak of
	CodeTimeSpan  dsl.Code = "time-span"  // a length of time outside its limits
	CodeType      dsl.Code = "type"       // an operator or value that does not fit a field's type
	CodeValue     dsl.Code = "value"      // a value that no field can have
	CodeBounds    dsl.Code = "bounds"     // bounds out of order
	CodeDerived   dsl.Code = "derived"    // a calculated or rollup field in an expression
	CodePoints    dsl.Code = "points"     // points that are zero or too many
	CodeFrequency dsl.Code = "frequency"  // at least less than one
	CodeGrades    dsl.Code = "grades"     // grades with a gap, an overlap or no order
	CodeTimeZone  dsl.Code = "time-zone"  // a time zone that is not in the IANA database
)
