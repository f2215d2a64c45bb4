package tables

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// An entityFile is a sink for a file, or a part of one, that is named after its
// entity: its columns or keys have the names of fields and references.
type entityFile struct {
	rowTable
	columns map[string]column
	ignored list
	place   string // in notes
}

// entityFile returns a sink for the records of an entity. Notes call it place.
func (l *loader) entityFile(f file, e *traverse.Entity, place string) *entityFile {
	return &entityFile{rowTable: rowTable{table: l.table(f, e)}, columns: l.columnsOf(e), place: place}
}

// header implements sink.
func (c *entityFile) header(names []string, line int) bool {
	at := map[string]int{}
	report, file := c.table.l.report, c.table.file
	ok := true
	for _, name := range names {
		if at[name]++; at[name] == 2 && c.columns[name].kind != unknown {
			report.broken(file, line, "the column %s appears twice", plain(name))
			ok = false
		}
	}
	var bound []binding
	for i, name := range names {
		if known := c.column(name, func(n string) bool { return at[n] > 0 }); known.kind != unknown {
			bound = append(bound, binding{column: known, cells: []int{i}})
		}
	}
	c.bind(bound, nil)
	if at[idColumn] == 0 && c.table.entity.Kind() == traverse.Profile {
		hint := ""
		if near := nearest.Name(idColumn, slices.Values(names)); near != "" {
			hint = "; rename the column " + printable(near)
		} else if len(names) == 1 && strings.Contains(names[0], "\t") {
			hint = "; the columns are separated by tabs: separate them by commas, or give a mapping"
		} else if len(names) == 1 && strings.Contains(names[0], ";") {
			hint = "; the columns are separated by semicolons: separate them by commas, or give a mapping"
		}
		report.broken(file, line, "there is no column id; every record of a profile needs one%s", hint)
		ok = false
	}
	if ok {
		c.noteIgnored("columns")
	}
	return ok
}

// column returns the meaning of a header or key, and collects those without one.
func (c *entityFile) column(name string, taken func(string) bool) column {
	known, ok := c.columns[name]
	if ok || !c.ignored.wants(name) {
		return known
	}
	entity := c.table.entity
	near := nearest.Name(name, func(yield func(string) bool) {
		if !yield(idColumn) {
			return
		}
		for n := range stored(entity) {
			if !taken(n) && !yield(n) {
				return
			}
		}
	})
	shown := plain(name)
	switch r, inverse := entity.Relationship(name); {
	case inverse:
		shown += fmt.Sprintf(" (which follows from %s.%s)", r.Target, r.Via)
	case near != "":
		shown += fmt.Sprintf(" (did you mean %s?)", near)
	}
	c.ignored.add(name, shown)
	return known
}

// row implements sink.
func (c *entityFile) row(r *row) {
	c.rowTable.row(r)
	c.table.l.report.flush()
}

// object implements sink.
func (c *entityFile) object(line int, raw []byte) {
	defer c.table.l.report.flush()
	t := c.table
	t.begin(line)
	if raw[0] != '{' {
		t.problem(line, "", "want an object for the record, not %s", describe(raw))
		t.count()
		return
	}
	for line, m := range named(line, raw) {
		if m.wrong != "" {
			t.problem(line, m.name, "%s", m.wrong)
			continue
		}
		known := c.column(m.name, func(string) bool { return false })
		if known.kind == unknown || m.value[0] == 'n' {
			continue
		}
		v, err := t.json(&known, m.value)
		t.set(line, &known, v, err)
	}
	t.load()
}

// reject implements sink.
func (c *entityFile) reject(start int, p Problem) {
	c.table.reject(start, p)
	c.table.l.report.flush()
}

// end implements sink.
func (c *entityFile) end() { c.noteIgnored("keys") }

// noteIgnored adds a note about the columns or keys that were ignored, once.
func (c *entityFile) noteIgnored(what string) {
	if names := c.ignored.String(); names != "" {
		c.table.l.report.note("%s: ignored %s %s", c.place, what, names)
	}
	c.ignored = list{}
}

// planFolder returns a plan for the files of a folder that are named after entities.
func planFolder(l *loader, r *reader, dir string, show func(string) string) (*plan, error) {
	entries, err := fs.ReadDir(r.fsys, dir)
	if err != nil {
		return nil, err
	}
	p := &plan{}
	var ignored list
	whole := "" // the first .json file, which has data of all entities
	for _, entry := range entries {
		base := entry.Name()
		if strings.HasPrefix(base, ".") {
			continue // hidden: no user means it as data
		}
		f := file{path: path.Join(dir, base), shown: show(base), base: base}
		unpacked := plainName(base)
		if !hasExt(unpacked, ".csv") && !hasExt(unpacked, ".ndjson") {
			ignored.add(base, fileName(base))
			if whole == "" && hasExt(unpacked, ".json") {
				whole = show(base)
			}
			continue
		}
		info, err := fs.Stat(r.fsys, f.path)
		switch {
		case err != nil:
			p.parts = append(p.parts, part{err: unopened(err)})
		case !info.Mode().IsRegular(): // a folder, or a pipe, from which nothing may ever come
			ignored.add(base, fileName(base))
		default:
			p.parts = append(p.parts, part{file: f, form: form{comma: ','}, sink: func() sink {
				e := l.entity(strings.TrimSuffix(unpacked, path.Ext(unpacked)), f, 0)
				if e == nil {
					return nil
				}
				return l.entityFile(f, e, f.base)
			}})
		}
	}
	if len(p.parts) == 0 && whole != "" {
		return nil, fmt.Errorf("%s has no tables; to load %s, name it in place of the folder", show(""), whole)
	}
	if len(p.parts) == 0 {
		return nil, fmt.Errorf("%s has no tables; name them <Entity>.csv or <Entity>.ndjson, or give a mapping", show(""))
	}
	if names := ignored.String(); names != "" {
		p.note = show("") + ": ignored files " + names
	}
	return p, nil
}

// members returns a function that returns the sinks for the members of a .json file,
// which are named after entities.
func (l *loader) members(f file) func(name string, line int) sink {
	seen := map[string]bool{}
	return func(name string, line int) sink {
		e := l.entity(name, f, line)
		if e != nil && seen[name] {
			l.report.broken(f, line, "%s appears twice", plain(name))
			e = nil
		}
		seen[name] = true
		if e == nil {
			return nil
		}
		return l.entityFile(f, e, f.base+": "+name)
	}
}
