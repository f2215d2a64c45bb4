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
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// ErrDuplicate is what [Source.Add] returns, wrapped, for an id that the entity
// already holds.
var ErrDuplicate = columns.ErrDuplicate

// A Record is the fields and references of one record by their names. What is
// missing is null. [Source.Add] says what the values can be.
type Record map[string]any

// A Source holds records in memory, in columns: the engine reads them where they
// lie. It is safe for concurrent use: records can be added, replaced and deleted
// while others are fetched or scored.
type Source struct {
	schema *traverse.Schema
	store  *columns.Store
	tables map[string]*table // by entity; never changed after New
}

var _ columns.Lender = (*Source)(nil)

// New returns a source for the records of schema's entities, without any. The
// schema must not be nil.
func New(schema *traverse.Schema) *Source {
	s := &Source{schema: schema, store: columns.New(schema), tables: map[string]*table{}}
	for e := range schema.Entities() {
		s.tables[e.Name()] = newTable(e, s.store.Table(e.Name()))
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
//   - A pointer suits the fields that what it points to suits, and a
//     [database/sql/driver.Valuer] those that what its Value method returns suits;
//     nil is null.
//   - Whatever else [traverse.ValueOf] takes suits the fields that its Value suits.
//
// An interaction has a Timestamp and a Contact whether the schema declares them
// or not. A field that the schema calls id is the record's id: it need not be
// given, and cannot be anything else.
//
// Nothing is added if there is an error. It names entity, id and every field that
// is wrong, with the nearest name for one that does not exist: these are
// [Problems]. It wraps [ErrDuplicate] if the entity already holds id.
func (s *Source) Add(entity, id string, record Record) error {
	return s.fill(entity, id, record, s.store.Add)
}

// Put adds one record as [Source.Add] does, or replaces the one that the entity
// holds by that id: what record does not have is null afterwards. The record
// keeps its place among the others, and references to it still lead to it.
//
// Nothing is changed if there is an error; it is one that Add returns, but never
// [ErrDuplicate].
func (s *Source) Put(entity, id string, record Record) error {
	return s.fill(entity, id, record, s.store.Put)
}

// fill hands the values of a record to the store.
func (s *Source) fill(entity, id string, record Record, into func(entity, id string, values ...traverse.Value) error) error {
	t := s.tables[entity]
	if t == nil {
		return s.unknown(entity, id)
	}
	if id == "" {
		return fmt.Errorf("memory: %s: a record needs an id, not the empty text", entity)
	}
	values, err := t.fit(id, record)
	if err != nil {
		return err
	}
	switch err := into(entity, id, values...); {
	case errors.Is(err, ErrDuplicate):
		return fmt.Errorf("memory: %s %s: %w", entity, shown.Quote(id), ErrDuplicate)
	case err != nil:
		return fmt.Errorf("memory: %w", err)
	}
	return nil
}

// Delete deletes the record of an entity with an id, and reports whether there
// was one. References to it then lead to nothing, as those to an id that never
// had a record do: the interactions of a deleted contact still count for the
// leads whose ParentContact holds its id, and no longer for those of its account.
// The error says that the schema has no such entity.
func (s *Source) Delete(entity, id string) (bool, error) {
	if s.tables[entity] == nil {
		return false, s.unknown(entity, id)
	}
	return s.store.Delete(entity, id)
}

func (s *Source) unknown(entity, id string) error {
	return fmt.Errorf("memory: %s %s: no such entity%s", entity, shown.Quote(id), didYouMean(s.nearest(entity)))
}

// Len returns how many records of an entity the source holds: none for an
// entity that it does not know.
func (s *Source) Len(entity string) int { return s.store.Len(entity) }

// Leads yields the ids of the leads in the order in which they were added:
// those that are there when the ranging begins, also those that are deleted
// meanwhile. Once ctx is done it yields ctx's error and ends.
func (s *Source) Leads(ctx context.Context) iter.Seq2[string, error] { return s.store.Leads(ctx) }

// Fetch adds to out what q asks for, as [traverse.Source] says. It looks ids up
// in a hash index, references in one that the first query by that reference
// builds. From and To cut what a reference finds if they speak of the field
// that the entity is dated by; otherwise they are left to the caller. Fetch
// fails with ctx's error once ctx is done, and for an entity, a field or a
// reference that the schema does not have.
func (s *Source) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	err := s.store.Fetch(ctx, q, out)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("memory: %w", err)
	}
	return err
}

// Lend returns the store that holds the records if source is s: see
// [columns.Lender]. The store is for reading; but whoever fills the source may
// add to the store in place of it, values that are of the columns' types.
func (s *Source) Lend(source traverse.Source) *columns.Store {
	if source != traverse.Source(s) {
		return nil
	}
	return s.store
}

func (s *Source) nearest(entity string) string { return nearest.Name(entity, s.schema.Names()) }

// didYouMean asks for the nearest name, if there is one.
func didYouMean(near string) string {
	if near == "" {
		return ""
	}
	return "; did you mean " + near + "?"
}
