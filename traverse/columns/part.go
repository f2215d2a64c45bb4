package columns

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// ErrNotCovered is the error that [Store.Covers] and the Fetch of a store wrap for a
// query that the store was not made for.
var ErrNotCovered = errors.New("the records were loaded for other queries")

// A part says what a store holds that does not hold everything.
type part struct{ entities map[string]*held }

// held is what a store holds of an entity.
type held struct {
	names map[string]bool // of fields and references
	since time.Time       // records before it are missing; zero = none are
}

// NewPart returns an empty store for the answers to some queries, whatever their keys:
// for the records of their entities, with their fields and the references that hold
// their keys, and not before the earliest of their From. It has no columns for anything
// else. Leads are not scored from it if their rules ask for more: see [Store.Covers].
// NewPart fails if the schema, which must not be nil, lacks what a query names.
func NewPart(schema *traverse.Schema, queries []traverse.Query) (*Store, error) {
	p := &part{entities: map[string]*held{}}
	for i := range queries {
		q := &queries[i]
		e := schema.Entity(q.Entity)
		if e == nil {
			return nil, fmt.Errorf("columns: unknown entity %s", q.Entity)
		}
		h := p.entities[q.Entity]
		if h == nil {
			h = &held{names: map[string]bool{}, since: q.From}
			p.entities[q.Entity] = h
		}
		switch {
		case q.Time == "": // records of any date
			h.since = time.Time{}
		case q.From.Before(h.since):
			h.since = q.From
		}
		for _, name := range slices.Concat([]string{q.By}, q.Fields) {
			if name == "" {
				continue
			}
			_, isField := e.Field(name)
			if r, ok := e.Relationship(name); !isField && (!ok || r.Many()) {
				return nil, fmt.Errorf("columns: %s has no field or reference %s", q.Entity, name)
			}
			h.names[name] = true
		}
	}
	return newStore(schema, p), nil
}

// structural are the references by which a store finds whose interactions are whose. It
// always has columns for them.
var structural = map[string][]string{
	traverse.Lead:    {traverse.ParentContact, traverse.ParentAccount},
	traverse.Contact: {traverse.ParentAccount},
}

// keeps reports whether the store has a column for a field or reference.
func (p *part) keeps(entity, name string) bool {
	if p == nil || slices.Contains(structural[entity], name) {
		return true
	}
	h := p.entities[entity]
	return h != nil && h.names[name]
}

// Covers returns nil if the store can hold all that a query asks for: always, unless it
// was made by [NewPart]. Otherwise the error says what is missing, and wraps
// [ErrNotCovered].
func (s *Store) Covers(q *traverse.Query) error {
	if s.part == nil {
		return nil
	}
	h := s.part.entities[q.Entity]
	if h == nil {
		return fmt.Errorf("columns: %s is missing: %w", q.Entity, ErrNotCovered)
	}
	for _, name := range q.Fields {
		if !h.names[name] {
			return fmt.Errorf("columns: %s.%s is missing: %w", q.Entity, name, ErrNotCovered)
		}
	}
	switch {
	case q.By != "" && !h.names[q.By]:
		return fmt.Errorf("columns: %s.%s is missing: %w", q.Entity, q.By, ErrNotCovered)
	case !h.since.IsZero() && (q.Time == "" || q.From.Before(h.since)):
		return fmt.Errorf("columns: records of %s before %s are missing: %w", q.Entity, h.since.Format(time.RFC3339), ErrNotCovered)
	}
	return nil
}

// Partial reports whether the store was made by [NewPart].
func (s *Store) Partial() bool { return s.part != nil }
