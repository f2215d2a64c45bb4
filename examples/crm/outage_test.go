package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/leadscore/leadscore"
)

// sqliteErrors provokes errors of SQLite, by what is wrong.
func sqliteErrors(t *testing.T) map[string]error {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.db")
	db := openStore(t, []string{"-db", file})
	exec := func(db *sql.DB, texts ...string) (err error) {
		for _, text := range texts {
			if _, err = db.Exec(text); err != nil {
				return err
			}
		}
		return err
	}
	found := map[string]error{
		"syntax":     exec(db.write, "SELEC 1"),
		"constraint": exec(db.write, "INSERT INTO contact (id) VALUES ('a')", "INSERT INTO contact (id) VALUES ('a')"),
		"readonly":   exec(db.read, "DELETE FROM contact"),
	}
	other, err := sql.Open("sqlite", file) // which does not wait for locks
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	tx, err := db.write.Begin()
	if err != nil {
		t.Fatal(err)
	}
	found["busy"] = exec(other, "DELETE FROM contact")
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	found["full"] = exec(other, "PRAGMA max_page_count = 1", "INSERT INTO contact (id, city) VALUES ('b', hex(zeroblob(1000000)))")
	away := must(sql.Open("sqlite", filepath.Join(t.TempDir(), "no such folder", "a.db")))
	defer away.Close()
	found["cannot open"] = away.Ping()
	return found
}

// Outages are told by the codes of the databases, however often the errors are
// wrapped; what a retry cannot mend is none.
func TestOutagesAreTold(t *testing.T) {
	_, refused := net.Dial("unix", filepath.Join(t.TempDir(), "nobody listens"))
	_, closed := net.Dial("tcp", "127.0.0.1:1")
	state := func(code pqerror.Code) error { return &pq.Error{Code: code, Message: "says the server"} }
	outages := map[string]error{
		"a socket without a server": refused, "a port without a server": closed, "a bad connection": driver.ErrBadConn,
		"disk_full": state("53100"), "too_many_connections": state("53300"), "admin_shutdown": state("57P01"),
		"cannot_connect_now": state("57P03"), "connection_failure": state("08006"), "deadlock_detected": state("40P01"),
		"serialization_failure": state("40001"), "read_only_sql_transaction": state("25006"), "io_error": state("58030"),
	}
	faults := map[string]error{
		"nothing": nil, "unique_violation": state("23505"), "undefined_table": state("42P01"), "text representation": state("22P02"),
		"something else": errors.New("a secret"), "no lead": leadscore.ErrNoLead, "no row": sql.ErrNoRows,
	}
	for what, err := range sqliteErrors(t) {
		switch {
		case err == nil:
			t.Errorf("SQLite: %s: no error", what)
		case what == "syntax" || what == "constraint":
			faults["SQLite: "+what] = err
		default:
			outages["SQLite: "+what] = err
		}
	}
	for code, outage := range map[int]bool{5: true, 6: true, 8: true, 10: true, 13: true, 14: true, 517: true, 1290: true, 1: false, 11: false, 19: false, 2067: false} {
		if isSQLiteOutage(code) != outage {
			t.Errorf("the code %d of SQLite: %t", code, !outage)
		}
	}
	for what, err := range outages {
		wrapped := &leadscore.LeadError{Lead: "a", Err: fmt.Errorf("sqldb: Lead by id: %w", err)}
		if !isOutage(err) || !isOutage(wrapped) || problemOf(errors.Join(wrapped, errors.New("more"))).Status != 503 {
			t.Errorf("%s: %v is no outage", what, err)
		}
	}
	for what, err := range faults {
		if isOutage(err) {
			t.Errorf("%s: %v is an outage", what, err)
		}
	}
}

// call has a service that does not listen answer a request.
func call(s *service, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.routes(time.Minute).ServeHTTP(w, r)
	return w
}

func expectStatus(t *testing.T, w *httptest.ResponseRecorder, status int) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d instead of %d: %s", w.Code, status, w.Body)
	}
	if after := w.Header().Get("Retry-After"); (after != "") != (status == 503) {
		t.Errorf("status %d with Retry-After %q", status, after)
	}
}

// A full database refuses posts for as long as it is full, with a status that has
// clients try again. It is read as before.
func TestFullDatabase(t *testing.T) {
	flags := append(append(sqliteFlags(t), fixed...), "-seed", "5")
	db := openStore(t, flags)
	s := newTestService(t, flags, db)
	setMaxPages(t, db, 1)
	body := opened("e1", "contact-0001")
	big := strings.Replace(body, "Spring sale", strings.Repeat("long ", 8000), 1)
	expectStatus(t, call(s, "POST", "/interactions/EmailOpened", big), 503)
	expectStatus(t, call(s, "GET", "/healthz", ""), 503)
	expectStatus(t, call(s, "GET", "/leads/lead-0001/scores", ""), 200)
	expectStatus(t, call(s, "GET", "/models/Buyers/leads", ""), 200)
	setMaxPages(t, db, 1_000_000)
	expectStatus(t, call(s, "POST", "/interactions/EmailOpened", big), 201)
	expectStatus(t, call(s, "POST", "/interactions/EmailOpened", big), 200)
	expectStatus(t, call(s, "POST", "/interactions/EmailOpened", body), 409)
	expectStatus(t, call(s, "POST", "/interactions/EmailOpened", "{}"), 422)
}

// setMaxPages limits the size of a database in SQLite, but not below what it has.
func setMaxPages(t *testing.T, db *store, n int) {
	t.Helper()
	if _, err := db.write.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", n)); err != nil {
		t.Fatal(err)
	}
}

// A failing connector opens so many connections, and then finds no server.
type failing struct {
	driver driver.Driver
	dsn    string
	left   atomic.Int64
}

func (f *failing) Connect(context.Context) (driver.Conn, error) {
	if f.left.Add(-1) < 0 {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("nobody listens")}
	}
	return f.driver.Open(f.dsn)
}

func (f *failing) Driver() driver.Driver { return f.driver }

// A database that goes away at any moment of a post, the scoring of its leads
// included, has the client try again.
func TestDatabaseGoesAway(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "5")
		db := openStore(t, flags)
		s := newTestService(t, flags, db)
		f := &failing{driver: db.read.Driver(), dsn: flags[1]}
		pool := sql.OpenDB(f)
		pool.SetMaxIdleConns(0) // each statement connects
		t.Cleanup(func() { pool.Close() })
		s.store = &store{read: pool, write: db.write, dialect: db.dialect}
		if db.isPostgres() {
			s.store.write = pool
		}
		f.left.Store(1000)
		if unusable, err := s.openRegistry(t.Context()); unusable != nil || err != nil {
			t.Fatal(unusable, err)
		}

		statuses := map[int]int{}
		for n := range int64(1000) {
			f.left.Store(n)
			w := call(s, "POST", "/interactions/EmailOpened", opened("e1", "contact-0001"))
			statuses[w.Code]++
			if w.Code < 300 {
				break
			}
			expectStatus(t, w, 503)
		}
		if statuses[503] < 3 || statuses[200] != 1 {
			t.Errorf("the answers have the statuses %v", statuses)
		}
		f.left.Store(0)
		for _, path := range []string{"/leads/lead-0001/scores", "/models/Buyers/leads", "/models/Buyers/leads.csv", "/models/Buyers/leads.xlsx"} {
			expectStatus(t, call(s, "GET", path, ""), 503)
		}
		expectStatus(t, call(s, "POST", "/rules/reload", ""), 503)
		if _, failed, err := s.score(t.Context(), 1<<40, nil); !isOutage(err) || failed > 0 {
			t.Errorf("a scoring of all leads: %d failed, %v", failed, err)
		}
		f.left.Store(1000)
		expectStatus(t, call(s, "GET", "/leads/lead-0001/scores", ""), 200)
	})
}

// A scoring of all leads that the database interrupts is made up for at once, and
// not only after the next period.
func TestScoringIsTriedAgain(t *testing.T) {
	flags := append(append(sqliteFlags(t), fixed...), "-seed", "5")
	db := openStore(t, flags)
	s := newTestService(t, flags, db)
	lines := &log{}
	s.log = newLogger(lines)
	if _, err := db.write.Exec("DELETE FROM score; UPDATE scoring SET rules = 0; PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.keepScores(ctx, 24*time.Hour)
	}()
	s.rescore <- struct{}{}
	eventually(t, "a scoring fails", func() bool { return strings.Contains(lines.String(), "again_after") })
	if _, err := db.write.Exec("PRAGMA query_only = 0"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the leads are scored", func() bool { return len(storedScores(t, db)) > 0 })
	cancel()
	<-ended
}
