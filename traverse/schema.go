package traverse

import (
	"iter"
	"slices"
	"strings"
	"unicode"

	"github.com/leadscore/leadscore/internal/nearest"
)

// Type is the type of a [Field].
type Type uint8

// The types of a [Field] (language reference, The schema).
const (
	// NoType is the zero Type: a field whose declaration could not be read.
	NoType  Type = iota
	Text         // text, compared without regard to letter case unless the field is exact
	Number       // a 64-bit float
	Bool         // true or false
	Time         // an instant, to the microsecond
	Date         // a calendar day without a time zone
	Choice       // one of the field's Values
	Choices      // any number of the field's Values, or of any texts if it has none

	reference // the id in a reference; no field has it
)

// Types returns every type that a field can have.
func Types() []Type { return []Type{Text, Number, Bool, Time, Date, Choice, Choices} }

// String returns the type's name in the rule language.
func (t Type) String() string {
	switch t {
	case Text:
		return "text"
	case Number:
		return "number"
	case Bool:
		return "bool"
	case Time:
		return "time"
	case Date:
		return "date"
	case Choice:
		return "choice"
	case Choices:
		return "choices"
	case reference:
		return "reference"
	}
	return "no type"
}

// Noun returns a phrase for a field of the type, for messages: "text", "a number",
// "a list of choices".
func (t Type) Noun() string {
	switch t {
	case Text, NoType:
		return t.String()
	case Choices:
		return "a list of choices"
	}
	return "a " + t.String()
}

// kind is the kind of the values of t.
func (t Type) kind() Kind {
	switch t {
	case Text, Choice, reference:
		return KindText
	case Number:
		return KindNumber
	case Bool:
		return KindBool
	case Time:
		return KindTime
	case Date:
		return KindDate
	case Choices:
		return KindChoices
	}
	return KindNull
}

// Derived says whether a field is computed by the CRM. An expression may not
// use a computed field (designer: calculated and rollup fields).
type Derived uint8

// The ways in which a field gets its value.
const (
	Stored     Derived = iota // entered or imported: what expressions may use
	Calculated                // computed from other fields
	Rollup                    // aggregated from other records
)

// String returns the word that the rule language has for d, and "" for Stored.
func (d Derived) String() string {
	switch d {
	case Calculated:
		return "calculated"
	case Rollup:
		return "rollup"
	}
	return ""
}

// A Field is one typed field of an entity.
type Field struct {
	Name    string
	Type    Type
	Values  []string // what a Choice or Choices field lists; Choices may list nothing: then any text may be chosen
	Exact   bool     // compared byte for byte; for Text, Choice and Choices
	Derived Derived
}

// Fold returns a value of f as rules compare it: folded by [Fold], or as it is if f
// is exact.
func (f *Field) Fold(s string) string {
	if f.Exact {
		return s
	}
	return Fold(s)
}

// A Relationship leads from a record of one entity to records of another.
type Relationship struct {
	Name   string
	Target string // the entity it leads to
	// Via is empty for a reference, which leads to one Target record (N:1).
	// For its inverse (1:N) it names the reference of Target that leads back.
	Via string
}

// Many reports whether r can lead to several records (1:N).
func (r Relationship) Many() bool { return r.Via != "" }

// EntityKind says whether an entity is a profile or an interaction.
type EntityKind uint8

// The kinds of an entity.
const (
	Profile     EntityKind = iota // somebody or something: a lead, a contact, an account, an order
	Interaction                   // something that happened with a contact at a moment
)

// String returns the kind's name in the rule language.
func (k EntityKind) String() string {
	if k == Interaction {
		return "interaction"
	}
	return "profile"
}

// A Definition declares an entity or adds to one, as a profile or interaction
// block of the rule language does.
type Definition struct {
	Name          string
	Kind          EntityKind
	Passive       bool // an interaction done to the contact, not by them
	Fields        []Field
	Relationships []Relationship
	DatedBy       string // the time or date field that dates the records of a profile; "" = none
}

// Names that have a meaning in the rule language, whatever the schema.
const (
	Lead            = "Lead"
	Contact         = "Contact"
	Account         = "Account"
	ParentContact   = "ParentContact" // Lead's reference to its contact
	ParentAccount   = "ParentAccount" // Lead's and Contact's reference to their account
	Timestamp       = "Timestamp"     // every interaction's instant
	AnyInteraction  = "Interaction"   // as a path's root: every interaction that is not passive
	maxNameLen      = 256
	impliedContact  = "Contact" // every interaction's reference to its contact
	reservedMessage = "Interaction is a reserved name: as a path's root it means every interaction that is not passive"
)

// A Schema says which entities there are, what their fields are and how they
// relate. It is immutable and safe for concurrent use.
type Schema struct {
	entities []*Entity
	byName   map[string]*Entity
	any      *Entity // AnyInteraction
}

// An Entity is one kind of record. It is immutable.
type Entity struct {
	name    string
	kind    EntityKind
	passive bool
	fields  []Field
	rels    []Relationship
	index   map[string]int // name -> position in fields, or ^position in rels
	dated   string
	given   bool // Lead -> Lead is there without having been asked for: see LeadGiven
}

// Name returns the entity's name.
func (e *Entity) Name() string { return e.name }

// Kind returns whether e is a profile or an interaction.
func (e *Entity) Kind() EntityKind { return e.kind }

// Passive reports whether e is an interaction done to the contact, not by them.
func (e *Entity) Passive() bool { return e.passive }

// Fields yields e's fields in the order of their declaration.
func (e *Entity) Fields() iter.Seq[Field] { return slices.Values(e.fields) }

// Relationships yields e's relationships in the order of their declaration.
func (e *Entity) Relationships() iter.Seq[Relationship] { return slices.Values(e.rels) }

// Field returns the field called name.
func (e *Entity) Field(name string) (Field, bool) {
	if i, ok := e.index[name]; ok && i >= 0 {
		return e.fields[i], true
	}
	return Field{}, false
}

// Relationship returns the relationship called name.
func (e *Entity) Relationship(name string) (Relationship, bool) {
	if i, ok := e.index[name]; ok && i < 0 {
		return e.rels[^i], true
	}
	return Relationship{}, false
}

// Dated returns the field that e is dated by, and whether there is one: the
// Timestamp of an interaction, the `dated by` field of a profile.
func (e *Entity) Dated() (Field, bool) { return e.Field(e.dated) }

// LeadGiven reports whether e is an interaction of the standard schema whose reference
// Lead no other definition has declared again. In a model with target contact or
// target account, what begins with Lead in an expression then means the lead at the
// beginning of the path, and not that reference (language reference, Target lead).
func (e *Entity) LeadGiven() bool { return e.given }

// Entities yields the schema's entities in the order of their declaration.
func (s *Schema) Entities() iter.Seq[*Entity] { return slices.Values(s.entities) }

// Entity returns the entity called name, or nil.
func (s *Schema) Entity(name string) *Entity { return s.byName[name] }

// Names yields the names of the schema's entities in the order of their declaration.
func (s *Schema) Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, e := range s.entities {
			if !yield(e.name) {
				return
			}
		}
	}
}

// Definitions returns definitions that make an equal schema.
func (s *Schema) Definitions() []Definition {
	defs := make([]Definition, len(s.entities))
	for i, e := range s.entities {
		d := Definition{
			Name: e.name, Kind: e.kind, Passive: e.passive,
			Fields: slices.Clone(e.fields), Relationships: slices.Clone(e.rels),
		}
		if e.kind == Profile {
			d.DatedBy = e.dated
		}
		for j, f := range d.Fields {
			d.Fields[j].Values = slices.Clone(f.Values)
		}
		defs[i] = d
	}
	return defs
}

// Equal reports whether s and o declare the same things, in the same order. A nil
// schema equals only a nil schema.
func (s *Schema) Equal(o *Schema) bool {
	if s == o || s == nil || o == nil {
		return s == o
	}
	return slices.EqualFunc(s.entities, o.entities, func(a, b *Entity) bool {
		return a.name == b.name && a.kind == b.kind && a.passive == b.passive && a.dated == b.dated &&
			slices.Equal(a.rels, b.rels) &&
			slices.EqualFunc(a.fields, b.fields, func(f, g Field) bool {
				return f.Name == g.Name && f.Type == g.Type && f.Exact == g.Exact && f.Derived == g.Derived &&
					slices.Equal(f.Values, g.Values)
			})
	})
}

// NewSchema returns the schema that defs declare. Lead, Contact and Account
// must be among them. See [Schema.Extend] for the error.
func NewSchema(defs ...Definition) (*Schema, error) { return (*Schema)(nil).Extend(defs...) }

// Extend returns a schema with the entities of s and of defs. A definition of
// an entity that exists adds to it; the order of the definitions matters only for
// the order in which entities and fields are listed. A nil s is empty.
//
// The error is a [SchemaError] with every problem. The schema returned with it
// holds whatever could be resolved: enough for a checker to continue, but not to
// score.
func (s *Schema) Extend(defs ...Definition) (*Schema, error) {
	b := builder{
		schema: &Schema{byName: map[string]*Entity{}},
		places: map[[2]string]Place{},
	}
	if s != nil {
		for _, e := range s.entities {
			b.add(e.clone())
		}
	}
	for i := range defs {
		b.declare(i, &defs[i])
	}
	b.resolve()
	if len(b.problems) > 0 {
		slices.SortStableFunc(b.problems, func(p, q SchemaProblem) int { return p.At.compare(q.At) })
		return b.schema, b.problems
	}
	return b.schema, nil
}

func (e *Entity) clone() *Entity {
	c := *e
	c.fields, c.rels = slices.Clone(e.fields), slices.Clone(e.rels)
	c.index = make(map[string]int, len(e.index))
	for k, v := range e.index {
		c.index[k] = v
	}
	return &c
}

// Part is a part of a [Definition].
type Part uint8

// The parts of a [Definition], in the order in which problems are listed.
const (
	PartEntity Part = iota
	PartField
	PartRelationship
	PartDatedBy
)

// A Place is a position in a list of definitions. Definition is an index into the
// list, or -1 for the schema as a whole and for what an extended schema already
// held; Index is an index into Fields or Relationships.
type Place struct {
	Definition int
	Part       Part
	Index      int
}

func (p Place) compare(q Place) int {
	switch {
	case p.Definition != q.Definition:
		return p.Definition - q.Definition
	case p.Part != q.Part:
		return int(p.Part) - int(q.Part)
	}
	return p.Index - q.Index
}

// A SchemaProblem is one thing that is wrong with a list of definitions.
type SchemaProblem struct {
	At       Place
	Summary  string // what is wrong, without a full stop
	Nearest  string // the valid name that was most likely meant, or ""
	Previous *Place // where the same name was declared before, if that is the problem
}

// A SchemaError lists every problem of a list of definitions.
type SchemaError []SchemaProblem

// Error returns the problems, one a line.
func (e SchemaError) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = "schema: " + p.Summary + nearest.Hint(p.Nearest)
	}
	return strings.Join(lines, "\n")
}

// IsName reports whether s can name an entity, a field or a relationship: any
// text on one line without a back quote.
func IsName(s string) bool {
	return s != "" && len(s) <= maxNameLen && !strings.ContainsFunc(s, func(r rune) bool {
		return r == '`' || unicode.IsControl(r) || r == unicode.ReplacementChar
	})
}
