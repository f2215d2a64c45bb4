package memory

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// idField is the field that, where a schema declares it, is the record's id.
const idField = "id"

// A table holds the records of one entity.
type table struct {
	entity  *traverse.Entity
	columns []column       // the fields, then the references
	slots   map[string]int // name -> position in columns
	dated   int            // the column that the entity is dated by, or -1

	mu    sync.RWMutex // guards what follows
	rows  []row        // only ever appended to
	ids   map[string]int
	byRef map[int]map[string][]int // column -> key -> rows, the empty dates first, then by date
}

type column struct {
	name      string
	typ       traverse.Type // of a field
	reference bool
}

type row struct {
	id     string
	values []traverse.Value // in the order of the table's columns
}

func newTable(e *traverse.Entity) *table {
	t := &table{
		entity: e, dated: -1,
		slots: map[string]int{}, ids: map[string]int{}, byRef: map[int]map[string][]int{},
	}
	for f := range e.Fields() {
		t.slots[f.Name] = len(t.columns)
		t.columns = append(t.columns, column{name: f.Name, typ: f.Type})
	}
	for r := range e.Relationships() {
		if !r.Many() {
			t.slots[r.Name] = len(t.columns)
			t.columns = append(t.columns, column{name: r.Name, reference: true})
		}
	}
	if f, ok := e.Dated(); ok {
		t.dated = t.slots[f.Name]
	}
	return t
}

// fit returns the values of a record in the order of the table's columns.
func (t *table) fit(id string, record Record) ([]traverse.Value, error) {
	values := make([]traverse.Value, len(t.columns))
	var bad []string
	problem := func(name string, format string, args ...any) {
		bad = append(bad, fmt.Sprintf("memory: %s %s: %s: %s", t.entity.Name(), quote(id), name, fmt.Sprintf(format, args...)))
	}
	if slot, ok := t.slots[idField]; ok {
		v, err := t.columns[slot].fit(id)
		if err != nil {
			problem(idField, "%v", err)
		}
		values[slot] = v
	}
	for name, x := range record {
		slot, ok := t.slots[name]
		if !ok {
			if _, ok := t.entity.Relationship(name); ok {
				problem(name, "an inverse relationship is not stored: it follows from the references that lead here")
			} else {
				problem(name, "no such field%s", t.didYouMean(name))
			}
			continue
		}
		v, err := t.columns[slot].fit(x)
		switch {
		case err != nil:
			problem(name, "%v", err)
		case name == idField && !v.IsEmpty() && !v.Equal(values[slot]):
			problem(name, "it is the record's id and cannot be %s", quote(v.String()))
		case name != idField:
			values[slot] = v
		}
	}
	if bad == nil {
		return values, nil
	}
	slices.Sort(bad) // a map has no order
	errs := make([]error, len(bad))
	for i, b := range bad {
		errs[i] = errors.New(b)
	}
	return nil, errors.Join(errs...)
}

// didYouMean suggests the field or reference nearest to name.
func (t *table) didYouMean(name string) string {
	return didYouMean(name, func(yield func(string) bool) {
		for _, c := range t.columns {
			if !yield(c.name) {
				return
			}
		}
	})
}

// add stores a record and reports whether its id was free.
func (t *table) add(id string, values []traverse.Value) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, taken := t.ids[id]; taken {
		return false
	}
	at := len(t.rows)
	t.ids[id] = at
	t.rows = append(t.rows, row{id, values})
	for slot, by := range t.byRef {
		if key := values[slot].Text(); key != "" {
			rank := t.rank(at)
			after := t.search(by[key], func(r int64) bool { return r > rank })
			by[key] = slices.Insert(by[key], after, at)
		}
	}
	return true
}

// snapshot returns the rows that are there now. As rows are only appended,
// they can be read without the lock.
func (t *table) snapshot() []row {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.rows
}

// index returns the index by a reference, and builds it when it is missing. It
// must be read under the lock.
func (t *table) index(ctx context.Context, slot int) (map[string][]int, error) {
	t.mu.RLock()
	by := t.byRef[slot]
	t.mu.RUnlock()
	if by != nil {
		return by, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if by := t.byRef[slot]; by != nil {
		return by, nil // another query was faster
	}
	by = map[string][]int{}
	for at := range t.rows {
		if at%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if key := t.rows[at].values[slot].Text(); key != "" {
			by[key] = append(by[key], at)
		}
	}
	if t.dated >= 0 {
		compare := func(a, b int) int {
			if x, y := t.rank(a), t.rank(b); x != y {
				if x < y {
					return -1
				}
				return 1
			}
			return a - b
		}
		seen := 0
		for _, rows := range by {
			if seen += len(rows); seen >= checkEvery {
				if seen = 0; ctx.Err() != nil {
					return nil, ctx.Err()
				}
			}
			slices.SortFunc(rows, compare)
		}
	}
	t.byRef[slot] = by
	return by, nil
}

// undated is the rank of an empty date.
const undated = math.MinInt64

// rank orders rows by the field that the entity is dated by.
func (t *table) rank(row int) int64 {
	if t.dated < 0 {
		return undated
	}
	switch v := t.rows[row].values[t.dated]; v.Kind() {
	case traverse.KindTime:
		return v.Micros()
	case traverse.KindDate:
		return v.Day()
	}
	return undated
}

// search returns the first of rows, which are ordered by rank, whose rank is
// past.
func (t *table) search(rows []int, past func(rank int64) bool) int {
	at, _ := slices.BinarySearchFunc(rows, 0, func(row, _ int) int {
		if past(t.rank(row)) {
			return 1
		}
		return -1
	})
	return at
}

// within cuts rows to those from q.From to q.To, if these speak of the order
// that rows have.
func (t *table) within(rows []int, q *traverse.Query) []int {
	if t.dated < 0 || q.Time != t.columns[t.dated].name {
		return rows
	}
	rank := time.Time.UnixMicro
	if t.columns[t.dated].typ == traverse.Date {
		rank = func(day time.Time) int64 { return traverse.DayNumber(day.UTC().Date()) }
	}
	if !q.To.IsZero() {
		to := rank(q.To)
		rows = rows[:t.search(rows, func(r int64) bool { return r > to })]
	}
	if !q.From.IsZero() {
		from := rank(q.From)
		rows = rows[t.search(rows, func(r int64) bool { return r >= from }):]
	}
	return rows
}
