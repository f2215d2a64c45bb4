package dbtest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
)

// TestSamples: the first rows of all tables and views are texts.
func TestSamples(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		db := d.open(t, nil)
		bytes := map[string]string{"SQLite": "BLOB", "PostgreSQL": "bytea"}[d.name]
		for _, statement := range []string{
			`CREATE TABLE people (no integer, "full name" text, born date, at timestamp, amount double precision, raw ` + bytes + ")",
			"INSERT INTO people VALUES (1, 'Ada', '1990-12-31', '2026-05-31 10:00:00.5', 1.25, NULL), (2, NULL, NULL, NULL, 1000000, NULL), (3, 'Ben', NULL, NULL, NULL, NULL)",
			"CREATE VIEW rich AS SELECT no FROM people WHERE amount > 10",
			"CREATE TABLE empty (no integer)",
		} {
			exec(t, db, statement)
		}
		source, err := sqldb.Open(t.Context(), db, d.dialect, sourcetest.Schema(), sqldb.Options{})
		if err != nil {
			t.Fatal(err)
		}
		samples, err := source.Samples(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range samples {
			var names []string
			for _, c := range s.Columns {
				names = append(names, c.Name+" "+c.Storage.String())
			}
			got = append(got, s.Table+": "+strings.Join(names, ", "))
			for _, row := range s.Rows {
				got = append(got, strings.Join(row, "|"))
			}
			if s.Err != nil {
				t.Error(s.Err)
			}
		}
		want := []string{
			"empty: no integer", "people: no integer, full name text, born date, at timestamp, amount decimal, raw of a type that no field has",
			"1|Ada|1990-12-31|2026-05-31T10:00:00.5Z|1.25|", "2||||1000000|", "rich: no integer", "2",
		}
		if d.name == "SQLite" {
			want[1] = "people: no integer, full name text, born untyped, at untyped, amount decimal, raw of a type that no field has"
			want[2] = "1|Ada|1990-12-31|2026-05-31 10:00:00.5|1.25|"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if d.name == "PostgreSQL" {
			exec(t, db, "CREATE VIEW broken AS SELECT 1/(no-1) AS no FROM people")
			samples, err := source.Samples(t.Context(), 2)
			if err != nil || samples[0].Table != "broken" || samples[0].Err == nil || samples[0].Columns != nil || len(samples) != 4 {
				t.Errorf("a view that fails: %+v, %v", samples, err)
			}
		}
	})
}
