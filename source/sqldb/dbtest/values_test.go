package dbtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// valuesSchema has a lead with one field.
func valuesSchema(t *testing.T, typ traverse.Type) *traverse.Schema {
	t.Helper()
	f := traverse.Field{Name: "V", Type: typ}
	if typ == traverse.Choice || typ == traverse.Choices {
		f.Values = []string{"A", "B"}
	}
	schema, err := traverse.NewSchema(
		traverse.Definition{Name: "Lead", Fields: []traverse.Field{f}, Relationships: []traverse.Relationship{
			{Name: "ParentContact", Target: "Contact"}, {Name: "ParentAccount", Target: "Account"}}},
		traverse.Definition{Name: "Contact", Relationships: []traverse.Relationship{{Name: "ParentAccount", Target: "Account"}}},
		traverse.Definition{Name: "Account"},
	)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestValues reads a field whose value is an expression of the database.
func TestValues(t *testing.T) {
	text, number, yes, no := traverse.TextValue, traverse.NumberValue, traverse.BoolValue(true), traverse.BoolValue(false)
	choices, day, null := traverse.ChoicesValue, traverse.DateValue, traverse.Value{}
	at := func(s string) traverse.Value {
		v, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return traverse.TimeValue(v)
	}
	type value struct {
		sql    string
		typ    traverse.Type
		column sqldb.Column
		want   any // a Value, or a part of the error
	}
	unix := func(f sqldb.Format) sqldb.Column { return sqldb.Column{Format: f} }
	words := sqldb.Column{True: "Y", False: "N"}
	sqlite := []value{
		{"'a'", traverse.Text, sqldb.Column{}, text("a")},
		{"''", traverse.Text, sqldb.Column{}, null},
		{"NULL", traverse.Text, sqldb.Column{}, null},
		{"9007199254740993", traverse.Text, sqldb.Column{}, text("9007199254740993")},
		{"1.5", traverse.Text, sqldb.Column{}, `the number "1.5" is not text`},
		{"x'c3a4'", traverse.Choice, sqldb.Column{}, text("ä")},
		{"5", traverse.Number, sqldb.Column{}, number(5)},
		{"-9223372036854775808", traverse.Number, sqldb.Column{}, number(-1 << 63)},
		{"0.1", traverse.Number, sqldb.Column{}, number(0.1)},
		{"'12.50'", traverse.Number, sqldb.Column{}, number(12.5)},
		{"''", traverse.Number, sqldb.Column{}, null},
		{"'0x10'", traverse.Number, sqldb.Column{}, `"0x10" is not a number`},
		{"'1_000'", traverse.Number, sqldb.Column{}, `"1_000" is not a number`},
		{"'Inf'", traverse.Number, sqldb.Column{}, `"Inf" is not a number`},
		{"'1e999'", traverse.Number, sqldb.Column{}, `"1e999" is too large`},
		{"-9e999", traverse.Number, sqldb.Column{}, "a number must be finite, not -Inf"},
		{"TRUE", traverse.Bool, sqldb.Column{}, yes},
		{"0", traverse.Bool, sqldb.Column{}, no},
		{"'1'", traverse.Bool, sqldb.Column{}, yes},
		{"2", traverse.Bool, sqldb.Column{}, `the number "2" is not a bool`},
		{"'true'", traverse.Bool, sqldb.Column{}, `the text "true" is not a bool`},
		{"'Y'", traverse.Bool, words, yes},
		{"'N'", traverse.Bool, words, no},
		{"'y'", traverse.Bool, words, `"y" is not a bool; want "Y" or "N"`},
		{"''", traverse.Bool, words, null},
		{"'2026-05-31T14:30:00+02:00'", traverse.Time, sqldb.Column{}, at("2026-05-31T12:30:00Z")},
		{"'2026-05-31 14:30:00'", traverse.Time, sqldb.Column{}, at("2026-05-31T14:30:00Z")},
		{"'2026-05-31 14:30:00.1234569'", traverse.Time, sqldb.Column{}, at("2026-05-31T14:30:00.123456Z")},
		{"'2026-05-31 14:30:00.5 +0200 CEST'", traverse.Time, sqldb.Column{}, at("2026-05-31T12:30:00.5Z")},
		{"'2026-05-31 14:30:00.5 -0330 -0330 m=+0.01'", traverse.Time, sqldb.Column{}, at("2026-05-31T18:00:00.5Z")},
		{"'2026-05-31 14:30:00-03'", traverse.Time, sqldb.Column{}, at("2026-05-31T17:30:00Z")},
		{"'2026-05-31t14:30:00z'", traverse.Time, sqldb.Column{}, at("2026-05-31T14:30:00Z")},
		{"'2026-05-31'", traverse.Time, sqldb.Column{}, at("2026-05-31T00:00:00Z")},
		{"'0001-01-01T00:00:00Z'", traverse.Time, sqldb.Column{}, null},
		{"'2026-05-31 1:30:00'", traverse.Time, sqldb.Column{}, "is not a time; want YYYY-MM-DDTHH:MM:SSZ"},
		{"'2026-05-31 14:30:00,5'", traverse.Time, sqldb.Column{}, "is not a time"},
		{"'2026-02-29 14:30:00'", traverse.Time, sqldb.Column{}, "is not a time"},
		{"'2026-05-31 14:30:00 somewhere'", traverse.Time, sqldb.Column{}, "is not a time"},
		{"'2026-05-31 14:30:00.'", traverse.Time, sqldb.Column{}, "is not a time"},
		{"'now'", traverse.Time, sqldb.Column{}, `"now" is not a time`},
		{"1780230600", traverse.Time, sqldb.Column{}, "unless the mapping gives the column a Unix format"},
		{"1780230600", traverse.Time, unix(sqldb.UnixSeconds), at("2026-05-31T12:30:00Z")},
		{"1780230600.25", traverse.Time, unix(sqldb.UnixSeconds), at("2026-05-31T12:30:00.25Z")},
		{"1780230600001", traverse.Time, unix(sqldb.UnixMillis), at("2026-05-31T12:30:00.001Z")},
		{"-1", traverse.Time, unix(sqldb.UnixMicros), at("1969-12-31T23:59:59.999999Z")},
		{"1780230600000001", traverse.Time, unix(sqldb.UnixSeconds), "is outside 0 to 9999"},
		{"9e300", traverse.Time, unix(sqldb.UnixSeconds), "is not a time"},
		{"'2026-05-31'", traverse.Time, unix(sqldb.UnixSeconds), "is not a time"},
		{"'2024-02-29'", traverse.Date, sqldb.Column{}, day(2024, 2, 29)},
		{"'2026-05-31 23:30:00-02:00'", traverse.Date, sqldb.Column{}, day(2026, 6, 1)},
		{"86399", traverse.Date, unix(sqldb.UnixSeconds), day(1970, 1, 1)},
		{"'31.12.1990'", traverse.Date, sqldb.Column{}, `"31.12.1990" is not a date; want YYYY-MM-DD`},
		{"20260531", traverse.Date, sqldb.Column{}, "the number 20260531 is not a time"},
		{"' A ;; B;'", traverse.Choices, sqldb.Column{}, choices("A", "B")},
		{"';'", traverse.Choices, sqldb.Column{}, null},
		{"'A, B;C'", traverse.Choices, sqldb.Column{Separator: ","}, choices("A", "B;C")},
		{`'["A","",null,"B;\u00e4"]'`, traverse.Choices, unix(sqldb.JSONArray), choices("A", "B;ä")},
		{"'[]'", traverse.Choices, unix(sqldb.JSONArray), null},
		{"'null'", traverse.Choices, unix(sqldb.JSONArray), null},
		{"'[1]'", traverse.Choices, unix(sqldb.JSONArray), `"[1]" is not a JSON array of text`},
		{"7", traverse.Choices, sqldb.Column{}, `the number "7" is not a list of choices`},
	}
	postgres := []value{
		{"'a'::varchar", traverse.Text, sqldb.Column{}, text("a")},
		{"'a'::char(3)", traverse.Text, sqldb.Column{}, text("a")},
		{"''", traverse.Text, sqldb.Column{}, null},
		{"7::bigint", traverse.Text, sqldb.Column{}, text("7")},
		{"'123e4567-e89b-12d3-a456-426614174000'::uuid", traverse.Text, sqldb.Column{}, text("123e4567-e89b-12d3-a456-426614174000")},
		{"12.50::numeric", traverse.Number, sqldb.Column{}, number(12.5)},
		{"'NaN'::numeric", traverse.Number, sqldb.Column{}, `"NaN" is not a number`},
		{"'Infinity'::float4", traverse.Number, sqldb.Column{}, "must be finite"},
		{"0.5::real", traverse.Number, sqldb.Column{}, number(0.5)},
		{"3::smallint", traverse.Number, sqldb.Column{}, number(3)},
		{"true", traverse.Bool, sqldb.Column{}, yes},
		{"0", traverse.Bool, sqldb.Column{}, no},
		{"2", traverse.Bool, sqldb.Column{}, `the number "2" is not a bool`},
		{"'N'::char(2)", traverse.Bool, words, no},
		{"'2026-05-31 14:30:00.123456+02'::timestamptz", traverse.Time, sqldb.Column{}, at("2026-05-31T12:30:00.123456Z")},
		{"'2026-05-31 14:30:00.123456'::timestamp", traverse.Time, sqldb.Column{}, at("2026-05-31T14:30:00.123456Z")},
		{"'2026-05-31'::date", traverse.Time, sqldb.Column{}, at("2026-05-31T00:00:00Z")},
		{"'2026-05-31 14:30:00.123456+02'::timestamptz::text", traverse.Time, sqldb.Column{}, at("2026-05-31T12:30:00.123456Z")},
		{"'infinity'::timestamptz", traverse.Time, sqldb.Column{}, `"infinity" is not a time`},
		{"'0044-03-15 BC'::timestamp", traverse.Time, sqldb.Column{}, "is outside 0 to 9999"},
		{"1780230600", traverse.Time, unix(sqldb.UnixSeconds), at("2026-05-31T12:30:00Z")},
		{"1780230600.25::float8", traverse.Time, unix(sqldb.UnixSeconds), at("2026-05-31T12:30:00.25Z")},
		{"'2024-02-29'::date", traverse.Date, sqldb.Column{}, day(2024, 2, 29)},
		{"'0044-03-15 BC'::date", traverse.Date, sqldb.Column{}, "is outside 0 to 9999"},
		{"'2026-05-31 23:30:00-02'::timestamptz", traverse.Date, sqldb.Column{}, day(2026, 6, 1)},
		{`ARRAY['A','a"b\,{}','NULL','',NULL,'null',' ']`, traverse.Choices, sqldb.Column{}, choices("A", `a"b\,{}`, "NULL", "null", " ")},
		{"'[0:1]={A,B}'::text[]", traverse.Choices, sqldb.Column{}, choices("A", "B")},
		{"'[0:0][0:1]={{A,B}}'::text[]", traverse.Choices, sqldb.Column{}, "is not an array of text with one dimension"},
		{"'A'::mood", traverse.Choices, sqldb.Column{Separator: ","}, choices("A")},
		{"'1883-11-18 12:00:00-03:30:52'", traverse.Time, sqldb.Column{}, at("1883-11-18T15:30:52Z")},
		{"'{}'::varchar[]", traverse.Choices, sqldb.Column{}, null},
		{`'["A", "B"]'::jsonb`, traverse.Choices, sqldb.Column{}, choices("A", "B")},
		{`'{"A": 1}'::json`, traverse.Choices, sqldb.Column{}, "is not a JSON array of text"},
		{"'A;B'", traverse.Choices, sqldb.Column{}, choices("A", "B")},
		{"'A'::mood", traverse.Choice, sqldb.Column{}, text("A")},
	}
	forDatabases(t, func(t *testing.T, d database) {
		db, values := d.open(t, nil), sqlite
		if d.name == "PostgreSQL" {
			values = postgres
			exec(t, db, "CREATE TYPE mood AS ENUM ('A', 'B')")
		}
		for i, v := range values {
			view := fmt.Sprintf("v%d", i)
			exec(t, db, "CREATE VIEW "+view+" AS SELECT 'l' AS id, "+v.sql+" AS v UNION ALL SELECT 'other', NULL")
			schema := valuesSchema(t, v.typ)
			source, err := sqldb.Open(t.Context(), db, d.dialect, schema, sqldb.Options{Mapping: sqldb.Mapping{
				Tables: map[string]sqldb.Table{"Lead": {Name: view, Columns: map[string]sqldb.Column{"V": v.column}}},
				Absent: []string{"Contact", "Account", "Lead.ParentContact", "Lead.ParentAccount"},
			}})
			if err != nil {
				t.Errorf("%s: %v", v.sql, err)
				continue
			}
			need, err := schema.NewNeed("Lead", "", []string{"V"}, "")
			if err != nil {
				t.Fatal(err)
			}
			q := &traverse.Query{Need: need, Keys: []string{"other", "l"}}
			out := traverse.NewRows(q)
			if err := source.Fetch(t.Context(), q, out); err != nil || out.Err() != nil || out.Failed("other") != nil {
				t.Errorf("%s: %v, %v", v.sql, err, out.Err())
				continue
			}
			want, good := v.want.(traverse.Value)
			failed := out.Failed("l")
			switch {
			case !good && (failed == nil || !strings.Contains(failed.Error(), v.want.(string)) || !strings.HasPrefix(failed.Error(), `sqldb: Lead "l": V (column v): `)):
				t.Errorf("%s: got %v, want %q", v.sql, failed, v.want)
			case good && failed != nil:
				t.Errorf("%s: %v", v.sql, failed)
			case good:
				for row := range out.All() {
					if row.ID == "l" && !row.Values[0].Equal(want) {
						t.Errorf("%s as a %s: got %s %v, want %s %v", v.sql, v.typ, row.Values[0].Kind(), row.Values[0], want.Kind(), want)
					}
				}
			}
		}
	})
}

// TestUnfitColumns checks that no source opens over a column that cannot hold its
// field.
func TestUnfitColumns(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		if d.name != "PostgreSQL" {
			t.Skip("SQLite's types are tried by TestProblems")
		}
		db := d.open(t, nil)
		exec(t, db, "CREATE TYPE mood AS ENUM ('A', 'B')")
		for i, test := range []struct {
			sql string
			typ traverse.Type
		}{
			{"ARRAY['A', 'B']::mood[]", traverse.Choices}, {"'A'::mood", traverse.Choices},
			{"'x'::bytea", traverse.Text}, {"now() - now()", traverse.Time}, {"'12:00'::time", traverse.Time}, {"ARRAY[1]", traverse.Choices},
			{"true", traverse.Text}, {"1.5", traverse.Text}, {"now()", traverse.Number}, {"1.5", traverse.Bool}, {"1", traverse.Date}, {"1", traverse.Choices},
		} {
			exec(t, db, fmt.Sprintf("CREATE VIEW v%d AS SELECT 'l'::text AS id, %s AS v", i, test.sql))
			_, err := sqldb.Open(t.Context(), db, d.dialect, valuesSchema(t, test.typ), sqldb.Options{Needs: everything(t, valuesSchema(t, test.typ)), Mapping: sqldb.Mapping{
				Tables: map[string]sqldb.Table{"Lead": {Name: fmt.Sprintf("v%d", i)}},
				Absent: []string{"Contact", "Account", "Lead.ParentContact", "Lead.ParentAccount"},
			}})
			if err == nil || !strings.Contains(err.Error(), "sqldb: Lead.V: the column v is ") || strings.Count(err.Error(), "\n") > 0 {
				t.Errorf("%s as a %s: %v", test.sql, test.typ, err)
			}
		}
	})
}
