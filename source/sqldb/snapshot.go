package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"github.com/leadscore/leadscore/traverse"
)

// ErrSnapshot is what a [Snapshot] returns, wrapped, once it is closed or lost.
var ErrSnapshot = errors.New("the snapshot is closed or lost")

// A Snapshot is a source that sees one state of the database: the one that was
// there when it was made. It is one transaction, and so one connection: it is
// safe for concurrent use, and answers one query at a time. The workers of
// ScoreAll take turns at it; what they gain is what they do between queries.
//
// After an error of the database a transaction is of no more use, in PostgreSQL
// at least: every later call returns that error, and wraps [ErrSnapshot]. A
// value that does not suit its field is no such error, nor is a context that
// was done while a query waited for its turn. One that is done while its query
// runs is: leaving a loop over ScoreAll early can have the snapshot lost.
type Snapshot struct {
	source *Source
	tx     *sql.Tx
	turn   chan struct{} // holds one element while nobody asks
	lost   error         // whoever has the turn may read and set it
}

var _ traverse.Source = (*Snapshot)(nil)

// Snapshot begins a read-only transaction, at the level [Dialect.Isolation], and
// returns a source that reads in it. It must be closed. The transaction lasts
// until then, or until ctx is done.
//
// A long transaction has its price: PostgreSQL keeps old rows meanwhile. SQLite
// lets others write only if the journal mode is WAL.
func (s *Source) Snapshot(ctx context.Context) (*Snapshot, error) {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: s.dialect.Isolation, ReadOnly: true})
	if err != nil {
		return nil, failed(ctx, "beginning a snapshot", err)
	}
	// The state is that of the first statement, not of the beginning.
	if err := s.touch(ctx, tx); err != nil {
		_ = tx.Rollback() // the first error says why
		return nil, failed(ctx, "beginning a snapshot", err)
	}
	p := &Snapshot{source: s, tx: tx, turn: make(chan struct{}, 1)}
	p.turn <- struct{}{}
	return p, nil
}

// touch reads a row of a table. A query that can find nothing would do for some
// databases; MySQL answers it without a look at the data.
func (s *Source) touch(ctx context.Context, db queryer) error {
	for e := range s.schema.Entities() {
		bound := s.entities[e.Name()]
		if bound.absent {
			continue
		}
		rows, err := db.QueryContext(ctx, "SELECT "+bound.id.selects+" FROM "+bound.from+" LIMIT 1")
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

// take takes the turn, and returns what gives it back.
func (p *Snapshot) take(ctx context.Context) (release func(), err error) {
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

// A turn is the transaction in the hands of whoever has the turn.
type turn struct {
	tx   *sql.Tx
	used bool
}

// QueryContext asks the transaction.
func (t *turn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	t.used = true
	return t.tx.QueryContext(ctx, query, args...)
}

// use lends the transaction. An error of the database is the answer to whatever
// comes later; one of a value, or of a context before anything was asked, is not.
func (p *Snapshot) use(ask func(queryer) error) error {
	t := turn{tx: p.tx}
	err := ask(&t)
	var value *valueError
	if err != nil && t.used && !errors.As(err, &value) && p.lost == nil {
		p.lost = fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	return err
}

// Fetch is [Source.Fetch] as of the snapshot.
func (p *Snapshot) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	release, err := p.take(ctx)
	if err != nil {
		return failed(ctx, q.Entity, err)
	}
	defer release()
	return p.use(func(db queryer) error { return p.source.fetch(ctx, db, q, out) })
}

// Leads is [Source.Leads] as of the snapshot. Between pages it leaves the
// connection to others, so that leads can be scored while they are listed.
func (p *Snapshot) Leads(ctx context.Context) iter.Seq2[string, error] {
	return p.source.leads(ctx, func(ask func(queryer) error) error {
		release, err := p.take(ctx)
		if err != nil {
			return err
		}
		defer release()
		return p.use(ask)
	})
}

// Close ends the transaction. It waits for the query that runs; whatever comes
// later fails with [ErrSnapshot]. A second Close does nothing. The error is the
// driver's, and nil if the snapshot was closed or lost before.
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
