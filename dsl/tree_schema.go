package dsl

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

// modifiers stand behind a field's type.
var modifiers = []string{"exact", "calculated", "rollup"}

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

func (*Entity) block() {}

func (*Field) member() {}

func (*Relationship) member() {}

func (*DatedBy) member() {}

func (*BadMember) member() {}
