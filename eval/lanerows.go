package eval

import (
	"cmp"
	"slices"

	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// This file lets rows take the plan for columns: a batch of fetched records is
// laid out in a store that belongs to the goroutine. The distinct values stay
// from batch to batch, and so do the verdicts on them.

// A sheet is a desk with a store of its own.
type sheet struct {
	desk
	batch   *batch
	entries map[*layout]*entry
	byKind  []*need // in the order of columns.Owned: the interactions of a contact, or nil
	owned   []bool  // by contact: its interactions are laid out

	values []traverse.Value
	counts []uint32
	times  []int64
	cells  []uint32
	sorted []*record
}

// An entry says where the fields of a layout go.
type entry struct {
	table   *columns.Table
	columns []*columns.Column // in the order of the layout
	at      []int             // their positions among the table's
}

// mostBytes is how much memory the distinct values may take that a sheet keeps
// from batch to batch.
const mostBytes = 16 << 20

// sheet returns a sheet for the program, with what it has learned if it is not new.
func (l *lanes) sheet(p *Program) *sheet {
	s, _ := l.sheets.Get().(*sheet)
	if s == nil || s.bytes() > mostBytes {
		s = &sheet{desk: desk{program: p, plan: l.plan()}, entries: map[*layout]*entry{}}
		store := columns.New(p.models[0].Schema)
		s.bind(store)
		s.byKind = make([]*need, len(store.Owned().Kinds()))
		for _, n := range p.needs {
			at := slices.Index(store.Owned().Kinds(), store.Table(n.Entity))
			if n.by == traverse.Contact && at >= 0 {
				s.byKind[at] = n
			}
			s.enter(n.layout)
		}
	}
	return s
}

func (s *sheet) enter(l *layout) {
	e := &entry{table: s.store.Table(l.entity.Name())}
	for _, name := range l.fields {
		c := e.table.Column(name)
		e.columns = append(e.columns, c)
		e.at = append(e.at, slices.Index(e.table.Columns(), c))
	}
	s.entries[l] = e
}

// bytes returns how much memory the distinct values take that the sheet has met.
func (s *sheet) bytes() int {
	n := 0
	for _, e := range s.entries {
		for _, c := range e.columns {
			if c.Dict != nil {
				n += c.Dict.Bytes()
			}
		}
	}
	return n
}

// fill lays out what a batch has fetched, as far as lanes look at it. The error
// is that of the batch's context.
func (s *sheet) fill(b *batch) error {
	s.batch = b
	s.store.Reset()
	clear(s.owned)
	s.next = 0
	for i, n := range b.needs {
		// Every record that a lane's path or reference leads to is had by its id.
		if n.by == "" {
			e := s.entries[n.layout]
			for _, g := range b.data[i] {
				if g.err == nil { // leads that reach the others fail
					for _, r := range g.records {
						s.add(e, r)
					}
				}
			}
		}
	}
	contacts := s.store.Table(traverse.Contact)
	for i := range b.leads {
		l := &b.leads[i]
		if l.err != nil || l.kind == parentless || len(s.lanes[l.kind].kinds) == 0 {
			continue
		}
		for _, id := range l.owners {
			if err := b.ctx.Err(); err != nil {
				return err
			}
			k := contacts.Intern(id)
			if more := int(k) + 1 - len(s.owned); more > 0 {
				s.owned = append(s.owned, make([]bool, more)...)
			}
			if !s.owned[k] {
				s.owned[k] = true
				s.own(k, id)
			}
		}
	}
	s.batch = nil
	clear(s.values[:cap(s.values)])
	clear(s.sorted[:cap(s.sorted)])
	s.bind(s.store) // values may have come to the dictionaries
	s.frame(b.opts)
	return nil
}

// add adds a profile record.
func (s *sheet) add(e *entry, r *record) {
	s.values = append(s.values[:0], make([]traverse.Value, len(e.table.Columns()))...)
	for i, at := range e.at {
		s.values[at] = r.values[i]
	}
	// Its id is new and its values fit, or else its group had an error.
	if err := s.store.Add(e.table.Entity().Name(), r.id, s.values...); err != nil {
		panic(err)
	}
}

// own lays out the interactions of a contact.
func (s *sheet) own(k columns.Key, id string) {
	s.counts, s.times, s.cells = s.counts[:0], s.times[:0], s.cells[:0]
	for i, table := range s.store.Owned().Kinds() {
		var records []*record
		if n := s.byKind[i]; n != nil {
			if g := s.batch.data[n.index][id]; g != nil {
				records = s.newestFirst(g.records)
			}
			e := s.entries[n.layout]
			for _, r := range records {
				s.times = append(s.times, r.micros())
				at := len(s.cells)
				s.cells = append(s.cells, make([]uint32, table.Width())...)
				for j, c := range e.columns {
					if c.Dict != nil {
						s.cells[at+c.At] = c.Dict.Code(r.values[j])
					}
				}
			}
		}
		s.counts = append(s.counts, uint32(len(records)))
	}
	s.store.Own(k, s.counts, s.times, s.cells)
}

// micros is an interaction's Timestamp, or NoTime.
func (r *record) micros() int64 {
	if !r.dated {
		return columns.NoTime
	}
	return r.when
}

func (s *sheet) newestFirst(records []*record) []*record {
	newest := func(a, b *record) int { return cmp.Compare(b.micros(), a.micros()) }
	if slices.IsSortedFunc(records, newest) {
		return records
	}
	s.sorted = append(s.sorted[:0], records...)
	slices.Reverse(s.sorted) // many sources have them oldest first
	if !slices.IsSortedFunc(s.sorted, newest) {
		slices.SortFunc(s.sorted, newest)
	}
	return s.sorted
}

// judge leaves in s.scores what the lanes say of a lead, or returns false if
// that may be beyond 64 bits.
func (s *sheet) judge(l *lead) bool {
	contacts := s.store.Table(traverse.Contact)
	s.owners = s.owners[:0]
	for _, id := range l.owners {
		s.owners = append(s.owners, contacts.Key(id))
	}
	return s.judgeLead(l.kind, s.leads.Row(s.leads.Key(l.id)))
}
