package structs

import (
	"maps"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// missing reports whether a frozen schema lacks what a member needs, and if so adds
// a problem.
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

// only adds a problem for each option of a member that does not apply to it.
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

// byID binds a reference that is an id.
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
		hint := "; pass a type for it"
		if near != "" {
			hint = nearest.Hint(near)
		} else if !m.tag.has("ref") || m.tag.value("ref") == "" {
			hint = "; write ref=Entity"
		}
		b.bad.add("%s: it refers to %s, which is not an entity%s", m, target, hint)
		return
	}
	if b.clash(e, m) || b.missing(e, m.name, m) {
		return
	}
	e.addRelationship(traverse.Relationship{Name: m.name, Target: target}, m)
	m.bound = true
}

// clash reports whether a reference or inverse has the name of a field, and if so
// adds a problem.
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
		b.bad.add("%s: %s represents %s, not %s; drop the value of ref", m, m.target, target, said)
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
		b.bad.add("%s: %s.%s leads to %s, and %s represents %s", m, e.name, m.name, r.Target, m.target, target)
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
			b.bad.add("%s: %s.%s is a reference, which leads to one record: it cannot be a slice", m, e.name, m.name)
		case r.Target != child.name:
			b.bad.add("%s: %s.%s leads to %s, and %s represents %s", m, e.name, m.name, r.Target, m.target, child.name)
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
		b.bad.add("%s: %s.%s is not a reference to %s", m, child.name, m.via, e.name)
		return
	case !known && said != "":
		if near := nearest.Name(said, slices.Values(child.referencesTo(e.name))); near != "" {
			b.bad.add("%s: %s has no reference %s%s", m, child.name, said, nearest.Hint(near))
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
			if len(known.Values) > 0 && !slices.Contains(known.Values, v) {
				b.bad.add("%s: %s.%s does not list %s where it is declared", m, e.name, m.name, shown.Quote(v))
			}
		}
	} else {
		if typ == traverse.Choice && len(values) == 0 { // choices without values are open
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

// dated binds the field that dates the records of an entity.
func (b *binder) dated(e *entity, m *member) {
	switch {
	case e.kind == traverse.Interaction && m.name == traverse.Timestamp:
		// Its Timestamp always dates it.
	case e.kind == traverse.Interaction:
		b.bad.add("%s: an interaction is dated by its Timestamp", m)
	case m.fieldType != traverse.Time && m.fieldType != traverse.Date:
		b.bad.add("%s: a record is dated by a time or a date, not %s", m, m.fieldType.Noun())
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
