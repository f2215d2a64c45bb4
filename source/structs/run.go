package structs

import (
	"cmp"
	"errors"
	"reflect"
	"slices"

	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// Most records of a large load are elements of slices that nothing else leads to, such
// as the emails that each contact has opened. Such a slice is a run: its elements are
// read column by column and go to the store in blocks, without a record and an address
// to remember for each of them.
//
// A run takes for granted that nothing is wrong with its records and that they differ from
// all others. Where that may not be so, the load fails with errDoubtful, and begins again
// with an empty source and without runs. That gives the errors, if there are any.

var errDoubtful = errors.New("structs: some record may be wrong, or there twice")

// blockSize is how many records go to the store at once.
const blockSize = 1024

// findRuns says which slices are runs, given the arguments of the load: those of an
// entity of one Go type, whose records have no slices themselves and which only slices of
// such structs lead to.
func (s *Source) findRuns(args []any) {
	types := map[string]int{}
	for _, p := range s.plans {
		types[p.entity]++
	}
	single := map[*plan]bool{}
	for _, p := range s.plans {
		if len(p.inverses) > 0 || types[p.entity] > 1 {
			single[p] = true
		}
		for _, r := range p.references {
			single[r.target] = true
		}
		for _, f := range p.inverses {
			if f.pointers {
				single[f.target] = true
			}
		}
	}
	for _, a := range args {
		t := reflect.TypeOf(a)
		record, _ := argument(t)
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Slice || t.Elem() != record {
			single[s.plans[record]] = true
		}
	}
	for _, p := range s.plans {
		p.runs = !single[p]
	}
}

// A block collects records of a plan that go to the store together.
type block struct {
	plan    *plan
	ids     cells
	columns []cells
	owned   []bool // by slot: only inverses fill the column in
}

func newBlock(p *plan) *block {
	b := &block{plan: p, ids: newCells(traverse.NoType), owned: make([]bool, len(p.columns))}
	for _, c := range p.columns {
		b.columns = append(b.columns, newCells(c.Type))
	}
	for _, slot := range p.filled {
		b.owned[slot] = true
	}
	for _, f := range p.fields {
		b.owned[f.slot] = false
	}
	for _, f := range p.references {
		b.owned[f.slot] = false
	}
	return b
}

func (b *block) len() int { return len(b.ids.column.Texts) }

// A run is a slice whose elements are read together.
type run struct {
	plan    *plan
	list    reflect.Value
	inverse *inversePlan // that leads to it; nil for an argument
	owner   int          // the record that has it, or -1
	place   int          // among the records, if it waits
}

// A runReader reads the runs of a load.
type runReader struct {
	l       *loader
	err     error // of the first run that failed
	blocks  map[*plan]*block
	waiting []run    // those that lead to records: they are read in their turn
	leaves  []run    // the others, which are read last
	unnamed []extent // of slices with elements that have no id of their own
}

// An extent is where a slice is in memory.
type extent struct{ from, to uintptr }

// visit has a run read later: behind the records that were visited before, if it leads to
// more of them.
func (r *runReader) visit(of run) {
	if len(of.plan.references) == 0 {
		r.leaves = append(r.leaves, of)
		return
	}
	of.place = len(r.l.records)
	r.l.records = append(r.l.records, record{plan: of.plan, first: isRun, back: int32(len(r.waiting))})
	r.waiting = append(r.waiting, of)
}

// read reads a run, unless one has failed.
func (r *runReader) read(of *run) {
	b := r.blocks[of.plan]
	if b == nil {
		b = newBlock(of.plan)
		r.blocks[of.plan] = b
	}
	for at := 0; at < of.list.Len() && r.err == nil; {
		to := min(of.list.Len(), at+blockSize-b.len())
		r.err = r.readPart(b, of, of.list.Slice(at, to), at)
		if r.err == nil && b.len() == blockSize {
			r.err = r.add(b)
		}
		at = to
	}
}

// readPart reads the elements of a run from a place on, for which the block has room.
func (r *runReader) readPart(b *block, of *run, list reflect.Value, at int) error {
	p, first := b.plan, b.len()
	if err := r.readIDs(b, of, list, at); err != nil {
		return err
	}
	for _, f := range p.fields {
		if err := f.read(&b.columns[f.slot], list); err != nil {
			return err
		}
	}
	for _, f := range p.references {
		texts := &b.columns[f.slot].column.Texts
		for k := range list.Len() {
			id := ""
			if v, ok := reached(list.Index(k), f.index); ok {
				_, id = r.l.visit(v, f.target, origin{of.place, f.name, -1})
			}
			*texts = append(*texts, id)
		}
	}
	if p.idSlot >= 0 {
		c := &b.columns[p.idSlot]
		for _, id := range b.ids.column.Texts[first:] {
			v, err := memory.Parse(p.columns[p.idSlot].Type, id)
			if err != nil {
				return err
			}
			c.add(c, v)
		}
	}
	if of.inverse == nil {
		return b.own(first, -1, "")
	}
	return b.own(first, of.inverse.slot, r.l.records[of.owner].id)
}

// readIDs reads the ids of elements of a run, and makes up those that are missing.
func (r *runReader) readIDs(b *block, of *run, list reflect.Value, at int) error {
	p, first := b.plan, b.len()
	if p.id == nil {
		b.ids.column.Texts = append(b.ids.column.Texts, make([]string, list.Len())...)
	} else if err := p.readID(&b.ids, list); err != nil {
		return err
	}
	from, madeUp := handed, false
	if of.inverse != nil {
		from = origin{of.owner, of.inverse.name, at}
	}
	ids := b.ids.column.Texts[first:]
	for k := range ids {
		if ids[k] != "" {
			continue
		}
		if !p.interaction {
			return errDoubtful
		}
		if of.inverse != nil {
			from.at = at + k
		}
		ids[k] = r.l.makeUp(p, from)
		madeUp = true
	}
	if size := list.Type().Elem().Size(); madeUp && size > 0 { // values without a size share their address
		r.unnamed = append(r.unnamed, extent{list.Pointer(), list.Pointer() + uintptr(list.Len())*size})
	}
	return nil
}

// own fills in the reference to the owner of the records from first on, which may be none.
func (b *block) own(first, slot int, owner string) error {
	for s, owned := range b.owned {
		switch {
		case owned && s == slot:
			b.columns[s].addCode(traverse.TextValue(owner), b.len()-first)
		case owned:
			b.columns[s].addCode(traverse.Value{}, b.len()-first)
		case s == slot:
			texts := b.columns[s].column.Texts[first:]
			for k := range texts {
				if texts[k] != "" && texts[k] != owner {
					return errDoubtful
				}
				texts[k] = owner
			}
		}
	}
	return nil
}

// add adds the records of a block to the store, and empties the block.
func (r *runReader) add(b *block) error {
	columns := make([]traverse.Column, len(b.columns))
	for i := range columns {
		columns[i] = b.columns[i].of(b.len())
	}
	if err := r.l.s.store.AddBlock(b.plan.entity, b.ids.column.Texts, columns); err != nil {
		return err
	}
	b.ids.reset()
	for i := range b.columns {
		b.columns[i].reset()
	}
	return nil
}

// grow makes room in the store for the records that are not there yet.
func (r *runReader) grow() {
	left := map[*plan]int{}
	for i := range r.leaves {
		left[r.leaves[i].plan] += r.leaves[i].list.Len()
	}
	for i := range r.l.records {
		if r.l.records[i].first != isRun {
			left[r.l.records[i].plan]++
		}
	}
	for p, n := range left {
		r.l.s.store.Grow(p.entity, n)
	}
}

// finish reads the runs that lead nowhere, and adds what is left in blocks.
func (r *runReader) finish() error {
	r.grow()
	for i := range r.leaves {
		r.read(&r.leaves[i])
	}
	if r.err != nil {
		return r.err
	}
	for _, b := range r.blocks {
		if err := r.add(b); err != nil {
			return err
		}
	}
	// Elements of several slices would be one record each.
	slices.SortFunc(r.unnamed, func(a, b extent) int { return cmp.Compare(a.from, b.from) })
	for i := 1; i < len(r.unnamed); i++ {
		if r.unnamed[i].from < r.unnamed[i-1].to {
			return errDoubtful
		}
	}
	return nil
}
