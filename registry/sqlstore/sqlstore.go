// Package sqlstore keeps the log of a registry in a table of a relational database:
// PostgreSQL, SQLite, or another one that knows ON CONFLICT DO NOTHING and parameters
// such as $1. It knows no driver.
//
// The table has two columns. [Store.Create] makes it, or a migration of your own does:
//
//	CREATE TABLE leadscore_registry (number bigint PRIMARY KEY, entry text NOT NULL)
package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strings"

	"github.com/leadscore/leadscore/registry"
)

// Table is the name of the table, unless Options name another one.
const Table = "leadscore_registry"

// A DB is what a store needs of a database: [*sql.DB], [*sql.Conn] and [*sql.Tx] have it.
type DB interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Options are the options of a [Store].
type Options struct {
	Read  DB     // reads entries; nil means the database that writes
	Table string // its name, with its schema before a dot if need be; "" means [Table]
}

// A Store is a table. It is a [registry.Store].
type Store struct {
	write, read DB
	table       string // quoted
}

// New returns the store in a table of db.
func New(db DB, o Options) *Store {
	s := &Store{write: db, read: db, table: quoted(Table)}
	if o.Read != nil {
		s.read = o.Read
	}
	if o.Table != "" {
		s.table = quoted(o.Table)
	}
	return s
}

// quoted returns a name, the parts of which dots divide, in quotes.
func quoted(name string) string {
	return `"` + strings.ReplaceAll(strings.ReplaceAll(name, `"`, `""`), ".", `"."`) + `"`
}

// Create makes the table if there is none.
func (s *Store) Create(ctx context.Context) error {
	_, err := s.write.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS "+s.table+" (number bigint PRIMARY KEY, entry text NOT NULL)")
	if err != nil {
		return fmt.Errorf("registry table: %w", err)
	}
	return nil
}

// Append adds an entry: see [registry.Store]. It is one statement, so it needs no
// transaction. In one of yours, it is kept with it.
func (s *Store) Append(ctx context.Context, number int64, entry []byte) error {
	failed := func(err error) error { return fmt.Errorf("registry table: adding entry %d: %w", number, err) }
	result, err := s.write.ExecContext(ctx, "INSERT INTO "+s.table+" (number, entry) SELECT CAST($1 AS bigint), CAST($2 AS text)"+
		" WHERE CAST($1 AS bigint) = (SELECT COALESCE(MAX(number), 0) + 1 FROM "+s.table+") ON CONFLICT (number) DO NOTHING",
		number, string(entry))
	if err != nil {
		return failed(err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return failed(err)
	}
	if n == 1 {
		return nil
	}
	last, err := s.last(ctx)
	switch {
	case err != nil:
		return failed(err)
	case number >= 1 && number <= last:
		return registry.ErrTaken
	}
	return failed(fmt.Errorf("the last entry is %d", last))
}

// last returns the number of the last entry.
func (s *Store) last(ctx context.Context) (last int64, err error) {
	rows, err := s.write.QueryContext(ctx, "SELECT COALESCE(MAX(number), 0) FROM "+s.table)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&last); err != nil {
			return 0, err
		}
	}
	return last, rows.Err()
}

// Entries yields entries: see [registry.Store]. While they are yielded, it keeps a
// connection.
func (s *Store) Entries(ctx context.Context, after int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		fail := func(err error) { yield(nil, fmt.Errorf("registry table: %w", err)) }
		rows, err := s.read.QueryContext(ctx, "SELECT number, entry FROM "+s.table+" WHERE number > $1 ORDER BY number", max(after, 0))
		if err != nil {
			fail(err)
			return
		}
		defer rows.Close()
		number := max(after, 0)
		for rows.Next() {
			var is int64
			var entry []byte
			if err := rows.Scan(&is, &entry); err != nil {
				fail(err)
				return
			}
			if number++; is != number {
				fail(fmt.Errorf("entry %d is missing, and there is entry %d; restore it from a backup", number, is))
				return
			}
			if !yield(entry, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			fail(err)
		}
	}
}
