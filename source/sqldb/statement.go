package sqldb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// A plan is the fixed part of the statements for a need. It is immutable.
type plan struct {
	dialect *Dialect
	entity  *entity
	what    string  // for errors: Contact by id
	by      string  // id, or the reference
	key     *column // nil: nothing can be found
	window  *column // that a range restricts; nil = none
	head    string  // up to WHERE
	columns []*column
	slots   []int // of each field among columns, -1 for an absent one
	zoned   bool  // days begin in a zone other than UTC
}

// plan returns the plan of a need. Plans are kept by the pointers of their needs,
// which cannot be reused while they are kept.
func (s *Source) plan(n *traverse.Need) (*plan, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.plans[n]; p != nil {
		return p, nil
	}
	p, err := s.newPlan(n)
	if err != nil {
		return nil, err
	}
	// The memory of a service that keeps compiling models must not grow.
	const most = 1000
	if len(s.plans) >= most {
		clear(s.plans)
	}
	s.plans[n] = p
	return p, nil
}

func (s *Source) newPlan(n *traverse.Need) (*plan, error) {
	if err := known(s.schema, n); err != nil {
		return nil, err
	}
	e := s.entities[n.Entity]
	if lack := e.lack(n); lack != nil {
		return nil, &kindError{lack, traverse.ErrUnavailable}
	}
	p := &plan{dialect: &s.dialect, entity: e, what: described(n), by: cmp.Or(n.By, "id"), zoned: s.zoned}
	if e.absent {
		return p, nil
	}
	p.key = e.id
	if n.By != "" {
		if p.key = e.fields[n.By]; p.key == nil {
			return p, nil
		}
	}
	take := func(c *column) int {
		for i, have := range p.columns {
			if have == c {
				return i
			}
		}
		p.columns = append(p.columns, c)
		return len(p.columns) - 1
	}
	take(e.id)
	take(p.key)
	for _, f := range n.Fields {
		slot := -1
		if c := e.fields[f]; c != nil {
			slot = take(c)
		}
		p.slots = append(p.slots, slot)
	}
	if n.Time != "" {
		p.window = e.fields[n.Time]
	}
	selected := make([]string, len(p.columns))
	for i, c := range p.columns {
		selected[i] = c.selects
	}
	p.head = "SELECT " + strings.Join(selected, ", ") + " FROM " + e.from + " WHERE "
	return p, nil
}

// statement returns the statement for some keys, and its parameters. It asks for as
// many rows as limit says, or for all if limit is 0.
func (p *plan) statement(q *traverse.Query, keys []string, limit int) (string, []any) {
	var b strings.Builder
	var args []any
	b.WriteString(p.head)
	if p.dialect.Keys != nil {
		condition, arg := p.dialect.Keys(p.key.quoted, p.dialect.placeholder(1), p.key.storage, keys)
		b.WriteString(condition)
		args = append(args, arg)
	} else {
		b.WriteString(p.key.quoted + " IN (")
		for _, k := range keys {
			if len(args) > 0 {
				b.WriteString(", ")
			}
			i, isInt := integer(k)
			if isInt && p.key.storage == Integer {
				args = append(args, i)
			} else {
				args = append(args, k)
			}
			b.WriteString(p.dialect.placeholder(len(args)))
			if isInt && p.key.storage == Untyped {
				args = append(args, i) // whether it is text or an integer depends on the row
				b.WriteString(", " + p.dialect.placeholder(len(args)))
			}
		}
		b.WriteString(")")
	}
	if p.window != nil {
		args = p.between(&b, args, q)
	}
	if limit > 0 {
		b.WriteString(" LIMIT " + strconv.Itoa(limit))
	}
	return b.String(), args
}

// rowLimit returns how many rows a statement asks for so that the answer to q can
// become full, or 0 if there is no limit. It is a power of two, so that a need has
// few different statements.
func rowLimit(q *traverse.Query, out *traverse.Rows) int {
	const few, many = 1 << 10, 1 << 40
	left := q.Limit - out.Len()
	if q.Limit <= 0 || left > many {
		return 0
	}
	return max(few, 1<<bits.Len(uint(left-1)))
}

func (d *Dialect) placeholder(n int) string {
	if d.Placeholder == nil {
		return "?"
	}
	return d.Placeholder(n)
}

// between adds the range of a query. It may let values outside the range through,
// and must let values inside it through, in whatever form they are written.
func (p *plan) between(b *strings.Builder, args []any, q *traverse.Query) []any {
	c := p.window
	if c.storage == Unknown {
		return args
	}
	from, below := q.From.UTC(), q.To.UTC()
	hasFrom, hasTo := bounded(q.From), bounded(q.To)
	// The range ends before below, as times are truncated to microseconds.
	if c.typ == traverse.Date {
		below = below.AddDate(0, 0, 1)
	} else {
		below = below.Add(time.Microsecond)
	}
	var low, high any = from, below
	unlike := "" // text that is not a time must be found, too, so that it is reported
	switch {
	case c.format.unix() > 0:
		per := c.format.unix()
		count := func(t time.Time) int64 {
			return t.Unix()*per + int64(t.Nanosecond())*per/int64(time.Second)
		}
		low, high = count(from)-1, count(below)+1 // a number may have a fraction
		// SQLite sorts all text after all numbers.
		hasTo = hasTo && c.storage != Untyped && !p.dialect.loose
	case c.storage == Day:
		// A driver may truncate a bound to its day, and a day may begin in another zone.
		low, high = from.Truncate(24*time.Hour), below.Add(24*time.Hour-time.Microsecond).Truncate(24*time.Hour)
		if c.typ == traverse.Time && p.zoned {
			low, high = low.(time.Time).AddDate(0, 0, -1), high.(time.Time).AddDate(0, 0, 1)
		}
	case c.storage != Instant:
		// Text begins with its day, which may be off by one because of its offset
		// from UTC. The rest may be written in any form.
		low = from.AddDate(0, 0, -1).Format(time.DateOnly)
		high = below.AddDate(0, 0, 2).Format(time.DateOnly)
		unlike = " OR " + c.quoted + " NOT LIKE '____-__-__%'"
	}
	bound := func(operator string, v any, or string) {
		args = append(args, v)
		condition := c.quoted + " " + operator + " " + p.dialect.placeholder(len(args))
		if or += unlike; or != "" {
			condition = "(" + condition + or + ")"
		}
		b.WriteString(" AND " + condition)
	}
	if hasFrom {
		bound(">=", low, "")
	}
	if hasTo {
		null := ""
		if q.From.IsZero() {
			null = " OR " + c.quoted + " IS NULL"
		}
		bound("<", high, null)
	}
	return args
}

// bounded reports whether t is a bound that every database can compare with. No
// value is beyond any other bound.
func bounded(t time.Time) bool {
	y := t.UTC().Year()
	return !t.IsZero() && y >= 1 && y < 9999
}

// integer reads an id in the form in which an integer column writes it: 7, but not
// 007 or +7.
func integer(s string) (int64, bool) {
	i, err := strconv.ParseInt(s, 10, 64)
	return i, err == nil && strconv.FormatInt(i, 10) == s
}

// canHold reports whether a column of that storage can hold the key, in the form in
// which the database writes it.
func (s Storage) canHold(key string) bool {
	switch s {
	case Integer:
		_, ok := integer(key)
		return ok
	case UUID:
		return len(key) == 36 && hasHex(key)
	}
	return true
}

func hasHex(key string) bool {
	for i := range len(key) {
		c := key[i]
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
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

// A cell takes one column of one row.
type cell struct {
	decode decoder
	value  traverse.Value
	err    error
}

// Scan implements [database/sql.Scanner]. It does not fail for a value that cannot
// be decoded: which key it fails is known only after the whole row is scanned.
func (c *cell) Scan(src any) error {
	c.value, c.err = c.decode(src)
	return nil
}

// A queryer is a database or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// fetch answers q.
func (s *Source) fetch(ctx context.Context, db queryer, q *traverse.Query, out *traverse.Rows) error {
	if err := ctx.Err(); err != nil {
		return failed(ctx, q.Entity, err)
	}
	p, err := s.plan(q.Need)
	if err != nil || p.key == nil {
		return err
	}
	asked := make(map[string]string, len(q.Keys))
	keys := make([]string, 0, len(q.Keys))
	for _, k := range q.Keys {
		if s.dialect.loose || p.key.storage.canHold(k) {
			asked[k] = k
			keys = append(keys, k)
		}
	}
	r := p.reader(len(q.Fields), asked, out)
	if s.skipBad && (q.Entity != traverse.Lead || q.By != "") { // a lead that is asked for is scored, or has the error
		r.skipped = &s.skipped
	}
	for len(keys) > 0 && !out.Full() {
		n := min(len(keys), s.maxKeys())
		if err := r.run(ctx, db, q, keys[:n]); err != nil {
			return failed(ctx, p.what, err)
		}
		keys = keys[n:]
	}
	return nil
}

func (s *Source) maxKeys() int {
	if s.dialect.MaxKeys <= 0 {
		return 500
	}
	return s.dialect.MaxKeys
}

// A reader reads the rows of the statements of a query.
type reader struct {
	plan    *plan
	asked   map[string]string
	last    string // the key of the previous row; "" = none yet
	out     *traverse.Rows
	cells   []cell
	into    []any
	values  []traverse.Value
	skipped *skipper // takes rows in which something is wrong; nil = they fail their keys
}

func (p *plan) reader(fields int, asked map[string]string, out *traverse.Rows) *reader {
	r := &reader{plan: p, asked: asked, out: out, cells: make([]cell, len(p.columns)), values: make([]traverse.Value, fields)}
	for i, c := range p.columns {
		r.cells[i].decode = c.decode
		r.into = append(r.into, &r.cells[i])
	}
	return r
}

func (r *reader) run(ctx context.Context, db queryer, q *traverse.Query, keys []string) error {
	limit := rowLimit(q, r.out)
	text, args := r.plan.statement(q, keys, limit)
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := unchanged(r.plan.dialect, rows, r.plan.columns); err != nil {
		return err
	}
	n := 0
	for ; !r.out.Full() && rows.Next(); n++ {
		if err := rows.Scan(r.into...); err != nil {
			return err
		}
		if err := r.row(); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n == limit && limit > 0 && !r.out.Full() {
		// For fewer keys the rows may be fewer.
		return fmt.Errorf("there are more than %d rows, too many to read, and some of them have other keys or are wrong", limit)
	}
	return rows.Close()
}

// row adds the row that was scanned. It returns an error if the row may belong to
// any key.
func (r *reader) row() error {
	p := r.plan
	id, key := &r.cells[0], &r.cells[0]
	if p.key != p.entity.id {
		key = &r.cells[1]
	}
	if key.err != nil {
		if r.skipped == nil {
			return &valueError{p.key.name, key.err}
		}
		r.bad("", nil, unreadable+key.err.Error(), Problem{Field: p.key.field, Message: "a row was skipped (column " + p.key.name + ")", Err: key.err})
		return nil
	}
	// The database may compare letter case and blanks less strictly than ids are.
	// Most rows come key by key.
	asked := r.last
	if text := key.value.Text(); text == "" || text != asked {
		var ok bool
		if asked, ok = r.asked[text]; !ok {
			return nil
		}
		r.last = asked
	}
	if id.err != nil || id.value.IsEmpty() {
		column, text := p.entity.id.name, id.err
		failure := fmt.Errorf("sqldb: a row of %s %s: id (column %s): %w", p.what, shown.Quote(asked), column, id.err)
		if id.err == nil {
			text = errors.New("it has no id")
			failure = fmt.Errorf("sqldb: a row of %s %s has no id (column %s)", p.what, shown.Quote(asked), column)
		}
		r.bad(asked, failure, unreadable+asked+text.Error(), Problem{
			Field: "id", Message: fmt.Sprintf("a row by %s %s was skipped (column %s)", p.by, shown.Quote(asked), column), Err: text,
		})
		return nil
	}
	for i, slot := range p.slots {
		if slot < 0 {
			r.values[i] = traverse.Value{}
			continue
		}
		c := &r.cells[slot]
		if c.err != nil {
			column, row := p.columns[slot], id.value.Text()
			r.bad(asked, fmt.Errorf("sqldb: %s %s: %s (column %s): %w", p.entity.name, shown.Quote(row), column.field, column.name, c.err), row, Problem{
				Field: column.field, Message: fmt.Sprintf("the row %s was skipped (column %s)", shown.Quote(row), column.name), Err: c.err,
			})
			return nil
		}
		r.values[i] = c.value
	}
	if p.key == p.entity.id {
		r.out.Add(asked, asked, r.values...)
	} else {
		r.out.Add(asked, id.value.Text(), r.values...)
	}
	return nil
}
