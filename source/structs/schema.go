package structs

import (
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// A binder matches Go types with a schema, and collects what the schema lacks.
type binder struct {
	base   *traverse.Schema
	frozen bool                   // the schema cannot be added to
	known  map[reflect.Type]*plan // types that were bound before

	types    []*structType
	byType   map[reflect.Type]*structType
	entities map[string]*entity
	order    []*entity // those of the types, then those that every schema has
	bad      problems
}

// An entity is an entity of the base, with what the types add to it.
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
		return errors.Join(append(p.errs, fmt.Errorf("structs: and %d more problems", p.more))...)
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
		b.bad.add("no type represents Lead, the entity that is scored: call one Lead, or add the field _ struct{} `%s:\"Lead\"` to it", key)
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
		return nearest.Hint(near)
	}
	return "; pass the type to Load or Schema, too: they add to it"
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

// entity returns the entity called name, or nil if neither the base nor a type has
// it.
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

// complete reports what a type lacks for the entity that it represents.
func (b *binder) complete(t *structType) {
	e := b.entities[t.name]
	bound := map[string]bool{}
	for _, m := range t.members {
		// A member that could not be bound has been reported, and counts all the same.
		bound[m.name] = true
	}
	has := func(ref string) bool { return bound[ref] || e.filled[ref] }
	// others returns a reference of the type to an entity that has another name.
	others := func(target string) *member {
		for _, m := range t.members {
			if r, ok := e.rels[m.name]; ok && m.bound && m.shape != many && !r.Many() && r.Target == target {
				return m
			}
		}
		return nil
	}
	rename := func(m *member, as, what string) {
		b.bad.add("%s: %s is called %s; name it so with `%s:\"%[3]s\"`", m, what, as, key)
	}
	if e.kind == traverse.Interaction {
		if !has(traverse.Contact) {
			if m := others(traverse.Contact); m != nil {
				rename(m, traverse.Contact, "an interaction's reference to its contact")
			} else if len(e.filled) == 0 && !slices.ContainsFunc(t.members, func(m *member) bool { return m.shape == one || m.fieldType == asID }) {
				b.bad.add("%s: an interaction without a contact belongs to no lead: give it a reference called Contact, or Lead", t)
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
			hint = fmt.Sprintf("; if it is not a record, leave %s out with `%s:\"-\"`, or embed it", t.from, key)
		} else if bound[traverse.Timestamp] || bound[traverse.Contact] {
			hint = fmt.Sprintf("; if it is an interaction, mark it with the field _ struct{} `%s:\"interaction\"`", key)
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
		hint := nearest.Hint(p.Nearest)
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
