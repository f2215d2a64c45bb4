package traverse

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/nearest"
)

// builder puts definitions together. It reads all of them before it resolves
// any name, so that their order does not matter.
type builder struct {
	schema   *Schema
	problems SchemaError
	places   map[[2]string]Place // entity and member ("" = the entity) -> where declared
	checks   []func()            // those that need all declarations
}

var inBase = Place{Definition: -1}

func (b *builder) problem(at Place, format string, args ...any) *SchemaProblem {
	b.problems = append(b.problems, SchemaProblem{At: at, Summary: fmt.Sprintf(format, args...)})
	return &b.problems[len(b.problems)-1]
}

// near suggests a name, unless there are already more problems than anybody reads:
// finding names takes long.
func (b *builder) near(name string, candidates iter.Seq[string]) string {
	const many = 1000
	if len(b.problems) > many {
		return ""
	}
	return nearest.Name(name, candidates)
}

func (b *builder) add(e *Entity) {
	b.schema.entities = append(b.schema.entities, e)
	b.schema.byName[e.name] = e
}

// place is where an entity, or its member, was declared before.
func (b *builder) place(entity, member string) *Place {
	p, ok := b.places[[2]string{entity, member}]
	if !ok {
		p = inBase
	}
	return &p
}

func (b *builder) declare(i int, d *Definition) {
	at := Place{Definition: i}
	switch {
	case !IsName(d.Name):
		b.problem(at, "%s", badName(d.Name, "an entity"))
		return
	case d.Name == AnyInteraction:
		b.problem(at, "%s", reservedMessage)
		return
	}
	e := b.schema.byName[d.Name]
	switch {
	case e == nil:
		e = &Entity{name: d.Name, kind: d.Kind, passive: d.Passive, index: map[string]int{}}
		if d.Kind == Interaction {
			e.dated = Timestamp
		}
		b.add(e)
		b.places[[2]string{d.Name, ""}] = at
	case e.kind != d.Kind:
		b.problem(at, "%s is declared both as %s and as %s", d.Name, article(e.kind), article(d.Kind)).Previous = b.place(d.Name, "")
		return
	case d.Passive && *b.place(d.Name, "") != inBase:
		e.passive = true // any of its blocks may say so
	case d.Passive && !e.passive:
		b.problem(at, "%s is declared without passive in the schema that this one extends", d.Name)
	}
	if d.Passive && d.Kind != Interaction {
		b.problem(at, "%s is a profile: only an interaction can be passive", d.Name)
	}
	for j, f := range d.Fields {
		at := Place{i, PartField, j}
		if b.name(e, f.Name, at) {
			f.Values = slices.Clone(f.Values)
			e.index[f.Name] = len(e.fields)
			e.fields = append(e.fields, f)
			b.field(e, f, at)
		}
	}
	for j, r := range d.Relationships {
		at := Place{i, PartRelationship, j}
		if b.again(e, r, at) {
			continue
		}
		if b.name(e, r.Name, at) {
			e.index[r.Name] = ^len(e.rels)
			e.rels = append(e.rels, r)
			b.checks = append(b.checks, func() { b.relationship(e, r, at) })
		}
	}
	if d.DatedBy != "" {
		at := Place{i, PartDatedBy, 0}
		switch {
		case e.kind == Interaction:
			b.problem(at, "%s is an interaction: it is dated by its Timestamp", e.name)
		case e.dated != "":
			b.problem(at, "%s is dated twice: by %s and by %s", e.name, e.dated, d.DatedBy).Previous = b.place(e.name, " dated by")
		default:
			e.dated = d.DatedBy
			b.places[[2]string{e.name, " dated by"}] = at
			b.checks = append(b.checks, func() { b.datedBy(e, at) })
		}
	}
}

func article(k EntityKind) string {
	if k == Interaction {
		return "an interaction"
	}
	return "a profile"
}

// name records the declaration of a member of e and reports whether its name is free.
func (b *builder) name(e *Entity, name string, at Place) bool {
	if !IsName(name) {
		b.problem(at, "%s", badName(name, "a field or relationship of "+e.name))
		return false
	}
	if _, taken := e.index[name]; taken {
		b.problem(at, "%s.%s is declared twice", e.name, name).Previous = b.place(e.name, name)
		return false
	}
	b.places[[2]string{e.name, name}] = at
	return true
}

// again reports whether a definition declares the reference to the lead that an
// interaction of the standard schema is given.
func (b *builder) again(e *Entity, r Relationship, at Place) bool {
	if !e.given || r != (Relationship{Name: Lead, Target: Lead}) {
		return false
	}
	e.given = false
	b.places[[2]string{e.name, r.Name}] = at
	return true
}

func badName(name, what string) string {
	if len(name) > maxNameLen {
		return fmt.Sprintf("a name of %d bytes is too long for %s: %d are the most", len(name), what, maxNameLen)
	}
	return fmt.Sprintf("%q cannot name %s", name, what)
}

func (b *builder) field(e *Entity, f Field, at Place) {
	full := e.name + "." + f.Name
	if f.Type == NoType {
		b.problem(at, "%s has no type", full)
		return
	}
	if f.Type > Choices {
		b.problem(at, "%s has an unknown type", full)
		return
	}
	chosen := f.Type == Choice || f.Type == Choices
	if f.Exact && f.Type != Text && !chosen {
		b.problem(at, "%s is %s: only text, choice and choices can be exact", full, f.Type.Noun())
	}
	if !chosen {
		if len(f.Values) > 0 {
			b.problem(at, "%s is %s: only choice and choices list values", full, f.Type.Noun())
		}
	} else if len(f.Values) == 0 && f.Type == Choice { // choices without a list are open
		b.problem(at, "%s lists no values", full)
	}
	seen := map[string]string{}
	for _, v := range f.Values {
		if v == "" {
			b.problem(at, "%s lists the empty text: an empty field has no value", full)
			continue
		}
		key := v
		if !f.Exact {
			key = Fold(v)
		}
		if before, ok := seen[key]; ok && before == v {
			b.problem(at, "%s lists %q twice", full, v)
		} else if ok {
			b.problem(at, "%s lists %q and %q, which differ by letter case only", full, before, v)
		}
		seen[key] = v
	}
	if e.kind == Interaction {
		switch {
		case f.Name == Timestamp && f.Type != Time:
			b.problem(at, "%s is every interaction's instant: it must be a time, not %s", full, f.Type.Noun())
		case f.Name == impliedContact:
			b.problem(at, "%s is every interaction's reference to its contact: it must be declared Contact -> Contact", full)
		}
	}
}

func (b *builder) relationship(e *Entity, r Relationship, at Place) {
	full := e.name + "." + r.Name
	if e.kind == Interaction {
		switch {
		case r.Name == Timestamp:
			b.problem(at, "%s is every interaction's instant: it must be declared Timestamp time", full)
			return
		case r.Name == impliedContact && (r.Many() || r.Target != Contact):
			b.problem(at, "%s is every interaction's reference to its contact: it must be declared Contact -> Contact", full)
			return
		}
	}
	target := b.schema.byName[r.Target]
	switch {
	case r.Target == AnyInteraction:
		b.problem(at, "%s leads to Interaction, which means any interaction; name one", full)
		return
	case target == nil:
		b.problem(at, "%s leads to %s, which is not an entity", full, r.Target).Nearest = b.near(r.Target, b.schema.Names())
		return
	case !r.Many():
		return
	}
	back, ok := target.Relationship(r.Via)
	if !ok && target.kind == Interaction && r.Via == impliedContact {
		if _, taken := target.index[impliedContact]; taken {
			return // declared as something else, which is reported elsewhere
		}
		back, ok = Relationship{Name: impliedContact, Target: Contact}, true
	}
	switch {
	case !ok:
		p := b.problem(at, "%s is the inverse of %s.%s, which is not a reference", full, r.Target, r.Via)
		p.Nearest = b.near(r.Via, target.referencesTo(e.name))
	case back.Many():
		b.problem(at, "%s is the inverse of %s.%s, which is an inverse itself", full, r.Target, r.Via)
	case back.Target != e.name:
		b.problem(at, "%s is the inverse of %s.%s, which leads to %s, not to %s", full, r.Target, r.Via, back.Target, e.name)
	}
}

func (e *Entity) referencesTo(target string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, r := range e.rels {
			if !r.Many() && r.Target == target && !yield(r.Name) {
				return
			}
		}
	}
}

func (b *builder) datedBy(e *Entity, at Place) {
	f, ok := e.Field(e.dated)
	switch {
	case !ok:
		p := b.problem(at, "%s is dated by %s, which is not one of its fields", e.name, e.dated)
		p.Nearest = b.near(e.dated, fieldNames(e, Time, Date))
		e.dated = ""
	case f.Type == NoType:
		e.dated = ""
	case f.Type != Time && f.Type != Date:
		b.problem(at, "%s is dated by %s, which is %s: it must be a time or a date", e.name, e.dated, f.Type.Noun())
		e.dated = ""
	}
}

func fieldNames(e *Entity, types ...Type) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, f := range e.fields {
			if slices.Contains(types, f.Type) && !yield(f.Name) {
				return
			}
		}
	}
}

// resolve runs the checks that need all declarations, and adds the members that
// need no declaration.
func (b *builder) resolve() {
	for _, check := range b.checks {
		check()
	}
	for _, e := range b.schema.entities {
		if e.kind != Interaction {
			continue
		}
		if _, taken := e.index[Timestamp]; !taken {
			e.index[Timestamp] = len(e.fields)
			e.fields = append(e.fields, Field{Name: Timestamp, Type: Time})
		}
		if _, taken := e.index[impliedContact]; !taken {
			e.index[impliedContact] = ^len(e.rels)
			e.rels = append(e.rels, Relationship{Name: impliedContact, Target: Contact})
		}
	}
	b.schema.any = &Entity{
		name: AnyInteraction, kind: Interaction, dated: Timestamp,
		fields: []Field{{Name: Timestamp, Type: Time}},
		rels:   []Relationship{{Name: impliedContact, Target: Contact}},
		index:  map[string]int{Timestamp: 0, impliedContact: ^0},
	}
	var missing []string
	for _, must := range []struct{ entity, ref, target string }{
		{Lead, ParentContact, Contact}, {Lead, ParentAccount, Account},
		{Contact, ParentAccount, Account}, {Account, "", ""},
	} {
		e := b.schema.byName[must.entity]
		switch {
		case e == nil:
			if !slices.Contains(missing, must.entity) {
				missing = append(missing, must.entity)
			}
		case e.kind != Profile:
			b.problem(b.where(must.entity, ""), "%s must be a profile", must.entity)
		case must.ref != "":
			r, ok := e.Relationship(must.ref)
			if ok && b.schema.byName[r.Target] == nil {
				continue // which has been reported
			}
			if !ok || r.Many() || r.Target != must.target {
				b.problem(b.where(must.entity, must.ref), "%s must have the reference %s -> %s", must.entity, must.ref, must.target)
			}
		}
	}
	if len(missing) > 0 {
		b.problem(inBase, "a schema must declare Lead, Contact and Account: missing %s", strings.Join(missing, ", "))
	}
}

// where returns the place of a member, or else of its entity, or else of the
// schema.
func (b *builder) where(entity, member string) Place {
	for _, m := range []string{member, ""} {
		if p, ok := b.places[[2]string{entity, m}]; ok {
			return p
		}
	}
	return inBase
}
