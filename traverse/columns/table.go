package columns

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"sync/atomic"

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
// in which their records were added. A deleted record leaves an empty row until the
// store is compacted, which renumbers the rows.
type Table struct {
	entity  *traverse.Entity
	columns []*Column // the fields, then the references
	byName  map[string]*Column
	dated   *Column // the field that the entity is dated by, or nil
	width   int     // cells a row
	wides   int     // wide values a row

	keys  map[string]Key
	ids   []string // by key
	rowOf []int32  // by key; -1 without a record
	rows  []Key    // by row; 0 = its record was deleted
	cells []uint32
	wide  []int64
	dead  int // rows whose records were deleted

	listed atomic.Bool // rows may be read without the store's lock: they must not change in place

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
func (t *Table) Len() int { return len(t.rows) }

// Records returns how many records there are.
func (t *Table) Records() int { return len(t.rows) - t.dead }

// Rows yields the rows that hold a record, in order.
func (t *Table) Rows() iter.Seq[int] {
	return func(yield func(int) bool) {
		for row, k := range t.rows {
			if k != 0 && !yield(row) {
				return
			}
		}
	}
}

// Width returns how many cells a row has.
func (t *Table) Width() int { return t.width }

// Key returns the number of an id, or 0 if neither a record nor a reference has it.
func (t *Table) Key(id string) Key { return t.keys[id] }

// ID returns the id with a number.
func (t *Table) ID(k Key) string { return t.ids[k] }

// Row returns the row of the record with an id, or -1.
func (t *Table) Row(k Key) int { return int(t.rowOf[k]) }

// RowKey returns the number of a row's id, or 0 if its record was deleted.
func (t *Table) RowKey(row int) Key { return t.rows[row] }

// Cells returns the narrow values of a row. The slice must not be changed.
func (t *Table) Cells(row int) []uint32 { return t.cells[row*t.width : (row+1)*t.width] }

// WideValue returns the wide value of a row at a column, or [NoTime].
func (t *Table) WideValue(row, at int) int64 { return t.wide[row*t.wides+at] }

func newTable(e *traverse.Entity, p *part) *Table {
	t := &Table{
		entity: e, byName: map[string]*Column{}, kind: -1,
		keys: map[string]Key{}, ids: []string{""}, rowOf: []int32{-1}, groups: map[*Column]*group{},
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
			c.Dict = newDict()
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
	return t
}

// Intern returns the number of an id, and gives it a new one if it has none yet. It
// is for filling a store: see [Store.Own].
func (t *Table) Intern(id string) Key {
	if id == "" {
		return 0
	}
	k, ok := t.keys[id]
	if !ok {
		k = Key(len(t.ids))
		t.keys[id] = k
		t.ids = append(t.ids, id)
		t.rowOf = append(t.rowOf, -1)
	}
	return k
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
	if err := t.room(1); err != nil {
		return err
	}
	for i, c := range t.columns {
		if values[i].Kind() == traverse.KindNull {
			continue // every column takes it
		}
		if c.To != nil {
			if err := c.To.room(1); err != nil {
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

// room returns an error if the table has no room for so many more ids.
func (t *Table) room(ids int) error {
	if len(t.ids) > mostRecords-ids {
		return fmt.Errorf("columns: %s: more than %d ids", t.entity.Name(), mostRecords)
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
	clear(t.keys)
	clear(t.ids)
	t.ids, t.rowOf = t.ids[:1], t.rowOf[:1]
	t.rows, t.cells, t.wide, t.dead = t.rows[:0], t.cells[:0], t.wide[:0], 0
	clear(t.groups)
}

// append adds a record whose values have been checked, and returns its row.
func (t *Table) append(k Key, values []traverse.Value) int {
	row := len(t.rows)
	t.rows = append(t.rows, k)
	t.rowOf[k] = int32(row)
	for i, c := range t.columns {
		if c.Wide {
			t.wide = append(t.wide, wideOf(values[i]))
		} else {
			t.cells = append(t.cells, c.cell(values[i]))
		}
	}
	return row
}

// set gives a row other values, which have been checked.
func (t *Table) set(row int, values []traverse.Value) {
	for i, c := range t.columns {
		if c.Wide {
			t.wide[row*t.wides+c.At] = wideOf(values[i])
		} else {
			t.cells[row*t.width+c.At] = c.cell(values[i])
		}
	}
}

// remove empties the row of a record.
func (t *Table) remove(row int) {
	if t.listed.Swap(false) {
		t.rows = slices.Clone(t.rows)
	}
	t.rowOf[t.rows[row]] = -1
	t.rows[row] = 0
	clear(t.Cells(row)) // so that no reference finds it
	t.dead++
}

// cell returns a narrow value as a cell.
func (c *Column) cell(v traverse.Value) uint32 {
	if c.To != nil {
		return uint32(c.To.Intern(v.Text()))
	}
	return c.Dict.Code(v)
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
			return traverse.TextValue(c.To.ids[k])
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
