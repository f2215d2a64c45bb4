package tables

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/regular"
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
	seen   map[string]bool
	filled int // how many rows have a value
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
	byName map[string]*sampleColumn // of JSON
}

// header implements sink.
func (s *sampler) header(names []string, _ int) bool {
	times := map[string]int{}
	for _, name := range names {
		c := &sampleColumn{name: name, words: wordsOf(name)}
		if times[name]++; times[name] > 1 {
			c.name = fmt.Sprintf("%s#%d", name, times[name])
			c.used = slices.Contains(names, c.name) // which means another column
		}
		s.sample.columns = append(s.sample.columns, c)
	}
	return true
}

func (s *sampler) add(name string) *sampleColumn {
	if s.byName == nil {
		s.byName = map[string]*sampleColumn{}
	}
	c := s.byName[name]
	if c == nil {
		c = &sampleColumn{name: name, words: wordsOf(name)}
		s.byName[name] = c
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
	if !c.seen[text] {
		if c.seen == nil {
			c.seen = map[string]bool{}
		}
		text = strings.Clone(text)
		c.seen[text] = true
		c.values = append(c.values, text)
	}
}

// object implements sink: a value inside of an object is a column, too.
func (s *sampler) object(line int, raw []byte) {
	if s.sample.rows == sampleRows || raw[0] != '{' {
		return
	}
	s.sample.rows++
	s.members("", 0, raw)
}

// maxDepth is how far inside of a record columns are looked for.
const maxDepth = 4

func (s *sampler) members(under string, depth int, raw []byte) {
	for _, m := range named(0, raw) {
		if m.wrong != "" {
			continue
		}
		name := m.name
		if under != "" {
			name = pointerTo(under, m.name)
		}
		switch m.value[0] {
		case '{':
			if depth < maxDepth {
				s.members(pointerTo(under, m.name), depth+1, m.value)
			}
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
// into the most cells, and the line of the header if lines with a title come before it.
func (r *reader) layoutOf(f file, form form) form {
	const lines = 10
	best := 0
	for _, c := range commasOf(f) {
		for line := 0; line <= lines; line++ {
			next := form
			next.comma, next.header = c, line
			var h header
			if err := r.quiet(&reporter{out: &Report{}}).csv(f, next, &h); err != nil {
				break
			}
			n := headerNames(h.names)
			if n > best {
				best, form = n, next
				if line > 0 {
					form.header = h.line
				}
			}
			if n > 1 {
				break // what comes after it is data
			}
		}
	}
	return form
}

// headerNames returns how many cells of a header are names of columns, or 0 if it is not
// a header.
func headerNames(header []string) int {
	n := 0
	for _, name := range header {
		switch {
		case isNumeric(name):
			return 0
		case name != "":
			n++
		}
	}
	return n
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
// document is one, and otherwise the first array of objects. It looks at files up to a
// limit.
func (r *reader) arrayOf(f file, encoding string) string {
	const most = 16 << 20
	in, err := r.open(f, encoding)
	if err != nil {
		return ""
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, most))
	if text = bytes.TrimSpace(text); err != nil || !json.Valid(text) {
		return ""
	}
	return arrayIn("", text)
}

// encodingOf returns what the beginning of a file looks like: windows-1252 if it is not
// UTF-8, utf-16le or utf-16be without a mark, or "". It does not look into packed files.
func (r *reader) encodingOf(f file) string {
	if hasExt(f.path, ".gz") {
		return ""
	}
	raw, err := regular.OpenFS(r.fsys, f.path)
	if err != nil {
		return "" // which reading it says
	}
	defer raw.Close()
	start, _ := bufio.NewReaderSize(raw, readSize).Peek(readSize)
	if marked(start) != "" {
		return ""
	}
	if is := unmarked16(start); is != "" {
		return is
	}
	var text windows1252Reader
	if text.look(start); text.other {
		return encoding1252
	}
	return ""
}

func arrayIn(under string, raw []byte) string {
	if raw[0] != '{' {
		return ""
	}
	for _, m := range named(0, raw) {
		name := pointerTo(under, m.name)
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
