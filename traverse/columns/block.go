package columns

import (
	"fmt"
	"slices"
	"unicode/utf8"

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
	row := t.Len()
	if err := t.appendRows(ids); err != nil || len(ids) == 0 {
		return err
	}
	t.appendValues(row, values)
	s.records += len(ids)
	s.version.Add(1)
	if len(t.groups) == 0 && !s.owned[0].ready && !s.owned[1].ready {
		return nil
	}
	for ; row < t.Len(); row++ {
		s.enter(t, row)
	}
	return nil
}

// Grow makes room for the ids of so many more records of an entity, if it has none yet.
// That takes less time than to make it bit by bit while they are added. It does nothing for
// an entity that the schema does not have.
func (s *Store) Grow(entity string, records int) {
	t := s.tables[entity]
	if t == nil || records <= 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t.ids.index.reserve(records)
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
	bytes := 0
	for _, id := range ids {
		bytes += len(id)
	}
	if err := t.room(len(ids), bytes); err != nil {
		return err
	}
	for i, c := range t.columns {
		if c.To != nil {
			if err := c.To.room(len(ids), textBytes(&values[i], len(ids))); err != nil {
				return err
			}
		}
		if at := c.misfit(&values[i], len(ids)); at >= 0 {
			return c.check(t, ids[at], values[i].At(at))
		}
	}
	for _, id := range ids {
		if utf8.ValidString(id) {
			continue
		}
		if err := t.checkID(id); err != nil {
			return err
		}
	}
	return nil
}

// textBytes returns how many bytes the texts of so many records have.
func textBytes(values *traverse.Column, records int) int {
	bytes := 0
	if values.Texts != nil {
		for _, text := range values.Texts {
			bytes += len(text)
		}
		return bytes
	}
	for i := range records {
		bytes += len(values.At(i).Text())
	}
	return bytes
}

// misfit returns the position of the first of so many records whose value does not fit
// the column, or -1.
func (c *Column) misfit(values *traverse.Column, records int) int {
	fits := func(v traverse.Value) bool { return c.takes(v.Kind()) && v.Check() == nil }
	last := ""       // the text of the record before, which fits: those of one owner often come together
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
		case values.Texts != nil && last != "" && values.Texts[i] == last:
		case !fits(values.At(i)):
			return i
		case values.Texts != nil:
			last = values.Texts[i]
		}
	}
	return -1
}

// appendRows adds rows for ids, whose values are missing. If it fails it adds none.
func (t *Table) appendRows(ids []string) error {
	first := t.Len()
	for _, id := range ids {
		k, hash := t.ids.find(id)
		if t.Row(k) < 0 {
			t.addRow(id, k, hash)
			continue
		}
		added := t.Len() - first
		for row := range added {
			t.remove(first + row)
		}
		t.dead -= added
		t.cut(first)
		return fmt.Errorf("columns: %s %q: %w", t.entity.Name(), id, ErrDuplicate)
	}
	return nil
}

// appendValues sets the values of the rows from first on, which have been checked.
func (t *Table) appendValues(first int, values []traverse.Column) {
	for i, c := range t.columns {
		if c.Wide {
			t.fillWide(first, c, &values[i])
		} else {
			t.fill(first, c, &values[i])
		}
	}
}

// fill sets the narrow values of a column in the rows from first on.
func (t *Table) fill(first int, c *Column, values *traverse.Column) {
	cell := func(i int) *uint32 { return &t.cells.row(first + i)[c.At] }
	if values.Texts != nil && c.To != nil {
		last, key := "", uint32(0) // records of one owner often come together
		for i, text := range values.Texts {
			switch {
			case values.Null != nil && values.Null[i]:
				continue
			case text != last:
				last, key = text, uint32(c.To.take(text))
			default:
				c.again(key)
			}
			*cell(i) = key
		}
		return
	}
	const unknown = 1<<32 - 1
	var codes []uint32 // by the block's code
	if values.Codes != nil {
		codes = slices.Repeat([]uint32{unknown}, len(values.Dict))
	}
	for i := range t.Len() - first {
		switch {
		case values.Null != nil && values.Null[i]:
		case codes == nil:
			*cell(i) = c.take(values.At(i))
		case codes[values.Codes[i]] == unknown: // only values that some record has get a code
			*cell(i) = c.take(values.At(i))
			codes[values.Codes[i]] = *cell(i)
		default:
			*cell(i) = codes[values.Codes[i]]
			c.again(*cell(i))
		}
	}
}

// fillWide sets the wide values of a column in the rows from first on.
func (t *Table) fillWide(first int, c *Column, values *traverse.Column) {
	if values.Micros != nil && values.Null == nil {
		for i, at := range values.Micros {
			t.wide.row(first + i)[c.At] = at
		}
		return
	}
	for i := range t.Len() - first {
		t.wide.row(first + i)[c.At] = wideOf(values.At(i))
	}
}
