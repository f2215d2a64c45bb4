package columnar

import (
	"math/bits"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A lister adds the records of one kind of interaction to a tally.
type lister struct {
	bit   uint64 // of the measure
	tally *tally
	of    *tallies
	x     marker
	same  marker
}

// A tallyBinder binds the tallies of a target.
type tallyBinder struct {
	*tallies
	caps   []classes // by tally
	blocks []classes // by tally; the same for those of one block
}

func newTallyBinder(p *plan.Target) *tallyBinder {
	s := &tallies{all: make([]tally, len(p.Tallies))}
	if len(s.all) > 0 {
		s.records = new(records)
	}
	b := &tallyBinder{tallies: s, blocks: make([]classes, len(p.Tallies))}
	for i := range p.Tallies {
		t := &s.all[i]
		t.plan, t.form = &p.Tallies[i], formOf(&p.Tallies[i])
		if c := t.plan.Checked.Cap; c != nil {
			t.most = c.Count
		}
		t.clear()
		b.caps = append(b.caps, classes{})
	}
	for i := range p.Sames {
		block, all := sameBlock{plan: &p.Sames[i]}, classes{}
		for _, t := range p.Sames[i].Tallies {
			block.tallies = append(block.tallies, &s.all[t])
			b.blocks[t] = all
		}
		s.sames = append(s.sames, block)
	}
	return b
}

// listers appends to into what lists the records of a measure that has a bit. It returns
// false if the table lacks a column.
func (b *tallyBinder) listers(into []lister, m *plan.Measure, bit uint64, table *columns.Table) ([]lister, bool) {
	for _, i := range m.Tallies {
		l := lister{bit: bit, tally: &b.all[i], of: b.tallies}
		var ok, also bool
		l.x, ok = bindMarker(l.tally.plan.Cap, b.caps[i], table)
		l.same, also = bindMarker(l.tally.plan.Same, b.blocks[i], table)
		if !ok || !also {
			return nil, false
		}
		into = append(into, l)
	}
	return into, true
}

// atOnce is how many records listers look at together.
const atOnce = 64

// records are some of one kind and owner, newest first.
type records struct {
	times []int64
	cells []uint32
	width int
	owner columns.Key
	masks []uint64 // the measures that each satisfies

	// Memory for these records, or for those that satisfy a measure.
	room    [atOnce]uint64
	found   [atOnce]uint8 // indexes
	x, same [atOnce]mark
}

// list counts the records of one owner, of which segments are known, for one word, and
// adds them to tallies. mask are the measures that the owner satisfies.
func (k *interactions) list(w *boundWord, times []int64, cells []uint32, mask uint64, found []uint32, c *counter) {
	r := k.records
	r.width, r.owner = k.width, k.owner
	for len(found) > 0 {
		n := min(len(found), atOnce)
		some := w.masks(r, found[:n], cells, mask, c)
		r.times, r.cells = times, cells
		for i := range w.listers {
			if l := &w.listers[i]; some&l.bit != 0 {
				l.add(r)
			}
		}
		if len(r.masks) < atOnce || k.stop.after(atOnce*listing) {
			return
		}
		found, times, cells = found[n:], times[n:], cells[n*k.width:]
	}
}

// masks counts records, of which segments are known, and sets the masks of r, up to the
// last record that lies in some window. It returns the measures that some satisfy.
func (w *boundWord) masks(r *records, segments []uint32, cells []uint32, mask uint64, c *counter) (some uint64) {
	low, list, at, n := c.low, w.caches, 0, 0
	for _, seg := range segments {
		if seg > w.last {
			break // and so are all that are older
		}
		m := w.inside[seg] & mask
		for j := range list {
			m &= list[j].of(cells[at+list[j].at])
		}
		r.room[n%atOnce] = m
		some |= m
		if carry := low.add(m); carry != 0 {
			c.carry(carry)
		}
		at += r.width
		n++
	}
	c.low, r.masks = low, r.room[:n]
	return some
}

// satisfying returns which records satisfy the measure that has a bit. It has no branch on
// what a record satisfies, which is hard to foresee.
func (r *records) satisfying(bit uint64) []uint8 {
	at, n := bits.TrailingZeros64(bit), uint(0)
	for i, m := range r.masks {
		r.found[n%atOnce] = uint8(i)
		n += uint(m >> at & 1)
	}
	return r.found[:n]
}

// add adds the records that satisfy the measure, of which there are some.
func (l *lister) add(r *records) {
	t := l.tally
	if !t.met {
		t.met = true
		l.of.met = append(l.of.met, t)
	}
	list := r.satisfying(l.bit)
	switch t.form {
	case byNewest:
		t.newest = max(t.newest, r.times[list[0]])
	case byWeight:
		for _, i := range list {
			t.count += t.weight(r.times[i])
		}
	case byMark:
		for _, x := range l.x.marks(t.plan, r, list, &r.x) {
			if t.seen.add(x) < t.most {
				t.count++
			}
		}
	case byList:
		x, same := l.x.marks(t.plan, r, list, &r.x), l.same.marks(t.plan, r, list, &r.same)
		for i, at := range list {
			t.add(listed{r.times[at], x[i], same[i]})
		}
	}
}
