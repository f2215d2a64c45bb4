package main

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/leadscore/leadscore"
)

// newest notes the number of a scoring for leads, within the transaction that stores
// them, and returns those that no scoring with a higher number has stored. It notes when
// they have to be scored again, and that nothing is left to do for them. All transactions
// write leads in the same order, so that no two wait for each other.
func newest(ctx context.Context, tx *sql.Tx, leads []leadscore.SetResult, asOf time.Time, number int64) ([]leadscore.SetResult, error) {
	note, err := tx.PrepareContext(ctx, `INSERT INTO scored (lead_id, scoring, due, as_of) VALUES ($1, $2, $3, $4)
		ON CONFLICT (lead_id) DO UPDATE SET scoring = excluded.scoring, due = excluded.due, as_of = excluded.as_of
		WHERE scored.scoring <= excluded.scoring`)
	if err != nil {
		return nil, err
	}
	defer note.Close()
	done, err := tx.PrepareContext(ctx, "DELETE FROM todo WHERE lead_id = $1 AND scoring <= $2")
	if err != nil {
		return nil, err
	}
	defer done.Close()
	sorted := slices.SortedFunc(slices.Values(leads), func(a, b leadscore.SetResult) int { return cmp.Compare(a.Lead, b.Lead) })
	kept := make([]leadscore.SetResult, 0, len(leads))
	for _, lead := range sorted {
		result, err := note.ExecContext(ctx, lead.Lead, number, dueOf(lead, asOf), asOf.UnixMicro())
		if err != nil {
			return nil, err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return nil, err
		}
		if n == 1 {
			kept = append(kept, lead)
		}
		if _, err := done.ExecContext(ctx, lead.Lead, number); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// horizon is how far ahead the next change of a lead is looked for.
const horizon = 90 * 24 * time.Hour

// dueOf returns when a lead has to be scored again.
func dueOf(lead leadscore.SetResult, asOf time.Time) int64 {
	if next, ok := lead.NextChange(); ok {
		return next.UnixMicro()
	}
	return asOf.Add(horizon).UnixMicro()
}

// addTodo notes that leads have to be stored by a scoring with a number or a higher one,
// within the transaction that changes what they depend on.
func addTodo(ctx context.Context, tx *sql.Tx, leads []string, number int64, since time.Time) error {
	for _, lead := range leads {
		if _, err := tx.ExecContext(ctx, "INSERT INTO todo (lead_id, scoring, since) VALUES ($1, $2, $3)", lead, number, since.UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

const (
	// patience is how long a request has to score the leads of its interaction before the
	// scheduler does it.
	patience = 30 * time.Second
	// skew is by how much a stored score may be ahead of the clock: that of another
	// service may be.
	skew = time.Minute
)

// dueLeads returns at most limit leads that have to be scored as of now: whose results
// have changed by time alone; that were scored as of a later time, before the clock was
// set back; and those of interactions that were stored and not scored in time.
func (s *store) dueLeads(ctx context.Context, now, clock time.Time, limit int) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT lead_id FROM scored WHERE due <= $1
		UNION SELECT lead_id FROM scored WHERE as_of > $2
		UNION SELECT lead_id FROM todo WHERE since < $3 OR since > $4
		ORDER BY lead_id LIMIT $5`,
		now.UnixMicro(), now.Add(skew).UnixMicro(), clock.Add(-patience).UnixMicro(), clock.Add(patience).UnixMicro(), limit)
	if err != nil {
		return nil, err
	}
	return scanTexts(rows)
}

func scanTexts(rows *sql.Rows) ([]string, error) {
	defer rows.Close()
	list := []string{}
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, rows.Err()
}

// postpone has leads that a scoring could not store scored again later.
func (s *store) postpone(ctx context.Context, leads []string, number int64, now, until, clock time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		for _, lead := range leads {
			_, err := tx.ExecContext(ctx, `UPDATE scored SET due = $3, as_of = CASE WHEN as_of > $4 THEN $4 ELSE as_of END
				WHERE lead_id = $1 AND scoring < $2`, lead, number, until.UnixMicro(), now.UnixMicro())
			if err != nil {
				return err
			}
			// Those of a lead that is gone or cannot be scored.
			if _, err := tx.ExecContext(ctx, "UPDATE todo SET since = $3 WHERE lead_id = $1 AND scoring <= $2", lead, number, clock.UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
}

// firstDue returns when the first lead has to be scored, in microseconds since 1970, or
// false if there is none.
func (s *store) firstDue(ctx context.Context) (due int64, ok bool, err error) {
	var first sql.NullInt64
	err = s.read.QueryRowContext(ctx, "SELECT MIN(due) FROM scored").Scan(&first)
	return first.Int64, first.Valid, err
}

// scoredRules returns the step with the rules since which all leads have been scored.
func (s *store) scoredRules(ctx context.Context) (number int64, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT rules FROM scoring").Scan(&number)
	return number, err
}

func (s *store) setScoredRules(ctx context.Context, number int64) error {
	_, err := s.write.ExecContext(ctx, "UPDATE scoring SET rules = $1", number)
	return err
}
