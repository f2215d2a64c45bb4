package tables

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A loader puts records into a store.
type loader struct {
	schema *traverse.Schema
	store  *columns.Store // values that are read have the types of its columns
	shared interner
	zone   *time.Location // of days where times are wanted
	report *reporter

	numbers []*readings         // of columns of numbers
	near    []*near             // of columns that are compared with words or keys
	origins map[string]*origins // by entity
}

// readings returns new readings of the numbers of a column.
func (l *loader) readings(entity, name string, place []string) *readings {
	r := &readings{entity: entity, name: name, place: place}
	l.numbers = append(l.numbers, r)
	return r
}

// ambiguous reports the columns whose numbers can be read in two ways: as problems of
// a mapping, which can say what they are, or else as warnings.
func (l *loader) ambiguous(m *Mapping) {
	for _, r := range l.numbers {
		switch {
		case !r.ambiguous():
		case r.place != nil:
			l.report.fail(m.problem(r.place, `%s:%d: %s; give the column "decimal": "." or "decimal": ","`, fileName(r.file), r.line, r.message()))
		default:
			l.report.warn(Warning{
				Kind: AmbiguousNumber, Entity: r.entity, Field: r.name, File: r.file, Count: r.count, Of: r.of,
				Message: r.message(), Examples: []string{r.text},
				Help: "files without a mapping are read with a point as the decimal sign; a mapping can say that it is a comma",
			})
		}
	}
}

// nearly reports the texts that almost are what the mapping names.
func (l *loader) nearly() {
	for _, n := range l.near {
		if n.warning.Count > 0 {
			n.warning.Message = n.message()
			n.warning.Examples = n.seen
			l.report.warn(n.warning)
		}
	}
}

// entity returns the entity called name. If there is none it reports a problem, and
// returns nil.
func (l *loader) entity(name string, f file, line int) *traverse.Entity {
	e := l.schema.Entity(name)
	if e == nil {
		l.report.broken(f, line, "unknown entity %s%s", plain(name), didYouMean(nearest.Name(name, l.schema.Names())))
	}
	return e
}

// A column is the meaning of a header or key.
type column struct {
	name  string
	kind  columnKind
	typ   traverse.Type // of a field
	slot  int           // in the store; -1 = it is not stored, such as an id that the schema does not declare
	shown string        // its name in problems
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

// columnsOf returns the columns that a file can have of an entity, by the names of
// the schema.
func (l *loader) columnsOf(e *traverse.Entity) map[string]column {
	known := map[string]column{}
	for i, c := range l.store.Table(e.Name()).Columns() {
		kind := field
		if c.To != nil {
			kind = reference
		}
		known[c.Name] = column{c.Name, kind, c.Type, i, c.Name}
	}
	idType := known[idColumn].typ // its type in the schema, if that declares one
	known[idColumn] = column{idColumn, id, idType, -1, idColumn}
	return known
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

// A table builds the records of one entity in a file, one after the other.
type table struct {
	l       *loader
	file    file
	entity  *traverse.Entity
	own     int    // the position of the id in values, if the schema declares it; or -1
	counts  int    // where the records are counted
	idShown string // the name of the id in problems
	made    *madeIDs
	origins *origins
	numbers []*readings // by the position in values; nil until there is one

	// The record that is being read.
	begun  int // its line
	id     string
	values []traverse.Value // in the order of the store's columns
	bad    []Problem
}

// madeIDs counts how many ids were made up for the records of a line.
type madeIDs struct{ line, n int }

func (l *loader) table(f file, e *traverse.Entity) *table {
	held := l.store.Table(e.Name())
	t := &table{
		l: l, file: f, entity: e, own: -1, counts: l.report.count(e.Name()), idShown: idColumn,
		made: &madeIDs{}, values: make([]traverse.Value, len(held.Columns())),
	}
	if t.origins = l.origins[e.Name()]; t.origins == nil {
		t.origins = &origins{}
		l.origins[e.Name()] = t.origins
	}
	if c := held.Column(idColumn); c != nil {
		t.own = slices.Index(held.Columns(), c)
	}
	return t
}

// begin starts a record at a line.
func (t *table) begin(line int) {
	t.begun, t.id, t.bad = line, "", t.bad[:0]
	clear(t.values)
}

// problem adds a problem of the record. The column may be empty.
func (t *table) problem(line int, column, format string, args ...any) {
	t.bad = append(t.bad, Problem{File: t.file.shown, Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
}

// set sets the value of a column of the record. The line is that of the problem if err is
// not nil.
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

// load loads the record, unless it is bad, and counts it.
func (t *table) load() {
	made := false
	if t.id == "" {
		switch {
		case t.entity.Kind() == traverse.Interaction:
			t.id, made = t.madeUp(), true
		case !slices.ContainsFunc(t.bad, func(p Problem) bool { return p.Column == t.idShown }):
			t.problem(t.begun, t.idShown, "is missing; every record of a profile needs one")
		}
	}
	if len(t.bad) == 0 && t.own >= 0 {
		v, err := t.ownID()
		if err != nil {
			t.problem(t.begun, t.idShown, "%v", err)
		}
		t.values[t.own] = v
	}
	if len(t.bad) == 0 {
		switch err := t.l.store.Add(t.entity.Name(), t.id, t.values...); {
		case errors.Is(err, memory.ErrDuplicate) && made:
			t.problem(t.begun, t.idShown, "%s, made up for this record, is the id of another", shown.Quote(t.id))
		case errors.Is(err, memory.ErrDuplicate):
			if t.repeated() {
				return
			}
		case err != nil:
			t.problem(t.begun, "", "%v", err)
		default:
			t.origins.add(t.file, t.begun)
		}
	}
	t.count()
}

// repeated handles a record whose id another record has: it is left out if the two
// are equal, and has a problem otherwise. repeated reports whether they are equal.
func (t *table) repeated() bool {
	held := t.l.store.Table(t.entity.Name())
	row := held.Row(held.Key(t.id))
	for i, c := range held.Columns() {
		if !sameValue(held.Value(row, c), t.values[i]) {
			file, line := t.origins.of(row)
			t.problem(t.begun, t.idShown, "%s appears twice: %s:%d has another %s", shown.Quote(t.id), fileName(file.shown), line, plain(c.Name))
			return false
		}
	}
	t.l.report.repeated(t.counts)
	return true
}

// sameValue reports whether two values of a column are the same. Choices are the same
// in any order.
func sameValue(a, b traverse.Value) bool {
	if a.Kind() == traverse.KindChoices && b.Kind() == traverse.KindChoices {
		return slices.Equal(slices.Sorted(slices.Values(a.Choices())), slices.Sorted(slices.Values(b.Choices())))
	}
	return a.Kind() == b.Kind() && a.String() == b.String()
}

// origins tell where the records of an entity are that were loaded, in the order of the
// rows of its table in the store.
type origins struct {
	lines []uint32
	files []file
	first []int // the first row of each file
}

// add adds the place of the next row.
func (o *origins) add(f file, line int) {
	if n := len(o.files); n == 0 || o.files[n-1].path != f.path {
		o.files, o.first = append(o.files, f), append(o.first, len(o.lines))
	}
	o.lines = append(o.lines, uint32(line))
}

// of returns the place of a row.
func (o *origins) of(row int) (file, int) {
	at, found := slices.BinarySearch(o.first, row)
	if !found {
		at--
	}
	return o.files[at], int(o.lines[row])
}

// ownID returns the id as the field that the schema declares for it.
func (t *table) ownID() (traverse.Value, error) {
	c := t.l.store.Table(t.entity.Name()).Columns()[t.own]
	if c.To != nil {
		return traverse.TextValue(t.id), nil
	}
	return memory.ParseIn(c.Type, t.id, t.l.zone)
}

// madeUp returns an id for a record without one: its file and line, and which
// of the line's records it is from the second on.
func (t *table) madeUp() string {
	if t.begun != t.made.line {
		*t.made = madeIDs{line: t.begun}
	}
	t.made.n++
	if t.made.n > 1 {
		return fmt.Sprintf("%s%s:%d#%d", t.file.base, t.file.part, t.begun, t.made.n)
	}
	return fmt.Sprintf("%s%s:%d", t.file.base, t.file.part, t.begun)
}

// reject counts a record that begins on a line and has a problem.
func (t *table) reject(line int, p Problem) {
	t.begin(line)
	t.bad = append(t.bad, p)
	t.count()
}

// count counts the record, as loaded or as skipped.
func (t *table) count() {
	if len(t.bad) == 0 {
		t.l.report.loaded(t.counts)
	} else {
		t.l.report.skipped(t.counts, t.bad)
	}
}

// text reads the value of a column from text, which may be reused after the call.
func (t *table) text(c *column, s string) (traverse.Value, error) {
	switch c.kind {
	case id:
		if c.typ != traverse.NoType {
			if _, err := memory.Parse(c.typ, s); err != nil {
				return traverse.Value{}, err
			}
		}
		return traverse.TextValue(strings.Clone(s)), nil // ids differ: there is nothing to share
	case reference:
		return traverse.TextValue(t.l.shared.text(s)), nil
	}
	switch c.typ {
	case traverse.Text, traverse.Choice, traverse.Choices:
		s = t.l.shared.text(s)
	case traverse.Number:
		return t.number(c, s)
	}
	return memory.ParseIn(c.typ, s, t.l.zone)
}

// number reads a number from text.
func (t *table) number(c *column, s string) (traverse.Value, error) {
	v, err := memory.Parse(c.typ, s)
	if err != nil {
		return v, err
	}
	if t.numbers == nil {
		t.numbers = make([]*readings, len(t.values))
	}
	r := t.numbers[c.slot]
	if r == nil {
		r = t.l.readings(t.entity.Name(), c.name, nil)
		t.numbers[c.slot] = r
	}
	r.note(s)
	r.found(t.file.base, t.begun)
	return v, nil
}

// json reads the value of a column from a JSON value.
func (t *table) json(c *column, raw []byte) (traverse.Value, error) {
	first, wants := raw[0], ""
	switch {
	case c.kind == id || c.kind == reference:
		if first == '"' {
			s, err := unquote(raw)
			if err != nil || s == "" {
				return traverse.Value{}, err
			}
			return t.text(c, s)
		}
		if isNumber(first) && !bytes.ContainsAny(raw, ".eE") {
			return t.text(c, string(raw))
		}
		wants = "an id, which is text or an integer"
	case c.typ == traverse.Number:
		if isNumber(first) {
			return memory.Parse(c.typ, string(raw))
		}
		wants = "a number"
	case c.typ == traverse.Bool:
		if first == 't' || first == 'f' {
			return traverse.BoolValue(first == 't'), nil
		}
		wants = "true or false"
	case c.typ == traverse.Choices:
		if first == '[' {
			return t.choices(raw, false, nil)
		}
		wants = "an array of texts"
	default:
		if first == '"' {
			s, err := unquote(raw)
			if err != nil {
				return traverse.Value{}, err
			}
			return t.text(c, s)
		}
		wants = "a text"
		switch c.typ {
		case traverse.Time:
			wants = `a time as the text "YYYY-MM-DDTHH:MM:SSZ"`
		case traverse.Date:
			wants = `a date as the text "YYYY-MM-DD"`
		}
	}
	return traverse.Value{}, fmt.Errorf("want %s, not %s", wants, describe(raw))
}

// choices reads an array of texts. The function read, unless it is nil, returns what
// each of them means, and takes numbers, too, if numbers is true.
func (t *table) choices(raw []byte, numbers bool, read func(string) (string, error)) (traverse.Value, error) {
	var chosen []string
	for e := range elements(raw) {
		var s string
		var err error
		switch {
		case e[0] == '"':
			s, err = unquote(e)
		case numbers && isNumber(e[0]):
			s = string(e)
		default:
			err = fmt.Errorf("want an array of texts, not %s in it", describe(e))
		}
		if err == nil && read != nil {
			s, err = read(s)
		}
		if err != nil {
			return traverse.Value{}, err
		}
		if s != "" {
			chosen = append(chosen, t.l.shared.text(s))
		}
	}
	if chosen == nil {
		return traverse.Value{}, nil
	}
	return traverse.ChoicesValue(chosen...), nil
}
