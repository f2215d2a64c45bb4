package dsl

// A Model is `model "…" { … }`.
type Model struct {
	Span
	Name    *String // nil if it could not be read
	Clauses []Clause
	// Incomplete is set if something in the model could not be read.
	Incomplete bool
}

// A Clause is a part of a [Model], [Group], [Dimension] or [Stages]. In any of them it is a
// [Condition], [Group], [FirstOf], [Table], [Limit] or [Active]; in a model also a
// [Description], [Target], [TimeZone], [Grade], [SalesReady], [Let], [Audience],
// [Dimension] or [Label]; in a dimension also a [Grade], [Weight] or [OutOf]. Stages have an
// [Audience] and [Stage]s alone.
type Clause interface {
	Node
	clause()
}

// A Description is `description "…"`.
type Description struct {
	Span
	Text *String
}

// A TargetKind says which leads a model scores, and by which interactions.
type TargetKind uint8

// The targets of a model.
const (
	TargetContact         TargetKind = iota // target contact
	TargetAccount                           // target account
	TargetLead                              // target lead
	TargetLeadWithContact                   // target lead with contact
)

var targetNames = [...]string{"contact", "account", "lead", "lead with contact"}

// String returns the words after target, such as "lead with contact".
func (k TargetKind) String() string {
	if int(k) < len(targetNames) {
		return targetNames[k]
	}
	return "target"
}

// A Target is `target contact`, `target account`, `target lead` or
// `target lead with contact`.
type Target struct {
	Span
	Kind TargetKind
}

// A TimeZone is `time zone "…"`.
type TimeZone struct {
	Span
	Zone *String
}

// A SalesReady is `sales ready at N` or `sales ready when DECISION`.
type SalesReady struct {
	Span
	Threshold *Number // nil if it has a decision
	When      Expr    // the decision, whose leaves are of type [Judgment], or nil
}

// A Judgment is a part of a decision: what is said of a score, a grade, the label or a
// condition, such as `score of "Fit" >= 40`, `grade is "Hot"` or
// `condition "Competitor" holds`. In a decision over the models of a set it says of which
// model, such as `score of "B2B"."Fit" >= 40` or `condition "Competitor" of "B2B" holds`.
type Judgment struct {
	Span
	Subject Subject
	Model   *String // in a decision over the models of a set, and nil in one of a model
	Of      *String // the dimension of a score or grade, the condition of Holds; or nil
	// Op is an operator of numbers for Score; Equal (is), NotEqual (is not), In or NotIn
	// for Grade, Label and Status; it means nothing for the others.
	Op       Op
	OpSpan   Span
	Operands []Literal
	List     *Let // stands for the whole list of operands, or nil
}

// A Subject is what a [Judgment] is about.
type Subject uint8

// The subjects.
const (
	SubjectScore     Subject = iota // score, or score of "…"
	SubjectGrade                    // grade, or grade of "…"
	SubjectLabel                    // label
	SubjectCondition                // condition "…" holds

	// In decisions over the models of a set alone.
	SubjectSalesReady // sales ready of "…"
	SubjectStatus     // status of "…"
)

// A Grade is `grade "…" below N`, `grade "…" from A to B` or `grade "…" from A`.
type Grade struct {
	Span
	Name  *String
	Below *Number // or nil
	From  *Number // or nil
	To    *Number // or nil; set only with From
}

// A Limit is `limit up to B`, `limit from A` or `limit from A to B`.
type Limit struct {
	Span
	From *Number // or nil
	To   *Number // or nil; one of them is set
}

// An Active is a season: `active from D`, `active until E` or `active from D to E`.
type Active struct {
	Span
	From  *Moment // or nil
	Until *Moment // or nil; one of them is set
}

// A Group is `group "…" { … }`.
type Group struct {
	Span
	Name    *String // nil if it could not be read
	Clauses []Clause
	// Incomplete is set if something in the group could not be read.
	Incomplete bool
}

// A FirstOf is `first of "…" { … }`: of its conditions only the first that holds
// contributes.
type FirstOf struct {
	Span
	Name   *String // nil if it could not be read
	Active *Active // or nil
	Tiers  []*Condition
	// Incomplete is set if something in the block could not be read.
	Incomplete bool
}

// A Table is `table "…" by REF { … }` or `table "…" by number of CHILD { … }`.
type Table struct {
	Span
	Name *String // nil if it could not be read
	// Ref is the path and the field at its end; nil for a table by number of
	// occurrences.
	Ref []*Name
	// Number is what is counted, without a label and with the frequency Each; nil for
	// a table by a field.
	Number *Child
	Active *Active // or nil
	Rows   []*Row
	// Incomplete is set if something in the table could not be read.
	Incomplete bool
}

// A Row is a row of a [Table]: what must hold, and its points.
type Row struct {
	Span
	Form RowForm
	// Test is an operator and its operands, without a field; set for RowTest alone.
	Test *Comparison
	// Values are those of RowValues.
	Values []Literal
	List   *Let    // stands for the whole of Values, or nil
	From   *Number // of RowFrom, or nil
	To     *Number // included; of RowFrom, or nil
	Below  *Number // excluded; of RowFrom, or nil
	Score  *Score  // nil if it could not be read
}

// A RowForm is a form of a [Row].
type RowForm uint8

// The forms of a row.
const (
	RowTest      RowForm = iota // an operator with its operands
	RowValues                   // "A", "B"
	RowFrom                     // from A, from A to B, from A below B, below B
	RowOtherwise                // otherwise
)

// A Dimension is `dimension "…" { … }`.
type Dimension struct {
	Span
	Name    *String // nil if it could not be read
	Clauses []Clause
	// Incomplete is set if something in the dimension could not be read.
	Incomplete bool
}

// A Weight is `weight N%`.
type Weight struct {
	Span
	Percent *Number
}

// An OutOf is `out of N`.
type OutOf struct {
	Span
	Number *Number
}

// A Label is `label "…", "…"`: dimensions whose grades make the label.
type Label struct {
	Span
	Dimensions []*String
}

// An Audience is `audience { … }`: which leads are scored.
type Audience struct {
	Span
	Items []Item
	// Incomplete is set if something in the block could not be read.
	Incomplete bool
}

// A Let is `let NAME = VALUE`: at the top level of a file for that file, in a model for
// that model. Where the name is used, the tree has a literal of the same value, whose
// Let is set.
type Let struct {
	Span
	Name  *Name
	Value Node // a [Number], [String], [TimeSpan], [Moment] or [List]; nil if it could not be read
}

// A List is a list of values in parentheses.
type List struct {
	Span
	Values []Literal
}

func (*Model) block() {}

func (*Let) block() {}

func (*Description) clause() {}

func (*Target) clause() {}

func (*TimeZone) clause() {}

func (*SalesReady) clause() {}

func (*Grade) clause() {}

func (*Limit) clause() {}

func (*Active) clause() {}

func (*Condition) clause() {}

func (*Group) clause() {}

func (*FirstOf) clause() {}

func (*Table) clause() {}

func (*Dimension) clause() {}

func (*Weight) clause() {}

func (*OutOf) clause() {}

func (*Label) clause() {}

func (*Audience) clause() {}

func (*Let) clause() {}

func (*Judgment) expr() {}
