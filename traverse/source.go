package traverse

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
)

// A Source answers queries for records. Implement it to connect your own data. It
// must be safe for concurrent use. Package source/sourcetest has the contract test
// for any Source; while leads are scored, [Ask] checks each answer as well.
type Source interface {
	// Fetch adds to out every record that q asks for, in any order, once for
	// each key it belongs to: one by one with [Rows.Add], or many at once with
	// [Rows.AddBlock]. If it returns an error, out is ignored, and Fetch
	// is called again for parts of the keys, until every key that fails by itself
	// is known: only the leads that need one of these fail, with its error. It is
	// not called again if the error wraps ErrUnavailable, and soon no more if no
	// part is answered. Fetch changes neither q nor its Keys, keeps neither q nor
	// out, and returns when ctx is done.
	Fetch(ctx context.Context, q *Query, out *Rows) error
}

// ErrUnavailable is what the error of a [Source] wraps if it has nothing to do with
// the keys that were asked for, such as that of a connection that is lost.
var ErrUnavailable = errors.New("the source is unavailable")

// A ContractError says how a [Source] broke its contract. It is a mistake in the
// source, or in a view that it reads, and not in the rules. Find it with
// [errors.AsType].
type ContractError struct {
	Entity string // the entity that was asked for
	By     string // the reference that holds the key; "" = the record's own id
	Fault  string // what the source did
}

// Error returns what the source did.
func (e *ContractError) Error() string { return e.Fault }

// Ask asks a source for the records of q. It empties out, calls Fetch with a copy of
// q, and returns the error of Fetch. If there is none, it returns a [*ContractError]
// if the source called Add or Fail for a key that was not asked for, gave too few or
// too many values, changed the query or its need, or replaced out. out then holds
// the answer, whatever the source does to its copy of q. Ask does not change q. A
// source that passes a query on to another one calls Fetch of that one instead.
func Ask(ctx context.Context, source Source, q *Query, out *Rows) error {
	return AskInto(ctx, source, q, out, nil)
}

// AskInto is [Ask], but what the source adds to out goes to a sink: out has no records
// then, and [Rows.All] yields none. Len, Failed and Err are as they are after Ask. After
// an error, what the sink has taken means nothing. If sink is nil, AskInto is Ask.
func AskInto(ctx context.Context, source Source, q *Query, out *Rows, sink Sink) error {
	given := out.given
	if given == nil || given == q {
		given, out.given = &Query{}, nil
	}
	*given = Query{q.Need, append(given.Keys[:0], q.Keys...), q.From, q.To, q.Limit, q.SkipIDs}
	out.sink = nil
	out.Reset(q)
	out.given = given
	if sink != nil {
		sink.Reset()
		out.sink = sink
		defer func() { out.sink = nil }() // whatever the source does later
	}
	if q.Need.changed() {
		return q.fault("source changed the need of an earlier query; a Need must not be changed, and the model must be compiled again")
	}
	if err := source.Fetch(ctx, given, out); err != nil {
		return err
	}
	switch {
	case out.query != q:
		return q.fault("source replaced its Rows by others; it must call Add of those that Fetch is given")
	case given.Need != q.Need || q.Need.changed():
		return q.fault("source changed the need of its query; a Need must not be changed, and the model must be compiled again")
	case !slices.Equal(given.Keys, q.Keys):
		return q.fault("source changed the keys of its query; to filter them it must make a new slice, such as slices.Clone(q.Keys)")
	case !given.From.Equal(q.From) || !given.To.Equal(q.To):
		return q.fault("source changed From or To of its query; to ask for another range it must make a new Query")
	case given.Limit != q.Limit:
		return q.fault("source changed the limit of its query; to ask for more records it must make a new Query")
	case given.SkipIDs != q.SkipIDs:
		return q.fault("source changed SkipIDs of its query; to ask for ids it must make a new Query")
	}
	return out.Err()
}

// fault returns the error for a source that broke its contract when it was asked q.
func (q *Query) fault(format string, args ...any) *ContractError {
	e := &ContractError{Fault: fmt.Sprintf(format, args...)}
	if q != nil && q.Need != nil {
		e.Entity, e.By = q.Entity, q.By
	}
	return e
}

// Rows collects the records that a [Source] finds. It is not safe for concurrent
// use. The zero Rows answers no query: adding to it is an error of [Rows.Err].
type Rows struct {
	query  *Query
	most   int            // how many records it takes; 0 in the zero Rows
	width  int            // how many values a record has
	given  *Query         // the copy that Ask gives to a source
	keys   map[string]int // key -> position in Keys; nil until it is needed
	last   int            // the key of the previous record: most sources answer key by key
	rows   []row
	values []Value
	failed map[string]error
	err    *ContractError

	sink  Sink  // takes the records in place of rows, or nil
	sunk  int   // how many records it has taken
	block Block // what the sink takes
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

// NewRows returns empty rows for the answer to q. The query must not change while
// the rows are used.
func NewRows(q *Query) *Rows {
	r := &Rows{}
	r.Reset(q)
	return r
}

// Reset empties r for the answer to q. It reuses the memory: rows that [Rows.All]
// has yielded are no longer valid. A source may call it with the query that it is
// asked, to try again.
func (r *Rows) Reset(q *Query) {
	if q != nil && q == r.given {
		q = r.query // which the source cannot change
	}
	sink := r.sink
	if q != r.query {
		sink = nil // it takes the answer to the query that was asked
	}
	if sink != nil {
		sink.Reset()
	}
	*r = Rows{query: q, given: r.given, rows: r.rows[:0], values: r.values[:0], sink: sink, block: r.block}
	if q == nil || q.Need == nil {
		return
	}
	if r.most = q.Limit; r.most <= 0 {
		r.most = math.MaxInt
	}
	if r.width = len(q.Fields); q.types != nil {
		r.width = len(q.types) // a source may have changed Fields
	}
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
// that does not fit, or is out of range as [Value.Check] says, fails its key: see
// [Rows.Failed]. A key that was not asked for,
// or a wrong number of values, fails the query: see [Rows.Err]. Once r is full, Add
// does nothing: see [Rows.Full].
func (r *Rows) Add(key, id string, values ...Value) {
	if r.err != nil || r.Len() >= r.most {
		r.noQuery()
		return
	}
	at, ok := r.position(key)
	switch {
	case !ok:
		r.err = r.query.fault("source added %s %q under key %q, which was not asked for", r.query.Entity, id, key)
		return
	case len(values) != r.width:
		r.err = r.query.fault("source added %s %q with %d values where %d are asked for", r.query.Entity, id, len(values), r.width)
		return
	case r.query.By == "" && key != id:
		r.err = r.query.fault("source added %s %q under the id %q", r.query.Entity, id, key)
		return
	}
	r.last = at
	start := len(r.values)
	r.values = append(r.values, values...)
	r.fitLast(at, id, start)
}

// fitLast adds a record whose values are those from start on. It drops them if one does
// not fit its field.
func (r *Rows) fitLast(at int, id string, start int) {
	for i, t := range r.query.types {
		given := r.values[start+i]
		v, ok := given.fit(t)
		if !ok {
			r.values = r.values[:start]
			r.fail(r.query.Keys[at], r.misfit(id, i, given, v))
			return
		}
		r.values[start+i] = v
	}
	if r.sink != nil {
		r.sunk++
		r.sink.Record(at, id, r.values[start:])
		r.values = r.values[:start]
		return
	}
	r.rows = append(r.rows, row{at, id})
}

// misfit returns the error for a value that cannot be that of a field, because of what
// fit returned for it, or its type.
func (r *Rows) misfit(id string, field int, v, fitted Value) error {
	name := r.query.Fields[field]
	err := fitted.Check()
	if r.query.types[field] == Number && v.Kind() == KindText {
		_, err = parseNumber(v.Text())
	}
	if err != nil {
		return fmt.Errorf("%s %q: %s: %w", r.query.Entity, id, name, err)
	}
	return fmt.Errorf("%s %q: %s is %s and cannot be the %s %q", r.query.Entity, id, name, r.query.types[field].Noun(), v.Kind(), v)
}

// noQuery reports whether r answers no query, which is an error of the source.
func (r *Rows) noQuery() bool {
	if r.most > 0 {
		return false
	}
	r.err = r.query.fault("source added to Rows that answer no query; it must call Add of those that Fetch is given")
	return true
}

// Fail records that the records of one key could not be read. It fails only the
// leads that reach that key. The first error of a key is kept. A nil error is
// ignored. A key that was not asked for fails the query: see [Rows.Err].
func (r *Rows) Fail(key string, err error) {
	if err == nil || r.err != nil || r.noQuery() {
		return
	}
	if _, ok := r.position(key); !ok {
		r.err = r.query.fault("source failed %s under key %q, which was not asked for: %v", r.query.Entity, key, err)
		return
	}
	r.fail(key, err)
}

func (r *Rows) fail(key string, err error) {
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
		if len(r.rows) == 0 {
			return
		}
		n := r.width
		for i, w := range r.rows {
			values := r.values[i*n : (i+1)*n : (i+1)*n]
			if !yield(Row{Key: r.query.Keys[w.key], ID: w.id, Values: values}) {
				return
			}
		}
	}
}

// Full reports whether as many records were added as the query's Limit says. A source
// may then stop, and return nil.
func (r *Rows) Full() bool {
	return r.most > 0 && r.Len() >= r.most
}

// Len returns how many records were added.
func (r *Rows) Len() int { return len(r.rows) + r.sunk }

// Failed returns the error of a key, or nil.
func (r *Rows) Failed(key string) error { return r.failed[key] }

// Err returns a [*ContractError] if a call of Add or Fail broke the contract of a
// source, or nil.
func (r *Rows) Err() error {
	if r.err == nil {
		return nil
	}
	return r.err
}
