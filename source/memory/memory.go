// Package memory provides a [traverse.Source] that holds its records in memory. It
// suits tests, small programs, and data that is loaded from files, as package
// source/tables does.
package memory

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// ErrDuplicate is the error that [Source.Add] wraps for an id that the entity
// already holds.
var ErrDuplicate = columns.ErrDuplicate

// A Record holds the fields and references of one record by name. Missing ones are
// null. [Source.Add] documents the values.
type Record map[string]any

// A Source holds records in memory, in columns that the engine reads in place. It is
// safe for concurrent use: records can be added, replaced and deleted while others
// are fetched or scored.
type Source struct {
	schema *traverse.Schema
	store  *columns.Store
	tables map[string]*table // by entity; never changed after New
}

var _ columns.Lender = (*Source)(nil)

// New returns an empty source for the records of schema's entities. The schema must
// not be nil.
func New(schema *traverse.Schema) *Source { return NewIn(schema, time.UTC) }

// NewIn is like [New], but a day, where a field wants a time, means the first instant
// of the day in a time zone, and an instant, where a field wants a date, its day
// there. The zone of the models that score the
// records is the right one: see Set.Zone of package leadscore.
func NewIn(schema *traverse.Schema, zone *time.Location) *Source {
	s := &Source{schema: schema, store: columns.New(schema), tables: map[string]*table{}}
	for e := range schema.Entities() {
		s.tables[e.Name()] = newTable(e, s.store.Table(e.Name()), zone)
	}
	return s
}

// Add adds one record. Afterwards the caller may change record and the values in
// it. Each value is fitted to the type of its field:
//
//   - nil is null for every field.
//   - A string is read by [Parse]; for a reference it is the id, and "" is null.
//   - Every integer and float type suits a number field if it is finite, a bool
//     field if it is 0 or 1, and a reference if it is an integer.
//   - A bool suits a bool field, a []string a choices field; empty strings in it
//     are dropped.
//   - A [time.Time] suits a time field, and a date field as the day in its own
//     location. The zero Time is null.
//   - A [traverse.Value] suits the fields that its content suits; an instant suits
//     a date field as its day in UTC, a day suits a time field as its first instant
//     in UTC; or in the zone of [NewIn].
//   - A [encoding/json.Number] is a number, however many digits it has; for a
//     reference an integer is its digits.
//   - A [database/sql/driver.Valuer] is treated as the value that its Value method
//     returns, and a pointer as the value that it points to, unless only the pointer
//     is an [encoding.TextMarshaler]; nil is null.
//   - Any other type that [traverse.ValueOf] takes is treated as the Value that it
//     returns.
//
// An interaction has a Timestamp and a Contact whether the schema declares them
// or not. A field that the schema calls id is the record's id: it may be omitted,
// and must not be anything else.
//
// If Add fails it adds nothing. The error is [Problems] if fields are wrong: it
// names entity, id and every such field, with the nearest name for one that does
// not exist. It wraps [ErrDuplicate] if the entity already holds id.
func (s *Source) Add(entity, id string, record Record) error {
	return s.fill(entity, id, record, s.store.Add)
}

// Put adds one record as [Source.Add] does, or replaces the record with that id:
// fields that the new record does not have become null. A record that is replaced
// keeps its place among the others, and references to it stay valid.
//
// If Put fails it changes nothing. The errors are those of Add, except
// [ErrDuplicate].
func (s *Source) Put(entity, id string, record Record) error {
	return s.fill(entity, id, record, s.store.Put)
}

// fill passes the values of a record to a method of the store.
func (s *Source) fill(entity, id string, record Record, into func(entity, id string, values ...traverse.Value) error) error {
	t := s.tables[entity]
	if t == nil {
		return s.unknown(entity, id)
	}
	if id == "" {
		return fmt.Errorf("memory: %s: a record needs an id, not the empty text", entity)
	}
	if err := traverse.TextValue(id).Check(); err != nil {
		return fmt.Errorf("memory: %s: the id %w", entity, err)
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

// Delete deletes the record of an entity with an id, and reports whether there was
// one. References to the record then lead to no record, as if there had never been
// one: the interactions of a deleted contact still count for the leads whose
// ParentContact holds its id, but no longer for those of its account. Delete fails
// if the schema has no such entity.
func (s *Source) Delete(entity, id string) (bool, error) {
	if s.tables[entity] == nil {
		return false, s.unknown(entity, id)
	}
	return s.store.Delete(entity, id)
}

func (s *Source) unknown(entity, id string) error {
	return fmt.Errorf("memory: record %s: unknown entity %s%s", shown.Quote(id), entity, nearest.Hint(nearest.Name(entity, s.schema.Names())))
}

// Len returns how many records of an entity the source holds: 0 for an entity that
// the schema does not have.
func (s *Source) Len(entity string) int { return s.store.Len(entity) }

// Leads yields the ids of the leads in the order in which they were added. It
// yields those that the source holds when the loop begins, even if they are deleted
// during the loop. Once ctx is done it yields ctx.Err() and ends.
func (s *Source) Leads(ctx context.Context) iter.Seq2[string, error] { return s.store.Leads(ctx) }

// Fetch adds to out the records that q asks for, as [traverse.Source] requires. It
// looks ids up in a hash index, and references in an index that the first query by
// that reference builds. From and To restrict the records that a reference finds
// if q.Time is the field that the entity is dated by; otherwise they are left to the
// caller. Fetch returns ctx.Err() once ctx is done, and fails for an entity, a
// field or a reference that the schema does not have.
func (s *Source) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	err := s.store.Fetch(ctx, q, out)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("memory: %w", err)
	}
	return err
}

// Lend returns the store that holds the records if source is s, and nil otherwise:
// see [columns.Lender]. The store is for reading. A caller that fills the source may
// also add records directly to the store, with values of the types of its columns.
func (s *Source) Lend(source traverse.Source) *columns.Store {
	if source != traverse.Source(s) {
		return nil
	}
	return s.store
}
