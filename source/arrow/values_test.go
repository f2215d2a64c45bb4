package arrow_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/extensions"
	"github.com/apache/arrow-go/v18/arrow/memory"

	leadarrow "github.com/leadscore/leadscore/source/arrow"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// column returns an array of values that are written as JSON.
func column(t testing.TB, typ arrow.DataType, json string) arrow.Array {
	t.Helper()
	a, _, err := array.FromJSON(memory.DefaultAllocator, typ, strings.NewReader(json))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// listed are the values of a choice.
var listed = map[traverse.Type][]string{traverse.Choice: {"Open"}}

// contact returns a schema with one field of a contact.
func contact(t testing.TB, typ traverse.Type) *traverse.Schema {
	t.Helper()
	s, err := traverse.NewSchema(
		traverse.Definition{Name: "Lead", Relationships: []traverse.Relationship{{Name: "ParentContact", Target: "Contact"}, {Name: "ParentAccount", Target: "Account"}}},
		traverse.Definition{Name: "Account"},
		traverse.Definition{Name: "Contact", Fields: []traverse.Field{{Name: "F", Type: typ, Values: listed[typ]}},
			Relationships: []traverse.Relationship{{Name: "R", Target: "Account"}, {Name: "ParentAccount", Target: "Account"}}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// values loads a column as a member of contacts, whose ids are c0, c1 and so on.
func values(t testing.TB, schema *traverse.Schema, member string, a arrow.Array, mapped sqldb.Column, inFile bool) ([]traverse.Value, error) {
	t.Helper()
	ids := array.NewStringBuilder(memory.DefaultAllocator)
	var keys []string
	for i := range a.Len() {
		keys = append(keys, fmt.Sprintf("c%d", i))
		ids.Append(keys[i])
	}
	s := arrow.NewSchema([]arrow.Field{{Name: "id", Type: text}, {Name: member, Type: a.DataType(), Nullable: true}}, nil)
	batch := array.NewRecordBatch(s, []arrow.Array{ids.NewArray(), a}, int64(a.Len()))
	opts := sqldb.Options{Zone: time.FixedZone("", 2*60*60), Mapping: sqldb.Mapping{Tables: map[string]sqldb.Table{"Contact": {Columns: map[string]sqldb.Column{member: mapped}}}}}
	var tables *leadarrow.Tables
	var err error
	if inFile {
		tables, err = leadarrow.Open(t.Context(), fstest.MapFS{"contacts.parquet": parquetOf(t, 100, batch)}, schema, opts)
	} else {
		tables, err = leadarrow.Bind(schema, opts, leadarrow.Batches("Contact", s, batch))
	}
	if err != nil {
		return nil, err
	}
	need, err := schema.NewNeed("Contact", "", []string{member}, "")
	if err != nil {
		t.Fatal(err)
	}
	store, err := tables.Load(t.Context(), []traverse.Query{{Need: need}}, sqldb.LoadOptions{})
	if err != nil {
		return nil, err
	}
	q := &traverse.Query{Need: need, Keys: keys}
	out := traverse.NewRows(q)
	if err := store.Fetch(t.Context(), q, out); err != nil {
		t.Fatal(err)
	}
	got := make([]traverse.Value, len(keys))
	for row := range out.All() {
		var i int
		fmt.Sscanf(row.Key, "c%d", &i)
		got[i] = row.Values[0]
	}
	return got, nil
}

func TestValues(t *testing.T) {
	instant := func(s string) traverse.Value {
		at, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return traverse.TimeValue(at)
	}
	day, txt, num, null := traverse.DateValue, traverse.TextValue, traverse.NumberValue, traverse.Value{}
	uuids := array.NewExtensionArrayWithStorage(extensions.NewUUIDType(), column(t, &arrow.FixedSizeBinaryType{ByteWidth: 16}, `["ASNFZ4mrze8BI0VniavN7w==", null]`))
	uuid := txt("01234567-89ab-cdef-0123-456789abcdef")
	list := `[["Tea","Coffee"],[],null,["",null],["Tea","Coffee"]]`
	chosen := []traverse.Value{traverse.ChoicesValue("Tea", "Coffee"), null, null, null, traverse.ChoicesValue("Tea", "Coffee")}
	noon := []traverse.Value{instant("2026-05-01T12:00:00Z"), instant("1969-12-31T23:59:59.5Z"), null}
	for _, test := range []struct {
		typ    traverse.Type // NoType: a reference
		a      arrow.Array
		mapped sqldb.Column
		want   []traverse.Value
	}{
		{typ: traverse.Text, a: column(t, text, `["a","",null,"ß"]`), want: []traverse.Value{txt("a"), null, null, txt("ß")}},
		{typ: traverse.Text, a: column(t, arrow.BinaryTypes.LargeString, `["a",null]`), want: []traverse.Value{txt("a"), null}},
		{typ: traverse.Text, a: column(t, arrow.BinaryTypes.StringView, `["a",null,"longer than twelve bytes"]`), want: []traverse.Value{txt("a"), null, txt("longer than twelve bytes")}},
		{typ: traverse.Text, a: column(t, dictionary, `["a","b",null,"a"]`), want: []traverse.Value{txt("a"), txt("b"), null, txt("a")}},
		{typ: traverse.Text, a: column(t, arrow.PrimitiveTypes.Int32, `[7,null,-3]`), want: []traverse.Value{txt("7"), null, txt("-3")}},
		{typ: traverse.Choice, a: column(t, arrow.PrimitiveTypes.Uint8, `[0,1,null]`), mapped: sqldb.Column{Codes: map[string]string{"0": "Open", "1": ""}}, want: []traverse.Value{txt("Open"), null, null}},
		{typ: traverse.Text, a: uuids, want: []traverse.Value{uuid, null}},
		{typ: traverse.Text, a: column(t, arrow.Null, `[null]`), want: []traverse.Value{null}},
		{typ: traverse.NoType, a: uuids, want: []traverse.Value{uuid, null}},
		{typ: traverse.NoType, a: column(t, dictionary, `["x",null,"x"]`), want: []traverse.Value{txt("x"), null, txt("x")}},
		{typ: traverse.NoType, a: column(t, arrow.PrimitiveTypes.Int64, `[7,null]`), want: []traverse.Value{txt("7"), null}},
		{typ: traverse.NoType, a: column(t, arrow.PrimitiveTypes.Uint64, `[18446744073709551615]`), want: []traverse.Value{txt("18446744073709551615")}},
		{typ: traverse.NoType, a: column(t, &arrow.Decimal128Type{Precision: 38, Scale: 0}, `["7","12345678901234567890123",null]`), want: []traverse.Value{txt("7"), txt("12345678901234567890123"), null}},
		{typ: traverse.Number, a: column(t, arrow.PrimitiveTypes.Int64, `[7,null]`), want: []traverse.Value{num(7), null}},
		{typ: traverse.Number, a: column(t, arrow.PrimitiveTypes.Uint16, `[7,null]`), want: []traverse.Value{num(7), null}},
		{typ: traverse.Number, a: column(t, arrow.PrimitiveTypes.Float32, `[0.5,null]`), want: []traverse.Value{num(0.5), null}},
		{typ: traverse.Number, a: column(t, &arrow.Decimal128Type{Precision: 10, Scale: 2}, `["0.10","-12.50",null]`), want: []traverse.Value{num(0.1), num(-12.5), null}},
		{typ: traverse.Number, a: column(t, &arrow.Decimal256Type{Precision: 50, Scale: 1}, `["0.1",null]`), want: []traverse.Value{num(0.1), null}},
		{typ: traverse.Number, a: column(t, text, `["1e3",null]`), mapped: sqldb.Column{Format: sqldb.DecimalText}, want: []traverse.Value{num(1000), null}},
		{typ: traverse.Bool, a: column(t, arrow.FixedWidthTypes.Boolean, `[true,false,null]`), want: []traverse.Value{traverse.BoolValue(true), traverse.BoolValue(false), null}},
		{typ: traverse.Bool, a: column(t, arrow.PrimitiveTypes.Int32, `[1,0,null]`), want: []traverse.Value{traverse.BoolValue(true), traverse.BoolValue(false), null}},
		{typ: traverse.Bool, a: column(t, dictionary, `["Y","N",null]`), mapped: sqldb.Column{True: "Y", False: "N"}, want: []traverse.Value{traverse.BoolValue(true), traverse.BoolValue(false), null}},
		{typ: traverse.Time, a: column(t, utc, `["2026-05-01T12:00:00Z","1969-12-31T23:59:59.5Z",null]`), want: noon},
		{typ: traverse.Time, a: column(t, &arrow.TimestampType{Unit: arrow.Millisecond}, `["2026-05-01T12:00:00","1969-12-31T23:59:59.5",null]`), want: noon},
		{typ: traverse.Time, a: column(t, arrow.FixedWidthTypes.Timestamp_ns, `["2026-05-01T12:00:00.000000999Z","1969-12-31T23:59:59.500000001Z",null]`), want: noon},
		{typ: traverse.Time, a: column(t, arrow.FixedWidthTypes.Timestamp_s, `["2026-05-01T12:00:00Z","0001-01-01T00:00:00Z","0001-01-01T00:00:01Z"]`), want: []traverse.Value{noon[0], null, instant("0001-01-01T00:00:01Z")}},
		{typ: traverse.Time, a: column(t, &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "Europe/Berlin"}, `["2026-05-01T12:00:00Z"]`), want: noon[:1]},
		{typ: traverse.Time, a: column(t, arrow.FixedWidthTypes.Date32, `["2026-05-01",null]`), want: []traverse.Value{instant("2026-04-30T22:00:00Z"), null}},
		{typ: traverse.Time, a: column(t, arrow.PrimitiveTypes.Int64, `[1777636800000,null]`), mapped: sqldb.Column{Format: sqldb.UnixMillis}, want: []traverse.Value{noon[0], null}},
		{typ: traverse.Time, a: column(t, text, `["2026-05-01 12:00:00",null]`), want: []traverse.Value{noon[0], null}},
		{typ: traverse.Date, a: column(t, arrow.FixedWidthTypes.Date32, `["2026-05-01","0001-01-01",null]`), want: []traverse.Value{day(2026, 5, 1), null, null}},
		{typ: traverse.Date, a: column(t, arrow.FixedWidthTypes.Date64, `["2026-05-01",null]`), want: []traverse.Value{day(2026, 5, 1), null}},
		{typ: traverse.Date, a: column(t, utc, `["2026-05-01T23:59:59Z",null]`), want: []traverse.Value{day(2026, 5, 1), null}},
		{typ: traverse.Date, a: column(t, dictionary, `["2026-05-01",null]`), want: []traverse.Value{day(2026, 5, 1), null}},
		{typ: traverse.Choices, a: column(t, arrow.ListOf(text), list), want: chosen},
		{typ: traverse.Choices, a: column(t, arrow.LargeListOf(text), list), want: chosen},
		{typ: traverse.Choices, a: column(t, arrow.ListOf(text), `[["1","2"]]`), mapped: sqldb.Column{Codes: map[string]string{"1": "Tea", "2": ""}}, want: []traverse.Value{traverse.ChoicesValue("Tea")}},
		{typ: traverse.Choices, a: column(t, text, `["Tea; Coffee",""]`), want: chosen[:2]},
		{typ: traverse.Choices, a: column(t, text, `["[\"Tea\",\"Coffee\"]",null]`), mapped: sqldb.Column{Format: sqldb.JSONArray}, want: chosen[:2]},
	} {
		for _, inFile := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v from %v, in a file %v", test.typ, test.a.DataType(), inFile), func(t *testing.T) {
				if id := test.a.DataType().ID(); inFile && (id == arrow.STRING_VIEW || id == arrow.DECIMAL256) {
					t.Skip("the writer of Parquet files has no such type")
				}
				member, typ := "F", test.typ
				if typ == traverse.NoType {
					member, typ = "R", traverse.Text
				}
				got, err := values(t, contact(t, typ), member, test.a, test.mapped, inFile)
				if err != nil {
					t.Fatal(err)
				}
				for i, v := range got {
					if !v.Equal(test.want[i]) {
						t.Errorf("%d: %v %v, want %v", i, v.Kind(), v, test.want[i])
					}
				}
			})
		}
	}
}

// TestUnfit binds columns that cannot hold a field.
func TestUnfit(t *testing.T) {
	for _, test := range []struct {
		typ    traverse.Type
		a      arrow.Array
		mapped sqldb.Column
		want   string
	}{
		{traverse.Text, column(t, arrow.StructOf(arrow.Field{Name: "a", Type: text}), `[{"a":"x"}]`), sqldb.Column{},
			"arrow: Contact.F: the column F is of a type that no field has (struct<a: utf8>) and cannot hold text"},
		{traverse.Text, column(t, arrow.MapOf(text, text), `[[{"key":"a","value":"b"}]]`), sqldb.Column{}, "(map<utf8, utf8, items_nullable>) and cannot hold text"},
		{traverse.Choices, column(t, arrow.ListOf(arrow.PrimitiveTypes.Int64), `[[1]]`), sqldb.Column{}, "and cannot hold a list of choices"},
		{traverse.Number, column(t, text, `["1"]`), sqldb.Column{}, "the column F is text (utf8) and cannot hold a number, unless its Format in Mapping.Tables is DecimalText"},
		{traverse.Time, column(t, arrow.PrimitiveTypes.Int64, `[1]`), sqldb.Column{}, "unless its Format in Mapping.Tables is UnixSeconds, UnixMillis or UnixMicros"},
		{traverse.Time, column(t, arrow.FixedWidthTypes.Time64us, `["12:00:00"]`), sqldb.Column{}, "(time64[us]) and cannot hold a time"},
		{traverse.Text, column(t, &arrow.FixedSizeBinaryType{ByteWidth: 4}, `["AAAAAA=="]`), sqldb.Column{}, "(fixed_size_binary[4]) and cannot hold text"},
	} {
		_, err := values(t, contact(t, test.typ), "F", test.a, test.mapped, false)
		if _, ok := errors.AsType[leadarrow.Problems](err); !ok || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v from %v: %v\nlacks %q", test.typ, test.a.DataType(), err, test.want)
		}
	}
}

// TestBadValues loads values that do not suit their field.
func TestBadValues(t *testing.T) {
	floats := array.NewFloat64Builder(memory.DefaultAllocator)
	floats.AppendValues([]float64{1, nan}, nil)
	bytes := array.NewBinaryBuilder(memory.DefaultAllocator, arrow.BinaryTypes.Binary)
	bytes.AppendStringValues([]string{"a", "\xff"}, nil)
	for _, test := range []struct {
		typ    traverse.Type
		a      arrow.Array
		mapped sqldb.Column
		want   string
	}{
		{traverse.Number, floats.NewArray(), sqldb.Column{}, `Contact, row 2 (batch 0): Contact "c1": F (column F): `},
		{traverse.Text, bytes.NewArray(), sqldb.Column{}, "is not UTF-8"},
		{traverse.Text, column(t, dictionary, `["a","b"]`), sqldb.Column{Codes: map[string]string{"a": "x"}}, `"b" is not among the codes of the column`},
		{traverse.Bool, column(t, arrow.PrimitiveTypes.Int8, `[1,2]`), sqldb.Column{}, `the number "2" is not a bool`},
		{traverse.Time, column(t, arrow.FixedWidthTypes.Timestamp_s, `["2026-05-01T00:00:00Z","9999-12-31T23:59:59Z"]`), sqldb.Column{}, ""},
		{traverse.Time, column(t, arrow.PrimitiveTypes.Int64, `[1,99999999999999]`), sqldb.Column{Format: sqldb.UnixSeconds}, "row 2"},
		{traverse.Date, column(t, text, `["2026-05-01","1 May"]`), sqldb.Column{}, `"1 May" is not a date; want YYYY-MM-DD`},
		{traverse.Number, column(t, text, `["1","much"]`), sqldb.Column{Format: sqldb.DecimalText}, `row 2 (batch 0): Contact "c1": F (column F): `},
	} {
		_, err := values(t, contact(t, test.typ), "F", test.a, test.mapped, false)
		if test.want == "" {
			if err != nil {
				t.Errorf("%v from %v: %v", test.typ, test.a.DataType(), err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "arrow: loading Contact: ") {
			t.Errorf("%v from %v: %v\nlacks %q", test.typ, test.a.DataType(), err, test.want)
		}
	}
}
