package memory_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/traverse"
)

func TestContract(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) traverse.Source {
		return fill(t, schema, records)
	})
}

// TestContractIndexedFirst adds the records when the indexes are there already.
func TestContractIndexedFirst(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) traverse.Source {
		s := memory.New(schema)
		for e := range schema.Entities() {
			for r := range e.Relationships() {
				if !r.Many() {
					fetch(t, s, schema, e.Name(), r.Name, "no such key")
				}
			}
		}
		add(t, s, records)
		return s
	})
}

func fill(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) *memory.Source {
	t.Helper()
	s := memory.New(schema)
	add(t, s, records)
	return s
}

func add(t *testing.T, s *memory.Source, records []sourcetest.Record) {
	t.Helper()
	for _, r := range records {
		record := memory.Record{}
		for name, v := range r.Values {
			record[name] = v
		}
		if err := s.Add(r.Entity, r.ID, record); err != nil {
			t.Fatal(err)
		}
	}
}

func query(t testing.TB, schema *traverse.Schema, entity, by string, keys ...string) *traverse.Query {
	t.Helper()
	e := schema.Entity(entity)
	fields := slices.Collect(e.FieldNames())
	for r := range e.Relationships() {
		if !r.Many() {
			fields = append(fields, r.Name)
		}
	}
	dated := ""
	if f, ok := e.Dated(); ok {
		dated = f.Name
	}
	need, err := schema.NewNeed(entity, by, fields, dated)
	if err != nil {
		t.Fatal(err)
	}
	return &traverse.Query{Need: need, Keys: keys}
}

func fetch(t testing.TB, s *memory.Source, schema *traverse.Schema, entity, by string, keys ...string) []traverse.Row {
	t.Helper()
	return run(t, s, query(t, schema, entity, by, keys...))
}

func run(t testing.TB, s *memory.Source, q *traverse.Query) []traverse.Row {
	t.Helper()
	out := traverse.NewRows(q)
	if err := s.Fetch(t.Context(), q, out); err != nil {
		t.Fatal(err)
	}
	if err := out.Err(); err != nil {
		t.Fatal(err)
	}
	return slices.Collect(out.All())
}

// typesSchema has a field of each type that bears its type's name, and a field
// called id.
func typesSchema(t testing.TB) *traverse.Schema {
	t.Helper()
	var fields []traverse.Field
	for _, typ := range traverse.Types() {
		f := traverse.Field{Name: typ.String(), Type: typ}
		if typ == traverse.Choice || typ == traverse.Choices {
			f.Values = []string{"A", "B"}
		}
		fields = append(fields, f)
	}
	s, err := traverse.NewSchema(
		traverse.Definition{Name: "Lead", Fields: fields, Relationships: []traverse.Relationship{
			{Name: "ParentContact", Target: "Contact"}, {Name: "ParentAccount", Target: "Account"},
			{Name: "Tasks", Target: "Task", Via: "Lead"},
		}},
		traverse.Definition{Name: "Contact", Relationships: []traverse.Relationship{{Name: "ParentAccount", Target: "Account"}}},
		traverse.Definition{Name: "Account", Fields: []traverse.Field{{Name: "id", Type: traverse.Text}}},
		traverse.Definition{Name: "Invoice", Fields: []traverse.Field{{Name: "id", Type: traverse.Number}}},
		traverse.Definition{Name: "Task", Relationships: []traverse.Relationship{{Name: "Lead", Target: "Lead"}}},
		traverse.Definition{Name: "Click", Kind: traverse.Interaction},
	)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type (
	rating string
	flag   bool
	amount float32
)

func TestAddFitsValues(t *testing.T) {
	schema := typesSchema(t)
	berlin := time.FixedZone("", 2*60*60)
	text, at, day, number := traverse.TextValue, traverse.TimeValue, traverse.DateValue, traverse.NumberValue
	null := traverse.Value{}
	berlinMidnight := time.Date(2026, 5, 31, 0, 0, 0, 0, berlin)
	for _, test := range []struct {
		field string
		in    any
		want  traverse.Value
	}{
		{"text", "a", text("a")},
		{"text", "", null},
		{"text", rating("Hot"), text("Hot")},
		{"text", nil, null},
		{"text", text("v"), text("v")},
		{"text", null, null},
		{"choice", "not listed", text("not listed")},
		{"number", 5, number(5)},
		{"number", int8(-5), number(-5)},
		{"number", uint64(math.MaxUint64), number(math.MaxUint64)},
		{"number", amount(0.5), number(0.5)},
		{"number", "-1.5e3", number(-1500)},
		{"number", ".5", number(0.5)},
		{"number", "", null},
		{"number", text("7"), number(7)},
		{"number", nil, null},
		{"bool", true, traverse.BoolValue(true)},
		{"bool", flag(true), traverse.BoolValue(true)},
		{"bool", 0, traverse.BoolValue(false)},
		{"bool", 1.0, traverse.BoolValue(true)},
		{"bool", "FALSE", traverse.BoolValue(false)},
		{"time", "2026-05-31T14:30:00+02:00", at(time.Date(2026, 5, 31, 12, 30, 0, 0, time.UTC))},
		{"time", "2026-05-31t14:30:00.1234567891234z", at(time.Date(2026, 5, 31, 14, 30, 0, 123456000, time.UTC))},
		{"time", "1969-12-31T23:59:59.9999999Z", at(time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC))},
		{"time", "2026-05-31", at(time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC))},
		{"time", time.Date(2026, 5, 31, 1, 0, 0, 1999, berlin), at(time.Date(2026, 5, 30, 23, 0, 0, 1000, time.UTC))},
		{"time", time.Time{}, null},
		{"time", day(2026, 5, 31), at(time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC))},
		{"time", at(time.Date(2026, 5, 31, 1, 2, 3, 0, time.UTC)), at(time.Date(2026, 5, 31, 1, 2, 3, 0, time.UTC))},
		{"date", "2024-02-29", day(2024, 2, 29)},
		{"date", time.Date(2026, 5, 31, 1, 0, 0, 0, berlin), day(2026, 5, 31)},
		{"date", at(time.Date(2026, 5, 31, 1, 0, 0, 0, berlin)), day(2026, 5, 30)},
		{"date", day(2026, 5, 31), day(2026, 5, 31)},
		{"choices", []string{"A", "", "C"}, traverse.ChoicesValue("A", "C")},
		{"choices", []string{}, null},
		{"choices", " A ;; B;", traverse.ChoicesValue("A", "B")},
		{"choices", traverse.ChoicesValue("B"), traverse.ChoicesValue("B")},
		{"date", &berlinMidnight, day(2026, 5, 31)},
		{"date", sql.NullTime{Time: berlinMidnight, Valid: true}, day(2026, 5, 31)},
		{"date", sql.NullTime{Time: berlinMidnight}, null},
		{"date", (*time.Time)(nil), null},
		{"date", (*sql.NullTime)(nil), null},
		{"time", &berlinMidnight, at(berlinMidnight)},
		{"number", json.Number("1.5"), number(1.5)},
		{"number", json.Number("18446744073709551616"), number(1 << 64)},
		{"number", sql.NullInt64{Int64: 7, Valid: true}, number(7)},
		{"number", new(7), number(7)},
		{"text", new("a"), text("a")},
		{"text", []byte("a"), text("a")},
		{"choices", []any{"A", nil, ""}, traverse.ChoicesValue("A")},
		{"choices", []rating{"B"}, traverse.ChoicesValue("B")},
		{"ParentContact", json.Number("12345678901234567890"), text("12345678901234567890")},
		{"ParentContact", "c1", text("c1")},
		{"ParentContact", "", null},
		{"ParentContact", uint64(math.MaxUint64), text("18446744073709551615")},
		{"ParentContact", int64(math.MinInt64), text("-9223372036854775808")},
		{"ParentContact", 12.0, text("12")},
		{"ParentContact", number(12), text("12")},
	} {
		t.Run(fmt.Sprintf("%s %T %v", test.field, test.in, test.in), func(t *testing.T) {
			s := memory.New(schema)
			if err := s.Add("Lead", "l1", memory.Record{test.field: test.in}); err != nil {
				t.Fatal(err)
			}
			q := query(t, schema, "Lead", "", "l1")
			got := run(t, s, q)[0].Values[slices.Index(q.Fields, test.field)]
			if !got.Equal(test.want) {
				t.Errorf("got %s %v, want %s %v", got.Kind(), got, test.want.Kind(), test.want)
			}
		})
	}
}

// A level is an integer that marshals to a text.
type level int

func (level) MarshalText() ([]byte, error) { return []byte("high"), nil }

type endless *endless

// TestAddPointers checks that a pointer is treated as the value that it points to.
func TestAddPointers(t *testing.T) {
	berlin := time.FixedZone("Berlin", 2*60*60)
	schema := typesSchema(t)
	add := func(field string, x any) (string, error) {
		s := memory.New(schema)
		if err := s.Add("Lead", "l1", memory.Record{field: x}); err != nil {
			return "", err
		}
		q := query(t, schema, "Lead", "", "l1")
		v := run(t, s, q)[0].Values[slices.Index(q.Fields, field)]
		return v.Kind().String() + " " + v.String(), nil
	}
	for _, test := range []struct {
		field string
		in    any
		want  string // the value, or the error
	}{
		{"text", int64(1<<53 + 1), `memory: Lead "l1": text: a text cannot be the number "9007199254740992"`},
		{"text", json.Number("9007199254740993"), `memory: Lead "l1": text: a text cannot be the number "9007199254740992"`},
		{"text", sql.Null[int64]{V: 1<<53 + 1, Valid: true}, `memory: Lead "l1": text: a text cannot be the number "9007199254740992"`},
		{"text", level(7), `memory: Lead "l1": text: a text cannot be the number "7"`},
		{"text", *big.NewInt(7), `memory: Lead "l1": text: a Go big.Int is not a value of a record`},
		{"number", json.Number("123456789012345678901"), "number 123456789012345680000"},
		{"number", json.Number("x"), `memory: Lead "l1": number: "x" is not a number; write decimal digits, such as 1234.5`},
		{"number", level(7), "number 7"},
		{"ParentContact", level(7), "text 7"},
		{"ParentContact", int64(1<<53 + 1), "text 9007199254740993"},
		{"ParentContact", json.Number("9007199254740993"), "text 9007199254740993"},
		{"ParentContact", json.Number("1.5"), `memory: Lead "l1": ParentContact: a reference cannot be the number "1.5"`},
		{"date", time.Date(2026, 5, 31, 1, 0, 0, 0, berlin), "date 2026-05-31"},
		{"choices", []string{"A"}, "choices A"},
		{"bool", flag(true), "bool true"},
		{"text", "a", "text a"},
	} {
		pointer := reflect.New(reflect.TypeOf(test.in))
		pointer.Elem().Set(reflect.ValueOf(test.in))
		again := reflect.New(pointer.Type())
		again.Elem().Set(pointer)
		inputs := []any{test.in, pointer.Interface(), again.Interface(), new(test.in)}
		if _, ok := test.in.(big.Int); ok {
			inputs = inputs[:1]
		}
		for _, in := range inputs {
			got, err := add(test.field, in)
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("%s %T: got %s, want %s", test.field, in, got, test.want)
			}
		}
	}
	if got, err := add("text", big.NewInt(7)); got != "text 7" {
		t.Errorf("a type whose pointer marshals: got %s, %v", got, err)
	}
	var round endless
	round = &round
	if _, err := add("text", round); err == nil || err.Error() != `memory: Lead "l1": text: a Go memory_test.endless has too many levels of pointers` {
		t.Errorf("endless pointers: %v", err)
	}
}

func TestAddErrors(t *testing.T) {
	schema := typesSchema(t)
	lead := func(record memory.Record) func(*memory.Source) error {
		return func(s *memory.Source) error { return s.Add("Lead", "l1", record) }
	}
	for _, test := range []struct {
		add  func(*memory.Source) error
		want string
	}{
		{func(s *memory.Source) error { return s.Add("Contct", "c1", nil) }, `memory: record "c1": unknown entity Contct; did you mean Contact?`},
		{func(s *memory.Source) error { return s.Add("Interaction", "c1", nil) }, `memory: record "c1": unknown entity Interaction`},
		{func(s *memory.Source) error { return s.Add("Contact", "", nil) }, `memory: Contact: a record needs an id, not the empty text`},
		{lead(memory.Record{"txet": "a"}), `memory: Lead "l1": txet: no such field; did you mean text?`},
		{lead(memory.Record{"Fax": "a"}), `memory: Lead "l1": Fax: no such field`},
		{lead(memory.Record{"id": "l1"}), `memory: Lead "l1": id: no such field`},
		{lead(memory.Record{"Tasks": "t1"}), `memory: Lead "l1": Tasks: an inverse relationship is not stored: it follows from the references that lead here`},
		{lead(memory.Record{"date": "31.12.1990"}), `memory: Lead "l1": date: "31.12.1990" is not a date; write YYYY-MM-DD`},
		{lead(memory.Record{"date": "2026-02-29"}), `memory: Lead "l1": date: "2026-02-29" is not a date; write YYYY-MM-DD`},
		{lead(memory.Record{"date": 5}), `memory: Lead "l1": date: a date cannot be the number "5"`},
		{lead(memory.Record{"time": "2026-05-31T14:30:00"}), `memory: Lead "l1": time: "2026-05-31T14:30:00" has no offset from UTC; end it with Z or an offset such as +02:00`},
		{lead(memory.Record{"time": "2026-05-31T14:30:00.25"}), `memory: Lead "l1": time: "2026-05-31T14:30:00.25" has no offset from UTC; end it with Z or an offset such as +02:00`},
		{lead(memory.Record{"time": "2026-05-31T14:30:00,25Z"}), `memory: Lead "l1": time: "2026-05-31T14:30:00,25Z" is not a time; write YYYY-MM-DDTHH:MM:SSZ, or an offset such as +02:00 for the Z`},
		{lead(memory.Record{"time": "2026-05-31T1:30:00Z"}), `memory: Lead "l1": time: "2026-05-31T1:30:00Z" is not a time; write YYYY-MM-DDTHH:MM:SSZ, or an offset such as +02:00 for the Z`},
		{lead(memory.Record{"time": "2026-05-31T25:30:00Z"}), `memory: Lead "l1": time: "2026-05-31T25:30:00Z" is not a time; write YYYY-MM-DDTHH:MM:SSZ, or an offset such as +02:00 for the Z`},
		{lead(memory.Record{"time": "2026-05-31T14:30:00+24:00"}), `memory: Lead "l1": time: "2026-05-31T14:30:00+24:00" is not a time; write YYYY-MM-DDTHH:MM:SSZ, or an offset such as +02:00 for the Z`},
		{lead(memory.Record{"time": "2026-05-31T14:30:00.Z"}), `memory: Lead "l1": time: "2026-05-31T14:30:00.Z" is not a time; write YYYY-MM-DDTHH:MM:SSZ, or an offset such as +02:00 for the Z`},
		{lead(memory.Record{"time": time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}), `memory: Lead "l1": time: the year 10000 is outside 0 to 9999`},
		{lead(memory.Record{"time": true}), `memory: Lead "l1": time: a time cannot be the bool "true"`},
		{lead(memory.Record{"number": "0x10"}), `memory: Lead "l1": number: "0x10" is not a number; write decimal digits, such as 1234.5`},
		{lead(memory.Record{"number": "1_000"}), `memory: Lead "l1": number: "1_000" is not a number; write decimal digits, such as 1234.5`},
		{lead(memory.Record{"number": "1,5"}), `memory: Lead "l1": number: "1,5" is not a number; write decimal digits, such as 1234.5`},
		{lead(memory.Record{"number": "NaN"}), `memory: Lead "l1": number: "NaN" is not a number; write decimal digits, such as 1234.5`},
		{lead(memory.Record{"number": "1e400"}), `memory: Lead "l1": number: "1e400" is too large for a number`},
		{lead(memory.Record{"number": math.Inf(1)}), `memory: Lead "l1": number: a number must be finite, not +Inf`},
		{lead(memory.Record{"number": math.NaN()}), `memory: Lead "l1": number: a number must be finite, not NaN`},
		{lead(memory.Record{"number": []string{"A", "B"}}), `memory: Lead "l1": number: a number cannot be the choices "A; B"`},
		{lead(memory.Record{"bool": "yes"}), `memory: Lead "l1": bool: "yes" is not a bool; write true or false`},
		{lead(memory.Record{"bool": 2}), `memory: Lead "l1": bool: a bool cannot be the number "2"`},
		{lead(memory.Record{"text": 5}), `memory: Lead "l1": text: a text cannot be the number "5"`},
		{lead(memory.Record{"text": struct{}{}}), `memory: Lead "l1": text: a Go struct {} is not a value of a record`},
		{lead(memory.Record{"text": json.Number("5")}), `memory: Lead "l1": text: a text cannot be the number "5"`},
		{lead(memory.Record{"text": uint64(math.MaxUint64)}), `memory: Lead "l1": text: a text cannot be the number "18446744073709552000"`},
		{lead(memory.Record{"text": sql.NullInt64{Int64: math.MaxInt64, Valid: true}}), `memory: Lead "l1": text: a text cannot be the number "9223372036854776000"`},
		{lead(memory.Record{"choices": []any{"A", 5}}), `memory: Lead "l1": choices: choices must be texts; 5 is a number`},
		{lead(memory.Record{"choices": 5}), `memory: Lead "l1": choices: a list of choices cannot be the number "5"`},
		{lead(memory.Record{"ParentContact": 1.5}), `memory: Lead "l1": ParentContact: a reference cannot be the number "1.5"`},
		{lead(memory.Record{"ParentContact": traverse.DateValue(2026, 1, 1)}), `memory: Lead "l1": ParentContact: a reference cannot be the date "2026-01-01"`},
		{lead(memory.Record{"date": strings.Repeat("ä", 100)}), `memory: Lead "l1": date: "` + strings.Repeat("ä", 60) + `"… is not a date; write YYYY-MM-DD`},
		{lead(memory.Record{"date": "a", "bool": "b", "text": "fine", "Fax": 1}), `memory: Lead "l1": Fax: no such field
memory: Lead "l1": bool: "b" is not a bool; write true or false
memory: Lead "l1": date: "a" is not a date; write YYYY-MM-DD`},
		{func(s *memory.Source) error { return s.Add("Account", "a1", memory.Record{"id": "a2"}) }, `memory: Account "a1": id: it is the record's id and cannot be "a2"`},
		{func(s *memory.Source) error { return s.Add("Invoice", "x", nil) }, `memory: Invoice "x": id: "x" is not a number; write decimal digits, such as 1234.5`},
	} {
		t.Run(test.want, func(t *testing.T) {
			s := memory.New(schema)
			err := test.add(s)
			if err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
			if err := s.Add("Lead", "l1", nil); err != nil {
				t.Errorf("the refused record left something behind: %v", err)
			}
		})
	}
}

func TestDuplicate(t *testing.T) {
	s := memory.New(typesSchema(t))
	for _, entity := range []string{"Lead", "Contact"} {
		if err := s.Add(entity, "1", nil); err != nil {
			t.Fatal(err)
		}
	}
	err := s.Add("Lead", "1", nil)
	if !errors.Is(err, memory.ErrDuplicate) {
		t.Errorf("got %v", err)
	}
	if want := `memory: Lead "1": an entity's ids must differ, and this one is taken`; err.Error() != want {
		t.Errorf("got %v", err)
	}
	if n := s.Len("Lead"); n != 1 {
		t.Errorf("Len is %d", n)
	}
}

// TestContractChanged puts the records over others, some of which are deleted.
func TestContractChanged(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, schema *traverse.Schema, records []sourcetest.Record) traverse.Source {
		s := memory.New(schema)
		for i, r := range records {
			if i%3 > 0 {
				if err := s.Put(r.Entity, r.ID, nil); err != nil {
					t.Fatal(err)
				}
			}
		}
		for i, r := range records {
			if i%3 == 1 {
				remove(t, s, r.Entity, r.ID, true)
			}
		}
		for _, r := range records {
			record := memory.Record{}
			for name, v := range r.Values {
				record[name] = v
			}
			if err := s.Put(r.Entity, r.ID, record); err != nil {
				t.Fatal(err)
			}
		}
		return s
	})
}

func remove(t testing.TB, s *memory.Source, entity, id string, want bool) {
	t.Helper()
	if was, err := s.Delete(entity, id); was != want || err != nil {
		t.Fatalf("deleting %s %q: %t, %v", entity, id, was, err)
	}
}

func TestPut(t *testing.T) {
	schema := typesSchema(t)
	s := memory.New(schema)
	put := func(id string, record memory.Record) {
		t.Helper()
		if err := s.Put("Lead", id, record); err != nil {
			t.Fatal(err)
		}
	}
	put("l1", memory.Record{"number": "1", "text": "a", "ParentContact": "c1"})
	put("l2", nil)
	put("l1", memory.Record{"number": 2})
	if err := s.Add("Lead", "l1", nil); !errors.Is(err, memory.ErrDuplicate) {
		t.Error(err)
	}
	q := query(t, schema, "Lead", "", "l1")
	for i, v := range run(t, s, q)[0].Values {
		want := traverse.Value{}
		if q.Fields[i] == "number" {
			want = traverse.NumberValue(2)
		}
		if !v.Equal(want) {
			t.Errorf("%s is %v, want %v", q.Fields[i], v, want)
		}
	}
	if rows := fetch(t, s, schema, "Lead", "ParentContact", "c1"); len(rows) != 0 {
		t.Errorf("%v still refers to c1", rows)
	}
	remove(t, s, "Lead", "l2", true)
	remove(t, s, "Lead", "l2", false)
	if err := s.Add("Lead", "l2", nil); err != nil {
		t.Error(err)
	}
	if n := s.Len("Lead"); n != 2 {
		t.Errorf("%d leads", n)
	}
}

func TestPutErrors(t *testing.T) {
	s := memory.New(typesSchema(t))
	if err := s.Put("Lead", "l1", memory.Record{"text": "a"}); err != nil {
		t.Fatal(err)
	}
	_, unknown := s.Delete("Contct", "c1")
	for _, test := range []struct {
		err  error
		want string
	}{
		{s.Put("Contct", "c1", nil), `memory: record "c1": unknown entity Contct; did you mean Contact?`},
		{unknown, `memory: record "c1": unknown entity Contct; did you mean Contact?`},
		{s.Put("Lead", "", nil), `memory: Lead: a record needs an id, not the empty text`},
		{s.Put("Lead", "l1", memory.Record{"txet": "b", "text": "b"}), `memory: Lead "l1": txet: no such field; did you mean text?`},
	} {
		if test.err == nil || test.err.Error() != test.want {
			t.Errorf("got %v, want %s", test.err, test.want)
		}
	}
	var problems memory.Problems
	if err := s.Put("Lead", "l1", memory.Record{"number": "x"}); !errors.As(err, &problems) || problems[0].Field != "number" {
		t.Errorf("got %v", err)
	}
	if v := fetch(t, s, typesSchema(t), "Lead", "", "l1")[0].Values[0]; v.Text() != "a" {
		t.Errorf("the refused record left %v", v)
	}
}

func TestDeclaredID(t *testing.T) {
	schema := typesSchema(t)
	s := memory.New(schema)
	for entity, record := range map[string]memory.Record{"Account": {"id": "12"}, "Invoice": nil} {
		if err := s.Add(entity, "12", record); err != nil {
			t.Fatal(err)
		}
	}
	if v := fetch(t, s, schema, "Account", "", "12")[0].Values[0]; !v.Equal(traverse.TextValue("12")) {
		t.Errorf("Account.id is %s %v", v.Kind(), v)
	}
	if v := fetch(t, s, schema, "Invoice", "", "12")[0].Values[0]; !v.Equal(traverse.NumberValue(12)) {
		t.Errorf("Invoice.id is %s %v", v.Kind(), v)
	}
}

func TestNothingIsAliased(t *testing.T) {
	schema := typesSchema(t)
	s := memory.New(schema)
	chosen, valued := []string{"A", "B"}, []string{"A", "B"}
	record := memory.Record{"choices": chosen}
	if err := s.Add("Lead", "l1", record); err != nil {
		t.Fatal(err)
	}
	if err := s.Add("Lead", "l2", memory.Record{"choices": traverse.ChoicesValue(valued...)}); err != nil {
		t.Fatal(err)
	}
	chosen[0], valued[0], record["choices"] = "X", "X", nil
	q := query(t, schema, "Lead", "", "l1", "l2")
	for _, row := range run(t, s, q) {
		if v := row.Values[slices.Index(q.Fields, "choices")]; !v.Equal(traverse.ChoicesValue("A", "B")) {
			t.Errorf("%s has %v", row.ID, v)
		}
	}
}

func TestUndeclaredTimestampAndContact(t *testing.T) {
	schema := typesSchema(t)
	s := memory.New(schema)
	if err := s.Add("Click", "k1", memory.Record{"Timestamp": "2026-05-31", "Contact": "c1"}); err != nil {
		t.Fatal(err)
	}
	if rows := fetch(t, s, schema, "Click", "Contact", "c1"); len(rows) != 1 || rows[0].ID != "k1" {
		t.Errorf("got %v", rows)
	}
}

// TestRangeIsCut checks that nothing outside a range comes, which the contract
// does not ask for: the index is sorted for it.
func TestRangeIsCut(t *testing.T) {
	schema := sourcetest.Schema()
	s := fill(t, schema, sourcetest.Records())
	check := func(t *testing.T, entity, by, key string) {
		q := query(t, schema, entity, by, key)
		slot := slices.Index(q.Fields, q.Time)
		all := run(t, s, q)
		for _, bound := range all {
			at := bound.Values[slot]
			if at.IsEmpty() {
				continue
			}
			q.From, q.To = at.Time(), at.Time()
			for _, r := range run(t, s, q) {
				if !r.Values[slot].Equal(at) {
					t.Errorf("%s came for %s", r.Values[slot], at)
				}
			}
			q.From, q.To = at.Time(), time.Time{}
			later := len(run(t, s, q))
			q.From, q.To = time.Time{}, at.Time().Add(-time.Microsecond)
			if f, _ := schema.Entity(entity).Field(q.Time); f.Type == traverse.Date {
				q.To = at.Time().AddDate(0, 0, -1)
			}
			if earlier := len(run(t, s, q)); earlier+later != len(all) {
				t.Errorf("%d before %s and %d from then on make %d", earlier, at, later, len(all))
			}
		}
	}
	check(t, "EmailClicked", "Contact", "c1")
	check(t, "Appointment", "Attendee", "c1")
	check(t, "Order", "Lead", "lead-1")
}

func TestFetchErrors(t *testing.T) {
	s := memory.New(typesSchema(t))
	for _, test := range []struct {
		need traverse.Need
		want string
	}{
		{traverse.Need{Entity: "Contct"}, "memory: unknown entity Contct; did you mean Contact?"},
		{traverse.Need{Entity: "Lead", Fields: []string{"txet"}}, "memory: Lead has no field txet; did you mean text?"},
		{traverse.Need{Entity: "Lead", By: "ParentContct"}, "memory: Lead has no reference ParentContct; did you mean ParentContact?"},
		{traverse.Need{Entity: "Lead", By: "text"}, "memory: Lead has no reference text"},
		{traverse.Need{Entity: "Lead", By: "Tasks"}, "memory: Lead has no reference Tasks"},
	} {
		q := &traverse.Query{Need: &test.need, Keys: []string{"1"}}
		if err := s.Fetch(t.Context(), q, traverse.NewRows(q)); err == nil || err.Error() != test.want {
			t.Errorf("got  %v\nwant %s", err, test.want)
		}
	}
}

// countdown is a context that is done after it was asked a number of times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestCancelledWithinABatch(t *testing.T) {
	schema := typesSchema(t)
	s := memory.New(schema)
	const n = 20_000
	for i := range n {
		if err := s.Add("Click", fmt.Sprint(i), memory.Record{"Contact": "c1", "Timestamp": time.Unix(int64(i), 0)}); err != nil {
			t.Fatal(err)
		}
	}
	q := query(t, schema, "Click", "Contact", "c1")
	stages := 0
	for left := range 20 {
		out := traverse.NewRows(q)
		err := s.Fetch(&countdown{t.Context(), left}, q, out)
		if err == nil {
			break
		}
		stages++
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if left < 3 && out.Len() > 0 {
			t.Errorf("%d rows although the index could not be built", out.Len())
		}
	}
	// Once before, five times while indexing and once while sorting, then four
	// times and at the end; an index that was built stays.
	if stages < 8 {
		t.Errorf("asked in %d stages only", stages)
	}
	if got := run(t, s, q); len(got) != n {
		t.Errorf("%d rows", len(got))
	}
}

func TestLeads(t *testing.T) {
	s := memory.New(typesSchema(t))
	var want []string
	for i := range 10 {
		id := fmt.Sprint(100 - i)
		want = append(want, id)
		if err := s.Add("Lead", id, nil); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for id, err := range s.Leads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, id)
		// Records that are added during the loop must neither block nor be listed.
		if err := s.Add("Lead", "new "+id, nil); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if n := s.Len("Lead"); n != 20 {
		t.Errorf("Len is %d", n)
	}
	if n := s.Len("nothing"); n != 0 {
		t.Errorf("Len of an unknown entity is %d", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for _, err := range s.Leads(ctx) {
		n++
		cancel()
		if n == 2 && !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	if n != 2 {
		t.Errorf("%d leads and errors after cancelling at the first", n)
	}
}

func TestAddWhileFetching(t *testing.T) {
	schema := typesSchema(t)
	s := memory.New(schema)
	const n = 2000
	var adding, reading sync.WaitGroup
	for g := range 2 {
		adding.Go(func() {
			for i := range n {
				at := time.Unix(int64((i*7919)%n), 0)
				if err := s.Add("Click", fmt.Sprintf("%d-%d", g, i), memory.Record{"Contact": "c1", "Timestamp": at}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	stop := make(chan struct{})
	for range 2 {
		reading.Go(func() {
			q := query(t, schema, "Click", "Contact", "c1")
			for had := 0; ; {
				select {
				case <-stop:
					return
				default:
				}
				rows := run(t, s, q)
				if len(rows) < had {
					t.Errorf("%d rows after %d", len(rows), had)
				}
				had = len(rows)
				slot := slices.Index(q.Fields, "Timestamp")
				if !slices.IsSortedFunc(rows, func(a, b traverse.Row) int { return a.Values[slot].Time().Compare(b.Values[slot].Time()) }) {
					t.Error("not in order")
				}
			}
		})
	}
	adding.Wait()
	close(stop)
	reading.Wait()
	if rows := fetch(t, s, schema, "Click", "Contact", "c1"); len(rows) != 2*n {
		t.Errorf("%d rows", len(rows))
	}
}

func TestParse(t *testing.T) {
	if v, err := memory.Parse(traverse.NoType, "a"); err == nil {
		t.Errorf("a field without a type holds %v", v)
	}
	for _, typ := range traverse.Types() {
		if v, err := memory.Parse(typ, ""); err != nil || v.Kind() != traverse.KindNull {
			t.Errorf("%s: the empty text gives %v, %v", typ, v, err)
		}
	}
}

func BenchmarkFetch(b *testing.B) {
	schema := sourcetest.Schema()
	s := memory.New(schema)
	for i := range 100_000 {
		at := time.Unix(int64(i*37%100_000), 0)
		err := s.Add("EmailClicked", fmt.Sprint(i), memory.Record{"Contact": fmt.Sprint(i % 1000), "Timestamp": at, "Url": "/"})
		if err != nil {
			b.Fatal(err)
		}
	}
	keys := make([]string, 256)
	for i := range keys {
		keys[i] = fmt.Sprint(i)
	}
	q := query(b, schema, "EmailClicked", "Contact", keys...)
	for b.Loop() {
		out := traverse.NewRows(q)
		if err := s.Fetch(b.Context(), q, out); err != nil {
			b.Fatal(err)
		}
	}
}

// A form for a record can show each problem next to its field.
func TestAddProblems(t *testing.T) {
	err := memory.New(typesSchema(t)).Add("Lead", "l1", memory.Record{"txet": "a", "date": "soon", "text": "fine"})
	problems, ok := errors.AsType[memory.Problems](err)
	want := memory.Problems{
		{Entity: "Lead", ID: "l1", Field: "date", Message: `"soon" is not a date; write YYYY-MM-DD`},
		{Entity: "Lead", ID: "l1", Field: "txet", Message: "no such field", Nearest: "text"},
	}
	if !ok || !slices.Equal(problems, want) {
		t.Errorf("got  %#v\nwant %#v", err, want)
	}
}

// TestZone: days where times are wanted begin in the zone of the source.
func TestZone(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	schema := traverse.Standard()
	for _, test := range []struct {
		source   *memory.Source
		created  string
		birthday string
	}{
		{memory.New(schema), "2026-06-01T00:00:00Z", "2026-06-02"},
		{memory.NewIn(schema, newYork), "2026-06-01T04:00:00Z", "2026-06-01"},
	} {
		for i, day := range []any{"2026-06-01", traverse.DateValue(2026, 6, 1)} {
			id := string(rune('a' + i))
			if err := test.source.Add("Contact", id, memory.Record{"CreatedOn": day, "Birthday": traverse.TimeValue(time.Date(2026, 6, 2, 3, 0, 0, 0, time.UTC))}); err != nil {
				t.Fatal(err)
			}
			need, err := schema.NewNeed("Contact", "", []string{"CreatedOn", "Birthday"}, "")
			if err != nil {
				t.Fatal(err)
			}
			q := &traverse.Query{Need: need, Keys: []string{id}}
			rows := traverse.NewRows(q)
			if err := test.source.Fetch(t.Context(), q, rows); err != nil {
				t.Fatal(err)
			}
			for row := range rows.All() {
				if got := row.Values[0].Time().Format(time.RFC3339); got != test.created || row.Values[1].String() != test.birthday {
					t.Errorf("%v is %s, want %s; the birthday is %v, want %s", day, got, test.created, row.Values[1], test.birthday)
				}
			}
		}
	}
	if v, err := memory.ParseIn(traverse.Time, "2026-06-01T12:00:00Z", newYork); err != nil || v.Time().Hour() != 12 {
		t.Errorf("got %v, %v", v, err)
	}
}
