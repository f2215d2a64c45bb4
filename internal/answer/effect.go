package answer

import (
	"cmp"
	"context"
	"errors"
	"iter"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/modeldiff"
)

// An Effect is how the results of leads differ between two versions of rules, or between
// two instants.
type Effect struct {
	modeldiff.Summary
	Listed []modeldiff.LeadChange // the changes to print
	More   int                    // changes beyond the limit
	Failed int                    // leads that cannot be scored
}

// A Comparison says how to compare results.
type Comparison struct {
	Before, After modeldiff.Version
	Scores        bool // also list leads of which only scores differ
	Limit         int  // how many changes to list at most, or 0 for all

	// OnFailure is called with each lead that cannot be scored. If it returns an error, the
	// comparison ends with that.
	OnFailure func(*leadscore.LeadError) error
	// Compared is called after each lead that was compared, with how many there have been.
	// It may be nil.
	Compared func(leads int)
}

// Of compares the results for leads. Errors are those of [modeldiff.Leads], without those
// of leads, and those of OnFailure.
func (c *Comparison) Of(ctx context.Context, ids iter.Seq2[string, error], opts ...leadscore.Option) (*Effect, error) {
	e := &Effect{}
	for lead, err := range modeldiff.Leads(ctx, c.Before, c.After, ids, opts...) {
		if bad, ok := errors.AsType[*leadscore.LeadError](err); ok {
			e.Failed++
			if err := c.OnFailure(bad); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		e.Add(lead)
		if c.Compared != nil {
			c.Compared(e.Leads)
		}
		e.list(lead.Changes, c.Limit)
		if c.Scores {
			e.list(lead.Scores(), c.Limit)
		}
	}
	return e, nil
}

// list adds changes to those to print.
func (e *Effect) list(changes []modeldiff.LeadChange, limit int) {
	for _, c := range changes {
		if limit <= 0 || len(e.Listed) < limit {
			e.Listed = append(e.Listed, c)
		} else {
			e.More++
		}
	}
}

// Write writes the lines of the effect.
func (e *Effect) Write(l *Lines) error {
	for i := range e.Listed {
		if c := &e.Listed[i]; c.Conditions == nil {
			c.Conditions = []modeldiff.ConditionChange{} // and not null
		}
	}
	return cmp.Or(Each(l, KeyLead, e.Listed), l.Line(KeyEffect, e.Summary))
}

// Records are records of which the leads can be listed.
type Records interface {
	Leads(ctx context.Context) iter.Seq2[string, error]
}

// LeadsOf returns the ids of the leads that at least one of two versions of data has: those
// of the new one first. If records with bad values are skipped, versions with different
// schemas can each lack leads that the other one has.
func LeadsOf(ctx context.Context, was, is Records) ([]string, error) {
	var ids []string
	for id, err := range is.Leads(ctx) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	if was == is {
		return ids, nil
	}
	known := make(map[string]bool, len(ids))
	for _, id := range ids {
		known[id] = true
	}
	for id, err := range was.Leads(ctx) {
		if err != nil {
			return nil, err
		}
		if !known[id] {
			ids = append(ids, id)
		}
	}
	return ids, nil
}
