package columns

import (
	"cmp"
	"context"
	"slices"
)

// Layouts says by what interactions are laid out: a set of [ByContact] and [ByLead].
type Layouts uint8

// The layouts of interactions.
const (
	ByContact Layouts = 1 << iota // by the contact that the reference Contact holds
	ByLead                        // by the lead that the reference Lead holds, if it leads to a Lead
)

// Owned holds interactions by their owner: the contact or the lead that one of their
// references holds. Those of one owner are next to each other: kind by kind, in the
// order of [Owned.Kinds], and newest first within a kind, those without a Timestamp
// last.
type Owned struct {
	owners *Table
	kinds  []*Table
	at     []int // by kind the cell of the reference, or -1 for a kind without it
	laidOut
}

// laidOut is what an Owned holds.
type laidOut struct {
	ready  bool     // it agrees with the tables
	starts []start  // by owner
	counts []uint32 // by owner and kind
	times  []int64
	cells  []uint32
	dead   int // times that belong to no owner any more
}

// start is where the interactions of an owner begin.
type start struct{ times, cells int }

// newOwned returns the empty layout of interactions by a reference to owners.
func newOwned(kinds []*Table, reference string, owners *Table) Owned {
	o := Owned{owners: owners, kinds: kinds}
	for _, t := range kinds {
		at := -1
		if c := t.byName[reference]; c != nil && c.To == owners {
			at = c.At
		}
		o.at = append(o.at, at)
	}
	return o
}

// Kinds returns the tables of the interactions, in the order of those of an owner. It
// has all kinds, with and without the reference to the owner.
func (o *Owned) Kinds() []*Table { return o.kinds }

// Of returns the interactions of an owner, whether or not it has a record: how many
// there are of each kind; the Timestamps of all, in microseconds, or [NoTime]; and the
// cells of all, [Table.Width] a record. The slices may be longer than that. They must
// not be changed.
func (o *Owned) Of(owner Key) (counts []uint32, times []int64, cells []uint32) {
	n := len(o.kinds)
	at := int(owner) * n
	if owner == 0 || at >= len(o.counts) {
		return nil, nil, nil
	}
	s := o.starts[owner]
	return o.counts[at : at+n : at+n], o.times[s.times:], o.cells[s.cells:]
}

// ownerOf returns the owner of a row of a table, or 0 if it has none.
func (o *Owned) ownerOf(t *Table, row int) Key {
	if t.kind < 0 || o.at[t.kind] < 0 {
		return 0
	}
	return Key(t.Cells(row)[o.at[t.kind]])
}

// build lays out all interactions again.
func (o *Owned) build(ctx context.Context) error {
	n, owners := len(o.kinds), len(o.owners.ids)
	fresh := *o
	fresh.laidOut = laidOut{ready: true, starts: make([]start, owners), counts: make([]uint32, owners*n)}
	for i, t := range o.kinds {
		by := o.at[i]
		if by < 0 {
			continue
		}
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
	at := slices.Clone(fresh.starts) // where the next kind of each owner begins
	for i, t := range o.kinds {
		if o.at[i] < 0 {
			continue
		}
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
	by := o.at[kind]
	ends := make([]int, len(at)) // of each owner's rows in order
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
	o.laidOut = laidOut{starts: o.starts[:0], counts: o.counts[:0], times: o.times[:0], cells: o.cells[:0]}
}

// own lays out the interactions of an owner that has none.
func (o *Owned) own(owner Key, counts []uint32, times []int64, cells []uint32) {
	o.grow(int(owner) + 1)
	o.starts[owner] = start{len(o.times), len(o.cells)}
	copy(o.counts[int(owner)*len(o.kinds):], counts)
	o.times, o.cells = append(o.times, times...), append(o.cells, cells...)
}

// grow makes room for so many owners.
func (o *Owned) grow(owners int) {
	if more := owners - len(o.starts); more > 0 {
		o.starts = append(o.starts, make([]start, more)...)
		o.counts = append(o.counts, make([]uint32, more*len(o.kinds))...)
	}
}

// insert lays out the interactions of one owner again, at the end, including a new one.
// The layout is no longer ready when so much of it is unused that build should be
// called.
func (o *Owned) insert(t *Table, row int) {
	owner := int(o.ownerOf(t, row))
	if owner == 0 {
		return
	}
	n := len(o.kinds)
	o.grow(owner + 1)
	old, counts := o.starts[owner], o.counts[owner*n:(owner+1)*n]
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
	o.starts[owner] = moved
	o.ready = o.dead <= len(o.times)/2
}

// remove removes a row from the interactions of its owner. The row must be among them.
// The layout is no longer ready when so much of it is unused that build should be
// called.
func (o *Owned) remove(t *Table, row int) {
	owner := int(o.ownerOf(t, row))
	if owner == 0 {
		return
	}
	// The interactions after it move up.
	from, counts := o.starts[owner], o.counts[owner*len(o.kinds):(owner+1)*len(o.kinds)]
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
	o.ready = o.dead <= len(o.times)/2
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
