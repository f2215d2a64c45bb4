package columns

import "slices"

// compact renumbers rows and ids and drops those that nothing uses any more. It
// does the same with the values of a column if most of them are unused. Each table
// keeps the order of its records.
func (s *Store) compact() {
	numbers := map[*Table][]Key{}
	for _, t := range s.tables {
		numbers[t] = make([]Key, len(t.ids))
	}
	// An id is used if a record has it or a reference holds it.
	for _, t := range s.tables {
		for row, k := range t.rows {
			if k == 0 {
				continue
			}
			numbers[t][k] = 1
			for _, c := range t.columns {
				if keys, ok := numbers[c.To]; ok {
					keys[t.Cells(row)[c.At]] = 1
				}
			}
		}
	}
	for t, keys := range numbers {
		keys[0] = 0
		t.renumber(keys)
	}
	for _, t := range s.tables {
		t.compact(numbers)
		for _, c := range t.columns {
			if c.Dict != nil && t.recode(c) {
				s.generation++
			}
		}
	}
	for i := range s.owned {
		s.owned[i].laidOut = laidOut{}
	}
	s.stale = 0
}

// renumber keeps the ids that are marked with a 1, and replaces the marks with the
// new numbers of these ids.
func (t *Table) renumber(keys []Key) {
	kept := 1
	for _, k := range keys {
		kept += int(k)
	}
	ids := make([]string, 1, kept)
	t.keys = make(map[string]Key, kept)
	for old, k := range keys {
		if k != 0 {
			keys[old] = Key(len(ids))
			t.keys[t.ids[old]] = keys[old]
			ids = append(ids, t.ids[old])
		}
	}
	t.ids = ids
}

// compact drops the rows of deleted records, given the new numbers of ids by the
// old ones.
func (t *Table) compact(numbers map[*Table][]Key) {
	n := len(t.rows) - t.dead
	rows, cells, wide := make([]Key, 0, n), make([]uint32, 0, n*t.width), make([]int64, 0, n*t.wides)
	t.rowOf = slices.Repeat([]int32{-1}, len(t.ids))
	for row, k := range t.rows {
		if k == 0 {
			continue
		}
		k = numbers[t][k]
		t.rowOf[k] = int32(len(rows))
		rows = append(rows, k)
		wide = append(wide, t.wide[row*t.wides:(row+1)*t.wides]...)
		kept := len(cells)
		cells = append(cells, t.Cells(row)...)
		for _, c := range t.columns {
			if keys, ok := numbers[c.To]; ok {
				cell := &cells[kept+c.At]
				*cell = uint32(keys[*cell])
			}
		}
	}
	t.rows, t.cells, t.wide, t.dead = rows, cells, wide, 0
	t.listed.Store(false)
	clear(t.groups)
}

// recode gives new codes to the values of a column if most of the old codes are
// unused, and reports whether it did.
func (t *Table) recode(c *Column) bool {
	const least = 32 // fewer are not worth the work
	codes := make([]uint32, c.Dict.Len())
	used := 0
	for row := range t.rows {
		if code := t.Cells(row)[c.At]; code != 0 && codes[code] == 0 {
			codes[code] = 1
			used++
		}
	}
	if c.Dict.Len() <= 2*used+least {
		return false
	}
	fresh := newDict()
	for old, mark := range codes {
		if mark != 0 {
			codes[old] = fresh.Code(c.Dict.Value(uint32(old)))
		}
	}
	for row := range t.rows {
		cell := &t.Cells(row)[c.At]
		*cell = codes[*cell]
	}
	*c.Dict = *fresh
	return true
}
