package columns

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// ErrDuplicate is what [Store.Add] returns, wrapped, for an id that the entity
// already holds.
var ErrDuplicate = errors.New("an entity's ids must differ, and this one is taken")

// A Store holds the records of a schema's entities. It is safe for concurrent
// use: records can be added while others are fetched or lent.
type Store struct {
	schema *traverse.Schema
	tables map[string]*Table // never changed after New
	kinds  []*Table          // the interactions, in the order of the schema

	mu    sync.RWMutex // guards what the tables hold
	owned Owned
	ready bool // owned is what the tables say
}

// A Lender is a source that has its records in columns and lends them.
type Lender interface {
	traverse.Source

	// Lend returns the store that holds the records of source, the source that
	// was asked to score from. If that is not the lender itself but one that
	// embeds it, and so may answer queries in a way of its own, Lend returns nil:
	// then queries are asked.
	Lend(source traverse.Source) *Store
}

var _ Lender = (*Store)(nil)

// New returns a store for the records of schema's entities, without any. The
// schema must not be nil.
func New(schema *traverse.Schema) *Store {
	s := &Store{schema: schema, tables: map[string]*Table{}}
	for e := range schema.Entities() {
		t := newTable(e)
		s.tables[e.Name()] = t
		if e.Kind() == traverse.Interaction {
			t.kind = len(s.kinds)
			s.kinds = append(s.kinds, t)
		}
	}
	for _, t := range s.tables {
		for r := range t.entity.Relationships() {
			if !r.Many() {
				to := s.tables[r.Target]
				if to == nil { // a schema that came with an error
					to = newTable(t.entity)
				}
				t.byName[r.Name].To = to
			}
		}
	}
	s.owned.kinds = s.kinds
	return s
}

// Schema returns the schema whose entities' records the store holds.
func (s *Store) Schema() *traverse.Schema { return s.schema }

// Table returns the records of an entity, or nil for one that the schema does
// not have. What it holds must be read only while it is lent.
func (s *Store) Table(entity string) *Table { return s.tables[entity] }

// Add adds one record with its values in the order of [Table.Columns]: of the
// column's type, or null; the id that a reference holds is a text. The values
// must not be changed afterwards. The error says which value does not fit, or
// wraps [ErrDuplicate] if the entity already holds id; nothing is added then.
func (s *Store) Add(entity, id string, values ...traverse.Value) error {
	t := s.tables[entity]
	if t == nil {
		return fmt.Errorf("columns: no entity %s%s", entity, s.didYouMean(entity))
	}
	if id == "" {
		return fmt.Errorf("columns: %s: a record needs an id, not the empty text", entity)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := t.check(id, values); err != nil {
		return err
	}
	k := t.Intern(id)
	if t.rowOf[k] >= 0 {
		return fmt.Errorf("columns: %s %q: %w", entity, id, ErrDuplicate)
	}
	row := t.append(k, values)
	for c, g := range t.groups {
		g.insert(t, c, int32(row))
	}
	if s.ready {
		s.ready = s.owned.insert(t, row)
	}
	return nil
}

// Len returns how many records of an entity the store holds: none for an
// entity that it does not know.
func (s *Store) Len(entity string) int {
	t := s.tables[entity]
	if t == nil {
		return 0
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return t.Len()
}

// Leads yields the ids of the leads in the order in which they were added:
// those that are there when the ranging begins. Once ctx is done it yields
// ctx's error and ends.
func (s *Store) Leads(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		t := s.tables[traverse.Lead]
		if t == nil {
			return
		}
		// Both are only ever appended to.
		s.mu.RLock()
		rows, ids := t.rows, t.ids
		s.mu.RUnlock()
		for _, k := range rows {
			if err := ctx.Err(); err != nil {
				yield("", err)
				return
			}
			if !yield(ids[k], nil) {
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

// Use calls use, and returns its error. The store does not change until use
// returns; use must not add to it, nor fetch from it. Before, Use puts the
// interactions of each contact next to each other, if they are not.
func (s *Store) Use(ctx context.Context, use func() error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.mu.RLock()
		if s.ready {
			break
		}
		s.mu.RUnlock()
		if err := s.own(ctx); err != nil {
			return err
		}
	}
	defer s.mu.RUnlock()
	return use()
}

func (s *Store) own(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ready {
		return nil // somebody else was faster
	}
	contacts := s.tables[traverse.Contact]
	if err := s.owned.build(ctx, len(contacts.ids)); err != nil {
		return err
	}
	if c := contacts.byName[traverse.ParentAccount]; contacts.groups[c] == nil {
		g, err := newGroup(ctx, contacts, c)
		if err != nil {
			return err
		}
		contacts.groups[c] = g
	}
	s.ready = true
	return nil
}

// Reset forgets all records, but none of the distinct values that they had: their
// codes stay. It is for a store that is filled again and again, and lent to
// nobody.
func (s *Store) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tables {
		t.reset()
	}
	s.owned.reset()
	s.ready = false
}

// Own adds the interactions of a contact, whom none have been added for, in the
// order and form in which [Owned.Of] returns them. Unlike those that [Store.Add]
// adds they have no ids, so queries do not find them, and the next layout of the
// store does not know them: they are for a store that is filled, scored from and
// reset by one goroutine.
func (s *Store) Own(contact Key, counts []uint32, times []int64, cells []uint32) {
	s.owned.own(contact, counts, times, cells)
}

// Owned returns the interactions by contact. It must be read only while the
// store is lent.
func (s *Store) Owned() *Owned { return &s.owned }

// Contacts returns the rows of the contacts that hold an account's id. It must
// be read only while the store is lent.
func (s *Store) Contacts(account Key) []int32 {
	t := s.tables[traverse.Contact]
	return t.groups[t.byName[traverse.ParentAccount]].of(account)
}

// checkEvery is how many rows pass between two looks at the context.
const checkEvery = 4096

// Fetch adds to out what q asks for, as [traverse.Source] says. It looks ids up
// in a hash index, references in one that the first query by that reference
// builds. From and To cut what a reference finds if they speak of the field
// that the entity is dated by; otherwise they are left to the caller. Fetch
// fails with ctx's error once ctx is done, and for an entity, a field or a
// reference that the schema does not have.
func (s *Store) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := s.tables[q.Entity]
	if t == nil {
		return fmt.Errorf("no entity %s%s", q.Entity, s.didYouMean(q.Entity))
	}
	wanted := make([]*Column, len(q.Fields))
	for i, name := range q.Fields {
		if wanted[i] = t.byName[name]; wanted[i] == nil {
			return fmt.Errorf("%s has no field %s%s", q.Entity, name, t.didYouMean(name))
		}
	}
	var by *Column
	if q.By != "" {
		by = t.byName[q.By]
		if by == nil || by.To == nil {
			return fmt.Errorf("%s has no reference %s%s", q.Entity, q.By, t.didYouMean(q.By))
		}
		if err := s.index(ctx, t, by); err != nil {
			return err
		}
	}

	s.mu.RLock()
	defer s.mu.RUnlock()
	values := make([]traverse.Value, len(wanted))
	add := func(key string, row int) {
		for i, c := range wanted {
			values[i] = t.value(row, c)
		}
		out.Add(key, t.ids[t.rows[row]], values...)
	}
	seen := 0
	for _, key := range q.Keys {
		if by == nil {
			if row := t.Row(t.Key(key)); row >= 0 {
				add(key, row)
			}
			continue
		}
		for _, row := range t.within(t.groups[by].of(by.To.Key(key)), q) {
			if seen++; seen%checkEvery == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			add(key, int(row))
		}
	}
	return ctx.Err()
}

// index builds the group by a reference, if it is missing.
func (s *Store) index(ctx context.Context, t *Table, by *Column) error {
	s.mu.RLock()
	g := t.groups[by]
	s.mu.RUnlock()
	if g != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.groups[by] != nil {
		return nil // another query was faster
	}
	g, err := newGroup(ctx, t, by)
	if err == nil {
		t.groups[by] = g
	}
	return err
}

func (s *Store) didYouMean(entity string) string {
	return didYouMean(entity, s.schema.Names())
}

// didYouMean suggests the field or reference nearest to name.
func (t *Table) didYouMean(name string) string {
	return didYouMean(name, func(yield func(string) bool) {
		for _, c := range t.columns {
			if !yield(c.Name) {
				return
			}
		}
	})
}

func didYouMean(name string, candidates iter.Seq[string]) string {
	if near := nearest.Name(name, candidates); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// A group lists rows by the key that a reference of theirs holds, the undated
// first, then by date.
type group struct{ rows [][]int32 }

func (g *group) of(k Key) []int32 {
	if k == 0 || int(k) >= len(g.rows) {
		return nil
	}
	return g.rows[k]
}

func newGroup(ctx context.Context, t *Table, by *Column) (*group, error) {
	counts := make([]int32, len(by.To.ids))
	for row := range t.rows {
		if row%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		counts[t.Cells(row)[by.At]]++
	}
	counts[0] = 0
	total := 0
	for _, n := range counts {
		total += int(n)
	}
	all := make([]int32, total)
	g := &group{rows: make([][]int32, len(counts))}
	for k, n := range counts {
		// A row more moves the list elsewhere.
		g.rows[k], all = all[:0:n], all[n:]
	}
	for row := range t.rows {
		if row%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if k := t.Cells(row)[by.At]; k != 0 {
			g.rows[k] = append(g.rows[k], int32(row))
		}
	}
	if t.dated == nil {
		return g, nil
	}
	seen := 0
	for _, rows := range g.rows {
		if seen += len(rows); seen >= checkEvery {
			if seen = 0; ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
		slices.SortStableFunc(rows, t.byDate)
	}
	return g, nil
}

func (t *Table) byDate(a, b int32) int {
	switch x, y := t.when(a), t.when(b); {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// insert adds a new row.
func (g *group) insert(t *Table, by *Column, row int32) {
	k := t.Cells(int(row))[by.At]
	if k == 0 {
		return
	}
	if more := int(k) + 1 - len(g.rows); more > 0 {
		g.rows = append(g.rows, make([][]int32, more)...)
	}
	at := t.when(row)
	after := t.search(g.rows[k], func(when int64) bool { return when > at })
	g.rows[k] = slices.Insert(g.rows[k], after, row)
}

// search returns the first of rows, which are ordered by date, whose date is past.
func (t *Table) search(rows []int32, past func(when int64) bool) int {
	at, _ := slices.BinarySearchFunc(rows, 0, func(row int32, _ int) int {
		if past(t.when(row)) {
			return 1
		}
		return -1
	})
	return at
}

// within cuts rows to those from q.From to q.To, if these speak of the order
// that rows have.
func (t *Table) within(rows []int32, q *traverse.Query) []int32 {
	if t.dated == nil || q.Time != t.dated.Name {
		return rows
	}
	rank := time.Time.UnixMicro
	if t.dated.Type == traverse.Date {
		rank = func(day time.Time) int64 { return traverse.DayNumber(day.UTC().Date()) }
	}
	if !q.To.IsZero() {
		to := rank(q.To)
		rows = rows[:t.search(rows, func(when int64) bool { return when > to })]
	}
	if !q.From.IsZero() {
		from := rank(q.From)
		rows = rows[t.search(rows, func(when int64) bool { return when >= from }):]
	}
	return rows
}
