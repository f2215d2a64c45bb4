package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/registry"
)

// assigned is the kind of the event of a lead that gets an owner.
const assigned = "assigned"

// ownerField is the field of Lead that the service writes.
const ownerField = "Owner"

// An assignedMessage is the body of the event of an assignment, which is sent.
type assignedMessage struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	Lead       string    `json:"lead"`
	Assignment string    `json:"assignment"`
	Rule       string    `json:"rule,omitempty"` // empty for otherwise
	Owner      string    `json:"owner"`
	AsOf       time.Time `json:"as_of"`
	Sequence   int64     `json:"sequence"`
}

// assignable returns why the service cannot do what the assignments of a set say.
func assignable(set *leadscore.Set) (reasons registry.Reasons) {
	for _, a := range set.Assignments() {
		checked := a.Checked()
		values := checked.Otherwise
		for _, rule := range checked.Rules {
			values = append(values[:len(values):len(values)], rule.Values...)
		}
		for _, v := range values {
			if v.Field.Name != ownerField {
				reasons = append(reasons, registry.Reason{Kind: registry.KindProgram, Subject: a.Name(),
					Message: fmt.Sprintf("the service writes the field %s of a lead only, and the assignment sets %s", ownerField, v.Field.Name)})
			}
		}
	}
	return reasons
}

// act does what the rules say beside scoring, within the transaction that stores the
// results of leads, and returns the events. It does nothing if set is nil.
func (s *store) act(ctx context.Context, tx *sql.Tx, set *leadscore.Set, leads []leadscore.SetResult, asOf time.Time, number int64) ([]event, error) {
	if set == nil {
		return nil, nil
	}
	moves, err := s.step(ctx, tx, set.Stages(), leads, asOf, number)
	if err != nil {
		return nil, err
	}
	given, err := assign(ctx, tx, set, leads, asOf, number)
	return append(moves, given...), err
}

// assign gives leads without an owner to those whom the assignments of the rules name,
// within the transaction that stores the leads' results, and returns the events. A lead
// that somebody has got meanwhile stays theirs.
func assign(ctx context.Context, tx *sql.Tx, set *leadscore.Set, leads []leadscore.SetResult, asOf time.Time, number int64) (list []event, err error) {
	for _, lead := range leads {
		for _, block := range set.Assignments() {
			given, err := block.Assign(lead)
			if err != nil {
				return nil, err
			}
			for _, v := range given.Values {
				owner := v.Value.Text()
				result, err := tx.ExecContext(ctx, "UPDATE lead SET owner = $2 WHERE id = $1 AND (owner IS NULL OR owner = '')", lead.Lead, owner)
				if err != nil {
					return nil, err
				}
				if n, err := result.RowsAffected(); err != nil {
					return nil, err
				} else if n == 0 {
					continue
				}
				e := event{Kind: assigned, Lead: lead.Lead, Subject: block.Name(), AsOf: asOf, Sequence: number}
				e.ID = eventKey(e.Kind, e.Lead, e.Subject, strconv.FormatInt(number, 10))
				text, err := json.Marshal(assignedMessage{e.ID, e.Kind, e.Lead, e.Subject, given.Rule, owner, asOf, number})
				if err != nil {
					return nil, err
				}
				e.body = string(text)
				list = append(list, e)
			}
		}
	}
	return list, nil
}
