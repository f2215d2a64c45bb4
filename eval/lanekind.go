package eval

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/leadscore/leadscore/traverse/columns"
)

// This file counts over one kind of interaction. The instants at which some
// window begins or ends cut time into segments; whatever has to do with windows
// is a table by segment. So a record's Timestamp is looked at once, however many
// windows there are.

// A boundKind is a kindPlan bound to a store, and framed as of an instant.
type boundKind struct {
	plan  *kindPlan
	table *columns.Table
	words []boundWord

	// As of the instant. A record of segment i is as old as cuts[i] or newer, and
	// older than cuts[i-1]; segment 0 is later than as of. The last cut is NoTime.
	cuts   []int64
	each   []modelPoints // totals of `each`: what a record adds
	least  []leastPoints // totals of at least n: what is added if the nth newest record is there
	asOf   int64
	oldest int64 // records older than that count nowhere
	// bucket is, by age, the first segment of records so old. One age stands for
	// 1<<shift microseconds, the last for all that are older.
	bucket [ages]uint32
	shift  uint
}

const ages = 256

// modelPoints are points for one model, by segment.
type modelPoints struct {
	model  int
	points []int64
}

type leastPoints struct {
	n int
	modelPoints
}

// A boundWord is a word of watchers.
type boundWord struct {
	columns []judged
	gates   []gateBit
	inside  []uint64 // by segment: the watchers in whose windows it lies
	counter counter
	first   int // watcher
}

// A gateBit says which watcher of the owner a watcher depends on.
type gateBit struct {
	bit  uint64
	word int
	gate uint64
}

func (k *kindPlan) bind(store *columns.Store, models int) (boundKind, bool) {
	b := boundKind{plan: k, table: store.Table(k.entity.Name())}
	if b.table == nil {
		return b, false
	}
	ones := full(len(k.watchers))
	for w := range ones {
		word := boundWord{first: w * wordBits}
		var tests []bitColumnTest
		for i := word.first; i < min(word.first+wordBits, len(k.watchers)); i++ {
			bit := uint64(1) << (i - word.first)
			for j := range k.watchers[i].tests {
				tests = append(tests, bitColumnTest{bit, &k.watchers[i].tests[j]})
			}
			if g := k.watchers[i].gate; g >= 0 {
				word.gates = append(word.gates, gateBit{bit, g / wordBits, 1 << (g % wordBits)})
			}
		}
		var ok bool
		if word.columns, ok = bindTests(b.table, tests, ones[w]); !ok {
			return b, false
		}
		b.words = append(b.words, word)
	}
	return b, true
}

// span is the stretch of Timestamps that lies in all windows and is not later
// than as of. Without a window it has those that are empty, too.
func span(windows []int, bounds []bound, asOf int64) bound {
	s := bound{columns.NoTime, asOf}
	for _, w := range windows {
		s.lo = max(s.lo, bounds[w].lo, columns.NoTime+1)
		s.hi = min(s.hi, bounds[w].hi)
	}
	return s
}

// frame lays out the tables by segment as of an instant.
func (k *boundKind) frame(bounds []bound, asOf int64) {
	spans := make([]bound, 0, len(k.plan.totals)+len(k.plan.watchers))
	for _, t := range k.plan.totals {
		if t.window < 0 {
			spans = append(spans, span(nil, bounds, asOf))
		} else {
			spans = append(spans, span([]int{t.window}, bounds, asOf))
		}
	}
	for i := range k.plan.watchers {
		spans = append(spans, span(k.plan.watchers[i].windows, bounds, asOf))
	}
	k.cuts = append(k.cuts[:0], asOf+1, columns.NoTime)
	k.asOf, k.oldest = asOf, math.MaxInt64
	for _, s := range spans {
		if s.lo <= s.hi {
			k.cuts = append(k.cuts, s.lo, s.hi+1)
			k.oldest = min(k.oldest, s.lo)
		}
	}
	slices.Sort(k.cuts)
	k.cuts = slices.Compact(k.cuts)
	slices.Reverse(k.cuts)
	k.bucketCuts(asOf)
	// segments returns the first and last segment of a span.
	segments := func(s bound) (int, int) { return k.segment(s.hi+1) + 1, k.segment(s.lo) }
	k.each, k.least = k.each[:0], k.least[:0]
	for i, t := range k.plan.totals {
		if s := spans[i]; s.lo <= s.hi {
			for _, u := range t.uses {
				points := k.pointsOf(u)
				first, last := segments(s)
				for seg := first; seg <= last; seg++ {
					points[seg] += u.points
				}
			}
		}
	}
	for w := range k.words {
		word := &k.words[w]
		word.inside = append(word.inside[:0], make([]uint64, len(k.cuts))...)
		for i := word.first; i < min(word.first+wordBits, len(k.plan.watchers)); i++ {
			if s := spans[len(k.plan.totals)+i]; s.lo <= s.hi {
				first, last := segments(s)
				for seg := first; seg <= last; seg++ {
					word.inside[seg] |= 1 << (i - word.first)
				}
			}
		}
	}
}

// segment returns the position of a cut.
func (k *boundKind) segment(cut int64) int {
	i, _ := slices.BinarySearchFunc(k.cuts, cut, func(have, cut int64) int { return cmp.Compare(cut, have) })
	return i
}

// bucketCuts fills bucket, so that few ages have a cut inside.
func (k *boundKind) bucketCuts(asOf int64) {
	k.shift = 0
	if n := len(k.cuts); n > 2 { // the last is NoTime, the first behind as of
		for uint64(asOf-k.cuts[n-2])>>k.shift >= ages-1 {
			k.shift++
		}
	}
	seg := uint32(0)
	for age := range k.bucket {
		youngest := asOf - int64(age)<<k.shift
		for youngest < k.cuts[seg] {
			seg++
		}
		k.bucket[age] = seg
	}
}

// pointsOf returns the table that a use of a total adds its points to.
func (k *boundKind) pointsOf(u use) []int64 {
	if u.min == 0 {
		for _, p := range k.each {
			if p.model == u.model {
				return p.points
			}
		}
		p := modelPoints{u.model, make([]int64, len(k.cuts))}
		k.each = append(k.each, p)
		return p.points
	}
	n := math.MaxInt
	if u.min < math.MaxInt {
		n = int(u.min)
	}
	for _, p := range k.least {
		if p.n == n && p.model == u.model {
			return p.points
		}
	}
	p := leastPoints{n, modelPoints{u.model, make([]int64, len(k.cuts))}}
	k.least = append(k.least, p)
	return p.points
}

// grow makes room for values that have come to the dictionaries.
func (k *boundKind) grow() {
	for w := range k.words {
		for i := range k.words[w].columns {
			k.words[w].columns[i].grow()
		}
	}
}

// scan counts the records of one contact. segments is room for a segment a
// record.
func (k *boundKind) scan(times []int64, cells []uint32, owner []uint64, segments []uint32, score []int64) {
	width := k.table.Width()
	// Newest first: what is later than as of stands in front.
	for len(times) > 0 && times[0] > k.asOf {
		times, cells = times[1:], cells[width:]
	}
	segments = segments[:len(times)]
	for i, t := range times {
		if t < k.oldest {
			segments = segments[:i]
			break
		}
		seg := k.bucket[min(uint64(k.asOf-t)>>k.shift, ages-1)]
		for t < k.cuts[seg] {
			seg++
		}
		segments[i] = seg
	}
	if len(segments) == 0 {
		return
	}
	for i := range k.each {
		p := &k.each[i]
		var sum int64
		for _, seg := range segments {
			sum += p.points[seg]
		}
		score[p.model] += sum
	}
	for i := range k.least {
		p := &k.least[i]
		if nth := p.n - 1; nth < len(segments) {
			score[p.model] += p.points[segments[nth]]
		}
	}
	for i := range k.words {
		k.words[i].scan(segments, cells, width, owner)
	}
}

func (w *boundWord) scan(segments []uint32, cells []uint32, width int, owner []uint64) {
	open := ^uint64(0)
	for i := range w.gates {
		if g := &w.gates[i]; owner[g.word]&g.gate == 0 {
			open &^= g.bit
		}
	}
	c := &w.counter
	switch len(w.columns) {
	case 0:
		for _, seg := range segments {
			c.add(w.inside[seg] & open)
		}
	case 1:
		x := &w.columns[0]
		at := x.at
		for _, seg := range segments {
			c.add(w.inside[seg] & open & x.of(cells[at]))
			at += width
		}
	case 2:
		x, y := &w.columns[0], &w.columns[1]
		at, and := x.at, y.at
		for _, seg := range segments {
			c.add(w.inside[seg] & open & x.of(cells[at]) & y.of(cells[and]))
			at, and = at+width, and+width
		}
	default:
		for i, seg := range segments {
			m := w.inside[seg] & open
			row := cells[i*width : (i+1)*width]
			for j := range w.columns {
				m &= w.columns[j].of(row[w.columns[j].at])
			}
			c.add(m)
		}
	}
}

// A counter counts for a word of watchers at once: bit i of the words together
// is the count of watcher i in binary.
type counter struct {
	low  [3]uint64
	high []uint64
}

// add adds one for every bit of m. There is a branch only past 7: which counts
// carry is hard to foretell.
func (c *counter) add(m uint64) {
	c.low[0], m = c.low[0]^m, c.low[0]&m
	c.low[1], m = c.low[1]^m, c.low[1]&m
	c.low[2], m = c.low[2]^m, c.low[2]&m
	if m != 0 {
		c.carry(m)
	}
}

//go:noinline
func (c *counter) carry(m uint64) {
	for i := range c.high {
		carry := c.high[i] & m
		c.high[i] ^= m
		if m = carry; m == 0 {
			return
		}
	}
	c.high = append(c.high, m)
}

// drain calls yield with every watcher that counted something, and begins anew.
func (c *counter) drain(yield func(bit int, n uint64)) {
	any := c.low[0] | c.low[1] | c.low[2]
	for _, m := range c.high {
		any |= m
	}
	for any != 0 {
		bit := bits.TrailingZeros64(any)
		any &= any - 1
		n := c.low[0]>>bit&1 | c.low[1]>>bit&1<<1 | c.low[2]>>bit&1<<2
		for i, m := range c.high {
			n |= m >> bit & 1 << (i + 3)
		}
		yield(bit, n)
	}
	c.low = [3]uint64{}
	c.high = c.high[:0]
}
