package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// A Source reads records from a database when they are queried. It is safe for
// concurrent use. It does not need to be closed; the caller closes the database.
type Source struct {
	conn     Conn
	dialect  Dialect
	schema   *traverse.Schema
	entities map[string]*entity
	skipBad  bool
	zone     *time.Location // in which days begin
	skipped  skipper

	mu    sync.Mutex
	plans map[*traverse.Need]*plan
}

var _ traverse.Source = (*Source)(nil)

// Open returns a source for the records of schema's entities in db. It looks up the
// tables and columns of db, but reads no records. The schema is the one that the
// models are compiled with, and must not be nil.
//
// If the mapping is wrong, or the database lacks something that opts.Needs ask for,
// the error is [Problems], which lists everything: see [errors.AsType]. What the
// database lacks beside that is an error of the queries that ask for it. Otherwise
// the error wraps that of the driver, or ctx.Err() if ctx is done.
//
// If a table or a column that queries need changes later, they fail: open the source
// again.
func Open(ctx context.Context, db *sql.DB, dialect Dialect, schema *traverse.Schema, opts Options) (*Source, error) {
	if db == nil {
		return nil, errors.New("sqldb: the database is nil")
	}
	return OpenConn(ctx, sqlConn{db, dialect.Isolation}, dialect, schema, opts)
}

// OpenConn is like [Open] for a database that is read by way of conn.
func OpenConn(ctx context.Context, conn Conn, dialect Dialect, schema *traverse.Schema, opts Options) (*Source, error) {
	switch {
	case schema == nil:
		return nil, errors.New("sqldb: the schema is nil")
	case dialect.Quote == nil || dialect.Storage == nil:
		return nil, fmt.Errorf("sqldb: the dialect %s lacks Quote or Storage", dialect.Name)
	}
	b := binder{ctx: ctx, catalog: connCatalog{conn, &dialect}, dialect: dialect, schema: schema, mapping: opts.Mapping, zone: opts.Zone}
	if b.zone == nil {
		b.zone = time.UTC
	}
	entities, err := b.bind(opts.Needs)
	if err != nil {
		return nil, err
	}
	return &Source{conn: conn, dialect: dialect, schema: schema, entities: entities, skipBad: opts.SkipBad, zone: b.zone, plans: map[*traverse.Need]*plan{}}, nil
}

// Schema returns the schema that the source was opened with.
func (s *Source) Schema() *traverse.Schema { return s.schema }

// Zone returns the time zone in which a day begins where a field wants a time: see
// [Options.Zone]. It is never nil.
func (s *Source) Zone() *time.Location { return s.zone }

// Check returns [Problems] that list what needs ask for and the database lacked when
// it was opened, or nil if it lacked nothing. The needs are of the source's schema,
// such as those of rules that a service loads. Check does not query the database.
func (s *Source) Check(needs []*traverse.Need) error {
	var problems Problems
	reported := map[string]bool{}
	for _, n := range needs {
		if err := known(s.schema, n); err != nil {
			return err
		}
		for _, p := range s.entities[n.Entity].lack(n) {
			if full := p.Entity + "." + p.Field; !reported[full] {
				reported[full] = true
				problems = append(problems, p)
			}
		}
	}
	if problems == nil {
		return nil
	}
	return problems
}

// Skipped returns which rows the source and its snapshots have skipped so far. It
// has none without [Options.SkipBad]. After 100,000 rows one that is found again
// counts again; it lists the problems of the first 100.
func (s *Source) Skipped() Skipped { return s.skipped.report() }

// Fetch adds to out the records that q asks for, as [traverse.Source] requires, with
// one statement for every [Dialect.MaxKeys] keys. A value that does not suit its
// field fails the key that its record was found by. If Fetch fails, the records in
// out are incomplete; the error names the entity and the key's reference, and wraps
// the error of the driver, and ctx.Err() if ctx is done.
func (s *Source) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	return s.fetch(ctx, s.conn, q, out)
}

// Leads yields the ids of the leads, in the order in which the database sorts
// them. It reads them page by page, each with its own statement, and holds no
// connection while the loop body runs. So a lead that is inserted or deleted during
// the loop may or may not be yielded, but no lead is yielded twice; the list of a
// [Snapshot] does not change. Rows without an id are not leads. After an error, of
// the database or of ctx, Leads yields it and ends.
func (s *Source) Leads(ctx context.Context) iter.Seq2[string, error] {
	return s.leads(ctx, func(yield func(Queryer) error) error { return yield(s.conn) })
}

// leadPage is how many leads are read at a time.
const leadPage = 1000

// leads lists the leads. with provides a database for one statement.
func (s *Source) leads(ctx context.Context, with func(func(Queryer) error) error) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		e := s.entities[traverse.Lead]
		var ids []string
		var after any // the last id as the database returned it
		for more := true; more; {
			if err := ctx.Err(); err != nil {
				yield("", failed(ctx, "listing the leads", err))
				return
			}
			if e.absent {
				return
			}
			if lack, ok := e.lacks[""]; ok {
				yield("", &kindError{Problems{lack}, traverse.ErrUnavailable})
				return
			}
			last := ""
			if len(ids) > 0 {
				last = ids[len(ids)-1]
			}
			ids = ids[:0]
			err := with(func(db Queryer) (err error) {
				ids, after, more, err = s.leadPage(ctx, db, e, ids, after)
				return err
			})
			if err != nil {
				yield("", failed(ctx, "listing the leads", err))
				return
			}
			for _, id := range ids {
				if id == last || id == "" {
					continue
				}
				last = id
				if err := ctx.Err(); err != nil {
					yield("", failed(ctx, "listing the leads", err))
					return
				}
				if !yield(id, nil) {
					return
				}
			}
		}
	}
}

// isTrue reports whether a value is true, which some databases write as a number.
func isTrue(v any) bool { return v == true || v == int64(1) }

// storedAsBytes returns the error for an id that is stored as bytes.
func storedAsBytes(id []byte) error {
	return fmt.Errorf("%s is stored as bytes; an id is text or an integer", shown.Quote(string(id)))
}

// leadPage reads the page of ids after one id, which is nil for the first page.
func (s *Source) leadPage(ctx context.Context, db Queryer, e *entity, ids []string, after any) (_ []string, last any, more bool, err error) {
	var args []any
	where := e.id.quoted + " IS NOT NULL"
	if after != nil {
		where = e.id.quoted + " > " + s.dialect.placeholder(1)
		args = append(args, after)
	}
	var row, typ Cell
	selects, into := e.id.selects, []*Cell{&row}
	if s.dialect.loose {
		// SQLite sorts bytes after all text: later pages would contain them again.
		selects += ", typeof(" + e.id.quoted + ") = 'blob'"
		into = append(into, &typ)
	}
	rows, err := db.Query(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %s LIMIT %d",
		selects, e.from, where, e.id.quoted, leadPage), args...)
	if err != nil {
		return nil, nil, false, err
	}
	defer rows.Close()
	if err := unchanged(&s.dialect, rows, []*column{e.id}); err != nil {
		return nil, nil, false, err
	}
	n, bytesLeft := 0, false // after bytes there are only bytes
	for ; rows.Next(); n++ {
		if err := rows.Scan(into); err != nil {
			return nil, nil, false, err
		}
		raw, bytes := row.raw, isTrue(typ.raw)
		id, err := e.id.decode(raw)
		if err == nil && bytes {
			err = storedAsBytes([]byte(id.Text()))
		}
		if err != nil {
			if err := s.unreadableLead(raw, err); err != nil {
				return nil, nil, false, err
			}
			if bytesLeft = bytes; !bytes {
				last = raw
			}
			continue
		}
		last = raw
		ids = append(ids, id.Text())
	}
	if err := rows.Err(); err != nil {
		return nil, nil, false, err
	}
	return ids, last, n == leadPage && !bytesLeft, rows.Close()
}

// unreadableLead skips a lead whose id cannot be read, or returns the error.
func (s *Source) unreadableLead(raw any, err error) error {
	name := s.entities[traverse.Lead].id.name
	if !s.skipBad {
		return &valueError{name, err}
	}
	s.skipped.add(unreadable+fmt.Sprint(raw), Problem{Entity: traverse.Lead, Field: "id", Message: "a row was skipped (column " + name + ")", Err: err})
	return nil
}
