package columns

// Deleted records leave empty rows, and values that are no longer used keep their codes.
// Each change of a store does a little about that, so that none takes long.

const (
	// leastUnused is how much unused memory is not worth the work: so many rows or codes.
	leastUnused = 32
	// atOnce is how many rows, or codes, a change looks at.
	atOnce = 16
)

// A slide moves the rows of a table down into the place of those before them that are
// empty. They keep their order. Between two changes the rows from to on, below from, are
// empty.
type slide struct {
	moving   bool
	from, to int
}

// tidy is called after a record of a table was deleted or replaced.
func (s *Store) tidy(t *Table) {
	if !t.slide.moving && t.dead > t.Records()/4+leastUnused {
		t.slide = slide{moving: true}
	}
	for range atOnce {
		if !t.slide.moving {
			break
		}
		s.step(t)
	}
	if s.codes.idle > s.records/4+leastUnused {
		s.codes.generation++
		s.codes.idle = 0
		for _, d := range s.dicts {
			d.age()
		}
	}
	for left := atOnce; left > 0 && s.codes.old > 0; {
		n := s.dicts[s.aging].forget(left)
		if left -= n; n == 0 {
			s.aging = (s.aging + 1) % len(s.dicts)
		}
	}
}

// step looks at one row of a table that slides.
func (s *Store) step(t *Table) {
	m := &t.slide
	if m.from == t.Len() {
		t.cut(m.to)
		t.dead -= m.from - m.to
		*m = slide{}
		return
	}
	if t.RowKey(m.from) != 0 {
		if m.from != m.to {
			t.move(m.from, m.to)
		}
		m.to++
	}
	m.from++
}

// move moves a row into an empty one. All between the two are empty.
func (t *Table) move(from, to int) {
	cells, wide := t.cells.row(from), t.wide.row(from)
	copy(t.cells.row(to), cells)
	copy(t.wide.row(to), wide)
	for c, g := range t.groups {
		g.move(t, c, int32(from), int32(to))
	}
	clear(cells)
	if t.straight {
		t.ids.move(Key(from+1), Key(to+1))
		return
	}
	k := t.rows.at(from)
	*t.rows.at(to), *t.rowOf.at(int(*k)) = *k, int32(to)
	*k = 0
}

// cut drops the rows from some row on, which are empty.
func (t *Table) cut(rows int) {
	t.cells.cut(rows)
	t.wide.cut(rows)
	if t.straight {
		t.ids.cut(rows + 1)
	} else {
		t.rows.cut(rows)
	}
}
