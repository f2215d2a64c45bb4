package follow

import (
	"math"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/instants"
)

// The age of a date changes as often as its span passes, which may be every minute for
// years. So only the next change of each age is known, in a heap.

// agings are the ages that are watched.
type agings struct {
	list []aging
	heap []turning // the next first
	room []int64
}

// An aging is what ages in one unit.
type aging struct {
	unit  int
	aging *check.Aging
	zone  *time.Location
	// What is watched is the newest date, if only that matters: it has the last turn.
	turn int
	when int64
	age  int
	ok   bool
}

// A turning is the next instant as of which a date is of another age.
type turning struct {
	next   int64
	when   int64
	age    int // then
	aging  int
	member int // that has the date, or -1
	turn   int
}

func (a *agings) reset() { a.list, a.heap = a.list[:0], a.heap[:0] }

// add adds an aging of a unit, and returns its index.
func (a *agings) add(unit int, of *check.Aging, zone *time.Location) int {
	a.list = append(a.list, aging{unit: unit, aging: of, zone: zone})
	return len(a.list) - 1
}

// watchNewest watches a date in place of the one that was watched, from an instant on, and
// returns its age. If ok is not set, there is none to watch.
func (a *agings) watchNewest(i int, now, to, when int64, ok bool) (age int) {
	g := &a.list[i]
	if g.ok == ok && g.when == when {
		return g.age // its next change is known
	}
	g.when, g.ok = when, ok
	g.turn++
	if ok {
		g.age = g.aging.Age(time.UnixMicro(now), g.zone, when)
		a.watch(i, now, to, turning{when: when, age: g.age, member: -1})
	}
	return g.age
}

// watchMember watches the date of a member from an instant on, and returns its weight.
func (a *agings) watchMember(i int, now, to, when int64, member int) (weight uint64) {
	g := &a.list[i]
	age := g.aging.Age(time.UnixMicro(now), g.zone, when)
	a.watch(i, now, to, turning{when: when, age: age, member: member})
	return g.aging.Weight(age)
}

// watchDate watches a date from an instant on.
func (a *agings) watchDate(i int, now, to, when int64) { a.watchMember(i, now, to, when, -1) }

// watch watches the date of t, whose age it has, from an instant on.
func (a *agings) watch(i int, now, to int64, t turning) {
	g := &a.list[i]
	k := t.age
	t.next, t.aging, t.turn = math.MaxInt64, i, g.turn
	// It gets older, or younger again where a clock is put back.
	for _, edge := range []int{k + 1, k} {
		if edge < 1 || edge > g.aging.Steps || edge == k && g.aging.Steady() {
			continue
		}
		s := g.aging.Span
		e := instants.End{Days: s.Days, Zone: g.zone, Bound: check.Bound{Kind: check.Relative, Unit: s.Unit, N: -s.N * int64(edge)}}
		if a.room = e.Flips(t.when, now, to, a.room[:0]); len(a.room) > 0 && a.room[0] < t.next {
			t.next, t.age = a.room[0], edge
			if edge == k {
				t.age = k - 1
			}
		}
	}
	if t.next <= to {
		a.push(t)
	}
}

// first returns the next instant as of which some age changes, or math.MaxInt64.
func (a *agings) first() int64 {
	for len(a.heap) > 0 && a.heap[0].turn != a.list[a.heap[0].aging].turn {
		a.pop()
	}
	if len(a.heap) == 0 {
		return math.MaxInt64
	}
	return a.heap[0].next
}

// pass calls changed for each age that changes as of an instant, which is the first of them
// or before it.
func (a *agings) pass(at, to int64, changed func(g *aging, t *turning)) {
	for a.first() == at {
		t := a.pop()
		g := &a.list[t.aging]
		if g.ok {
			g.age = t.age
		}
		a.watch(t.aging, at, to, t)
		changed(g, &t)
	}
}

func (a *agings) push(t turning) {
	a.heap = append(a.heap, t)
	for i := len(a.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if a.heap[up].next <= a.heap[i].next {
			return
		}
		a.heap[up], a.heap[i] = a.heap[i], a.heap[up]
		i = up
	}
}

func (a *agings) pop() turning {
	first, last := a.heap[0], len(a.heap)-1
	a.heap[0] = a.heap[last]
	a.heap = a.heap[:last]
	for i := 0; ; {
		least := i
		for _, down := range []int{2*i + 1, 2*i + 2} {
			if down < last && a.heap[down].next < a.heap[least].next {
				least = down
			}
		}
		if least == i {
			return first
		}
		a.heap[least], a.heap[i] = a.heap[i], a.heap[least]
		i = least
	}
}
