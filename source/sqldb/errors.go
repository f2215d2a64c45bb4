package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/leadscore/leadscore/traverse"
)

// ErrSnapshot is the error that the methods of a [Snapshot] wrap once it is closed
// or lost.
var ErrSnapshot = errors.New("the snapshot is closed or lost")

// A valueError is an error of a value in a row that may belong to any key, or of a row
// of a table that is read as a whole. It says nothing about the database.
type valueError struct {
	column string // "" if err says it
	err    error
}

func (e *valueError) Error() string {
	if e.column == "" {
		return e.err.Error()
	}
	return "column " + e.column + ": " + e.err.Error()
}

func (e *valueError) Unwrap() error { return e.err }

// failed adds to an error what failed, and what kind of error it is: that of ctx if
// ctx is done, which not every driver returns, or traverse.ErrUnavailable.
func failed(ctx context.Context, what string, err error) error {
	if done := ctx.Err(); done != nil {
		return fmt.Errorf("sqldb: %s: %w", what, &kindError{err, done})
	}
	if unavailable(err) {
		return fmt.Errorf("sqldb: %s: %w", what, &kindError{err, traverse.ErrUnavailable})
	}
	return fmt.Errorf("sqldb: %s: %w", what, err)
}

// A kindError is an error that is also another one.
type kindError struct{ err, kind error }

func (e *kindError) Error() string {
	if e.err == e.kind || e.kind == traverse.ErrUnavailable {
		return e.err.Error()
	}
	return e.kind.Error() + ": " + e.err.Error()
}

func (e *kindError) Unwrap() []error { return []error{e.err, e.kind} }

// broken reports whether the connection to the database is lost.
func broken(err error) bool {
	for _, is := range []error{ErrSnapshot, driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, is) {
			return true
		}
	}
	_, network := errors.AsType[net.Error](err)
	return network && !errors.Is(err, context.DeadlineExceeded)
}

// unavailable reports whether a query fails for any keys: the connection is lost, or
// the database lacks a table or the right to read it.
func unavailable(err error) bool {
	if _, lack := errors.AsType[Problems](err); lack || broken(err) {
		return true
	}
	state := sqlState(err)
	for _, class := range []string{
		"08",  // connections
		"25P", // transactions
		"28",  // authorization
		"3D",  // no such database
		"3F",  // no such schema
		"42",  // syntax, names and rights
		"531", // a full disk
		"533", // too many connections
		"57P", // the server is stopped
	} {
		if strings.HasPrefix(state, class) {
			return true
		}
	}
	return false
}

// sqlState returns the code that the standard gives to an error, if the driver says
// it, as those of PostgreSQL do; or "".
func sqlState(err error) string {
	state, ok := errors.AsType[interface {
		error
		SQLState() string
	}](err)
	if !ok {
		return ""
	}
	return state.SQLState()
}

// stale reports whether a driver has used a plan from before a table changed. It
// makes a new one the next time.
func stale(err error) bool { return sqlState(err) == "0A000" }
