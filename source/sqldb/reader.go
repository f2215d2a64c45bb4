package sqldb

import (
	"context"
	"errors"
	"fmt"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// blockRows is how many rows are collected before they are passed on.
const blockRows = 4096

// A reader reads the rows of the statements of a query.
type reader struct {
	plan    *plan
	cells   []*Cell
	id, key *Cell
	columns []traverse.Column

	// Of the query at hand:
	asked   map[string]int32 // the positions of keys
	out     *traverse.Rows
	skipped *skipper // takes rows in which something is wrong; nil = they fail their keys

	positions []int32 // the keys of the rows that are collected
	room      int     // for how many of them
}

func (p *plan) reader() *reader {
	if r, ok := p.readers.Get().(*reader); ok {
		return r
	}
	r := &reader{plan: p, columns: make([]traverse.Column, len(p.slots)), asked: map[string]int32{}}
	for _, c := range p.columns {
		r.cells = append(r.cells, newCell(c))
	}
	r.id, r.key = r.cells[0], r.cells[0]
	if p.key != p.entity.id {
		r.key = r.cells[1]
	}
	return r
}

// release gives a reader back, which keeps nothing of the query.
func (r *reader) release() {
	r.out, r.skipped = nil, nil
	clear(r.asked)
	r.empty()
	r.plan.readers.Put(r)
}

// fetch answers q.
func (s *Source) fetch(ctx context.Context, db Queryer, q *traverse.Query, out *traverse.Rows) error {
	if err := ctx.Err(); err != nil {
		return failed(ctx, q.Entity, err)
	}
	p, err := s.plan(q.Need)
	if err != nil || p.key == nil {
		return err
	}
	r := s.reader(p, q, out)
	defer r.release()
	keys := s.holdable(p, q.Keys, r.asked)
	for len(keys) > 0 && !out.Full() {
		n := min(len(keys), s.maxKeys())
		if err := r.run(ctx, db, q, keys[:n]); err != nil {
			return failed(ctx, p.what, err)
		}
		keys = keys[n:]
	}
	return nil
}

// reader returns a reader of the answer to q.
func (s *Source) reader(p *plan, q *traverse.Query, out *traverse.Rows) *reader {
	r := p.reader()
	r.out = out
	if s.skipBad && (q.Entity != traverse.Lead || q.By != "") { // a lead that is asked for is scored, or has the error
		r.skipped = &s.skipped
	}
	return r
}

// holdable returns those of the keys that the column of a plan can hold, and writes their
// positions into at, unless that is nil.
func (s *Source) holdable(p *plan, keys []string, at map[string]int32) []string {
	list := make([]string, 0, len(keys))
	for i, k := range keys {
		if s.dialect.loose || p.key.storage.canHold(k) {
			list = append(list, k)
			if at != nil {
				at[k] = int32(i)
			}
		}
	}
	return list
}

func (s *Source) maxKeys() int {
	if s.dialect.MaxKeys <= 0 {
		return 500
	}
	return s.dialect.MaxKeys
}

func (r *reader) run(ctx context.Context, db Queryer, q *traverse.Query, keys []string) error {
	limit := rowLimit(q, r.out.Len())
	text, args := r.plan.statement(q, keys, limit)
	rows, err := db.Query(ctx, text, args...)
	if err != nil {
		return err
	}
	return r.read(rows, q, limit)
}

// read reads the rows of a statement that asks for so many, or for all if limit is 0, and
// closes them.
func (r *reader) read(rows Rows, q *traverse.Query, limit int) error {
	defer rows.Close()
	if err := unchanged(r.plan.dialect, rows, r.plan.columns); err != nil {
		return err
	}
	r.begin(q)
	n := 0
	for ; !r.out.Full() && rows.Next(); n++ {
		if err := rows.Scan(r.cells); err != nil {
			return err
		}
		if err := r.row(); err != nil {
			return err
		}
		if len(r.positions) >= r.room {
			r.flush()
			r.begin(q)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	r.flush()
	if n == limit && limit > 0 && !r.out.Full() {
		// For fewer keys the rows may be fewer.
		return fmt.Errorf("there are more than %d rows, too many to read, and some of them have other keys or are wrong", limit)
	}
	return rows.Close()
}

// begin begins a block of rows.
func (r *reader) begin(q *traverse.Query) {
	r.empty()
	r.room = blockRows
	if q.Limit > 0 {
		r.room = min(r.room, q.Limit-r.out.Len())
	}
}

func (r *reader) empty() {
	r.positions = r.positions[:0]
	for _, c := range r.cells {
		c.reset()
	}
}

// flush adds the rows that are collected to the answer.
func (r *reader) flush() {
	b := traverse.Block{Keys: r.positions, Columns: r.columns}
	if r.key != r.id {
		b.IDs = r.id.all()
	}
	for i, slot := range r.plan.slots {
		r.columns[i] = traverse.Column{}
		if slot >= 0 {
			r.columns[i] = r.cells[slot].values()
		}
	}
	r.out.AddBlock(&b)
}

// row collects the row that was scanned, unless it belongs to no key or something is
// wrong in it. It returns an error if the row may belong to any key.
func (r *reader) row() error {
	at, ok, err := r.judge()
	switch {
	case err != nil:
		return err
	case ok:
		r.positions = append(r.positions, at)
	default:
		for _, c := range r.cells {
			c.drop()
		}
	}
	return nil
}

// judge returns the position of the key that the row belongs to, and whether the row is
// one of the answer.
func (r *reader) judge() (at int32, ok bool, err error) {
	p := r.plan
	if r.key.err != nil {
		if r.skipped == nil {
			return 0, false, &valueError{p.key.name, r.key.err}
		}
		r.bad("", nil, unreadable+r.key.err.Error(), Problem{Field: p.key.field, Message: "a row was skipped (column " + p.key.name + ")", Err: r.key.err})
		return 0, false, nil
	}
	// The database may compare letter case and blanks less strictly than ids are.
	asked := r.key.last()
	if r.key.again() {
		at = r.positions[len(r.positions)-1]
	} else if at, ok = r.asked[string(asked)]; !ok {
		return 0, false, nil
	}
	if fault := r.id.err; fault != nil || len(r.id.last()) == 0 {
		key, column := string(asked), p.entity.id.name
		failure := fmt.Errorf("sqldb: a row of %s %s: id (column %s): %w", p.what, shown.Quote(key), column, fault)
		if fault == nil {
			fault = errors.New("it has no id")
			failure = fmt.Errorf("sqldb: a row of %s %s has no id (column %s)", p.what, shown.Quote(key), column)
		}
		r.bad(key, failure, unreadable+key+fault.Error(), Problem{
			Field: "id", Message: fmt.Sprintf("a row by %s %s was skipped (column %s)", p.by, shown.Quote(key), column), Err: fault,
		})
		return 0, false, nil
	}
	for _, slot := range p.slots {
		if slot < 0 || r.cells[slot].err == nil {
			continue
		}
		column, fault, row := p.columns[slot], r.cells[slot].err, string(r.id.last())
		r.bad(string(asked), fmt.Errorf("sqldb: %w", wrong(p.entity, row, column, fault)), row, skippedRowOf(row, column, fault))
		return 0, false, nil
	}
	return at, true, nil
}

// bad skips a row in which something is wrong, or fails the key that was asked for.
func (r *reader) bad(asked string, failure error, row string, p Problem) {
	if r.skipped == nil {
		r.out.Fail(asked, failure)
		return
	}
	p.Entity = r.plan.entity.name
	r.skipped.add(row, p)
}

// wrong returns the error for a row with a value that cannot be decoded.
func wrong(e *entity, row string, c *column, fault error) error {
	return fmt.Errorf("%s %s: %s (column %s): %w", e.name, shown.Quote(row), c.field, c.name, fault)
}

// skippedRowOf returns the problem of such a row that is skipped.
func skippedRowOf(row string, c *column, fault error) Problem {
	return Problem{Field: c.field, Message: fmt.Sprintf("the row %s was skipped (column %s)", shown.Quote(row), c.name), Err: fault}
}
