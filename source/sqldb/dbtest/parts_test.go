package dbtest

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// parts loads all parts. No part may have more records than opts allow.
func parts(t testing.TB, source *sqldb.Source, queries []traverse.Query, opts sqldb.LoadOptions) ([]*sqldb.Part, error) {
	t.Helper()
	snapshot, err := source.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	var all []*sqldb.Part
	for part, err := range snapshot.Parts(t.Context(), queries, opts) {
		if err != nil {
			return all, err
		}
		all = append(all, part)
		records := 0
		for e := range part.Store.Schema().Entities() {
			records += part.Store.Len(e.Name())
		}
		if opts.MaxRecords > 0 && records > opts.MaxRecords {
			t.Errorf("a part has %d records, of %d", records, opts.MaxRecords)
		}
	}
	return all, nil
}

// leadsOf returns the leads of parts.
func leadsOf(parts []*sqldb.Part) []string {
	var ids []string
	for _, p := range parts {
		ids = append(ids, p.Leads...)
	}
	return ids
}

// differInParts compares the results of all leads over a source with those over parts.
func differInParts(t testing.TB, set *leadscore.Set, want leadscore.Source, parts []*sqldb.Part, opts ...leadscore.Option) (int, error) {
	t.Helper()
	all := 0
	for _, p := range parts {
		n, err := differ(t.Context(), set, want, p.Store, p.Leads, opts...)
		if err != nil {
			return all, err
		}
		all += n
	}
	return all, nil
}

// TestEqualResultsOfParts scores the records of the contract in parts of several sizes.
func TestEqualResultsOfParts(t *testing.T) {
	schema, records := sourcetest.Schema(), sourcetest.Records()
	set, want := compile(t), inMemory(t, schema, records)
	forEach(t, func(t *testing.T, d database, s style) {
		_, source := load(t, d, s, schema, records, nil)
		ids := listed(t, source.Leads(t.Context()))
		for _, most := range []int{0, 640, 600} {
			found, err := parts(t, source, ofAnyDate(set), sqldb.LoadOptions{MaxRecords: most})
			if err != nil {
				t.Fatalf("at most %d records: %v", most, err)
			}
			if alone := len(found) == 1; alone != (most == 0) {
				t.Errorf("at most %d records: %d parts", most, len(found))
			}
			got := leadsOf(found)
			if d.name == "SQLite" && !slices.Equal(got, ids) {
				t.Errorf("leads %q, want %q", got, ids)
			}
			slices.Sort(got)
			if inOrder := slices.Sorted(slices.Values(ids)); !slices.Equal(got, inOrder) {
				t.Errorf("leads %q, want %q", got, inOrder)
			}
			for _, opts := range [][]leadscore.Option{{}, {leadscore.Explain(0)}, {leadscore.Explain(5), leadscore.Batch(7)}} {
				if n, err := differInParts(t, set, want, found, opts...); err != nil || n != 40 {
					t.Errorf("at most %d records: %d results, %v", most, n, err)
				}
			}
		}
		recent, err := parts(t, source, set.Queries(asOf), sqldb.LoadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := differInParts(t, set, want, recent); err != nil || n != 40 {
			t.Errorf("recent records: %d results, %v", n, err)
		}
	})
}

// team is rules that lead from a lead to its contact, account and colleagues.
const team = `model "Team" {
    target contact
    condition "Clicks" {
        each EmailClicked
        score +1
    }
    condition "Colleagues" {
        each Lead.ParentContact.ParentAccount.Contacts where Email begins with "a"
        score +100
    }
    condition "Orders" {
        each Lead.Orders
        score +10000
    }
}`

// teamOf returns leads with a contact each, of whom five have an account together. A lead
// has as many clicks and orders as its number says, up to four.
func teamOf(leads int, id func(i int) string) []sourcetest.Record {
	var records []sourcetest.Record
	add := func(entity string, id string, values map[string]string) {
		r := sourcetest.Record{Entity: entity, ID: id, Values: map[string]traverse.Value{}}
		for name, text := range values {
			r.Values[name] = traverse.TextValue(text)
		}
		if entity == "EmailClicked" {
			r.Values["Timestamp"] = traverse.TimeValue(asOf)
		}
		records = append(records, r)
	}
	for i := range leads {
		// Leads and contacts are in different orders.
		add("Lead", id(leads-i), map[string]string{"ParentContact": id(i)})
		add("Contact", id(i), map[string]string{"ParentAccount": id(i / 5), "Email": string(rune('a' + i%3))})
		for k := range i % 5 {
			add("EmailClicked", id(i*10+k), map[string]string{"Contact": id(i)})
			add("Order", id(i*10+k), map[string]string{"Lead": id(leads - i)})
		}
	}
	return records
}

// TestPartsByContact: in PostgreSQL the interactions of a part are read as a range of
// contacts, if their ids are sorted as those of leads are, and by keys otherwise. The ids
// are integers, UUIDs or texts, and collations differ.
func TestPartsByContact(t *testing.T) {
	alone(t)
	schema := sourcetest.Schema()
	set := setFrom(t, schema, team)
	number := func(i int) string { return fmt.Sprint(i + 1) } // 10 is before 9 as text
	uuid := func(i int) string { return fmt.Sprintf("00000000-0000-0000-0000-%012x", i) }
	mixed := func(i int) string { return string(rune("aBcDé"[i%4])) + fmt.Sprint(i) }
	for _, c := range []struct {
		name, typ, clicks string
		id                func(int) string
		ranges            bool
	}{
		{"integers", "bigint", "bigint", number, true},
		{"different integers", "bigint", "smallint", number, true},
		{"UUIDs", "uuid", "uuid", uuid, true},
		{"texts", "text", "varchar(90)", mixed, true},
		{"texts of numbers", "text", "text", number, true},
		{"texts in two orders", `text COLLATE "C"`, `text COLLATE "en-x-icu"`, mixed, false},
		{"texts and padded texts", "text", "char(40)", mixed, false},
		{"texts and integers", "text", "bigint", number, false},
		{"texts of an own order", `text COLLATE "en-x-icu"`, `text COLLATE "en-x-icu"`, mixed, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			records := teamOf(60, c.id)
			want := inMemory(t, schema, records)
			forDatabases(t, func(t *testing.T, d database) {
				if d.name == "SQLite" && strings.Contains(c.typ+c.clicks, "COLLATE") {
					t.Skip("SQLite has other collations")
				}
				log := &statements{}
				db := d.open(t, log)
				typed := d.styles[0]
				if d.name == "PostgreSQL" {
					if strings.Contains(c.typ, "icu") && !has(t, db, "SELECT 1 FROM pg_collation WHERE collname = 'en-x-icu'") {
						t.Skip("the server has no ICU")
					}
					typed.types = cloned(typed.types, traverse.NoType, c.typ)
				}
				create(t, db, d, typed, schema)
				if d.name == "PostgreSQL" {
					exec(t, db, `ALTER TABLE "EmailClicked" ALTER COLUMN "Contact" TYPE `+c.clicks+` USING NULL`)
				}
				fill(t, db, d, typed, schema, records)
				source := open(t, db, d, schema, typed.mapping(schema))
				log.take()
				found, err := parts(t, source, ofAnyDate(set), sqldb.LoadOptions{MaxRecords: 120})
				if err != nil {
					t.Fatal(err)
				}
				ranges, keys := 0, 0
				for _, text := range log.take() {
					if !strings.Contains(text, d.dialect.Quote("EmailClicked")) || strings.Contains(text, "LIMIT 1") {
						continue
					}
					if strings.Contains(text, " >= ") {
						ranges++
					} else {
						keys++
					}
				}
				if wanted := c.ranges && d.name == "PostgreSQL"; wanted != (ranges > 0) || len(found) < 3 {
					t.Errorf("%d ranges, %d statements by keys, %d parts", ranges, keys, len(found))
				}
				if n, err := differInParts(t, set, want, found, leadscore.Explain(3)); err != nil || n != 60 {
					t.Errorf("%d results, %v", n, err)
				}
			})
		})
	}
}

// TestPartsBetweenStrangers: once most records of a range are of contacts that have no
// lead, later parts look up keys.
func TestPartsBetweenStrangers(t *testing.T) {
	alone(t)
	schema := sourcetest.Schema()
	set := setFrom(t, schema, `model "Clicks" { target contact condition "Clicks" { each EmailClicked score +1 } }`)
	id := func(i int) string { return fmt.Sprintf("%04d", i) }
	records := teamOf(100, id)
	for i := range 1000 {
		records = append(records, sourcetest.Record{Entity: "EmailClicked", ID: fmt.Sprint("s", i), Values: map[string]traverse.Value{
			"Contact": traverse.TextValue(id(i%100) + "x"), "Timestamp": traverse.TimeValue(asOf),
		}})
	}
	want := inMemory(t, schema, records)
	forDatabases(t, func(t *testing.T, d database) {
		log := &statements{}
		_, source := load(t, d, d.styles[0], schema, records, log)
		log.take()
		found, err := parts(t, source, ofAnyDate(set), sqldb.LoadOptions{MaxRecords: 60})
		if err != nil {
			t.Fatal(err)
		}
		ranges := 0
		for _, text := range log.take() {
			if strings.Contains(text, d.dialect.Quote("EmailClicked")) && strings.Contains(text, " >= ") {
				ranges++
			}
		}
		if most := map[string]int{"PostgreSQL": 3}[d.name]; ranges > most || len(found) < 4 {
			t.Errorf("%d ranges for %d parts", ranges, len(found))
		}
		if n, err := differInParts(t, set, want, found); err != nil || n != 100 {
			t.Errorf("%d results, %v", n, err)
		}
	})
}

// TestPartsOfOneState changes the database while parts are read.
func TestPartsOfOneState(t *testing.T) {
	schema, records := sourcetest.Schema(), sourcetest.Records()
	set, want := compile(t), inMemory(t, schema, records)
	forDatabases(t, func(t *testing.T, d database) {
		db, source := load(t, d, d.styles[0], schema, records, nil)
		snapshot, err := source.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer snapshot.Close()
		n, deleted := 0, false
		for part, err := range snapshot.Parts(t.Context(), ofAnyDate(set), sqldb.LoadOptions{MaxRecords: 600}) {
			if err != nil {
				t.Fatal(err)
			}
			if !deleted {
				for _, e := range []string{"EmailClicked", "Lead", "Contact"} {
					exec(t, db, "DELETE FROM "+d.dialect.Quote(e))
				}
				deleted = true
			}
			some, err := differ(t.Context(), set, want, part.Store, part.Leads)
			if err != nil {
				t.Error(err)
			}
			n += some
			// The snapshot can be used meanwhile.
			if _, err := set.Score(t.Context(), part.Leads[0], snapshot, leadscore.AsOf(asOf)); err != nil {
				t.Error(err)
			}
		}
		if n != 40 {
			t.Errorf("%d results", n)
		}
		for range snapshot.Parts(t.Context(), ofAnyDate(set), sqldb.LoadOptions{MaxRecords: 600}) {
			break // which leaves the snapshot as it is
		}
		if n := len(listed(t, snapshot.Leads(t.Context()))); n != 40 {
			t.Errorf("%d leads", n)
		}
	})
}

// TestPartsErrors: a lead with too many records, and rows in which something is wrong.
func TestPartsErrors(t *testing.T) {
	schema := sourcetest.Schema()
	set := setFrom(t, schema, team)
	forDatabases(t, func(t *testing.T, d database) {
		records := teamOf(20, func(i int) string { return fmt.Sprintf("%03d", i) })
		_, source := load(t, d, d.styles[0], schema, records, nil)
		found, err := parts(t, source, ofAnyDate(set), sqldb.LoadOptions{MaxRecords: 9})
		if !errors.Is(err, sqldb.ErrTooManyRecords) || !strings.Contains(err.Error(), ` alone needs them`) || !strings.HasPrefix(err.Error(), "sqldb: loading ") {
			t.Errorf("%d parts, and %v", len(found), err)
		}

		db := d.open(t, nil)
		create(t, db, d, d.styles[0], schema)
		fill(t, db, d, d.styles[0], schema, records)
		mapping := d.styles[0].mapping(schema)
		mapping.Tables["Contact"] = sqldb.Table{Columns: map[string]sqldb.Column{
			"Email":     {Codes: map[string]string{"a": "a", "b": "b"}},
			"Interests": mapping.Tables["Contact"].Columns["Interests"],
		}}
		for _, skip := range []bool{false, true} {
			source, err := sqldb.Open(t.Context(), db, d.dialect, schema, sqldb.Options{Mapping: mapping, SkipBad: skip})
			if err != nil {
				t.Fatal(err)
			}
			found, err := parts(t, source, ofAnyDate(set), sqldb.LoadOptions{})
			switch {
			case !skip:
				if err == nil || !strings.Contains(err.Error(), `Email (column Email): "c" is not among the codes of the column; with Options.SkipBad such a row is left out`) {
					t.Errorf("a bad row: %v", err)
				}
			case err != nil || len(leadsOf(found)) != 20 || source.Skipped().Rows() != 6:
				t.Errorf("%d leads, %v, skipped %+v", len(leadsOf(found)), err, source.Skipped())
			}
		}
	})
}

// setFrom compiles rules.
func setFrom(t testing.TB, schema *traverse.Schema, rules string) *leadscore.Set {
	t.Helper()
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "rules.score", Text: rules}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// has reports whether a query finds a row.
func has(t testing.TB, db *sql.DB, query string) bool {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	return rows.Next()
}

func cloned(types map[traverse.Type]string, typ traverse.Type, as string) map[traverse.Type]string {
	c := map[traverse.Type]string{typ: as}
	for t, name := range types {
		if t != typ {
			c[t] = name
		}
	}
	return c
}
