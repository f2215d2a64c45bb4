package sqldb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A loader reads the rows of one table into a store.
type loader struct {
	table    *wholeTable
	store    *columns.Store
	progress func(Progress)
	skipped  *skipper // takes rows in which something is wrong; nil = they are errors

	cells   []*Cell
	id      *Cell
	by      []*Cell // the references by which records are asked for
	bytes   []*Cell // whether the id, and each of by, are bytes, where a column may hold them
	slots   []int   // the cells of the store's columns, -1 for one that is not read
	columns []traverse.Column

	// Of records that are loaded by keys:
	asked map[string]bool // the keys; nil = all records are loaded
	key   *Cell
	had   int             // how many rows the store's table had before
	left  map[string]bool // takes the ids of rows that are skipped; may be nil

	room    int // how many records may be added
	seen    int // how many rows have been read
	rows    int // how many are collected
	records int // how many have been added to the store
}

func newLoader(t *wholeTable, store *columns.Store, progress func(Progress)) *loader {
	l := &loader{table: t, store: store, progress: progress}
	for _, c := range t.plan.columns {
		l.cells = append(l.cells, newCell(c))
	}
	l.id = l.cells[0]
	slots := map[string]int{}
	for i, name := range t.query.Fields {
		slots[name] = t.plan.slots[i]
	}
	for _, name := range t.by {
		if slot := slots[name]; slot >= 0 {
			l.by = append(l.by, l.cells[slot])
		}
	}
	if t.plan.dialect.loose {
		for range 1 + len(l.by) {
			l.bytes = append(l.bytes, new(Cell))
		}
	}
	for _, c := range store.Table(t.query.Entity).Columns() {
		slot, ok := slots[c.Name]
		if !ok {
			slot = -1
		}
		l.slots = append(l.slots, slot)
	}
	l.columns = make([]traverse.Column, len(l.slots))
	return l
}

// ids returns the cells that bytes is about.
func (l *loader) ids() []*Cell { return slices.Concat([]*Cell{l.id}, l.by) }

// whole reads the whole table.
func (l *loader) whole(ctx context.Context, db Queryer) error {
	text, args := l.table.plan.whole(&l.table.query, l.ids())
	return l.run(ctx, db, text, args)
}

// run reads the rows of a statement.
func (l *loader) run(ctx context.Context, db Queryer, text string, args []any) error {
	ids := l.ids()
	rows, err := db.Query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := unchanged(l.table.plan.dialect, rows, l.table.plan.columns); err != nil {
		return err
	}
	all := slices.Concat(l.cells, l.bytes)
	for ; rows.Next(); l.seen++ {
		if err := rows.Scan(all); err != nil {
			return err
		}
		for i, c := range l.bytes {
			if isTrue(c.raw) {
				ids[i].err = storedAsBytes(ids[i].last())
			}
		}
		if err := l.row(); err != nil {
			return err
		}
		if l.rows == blockRows {
			if err := l.flush(); err != nil {
				return err
			}
			l.report(false)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := l.flush(); err != nil {
		return err
	}
	l.report(true)
	return rows.Close()
}

func (l *loader) report(done bool) {
	if l.progress != nil {
		l.progress(Progress{Entity: l.table.query.Entity, Records: l.records, Done: done})
	}
}

// flush adds the rows that are collected to the store.
func (l *loader) flush() error {
	if l.records+l.rows > l.room {
		return &valueError{"", fmt.Errorf("%w: there are more than LoadOptions.MaxRecords", ErrTooManyRecords)}
	}
	for i, slot := range l.slots {
		l.columns[i] = traverse.Column{}
		if slot >= 0 {
			l.columns[i] = l.cells[slot].values()
		}
	}
	if err := l.store.AddBlock(l.table.query.Entity, l.id.all(), l.columns); err != nil {
		return err
	}
	l.records += l.rows
	l.rows = 0
	for _, c := range l.cells {
		c.reset()
	}
	return nil
}

// row collects the row that was scanned, unless no query can find it, or something is
// wrong in it and such rows are skipped.
func (l *loader) row() error {
	found, err := l.judge()
	if found && err == nil {
		l.rows++
		return nil
	}
	for _, c := range l.cells {
		c.drop()
	}
	return err
}

// judge reports whether the row is one to be added.
func (l *loader) judge() (bool, error) {
	if l.asked != nil && l.key.err == nil && !l.key.again() && !l.asked[string(l.key.last())] {
		return false, nil
	}
	if l.had > 0 && l.id.err == nil {
		t := l.store.Table(l.table.query.Entity)
		if row := t.Row(t.Key(string(l.id.last()))); row >= 0 && row < l.had {
			return false, nil // it was found by another key
		}
	}
	hasID := l.id.err != nil || len(l.id.last()) > 0
	found, row := l.table.byID && hasID, ""
	for _, c := range l.by {
		if c.err != nil || len(c.last()) > 0 {
			found, row = true, c.column.field+" "+string(c.last())
		}
	}
	if !found {
		return false, nil
	}
	entity := l.table.plan.entity
	if fault := l.id.err; fault != nil || !hasID {
		column := entity.id.name
		if fault == nil {
			fault = errors.New("it has no id")
		}
		return false, l.bad(fmt.Errorf("a row: id (column %s): %w", column, fault), unreadable+row+fault.Error(), Problem{
			Field: "id", Message: "a row was skipped (column " + column + ")", Err: fault,
		})
	}
	for i, c := range l.cells {
		if c.err == nil {
			continue
		}
		id, column := string(l.id.last()), l.table.plan.columns[i]
		return false, l.bad(wrong(entity, id, column, c.err), id, skippedRowOf(id, column, c.err))
	}
	return true, nil
}

// bad skips a row in which something is wrong, or returns the error.
func (l *loader) bad(failure error, row string, p Problem) error {
	if l.skipped == nil {
		return &valueError{"", fmt.Errorf("%w; with Options.SkipBad such a row is left out", failure)}
	}
	p.Entity = l.table.query.Entity
	l.skipped.add(row, p)
	if l.left != nil {
		l.left[row] = true
	}
	return nil
}
