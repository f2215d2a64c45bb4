package columns

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/traverse"
)

// AddBlock adds many records at once, as if [Store.Add] added one after another: the
// records that have these ids, with their values in the order of [Table.Columns]. It
// keeps neither slice; texts must not be changed afterwards. AddBlock fails if Add
// would fail for one of the records, with an error that wraps [ErrDuplicate] for an id
// that the entity already holds or that is there twice, and if [traverse.Column.Check]
// refuses a column. Then nothing is added.
func (s *Store) AddBlock(entity string, ids []string, values []traverse.Column) error {
	t := s.tables[entity]
	if t == nil {
		return fmt.Errorf("columns: unknown entity %s%s", entity, s.didYouMean(entity))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := t.checkBlock(ids, values); err != nil {
		return err
	}
	row := len(t.rows)
	if err := t.appendRows(ids); err != nil || len(ids) == 0 {
		return err
	}
	t.appendValues(row, values)
	s.records += len(ids)
	s.version.Add(1)
	if len(t.groups) == 0 && !s.owned[0].ready && !s.owned[1].ready {
		return nil
	}
	for ; row < len(t.rows); row++ {
		s.enter(t, row)
	}
	return nil
}

// checkBlock returns an error if the values of some record do not fit, or its id cannot
// be one.
func (t *Table) checkBlock(ids []string, values []traverse.Column) error {
	if len(values) != len(t.columns) {
		return fmt.Errorf("columns: %s: a block with %d columns for %d columns", t.entity.Name(), len(values), len(t.columns))
	}
	for i, c := range t.columns {
		if err := values[i].Check(len(ids)); err != nil {
			return fmt.Errorf("columns: %s: in a block the column %s %w", t.entity.Name(), c.Name, err)
		}
	}
	if at := slices.Index(ids, ""); at >= 0 {
		return fmt.Errorf("columns: %s: record %d of a block needs an id, not the empty text", t.entity.Name(), at)
	}
	if err := t.room(len(ids)); err != nil {
		return err
	}
	for i, c := range t.columns {
		if c.To != nil {
			if err := c.To.room(len(ids)); err != nil {
				return err
			}
		}
		if at := c.misfit(&values[i], len(ids)); at >= 0 {
			return c.check(t, ids[at], values[i].At(at))
		}
	}
	for _, id := range ids {
		if err := t.checkID(id); err != nil {
			return err
		}
	}
	return nil
}

// misfit returns the position of the first of so many records whose value does not fit
// the column, or -1.
func (c *Column) misfit(values *traverse.Column, records int) int {
	fits := func(v traverse.Value) bool { return c.takes(v.Kind()) && v.Check() == nil }
	var known []bool // by code: the value fits
	if values.Codes != nil {
		known = make([]bool, len(values.Dict))
		for code, v := range values.Dict {
			known[code] = fits(v)
		}
		if !slices.Contains(known, false) {
			return -1
		}
	}
	for i := range records {
		switch {
		case values.Null != nil && values.Null[i]:
		case known != nil && known[values.Codes[i]]:
		case !fits(values.At(i)):
			return i
		}
	}
	return -1
}

// appendRows adds rows for ids, whose values are missing. If it fails it adds none.
func (t *Table) appendRows(ids []string) error {
	first := len(t.rows)
	for _, id := range ids {
		k := t.Intern(id)
		if t.rowOf[k] < 0 {
			t.rowOf[k] = int32(len(t.rows))
			t.rows = append(t.rows, k)
			continue
		}
		for _, k := range t.rows[first:] {
			t.rowOf[k] = -1
		}
		t.rows = t.rows[:first]
		return fmt.Errorf("columns: %s %q: %w", t.entity.Name(), id, ErrDuplicate)
	}
	return nil
}

// appendValues adds the values of the rows from first on, which have been checked.
func (t *Table) appendValues(first int, values []traverse.Column) {
	n := len(t.rows) - first
	t.cells = slices.Grow(t.cells, n*t.width)[:len(t.rows)*t.width]
	t.wide = slices.Grow(t.wide, n*t.wides)[:len(t.rows)*t.wides]
	for i, c := range t.columns {
		if c.Wide {
			fillWide(t.wide[first*t.wides+c.At:], t.wides, &values[i], n)
		} else {
			c.fill(t.cells[first*t.width+c.At:], t.width, &values[i], n)
		}
	}
}

// fill writes the narrow values of so many records to every width-th cell.
func (c *Column) fill(cells []uint32, width int, values *traverse.Column, records int) {
	if values.Texts != nil && c.To != nil {
		last, key := "", uint32(0) // records of one owner often come together
		for i, text := range values.Texts {
			switch {
			case values.Null != nil && values.Null[i]:
				cells[i*width] = 0
				continue
			case text != last:
				last, key = text, uint32(c.To.Intern(text))
			}
			cells[i*width] = key
		}
		return
	}
	const unknown = 1<<32 - 1
	var codes []uint32 // by the block's code
	if values.Codes != nil {
		codes = slices.Repeat([]uint32{unknown}, len(values.Dict))
	}
	for i := range records {
		switch {
		case values.Null != nil && values.Null[i]:
			cells[i*width] = 0
		case codes == nil:
			cells[i*width] = c.cell(values.At(i))
		default: // only values that some record has get a code
			code := &codes[values.Codes[i]]
			if *code == unknown {
				*code = c.cell(values.At(i))
			}
			cells[i*width] = *code
		}
	}
}

// fillWide writes the wide values of so many records to every width-th place.
func fillWide(wide []int64, width int, values *traverse.Column, records int) {
	if values.Micros != nil && values.Null == nil {
		for i, at := range values.Micros {
			wide[i*width] = at
		}
		return
	}
	for i := range records {
		wide[i*width] = wideOf(values.At(i))
	}
}
