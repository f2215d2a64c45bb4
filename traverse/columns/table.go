package columns

import (
	"fmt"
	"iter"
	"math"

	"github.com/leadscore/leadscore/traverse"
)

// A Key is the number of an id of one entity: the id of a record, or one that a
// reference holds, whether or not there is such a record. 0 means no id.
type Key uint32

// NoTime is the wide value of an empty time or date.
const NoTime = math.MinInt64

// A Column describes how the values of a field or reference are stored. Each table
// stores its narrow values, codes and keys, in rows of [Table.Width] cells, and its
// wide values, instants in microseconds and days since 1970-01-01, in separate
// rows.
type Column struct {
	Name string
	Type traverse.Type // of a field; NoType for a reference
	At   int           // position in the row of cells, or of wide values
	Wide bool          // time or date
	Dict *Dict         // of a narrow field, else nil
	To   *Table        // where a reference leads, else nil
}

// A Table holds the records of one entity. Rows are numbered from 0 in the order
// in which their records were added. A deleted record leaves an empty row, until later
// records move down. IDs are numbered in any order.
type Table struct {
	entity  *traverse.Entity
	columns []*Column // the fields, then the references
	byName  map[string]*Column
	dated   *Column // the field that the entity is dated by, or nil
	width   int     // cells a row
	wides   int     // wide values a row

	ids   ids
	cells grid[uint32] // by row; zeros if its record was deleted
	wide  grid[int64]  // by row
	dead  int          // rows whose records were deleted
	slide slide        // of rows into the place of these

	// If no reference leads to the entity, the record with the id k is in row k-1, and
	// these are empty.
	straight bool
	rows     grid[Key]    // by row; 0 = its record was deleted
	rowOf    grid[int32]  // by key; -1 without a record
	uses     grid[uint32] // by key: how many cells hold it, and 1 for its record
	free     []Key        // that no id has

	groups map[*Column]*group // by reference: those that were queried
	kind   int                // position among the interactions, or -1
}

// Entity returns the entity of the records.
func (t *Table) Entity() *traverse.Entity { return t.entity }

// Columns returns the fields in the order of their declaration, then the
// references: the order of the values of [Store.Add]. The slice must not be
// changed.
func (t *Table) Columns() []*Column { return t.columns }

// Column returns the field or reference called name, or nil.
func (t *Table) Column(name string) *Column { return t.byName[name] }

// Len returns how many rows there are, including those of deleted records.
func (t *Table) Len() int { return t.cells.rows }

// Records returns how many records there are.
func (t *Table) Records() int { return t.Len() - t.dead }

// Rows yields the rows that hold a record, in order.
func (t *Table) Rows() iter.Seq[int] {
	return func(yield func(int) bool) {
		for row := range t.Len() {
			if t.RowKey(row) != 0 && !yield(row) {
				return
			}
		}
	}
}

// Width returns how many cells a row has.
func (t *Table) Width() int { return t.width }

// Key returns the number of an id, or 0 if neither a record nor a reference has it.
func (t *Table) Key(id string) Key {
	k, _ := t.ids.find(id)
	return k
}

// ID returns the id with a number, or "" for 0. The text stays valid.
func (t *Table) ID(k Key) string { return t.ids.text(k) }

// Row returns the row of the record with an id, or -1.
func (t *Table) Row(k Key) int {
	if t.straight {
		return int(k) - 1
	}
	return int(*t.rowOf.at(int(k)))
}

// RowKey returns the number of a row's id, or 0 if its record was deleted.
func (t *Table) RowKey(row int) Key {
	if !t.straight {
		return *t.rows.at(row)
	}
	if k := Key(row + 1); t.ids.has(k) {
		return k
	}
	return 0
}

// Cells returns the narrow values of a row. The slice must not be changed.
func (t *Table) Cells(row int) []uint32 { return t.cells.row(row) }

// WideValue returns the wide value of a row at a column, or [NoTime].
func (t *Table) WideValue(row, at int) int64 { return t.wide.row(row)[at] }

func newTable(e *traverse.Entity, p *part, codes *codes) *Table {
	t := &Table{
		entity: e, byName: map[string]*Column{}, kind: -1, ids: newIDs(), straight: true, groups: map[*Column]*group{},
		rows: grid[Key]{width: 1}, rowOf: grid[int32]{width: 1}, uses: grid[uint32]{width: 1},
	}
	add := func(c *Column) {
		if !p.keeps(e.Name(), c.Name) {
			return
		}
		if c.Wide {
			c.At = t.wides
			t.wides++
		} else {
			c.At = t.width
			t.width++
		}
		t.columns = append(t.columns, c)
		t.byName[c.Name] = c
	}
	for f := range e.Fields() {
		c := &Column{Name: f.Name, Type: f.Type, Wide: f.Type == traverse.Time || f.Type == traverse.Date}
		if !c.Wide {
			c.Dict = newDict(codes)
		}
		add(c)
	}
	for r := range e.Relationships() {
		if !r.Many() {
			add(&Column{Name: r.Name})
		}
	}
	if f, ok := e.Dated(); ok {
		t.dated = t.byName[f.Name]
	}
	t.cells.width, t.wide.width = t.width, t.wides
	return t
}

// number gives the rows and ids of a table numbers of their own.
func (t *Table) number() {
	if !t.straight {
		return
	}
	for row := range t.Len() {
		t.rows.add(t.RowKey(row))
	}
	for k := range t.ids.len() {
		row, uses := -1, 0
		if t.ids.has(Key(k)) {
			row, uses = k-1, 1
		}
		t.rowOf.add(int32(row))
		t.uses.add(uint32(uses))
	}
	t.straight = false
}

// Intern returns the number of an id, and gives it one if it has none yet. It
// is for filling a store: see [Store.Own].
func (t *Table) Intern(id string) Key {
	if id == "" {
		return 0
	}
	k, hash := t.ids.find(id)
	if k != 0 {
		return k
	}
	t.number()
	return t.name(id, hash)
}

// name gives a new id a number.
func (t *Table) name(id string, hash uint64) Key {
	if n := len(t.free); n > 0 {
		k := t.free[n-1]
		t.free = t.free[:n-1]
		t.ids.set(k, id, hash)
		return k
	}
	if !t.straight {
		t.rowOf.add(-1)
		t.uses.add(0)
	}
	return t.ids.add(id, hash)
}

// take returns the number of an id, or 0, for a cell that is going to hold it.
func (t *Table) take(id string) Key {
	k := t.Intern(id)
	if k != 0 {
		*t.uses.at(int(k))++
	}
	return k
}

// leave is told that a cell, or a record, no longer has a number.
func (t *Table) leave(k Key) {
	if k == 0 {
		return
	}
	uses := t.uses.at(int(k))
	if *uses--; *uses == 0 {
		t.ids.remove(k)
		t.free = append(t.free, k)
	}
}

// mostRecords is how many records and ids an entity can have: they are numbered
// in 31 bits.
const mostRecords = math.MaxInt32

// check returns an error if the values of a record do not fit.
func (t *Table) check(id string, values []traverse.Value) error {
	if len(values) != len(t.columns) {
		return fmt.Errorf("columns: %s %q: %d values for %d columns", t.entity.Name(), id, len(values), len(t.columns))
	}
	if err := t.checkID(id); err != nil {
		return err
	}
	if err := t.room(1, len(id)); err != nil {
		return err
	}
	for i, c := range t.columns {
		if values[i].Kind() == traverse.KindNull {
			continue // every column takes it
		}
		if c.To != nil {
			if err := c.To.room(1, len(values[i].Text())); err != nil {
				return err
			}
		}
		if err := c.check(t, id, values[i]); err != nil {
			return err
		}
	}
	return nil
}

// checkID returns an error for a text that cannot be an id.
func (t *Table) checkID(id string) error {
	if err := traverse.TextValue(id).Check(); err != nil {
		return fmt.Errorf("columns: %s: the id %w", t.entity.Name(), err)
	}
	return nil
}

// room returns an error if the table may have no room for so many more ids, of so many
// bytes in all.
func (t *Table) room(ids, bytes int) error {
	if t.ids.len() > mostRecords-ids {
		return fmt.Errorf("columns: %s: more than %d ids", t.entity.Name(), mostRecords)
	}
	if !t.ids.texts.room(ids, bytes) {
		return fmt.Errorf("columns: %s: the ids take more than %d bytes", t.entity.Name(), mostPages*pageBytes)
	}
	return nil
}

// check returns an error if the column of a table cannot hold the value of a record.
func (c *Column) check(t *Table, id string, v traverse.Value) error {
	if !c.takes(v.Kind()) {
		return fmt.Errorf("columns: %s %q: %s cannot be a %s", t.entity.Name(), id, c.Name, v.Kind())
	}
	if err := v.Check(); err != nil {
		return fmt.Errorf("columns: %s %q: %s: %w", t.entity.Name(), id, c.Name, err)
	}
	return nil
}

// takes reports whether the column can hold values of a kind.
func (c *Column) takes(k traverse.Kind) bool {
	switch k {
	case traverse.KindNull:
		return true
	case traverse.KindText:
		return c.To != nil || c.Type == traverse.Text || c.Type == traverse.Choice
	case traverse.KindNumber:
		return c.Type == traverse.Number
	case traverse.KindBool:
		return c.Type == traverse.Bool
	case traverse.KindTime:
		return c.Type == traverse.Time
	case traverse.KindDate:
		return c.Type == traverse.Date
	case traverse.KindChoices:
		return c.Type == traverse.Choices
	}
	return false
}

// reset removes the records and the ids, but no distinct values.
func (t *Table) reset() {
	t.ids.reset()
	t.cells.reset()
	t.wide.reset()
	t.dead, t.slide = 0, slide{}
	t.rows.reset()
	t.rowOf.reset()
	t.uses.reset()
	t.free = t.free[:0]
	if !t.straight {
		t.rowOf.add(-1)
		t.uses.add(0)
	}
	clear(t.groups)
}

// append adds a record whose values have been checked, and returns its row. The number of
// its id is k if the id has one, and has no record; otherwise k is 0.
func (t *Table) append(id string, k Key, hash uint64, values []traverse.Value) int {
	row := t.addRow(id, k, hash)
	cells, wide := t.cells.row(row), t.wide.row(row)
	for i, c := range t.columns {
		if c.Wide {
			wide[c.At] = wideOf(values[i])
		} else {
			cells[c.At] = c.take(values[i])
		}
	}
	return row
}

// addRow is append for a record without values: its cells and wide values are zeros.
func (t *Table) addRow(id string, k Key, hash uint64) int {
	row := t.Len()
	if k == 0 {
		k = t.name(id, hash)
	}
	if !t.straight {
		*t.uses.at(int(k))++
		t.rows.add(k)
		*t.rowOf.at(int(k)) = int32(row)
	}
	t.cells.grow()
	t.wide.grow()
	return row
}

// set gives a row other values, which have been checked.
func (t *Table) set(row int, values []traverse.Value) {
	cells, wide := t.cells.row(row), t.wide.row(row)
	for i, c := range t.columns {
		if c.Wide {
			wide[c.At] = wideOf(values[i])
			continue
		}
		old := cells[c.At]
		cells[c.At] = c.take(values[i]) // before old is left: they may be the same
		c.leave(old)
	}
}

// remove empties the row of a record.
func (t *Table) remove(row int) {
	cells := t.cells.row(row)
	for _, c := range t.columns {
		if !c.Wide {
			c.leave(cells[c.At])
		}
	}
	clear(cells) // so that no reference finds it
	k := t.RowKey(row)
	if t.straight {
		t.ids.remove(k)
	} else {
		*t.rowOf.at(int(k)), *t.rows.at(row) = -1, 0
		t.leave(k)
	}
	t.dead++
}

// take returns the narrow value v for a cell that is going to hold it.
func (c *Column) take(v traverse.Value) uint32 {
	if c.To != nil {
		return uint32(c.To.take(v.Text()))
	}
	return c.Dict.take(v)
}

// again is told that one more cell is going to hold the narrow value of another one.
func (c *Column) again(cell uint32) {
	switch {
	case c.To == nil:
		c.Dict.again(cell)
	case cell != 0:
		*c.To.uses.at(int(cell))++
	}
}

// leave is told that a cell no longer holds a narrow value.
func (c *Column) leave(cell uint32) {
	if c.To != nil {
		c.To.leave(Key(cell))
	} else {
		c.Dict.leave(cell)
	}
}

func wideOf(v traverse.Value) int64 {
	switch v.Kind() {
	case traverse.KindTime:
		return v.Micros()
	case traverse.KindDate:
		return v.Day()
	}
	return NoTime
}

// Value returns the value of a row in a column of the table.
func (t *Table) Value(row int, c *Column) traverse.Value {
	switch {
	case c.Wide:
		switch v := t.WideValue(row, c.At); {
		case v == NoTime:
			return traverse.Value{}
		case c.Type == traverse.Date:
			return traverse.DayValue(v)
		default:
			return traverse.MicrosValue(v)
		}
	case c.To != nil:
		if k := t.Cells(row)[c.At]; k != 0 {
			return traverse.TextValue(c.To.ID(Key(k)))
		}
		return traverse.Value{}
	}
	return c.Dict.values[t.Cells(row)[c.At]]
}

// when returns the date of a row, an instant or a day, or NoTime.
func (t *Table) when(row int32) int64 {
	if t.dated == nil {
		return NoTime
	}
	return t.WideValue(int(row), t.dated.At)
}
