package columns

import (
	"cmp"
	"context"
	"slices"

	"github.com/leadscore/leadscore/traverse"
)

// Owned holds the interactions by contact. Those of one contact are next to each
// other: kind by kind, in the order of [Owned.Kinds], and newest first within a
// kind, those without a Timestamp last.
type Owned struct {
	kinds  []*Table
	starts []start  // by contact
	counts []uint32 // by contact and kind
	times  []int64
	cells  []uint32
	dead   int // times that belong to no contact any more
}

// start is where the interactions of a contact begin.
type start struct{ times, cells int }

// Kinds returns the tables of the interactions, in the order of those of a
// contact.
func (o *Owned) Kinds() []*Table { return o.kinds }

// Of returns the interactions of a contact, whether or not it has a record: how
// many there are of each kind; the Timestamps of all, in microseconds, or
// [NoTime]; and the cells of all, [Table.Width] a record. The slices may be longer
// than that. They must not be changed.
func (o *Owned) Of(contact Key) (counts []uint32, times []int64, cells []uint32) {
	n := len(o.kinds)
	at := int(contact) * n
	if contact == 0 || at >= len(o.counts) {
		return nil, nil, nil
	}
	s := o.starts[contact]
	return o.counts[at : at+n : at+n], o.times[s.times:], o.cells[s.cells:]
}

// build lays out all interactions again, for so many ids of contacts.
func (o *Owned) build(ctx context.Context, contacts int) error {
	n := len(o.kinds)
	fresh := Owned{kinds: o.kinds, starts: make([]start, contacts), counts: make([]uint32, contacts*n)}
	for i, t := range o.kinds {
		by := t.byName[traverse.Contact].At
		for row := range t.rows {
			if row%checkEvery == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if k := t.Cells(row)[by]; k != 0 {
				fresh.counts[int(k)*n+i]++
			}
		}
	}
	next := start{}
	for k := range fresh.starts {
		fresh.starts[k] = next
		for i, t := range o.kinds {
			count := int(fresh.counts[k*n+i])
			next.times += count
			next.cells += count * t.width
		}
	}
	fresh.times = make([]int64, next.times)
	fresh.cells = make([]uint32, next.cells)
	at := slices.Clone(fresh.starts) // where the next kind of each contact begins
	for i, t := range o.kinds {
		if err := fresh.place(ctx, i, t, at); err != nil {
			return err
		}
	}
	*o = fresh
	return nil
}

// place lays out the interactions of one kind.
func (o *Owned) place(ctx context.Context, kind int, t *Table, at []start) error {
	n := len(o.kinds)
	by := t.byName[traverse.Contact].At
	ends := make([]int, len(at)) // of each contact's rows in order
	total := 0
	for k := range ends {
		ends[k] = total
		total += int(o.counts[k*n+kind])
	}
	order := make([]int32, total)
	for row := range t.rows {
		if k := t.Cells(row)[by]; k != 0 {
			order[ends[k]] = int32(row)
			ends[k]++
		}
	}
	for k, end := range ends {
		if k%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		rows := order[end-int(o.counts[k*n+kind]) : end]
		slices.SortStableFunc(rows, func(a, b int32) int { return cmp.Compare(t.when(b), t.when(a)) })
		for _, row := range rows {
			o.times[at[k].times] = t.when(row)
			at[k].times++
			at[k].cells += copy(o.cells[at[k].cells:], t.Cells(int(row)))
		}
	}
	return nil
}

func (o *Owned) reset() {
	o.starts, o.counts, o.times, o.cells, o.dead = o.starts[:0], o.counts[:0], o.times[:0], o.cells[:0], 0
}

// own lays out the interactions of a contact that has none.
func (o *Owned) own(contact Key, counts []uint32, times []int64, cells []uint32) {
	o.grow(int(contact) + 1)
	o.starts[contact] = start{len(o.times), len(o.cells)}
	copy(o.counts[int(contact)*len(o.kinds):], counts)
	o.times, o.cells = append(o.times, times...), append(o.cells, cells...)
}

// grow makes room for so many contacts.
func (o *Owned) grow(contacts int) {
	if more := contacts - len(o.starts); more > 0 {
		o.starts = append(o.starts, make([]start, more)...)
		o.counts = append(o.counts, make([]uint32, more*len(o.kinds))...)
	}
}

// insert lays out the interactions of one contact again, at the end, including a
// new one. It returns false when so much of the layout is unused that build should
// be called.
func (o *Owned) insert(t *Table, row int) bool {
	if t.kind < 0 {
		return true
	}
	contact := int(t.Cells(row)[t.byName[traverse.Contact].At])
	if contact == 0 {
		return true
	}
	n := len(o.kinds)
	o.grow(contact + 1)
	old, counts := o.starts[contact], o.counts[contact*n:(contact+1)*n]
	moved := start{len(o.times), len(o.cells)}
	when := t.when(int32(row))
	for i, kind := range o.kinds {
		count := int(counts[i])
		times := o.times[old.times : old.times+count]
		cells := o.cells[old.cells : old.cells+count*kind.width]
		old.times += count
		old.cells += count * kind.width
		if kind != t {
			o.times, o.cells = append(o.times, times...), append(o.cells, cells...)
			continue
		}
		// After those of the same instant, as in build.
		before, _ := slices.BinarySearchFunc(times, when, func(have, when int64) int {
			if have >= when {
				return -1
			}
			return 1
		})
		o.times = append(append(append(o.times, times[:before]...), when), times[before:]...)
		split := before * kind.width
		o.cells = append(append(append(o.cells, cells[:split]...), t.Cells(row)...), cells[split:]...)
	}
	for _, count := range counts {
		o.dead += int(count)
	}
	counts[t.kind]++
	o.starts[contact] = moved
	return o.dead <= len(o.times)/2
}

// remove removes a row from the interactions of its contact. The row must be among
// them. It returns false when so much of the layout is unused that build should be
// called.
func (o *Owned) remove(t *Table, row int) bool {
	if t.kind < 0 {
		return true
	}
	contact := int(t.Cells(row)[t.byName[traverse.Contact].At])
	if contact == 0 {
		return true
	}
	// The interactions after it move up.
	from, counts := o.starts[contact], o.counts[contact*len(o.kinds):(contact+1)*len(o.kinds)]
	to := from
	for i, kind := range o.kinds {
		count := int(counts[i])
		if i < t.kind {
			from.times += count
			from.cells += count * kind.width
		}
		to.times += count
		to.cells += count * kind.width
	}
	times, cells := o.times[from.times:to.times], o.cells[from.cells:to.cells]
	at := find(t, row, times[:counts[t.kind]], cells)
	copy(times[at:], times[at+1:])
	copy(cells[at*t.width:], cells[(at+1)*t.width:])
	counts[t.kind]--
	o.dead++
	return o.dead <= len(o.times)/2
}

// find returns the index of a row among the interactions of its kind. Those that
// differ only by their ids are interchangeable.
func find(t *Table, row int, times []int64, cells []uint32) int {
	when, want := t.when(int32(row)), t.Cells(row)
	at, _ := slices.BinarySearchFunc(times, when, func(have, when int64) int { return cmp.Compare(when, have) })
	for !slices.Equal(cells[at*t.width:(at+1)*t.width], want) {
		at++
	}
	return at
}
