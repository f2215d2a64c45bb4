package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"net"
)

// A Conn runs the statements of a [Source], on as many connections as it likes. [Open]
// makes one of a *sql.DB. A package that reads a database through a client of its own,
// as source/pgx does, implements Conn and passes it to [OpenConn]. A Conn is safe for
// concurrent use.
type Conn interface {
	Queryer

	// Begin begins a read-only transaction in which all statements see one state of
	// the data. It ends with Rollback, or when ctx is done.
	Begin(ctx context.Context) (Tx, error)
}

// A Queryer runs statements that return rows.
type Queryer interface {
	// Query runs a statement. Its parameters are texts, integers of 64 bits, times, and
	// what [Cell.Scan] was given for an id. The error is that of the database; if the
	// connection is lost, it wraps [database/sql/driver.ErrBadConn].
	Query(ctx context.Context, statement string, args ...any) (Rows, error)
}

// A Tx is a transaction that only reads. It runs one statement at a time.
type Tx interface {
	Queryer

	// Exec runs a statement that returns no rows, such as [Dialect.Savepoint].
	Exec(ctx context.Context, statement string) error

	// Rollback ends the transaction. After it has ended, the error wraps
	// [database/sql.ErrTxDone].
	Rollback() error
}

// Rows are the rows that a statement returns. They are used by one goroutine.
type Rows interface {
	// Columns returns the columns of the rows.
	Columns() ([]ColumnType, error)

	// Next goes to the next row, and reports whether there is one. At the end, and
	// after an error, it closes the rows.
	Next() bool

	// Scan gives each column of the row to a cell, by one call of one of the methods
	// of [Cell] that take a value. There are as many cells as columns.
	Scan(cells []*Cell) error

	// Err returns the error that ended the rows, or nil.
	Err() error

	// Close gives the connection back. A second call does nothing.
	Close() error
}

// A ColumnType is a column of [Rows]: its name, and the name of its type as
// [Dialect.Storage] takes it.
type ColumnType struct{ Name, Type string }

// sqlConn is the Conn of a *sql.DB.
type sqlConn struct {
	db        *sql.DB
	isolation sql.IsolationLevel
}

func (c sqlConn) Query(ctx context.Context, statement string, args ...any) (Rows, error) {
	// A session that has ended while it was idle does not take its next statement. Not every
	// driver then says so by driver.ErrBadConn, after which database/sql takes another connection.
	// The statement has not been run, and only reads. All idle connections may be lost.
	for more := c.db.Stats().Idle; ; more-- {
		rows, err := c.db.QueryContext(ctx, statement, args...)
		switch {
		case err == nil:
			return &sqlRows{Rows: rows}, nil
		case more <= 0 || ctx.Err() != nil || !unsent(err):
			return nil, err
		}
	}
}

// unsent reports whether a connection was lost before a statement was sent.
func unsent(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "write" && !op.Timeout()
}

func (c sqlConn) Begin(ctx context.Context) (Tx, error) {
	tx, err := c.db.BeginTx(ctx, &sql.TxOptions{Isolation: c.isolation, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	return sqlTx{tx}, nil
}

// sqlTx is the Tx of a *sql.DB.
type sqlTx struct{ tx *sql.Tx }

func (t sqlTx) Query(ctx context.Context, statement string, args ...any) (Rows, error) {
	rows, err := t.tx.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	return &sqlRows{Rows: rows}, nil
}

func (t sqlTx) Exec(ctx context.Context, statement string) error {
	_, err := t.tx.ExecContext(ctx, statement)
	return err
}

func (t sqlTx) Rollback() error { return t.tx.Rollback() }

// sqlRows are the Rows of a *sql.DB.
type sqlRows struct {
	*sql.Rows
	into []any // the cells of the last Scan
}

func (r *sqlRows) Columns() ([]ColumnType, error) {
	types, err := r.ColumnTypes()
	if err != nil {
		return nil, err
	}
	columns := make([]ColumnType, len(types))
	for i, t := range types {
		columns[i] = ColumnType{t.Name(), t.DatabaseTypeName()}
	}
	return columns, nil
}

func (r *sqlRows) Scan(cells []*Cell) error {
	if r.into == nil {
		r.into = make([]any, len(cells))
		for i, c := range cells {
			r.into[i] = c
		}
	}
	return r.Rows.Scan(r.into...)
}
