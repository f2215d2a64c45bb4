package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/traverse"
)

// Blocks is leadscore over a source that somebody wrote for their own columns: it hands
// over one block for each query, with codes for texts, and without ids.
var Blocks = Over("leadscore over blocks", loadBlocks)

// blockSource is a source over columns, by entity.
type blockSource struct {
	tables map[string]*blockTable
	pool   sync.Pool // of *blockMemory
}

// A blockTable holds the records of an entity: those of a profile by their ids, and
// interactions by their contacts, newest first.
type blockTable struct {
	by      string
	at      map[string]int // by key: its position in spans; all kinds of interaction share that of the contacts
	spans   []span
	micros  []int64
	columns map[string]*blockColumn
}

// A span is where records begin and end.
type span struct{ from, to int }

// A blockColumn has numbers, the ids of a reference, or other texts as codes.
type blockColumn struct {
	numbers []float64
	ids     []string
	codes   []uint32
	dict    []traverse.Value
	codeOf  map[string]uint32
}

// blockMemory is what a block is made of, which is used again.
type blockMemory struct {
	spans   []span
	block   traverse.Block
	micros  []int64
	numbers [][]float64 // by field
	ids     [][]string
	codes   [][]uint32
}

// Fetch answers a query with one block.
func (s *blockSource) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	t := s.tables[q.Entity]
	if t == nil || t.by != q.By || t.by != "" && !q.SkipIDs {
		return fmt.Errorf("no %s by %q", q.Entity, q.By)
	}
	m, ok := s.pool.Get().(*blockMemory)
	if !ok {
		m = new(blockMemory)
	}
	defer s.pool.Put(m)
	m.find(t, q)
	m.block.Columns = m.block.Columns[:0]
	for i, field := range q.Fields {
		if i == len(m.codes) {
			m.numbers, m.ids, m.codes = append(m.numbers, nil), append(m.ids, nil), append(m.codes, nil)
		}
		var out traverse.Column
		switch c := t.columns[field]; {
		case field == traverse.Timestamp:
			m.micros = gather(m.micros, m.spans, t.micros)
			out.Micros = m.micros
		case c == nil: // the contract allows null
		case c.numbers != nil:
			m.numbers[i] = gather(m.numbers[i], m.spans, c.numbers)
			out.Numbers = m.numbers[i]
		case c.ids != nil:
			m.ids[i] = gather(m.ids[i], m.spans, c.ids)
			out.Texts = m.ids[i]
		default:
			m.codes[i] = gather(m.codes[i], m.spans, c.codes)
			out.Codes, out.Dict = m.codes[i], c.dict
		}
		m.block.Columns = append(m.block.Columns, out)
	}
	out.AddBlock(&m.block)
	return ctx.Err()
}

// find sets the keys of the block, and the spans of their records.
func (m *blockMemory) find(t *blockTable, q *traverse.Query) {
	m.spans, m.block.Keys = m.spans[:0], m.block.Keys[:0]
	for i, key := range q.Keys {
		at, ok := t.at[key]
		if !ok {
			continue
		}
		s := t.spans[at]
		if q.Time != "" {
			s = within(t.micros, s, q)
		}
		for range s.to - s.from {
			m.block.Keys = append(m.block.Keys, int32(i))
		}
		m.spans = append(m.spans, s)
	}
}

// within returns the part of a span that lies in the range of a query.
func within(micros []int64, s span, q *traverse.Query) span {
	times := micros[s.from:s.to]
	newestFirst := func(have, limit int64) int { return cmp.Compare(limit, have) }
	if !q.To.IsZero() {
		first, _ := slices.BinarySearchFunc(times, q.To.UnixMicro(), newestFirst)
		s.from += first
	}
	if !q.From.IsZero() {
		last, _ := slices.BinarySearchFunc(times, q.From.UnixMicro()-1, newestFirst)
		s.to = max(s.to-len(times)+last, s.from)
	}
	return s
}

// gather returns the values of spans, in the memory of list.
func gather[T any](list []T, spans []span, values []T) []T {
	list = slices.Grow(list[:0], 1)
	for _, s := range spans {
		list = append(list, values[s.from:s.to]...)
	}
	return list
}

func loadBlocks(d *crm.Data, _ *leadscore.Schema) (leadscore.Source, error) {
	s := &blockSource{tables: map[string]*blockTable{}}
	accounts := s.table(crm.Account, "")
	for i := range d.Accounts {
		accounts.add(crm.Account, d.Accounts[i].ID, d.Accounts[i:i+1])
	}
	leads := s.table(crm.Lead, "", "ParentContact")
	for i := range d.Leads {
		l := &d.Leads[i]
		leads.add(crm.Lead, l.ID, []crm.Record{l.Record}, d.Contacts[l.Contact].ID)
	}
	contacts := s.table(crm.Contact, "", "ParentAccount")
	for _, e := range crm.Interactions {
		s.table(e, "Contact").at = contacts.at
	}
	for i := range d.Contacts {
		c := &d.Contacts[i]
		account := ""
		if c.Account >= 0 {
			account = d.Accounts[c.Account].ID
		}
		contacts.add(crm.Contact, c.ID, []crm.Record{c.Record}, account)
		for kind, records := range c.Interactions {
			records = slices.Clone(records)
			slices.SortStableFunc(records, func(a, b crm.Record) int { return cmp.Compare(b.Time, a.Time) })
			s.tables[crm.Interactions[kind].Name].add(crm.Interactions[kind], c.ID, records)
		}
	}
	return s, nil
}

// table makes the table of an entity, with references that are asked for.
func (s *blockSource) table(e *crm.Entity, by string, references ...string) *blockTable {
	t := &blockTable{by: by, at: map[string]int{}, columns: map[string]*blockColumn{}}
	for _, f := range e.Fields {
		t.columns[f.Name] = &blockColumn{codeOf: map[string]uint32{}}
	}
	for _, name := range references {
		t.columns[name] = &blockColumn{}
	}
	s.tables[e.Name] = t
	return t
}

// add adds the records of a key, all of which hold the same references, of which there is
// one at most.
func (t *blockTable) add(e *crm.Entity, key string, records []crm.Record, references ...string) {
	from := len(t.micros)
	for i := range records {
		r := &records[i]
		t.micros = append(t.micros, r.Time)
		for j, f := range e.Fields {
			t.columns[f.Name].add(f.Type, r.Values[j])
		}
		for name, c := range t.columns {
			if e.Index(name) < 0 {
				c.ids = append(c.ids, references...)
			}
		}
	}
	t.at[key] = len(t.spans)
	t.spans = append(t.spans, span{from, len(t.micros)})
}

func (c *blockColumn) add(t crm.Type, v crm.Value) {
	if t == crm.Number {
		c.numbers = append(c.numbers, v.Number)
		return
	}
	code, ok := c.codeOf[v.Text]
	if !ok {
		code = uint32(len(c.dict))
		c.codeOf[v.Text] = code
		c.dict = append(c.dict, traverse.TextValue(v.Text))
	}
	c.codes = append(c.codes, code)
}
