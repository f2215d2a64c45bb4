// Package pgx reads the tables and views of PostgreSQL through the client
// github.com/jackc/pgx, without database/sql: numbers, instants, days and UUIDs come in
// binary form, and go into columns as they are.
//
//	pool, err := pgxpool.New(ctx, "postgres://crm@localhost/crm")
//	…
//	data, err := pgx.Open(ctx, pool, model.Schema(), sqldb.Options{Needs: model.Needs()})
//
// What [Open] returns is a source of package source/sqldb, whose documentation says how
// tables and columns are found, what values mean, which indexes help, and how to read
// whole tables. Scores are the same as with database/sql and the driver of pgx.
package pgx

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// Open returns a source for the records of schema's entities in the database of a pool,
// as [sqldb.Open] does. The pool is not closed by the source. Each worker that scores
// leads uses one of its connections at a time, so it should have at least as many: by default
// twice as many as processors.
func Open(ctx context.Context, pool *pgxpool.Pool, schema *traverse.Schema, opts sqldb.Options) (*sqldb.Source, error) {
	if pool == nil {
		return nil, errors.New("pgx: the pool is nil")
	}
	prepares := pool.Config().ConnConfig.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement
	return sqldb.OpenConn(ctx, conn{pool, prepares}, sqldb.PostgreSQL(), schema, opts)
}

// A conn runs statements on the connections of a pool.
type conn struct {
	pool     *pgxpool.Pool
	prepares bool // statements may be prepared on its connections
}

func (c conn) Query(ctx context.Context, statement string, args ...any) (sqldb.Rows, error) {
	// A pool notices that a server has ended a connection only when it uses it. Statements
	// only read, so they can be run again.
	const most = 5
	for i := 1; ; i++ {
		acquired, err := c.pool.Acquire(ctx)
		if err != nil {
			return nil, err
		}
		r, err := query(ctx, acquired.Conn(), statement, args)
		if err == nil {
			r.release = acquired.Release
			return r, nil
		}
		acquired.Release()
		if i == most || ctx.Err() != nil || !pgconn.SafeToRetry(err) && !errors.Is(err, driver.ErrBadConn) {
			return nil, err
		}
	}
}

func (c conn) Begin(ctx context.Context) (sqldb.Tx, error) {
	began, err := c.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, err
	}
	return &tx{ctx, began}, nil
}

// A tx is a transaction on one connection.
type tx struct {
	ctx context.Context // that of Begin: the transaction ends with it, as those of database/sql do
	tx  pgx.Tx
}

func (t *tx) Query(ctx context.Context, statement string, args ...any) (sqldb.Rows, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", sql.ErrTxDone, err)
	}
	r, err := query(ctx, t.tx.Conn(), statement, args)
	if err != nil {
		return nil, err
	}
	r.release = func() {}
	return r, nil
}

func (t *tx) Exec(ctx context.Context, statement string) error {
	_, err := t.tx.Exec(ctx, statement)
	return lost(t.tx.Conn(), err)
}

func (t *tx) Rollback() error {
	err := t.tx.Rollback(context.Background())
	if errors.Is(err, pgx.ErrTxClosed) {
		return fmt.Errorf("%w: %w", sql.ErrTxDone, err)
	}
	return err
}

// lost adds to an error that the connection is lost, if it is.
func lost(c *pgx.Conn, err error) error {
	if err != nil && c.IsClosed() && !errors.Is(err, driver.ErrBadConn) {
		return &lostError{err}
	}
	return err
}

// A lostError is an error of a connection that is lost.
type lostError struct{ err error }

func (e *lostError) Error() string   { return e.err.Error() }
func (e *lostError) Unwrap() []error { return []error{e.err, driver.ErrBadConn} }
