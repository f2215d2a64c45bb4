package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// fault is a database with the records of the contract and what goes wrong in it.
type fault struct {
	db     *sql.DB
	d      database
	source *sqldb.Source
	set    *leadscore.Set
	memory *memory.Source
	name   string // of its sessions, where a test has to find them
}

func newFault(t *testing.T, d database) *fault {
	t.Helper()
	schema, records := sourcetest.Schema(), sourcetest.Records()
	db, source := load(t, d, d.styles[0], schema, records, nil)
	return &fault{db: db, d: d, source: source, set: compile(t), memory: inMemory(t, schema, records)}
}

// score scores all leads, two in a batch. Those that have a result must have the
// one that they have from memory.
func (f *fault) score(t *testing.T, source leadscore.Source) (good int, bad map[string]*leadscore.LeadError) {
	t.Helper()
	bad = map[string]*leadscore.LeadError{}
	ids := listed(t, f.memory.Leads(t.Context()))
	for r, err := range f.set.ScoreAll(t.Context(), leadscore.IDs(ids...), source, leadscore.Batch(2), leadscore.AsOf(asOf)) {
		if err != nil {
			var e *leadscore.LeadError
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			bad[e.Lead] = e
			continue
		}
		good++
		want, err := f.set.Score(t.Context(), r.Lead, f.memory, leadscore.AsOf(asOf))
		if err != nil {
			t.Fatal(err)
		}
		for i := range want.Results {
			if !r.Results[i].Equal(want.Results[i]) {
				t.Errorf("lead %s: got %+v, want %+v", r.Lead, r.Results[i], want.Results[i])
			}
		}
	}
	return good, bad
}

// reaching lists the leads that lead to one of some contacts or, with "", to any.
func (f *fault) reaching(contacts ...string) []string {
	var ids []string
	for _, r := range sourcetest.Records() {
		c := r.Values["ParentContact"].Text()
		if r.Entity == "Lead" && c != "" && (contacts[0] == "" || slices.Contains(contacts, c)) {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

func TestDroppedColumn(t *testing.T) {
	alone(t)
	forDatabases(t, func(t *testing.T, d database) {
		f := newFault(t, d)
		exec(t, f.db, `ALTER TABLE "EmailClicked" DROP COLUMN "Url"`)
		good, bad := f.score(t, f.source)
		if good != 0 { // every lead has a contact or an account whose clicks count
			t.Errorf("%d leads were scored", good)
		}
		for id, e := range bad {
			if !strings.Contains(e.Error(), "Url") || !strings.Contains(e.Error(), "EmailClicked by Contact") || e.Entity != "EmailClicked" || e.Lead != id {
				t.Errorf("%s: %v", id, e)
			}
		}
		exec(t, f.db, `ALTER TABLE "EmailClicked" ADD COLUMN "Url" TEXT`)
		f.memory = inMemory(t, sourcetest.Schema(), without("EmailClicked", "Url"))
		if _, bad := f.score(t, f.source); len(bad) > 0 {
			t.Errorf("after it was fixed: %v", bad)
		}
	})
}

func accountBased(lead string) bool {
	for _, r := range sourcetest.Records() {
		if r.Entity == "Lead" && r.ID == lead {
			return r.Values["ParentContact"].IsEmpty()
		}
	}
	return false
}

// without is the records of the contract without one field.
func without(entity, field string) []sourcetest.Record {
	records := sourcetest.Records()
	for _, r := range records {
		if r.Entity == entity {
			delete(r.Values, field)
		}
	}
	return records
}

// TestRowThatDoesNotDecode fails the leads that reach it, and no other one.
func TestRowThatDoesNotDecode(t *testing.T) {
	alone(t)
	forDatabases(t, func(t *testing.T, d database) {
		f := newFault(t, d)
		for _, test := range []struct{ sqlite, postgres, sqliteSays, postgresSays string }{
			{`UPDATE "Contact" SET "Birthday" = '31.12.1990' WHERE id = 'c2'`, `UPDATE "Contact" SET "Birthday" = 'infinity' WHERE id = 'c2'`,
				`Contact "c2": Birthday (column Birthday): "31.12.1990" is not a date`, `Contact "c2": Birthday (column Birthday): "infinity" is not a date`},
			{`UPDATE "Contact" SET "LifetimeValue" = 9e999 WHERE id = 'c2'`, `UPDATE "Contact" SET "LifetimeValue" = 'NaN' WHERE id = 'c2'`,
				`LifetimeValue): a number must be finite, not +Inf`, `LifetimeValue): a number must be finite, not NaN`},
			{`UPDATE "Contact" SET "LastCall" = 1700000000 WHERE id = 'c2'`, `UPDATE "Contact" SET "LastCall" = '12000-01-01' WHERE id = 'c2'`,
				`the number 1700000000 is not a time`, `the year 12000 is outside 0 to 9999`},
			{`UPDATE "Contact" SET "Interests" = 'Tea' WHERE id = 'c2'`, `UPDATE "Contact" SET "Interests" = '{{a},{b}}' WHERE id = 'c2'`,
				`"Tea" is not a JSON array of text`, `"{{a},{b}}" is not an array of text with one dimension`},
			{`UPDATE "Contact" SET "Email" = x'ff00' WHERE id = 'c2'`, "", `"\xff\x00" is not UTF-8`, ""},
			{`UPDATE "Contact" SET "Subscribed" = 2 WHERE id = 'c2'`, "", `the number "2" is not a bool`, ""},
			// Whatever the range asks for, a time that is none is seen.
			{`UPDATE "WebsiteVisited" SET "Timestamp" = 0 WHERE "Contact" = 'c3'`, "", `the number 0 is not a time`, ""},
			{`UPDATE "WebsiteVisited" SET "Timestamp" = '15.03.2026' WHERE "Contact" = 'c3'`, "", `"15.03.2026" is not a time`, ""},
			{`UPDATE "WebsiteVisited" SET "Timestamp" = 'yesterday' WHERE "Contact" = 'c3'`, "", `"yesterday" is not a time`, ""},
		} {
			statement, says := test.sqlite, test.sqliteSays
			if d.name == "PostgreSQL" {
				statement, says = test.postgres, test.postgresSays
			}
			if statement == "" {
				continue
			}
			exec(t, f.db, statement)
			contact := statement[strings.LastIndex(statement, "c") : len(statement)-1]
			_, bad := f.score(t, f.source)
			for _, id := range f.reaching(contact) {
				if bad[id] == nil {
					t.Errorf("%s: %s was scored", statement, id)
				}
			}
			for id, e := range bad {
				if !strings.Contains(e.Error(), says) || e.Lead != id || e.Entity == "" {
					t.Errorf("%s: %v", id, e)
				}
				if !slices.Contains(f.reaching(contact), id) && !accountBased(id) {
					t.Errorf("%s failed, too: %v", id, e)
				}
			}
			f.restore(t, contact)
		}
	})
}

// restore writes a contact and their visits again.
func (f *fault) restore(t *testing.T, contact string) {
	t.Helper()
	exec(t, f.db, `DELETE FROM "Contact" WHERE id = '`+contact+`'`)
	exec(t, f.db, `DELETE FROM "WebsiteVisited" WHERE "Contact" = '`+contact+`'`)
	var records []sourcetest.Record
	for _, r := range sourcetest.Records() {
		if r.Entity == "Contact" && r.ID == contact || r.Entity == "WebsiteVisited" && r.Values["Contact"].Text() == contact {
			records = append(records, r)
		}
	}
	fill(t, f.db, f.d, f.d.styles[0], sourcetest.Schema(), records)
	if _, bad := f.score(t, f.source); len(bad) > 0 {
		t.Fatalf("after it was fixed: %v", bad)
	}
}

// broken replaces the clicks by a view that begins well.
func (f *fault) broken(t *testing.T, how map[string]string) {
	t.Helper()
	exec(t, f.db, `ALTER TABLE "EmailClicked" RENAME TO "Clicks"`)
	exec(t, f.db, fmt.Sprintf(`CREATE VIEW "EmailClicked" AS %s`, how[f.d.name]))
	// A prepared statement of a driver may still refer to the table.
	f.source = open(t, f.db, f.d, sourcetest.Schema(), f.d.styles[0].mapping(sourcetest.Schema()))
}

// TestErrorBehindRows has a query fail when it has given rows already.
func TestErrorBehindRows(t *testing.T) {
	alone(t)
	forDatabases(t, func(t *testing.T, d database) {
		f := newFault(t, d)
		f.broken(t, map[string]string{
			"SQLite": `SELECT id, "Url", "Timestamp", "Contact" FROM "Clicks" UNION ALL
				SELECT 'x', abs(-9223372036854775807 - 1), NULL, 'c1'`,
			"PostgreSQL": `SELECT id, "Url", "Timestamp", "Contact" FROM "Clicks" UNION ALL
				SELECT 'x', (1 / (length("Contact") - 2))::text, NULL, 'c1' FROM "Clicks" WHERE "Contact" = 'c1'`,
		})
		_, bad := f.score(t, f.source)
		for _, id := range f.reaching("c1") {
			if bad[id] == nil {
				t.Errorf("%s was scored", id)
			}
		}
		for id, e := range bad {
			if !strings.Contains(e.Error(), "EmailClicked by Contact") || e.Entity != "EmailClicked" {
				t.Errorf("%s: %v", id, e)
			}
		}
		exec(t, f.db, `DROP VIEW "EmailClicked"`)
		exec(t, f.db, `ALTER TABLE "Clicks" RENAME TO "EmailClicked"`)
		if _, bad := f.score(t, f.source); len(bad) > 0 {
			t.Errorf("after it was fixed: %v", bad)
		}
	})
}

// TestSlowQuery lets a query take longer than its context.
func TestSlowQuery(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		f := newFault(t, d)
		f.broken(t, map[string]string{
			"SQLite": `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
				SELECT i AS id, 'x' AS "Url", NULL AS "Timestamp", 'n' || i AS "Contact" FROM n`,
			"PostgreSQL": `SELECT id, "Url", "Timestamp", "Contact" || pg_sleep(1) AS "Contact" FROM "Clicks"`,
		})
		schema := sourcetest.Schema()
		slow, err := schema.NewNeed("EmailClicked", "Contact", []string{"Url"}, "")
		if err != nil {
			t.Fatal(err)
		}
		fast, err := schema.NewNeed("Contact", "", []string{"Email"}, "")
		if err != nil {
			t.Fatal(err)
		}
		snapshot, err := f.source.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer snapshot.Close()
		for _, source := range []traverse.Source{f.source, snapshot} {
			for _, cancelled := range []bool{false, true} {
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				want := context.DeadlineExceeded
				if cancelled {
					ctx, cancel = context.WithCancel(t.Context())
					time.AfterFunc(50*time.Millisecond, cancel)
					want = context.Canceled
				}
				q := &traverse.Query{Need: slow, Keys: []string{"c1"}}
				err := source.Fetch(ctx, q, traverse.NewRows(q))
				cancel()
				if source == traverse.Source(snapshot) && errors.Is(err, sqldb.ErrSnapshot) {
					continue // lost by the query before
				}
				if !errors.Is(err, want) || !strings.Contains(err.Error(), "EmailClicked by Contact") {
					t.Errorf("got %v, want %v", err, want)
				}
			}
		}
		// A scoring has no result then, whether of one lead or of many.
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if r, err := f.set.Score(ctx, "lead-1", f.source, leadscore.AsOf(asOf)); !errors.Is(err, context.DeadlineExceeded) || r.Results != nil {
			t.Errorf("one lead: %+v, %v", r, err)
		}
		cancel()
		ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
		var last error
		for r, err := range f.set.ScoreAll(ctx, leadscore.IDs("lead-1", "lead-2", "lead-3"), f.source, leadscore.AsOf(asOf)) {
			if last = err; err == nil {
				t.Errorf("a result in spite of the deadline: %+v", r)
			}
		}
		cancel()
		if !errors.Is(last, context.DeadlineExceeded) {
			t.Errorf("many leads: %v", last)
		}
		q := &traverse.Query{Need: fast, Keys: []string{"c1"}}
		out := traverse.NewRows(q)
		if err := f.source.Fetch(t.Context(), q, out); err != nil || out.Len() != 1 {
			t.Errorf("the next query: %d rows, %v", out.Len(), err)
		}
		if err := snapshot.Fetch(t.Context(), q, traverse.NewRows(q)); !errors.Is(err, sqldb.ErrSnapshot) {
			t.Errorf("a lost snapshot says %v", err)
		}
		if err := snapshot.Close(); err != nil {
			t.Errorf("closing a lost snapshot: %v", err)
		}
		// A context that is done before its turn comes loses nothing.
		another, err := f.source.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer another.Close()
		done, cancel := context.WithCancel(t.Context())
		cancel()
		if err := another.Fetch(done, q, traverse.NewRows(q)); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := another.Fetch(t.Context(), q, traverse.NewRows(q)); err != nil {
			t.Error(err)
		}
	})
}

// TestServerTimeout has the database itself give up.
func TestServerTimeout(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		if d.name != "PostgreSQL" {
			t.Skip("SQLite has no time-out of its own")
		}
		f := newFault(t, d)
		f.broken(t, map[string]string{
			"PostgreSQL": `SELECT id, "Url", "Timestamp", CASE "Contact" WHEN 'c1' THEN "Contact" || pg_sleep(1) ELSE "Contact" END AS "Contact" FROM "Clicks"`,
		})
		f.db.SetMaxOpenConns(1)
		exec(t, f.db, "SET statement_timeout = 100")
		contact, err := f.set.Score(t.Context(), "lead-1", f.source, leadscore.AsOf(asOf))
		var e *leadscore.LeadError
		if !errors.As(err, &e) || e.Entity != "EmailClicked" || e.Lead != "lead-1" || !strings.Contains(err.Error(), "statement timeout") {
			t.Errorf("%v, %v", contact, err)
		}
		need, err := sourcetest.Schema().NewNeed("Contact", "", nil, "")
		if err != nil {
			t.Fatal(err)
		}
		q := &traverse.Query{Need: need, Keys: []string{"c1"}}
		out := traverse.NewRows(q)
		if err := f.source.Fetch(t.Context(), q, out); err != nil || out.Len() != 1 {
			t.Errorf("the next query: %d rows, %v", out.Len(), err)
		}
	})
}

// TestClosedDatabase closes the database while leads are scored and listed.
func TestClosedDatabase(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		f := newFault(t, d)
		n, failures := 0, 0
		ids := listed(t, f.source.Leads(t.Context()))
		for r, err := range f.set.ScoreAll(t.Context(), leadscore.IDs(ids...), f.source, leadscore.Batch(1), leadscore.Workers(1), leadscore.AsOf(asOf)) {
			if n++; n == 10 {
				f.db.Close()
			}
			var e *leadscore.LeadError
			switch {
			case n <= 10 && err != nil, n > 10 && !errors.As(err, &e):
				t.Fatalf("%d: %+v, %v", n, r, err)
			case n > 10:
				failures++
				if e.Lead != ids[n-1] || e.Entity != "Lead" || !strings.Contains(err.Error(), "database is closed") {
					t.Errorf("%v", err)
				}
			}
		}
		if n != len(ids) || failures != n-10 {
			t.Errorf("%d leads, %d failed", n, failures)
		}
		last := error(nil)
		for _, err := range f.source.Leads(t.Context()) {
			last = err
		}
		if last == nil || !strings.Contains(last.Error(), "sqldb: listing the leads: ") {
			t.Errorf("listing: %v", last)
		}
	})
}
