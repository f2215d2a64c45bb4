package columnar

import (
	"fmt"
	"math"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse/columns"
)

// interactions is a plan.Interactions bound to a store, as of an instant.
type interactions struct {
	plan  *plan.Interactions
	table *columns.Table
	width int
	words []boundWord
	stop  *interrupt // of the executor

	lists   bool        // some records are for tallies
	owner   columns.Key // who owns the records at hand, if so
	records *records    // memory for some of them, if so

	windows [][]int // that some totals and measures have
	span    []int   // by total, and then by measure: an index into windows

	// As of the instant.
	spans []plan.Bound // by windows
	time  timeline
	each  [][]int64     // points of totals of each, by sum and segment; nil where there are none. Those of the first sum are in the segments
	least []leastPoints // of totals with a minimum n: added if the nth newest record is there
}

// leastPoints are points for one sum, by segment.
type leastPoints struct {
	n      int
	sum    int
	points []int64
}

// A boundWord is a range of measures, bound to the columns that they ask for.
type boundWord struct {
	plan.BitRange
	caches  []predicateCache
	owners  []ownerBit
	listers []lister
	listed  uint64   // the measures of the listers
	inside  []uint64 // by segment: the measures in whose windows it lies
	last    uint32   // the last segment that lies in some window
}

// An ownerBit says which measure of the owner a measure depends on.
type ownerBit struct {
	bit  uint64
	at   int // range of the owner's
	mask uint64
}

// bindInteractions binds a plan to a store, or returns false if the store lacks what
// the plan names. ranges are those of the plan's measures, owner those of the
// owner's. tallies are those of the target.
func bindInteractions(p *plan.Interactions, store *columns.Store, ranges, owner []plan.BitRange, tallies *tallyBinder) (interactions, bool) {
	k := interactions{plan: p, stop: new(interrupt), table: store.Table(p.Entity.Name())}
	if k.table == nil {
		return k, false
	}
	k.width = k.table.Width()
	for _, r := range ranges {
		w := boundWord{BitRange: r}
		var exprs []columnExpr
		for i := r.First; i < r.First+r.Count; i++ {
			m := &p.Measures[i]
			for j := range m.Where {
				exprs = append(exprs, columnExpr{r.Bit(i), &m.Where[j]})
			}
			if m.Owner >= 0 {
				at, mask := plan.FindBit(owner, m.Owner)
				w.owners = append(w.owners, ownerBit{r.Bit(i), at, mask})
			}
		}
		var ok bool
		for i := r.First; i < r.First+r.Count; i++ {
			if w.listers, ok = tallies.listers(w.listers, &p.Measures[i], r.Bit(i), k.table); !ok {
				return k, false
			}
		}
		for i := range w.listers {
			w.listed |= w.listers[i].bit
		}
		k.lists = k.lists || w.listed != 0
		if w.caches, ok = cachesOf(k.table, exprs, r.Mask()); !ok {
			return k, false
		}
		k.words = append(k.words, w)
	}
	if k.lists {
		k.records = tallies.records
	}
	k.bindWindows()
	if len(k.words) == 0 {
		k.words = []boundWord{{}} // scan has a first word
	}
	return k, true
}

// bindWindows finds the windows that totals and measures have.
func (k *interactions) bindWindows() {
	known := map[string]int{}
	add := func(windows []int) {
		key := fmt.Sprint(windows)
		at, ok := known[key]
		if !ok {
			at = len(k.windows)
			known[key] = at
			k.windows = append(k.windows, windows)
		}
		k.span = append(k.span, at)
	}
	for i := range k.plan.Totals {
		add(k.plan.Totals[i].Windows)
	}
	for i := range k.plan.Measures {
		add(k.plan.Measures[i].Windows)
	}
}

// setAsOf makes the tables by segment as of an instant. They stay as they are if the ends
// of the windows keep their order, as they mostly do if the instant moves a little.
func (k *interactions) setAsOf(bounds []plan.Bound, asOf int64, sums int) {
	if k.plan.Steady && k.time.moveAll(asOf) {
		return
	}
	k.spans = k.spans[:0]
	for _, windows := range k.windows {
		k.spans = append(k.spans, span(windows, bounds, asOf))
	}
	if k.time.move(k.spans, asOf) {
		return
	}
	k.time.cut(k.spans, asOf)
	totals := k.plan.Totals
	k.each, k.least = make([][]int64, sums), k.least[:0]
	for i := range totals {
		first, last := k.within(i)
		for j := range totals[i].Uses {
			u := &totals[i].Uses[j]
			points := k.pointsOf(u)
			for seg := first; seg <= last; seg++ {
				points[seg] += u.Award.Points
			}
		}
	}
	segments := k.time.segments
	for i := range k.words {
		w := &k.words[i]
		w.last = 0
		w.inside = append(w.inside[:0], make([]uint64, len(segments))...)
		for m := w.First; m < w.First+w.Count; m++ {
			first, last := k.within(len(totals) + m)
			for seg := first; seg <= last; seg++ {
				w.inside[seg] |= w.Bit(m)
				w.last = max(w.last, uint32(seg))
			}
		}
	}
	for i := range segments {
		segments[i].inside = k.words[0].inside[i]
		if k.each[0] != nil {
			segments[i].points = k.each[0][i]
		}
	}
}

// within returns the first and last segment in which a total counts, or a measure, by
// their place in k.span.
func (k *interactions) within(i int) (first, last int) {
	s := k.time.spans[k.span[i]]
	return s.first, s.last
}

// pointsOf returns the table to which a use of a total adds its points.
func (k *interactions) pointsOf(u *plan.Use) []int64 {
	if u.Award.Min == 0 {
		if k.each[u.Sum] == nil {
			k.each[u.Sum] = make([]int64, len(k.time.segments))
		}
		return k.each[u.Sum]
	}
	n := math.MaxInt
	if u.Award.Min < math.MaxInt {
		n = int(u.Award.Min)
	}
	for _, p := range k.least {
		if p.n == n && p.sum == u.Sum {
			return p.points
		}
	}
	p := leastPoints{n, u.Sum, make([]int64, len(k.time.segments))}
	k.least = append(k.least, p)
	return p.points
}

// caches calls f for each predicate cache.
func (k *interactions) caches(f func(*predicateCache)) {
	for i := range k.words {
		for j := range k.words[i].caches {
			f(&k.words[i].caches[j])
		}
	}
}
