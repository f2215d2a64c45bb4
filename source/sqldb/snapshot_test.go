package sqldb_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// list returns the leads that are listed, and the error.
func list(leads iter.Seq2[string, error]) ([]string, error) {
	var ids []string
	for id, err := range leads {
		if err != nil {
			return ids, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// manyLeads adds leads to tables, and returns their ids in order.
func manyLeads(tables map[string]*fakeTable, n int, id func(i int) driver.Value) []string {
	var ids []string
	for i := range n {
		tables[`"leads"`].rows = append(tables[`"leads"`].rows, []driver.Value{id(i), nil, nil, nil})
		ids = append(ids, fmt.Sprint(id(i)))
	}
	return ids
}

func padded(i int) driver.Value { return fmt.Sprintf("l%05d", i) }

// TestLeads lists leads page by page, those that have an id.
func TestLeads(t *testing.T) {
	for _, test := range []struct {
		name    string
		dialect sqldb.Dialect
		typ     string
		id      func(int) driver.Value
		pages   []string
	}{
		{"text", ansi(), "TEXT", padded, []string{
			`SELECT t."id" FROM "leads" t WHERE t."id" IS NOT NULL ORDER BY t."id" LIMIT 1000`,
			`SELECT t."id" FROM "leads" t WHERE t."id" > ? ORDER BY t."id" LIMIT 1000 | string l00999`,
			`SELECT t."id" FROM "leads" t WHERE t."id" > ? ORDER BY t."id" LIMIT 1000 | string l01999`,
		}},
		{"bytes", postgres(), "TEXT", func(i int) driver.Value { return []byte(padded(i).(string)) }, []string{
			`SELECT t."id" FROM "leads" t WHERE t."id" IS NOT NULL ORDER BY t."id" LIMIT 1000`,
			`SELECT t."id" FROM "leads" t WHERE t."id" > $1 ORDER BY t."id" LIMIT 1000 | string l00999`,
			`SELECT t."id" FROM "leads" t WHERE t."id" > $1 ORDER BY t."id" LIMIT 1000 | string l01999`,
		}},
		{"integers", postgres(), "INT8", func(i int) driver.Value { return int64(i) }, []string{
			`SELECT t."id" FROM "leads" t WHERE t."id" IS NOT NULL ORDER BY t."id" LIMIT 1000`,
			`SELECT t."id" FROM "leads" t WHERE t."id" > $1 ORDER BY t."id" LIMIT 1000 | int64 999`,
			`SELECT t."id" FROM "leads" t WHERE t."id" > $1 ORDER BY t."id" LIMIT 1000 | int64 1999`,
		}},
		{"SQLite", sqlite(), "", padded, []string{
			`SELECT +t."id", typeof(t."id") = 'blob' FROM "leads" t WHERE t."id" IS NOT NULL ORDER BY t."id" LIMIT 1000`,
			`SELECT +t."id", typeof(t."id") = 'blob' FROM "leads" t WHERE t."id" > ? ORDER BY t."id" LIMIT 1000 | string l00999`,
			`SELECT +t."id", typeof(t."id") = 'blob' FROM "leads" t WHERE t."id" > ? ORDER BY t."id" LIMIT 1000 | string l01999`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			tables := callTables(test.typ, "TEXT", "TEXT")
			manyLeads(tables, 2500, test.id)
			tables[`"leads"`].rows = append(tables[`"leads"`].rows, []driver.Value{nil, nil, nil, nil})
			f, source := openCalls(t, test.dialect, tables, sqldb.Mapping{})
			ids, err := list(source.Leads(t.Context()))
			if err != nil || len(ids) != 2500 || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 2500 {
				t.Errorf("%d leads, %v", len(ids), err)
			}
			if got := f.statements(); !slices.Equal(got, test.pages) {
				t.Errorf("got\n%s", strings.Join(got, "\n"))
			}
			for range source.Leads(t.Context()) {
				break
			}
			if got := f.statements(); len(got) != 1 {
				t.Errorf("%d statements for the first lead", len(got))
			}
		})
	}
	f, source := openCalls(t, ansi(), callTables("TEXT", "TEXT", "TEXT"), sqldb.Mapping{Absent: []string{"Lead"}})
	if ids, err := list(source.Leads(t.Context())); len(ids) > 0 || err != nil || len(f.statements()) > 0 {
		t.Errorf("no leads: %q, %v", ids, err)
	}
}

func TestLeadsErrors(t *testing.T) {
	down := errors.New("the connection is down")
	second := func(fault fakeFault) func(string) fakeFault {
		return func(q string) fakeFault {
			if strings.Contains(q, ">") {
				return fault
			}
			return fakeFault{}
		}
	}
	for _, test := range []struct {
		name  string
		fault func(string) fakeFault
		leads int
	}{
		{"the first page", func(string) fakeFault { return fakeFault{err: down} }, 0},
		{"the second page", second(fakeFault{err: down}), 1000},
		{"in the middle", second(fakeFault{after: 10, next: down}), 1000},
		{"at the end", second(fakeFault{close: down}), 1000},
	} {
		t.Run(test.name, func(t *testing.T) {
			tables := callTables("TEXT", "TEXT", "TEXT")
			manyLeads(tables, 1500, padded)
			f, source := openCalls(t, ansi(), tables, sqldb.Mapping{})
			f.fail(test.fault)
			ids, err := list(source.Leads(t.Context()))
			if err == nil || err.Error() != "sqldb: listing the leads: the connection is down" || !errors.Is(err, down) || len(ids) != test.leads {
				t.Errorf("%d leads, %v", len(ids), err)
			}
		})
	}
	for _, test := range []struct {
		name string
		id   driver.Value
		want string
	}{
		{"a fraction", 1.5, `sqldb: listing the leads: column id: the number "1.5" is not an id`},
		{"bytes", []byte("b"), `sqldb: listing the leads: column id: "b" is stored as bytes; an id is text or an integer`},
	} {
		tables := callTables("", "", "")
		manyLeads(tables, 1, func(int) driver.Value { return test.id })
		_, source := openCalls(t, sqlite(), tables, sqldb.Mapping{})
		if _, err := list(source.Leads(t.Context())); err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
}

// TestLeadsCancelled: the listing ends with the context, before a page and within
// one.
func TestLeadsCancelled(t *testing.T) {
	tables := callTables("TEXT", "TEXT", "TEXT")
	manyLeads(tables, 1500, padded)
	_, source := openCalls(t, ansi(), tables, sqldb.Mapping{})
	for _, most := range []int{0, 1, 10, 1000, 1500} {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		if most == 0 {
			cancel()
		}
		var last error
		for _, err := range source.Leads(ctx) {
			if last = err; err == nil {
				if n++; n == most {
					cancel()
				}
			}
		}
		cancel()
		if most == 1500 {
			if last != nil || n != most { // there is no further page
				t.Errorf("%d leads, %v", n, last)
			}
		} else if n != most || !errors.Is(last, context.Canceled) || last.Error() != "sqldb: listing the leads: context canceled" {
			t.Errorf("cancelled after %d: %d leads, %v", most, n, last)
		}
	}
}

func TestSnapshot(t *testing.T) {
	tables := callTables("TEXT", "TEXT", "TEXT")
	want := manyLeads(tables, 3, padded)
	f, source := openCalls(t, postgres(), tables, sqldb.Mapping{})
	snapshot, err := source.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := f.statements(); !slices.Equal(got, []string{`SELECT t."id" FROM "leads" t LIMIT 1`, "SAVEPOINT leadscore"}) {
		t.Errorf("a snapshot begins with %q", got)
	}
	if sql.IsolationLevel(f.tx.Isolation) != sql.LevelRepeatableRead || !f.tx.ReadOnly {
		t.Errorf("the transaction is %+v", f.tx)
	}
	// Leads are scored while they are listed.
	name := need(t, "Lead", "", []string{"Topic"}, "")
	var ids []string
	for id, err := range snapshot.Leads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		if got, _, err := fetch(t.Context(), snapshot, &traverse.Query{Need: name, Keys: []string{id}}); err != nil || len(got) != 1 {
			t.Errorf("%s: %q, %v", id, got, err)
		}
	}
	if !slices.Equal(ids, want) {
		t.Errorf("leads %q", ids)
	}
	for range 2 {
		if err := snapshot.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, _, err := fetch(t.Context(), snapshot, &traverse.Query{Need: name, Keys: want}); !errors.Is(err, sqldb.ErrSnapshot) ||
		err.Error() != "sqldb: Lead: the snapshot is closed or lost" {
		t.Errorf("after it was closed: %v", err)
	}
	if _, err := list(snapshot.Leads(t.Context())); !errors.Is(err, sqldb.ErrSnapshot) {
		t.Errorf("after it was closed: %v", err)
	}
}

func TestSnapshotErrors(t *testing.T) {
	down := errors.New("the connection is down")
	f, source := openCalls(t, ansi(), callTables("TEXT", "TEXT", "TEXT"), sqldb.Mapping{Absent: []string{"Lead"}})
	begin := func(want string) {
		t.Helper()
		if _, err := source.Snapshot(t.Context()); err == nil || err.Error() != want || !errors.Is(err, down) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f.begin = down
	begin("sqldb: beginning a snapshot: the connection is down")
	f.begin = nil
	for _, fault := range []fakeFault{{err: down}, {next: down}, {close: down}} {
		f.fail(func(string) fakeFault { return fault })
		begin("sqldb: beginning a snapshot: the connection is down")
	}
	f.fail(nil)

	// One that fails to end.
	snapshot, err := source.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.end = down
	if err := snapshot.Close(); err == nil || err.Error() != "sqldb: ending a snapshot: the connection is down" {
		t.Errorf("got %v", err)
	}

	// One that is lost, and stays so.
	f.end = nil
	if snapshot, err = source.Snapshot(t.Context()); err != nil {
		t.Fatal(err)
	}
	q := &traverse.Query{Need: need(t, "Contact", "", nil, ""), Keys: []string{"c"}}
	f.fail(func(string) fakeFault { return fakeFault{err: down} })
	if _, _, err := fetch(t.Context(), snapshot, q); !errors.Is(err, down) || errors.Is(err, sqldb.ErrSnapshot) {
		t.Errorf("got %v", err)
	}
	f.fail(nil)
	if _, _, err := fetch(t.Context(), snapshot, q); !errors.Is(err, down) || !errors.Is(err, sqldb.ErrSnapshot) {
		t.Errorf("after it was lost: %v", err)
	}
	f.end = down
	if err := snapshot.Close(); err != nil {
		t.Errorf("closing one that is lost: %v", err)
	}
}

// TestSnapshotKept: a value that does not suit its field, or a context that is
// done before anything was asked, loses nothing.
func TestSnapshotKept(t *testing.T) {
	tables := callTables("", "", "")
	tables[`"leads"`].rows = [][]driver.Value{{1.5, nil, nil, nil}}
	tables[`"contacts"`].rows = [][]driver.Value{{"c", "name", nil}}
	_, source := openCalls(t, sqlite(), tables, sqldb.Mapping{})
	snapshot, err := source.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	if _, err := list(snapshot.Leads(t.Context())); err == nil || errors.Is(err, sqldb.ErrSnapshot) {
		t.Errorf("a lead without a proper id: %v", err)
	}
	q := &traverse.Query{Need: need(t, "Contact", "", nil, ""), Keys: []string{"c"}}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := fetch(done, snapshot, q); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := list(snapshot.Leads(done)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got, _, err := fetch(t.Context(), snapshot, q); err != nil || len(got) != 1 {
		t.Errorf("afterwards: %q, %v", got, err)
	}
}

// TestSnapshotTurns: who waits for a turn goes when its context is done.
func TestSnapshotTurns(t *testing.T) {
	f, source := openCalls(t, ansi(), callTables("TEXT", "TEXT", "TEXT"), sqldb.Mapping{})
	snapshot, err := source.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	asked, answer := make(chan bool), make(chan bool)
	f.fail(func(string) fakeFault {
		close(asked)
		<-answer
		return fakeFault{}
	})
	q := &traverse.Query{Need: need(t, "Contact", "", nil, ""), Keys: []string{"c"}}
	first := make(chan error)
	go func() {
		_, _, err := fetch(t.Context(), snapshot, q)
		first <- err
	}()
	<-asked
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error)
	go func() {
		_, _, err := fetch(ctx, snapshot, q)
		second <- err
	}()
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(answer)
	if err := <-first; err != nil {
		t.Error(err)
	}
}
