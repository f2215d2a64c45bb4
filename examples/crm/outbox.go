package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/leadscore/leadscore"
)

// The kinds of an event.
const (
	becameReady = "sales ready"
	lostReady   = "no longer sales ready"
)

// An event is something that others have to be told about a lead: see table event.
type event struct {
	ID          string     `json:"id"`
	Kind        string     `json:"kind"`
	Lead        string     `json:"lead"`
	Subject     string     `json:"subject"` // the model, or the block of stages
	AsOf        time.Time  `json:"as_of"`
	Sequence    int64      `json:"sequence"`
	Status      string     `json:"status"`
	Attempts    int        `json:"attempts"`
	Error       string     `json:"error,omitempty"`
	DeliveredAt *time.Time `json:"delivered_at,omitempty"`

	body string
}

// A message is the body of an event, which is sent.
type message struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Lead     string    `json:"lead"`
	Model    string    `json:"model"`
	Status   string    `json:"status"` // of the result
	Score    *int64    `json:"score,omitempty"`
	Grade    string    `json:"grade,omitempty"`
	Label    string    `json:"label,omitempty"`
	AsOf     time.Time `json:"as_of"`
	Sequence int64     `json:"sequence"` // of two events of a lead, the later one has the higher number
}

// A storedScore is what was stored for a lead and a model before a scoring.
type storedScore struct {
	ready   bool
	scoring int64
}

// scoreKey is the key of a stored score.
type scoreKey struct{ lead, model string }

// storedBefore returns the stored scores of some leads.
func (s *store) storedBefore(ctx context.Context, tx *sql.Tx, leads []leadscore.SetResult) (map[scoreKey]storedScore, error) {
	isOne, list, err := s.oneOf("lead_id", idsOf(leads))
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, "SELECT lead_id, model, sales_ready, scoring FROM score WHERE "+isOne, list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	before := map[scoreKey]storedScore{}
	for rows.Next() {
		var k scoreKey
		var v storedScore
		if err := rows.Scan(&k.lead, &k.model, &v.ready, &v.scoring); err != nil {
			return nil, err
		}
		before[k] = v
	}
	return before, rows.Err()
}

// eventsOf returns the events of the results that a scoring with a number stores: where
// a lead becomes sales ready or no longer is. Results that a later scoring has stored
// already make no events, because they are not stored.
func eventsOf(before map[scoreKey]storedScore, leads []leadscore.SetResult, asOf time.Time, number int64) (list []event, err error) {
	for _, lead := range leads {
		for _, r := range lead.Results {
			was := before[scoreKey{r.Lead, r.Model}]
			ready := r.Status == leadscore.Scored && r.SalesReady
			later := was.scoring > number
			if later || was.ready == ready {
				continue
			}
			e, err := eventOf(r, ready, asOf, number)
			if err != nil {
				return nil, err
			}
			list = append(list, e)
		}
	}
	return list, nil
}

// lostEvents returns the events of the stored scores that a scoring deletes because the
// rules no longer have the model.
func lostEvents(before map[scoreKey]storedScore, leads []leadscore.SetResult, asOf time.Time, number int64) (list []event, err error) {
	models := map[string]bool{}
	for _, lead := range leads {
		for _, r := range lead.Results {
			models[r.Model] = true
		}
	}
	for k, was := range before {
		if !was.ready || was.scoring >= number || models[k.model] {
			continue
		}
		e, err := eventOf(leadscore.Result{Lead: k.lead, Model: k.model}, false, asOf, number)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

func eventOf(r leadscore.Result, ready bool, asOf time.Time, number int64) (event, error) {
	e := event{Kind: lostReady, Lead: r.Lead, Subject: r.Model, AsOf: asOf, Sequence: number}
	if ready {
		e.Kind = becameReady
	}
	e.ID = eventKey(e.Kind, e.Lead, e.Subject, strconv.FormatInt(number, 10))
	m := message{ID: e.ID, Kind: e.Kind, Lead: e.Lead, Model: e.Subject, Status: "no model", AsOf: asOf, Sequence: number}
	if r.Status != leadscore.NoStatus {
		m.Status = r.Status.String()
	}
	if r.Status == leadscore.Scored {
		m.Score, m.Grade = &r.Score, r.Grade
		m.Label, _ = r.Label()
	}
	text, err := json.Marshal(m)
	e.body = string(text)
	return e, err
}

// eventKey returns the idempotency key of an event: the same for the same parts. A lead's
// scores are stored once by each scoring, so the number of the scoring tells events apart.
func eventKey(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return "evt_" + hex.EncodeToString(h.Sum(nil)[:16])
}

// addEvents writes the events of a scoring, in the transaction that stores its scores: the
// moves of leads and who gets them, and where they become sales ready or no longer are.
func addEvents(ctx context.Context, tx *sql.Tx, acts []event, before map[scoreKey]storedScore, leads []leadscore.SetResult, asOf time.Time, number int64) error {
	list, err := eventsOf(before, leads, asOf, number)
	if err != nil {
		return err
	}
	lost, err := lostEvents(before, leads, asOf, number)
	if err != nil {
		return err
	}
	for _, e := range slices.Concat(list, lost, acts) {
		_, err := tx.ExecContext(ctx, `INSERT INTO event (id, scoring, lead_id, kind, subject, body, as_of) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			e.ID, e.Sequence, e.Lead, e.Kind, e.Subject, e.body, e.AsOf)
		if err != nil {
			return err
		}
	}
	return nil
}

const eventColumns = "id, kind, lead_id, subject, as_of, scoring, status, attempts, error, delivered_at, body"

func scanEvents(rows *sql.Rows) (list []event, err error) {
	defer rows.Close()
	list = []event{}
	for rows.Next() {
		var e event
		var delivered sql.NullTime
		if err := rows.Scan(&e.ID, &e.Kind, &e.Lead, &e.Subject, &e.AsOf, &e.Sequence, &e.Status, &e.Attempts, &e.Error, &delivered, &e.body); err != nil {
			return nil, err
		}
		e.AsOf = e.AsOf.UTC()
		if delivered.Valid {
			at := delivered.Time.UTC()
			e.DeliveredAt = &at
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// eventsWith returns at most limit events with a status that come after a given one, in
// the order of their scorings.
func (s *store) eventsWith(ctx context.Context, status string, after cursor, limit int) ([]event, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+eventColumns+` FROM event
		WHERE status = $1 AND scoring >= $2 AND (scoring > $2 OR id > $3) ORDER BY scoring, id LIMIT $4`, status, after.score, after.lead, limit)
	if err != nil {
		return nil, err
	}
	return scanEvents(rows)
}

// eventsAbout returns the latest events of a lead, the latest first.
func (s *store) eventsAbout(ctx context.Context, lead string, limit int) ([]event, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+eventColumns+" FROM event WHERE lead_id = $1 ORDER BY scoring DESC, id LIMIT $2", lead, limit)
	if err != nil {
		return nil, err
	}
	return scanEvents(rows)
}

// takeEvents returns at most limit events that are due, the earliest that is pending of
// each lead, and postpones them: nobody else takes them meanwhile, and if the service
// ends before it has noted what came of them, they are due again then. Instants are
// microseconds since 1970. An event that is due later than any pause explains is due: the
// clock has been set back.
func (s *store) takeEvents(ctx context.Context, now, postponed, latest int64, limit int) (list []event, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		lock := ""
		if s.isPostgres() {
			lock = " FOR UPDATE SKIP LOCKED"
		}
		rows, err := tx.QueryContext(ctx, "SELECT "+eventColumns+` FROM event e
			WHERE status = 'pending' AND (due <= $1 OR due > $2) AND NOT EXISTS (SELECT 1 FROM event b
				WHERE b.lead_id = e.lead_id AND b.status = 'pending' AND (b.scoring < e.scoring OR b.scoring = e.scoring AND b.id < e.id))
			ORDER BY scoring, id LIMIT $3`+lock, now, latest, limit)
		if err != nil {
			return err
		}
		if list, err = scanEvents(rows); err != nil {
			return err
		}
		for i := range list {
			list[i].Attempts++
			if _, err := tx.ExecContext(ctx, "UPDATE event SET attempts = attempts + 1, due = $2 WHERE id = $1", list[i].ID, postponed); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// nextDue returns when the next event is due, or false if none is pending.
func (s *store) nextDue(ctx context.Context) (due int64, ok bool, err error) {
	var first sql.NullInt64
	err = s.read.QueryRowContext(ctx, `SELECT MIN(due) FROM event e WHERE status = 'pending' AND NOT EXISTS (SELECT 1 FROM event b
		WHERE b.lead_id = e.lead_id AND b.status = 'pending' AND (b.scoring < e.scoring OR b.scoring = e.scoring AND b.id < e.id))`).Scan(&first)
	return first.Int64, first.Valid, err
}

// setDelivered notes that an event has been delivered.
func (s *store) setDelivered(ctx context.Context, id string, at time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE event SET status = 'delivered', delivered_at = $2, error = '' WHERE id = $1 AND status <> 'delivered'", id, at)
		mark("delivery, before the commit")
		mark("delivery, within the commit")
		return err
	})
}

// setFailed notes that an attempt has failed. The event is due again, or dead.
func (s *store) setFailed(ctx context.Context, id, reason string, due int64, dead bool) error {
	status := "pending"
	if dead {
		status = "dead"
	}
	_, err := s.write.ExecContext(ctx, "UPDATE event SET status = $2, due = $3, error = $4 WHERE id = $1 AND status = 'pending'", id, status, due, reason)
	return err
}

// revive makes a dead event pending again. It reports whether it was dead.
func (s *store) revive(ctx context.Context, id string) (bool, error) {
	result, err := s.write.ExecContext(ctx, "UPDATE event SET status = 'pending', attempts = 0, due = 0 WHERE id = $1 AND status = 'dead'", id)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// mark is called where a crash would matter, with the name of the window. Tests replace
// it, to kill the service there.
var mark = func(window string) {}
