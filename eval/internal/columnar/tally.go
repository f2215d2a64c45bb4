package columnar

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A tally lists the records of a plan.Tally for the lead at hand.
type tally struct {
	plan    *plan.Tally
	list    []listed
	classes map[class]uint32 // of the values of the field, from 1 on
	asOf    time.Time
	edges   []int64 // of the aging as of the instant
}

// A listed is a record of a tally.
type listed struct {
	at int64 // its Timestamp, or columns.NoTime
	x  mark
}

// A mark is what a cap tells records apart by. The zero mark is that of all that is
// empty.
type mark struct {
	full         bool
	number, more int64
}

// A class is the values of a field that = holds to be equal.
type class struct {
	kind   traverse.Kind
	number uint64
	text   string
}

// A lister adds the records of one kind of interaction to a tally.
type lister struct {
	bit     uint64 // of the measure
	tally   *tally
	at      int // the cell of the field
	dict    *columns.Dict
	fold    func(string) string
	classes []uint32 // by code; 0 for a value that has not been met
}

// add adds a record. cells are its own.
func (l *lister) add(at int64, cells []uint32, contact columns.Key) {
	var x mark
	switch p := l.tally.plan; p.By {
	case plan.TallyByContact:
		x = mark{true, int64(contact), 0}
	case plan.TallyByTimestamp:
		if at != columns.NoTime {
			x = mark{true, at, 0}
		}
	case plan.TallyByPeriod:
		if at != columns.NoTime {
			period := plan.PeriodOf(p.Checked.Cap.Period, at, false, p.Zone)
			x = mark{true, period.Number, period.Offset}
		}
	case plan.TallyByField:
		if code := cells[l.at]; code != 0 {
			x = mark{true, int64(l.classOf(code)), 0}
		}
	}
	l.tally.list = append(l.tally.list, listed{at, x})
}

// classOf returns the class of the value with a code.
func (l *lister) classOf(code uint32) uint32 {
	if int(code) >= len(l.classes) {
		l.classes = append(l.classes, make([]uint32, l.dict.Len()-len(l.classes))...)
	}
	if l.classes[code] == 0 {
		v := plan.Normal(l.dict.Value(code), l.fold)
		key := class{kind: v.Kind(), text: v.Text()}
		switch key.kind {
		case traverse.KindNumber:
			key.number = math.Float64bits(v.Number() + 0) // -0 is 0
		case traverse.KindBool:
			if v.Bool() {
				key.number = 1
			}
		}
		known, ok := l.tally.classes[key]
		if !ok {
			known = uint32(len(l.tally.classes)) + 1
			l.tally.classes[key] = known
		}
		l.classes[code] = known
	}
	return l.classes[code]
}

// bindTallies binds the tallies of a plan.
func bindTallies(plans []plan.Tally) []tally {
	list := make([]tally, len(plans))
	for i := range plans {
		list[i] = tally{plan: &plans[i], classes: map[class]uint32{}}
	}
	return list
}

// bindListers binds what lists the records of a measure that has a bit. It returns false
// if the table lacks a column.
func bindListers(into []lister, m *plan.Measure, bit uint64, table *columns.Table, tallies []tally) ([]lister, bool) {
	for _, i := range m.Tallies {
		l := lister{bit: bit, tally: &tallies[i]}
		if p := l.tally.plan; p.By == plan.TallyByField {
			c := table.Column(p.Field)
			f, ok := table.Entity().Field(p.Field)
			if c == nil || c.Dict == nil || !ok {
				return nil, false
			}
			if l.at, l.dict = c.At, c.Dict; plan.Folds(f) {
				l.fold = traverse.Fold
			}
		}
		into = append(into, l)
	}
	return into, true
}

// list adds the records of one contact, of which segments are known, to the tallies.
func (k *interactions) list(times []int64, cells []uint32, owner []uint64, found []uint32) {
	for i := range k.words {
		w := &k.words[i]
		if len(w.listers) == 0 {
			continue
		}
		if len(found) >= many && k.stop.after(len(found)) {
			return
		}
		mask := w.satisfied(owner) & w.listed
		for at, seg := range found {
			if seg > w.last {
				break // and so are all that are older
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

// setAsOf sets the instant. edges are those of the plan's agings.
func (t *tally) setAsOf(asOf time.Time, edges [][]int64) {
	t.asOf = asOf
	if t.plan.Aging >= 0 {
		t.edges = edges[t.plan.Aging]
	}
}

// count returns what the records count, and begins to list anew.
func (t *tally) count() uint64 {
	list := t.list
	t.list = t.list[:0]
	c := t.plan.Checked
	if a := c.Aging; a != nil && (a.Newest || a.Kind == check.Without) {
		return t.newest(list)
	}
	if t.plan.By != plan.TallyAll {
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
	age, _ := slices.BinarySearchFunc(t.edges, at, func(edge, at int64) int { // edges fall
		if at < edge {
			return -1
		}
		return 1
	})
	return a.Weight(age)
}

// capped returns the newest records of each mark, at most as many as most says. It
// changes the list.
func capped(list []listed, most uint64) []listed {
	slices.SortFunc(list, func(a, b listed) int {
		if a.x.full != b.x.full {
			if a.x.full {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(a.x.number, b.x.number), cmp.Compare(a.x.more, b.x.more), cmp.Compare(b.at, a.at))
	})
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
