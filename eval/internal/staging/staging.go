// Package staging lays out fetched records in columns, so that one executor serves
// them and columns that a source lends. The distinct values stay from batch to
// batch, and so does what the executor has evaluated.
package staging

import (
	"cmp"
	"context"
	"slices"

	"github.com/leadscore/leadscore/eval/internal/columnar"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A Staging is a store for the records of one batch after another, and the executor
// that is bound to it. It belongs to one goroutine.
type Staging struct {
	Executor *columnar.Executor

	store   *columns.Store
	layouts map[*plan.Layout]*layout
	contact owners
	lead    owners
	intakes []*intake // by plan.Need.Index: of those whose records are only counted, or nil

	values []traverse.Value
	counts []uint32
	times  []int64
	cells  []uint32
	sorted []*fetch.Record
	owners []columns.Key
}

// owners are the contacts, or the leads, that own interactions.
type owners struct {
	layout columns.Layouts
	table  *columns.Table
	byKind []*plan.Need // in the order of columns.Owned: what fetches the interactions of an owner, or nil
	owned  []bool       // by owner: whether its interactions are laid out

	// Owners in the order in which they were first met in a batch, and their numbers. Each
	// need asks for most of them, in that order; next is where the next one may be.
	met     []string
	numbers []columns.Key
	next    int
}

// A layout says where the fields of a plan.Layout go.
type layout struct {
	table   *columns.Table
	columns []*columns.Column // in the order of the layout
	at      []int             // their positions among the table's
	lead    int               // the position of the reference Lead -> Lead in the layout, or -1
}

// maxBytes is how much memory the distinct values may take that a staging keeps
// from batch to batch.
const maxBytes = 16 << 20

// New returns an empty staging for what routes fetches, with an executor of a plan
// of the same models.
func New(routes *plan.Routes, p *plan.Columns) *Staging {
	s := &Staging{
		Executor: columnar.New(p),
		store:    columns.New(routes.Models[0].Checked.Schema),
		layouts:  map[*plan.Layout]*layout{},
	}
	s.Executor.Bind(s.store)
	s.contact = newOwners(s.store, routes, columns.ByContact, traverse.Contact)
	s.lead = newOwners(s.store, routes, columns.ByLead, traverse.Lead)
	for _, n := range routes.Needs {
		if s.layouts[n.Layout] == nil {
			s.layouts[n.Layout] = newLayout(s.store, n.Layout)
		}
	}
	s.intakes = make([]*intake, len(routes.Needs))
	for _, o := range []*owners{&s.contact, &s.lead} {
		for _, n := range o.byKind {
			if n != nil && p.OnlyCounted(n) {
				s.intakes[n.Index] = newIntake(n, s.layouts[n.Layout], o, s.lead.table)
			}
		}
	}
	return s
}

// Begin empties the staging for a batch of leads. What a batch fetches goes through
// [Staging.Intake] then, and the rest is laid out by [Staging.Fill].
func (s *Staging) Begin(leads []string) {
	s.store.Reset()
	s.contact.reset()
	s.lead.reset()
	for _, in := range s.intakes {
		if in != nil {
			in.reset()
		}
	}
	for _, id := range leads {
		s.lead.table.Intern(id) // interactions may refer to them
	}
}

// Intake returns what takes the records of a need, or nil if the batch is to hold them.
func (s *Staging) Intake(n *plan.Need) fetch.Intake {
	if in := s.intakes[n.Index]; in != nil {
		return in
	}
	return nil
}

// newOwners returns the owners of interactions that a layout has by a reference, which has
// the name of the entity that it leads to.
func newOwners(store *columns.Store, routes *plan.Routes, layout columns.Layouts, reference string) owners {
	kinds := store.Owned(layout).Kinds()
	o := owners{layout: layout, table: store.Table(reference), byKind: make([]*plan.Need, len(kinds))}
	for _, n := range routes.Needs {
		at := slices.Index(kinds, store.Table(n.Asked.Entity))
		if n.By == reference && at >= 0 && kinds[at].Column(reference).To == o.table { // a reference Lead may lead elsewhere
			o.byKind[at] = n
		}
	}
	return o
}

// first returns the number of an owner, and whether it is met for the first time in a batch.
func (o *owners) first(id string) (columns.Key, bool) {
	k := o.table.Intern(id)
	if more := int(k) + 1 - len(o.owned); more > 0 {
		o.owned = append(o.owned, make([]bool, more)...)
	}
	before := o.owned[k]
	o.owned[k] = true
	return k, !before
}

// reset empties the owners for another batch.
func (o *owners) reset() {
	clear(o.owned)
	clear(o.met)
	o.met, o.numbers, o.next = o.met[:0], o.numbers[:0], 0
}

// appendNumbers appends the numbers of ids.
func (o *owners) appendNumbers(list []columns.Key, ids []string) []columns.Key {
	for _, id := range ids {
		if o.next == len(o.met) {
			o.met, o.numbers = append(o.met, id), append(o.numbers, o.table.Intern(id))
		}
		if o.met[o.next] == id {
			list = append(list, o.numbers[o.next])
			o.next++
		} else {
			list = append(list, o.table.Intern(id))
		}
	}
	return list
}

func newLayout(store *columns.Store, l *plan.Layout) *layout {
	out := &layout{table: store.Table(l.Entity.Name()), lead: -1}
	for i, name := range l.Fields {
		c := out.table.Column(name)
		if name == traverse.Lead && c.To == store.Table(traverse.Lead) {
			out.lead = i
		}
		out.columns = append(out.columns, c)
		out.at = append(out.at, slices.Index(out.table.Columns(), c))
	}
	return out
}

// TooLarge reports whether the distinct values take so much memory that the
// staging should not be used for another batch.
func (s *Staging) TooLarge() bool {
	n := 0
	for _, l := range s.layouts {
		for _, c := range l.columns {
			if c.Dict != nil {
				n += c.Dict.Bytes()
			}
		}
	}
	return n > maxBytes
}

// Fill lays out what a batch has fetched for a plan, as far as the executor looks
// at it. It returns ctx.Err() once ctx is done.
func (s *Staging) Fill(ctx context.Context, routes *plan.Routes, b *fetch.Batch) error {
	for i, n := range routes.Needs {
		// Every record that the profile of a lead or owner leads to is fetched by its id.
		if n.By != "" {
			continue
		}
		l := s.layouts[n.Layout]
		for _, g := range b.Groups[i] {
			if g.Err == nil { // leads that reach the others fail
				for _, r := range g.Records {
					s.add(l, r)
				}
			}
		}
	}
	for i := range b.Leads {
		if err := ctx.Err(); err != nil {
			return err
		}
		if l := &b.Leads[i]; l.Failed == nil {
			if err := s.ownAll(ctx, b, l); err != nil {
				return err
			}
		}
	}
	clear(s.values[:cap(s.values)])
	clear(s.sorted[:cap(s.sorted)])
	s.Executor.Bind(s.store) // values may have been added to the dictionaries
	return nil
}

// add adds a record of a profile.
func (s *Staging) add(l *layout, r *fetch.Record) {
	s.values = append(s.values[:0], make([]traverse.Value, len(l.table.Columns()))...)
	for i, at := range l.at {
		s.values[at] = r.Values[i]
	}
	// Its id is new and its values fit, or else its group had an error.
	if err := s.store.Add(l.table.Entity().Name(), r.ID, s.values...); err != nil {
		panic(err)
	}
}

// ownAll lays out the interactions of a lead. It returns ctx.Err() once ctx is done.
func (s *Staging) ownAll(ctx context.Context, b *fetch.Batch, l *fetch.Lead) error {
	targets := &s.Executor.Plan().Targets
	counts := func(target plan.LeadKind) bool { return len(targets[target].Interactions) > 0 }
	withContact := counts(plan.EveryLeadWithContact)
	if l.Kind != plan.NoParent && counts(l.Kind) || l.Kind == plan.ContactBased && withContact {
		for _, id := range l.Owners {
			if err := ctx.Err(); err != nil {
				return err
			}
			s.own(b, &s.contact, id)
		}
	}
	if counts(plan.EveryLead) || withContact {
		s.own(b, &s.lead, l.ID)
	}
	return nil
}

// own lays out the interactions of an owner, unless that has been done.
func (s *Staging) own(b *fetch.Batch, owners *owners, id string) {
	k, first := owners.first(id)
	if !first {
		return
	}
	s.counts, s.times, s.cells = s.counts[:0], s.times[:0], s.cells[:0]
	for i, table := range s.store.Owned(owners.layout).Kinds() {
		n := owners.byKind[i]
		if n == nil {
			s.counts = append(s.counts, 0)
			continue
		}
		if in := s.intakes[n.Index]; in != nil {
			s.counts = append(s.counts, uint32(in.appendTo(s, k)))
			continue
		}
		records := s.newestFirst(b.Records(n, id))
		l := s.layouts[n.Layout]
		for _, r := range records {
			s.times = append(s.times, r.Micros(columns.NoTime))
			at := len(s.cells)
			s.cells = append(s.cells, make([]uint32, table.Width())...)
			if l.lead >= 0 { // to tell them apart from those that another layout has, too
				s.cells[at+l.columns[l.lead].At] = uint32(s.lead.table.Key(r.Values[l.lead].Text()))
			}
			for j, c := range l.columns {
				if c.Dict != nil {
					s.cells[at+c.At] = c.Dict.Code(r.Values[j])
				}
			}
		}
		s.counts = append(s.counts, uint32(len(records)))
	}
	s.store.Own(owners.layout, k, s.counts, s.times, s.cells)
}

func (s *Staging) newestFirst(records []*fetch.Record) []*fetch.Record {
	newest := func(a, b *fetch.Record) int {
		return cmp.Compare(b.Micros(columns.NoTime), a.Micros(columns.NoTime))
	}
	if slices.IsSortedFunc(records, newest) {
		return records
	}
	s.sorted = append(s.sorted[:0], records...)
	slices.Reverse(s.sorted) // many sources give them oldest first
	if !slices.IsSortedFunc(s.sorted, newest) {
		slices.SortFunc(s.sorted, newest)
	}
	return s.sorted
}

// Score scores a lead of the batch: see [columnar.Executor.ScoreOwned].
func (s *Staging) Score(l *fetch.Lead) (fits bool) {
	contacts := s.store.Table(traverse.Contact)
	s.owners = s.owners[:0]
	for _, id := range l.Owners {
		s.owners = append(s.owners, contacts.Key(id))
	}
	return s.Executor.ScoreOwned(l.Kind, s.Executor.Find(l.ID), s.owners)
}
