package structs

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// A binder finds what Go types are in a schema, and what the schema lacks.
type binder struct {
	base   *traverse.Schema
	frozen bool                   // the schema cannot be added to
	known  map[reflect.Type]*plan // types that were bound before

	types    []*structType
	byType   map[reflect.Type]*structType
	entities map[string]*entity
	order    []*entity // that the types speak of, then those that every schema has
	bad      problems
}

// An entity is what is known of one: what the base says, and what the types add.
type entity struct {
	name   string
	kind   traverse.EntityKind
	base   bool
	silent bool // passive where it is declared
	fields map[string]traverse.Field
	rels   map[string]traverse.Relationship
	dated  string
	filled map[string]bool // references that an inverse fills in

	def       traverse.Definition // what the types add
	from      fmt.Stringer        // the type that declared it, or nil
	fieldFrom []*member           // for each of def.Fields
	relFrom   []*member           // for each of def.Relationships, or nil
	datedFrom *member
}

func newBinder(base *traverse.Schema) *binder {
	return &binder{base: base, byType: map[reflect.Type]*structType{}, entities: map[string]*entity{}}
}

// bind reads the types of the arguments and returns the schema with what they
// add.
func (b *binder) bind(args []any) (*traverse.Schema, error) {
	b.discover(args)
	b.declareEntities()
	for _, t := range b.types {
		for _, m := range t.members {
			switch m.shape {
			case scalar:
				b.scalar(b.entities[t.name], m)
			case one:
				b.reference(b.entities[t.name], m)
			}
		}
	}
	for _, t := range b.types {
		for _, m := range t.members {
			if m.shape == many {
				b.inverse(b.entities[t.name], m)
			}
		}
	}
	for _, t := range b.types {
		if b.known[t.typ] == nil && !t.bad {
			b.complete(t)
		}
	}
	schema := b.extend()
	if err := b.bad.err(); err != nil {
		return nil, err
	}
	return schema, nil
}

func (p *problems) err() error {
	if p.more > 0 {
		return errors.Join(append(p.errs, fmt.Errorf("structs: and %d problems more", p.more))...)
	}
	return errors.Join(p.errs...)
}

// declareEntities finds the entity of each type, and adds those that every
// schema has.
func (b *binder) declareEntities() {
	marked := map[string]traverse.EntityKind{}
	for _, t := range b.types {
		if t.marker.has("interaction") || t.marker.has("passive") {
			marked[t.name] = traverse.Interaction
		}
	}
	for _, t := range b.types {
		e := b.entity(t.name)
		if e == nil {
			e = &entity{name: t.name, kind: marked[t.name], from: t}
			e.fields, e.rels = map[string]traverse.Field{}, map[string]traverse.Relationship{}
			b.add(e)
			if b.frozen && t.name != "" {
				b.bad.add("%s: the source's schema has no entity %s%s", t, t.name, b.frozenHint(nearest.Name(t.name, b.base.Names())))
			}
		}
		if e.from == nil {
			e.from = t
		}
		switch isInteraction := t.marker.has("interaction") || t.marker.has("passive"); {
		case isInteraction && e.kind == traverse.Profile, t.marker.has("profile") && e.kind == traverse.Interaction:
			whose := "the marker of another type"
			if e.base {
				whose = "the schema"
			}
			b.bad.add("%s: %s is %s in %s, and cannot be both", t, e.name, article(e.kind), whose)
			t.bad = true
		case t.marker.has("passive") && b.frozen && !e.silent:
			b.bad.add("%s: %s is not passive in the source's schema", t, e.name)
		case t.marker.has("passive"):
			e.def.Passive = !e.silent
		}
	}
	if b.base == nil && b.entities[traverse.Lead] == nil {
		b.bad.add("no type stands for Lead, and leads are what is scored: call one Lead, or add the field _ struct{} `%s:\"Lead\"` to it", key)
	}
	for _, must := range []struct{ entity, ref, target string }{
		{traverse.Lead, traverse.ParentContact, traverse.Contact}, {traverse.Lead, traverse.ParentAccount, traverse.Account},
		{traverse.Contact, traverse.ParentAccount, traverse.Account}, {traverse.Account, "", ""},
	} {
		e := b.entity(must.entity)
		if e == nil {
			e = &entity{name: must.entity, fields: map[string]traverse.Field{}, rels: map[string]traverse.Relationship{}}
			b.add(e)
		}
		if _, ok := e.rels[must.ref]; must.ref != "" && !ok {
			e.addRelationship(traverse.Relationship{Name: must.ref, Target: must.target}, nil)
		}
	}
}

func article(k traverse.EntityKind) string {
	if k == traverse.Interaction {
		return "an interaction"
	}
	return "a profile"
}

func (b *binder) frozenHint(near string) string {
	if near != "" {
		return "; did you mean " + near + "?"
	}
	return "; hand the type to Load or Schema, too, which add to it"
}

func (b *binder) add(e *entity) {
	e.def.Name, e.def.Kind = e.name, e.kind
	e.filled = map[string]bool{}
	if e.kind == traverse.Interaction {
		// Every interaction has these, declared or not.
		if _, ok := e.fields[traverse.Timestamp]; !ok {
			e.fields[traverse.Timestamp] = traverse.Field{Name: traverse.Timestamp, Type: traverse.Time}
		}
		if _, ok := e.rels[traverse.Contact]; !ok {
			e.rels[traverse.Contact] = traverse.Relationship{Name: traverse.Contact, Target: traverse.Contact}
		}
	}
	b.entities[e.name] = e
	b.order = append(b.order, e)
}

// entity returns what is known of an entity, or nil if nothing is.
func (b *binder) entity(name string) *entity {
	if e := b.entities[name]; e != nil || b.base == nil {
		return e
	}
	of := b.base.Entity(name)
	if of == nil {
		return nil
	}
	e := &entity{name: name, kind: of.Kind(), base: true, silent: of.Passive(), fields: map[string]traverse.Field{}, rels: map[string]traverse.Relationship{}}
	for f := range of.Fields() {
		e.fields[f.Name] = f
	}
	for r := range of.Relationships() {
		e.rels[r.Name] = r
	}
	if f, ok := of.Dated(); ok && e.kind == traverse.Profile {
		e.dated = f.Name
	}
	b.add(e)
	return e
}

// names yields the names of all entities.
func (b *binder) names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, e := range b.order {
			if !yield(e.name) {
				return
			}
		}
		if b.base != nil {
			b.base.Names()(yield)
		}
	}
}

func (e *entity) addField(f traverse.Field, from *member) {
	e.fields[f.Name] = f
	e.def.Fields = append(e.def.Fields, f)
	e.fieldFrom = append(e.fieldFrom, from)
}

func (e *entity) addRelationship(r traverse.Relationship, from *member) {
	e.rels[r.Name] = r
	e.def.Relationships = append(e.def.Relationships, r)
	e.relFrom = append(e.relFrom, from)
}

// missing says that a frozen schema lacks what a member needs, and reports
// whether it does.
func (b *binder) missing(e *entity, name string, m *member) bool {
	if !b.frozen {
		return false
	}
	near := nearest.Name(name, func(yield func(string) bool) {
		for _, n := range slices.Sorted(maps.Keys(e.fields)) {
			if !yield(n) {
				return
			}
		}
		for _, n := range slices.Sorted(maps.Keys(e.rels)) {
			if !yield(n) {
				return
			}
		}
	})
	b.bad.add("%s: %s has no %s in the source's schema%s", m, e.name, name, b.frozenHint(near))
	return true
}

// only says which options of a member mean nothing for what it is.
func (b *binder) only(m *member, what string, allowed ...string) {
	for _, w := range fieldWords {
		if m.tag.has(w.word) && w.word != "id" && !slices.Contains(allowed, w.word) {
			b.bad.add("%s: %s is not for %s", m, w.word, what)
		}
	}
}

// scalar binds a member that is a field, or a reference by id.
func (b *binder) scalar(e *entity, m *member) {
	r, known := e.rels[m.name]
	switch {
	case known && r.Many():
		b.bad.add("%s: %s.%s is the inverse of %s.%s: it takes a slice of records, not a Go %s", m, e.name, m.name, r.Target, r.Via, m.typ)
	case known || m.tag.has("ref"):
		b.byID(e, m)
	default:
		b.field(e, m)
	}
}

// byID binds a reference that holds an id.
func (b *binder) byID(e *entity, m *member) {
	b.only(m, "a reference", "ref")
	m.fieldType = asID
	if convert(m.typ, asID, false) == nil {
		b.bad.add("%s: a Go %s cannot be the id of a reference; that is a string, an integer, or has a MarshalText method", m, m.typ)
		return
	}
	target := m.tag.value("ref")
	if r, known := e.rels[m.name]; known {
		if target != "" && target != r.Target {
			b.bad.add("%s: %s.%s leads to %s, not to %s", m, e.name, m.name, r.Target, target)
		}
		m.bound = true
		return
	}
	if target == "" {
		target = m.name
	}
	if b.entity(target) == nil {
		near := nearest.Name(target, b.names())
		hint := "; hand over a type for it"
		if near != "" {
			hint = "; did you mean " + near + "?"
		} else if !m.tag.has("ref") || m.tag.value("ref") == "" {
			hint = "; write ref=Entity"
		}
		b.bad.add("%s: it refers to %s, which is no entity%s", m, target, hint)
		return
	}
	if b.clash(e, m) || b.missing(e, m.name, m) {
		return
	}
	e.addRelationship(traverse.Relationship{Name: m.name, Target: target}, m)
	m.bound = true
}

// clash reports that a reference or inverse has the name of a field.
func (b *binder) clash(e *entity, m *member) bool {
	f, taken := e.fields[m.name]
	if taken {
		b.bad.add("%s: %s.%s is %s already, not a relationship", m, e.name, m.name, f.Type.Noun())
	}
	return taken
}

// reference binds a record, or a pointer to one.
func (b *binder) reference(e *entity, m *member) {
	b.only(m, "a reference", "ref")
	target := m.target.name
	if said := m.tag.value("ref"); said != "" && said != target {
		b.bad.add("%s: %s stands for %s, not for %s; drop the value of ref", m, m.target, target, said)
		return
	}
	if b.clash(e, m) {
		return
	}
	r, known := e.rels[m.name]
	switch {
	case known && r.Many():
		b.bad.add("%s: %s.%s is the inverse of %s.%s: it takes a slice of records", m, e.name, m.name, r.Target, r.Via)
		return
	case known && r.Target != target:
		b.bad.add("%s: %s.%s leads to %s, and %s stands for %s", m, e.name, m.name, r.Target, m.target, target)
		return
	case !known && target != "":
		if b.missing(e, m.name, m) {
			return
		}
		e.addRelationship(traverse.Relationship{Name: m.name, Target: target}, m)
	}
	m.bound = true
}

// inverse binds a slice of records.
func (b *binder) inverse(e *entity, m *member) {
	b.only(m, "a slice of records", "via")
	child := b.entities[m.target.name]
	if child.name == "" || b.clash(e, m) {
		return
	}
	said := m.tag.value("via")
	if r, known := e.rels[m.name]; known {
		switch {
		case !r.Many():
			b.bad.add("%s: %s.%s is a reference, which leads to one record: a slice cannot be it", m, e.name, m.name)
		case r.Target != child.name:
			b.bad.add("%s: %s.%s leads to %s, and %s stands for %s", m, e.name, m.name, r.Target, m.target, child.name)
		case said != "" && said != r.Via:
			b.bad.add("%s: %s.%s is the inverse of %s.%s, not of %s", m, e.name, m.name, r.Target, r.Via, said)
		default:
			m.via, m.bound = r.Via, true
			child.filled[m.via] = true
		}
		return
	}
	if b.missing(e, m.name, m) {
		return
	}
	m.via = said
	if said == "" {
		switch back := child.referencesTo(e.name); len(back) {
		case 0:
			m.via = e.name
		case 1:
			m.via = back[0]
		default:
			b.bad.add("%s: several references of %s lead to %s; say which is meant with via=%s", m, child.name, e.name, strings.Join(back, " or via="))
			return
		}
	}
	f, isField := child.fields[m.via]
	back, known := child.rels[m.via]
	switch {
	case isField && said == "":
		b.bad.add("%s: %s has no reference to %s, and its %s is %s; name one with via=…", m, child.name, e.name, m.via, f.Type.Noun())
		return
	case isField:
		b.bad.add("%s: %s.%s is %s, not a reference", m, child.name, m.via, f.Type.Noun())
		return
	case known && (back.Many() || back.Target != e.name):
		b.bad.add("%s: %s.%s is no reference to %s", m, child.name, m.via, e.name)
		return
	case !known && said != "":
		if near := nearest.Name(said, slices.Values(child.referencesTo(e.name))); near != "" {
			b.bad.add("%s: %s has no reference %s; did you mean %s?", m, child.name, said, near)
			return
		}
		fallthrough
	case !known:
		child.addRelationship(traverse.Relationship{Name: m.via, Target: e.name}, m)
	}
	e.addRelationship(traverse.Relationship{Name: m.name, Target: child.name, Via: m.via}, m)
	child.filled[m.via] = true
	m.bound = true
}

// referencesTo lists the references of e to an entity.
func (e *entity) referencesTo(target string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(e.rels)) {
		if r := e.rels[name]; !r.Many() && r.Target == target {
			names = append(names, name)
		}
	}
	return names
}

// typeWords are the options that say a field's type.
var typeWords = map[string]traverse.Type{
	"text": traverse.Text, "number": traverse.Number, "bool": traverse.Bool, "time": traverse.Time, "date": traverse.Date,
	"choice": traverse.Choice, "choices": traverse.Choices,
}

// field binds a field.
func (b *binder) field(e *entity, m *member) {
	b.only(m, "a field", "text", "number", "bool", "time", "date", "choice", "choices", "exact", "calculated", "rollup", "dated")
	known, isKnown := e.fields[m.name]
	typ, _ := natural(m.typ)
	said := ""
	var values []string
	for _, w := range fieldWords {
		t, ok := typeWords[w.word]
		if !ok || !m.tag.has(w.word) {
			continue
		}
		if said != "" {
			b.bad.add("%s: it is either %s or %s, not both", m, said, w.word)
			return
		}
		said, typ, values = w.word, t, m.tag.options[w.word]
	}
	if said == "" && isKnown {
		typ = known.Type
	}
	switch {
	case typ == traverse.NoType:
		b.bad.add("%s: a Go %s can hold anything; say what it holds with text, number, bool, time or date", m, m.typ)
		return
	case isKnown && typ != known.Type:
		b.bad.add("%s: %s.%s is %s, not %s", m, e.name, m.name, known.Type.Noun(), typ.Noun())
		return
	case convert(m.typ, typ, false) == nil && isKnown && said == "":
		b.bad.add("%s: %s.%s is %s, which a Go %s cannot be", m, e.name, m.name, typ.Noun(), m.typ)
		return
	case convert(m.typ, typ, false) == nil:
		b.bad.add("%s: a Go %s cannot be %s", m, m.typ, typ.Noun())
		return
	}
	m.fieldType = typ
	if values == nil && (typ == traverse.Choice || typ == traverse.Choices) {
		values = listed(m.typ)
	}
	derived := traverse.Stored
	switch {
	case m.tag.has("calculated") && m.tag.has("rollup"):
		b.bad.add("%s: it is either calculated or rollup, not both", m)
	case m.tag.has("calculated"):
		derived = traverse.Calculated
	case m.tag.has("rollup"):
		derived = traverse.Rollup
	}
	exact := m.tag.has("exact")
	if isKnown {
		if exact && !known.Exact {
			b.bad.add("%s: %s.%s is not exact where it is declared", m, e.name, m.name)
		}
		if derived != traverse.Stored && derived != known.Derived {
			b.bad.add("%s: %s.%s is not %s where it is declared", m, e.name, m.name, derived)
		}
		for _, v := range values {
			if !slices.Contains(known.Values, v) {
				b.bad.add("%s: %s.%s does not list %s where it is declared", m, e.name, m.name, shown.Quote(v))
			}
		}
	} else {
		if (typ == traverse.Choice || typ == traverse.Choices) && len(values) == 0 {
			b.bad.add("%s: %s lists no values; write %[2]s=A|B, or give its Go type a method Choices() []string", m, typ)
			return
		}
		if b.missing(e, m.name, m) {
			return
		}
		e.addField(traverse.Field{Name: m.name, Type: typ, Values: values, Exact: exact, Derived: derived}, m)
	}
	m.bound = true
	if m.tag.has("dated") {
		b.dated(e, m)
	}
}

// dated binds the field that says when a record came to be.
func (b *binder) dated(e *entity, m *member) {
	switch {
	case e.kind == traverse.Interaction && m.name == traverse.Timestamp:
		// It is, without a word.
	case e.kind == traverse.Interaction:
		b.bad.add("%s: an interaction is dated by its Timestamp", m)
	case m.fieldType != traverse.Time && m.fieldType != traverse.Date:
		b.bad.add("%s: what dates a record is a time or a date, not %s", m, m.fieldType.Noun())
	case e.dated != "" && e.dated != m.name:
		b.bad.add("%s: %s is dated by %s already", m, e.name, e.dated)
	case e.dated == "":
		if b.frozen {
			b.bad.add("%s: %s is not dated by %s in the source's schema", m, e.name, m.name)
			return
		}
		e.dated, e.def.DatedBy, e.datedFrom = m.name, m.name, m
	}
}

// complete says what a type lacks to be what it stands for.
func (b *binder) complete(t *structType) {
	e := b.entities[t.name]
	bound := map[string]bool{}
	for _, m := range t.members {
		// What could not be bound was reported, and is meant all the same.
		bound[m.name] = true
	}
	has := func(ref string) bool { return bound[ref] || e.filled[ref] }
	// others are references of the type to an entity, by other names.
	others := func(target string) *member {
		for _, m := range t.members {
			if r, ok := e.rels[m.name]; ok && m.bound && m.shape != many && !r.Many() && r.Target == target {
				return m
			}
		}
		return nil
	}
	rename := func(m *member, as, what string) {
		b.bad.add("%s: %s is called %s; call it so with `%s:\"%[3]s\"`", m, what, as, key)
	}
	if e.kind == traverse.Interaction {
		if !has(traverse.Contact) {
			if m := others(traverse.Contact); m != nil {
				rename(m, traverse.Contact, "an interaction's reference to its contact")
			} else if len(e.filled) == 0 && !slices.ContainsFunc(t.members, func(m *member) bool { return m.shape == one || m.fieldType == asID }) {
				b.bad.add("%s: an interaction without a contact belongs to no lead: give it a reference called Contact", t)
			}
		}
		if !bound[traverse.Timestamp] {
			for _, m := range t.members {
				if m.fieldType == traverse.Time {
					rename(m, traverse.Timestamp, "an interaction's instant")
					break
				}
			}
		}
		return
	}
	if t.id == nil {
		hint := ""
		if t.from != "" {
			hint = fmt.Sprintf("; if it is no record, leave %s out with `%s:\"-\"`, or embed it", t.from, key)
		} else if bound[traverse.Timestamp] || bound[traverse.Contact] {
			hint = fmt.Sprintf("; if it is an interaction, say so with the field _ struct{} `%s:\"interaction\"`", key)
		}
		b.bad.add("%s: a profile needs an id: a field called ID, or one with the option id%s", t, hint)
	}
	switch t.name {
	case traverse.Lead:
		contact, account := has(traverse.ParentContact), has(traverse.ParentAccount)
		m, n := others(traverse.Contact), others(traverse.Account)
		switch {
		case contact || account: // another reference may lead there, too
		case m != nil:
			rename(m, traverse.ParentContact, "a lead's reference to its contact")
		case n != nil:
			rename(n, traverse.ParentAccount, "a lead's reference to its account")
		default:
			b.bad.add("%s: a lead without a parent cannot be scored: give it a reference called ParentContact or ParentAccount", t)
		}
	case traverse.Contact:
		if m := others(traverse.Account); m != nil && !has(traverse.ParentAccount) {
			rename(m, traverse.ParentAccount, "a contact's reference to its account")
		}
	}
}

// extend returns the base with what the types add.
func (b *binder) extend() *traverse.Schema {
	var defs []traverse.Definition
	var whose []*entity
	for _, e := range b.order {
		d := e.def
		if e.name != "" && (!e.base || d.Passive || d.DatedBy != "" || len(d.Fields) > 0 || len(d.Relationships) > 0) {
			defs, whose = append(defs, d), append(whose, e)
		}
	}
	if b.frozen || len(defs) == 0 {
		return b.base
	}
	schema, err := b.base.Extend(defs...)
	var bad traverse.SchemaError
	if !errors.As(err, &bad) {
		return schema
	}
	for _, p := range bad {
		hint := ""
		if p.Nearest != "" {
			hint = "; did you mean " + p.Nearest + "?"
		}
		var from fmt.Stringer
		if p.At.Definition >= 0 {
			e := whose[p.At.Definition]
			from = e.from
			var m *member
			switch p.At.Part {
			case traverse.PartField:
				m = e.fieldFrom[p.At.Index]
			case traverse.PartRelationship:
				m = e.relFrom[p.At.Index]
			case traverse.PartDatedBy:
				m = e.datedFrom
			}
			if m != nil {
				from = m
			}
		}
		if from == nil {
			b.bad.add("%s%s", p.Summary, hint)
		} else {
			b.bad.add("%s: %s%s", from, p.Summary, hint)
		}
	}
	return schema
}
