package sqldb_test

import (
	"database/sql/driver"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// valueSchema has a field of one type, next to what a schema needs.
func valueSchema(t testing.TB, typ traverse.Type) *traverse.Schema {
	t.Helper()
	f := traverse.Field{Name: "Field", Type: typ}
	if typ == traverse.Choice || typ == traverse.Choices {
		f.Values = []string{"A", "B"}
	}
	lead := traverse.Definition{Name: "Lead", Fields: []traverse.Field{f}, Relationships: []traverse.Relationship{
		{Name: "ParentContact", Target: "Contact"}, {Name: "ParentAccount", Target: "Account"},
	}}
	if typ == traverse.NoType { // a reference
		lead.Fields = nil
		lead.Relationships = append(lead.Relationships, traverse.Relationship{Name: "Field", Target: "Contact"})
	}
	s, err := traverse.NewSchema(lead, traverse.Definition{Name: "Account"}, traverse.Definition{
		Name: "Contact", Relationships: []traverse.Relationship{{Name: "ParentAccount", Target: "Account"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// valueTables holds one lead whose Field is a value of a column type.
func valueTables(columnType string, v driver.Value) map[string]*fakeTable {
	return map[string]*fakeTable{
		`"lead"`: {
			names: []string{"id", "field", "parent_contact"},
			types: []string{"TEXT", columnType, "TEXT"},
			rows:  [][]driver.Value{{"l1", v, nil}},
		},
	}
}

// readValue opens a source on a lead with one value, and fetches it.
func readValue(t *testing.T, typ traverse.Type, columnType string, column sqldb.Column, v driver.Value) (traverse.Value, error) {
	t.Helper()
	return readValueWith(t, sqldb.Options{}, typ, columnType, column, v)
}

// readValueWith is readValue for a source with options.
func readValueWith(t *testing.T, opts sqldb.Options, typ traverse.Type, columnType string, column sqldb.Column, v driver.Value) (traverse.Value, error) {
	t.Helper()
	schema := valueSchema(t, typ)
	_, db := newFake(t, valueTables(columnType, v))
	d := postgres()
	known := d.Storage
	d.Storage = func(typ string) sqldb.Storage {
		if typ == "ANY" {
			return sqldb.Untyped
		}
		return known(typ)
	}
	opts.Mapping.Tables = map[string]sqldb.Table{"Lead": {Columns: map[string]sqldb.Column{"Field": column}}}
	source, err := sqldb.Open(t.Context(), db, d, schema, opts)
	if err != nil {
		t.Fatal(err)
	}
	need, err := schema.NewNeed("Lead", "", []string{"Field"}, "")
	if err != nil {
		t.Fatal(err)
	}
	q := &traverse.Query{Need: need, Keys: []string{"l1"}}
	rows := traverse.NewRows(q)
	if err := source.Fetch(t.Context(), q, rows); err != nil {
		t.Fatal(err)
	}
	for r := range rows.All() {
		return r.Values[0], nil
	}
	return traverse.Value{}, rows.Failed("l1")
}

func TestDecoding(t *testing.T) {
	text, number, choices, day := traverse.TextValue, traverse.NumberValue, traverse.ChoicesValue, traverse.DateValue
	at := func(hour, minute, second, nanos int) traverse.Value {
		return traverse.TimeValue(time.Date(2026, 5, 31, hour, minute, second, nanos, time.UTC))
	}
	berlin := time.FixedZone("", 2*60*60)
	null := traverse.Value{}
	plain := sqldb.Column{}
	seconds, millis, micros := sqldb.Column{Format: sqldb.UnixSeconds}, sqldb.Column{Format: sqldb.UnixMillis}, sqldb.Column{Format: sqldb.UnixMicros}
	for _, test := range []struct {
		typ    traverse.Type
		stored string
		column sqldb.Column
		in     driver.Value
		want   traverse.Value
	}{
		{traverse.Text, "TEXT", plain, nil, null},
		{traverse.Text, "TEXT", plain, "", null},
		{traverse.Text, "TEXT", plain, []byte("ü"), text("ü")},
		{traverse.Text, "BPCHAR", plain, "a  ", text("a")},
		{traverse.Text, "BPCHAR", plain, "   ", null},
		{traverse.Text, "INT8", plain, int64(7), text("7")},
		{traverse.Choice, "16385", plain, "A", text("A")},
		{traverse.NoType, "INT8", plain, int64(-7), text("-7")},
		{traverse.NoType, "UUID", plain, []byte("01234567-89ab-cdef-0123-456789abcdef"), text("01234567-89ab-cdef-0123-456789abcdef")},
		{traverse.Number, "INT8", plain, int64(7), number(7)},
		{traverse.Number, "NUMERIC", plain, "1234.50", number(1234.5)},
		{traverse.Number, "TEXT", sqldb.Column{Format: sqldb.DecimalText}, "-1e3", number(-1000)},
		{traverse.Bool, "BOOL", plain, true, traverse.BoolValue(true)},
		{traverse.Bool, "INT2", plain, int64(0), traverse.BoolValue(false)},
		{traverse.Bool, "INT2", plain, "1", traverse.BoolValue(true)},
		{traverse.Bool, "INT2", plain, "0", traverse.BoolValue(false)},
		{traverse.Bool, "TEXT", sqldb.Column{True: "yes", False: "no"}, "no", traverse.BoolValue(false)},
		{traverse.Time, "TIMESTAMPTZ", plain, time.Date(2026, 5, 31, 14, 30, 0, 0, berlin), at(12, 30, 0, 0)},
		{traverse.Time, "TIMESTAMP", plain, time.Time{}, null},
		{traverse.Time, "TEXT", plain, "2026-05-31", at(0, 0, 0, 0)},
		{traverse.Time, "TEXT", plain, "2026-05-31 14:30:00", at(14, 30, 0, 0)},
		{traverse.Time, "TEXT", plain, "2026-05-31T14:30:00.25Z", at(14, 30, 0, 250_000_000)},
		{traverse.Time, "TEXT", plain, "2026-05-31t14:30:00z", at(14, 30, 0, 0)},
		{traverse.Time, "TEXT", plain, "2026-05-31 14:30:00+02", at(12, 30, 0, 0)},
		{traverse.Time, "TEXT", plain, "2026-05-31 14:30:00 +0200", at(12, 30, 0, 0)},
		{traverse.Time, "TEXT", plain, "2026-05-31 14:30:00.5 +02:00", at(12, 30, 0, 500_000_000)},
		{traverse.Time, "TEXT", plain, "2026-05-31 14:30:00 +0200 CEST m=+0.1", at(12, 30, 0, 0)},
		{traverse.Time, "TEXT", plain, "2026-05-31 14:30:00+00:53:28", at(13, 36, 32, 0)},
		{traverse.Time, "INT8", seconds, int64(1780237800), at(14, 30, 0, 0)},
		{traverse.Time, "INT8", millis, int64(1780237800250), at(14, 30, 0, 250_000_000)},
		{traverse.Time, "INT8", micros, int64(1780237800000001), at(14, 30, 0, 1000)},
		{traverse.Time, "FLOAT8", seconds, 1780237800.5, at(14, 30, 0, 500_000_000)},
		{traverse.Time, "FLOAT8", millis, 1780237800250.0, at(14, 30, 0, 250_000_000)},
		{traverse.Date, "DATE", plain, time.Date(2026, 5, 31, 0, 0, 0, 0, berlin), day(2026, 5, 31)},
		{traverse.Date, "TIMESTAMPTZ", plain, time.Date(2026, 5, 31, 1, 0, 0, 0, berlin), day(2026, 5, 30)},
		{traverse.Date, "TIMESTAMP", plain, time.Time{}, null},
		{traverse.Date, "TEXT", plain, "2026-05-31", day(2026, 5, 31)},
		{traverse.Date, "INT8", seconds, int64(1780237800), day(2026, 5, 31)},
		{traverse.Choices, "TEXT", plain, " A ;; B;", choices("A", "B")},
		{traverse.Choices, "TEXT", sqldb.Column{Separator: ","}, "A, B;C", choices("A", "B;C")},
		{traverse.Choices, "TEXT", plain, " ; ", null},
		{traverse.Choices, "TEXT", sqldb.Column{Format: sqldb.JSONArray}, `["A", null, "", "B"]`, choices("A", "B")},
		{traverse.Choices, "JSONB", plain, `[]`, null},
		{traverse.Choices, "JSONB", plain, `null`, null},
		{traverse.Choices, "_TEXT", plain, `{}`, null},
		{traverse.Choices, "_TEXT", plain, `{A,"B, \"c\" \\",NULL,"NULL",""}`, choices("A", `B, "c" \`, "NULL")},
		{traverse.Choices, "_TEXT", plain, `[0:1]={A,B}`, choices("A", "B")},
		{traverse.Choices, "16385", sqldb.Column{Separator: ";"}, `A;B`, choices("A", "B")},
	} {
		got, err := readValue(t, test.typ, test.stored, test.column, test.in)
		if err != nil || !got.Equal(test.want) {
			t.Errorf("%v in %s: %T %v gives %v %v, %v; want %v %v", test.typ, test.stored, test.in, test.in, got.Kind(), got, err, test.want.Kind(), test.want)
		}
	}
}

// TestDecodingErrors: a value that does not suit its field fails the key it was
// found by, and is named with its place.
func TestDecodingErrors(t *testing.T) {
	plain := sqldb.Column{}
	seconds := sqldb.Column{Format: sqldb.UnixSeconds}
	for _, test := range []struct {
		typ    traverse.Type
		stored string
		column sqldb.Column
		in     driver.Value
		want   string
	}{
		{traverse.Text, "TEXT", plain, "\xff", `"\xff" is not UTF-8`},
		{traverse.Text, "TEXT", plain, 1.5, `the number "1.5" is not text`},
		{traverse.Text, "TEXT", plain, true, `the bool "true" is not text`},
		{traverse.NoType, "TEXT", plain, time.Unix(0, 0).UTC(), `the time "1970-01-01 00:00:00 +0000 UTC" is not an id`},
		{traverse.Number, "ANY", plain, "0x10", `"0x10" is not a number; write decimal digits, such as 1234.5`},
		{traverse.Number, "ANY", plain, "1e400", `"1e400" is too large for a number`},
		{traverse.Number, "ANY", plain, "x", `"x" is not a number; write decimal digits, such as 1234.5`},
		{traverse.Number, "ANY", plain, true, `the bool "true" is not a number`},
		{traverse.Number, "FLOAT8", plain, math.Inf(1), `a number must be finite, not +Inf`},
		{traverse.Bool, "INT8", plain, int64(2), `the number "2" is not a bool`},
		{traverse.Bool, "ANY", plain, "true", `the text "true" is not a bool`},
		{traverse.Bool, "TEXT", sqldb.Column{True: "Y", False: "N"}, "1", `"1" is not a bool; want "Y" or "N"`},
		{traverse.Time, "ANY", plain, int64(7), `the number 7 is not a time, unless the mapping gives the column a Unix format`},
		{traverse.Time, "ANY", plain, 7.5, `the number 7.5 is not a time`},
		{traverse.Time, "FLOAT8", seconds, 1e13, `the number 1e+13 is not a time`},
		{traverse.Time, "FLOAT8", seconds, math.NaN(), `the number NaN is not a time`},
		{traverse.Time, "INT8", seconds, int64(1 << 50), `the year 35680317 is outside 0 to 9999`},
		{traverse.Time, "ANY", seconds, "2026-05-31", `"2026-05-31" is not a time; want YYYY-MM-DDTHH:MM:SSZ, perhaps with a space for the T, a fraction, or an offset such as +02:00`},
		{traverse.Time, "ANY", plain, true, `the bool "true" is not a time`},
		{traverse.Time, "TIMESTAMP", plain, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), `the year 10000 is outside 0 to 9999`},
		{traverse.Date, "DATE", plain, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), `the year 10000 is outside 0 to 9999`},
		{traverse.Date, "ANY", plain, "31.12.1990", `"31.12.1990" is not a date; want YYYY-MM-DD`},
		{traverse.Date, "ANY", plain, "2026-02-29", `"2026-02-29" is not a date; want YYYY-MM-DD`},
		{traverse.Date, "ANY", plain, int64(7), `the number 7 is not a time, unless the mapping gives the column a Unix format`},
		{traverse.Choices, "ANY", plain, int64(7), `the number "7" is not a list of choices`},
		{traverse.Choices, "JSONB", plain, `["A", 5]`, `"[\"A\", 5]" is not a JSON array of text`},
		{traverse.Choices, "_TEXT", plain, `A`, `"A" is not an array of text with one dimension`},
		{traverse.Choices, "_TEXT", plain, `{{A}}`, `"{{A}}" is not an array of text with one dimension`},
		{traverse.Choices, "_TEXT", plain, `{"A}`, `"{\"A}" is not an array of text with one dimension`},
		{traverse.Choices, "_TEXT", plain, `{"A\}`, `"{\"A\\}" is not an array of text with one dimension`},
		{traverse.Choices, "_TEXT", plain, `{"A"B}`, `"{\"A\"B}" is not an array of text with one dimension`},
	} {
		want := `sqldb: Lead "l1": Field (column field): ` + test.want
		if got, err := readValue(t, test.typ, test.stored, test.column, test.in); err == nil || err.Error() != want {
			t.Errorf("%v in %s: %T %v gives %v, %v\nwant %s", test.typ, test.stored, test.in, test.in, got, err, want)
		}
	}
	for _, text := range []string{"2026-05-31 14:30", "2026-05-31x14:30:00", "2026-05-31 14:30:00.", "2026-05-31 14:30:00 +02:00 a?", "2026-05-31 14:30:00 +2", "today"} {
		_, err := readValue(t, traverse.Time, "TEXT", plain, text)
		if err == nil || !strings.Contains(err.Error(), "is not a time; want YYYY-MM-DDTHH:MM:SSZ") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
