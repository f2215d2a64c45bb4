package sqldb

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A Part is some of the leads of a database, with all records that their scores can
// depend on.
type Part struct {
	Leads []string       // their ids
	Store *columns.Store // to score them from
}

// partRecords is how many records a part may have by default.
const partRecords = 1_000_000

// firstLeads is how many leads the first part has, unless they have too many records.
// Later ones have as many as suits the limit.
const firstLeads = 1000

// Parts loads the records that leads need, for some leads after the other, so that all
// leads of a database that does not fit into memory are scored from columns:
//
//	snapshot, err := data.Snapshot(ctx)
//	…
//	defer snapshot.Close()
//	for part, err := range snapshot.Parts(ctx, set.Queries(asOf), sqldb.LoadOptions{MaxRecords: 5_000_000}) {
//		if err != nil {
//			return err
//		}
//		for result, err := range set.ScoreAll(ctx, leadscore.IDs(part.Leads...), part.Store, leadscore.AsOf(asOf)) {
//			…
//		}
//	}
//
// Each lead is in one part. A part holds what queries can find, beginning with the
// records of its leads: whatever refers to a record of the part, or is referred to by
// one, as far as queries ask for it, with the columns and dates that [Source.Load]
// loads. So scores are those of whole tables. Queries that lead back from accounts to
// their contacts, or from a campaign to all that belongs to it, load these for every
// part.
//
// A part has no more than [LoadOptions.MaxRecords] records, or 1,000,000 if that is not
// positive, and as many leads as this allows. If a lead alone has more, that is an error
// that wraps [ErrTooManyRecords]; leads can then be scored by keys. Memory is that of
// one part, if the caller keeps none.
//
// If queries ask for the records of contacts, and the database has a [Dialect.Order],
// leads come in the order of their contacts, and those without one after them. The
// records of a part are then between two contacts in their tables, so that the database
// reads a range of each index: it needs indexes by the contact of leads and of
// interactions. Otherwise leads come in the order of Leads, and all records are looked
// up by their keys.
//
// Values are checked, and rows skipped, as by Load. Two rows with one id are an error if
// one query finds both. After an error Parts yields it and ends. The loop body may use
// the snapshot.
func (p *Snapshot) Parts(ctx context.Context, queries []traverse.Query, opts LoadOptions) iter.Seq2[*Part, error] {
	return func(yield func(*Part, error) bool) {
		if opts.MaxRecords <= 0 {
			opts.MaxRecords = partRecords
		}
		c, err := p.cutter(ctx, queries, opts)
		if err != nil {
			yield(nil, err)
			return
		}
		defer c.stop()
		for {
			part, err := c.next(ctx)
			if err != nil {
				yield(nil, err)
				return
			}
			if part == nil || !yield(part, nil) {
				return
			}
		}
	}
}

// A cutter cuts leads into parts.
type cutter struct {
	snapshot *Snapshot
	queries  []traverse.Query
	opts     LoadOptions
	asks     []*ask
	list     func(n int) ([]listedLead, error) // reads some more leads; none at the end
	stop     func()                            // ends list

	waiting []listedLead // leads that are in no part yet
	size    int          // how many leads the next part should have
}

// A listedLead is a lead, and the contact by which leads are sorted, if they are.
type listedLead struct{ id, contact string }

func (p *Snapshot) cutter(ctx context.Context, queries []traverse.Query, opts LoadOptions) (*cutter, error) {
	c := &cutter{snapshot: p, queries: queries, opts: opts, size: min(firstLeads, opts.MaxRecords)}
	var err error
	if c.asks, err = p.source.asks(queries); err != nil {
		return nil, err
	}
	byContact, err := p.orderAsks(ctx, c.asks)
	if err != nil {
		return nil, failed(ctx, "comparing the order of columns", err)
	}
	if byContact {
		l := contactLister{snapshot: p}
		c.list, c.stop = func(n int) ([]listedLead, error) { return l.page(ctx, n) }, func() {}
		return c, nil
	}
	next, stop := iter.Pull2(p.Leads(ctx))
	c.stop = stop
	c.list = func(n int) (leads []listedLead, err error) {
		for len(leads) < n {
			id, err, ok := next()
			if err != nil || !ok {
				return leads, err
			}
			leads = append(leads, listedLead{id: id})
		}
		return leads, nil
	}
	return c, nil
}

// next returns the next part, or nil if there is none.
func (c *cutter) next(ctx context.Context) (*Part, error) {
	if missing := c.size - len(c.waiting); missing > 0 {
		more, err := c.list(missing)
		if err != nil {
			return nil, err
		}
		c.waiting = append(c.waiting, more...)
	}
	for {
		leads := c.waiting[:min(c.size, len(c.waiting))]
		if len(leads) == 0 {
			return nil, nil
		}
		part, records, err := c.snapshot.part(ctx, c.queries, c.asks, leads, c.opts)
		if errors.Is(err, ErrTooManyRecords) {
			if len(leads) == 1 {
				return nil, fmt.Errorf("%w, and the lead %s alone needs them", err, shown.Quote(leads[0].id))
			}
			c.size = len(leads) / 2
			continue
		}
		if err != nil {
			return nil, err
		}
		c.waiting = slices.Clone(c.waiting[len(leads):])
		// A part that is about as large as it may be leaves some room, as leads differ.
		const grow = 8
		fit := int(float64(len(leads)) * 0.75 * float64(c.opts.MaxRecords) / float64(max(records, 1)))
		c.size = max(1, min(fit, grow*len(leads), c.opts.MaxRecords))
		return part, nil
	}
}
