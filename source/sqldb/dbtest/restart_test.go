package dbtest

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// An interrupted source has something happen before one of its queries.
type interrupted struct {
	traverse.Source
	asked  atomic.Int64
	before int64
	what   func()
}

func (s *interrupted) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if s.asked.Add(1) == s.before {
		s.what()
	}
	return s.Source.Fetch(ctx, q, out)
}

// admin asks a server by a connection of its own.
func admin(t *testing.T, dsn, query string, args ...any) int {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	n := 0
	if err := conn.QueryRow(context.Background(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// The sessions of a test.
const (
	allOfThem = "application_name = $1"
	sleeping  = allOfThem + " AND wait_event = 'PgSleep'"
)

// terminate ends sessions of a test, and waits until they are gone.
func (f *fault) terminate(t *testing.T, dsn, which string) (ended int) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(context.Background(), "SELECT pid FROM pg_stat_activity WHERE "+which, f.name)
	if err != nil {
		t.Fatal(err)
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	if err != nil {
		t.Fatal(err)
	}
	admin(t, dsn, "SELECT count(pg_terminate_backend(pid)) FROM unnest($1::int[]) pid", pids)
	until(t, func() bool { // there may be new ones
		return admin(t, dsn, "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY($1)", pids) == 0
	})
	return len(pids)
}

// until waits for something to be so.
func until(t *testing.T, so func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come about")
		}
	}
}

// newNamed returns a fault whose sessions can be distinguished from others.
func newNamed(t *testing.T, d database) *fault {
	t.Helper()
	f := newFault(t, d)
	if err := f.db.QueryRowContext(t.Context(), "SELECT current_schema()").Scan(&f.name); err != nil {
		t.Fatal(err)
	}
	return f
}

// interruptions ends all sessions, by calling what, before a number of queries of a
// scoring. A lead must have its own result or an error that names the lead; the same
// source must have all results afterwards, and a snapshot must be lost.
func (f *fault) interruptions(t *testing.T, times int64, what func()) {
	t.Helper()
	count := &interrupted{Source: f.source}
	f.score(t, count)
	queries := count.asked.Load()
	if queries < 40 {
		t.Fatalf("%d queries", queries)
	}
	failed := 0
	for before := int64(2); before <= queries; before += queries / times {
		source := &interrupted{Source: f.source, before: before, what: what}
		_, bad := f.score(t, source)
		failed += len(bad)
		for id, e := range bad {
			if e.Lead != id || e.Entity == "" || !strings.Contains(e.Error(), "sqldb: "+e.Entity+" by ") {
				t.Errorf("before query %d: %v", before, e)
			}
		}
		if _, bad := f.score(t, f.source); len(bad) > 0 {
			t.Errorf("the next batches after query %d: %v", before, bad)
		}

		snapshot, err := f.source.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		good, bad := f.score(t, &interrupted{Source: snapshot, before: before, what: what})
		if len(bad) == 0 {
			t.Errorf("the snapshot lived on: %d leads were scored", good)
		}
		lost := 0
		for id, e := range bad {
			if e.Lead != id || e.Entity == "" || !strings.Contains(e.Error(), "sqldb: "+e.Entity) {
				t.Errorf("snapshot, before query %d: %v", before, e)
			}
			if errors.Is(e, sqldb.ErrSnapshot) {
				lost++
			}
		}
		// The source may have been asked twice as often as the snapshot is, and the last lead has
		// nobody after it who could say so.
		if before <= queries/4 && lost == 0 {
			t.Errorf("the snapshot is lost, and no lead says so: %v", bad)
		}
		for _, err := range snapshot.Leads(t.Context()) {
			if !errors.Is(err, sqldb.ErrSnapshot) {
				t.Errorf("a lost snapshot lists: %v", err)
			}
		}
		if err := snapshot.Close(); err != nil {
			t.Errorf("closing a lost snapshot: %v", err)
		}
		if n := f.db.Stats().InUse; n != 0 {
			t.Errorf("%d connections in use", n)
		}
	}
	t.Logf("%d queries, %d leads failed", queries, failed)
}

// TestTerminatedBetweenStatements ends the sessions in the middle of a batch,
// while none is asked anything.
func TestTerminatedBetweenStatements(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		if d.name != "PostgreSQL" {
			t.Skip("SQLite has no sessions that somebody else could end")
		}
		dsn := os.Getenv(postgresVariable)
		f := newNamed(t, d)
		ended := 0
		f.interruptions(t, 8, func() { ended += f.terminate(t, dsn, allOfThem) })
		if ended < 16 {
			t.Errorf("%d sessions were ended", ended)
		}
	})
}

// TestTerminatedInAStatement ends a session that has given rows already.
func TestTerminatedInAStatement(t *testing.T) {
	forDatabases(t, func(t *testing.T, d database) {
		if d.name != "PostgreSQL" {
			t.Skip("SQLite has no sessions that somebody else could end")
		}
		dsn := os.Getenv(postgresVariable)
		f := newNamed(t, d)
		// Rows enough to be sent before the last one comes, which never does.
		f.broken(t, map[string]string{"PostgreSQL": `SELECT id, "Url", "Timestamp", "Contact" FROM "Clicks"
			UNION ALL SELECT 'x' || i, repeat('u', 1000), TIMESTAMPTZ '2026-03-20', 'c1' FROM generate_series(1, 1000) i
			UNION ALL SELECT 'last', pg_sleep(300)::text, '2026-03-20', 'c1'`})
		for _, snapshots := range []bool{false, true} {
			var source traverse.Source = f.source
			if snapshots {
				snapshot, err := f.source.Snapshot(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer snapshot.Close()
				source = snapshot
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				need, err := sourcetest.Schema().NewNeed("EmailClicked", "Contact", []string{"Url"}, "")
				if err != nil {
					t.Error(err)
					return
				}
				q := &traverse.Query{Need: need, Keys: []string{"c1"}}
				err = source.Fetch(t.Context(), q, traverse.NewRows(q))
				if err == nil || !strings.HasPrefix(err.Error(), "sqldb: EmailClicked by Contact: ") {
					t.Errorf("the query that was ended: %v", err)
				}
			}()
			until(t, func() bool { return f.terminate(t, dsn, sleeping) == 1 })
			<-done

			// The same in a batch: every lead that reaches c1 fails, with the cause.
			ctx, cancel := context.WithCancel(t.Context())
			killer := make(chan struct{})
			go func() {
				defer close(killer)
				for ctx.Err() == nil {
					f.terminate(t, dsn, sleeping)
					time.Sleep(10 * time.Millisecond)
				}
			}()
			good, bad := f.score(t, source)
			cancel()
			<-killer
			for _, id := range f.reaching("c1") {
				if bad[id] == nil {
					t.Errorf("%s was scored", id)
				}
			}
			for id, e := range bad {
				if e.Lead != id || e.Entity == "" || !strings.Contains(e.Error(), "sqldb: "+e.Entity) {
					t.Errorf("%v", e)
				}
				if snapshots && !errors.Is(e, sqldb.ErrSnapshot) {
					t.Errorf("a lost snapshot: %v", e)
				}
			}
			if snapshots != (good == 0) {
				t.Errorf("snapshot %t: %d leads were scored", snapshots, good)
			}
		}
		exec(t, f.db, `DROP VIEW "EmailClicked"`)
		exec(t, f.db, `ALTER TABLE "Clicks" RENAME TO "EmailClicked"`)
		if _, bad := f.score(t, f.source); len(bad) > 0 {
			t.Errorf("after it was fixed: %v", bad)
		}
	})
}
