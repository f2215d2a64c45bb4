package sqldb

import (
	"cmp"
	"math/bits"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// A plan is the fixed part of the statements for a need. It is safe for concurrent use.
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

	readers sync.Pool // of *reader
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
	p := &plan{dialect: &s.dialect, entity: e, what: described(n), by: cmp.Or(n.By, "id"), zoned: s.zone != time.UTC}
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
	b.WriteString(p.head)
	args := p.among(&b, keys)
	if p.window != nil {
		args = p.between(&b, args, q)
	}
	if limit > 0 {
		b.WriteString(" LIMIT " + strconv.Itoa(limit))
	}
	return b.String(), args
}

// among adds the condition that the key is one of keys, and returns its parameters,
// which are the first of the statement.
func (p *plan) among(b *strings.Builder, keys []string) []any {
	if p.dialect.Keys != nil {
		condition, arg := p.dialect.Keys(p.key.quoted, p.dialect.placeholder(1), p.key.storage, keys)
		b.WriteString(condition)
		return []any{arg}
	}
	var args []any
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
	return args
}

// rowLimit returns how many rows a statement asks for so that the answer to q, which has
// some records, can become full, or 0 if there is no limit. It is a power of two, so that a need has
// few different statements.
func rowLimit(q *traverse.Query, have int) int {
	const few, many = 1 << 10, 1 << 40
	left := q.Limit - have
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
