package tables

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// A Mapping says which files of a folder hold the records of a schema, and how.
// A mapping file is one as JSON: see [ReadMapping]. Only what a mapping names is
// read, letter by letter. Loading does not change a mapping: several can go on at
// once with the same.
type Mapping struct {
	// Tables are read in this order. A file that several of them name is read
	// once, and each of its rows is offered to all of these.
	Tables []Table `json:"tables,omitzero"`

	Null []string `json:"null,omitzero"` // words that mean null in every column, such as Select; the empty text always does
	// Zone is the IANA name of the time zone of times without an offset; "" = UTC.
	// Of a time that clocks show twice, as they are set back, the first is meant;
	// one that they skip is counted on from before.
	Zone string `json:"zone,omitempty"`

	source *places // of a mapping file; nil = made in Go
}

// A Table is where records of one entity are. Several tables can hold records of
// one entity, and several can be in one file.
type Table struct {
	// File is the path of the file in the folder, with slashes, or a pattern for
	// [path.Match] such as email_*.csv, which passes over hidden files. The name
	// ends with .csv, .tsv or .txt for rows of cells, .ndjson for a JSON object a
	// line, or .json for an array of objects, each with .gz behind it if it is
	// packed.
	File string `json:"file"`

	Entity  string            `json:"entity"`
	ID      Column            `json:"id,omitzero"`      // where the record's id is; may be left out for interactions
	Columns map[string]Column `json:"columns,omitzero"` // by field or reference

	// Where lists what must stand in a column, one of the words in each of the
	// columns, for the row to be a record of this table. The empty word stands
	// for an empty cell, and for a JSON null.
	Where map[string][]string `json:"where,omitzero"`

	Delimiter string `json:"delimiter,omitempty"` // between cells, one character; "" = a comma, or a tab in .tsv
}

// A Column is where one field, reference or id is, and how it is written.
type Column struct {
	Name string `json:"name,omitempty"` // what the header calls it

	// Template, in place of Name, puts a text together from several columns, such
	// as {contact_id}/{form_id}. If one of them is null, the whole is.
	Template string `json:"template,omitempty"`

	// Lookup says that the column or template holds a key, and what is meant
	// stands in another file, or another row of the same.
	Lookup *Lookup `json:"lookup,omitempty"`

	Null []string `json:"null,omitzero"` // in place of Mapping.Null; if it is empty, but not nil, there is none

	// Format is how times and dates are written: UnixSeconds, UnixMillis, or a
	// layout of package time such as 02/01/2006 15:04. "" suits what the package
	// comment says.
	Format    string `json:"format,omitempty"`
	Separator string `json:"separator,omitempty"` // between choices; "" = a semicolon
}

// A Lookup finds a value in the rows of a file by the key in one of its columns.
// If no row has the key, the value is null, and a note of the report counts it.
// Rows that share a key must share the value; if they do not, or if the value
// cannot be read, it is a problem of the record that asks. A row whose key cannot
// be read is a problem of the file.
type Lookup struct {
	File string `json:"file"` // as in Table; all files that match
	By   string `json:"by"`   // the column that holds the key
	Name string `json:"name"` // the column that holds the value

	// Delimiter is as in Table. If a table names the file, it says so for both.
	Delimiter string `json:"delimiter,omitempty"`
}

// A template is text with columns in it.
type template struct {
	texts   []string // one more than columns
	columns []string
}

// parseTemplate reads a template; {{ and }} stand for braces. The error says
// what is wrong.
func parseTemplate(s string) (template, string) {
	var t template
	var text strings.Builder
	for s != "" {
		switch {
		case strings.HasPrefix(s, "{{"), strings.HasPrefix(s, "}}"):
			text.WriteByte(s[0])
			s = s[2:]
		case s[0] == '{':
			name, rest, ok := strings.Cut(s[1:], "}")
			switch {
			case !ok:
				return t, "the template has a { without its }; write {column}, and {{ for a brace"
			case name == "" || strings.Contains(name, "{"):
				return t, "the template names no column between { and }; write {column}, and {{ for a brace"
			}
			t.texts, t.columns = append(t.texts, text.String()), append(t.columns, name)
			text.Reset()
			s = rest
		case s[0] == '}':
			return t, "the template has a } without its {; write {column}, and }} for a brace"
		default:
			text.WriteByte(s[0])
			s = s[1:]
		}
	}
	t.texts = append(t.texts, text.String())
	if len(t.columns) == 0 {
		return t, "the template names no column; write one as {column}"
	}
	return t, ""
}

// shown returns what problems call a column.
func (c *Column) shown() string {
	if c.Template != "" {
		return c.Template
	}
	return c.Name
}

// A plan is a mapping that suits its schema: which files to read, and how.
type plan struct {
	mapping *Mapping
	zone    *time.Location
	files   []*planned
	lookups map[Lookup]*lookup
	dir     string
	folder  fs.FS // the same
	show    func(string) string
	headers map[cut][]string // nil = it has none, or a problem
	filled  map[cut]bool     // lookups have read these
	errs    []error          // of files that cannot be read
}

// A cut is a file that is cut into cells in one way.
type cut struct {
	path  string
	comma rune
}

// A planned file is read for these tables of the mapping.
type planned struct {
	file   file
	tables []int
}

// A bindError says what of a table does not suit a file: at the place in the
// mapping, and the file that lacks it.
type bindError struct {
	place   []string
	message string
	near    string
}

// mappingProblem adds a problem of the mapping, which is at a place in it.
func (l *loader) mappingProblem(m *Mapping, place []string, format string, args ...any) {
	l.fatal = true
	l.data.Report.Problems.add(m.source.problem(place, m.context(place)+fmt.Sprintf(format, args...)))
}

// context says which table a place belongs to: Contact of people.csv.
func (m *Mapping) context(place []string) string {
	if len(place) < 2 || place[0] != "tables" {
		return ""
	}
	i, err := strconv.Atoi(place[1])
	if err != nil || i >= len(m.Tables) {
		return ""
	}
	t := m.Tables[i]
	context := fmt.Sprintf("table %d", i+1)
	if t.Entity != "" && t.File != "" {
		context = plain(t.Entity) + " of " + fileName(t.File)
	}
	switch {
	case len(place) > 3 && (place[2] == "columns" || place[2] == "where"):
		context += ": " + plain(place[3])
	case len(place) > 2 && place[2] == "id":
		context += ": id"
	}
	return context + ": "
}

func tablePlace(i int, more ...string) []string {
	return append([]string{"tables", fmt.Sprint(i)}, more...)
}

// plan checks a mapping against the schema, and against the folder's files.
func (l *loader) plan(dir string, show func(string) string, m *Mapping) (*plan, error) {
	folder, err := fs.Sub(l.fsys, dir)
	if err != nil {
		return nil, err
	}
	p := &plan{
		mapping: m, zone: time.UTC, lookups: map[Lookup]*lookup{},
		dir: dir, folder: folder, show: show, headers: map[cut][]string{}, filled: map[cut]bool{},
	}
	if m.Zone != "" {
		zone, err := time.LoadLocation(m.Zone)
		if err != nil || m.Zone == "Local" {
			l.mappingProblem(m, []string{"zone"}, "there is no time zone %s; write one of the IANA database, such as Europe/Berlin", shown.Quote(m.Zone))
		} else {
			p.zone = zone
		}
	}
	if len(m.Tables) == 0 {
		l.mappingProblem(m, []string{"tables"}, "the mapping has no tables")
	}
	byPath := map[string]*planned{}
	for i := range m.Tables {
		l.planTable(p, i)
		for _, f := range l.matches(p, m.Tables[i].File, tablePlace(i, "file")) {
			if byPath[f.path] == nil {
				byPath[f.path] = &planned{file: f}
				p.files = append(p.files, byPath[f.path])
			}
			byPath[f.path].tables = append(byPath[f.path].tables, i)
		}
	}
	for _, f := range p.files {
		l.planFile(p, f)
	}
	for _, key := range slices.SortedFunc(maps.Keys(p.lookups), compareLookups) {
		l.planLookup(p, p.lookups[key])
	}
	slices.SortStableFunc(l.data.Report.Problems.List, func(a, b Problem) int { // those of files behind the mapping's
		return cmp.Or(cmp.Compare(min(b.Char, 1), min(a.Char, 1)), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Char, b.Char))
	})
	return p, errors.Join(p.errs...)
}

// planTable checks a table against the schema.
func (l *loader) planTable(p *plan, i int) {
	m := p.mapping
	t := &m.Tables[i]
	l.planDelimiter(m, t.Delimiter, tablePlace(i, "delimiter"))
	for _, name := range slices.Sorted(maps.Keys(t.Where)) {
		if len(t.Where[name]) == 0 {
			l.mappingProblem(m, tablePlace(i, "where", name), "no word is listed, so no row would be left")
		}
	}
	if t.Entity == "" {
		l.mappingProblem(m, tablePlace(i, "entity"), "the entity is missing")
		return
	}
	e := l.schema.Entity(t.Entity)
	if e == nil {
		l.mappingProblem(m, tablePlace(i, "entity"), "%s is no entity of the schema%s", plain(t.Entity), didYouMean(nearest.Name(t.Entity, l.schema.Names())))
		return
	}
	columns := l.columnsOf(e)
	if !t.ID.isZero() {
		l.planColumn(p, tablePlace(i, "id"), &t.ID, columns[idColumn])
	} else if e.Kind() == traverse.Profile {
		l.mappingProblem(m, tablePlace(i, "id"), "the id is missing; every record of a profile needs one: name the column that holds it")
	}
	for _, name := range slices.Sorted(maps.Keys(t.Columns)) {
		c := t.Columns[name]
		place := tablePlace(i, "columns", name)
		known, ok := columns[name]
		switch r, inverse := e.Relationship(name); {
		case name == idColumn:
			l.mappingProblem(m, place, "the record's id stands beside columns, not among them")
		case ok:
			l.planColumn(p, place, &c, known)
		case inverse:
			l.mappingProblem(m, place, "it follows from %s.%s, and is not stored", r.Target, r.Via)
		default:
			l.mappingProblem(m, place, "the schema has no such field or reference%s", didYouMean(nearest.Name(name, stored(e))))
		}
	}
}

func (l *loader) planDelimiter(m *Mapping, delimiter string, place []string) {
	if !goodDelimiter(delimiter) {
		l.mappingProblem(m, place, "the delimiter is one character, such as ; and neither a quote nor a line end")
	}
}

// goodDelimiter reports whether a mapping can give this delimiter, or "".
func goodDelimiter(s string) bool {
	c, n := utf8.DecodeRuneInString(s)
	return s == "" || n == len(s) && c != 0 && c != '"' && c != '\r' && c != '\n' && c != utf8.RuneError
}

func (c *Column) isZero() bool {
	return c.Name == "" && c.Template == "" && c.Lookup == nil && c.Null == nil && c.Format == "" && c.Separator == ""
}

// planColumn checks a column against what it is to hold.
func (l *loader) planColumn(p *plan, place []string, c *Column, holds column) {
	say := func(key, format string, args ...any) {
		l.mappingProblem(p.mapping, append(slices.Clip(place), key), format, args...)
	}
	switch {
	case c.Name != "" && c.Template != "":
		say("template", "give a name or a template, not both")
	case c.Name == "" && c.Template == "":
		say("name", "the name of the column is missing")
	case c.Template != "":
		if _, problem := parseTemplate(c.Template); problem != "" {
			say("template", "%s", problem)
		}
	}
	isTime := holds.kind == field && (holds.typ == traverse.Time || holds.typ == traverse.Date)
	switch {
	case c.Format == "" || c.Format == unixSeconds && isTime || c.Format == unixMillis && isTime:
	case !isTime:
		say("format", "a format is for times and dates")
	default:
		if problem := layoutProblem(c.Format, holds.typ, p.mapping.Zone); problem != "" {
			say("format", "the format %s %s", shown.Quote(c.Format), problem)
		}
	}
	if c.Separator != "" && !(holds.kind == field && holds.typ == traverse.Choices) {
		say("separator", "a separator is for choices")
	}
	if c.Lookup == nil {
		return
	}
	ok := true
	for _, part := range []struct{ key, value string }{{"file", c.Lookup.File}, {"by", c.Lookup.By}, {"name", c.Lookup.Name}} {
		if part.value == "" {
			ok = false
			l.mappingProblem(p.mapping, append(slices.Clip(place), "lookup"), "the lookup has no %s", part.key)
		}
	}
	if !ok || p.lookups[*c.Lookup] != nil {
		return
	}
	up := &lookup{Lookup: *c.Lookup, place: append(slices.Clip(place), "lookup")}
	l.planDelimiter(p.mapping, up.Delimiter, append(slices.Clip(up.place), "delimiter"))
	up.files = l.matches(p, up.File, append(slices.Clip(up.place), "file"))
	p.lookups[*c.Lookup] = up
}

// planLookup checks what a lookup asks of its files, once all tables are known.
func (l *loader) planLookup(p *plan, up *lookup) {
	for _, f := range up.files {
		delimiter, shared := p.delimiter(up, f)
		if other := comma(f, delimiter); shared && up.Delimiter != "" && goodDelimiter(delimiter) && comma(f, up.Delimiter) != other {
			l.mappingProblem(p.mapping, append(slices.Clip(up.place), "delimiter"), "a table gives %s the delimiter %s", fileName(f.base), shown.Quote(string(other)))
		}
		names, ok := l.headerOf(p, f, comma(f, delimiter))
		if !ok {
			continue
		}
		for _, part := range []struct{ key, value string }{{"by", up.By}, {"name", up.Name}} {
			if _, problem := position(names, part.value); problem != nil {
				l.unbound(p.mapping, f, bindError{append(slices.Clip(up.place), part.key), problem.message, problem.near})
			}
		}
	}
}

// delimiter returns the delimiter of a file of a lookup, and whether a table
// reads the file, too.
func (p *plan) delimiter(up *lookup, f file) (string, bool) {
	for _, planned := range p.files {
		if planned.file.path == f.path {
			return p.mapping.Tables[planned.tables[0]].Delimiter, true
		}
	}
	return up.Delimiter, false
}

// matches returns the files that a pattern names, in the order of their names.
func (l *loader) matches(p *plan, pattern string, place []string) []file {
	say := func(format string, args ...any) { l.mappingProblem(p.mapping, place, format, args...) }
	switch {
	case pattern == "":
		say("the file is missing")
		return nil
	case !fs.ValidPath(pattern) || pattern == ".":
		say("%s is no path in the folder; write it with / and without . and ..", shown.Quote(pattern))
		return nil
	case !readable(pattern) && !strings.HasSuffix(pattern, "*"):
		say("%s is no file that can be read; its name ends with .csv, .tsv, .txt, .ndjson or .json, and perhaps .gz; save a spreadsheet as CSV", shown.Quote(pattern))
		return nil
	}
	found := []string{pattern} // whatever signs are in it
	if _, err := fs.Stat(p.folder, pattern); err != nil {
		if found, err = fs.Glob(p.folder, pattern); err != nil {
			say("the pattern %s is not closed: write [abc], or \\[ for the sign", shown.Quote(pattern))
			return nil
		}
		found = slices.DeleteFunc(found, func(name string) bool { return !readable(name) || hidden(name, pattern) })
	}
	if len(found) == 0 {
		dir := path.Dir(pattern)
		names := namesIn(p.folder, dir)
		for i, name := range names {
			names[i] = path.Join(dir, name)
		}
		if slices.Contains(names, pattern) {
			say("%s cannot be read: it is a link to a file that is not there", fileName(pattern))
			return nil
		}
		say("there is no file %s in %s%s", fileName(pattern), fileName(p.show("")), didYouMean(nearest.Name(pattern, slices.Values(names))))
	}
	var files []file
	for _, name := range found {
		f := file{path.Join(p.dir, name), p.show(name), name}
		info, err := fs.Stat(l.fsys, f.path)
		if err != nil || !info.Mode().IsRegular() {
			say("%s cannot be read: it is no file", fileName(name))
			continue
		}
		files = append(files, f)
	}
	return files
}

// hidden reports whether a file is hidden, or in a hidden folder, and a pattern
// does not ask for that: no user means it as data.
func hidden(name, pattern string) bool {
	asked := strings.Split(pattern, "/")
	for i, part := range strings.Split(name, "/") { // as many
		if strings.HasPrefix(part, ".") && !strings.HasPrefix(asked[i], ".") {
			return true
		}
	}
	return false
}

// readable reports whether a file of this name is of a kind that can be read.
func readable(name string) bool {
	name = plainName(name)
	return slices.ContainsFunc([]string{".csv", ".tsv", ".txt", ".ndjson", ".json"}, func(ext string) bool { return hasExt(name, ext) })
}

// namesIn returns the names of the files in a folder, hidden ones aside, or none.
func namesIn(folder fs.FS, name string) []string {
	entries, _ := fs.ReadDir(folder, name) // for suggestions and notes only
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") {
			names = append(names, entry.Name())
		}
	}
	return names
}

// comma returns what separates the cells of a file.
func comma(f file, delimiter string) rune {
	if delimiter != "" && goodDelimiter(delimiter) {
		c, _ := utf8.DecodeRuneInString(delimiter)
		return c
	}
	if hasExt(plainName(f.path), ".tsv") {
		return '\t'
	}
	return ','
}

// planFile checks what tables ask of a file against its header.
func (l *loader) planFile(p *plan, f *planned) {
	m := p.mapping
	first := &m.Tables[f.tables[0]]
	for _, i := range f.tables[1:] {
		if other := comma(f.file, first.Delimiter); goodDelimiter(first.Delimiter) && comma(f.file, m.Tables[i].Delimiter) != other {
			l.mappingProblem(m, tablePlace(i, "delimiter"), "another table gives %s the delimiter %s", fileName(f.file.base), shown.Quote(string(other)))
		}
	}
	names, ok := l.headerOf(p, f.file, comma(f.file, first.Delimiter))
	if !ok {
		return
	}
	for _, i := range f.tables {
		_, _, problems := p.bind(i, func(name string) (int, *unfound) { return position(names, name) }, columnsOfNothing)
		for _, problem := range problems {
			l.unbound(m, f.file, problem)
		}
	}
}

// unbound adds the problem of a column that a file does not have.
func (l *loader) unbound(m *Mapping, f file, e bindError) {
	l.mappingProblem(m, e.place, "%s %s%s", fileName(f.base), e.message, didYouMean(e.near))
}

// An unfound says why a header has no column of a name.
type unfound struct{ message, near string }

// position returns where a header has a column.
func position(names []string, name string) (int, *unfound) {
	at := slices.Index(names, name)
	switch {
	case at < 0 && len(names) == 1 && strings.ContainsAny(names[0], ";\t|,"):
		return 0, &unfound{message: "has one column, " + shown.Quote(names[0]) + ": give the delimiter that stands between its cells"}
	case at < 0:
		return 0, &unfound{"has no column " + plain(name), nearest.Name(name, slices.Values(names))}
	case slices.Contains(names[at+1:], name):
		return 0, &unfound{message: "has the column " + plain(name) + " twice"}
	}
	return at, nil
}

// headerOf returns the names of a file's columns, and whether it has any: a JSON
// file has not, nor one that has a problem.
func (l *loader) headerOf(p *plan, f file, comma rune) ([]string, bool) {
	if !isCells(f) {
		return nil, false
	}
	names, ok := p.headers[cut{f.path, comma}]
	if !ok {
		var h header
		if err := l.csv(f, comma, &h); err != nil {
			p.errs = append(p.errs, err)
		}
		names, p.headers[cut{f.path, comma}] = h.names, h.names
	}
	return names, names != nil
}

// isCells reports whether a file has rows of cells.
func isCells(f file) bool {
	name := plainName(f.path)
	return !hasExt(name, ".ndjson") && !hasExt(name, ".json")
}

// header keeps the header of a file, and reads no further.
type header struct{ names []string }

func (h *header) header(names []string, _ int) bool {
	h.names = names
	return false
}
func (h *header) row(*row)            {}
func (h *header) reject(int, Problem) {}
func (h *header) end()                {}
