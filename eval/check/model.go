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
	Target      dsl.TargetKind
	Zone        *time.Location
	Schema      *traverse.Schema
	Season      *Window // in microseconds: as of an instant outside, the model is not active; nil for always
	// Conditions are all of them, in the order of the rules: also those of groups,
	// dimensions and blocks of tiers, and one for each row of a table.
	Conditions []Condition
	// Parts say how the conditions add up. Parts is nil if the score is the sum of
	// all conditions: then no condition has a bound, a season, a decay, every N or a block.
	Parts      []Part
	Limit      Limit      // of the score
	Audience   *Condition // whose Points mean nothing; nil if all leads are scored
	Grades     grades.Scale
	Label      []*Dimension // whose grades make the label; nil without a label
	SalesReady grades.Threshold
	Decision   Decision // of sales ready when, in place of SalesReady; or nil
	Tests      []Test   // in the order of the files
	Source     *dsl.Model
	File       string
}

// Account reports whether the model targets accounts.
func (m *Model) Account() bool { return m.Target == dsl.TargetAccount }

// A Part is a part of the score of a model, group or dimension: a [ConditionPart],
// [*Group], [*Tiers] or [*Dimension].
type Part interface{ part() }

// A ConditionPart is the contribution of one condition: an index into
// Model.Conditions.
type ConditionPart int

// A Group adds up its parts, within its limit.
type Group struct {
	Name   string
	Season *Window // as of an instant outside, it adds 0; nil for always
	Limit  Limit
	Parts  []Part
	Source *dsl.Group
}

// Tiers are a `first of` or a table: of their conditions the first that holds
// contributes.
type Tiers struct {
	Name       string
	Season     *Window // as of an instant outside, they add 0; nil for always
	Conditions []int   // indexes into Model.Conditions
	FirstOf    *dsl.FirstOf
	Table      *dsl.Table // in place of FirstOf
}

// A Dimension has a score and grades of its own, and adds to the score of the model.
type Dimension struct {
	Name   string
	Season *Window // as of an instant outside, its score is 0 and it has no grade; nil for always
	Limit  Limit
	OutOf  int64 // 0 if it is not said; else Limit has an upper bound
	Weight int64 // in percent
	Parts  []Part
	Grades grades.Scale
	Source *dsl.Dimension
}

// A Limit keeps a sum between two bounds, both included. The zero Limit has none.
type Limit struct {
	Lo, Hi       int64
	HasLo, HasHi bool
}

func (ConditionPart) part() {}
func (*Group) part()        {}
func (*Tiers) part()        {}
func (*Dimension) part()    {}

// A Decision is what `sales ready when` asks: an [AllDecisions], [AnyDecision],
// [NotDecision], [ScoreDecision], [GradeDecision] or [HoldsDecision]. A decision over the
// models of a set has a [ModelDecision] or [StatusDecision] in place of the last three.
type Decision interface{ decision() }

// The decisions.
type (
	// AllDecisions holds if all of its decisions do.
	AllDecisions []Decision
	// AnyDecision holds if one of its decisions does.
	AnyDecision []Decision
	// NotDecision holds if its decision does not.
	NotDecision struct{ Decision Decision }

	// ScoreDecision holds if a score satisfies the predicate, a [NumberIn] or
	// [NumberBetween] of whole numbers.
	ScoreDecision struct {
		Of        *Dimension // nil for the score of the model
		Predicate Predicate
		Source    *dsl.Judgment
	}

	// GradeDecision holds if a grade or the label is one of Values; with Not, if it is
	// none of them. Without a grade or label it does not hold.
	GradeDecision struct {
		Of     *Dimension // nil for the grade of the model, or the label
		Label  bool
		Values []string
		Not    bool
		Source *dsl.Judgment
	}

	// HoldsDecision holds if the multiplier of a condition is above 0, in season, and
	// the condition was taken if it is a tier.
	HoldsDecision struct {
		Condition int // index into Model.Conditions
		Source    *dsl.Judgment
	}

	// ModelDecision holds if the model scored the lead, and the decision, which is about the
	// model, holds.
	ModelDecision struct {
		Model    *Model
		Decision Decision // a ScoreDecision, GradeDecision, HoldsDecision or ReadyDecision
		// Auxiliary is the index in Set.Auxiliary of the model that says whether a
		// HoldsDecision holds; -1 for the others.
		Auxiliary int
		Source    *dsl.Judgment
	}

	// ReadyDecision holds if the lead is sales ready. It is in a ModelDecision.
	ReadyDecision struct{}

	// StatusDecision holds if the status of the model is one of Values; with Not, if it is
	// none of them.
	StatusDecision struct {
		Model  *Model
		Values []string
		Not    bool
		Source *dsl.Judgment
	}
)

func (AllDecisions) decision()   {}
func (AnyDecision) decision()    {}
func (NotDecision) decision()    {}
func (ScoreDecision) decision()  {}
func (GradeDecision) decision()  {}
func (HoldsDecision) decision()  {}
func (ModelDecision) decision()  {}
func (ReadyDecision) decision()  {}
func (StatusDecision) decision() {}

// A Condition is a checked condition, or a row of a table.
type Condition struct {
	Name     string  // of a row, the name of its table
	Season   *Window // as of an instant outside, it adds 0; nil for always
	Children []Child // all of them, in the order of the rules: also those in blocks
	// Items say how the children combine, in the order of the rules. Items is nil if
	// all children stand side by side, without a block.
	Items  []Item
	Points int64 // 0 only for a row
	Bound  int64 // what the condition adds ends here; 0 if it has no bound
	Source *dsl.Condition
	Row    *dsl.Row // in place of Source, for a row
}

// An Item is a child of a condition or a block of items: a [ChildItem], [*Block] or
// [*Same].
type Item interface{ item() }

// A ChildItem is a child: an index into Condition.Children.
type ChildItem int

// A Block is `all of`, or with Any `any of`: its items hold or do not hold, they do not
// count.
type Block struct {
	Label  string
	Any    bool
	Items  []Item
	Source *dsl.ItemBlock // nil for a block that a row of a table became
}

// A Same counts the values for which each of its children holds, judged on the
// occurrences with that value.
type Same struct {
	Label    string
	Children []int   // indexes into Condition.Children
	Values   []Value // by child, what its occurrences are told apart by
	Source   *dsl.ItemBlock
}

func (ChildItem) item() {}
func (*Block) item()    {}
func (*Same) item()     {}

// A Value is what tells occurrences of a path apart: a field, the id in a reference, or
// a record on the path.
type Value struct {
	Step  int             // index into the path
	Hops  []traverse.Step // N:1 hops from there
	Field traverse.Field  // if Ref is "" and Record is not set
	Ref   string          // the N:1 relationship whose id is the value, or ""
	// Record says that the value is the record at the step, of whatever entity.
	Record bool
}

// A Child is a checked child of a condition.
type Child struct {
	Label string // the display name, or ""
	Each  bool   // the child counts, as each does and a has with a decay; otherwise it holds or does not hold
	Every uint64 // the child counts whole Everys; 0 if it counts each occurrence
	// A child that does not count holds from Min to Max occurrences. A Max of 0 means
	// that there is no greatest, unless Min is 0, too: then the child holds for none.
	Min, Max uint64
	// Kinds are the interactions of a root such as `EmailOpened or EmailClicked`, whose
	// fields in common Path[0].Entity has; nil for any other root.
	Kinds  []*traverse.Entity
	Path   traverse.Path
	Range  *Window // the date range, or nil
	Dated  int     // the step to which a date range applies, also if there is no range; -1 if no step is dated
	Burst  *Span   // within any SPAN, or nil
	Cap    *Cap    // or nil
	Aging  *Aging  // the decay, or every SPAN without; or nil
	Where  []Expr  // AND-ed, in the order of the rules
	Source *dsl.Child
}

// None reports whether the child's frequency is none.
func (c *Child) None() bool { return !c.Each && c.Min == 0 && c.Max == 0 }

// A Span is a length of time.
type Span struct {
	N    int64
	Unit dsl.Unit
	Days bool // it is about a date, which counts in whole days
}

// A Cap bounds how many occurrences count for each value, or for each period of the
// occurrence's date.
type Cap struct {
	Count  uint64
	Period dsl.Period // of the date of step Child.Dated, or dsl.NoPeriod
	Value  Value      // without a period
}

// An Expr is a checked expression: a [*Comparison], or an [*And], [*Or] or [*Not] of
// others.
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

// An And holds if all of its terms do.
type And struct {
	Terms  []Expr
	Source *dsl.And
}

// An Or holds if one of its terms does.
type Or struct {
	Terms  []Expr
	Source *dsl.Or
}

// A Not holds if its expression does not.
type Not struct {
	Expr   Expr
	Source *dsl.Not
}

// Syntax returns the expression's Source.
func (e *And) Syntax() dsl.Expr { return e.Source }

// Syntax returns the expression's Source.
func (e *Or) Syntax() dsl.Expr { return e.Source }

// Syntax returns the expression's Source.
func (e *Not) Syntax() dsl.Expr { return e.Source }

func (*Comparison) expr() {}
func (*And) expr()        {}
func (*Or) expr()         {}
func (*Not) expr()        {}

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
	CodeDateRange dsl.Code = "date-range" // a date range, or what else needs a date, on a path without one
	CodeTimeSpan  dsl.Code = "time-span"  // a length of time outside its limits
	CodeType      dsl.Code = "type"       // an operator or value that does not fit a field's type
	CodeValue     dsl.Code = "value"      // a value that no field can have
	CodeBounds    dsl.Code = "bounds"     // bounds out of order
	CodeDerived   dsl.Code = "derived"    // a calculated or rollup field in an expression
	CodePoints    dsl.Code = "points"     // points that are zero or too many, or a bound that does not fit them
	CodeFrequency dsl.Code = "frequency"  // a frequency that always or never holds, or has another form
	CodeKinds     dsl.Code = "kinds"      // kinds that cannot make a root together
	CodeBlock     dsl.Code = "block"      // what cannot be in a block of items
	CodeCap       dsl.Code = "cap"        // once per, or up to N per, what does not tell occurrences apart
	CodeBurst     dsl.Code = "burst"      // within any where nothing of that sort can hold
	CodeDecay     dsl.Code = "decay"      // a decay where nothing can be weighed
	CodeGrades    dsl.Code = "grades"     // grades with a gap, an overlap or no order
	CodeStage     dsl.Code = "stage"      // what a stage cannot have

	CodeAssignment dsl.Code = "assignment" // a rule that makes others useless, or that is out of place
	CodeTimeZone   dsl.Code = "time-zone"  // a time zone that is not in the IANA database
)
