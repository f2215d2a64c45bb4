package tables

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
)

// ReadMapping reads a mapping file: a JSON object whose keys are those of
// [Mapping], in small letters. A column may be a text instead of an object: a
// template if it contains a brace, and otherwise a name. The name of the file is
// for problems, data is its content.
//
// If something is wrong with the file the error is a [*Problems] that lists
// everything: broken JSON, unknown keys, repeated keys, and values of a wrong kind.
// [Load] checks whether the mapping matches a schema and a folder; its problems have
// their places in the file if the mapping has not been changed.
func ReadMapping(name string, data []byte) (*Mapping, error) {
	r := &mappingReader{text: data, at: map[string]int{}}
	m := &Mapping{}
	r.mapping(m)
	spots := r.spots()
	if len(r.problems) > 0 {
		slices.SortStableFunc(r.problems, func(a, b misread) int { return a.at - b.at })
		var problems Problems
		for _, p := range r.problems {
			spot := spots[p.at]
			problems.add(Problem{File: name, Line: spot.line, Char: spot.char, Message: p.message})
		}
		return nil, &problems
	}
	m.source = &places{name, make(map[string]spot, len(r.at))}
	for place, at := range r.at {
		m.source.spots[place] = spots[at]
	}
	return m, nil
}

// UnmarshalJSON is like [ReadMapping]. Its problems call the file mapping.
func (m *Mapping) UnmarshalJSON(data []byte) error {
	read, err := ReadMapping("mapping", data)
	if err != nil {
		return err
	}
	read.source = nil
	*m = *read
	return nil
}

// A mappingReader reads a mapping file.
type mappingReader struct {
	text     []byte
	at       map[string]int // where parts of the mapping are, by the key of their path
	problems []misread
}

// A misread is a problem at an offset.
type misread struct {
	at      int
	message string
}

// spots returns the places of all offsets that are in use, in one pass.
func (r *mappingReader) spots() map[int]spot {
	offsets := slices.Collect(maps.Values(r.at))
	for _, p := range r.problems {
		offsets = append(offsets, p.at)
	}
	slices.Sort(offsets)
	spots := map[int]spot{}
	now, from := spot{1, 1}, 0
	for _, at := range offsets {
		passed := r.text[from:at]
		if n := bytes.Count(passed, newline); n > 0 {
			now = spot{now.line + n, 1}
			passed = passed[bytes.LastIndexByte(passed, '\n')+1:]
		}
		now.char += utf8.RuneCount(bytes.TrimPrefix(passed, []byte(bom)))
		spots[at], from = now, at
	}
	return spots
}

// offset returns the offset of a part in the text. A part is a slice of the text, so
// the difference of their capacities is its offset.
func (r *mappingReader) offset(part []byte) int { return cap(r.text) - cap(part) }

func (r *mappingReader) problem(part []byte, format string, args ...any) {
	r.problems = append(r.problems, misread{r.offset(part), fmt.Sprintf(format, args...)})
}

// mapping reads the whole file.
func (r *mappingReader) mapping(m *Mapping) {
	data := bytes.TrimPrefix(r.text, []byte(bom))
	if !json.Valid(data) {
		at, message := syntax(data)
		for at > 0 && at < len(data) && !utf8.RuneStart(data[at]) {
			at--
		}
		r.problem(data[at:], "%s", message)
		return
	}
	data = bytes.TrimSpace(data)
	r.object(data, nil, "the mapping", map[string]func([]byte, []string){
		"tables": func(raw []byte, place []string) {
			m.Tables = []Table{}
			for i, element := range r.array(raw, "an array of tables") {
				m.Tables = append(m.Tables, Table{})
				r.table(element, append(slices.Clip(place), strconv.Itoa(i)), &m.Tables[i])
			}
		},
		"null":     func(raw []byte, _ []string) { m.Null = r.words(raw) },
		"zone":     func(raw []byte, _ []string) { m.Zone = r.word(raw) },
		"encoding": func(raw []byte, _ []string) { m.Encoding = r.word(raw) },
		"fold":     func(raw []byte, _ []string) { m.Fold = r.bool(raw) },
		"decimal":  func(raw []byte, _ []string) { m.Decimal = r.word(raw) },
		"true":     func(raw []byte, _ []string) { m.True = r.words(raw) },
		"false":    func(raw []byte, _ []string) { m.False = r.words(raw) },
	})
}

func (r *mappingReader) table(raw []byte, place []string, t *Table) {
	r.object(raw, place, "a table", map[string]func([]byte, []string){
		"file":   func(raw []byte, _ []string) { t.File = r.word(raw) },
		"entity": func(raw []byte, _ []string) { t.Entity = r.word(raw) },
		"id":     func(raw []byte, place []string) { t.ID = r.column(raw, place) },
		"columns": func(raw []byte, place []string) {
			t.Columns = map[string]Column{}
			r.named(raw, place, "an object of fields and references, each with its column", func(name string, raw []byte, place []string) {
				t.Columns[name] = r.column(raw, place)
			})
		},
		"where": func(raw []byte, place []string) {
			t.Where = map[string][]string{}
			r.named(raw, place, "an object of columns, each with an array of words", func(name string, raw []byte, _ []string) {
				t.Where[name] = r.words(raw)
			})
		},
		"delimiter": func(raw []byte, _ []string) { t.Delimiter = r.word(raw) },
		"header":    func(raw []byte, _ []string) { t.Header = r.lineNumber(raw) },
		"encoding":  func(raw []byte, _ []string) { t.Encoding = r.word(raw) },
		"records":   func(raw []byte, _ []string) { t.Records = r.word(raw) },
	})
}

func (r *mappingReader) column(raw []byte, place []string) Column {
	var c Column
	if raw[0] == '"' {
		key := "name"
		if s := r.word(raw); strings.ContainsAny(s, "{}") {
			c.Template, key = s, "template"
		} else {
			c.Name = s
		}
		r.at[placeKey(append(slices.Clip(place), key))] = r.offset(raw)
		return c
	}
	if raw[0] != '{' {
		r.problem(raw, "want the name of a column, a template such as \"{a}/{b}\", or an object, not %s", describe(raw))
		return c
	}
	r.object(raw, place, "a column", map[string]func([]byte, []string){
		"name":     func(raw []byte, _ []string) { c.Name = r.word(raw) },
		"template": func(raw []byte, _ []string) { c.Template = r.word(raw) },
		"lookup": func(raw []byte, place []string) {
			c.Lookup = &Lookup{}
			r.object(raw, place, "a lookup", map[string]func([]byte, []string){
				"file":      func(raw []byte, _ []string) { c.Lookup.File = r.word(raw) },
				"by":        func(raw []byte, _ []string) { c.Lookup.By = r.word(raw) },
				"name":      func(raw []byte, _ []string) { c.Lookup.Name = r.word(raw) },
				"delimiter": func(raw []byte, _ []string) { c.Lookup.Delimiter = r.word(raw) },
				"header":    func(raw []byte, _ []string) { c.Lookup.Header = r.lineNumber(raw) },
				"records":   func(raw []byte, _ []string) { c.Lookup.Records = r.word(raw) },
				"fold":      func(raw []byte, _ []string) { c.Lookup.Fold = r.bool(raw) },
			})
		},
		"null":      func(raw []byte, _ []string) { c.Null = r.words(raw) },
		"format":    func(raw []byte, _ []string) { c.Format = r.oneOrMore(raw) },
		"separator": func(raw []byte, _ []string) { c.Separator = r.word(raw) },
		"decimal":   func(raw []byte, _ []string) { c.Decimal = r.word(raw) },
		"unit":      func(raw []byte, _ []string) { c.Unit = r.oneOrMore(raw) },
		"true":      func(raw []byte, _ []string) { c.True = r.words(raw) },
		"false":     func(raw []byte, _ []string) { c.False = r.words(raw) },
		"codes": func(raw []byte, place []string) {
			c.Codes = map[string]string{}
			r.named(raw, place, "an object of codes, each with the text that it stands for", func(code string, raw []byte, _ []string) {
				c.Codes[code] = r.word(raw)
			})
		},
	})
	return c
}

// object reads an object with known keys. Each key has a function that reads its
// value.
func (r *mappingReader) object(raw []byte, place []string, what string, keys map[string]func([]byte, []string)) {
	known := slices.Sorted(maps.Keys(keys))
	r.members(raw, place, what+" as an object", func(key []byte, name string, raw []byte, place []string) {
		read, ok := keys[name]
		if !ok {
			near := didYouMean(nearest.Name(name, slices.Values(known)))
			if near == "" {
				near = "; the keys are " + strings.Join(known, ", ")
			}
			r.problem(key, "%s has no key %s%s", what, shown.Quote(name), near)
			return
		}
		read(raw, place)
	})
}

// named reads an object whose keys are names.
func (r *mappingReader) named(raw []byte, place []string, want string, read func(string, []byte, []string)) {
	r.members(raw, place, want, func(_ []byte, name string, raw []byte, place []string) { read(name, raw, place) })
}

// members reads the members of an object, and keeps their places. The place of the
// object itself is that of its key, or else that of its value.
func (r *mappingReader) members(raw []byte, place []string, want string, read func(key []byte, name string, raw []byte, place []string)) {
	if place != nil {
		if _, ok := r.at[placeKey(place)]; !ok {
			r.at[placeKey(place)] = r.offset(raw)
		}
	}
	if raw[0] != '{' {
		r.problem(raw, "want %s, not %s", want, describe(raw))
		return
	}
	seen := map[string]bool{}
	for _, m := range members(raw) {
		name, err := unquote(m.key)
		switch {
		case err != nil:
			r.problem(m.key, "a key: %v", err)
		case seen[name]:
			r.problem(m.key, "the key %s appears twice", shown.Quote(name))
		default:
			seen[name] = true
			within := append(slices.Clip(place), name)
			r.at[placeKey(within)] = r.offset(m.key)
			read(m.key, name, m.value, within)
		}
	}
}

// array returns the elements of an array.
func (r *mappingReader) array(raw []byte, want string) [][]byte {
	if raw[0] != '[' {
		r.problem(raw, "want %s, not %s", want, describe(raw))
		return nil
	}
	return slices.Collect(elements(raw))
}

// word reads one text.
func (r *mappingReader) word(raw []byte) string {
	if raw[0] != '"' {
		r.problem(raw, "want a text, not %s", describe(raw))
		return ""
	}
	s, err := unquote(raw)
	if err != nil {
		r.problem(raw, "%v", err)
	}
	return s
}

// words reads an array of texts, which may be empty.
func (r *mappingReader) words(raw []byte) []string {
	words := []string{}
	for _, element := range r.array(raw, "an array of texts") {
		words = append(words, r.word(element))
	}
	return words
}

// oneOrMore reads a text, or an array of texts.
func (r *mappingReader) oneOrMore(raw []byte) []string {
	if raw[0] == '[' {
		return r.words(raw)
	}
	return []string{r.word(raw)}
}

// bool reads true or false.
func (r *mappingReader) bool(raw []byte) bool {
	if raw[0] != 't' && raw[0] != 'f' {
		r.problem(raw, "want true or false, not %s", describe(raw))
	}
	return raw[0] == 't'
}

// lineNumber reads the number of a line.
func (r *mappingReader) lineNumber(raw []byte) int {
	n, err := strconv.Atoi(string(raw))
	if err != nil || n < 1 {
		r.problem(raw, "want the number of a line, from 1, not %s", describe(raw))
		return 0
	}
	return n
}
