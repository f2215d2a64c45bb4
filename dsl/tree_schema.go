package dsl

// An Entity is `profile … { … }` or `interaction … { … }`.
type Entity struct {
	Span
	Interaction bool
	Name        *Name // nil if it could not be read
	Passive     bool
	Members     []Member
	// Incomplete is set if something in the block could not be read.
	Incomplete bool
}

// A Member is a part of an [Entity]: a [Field], a [Relationship], a [DatedBy], or a
// [BadMember].
type Member interface {
	Node
	member()
}

// A FieldType is the type of a field in a schema block.
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

// String returns the name of the type.
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
	Values     []*String // of choice and choices; nil for choices without a list, an open set
	Exact      bool
	Calculated bool
	Rollup     bool
}

// modifiers lists the keywords that may follow the type of a field.
var modifiers = []string{"exact", "calculated", "rollup"}

// A Relationship declares a reference, `Name -> Target`, or its inverse,
// `Name <- Target.Via`.
type Relationship struct {
	Span
	Name   *Name
	Target *Name
	Via    *Name // nil for a reference
}

// A DatedBy is `dated by Field`.
type DatedBy struct {
	Span
	Field *Name
}

// A BadMember is a declaration of which only the name could be read. It tells the
// checker that the name is meant to exist.
type BadMember struct {
	Span
	Name *Name
}

func (*Entity) block() {}

func (*Field) member() {}

func (*Relationship) member() {}

func (*DatedBy) member() {}

func (*BadMember) member() {}
