package sqldb_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// stateError is an error as drivers of PostgreSQL return it.
type stateError string

func (e stateError) Error() string    { return "state " + string(e) }
func (e stateError) SQLState() string { return string(e) }

// TestUnavailable checks which errors of a driver have nothing to do with the keys.
func TestUnavailable(t *testing.T) {
	f, source := openCalls(t, ansi(), callTables("TEXT", "TEXT", "TEXT"), sqldb.Mapping{})
	q := &traverse.Query{Need: need(t, "Contact", "", nil, ""), Keys: []string{"c"}}
	for _, test := range []struct {
		err  error
		want bool
	}{
		{errors.New("cannot cast 1e-400"), false},
		{stateError("22P02"), false}, // invalid text representation
		{stateError("22003"), false}, // out of range
		{stateError("57014"), false}, // statement time-out
		{stateError("40001"), false}, // serialization
		{stateError("53200"), false}, // memory, of which fewer keys take less
		{stateError("0A000"), false}, // a cached plan
		{context.DeadlineExceeded, false},
		{stateError("57P01"), true}, // the server is stopped
		{stateError("08006"), true},
		{stateError("53300"), true}, // too many connections
		{stateError("42P01"), true}, // no such table
		{stateError("42501"), true}, // no right to read it
		{stateError("25P02"), true}, // the transaction has failed
		{fmt.Errorf("reading: %w", io.ErrUnexpectedEOF), true},
		{io.EOF, true},
		{sql.ErrConnDone, true},
		{&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, true},
	} {
		f.fail(func(string) fakeFault { return fakeFault{err: test.err} })
		_, _, err := fetch(t.Context(), source, q)
		if got := errors.Is(err, traverse.ErrUnavailable); got != test.want || !errors.Is(err, test.err) ||
			err.Error() != "sqldb: Contact by id: "+test.err.Error() {
			t.Errorf("%v: unavailable is %t", err, got)
		}
	}
}

// TestBadRowsOfAQuery: a row that makes each statement fail that finds it fails its
// own lead, and one that is lost fails all, without more statements.
func TestBadRowsOfAQuery(t *testing.T) {
	tables := callTables("TEXT", "TEXT", "TEXT")
	ids := manyLeads(tables, 20, padded)
	for _, row := range tables[`"leads"`].rows {
		row[2] = "c"
	}
	f, source := openCalls(t, postgres(), tables, sqldb.Mapping{})
	model, err := leadscore.Compile("m", `model "M" { target contact condition "C" { has Lead where Topic is empty score 1 } }`, calls(t))
	if err != nil {
		t.Fatal(err)
	}
	set, err := leadscore.NewSet(model)
	if err != nil {
		t.Fatal(err)
	}
	score := func(source leadscore.Source) (failed []string, last error) {
		for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(ids...), source) {
			if err != nil {
				failed, last = append(failed, r.Lead), err
			} else if r.Results[0].Score != 1 {
				t.Errorf("%+v", r)
			}
		}
		return failed, last
	}
	for name, bad := range map[string][]string{"one": {"l00007"}, "three": {"l00001", "l00002", "l00019"}} {
		t.Run(name, func(t *testing.T) {
			snapshot, err := source.Snapshot(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer snapshot.Close()
			for kind, source := range map[string]leadscore.Source{"source": source, "snapshot": snapshot} {
				f.fail(func(string) fakeFault { return fakeFault{} })
				f.failArgs(func(args string) error {
					for _, id := range bad {
						if strings.Contains(args, id) {
							return stateError("22P02")
						}
					}
					return nil
				})
				failed, last := score(source)
				if !slices.Equal(failed, bad) || errors.Is(last, sqldb.ErrSnapshot) {
					t.Errorf("%s: %q failed, %v", kind, failed, last)
				}
				f.failArgs(nil)
				if failed, last := score(source); failed != nil {
					t.Errorf("%s, afterwards: %q failed, %v", kind, failed, last)
				}
			}
		})
	}
	f.statements()
	f.fail(func(string) fakeFault { return fakeFault{err: io.ErrUnexpectedEOF} })
	if failed, last := score(source); len(failed) != len(ids) || len(f.statements()) != 1 {
		t.Errorf("a connection that is lost: %d failed, %v", len(failed), last)
	}
}

// TestSnapshotRestored: an error returns to the savepoint; one that cannot loses the
// snapshot.
func TestSnapshotRestored(t *testing.T) {
	f, source := openCalls(t, postgres(), callTables("TEXT", "TEXT", "TEXT"), sqldb.Mapping{})
	q := &traverse.Query{Need: need(t, "Contact", "", nil, ""), Keys: []string{"c"}}
	for _, test := range []struct {
		name string
		err  error // of the query
		exec error // of returning to the savepoint
		back bool  // whether that is tried
		lost bool
	}{
		{"a value", stateError("22P02"), nil, true, false},
		{"the transaction is gone", stateError("57P01"), errors.New("closed"), true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			f.exec = nil
			snapshot, err := source.Snapshot(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer snapshot.Close()
			f.statements()
			f.fail(func(string) fakeFault { return fakeFault{err: test.err} })
			f.exec = test.exec
			if _, _, err := fetch(t.Context(), snapshot, q); !errors.Is(err, test.err) || errors.Is(err, sqldb.ErrSnapshot) {
				t.Errorf("got %v", err)
			}
			f.fail(nil)
			if back := slices.Contains(f.statements(), "ROLLBACK TO SAVEPOINT leadscore"); back != test.back {
				t.Errorf("returned to the savepoint: %t", back)
			}
			if _, _, err := fetch(t.Context(), snapshot, q); errors.Is(err, sqldb.ErrSnapshot) != test.lost || (err != nil) != test.lost {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
	f.exec = errors.New("no savepoints")
	if _, err := source.Snapshot(t.Context()); !errors.Is(err, f.exec) {
		t.Errorf("got %v", err)
	}
}

var _ driver.ExecerContext = (*fakeConn)(nil)
