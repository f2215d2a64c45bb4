package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/sqldb"
)

// movedStage is the kind of the event of a lead that went from one stage to another.
const movedStage = "stage"

// A stageRow is the stage of a lead in a block of stages.
type stageRow struct {
	Lead, Stages, Stage string
	Since               time.Time
}

// stageKey is the key of a stage that is stored.
type stageKey struct{ lead, stages string }

// A moveMessage is the body of the event of a move, which is sent.
type moveMessage struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Lead     string    `json:"lead"`
	Stages   string    `json:"stages"`
	From     string    `json:"from"`
	To       string    `json:"to"`
	Then     string    `json:"then,omitempty"` // what the rules say is to be done
	Reasons  []string  `json:"reasons"`
	AsOf     time.Time `json:"as_of"`
	Sequence int64     `json:"sequence"`
}

// queryer is a database or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// stagesOf returns the stages of some leads.
func (s *store) stagesOf(ctx context.Context, db queryer, ids []string) ([]stageRow, error) {
	isOne, list, err := s.oneOf("lead_id", ids)
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, "SELECT lead_id, stages, stage, since FROM stage WHERE "+isOne+" ORDER BY lead_id, stages", list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var stages []stageRow
	for rows.Next() {
		var r stageRow
		if err := rows.Scan(&r.Lead, &r.Stages, &r.Stage, &r.Since); err != nil {
			return nil, err
		}
		stages = append(stages, r)
	}
	return stages, rows.Err()
}

// oneOf returns a condition in SQL, that a column is one of the values of $1, and that
// parameter.
func (s *store) oneOf(column string, ids []string) (condition string, list any, err error) {
	if s.isPostgres() {
		condition, list = s.dialect.Keys(column, "$1", sqldb.Text, ids)
		return condition, list, nil
	}
	text, err := json.Marshal(ids)
	return column + " IN (SELECT value FROM json_each($1))", string(text), err
}

// step moves leads on through the blocks of stages of the rules, within the transaction
// that stores their results, and returns the events. A stage that the rules do not have
// any more counts as the first one. The stages of a block that they do not have any more
// are deleted.
func (s *store) step(ctx context.Context, tx *sql.Tx, blocks []*leadscore.Stages, leads []leadscore.SetResult, asOf time.Time, number int64) (list []event, err error) {
	rows, err := s.stagesOf(ctx, tx, idsOf(leads))
	if err != nil {
		return nil, err
	}
	before := map[stageKey]string{}
	for _, r := range rows {
		before[stageKey{r.Lead, r.Stages}] = r.Stage
	}
	for _, lead := range leads {
		for _, block := range blocks {
			k := stageKey{lead.Lead, block.Name()}
			was, known := before[k]
			delete(before, k)
			now, err := block.Step(was, lead)
			if errors.Is(err, leadscore.ErrNoStage) {
				now, err = block.Step("", lead)
			}
			if err != nil {
				return nil, err
			}
			if known && now.Stage == was {
				continue
			}
			_, err = tx.ExecContext(ctx, `INSERT INTO stage (lead_id, stages, stage, since) VALUES ($1, $2, $3, $4)
				ON CONFLICT (lead_id, stages) DO UPDATE SET stage = excluded.stage, since = excluded.since`, k.lead, k.stages, now.Stage, asOf)
			if err != nil {
				return nil, err
			}
			if now.Move == nil {
				continue
			}
			e, err := moveEvent(*now.Move, asOf, number)
			if err != nil {
				return nil, err
			}
			list = append(list, e)
		}
	}
	for k := range before {
		if _, err := tx.ExecContext(ctx, "DELETE FROM stage WHERE lead_id = $1 AND stages = $2", k.lead, k.stages); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func idsOf(leads []leadscore.SetResult) []string {
	ids := make([]string, len(leads))
	for i, lead := range leads {
		ids[i] = lead.Lead
	}
	return ids
}

func moveEvent(m leadscore.Move, asOf time.Time, number int64) (event, error) {
	e := event{Kind: movedStage, Lead: m.Lead, Subject: m.Stages, AsOf: asOf, Sequence: number}
	e.ID = eventKey(e.Kind, e.Lead, e.Subject, strconv.FormatInt(number, 10))
	sent := moveMessage{ID: e.ID, Kind: e.Kind, Lead: e.Lead, Stages: m.Stages, From: m.From, To: m.To, Then: m.Then,
		Reasons: []string{}, AsOf: asOf, Sequence: number}
	for _, r := range m.Reasons {
		sent.Reasons = append(sent.Reasons, r.String())
	}
	text, err := json.Marshal(sent)
	e.body = string(text)
	return e, err
}

// Text says in words what an event tells.
func (e event) Text() string {
	switch e.Kind {
	case assigned:
		var m assignedMessage
		if err := json.Unmarshal([]byte(e.body), &m); err != nil {
			return e.Kind
		}
		return "assigned to " + m.Owner + " by " + e.Subject
	case becameReady, lostReady:
		return e.Kind + " by " + e.Subject
	}
	var m moveMessage
	if err := json.Unmarshal([]byte(e.body), &m); err != nil {
		return e.Kind
	}
	text := e.Subject + ": from " + m.From + " to " + m.To
	if m.Then != "" {
		text += ", " + m.Then
	}
	return text
}
