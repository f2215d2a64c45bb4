package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// A Source reads records from a database when they are asked for. It is safe for
// concurrent use, and needs no closing: the database is the caller's.
type Source struct {
	db       *sql.DB
	dialect  Dialect
	schema   *traverse.Schema
	entities map[string]*entity

	mu    sync.Mutex
	plans map[*traverse.Need]*plan
}

var _ traverse.Source = (*Source)(nil)

// Open returns a source for the records of schema's entities in db, which it
// asks what tables and columns there are. It reads no records. The schema is the
// one that the models are compiled with, and must not be nil.
//
// If schema, mapping and database do not fit, the error is [Problems], with all
// of them: see [errors.As]. Otherwise it wraps what the driver or ctx said.
func Open(ctx context.Context, db *sql.DB, dialect Dialect, schema *traverse.Schema, mapping Mapping) (*Source, error) {
	switch {
	case db == nil:
		return nil, errors.New("sqldb: the database is nil")
	case schema == nil:
		return nil, errors.New("sqldb: the schema is nil")
	case dialect.Quote == nil || dialect.Storage == nil:
		return nil, fmt.Errorf("sqldb: the dialect %s lacks Quote or Storage", dialect.Name)
	}
	b := binder{ctx: ctx, db: db, dialect: dialect, schema: schema, mapping: mapping}
	entities, err := b.bind()
	if err != nil {
		return nil, err
	}
	return &Source{db: db, dialect: dialect, schema: schema, entities: entities, plans: map[*traverse.Need]*plan{}}, nil
}

// Fetch adds to out what q asks for, as [traverse.Source] says, by one statement
// for [Dialect.MaxKeys] keys. A value that does not suit its field fails the key
// that it was found by. The error wraps that of the driver, and ctx's if ctx is
// done; it names the entity, and what it was asked by. No record added counts
// then.
func (s *Source) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	return s.fetch(ctx, s.db, q, out)
}

// Leads yields the ids of the leads, in the order in which the database sorts
// them. It reads them page by page, each by a statement of its own, and holds no
// connection while the loop body runs. So a lead that comes or goes meanwhile
// may or may not be yielded, and no lead is yielded twice; a [Snapshot] has one
// list. Rows without an id are no leads. An error, of the database or of ctx, is
// the last that is yielded.
func (s *Source) Leads(ctx context.Context) iter.Seq2[string, error] {
	return s.leads(ctx, func(yield func(queryer) error) error { return yield(s.db) })
}

// leadPage is how many leads are read at a time.
const leadPage = 1000

// leads lists the leads. with lends a database for one statement.
func (s *Source) leads(ctx context.Context, with func(func(queryer) error) error) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		e := s.entities[traverse.Lead]
		var ids []string
		var after any // the last id as the database gave it
		for more := true; more; {
			if err := ctx.Err(); err != nil {
				yield("", failed(ctx, "listing the leads", err))
				return
			}
			if e.absent {
				return
			}
			last := ""
			if len(ids) > 0 {
				last = ids[len(ids)-1]
			}
			ids = ids[:0]
			err := with(func(db queryer) (err error) {
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

// leadPage reads the ids behind after, which is nil for the first.
func (s *Source) leadPage(ctx context.Context, db queryer, e *entity, ids []string, after any) (_ []string, last any, more bool, err error) {
	var args []any
	where := e.id.quoted + " IS NOT NULL"
	if after != nil {
		where = e.id.quoted + " > " + s.dialect.placeholder(1)
		args = append(args, after)
	}
	var raw any
	var bytes bool
	selects, into := e.id.selects, []any{&raw}
	if s.dialect.loose {
		// SQLite sorts bytes behind all text: pages behind them would have them again.
		selects += ", typeof(" + e.id.quoted + ") = 'blob'"
		into = append(into, &bytes)
	}
	rows, err := db.QueryContext(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %s LIMIT %d",
		selects, e.from, where, e.id.quoted, leadPage), args...)
	if err != nil {
		return nil, nil, false, err
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(into...); err != nil {
			return nil, nil, false, err
		}
		id, err := e.id.decode(raw)
		if err == nil && bytes {
			err = fmt.Errorf("%s is stored as bytes; an id is text or an integer", shown.Quote(id.Text()))
		}
		if err != nil {
			return nil, nil, false, &valueError{e.id.name, err}
		}
		if b, ok := raw.([]byte); ok {
			raw = string(b) // bytes would be compared as bytes
		}
		last = raw
		ids = append(ids, id.Text())
	}
	if err := rows.Err(); err != nil {
		return nil, nil, false, err
	}
	return ids, last, n == leadPage, rows.Close()
}
