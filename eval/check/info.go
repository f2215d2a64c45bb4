package check

import (
	"cmp"
	"iter"
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// Info says what the names in rule files mean: where what they name is declared, and where
// else it is used. It is for editors: it knows of files that parse and check in part as
// much as can be known. It is safe for concurrent use.
type Info struct {
	// Occurrences are all places where something is declared or used by its name, in the
	// order of the files and of their texts.
	Occurrences []Occurrence
	// Ends has the entity at the end of the path of each child, and of each table by a
	// number. Of a path that could not be resolved as a whole it is the entity after the last
	// name that could; Tentative then has the child.
	Ends      map[*dsl.Child]*traverse.Entity
	Tentative map[*dsl.Child]bool
	// Fields has the field of each comparison in an expression of which it is known.
	Fields map[*dsl.Comparison]traverse.Field

	starts map[*dsl.File]int // the index of the first occurrence of a file
}

// An Object is something that has a name. Two names mean the same if their objects are the
// same pointer.
type Object struct {
	Kind ObjectKind
	Name string
	// In is what the object is a part of: the entity of a field or relationship, the model of
	// a condition, dimension or grade, or the dimension of a grade, the block of stages of a
	// stage, the assignment of a rule, the test of a record; or nil.
	In *Object
	// Entity is the entity itself, that of a field or relationship, or that of a record; or
	// nil.
	Entity *traverse.Entity
	// Let is the declaration of a LetObject.
	Let *dsl.Let
}

// An ObjectKind is a kind of an [Object].
type ObjectKind uint8

// The kinds of objects.
const (
	EntityObject       ObjectKind = iota
	FieldObject                   // a field of an entity
	RelationshipObject            // a relationship of an entity
	LetObject                     // a name for a value
	ModelObject
	ConditionObject // a condition of a model
	PartObject      // a group, a table or a block first of
	DimensionObject
	GradeObject // a grade of a model or dimension
	StagesObject
	StageObject
	AssignmentObject
	RuleObject // a rule of an assignment
	CreationObject
	TestObject
	RecordObject // a record of a test, by its id
)

var objectNames = [...]string{
	"entity", "field", "relationship", "let", "model", "condition", "part", "dimension", "grade", "stages", "stage", "assignment",
	"rule", "lead creation", "test", "record",
}

// String returns the name of the kind, such as "field".
func (k ObjectKind) String() string {
	if int(k) < len(objectNames) {
		return objectNames[k]
	}
	return "object"
}

// An Occurrence is a place where an object is declared or used by its name.
type Occurrence struct {
	File   *dsl.File
	Span   dsl.Span // of the name; of a text with its quotes
	Object *Object
	// Declares is set where the object is declared. An entity has a declaration in each of
	// its blocks; what a schema that was not read from the files declares has none.
	Declares bool
	// Tentative is set if the name is not that of the object, but it is the nearest one, or if
	// it comes after such a name in its path.
	Tentative bool
}

// NewInfo returns what the names in files mean, which are those that were checked together
// to a set with the schema: see [Set.Schema]. They may have problems.
func NewInfo(schema *traverse.Schema, files ...*dsl.File) *Info {
	r := &resolver{
		schema: schema, objects: map[objectKey]*Object{}, lets: map[*dsl.Let]*Object{}, tests: map[*dsl.Test]*Object{}, commons: map[*traverse.Entity][]*traverse.Entity{},
		info: &Info{
			Ends: map[*dsl.Child]*traverse.Entity{}, Tentative: map[*dsl.Child]bool{}, Fields: map[*dsl.Comparison]traverse.Field{},
			starts: map[*dsl.File]int{},
		},
	}
	for _, f := range files {
		r.file = f
		r.declare(f)
	}
	for _, f := range files {
		r.file = f
		r.resolve(f)
	}
	order := map[*dsl.File]int{}
	for i, f := range files {
		order[f] = i
	}
	info := r.info
	slices.SortStableFunc(info.Occurrences, func(a, b Occurrence) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Span.Start.Offset, b.Span.Start.Offset))
	})
	for i, o := range slices.Backward(info.Occurrences) {
		info.starts[o.File] = i
	}
	return info
}

// At returns the occurrence in a file that an offset in bytes is in, or directly after. ok
// is false if there is none.
func (i *Info) At(f *dsl.File, offset int) (o Occurrence, ok bool) {
	start, known := i.starts[f]
	if !known {
		return Occurrence{}, false
	}
	for _, o := range i.Occurrences[start:] {
		if o.File != f || o.Span.Start.Offset > offset {
			break
		}
		if offset <= o.Span.End.Offset {
			return o, true
		}
	}
	return Occurrence{}, false
}

// In returns an iterator over the occurrences in a file, in the order of its text.
func (i *Info) In(f *dsl.File) iter.Seq[Occurrence] {
	return func(yield func(Occurrence) bool) {
		start, known := i.starts[f]
		if !known {
			return
		}
		for _, o := range i.Occurrences[start:] {
			if o.File != f || !yield(o) {
				return
			}
		}
	}
}

// Of returns an iterator over the occurrences of an object, in the order of the files and
// of their texts.
func (i *Info) Of(object *Object) iter.Seq[Occurrence] {
	return func(yield func(Occurrence) bool) {
		for _, o := range i.Occurrences {
			if o.Object == object && !yield(o) {
				return
			}
		}
	}
}

// OperatorsOf returns an iterator over the operators that apply to fields of a type, in the
// order of the language reference.
func OperatorsOf(t traverse.Type) iter.Seq[dsl.Op] {
	return func(yield func(dsl.Op) bool) {
		for _, list := range [...][]operator{operators[t], everyType} {
			for i := range list {
				if !yield(list[i].op) {
					return
				}
			}
		}
	}
}

// An objectKey identifies an object.
type objectKey struct {
	kind ObjectKind
	in   *Object
	name string
	text string // the entity of a record
}

// A resolver finds out what names mean.
type resolver struct {
	schema  *traverse.Schema
	file    *dsl.File // that is read
	objects map[objectKey]*Object
	lets    map[*dsl.Let]*Object
	tests   map[*dsl.Test]*Object
	commons map[*traverse.Entity][]*traverse.Entity // the kinds that an entity represents
	info    *Info
}

// object returns the object with a key, which is made when it is first asked for.
func (r *resolver) object(kind ObjectKind, in *Object, name string) *Object {
	key := objectKey{kind: kind, in: in, name: name}
	o := r.objects[key]
	if o == nil {
		o = &Object{Kind: kind, Name: name, In: in}
		r.objects[key] = o
	}
	return o
}

// known returns the object with a key if it was declared, or nil.
func (r *resolver) known(kind ObjectKind, in *Object, name string) *Object {
	return r.objects[objectKey{kind: kind, in: in, name: name}]
}

// at notes an occurrence of an object, if that is not nil.
func (r *resolver) at(span dsl.Span, o *Object, declares, tentative bool) {
	if o != nil && span.Known() {
		r.info.Occurrences = append(r.info.Occurrences, Occurrence{r.file, span, o, declares, tentative})
	}
}

// declares notes the declaration of what a text names, and returns its object. It returns
// nil if the text is nil.
func (r *resolver) declares(kind ObjectKind, in *Object, name *dsl.String) *Object {
	if name == nil {
		return nil
	}
	o := r.object(kind, in, name.Value)
	r.at(name.Span, o, true, false)
	return o
}

// uses notes a use of what a text names, if it was declared, and returns its object.
func (r *resolver) uses(kind ObjectKind, in *Object, name *dsl.String) *Object {
	if name == nil {
		return nil
	}
	o := r.known(kind, in, name.Value)
	r.at(name.Span, o, false, false)
	return o
}

// entity returns the object of an entity.
func (r *resolver) entity(e *traverse.Entity) *Object {
	o := r.object(EntityObject, nil, e.Name())
	o.Entity = e
	return o
}

// member returns the object of a field or relationship of an entity, or nil. Of an entity
// that represents several kinds it is that of the first kind.
func (r *resolver) member(e *traverse.Entity, name string) *Object {
	if kinds := r.commons[e]; len(kinds) > 0 {
		e = kinds[0]
	}
	kind := FieldObject
	if _, ok := e.Field(name); !ok {
		if _, ok := e.Relationship(name); !ok {
			return nil
		}
		kind = RelationshipObject
	}
	o := r.object(kind, r.entity(e), name)
	o.Entity = e
	return o
}
