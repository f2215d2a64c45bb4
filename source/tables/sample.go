package tables

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/traverse"
)

// A sample is the beginning of a file.
type sample struct {
	file    file
	form    form
	columns []*sampleColumn
	rows    int

	entity *traverse.Entity // that its rows are, or nil
	id     *sampleColumn    // the column of their ids, or nil
}

// A sampleColumn is a column of a sample.
type sampleColumn struct {
	name   string
	words  []string // of its name, as wordsOf returns them
	values []string // that are not blank, without repeats
	filled int      // how many rows have a value
	used   bool
}

// unique reports whether each row has a value of its own.
func (c *sampleColumn) unique(rows int) bool {
	return rows > 0 && c.filled == rows && len(c.values) == rows
}

func (s *sample) columnNames() string {
	var names list
	for _, c := range s.columns {
		names.add(c.name, plain(c.name))
	}
	return names.String()
}

// sampleRows is how many rows of a file are looked at.
const sampleRows = 1000

// withoutPrefix takes the word with which the names of most columns begin from their
// words: property_email is an email.
func (s *sample) withoutPrefix() {
	first := map[string]int{}
	for _, c := range s.columns {
		if len(c.words) > 1 {
			first[c.words[0]]++
		}
	}
	for _, c := range s.columns {
		if len(c.words) > 1 && first[c.words[0]] > len(s.columns)/2 && first[c.words[0]] > 2 {
			c.words = c.words[1:]
		}
	}
}

// A sampler is a sink for a sample.
type sampler struct {
	sample *sample
	byName map[string]*sampleColumn
	seen   map[*sampleColumn]map[string]bool
}

// header implements sink.
func (s *sampler) header(names []string, _ int) bool {
	for i, name := range names {
		if n := count1(names[:i], name); n > 0 {
			name = fmt.Sprintf("%s#%d", name, n+1)
		}
		s.add(name)
	}
	return true
}

func count1(names []string, name string) (n int) {
	for _, other := range names {
		if other == name {
			n++
		}
	}
	return n
}

func (s *sampler) add(name string) *sampleColumn {
	if s.byName == nil {
		s.byName, s.seen = map[string]*sampleColumn{}, map[*sampleColumn]map[string]bool{}
	}
	c := s.byName[name]
	if c == nil {
		c = &sampleColumn{name: name, words: wordsOf(name)}
		s.byName[name], s.seen[c] = c, map[string]bool{}
		s.sample.columns = append(s.sample.columns, c)
	}
	return c
}

// row implements sink.
func (s *sampler) row(r *row) {
	if s.sample.rows == sampleRows {
		return
	}
	s.sample.rows++
	for i, c := range s.sample.columns {
		s.value(c, r.cells[i])
	}
}

func (s *sampler) value(c *sampleColumn, text string) {
	if text = strings.TrimSpace(text); text == "" {
		return
	}
	c.filled++
	if !s.seen[c][text] {
		text = strings.Clone(text)
		s.seen[c][text] = true
		c.values = append(c.values, text)
	}
}

// object implements sink: a value inside of an object is a column, too.
func (s *sampler) object(line int, raw []byte) {
	if s.sample.rows == sampleRows || raw[0] != '{' {
		return
	}
	s.sample.rows++
	s.members("", raw)
}

func (s *sampler) members(under string, raw []byte) {
	for _, m := range named(0, raw) {
		if m.wrong != "" {
			continue
		}
		name := m.name
		if under != "" {
			name = under + "/" + strings.ReplaceAll(strings.ReplaceAll(m.name, "~", "~0"), "/", "~1")
		}
		switch m.value[0] {
		case '{':
			if under == "" {
				name = "/" + strings.ReplaceAll(strings.ReplaceAll(m.name, "~", "~0"), "/", "~1")
			}
			s.members(name, m.value)
		case '[', 'n':
			s.add(name)
		case '"':
			if text, err := unquote(m.value); err == nil {
				s.value(s.add(name), text)
			}
		default:
			s.value(s.add(name), string(m.value))
		}
	}
}

// reject implements sink.
func (s *sampler) reject(int, Problem) {}

// end implements sink.
func (s *sampler) end() {}

// layoutOf returns the form of a file of cells: the separator that splits its header
// into the most cells, and the line of the header if a title comes before it.
func (r *reader) layoutOf(f file, form form) form {
	best := 0
	for _, c := range commasOf(f) {
		for _, line := range []int{0, 2, 3, 4, 5, 6, 7, 8, 9, 10} {
			next := form
			next.comma, next.header = c, line
			quiet := r.quiet(&reporter{out: &Report{}})
			var h header
			if err := quiet.csv(f, next, &h); err != nil {
				break
			}
			if n := len(h.names); n > best && !slices.Contains(h.names, "") && !slices.ContainsFunc(h.names, isNumeric) {
				best, form = n, next
				if line > 0 {
					form.header = h.line
				}
			}
		}
	}
	return form
}

// isNumeric reports whether a text is a number or a day, which no column is called.
func isNumeric(s string) bool { return s != "" && strings.Trim(s, "0123456789.,-/: ") == "" }

func commasOf(f file) []rune {
	if hasExt(plainName(f.path), ".tsv") {
		return []rune{'\t'}
	}
	return []rune{',', ';', '\t', '|'}
}

// arrayOf returns a pointer to the array of records of a .json file: "" if the
// document is one, and otherwise the first array of objects.
func (r *reader) arrayOf(f file) string {
	text, err := fs.ReadFile(r.fsys, f.path)
	if err != nil || !json.Valid(text) {
		return ""
	}
	raw := []byte(strings.TrimSpace(string(text)))
	return arrayIn("", raw)
}

func arrayIn(under string, raw []byte) string {
	if raw[0] != '{' {
		return ""
	}
	for _, m := range named(0, raw) {
		name := under + "/" + strings.ReplaceAll(strings.ReplaceAll(m.name, "~", "~0"), "/", "~1")
		if m.wrong != "" {
			continue
		}
		if m.value[0] == '[' {
			for element := range elements(m.value) {
				if element[0] == '{' {
					return name
				}
				break
			}
		}
		if found := arrayIn(name, m.value); found != "" {
			return found
		}
	}
	return ""
}
