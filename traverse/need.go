package traverse

import (
	"fmt"
	"slices"
	"time"
)

// A Need is the fixed part of a query: which fields of an entity are asked for, and
// by which key. A model uses the same pointer for the same Need, so that a Source
// can cache a prepared statement by it. It must not be changed.
type Need struct {
	Entity string
	By     string   // the reference that holds the key; "" = the record's own id
	Fields []string // the fields wanted, in the order of Rows.Add; a reference by its name, its Value the id as text
	Time   string   // the field that From and To restrict, also one of Fields; "" = no range

	types []Type // of the fields; nil if NewNeed did not make the need
	made  *Need  // what NewNeed made, to notice a source that changes the need
}

// A Query is one question to a [Source]:
//
//	SELECT By, id, Fields FROM Entity WHERE By IN Keys AND Time BETWEEN From AND To
//
// An empty Time is inside the range if From is zero. For a date field From and To
// are midnights in UTC, and both days belong to the range.
type Query struct {
	*Need
	Keys     []string  // distinct and not empty; to filter them, make a new slice
	From, To time.Time // a hint: records outside may be added, records inside must be; zero = no bound
	Limit    int       // a hint: a source may stop once it has added as many records; 0 = no limit
	SkipIDs  bool      // a hint: only Block.IDs is about it
}

// NewNeed returns a need whose field types are known, so that [Rows.Add] fits
// values to them. It fails if the schema does not have the entity, a field or the
// reference by, or if time is not one of the fields.
func (s *Schema) NewNeed(entity, by string, fields []string, time string) (*Need, error) {
	e := s.byName[entity]
	if e == nil {
		return nil, fmt.Errorf("traverse: unknown entity %s", entity)
	}
	n := &Need{Entity: entity, By: by, Fields: slices.Clone(fields), Time: time, types: make([]Type, len(fields))}
	for i, name := range fields {
		if f, ok := e.Field(name); ok {
			n.types[i] = f.Type
		} else if r, ok := e.Relationship(name); ok && !r.Many() {
			n.types[i] = reference
		} else {
			return nil, fmt.Errorf("traverse: %s has no field or reference %s", entity, name)
		}
	}
	if r, ok := e.Relationship(by); by != "" && (!ok || r.Many()) {
		return nil, fmt.Errorf("traverse: %s has no reference %s", entity, by)
	}
	if time != "" && !slices.Contains(fields, time) {
		return nil, fmt.Errorf("traverse: %s is not among the fields asked of %s", time, entity)
	}
	n.made = &Need{Entity: entity, By: by, Fields: slices.Clone(fields), Time: time}
	return n, nil
}

// changed reports whether someone has changed a need that NewNeed made.
func (n *Need) changed() bool {
	m := n.made
	return m != nil && (n.Entity != m.Entity || n.By != m.By || n.Time != m.Time || !slices.Equal(n.Fields, m.Fields))
}
