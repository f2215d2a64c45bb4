package sqldb

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/traverse"
)

// A column is where one field, reference or id is.
type column struct {
	name    string // as the database has it
	field   string // as the schema has it
	quoted  string
	selects string // the expression that is selected
	typ     traverse.Type
	storage Storage

	declared string // the type, as the driver calls it
	format   Column
	decode   decoder
}

// alias is the name of the table in every statement. SQLite takes a quoted name that
// it does not know for a text, but not a column that is qualified with a table.
const alias = "t"

// unchanged returns an error if the type of a column that is selected is stored in
// another way than when the source was opened. Keys and values would be compared
// wrongly: those of a column that is now char(n) are padded with blanks.
func unchanged(d *Dialect, rows Rows, columns []*column) error {
	types, err := rows.Columns()
	if err != nil {
		return err
	}
	for i, c := range columns {
		if c.selects != c.quoted { // an expression has no declared type
			continue
		}
		if now := types[i].Type; now != c.declared && d.Storage(now) != c.storage {
			return &kindError{changedError{c.name, d.Storage(now), now, c.storage}, traverse.ErrUnavailable}
		}
	}
	return nil
}

// A changedError is the error of a column whose type has changed.
type changedError struct {
	column string
	now    Storage
	typ    string
	then   Storage
}

func (e changedError) Error() string {
	return fmt.Sprintf("the column %s is now %s (%s), and was %s when the source was opened; open it again", e.column, e.now, e.typ, e.then)
}

// fits reports whether the column's storage, in its format, suits its type. If not,
// hint says what would help.
func (c *column) fits() (hint string, ok bool) {
	in := func(storages ...Storage) bool {
		return c.storage == Unknown || c.storage == Untyped || slices.Contains(storages, c.storage)
	}
	unix := c.format.unix() > 0
	switch {
	case unix && c.typ != traverse.Time && c.typ != traverse.Date:
		return ": a Unix format is for times and dates", false
	case c.format.Format == DecimalText && c.typ != traverse.Number:
		return ": the format DecimalText is for numbers", false
	case c.format.Format == JSONArray && c.typ != traverse.Choices, c.format.Separator != "" && c.typ != traverse.Choices:
		return ": a separator, or the format JSONArray, is for choices", false
	case c.format.Codes != nil && c.typ != traverse.Text && c.typ != traverse.Choice && c.typ != traverse.Choices:
		return ": codes are for text and choices", false
	case c.format.words() && c.typ != traverse.Bool:
		return ": texts for True and False are for bools", false
	case c.format.words() && (c.format.True == "" || c.format.False == "" || c.format.True == c.format.False):
		return ": give two different texts for True and False", false
	}
	switch c.typ {
	case traverse.NoType:
		return "", in(Text, FixedText, Integer, UUID)
	case traverse.Text, traverse.Choice:
		return "", in(Text, FixedText, Integer, UUID)
	case traverse.Number:
		if c.format.Format == DecimalText {
			return ": the format DecimalText is for columns of text", in(Text, FixedText)
		}
		if c.storage == Text || c.storage == FixedText {
			return ", unless its Format in Mapping.Tables is DecimalText", false
		}
		return "", in(Integer, Decimal)
	case traverse.Bool:
		if c.format.words() {
			return ": True and False are for columns of text", in(Text, FixedText)
		}
		if c.storage == Text || c.storage == FixedText {
			return ", unless Mapping.Tables says how it writes True and False", false
		}
		return "", in(Boolean, Integer)
	case traverse.Time, traverse.Date:
		if unix {
			return ": a Unix format is for columns of numbers", in(Integer, Decimal)
		}
		if c.storage == Integer || c.storage == Decimal {
			return ", unless its Format in Mapping.Tables is UnixSeconds, UnixMillis or UnixMicros", false
		}
		return "", in(Instant, Day, Text, FixedText)
	case traverse.Choices:
		if c.format.Format == JSONArray {
			return ": the format JSONArray is for columns of text", in(Text, FixedText, JSON)
		}
		if c.storage == Unknown && c.format.Separator == "" {
			// An array of an enumeration would be taken for a single choice.
			return ", unless its Separator or Format in Mapping.Tables says how it is written; a view can make it text[]", false
		}
		return "", in(Text, FixedText, JSON, TextArray)
	}
	return "", false
}
