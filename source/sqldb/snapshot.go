package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"reflect"

	"github.com/leadscore/leadscore/traverse"
)

// A Snapshot is a source that sees one state of the database: the state in which the
// database was when the snapshot was made. It is one transaction, and so one
// connection: it is safe for concurrent use, but answers one query at a time. The
// workers of ScoreAll take turns; only their work between queries runs in parallel.
//
// A query that fails is undone, as [Dialect.RollbackTo] says, and later ones see the
// same state. If the dialect does not say it, or the connection is gone, the
// snapshot is lost: every later call returns the error, and wraps [ErrSnapshot]. A
// context that is done while its query runs also loses it, so leaving a loop over
// ScoreAll early can; one that is done while a query waits for its turn does not.
type Snapshot struct {
	source *Source
	*transaction
}

// A transaction is what snapshots of one state share.
type transaction struct {
	tx   Tx
	turn chan struct{} // holds one element while no query runs
	lost error         // may be read and set only while holding the turn
}

var _ traverse.Source = (*Snapshot)(nil)

// Snapshot begins a read-only transaction, at the level [Dialect.Isolation], and
// returns a source that reads in it. The snapshot must be closed. The transaction
// lasts until then, or until ctx is done. The error wraps that of the driver, and
// ctx.Err() if ctx is done.
//
// A long transaction has a cost: until it ends PostgreSQL keeps old rows, and SQLite
// lets others write only if the journal mode is WAL.
func (s *Source) Snapshot(ctx context.Context) (*Snapshot, error) {
	tx, err := s.conn.Begin(ctx)
	if err != nil {
		return nil, failed(ctx, "beginning a snapshot", err)
	}
	// The state is that at the first statement, not at the beginning.
	if err := s.touch(ctx, tx); err != nil {
		_ = tx.Rollback() // the first error is the cause
		return nil, failed(ctx, "beginning a snapshot", err)
	}
	if s.dialect.Savepoint != "" {
		if err := tx.Exec(ctx, s.dialect.Savepoint); err != nil {
			_ = tx.Rollback()
			return nil, failed(ctx, "beginning a snapshot", err)
		}
	}
	p := &Snapshot{s, &transaction{tx: tx, turn: make(chan struct{}, 1)}}
	p.turn <- struct{}{}
	return p, nil
}

// Join returns a snapshot of s that sees the same state as p, in the same transaction:
// for two versions of rules whose schemas differ. To close one of the snapshots closes
// both. It is an error if their sources are not opened with one [sql.DB] or [Conn].
func (s *Source) Join(p *Snapshot) (*Snapshot, error) {
	if !reflect.TypeOf(s.conn).Comparable() || s.conn != p.source.conn {
		return nil, errors.New("sqldb: a snapshot can only be joined by a source of its database")
	}
	return &Snapshot{s, p.transaction}, nil
}

// touch reads a row of a table. For some databases a query that finds nothing would
// be enough, but MySQL answers it without looking at the data.
func (s *Source) touch(ctx context.Context, db Queryer) error {
	for e := range s.schema.Entities() {
		bound := s.entities[e.Name()]
		if _, lacks := bound.lacks[""]; bound.absent || lacks {
			continue
		}
		rows, err := db.Query(ctx, "SELECT "+bound.id.selects+" FROM "+bound.from+" LIMIT 1")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
		}
		if err := rows.Err(); err != nil {
			return err
		}
		return rows.Close()
	}
	return nil
}

// take takes the turn, and returns a function that gives it back.
func (p *transaction) take(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-p.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	release = func() { p.turn <- struct{}{} }
	err = ctx.Err()
	if err == nil {
		err = p.lost
	}
	if err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// A turn is the transaction while it is used by one query.
type turn struct {
	tx   Tx
	used bool
}

// Query asks the transaction.
func (t *turn) Query(ctx context.Context, statement string, args ...any) (Rows, error) {
	t.used = true
	return t.tx.Query(ctx, statement, args...)
}

// use calls ask with the transaction. After an error of the database the transaction
// returns to its savepoint. If it cannot, every later call fails. An error of a
// value, or of a context before the database was queried, changes nothing.
func (p *Snapshot) use(ctx context.Context, ask func(Queryer) error) error {
	t := turn{tx: p.tx}
	err := ask(&t)
	var value *valueError
	if err != nil && t.used && !errors.As(err, &value) && p.lost == nil && !p.restored(ctx, err) {
		p.lost = fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	return err
}

// restored returns to the savepoint after an error, and reports whether it could.
func (p *Snapshot) restored(ctx context.Context, err error) bool {
	back := p.source.dialect.RollbackTo
	if back == "" || p.source.dialect.Savepoint == "" || ctx.Err() != nil || errors.Is(err, driver.ErrBadConn) {
		return false
	}
	return p.tx.Exec(ctx, back) == nil
}

// Fetch is like [Source.Fetch], but reads the state of the snapshot.
func (p *Snapshot) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	release, err := p.take(ctx)
	if err != nil {
		return failed(ctx, q.Entity, err)
	}
	defer release()
	return p.use(ctx, func(db Queryer) error { return p.source.fetch(ctx, db, q, out) })
}

// Leads is like [Source.Leads], but reads the state of the snapshot. Between pages
// the connection is free for other queries, so that leads can be scored while they
// are listed.
func (p *Snapshot) Leads(ctx context.Context) iter.Seq2[string, error] {
	return p.source.leads(ctx, func(ask func(Queryer) error) error {
		release, err := p.take(ctx)
		if err != nil {
			return err
		}
		defer release()
		return p.use(ctx, ask)
	})
}

// Close ends the transaction. It waits for a running query; later calls fail with
// an error that wraps [ErrSnapshot]. A second Close does nothing. Close returns the
// error of the driver, or nil if the snapshot was already closed or lost.
func (p *Snapshot) Close() error {
	<-p.turn
	defer func() { p.turn <- struct{}{} }()
	err := p.tx.Rollback()
	if p.lost != nil || errors.Is(err, sql.ErrTxDone) {
		err = nil // the connection may be gone, and the transaction with it
	}
	if p.lost == nil {
		p.lost = ErrSnapshot
	}
	if err != nil {
		return fmt.Errorf("sqldb: ending a snapshot: %w", err)
	}
	return nil
}
