package columns

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

// checkEvery is how many rows are read between two checks of the context.
const checkEvery = 4096

// A group lists rows by the key that one of their references holds: first those
// without a date, then the others by date.
type group struct{ rows [][]int32 }

func (g *group) of(k Key) []int32 {
	if k == 0 || int(k) >= len(g.rows) {
		return nil
	}
	return g.rows[k]
}

func newGroup(ctx context.Context, t *Table, by *Column) (*group, error) {
	counts := make([]int32, by.To.ids.len())
	for row := range t.Len() {
		if row%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		counts[t.Cells(row)[by.At]]++
	}
	counts[0] = 0
	total := 0
	for _, n := range counts {
		total += int(n)
	}
	all := make([]int32, total)
	g := &group{rows: make([][]int32, len(counts))}
	for k, n := range counts {
		// One more row moves the list elsewhere.
		g.rows[k], all = all[:0:n], all[n:]
	}
	for row := range t.Len() {
		if row%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if k := t.Cells(row)[by.At]; k != 0 {
			g.rows[k] = append(g.rows[k], int32(row))
		}
	}
	if t.dated == nil {
		return g, nil
	}
	seen := 0
	for _, rows := range g.rows {
		if seen += len(rows); seen >= checkEvery {
			if seen = 0; ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
		slices.SortStableFunc(rows, t.byDate)
	}
	return g, nil
}

// byDate orders rows by their dates.
func (t *Table) byDate(a, b int32) int { return cmp.Compare(t.when(a), t.when(b)) }

// inGroup orders rows as a group does: by date, and rows of the same date by
// number.
func (t *Table) inGroup(a, b int32) int { return cmp.Or(t.byDate(a, b), cmp.Compare(a, b)) }

// insert adds a row that is not in the group yet.
func (g *group) insert(t *Table, by *Column, row int32) {
	k := t.Cells(int(row))[by.At]
	if k == 0 {
		return
	}
	if more := int(k) + 1 - len(g.rows); more > 0 {
		g.rows = append(g.rows, make([][]int32, more)...)
	}
	at, _ := slices.BinarySearchFunc(g.rows[k], row, t.inGroup)
	g.rows[k] = slices.Insert(g.rows[k], at, row)
}

// remove removes a row, which must still have the values that it was inserted
// with.
func (g *group) remove(t *Table, by *Column, row int32) {
	k := t.Cells(int(row))[by.At]
	if k == 0 {
		return
	}
	at, _ := slices.BinarySearchFunc(g.rows[k], row, t.inGroup)
	g.rows[k] = slices.Delete(g.rows[k], at, at+1)
}

// move is told that a row has another number, and that no row is between the two. It must
// still have its values under the old number, too.
func (g *group) move(t *Table, by *Column, from, to int32) {
	k := t.Cells(int(from))[by.At]
	if k == 0 {
		return
	}
	at, _ := slices.BinarySearchFunc(g.rows[k], from, t.inGroup)
	g.rows[k][at] = to
}

// search returns the index of the first of rows, which are ordered by date, for
// whose date past returns true.
func (t *Table) search(rows []int32, past func(when int64) bool) int {
	at, _ := slices.BinarySearchFunc(rows, 0, func(row int32, _ int) int {
		if past(t.when(row)) {
			return 1
		}
		return -1
	})
	return at
}

// within returns the rows from q.From to q.To if q.Time is the field by which rows
// are ordered, and all rows otherwise.
func (t *Table) within(rows []int32, q *traverse.Query) []int32 {
	if t.dated == nil || q.Time != t.dated.Name {
		return rows
	}
	rank := time.Time.UnixMicro
	if t.dated.Type == traverse.Date {
		rank = func(day time.Time) int64 { return traverse.DayNumber(day.UTC().Date()) }
	}
	if !q.To.IsZero() {
		to := rank(q.To)
		rows = rows[:t.search(rows, func(when int64) bool { return when > to })]
	}
	if !q.From.IsZero() {
		from := rank(q.From)
		rows = rows[t.search(rows, func(when int64) bool { return when >= from }):]
	}
	return rows
}
