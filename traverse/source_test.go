package traverse_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/traverse"
)

func need(t *testing.T, by string, fields ...string) *traverse.Need {
	t.Helper()
	s := schema(t, traverse.Definition{
		Name: "Thing",
		Fields: []traverse.Field{
			{Name: "Text", Type: traverse.Text}, {Name: "Number", Type: traverse.Number}, {Name: "Bool", Type: traverse.Bool},
			{Name: "Time", Type: traverse.Time}, {Name: "Date", Type: traverse.Date},
			{Name: "Choice", Type: traverse.Choice, Values: []string{"A"}}, {Name: "Choices", Type: traverse.Choices, Values: []string{"A"}},
		},
		Relationships: []traverse.Relationship{{Name: "Lead", Target: "Lead"}},
	}, traverse.Definition{Name: "Lead", Relationships: []traverse.Relationship{{Name: "Things", Target: "Thing", Via: "Lead"}}})
	n, err := s.NewNeed("Thing", by, fields, "")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNewNeed(t *testing.T) {
	s := traverse.Standard()
	for _, test := range []struct {
		entity, by, time string
		fields           []string
		want             string
	}{
		{"Lead", "", "", []string{"City", "ParentContact"}, ""},
		{"EmailOpened", "Contact", "Timestamp", []string{"Timestamp"}, ""},
		{"Led", "", "", nil, "traverse: unknown entity Led"},
		{"Lead", "", "", []string{"Town"}, "traverse: Lead has no field or reference Town"},
		{"Account", "", "", []string{"Contacts"}, "traverse: Account has no field or reference Contacts"},
		{"Lead", "City", "", nil, "traverse: Lead has no reference City"},
		{"Account", "Contacts", "", nil, "traverse: Account has no reference Contacts"},
		{"EmailOpened", "Contact", "Timestamp", []string{"EmailName"}, "traverse: Timestamp is not among the fields asked of EmailOpened"},
	} {
		_, err := s.NewNeed(test.entity, test.by, test.fields, test.time)
		if got := fmt.Sprint(err); got != test.want && !(err == nil && test.want == "") {
			t.Errorf("%v: %v", test, err)
		}
	}
}

// TestAddConverts checks which values fit a field of another kind.
func TestAddConverts(t *testing.T) {
	at := time.Date(2026, 5, 31, 23, 30, 0, 0, time.FixedZone("", -2*60*60))
	text, number := traverse.TextValue, traverse.NumberValue
	for _, test := range []struct {
		field string
		give  traverse.Value
		want  string // the value, or "no"
	}{
		{"Text", text("x"), "x"},
		{"Text", number(1), "no"},
		{"Text", traverse.BoolValue(true), "no"},
		{"Number", text("1.5"), "1.5"},
		{"Number", text("x"), "no"},
		{"Number", text("NaN"), "no"},
		{"Number", text("Inf"), "no"},
		{"Number", traverse.BoolValue(true), "no"},
		{"Bool", number(1), "true"},
		{"Bool", number(0), "false"},
		{"Bool", number(2), "no"},
		{"Bool", text("true"), "no"},
		{"Time", text("2026-05-31T12:00:00+02:00"), "2026-05-31T10:00:00Z"},
		{"Time", text("2026-05-31"), "no"},
		{"Time", traverse.DateValue(2026, 5, 31), "2026-05-31T00:00:00Z"},
		{"Time", number(0), "no"},
		{"Date", text("2026-05-31"), "2026-05-31"},
		{"Date", text("31.05.2026"), "no"},
		{"Date", traverse.TimeValue(at), "2026-06-01"},
		{"Choice", text("Z"), "Z"},
		{"Choice", traverse.ChoicesValue("A"), "no"},
		{"Choices", traverse.ChoicesValue("A", "Z"), "A; Z"},
		{"Choices", text("A"), "no"},
		{"Lead", number(42), "42"},
		{"Lead", number(1.5), "no"},
		{"Lead", number(1 << 53), "9007199254740992"},
		{"Lead", number(-1 << 53), "-9007199254740992"},
		{"Lead", number(1<<53 + 2), "no"}, // which may have been another number, before it was one
		{"Lead", number(-1<<53 - 2), "no"},
		{"Lead", number(1 << 60), "no"},
		{"Lead", text("id"), "id"},
		{"Text", traverse.Value{}, "null"},
		{"Lead", traverse.Value{}, "null"},
	} {
		q := &traverse.Query{Need: need(t, "", test.field), Keys: []string{"k"}}
		rows := traverse.NewRows(q)
		rows.Add("k", "k", test.give)
		got := "no"
		for row := range rows.All() {
			got = row.Values[0].String()
		}
		if got != test.want {
			t.Errorf("%s of %v %v gives %s, want %s (%v)", test.field, test.give.Kind(), test.give, got, test.want, rows.Failed("k"))
		}
		if failed := rows.Failed("k") != nil; failed != (test.want == "no") || rows.Err() != nil {
			t.Errorf("%s of %v: the key's error is %v, the query's %v", test.field, test.give, rows.Failed("k"), rows.Err())
		}
	}
	rows := traverse.NewRows(&traverse.Query{Need: need(t, "", "Number"), Keys: []string{"k"}})
	rows.Add("k", "k", text("x"))
	if want := `Thing "k": Number: "x" is not a number; write decimal digits, such as 1234.5`; rows.Failed("k") == nil || rows.Failed("k").Error() != want {
		t.Errorf("got %v, want %s", rows.Failed("k"), want)
	}
}

// TestAddContract checks what a source may not do, and that nothing counts
// after it.
func TestAddContract(t *testing.T) {
	one := traverse.TextValue("1")
	tests := []struct {
		name string
		by   string
		add  func(*traverse.Rows)
		want string
	}{
		{"as it should be", "", func(r *traverse.Rows) { r.Add("a", "a", one); r.Add("b", "b", one) }, ""},
		{"several under one key", "Lead", func(r *traverse.Rows) { r.Add("a", "1", one); r.Add("a", "2", one) }, ""},
		{"a key that was not asked for", "Lead", func(r *traverse.Rows) { r.Add("c", "1", one) }, `source added Thing "1" under key "c", which was not asked for`},
		{"too few values", "Lead", func(r *traverse.Rows) { r.Add("a", "1") }, `source added Thing "1" with 0 values where 1 are asked for`},
		{"too many values", "Lead", func(r *traverse.Rows) { r.Add("a", "1", one, one) }, `source added Thing "1" with 2 values where 1 are asked for`},
		{"another id than asked for", "", func(r *traverse.Rows) { r.Add("a", "1", one) }, `source added Thing "1" under the id "a"`},
		{"the first breach is kept", "Lead", func(r *traverse.Rows) { r.Add("c", "1", one); r.Add("a", "1") }, `source added Thing "1" under key "c", which was not asked for`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rows := traverse.NewRows(&traverse.Query{Need: need(t, test.by, "Text"), Keys: []string{"a", "b"}})
			test.add(rows)
			if got := rows.Err(); got == nil && test.want != "" || got != nil && got.Error() != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

// TestKeysInAnyOrder: a source may answer key by key, from the last to the first,
// or as it likes.
func TestKeysInAnyOrder(t *testing.T) {
	q := &traverse.Query{Need: need(t, "Lead", "Text")}
	for i := range 40 {
		q.Keys = append(q.Keys, fmt.Sprint(i))
	}
	reversed := slices.Clone(q.Keys)
	slices.Reverse(reversed)
	for name, keys := range map[string][]string{
		"in order": q.Keys, "reversed": reversed, "few": {"30", "39", "0", "0", "39"}, "again and again": append(q.Keys[:20:20], q.Keys...),
	} {
		rows := traverse.NewRows(q)
		for i, k := range keys {
			rows.Add(k, fmt.Sprint(i), traverse.TextValue(k))
		}
		i := 0
		for row := range rows.All() {
			if row.Key != keys[i] || row.ID != fmt.Sprint(i) || row.Values[0].Text() != keys[i] {
				t.Errorf("%s: row %d is %v", name, i, row)
			}
			i++
		}
		if rows.Err() != nil || i != len(keys) || rows.Len() != i {
			t.Errorf("%s: %d rows of %d, error %v", name, i, len(keys), rows.Err())
		}
	}
}

// TestRowsReset: nothing of the query before is left.
func TestRowsReset(t *testing.T) {
	rows := traverse.NewRows(&traverse.Query{Need: need(t, "Lead", "Text"), Keys: []string{"a", "b", "c"}})
	rows.Add("c", "1", traverse.TextValue("old"))
	rows.Add("a", "2", traverse.TextValue("old"))
	rows.Fail("b", errors.New("bad"))
	rows.Add("d", "3", traverse.TextValue("old"))
	if rows.Err() == nil || rows.Failed("b") == nil {
		t.Fatal("nothing failed")
	}
	rows.Reset(&traverse.Query{Need: need(t, "Lead", "Number"), Keys: []string{"b", "x"}})
	if rows.Len() != 0 || rows.Err() != nil || rows.Failed("b") != nil {
		t.Errorf("%d rows, errors %v and %v", rows.Len(), rows.Err(), rows.Failed("b"))
	}
	rows.Add("x", "4", traverse.NumberValue(5))
	for row := range rows.All() {
		if row.Key != "x" || row.ID != "4" || row.Values[0].Number() != 5 {
			t.Errorf("got %v", row)
		}
	}
	if rows.Add("a", "2", traverse.NumberValue(6)); rows.Err() == nil || rows.Len() != 1 {
		t.Errorf("%d rows, error %v: a key of the query before was taken", rows.Len(), rows.Err())
	}
}

func TestRows(t *testing.T) {
	rows := traverse.NewRows(&traverse.Query{Need: need(t, "Lead", "Text"), Keys: []string{"a", "b"}})
	values := []traverse.Value{traverse.TextValue("1")}
	rows.Add("b", "1", values...)
	values[0] = traverse.TextValue("2") // a source may use its slice again
	rows.Add("a", "2", values...)
	bad := errors.New("bad")
	rows.Fail("a", bad)
	rows.Fail("a", errors.New("worse"))
	rows.Fail("b", nil)
	var got []string
	for row := range rows.All() {
		got = append(got, row.Key+" "+row.ID+" "+row.Values[0].Text())
	}
	if diff := cmp.Diff([]string{"b 1 1", "a 2 2"}, got); diff != "" || rows.Len() != 2 {
		t.Errorf("%d rows (-want +got):\n%s", rows.Len(), diff)
	}
	if rows.Failed("a") != bad || rows.Failed("b") != nil || rows.Failed("c") != nil {
		t.Errorf("failed: %v, %v, %v", rows.Failed("a"), rows.Failed("b"), rows.Failed("c"))
	}
	for range rows.All() {
		break
	}
}
