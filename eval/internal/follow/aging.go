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
	heap []ageing // the next first
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
	ok   bool
}

// An ageing is the next instant as of which a date is of another age.
type ageing struct {
	next  int64
	when  int64
	aging int
	turn  int
}

func (a *agings) reset() { a.list, a.heap = a.list[:0], a.heap[:0] }

// add adds an aging of a unit, and returns its index.
func (a *agings) add(unit int, of *check.Aging, zone *time.Location) int {
	a.list = append(a.list, aging{unit: unit, aging: of, zone: zone})
	return len(a.list) - 1
}

// watchNewest watches a date in place of the one that was watched, from an instant on. If
// ok is not set, there is none to watch.
func (a *agings) watchNewest(i int, now, to, when int64, ok bool) {
	g := &a.list[i]
	if g.ok == ok && g.when == when {
		return // its next change is known
	}
	g.when, g.ok = when, ok
	g.turn++
	if ok {
		a.watch(i, now, to, when)
	}
}

// watch watches a date from an instant on.
func (a *agings) watch(i int, now, to, when int64) {
	g := &a.list[i]
	if next := a.nextAge(g, now, to, when); next <= to {
		a.push(ageing{next, when, i, g.turn})
	}
}

// nextAge returns the first instant after now, up to another, as of which a date is of
// another age, or math.MaxInt64.
func (a *agings) nextAge(g *aging, now, to, when int64) int64 {
	k := g.aging.Age(time.UnixMicro(now), g.zone, when)
	next := int64(math.MaxInt64)
	for _, edge := range []int{k, k + 1} {
		if edge < 1 || edge > g.aging.Steps || edge == k && g.aging.Steady() {
			continue
		}
		s := g.aging.Span
		e := instants.End{Days: s.Days, Zone: g.zone, Bound: check.Bound{Kind: check.Relative, Unit: s.Unit, N: -s.N * int64(edge)}}
		if a.room = e.Flips(when, now, to, a.room[:0]); len(a.room) > 0 {
			next = min(next, a.room[0])
		}
	}
	return next
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

// pass calls again with the units in which an age changes as of an instant, which is the
// first of them or before it.
func (a *agings) pass(at, to int64, again func(unit int)) {
	for a.first() == at {
		item := a.pop()
		a.watch(item.aging, at, to, item.when)
		again(a.list[item.aging].unit)
	}
}

func (a *agings) push(item ageing) {
	a.heap = append(a.heap, item)
	for i := len(a.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if a.heap[up].next <= a.heap[i].next {
			return
		}
		a.heap[up], a.heap[i] = a.heap[i], a.heap[up]
		i = up
	}
}

func (a *agings) pop() ageing {
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
