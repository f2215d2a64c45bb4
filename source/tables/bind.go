package tables

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// A binder binds the tables of a mapping to the files that they name.
type binder struct {
	mapping *Mapping
	loader  *loader
	zone    *time.Location // of times without an offset
	days    *time.Location // of days where times are wanted
	lookups map[Lookup]*lookup
	numbers map[string]*readings // by the key of the place of a column
	nears   map[string]*near     // by that and the kind of the warning
}

// A bindError says why a column of a mapping is not bound to a file, and where in
// the mapping the column is.
type bindError struct {
	place []string
	*unfound
}

// columnsOfNothing replaces the columns of an entity where only names matter.
func columnsOfNothing(string) column { return column{} }

// bind binds the columns of a table to a file: position returns the position of a
// column in the file, and holds the column of a field.
func (p *binder) bind(i int, position func(string) (int, *unfound), holds func(string) column) ([]binding, []filter, []bindError) {
	t := &p.mapping.Tables[i]
	var bound []binding
	var where []filter
	var problems []bindError
	find := func(place []string, name string) int {
		at, missing := position(name)
		if missing != nil {
			problems = append(problems, bindError{place, missing})
		}
		return at
	}
	add := func(place []string, name string, c *Column) {
		null := p.mapping.Null
		if c.Null != nil {
			null = c.Null
		}
		b := binding{column: holds(name), null: p.words(null, place, NearNull, name), style: newStyle(p.mapping, c, timeStyle{zone: p.zone, days: p.days})}
		b.column.shown = c.shown()
		b.style.numbers.seen = p.readings(i, place, name)
		if c.Lookup != nil {
			b.lookup = p.lookups[*c.Lookup]
			b.nearKey = p.near(place, NearKey, name)
			b.nearKey.column = c.Lookup.File
		}
		switch parsed, problem := parseTemplate(c.Template); {
		case c.Name == "" && c.Template == "" || c.Template != "" && problem != "":
			return // which has been reported
		case c.Template == "":
			b.cells = []int{find(within(place, "name"), c.Name)}
		default:
			b.template = &parsed
			for _, name := range parsed.columns {
				b.cells = append(b.cells, find(within(place, "template"), name))
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
		place := tablePlace(i, "where", name)
		listed := p.words(t.Where[name], place, NearWhere, "")
		listed.near.column = name
		where = append(where, filter{name, find(place, name), listed})
	}
	return bound, where, problems
}

// readings returns those of the numbers of a column, which all files of a table share.
func (p *binder) readings(i int, place []string, name string) *readings {
	key := placeKey(place)
	if p.numbers[key] == nil {
		p.numbers[key] = p.loader.readings(p.mapping.Tables[i].Entity, name, place)
	}
	return p.numbers[key]
}

// words returns the words that the cells of a column at a place are compared with.
// The field is what the column holds, or "" for where.
func (p *binder) words(list []string, place []string, kind WarningKind, field string) words {
	return newWords(list, p.mapping.Fold, p.near(place, kind, field))
}

// near returns what counts the almost equal texts of a column, which all files of a
// table share.
func (p *binder) near(place []string, kind WarningKind, field string) *near {
	key := placeKey(place) + "\x00" + string(kind)
	if p.nears[key] == nil {
		i, _ := strconv.Atoi(place[1]) // of a table: see tablePlace
		t := &p.mapping.Tables[i]
		n := &near{warning: Warning{Kind: kind, Entity: t.Entity, Field: field, File: t.File, Help: nearHelp[kind]}}
		p.nears[key] = n
		p.loader.near = append(p.loader.near, n)
	}
	return p.nears[key]
}

var nearHelp = map[WarningKind]string{
	NearWhere: `list the text in where, or give the mapping "fold": true if letter case and outer blanks do not count`,
	NearNull:  `list the text in null, or give the mapping "fold": true if letter case and outer blanks do not count`,
	NearKey:   `write the keys alike, or give the lookup "fold": true if letter case and outer blanks do not count`,
}

// A mappedFile is a sink for a file that is read for several tables.
type mappedFile struct {
	keys
	binder  *binder
	loader  *loader
	tables  []*rowTable
	numbers []int // of the tables in the mapping
}

// mappedFile returns a sink for the records that tables of the mapping have in a file.
func (p *binder) mappedFile(l *loader, f file, tables []int) *mappedFile {
	out := &mappedFile{keys: keys{file: f}, binder: p, loader: l, numbers: tables}
	made := map[string]*madeIDs{} // the tables of an entity share made-up ids
	for _, i := range tables {
		e := l.schema.Entity(p.mapping.Tables[i].Entity)
		t := l.table(f, e)
		if made[e.Name()] == nil {
			made[e.Name()] = t.made
		}
		t.made = made[e.Name()]
		out.tables = append(out.tables, &rowTable{table: t})
	}
	out.keys.to = out
	if !isCells(f) {
		out.bind(out.keys.position)
	}
	return out
}

// header implements sink.
func (f *mappedFile) header(names []string, _ int) bool {
	return f.bind(func(name string) (int, *unfound) { return position(names, name) })
}

func (f *mappedFile) bind(position func(string) (int, *unfound)) bool {
	ok := true
	for n, t := range f.tables {
		columns := f.loader.columnsOf(t.table.entity)
		bound, where, problems := f.binder.bind(f.numbers[n], position, func(name string) column { return columns[name] })
		t.bind(bound, where)
		for _, problem := range problems { // the file has changed since it was checked
			f.loader.report.fail(f.binder.mapping.unbound(f.file, problem.place, problem.unfound))
			ok = false
		}
	}
	return ok
}

// row implements sink.
func (f *mappedFile) row(r *row) {
	for _, t := range f.tables {
		t.row(r)
	}
	f.loader.report.flush()
}

// reject implements sink: the row would have been offered to each table.
func (f *mappedFile) reject(start int, p Problem) {
	for _, t := range f.tables {
		t.table.reject(start, p)
	}
	f.loader.report.flush()
}

// end implements sink.
func (f *mappedFile) end() {
	report, base := f.loader.report, fileName(f.file.base)
	rows, passed := 0, map[string]int{}
	for _, t := range f.tables {
		rows = t.rows // the same for all
		passed[t.table.entity.Name()] += t.passed
	}
	var none list
	for _, t := range f.tables {
		if name := t.table.entity.Name(); rows > 0 && passed[name] == 0 {
			none.add(name, name)
		}
	}
	if names := none.String(); names != "" {
		report.note("%s: the mapping's where leaves none of the %d rows for %s", base, rows, names)
	}
	for _, t := range f.tables {
		for i := range t.bound {
			b := &t.bound[i]
			if b.missed > 0 {
				report.note("%s: %s: %d of %d keys are not in %s, so %s.%s is null there",
					base, plain(b.column.shown), b.missed, b.asked, fileName(b.lookup.File), t.table.entity.Name(), b.column.name)
			}
		}
	}
	f.keys.note(report)
}
