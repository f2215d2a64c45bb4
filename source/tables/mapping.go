package tables

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Mapping says which files of a folder hold the records of a schema, and how. It
// can be written as a JSON file: see [ReadMapping]. Only files and columns that it
// names are read, and the names must be exact. Loading does not change a mapping, so
// several loads can use it at the same time.
type Mapping struct {
	// Tables are read in this order. A file that several of them name is read
	// once, and each of its rows is offered to all of these.
	Tables []Table `json:"tables,omitzero"`

	Null []string `json:"null,omitzero"` // words that mean null in every column, such as Select; the empty text always does
	// Zone is the IANA name of the time zone of times without an offset; "" = UTC.
	// A time that clocks show twice, as they are set back, means the first instant.
	// A time that they skip has the offset from before the change.
	Zone string `json:"zone,omitempty"`

	// Decimal is the decimal sign of numbers, "." or ",". The digits before it may then
	// be grouped by the other one, by blanks or by apostrophes, as in 1.250,5. If it is
	// "", the decimal sign is a point and digits are not grouped; and a column is an
	// error in which every number with a point has three digits after it, such as
	// 350.000, as that may well be 350 thousand.
	Decimal string `json:"decimal,omitempty"`
	// True and False are further words for true and false, in any letter case. Those
	// that always are: true, yes, 1, t, y, on; false, no, 0, f, n, off.
	True  []string `json:"true,omitzero"`
	False []string `json:"false,omitzero"`

	// Encoding is that of files which do not begin with the mark of UTF-8 or UTF-16:
	// utf-8, utf-16le, utf-16be, windows-1252, or a name of Options.Encodings. "" means
	// utf-8.
	Encoding string `json:"encoding,omitempty"`

	// Fold says that letter case and outer blanks do not count in comparisons with
	// Null, Where, and the keys of lookups. A [Warning] counts the texts that are almost
	// what is listed.
	Fold bool `json:"fold,omitempty"`

	source *places // of a mapping file; nil = made in Go
}

// A Table is where records of one entity are. Several tables can hold records of
// one entity, and several can be in one file.
type Table struct {
	// File is the path of the file in the folder, with slashes, or a pattern for
	// [path.Match] such as email_*.csv, which does not match hidden files. The name
	// ends with .csv, .tsv or .txt for rows of cells, .ndjson for a JSON object a
	// line, or .json for an array of objects, each followed by .gz if the file is
	// compressed.
	File string `json:"file"`

	Entity  string            `json:"entity"`
	ID      Column            `json:"id,omitzero"`      // where the record's id is; optional for interactions
	Columns map[string]Column `json:"columns,omitzero"` // by field or reference

	// Where lists the words that columns may have: only rows with one of the words
	// in each of the columns are records of this table. The empty word means an
	// empty cell, or a JSON null.
	Where map[string][]string `json:"where,omitzero"`

	// Delimiter is between cells, one character. "" means what a first line sep=; of
	// the file says, or else a tab in .tsv, or else a comma.
	Delimiter string `json:"delimiter,omitempty"`

	Header   int    `json:"header,omitempty"`   // the line with the names of the columns, from 1; 0 = the first
	Encoding string `json:"encoding,omitempty"` // in place of Mapping.Encoding

	// Records is a JSON pointer (RFC 6901) to the array of records in a .json file,
	// such as /data/contacts. "" means that the file is the array. Tables that read
	// different arrays of a file do not share its rows.
	Records string `json:"records,omitempty"`
}

// A Column says where one field, reference or id is, and how it is written.
type Column struct {
	// Name is its name in the header. Industry#2 is the second column called Industry.
	// In JSON it is a key, or a JSON pointer such as /properties/email to a value
	// further inside of the record.
	Name string `json:"name,omitempty"`

	// Template, in place of Name, joins several columns to a text, such as
	// {contact_id}/{form_id}. If one of the columns is null, so is the text.
	Template string `json:"template,omitempty"`

	// Lookup says that the column or template holds a key, whose value is in another
	// file, or in another row of the same file.
	Lookup *Lookup `json:"lookup,omitempty"`

	Null []string `json:"null,omitzero"` // in place of Mapping.Null; if it is empty, but not nil, there is none

	// Format lists how times and dates are written: UnixSeconds, UnixMillis,
	// ExcelDays, or a layout of package time such as 02/01/2006 15:04. A value that
	// reads as different times in two of them is an error. None means the forms that
	// the package comment describes.
	Format []string `json:"format,omitzero"`

	Separator string `json:"separator,omitempty"` // between choices; "" = a semicolon

	Decimal string   `json:"decimal,omitempty"` // in place of Mapping.Decimal
	Unit    []string `json:"unit,omitzero"`     // what may be written before or after a number, such as € or %, in any letter case
	True    []string `json:"true,omitzero"`     // words for true, before those of the mapping
	False   []string `json:"false,omitzero"`    // words for false, likewise

	// Codes says what values the texts of the column stand for, such as Open for 0.
	// Values that stand for null are "". Another text is an error. In a column of
	// choices, each of them is a code.
	Codes map[string]string `json:"codes,omitzero"`
}

// A Lookup finds a value in the rows of a file by the key in one of its columns.
// If no row has the key, the value is null, and a note of the report counts it.
// Rows with the same key must have the same value; if they do not, or if the value
// cannot be read, that is a problem of the record that has the key. A row whose key
// cannot be read is a problem of the file.
type Lookup struct {
	File string `json:"file"` // as in Table; all files that match
	By   string `json:"by"`   // the column that holds the key
	Name string `json:"name"` // the column that holds the value

	// Delimiter is as in Table. If a table names the file, its Delimiter is used.
	Delimiter string `json:"delimiter,omitempty"`

	Header  int    `json:"header,omitempty"`  // likewise
	Records string `json:"records,omitempty"` // as in Table

	Fold bool `json:"fold,omitempty"` // letter case and outer blanks of keys do not count, even if they do in the mapping
}

// A template is text that contains columns.
type template struct {
	texts   []string // one more than columns
	columns []string
}

// parseTemplate reads a template, in which {{ and }} are braces. It returns a message
// if something is wrong.
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

// shown returns the name of a column in problems.
func (c *Column) shown() string {
	if c.Template != "" {
		return c.Template
	}
	return c.Name
}

func (c *Column) isZero() bool {
	return reflect.ValueOf(c).Elem().IsZero()
}

// form returns how the text of a file is laid out for a table of the mapping.
func (m *Mapping) form(f file, t *Table) form {
	out := form{comma: ',', header: t.Header, encoding: m.Encoding, records: t.Records}
	if t.Encoding != "" {
		out.encoding = t.Encoding
	}
	switch {
	case t.Delimiter != "" && goodDelimiter(t.Delimiter):
		out.comma, _ = utf8.DecodeRuneInString(t.Delimiter)
		out.sure = true
	case hasExt(plainName(f.path), ".tsv"):
		out.comma = '\t'
	}
	return out
}

func compareLookups(a, b Lookup) int {
	shows := func(l Lookup) []string {
		return []string{l.File, l.By, l.Name, l.Delimiter, strconv.Itoa(l.Header), l.Records, strconv.FormatBool(l.Fold)}
	}
	return slices.Compare(shows(a), shows(b))
}

// problem returns a problem at a place of the mapping.
func (m *Mapping) problem(place []string, format string, args ...any) Problem {
	return m.source.problem(place, m.context(place)+fmt.Sprintf(format, args...))
}

// context returns a phrase for the table of a place, such as Contact of people.csv.
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

// places holds where in a mapping file the parts of a mapping are.
type places struct {
	name  string
	spots map[string]spot // by the key of their path in the mapping
}

// A spot is a place in a text: a line, and a character in it, both from 1.
type spot struct{ line, char int }

func placeKey(place []string) string { return strings.Join(place, "\x00") }

// problem returns a problem at a place of the mapping, or at the nearest enclosing
// place that is in the file.
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

// unbound returns the problem of a column that a file does not have. The column is at
// a place of the mapping.
func (m *Mapping) unbound(f file, place []string, u *unfound) Problem {
	return m.problem(place, "%s %s%s", fileName(f.base), u.message, didYouMean(u.near))
}

func tablePlace(i int, more ...string) []string {
	return append([]string{"tables", strconv.Itoa(i)}, more...)
}

// within returns the place of a part of the mapping that is within another place.
func within(place []string, key string) []string { return append(slices.Clip(place), key) }

// MarshalJSON returns the column as a mapping file can have it: as a text if it has a
// name or a template and nothing else, and a single format or unit as a text.
func (c Column) MarshalJSON() ([]byte, error) {
	type plain Column // without this method
	switch name := (Column{Name: c.Name}); {
	case c.Name != "" && !strings.ContainsAny(c.Name, "{}") && reflect.DeepEqual(c, name):
		return json.Marshal(c.Name)
	case c.Template != "" && strings.ContainsAny(c.Template, "{}") && reflect.DeepEqual(c, Column{Template: c.Template}):
		return json.Marshal(c.Template)
	}
	out := struct {
		plain
		Format any `json:"format,omitzero"`
		Unit   any `json:"unit,omitzero"`
	}{plain: plain(c)}
	out.Format, out.Unit = oneOrAll(c.Format), oneOrAll(c.Unit)
	return json.Marshal(out)
}

// oneOrAll returns the only text of a list, the list, or nil for none.
func oneOrAll(list []string) any {
	switch {
	case list == nil:
		return nil
	case len(list) == 1:
		return list[0]
	}
	return list
}
