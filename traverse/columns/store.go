package columns

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/leadscore/leadscore/traverse"
)

// ErrDuplicate is the error that [Store.Add] wraps for an id that the entity
// already holds.
var ErrDuplicate = errors.New("an entity's ids must differ, and this one is taken")

// A Store holds the records of a schema's entities. It is safe for concurrent
// use: records can be added, replaced and deleted while others are fetched or
// lent.
//
// The memory of deleted and replaced records is reclaimed by later deletions and
// replacements, each of which does a little of that.
type Store struct {
	schema *traverse.Schema
	tables map[string]*Table // never changed after New
	part   *part             // nil if all fields and records of the schema's entities can be held
	kinds  []*Table          // the interactions, in the order of the schema

	mu      sync.RWMutex // guards what the tables hold
	owned   [2]Owned     // by contact, by lead
	records int          // of all tables
	codes   *codes
	dicts   []*Dict // of all columns
	aging   int     // the one of these that forgets next

	version atomic.Uint64 // of what the tables hold
}

// A Lender is a source that keeps its records in columns and lends them.
type Lender interface {
	traverse.Source

	// Lend returns the store that holds the records of source, which is the source
	// to score from. If source is not the lender itself but a source that embeds
	// it, and so may answer queries differently, Lend returns nil, and source is
	// queried instead.
	Lend(source traverse.Source) *Store
}

var _ Lender = (*Store)(nil)

// New returns an empty store for the records of schema's entities. The schema must
// not be nil.
func New(schema *traverse.Schema) *Store { return newStore(schema, nil) }

func newStore(schema *traverse.Schema, p *part) *Store {
	s := &Store{schema: schema, tables: map[string]*Table{}, part: p, codes: new(codes)}
	for e := range schema.Entities() {
		t := newTable(e, p, s.codes)
		s.tables[e.Name()] = t
		if e.Kind() == traverse.Interaction {
			t.kind = len(s.kinds)
			s.kinds = append(s.kinds, t)
		}
	}
	for _, t := range s.tables {
		for r := range t.entity.Relationships() {
			if c := t.byName[r.Name]; c != nil && !r.Many() {
				to := s.tables[r.Target]
				if to == nil { // a schema that came with an error
					to = newTable(t.entity, p, s.codes)
				}
				c.To = to
				to.number()
			}
		}
		for _, c := range t.columns {
			if c.Dict != nil {
				s.dicts = append(s.dicts, c.Dict)
			}
		}
	}
	s.owned[0] = newOwned(s.kinds, traverse.Contact, s.tables[traverse.Contact])
	s.owned[1] = newOwned(s.kinds, traverse.Lead, s.tables[traverse.Lead])
	return s
}

// Schema returns the schema whose entities' records the store holds.
func (s *Store) Schema() *traverse.Schema { return s.schema }

// Table returns the records of an entity, or nil if the schema has no such entity.
// They must be read only while the store is lent: see [Store.Use].
func (s *Store) Table(entity string) *Table { return s.tables[entity] }

// Add adds one record with its values in the order of [Table.Columns]. Each value
// is null or has the type of its column; the id that a reference holds is a text.
// The values must not be changed afterwards. Add fails if a value does not fit or
// [traverse.Value.Check] refuses it, if the id is not UTF-8, or
// with an error that wraps [ErrDuplicate] if the entity already holds id; then
// nothing is added.
func (s *Store) Add(entity, id string, values ...traverse.Value) error {
	return s.put(entity, id, values, false)
}

// Put adds one record as [Store.Add] does, or replaces the record with that id. A
// record that is replaced keeps none of its old values. It keeps its place among
// the records of its entity, and references to it stay valid. Put fails if a value
// does not fit; then nothing is changed.
func (s *Store) Put(entity, id string, values ...traverse.Value) error {
	return s.put(entity, id, values, true)
}

func (s *Store) put(entity, id string, values []traverse.Value, replace bool) error {
	t := s.tables[entity]
	if t == nil {
		return fmt.Errorf("columns: unknown entity %s%s", entity, s.didYouMean(entity))
	}
	if id == "" {
		return fmt.Errorf("columns: %s: a record needs an id, not the empty text", entity)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := t.check(id, values); err != nil {
		return err
	}
	k, hash := t.ids.find(id)
	row := t.Row(k)
	switch {
	case row < 0:
		row = t.append(id, k, hash, values)
		s.records++
		s.enter(t, row)
	case !replace:
		return fmt.Errorf("columns: %s %q: %w", entity, id, ErrDuplicate)
	default:
		s.leave(t, row)
		t.set(row, values)
		s.enter(t, row)
		s.tidy(t)
	}
	s.version.Add(1)
	return nil
}

// Delete deletes the record of an entity with an id, and reports whether there was
// one. References to the record stay as they are; they lead to no record, as if
// there had never been one. So the interactions of a deleted contact still belong
// to its id, and count for a lead whose ParentContact holds that id. Delete fails
// if the schema has no such entity.
func (s *Store) Delete(entity, id string) (bool, error) {
	t := s.tables[entity]
	if t == nil {
		return false, fmt.Errorf("columns: unknown entity %s%s", entity, s.didYouMean(entity))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := t.Row(t.Key(id))
	if row < 0 {
		return false, nil
	}
	s.leave(t, row)
	t.remove(row)
	s.records--
	s.tidy(t)
	s.version.Add(1)
	return true, nil
}

// enter adds a row to the groups and the layouts of the references that it holds.
func (s *Store) enter(t *Table, row int) {
	for c, g := range t.groups {
		g.insert(t, c, int32(row))
	}
	for i := range s.owned {
		if o := &s.owned[i]; o.ready {
			o.insert(t, row)
		}
	}
}

// leave removes a row from the groups and the layouts of the references that it
// holds.
func (s *Store) leave(t *Table, row int) {
	for c, g := range t.groups {
		g.remove(t, c, int32(row))
	}
	for i := range s.owned {
		if o := &s.owned[i]; o.ready {
			o.remove(t, row)
		}
	}
}

// Len returns how many records of an entity the store holds: 0 for an entity that
// the schema does not have.
func (s *Store) Len(entity string) int {
	t := s.tables[entity]
	if t == nil {
		return 0
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return t.Records()
}

// Leads yields the ids of the leads in the order in which they were added. It
// yields those that the store holds when the loop begins, even if they are deleted
// during the loop. Once ctx is done it yields ctx.Err() and ends.
func (s *Store) Leads(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		t := s.tables[traverse.Lead]
		if t == nil {
			return
		}
		s.mu.RLock()
		places, pages := make([]place, 0, t.Records()), t.ids.texts.list()
		for row := range t.Rows() {
			places = append(places, *t.ids.places.at(int(t.RowKey(row))))
		}
		s.mu.RUnlock()
		for _, p := range places {
			if err := ctx.Err(); err != nil {
				yield("", err)
				return
			}
			if !yield(textAt(pages, p), nil) {
				return
			}
		}
	}
}

// Lend returns s if source is s: see [Lender].
func (s *Store) Lend(source traverse.Source) *Store {
	if source != traverse.Source(s) {
		return nil
	}
	return s
}

// Use lends the store: it calls use, during which the store does not change, and
// returns the error of use. The function must neither change the store nor fetch
// from it. If necessary, Use first lays the interactions out by what layouts says,
// which may be 0; a layout takes as much memory as the interactions that it has. Use
// returns ctx.Err() if ctx is done before use is called.
func (s *Store) Use(ctx context.Context, layouts Layouts, use func() error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.mu.RLock()
		if s.has(layouts) {
			break
		}
		s.mu.RUnlock()
		if err := s.layOut(ctx, layouts); err != nil {
			return err
		}
	}
	defer s.mu.RUnlock()
	return use()
}

// has reports whether layouts agree with the tables.
func (s *Store) has(layouts Layouts) bool {
	for i := range s.owned {
		if layouts&(1<<i) != 0 && !s.owned[i].ready {
			return false
		}
	}
	return true
}

// layOut builds those of the layouts that do not agree with the tables.
func (s *Store) layOut(ctx context.Context, layouts Layouts) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if layouts&ByContact != 0 {
		contacts := s.tables[traverse.Contact]
		if c := contacts.byName[traverse.ParentAccount]; contacts.groups[c] == nil {
			g, err := newGroup(ctx, contacts, c)
			if err != nil {
				return err
			}
			contacts.groups[c] = g
		}
	}
	for i := range s.owned {
		if o := &s.owned[i]; layouts&(1<<i) != 0 && !o.ready { // another goroutine may have been faster
			if err := o.build(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// Generation returns a number that changes when the values of fields may have got
// other codes. Anything that is remembered by code is valid for one generation. It
// must be called only while the store is lent.
func (s *Store) Generation() int { return int(s.codes.generation) }

// Version returns a number that changes with each record that is added, replaced or
// deleted: as long as it is the same, the store holds the same records. It may be called
// at any time.
func (s *Store) Version() uint64 { return s.version.Load() }

// Reset removes all records, but keeps the distinct values that they had, and the
// codes of these. It is for a store that is filled again and again, and lent to no
// other goroutine.
func (s *Store) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tables {
		t.reset()
	}
	for i := range s.owned {
		s.owned[i].reset()
	}
	s.records = 0
	s.version.Add(1)
}

// Own adds the interactions of an owner that has none yet to a layout, in the order and
// form in which [Owned.Of] returns them. Unlike those that [Store.Add] adds they have no
// ids, so queries do not find them, and the next layout of the store omits them:
// Own is for a store that one goroutine fills, scores from and resets.
func (s *Store) Own(layout Layouts, owner Key, counts []uint32, times []int64, cells []uint32) {
	s.Owned(layout).own(owner, counts, times, cells)
}

// Owned returns a layout, of which there must be one. It must be read only while the
// store is lent with it: see [Store.Use].
func (s *Store) Owned(layout Layouts) *Owned {
	if layout == ByLead {
		return &s.owned[1]
	}
	return &s.owned[0]
}

// Contacts returns the rows of the contacts whose ParentAccount holds an account's
// id. They must be read only while the store is lent by contact.
func (s *Store) Contacts(account Key) []int32 {
	t := s.tables[traverse.Contact]
	return t.groups[t.byName[traverse.ParentAccount]].of(account)
}
