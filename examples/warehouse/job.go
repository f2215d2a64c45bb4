package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/leadscore/leadscore/pushdown"
)

// jobLock is the advisory lock that a job holds, so that no two work on the same table.
const jobLock = 7_153_201

// errBusy says that another job is at work.
var errBusy = errors.New("another job is at work")

// A job makes the table lead_scores anew.
type job struct {
	db        *sql.DB
	statement *pushdown.Statement
	log       *slog.Logger
}

// run scores all leads as of an instant into a new table, which then takes the place of the old
// one. Readers see the one or the other, and wait only while names are exchanged. After an error
// the old table is as before.
func (j *job) run(ctx context.Context, asOf time.Time) (rows int64, err error) {
	script, err := j.statement.Into("", "lead_scores", asOf)
	if err != nil {
		return 0, err
	}
	// One state of the database, whoever writes meanwhile.
	tx, err := j.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	var free bool
	if err := tx.QueryRowContext(ctx, "SELECT pg_try_advisory_xact_lock($1)", jobLock).Scan(&free); err != nil {
		return 0, err
	}
	if !free {
		return 0, errBusy
	}
	settings := []string{
		"SET LOCAL jit = off", // which takes longer than the statement
		"SET LOCAL lock_timeout = '10s'",
	}
	for _, s := range append(settings, script...) {
		result, err := tx.ExecContext(ctx, s)
		if err != nil {
			return 0, fmt.Errorf("%.60s: %w", s, err)
		}
		if n, err := result.RowsAffected(); err == nil { // of the INSERT, and 0 of all others
			rows += n
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, err
	}
	// Readers do not wait for the index.
	if _, err := j.db.ExecContext(ctx, "CREATE UNIQUE INDEX ON lead_scores (lead, model)"); err != nil {
		return rows, fmt.Errorf("the scores are there, without an index: %w", err)
	}
	_, err = j.db.ExecContext(ctx, "ANALYZE lead_scores")
	return rows, err
}

// every calls score at once and then at each whole multiple of an interval, until ctx is done. An
// error is logged, and the next time is another try.
func (j *job) every(ctx context.Context, interval time.Duration, score func(ctx context.Context, asOf time.Time) (int64, error)) {
	for asOf := time.Now().Truncate(interval); ; {
		start := time.Now()
		switch rows, err := score(ctx, asOf); {
		case ctx.Err() != nil:
			return
		case err != nil:
			j.log.Error("leads are not scored", "as of", asOf, "err", err)
		default:
			j.log.Info("leads are scored", "as of", asOf, "rows", rows, "took", time.Since(start))
		}
		asOf = time.Now().Truncate(interval).Add(interval)
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(asOf)):
		}
	}
}
