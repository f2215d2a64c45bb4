package tables

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// A binding is where a row holds what a column is.
type binding struct {
	column   column
	cells    []int     // the cell, or those of the template
	template *template // or nil
	null     []string
	style    *style // nil = as it is without a mapping
	lookup   *lookup
	asked    int // how many keys were looked up
	missed   int // and how many of them are not there
}

// A filter is what must stand in a cell.
type filter struct {
	name  string
	at    int
	words []string
}

// mapped loads the files of a folder that a mapping names.
func (l *loader) mapped(name string, show func(string) string, m *Mapping) error {
	p, err := l.plan(name, show, m)
	if err != nil || l.fatal {
		return err
	}
	var errs []error
	for _, key := range slices.SortedFunc(maps.Keys(p.lookups), compareLookups) {
		if err := l.fill(p, p.lookups[key]); err != nil {
			errs = append(errs, err)
		}
	}
	for _, f := range p.files {
		if err := l.readPlanned(p, f); err != nil {
			errs = append(errs, err)
		}
	}
	l.noteUnnamed(p)
	return errors.Join(errs...)
}

// noteUnnamed notes the files of the folder that look like tables and that
// nothing names.
func (l *loader) noteUnnamed(p *plan) {
	read := map[string]bool{}
	for _, f := range p.files {
		read[f.file.base] = true
	}
	for _, up := range p.lookups {
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
		l.note("%s: the mapping names no files %s", p.show(""), names)
	}
}

// read reads a file of any kind.
func (l *loader) read(f file, comma rune, to interface {
	reader
	taker
}) error {
	name := plainName(f.path)
	switch {
	case hasExt(name, ".ndjson"):
		defer to.end()
		return l.ndjson(f, to)
	case hasExt(name, ".json"):
		defer to.end()
		return l.jsonArray(f, to)
	}
	return l.csv(f, comma, to)
}

// readPlanned reads a file for all tables that it feeds.
func (l *loader) readPlanned(p *plan, f *planned) error {
	many := &feeding{keys: keys{file: f.file}, l: l, plan: p}
	made := map[string]*madeIDs{} // the tables of an entity share what is made up
	for _, i := range f.tables {
		e := l.schema.Entity(p.mapping.Tables[i].Entity)
		t := l.newTable(f.file, e)
		if made[e.Name()] == nil {
			made[e.Name()] = t.made
		}
		t.made = made[e.Name()]
		many.tables, many.numbers = append(many.tables, t), append(many.numbers, i)
	}
	many.keys.to = many
	if !isCells(f.file) {
		many.bind(many.keys.position)
	}
	return l.read(f.file, comma(f.file, p.mapping.Tables[f.tables[0]].Delimiter), many)
}

// columnsOfNothing stands for the columns of an entity where only names count.
func columnsOfNothing(string) column { return column{} }

// bind finds what a table asks of a file: position returns where the file has a
// column, holds what the schema knows of a field.
func (p *plan) bind(i int, position func(string) (int, *unfound), holds func(string) column) ([]binding, []filter, []bindError) {
	t := &p.mapping.Tables[i]
	var bound []binding
	var where []filter
	var problems []bindError
	find := func(place []string, name string) int {
		at, missing := position(name)
		if missing != nil {
			problems = append(problems, bindError{place, missing.message, missing.near})
		}
		return at
	}
	add := func(place []string, name string, c *Column) {
		b := binding{column: holds(name), null: p.mapping.Null, style: &style{c.Format, p.zone, c.Separator}}
		b.column.shown = c.shown()
		if c.Null != nil {
			b.null = c.Null
		}
		if c.Lookup != nil {
			b.lookup = p.lookups[*c.Lookup]
		}
		switch parsed, problem := parseTemplate(c.Template); {
		case c.Name == "" && c.Template == "" || c.Template != "" && problem != "":
			return // which has been told
		case c.Template == "":
			b.cells = []int{find(append(slices.Clip(place), "name"), c.Name)}
		default:
			b.template = &parsed
			for _, name := range parsed.columns {
				b.cells = append(b.cells, find(append(slices.Clip(place), "template"), name))
			}
		}
		bound = append(bound, b)
	}
	if !t.ID.isZero() {
		add(tablePlace(i, "id"), idColumn, &t.ID)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Columns)) {
		c := t.Columns[name]
		add(tablePlace(i, "columns", name), name, &c)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Where)) {
		where = append(where, filter{name, find(tablePlace(i, "where", name), name), t.Where[name]})
	}
	return bound, where, problems
}

// A feeding is a file that is read for several tables.
type feeding struct {
	keys
	l       *loader
	plan    *plan
	tables  []*table
	numbers []int // in the mapping
}

// header implements reader.
func (f *feeding) header(names []string, _ int) bool {
	return f.bind(func(name string) (int, *unfound) { return position(names, name) })
}

func (f *feeding) bind(position func(string) (int, *unfound)) bool {
	ok := true
	for n, t := range f.tables {
		columns := f.l.columnsOf(t.entity)
		var problems []bindError
		t.bound, t.where, problems = f.plan.bind(f.numbers[n], position, func(name string) column { return columns[name] })
		for _, problem := range problems { // of a file that has changed since it was checked
			f.l.unbound(f.plan.mapping, f.file, problem)
			ok = false
		}
	}
	return ok
}

// row implements reader.
func (f *feeding) row(r *row) {
	for _, t := range f.tables {
		t.row(r)
	}
	f.l.tell()
}

// reject implements reader: the row would have been offered to each table.
func (f *feeding) reject(start int, p Problem) {
	for _, t := range f.tables {
		t.reject(start, p)
	}
	f.l.tell()
}

// tell reports what is wrong with the records of a row, and the same only once.
func (l *loader) tell() {
	if len(l.held) == 0 {
		return
	}
	slices.SortStableFunc(l.held, func(p, q Problem) int { return p.Line - q.Line })
	seen := make(map[Problem]bool, len(l.held))
	for _, p := range l.held {
		if !seen[p] && !l.told[p] {
			l.data.Report.Problems.add(p)
		}
		seen[p] = true
	}
	l.held = l.held[:0]
}

// once reports whether a problem is new, and has tables that find it later not
// tell it once more.
func (l *loader) once(p Problem) bool {
	if l.told[p] {
		return false
	}
	if l.told == nil {
		l.told = map[Problem]bool{}
	}
	if len(l.told) < MaxProblems { // of others it does not show
		l.told[p] = true
	}
	return true
}

// end implements reader.
func (f *feeding) end() {
	rows, passed := 0, map[string]int{}
	for _, t := range f.tables {
		rows = t.rows // the same for all
		passed[t.entity.Name()] += t.passed
	}
	var none list
	for _, t := range f.tables {
		if name := t.entity.Name(); rows > 0 && passed[name] == 0 {
			none.add(name, name)
		}
	}
	if names := none.String(); names != "" {
		f.l.note("%s: by the mapping's where, none of the %d rows is %s", fileName(f.file.base), rows, names)
	}
	for _, t := range f.tables {
		for i := range t.bound {
			b := &t.bound[i]
			if b.missed > 0 {
				f.l.note("%s: %s: %d of %d keys are not in %s, for %s.%s, which is null there",
					fileName(f.file.base), plain(b.column.shown), b.missed, b.asked, fileName(b.lookup.File), t.entity.Name(), b.column.name)
			}
		}
	}
	f.keys.note(f.l)
}

// row loads a record, if the row is meant.
func (t *table) row(r *row) {
	t.rows++
	t.bad = t.bad[:0]
	for i := range t.where {
		w := &t.where[i]
		switch cell, err := r.text(w.at); {
		case err != nil: // it is not known whether the row is meant
			t.problem(r.line(w.at), w.name, "%v", err)
		case !slices.Contains(w.words, cell):
			return
		}
	}
	t.passed++
	if len(t.bad) > 0 {
		t.count()
		return
	}
	t.begin(r.begin)
	for i := range t.bound {
		b := &t.bound[i]
		cell, err := b.text(r)
		if cell == "" && err == nil {
			continue
		}
		var v traverse.Value
		if err == nil {
			v, err = t.cell(b, cell, r)
		}
		t.set(r.line(b.cells[0]), &b.column, v, err)
	}
	t.load()
}

// text returns what a row holds of a column: "" if it, or a part of a template,
// is null.
func (b *binding) text(r *row) (string, error) {
	if b.template == nil {
		return b.part(r, b.cells[0])
	}
	var text strings.Builder
	for i, at := range b.cells {
		cell, err := b.part(r, at)
		if cell == "" || err != nil {
			return "", err
		}
		text.WriteString(b.template.texts[i])
		text.WriteString(cell)
	}
	text.WriteString(b.template.texts[len(b.cells)])
	return text.String(), nil
}

func (b *binding) part(r *row, at int) (string, error) {
	cell, err := r.text(at)
	if len(b.null) > 0 && slices.Contains(b.null, cell) {
		cell = ""
	}
	return cell, err
}

// cell reads what a binding has found.
func (t *table) cell(b *binding, cell string, r *row) (traverse.Value, error) {
	c := &b.column
	if r.raw != nil {
		bare := b.template == nil && b.lookup == nil
		for _, at := range b.cells {
			raw := r.raw[at]
			switch {
			case raw[0] == '[' && bare && c.kind == field && c.typ == traverse.Choices:
				return t.choices(raw)
			case raw[0] == '[' || raw[0] == '{':
				return traverse.Value{}, noText(raw)
			case raw[0] != '"' && bare && c.kind != field:
				return t.json(c, raw)
			}
		}
	}
	if b.lookup != nil {
		b.asked++
		found, ok := b.lookup.found[cell]
		switch {
		case !ok:
			b.missed++
			return traverse.Value{}, nil
		case found.is == several:
			return traverse.Value{}, fmt.Errorf("%s is in several rows of %s, and their %s differ", shown.Quote(cell), fileName(b.lookup.File), plain(b.lookup.Name))
		case found.is == unreadable:
			return traverse.Value{}, fmt.Errorf("%s of %s in %s: %s", plain(b.lookup.Name), shown.Quote(cell), fileName(b.lookup.File), found.value)
		case found.value == "" || slices.Contains(b.null, found.value):
			return traverse.Value{}, nil
		}
		cell = found.value
	}
	if b.style == nil || c.kind != field {
		return t.text(c, cell)
	}
	switch c.typ {
	case traverse.Text, traverse.Choice, traverse.Choices:
		cell = t.l.shared.text(cell)
	}
	return b.style.read(c.typ, cell)
}

// noText says that a JSON value is neither a text nor what can stand for one.
func noText(raw []byte) error {
	return fmt.Errorf("want a text, a number, true or false, not %s", describe(raw))
}

// keys turns the objects of a JSON file into rows of the keys that are asked for.
type keys struct {
	file  file
	to    reader
	slots map[string]int
	names []string
	seen  []bool
	r     row
	other list // keys that nobody asks for, to suggest
}

// position returns the position of a key, which every file may have.
func (k *keys) position(name string) (int, *unfound) {
	at, ok := k.slots[name]
	if !ok {
		if k.slots == nil {
			k.slots = map[string]int{}
		}
		at = len(k.names)
		k.slots[name] = at
		k.names, k.seen = append(k.names, name), append(k.seen, false)
		k.r.cells, k.r.raw, k.r.lines = append(k.r.cells, ""), append(k.r.raw, nil), append(k.r.lines, 0)
		k.r.errs = append(k.r.errs, nil)
	}
	return at, nil
}

// object implements taker.
func (k *keys) object(line int, raw []byte) {
	reject := func(line int, column, message string) {
		k.to.reject(k.r.begin, Problem{File: k.file.shown, Line: line, Column: column, Message: message})
	}
	k.r.begin = line
	if raw[0] != '{' {
		reject(line, "", "want an object as the record, not "+describe(raw))
		return
	}
	for i := range k.names {
		k.r.cells[i], k.r.raw[i], k.r.lines[i], k.r.errs[i] = "", nil, line, nil
	}
	for line, m := range named(line, raw) {
		if m.wrong != "" {
			reject(line, m.name, m.wrong)
			return
		}
		i, asked := k.slots[m.name]
		if !asked {
			k.other.add(m.name, m.name)
			continue
		}
		k.seen[i] = true
		k.r.raw[i], k.r.lines[i] = m.value, line
		switch m.value[0] {
		case 'n':
		case '"':
			k.r.cells[i], k.r.errs[i] = unquote(m.value)
		default:
			k.r.cells[i] = string(m.value)
		}
	}
	k.to.row(&k.r)
}

// note notes the keys that no record had.
func (k *keys) note(l *loader) {
	for i, name := range k.names {
		if !k.seen[i] {
			note := fmt.Sprintf("%s: no record has the key %s%s", fileName(k.file.base), plain(name), didYouMean(nearest.Name(name, slices.Values(k.other.names))))
			if !slices.Contains(l.data.Report.Notes, note) { // lookups and tables may ask for the same
				l.note("%s", note)
			}
		}
	}
}

// A lookup is the rows of files by their keys.
type lookup struct {
	Lookup
	place []string
	files []file
	found map[string]looked
}

// A looked is what rows have for a key.
type looked struct {
	value string // or why it cannot be read
	is    lookedKind
}

type lookedKind uint8

const (
	one        lookedKind = iota
	several               // which differ
	unreadable            // text, or no text
)

func compareLookups(a, b Lookup) int {
	return slices.Compare([]string{a.File, a.By, a.Name, a.Delimiter}, []string{b.File, b.By, b.Name, b.Delimiter})
}

// fill reads the files of a lookup.
func (l *loader) fill(p *plan, up *lookup) error {
	up.found = map[string]looked{}
	var errs []error
	for _, f := range up.files {
		delimiter, told := p.delimiter(up, f)
		way := cut{f.path, comma(f, delimiter)}
		told = told || p.filled[way]
		p.filled[way] = true
		x := &filling{keys: keys{file: f}, l: l, plan: p, lookup: up, shared: told}
		x.keys.to = x
		if !isCells(f) {
			x.by, _ = x.keys.position(up.By)
			x.name, _ = x.keys.position(up.Name)
		}
		before := l.data.Report.Problems
		err := l.read(f, way.comma, x)
		if told { // by the table that reads the file, too, or by a lookup that has read it
			l.data.Report.Problems, err = before, nil
			l.data.Report.Problems.join(&x.own)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// A filling is a file that is read for a lookup.
type filling struct {
	keys
	l        *loader
	plan     *plan
	lookup   *lookup
	by, name int
	shared   bool     // a table reads the file, too, or a lookup has
	own      Problems // which these may not tell
}

// header implements reader.
func (x *filling) header(names []string, _ int) bool {
	var problems [2]*unfound
	x.by, problems[0] = position(names, x.lookup.By)
	x.name, problems[1] = position(names, x.lookup.Name)
	for i, problem := range problems { // of a file that has changed since it was checked
		if problem != nil {
			x.l.unbound(x.plan.mapping, x.file, bindError{append(slices.Clip(x.lookup.place), []string{"by", "name"}[i]), problem.message, problem.near})
		}
	}
	return problems[0] == nil && problems[1] == nil
}

// row implements reader.
func (x *filling) row(r *row) {
	key, err := x.text(r, x.by)
	if err != nil {
		p := Problem{File: x.file.shown, Line: r.line(x.by), Column: x.lookup.By, Message: err.Error()}
		switch {
		case !x.l.once(p):
		case x.shared:
			x.own.add(p)
		default:
			x.reject(0, p)
		}
		return
	}
	if key == "" {
		return
	}
	var now looked
	if now.value, err = x.text(r, x.name); err != nil {
		now = looked{err.Error(), unreadable}
	}
	was, ok := x.lookup.found[key]
	switch {
	case !ok:
		now.value = x.l.shared.text(now.value)
		x.lookup.found[strings.Clone(key)] = now
	case was != now && was.is != several:
		was.is = several
		x.lookup.found[key] = was
	}
}

// text returns what a row has in a column.
func (x *filling) text(r *row, at int) (string, error) {
	if r.raw != nil && r.raw[at] != nil && (r.raw[at][0] == '[' || r.raw[at][0] == '{') {
		return "", noText(r.raw[at])
	}
	return r.text(at)
}

// reject implements reader.
func (x *filling) reject(_ int, p Problem) { x.l.data.Report.Problems.add(p) }

// end implements reader.
func (x *filling) end() { x.keys.note(x.l) }
