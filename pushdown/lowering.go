package pushdown

import (
	"fmt"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
	"github.com/leadscore/leadscore/traverse"
)

// A lowering turns models into relations, which belong to no dialect but for what it can and
// how many columns it allows.
type lowering struct {
	scalar.Builder
	d      *Dialect
	m      *Mapping
	schema *traverse.Schema

	named      map[string]*relation // by what they are
	kinds      map[string]int       // how many relations there are of a kind
	pieces     []*relation          // of the leads with their counts
	parameters map[string]parameter
	letters    map[folded]map[rune]bool
	unique     int       // how many relations are for one child alone
	choice     *choosing // or nil
	explains   bool      // the result has the column explanation
	lasting    bool      // there are changes of clocks in the statement, up to the year lastOffset
	known      map[column]Canonical
	zones      map[string]*time.Location
}

// A column is a field, a reference or, without a name, the id of an entity.
type column struct {
	entity, name string
}

func newLowering(d *Dialect, m *Mapping, schema *traverse.Schema) *lowering {
	return &lowering{
		d: d, m: m, schema: schema, named: map[string]*relation{}, kinds: map[string]int{}, parameters: map[string]parameter{},
		letters: map[folded]map[rune]bool{}, known: map[column]Canonical{}, zones: map[string]*time.Location{},
	}
}

// A refused is what a lowering panics with for what it cannot lower exactly. [try] recovers it.
type refused struct{ reason, remedy string }

func refuse(reason, remedy string) { panic(refused{reason, remedy}) }

// try calls f and returns what it refused, or nil.
func try(f func()) (r *refused) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case refused:
			r = &p
		default:
			panic(p)
		}
	}()
	f()
	return nil
}

// canonical returns the canonical form of a column of an entity.
func (l *lowering) canonical(e *traverse.Entity, name string, typ traverse.Type) Canonical {
	k := column{e.Name(), name}
	if c, ok := l.known[k]; ok {
		return c
	}
	t := l.m.table(e.Name())
	c := t.column(name)
	what := name
	if name == "" {
		what = "id"
	}
	switch {
	case t.Absent, c.Absent:
		l.known[k] = Canonical{Expr: l.d.Null(typ)}
		return l.known[k]
	case t.Missing != "":
		refuse(e.Name()+": "+t.Missing, "")
	case c.Missing != "":
		refuse(fmt.Sprintf("%s.%s: %s", e.Name(), what, c.Missing), "")
	}
	c.Type = l.columnType(c, typ)
	l.clashes(e.Name(), c)
	out, err := l.d.Canonical(l.d.Quote(c.Name), c, l.m, typ)
	if err != nil {
		remedy := ""
		if u, ok := err.(*UnfitError); ok {
			remedy = u.Remedy
		}
		refuse(fmt.Sprintf("%s.%s: %v", e.Name(), what, err), remedy)
	}
	l.known[k] = out
	return out
}

// columnType returns the type of a column. Words for true and false and separators are for texts.
func (l *lowering) columnType(c Column, typ traverse.Type) string {
	switch {
	case c.Type != "":
		return c.Type
	case typ == traverse.Bool && (c.True != "" || c.False != ""), typ == traverse.Choices && c.Separator != "":
		return l.d.Default(traverse.Text)
	}
	return l.d.Default(typ)
}

// table returns where the records of an entity are.
func (m *Mapping) table(entity string) Table {
	t := m.Tables[entity]
	if t.Name == "" {
		t.Name = entity
	}
	return t
}

// column returns where a field or reference is, or the id for "".
func (t *Table) column(name string) Column {
	c := t.Columns[name]
	if name == "" {
		c, name = t.ID, "id"
	}
	if c.Name == "" {
		c.Name = name
	}
	return c
}

// A scope is the model that is lowered.
type scope struct {
	*lowering
	model *check.Model
	zone  *time.Location
}

// A record is a record of a relation that is being made: one of its sources.
type record struct {
	*scope
	rel    *relation
	src    *source
	entity *traverse.Entity
}

// main makes a leaf of an entity the first source of a relation.
func (c *scope) main(rel *relation, e *traverse.Entity, visible string) record {
	if len(rel.sources) == 0 {
		rel.sources = []*source{{alias: "e", leaf: &leaf{entity: e, visible: visible}}}
	}
	return record{c, rel, rel.sources[0], e}
}

func (r record) column(c leafColumn, k scalar.Kind) *scalar.Expr {
	return r.NullableRef(r.src.alias+"."+r.src.leaf.use(c), k, scalar.Range{})
}

// value returns a field of the record.
func (r record) value(f traverse.Field, as form) *scalar.Expr {
	r.canonical(r.entity, f.Name, f.Type) // which may refuse it
	k := scalar.Other
	switch {
	case f.Type == traverse.Text, f.Type == traverse.Choice:
		k = scalar.Text
	case f.Type == traverse.Bool:
		k = scalar.Truth
	}
	return r.column(leafColumn{form: as, field: f}, k)
}

// An ident is an id or a reference, and how it is compared.
type ident struct {
	expr  *scalar.Expr
	class IDClass
}

// id returns the record's own id.
func (r record) id() ident {
	c := r.canonical(r.entity, "", traverse.NoType)
	return ident{r.column(leafColumn{form: formID}, scalar.Other), c.Class}
}

// reference returns the id in a reference.
func (r record) reference(name string) ident {
	c := r.canonical(r.entity, name, traverse.NoType)
	return ident{r.column(leafColumn{form: formRef, ref: name}, scalar.Other), c.Class}
}

// text returns an id as a text.
func (l *lowering) text(i ident) *scalar.Expr {
	return l.Call(fmt.Sprintf("%s%d", callIDText, i.class), scalar.Text, true, scalar.Range{}, i.expr)
}

// same returns whether two ids are the same.
func (l *lowering) same(a, b ident) *scalar.Expr {
	if a.class == b.class {
		return l.Equal(a.expr, b.expr)
	}
	return l.Equal(l.text(a), l.text(b))
}

// visible returns the parameter of the latest date that a record of an entity can have to exist
// for the model, or "" if it exists in any case.
func (c *scope) visible(e *traverse.Entity) string {
	f, ok := e.Dated()
	if !ok {
		return ""
	}
	c.canonical(e, f.Name, f.Type)
	if f.Type == traverse.Date {
		return c.boundParameter(check.Bound{Kind: check.Relative}, true)
	}
	return c.boundParameter(check.Bound{Kind: check.Relative}, false)
}

// follow returns the record to which a reference leads, whose columns are null if there is none.
func (r record) follow(name string) record {
	rel, ok := r.entity.Relationship(name)
	if !ok {
		panic(fmt.Sprintf("pushdown: %s has no %s", r.entity.Name(), name))
	}
	target := r.schema.Entity(rel.Target)
	visible := r.visible(target)
	s := r.rel.join(fmt.Sprintf("%s>%s %s", r.src.alias, name, visible), func() *source {
		return &source{leaf: &leaf{entity: target, visible: visible}}
	})
	there := record{r.scope, r.rel, s, target}
	if s.on == nil {
		s.on = r.same(r.reference(name), there.id())
	}
	return there
}
