package eval

import (
	"cmp"
	"math"
	"slices"

	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// This file binds a columnPlan to a store: it finds the columns, and keeps what
// has been judged of their values. A binding belongs to one goroutine at a time.

// A bound lane.
type boundLane struct {
	*lane
	words       []laneWord
	lead, owner boundProfile
	kinds       []boundKind
	blocks      []block // in the order of columns.Owned
}

// A block says how the interactions of one kind are scanned.
type block struct {
	oldest int64 // a newest record older than that counts nowhere
	width  int
	kind   *boundKind // nil for a kind that no condition asks for
}

// A laneWord counts for a word of watchers, and says what their counts are for.
// Bits are told apart by their first use, so that none needs a branch.
type laneWord struct {
	counter counter
	each    uint64 // a use of `each`
	once    uint64 // of at least 1
	least   uint64 // of at least more
	slotted uint64 // a slot
	others  uint64 // more uses, or more slots
	model   int    // of all first uses; mixed if they differ
	first   [wordBits]firstUse
	slot    [wordBits]int
	more    [wordBits][]use
	slots   [wordBits][]int
}

type firstUse struct {
	points int64
	min    uint32
	model  uint32
}

// mixed is the model of a word whose watchers are of several.
const mixed = -1

type boundProfile struct {
	plan      *profile
	stretches []stretch
	nodes     []boundNode
	ones      []uint64 // every watcher, by stretch
}

type boundNode struct {
	table   *columns.Table
	parent  int
	ref     int        // the reference's cell in the parent's row
	missing []uint64   // by stretch: watchers that a missing record leaves standing
	columns [][]judged // by stretch
	wide    []boundWide
}

type boundWide struct {
	stretch int
	bit     uint64
	at      int
	test    wideTest
}

// A judged column knows the verdicts of a word of watchers on each distinct
// value. A value is judged when it is first met.
type judged struct {
	masks []uint64 // by code: the watchers that the value satisfies, and isJudged; 0 when it has not been met
	at    int      // the column's cell in a row
	dict  *columns.Dict
	pass  uint64 // watchers that do not test the column
	tests []bitTest
	fold  func(string) string // nil where case matters
}

type bitTest struct {
	bit   uint64
	holds predicate
}

// of returns the verdict on a code.
func (j *judged) of(code uint32) uint64 {
	if m := j.masks[code]; m != 0 {
		return m
	}
	return j.judge(code)
}

// judge is seldom called: apart, it leaves of to be inlined.
//
//go:noinline
func (j *judged) judge(code uint32) uint64 {
	m := j.verdict(j.dict.Value(code))
	j.masks[code] = m
	return m
}

func (j *judged) verdict(v traverse.Value) uint64 {
	v = normal(v, j.fold)
	m := j.pass | isJudged
	for i := range j.tests {
		// No verdict that is kept depends on as of, so there are no bounds.
		if t := &j.tests[i]; t.holds(nil, v) {
			m |= t.bit
		}
	}
	return m
}

// grow makes room for values that have come to the dictionary.
func (j *judged) grow() {
	if n := j.dict.Len(); n > len(j.masks) {
		j.masks = append(j.masks, make([]uint64, n-len(j.masks))...)
	}
}

// bind finds what a lane speaks of in a store, or returns false if the store
// does not have it.
func (l *lane) bind(store *columns.Store) (boundLane, bool) {
	b := boundLane{lane: l, kinds: make([]boundKind, len(l.kinds))}
	var p packer
	var ok bool
	if b.lead, ok = l.lead.bind(store, p.pack(len(l.lead.watchers))); !ok {
		return b, false
	}
	if b.owner, ok = l.owner.bind(store, new(packer).pack(len(l.owner.watchers))); !ok {
		return b, false
	}
	for _, table := range store.Owned().Kinds() {
		b.blocks = append(b.blocks, block{math.MaxInt64, table.Width(), nil})
	}
	packed := make([][]stretch, len(l.kinds))
	for i := range l.kinds {
		k := &b.kinds[i]
		packed[i] = p.pack(len(l.kinds[i].watchers))
		if *k, ok = l.kinds[i].bind(store, packed[i], b.owner.stretches); !ok {
			return b, false
		}
		at := slices.Index(store.Owned().Kinds(), k.table)
		if at < 0 {
			return b, false
		}
		b.blocks[at].kind = k
	}
	b.words = make([]laneWord, max(len(p.used), 1))
	b.consume(b.lead.stretches, l.lead.watchers)
	for i := range b.kinds {
		b.consume(packed[i], l.kinds[i].watchers)
	}
	return b, true
}

// consume tells words what the counts of watchers are for.
func (b *boundLane) consume(stretches []stretch, watchers []watcher) {
	for _, s := range stretches {
		for i := range s.count {
			b.words[s.word].consume(s.shift+i, &watchers[s.first+i])
		}
	}
}

func (w *laneWord) consume(at int, from *watcher) {
	bit := uint64(1) << at
	uses := from.uses
	if len(uses) > 0 && uses[0].Min <= math.MaxUint32 {
		u := uses[0]
		if w.each|w.once|w.least == 0 {
			w.model = u.model
		} else if w.model != u.model {
			w.model = mixed
		}
		w.first[at] = firstUse{u.Points, uint32(u.Min), uint32(u.model)}
		switch u.Min {
		case 0:
			w.each |= bit
		case 1:
			w.once |= bit
		default:
			w.least |= bit
		}
		uses = uses[1:]
	}
	slots := from.slots
	if len(slots) > 0 {
		w.slot[at], slots = slots[0], slots[1:]
		w.slotted |= bit
	}
	w.more[at], w.slots[at] = uses, slots
	if len(uses)+len(slots) > 0 {
		w.others |= bit
	}
}

func (p *profile) bind(store *columns.Store, stretches []stretch) (boundProfile, bool) {
	b := boundProfile{plan: p, stretches: stretches}
	for _, s := range stretches {
		b.ones = append(b.ones, s.mask())
	}
	for i := range p.nodes {
		n := &p.nodes[i]
		bound := boundNode{table: store.Table(n.entity.Name()), parent: n.parent, missing: slices.Clone(b.ones)}
		if bound.table == nil {
			return b, false
		}
		if n.parent >= 0 {
			c := b.nodes[n.parent].table.Column(n.ref)
			if c == nil || c.To != bound.table {
				return b, false
			}
			bound.ref = c.At
		}
		for _, w := range n.needs {
			at, bit := find(stretches, w)
			bound.missing[at] &^= bit
		}
		tests := make([][]bitColumnTest, len(stretches))
		for j := range n.tests {
			t := &n.tests[j]
			at, bit := find(stretches, t.watcher)
			if !wideType(t.field.Type) {
				tests[at] = append(tests[at], bitColumnTest{bit, &t.columnTest})
				if !t.holds(nil, traverse.Value{}) {
					bound.missing[at] &^= bit
				}
				continue
			}
			c := bound.table.Column(t.field.Name)
			if c == nil || c.Type != t.field.Type {
				return b, false
			}
			bound.wide = append(bound.wide, boundWide{at, bit, c.At, t.wide})
			if t.wide.window >= 0 || !t.wide.empty {
				bound.missing[at] &^= bit
			}
		}
		for at := range stretches {
			columns, ok := bindTests(bound.table, tests[at], b.ones[at])
			if !ok {
				return b, false
			}
			bound.columns = append(bound.columns, columns)
		}
		b.nodes = append(b.nodes, bound)
	}
	return b, true
}

// find returns where a watcher stands.
func find(stretches []stretch, watcher int) (at int, bit uint64) {
	for watcher >= stretches[at].first+stretches[at].count {
		at++
	}
	return at, stretches[at].bit(watcher)
}

type bitColumnTest struct {
	bit uint64
	*columnTest
}

// bindTests gathers the tests of a word of watchers by column, those first that
// most watchers ask for: they leave the least to the others.
func bindTests(table *columns.Table, tests []bitColumnTest, watchers uint64) ([]judged, bool) {
	var list []judged
	at := map[*columns.Column]int{}
	for _, t := range tests {
		c := table.Column(t.field.Name)
		if c == nil || c.Dict == nil || c.Type != t.field.Type {
			return nil, false
		}
		i, ok := at[c]
		if !ok {
			i = len(list)
			at[c] = i
			next := judged{dict: c.Dict, at: c.At, pass: watchers}
			if folds(t.field) {
				next.fold = traverse.Fold
			}
			list = append(list, next)
		}
		list[i].pass &^= t.bit
		list[i].tests = append(list[i].tests, bitTest{t.bit, t.holds})
	}
	for i := range list {
		list[i].join()
	}
	slices.SortStableFunc(list, func(x, y judged) int { return cmp.Compare(len(y.tests), len(x.tests)) })
	return list, true
}

// join makes one test of those that one watcher has of the column, which must
// all hold.
func (j *judged) join() {
	byBit := map[uint64]int{}
	var joined []bitTest
	for _, t := range j.tests {
		i, ok := byBit[t.bit]
		if !ok {
			byBit[t.bit] = len(joined)
			joined = append(joined, t)
			continue
		}
		first, second := joined[i].holds, t.holds
		joined[i].holds = func(bounds []bound, v traverse.Value) bool { return first(bounds, v) && second(bounds, v) }
	}
	j.tests = joined
}

func folds(f traverse.Field) bool {
	return !f.Exact && (f.Type == traverse.Text || f.Type == traverse.Choice || f.Type == traverse.Choices)
}
