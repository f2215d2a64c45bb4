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
	ready  bool       // it agrees with the tables
	blocks []block    // by owner
	counts []uint32   // by owner and kind
	pages  ownedPages // with the blocks
}

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
	times, cells = o.pages.of(o.blocks[owner])
	return o.counts[at : at+n : at+n], times, cells
}

// ownerOf returns the owner of a row of a table, or 0 if it has none.
func (o *Owned) ownerOf(t *Table, row int) Key {
	if t.kind < 0 || o.at[t.kind] < 0 {
		return 0
	}
	return Key(t.Cells(row)[o.at[t.kind]])
}

// build lays out all interactions.
func (o *Owned) build(ctx context.Context) error {
	n, owners := len(o.kinds), o.owners.ids.len()
	fresh := *o
	fresh.laidOut = laidOut{ready: true, blocks: make([]block, owners), counts: make([]uint32, owners*n)}
	for i, t := range o.kinds {
		by := o.at[i]
		if by < 0 {
			continue
		}
		for row := range t.Len() {
			if row%checkEvery == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if k := t.Cells(row)[by]; k != 0 {
				fresh.counts[int(k)*n+i]++
			}
		}
	}
	fresh.pages.fill(fresh.blocks, fresh.sizeOf)
	at := slices.Clone(fresh.blocks) // where the next kind of each owner begins
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
func (o *Owned) place(ctx context.Context, kind int, t *Table, at []block) error {
	n := len(o.kinds)
	by := o.at[kind]
	ends := make([]int, len(at)) // of each owner's rows in order
	total := 0
	for k := range ends {
		ends[k] = total
		total += int(o.counts[k*n+kind])
	}
	order := make([]int32, total)
	for row := range t.Len() {
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
		times, cells := o.pages.of(at[k])
		for i, row := range rows {
			times[i] = t.when(row)
			copy(cells[i*t.width:], t.Cells(int(row)))
		}
		at[k].times += uint32(len(rows))
		at[k].cells += uint32(len(rows) * t.width)
	}
	return nil
}

// sizeOf returns how many interactions an owner has, and how many cells these have.
func (o *Owned) sizeOf(owner Key) (times, cells int) {
	for i, n := range o.countsOf(owner) {
		times += int(n)
		cells += int(n) * o.kinds[i].width
	}
	return times, cells
}

// countsOf returns how many interactions of each kind an owner has.
func (o *Owned) countsOf(owner Key) []uint32 {
	n := len(o.kinds)
	return o.counts[int(owner)*n : (int(owner)+1)*n]
}

func (o *Owned) reset() {
	o.ready, o.blocks, o.counts = false, o.blocks[:0], o.counts[:0]
	o.pages.reset()
}

// own lays out the interactions of an owner that has none.
func (o *Owned) own(owner Key, counts []uint32, times []int64, cells []uint32) {
	o.grow(int(owner) + 1)
	b := o.pages.alloc(owner, len(times), len(cells), 0, 0)
	toTimes, toCells := o.pages.of(b)
	copy(toTimes, times)
	copy(toCells, cells)
	o.blocks[owner] = b
	copy(o.countsOf(owner), counts)
}

// grow makes room for so many owners.
func (o *Owned) grow(owners int) {
	if more := owners - len(o.blocks); more > 0 {
		o.blocks = append(o.blocks, make([]block, more)...)
		o.counts = append(o.counts, make([]uint32, more*len(o.kinds))...)
	}
}

// insert adds a row to the interactions of its owner.
func (o *Owned) insert(t *Table, row int) {
	owner := o.ownerOf(t, row)
	if owner == 0 {
		return
	}
	o.grow(int(owner) + 1)
	size, width := o.sizeOf(owner)
	b := &o.blocks[owner]
	was, moves := *b, b.spareTimes == 0 || int(b.spareCells) < t.width
	if moves {
		more := size/8 + 1
		*b = o.pages.move(was, owner, size, width, more, more*t.width)
	}
	times, cells := o.pages.of(*b)
	counts := o.countsOf(owner)
	before, split := 0, 0 // the interactions before it, and their cells
	for i, kind := range o.kinds[:t.kind] {
		before += int(counts[i])
		split += int(counts[i]) * kind.width
	}
	// After those of the same instant, as in build.
	when := t.when(int32(row))
	newer, _ := slices.BinarySearchFunc(times[before:before+int(counts[t.kind])], when, func(have, when int64) int {
		if have >= when {
			return -1
		}
		return 1
	})
	before, split = before+newer, split+newer*t.width
	copy(times[before+1:], times[before:size])
	times[before] = when
	copy(cells[split+t.width:], cells[split:width])
	copy(cells[split:], t.Cells(row))
	counts[t.kind]++
	o.pages.used(b, 1, t.width)
	if moves {
		o.left(was, size)
	}
}

// remove removes a row from the interactions of its owner. The row must be among them.
func (o *Owned) remove(t *Table, row int) {
	owner := o.ownerOf(t, row)
	if owner == 0 {
		return
	}
	// The interactions after it move up.
	size, width := o.sizeOf(owner)
	times, cells := o.pages.of(o.blocks[owner])
	times, cells = times[:size], cells[:width]
	counts := o.countsOf(owner)
	for i, kind := range o.kinds[:t.kind] {
		times, cells = times[counts[i]:], cells[int(counts[i])*kind.width:]
	}
	at := find(t, row, times[:counts[t.kind]], cells)
	copy(times[at:], times[at+1:])
	copy(cells[at*t.width:], cells[(at+1)*t.width:])
	counts[t.kind]--
	b := &o.blocks[owner]
	b.spareTimes++
	b.spareCells += uint32(t.width)
	was := *b
	if size == 1 {
		*b = block{}
	}
	o.left(was, 1)
}

// left is told that so many times of a block are unused from now on. It moves what is left
// in pages most of which is unused.
func (o *Owned) left(b block, times int) {
	o.pages.unused(b, times)
	for page, ok := o.pages.takeSparse(); ok; page, ok = o.pages.takeSparse() {
		for _, owner := range o.pages.list[page].owners {
			if b := o.blocks[owner]; int(b.page) == page { // otherwise it has moved before
				size, width := o.sizeOf(owner)
				o.blocks[owner] = o.pages.move(b, owner, size, width, 0, 0)
				o.pages.live -= size // they were there before
			}
		}
		o.pages.drop(page)
	}
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
