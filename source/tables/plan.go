package tables

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/internal/zones"
	"github.com/leadscore/leadscore/traverse"
)

// A planner checks a mapping against a schema and the files of a folder.
type planner struct {
	binder  *binder
	loader  *loader
	reader  *reader
	dir     string
	folder  fs.FS // the same
	show    func(string) string
	files   []*tableFile
	headers map[laidOut][]string // nil = there is none, or it has a problem
	errs    []error              // of files that cannot be read
}

// laidOut is a file that is read in one form.
type laidOut struct {
	path string
	form form
}

// A tableFile is a file that is read for some tables of the mapping.
type tableFile struct {
	file   file
	form   form
	tables []int
}

// planMapping returns a plan for the files of a folder that a mapping names, after
// reading their headers. If the mapping does not match them, or the schema, it
// reports problems.
func planMapping(l *loader, r *reader, dir string, show func(string) string, m *Mapping) (*plan, error) {
	folder, err := fs.Sub(r.fsys, dir)
	if err != nil {
		return nil, err
	}
	p := &planner{
		binder: &binder{mapping: m, loader: l, zone: time.UTC, days: l.zone, lookups: map[Lookup]*lookup{}, numbers: map[string]*readings{}, nears: map[string]*near{}},
		loader: l, reader: r, dir: dir, folder: folder, show: show, headers: map[laidOut][]string{},
	}
	p.check()
	return p.plan(), errors.Join(p.errs...)
}

// problem reports a problem at a place of the mapping.
func (p *planner) problem(place []string, format string, args ...any) {
	p.loader.report.fail(p.binder.mapping.problem(place, format, args...))
}

// check checks the mapping, first against the schema, then against the files.
func (p *planner) check() {
	m := p.binder.mapping
	if m.Zone != "" {
		zone := zones.Location(m.Zone)
		if zone == nil {
			p.problem([]string{"zone"}, "there is no time zone %s%v", shown.Quote(m.Zone), zones.Suggest(m.Zone))
		} else {
			p.binder.zone, p.binder.days = zone, zone
		}
	}
	p.decimal(m.Decimal, []string{"decimal"})
	p.boolWords(nil, m.True, m.False)
	if len(m.Tables) == 0 {
		p.problem([]string{"tables"}, "the mapping has no tables")
	}
	p.encoding(m.Encoding, []string{"encoding"})
	byPath := map[[2]string]*tableFile{}
	for i := range m.Tables {
		t := &m.Tables[i]
		p.table(i)
		for _, f := range p.matches(t.File, tablePlace(i, "file")) {
			f.part = t.Records
			key := [2]string{f.path, t.Records}
			if byPath[key] == nil {
				byPath[key] = &tableFile{file: f, form: m.form(f, t)}
				p.files = append(p.files, byPath[key])
			}
			byPath[key].tables = append(byPath[key].tables, i)
		}
	}
	for _, f := range p.files {
		p.file(f)
	}
	for _, up := range p.inOrder() {
		p.lookup(up)
	}
	slices.SortStableFunc(p.loader.report.out.Problems.List, func(a, b Problem) int { // those of files after those of the mapping
		return cmp.Or(cmp.Compare(min(b.Char, 1), min(a.Char, 1)), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Char, b.Char))
	})
}

// inOrder returns the lookups in a fixed order.
func (p *planner) inOrder() []*lookup {
	var list []*lookup
	for _, key := range slices.SortedFunc(maps.Keys(p.binder.lookups), compareLookups) {
		list = append(list, p.binder.lookups[key])
	}
	return list
}

// table checks a table against the schema.
func (p *planner) table(i int) {
	t := &p.binder.mapping.Tables[i]
	p.delimiter(t.Delimiter, tablePlace(i, "delimiter"))
	p.encoding(t.Encoding, tablePlace(i, "encoding"))
	p.layout(t.File, t.Header, t.Records, func(key string) []string { return tablePlace(i, key) })
	for _, name := range slices.Sorted(maps.Keys(t.Where)) {
		if len(t.Where[name]) == 0 {
			p.problem(tablePlace(i, "where", name), "no word is listed, so no row would be left")
		}
	}
	if t.Entity == "" {
		p.problem(tablePlace(i, "entity"), "the entity is missing")
		return
	}
	e := p.loader.schema.Entity(t.Entity)
	if e == nil {
		p.problem(tablePlace(i, "entity"), "unknown entity %s%s", plain(t.Entity), didYouMean(nearest.Name(t.Entity, p.loader.schema.Names())))
		return
	}
	columns := p.loader.columnsOf(e)
	if !t.ID.isZero() {
		p.column(tablePlace(i, "id"), &t.ID, columns[idColumn])
	} else if e.Kind() == traverse.Profile {
		p.problem(tablePlace(i, "id"), "the id is missing; every record of a profile needs one: name the column that holds it")
	}
	for _, name := range slices.Sorted(maps.Keys(t.Columns)) {
		c := t.Columns[name]
		place := tablePlace(i, "columns", name)
		known, ok := columns[name]
		switch r, inverse := e.Relationship(name); {
		case name == idColumn:
			p.problem(place, "the record's id belongs beside columns, not among them")
		case ok:
			p.column(place, &c, known)
		case inverse:
			p.problem(place, "it follows from %s.%s, and is not stored", r.Target, r.Via)
		default:
			p.problem(place, "the schema has no such field or reference%s", didYouMean(nearest.Name(name, stored(e))))
		}
	}
}

func (p *planner) delimiter(delimiter string, place []string) {
	if !goodDelimiter(delimiter) {
		p.problem(place, "the delimiter must be one character, such as ; but neither a quote nor a line end")
	}
}

func (p *planner) encoding(name string, place []string) {
	if name != "" && p.reader.decoder(name) == nil {
		known := p.reader.encodings()
		p.problem(place, "unknown encoding %s%s", shown.Quote(name), cmp.Or(didYouMean(nearest.Name(name, slices.Values(known))), "; the encodings are "+strings.Join(known, ", ")))
	}
}

// layout checks what a table or a lookup says of lines and arrays against the kind of
// its file. place returns the place of a key.
func (p *planner) layout(file string, header int, records string, place func(key string) []string) {
	name := plainName(file)
	if header < 0 {
		p.problem(place("header"), "the header is a line, from 1")
	}
	if header != 0 && (hasExt(name, ".json") || hasExt(name, ".ndjson")) {
		p.problem(place("header"), "a header is for files with rows of cells")
	}
	if records == "" {
		return
	}
	if !hasExt(name, ".json") {
		p.problem(place("records"), "records are for .json files")
	}
	if _, ok := pointer(records); !ok {
		p.problem(place("records"), "%s is not a JSON pointer; write one such as /data/contacts", shown.Quote(records))
	}
}

// column checks a column against the field, reference or id that it holds.
func (p *planner) column(place []string, c *Column, holds column) {
	say := func(key, format string, args ...any) {
		p.problem(within(place, key), format, args...)
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
	p.written(place, c, holds)
	if c.Lookup != nil {
		p.addLookup(c.Lookup, within(place, "lookup"))
	}
}

// written checks how the values of a column are written against their type.
func (p *planner) written(place []string, c *Column, holds column) {
	is := func(types ...traverse.Type) bool { return holds.kind == field && slices.Contains(types, holds.typ) }
	for _, option := range []struct {
		key, use string
		given    bool
		types    []traverse.Type
	}{
		{"format", "a format is for times and dates", len(c.Format) > 0, []traverse.Type{traverse.Time, traverse.Date}},
		{"separator", "a separator is for choices", c.Separator != "", []traverse.Type{traverse.Choices}},
		{"decimal", "a decimal sign is for numbers", c.Decimal != "", []traverse.Type{traverse.Number}},
		{"unit", "a unit is for numbers", len(c.Unit) > 0, []traverse.Type{traverse.Number}},
		{"true", "words for true are for bools", len(c.True) > 0, []traverse.Type{traverse.Bool}},
		{"false", "words for false are for bools", len(c.False) > 0, []traverse.Type{traverse.Bool}},
		{"codes", "codes are for fields", c.Codes != nil, traverse.Types()},
	} {
		if option.given && !is(option.types...) {
			p.problem(within(place, option.key), "%s", option.use)
		}
	}
	if is(traverse.Time, traverse.Date) {
		for _, format := range c.Format {
			if !isLayout(format) {
				continue
			}
			if problem := layoutProblem(format, holds.typ, p.binder.mapping.Zone); problem != "" {
				p.problem(within(place, "format"), "the format %s %s", shown.Quote(format), problem)
			}
		}
	}
	for _, code := range slices.Sorted(maps.Keys(c.Codes)) {
		if code != strings.TrimSpace(code) {
			p.problem(within(place, "codes"), "the code %s has blanks around it, which do not count in the file", shown.Quote(code))
		}
	}
	p.decimal(c.Decimal, within(place, "decimal"))
	p.boolWords(place, c.True, c.False)
	if slices.Contains(c.Unit, "") {
		p.problem(within(place, "unit"), "a unit must not be empty; numbers may always be without one")
	}
}

func (p *planner) decimal(sign string, place []string) {
	if sign != "" && sign != "." && sign != "," {
		p.problem(place, "the decimal sign must be . or ,")
	}
}

// boolWords checks the words for true and false of a column or the mapping.
func (p *planner) boolWords(place []string, yes, no []string) {
	for _, w := range yes {
		if slices.ContainsFunc(no, func(other string) bool { return strings.EqualFold(w, other) }) {
			p.problem(within(place, "false"), "%s means both true and false", shown.Quote(w))
		}
	}
}

// addLookup checks a lookup, and adds it if it is new.
func (p *planner) addLookup(asked *Lookup, place []string) {
	ok := true
	for _, part := range []struct{ key, value string }{{"file", asked.File}, {"by", asked.By}, {"name", asked.Name}} {
		if part.value == "" {
			ok = false
			p.problem(place, "the lookup has no %s", part.key)
		}
	}
	if !ok || p.binder.lookups[*asked] != nil {
		return
	}
	p.delimiter(asked.Delimiter, within(place, "delimiter"))
	p.layout(asked.File, asked.Header, asked.Records, func(key string) []string { return within(place, key) })
	up := &lookup{Lookup: *asked, place: place, fold: asked.Fold || p.binder.mapping.Fold, found: map[string]lookupValue{}}
	up.files = p.matches(up.File, within(place, "file"))
	p.binder.lookups[*asked] = up
}

// lookup checks the columns of a lookup against its files, after all tables are
// known.
func (p *planner) lookup(up *lookup) {
	for _, f := range up.files {
		form, shared := p.formOf(up, f)
		if shared && up.Delimiter != "" && goodDelimiter(up.Delimiter) && p.lookupForm(up, f).comma != form.comma {
			p.problem(within(up.place, "delimiter"), "a table gives %s the delimiter %s", fileName(f.base), shown.Quote(string(form.comma)))
		}
		names, ok := p.headerOf(f, form)
		if !ok {
			continue
		}
		for _, part := range []struct{ key, value string }{{"by", up.By}, {"name", up.Name}} {
			if _, problem := position(names, part.value); problem != nil {
				p.unbound(f, bindError{within(up.place, part.key), problem})
			}
		}
	}
}

// formOf returns the form of a file of a lookup, and whether a table reads the file,
// too.
func (p *planner) formOf(up *lookup, f file) (form, bool) {
	var same *tableFile
	for _, read := range p.files {
		switch {
		case read.file.path != f.path || up.Records != "" && read.form.records != up.Records:
		case same != nil && read.form.records != same.form.records:
			if !up.told {
				p.problem(within(up.place, "file"), "the tables read several arrays of %s; give the lookup its \"records\"", fileName(f.base))
			}
			up.told = true
			return same.form, true
		default:
			same = read
		}
	}
	if same != nil {
		return same.form, true
	}
	return p.lookupForm(up, f), false
}

// lookupForm returns the form of a file that only a lookup names.
func (p *planner) lookupForm(up *lookup, f file) form {
	return p.binder.mapping.form(f, &Table{Delimiter: up.Delimiter, Header: up.Header, Records: up.Records})
}

// matches returns the files that a pattern names, in the order of their names.
func (p *planner) matches(pattern string, place []string) []file {
	say := func(format string, args ...any) { p.problem(place, format, args...) }
	switch {
	case pattern == "":
		say("the file is missing")
		return nil
	case !fs.ValidPath(pattern) || pattern == ".":
		say("%s is not a path in the folder; write it with / and without . and ..", shown.Quote(pattern))
		return nil
	case !readable(pattern) && !strings.HasSuffix(pattern, "*"):
		say("%s is not a file that can be read; its name must end with .csv, .tsv, .txt, .ndjson or .json, perhaps followed by .gz; save a spreadsheet as CSV", shown.Quote(pattern))
		return nil
	}
	found := []string{pattern} // a name may contain special characters
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
		f := file{path: path.Join(p.dir, name), shown: p.show(name), base: name}
		info, err := fs.Stat(p.reader.fsys, f.path)
		if err != nil || !info.Mode().IsRegular() {
			say("%s cannot be read: it is not a file", fileName(name))
			continue
		}
		files = append(files, f)
	}
	return files
}

// hidden reports whether a file is hidden, or in a hidden folder, and the pattern
// does not ask for hidden files. They are not meant as data.
func hidden(name, pattern string) bool {
	asked := strings.Split(pattern, "/")
	for i, part := range strings.Split(name, "/") { // as many
		if strings.HasPrefix(part, ".") && !strings.HasPrefix(asked[i], ".") {
			return true
		}
	}
	return false
}

// readable reports whether a file with this name is of a kind that can be read.
func readable(name string) bool {
	name = plainName(name)
	return slices.ContainsFunc([]string{".csv", ".tsv", ".txt", ".ndjson", ".json"}, func(ext string) bool { return hasExt(name, ext) })
}

// namesIn returns the names of the files in a folder, except hidden ones.
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

// file checks the columns of tables against the header of their file.
func (p *planner) file(f *tableFile) {
	m := p.binder.mapping
	for _, i := range f.tables[1:] {
		t := &m.Tables[i]
		switch other := m.form(f.file, t); {
		case other.comma != f.form.comma && goodDelimiter(t.Delimiter) && goodDelimiter(m.Tables[f.tables[0]].Delimiter):
			p.problem(tablePlace(i, "delimiter"), "another table gives %s the delimiter %s", fileName(f.file.base), shown.Quote(string(f.form.comma)))
		case other.header != f.form.header:
			p.problem(tablePlace(i, "header"), "another table gives %s another header", fileName(f.file.base))
		case other.encoding != f.form.encoding:
			p.problem(tablePlace(i, "encoding"), "another table gives %s another encoding", fileName(f.file.base))
		}
	}
	names, ok := p.headerOf(f.file, f.form)
	if !ok {
		return
	}
	var asked []string // of columns
	var problems []bindError
	for _, i := range f.tables {
		_, _, wrong := p.binder.bind(i, func(name string) (int, *unfound) {
			asked = append(asked, name)
			return position(names, name)
		}, columnsOfNothing)
		problems = append(problems, wrong...)
	}
	if len(problems) == 0 {
		return
	}
	if line := p.headerLine(f, asked); line > 0 {
		p.problem(tablePlace(f.tables[0], "file"), `line %d of %s has the names of the columns; give the table "header": %d`, line, fileName(f.file.base), line)
		return
	}
	for _, problem := range problems {
		p.unbound(f.file, problem)
	}
}

// headerLine returns the line, after the first, of a row that has all of the names, or
// 0. A report has lines with its title before its columns.
func (p *planner) headerLine(f *tableFile, names []string) int {
	const most = 50
	if len(names) == 0 || f.form.header != 0 {
		return 0
	}
	for line := 2; line <= most; line++ {
		form := f.form
		form.header = line
		var h header
		quiet := p.reader.quiet(&reporter{out: &Report{}})
		if err := quiet.csv(f.file, form, &h); err != nil {
			return 0
		}
		if h.names != nil && !slices.ContainsFunc(names, func(name string) bool {
			_, missing := position(h.names, name)
			return missing != nil
		}) {
			return h.line
		}
	}
	return 0
}

// unbound reports a column that a file does not have.
func (p *planner) unbound(f file, e bindError) {
	p.loader.report.fail(p.binder.mapping.unbound(f, e.place, e.unfound))
}

// headerOf returns the names of a file's columns, and whether there are any: a JSON
// file has none, nor does a file with a problem.
func (p *planner) headerOf(f file, form form) ([]string, bool) {
	if !isCells(f) || form.encoding != "" && p.reader.decoder(form.encoding) == nil {
		return nil, false
	}
	key := laidOut{f.path, form}
	names, ok := p.headers[key]
	if !ok {
		var h header
		if err := p.reader.csv(f, form, &h); err != nil {
			p.errs = append(p.errs, err)
		}
		names, p.headers[key] = h.names, h.names
	}
	return names, names != nil
}

// plan returns the files in the order in which they are to be read: those of lookups
// first.
func (p *planner) plan() *plan {
	out := &plan{note: p.unnamed()}
	read := map[laidOut]bool{} // by lookups
	for _, up := range p.inOrder() {
		for _, f := range up.files {
			form, shared := p.formOf(up, f)
			key := laidOut{f.path, form}
			quiet := shared || read[key]
			read[key] = true
			out.parts = append(out.parts, part{file: f, form: form, sink: func() sink {
				return newLookupFile(p.loader, p.binder.mapping, up, f, quiet)
			}})
		}
	}
	for _, f := range p.files {
		out.parts = append(out.parts, part{file: f.file, form: f.form, sink: func() sink {
			return p.binder.mappedFile(p.loader, f.file, f.tables)
		}})
	}
	return out
}

// unnamed returns a note about the files of the folder that look like tables but are
// not in the mapping, or "".
func (p *planner) unnamed() string {
	read := map[string]bool{}
	for _, f := range p.files {
		read[f.file.base] = true
	}
	for _, up := range p.binder.lookups {
		for _, f := range up.files {
			read[f.base] = true
		}
	}
	var ignored list
	for _, name := range namesIn(p.folder, ".") {
		kind := plainName(name)
		if !read[name] && (hasExt(kind, ".csv") || hasExt(kind, ".tsv") || hasExt(kind, ".ndjson")) {
			ignored.add(name, fileName(name))
		}
	}
	if names := ignored.String(); names != "" {
		return p.show("") + ": the mapping does not name the files " + names
	}
	return ""
}
