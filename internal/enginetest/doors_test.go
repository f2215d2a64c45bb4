package enginetest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/source/structs"
	"github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// doorSchema has a field of each type that a value can be out of range for.
func doorSchema(t *testing.T) *traverse.Schema {
	t.Helper()
	s, err := leadscore.ParseSchema("doors", "profile Lead { Text text Number number Time time Date date Choices choices (\"A\") }", leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A door is a way for one value to get into a field of a record. It returns an error
// unless the value is in.
type door struct {
	name string
	in   func(field string, v any) error
}

func doors(t *testing.T) []door {
	schema := doorSchema(t)
	load := func(name, text string) error {
		_, err := tables.LoadFS(t.Context(), fstest.MapFS{"data/" + name: {Data: []byte(text)}}, "data", schema, tables.Options{})
		return err
	}
	row := func(field string, v traverse.Value) error {
		need, err := schema.NewNeed("Lead", "", []string{field}, "")
		if err != nil {
			t.Fatal(err)
		}
		rows := traverse.NewRows(&traverse.Query{Need: need, Keys: []string{"l"}})
		rows.Add("l", "l", v)
		return errors.Join(rows.Failed("l"), rows.Err())
	}
	return []door{
		{"ValueOf", func(field string, v any) error {
			switch x := v.(type) {
			case string: // ValueOf does not know the field
				if v = json.Number(x); field == "Text" {
					v = x
				} else if field != "Number" {
					return errNoDoor
				}
			case json.RawMessage:
				return errNoDoor
			}
			_, err := traverse.ValueOf(v)
			return err
		}},
		{"memory.Add", func(field string, v any) error {
			if _, raw := v.(json.RawMessage); raw { // bytes of a text
				return errNoDoor
			}
			return memory.New(schema).Add("Lead", "l", memory.Record{field: v})
		}},
		{"memory.Put of a pointer", func(field string, v any) error {
			if _, raw := v.(json.RawMessage); raw {
				return errNoDoor
			}
			return memory.New(schema).Put("Lead", "l", memory.Record{field: &v})
		}},
		{"columns.Store", func(field string, v any) error {
			value, isValue := v.(traverse.Value)
			if !isValue {
				return errNoDoor
			}
			store := columns.New(schema)
			values := make([]traverse.Value, len(store.Table("Lead").Columns()))
			for i, c := range store.Table("Lead").Columns() {
				if c.Name == field {
					values[i] = value
				}
			}
			return store.Add("Lead", "l", values...)
		}},
		{"Rows.Add", func(field string, v any) error {
			value, isValue := v.(traverse.Value)
			if text, ok := v.(string); ok && field != "Text" {
				value, isValue = traverse.TextValue(text), true // which is converted
			}
			if !isValue || field == "Text" || field == "Choices" {
				return errNoDoor
			}
			return row(field, value)
		}},
		{"CSV", func(field string, v any) error {
			text, ok := v.(string)
			if !ok {
				return errNoDoor
			}
			return load("Lead.csv", "id,"+field+"\nl,"+text+"\n")
		}},
		{"JSON", func(field string, v any) error {
			raw, ok := v.(json.RawMessage)
			if text, isText := v.(string); isText && field != "Number" {
				raw, ok = json.RawMessage(`"`+text+`"`), true
			}
			if number, isNumber := v.(json.Number); isNumber {
				raw, ok = json.RawMessage(number), true
			}
			if !ok {
				return errNoDoor
			}
			return load("Lead.ndjson", fmt.Sprintf("{\"id\": \"l\", %q: %s}\n", field, raw))
		}},
		{"structs", func(field string, v any) error {
			l := struct {
				_             struct{} `leadscore:"Lead"`
				ID            string
				Text          string
				Number        float64
				Time          time.Time
				Date          time.Time `leadscore:",date"`
				Choices       []string
				ParentContact string
			}{ID: "l"}
			switch v := v.(type) {
			case string:
				if field != "Text" {
					return errNoDoor
				}
				l.Text = v
			case float64:
				l.Number = v
			case time.Time:
				if l.Time = v; field == "Date" {
					l.Time, l.Date = time.Time{}, v
				}
			case []string:
				l.Choices = v
			default:
				return errNoDoor
			}
			_, err := structs.Load(schema, l)
			return err
		}},
	}
}

// TestIDsAtTheDoors: an id is a text.
func TestIDsAtTheDoors(t *testing.T) {
	schema := doorSchema(t)
	const want = `Lead: the id "a\xff" is not UTF-8`
	if err := memory.New(schema).Add("Lead", "a\xff", nil); err == nil || err.Error() != "memory: "+want {
		t.Errorf("memory: %v", err)
	}
	store := columns.New(schema)
	if err := store.Add("Lead", "a\xff", make([]traverse.Value, len(store.Table("Lead").Columns()))...); err == nil || err.Error() != "columns: "+want {
		t.Errorf("columns: %v", err)
	}
}

// errNoDoor says that a value cannot get in by a door, as it has no such form there.
var errNoDoor = errors.New("no door")

// TestEveryDoor: a value that some layer cannot hold is refused wherever it would
// come in, with the same words, and the values next to it get in.
func TestEveryDoor(t *testing.T) {
	at := func(year int, zone int) time.Time {
		return time.Date(year, 1, 1, 0, 0, 0, 0, time.FixedZone("", zone*60*60))
	}
	micros := func(t time.Time) traverse.Value { return traverse.MicrosValue(t.UnixMicro()) }
	const half = `a \u escape is half of a character`
	for _, test := range []struct {
		field string
		value any
		want  string // "" = the value gets in
		doors int    // how many there are for it
	}{
		{"Number", "1e-400", "is too small for a number; write 0", 5},
		{"Number", "-0.001e-400", "is too small for a number; write 0", 5},
		{"Number", json.Number("1e-400"), "is too small for a number; write 0", 4},
		{"Number", "1e400", "is too large for a number", 5},
		{"Number", json.Number("-1e400"), "is too large for a number", 4},
		{"Number", "0x10", "is not a number; write decimal digits, such as 1234.5", 5},
		{"Number", math.Inf(-1), "a number must be finite, not -Inf", 4},
		{"Number", math.NaN(), "a number must be finite, not NaN", 4},
		{"Number", traverse.NumberValue(math.Inf(1)), "a number must be finite, not +Inf", 5},
		{"Number", "5e-324", "", 5},
		{"Number", json.Number("0e-400"), "", 4},
		{"Number", "-0.000", "", 5},
		{"Number", 1.7976931348623157e308, "", 4},

		{"Time", "0000-01-01T00:00:00+23:59", "the year -1 is outside 0 to 9999", 5},
		{"Time", "9999-12-31T23:59:59-23:59", "the year 10000 is outside 0 to 9999", 5},
		{"Time", at(0, 1), "the year -1 is outside 0 to 9999", 4},
		{"Time", at(10000, -1), "the year 10000 is outside 0 to 9999", 4},
		{"Time", at(500_000, 0), "the year 500000 is outside 0 to 9999", 4},
		{"Time", micros(at(0, 1)), "the year -1 is outside 0 to 9999", 5},
		{"Time", micros(at(10000, 0)), "the year 10000 is outside 0 to 9999", 5},
		{"Time", "0000-01-01T00:00:00Z", "", 5},
		{"Time", "9999-12-31T23:59:59.999999Z", "", 5},
		{"Time", at(0, 0), "", 4},
		{"Time", micros(at(10000, 0).Add(-time.Microsecond)), "", 5},

		{"Date", at(-1, 0), "the year -1 is outside 0 to 9999", 4},
		{"Date", traverse.DateValue(10000, 1, 1), "the year 10000 is outside 0 to 9999", 5},
		{"Date", traverse.DateValue(-1, 12, 31), "the year -1 is outside 0 to 9999", 5},
		{"Date", traverse.DateValue(9999, 12, 31), "", 5},
		{"Date", traverse.DateValue(0, 1, 1), "", 5},
		{"Date", "9999-12-31", "", 5},

		{"Text", "a\xffb", "UTF-8", 6},
		{"Text", []byte("a\xffb"), "UTF-8", 3},
		{"Text", traverse.TextValue("\xf0\x9f"), "UTF-8", 4},
		{"Text", json.RawMessage(`"\ud83d"`), half, 1},
		{"Text", json.RawMessage(`"\ude00\ud83d"`), half, 1},
		{"Text", json.RawMessage(`"\ud83d\ude00 \\ud83d"`), "", 1},
		{"Text", "\ufffd", "", 6},
		{"Choices", []string{"A", "\xff"}, "UTF-8", 4},
		{"Choices", traverse.ChoicesValue("\xff"), "UTF-8", 4},
		{"Choices", []string{"A", "é"}, "", 4},
	} {
		n := 0
		for _, d := range doors(t) {
			err := d.in(test.field, test.value)
			switch {
			case err == errNoDoor:
				continue
			case test.want == "" && err != nil:
				t.Errorf("%s, %s %#v: %v", d.name, test.field, test.value, err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("%s, %s %#v: %v, want %s", d.name, test.field, test.value, err, test.want)
			}
			n++
		}
		if n != test.doors {
			t.Errorf("%s %#v: %d doors, want %d", test.field, test.value, n, test.doors)
		}
	}
}
