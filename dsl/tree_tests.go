package dsl

// A Test is `test "…" { … }`: a few records, and what is expected of a model.
type Test struct {
	Span
	Name    *String // nil if it could not be read
	Clauses []TestClause
	// Incomplete is set if something in the test could not be read.
	Incomplete bool
}

// A TestClause is a part of a [Test]: a [TestModel], [AsOf], [Record] or
// [Expectation].
type TestClause interface {
	Node
	testClause()
}

// A TestModel is `model "…"`: the model that is tested.
type TestModel struct {
	Span
	Name *String
}

// An AsOf is `as of D`.
type AsOf struct {
	Span
	Moment *Moment
}

// A Record is a record of a test, or several equal ones:
// `3 EmailOpened "id" 10 days ago by "contact" with Field = value and …`.
type Record struct {
	Span
	Count  *Number // or nil for one
	Entity *Name
	ID     *String // or nil
	When   *When   // or nil
	By     *String // the id of the contact, or nil
	Fields []*FieldValue
}

// A When is a moment of a test: `on D`, `SPAN ago` or `in SPAN`.
type When struct {
	Span
	Moment *Moment   // of `on`, or a bare moment as a field's value
	Shift  *TimeSpan // of the others
	Later  bool      // `in`, not `ago`
}

// A FieldValue is `Field = value`, or `Field = ("A", "B")` for choices.
type FieldValue struct {
	Span
	Field  *Name
	Values []Literal // one, unless List
	List   bool
	OneOf  bool  // `one of` and a list, in an [Assignment]; List is not set
	Let    *Let  // the name that stands for the whole list, or nil
	When   *When // of a value such as `3 days ago`, in place of Values
}

// Text returns the value if that is a single text.
func (a *FieldValue) Text() (*String, bool) {
	if a.When != nil || a.List || len(a.Values) != 1 {
		return nil, false
	}
	s, ok := a.Values[0].(*String)
	return s, ok
}

// An ExpectKind is a form of an [Expectation].
type ExpectKind uint8

// The forms of an expectation.
const (
	ExpectScore            ExpectKind = iota // expect score N
	ExpectGrade                              // expect grade "…"
	ExpectNoGrade                            // expect no grade
	ExpectSalesReady                         // expect sales ready
	ExpectNotSalesReady                      // expect not sales ready
	ExpectHolds                              // expect "condition" holds
	ExpectDoesNotHold                        // expect "condition" does not hold
	ExpectTimes                              // expect "condition" N times
	ExpectNotTargeted                        // expect not targeted
	ExpectNoParent                           // expect no parent
	ExpectNotActive                          // expect not active
	ExpectNotInAudience                      // expect not in audience
	ExpectLabel                              // expect label "…"
	ExpectNoLabel                            // expect no label
	ExpectDimensionScore                     // expect dimension "…" score N
	ExpectDimensionGrade                     // expect dimension "…" grade "…"
	ExpectDimensionNoGrade                   // expect dimension "…" no grade
	ExpectStage                              // expect stage "…", or expect stage "…" of "…"
	ExpectEvent                              // expect event from "…" to "…", or with of "…" after it
	ExpectAssigned                           // expect assigned by "…", or with of "…" after it
	ExpectSet                                // expect Field = value, or with of "…" after it
)

// An Expectation is what a test expects of the model.
type Expectation struct {
	Span
	Kind      ExpectKind
	Dimension *String // of ExpectDimensionScore, ExpectDimensionGrade and ExpectDimensionNoGrade
	Number    *Number // of ExpectScore, ExpectDimensionScore and ExpectTimes
	From      *String // of ExpectEvent, the stage before
	// Assignment is that of ExpectAssigned and ExpectSet; or nil.
	Assignment *String
	Set        *FieldValue // of ExpectSet
	Stages     *String     // of ExpectStage and ExpectEvent, the block of stages; or nil
	Name       *String     // of ExpectStage and ExpectEvent the stage; of ExpectAssigned the rule; of ExpectGrade and ExpectDimensionGrade the grade; of ExpectLabel the label; of ExpectHolds, ExpectDoesNotHold and ExpectTimes the condition
}

func (*Test) block() {}

func (*TestModel) testClause() {}

func (*AsOf) testClause() {}

func (*Record) testClause() {}

func (*Expectation) testClause() {}
