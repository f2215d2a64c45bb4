// Package memory is a [traverse.Source] that holds its records in memory. It
// suits tests, small programs, and data that is loaded from files: package
// source/tables fills one.
package memory

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// ErrDuplicate is what [Source.Add] returns, wrapped, for an id that the entity
// already holds.
var ErrDuplicate = errors.New("an entity's ids must differ, and this one is taken")

// A Record is the fields and references of one record by their names. What is
// missing is null. [Source.Add] says what the values can be.
type Record map[string]any

// A Source holds records in memory. It is safe for concurrent use: records can
// be added while others are fetched.
type Source struct {
	schema *traverse.Schema
	tables map[string]*table // by entity; never changed after New
}

var _ traverse.Source = (*Source)(nil)

// New returns a source for the records of schema's entities, without any. The
// schema must not be nil.
func New(schema *traverse.Schema) *Source {
	s := &Source{schema: schema, tables: map[string]*table{}}
	for e := range schema.Entities() {
		s.tables[e.Name()] = newTable(e)
	}
	return s
}

// Add adds one record. Afterwards the caller may change record and what it
// holds. Each value is fitted to its field's type:
//
//   - nil is null for every field.
//   - A string is read by [Parse]; for a reference it is the id, and "" is none.
//   - Every integer and float type suits a number field if it is finite, a bool
//     field if it is 0 or 1, and a reference if it is an integer.
//   - A bool suits a bool field, a []string a choices field; empty strings in it
//     are dropped.
//   - A [time.Time] suits a time field, and a date field as the day that it
//     shows in its own location. The zero Time is null.
//   - A [traverse.Value] suits the fields that what it holds suits; an instant
//     gives a date field its day in UTC, a day gives a time field its midnight
//     in UTC.
//
// An interaction has a Timestamp and a Contact whether the schema declares them
// or not. A field that the schema calls id is the record's id: it need not be
// given, and cannot be anything else.
//
// The error names entity, id and every field that is wrong, with the nearest
// name for one that does not exist; nothing is added then. It wraps
// [ErrDuplicate] if the entity already holds id.
func (s *Source) Add(entity, id string, record Record) error {
	t := s.tables[entity]
	if t == nil {
		return fmt.Errorf("memory: %s %s: no such entity%s", entity, quote(id), s.didYouMean(entity))
	}
	if id == "" {
		return fmt.Errorf("memory: %s: a record needs an id, not the empty text", entity)
	}
	values, err := t.fit(id, record)
	if err != nil {
		return err
	}
	if !t.add(id, values) {
		return fmt.Errorf("memory: %s %s: %w", entity, quote(id), ErrDuplicate)
	}
	return nil
}

// Len returns how many records of an entity the source holds: none for an
// entity that it does not know.
func (s *Source) Len(entity string) int {
	t := s.tables[entity]
	if t == nil {
		return 0
	}
	return len(t.snapshot())
}

// Leads yields the ids of the leads in the order in which they were added:
// those that are there when the ranging begins. Once ctx is done it yields
// ctx's error and ends.
func (s *Source) Leads(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		t := s.tables[traverse.Lead]
		if t == nil {
			return
		}
		for _, r := range t.snapshot() {
			if err := ctx.Err(); err != nil {
				yield("", err)
				return
			}
			if !yield(r.id, nil) {
				return
			}
		}
	}
}

// checkEvery is how many rows pass between two looks at the context.
const checkEvery = 4096

// Fetch adds to out what q asks for, as [traverse.Source] says. It looks ids up
// in a hash index, references in one that the first query by that reference
// builds. From and To cut what a reference finds if they speak of the field
// that the entity is dated by; otherwise they are left to the caller. Fetch
// fails with ctx's error once ctx is done, and for an entity, a field or a
// reference that the schema does not have.
func (s *Source) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := s.tables[q.Entity]
	if t == nil {
		return fmt.Errorf("memory: no entity %s%s", q.Entity, s.didYouMean(q.Entity))
	}
	slots := make([]int, len(q.Fields))
	for i, name := range q.Fields {
		slot, ok := t.slots[name]
		if !ok {
			return fmt.Errorf("memory: %s has no field %s%s", q.Entity, name, t.didYouMean(name))
		}
		slots[i] = slot
	}
	var by map[string][]int
	if q.By != "" {
		slot, ok := t.slots[q.By]
		if !ok || !t.columns[slot].reference {
			return fmt.Errorf("memory: %s has no reference %s%s", q.Entity, q.By, t.didYouMean(q.By))
		}
		var err error
		if by, err = t.index(ctx, slot); err != nil {
			return err
		}
	}

	t.mu.RLock()
	defer t.mu.RUnlock()
	values := make([]traverse.Value, len(slots))
	add := func(key string, row int) {
		r := &t.rows[row]
		for i, slot := range slots {
			values[i] = r.values[slot]
		}
		out.Add(key, r.id, values...)
	}
	seen := 0
	for _, key := range q.Keys {
		if q.By == "" {
			if row, ok := t.ids[key]; ok {
				add(key, row)
			}
			continue
		}
		for _, row := range t.within(by[key], q) {
			if seen++; seen%checkEvery == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			add(key, row)
		}
	}
	return ctx.Err()
}

func (s *Source) didYouMean(entity string) string {
	return didYouMean(entity, s.schema.Names())
}

func didYouMean(name string, candidates iter.Seq[string]) string {
	if near := nearest.Name(name, candidates); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}
