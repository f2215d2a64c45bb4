package sqldb_test

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sqldb"
)

// skippedTables are tables of SQLite with rows in which something is wrong.
func skippedTables() map[string]*fakeTable {
	tables := callTables("", "", "")
	tables[`"leads"`].rows = [][]driver.Value{
		{"l1", "topic", "c1", nil}, {"l2", 1.5, "c2", nil}, {"l3", "topic", "c3", nil}, {[]byte("l4"), "topic", "c3", nil},
	}
	tables[`"contacts"`].rows = [][]driver.Value{{"c1", "name", nil}, {"c2", "name", nil}, {"c3", true, nil}}
	tables[`"calls"`].rows = [][]driver.Value{
		{"k1", "2026-05-01", "c1"}, {"k2", "yesterday", "c1"}, {nil, "2026-05-01", "c1"}, {1.5, "2026-05-01", "c1"}, {"k3", "2026-05-02", "c1"},
		{"k4", "2026-05-02", "c2"},
	}
	return tables
}

// TestSkipBad: rows in which something is wrong are skipped on request, and counted
// once, however often they are found; the row of a lead that is scored is not.
func TestSkipBad(t *testing.T) {
	set := setOf(t, calls(t), `has Lead where Topic = "topic"`, `each Call`, `has Lead.ParentContact where Name = "name"`)
	for _, skip := range []bool{false, true} {
		_, db := newFake(t, skippedTables())
		source, err := sqldb.Open(t.Context(), db, sqlite(), calls(t), sqldb.Options{Needs: set.Needs(), SkipBad: skip})
		if err != nil {
			t.Fatal(err)
		}
		snapshot, err := source.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer snapshot.Close()
		var got []string
		for range 3 {
			got = nil
			for r, err := range set.ScoreAll(t.Context(), leadscore.IDs("l1", "l2", "l3"), snapshot) {
				if err != nil {
					got = append(got, err.Error())
				} else {
					got = append(got, fmt.Sprint(r.Lead, " ", r.Results[0].Score))
				}
			}
		}
		const bad = `lead "l2": Lead (Lead): sqldb: Lead "l2": Topic (column topic): the number "1.5" is not text`
		want := []string{"l1 4", bad, "l3 1"}
		if !skip {
			want = []string{
				`lead "l1": Call (Call): sqldb: Call "k2": Timestamp (column timestamp): "yesterday" is not a time; want YYYY-MM-DDTHH:MM:SSZ, perhaps with a space for the T, a fraction, or an offset such as +02:00`,
				bad, `lead "l3": Lead.ParentContact (Contact): sqldb: Contact "c3": Name (column name): the bool "true" is not text`,
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("skip %t (-want +got):\n%s", skip, diff)
		}
		ids, err := list(source.Leads(t.Context()))
		if skip && (err != nil || !slices.Equal(ids, []string{"l1", "l2", "l3"})) || !skip && err == nil {
			t.Errorf("skip %t: leads %q, %v", skip, ids, err)
		}
		skipped := source.Skipped()
		if !skip {
			if skipped.Rows() != 0 || skipped.Problems != nil {
				t.Errorf("skipped %+v", skipped)
			}
			continue
		}
		if diff := cmp.Diff([]sqldb.Count{{"Call", 3}, {"Contact", 1}, {"Lead", 1}}, skipped.Entities); diff != "" || skipped.Rows() != 5 {
			t.Errorf("skipped (-want +got):\n%s", diff)
		}
		lines := strings.Split(skipped.Problems.Error(), "\n")
		slices.Sort(lines)
		wantLines := []string{
			`sqldb: Call.Timestamp: the row "k2" was skipped (column timestamp): "yesterday" is not a time; want YYYY-MM-DDTHH:MM:SSZ, perhaps with a space for the T, a fraction, or an offset such as +02:00`,
			`sqldb: Call.id: a row by Contact "c1" was skipped (column id): it has no id`,
			`sqldb: Call.id: a row by Contact "c1" was skipped (column id): the number "1.5" is not an id`,
			`sqldb: Contact.Name: the row "c3" was skipped (column name): the bool "true" is not text`,
			`sqldb: Lead.id: a row was skipped (column id): "l4" is stored as bytes; an id is text or an integer`,
		}
		if diff := cmp.Diff(wantLines, lines); diff != "" {
			t.Errorf("problems (-want +got):\n%s", diff)
		}
	}
}

// TestSkipBadKeys: a row whose key cannot be read fails the query, or is skipped.
func TestSkipBadKeys(t *testing.T) {
	set := setOf(t, calls(t), `each Call`)
	for _, skip := range []bool{false, true} {
		f, db := newFake(t, skippedTables())
		f.tables[`"calls"`].rows = [][]driver.Value{{"k1", "2026-05-01", "c1"}, {"k2", "2026-05-01", 1.5}}
		source, err := sqldb.Open(t.Context(), db, sqlite(), calls(t), sqldb.Options{SkipBad: skip})
		if err != nil {
			t.Fatal(err)
		}
		f.lax = true
		r, err := set.Score(t.Context(), "l1", source)
		if skip && (err != nil || r.Results[0].Score != 1 || source.Skipped().Rows() != 1) {
			t.Errorf("%v, %v, %+v", r, err, source.Skipped())
		}
		if want := `lead "l1": Call (Call): sqldb: Call by Contact: column contact: the number "1.5" is not an id`; !skip && (err == nil || err.Error() != want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestSkippedLeadsEnd: the listing of leads ends however many ids are bytes, which
// SQLite sorts after all others.
func TestSkippedLeadsEnd(t *testing.T) {
	tables := callTables("", "", "")
	want := manyLeads(tables, 1500, padded)
	for i := range 2500 {
		tables[`"leads"`].rows = append(tables[`"leads"`].rows, []driver.Value{[]byte(fmt.Sprintf("m%05d", i)), nil, nil, nil})
	}
	_, db := newFake(t, tables)
	source, err := sqldb.Open(t.Context(), db, sqlite(), calls(t), sqldb.Options{SkipBad: true})
	if err != nil {
		t.Fatal(err)
	}
	if ids, err := list(source.Leads(t.Context())); err != nil || !slices.Equal(ids, want) {
		t.Errorf("%d leads, %v", len(ids), err)
	}
	if s := source.Skipped(); s.Rows() == 0 || len(s.Problems) > 100 || s.Problems[0].Err == nil || !errors.Is(s.Problems, s.Problems[0].Err) {
		t.Errorf("%d rows, %d problems", s.Rows(), len(s.Problems))
	}
}
