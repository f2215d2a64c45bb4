package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// A Mapping says where the records of a schema are. Tables and columns that it does
// not mention are found by their names, as the package comment describes; so the
// zero Mapping suits a database that uses the names of the schema.
type Mapping struct {
	Tables map[string]Table // by entity

	// Absent lists what the database does not have: entities, which then have no
	// records, and fields and references, as Entity.Name, which then are null.
	Absent []string
}

// A Table is where the records of one entity are: a table or a view.
type Table struct {
	Schema  string            // the schema of the database that contains the table; "" = the default
	Name    string            // the exact name; "" = found by the entity's name
	ID      string            // the column with the record's id; "" = found
	Columns map[string]Column // by field or reference
}

// A Column is where one field or reference of an entity is.
type Column struct {
	Name   string // the exact name; "" = found by the field's name
	Format Format // how values are written, if the type of the column does not say so

	Separator   string // between choices in a column of text; "" = a semicolon
	True, False string // how a column of text holds a bool, such as Y and N
}

// A Format says how values are written in a column whose type does not say so.
type Format uint8

// The formats of a [Column].
const (
	ByType      Format = iota // as the column's type says
	UnixSeconds               // a time as the number of seconds since 1970-01-01 UTC
	UnixMillis                // a time as a number of milliseconds
	UnixMicros                // a time as a number of microseconds
	DecimalText               // a number as text, with decimal digits, point, sign and exponent
	JSONArray                 // choices as text that is a JSON array of text
)

// A Problem is one mismatch between a schema, a mapping and a database.
type Problem struct {
	Entity  string // as the schema or the mapping calls it
	Field   string // a field or reference; "id" for the record's id; "" for the entity as a whole
	Message string // what is wrong, and how to fix it
	Nearest string // the valid name that was most likely meant, or ""
	Err     error  // the error of the database, or nil
}

// String returns the problem on one line, without its Err.
func (p Problem) String() string {
	s := p.Entity
	if p.Field != "" {
		s += "." + p.Field
	}
	return s + ": " + p.Message + nearest.Hint(p.Nearest)
}

// Problems lists all mismatches between a schema, a mapping and a database, in the
// order of the schema. It is an error of [Open]: see [errors.As].
type Problems []Problem

// Error returns the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = "sqldb: " + problem.String()
		if problem.Err != nil {
			lines[i] += ": " + problem.Err.Error()
		}
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the errors of the database among the problems.
func (p Problems) Unwrap() []error {
	var errs []error
	for _, problem := range p {
		if problem.Err != nil {
			errs = append(errs, problem.Err)
		}
	}
	return errs
}

// An entity says where the records of one entity are, after the checks. An absent
// entity has no columns, and an absent field has no column.
type entity struct {
	name   string
	absent bool
	from   string // the quoted table
	id     *column
	fields map[string]*column // fields and references; nil = absent
}

type column struct {
	name    string // as the database has it
	field   string // as the schema has it
	quoted  string
	selects string // the expression that is selected
	typ     traverse.Type
	storage Storage
	format  Column
	decode  decoder
}

// alias is the name of the table in every statement. SQLite takes a quoted name that
// it does not know for a text, but not a column that is qualified with a table.
const alias = "t"

// A binder binds a schema to a database.
type binder struct {
	ctx      context.Context
	db       *sql.DB
	dialect  Dialect
	schema   *traverse.Schema
	mapping  Mapping
	tables   []string
	absent   map[string]bool
	problems Problems
}

func (b *binder) problem(entity, field, format string, args ...any) *Problem {
	b.problems = append(b.problems, Problem{Entity: entity, Field: field, Message: fmt.Sprintf(format, args...)})
	return &b.problems[len(b.problems)-1]
}

func (b *binder) bind() (map[string]*entity, error) {
	if b.dialect.Tables != "" {
		tables, err := b.names(b.dialect.Tables)
		if err != nil {
			return nil, failed(b.ctx, "listing the tables", err)
		}
		slices.Sort(tables) // so that messages do not depend on the order of the database
		b.tables = tables
	}
	b.readAbsent()
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

// names returns the first column of the rows of a query.
func (b *binder) names(query string) ([]string, error) {
	rows, err := b.db.QueryContext(b.ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return names, rows.Close()
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
	table := b.table(name, mapped)
	if table == "" {
		return nil
	}
	bound := &entity{name: name, from: b.dialect.Quote(table) + " " + alias, fields: map[string]*column{}}
	if mapped.Schema != "" {
		bound.from = b.dialect.Quote(mapped.Schema) + "." + bound.from
	}
	found, err := b.columns(bound.from)
	if err != nil {
		b.problem(name, "", "the table %s cannot be read", table).Err = err
		return nil
	}
	t := tableColumns{table: table, columns: found}

	var id *liveColumn
	if mapped.ID != "" {
		id = b.named(t, name, "id", mapped.ID)
	} else if id = t.like("id"); id == nil {
		if id = t.like(name + "id"); id == nil {
			b.problem(name, "id", "the table %s has no column id or %s_id; name the one with the record's id as ID in Mapping.Tables", table, snake(name))
		}
	}
	if id != nil {
		bound.id = b.column(name, "id", id, Column{}, traverse.NoType)
	}
	for _, member := range members(e) {
		if b.absent[name+"."+member] {
			continue
		}
		typ := traverse.NoType
		if f, ok := e.Field(member); ok {
			typ = f.Type
		}
		asked := mapped.Columns[member]
		live := id // a field called id is the record's id
		if member != "id" || asked.Name != "" || id == nil {
			live = b.find(t, name, member, asked, typ == traverse.NoType)
		}
		if live != nil {
			bound.fields[member] = b.column(name, member, live, asked, typ)
		}
	}
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
	return bound
}

// table returns the name of an entity's table. If there is none it reports why, and
// returns "".
func (b *binder) table(entity string, mapped Table) string {
	switch {
	case mapped.Name != "" && (mapped.Schema != "" || b.dialect.Tables == "" || slices.Contains(b.tables, mapped.Name)):
		return mapped.Name
	case mapped.Name != "":
		b.problem(entity, "", "there is no table %s", mapped.Name).Nearest = nearest.Name(mapped.Name, slices.Values(b.tables))
		return ""
	case mapped.Schema != "" || b.dialect.Tables == "":
		b.problem(entity, "", "name its table in Mapping.Tables: tables of another schema, or of this kind of database, are not searched")
		return ""
	}
	var like []string
	for _, t := range b.tables {
		if slices.Contains(spellings(entity), plain(t)) {
			like = append(like, t)
		}
	}
	switch len(like) {
	case 1:
		return like[0]
	case 0:
		b.problem(entity, "", "it has no table, such as %s; name one in Mapping.Tables, or list the entity in Mapping.Absent", snake(entity)).
			Nearest = nearest.Name(snake(entity), slices.Values(b.tables))
	default:
		b.problem(entity, "", "several tables could be meant, %s: name one in Mapping.Tables", strings.Join(like, " and "))
	}
	return ""
}

// A liveColumn is a column as the database has it.
type liveColumn struct {
	name string
	typ  string // as the driver calls it
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

// columns lists the columns of a table, by a query for no rows, which every database
// can answer.
func (b *binder) columns(from string) ([]liveColumn, error) {
	rows, err := b.db.QueryContext(b.ctx, "SELECT * FROM "+from+" WHERE 1 = 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	columns := make([]liveColumn, len(types))
	for i, t := range types {
		columns[i] = liveColumn{t.Name(), t.DatabaseTypeName()}
	}
	for rows.Next() {
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return columns, rows.Close()
}

// named returns the column of a name that the mapping gives.
func (b *binder) named(t tableColumns, entity, member, name string) *liveColumn {
	for i := range t.columns {
		if t.columns[i].name == name {
			return &t.columns[i]
		}
	}
	b.problem(entity, member, "the table %s has no column %s", t.table, name).Nearest = nearest.Name(name, slices.Values(t.names()))
	return nil
}

func (b *binder) find(t tableColumns, entity, member string, asked Column, reference bool) *liveColumn {
	if asked.Name != "" {
		return b.named(t, entity, member, asked.Name)
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
		return &like[0]
	case 0:
		b.problem(entity, member, "the table %s has no column for it, such as %s; name one in Mapping.Tables, or list %s.%s in Mapping.Absent",
			t.table, written, entity, member).Nearest = nearest.Name(written, slices.Values(t.names()))
	default:
		b.problem(entity, member, "the columns %s and %s of the table %s could both be meant: name one in Mapping.Tables", like[0].name, like[1].name, t.table)
	}
	return nil
}

// column checks that a column can hold a field, and prepares its use.
func (b *binder) column(entity, member string, live *liveColumn, format Column, typ traverse.Type) *column {
	c := &column{
		name: live.name, field: member, typ: typ, format: format,
		quoted:  alias + "." + b.dialect.Quote(live.name),
		storage: b.dialect.Storage(live.typ),
	}
	c.selects = c.quoted
	if b.dialect.Select != nil {
		c.selects = b.dialect.Select(c.quoted, c.storage)
	}
	if hint, ok := c.fits(); !ok {
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
		b.problem(entity, member, "the column %s is %s%s and cannot hold %s%s", live.name, c.storage, was, what, hint)
	}
	c.decode = format.decode(typ, c.storage)
	return c
}

// fits reports whether the column's storage, in its format, suits its type. If not,
// hint says what would help.
func (c *column) fits() (hint string, ok bool) {
	in := func(storages ...Storage) bool {
		return c.storage == Unknown || c.storage == Untyped || slices.Contains(storages, c.storage)
	}
	unix := c.format.unix() > 0
	switch {
	case unix && c.typ != traverse.Time && c.typ != traverse.Date:
		return ": a Unix format is for times and dates", false
	case c.format.Format == DecimalText && c.typ != traverse.Number:
		return ": the format DecimalText is for numbers", false
	case c.format.Format == JSONArray && c.typ != traverse.Choices, c.format.Separator != "" && c.typ != traverse.Choices:
		return ": a separator, or the format JSONArray, is for choices", false
	case c.format.words() && c.typ != traverse.Bool:
		return ": texts for True and False are for bools", false
	case c.format.words() && (c.format.True == "" || c.format.False == "" || c.format.True == c.format.False):
		return ": give two different texts for True and False", false
	}
	switch c.typ {
	case traverse.NoType:
		return "", in(Text, FixedText, Integer, UUID)
	case traverse.Text, traverse.Choice:
		return "", in(Text, FixedText, Integer, UUID)
	case traverse.Number:
		if c.format.Format == DecimalText {
			return ": the format DecimalText is for columns of text", in(Text, FixedText)
		}
		if c.storage == Text || c.storage == FixedText {
			return ", unless its Format in Mapping.Tables is DecimalText", false
		}
		return "", in(Integer, Decimal)
	case traverse.Bool:
		if c.format.words() {
			return ": True and False are for columns of text", in(Text, FixedText)
		}
		if c.storage == Text || c.storage == FixedText {
			return ", unless Mapping.Tables says how it writes True and False", false
		}
		return "", in(Boolean, Integer)
	case traverse.Time, traverse.Date:
		if unix {
			return ": a Unix format is for columns of numbers", in(Integer, Decimal)
		}
		if c.storage == Integer || c.storage == Decimal {
			return ", unless its Format in Mapping.Tables is UnixSeconds, UnixMillis or UnixMicros", false
		}
		return "", in(Instant, Day, Text, FixedText)
	case traverse.Choices:
		if c.format.Format == JSONArray {
			return ": the format JSONArray is for columns of text", in(Text, FixedText, JSON)
		}
		if c.storage == Unknown && c.format.Separator == "" {
			// An array of an enumeration would be taken for a single choice.
			return ", unless its Separator or Format in Mapping.Tables says how it is written; a view can make it text[]", false
		}
		return "", in(Text, FixedText, JSON, TextArray)
	}
	return "", false
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
