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

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// TestLoadSkips: what Load does with rows in which something is wrong.
func TestLoadSkips(t *testing.T) {
	set := setOf(t, calls(t), `has Lead where Topic = "topic"`, `each Call`, `has Lead.ParentContact where Name = "name"`)
	queries := set.Queries(time.Now())
	tables := skippedTables()
	tables[`"calls"`].rows = append(tables[`"calls"`].rows, []driver.Value{nil, "of nobody", nil}, []driver.Value{"k5", "of nobody", nil})
	tables[`"leads"`].rows = append(tables[`"leads"`].rows, []driver.Value{nil, "no lead", "c1", nil})
	for first, want := range map[string]string{
		`"leads"`:    `sqldb: loading Lead: Lead "l2": Topic (column topic): the number "1.5" is not text; with Options.SkipBad such a row is left out`,
		`"contacts"`: `sqldb: loading Contact: Contact "c3": Name (column name): the bool "true" is not text; with Options.SkipBad such a row is left out`,
		`"calls"`:    `sqldb: loading Call: Call "k2": Timestamp (column timestamp): "yesterday" is not a time; want YYYY-MM-DDTHH:MM:SSZ, perhaps with a space for the T, a fraction, or an offset such as +02:00; with Options.SkipBad such a row is left out`,
	} {
		some := map[string]*fakeTable{}
		for name, table := range tables {
			some[name] = &fakeTable{names: table.names, types: table.types}
			if name == first {
				some[name].rows = table.rows
			}
		}
		_, db := newFake(t, some)
		source, err := sqldb.Open(t.Context(), db, sqlite(), calls(t), sqldb.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := source.Load(t.Context(), queries, sqldb.LoadOptions{}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}

	f, db := newFake(t, tables)
	source, err := sqldb.Open(t.Context(), db, sqlite(), calls(t), sqldb.Options{SkipBad: true})
	if err != nil {
		t.Fatal(err)
	}
	store, err := source.Load(t.Context(), queries, sqldb.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ids, err := list(store.Leads(t.Context()))
	if n := store.Len("Call"); err != nil || !slices.Equal(ids, []string{"l1", "l3"}) || n != 3 {
		t.Errorf("leads %q, %v; %d calls", ids, err, n)
	}
	var got []string
	for r, err := range set.ScoreAll(t.Context(), store.Leads(t.Context()), store) {
		got = append(got, fmt.Sprint(r.Lead, " ", r.Results[0].Score, " ", err))
	}
	if diff := cmp.Diff([]string{"l1 4 <nil>", "l3 1 <nil>"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var problems []string
	for _, p := range source.Skipped().Problems {
		problems = append(problems, fmt.Sprint(p, ": ", p.Err))
	}
	slices.Sort(problems)
	want := []string{
		`Call.Timestamp: the row "k2" was skipped (column timestamp): "yesterday" is not a time; want YYYY-MM-DDTHH:MM:SSZ, perhaps with a space for the T, a fraction, or an offset such as +02:00`,
		`Call.id: a row was skipped (column id): it has no id`,
		`Call.id: a row was skipped (column id): the number "1.5" is not an id`,
		`Contact.Name: the row "c3" was skipped (column name): the bool "true" is not text`,
		`Lead.Topic: the row "l2" was skipped (column topic): the number "1.5" is not text`,
		`Lead.id: a row was skipped (column id): "l4" is stored as bytes; an id is text or an integer`,
	}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open != 0 {
		t.Errorf("%d transactions and rows are open", f.open)
	}
}

// TestLoadStatements: Load reads each table once, only the columns and dates that rules
// need.
func TestLoadStatements(t *testing.T) {
	asOf := time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC)
	set := setOf(t, calls(t), `each Call within last 30 days`, `has Lead.ParentContact where Name = "name"`)
	tables := callTables("TEXT", "TIMESTAMPTZ", "DATE")
	tables[`"calls"`].rows = [][]driver.Value{{"k1", asOf.AddDate(0, 0, -29), "c1"}, {"k2", asOf.AddDate(0, 0, -31), "c1"}}
	f, source := openCalls(t, postgres(), tables, sqldb.Mapping{})
	store, err := source.Load(t.Context(), set.Queries(asOf), sqldb.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if n := store.Len("Call"); n != 1 {
		t.Errorf("%d calls", n)
	}
	got := slices.DeleteFunc(f.statements(), func(s string) bool { return strings.Contains(s, "LIMIT 1") || !strings.Contains(s, "SELECT") })
	want := []string{
		`SELECT t."id", t."parent_contact_id", t."parent_account_id" FROM "leads" t ORDER BY t."id"`,
		`SELECT t."contact_id", t."name" FROM "contacts" t`,
		`SELECT t."id", t."timestamp", t."contact" FROM "calls" t WHERE t."timestamp" >= $1 | time.Time 2026-05-01T00:00:00Z`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLoadFaults: errors of the database and of ids are errors of Load, which leaves
// nothing open.
func TestLoadFaults(t *testing.T) {
	set := setOf(t, calls(t), `each Call`, `has Lead.ParentContact where Name = "name"`)
	tables := callTables("TEXT", "TIMESTAMPTZ", "DATE")
	tables[`"contacts"`].rows = [][]driver.Value{{"c1", "name", nil}, {"c1", "name", nil}}
	f, source := openCalls(t, postgres(), tables, sqldb.Mapping{})
	queries := set.Queries(time.Now())
	if _, err := source.Load(t.Context(), queries, sqldb.LoadOptions{}); !errors.Is(err, columns.ErrDuplicate) ||
		err.Error() != `sqldb: loading Contact: columns: Contact "c1": an entity's ids must differ, and this one is taken` {
		t.Errorf("two rows with one id: %v", err)
	}
	tables[`"contacts"`].rows = tables[`"contacts"`].rows[:1]
	down := errors.New("the disk is full")
	for _, fault := range []fakeFault{{err: down}, {after: 1, next: down}, {close: down}} {
		f.fail(func(query string) fakeFault {
			if strings.Contains(query, `FROM "contacts"`) && !strings.Contains(query, "LIMIT 1") {
				return fault
			}
			return fakeFault{}
		})
		if _, err := source.Load(t.Context(), queries, sqldb.LoadOptions{}); !errors.Is(err, down) || !strings.HasPrefix(err.Error(), "sqldb: loading Contact: ") {
			t.Errorf("%+v: %v", fault, err)
		}
	}
	f.fail(nil)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := source.Load(ctx, queries, sqldb.LoadOptions{Progress: func(sqldb.Progress) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a context that ends: %v", err)
	}
	unknown := traverse.Query{Need: &traverse.Need{Entity: "Order"}}
	if _, err := source.Load(t.Context(), []traverse.Query{unknown}, sqldb.LoadOptions{}); err == nil || err.Error() != "sqldb: unknown entity Order" {
		t.Errorf("an unknown entity: %v", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open != 0 {
		t.Errorf("%d transactions and rows are open", f.open)
	}
}
