package sqldb_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// partTables holds leads in another order than their contacts, and some without one.
func partTables() map[string]*fakeTable {
	tables := callTables("INT8", "TIMESTAMPTZ", "DATE")
	at := time.Date(2026, 5, 30, 0, 0, 0, 0, time.UTC)
	for i := range int64(5) {
		tables[`"leads"`].rows = append(tables[`"leads"`].rows, []driver.Value{10 - i, "topic", 20 + i, nil})
		tables[`"contacts"`].rows = append(tables[`"contacts"`].rows, []driver.Value{20 + i, "name", nil})
		tables[`"calls"`].rows = append(tables[`"calls"`].rows, []driver.Value{30 + i, at, 20 + i}, []driver.Value{40 + i, at, 20 + i})
	}
	tables[`"leads"`].rows = append(tables[`"leads"`].rows, []driver.Value{int64(11), "topic", nil, nil}, []driver.Value{int64(1), "topic", nil, nil})
	return tables
}

// partsOf returns the leads of each part, and the scores of all leads.
func partsOf(ctx context.Context, source *sqldb.Source, set *leadscore.Set, most int) (leads [][]string, scores string, err error) {
	asOf := time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC)
	snapshot, err := source.Snapshot(ctx)
	if err != nil {
		return nil, "", err
	}
	defer snapshot.Close()
	for part, err := range snapshot.Parts(ctx, set.Queries(asOf), sqldb.LoadOptions{MaxRecords: most}) {
		if err != nil {
			return leads, scores, err
		}
		leads = append(leads, part.Leads)
		for r, err := range set.ScoreAll(ctx, leadscore.IDs(part.Leads...), part.Store, leadscore.AsOf(asOf)) {
			if err != nil {
				return leads, scores, err
			}
			scores += fmt.Sprintf("%s:%d ", r.Lead, r.Results[0].Score)
		}
	}
	return leads, scores, nil
}

// TestPartsStatements: leads are listed by their contacts, each once, and then those
// without one; what belongs to contacts is read by ranges of these.
func TestPartsStatements(t *testing.T) {
	set := setOf(t, calls(t), `each Call within last 30 days`, `has Lead.ParentContact where Name = "name"`)
	f, source := openCalls(t, postgres(), partTables(), sqldb.Mapping{})
	leads, scores, err := partsOf(t.Context(), source, set, 12)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"10", "9", "8"}, {"7", "6"}, {"1", "11"}}, leads); diff != "" {
		t.Errorf("leads (-want +got):\n%s", diff)
	}
	if want := "10:3 9:3 8:3 7:3 6:3 1:0 11:0 "; scores != want {
		t.Errorf("scores %s, want %s", scores, want)
	}
	statements := slices.DeleteFunc(f.statements(), func(s string) bool {
		return !strings.Contains(s, "SELECT") || strings.Contains(s, "LIMIT 1") && !strings.Contains(s, "ORDER")
	})
	want := []string{
		`SELECT t."id", t."parent_contact_id" FROM "leads" t WHERE t."id" IS NOT NULL AND t."parent_contact_id" IS NOT NULL ORDER BY t."parent_contact_id", t."id" LIMIT 12`,
		`SELECT t."id", t."parent_contact_id" FROM "leads" t WHERE t."id" IS NOT NULL AND t."parent_contact_id" IS NULL ORDER BY t."id" LIMIT 7`,
	}
	if diff := cmp.Diff(want, statements[:2]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	part := []string{
		`SELECT t."id", t."parent_contact_id", t."parent_account_id" FROM "leads" t WHERE t."id" = ANY($1::bigint[]) | string {"6","7"}`,
		`SELECT t."contact_id", t."name" FROM "contacts" t WHERE t."contact_id" >= $1 AND t."contact_id" <= $2 | int64 23 | int64 24`,
		`SELECT t."id", t."contact", t."timestamp" FROM "calls" t WHERE t."contact" >= $1 AND t."contact" <= $2 AND t."timestamp" >= $3 | int64 23 | int64 24 | time.Time 2026-05-01T00:00:00Z`,
	}
	if at := slices.Index(statements, part[0]); at < 0 {
		t.Errorf("%s is not among\n%s", part[0], strings.Join(statements, "\n"))
	} else if diff := cmp.Diff(part, statements[at:at+3]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestPartsOfPages: leads are listed page by page, whatever the size of a part.
func TestPartsOfPages(t *testing.T) {
	set := setOf(t, calls(t), `each Call`)
	tables := partTables()
	for i := range int64(3000) {
		contact := driver.Value(100 + i/2) // two leads share one
		if i%5 == 0 {
			contact = nil
		}
		tables[`"leads"`].rows = append(tables[`"leads"`].rows, []driver.Value{100 + i, "topic", contact, nil})
	}
	for _, d := range []sqldb.Dialect{postgres(), sqlite()} {
		_, source := openCalls(t, d, tables, sqldb.Mapping{})
		leads, _, err := partsOf(t.Context(), source, set, 0)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, id := range slices.Concat(leads...) {
			if seen[id] {
				t.Errorf("%s: %s is there twice", d.Name, id)
			}
			seen[id] = true
		}
		if len(seen) != 3007 || len(leads[0]) != 1000 {
			t.Errorf("%s: %d leads, %d in the first of %d parts", d.Name, len(seen), len(leads[0]), len(leads))
		}
	}
}

// TestPartsFaults: errors of the database, of ids and of queries are errors of Parts,
// which leaves nothing open.
func TestPartsFaults(t *testing.T) {
	set := setOf(t, calls(t), `each Call`, `has Lead.ParentContact where Name = "name"`)
	tables := partTables()
	f, source := openCalls(t, postgres(), tables, sqldb.Mapping{})
	down := errors.New("the disk is full")
	for _, where := range []string{`"leads" t WHERE t."id" IS NOT NULL`, `"leads" t WHERE t."id" =`, `FROM "contacts" t WHERE`, `FROM "calls" t WHERE`} {
		for _, fault := range []fakeFault{{err: down}, {after: 1, next: down}, {close: down}} {
			f.fail(func(query string) fakeFault {
				if strings.Contains(query, where) {
					return fault
				}
				return fakeFault{}
			})
			if _, _, err := partsOf(t.Context(), source, set, 0); !errors.Is(err, down) || !strings.HasPrefix(err.Error(), "sqldb: l") {
				t.Errorf("%s %+v: %v", where, fault, err)
			}
		}
	}
	f.fail(nil)
	tables[`"contacts"`].rows = append(tables[`"contacts"`].rows, tables[`"contacts"`].rows[0])
	if _, _, err := partsOf(t.Context(), source, set, 0); !errors.Is(err, columns.ErrDuplicate) {
		t.Errorf("two rows with one id: %v", err)
	}
	snapshot, err := source.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := snapshot.Close(); err != nil {
		t.Fatal(err)
	}
	for _, err := range snapshot.Parts(t.Context(), set.Queries(time.Now()), sqldb.LoadOptions{}) {
		if !errors.Is(err, sqldb.ErrSnapshot) {
			t.Errorf("a closed snapshot: %v", err)
		}
	}
	for _, err := range snapshot.Parts(t.Context(), []traverse.Query{{Need: &traverse.Need{Entity: "Order"}}}, sqldb.LoadOptions{}) {
		if err == nil || err.Error() != "sqldb: unknown entity Order" {
			t.Errorf("an unknown entity: %v", err)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open != 0 {
		t.Errorf("%d transactions and rows are open", f.open)
	}
}

// TestPartsSkip: a lead in which something is wrong is in no part.
func TestPartsSkip(t *testing.T) {
	set := setOf(t, calls(t), `has Lead where Topic = "topic"`, `each Call`)
	_, db := newFake(t, skippedTables())
	source, err := sqldb.Open(t.Context(), db, sqlite(), calls(t), sqldb.Options{SkipBad: true})
	if err != nil {
		t.Fatal(err)
	}
	leads, scores, err := partsOf(t.Context(), source, set, 0)
	if err != nil || len(leads) != 1 || !slices.Equal(leads[0], []string{"l1", "l3"}) {
		t.Errorf("leads %q, %s, %v", leads, scores, err)
	}
}
