package dbtest

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sqldb"
)

// dealSchema is small enough to write its tables by hand.
const dealSchema = `
profile Lead { Topic text Budget number ParentContact -> Contact ParentAccount -> Account }
profile Contact { ParentAccount -> Account }
profile Account { Name text }
interaction Opened { EmailName text }
`

const dealRules = `model "Deals" {
	target contact
	condition "Opened" { each Opened score +1 }
	condition "Budget" { has Lead where Budget > 1 score +10 }
	condition "Contact" { has Lead.ParentContact score +100 }
}`

// A dealBase is a database of deals, and the set that scores them.
type dealBase struct {
	db     *sql.DB
	leads  int
	schema *leadscore.Schema
	set    *leadscore.Set
}

// deals makes the tables of dealSchema, with leads l0, l1 and so on, each with a
// contact who has opened two emails. Leads come from a view whose budget is an
// expression over the column raw.
func deals(t *testing.T, d database, leads int, budget string) *dealBase {
	t.Helper()
	db := d.open(t, nil)
	exec(t, db, `CREATE TABLE lead0 (id text PRIMARY KEY, topic text, raw text, parent_contact text, parent_account text)`)
	exec(t, db, `CREATE VIEW lead AS SELECT id, topic, `+budget+` AS budget, parent_contact, parent_account FROM lead0`)
	exec(t, db, `CREATE TABLE contact (id text PRIMARY KEY, parent_account text)`)
	exec(t, db, `CREATE TABLE account (id text PRIMARY KEY, name text)`)
	exec(t, db, `CREATE TABLE opened (id text PRIMARY KEY, contact text, timestamp timestamp, email_name text)`)
	for i := range leads {
		exec(t, db, fmt.Sprintf(`INSERT INTO lead0 VALUES ('l%d', 'x', '5', 'c%[1]d', NULL)`, i))
		exec(t, db, fmt.Sprintf(`INSERT INTO contact VALUES ('c%d', NULL)`, i))
		exec(t, db, fmt.Sprintf(`INSERT INTO opened VALUES ('a%d', 'c%[1]d', '2026-03-01 00:00:00', 'news'), ('b%[1]d', 'c%[1]d', '2026-03-02 00:00:00', 'news')`, i))
	}
	schema, err := leadscore.ParseSchema("deals", dealSchema, nil)
	if err != nil {
		t.Fatal(err)
	}
	model, err := leadscore.Compile("deals.score", dealRules, schema)
	if err != nil {
		t.Fatal(err)
	}
	set, err := leadscore.NewSet(model)
	if err != nil {
		t.Fatal(err)
	}
	return &dealBase{db, leads, schema, set}
}

// failed scores all leads, and returns those that fail and the last error. The
// others must have their scores.
func (f *dealBase) failed(t *testing.T, source leadscore.Source, opts ...leadscore.Option) (ids []string, last error) {
	t.Helper()
	var all []string
	for i := range f.leads {
		all = append(all, fmt.Sprint("l", i))
	}
	n := 0
	for r, err := range f.set.ScoreAll(t.Context(), leadscore.IDs(all...), source, append(opts, leadscore.AsOf(asOf))...) {
		n++
		if err != nil {
			ids, last = append(ids, r.Lead), err
		} else if r.Results[0].Score != 112 {
			t.Errorf("%s: %d", r.Lead, r.Results[0].Score)
		}
	}
	if n != f.leads {
		t.Errorf("%d leads", n)
	}
	return ids, last
}

// TestRowThatTheDatabaseCannotConvert: one row for which the database itself gives an
// error fails its lead alone, also in a snapshot, which lives on.
func TestRowThatTheDatabaseCannotConvert(t *testing.T) {
	alone(t)
	forDatabases(t, func(t *testing.T, d database) {
		f := deals(t, d, 100, map[string]string{
			"SQLite":     `CASE raw WHEN 'abc' THEN abs(-9223372036854775807 - 1) ELSE CAST(raw AS REAL) END`,
			"PostgreSQL": `CAST(raw AS double precision)`,
		}[d.name])
		source := open(t, f.db, d, f.schema, sqldb.Mapping{})
		exec(t, f.db, `UPDATE lead0 SET raw = 'abc' WHERE id IN ('l7', 'l70')`)
		snapshot, err := source.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer snapshot.Close()
		for _, source := range []leadscore.Source{source, snapshot, snapshot} {
			bad, last := f.failed(t, source)
			if !slices.Equal(bad, []string{"l7", "l70"}) || !strings.HasPrefix(last.Error(), `lead "l70": Lead (Lead): sqldb: Lead by id: `) {
				t.Errorf("%T: %q failed, %v", source, bad, last)
			}
		}
	})
}

// TestSlowLead: one lead whose query takes longer than the server allows fails
// alone, also in a snapshot.
func TestSlowLead(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		if d.name != "PostgreSQL" {
			t.Skip("SQLite has no time-out of its own")
		}
		f := deals(t, d, 50, `CASE raw WHEN 'slow' THEN CAST('1' || pg_sleep(20) AS double precision) ELSE 5 END`)
		source := open(t, f.db, d, f.schema, sqldb.Mapping{})
		exec(t, f.db, `UPDATE lead0 SET raw = 'slow' WHERE id = 'l7'`)
		f.db.SetMaxOpenConns(1)
		exec(t, f.db, "SET statement_timeout = 300")
		check := func(source leadscore.Source) {
			bad, last := f.failed(t, source)
			if !slices.Equal(bad, []string{"l7"}) || !strings.Contains(last.Error(), "statement timeout") {
				t.Errorf("%T: %q failed, %v", source, bad, last)
			}
		}
		check(source)
		snapshot, err := source.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer snapshot.Close()
		check(snapshot)
		if _, err := f.set.Score(t.Context(), "l8", snapshot, leadscore.AsOf(asOf)); err != nil || errors.Is(err, sqldb.ErrSnapshot) {
			t.Errorf("the snapshot afterwards: %v", err)
		}
	})
}

// TestAuditWithoutTables: tables and columns that are missing are problems of the
// audit, too.
func TestAuditWithoutTables(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		f := deals(t, d, 3, "5.0")
		exec(t, f.db, `DROP TABLE opened`)
		exec(t, f.db, `CREATE TABLE openings (id text)`)
		source, err := sqldb.Open(t.Context(), f.db, d.dialect, f.schema, sqldb.Options{})
		if err != nil {
			t.Fatal(err)
		}
		found, err := source.Audit(t.Context(), f.set.Needs())
		if err != nil || len(found) == 0 || found[len(found)-1].String() !=
			"Opened: there is no table for it, such as opened; name one in Mapping.Tables, or list Opened in Mapping.Absent" {
			t.Errorf("got %v, %v", found, err)
		}
	})
}

// TestLeadWithTooManyRows: a lead with more records than MaxRecords fails alone.
func TestLeadWithTooManyRows(t *testing.T) {
	alone(t)
	forDatabases(t, func(t *testing.T, d database) {
		f := deals(t, d, 60, "5.0")
		exec(t, f.db, `INSERT INTO opened WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
			SELECT 'n' || i, 'c7', '2026-03-02 00:00:00', 'news' FROM n`)
		source := open(t, f.db, d, f.schema, sqldb.Mapping{})
		snapshot, err := source.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer snapshot.Close()
		for _, source := range []leadscore.Source{source, snapshot} {
			for _, most := range []int{300, 2000, 5000} {
				bad, last := f.failed(t, source, leadscore.MaxRecords(most))
				if !slices.Equal(bad, []string{"l7"}) || !errors.Is(last, leadscore.ErrTooManyRecords) {
					t.Errorf("MaxRecords(%d): %q failed, %v", most, bad, last)
				}
			}
		}
		r, err := f.set.Score(t.Context(), "l7", source, leadscore.AsOf(asOf), leadscore.MaxRecords(6000))
		if err != nil || r.Results[0].Score != 5112 {
			t.Errorf("%v, %v", r, err)
		}
	})
}

// TestColumnThatIsPaddedNow: a column that becomes char(n) while leads are scored is
// an error of the leads that need it, and not a score without it.
func TestColumnThatIsPaddedNow(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		if d.name != "PostgreSQL" {
			t.Skip("SQLite pads nothing")
		}
		for _, change := range []string{
			"ALTER TABLE contact ALTER COLUMN id TYPE char(20)", "ALTER TABLE opened ALTER COLUMN contact TYPE char(20)",
			"ALTER TABLE opened ALTER COLUMN id TYPE char(20)",
		} {
			f := deals(t, d, 20, "5.0::float8")
			source := open(t, f.db, d, f.schema, sqldb.Mapping{})
			if bad, err := f.failed(t, source); bad != nil {
				t.Fatal(err)
			}
			exec(t, f.db, change)
			bad, last := f.failed(t, source)
			if len(bad) != 20 || !strings.Contains(last.Error(), "is now fixed-length text (BPCHAR), and was text when the source was opened; open it again") {
				t.Errorf("%s: %d leads failed, %v", change, len(bad), last)
			}
			again := open(t, f.db, d, f.schema, sqldb.Mapping{})
			if bad, err := f.failed(t, again); bad != nil {
				t.Errorf("%s, opened again: %v", change, err)
			}
		}
	})
}
