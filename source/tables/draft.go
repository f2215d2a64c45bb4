package tables

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// Draft returns a first mapping of the files in a folder for a schema, made from
// their names, their headers and their first rows, for a person to correct. The notes
// say what was guessed and what was left out. It guesses nothing that it cannot see:
// an entity for which no file has records is not in the mapping.
//
// Draft fails if the folder cannot be read, if no file of it looks like records of an
// entity, and with an error that wraps ctx.Err() soon after ctx is done. The schema
// must not be nil.
func Draft(ctx context.Context, name string, schema *traverse.Schema) (m *Mapping, notes []string, err error) {
	if info, err := os.Stat(name); err != nil {
		return nil, nil, fmt.Errorf("tables: %w", err)
	} else if !info.IsDir() {
		return nil, nil, fmt.Errorf("tables: %s is not a folder; a mapping names the files of a folder", filepath.ToSlash(name))
	}
	return DraftFS(ctx, os.DirFS(name), schema)
}

// DraftFS is like [Draft], for the root of a file system.
func DraftFS(ctx context.Context, fsys fs.FS, schema *traverse.Schema) (m *Mapping, notes []string, err error) {
	d := &drafter{
		schema: schema, mapping: &Mapping{},
		reader: &reader{ctx: ctx, fsys: fsys, report: &reporter{out: &Report{}}},
	}
	if err := d.sample(); err != nil {
		return nil, nil, fmt.Errorf("tables: %w", err)
	}
	for _, s := range d.samples {
		s.entity = d.entityOf(s)
	}
	for _, s := range d.samples {
		if s.entity != nil {
			d.identify(s)
		}
	}
	d.leads()
	for _, s := range d.samples {
		if s.entity != nil {
			d.table(s)
		} else {
			d.note("%s: left out, as no entity of the schema looks like it; its columns are %s", fileName(s.file.base), s.columnNames())
		}
	}
	if len(d.mapping.Tables) == 0 {
		return nil, d.notes, errors.New("tables: no file looks like records of an entity of the schema; name files after their entities, or write the mapping by hand")
	}
	return d.mapping, d.notes, nil
}

// A drafter makes a first mapping.
type drafter struct {
	schema  *traverse.Schema
	reader  *reader
	mapping *Mapping
	samples []*sample
	notes   []string
}

func (d *drafter) note(format string, args ...any) {
	d.notes = append(d.notes, fmt.Sprintf(format, args...))
}

// sample reads the beginnings of the files in the folder.
func (d *drafter) sample() error {
	if _, err := fs.ReadDir(d.reader.fsys, "."); err != nil {
		return err
	}
	for _, name := range namesIn(d.reader.fsys, ".") {
		if !readable(name) {
			continue
		}
		if err := d.reader.ctx.Err(); err != nil {
			return err
		}
		f := file{path: name, shown: name, base: name}
		s := &sample{file: f}
		problems := d.try(s, d.reader.encodingOf(f))
		switch {
		case problems.Len() > 0 && len(s.columns) == 0:
			d.note("%s", problems.List[0])
		case s.rows == 0:
			d.note("%s: left out, as it has no records", fileName(name))
		default:
			d.samples = append(d.samples, s)
		}
	}
	return d.reader.ctx.Err()
}

// try reads the beginning of a file in an encoding. It returns the problems.
func (d *drafter) try(s *sample, encoding string) *Problems {
	report := &reporter{out: &Report{}}
	r := d.reader.quiet(report)
	s.form = form{comma: ',', encoding: encoding}
	if isCells(s.file) {
		s.form = r.layoutOf(s.file, s.form)
	} else if hasExt(plainName(s.file.path), ".json") {
		s.form.records = r.arrayOf(s.file, encoding)
	}
	if err := r.read(s.file, s.form, &sampler{sample: s}); err != nil {
		report.fail(Problem{File: s.file.shown, Message: err.Error()})
	}
	s.withoutPrefix()
	return &report.out.Problems
}

// entityOf returns the entity that a file's rows look like, by its name and its
// columns, or nil.
func (d *drafter) entityOf(s *sample) *traverse.Entity {
	fileWords := d.nameOf(s)
	var best *traverse.Entity
	most := 0.0
	for e := range d.schema.Entities() {
		if e.Name() == traverse.AnyInteraction {
			continue
		}
		score := 2 * likeness(fileWords, wordsOf(e.Name()))
		fields := 0
		for name := range stored(e) {
			if s.like(wordsOf(name), 0.99) != nil {
				fields++
			}
		}
		if score <= 1 && fields < 3 {
			continue
		}
		if score += 0.05 * float64(fields); score > most {
			best, most = e, score
		}
	}
	return best
}

// nameOf returns the words of a file's name, without the first if the names of all
// files begin with it.
func (d *drafter) nameOf(s *sample) []string {
	words := func(s *sample) []string {
		base, _, _ := strings.Cut(plainName(s.file.base), ".")
		return wordsOf(base)
	}
	name := words(s)
	if len(d.samples) > 1 && len(name) > 1 && !slices.ContainsFunc(d.samples, func(o *sample) bool { return words(o)[0] != name[0] }) {
		name = name[1:]
	}
	return name
}

// like returns the column whose name is most like some words, at least as like as a
// limit, and has all of them, or nil.
func (s *sample) like(words []string, limit float64) *sampleColumn {
	var best *sampleColumn
	most := 0.0
	for _, c := range s.columns {
		is := likeness(c.words, words)
		has := is == 1 || !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(c.words, w) })
		if is >= limit && is > most && has && !c.used {
			best, most = c, is
		}
	}
	return best
}

// identify finds the column of a sample that holds the ids of its records.
func (d *drafter) identify(s *sample) {
	entity := wordsOf(s.entity.Name())
	for _, words := range [][]string{{"id"}, append(slices.Clip(entity), "id"), {"record", "id"}, {"key"}, {"number"}} {
		for _, c := range s.columns {
			if slices.Equal(c.words, words) && c.unique(s.rows) {
				s.id = c
				return
			}
		}
	}
	for _, c := range s.columns {
		if slices.Contains(c.words, "id") && c.unique(s.rows) {
			s.id = c
			return
		}
	}
	if s.entity.Kind() != traverse.Profile {
		return
	}
	for _, c := range s.columns {
		if c.unique(s.rows) {
			s.id = c
			d.note("%s: the id of %s is a guess: %s has a value of its own in each row", fileName(s.file.base), s.entity.Name(), plain(c.name))
			return
		}
	}
	d.note("%s: looks like %s, and no column has a value of its own in each row, so the id is missing", fileName(s.file.base), s.entity.Name())
}

// leads makes every contact a lead if no file has leads.
func (d *drafter) leads() {
	lead, contact := d.schema.Entity(traverse.Lead), d.schema.Entity(traverse.Contact)
	if lead == nil || contact == nil || slices.ContainsFunc(d.samples, func(s *sample) bool { return s.entity == lead }) {
		return
	}
	for _, s := range d.samples {
		if s.entity == contact && s.id != nil {
			d.note("no file looks like leads, so each contact of %s is a lead, too", fileName(s.file.base))
			copied := *s
			copied.entity = lead
			copied.columns = nil
			for _, c := range s.columns {
				again := *c
				copied.columns = append(copied.columns, &again)
				if c == s.id {
					copied.id = &again
				}
			}
			d.samples = append(d.samples, &copied)
			return
		}
	}
}

// table adds the table of a sample to the mapping.
func (d *drafter) table(s *sample) {
	t := Table{File: s.file.base, Entity: s.entity.Name(), Columns: map[string]Column{}, Header: s.form.header, Encoding: s.form.encoding, Records: s.form.records}
	if isCells(s.file) && s.form.comma != ',' && !hasExt(plainName(s.file.path), ".tsv") {
		t.Delimiter = string(s.form.comma)
	}
	if s.id != nil {
		t.ID = Column{Name: s.id.name}
		s.id.used = true
	}
	d.references(s, &t)
	for f := range s.entity.Fields() {
		if c := s.like(wordsOf(f.Name), 0.6); c != nil {
			if column, ok := d.column(s, c, f); ok {
				t.Columns[f.Name] = column
				c.used = true
			}
		}
	}
	d.dated(s, &t)
	_, contact := t.Columns[traverse.ParentContact]
	if _, account := t.Columns[traverse.ParentAccount]; s.entity.Name() == traverse.Lead && !contact && !account {
		d.note("%s: no column leads to a contact or an account, so nothing counts for the leads", fileName(s.file.base))
	}
	var left list
	for _, c := range s.columns {
		if !c.used {
			left.add(c.name, plain(c.name))
		}
	}
	if names := left.String(); names != "" && !d.alsoRead(s) {
		d.note("%s: %s does not use the columns %s", fileName(s.file.base), s.entity.Name(), names)
	}
	d.mapping.Tables = append(d.mapping.Tables, t)
}

// dated finds the column of an entity's date if none has its name: the only one, or
// the first, that holds times.
func (d *drafter) dated(s *sample, t *Table) {
	f, ok := s.entity.Dated()
	if _, found := t.Columns[f.Name]; !ok || found {
		return
	}
	quiet := &drafter{}
	byName := slices.Clone(s.columns)
	slices.SortStableFunc(byName, func(a, b *sampleColumn) int { return a.tellsTime() - b.tellsTime() })
	for _, c := range byName {
		if c.used || len(c.values) == 0 || c.tellsTime() == 2 {
			continue
		}
		if column, ok := quiet.column(s, c, f); ok {
			t.Columns[f.Name] = column
			c.used = true
			d.note("%s: %s.%s is a guess: %s holds times", fileName(s.file.base), s.entity.Name(), f.Name, plain(c.name))
			return
		}
	}
	if s.entity.Kind() == traverse.Interaction {
		d.note("%s: no column holds times, so %s has no %s and does not count in a date range", fileName(s.file.base), s.entity.Name(), f.Name)
	}
}

// alsoRead reports whether the file of a sample has been read for another entity,
// whose note about columns is enough.
func (d *drafter) alsoRead(s *sample) bool {
	return slices.ContainsFunc(d.mapping.Tables, func(t Table) bool { return t.File == s.file.base })
}

// otherWay returns a value that reads as another one if days and months change places,
// or the decimal sign and the one that groups digits, and what it then is. It returns
// false if some value can be read in one way only.
func (d *drafter) otherWay(c *Column, typ traverse.Type, values []string) (other [2]string, ok bool) {
	swapped := *c
	switch {
	case c.Decimal == ".":
		swapped.Decimal = ","
	case c.Decimal == ",":
		swapped.Decimal = "."
	case len(c.Format) == 1 && isLayout(c.Format[0]):
		swapped.Format = []string{swapDayAndMonth.Replace(c.Format[0])}
	default:
		return other, false
	}
	read := func(c *Column, v string) (traverse.Value, error) {
		return draftStyle(c).read(typ, v)
	}
	for _, v := range values {
		one, err := read(c, v)
		two, err2 := read(&swapped, v)
		switch {
		case err != nil || err2 != nil:
			return other, false
		case other[0] == "" && one.String() != two.String():
			other = [2]string{v, two.String()}
		}
	}
	return other, other[0] != ""
}

// draftStyle returns the style of a column of a mapping that says nothing else.
func draftStyle(c *Column) *style {
	s := newStyle(&Mapping{}, c, timeStyle{zone: time.UTC, days: time.UTC})
	s.numbers.seen = &readings{}
	return s
}

// swapDayAndMonth changes the places of day and month in a layout.
var swapDayAndMonth = strings.NewReplacer("2006", "2006", "06", "06", "04", "04", "05", "05", "15", "15", "01", "02", "02", "01", "1", "2", "2", "1")

// references finds the columns that hold references.
func (d *drafter) references(s *sample, t *Table) {
	for _, r := range referencesOf(s.entity) {
		if s.entity.Name() == traverse.Lead && r.Name == traverse.ParentContact && s.sameFileAs(d, traverse.Contact) {
			t.Columns[r.Name] = Column{Name: s.id.name}
			continue
		}
		if column, c := d.reference(s, r); c != nil {
			t.Columns[r.Name] = column
			c.used = true
		}
	}
}

// referencesOf returns the references of an entity. That of an interaction to its lead
// is the last: who did it is rather told by a contact.
func referencesOf(e *traverse.Entity) []traverse.Relationship {
	var list, last []traverse.Relationship
	for r := range e.Relationships() {
		switch {
		case r.Many():
		case e.Kind() == traverse.Interaction && r.Name == traverse.Lead:
			last = append(last, r)
		default:
			list = append(list, r)
		}
	}
	return append(list, last...)
}

// sameFileAs reports whether the file is also that of another entity.
func (s *sample) sameFileAs(d *drafter, entity string) bool {
	return slices.ContainsFunc(d.samples, func(o *sample) bool {
		return o != s && o.entity != nil && o.entity.Name() == entity && o.file == s.file
	})
}

// reference finds the column whose values are ids of the target of a reference, or
// another column of the target's file that tells records apart, such as an address.
func (d *drafter) reference(s *sample, r traverse.Relationship) (Column, *sampleColumn) {
	type found struct {
		c      *sampleColumn
		column Column
		share  float64
	}
	var all []found
	// The lead of an interaction must be named: contacts may be leads, too.
	toLead := s.entity.Kind() == traverse.Interaction && r.Name == traverse.Lead
	for _, to := range d.samples {
		if to.entity == nil || to.entity.Name() != r.Target || to.id == nil || to.file == s.file {
			continue
		}
		for _, by := range to.columns {
			if by != to.id && !(by.unique(to.rows) && by.isKey()) {
				continue
			}
			for _, c := range s.columns {
				if c.used || len(c.values) == 0 {
					continue
				}
				share := shareIn(c.values, by.values)
				suits := c.mayName(r)
				if toLead {
					suits = likeness(c.words, wordsOf(r.Name)) > 0
				}
				if share < 0.5 || !suits && (toLead || !slices.ContainsFunc(c.values, isTelling)) {
					continue
				}
				column := Column{Name: c.name}
				if by != to.id {
					column.Lookup = &Lookup{File: to.file.base, By: by.name, Name: to.id.name, Fold: strings.Contains(c.values[0], "@")}
					share -= 0.01
				}
				all = append(all, found{c, column, share + likeness(c.words, wordsOf(r.Name))/10})
			}
		}
	}
	if len(all) == 0 {
		return Column{}, nil
	}
	best := slices.MaxFunc(all, func(a, b found) int { return cmp.Compare(a.share, b.share) })
	if !best.c.mayName(r) {
		d.note("%s: %s.%s is a guess: the values of %s are those of %s records", fileName(s.file.base), s.entity.Name(), r.Name, plain(best.c.name), r.Target)
	}
	return best.column, best.c
}

// shareIn returns which share of some values is among others, from 0 to 1.
func shareIn(values, others []string) float64 {
	in := make(map[string]bool, len(others))
	for _, v := range others {
		in[v] = true
	}
	n := 0
	for _, v := range values {
		if in[v] {
			n++
		}
	}
	return float64(n) / float64(len(values))
}

// column returns how a column holds a field, and whether it can: some style must read
// its values.
func (d *drafter) column(s *sample, c *sampleColumn, f traverse.Field) (Column, bool) {
	column := Column{Name: c.name}
	if len(c.values) == 0 {
		return column, likeness(c.words, wordsOf(f.Name)) > 0.99
	}
	switch f.Type {
	case traverse.Text, traverse.Choice, traverse.Choices:
		return column, true
	}
	values := c.values
	if words := nullWords(values); len(words) > 0 && len(words) < len(values) {
		column.Null = words
		values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return slices.Contains(words, v) })
	}
	styles := stylesOf(f.Type, values)
	if f.Type == traverse.Number && s.decimalOf() == "," {
		slices.Reverse(styles[1:]) // those with a comma before those with a point
	}
	for _, styled := range styles {
		try := column
		styled(&try)
		style := draftStyle(&try)
		if !slices.ContainsFunc(values, func(v string) bool { _, err := style.read(f.Type, v); return err != nil }) {
			if style.numbers.seen.ambiguous() && s.decimalOf() != "" {
				continue // another column tells
			} else if style.numbers.seen.ambiguous() {
				d.note("%s: %s: %s; give it a \"decimal\" sign", fileName(s.file.base), plain(c.name), style.numbers.seen.message())
			}
			if other, ok := d.otherWay(&try, f.Type, values); ok && (try.Decimal == "" || s.decimalOf() == "") {
				d.note("%s: %s: %s can also be %s: correct the mapping if it is", fileName(s.file.base), plain(c.name), shown.Quote(other[0]), other[1])
			}
			return try, true
		}
	}
	d.note("%s: %s looks like %s.%s, and its values are no %v, such as %s", fileName(s.file.base), plain(c.name), s.entity.Name(), f.Name, f.Type, shown.Quote(values[0]))
	return column, false
}
