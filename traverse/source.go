package traverse

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"
)

// A Source answers queries for records. Implement it to connect your own data. It
// must be safe for concurrent use. Package source/sourcetest has the contract test
// for any Source.
type Source interface {
	// Fetch adds to out every record that q asks for, in any order, once for
	// each key it belongs to. If it returns an error, out is ignored, and every
	// lead that needed the query fails with that error. Fetch keeps neither q
	// nor out, and returns when ctx is done.
	Fetch(ctx context.Context, q *Query, out *Rows) error
}

// A Need is the fixed part of a query: which fields of an entity are asked for, and
// by which key. A model uses the same pointer for the same Need, so that a Source
// can cache a prepared statement by it. It must not be changed.
type Need struct {
	Entity string
	By     string   // the reference that holds the key; "" = the record's own id
	Fields []string // the fields wanted, in the order of Rows.Add; a reference by its name, its Value the id as text
	Time   string   // the field that From and To restrict, also one of Fields; "" = no range

	types []Type
}

// A Query is one question to a [Source]:
//
//	SELECT By, id, Fields FROM Entity WHERE By IN Keys AND Time BETWEEN From AND To
//
// An empty Time is inside the range if From is zero. For a date field From and To
// are midnights in UTC, and both days belong to the range.
type Query struct {
	*Need
	Keys     []string  // distinct and not empty
	From, To time.Time // a hint: records outside may be added, records inside must be; zero = no bound
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
	return n, nil
}

// Rows collects the records that a [Source] finds. It is not safe for concurrent
// use.
type Rows struct {
	query  *Query
	keys   map[string]int // key -> position in Keys; nil until it is needed
	last   int            // the key of the previous record: most sources answer key by key
	rows   []row
	values []Value
	failed map[string]error
	err    error
}

type row struct {
	key int
	id  string
}

// A Row is one record that a [Source] added.
type Row struct {
	Key    string // the key it was added under
	ID     string
	Values []Value // in the order of Need.Fields; must not be changed
}

// NewRows returns empty rows for the answer to q.
func NewRows(q *Query) *Rows { return &Rows{query: q} }

// Reset empties r for the answer to q. It reuses the memory: rows that [Rows.All]
// has yielded are no longer valid.
func (r *Rows) Reset(q *Query) {
	*r = Rows{query: q, rows: r.rows[:0], values: r.values[:0]}
}

// position returns the index of a key among those of the query.
func (r *Rows) position(key string) (at int, ok bool) {
	const near = 8 // keys in between may have no records
	keys := r.query.Keys
	for at := r.last; at < min(r.last+near, len(keys)); at++ {
		if keys[at] == key {
			return at, true
		}
	}
	if r.keys == nil {
		r.keys = make(map[string]int, len(keys))
		for i, k := range keys {
			r.keys[k] = i
		}
	}
	at, ok = r.keys[key]
	return at, ok
}

// Add adds one record: the key it was asked for by, its id, and its values in the
// order of Need.Fields. A value whose kind is not that of its field is converted if
// that loses nothing: text to numbers, instants and days, 0 and 1 to bool, an
// instant to its day in UTC, an integer to the id that a reference holds. A value
// that does not fit fails its key: see [Rows.Failed]. A key that was not asked for,
// or a wrong number of values, fails the query: see [Rows.Err].
func (r *Rows) Add(key, id string, values ...Value) {
	at, ok := r.position(key)
	switch {
	case r.err != nil:
		return
	case !ok:
		r.err = fmt.Errorf("source added %s %q under key %q, which was not asked for", r.query.Entity, id, key)
		return
	case len(values) != len(r.query.Fields):
		r.err = fmt.Errorf("source added %s %q with %d values where %d are asked for", r.query.Entity, id, len(values), len(r.query.Fields))
		return
	case r.query.By == "" && key != id:
		r.err = fmt.Errorf("source added %s %q under the id %q", r.query.Entity, id, key)
		return
	}
	r.last = at
	start := len(r.values)
	r.values = append(r.values, values...)
	for i, t := range r.query.types {
		v, ok := values[i].fit(t)
		if !ok {
			r.values = r.values[:start]
			r.Fail(key, fmt.Errorf("%s %q: %s is %s and cannot be the %s %q", r.query.Entity, id, r.query.Fields[i], t.Noun(), values[i].Kind(), values[i]))
			return
		}
		r.values[start+i] = v
	}
	r.rows = append(r.rows, row{at, id})
}

// Fail records that the records of one key could not be read. It fails only the
// leads that reach that key. The first error of a key is kept. A nil error is
// ignored.
func (r *Rows) Fail(key string, err error) {
	if err == nil {
		return
	}
	if r.failed == nil {
		r.failed = map[string]error{}
	}
	if r.failed[key] == nil {
		r.failed[key] = err
	}
}

// All yields the records in the order in which they were added.
func (r *Rows) All() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		n := len(r.query.Fields)
		for i, w := range r.rows {
			values := r.values[i*n : (i+1)*n : (i+1)*n]
			if !yield(Row{Key: r.query.Keys[w.key], ID: w.id, Values: values}) {
				return
			}
		}
	}
}

// Len returns how many records were added.
func (r *Rows) Len() int { return len(r.rows) }

// Failed returns the error of a key, or nil.
func (r *Rows) Failed(key string) error { return r.failed[key] }

// Err returns an error if a call of Add broke the contract of a source, or nil.
func (r *Rows) Err() error { return r.err }
