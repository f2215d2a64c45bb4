package sqldb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// An entity says where the records of one entity are, after the checks. An absent
// entity has no columns, and an absent field has no column.
type entity struct {
	name   string
	absent bool
	schema string // of the database, if the mapping names it
	table  string // its name
	from   string // the quoted table
	id     *column
	fields map[string]*column // fields and references; nil = absent
	lacks  map[string]Problem // what cannot be asked for, by field or reference; by "" the entity as a whole
}

// lack returns the problems of what a need asks of the entity.
func (e *entity) lack(n *traverse.Need) Problems {
	var problems Problems
	if p, ok := e.lacks[""]; ok {
		problems = Problems{p}
	}
	asked := map[string]bool{"": true}
	for _, name := range append([]string{n.By}, n.Fields...) {
		if p, ok := e.lacks[name]; ok && !asked[name] {
			problems = append(problems, p)
		}
		asked[name] = true
	}
	return problems
}

// A binder binds a schema to a database.
type binder struct {
	ctx      context.Context
	catalog  catalog
	dialect  Dialect
	schema   *traverse.Schema
	mapping  Mapping
	zone     *time.Location
	tables   []string
	absent   map[string]bool
	wanted   map[string]bool // what the needs ask for: Entity and Entity.Field
	problems Problems
}

// problem reports a mistake of the mapping.
func (b *binder) problem(entity, field, format string, args ...any) *Problem {
	b.problems = append(b.problems, Problem{Entity: entity, Field: field, Message: fmt.Sprintf(format, args...)})
	return &b.problems[len(b.problems)-1]
}

// lack keeps what the database lacks of an entity, under a member or, for the entity
// as a whole, under "". It is a problem now if the mapping names it, or a need asks
// for it, and later if a query does.
func (b *binder) lack(e *entity, member string, named bool, p Problem) {
	p.Entity = e.name
	e.lacks[member] = p
	full := e.name
	if member != "" {
		full += "." + member
	}
	if named || b.wanted[full] {
		b.problems = append(b.problems, p)
	}
}

// bind returns the entities by their names. The error is Problems for what is wrong in
// the mapping and for what the needs ask for and the database lacks.
func (b *binder) bind(needs []*traverse.Need) (map[string]*entity, error) {
	tables, err := b.catalog.tables(b.ctx)
	if err != nil {
		return nil, failed(b.ctx, "listing the tables", err)
	}
	slices.Sort(tables) // so that messages do not depend on the order of the database
	b.tables = tables
	b.readAbsent()
	b.wanted = map[string]bool{}
	for _, n := range needs {
		if err := known(b.schema, n); err != nil {
			return nil, err
		}
		b.wanted[n.Entity] = true
		for _, name := range append([]string{n.By}, n.Fields...) {
			b.wanted[n.Entity+"."+name] = true
		}
	}
	entities := map[string]*entity{}
	for e := range b.schema.Entities() {
		if b.absent[e.Name()] {
			entities[e.Name()] = &entity{name: e.Name(), absent: true}
			continue
		}
		entities[e.Name()] = b.entity(e)
		if err := b.ctx.Err(); err != nil {
			return nil, failed(b.ctx, "checking the mapping", err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.mapping.Tables)) {
		if b.schema.Entity(name) == nil {
			b.problem(name, "", "the mapping names it, but the schema has no such entity").Nearest = nearest.Name(name, b.schema.Names())
		}
	}
	if len(b.problems) > 0 {
		return nil, b.problems
	}
	return entities, nil
}

func (b *binder) readAbsent() {
	b.absent = map[string]bool{}
	for _, full := range b.mapping.Absent {
		if b.schema.Entity(full) != nil {
			b.absent[full] = true
			continue
		}
		name, member := full, ""
		// Names may contain points.
		for i, c := range full {
			if c == '.' && b.schema.Entity(full[:i]) != nil {
				name, member = full[:i], full[i+1:]
			}
		}
		e := b.schema.Entity(name)
		switch {
		case e == nil:
			name, _, _ = strings.Cut(name, ".")
			b.problem(full, "", "the mapping lists it as absent, but the schema has no such entity").Nearest = nearest.Name(name, b.schema.Names())
		case !stored(e, member):
			b.problem(name, member, "the mapping lists it as absent, but the schema has no such field or reference").Nearest =
				nearest.Name(member, slices.Values(members(e)))
		default:
			b.absent[full] = true
		}
	}
}

// members lists the members of an entity that can be stored: the fields that rules
// may use, and the references.
func members(e *traverse.Entity) []string {
	var names []string
	for f := range e.Fields() {
		if f.Derived == traverse.Stored {
			names = append(names, f.Name)
		}
	}
	for r := range e.Relationships() {
		if !r.Many() {
			names = append(names, r.Name)
		}
	}
	return names
}

func stored(e *traverse.Entity, member string) bool { return slices.Contains(members(e), member) }

func (b *binder) entity(e *traverse.Entity) *entity {
	name := e.Name()
	mapped := b.mapping.Tables[name]
	bound := &entity{name: name, fields: map[string]*column{}, lacks: map[string]Problem{}}
	named := mapped.Name != "" || mapped.Schema != ""
	table, lack := b.table(name, mapped)
	if lack != nil {
		b.lack(bound, "", named, *lack)
		return bound
	}
	bound.schema, bound.table = mapped.Schema, table
	bound.from = b.dialect.Quote(table) + " " + alias
	if mapped.Schema != "" {
		bound.from = b.dialect.Quote(mapped.Schema) + "." + bound.from
	}
	found, err := b.catalog.columns(b.ctx, bound.from)
	if stale(err) {
		found, err = b.catalog.columns(b.ctx, bound.from)
	}
	if err != nil {
		b.lack(bound, "", named || broken(err), Problem{Message: "the table " + table + " cannot be read", Err: err})
		return bound
	}
	t := tableColumns{table: table, columns: found}
	id := b.id(t, bound, mapped.ID)
	for _, member := range members(e) {
		if b.absent[name+"."+member] {
			continue
		}
		typ := traverse.NoType
		if f, ok := e.Field(member); ok {
			typ = f.Type
		}
		asked, named := mapped.Columns[member]
		live := id // a field called id is the record's id
		if member != "id" || asked.Name != "" || id == nil {
			var lack *Problem
			if live, lack = b.find(t, name, member, asked, typ == traverse.NoType); lack != nil {
				b.lack(bound, member, asked.Name != "", *lack)
				continue
			}
		}
		c, misfit := b.column(member, live, asked, typ)
		if misfit != nil {
			b.lack(bound, member, named, *misfit)
		}
		bound.fields[member] = c
	}
	b.checkColumns(e, mapped)
	return bound
}

// id binds the column of the record's id, and returns it, or nil if there is none.
func (b *binder) id(t tableColumns, bound *entity, named string) *liveColumn {
	var live *liveColumn
	var lack *Problem
	if named != "" {
		live, lack = t.named(named)
	} else if live = t.like("id"); live == nil {
		if live = t.like(bound.name + "id"); live == nil {
			lack = &Problem{Message: fmt.Sprintf("the table %s has no column id or %s_id; name the one with the record's id as ID in Mapping.Tables", t.table, snake(bound.name))}
		}
	}
	if live != nil {
		bound.id, lack = b.column("id", live, Column{}, traverse.NoType)
	}
	if lack != nil {
		lack.Field = "id"
		b.lack(bound, "", named != "", *lack)
	}
	return live
}

// checkColumns reports what the mapping says about fields that are not stored.
func (b *binder) checkColumns(e *traverse.Entity, mapped Table) {
	name := e.Name()
	for _, member := range slices.Sorted(maps.Keys(mapped.Columns)) {
		switch r, ok := e.Relationship(member); {
		case ok && r.Many():
			b.problem(name, member, "an inverse relationship is not stored: it follows from the references that lead here")
		case b.absent[name+"."+member]:
			b.problem(name, member, "the mapping both names a column for it and lists it as absent")
		case !stored(e, member):
			if f, ok := e.Field(member); ok && f.Derived != traverse.Stored {
				break // useless, but not a mistake
			}
			b.problem(name, member, "the mapping names it, but the schema has no such field or reference").Nearest =
				nearest.Name(member, slices.Values(members(e)))
		}
	}
}

// table returns the name of an entity's table, or why there is none.
func (b *binder) table(entity string, mapped Table) (string, *Problem) {
	switch {
	case mapped.Name != "" && (mapped.Schema != "" || !b.catalog.lists() || slices.Contains(b.tables, mapped.Name)):
		return mapped.Name, nil
	case mapped.Name != "":
		return "", b.noTable("there is no table "+mapped.Name, mapped.Name)
	case mapped.Schema != "" || !b.catalog.lists():
		return "", &Problem{Message: "name its table in Mapping.Tables: tables of another schema, or of this kind of database, are not searched"}
	}
	var like []string
	for _, t := range b.tables {
		if slices.Contains(spellings(entity), plain(t)) {
			like = append(like, t)
		}
	}
	switch len(like) {
	case 1:
		return like[0], nil
	case 0:
		written := snake(entity)
		return "", b.noTable(fmt.Sprintf("there is no table for it, such as %s; name one in Mapping.Tables, or list %s in Mapping.Absent", written, entity), written)
	}
	return "", &Problem{Message: "several tables could be meant, " + strings.Join(like, " and ") + ": name one in Mapping.Tables"}
}

// noTable returns the problem for a table that does not exist.
func (b *binder) noTable(message, name string) *Problem {
	tables := b.tables
	if tables == nil {
		tables = []string{}
	}
	return &Problem{Message: message, Nearest: nearest.Name(name, slices.Values(tables)), Tables: tables}
}

type tableColumns struct {
	table   string
	columns []liveColumn
}

func (t tableColumns) names() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return names
}

// like returns the first column whose name is equivalent to name, or nil.
func (t tableColumns) like(name string) *liveColumn {
	for i := range t.columns {
		if plain(t.columns[i].name) == plain(name) {
			return &t.columns[i]
		}
	}
	return nil
}

// named returns the column of a name that the mapping gives.
func (t tableColumns) named(name string) (*liveColumn, *Problem) {
	for i := range t.columns {
		if t.columns[i].name == name {
			return &t.columns[i], nil
		}
	}
	return nil, &Problem{Message: fmt.Sprintf("the table %s has no column %s", t.table, name), Nearest: nearest.Name(name, slices.Values(t.names()))}
}

// find returns the column of a field or reference, or why there is none.
func (b *binder) find(t tableColumns, entity, member string, asked Column, reference bool) (*liveColumn, *Problem) {
	if asked.Name != "" {
		live, lack := t.named(asked.Name)
		if lack != nil {
			lack.Field = member
		}
		return live, lack
	}
	wanted, written := []string{plain(member)}, snake(member)
	if reference {
		wanted = append(wanted, plain(member)+"id")
		written += "_id"
	}
	var like []liveColumn
	for _, c := range t.columns {
		if slices.Contains(wanted, plain(c.name)) {
			like = append(like, c)
		}
	}
	switch len(like) {
	case 1:
		return &like[0], nil
	case 0:
		return nil, &Problem{
			Field: member,
			Message: fmt.Sprintf("the table %s has no column for it, such as %s; name one in Mapping.Tables, or list %s.%s in Mapping.Absent",
				t.table, written, entity, member),
			Nearest: nearest.Name(written, slices.Values(t.names())),
		}
	}
	return nil, &Problem{Field: member, Message: fmt.Sprintf("the columns %s and %s of the table %s could both be meant: name one in Mapping.Tables",
		like[0].name, like[1].name, t.table)}
}

// column prepares the use of a column for a field. The problem is nil unless the
// column cannot hold the field.
func (b *binder) column(member string, live *liveColumn, format Column, typ traverse.Type) (*column, *Problem) {
	c := &column{
		name: live.name, field: member, typ: typ, format: format,
		quoted:  alias + "." + b.dialect.Quote(live.name),
		storage: live.storage, declared: live.typ,
	}
	c.selects = c.quoted
	if b.dialect.Select != nil {
		c.selects = b.dialect.Select(c.quoted, c.storage)
	}
	c.decode = format.decode(typ, c.storage, b.zone)
	hint, ok := c.fits()
	if ok {
		return c, nil
	}
	what := typ.Noun()
	switch {
	case typ == traverse.NoType && member == "id":
		what = "an id"
	case typ == traverse.NoType:
		what = "the id of a reference"
	}
	was := ""
	if live.typ != "" {
		was = " (" + live.typ + ")"
	}
	return c, &Problem{Field: member, Message: fmt.Sprintf("the column %s is %s%s and cannot hold %s%s", live.name, c.storage, was, what, hint)}
}

// known returns an error for a need that asks for what a schema does not have.
func known(schema *traverse.Schema, n *traverse.Need) error {
	e := schema.Entity(n.Entity)
	if e == nil {
		return fmt.Errorf("sqldb: unknown entity %s", n.Entity)
	}
	if n.By != "" {
		if r, ok := e.Relationship(n.By); !ok || r.Many() {
			return fmt.Errorf("sqldb: %s: the source's schema has no such reference", described(n))
		}
	}
	for _, f := range n.Fields {
		if !stored(e, f) {
			if _, ok := e.Field(f); !ok {
				return fmt.Errorf("sqldb: %s: the source's schema has no field or reference %s", described(n), f)
			}
		}
	}
	return nil
}

// described names a need in errors: Contact by id.
func described(n *traverse.Need) string {
	if n.By == "" {
		return n.Entity + " by id"
	}
	return n.Entity + " by " + n.By
}

// plain returns the significant part of a name: its letters and digits in lower
// case.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// spellings returns the plain names that an entity's table may have: singular and
// plural.
func spellings(entity string) []string {
	name := plain(entity)
	all := []string{name, name + "s", name + "es"}
	if stem, ok := strings.CutSuffix(name, "y"); ok {
		all = append(all, stem+"ies")
	}
	return all
}

// snake writes a name as most databases would: EmailOpened as email_opened.
func snake(name string) string {
	var b strings.Builder
	var last rune
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = '_'
		case unicode.IsUpper(r) && (unicode.IsLower(last) || unicode.IsDigit(last)):
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
		last = r
	}
	return b.String()
}
