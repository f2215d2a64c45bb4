package tables

import (
	"fmt"
	"strings"

	"github.com/leadscore/leadscore/internal/alike"
	"github.com/leadscore/leadscore/internal/shown"
)

// A lookup holds the values of rows by their keys.
type lookup struct {
	Lookup
	place []string
	files []file
	fold  bool // keys are folded by foldKey
	told  bool // it has been reported that its file has several arrays
	found map[string]lookupValue
	keys  *alike.IDs // the keys; nil until one is not found
}

// A lookupValue is the value of the rows with a key.
type lookupValue struct {
	value  string // or why it cannot be read
	number bool   // of JSON
	is     lookupKind
}

type lookupKind uint8

const (
	one        lookupKind = iota
	several               // which differ
	unreadable            // as text
)

// find returns the value of the rows with a key, and whether there are such rows. It
// returns an error if the value cannot be used.
func (up *lookup) find(key string) (value lookupValue, ok bool, err error) {
	by := key
	if up.fold {
		by = foldKey(key)
	}
	found, ok := up.found[by]
	switch {
	case !ok:
		return found, false, nil
	case found.is == several:
		return found, true, fmt.Errorf("%s is in several rows of %s, and their %s differ", shown.Quote(key), fileName(up.File), plain(up.Name))
	case found.is == unreadable:
		return found, true, fmt.Errorf("%s of %s in %s: %s", plain(up.Name), shown.Quote(key), fileName(up.File), found.value)
	}
	return found, true, nil
}

// near returns the key that almost equals one that is not found, or "".
func (up *lookup) near(key string) string {
	if up.keys == nil {
		up.keys = alike.NewIDs(func(yield func(string)) {
			for k := range up.found {
				yield(k)
			}
		})
	}
	return up.keys.Near(key)
}

// A lookupFile is a sink that fills a lookup from one of its files.
type lookupFile struct {
	keys
	lookup   *lookup
	mapping  *Mapping
	shared   interner
	report   *reporter
	by, name int
	quiet    bool     // a table also reads the file, or another lookup has read it,
	own      Problems // and reports its problems, except these
}

func newLookupFile(l *loader, m *Mapping, up *lookup, f file, quiet bool) *lookupFile {
	x := &lookupFile{keys: keys{file: f}, lookup: up, mapping: m, shared: l.shared, report: l.report, quiet: quiet}
	x.keys.to = x
	if !isCells(f) {
		x.bind(x.keys.position)
	}
	return x
}

// bind finds the columns of the lookup: position returns where the file has one.
func (x *lookupFile) bind(position func(string) (int, *unfound)) bool {
	ok := true
	find := func(key, name string) int {
		at, missing := position(name)
		if missing != nil { // the file has changed since it was checked
			x.report.fail(x.mapping.unbound(x.file, within(x.lookup.place, key), missing))
			ok = false
		}
		return at
	}
	x.by, x.name = find("by", x.lookup.By), find("name", x.lookup.Name)
	return ok
}

// header implements sink.
func (x *lookupFile) header(names []string, _ int) bool {
	return x.bind(func(name string) (int, *unfound) { return position(names, name) })
}

// row implements sink.
func (x *lookupFile) row(r *row) {
	key, err := x.text(r, x.by)
	if err != nil {
		p := Problem{File: x.file.shown, Line: r.line(x.by), Column: x.lookup.By, Message: err.Error()}
		switch {
		case !x.report.isNew(p):
		case x.quiet:
			x.own.add(p)
		default:
			x.reject(0, p)
		}
		return
	}
	if key == "" {
		return
	}
	var now lookupValue
	if now.value, err = x.text(r, x.name); err != nil {
		now = lookupValue{value: err.Error(), is: unreadable}
	}
	now.number = r.raw != nil && r.raw[x.name] != nil && isNumber(r.raw[x.name][0])
	if x.lookup.fold {
		if key = foldKey(key); key == "" {
			return
		}
	}
	was, ok := x.lookup.found[key]
	switch {
	case !ok:
		now.value = x.shared.text(now.value)
		x.lookup.found[strings.Clone(key)] = now
	case (was.value != now.value || was.is != now.is) && was.is != several:
		was.is = several
		x.lookup.found[key] = was
	}
}

// text returns the text of a column in a row.
func (x *lookupFile) text(r *row, at int) (string, error) {
	if r.raw != nil && r.raw[at] != nil && isNested(r.raw[at]) {
		return "", noText(r.raw[at])
	}
	return r.text(at)
}

// reject implements sink.
func (x *lookupFile) reject(_ int, p Problem) { x.report.out.Problems.add(p) }

// end implements sink.
func (x *lookupFile) end() { x.keys.note(x.report) }
