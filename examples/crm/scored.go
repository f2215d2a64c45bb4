package main

import (
	"context"
	"database/sql"

	"github.com/leadscore/leadscore"
)

// newest notes the number of a scoring for leads, within the transaction that stores
// them, and returns those that no scoring with a higher number has stored.
func newest(ctx context.Context, tx *sql.Tx, leads []leadscore.SetResult, number int64) ([]leadscore.SetResult, error) {
	note, err := tx.PrepareContext(ctx, `INSERT INTO scored (lead_id, scoring) VALUES ($1, $2)
		ON CONFLICT (lead_id) DO UPDATE SET scoring = excluded.scoring WHERE scored.scoring <= excluded.scoring`)
	if err != nil {
		return nil, err
	}
	defer note.Close()
	kept := make([]leadscore.SetResult, 0, len(leads))
	for _, lead := range leads {
		result, err := note.ExecContext(ctx, lead.Lead, number)
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
	}
	return kept, nil
}
