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
	byKind  []*plan.Need // in the order of columns.Owned: the interactions of a contact, or nil
	owned   []bool       // by contact: whether its interactions are laid out

	values []traverse.Value
	counts []uint32
	times  []int64
	cells  []uint32
	sorted []*fetch.Record
	owners []columns.Key
}

// A layout says where the fields of a plan.Layout go.
type layout struct {
	table   *columns.Table
	columns []*columns.Column // in the order of the layout
	at      []int             // their positions among the table's
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
	kinds := s.store.Owned(columns.ByContact).Kinds()
	s.byKind = make([]*plan.Need, len(kinds))
	for _, n := range routes.Needs {
		if at := slices.Index(kinds, s.store.Table(n.Asked.Entity)); n.By == traverse.Contact && at >= 0 {
			s.byKind[at] = n
		}
		if s.layouts[n.Layout] == nil {
			s.layouts[n.Layout] = newLayout(s.store, n.Layout)
		}
	}
	return s
}

func newLayout(store *columns.Store, l *plan.Layout) *layout {
	out := &layout{table: store.Table(l.Entity.Name())}
	for _, name := range l.Fields {
		c := out.table.Column(name)
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
// at it, in place of the batch before. It returns ctx.Err() once ctx is done.
func (s *Staging) Fill(ctx context.Context, routes *plan.Routes, b *fetch.Batch) error {
	s.store.Reset()
	clear(s.owned)
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
	contacts := s.store.Table(traverse.Contact)
	for i := range b.Leads {
		l := &b.Leads[i]
		if l.Failed != nil || l.Kind == plan.NoParent || len(s.Executor.Plan().Targets[l.Kind].Interactions) == 0 {
			continue
		}
		for _, id := range l.Owners {
			if err := ctx.Err(); err != nil {
				return err
			}
			k := contacts.Intern(id)
			if more := int(k) + 1 - len(s.owned); more > 0 {
				s.owned = append(s.owned, make([]bool, more)...)
			}
			if !s.owned[k] {
				s.owned[k] = true
				s.own(b, k, id)
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

// own lays out the interactions of a contact.
func (s *Staging) own(b *fetch.Batch, k columns.Key, id string) {
	s.counts, s.times, s.cells = s.counts[:0], s.times[:0], s.cells[:0]
	for i, table := range s.store.Owned(columns.ByContact).Kinds() {
		n := s.byKind[i]
		if n == nil {
			s.counts = append(s.counts, 0)
			continue
		}
		records := s.newestFirst(b.Records(n, id))
		l := s.layouts[n.Layout]
		for _, r := range records {
			s.times = append(s.times, r.Micros(columns.NoTime))
			at := len(s.cells)
			s.cells = append(s.cells, make([]uint32, table.Width())...)
			for j, c := range l.columns {
				if c.Dict != nil {
					s.cells[at+c.At] = c.Dict.Code(r.Values[j])
				}
			}
		}
		s.counts = append(s.counts, uint32(len(records)))
	}
	s.store.Own(columns.ByContact, k, s.counts, s.times, s.cells)
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
