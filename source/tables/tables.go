// Package tables loads CRM data from files into memory. The files are
//
//   - a folder with a table for each entity, <Entity>.csv or <Entity>.ndjson
//     (if there are both, both are read), or
//   - one .json file, an object of entity names, each with an array of records,
//     or
//   - a folder of exports as a CRM writes them, with a [Mapping].
//
// Each file may be packed by gzip, with .gz behind its name. It is read as it is
// unpacked; if it turns out to be damaged, nothing is loaded. A record may take
// 64 MiB of text.
//
// # Files called as entities
//
// What the schema declares is read; it must say what the columns mean:
//
//   - A column or key is called as the field or the reference is. What the
//     schema does not know is ignored, and named in the report.
//   - The column id holds the record's id. An interaction without one is given
//     <file>:<line>; a profile without one is an error.
//   - A reference holds the id of the record it leads to. In JSON it may be an
//     integer, as an id may.
//   - An empty cell, a JSON null and what is missing are null.
//   - A time is written as RFC 3339 has it, 2026-05-31T14:30:00+02:00, what is
//     finer than a microsecond is cut off; or as a day, which is its first
//     instant in UTC. A date is written 2026-05-31.
//   - Numbers are decimal. A bool is true or false, in CSV in any letter case.
//   - Choices are separated by semicolons in CSV, an array of strings in JSON.
//     The schema need not list them.
//
// Files are UTF-8; a byte-order mark is skipped. A CSV file is separated by
// commas, as RFC 4180 has it, and its first line names the columns.
//
// # Exports
//
// A [Mapping], mostly read from a file by [ReadMapping], says which file is which
// entity and which column is which field. It reads the same kinds of files, and
// what it names alone, so that a column that appears in an export later on
// changes nothing. Before anything is loaded it is checked against the schema and
// against the headers of all files it names. Exports are less strict than the
// files above, so some more is understood:
//
//   - A time or date is a day, or a day and a time of day behind a space or a T:
//     2020-12-30 3:15:52, 2020-03-16 19:03:20.357, 2019-10-24 22:07:56.311 UTC,
//     2026-05-31T14:30:00+02:00. The hour may have one digit, seconds may be
//     missing. Without an offset, it is in the time zone of the mapping. A date
//     is the day that is written.
//   - A bool is true or false, yes or no, 1 or 0, in any letter case.
//   - An interaction's id, if it has none, is the file's path in the folder and
//     the line.
//   - In JSON a number, true or false suits whatever its text does.
//   - .json holds one array of records.
//
// Rows of several files are joined in one way: a [Lookup] finds a value by a key.
// Joins of more than one step, and of several rows, are to be made before, as a
// query or in a spreadsheet.
package tables

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	_ "time/tzdata" // a machine may have no time zone database

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// Options say how to load. The zero Options are strict.
type Options struct {
	// SkipBad leaves out a record in which something is wrong, whole, instead
	// of failing. The [Report] counts it and says what is wrong. What concerns
	// more than a record is an error all the same: a file that cannot be read or
	// is damaged, an unknown entity, a header with a repeated column or without
	// id, whatever is wrong with a mapping, JSON that is broken as a whole, and
	// quotes that run over several lines, as they hide where records end.
	SkipBad bool

	// Mapping says which file holds which entity, and which column is which
	// field. If it is nil, files and columns are called as entities and fields.
	Mapping *Mapping
}

// Data is what was loaded: a [traverse.Source] that also lists its leads, in the
// order in which they are in the files. It is safe for concurrent use.
type Data struct {
	*memory.Source
	Report Report
}

// Lend lends the loaded records to the engine: see [columns.Lender].
func (d *Data) Lend(source traverse.Source) *columns.Store {
	if source != traverse.Source(d) {
		return nil
	}
	return d.Source.Lend(d.Source)
}

// A Report says what was loaded, and what was not.
type Report struct {
	Entities []Count  // in the order in which they were read
	Problems Problems // of the records that were skipped, and of rows to look up; empty without Options.SkipBad
	Notes    []string // what was ignored or not found, for people to read
}

// A Count says how many records of an entity there were. A row that cannot be
// read counts for each entity that a mapping would make of it.
type Count struct {
	Entity  string
	Records int // loaded
	Skipped int // left out, as something is wrong with them
}

// Records returns how many records were loaded.
func (r *Report) Records() int {
	n := 0
	for _, c := range r.Entities {
		n += c.Records
	}
	return n
}

// Skipped returns how many records were left out.
func (r *Report) Skipped() int {
	n := 0
	for _, c := range r.Entities {
		n += c.Skipped
	}
	return n
}

// Load loads the folder or the .json file at name. The schema must not be nil.
//
// If something is wrong with the data, or with the mapping, the error is a
// [*Problems] that lists all of it, or wraps one together with what could not be
// read; see [errors.As]. As long as something is wrong with the mapping, the data
// is not looked at. The error of a packed file that is cut short wraps
// [io.ErrUnexpectedEOF]. A folder without any table is an error; one without a
// table of leads has no leads.
func Load(name string, schema *traverse.Schema, opts Options) (*Data, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("tables: %w", err)
	}
	show := func(file string) string { return filepath.Join(name, file) }
	if info.IsDir() {
		return load(os.DirFS(name), ".", schema, opts, show)
	}
	show = func(string) string { return name }
	return load(os.DirFS(filepath.Dir(name)), filepath.Base(name), schema, opts, show)
}

// LoadFS is [Load] for a folder or .json file of a file system, such as an
// [embed.FS]. The name is one for [fs.ValidPath]; "." is the root.
func LoadFS(fsys fs.FS, name string, schema *traverse.Schema, opts Options) (*Data, error) {
	return load(fsys, name, schema, opts, func(file string) string { return path.Join(name, file) })
}

// load loads what is called name in fsys. A file of the folder is called
// show(file) in messages, name itself show("").
func load(fsys fs.FS, name string, schema *traverse.Schema, opts Options, show func(string) string) (*Data, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("tables: %w", err)
	}
	l := &loader{
		fsys:   fsys,
		schema: schema,
		data:   &Data{Source: memory.New(schema)},
		shared: interner{},
	}
	l.store = l.data.Source.Lend(l.data.Source)
	switch {
	case info.IsDir() && opts.Mapping != nil:
		err = l.mapped(name, show, opts.Mapping)
	case opts.Mapping != nil:
		err = fmt.Errorf("%s is no folder; a mapping names files of a folder", show(""))
	case info.IsDir():
		err = l.folder(name, show)
	case hasExt(plainName(name), ".json"):
		err = l.json(file{name, show(""), path.Base(name)})
	default:
		err = fmt.Errorf("%s is neither a folder nor a .json file", show(""))
	}
	problems := &l.data.Report.Problems
	bad := l.fatal || !opts.SkipBad && problems.Len() > 0
	switch {
	case err == nil && bad:
		return nil, problems
	case bad:
		err = errors.Join(err, problems)
	case err == nil:
		return l.data, nil
	}
	return nil, fmt.Errorf("tables: %w", err)
}

// A file is one file to load.
type file struct {
	path  string // in the file system
	shown string // in problems
	base  string // in notes and made-up ids
}

// A loader loads the files of one call.
type loader struct {
	fsys   fs.FS
	schema *traverse.Schema
	data   *Data
	store  *columns.Store // of data; what is read has the types of its columns
	shared interner
	fatal  bool             // a problem came that skipping records does not solve
	held   []Problem        // of the records of a row, until all tables have seen it
	told   map[Problem]bool // which a table that finds them need not tell once more
}

// folder loads the tables of a folder. The error joins those of all files that
// could not be read.
func (l *loader) folder(name string, show func(string) string) error {
	entries, err := fs.ReadDir(l.fsys, name)
	if err != nil {
		return err
	}
	var errs []error
	var ignored list
	tables := 0
	for _, entry := range entries {
		base := entry.Name()
		if strings.HasPrefix(base, ".") {
			continue // hidden: no user means it as data
		}
		f := file{path.Join(name, base), show(base), base}
		unpacked := plainName(base)
		csv := hasExt(unpacked, ".csv")
		if !csv && !hasExt(unpacked, ".ndjson") {
			ignored.add(base, fileName(base))
			continue
		}
		info, err := fs.Stat(l.fsys, f.path)
		switch {
		case err != nil:
			errs = append(errs, unopened(err))
			continue
		case !info.Mode().IsRegular(): // a folder, or a pipe, from which nothing may ever come
			ignored.add(base, fileName(base))
			continue
		}
		tables++
		entity := l.entity(strings.TrimSuffix(unpacked, path.Ext(unpacked)), f, 0)
		if entity == nil {
			continue
		}
		t := l.table(f, entity)
		if csv {
			err = l.csv(f, ',', t)
		} else {
			err = l.ndjson(f, t)
			t.noteIgnored(f.base, "keys")
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	if note := ignored.String(); note != "" {
		l.note("%s: ignored files %s", show(""), note)
	}
	if tables == 0 && errs == nil {
		return fmt.Errorf("%s holds no table; name them <Entity>.csv or <Entity>.ndjson, or give a mapping", show(""))
	}
	return errors.Join(errs...)
}

// entity returns the entity called name, or nil with a problem.
func (l *loader) entity(name string, f file, line int) *traverse.Entity {
	e := l.schema.Entity(name)
	if e == nil {
		l.broken(f, line, "%s is no entity of the schema%s", plain(name), didYouMean(nearest.Name(name, l.schema.Names())))
	}
	return e
}

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return "; did you mean " + printable(name) + "?"
}

// broken adds a problem that concerns more than a record.
func (l *loader) broken(f file, line int, format string, args ...any) {
	l.fatal = true
	l.data.Report.Problems.add(Problem{File: f.shown, Line: line, Message: fmt.Sprintf(format, args...)})
}

func (l *loader) note(format string, args ...any) {
	l.data.Report.Notes = append(l.data.Report.Notes, fmt.Sprintf(format, args...))
}

// An interner makes equal short texts share their memory, up to a number: most
// columns hold few different values.
type interner map[string]string

// text returns a copy of s that holds on to nothing but itself.
func (in interner) text(s string) string {
	const longest, most = 64, 1 << 16
	if len(s) > longest {
		return strings.Clone(s)
	}
	shared, ok := in[s]
	if !ok {
		shared = strings.Clone(s)
		if len(in) < most {
			in[shared] = shared
		}
	}
	return shared
}

// A list gathers different names to be named in a note, the first of them.
type list struct {
	names []string
	seen  map[string]bool
	more  bool
}

// wants reports whether adding name would change anything.
func (l *list) wants(name string) bool { return !l.more && !l.seen[name] }

// add adds a name, shown in words of its own.
func (l *list) add(name, shown string) {
	const most = 20
	switch {
	case !l.wants(name):
	case len(l.names) == most:
		l.more = true
	default:
		if l.seen == nil {
			l.seen = map[string]bool{}
		}
		l.seen[name] = true
		l.names = append(l.names, shown)
	}
}

// String returns the names separated by commas.
func (l *list) String() string {
	s := strings.Join(l.names, ", ")
	if l.more {
		s += " and more"
	}
	return s
}

// A table is the part of a file that holds the records of one entity.
type table struct {
	l       *loader
	file    file
	entity  *traverse.Entity
	columns map[string]column // of a file that is called as its entity
	own     int               // where values has the id, if the schema declares it; or -1
	counts  int               // position in Report.Entities
	ignored list
	made    *madeIDs

	// What a row holds, and which rows are meant.
	bound  []binding
	where  []filter
	rows   int // that there were
	passed int // that are meant

	// The record that is being read.
	begun  int // its line
	id     string
	values []traverse.Value // in the order of the store's columns
	bad    []Problem
}

// madeIDs counts how many ids were made up for the records of a line.
type madeIDs struct{ line, n int }

// A column is what a header or key means.
type column struct {
	name  string
	kind  columnKind
	typ   traverse.Type // of a field
	slot  int           // in the store; -1 = it is not there, as an id that the schema does not declare
	shown string        // what problems call it
}

type columnKind uint8

const (
	unknown columnKind = iota
	id
	field
	reference
)

// idColumn names the column of the record's id.
const idColumn = "id"

// table returns a table of files that are called as their entities.
func (l *loader) table(f file, e *traverse.Entity) *table {
	t := l.newTable(f, e)
	t.columns = l.columnsOf(e)
	return t
}

func (l *loader) newTable(f file, e *traverse.Entity) *table {
	held := l.store.Table(e.Name())
	t := &table{l: l, file: f, entity: e, made: &madeIDs{}, values: make([]traverse.Value, len(held.Columns())), own: -1}
	if c := held.Column(idColumn); c != nil {
		t.own = slices.Index(held.Columns(), c)
	}
	entities := &l.data.Report.Entities
	t.counts = slices.IndexFunc(*entities, func(c Count) bool { return c.Entity == e.Name() })
	if t.counts < 0 {
		t.counts = len(*entities)
		*entities = append(*entities, Count{Entity: e.Name()})
	}
	return t
}

// columnsOf returns what a file can hold of an entity, by the schema's names.
func (l *loader) columnsOf(e *traverse.Entity) map[string]column {
	known := map[string]column{}
	for i, c := range l.store.Table(e.Name()).Columns() {
		kind := field
		if c.To != nil {
			kind = reference
		}
		known[c.Name] = column{c.Name, kind, c.Type, i, c.Name}
	}
	idType := known[idColumn].typ // what the schema wants of it, if it declares one
	known[idColumn] = column{idColumn, id, idType, -1, idColumn}
	return known
}

// column returns what a header or key means, and remembers what means nothing.
func (t *table) column(name string, taken func(string) bool) column {
	c, ok := t.columns[name]
	if !ok && t.ignored.wants(name) {
		near := nearest.Name(name, func(yield func(string) bool) {
			if !yield(idColumn) {
				return
			}
			for n := range stored(t.entity) {
				if !taken(n) && !yield(n) {
					return
				}
			}
		})
		shown := plain(name)
		switch r, inverse := t.entity.Relationship(name); {
		case inverse:
			shown += fmt.Sprintf(" (which follows from %s.%s)", r.Target, r.Via)
		case near != "":
			shown += fmt.Sprintf(" (did you mean %s?)", near)
		}
		t.ignored.add(name, shown)
	}
	return c
}

// stored yields the names of an entity's fields and references.
func stored(e *traverse.Entity) iter.Seq[string] {
	return func(yield func(string) bool) {
		for n := range e.FieldNames() {
			if !yield(n) {
				return
			}
		}
		for r := range e.Relationships() {
			if !r.Many() && !yield(r.Name) {
				return
			}
		}
	}
}

// begin starts a record at a line.
func (t *table) begin(line int) {
	t.begun, t.id, t.bad = line, "", t.bad[:0]
	clear(t.values)
}

// problem says that the record is bad. The column may be empty.
func (t *table) problem(line int, column, format string, args ...any) {
	t.bad = append(t.bad, Problem{File: t.file.shown, Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
}

// set sets what the record has in a column.
func (t *table) set(line int, c *column, v traverse.Value, err error) {
	if err != nil {
		t.problem(line, c.shown, "%v", err)
		return
	}
	if c.kind == id {
		t.id = v.Text()
		return
	}
	if v.Kind() != traverse.KindNull {
		t.values[c.slot] = v
	}
}

// text reads what a column holds from text that need not outlive the call.
func (t *table) text(c *column, s string) (traverse.Value, error) {
	switch c.kind {
	case id:
		if c.typ != traverse.NoType {
			if _, err := memory.Parse(c.typ, s); err != nil {
				return traverse.Value{}, err
			}
		}
		return traverse.TextValue(strings.Clone(s)), nil // ids differ: sharing them is in vain
	case reference:
		return traverse.TextValue(t.l.shared.text(s)), nil
	}
	switch c.typ {
	case traverse.Text, traverse.Choice, traverse.Choices:
		s = t.l.shared.text(s)
	}
	return memory.Parse(c.typ, s)
}

// load loads the record, unless it is bad, and counts it.
func (t *table) load() {
	made := false
	if t.id == "" {
		switch shown := t.idShown(); {
		case t.entity.Kind() == traverse.Interaction:
			t.id, made = t.madeUp(), true
		case !slices.ContainsFunc(t.bad, func(p Problem) bool { return p.Column == shown }):
			t.problem(t.begun, shown, "is missing; every record of a profile needs one")
		}
	}
	if len(t.bad) == 0 && t.own >= 0 {
		v, err := t.ownID()
		if err != nil {
			t.problem(t.begun, t.idShown(), "%v", err)
		}
		t.values[t.own] = v
	}
	if len(t.bad) == 0 {
		switch err := t.l.store.Add(t.entity.Name(), t.id, t.values...); {
		case errors.Is(err, memory.ErrDuplicate) && made:
			t.problem(t.begun, t.idShown(), "%s, made up for this record, is another's id", shown.Quote(t.id))
		case errors.Is(err, memory.ErrDuplicate):
			t.problem(t.begun, t.idShown(), "%s is there twice", shown.Quote(t.id))
		case err != nil:
			t.problem(t.begun, "", "%v", err)
		}
	}
	t.count()
}

// ownID returns the id as the field that the schema declares for it.
func (t *table) ownID() (traverse.Value, error) {
	c := t.l.store.Table(t.entity.Name()).Columns()[t.own]
	if c.To != nil {
		return traverse.TextValue(t.id), nil
	}
	return memory.Parse(c.Type, t.id)
}

// idShown returns what problems call the id.
func (t *table) idShown() string {
	for i := range t.bound {
		if c := &t.bound[i].column; c.kind == id {
			return c.shown
		}
	}
	return idColumn
}

// count counts the record, as loaded or as skipped.
func (t *table) count() {
	count := &t.l.data.Report.Entities[t.counts]
	if len(t.bad) == 0 {
		count.Records++
		return
	}
	count.Skipped++
	slices.SortStableFunc(t.bad, func(p, q Problem) int { return p.Line - q.Line })
	t.l.held = append(t.l.held, t.bad...)
	if t.columns != nil {
		t.l.tell()
	}
}

// madeUp returns an id for a record without one: its file and line, and which
// of the line's records it is from the second on.
func (t *table) madeUp() string {
	if t.begun != t.made.line {
		*t.made = madeIDs{line: t.begun}
	}
	t.made.n++
	if t.made.n > 1 {
		return fmt.Sprintf("%s:%d#%d", t.file.base, t.begun, t.made.n)
	}
	return fmt.Sprintf("%s:%d", t.file.base, t.begun)
}

// noteIgnored notes the columns or keys of a place that were ignored.
func (t *table) noteIgnored(place, what string) {
	if names := t.ignored.String(); names != "" {
		t.l.note("%s: ignored %s %s", place, what, names)
	}
}
