package columnar

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A tally lists the records of a plan.Tally for the lead at hand.
type tally struct {
	plan  *plan.Tally
	list  []listed
	asOf  time.Time
	edges []int64 // of the aging as of the instant
}

// A sameBlock is a plan.TallySame.
type sameBlock struct {
	plan    *plan.TallySame
	tallies []*tally
}

// A listed is a record of a tally.
type listed struct {
	at   int64 // its Timestamp, or columns.NoTime
	x    mark  // what the cap tells it apart by
	same mark  // what the block tells it apart by
}

// A mark is what tells records apart. The zero mark is that of all that is empty.
type mark struct {
	full         bool
	number, more int64
}

func (m mark) compare(n mark) int {
	if m.full != n.full {
		if n.full {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(m.number, n.number), cmp.Compare(m.more, n.more))
}

// classes number the values of a field: those are in one class that = holds to be equal.
type classes map[class]uint32

// A class is such values.
type class struct {
	kind   traverse.Kind
	number uint64
	text   string
}

// of returns the number of the class of a value, from 1 on.
func (c classes) of(v traverse.Value) uint32 {
	key := class{kind: v.Kind(), text: v.Text()}
	switch key.kind {
	case traverse.KindNumber:
		key.number = math.Float64bits(v.Number() + 0) // -0 is 0
	case traverse.KindBool:
		if v.Bool() {
			key.number = 1
		}
	}
	known, ok := c[key]
	if !ok {
		known = uint32(len(c)) + 1
		c[key] = known
	}
	return known
}

// A marker tells the records of one kind of interaction apart.
type marker struct {
	by     plan.TallyBy
	at     int // the cell of the field
	dict   *columns.Dict
	fold   func(string) string
	byCode []uint32 // the class of the value with a code; 0 for one that has not been met
	all    classes  // of all kinds
}

// bindMarker binds what tells the records of a table apart. It returns false if the
// table lacks the column.
func bindMarker(v plan.TallyValue, all classes, table *columns.Table) (marker, bool) {
	m := marker{by: v.By, all: all}
	if v.By != plan.TallyByField {
		return m, true
	}
	c := table.Column(v.Field)
	f, ok := table.Entity().Field(v.Field)
	if c == nil || c.Dict == nil || !ok {
		return m, false
	}
	if m.at, m.dict = c.At, c.Dict; plan.Folds(f) {
		m.fold = traverse.Fold
	}
	return m, true
}

// mark returns what tells a record of a tally apart. cells are its own.
func (m *marker) mark(t *plan.Tally, at int64, cells []uint32, contact columns.Key) mark {
	switch m.by {
	case plan.TallyByContact:
		return mark{true, int64(contact), 0}
	case plan.TallyByTimestamp:
		if at != columns.NoTime {
			return mark{true, at, 0}
		}
	case plan.TallyByPeriod:
		if at != columns.NoTime {
			period := plan.PeriodOf(t.Checked.Cap.Period, at, false, t.Zone)
			return mark{true, period.Number, period.Offset}
		}
	case plan.TallyByField:
		if code := cells[m.at]; code != 0 {
			return mark{true, int64(m.classOf(code)), 0}
		}
	}
	return mark{}
}

// classOf returns the class of the value with a code.
func (m *marker) classOf(code uint32) uint32 {
	if int(code) >= len(m.byCode) {
		m.byCode = append(m.byCode, make([]uint32, m.dict.Len()-len(m.byCode))...)
	}
	if m.byCode[code] == 0 {
		m.byCode[code] = m.all.of(plan.Normal(m.dict.Value(code), m.fold))
	}
	return m.byCode[code]
}

// A lister adds the records of one kind of interaction to a tally.
type lister struct {
	bit   uint64 // of the measure
	tally *tally
	x     marker
	same  marker
}

// add adds a record. cells are its own.
func (l *lister) add(at int64, cells []uint32, contact columns.Key) {
	t := l.tally
	t.list = append(t.list, listed{at, l.x.mark(t.plan, at, cells, contact), l.same.mark(t.plan, at, cells, contact)})
}

// A tallyBinder binds the tallies of a target.
type tallyBinder struct {
	tallies []tally
	sames   []sameBlock
	caps    []classes // by tally
	blocks  []classes // by tally; the same for those of one block
}

func newTallyBinder(p *plan.Target) *tallyBinder {
	b := &tallyBinder{tallies: make([]tally, len(p.Tallies)), blocks: make([]classes, len(p.Tallies))}
	for i := range p.Tallies {
		b.tallies[i].plan = &p.Tallies[i]
		b.caps = append(b.caps, classes{})
	}
	for i := range p.Sames {
		block, all := sameBlock{plan: &p.Sames[i]}, classes{}
		for _, t := range p.Sames[i].Tallies {
			block.tallies = append(block.tallies, &b.tallies[t])
			b.blocks[t] = all
		}
		b.sames = append(b.sames, block)
	}
	return b
}

// listers appends to into what lists the records of a measure that has a bit. It returns
// false if the table lacks a column.
func (b *tallyBinder) listers(into []lister, m *plan.Measure, bit uint64, table *columns.Table) ([]lister, bool) {
	for _, i := range m.Tallies {
		l := lister{bit: bit, tally: &b.tallies[i]}
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

// Some work on a record takes as long as counting so many records.
const (
	listing  = 32 // for the tallies that list it
	tallying = 32 // for one tally, which sorts its records
)

// mostKept is how many records a tally has memory for, at most, that stays for the next
// lead.
const mostKept = 1 << 12

// list adds the records of one contact, of which segments are known, to the tallies.
func (k *interactions) list(times []int64, cells []uint32, owner []uint64, found []uint32) {
	for i := range k.words {
		w := &k.words[i]
		if len(w.listers) == 0 {
			continue
		}
		mask := w.satisfied(owner) & w.listed
		for at, seg := range found {
			if seg > w.last {
				break // and so are all that are older
			}
			if at%many == many-1 && k.stop.after(many*listing) {
				return
			}
			row := cells[at*k.width : (at+1)*k.width]
			m := w.inside[seg] & mask
			for j := range w.caches {
				if m == 0 {
					break
				}
				m &= w.caches[j].of(row[w.caches[j].at])
			}
			if m == 0 {
				continue
			}
			for j := range w.listers {
				if l := &w.listers[j]; m&l.bit != 0 {
					l.add(times[at], row, k.contact)
				}
			}
		}
	}
}

// clear begins to list anew.
func (t *tally) clear() {
	if t.list = t.list[:0]; cap(t.list) > mostKept {
		t.list = nil
	}
}

// setAsOf sets the instant. edges are those of the plan's agings.
func (t *tally) setAsOf(asOf time.Time, edges [][]int64) {
	t.asOf = asOf
	if t.plan.Aging >= 0 {
		t.edges = edges[t.plan.Aging]
	}
}

// count returns what the records count.
func (t *tally) count(list []listed) uint64 {
	c := t.plan.Checked
	if a := c.Aging; a != nil && (a.Newest || a.Kind == check.Without) {
		return t.newest(list)
	}
	if t.plan.Cap.By != plan.TallyAll {
		if c.Burst == nil && c.Aging == nil {
			return cappedCount(list, c.Cap.Count)
		}
		list = capped(list, c.Cap.Count)
	}
	switch {
	case c.Burst != nil:
		return burst(list, plan.Length(c.Burst))
	case c.Aging != nil:
		sum := uint64(0)
		for _, r := range list {
			sum += t.weight(r.at)
		}
		return sum
	}
	return uint64(len(list))
}

// listed returns how many records the children list.
func (b *sameBlock) listed() int {
	n := 0
	for _, t := range b.tallies {
		n += len(t.list)
	}
	return n
}

// count returns for how many values each child holds.
func (b *sameBlock) count() uint64 {
	var values *tally // of a child that needs a record
	for _, t := range b.tallies {
		slices.SortFunc(t.list, func(x, y listed) int { return x.same.compare(y.same) })
		if t.plan.Checked.Min > 0 {
			values = t
		}
	}
	n := uint64(0)
	var before mark // what is empty comes first, and is no value
	for _, r := range values.list {
		if r.same != before && b.holds(r.same) {
			n++
		}
		before = r.same
	}
	return n
}

// holds reports whether each child holds for its records with a value. It is called once
// for each value, as counting changes the order of these records.
func (b *sameBlock) holds(value mark) bool {
	for _, t := range b.tallies {
		find := func(r listed, value mark) int { return r.same.compare(value) }
		first, _ := slices.BinarySearchFunc(t.list, value, find)
		end := first
		for end < len(t.list) && t.list[end].same == value {
			end++
		}
		f := points.FrequencyOf(t.plan.Checked)
		if !f.Holds(points.CountOf(t.count(t.list[first:end]))) {
			return false
		}
	}
	return true
}

// newest returns the weight of the newest record, or its age for check.Without; 0 if
// none has a date.
func (t *tally) newest(list []listed) uint64 {
	at := int64(columns.NoTime)
	for _, r := range list {
		at = max(at, r.at)
	}
	return t.weight(at)
}

// weight returns the weight of a record with a Timestamp.
func (t *tally) weight(at int64) uint64 {
	if at == columns.NoTime {
		return 0
	}
	a := t.plan.Checked.Aging
	if a.Kind == check.Without {
		return uint64(a.Age(t.asOf, t.plan.Zone, at))
	}
	return a.Weight(plan.AgeOf(t.edges, at))
}

// cappedCount returns how many records capped would return. It may change the list.
func cappedCount(list []listed, most uint64) uint64 {
	const few = 24 // that are compared with each other sooner than they are sorted
	if len(list) > few {
		return uint64(len(capped(list, most)))
	}
	n := uint64(0)
	for i := range list {
		same := uint64(0)
		for j := range i {
			if list[j].x == list[i].x {
				same++
			}
		}
		if same < most {
			n++
		}
	}
	return n
}

// capped returns the newest records of each mark, at most as many as most says. It
// changes the list.
func capped(list []listed, most uint64) []listed {
	slices.SortFunc(list, func(a, b listed) int { return cmp.Or(a.x.compare(b.x), cmp.Compare(b.at, a.at)) })
	kept := list[:0]
	same := uint64(0)
	var before mark
	for i, r := range list {
		if i == 0 || r.x != before {
			same, before = 0, r.x
		}
		if same++; same <= most {
			kept = append(kept, r)
		}
	}
	return kept
}

// burst returns how many records lie within a length of time of each other at most. It
// changes the list.
func burst(list []listed, length int64) uint64 {
	slices.SortFunc(list, func(a, b listed) int { return cmp.Compare(a.at, b.at) })
	first, most := 0, 0
	for i, r := range list {
		for list[first].at == columns.NoTime || r.at-list[first].at > length {
			if first++; first > i {
				break
			}
		}
		most = max(most, i+1-first)
	}
	return uint64(most)
}
