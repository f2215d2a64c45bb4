package arrow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// Load reads records into a store, from which leads are scored: those of the entities that
// queries ask for, with the columns that these ask for, and no records before the earliest
// From of the queries for the entity. Keys and To are ignored. Queries are what Set.Queries of
// package leadscore returns, or needs without dates, if as of may be any time:
//
//	store, err := tables.Load(ctx, set.Queries(asOf), sqldb.LoadOptions{})
//	…
//	for result, err := range set.ScoreAll(ctx, store.Leads(ctx), store, leadscore.AsOf(asOf)) {
//
// Columns that no query asks for are not read, and neither are row groups whose statistics say
// that they have only earlier records. Leads are in the order of the files, by their names, and
// of the rows in them. Leads are not scored by rules that ask for more than was loaded: that is
// an error that wraps [columns.ErrNotCovered].
//
// A row in which something is wrong is an error, which names the file, the row, counted from 1,
// its row group, counted from 0, the entity, the id and the column. With SkipBad of
// [sqldb.Options] the row is left out, and counted by [Tables.Skipped]. Rows that no query can
// find are left out, as they have neither an id nor a reference by which records are asked for. Two rows
// with one id are an error that wraps [columns.ErrDuplicate]. Other errors are [Problems], for
// what the tables lack; or they wrap [sqldb.ErrTooManyRecords], [ErrDamaged], the error of the
// file system, or ctx.Err() once ctx is done.
func (t *Tables) Load(ctx context.Context, queries []traverse.Query, opts sqldb.LoadOptions) (*columns.Store, error) {
	asked, needs := map[string]*asked{}, []*traverse.Need{}
	for i := range queries {
		q := &queries[i]
		if asked[q.Entity] == nil {
			asked[q.Entity] = newAsked(q)
		}
		asked[q.Entity].add(q)
		needs = append(needs, q.Need)
	}
	if err := t.Check(needs); err != nil {
		return nil, err
	}
	store, err := columns.NewPart(t.schema, queries)
	if err != nil {
		return nil, err
	}
	room := math.MaxInt
	if opts.MaxRecords > 0 {
		room = opts.MaxRecords
	}
	for e := range t.schema.Entities() {
		a := asked[e.Name()]
		if a == nil || t.bound[e.Name()].Table == "" {
			continue
		}
		l := newLoader(t, a, store)
		l.room, l.progress = room, opts.Progress
		for _, p := range t.pieces[e.Name()] {
			if err := l.piece(ctx, p); err != nil {
				if done := ctx.Err(); done != nil && !errors.Is(err, done) {
					err = fmt.Errorf("%w: %w", done, err)
				}
				return nil, fmt.Errorf("arrow: loading %s: %w", e.Name(), err)
			}
		}
		l.report(true)
		room -= l.records
	}
	return store, nil
}

// asked is what queries ask of one entity.
type asked struct {
	entity string
	names  map[string]bool // fields and references
	by     map[string]bool // references by which records are asked for
	byID   bool
	time   string // the field that since restricts; "" = none
	since  time.Time
}

func newAsked(q *traverse.Query) *asked {
	return &asked{entity: q.Entity, names: map[string]bool{}, by: map[string]bool{}, time: q.Time, since: q.From}
}

// add adds what a query asks for.
func (a *asked) add(q *traverse.Query) {
	for _, name := range q.Fields {
		a.names[name] = true
	}
	if q.By == "" {
		a.byID = true
	} else {
		a.names[q.By], a.by[q.By] = true, true
	}
	if q.Time != a.time || q.From.IsZero() {
		a.time = ""
	}
	if q.From.Before(a.since) {
		a.since = q.From
	}
}

// A loader reads the records of an entity into a store.
type loader struct {
	tables   *Tables
	asked    *asked
	store    *columns.Store
	id       *vector
	by       []*vector          // the references by which records are asked for
	members  map[string]*vector // by field or reference
	names    []string           // of members, in order
	since    *bound             // nil = all records are wanted
	progress func(sqldb.Progress)

	values  []traverse.Column // of a block
	kept    []bool            // by row of a batch
	room    int               // how many records may be added
	records int               // how many have been added
}

func newLoader(t *Tables, a *asked, store *columns.Store) *loader {
	b := t.bound[a.entity]
	l := &loader{tables: t, asked: a, store: store, id: newVector(b.ID, true), members: map[string]*vector{}}
	for _, name := range slices.Sorted(maps.Keys(a.names)) {
		c := b.Columns[name]
		if c == nil {
			continue // it is absent
		}
		v := newVector(c, false)
		l.members[name], l.names = v, append(l.names, name)
		if a.by[name] {
			l.by = append(l.by, v)
		}
	}
	if a.time != "" && l.members[a.time] != nil {
		day := traverse.DayNumber(a.since.UTC().Date())
		l.since = &bound{micros: a.since.UnixMicro(), day: day, column: l.members[a.time].column}
	}
	return l
}

// piece reads a file, or record batches.
func (l *loader) piece(ctx context.Context, p piece) error {
	s, err := p.schema()
	if err != nil {
		return fmt.Errorf("%v: %w", p, err)
	}
	at := map[string]int{} // by the name of a column its position among those that are read
	var read []int
	position := func(v *vector) int {
		name := v.column.Name
		if _, ok := at[name]; !ok {
			at[name] = len(read)
			read = append(read, s.FieldIndices(name)[0])
		}
		return at[name]
	}
	vectors := []*vector{l.id}
	for _, name := range l.names {
		vectors = append(vectors, l.members[name])
	}
	positions := make([]int, len(vectors))
	for i, v := range vectors {
		positions[i] = position(v)
	}
	if l.since != nil {
		l.since.at = s.FieldIndices(l.since.column.Name)[0]
	}
	r, err := p.read(read, l.since)
	if err != nil {
		return fmt.Errorf("%v: %w", p, err)
	}
	defer r.close()
	for {
		b, err := r.next(ctx)
		if err != nil {
			return fmt.Errorf("%v: %w", p, err)
		}
		if b == nil {
			return nil
		}
		err = guarded(func() error {
			for i, v := range vectors {
				v.read(b.columns[positions[i]])
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%v: %w", p, err)
		}
		if err := l.batch(p, b, vectors); err != nil {
			return err
		}
		l.report(false)
	}
}

func (l *loader) report(done bool) {
	if l.progress != nil {
		l.progress(sqldb.Progress{Entity: l.asked.entity, Records: l.records, Done: done})
	}
}

// batch adds the records of a batch, whose values the vectors have.
func (l *loader) batch(p piece, b *batch, vectors []*vector) error {
	rows, err := l.judge(p, b, vectors)
	if err != nil || rows == 0 {
		return err
	}
	if l.records+rows > l.room {
		return fmt.Errorf("%w: there are more than LoadOptions.MaxRecords", sqldb.ErrTooManyRecords)
	}
	if rows < b.rows {
		for _, v := range vectors {
			v.compact(l.kept)
		}
	}
	l.values = l.values[:0]
	for _, c := range l.store.Table(l.asked.entity).Columns() {
		values := traverse.Column{}
		if v := l.members[c.Name]; v != nil {
			values = v.values
		}
		l.values = append(l.values, values)
	}
	if err := l.store.AddBlock(l.asked.entity, l.id.values.Texts, l.values); err != nil {
		return fmt.Errorf("%v, rows %d to %d (%s): %w", p, b.first+1, b.first+int64(b.rows), b.within, err)
	}
	l.records += rows
	return nil
}

// judge sets which rows of a batch are to be added, and returns how many that are. The error
// is what is wrong in the first row in which something is, unless such rows are left out.
func (l *loader) judge(p piece, b *batch, vectors []*vector) (int, error) {
	l.kept = sized(l.kept, b.rows)
	n := 0
	for row := range l.kept {
		if !l.wanted(row) {
			continue
		}
		fault := l.fault(row, vectors)
		if fault == nil {
			l.kept[row] = true
			n++
			continue
		}
		where := b.place(p, row)
		if !l.tables.skipBad {
			id := "a record without an id"
			if text := l.id.values.Texts[row]; text != "" {
				id = shown.Quote(text)
			}
			return 0, fmt.Errorf("%s: %s %s: %w; with Options.SkipBad such a row is left out", where, l.asked.entity, id, fault)
		}
		l.tables.skip(sqldb.Problem{Entity: l.asked.entity, Field: fault.member, Message: where + " was skipped (column " + fault.column + ")", Err: fault.err})
	}
	return n, nil
}

// wanted reports whether a query can find a row of a batch.
func (l *loader) wanted(row int) bool {
	if l.since != nil {
		v := l.members[l.asked.time]
		if v.bad[row] == nil && !l.since.admits(v.values.At(row)) {
			return false
		}
	}
	if l.asked.byID && (l.id.values.Texts[row] != "" || l.id.bad[row] != nil) {
		return true
	}
	for _, v := range l.by {
		if v.bad[row] != nil || !v.values.At(row).IsEmpty() {
			return true
		}
	}
	return false
}

// A fault is what is wrong in a row.
type fault struct {
	member, column string
	err            error
}

func (f *fault) Error() string { return fmt.Sprintf("%s (column %s): %v", f.member, f.column, f.err) }

func (f *fault) Unwrap() error { return f.err }

var errNoID = errors.New("it has no id")

// fault returns what is wrong in a row of a batch, or nil.
func (l *loader) fault(row int, vectors []*vector) *fault {
	if l.id.values.Texts[row] == "" && l.id.bad[row] == nil {
		return &fault{"id", l.id.column.Name, errNoID}
	}
	for i, v := range vectors {
		if err := v.bad[row]; err != nil {
			member := "id"
			if i > 0 {
				member = l.names[i-1]
			}
			return &fault{member, v.column.Name, err}
		}
	}
	return nil
}
