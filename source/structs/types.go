package structs

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// A structType is a Go type whose values are records.
type structType struct {
	typ     reflect.Type
	name    string // of the entity
	marker  tag
	marked  bool
	bad     bool   // its kind is not clear, so it is not clear what it lacks
	from    string // the Go field that leads here, "" for the type of an argument
	members []*member
	id      *member
}

func (t *structType) String() string { return t.typ.String() }

// A member is a field of a Go type that becomes a field, a reference or an inverse
// of an entity.
type member struct {
	of     *structType
	goName string // with the types that embed it
	index  []int
	typ    reflect.Type
	tag    tag
	name   string // its name in the schema
	shape  shape
	target *structType // of a reference or an inverse

	// Set when it is bound to the schema.
	fieldType traverse.Type // of a scalar; asID for a reference by id
	via       string        // of an inverse
	bound     bool
}

func (m *member) String() string { return m.of.typ.String() + "." + m.goName }

// A shape is the role that a Go type can have.
type shape uint8

const (
	unsupported shape = iota
	scalar            // a field, an id, or a reference by id
	one               // a record, or a pointer to one
	many              // a slice of them
)

// shapeOf returns the shape of a Go type, and the type of the records that it
// leads to.
func shapeOf(t reflect.Type) (shape, reflect.Type) {
	record := func(t reflect.Type) (reflect.Type, bool) {
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return nil, false
		}
		if _, field := natural(t); field && !isMarked(t) {
			return nil, false
		}
		return t, true
	}
	if r, ok := record(t); ok {
		return one, r
	}
	if t.Kind() == reflect.Slice {
		if r, ok := record(t.Elem()); ok {
			return many, r
		}
	}
	if _, ok := natural(t); ok {
		return scalar, nil
	}
	return unsupported, nil
}

// isMarked reports whether a struct has a marker, and so is a record regardless of
// its methods.
func isMarked(t reflect.Type) bool {
	for i := range t.NumField() {
		if f := t.Field(i); f.Name == "_" {
			if _, ok := f.Tag.Lookup(key); ok {
				return true
			}
		}
	}
	return false
}

// argument returns the type of the records in an argument.
func argument(t reflect.Type) (reflect.Type, bool) {
	if t == nil {
		return nil, false
	}
	if t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Slice {
		t = t.Elem()
	}
	s, record := shapeOf(t)
	return record, s == one || s == many
}

// discover finds the Go types of the arguments, and those that they lead to.
func (b *binder) discover(args []any) {
	for i, a := range args {
		t, ok := argument(reflect.TypeOf(a))
		if !ok {
			b.bad.add("argument %d is a Go %T: pass structs, pointers to them, or slices of either", i+1, a)
			continue
		}
		b.structType(t, "")
	}
	for i := 0; i < len(b.types); i++ { // grows during the loop
		b.read(b.types[i])
	}
}

// structType returns the structType of a type of records. Its fields are read later.
func (b *binder) structType(t reflect.Type, from string) *structType {
	known, ok := b.byType[t]
	if !ok {
		known = &structType{typ: t, from: from, name: t.Name()}
		b.byType[t] = known
		b.types = append(b.types, known)
	}
	return known
}

// read reads the fields of a type and their tags.
func (b *binder) read(t *structType) {
	f := &flattener{b: b, t: t}
	f.fields(t.typ, "", nil, nil)
	t.members = f.members()
	if t.name == "" {
		b.bad.add("%s: a type without a name needs one for its entity: add the field _ struct{} `%s:\"Name\"`", t, key)
	} else if !traverse.IsName(t.name) {
		b.bad.add("%s: %s cannot name an entity: add the field _ struct{} `%s:\"Name\"`", t, shown.Quote(t.name), key)
		t.name = ""
	}
	t.id = b.idOf(t)
	for _, m := range t.members {
		if m.shape == one || m.shape == many {
			_, record := shapeOf(m.typ)
			m.target = b.structType(record, m.String())
		}
	}
}

// A flattener lists the fields of a struct and of the structs that it embeds.
type flattener struct {
	b     *binder
	t     *structType
	found []*member
}

func (f *flattener) fields(t reflect.Type, path string, index []int, outer []reflect.Type) {
	if slices.Contains(outer, t) {
		return // it embeds itself, by a pointer: there are no new fields
	}
	outer = append(slices.Clip(outer), t)
	for i := range t.NumField() {
		field := t.Field(i)
		goName := path + field.Name
		text, err := lookup(field.Tag)
		if err != nil {
			f.b.bad.add("%s.%s: %v", f.t, goName, err)
			continue
		}
		_, tagged := field.Tag.Lookup(key)
		if field.Name == "_" {
			if tagged && path == "" {
				f.mark(text)
			}
			continue // a marker of an embedded type does not apply to this one
		}
		parsed, bad := parse(text, false)
		for _, err := range bad {
			f.b.bad.add("%s.%s: %v", f.t, goName, err)
		}
		if parsed.skip || bad != nil {
			continue
		}
		at := append(slices.Clip(index), i)
		inner := field.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if _, isField := natural(inner); field.Anonymous && !tagged && inner.Kind() == reflect.Struct && !isField {
			f.fields(inner, goName+".", at, outer)
			continue
		}
		if !field.IsExported() {
			if tagged {
				f.b.bad.add("%s.%s: a field that is not exported cannot be read; export it, or drop the tag", f.t, goName)
			}
			continue
		}
		m := &member{of: f.t, goName: goName, index: at, typ: field.Type, tag: parsed, name: parsed.name}
		if m.name == "" {
			m.name = field.Name
		}
		m.shape, _ = shapeOf(field.Type)
		if m.shape == unsupported {
			f.b.bad.add("%s: a Go %s cannot be a field; leave it out with `%s:\"-\"`", m, field.Type, key)
			continue
		}
		f.found = append(f.found, m)
	}
}

// mark reads the tag of a marker.
func (f *flattener) mark(text string) {
	if f.t.marked {
		f.b.bad.add("%s: there are two blank fields with a tag; only one can describe the type", f.t)
		return
	}
	t, bad := parse(text, true)
	for _, err := range bad {
		f.b.bad.add("%s: %v", f.t, err)
	}
	if t.skip {
		f.b.bad.add("%s: a type is left out where a field leads to it, not by its own tag", f.t)
	}
	for _, other := range []string{"interaction", "passive"} {
		if t.has("profile") && t.has(other) {
			if other == "interaction" {
				f.b.bad.add("%s: a type is a profile or an interaction, not both", f.t)
			} else {
				f.b.bad.add("%s: only an interaction can be passive, and it is marked as a profile", f.t)
			}
			delete(t.options, "profile")
			delete(t.options, other)
			f.t.bad = true
		}
	}
	f.t.marked, f.t.marker = true, t
	if t.name != "" {
		f.t.name = t.name
	}
}

// members returns the fields that were found, without those that a less nested field
// hides, as in Go.
func (f *flattener) members() []*member {
	nearest := map[string]*member{}
	for _, m := range f.found {
		if before := nearest[m.name]; before == nil || len(m.index) < len(before.index) {
			nearest[m.name] = m
		}
	}
	var kept []*member
	for _, m := range f.found {
		switch before := nearest[m.name]; {
		case before == m:
			kept = append(kept, m)
		case len(before.index) == len(m.index):
			f.b.bad.add("%s: it is called %s, as %s is; give one another name, or leave it out with `%s:\"-\"`",
				m, m.name, before.goName, key)
		}
	}
	return kept
}

// idOf removes the member that is the id from the members, unless its tag makes it a
// field, too.
func (b *binder) idOf(t *structType) *member {
	var id *member
	for _, m := range t.members {
		if !m.tag.has("id") {
			continue
		}
		if id != nil {
			b.bad.add("%s: %s is the id already; a record has only one", m, id.goName)
			continue
		}
		id = m
	}
	if id == nil {
		// By its name, unless its tag makes it something else.
		for _, m := range t.members {
			if last := m.goName[strings.LastIndexByte(m.goName, '.')+1:]; (last == "ID" || last == "Id") &&
				m.tag.name == "" && len(m.tag.options) == 0 && m.shape == scalar && id == nil {
				id = m
			}
		}
	}
	if id == nil {
		return nil
	}
	if id.shape != scalar || convert(id.typ, asID, false) == nil {
		b.bad.add("%s: a Go %s cannot be an id; an id is a string, an integer, or has a MarshalText method", id, id.typ)
	}
	if id.tag.name == "" {
		t.members = slices.DeleteFunc(t.members, func(m *member) bool { return m == id })
		for _, w := range fieldWords {
			if id.tag.has(w.word) && w.word != "id" {
				b.bad.add("%s: %s is for a field, and an id is one only if its tag gives it a name", id, w.word)
			}
		}
	}
	return id
}

// problems collects everything that is wrong, up to a limit.
type problems struct {
	errs []error
	more int
}

func (p *problems) add(format string, args ...any) {
	const most = 100
	if len(p.errs) == most {
		p.more++
		return
	}
	p.errs = append(p.errs, fmt.Errorf("structs: "+format, args...))
}

func (p *problems) len() int { return len(p.errs) + p.more }
