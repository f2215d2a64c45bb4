package columns

import (
	"context"
	"fmt"
	"iter"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// Fetch adds to out the records that q asks for, as [traverse.Source] requires. It
// looks ids up in a hash index, and references in an index that the first query by
// that reference builds. From and To restrict the records that a reference finds
// if q.Time is the field that the entity is dated by; otherwise they are left to the
// caller. Fetch returns ctx.Err() once ctx is done, and fails for an entity, a
// field or a reference that the schema does not have.
func (s *Store) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := s.tables[q.Entity]
	if t == nil {
		return fmt.Errorf("unknown entity %s%s", q.Entity, s.didYouMean(q.Entity))
	}
	if err := s.Covers(q); err != nil {
		return err
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
			values[i] = t.Value(row, c)
		}
		out.Add(key, t.ID(t.RowKey(row)), values...)
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

// index builds the group of a reference if it is missing.
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
	return nearest.Hint(nearest.Name(name, candidates))
}
