package dbtest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// ofAnyDate returns queries for all that a set can ask for.
func ofAnyDate(set *leadscore.Set) []traverse.Query {
	var queries []traverse.Query
	for _, n := range set.Needs() {
		queries = append(queries, traverse.Query{Need: n})
	}
	return queries
}

// whole loads all that queries ask for.
func whole(t testing.TB, source *sqldb.Source, queries []traverse.Query) *columns.Store {
	t.Helper()
	store, err := source.Load(t.Context(), queries, sqldb.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// TestEqualResultsOfWholeTables scores the records of the contract from tables that were
// loaded: what a store was not loaded for is refused.
func TestEqualResultsOfWholeTables(t *testing.T) {
	schema, records := sourcetest.Schema(), sourcetest.Records()
	records = append(records, sourcetest.Record{Entity: "Order", ID: "of old", Values: map[string]traverse.Value{
		"PlacedOn": traverse.TimeValue(asOf.AddDate(-3, 0, 0)), "Lead": traverse.TextValue("lead-1"),
	}})
	set, want := compile(t), inMemory(t, schema, records)
	forEach(t, func(t *testing.T, d database, s style) {
		_, source := load(t, d, s, schema, records, nil)
		ids := listed(t, source.Leads(t.Context()))
		all, part := whole(t, source, ofAnyDate(set)), whole(t, source, set.Queries(asOf))
		if got := listed(t, all.Leads(t.Context())); !slices.Equal(got, ids) {
			t.Errorf("leads %q, want %q", got, ids)
		}
		if all, part := all.Len("Order"), part.Len("Order"); part >= all {
			t.Errorf("%d of %d orders were loaded by dates", part, all)
		}
		for name, store := range map[string]*columns.Store{"all": all, "part": part} {
			for _, opts := range [][]leadscore.Option{{}, {leadscore.Explain(0)}, {leadscore.Explain(5), leadscore.Batch(7)}} {
				n, err := differ(t.Context(), set, want, store, ids, opts...)
				if name == "part" && len(opts) == 2 {
					if !errors.Is(err, columns.ErrNotCovered) {
						t.Errorf("explanations with lists from a store with some dates: %v", err)
					}
				} else if err != nil || n != 40 {
					t.Errorf("%s: %d results, %v", name, n, err)
				}
			}
		}
		_, err := set.Score(t.Context(), ids[0], part, leadscore.AsOf(asOf.AddDate(0, 0, -1)))
		if !errors.Is(err, columns.ErrNotCovered) || !strings.Contains(err.Error(), "columns: records of ") {
			t.Errorf("as of the day before: %v", err)
		}
		if _, err := set.Score(t.Context(), ids[0], part, leadscore.AsOf(asOf.AddDate(0, 1, 0))); err != nil {
			t.Errorf("as of a month later: %v", err)
		}
		other, err := leadscore.Compile("other", `model "Other" { target lead condition "C" { has Lead where Topic is not empty score 1 } }`, schema)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.Score(t.Context(), ids[0], part); !errors.Is(err, columns.ErrNotCovered) {
			t.Errorf("by other rules: %v", err)
		}
	})
}

// TestLoadsOneState changes the database between the snapshot and the load.
func TestLoadsOneState(t *testing.T) {
	schema, records := sourcetest.Schema(), sourcetest.Records()
	set, want := compile(t), inMemory(t, schema, records)
	forDatabases(t, func(t *testing.T, d database) {
		db, source := load(t, d, d.styles[0], schema, records, nil)
		snapshot, err := source.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer snapshot.Close()
		exec(t, db, "DELETE FROM "+d.dialect.Quote("EmailClicked"))
		var said []sqldb.Progress
		store, err := snapshot.Load(t.Context(), ofAnyDate(set), sqldb.LoadOptions{Progress: func(p sqldb.Progress) { said = append(said, p) }})
		if err != nil {
			t.Fatal(err)
		}
		ids := listed(t, snapshot.Leads(t.Context()))
		if n, err := differ(t.Context(), set, want, store, ids); err != nil || n != 40 {
			t.Errorf("%d results, %v", n, err)
		}
		for _, p := range said {
			if !p.Done || p.Records != store.Len(p.Entity) {
				t.Errorf("%+v of %d records", p, store.Len(p.Entity))
			}
		}
		if len(said) < 5 {
			t.Errorf("progress %v", said)
		}
		all := 0
		for _, p := range said {
			all += p.Records
		}
		if _, err := snapshot.Load(t.Context(), ofAnyDate(set), sqldb.LoadOptions{MaxRecords: all}); err != nil {
			t.Error(err)
		}
		_, err = snapshot.Load(t.Context(), ofAnyDate(set), sqldb.LoadOptions{MaxRecords: all - 1})
		if !errors.Is(err, sqldb.ErrTooManyRecords) || !strings.Contains(err.Error(), "sqldb: loading ") {
			t.Errorf("one too many: %v", err)
		}
		// Which leaves the snapshot as it is.
		if n, err := differ(t.Context(), set, want, snapshot, ids); err != nil || n != 40 {
			t.Errorf("%d results by keys, %v", n, err)
		}
	})
}

// TestLoadErrors: what is wrong in a row is an error of Load, or the row is left out.
func TestLoadErrors(t *testing.T) {
	schema := sourcetest.Schema()
	set := compile(t)
	forDatabases(t, func(t *testing.T, d database) {
		db := d.open(t, nil)
		create(t, db, d, d.styles[0], schema)
		fill(t, db, d, d.styles[0], schema, []sourcetest.Record{
			{Entity: "Contact", ID: "c1", Values: map[string]traverse.Value{"Email": traverse.TextValue("a")}},
			{Entity: "Contact", ID: "c2"},
		})
		open := func(o sqldb.Options) *sqldb.Source {
			o.Mapping = d.styles[0].mapping(schema)
			o.Mapping.Tables = map[string]sqldb.Table{"Contact": {Columns: map[string]sqldb.Column{"Email": {Codes: map[string]string{"b": "B"}}}}}
			source, err := sqldb.Open(t.Context(), db, d.dialect, schema, o)
			if err != nil {
				t.Fatal(err)
			}
			return source
		}
		_, err := open(sqldb.Options{}).Load(t.Context(), ofAnyDate(set), sqldb.LoadOptions{})
		const want = `sqldb: loading Contact: Contact "c1": Email (column Email): "a" is not among the codes of the column; with Options.SkipBad such a row is left out`
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		skipping := open(sqldb.Options{SkipBad: true})
		store := whole(t, skipping, ofAnyDate(set))
		if n, skipped := store.Len("Contact"), skipping.Skipped(); n != 1 || skipped.Rows() != 1 {
			t.Errorf("%d contacts, and skipped %+v", n, skipped)
		}
	})
}
