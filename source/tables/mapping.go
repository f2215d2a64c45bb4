package tables

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
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

func (c *Column) isZero() bool {
	return c.Name == "" && c.Template == "" && c.Lookup == nil && c.Null == nil && c.Format == "" && c.Separator == ""
}

// goodDelimiter reports whether a mapping can give this delimiter, or "".
func goodDelimiter(s string) bool {
	c, n := utf8.DecodeRuneInString(s)
	return s == "" || n == len(s) && c != 0 && c != '"' && c != '\r' && c != '\n' && c != utf8.RuneError
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

func compareLookups(a, b Lookup) int {
	return slices.Compare([]string{a.File, a.By, a.Name, a.Delimiter}, []string{b.File, b.By, b.Name, b.Delimiter})
}

// problem returns a problem at a place of the mapping.
func (m *Mapping) problem(place []string, format string, args ...any) Problem {
	return m.source.problem(place, m.context(place)+fmt.Sprintf(format, args...))
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

// places says where in a mapping file the parts of a mapping stand.
type places struct {
	name  string
	spots map[string]spot // by the key of their path in the mapping
}

// A spot is a place in a text: a line, and a character in it, both from 1.
type spot struct{ line, char int }

func placeKey(place []string) string { return strings.Join(place, "\x00") }

// problem returns a problem at a place of the mapping, or at the nearest place
// around it that the file has.
func (p *places) problem(place []string, message string) Problem {
	if p == nil {
		return Problem{File: "mapping", Message: message}
	}
	for n := len(place); n > 0; n-- {
		if spot, ok := p.spots[placeKey(place[:n])]; ok {
			return Problem{File: p.name, Line: spot.line, Char: spot.char, Message: message}
		}
	}
	return Problem{File: p.name, Message: message}
}

// unbound returns the problem of a column, named at a place of the mapping, that
// a file does not have.
func (m *Mapping) unbound(f file, place []string, u *unfound) Problem {
	return m.problem(place, "%s %s%s", fileName(f.base), u.message, didYouMean(u.near))
}

func tablePlace(i int, more ...string) []string {
	return append([]string{"tables", strconv.Itoa(i)}, more...)
}

// within returns the place of a part of what is at a place.
func within(place []string, key string) []string { return append(slices.Clip(place), key) }
