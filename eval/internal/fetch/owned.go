package fetch

import (
	"context"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

// Ask fetches the records of those keys of a need that have not been asked for, for a batch
// that was begun. [Batch.Group] has them. It returns the errors of [Batch.Load]; any other
// is that of the group.
func (b *Batch) Ask(ctx context.Context, source traverse.Source, n *plan.Need, keys []string) error {
	l := b.loader(ctx, source)
	l.want[n.Index] = b.distinct(keys)
	return l.fetch()
}

// Group returns the records of a key of a need, or the error of fetching them. It returns
// nil if the key was not asked for.
func (b *Batch) Group(n *plan.Need, key string) *Group { return b.Groups[n.Index][key] }

// LoadOwned fetches all that contacts reach by their interactions, for a batch that was
// begun, with the errors of [Batch.Load]. There is a lead for each of the contacts then,
// which has no record and nothing but the interactions of the contact. No path of the plan
// begins at a lead.
func (b *Batch) LoadOwned(ctx context.Context, source traverse.Source, contacts []string) error {
	for _, id := range contacts {
		b.Leads = append(b.Leads, Lead{ID: id, Kind: plan.ContactBased, Owners: []string{id}})
	}
	return b.loader(ctx, source).rounds()
}
