package dsl

// A ChooseModel is `choose model { … }`: which model scores a lead.
type ChooseModel struct {
	Span
	Lines []*ChooseBy
	// Incomplete is set if something in the block could not be read.
	Incomplete bool
}

// A ChooseBy is `by REF`: relationships of the lead, and the field that names the model.
type ChooseBy struct {
	Span
	Ref []*Name
}

// A LeadCreation is `lead creation "…" { … }`: which leads to create.
type LeadCreation struct {
	Span
	Name    *String // nil if it could not be read
	Clauses []CreationClause
	// Incomplete is set if something in the block could not be read.
	Incomplete bool
}

// A CreationClause is a clause of a [LeadCreation]: a [CreationFrom], [CreationScope],
// [CreationPer] or [SetValues].
type CreationClause interface {
	Node
	creationClause()
}

// A CreationFrom is `from KIND, KIND where …`: the interactions that create leads.
type CreationFrom struct {
	Span
	Kinds []*Name
	Where []Expr // AND-ed
}

// A CreationScope is `scope contact` or `scope account`: whose leads are created.
type CreationScope struct {
	Span
	Account bool
}

// A CreationPer is `per REF` or `per company`: what tells the leads of a contact or account
// apart.
type CreationPer struct {
	Span
	Ref *Name // nil for `per company`
}

// A SetValues is `set Field = value, …`.
type SetValues struct {
	Span
	Values []*FieldValue
}

// An Assignment is `assignment "…" { … }`: who gets a lead.
type Assignment struct {
	Span
	Name    *String // nil if it could not be read
	Clauses []AssignmentClause
	// Incomplete is set if something in the block could not be read.
	Incomplete bool
}

// An AssignmentClause is a clause of an [Assignment]: an [Audience], an [AssignmentRule] or
// an [Otherwise].
type AssignmentClause interface {
	Node
	assignmentClause()
}

// An AssignmentRule is `rule "…" { … }`: children, and then `when` and `set`.
type AssignmentRule struct {
	Span
	Name  *String // nil if it could not be read
	Items []Item
	When  Expr       // the decision, whose leaves are of type [Judgment], or nil
	Set   *SetValues // nil if it could not be read
	// Incomplete is set if something in the rule could not be read.
	Incomplete bool
}

// An Otherwise is `otherwise set …`.
type Otherwise struct {
	Span
	Set *SetValues
}

func (*Assignment) block() {}

func (*Audience) assignmentClause() {}

func (*AssignmentRule) assignmentClause() {}

func (*Otherwise) assignmentClause() {}

func (*ChooseModel) block() {}

func (*LeadCreation) block() {}

func (*CreationFrom) creationClause() {}

func (*CreationScope) creationClause() {}

func (*CreationPer) creationClause() {}

func (*SetValues) creationClause() {}
