package tables

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
)

// A sink takes the records of a file: rows of CSV, or objects of JSON.
type sink interface {
	// header takes the names of the columns of a CSV file. It returns false, after
	// reporting why, if the file cannot be read with them.
	header(names []string, line int) bool
	row(r *row)
	// object takes a valid JSON value that begins on a line.
	object(line int, raw []byte)
	// reject takes the problem of a record that begins on the line start and cannot
	// be read.
	reject(start int, p Problem)
	// end is called after the last record, but not if header has returned false or
	// was not called.
	end()
}

// nothing is a sink for records that are skipped.
type nothing struct{}

func (nothing) header([]string, int) bool { return false }
func (nothing) row(*row)                  {}
func (nothing) object(int, []byte)        {}
func (nothing) reject(int, Problem)       {}
func (nothing) end()                      {}

// A header is a sink that keeps the header of a file, and reads no further.
type header struct {
	nothing
	names []string
	line  int
}

func (h *header) header(names []string, line int) bool {
	h.names, h.line = names, line
	return false
}

// A row is a record of a file, as text. It is valid until the next one is read.
type row struct {
	cells []string
	csv   *csvLines // of a CSV file, or
	raw   [][]byte  // the JSON values of the cells; nil = missing
	lines []int     // and their lines
	errs  []error   // and the errors of their texts
	begin int
}

// line returns the line of a cell.
func (r *row) line(i int) int {
	if r.csv == nil {
		return r.lines[i]
	}
	return r.csv.line(i)
}

// text returns the text of a cell, or an error if it has none.
func (r *row) text(i int) (string, error) {
	switch cell := r.cells[i]; {
	case r.errs != nil && r.errs[i] != nil:
		return "", r.errs[i]
	case !utf8.ValidString(cell):
		return "", errors.New(encoded)
	default:
		return cell, nil
	}
}

// An unfound says why a name is not bound to a column of a header.
type unfound struct{ message, near string }

// position returns the position of a column in a header.
func position(names []string, name string) (int, *unfound) {
	at := slices.Index(names, name)
	if nth, ok := numbered(names, name); at < 0 && ok {
		return nth, nil
	}
	switch {
	case at < 0 && len(names) == 1 && strings.ContainsAny(names[0], ";\t|,"):
		return 0, &unfound{message: "has one column, " + shown.Quote(names[0]) + ": give the delimiter between its cells"}
	case at < 0:
		return 0, &unfound{"has no column " + plain(name), nearest.Name(name, slices.Values(names))}
	case slices.Contains(names[at+1:], name):
		return 0, &unfound{message: fmt.Sprintf("has the column %s twice; write %s for the second", plain(name), shown.Quote(name+"#2"))}
	}
	return at, nil
}

// numbered returns the position of a column that is named by its number among those of
// the same name, such as Industry#2.
func numbered(names []string, name string) (int, bool) {
	name, number, ok := cutLast(name, "#")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 1 {
		return 0, false
	}
	for i, is := range names {
		if is == name {
			if n--; n == 0 {
				return i, true
			}
		}
	}
	return 0, false
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// keys turns the objects of a JSON file into rows of the requested keys. A key that
// begins with a slash is a JSON pointer to a value further inside.
type keys struct {
	file  file
	to    sink
	slots map[string]int
	paths map[string][]keyPath // of pointers, by their first keys
	names []string
	seen  []bool
	r     row
	other list // keys that were not requested, for suggestions
}

// A keyPath is where a pointer leads after its first key.
type keyPath struct {
	slot int
	rest []string
}

// position requests a key, which any file may have, and returns its position.
func (k *keys) position(name string) (int, *unfound) {
	at, ok := k.slots[name]
	if !ok {
		if k.slots == nil {
			k.slots = map[string]int{}
		}
		at = len(k.names)
		k.slots[name] = at
		if path, ok := pointer(name); ok && len(path) > 0 {
			if k.paths == nil {
				k.paths = map[string][]keyPath{}
			}
			k.paths[path[0]] = append(k.paths[path[0]], keyPath{at, path[1:]})
		}
		k.names, k.seen = append(k.names, name), append(k.seen, false)
		k.r.cells, k.r.raw, k.r.lines = append(k.r.cells, ""), append(k.r.raw, nil), append(k.r.lines, 0)
		k.r.errs = append(k.r.errs, nil)
	}
	return at, nil
}

// object implements sink.
func (k *keys) object(line int, raw []byte) {
	reject := func(line int, column, message string) {
		k.to.reject(k.r.begin, Problem{File: k.file.shown, Line: line, Column: column, Message: message})
	}
	k.r.begin = line
	if raw[0] != '{' {
		reject(line, "", "want an object for the record, not "+describe(raw))
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
		if asked = asked && (m.name == "" || m.name[0] != '/'); asked { // else it is a pointer
			k.set(i, line, m.value)
		}
		for _, path := range k.paths[m.name] {
			asked = true
			value, wrong := at(m.value, path.rest)
			switch {
			case wrong != "":
				reject(line, m.name, wrong)
				return
			case value != nil:
				k.set(path.slot, line+bytes.Count(m.value[:cap(m.value)-cap(value)], newline), value)
			}
		}
		if !asked {
			k.other.add(m.name, m.name)
		}
	}
	k.to.row(&k.r)
}

// set sets the value of a requested key in the row.
func (k *keys) set(i, line int, value []byte) {
	k.seen[i] = true
	k.r.raw[i], k.r.lines[i] = value, line
	switch value[0] {
	case 'n':
	case '"':
		k.r.cells[i], k.r.errs[i] = unquote(value)
	default:
		k.r.cells[i] = string(value)
	}
}

// note adds notes about the keys that no record had.
func (k *keys) note(r *reporter) {
	for i, name := range k.names {
		if !k.seen[i] {
			r.noteOnce("%s: no record has the key %s%s", fileName(k.file.base), plain(name), didYouMean(nearest.Name(name, slices.Values(k.other.names))))
		}
	}
}
