package engine

import (
	"context"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
)

// Changes follows leads through the two years before the instant of scoring, one lead at a
// time, with a set's first model. The score of a lead is the last that it changes to.
func Changes(set *leadscore.Set, data leadscore.Source, ids []string, opts ...leadscore.Option) Scorer {
	from := crm.AsOf.AddDate(-2, 0, 0)
	return func(leads []int, scores []int64) error {
		for i, lead := range leads {
			found := false
			for c, err := range set.Changes(context.Background(), ids[lead], data, from, crm.AsOf, opts...) {
				if err != nil {
					return err
				}
				scores[i], found = c.After.Results[0].Score, true
			}
			if found {
				continue
			}
			r, err := set.Score(context.Background(), ids[lead], data, leadscore.AsOf(from))
			if err != nil {
				return err
			}
			scores[i] = r.Results[0].Score
		}
		return nil
	}
}

// OneByOne scores leads with a set's first model, one at a time.
func OneByOne(set *leadscore.Set, data leadscore.Source, ids []string) Scorer {
	return func(leads []int, scores []int64) error {
		for i, lead := range leads {
			r, err := set.Score(context.Background(), ids[lead], data, leadscore.AsOf(crm.AsOf))
			if err != nil {
				return err
			}
			scores[i] = r.Results[0].Score
		}
		return nil
	}
}

// Next is [Stream] with the next change of each result in the coming week.
func Next(set *leadscore.Set, data leadscore.Source, ids []string) Scorer {
	return Stream(set, data, ids, leadscore.NextChange(crm.AsOf.Add(7*24*time.Hour)))
}
