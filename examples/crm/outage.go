package main

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/lib/pq"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// isOutage reports whether an error says that the database is away, full or cannot be
// written, or that a transaction gave way to another one: the same request can
// succeed later. Other errors of a database are faults of this program or of its
// tables, which no retry mends.
func isOutage(err error) bool {
	if e, ok := errors.AsType[*pq.Error](err); ok {
		return isPostgresOutage(e)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return isSQLiteOutage(e.Code())
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	for _, lost := range []error{driver.ErrBadConn, sql.ErrConnDone, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(err, lost) {
			return true
		}
	}
	return false
}

// isPostgresOutage decides by the class of the SQLSTATE: see appendix A of
// PostgreSQL's manual.
func isPostgresOutage(e *pq.Error) bool {
	switch e.Code.Class() {
	case "08", // the connection
		"40", // a transaction that gave way, by a deadlock for example
		"53", // disk, memory or connections are used up
		"57", // the server shuts down, starts or cancels
		"58": // files of the server cannot be read or written
		return true
	}
	return e.Code == "25006" || // read only: a standby, for example
		e.Code == "55P03" // a lock is not available
}

// isSQLiteOutage decides by the primary result code, which is the low byte.
func isSQLiteOutage(code int) bool {
	switch code & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN:
		return true
	}
	return false
}
