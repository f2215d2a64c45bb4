package sqldb

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// An ask is what parts ask of one table: records by their ids, or by one reference.
type ask struct {
	table   *wholeTable // its plan has the key
	target  string      // the entity whose ids the keys are
	ordered bool        // the keys are sorted as the contacts of leads are

	// Of the ranges that were read so far:
	read, kept int
}

// asks returns what queries ask for: all columns and dates of an entity, by each key.
func (s *Source) asks(queries []traverse.Query) ([]*ask, error) {
	tables, err := s.whole(queries)
	if err != nil {
		return nil, err
	}
	var asks []*ask
	for _, t := range tables {
		by := t.by
		if t.byID {
			by = slices.Concat([]string{""}, by)
		}
		for _, by := range by {
			n := *t.query.Need
			n.By = by
			plan, err := s.newPlan(&n)
			if err != nil {
				return nil, err
			}
			if plan.key == nil {
				continue // the reference is absent
			}
			a := &ask{target: n.Entity, table: &wholeTable{
				query: traverse.Query{Need: &n, From: t.query.From}, plan: plan, by: t.by, byID: t.byID,
			}}
			if by != "" {
				r, _ := s.schema.Entity(n.Entity).Relationship(by)
				a.target = r.Target
			}
			asks = append(asks, a)
		}
	}
	return asks, nil
}

// A partLoader loads a part. It is complete once nothing that is asked for by ids of its
// records, or by ids that these refer to, is missing.
type partLoader struct {
	source *Source
	asks   []*ask
	store  *columns.Store
	opts   LoadOptions
	rows   map[string]int             // by entity: how many rows have been looked at
	keys   map[string]map[string]bool // by entity: the ids that were asked for
	seen   map[*columns.Table][]bool  // by the number of an id: next has returned it
	left   map[string]bool            // leads that were skipped
	loaded int                        // records
}

// part loads what leads need. It returns how many records that are.
func (p *Snapshot) part(ctx context.Context, queries []traverse.Query, asks []*ask, leads []listedLead, opts LoadOptions) (*Part, int, error) {
	store, err := columns.NewPart(p.source.schema, queries)
	if err != nil {
		return nil, 0, err
	}
	release, err := p.take(ctx)
	if err != nil {
		return nil, 0, failed(ctx, "loading", err)
	}
	defer release()
	l := &partLoader{
		source: p.source, asks: asks, store: store, opts: opts,
		rows: map[string]int{}, keys: map[string]map[string]bool{}, seen: map[*columns.Table][]bool{}, left: map[string]bool{},
	}
	first := map[string]map[string]bool{traverse.Lead: {}}
	var contacts []string
	for _, lead := range leads {
		first[traverse.Lead][lead.id] = true
		if lead.contact != "" {
			contacts = append(contacts, lead.contact)
		}
	}
	var span *[2]string // of contacts, in the order of leads
	if len(contacts) > 0 {
		span = &[2]string{contacts[0], contacts[len(contacts)-1]}
		first[traverse.Contact] = map[string]bool{}
		for _, id := range contacts {
			first[traverse.Contact][id] = true
		}
	}
	for wanted := l.unknown(first); len(wanted) > 0; wanted, span = l.unknown(l.next()), nil {
		for _, a := range asks {
			if len(wanted[a.target]) == 0 {
				continue
			}
			if err := p.use(ctx, func(db Queryer) error { return l.load(ctx, db, a, wanted[a.target], span) }); err != nil {
				return nil, 0, failed(ctx, "loading "+a.table.query.Entity, err)
			}
		}
	}
	part := &Part{Store: store}
	for _, lead := range leads {
		if !l.left[lead.id] {
			part.Leads = append(part.Leads, lead.id)
		}
	}
	return part, l.loaded, nil
}

// unknown returns those of some ids that have not been asked for, and remembers them.
func (l *partLoader) unknown(ids map[string]map[string]bool) map[string]map[string]bool {
	for entity, some := range ids {
		known := l.keys[entity]
		if known == nil {
			known = map[string]bool{}
			l.keys[entity] = known
		}
		maps.DeleteFunc(some, func(id string, _ bool) bool { return known[id] })
		maps.Copy(known, some)
		if len(some) == 0 {
			delete(ids, entity)
		}
	}
	return ids
}

// next returns the ids of the records that have been added since the last call, and those
// that these refer to, as far as something is asked for by them. It returns few ids
// twice.
func (l *partLoader) next() map[string]map[string]bool {
	ids := map[string]map[string]bool{}
	for _, a := range l.asks {
		ids[a.target] = map[string]bool{}
	}
	for e := range l.source.schema.Entities() {
		t := l.store.Table(e.Name())
		for row := l.rows[e.Name()]; row < t.Len(); row++ {
			if own := ids[e.Name()]; own != nil {
				l.see(t, t.RowKey(row), own)
			}
		}
		for _, c := range t.Columns() {
			if c.To == nil || ids[c.To.Entity().Name()] == nil {
				continue
			}
			for row := l.rows[e.Name()]; row < t.Len(); row++ {
				l.see(c.To, columns.Key(t.Cells(row)[c.At]), ids[c.To.Entity().Name()])
			}
		}
		l.rows[e.Name()] = t.Len()
	}
	return ids
}

// see adds the id with a number to ids, unless it has been seen before.
func (l *partLoader) see(t *columns.Table, k columns.Key, ids map[string]bool) {
	seen := l.seen[t]
	for int(k) >= len(seen) {
		seen = append(seen, make([]bool, max(1024, len(seen)))...)
		l.seen[t] = seen
	}
	if k == 0 || seen[k] {
		return
	}
	seen[k] = true
	ids[t.ID(k)] = true
}

// load loads what is asked for by some keys. span, if it is not nil, is the first and the
// last of them, in the order of the contacts of leads.
func (l *partLoader) load(ctx context.Context, db Queryer, a *ask, wanted map[string]bool, span *[2]string) error {
	table := l.store.Table(a.table.query.Entity)
	r := newLoader(a.table, l.store, l.opts.Progress)
	r.asked, r.key, r.had = wanted, r.id, table.Len()
	if a.table.plan.key != a.table.plan.entity.id {
		r.key = r.cells[1]
	}
	r.room = l.opts.MaxRecords - l.loaded
	if l.source.skipBad {
		r.skipped = &l.source.skipped
	}
	if a.table.query.Entity == traverse.Lead {
		r.left = l.left
	}
	defer func() { l.loaded += r.records }()
	if span != nil && a.ordered && a.target == traverse.Contact && 2*a.kept >= a.read {
		text, args := a.table.plan.ranged(&a.table.query, r.ids(), *span)
		if err := r.run(ctx, db, text, args); err != nil {
			return err
		}
		a.read, a.kept = a.read+r.seen, a.kept+r.records
		return nil
	}
	var keys []string
	for k := range wanted {
		if a.table.byID && a.table.query.By == "" && table.Row(table.Key(k)) >= 0 {
			continue // it is there
		}
		if l.source.dialect.loose || a.table.plan.key.storage.canHold(k) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys) // so that records that lie together are read together
	for some := range slices.Chunk(keys, l.source.maxKeys()) {
		text, args := a.table.plan.keyed(&a.table.query, r.ids(), some)
		if err := r.run(ctx, db, text, args); err != nil {
			return err
		}
	}
	return nil
}

// keyed returns the statement for the records of some keys from q.From on, and its
// parameters.
func (p *plan) keyed(q *traverse.Query, ids []*Cell, keys []string) (string, []any) {
	var b strings.Builder
	b.WriteString(p.selecting(ids) + " WHERE ")
	args := p.among(&b, keys)
	if p.window != nil {
		args = p.between(&b, args, q)
	}
	return b.String(), args
}

// ranged returns the statement for the records with keys from one to another one, and
// from q.From on, and its parameters.
func (p *plan) ranged(q *traverse.Query, ids []*Cell, span [2]string) (string, []any) {
	var b strings.Builder
	b.WriteString(p.selecting(ids) + " WHERE " + p.key.quoted + " >= " + p.dialect.placeholder(1) + " AND " + p.key.quoted + " <= " + p.dialect.placeholder(2))
	var args []any
	for _, key := range span {
		if i, ok := integer(key); ok && p.key.storage == Integer {
			args = append(args, i)
		} else {
			args = append(args, key)
		}
	}
	if p.window != nil {
		args = p.between(&b, args, q)
	}
	return b.String(), args
}
