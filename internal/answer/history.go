package answer

import (
	"context"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/modeldiff"
)

// A History is the results for a lead as of an instant, and how they change until another.
type History struct {
	From, To time.Time
	First    leadscore.SetResult
	Changes  []modeldiff.LeadChange // in the order of time
}

// HistoryOf returns the history of a lead, whose data are those of now. from must be the
// instant in opts. Errors are those of [leadscore.Set.Score] and [leadscore.Set.Changes].
func HistoryOf(ctx context.Context, set *leadscore.Set, lead string, data leadscore.Source, from, to time.Time, opts []leadscore.Option) (*History, error) {
	h := &History{From: from, To: to}
	var err error
	if h.First, err = set.Score(ctx, lead, data, opts...); err != nil {
		return nil, err
	}
	opts = append(opts[:len(opts):len(opts)], leadscore.Explain(0))
	for c, err := range set.Changes(ctx, lead, data, from, to, opts...) {
		if err != nil {
			return nil, err
		}
		for before, after := range c.Changed() {
			h.Changes = append(h.Changes, modeldiff.Between(before, after))
		}
	}
	return h, nil
}

// Write writes the lines of the history.
func (h *History) Write(l *Lines) error {
	if err := Each(l, KeyResult, h.First.Results); err != nil {
		return err
	}
	return Each(l, KeyLead, h.Changes)
}
