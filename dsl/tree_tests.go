package dsl

// A Test is `test "…" { … }`: a few records, and what a model makes of them.
type Test struct {
	Span
	Name    *String // nil if it could not be read
	Clauses []TestClause
	// Incomplete says that something in the test could not be read.
	Incomplete bool
}

// A TestClause stands directly in a [Test]: a [TestModel], [AsOf], [Record] or
// [Expectation].
type TestClause interface {
	Node
	testClause()
}

// TestModel is `model "…"`: the model that is tested.
type TestModel struct {
	Span
	Name *String
}

// AsOf is `as of D`.
type AsOf struct {
	Span
	Moment *Moment
}

// A Record gives a test a record, or several that are alike:
// `3 EmailOpened "id" 10 days ago by "contact" with Field = value and …`.
type Record struct {
	Span
	Count  *Number // or nil for one
	Entity *Name
	ID     *String // or nil
	When   *When   // or nil
	By     *String // the id of the contact, or nil
	Fields []*Assignment
}

// When is a moment of a test: `on D`, `SPAN ago` or `in SPAN`.
type When struct {
	Span
	Moment *Moment   // of `on`, or a bare moment as a field's value
	Shift  *TimeSpan // of the others
	Later  bool      // `in`, not `ago`
}

// An Assignment is `Field = value`, or `Field = ("A", "B")` for choices.
type Assignment struct {
	Span
	Field  *Name
	Values []Literal // one, unless List
	List   bool
	When   *When // of a value such as `3 days ago`, in place of Values
}

// Text returns the value if it is one text.
func (a *Assignment) Text() (*String, bool) {
	if a.When != nil || a.List || len(a.Values) != 1 {
		return nil, false
	}
	s, ok := a.Values[0].(*String)
	return s, ok
}

// ExpectKind is a form of [Expectation].
type ExpectKind uint8

// The forms of an expectation.
const (
	ExpectScore         ExpectKind = iota // expect score N
	ExpectGrade                           // expect grade "…"
	ExpectNoGrade                         // expect no grade
	ExpectSalesReady                      // expect sales ready
	ExpectNotSalesReady                   // expect not sales ready
	ExpectHolds                           // expect "condition" holds
	ExpectDoesNotHold                     // expect "condition" does not hold
	ExpectTimes                           // expect "condition" N times
	ExpectNotTargeted                     // expect not targeted
	ExpectNoParent                        // expect no parent
)

// An Expectation is what a test expects of the model.
type Expectation struct {
	Span
	Kind   ExpectKind
	Number *Number // of ExpectScore and ExpectTimes
	Name   *String // the grade or condition, where Kind speaks of one
}

func (*Test) block() {}

func (*TestModel) testClause() {}

func (*AsOf) testClause() {}

func (*Record) testClause() {}

func (*Expectation) testClause() {}
