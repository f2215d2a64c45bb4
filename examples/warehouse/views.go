package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
)

// A shardedSet is a set whose records are divided among databases.
type shardedSet struct {
	statement *pushdown.Statement
	tables    []pushdown.ShardedTable
}

// shard lowers a set whose records are divided by contact or by account. It fails if the shards
// would not give the scores of one database.
func shard(set *leadscore.Set, by string) (*shardedSet, error) {
	tables, err := pushdown.ShardBy(set, by)
	if err != nil {
		return nil, err
	}
	statement, err := pushdown.New(set, pushdown.PostgreSQL(), plain())
	if err != nil {
		return nil, err
	}
	return &shardedSet{statement, tables}, nil
}

// setView makes the view public.lead_scores of a shard: the scores of its leads as of an instant.
func (s *shardedSet) setView(ctx context.Context, db *sql.DB, asOf time.Time) error {
	text, err := s.statement.Literal(asOf)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "CREATE OR REPLACE VIEW public.lead_scores AS SELECT s.*, '"+asOf.UTC().Format(time.RFC3339Nano)+"'::timestamptz AS as_of FROM (\n"+text+"\n) AS s")
	return err
}

// describe returns a line for each table that the warehouse has.
func (s *shardedSet) describe() (lines []string) {
	m := plain()
	for _, t := range s.tables {
		if m.Tables[t.Entity].Absent {
			continue
		}
		line := fmt.Sprintf("%-16s by %s", t.Entity, t.By)
		if t.By == "" {
			line = fmt.Sprintf("%-16s whole on each shard: %s", t.Entity, t.Why)
		}
		lines = append(lines, line)
	}
	return lines
}
