package eval

import (
	"cmp"
	"math"
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
	width int
	words []boundWord

	// As of the instant.
	segments []segment
	each     [][]int64     // totals of `each`, by model and segment; nil where there are none. The first model's are in segments
	least    []leastPoints // totals of at least n: what is added if the nth newest record is there
	asOf     int64
	oldest   int64 // records older than that count nowhere
	// bucket is, by age, the first segment of records so old. One age stands for
	// 1<<shift microseconds, the last for all that are older.
	bucket [ages]uint16
	shift  uint
}

// A segment is a stretch of time in which no window begins or ends. The first is
// later than as of; the last begins with NoTime.
type segment struct {
	cut    int64  // its records are so old or newer
	inside uint64 // the watchers of the first word in whose windows they lie
	points int64  // what `each` of them adds to the first model's score
}

const ages = 256

// leastPoints are points for one model, by segment.
type leastPoints struct {
	n      int
	model  int
	points []int64
}

// A boundWord is a stretch of watchers.
type boundWord struct {
	stretch
	columns []judged
	gates   []gateBit
	inside  []uint64 // by segment: the watchers in whose windows it lies
	last    uint32   // the last segment that lies in some window
}

// A gateBit says which watcher of the owner a watcher depends on.
type gateBit struct {
	bit  uint64
	at   int // stretch of the owner's
	gate uint64
}

func (k *kindPlan) bind(store *columns.Store, stretches, owner []stretch) (boundKind, bool) {
	b := boundKind{plan: k, table: store.Table(k.entity.Name())}
	if b.table == nil {
		return b, false
	}
	b.width = b.table.Width()
	for _, s := range stretches {
		word := boundWord{stretch: s}
		var tests []bitColumnTest
		for i := s.first; i < s.first+s.count; i++ {
			for j := range k.watchers[i].tests {
				tests = append(tests, bitColumnTest{s.bit(i), &k.watchers[i].tests[j]})
			}
			if g := k.watchers[i].gate; g >= 0 {
				at, gate := find(owner, g)
				word.gates = append(word.gates, gateBit{s.bit(i), at, gate})
			}
		}
		var ok bool
		if word.columns, ok = bindTests(b.table, tests, s.mask()); !ok {
			return b, false
		}
		b.words = append(b.words, word)
	}
	if len(b.words) == 0 {
		b.words = []boundWord{{}} // scan has a first word
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
func (k *boundKind) frame(bounds []bound, asOf int64, models int) {
	spans := make([]bound, 0, len(k.plan.totals)+len(k.plan.watchers))
	for i := range k.plan.totals {
		spans = append(spans, span(k.plan.totals[i].windows, bounds, asOf))
	}
	for i := range k.plan.watchers {
		spans = append(spans, span(k.plan.watchers[i].windows, bounds, asOf))
	}
	cuts := []int64{asOf + 1, columns.NoTime}
	k.asOf, k.oldest = asOf, math.MaxInt64
	for _, s := range spans {
		if s.lo <= s.hi {
			cuts = append(cuts, s.lo, s.hi+1)
			k.oldest = min(k.oldest, s.lo)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	slices.Reverse(cuts)
	k.segments = k.segments[:0]
	for _, cut := range cuts {
		k.segments = append(k.segments, segment{cut: cut})
	}
	k.bucketCuts()
	k.each, k.least = make([][]int64, models), k.least[:0]
	for i, t := range k.plan.totals {
		first, last := k.within(spans[i])
		for _, u := range t.uses {
			points := k.pointsOf(u)
			for seg := first; seg <= last; seg++ {
				points[seg] += u.Points
			}
		}
	}
	for w := range k.words {
		word := &k.words[w]
		word.last = 0
		word.inside = append(word.inside[:0], make([]uint64, len(cuts))...)
		for i := word.first; i < word.first+word.count; i++ {
			first, last := k.within(spans[len(k.plan.totals)+i])
			for seg := first; seg <= last; seg++ {
				word.inside[seg] |= word.bit(i)
				word.last = max(word.last, uint32(seg))
			}
		}
	}
	for i := range k.segments {
		k.segments[i].inside = k.words[0].inside[i]
		if k.each[0] != nil {
			k.segments[i].points = k.each[0][i]
		}
	}
}

// within returns the first and last segment of a span; the first is behind the
// last if the span is empty.
func (k *boundKind) within(s bound) (first, last int) {
	if s.lo > s.hi {
		return 1, 0
	}
	at := func(cut int64) int {
		i, _ := slices.BinarySearchFunc(k.segments, cut, func(have segment, cut int64) int { return cmp.Compare(cut, have.cut) })
		return i
	}
	return at(s.hi+1) + 1, at(s.lo)
}

// bucketCuts fills bucket, so that few ages have a cut inside.
func (k *boundKind) bucketCuts() {
	oldest := k.asOf
	for _, s := range k.segments[1:] {
		if s.cut > columns.NoTime+1 { // that and NoTime are of windows without a beginning
			oldest = s.cut
		}
	}
	k.shift = 0
	for uint64(k.asOf-oldest)>>k.shift >= ages-1 {
		k.shift++
	}
	seg := uint32(0)
	for age := range k.bucket {
		youngest := k.asOf - int64(age)<<k.shift
		for youngest < k.segments[seg].cut {
			seg++
		}
		k.bucket[age] = uint16(min(seg, math.MaxUint16))
	}
}

// pointsOf returns the table that a use of a total adds its points to.
func (k *boundKind) pointsOf(u use) []int64 {
	if u.Min == 0 {
		if k.each[u.model] == nil {
			k.each[u.model] = make([]int64, len(k.segments))
		}
		return k.each[u.model]
	}
	n := math.MaxInt
	if u.Min < math.MaxInt {
		n = int(u.Min)
	}
	for _, p := range k.least {
		if p.n == n && p.model == u.model {
			return p.points
		}
	}
	p := leastPoints{n, u.model, make([]int64, len(k.segments))}
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

// scan counts the records of one contact into the words of its lane. found is
// room for a segment a record; owner says which of the gates are open.
//
// Most contacts have a handful of records of a kind, so what costs is each loop's
// end, which no processor foresees. So the first word is counted in the loop that
// finds the segments.
func (k *boundKind) scan(times []int64, cells []uint32, owner []uint64, found []uint32, words []laneWord, score []int64) {
	// Newest first: what is later than as of stands in front.
	for len(times) > 0 && times[0] > k.asOf {
		times, cells = times[1:], cells[k.width:]
	}
	w := &k.words[0]
	n, sum := k.scanFirst(times, cells, w.open(owner), found[:len(times)], &words[w.word].counter)
	found = found[:n]
	score[0] += sum
	for i := range k.least {
		p := &k.least[i]
		if nth := p.n - 1; nth < len(found) {
			score[p.model] += p.points[found[nth]]
		}
	}
	for i, points := range k.each[1:] {
		if points != nil {
			for _, seg := range found {
				score[i+1] += points[seg]
			}
		}
	}
	for i := range k.words[1:] {
		w := &k.words[i+1]
		w.scan(found, cells, k.width, w.open(owner), &words[w.word].counter)
	}
}

// scanFirst finds the segments of the records that count somewhere, and returns
// how many they are; it counts the first word, and sums up the first model's
// points for `each`. Its loops differ in how many columns they judge.
func (k *boundKind) scanFirst(times []int64, cells []uint32, open uint64, found []uint32, c *counter) (n int, sum int64) {
	found = found[:len(times)]
	low := c.low
	list := k.words[0].columns
	switch len(list) {
	case 0:
		for i, t := range times {
			if t < k.oldest {
				break
			}
			s, seg := k.segment(t)
			found[i] = seg
			sum += s.points
			if carry := low.add(s.inside & open); carry != 0 {
				c.carry(carry)
			}
			n++
		}
	case 1:
		x := &list[0]
		at := x.at
		for i, t := range times {
			if t < k.oldest {
				break
			}
			s, seg := k.segment(t)
			found[i] = seg
			sum += s.points
			if carry := low.add(s.inside & open & x.of(cells[at])); carry != 0 {
				c.carry(carry)
			}
			at += k.width
			n++
		}
	case 2:
		x, y := &list[0], &list[1]
		at, also := x.at, y.at
		for i, t := range times {
			if t < k.oldest {
				break
			}
			s, seg := k.segment(t)
			found[i] = seg
			sum += s.points
			if carry := low.add(s.inside & open & x.of(cells[at]) & y.of(cells[also])); carry != 0 {
				c.carry(carry)
			}
			at, also = at+k.width, also+k.width
			n++
		}
	case 3:
		x, y, z := &list[0], &list[1], &list[2]
		base := 0
		for i, t := range times {
			if t < k.oldest {
				break
			}
			s, seg := k.segment(t)
			found[i] = seg
			sum += s.points
			if carry := low.add(s.inside & open & x.of(cells[base+x.at]) & y.of(cells[base+y.at]) & z.of(cells[base+z.at])); carry != 0 {
				c.carry(carry)
			}
			base += k.width
			n++
		}
	default:
		for i, t := range times {
			if t < k.oldest {
				break
			}
			s, seg := k.segment(t)
			found[i] = seg
			sum += s.points
			m := s.inside & open
			row := cells[i*k.width : (i+1)*k.width]
			for j := range list {
				m &= list[j].of(row[list[j].at])
			}
			if carry := low.add(m); carry != 0 {
				c.carry(carry)
			}
			n++
		}
	}
	c.low = low
	return n, sum
}

// segment returns the segment of an instant that is not later than as of.
func (k *boundKind) segment(t int64) (*segment, uint32) {
	at := uint32(k.bucket[min(uint64(k.asOf-t)>>k.shift, ages-1)])
	s := &k.segments[at]
	for t < s.cut {
		at++
		s = &k.segments[at]
	}
	return s, at
}

// open has the watchers whose gates are.
func (w *boundWord) open(owner []uint64) uint64 {
	open := ^uint64(0)
	for i := range w.gates {
		if g := &w.gates[i]; owner[g.at]&g.gate == 0 {
			open &^= g.bit
		}
	}
	return open
}

func (w *boundWord) scan(segments []uint32, cells []uint32, width int, open uint64, c *counter) {
	low, list, at := c.low, w.columns, 0
	switch len(list) {
	case 1:
		x := &list[0]
		for _, seg := range segments {
			if seg > w.last {
				break // and so are all that are older
			}
			if carry := low.add(w.inside[seg] & open & x.of(cells[at+x.at])); carry != 0 {
				c.carry(carry)
			}
			at += width
		}
	case 2:
		x, y := &list[0], &list[1]
		for _, seg := range segments {
			if seg > w.last {
				break
			}
			if carry := low.add(w.inside[seg] & open & x.of(cells[at+x.at]) & y.of(cells[at+y.at])); carry != 0 {
				c.carry(carry)
			}
			at += width
		}
	case 3:
		x, y, z := &list[0], &list[1], &list[2]
		for _, seg := range segments {
			if seg > w.last {
				break
			}
			if carry := low.add(w.inside[seg] & open & x.of(cells[at+x.at]) & y.of(cells[at+y.at]) & z.of(cells[at+z.at])); carry != 0 {
				c.carry(carry)
			}
			at += width
		}
	default:
		for _, seg := range segments {
			if seg > w.last {
				break
			}
			m := w.inside[seg] & open
			for j := range list {
				m &= list[j].of(cells[at+list[j].at])
			}
			if carry := low.add(m); carry != 0 {
				c.carry(carry)
			}
			at += width
		}
	}
	c.low = low
}

// A counter counts for a word of watchers at once: bit i of the words together
// is the count of watcher i in binary.
type counter struct {
	low  bitCount
	high []uint64
}

// A bitCount counts to 7.
type bitCount struct{ one, two, four uint64 }

// add adds one for every bit of m, and returns the bits that carry. There is no
// branch: which counts carry is hard to foresee.
func (b *bitCount) add(m uint64) uint64 {
	b.one, m = b.one^m, b.one&m
	b.two, m = b.two^m, b.two&m
	b.four, m = b.four^m, b.four&m
	return m
}

// add adds one for every bit of m.
func (c *counter) add(m uint64) {
	if carry := c.low.add(m); carry != 0 {
		c.carry(carry)
	}
}

// any has the watchers that counted something.
func (c *counter) any() uint64 {
	any := c.low.one | c.low.two | c.low.four
	for _, m := range c.high {
		any |= m
	}
	return any
}

func (c *counter) reset() {
	c.low = bitCount{}
	c.high = c.high[:0]
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

// of returns the count of one watcher.
func (c *counter) of(bit int) uint64 {
	n := c.low.one>>bit&1 | c.low.two>>bit&1<<1 | c.low.four>>bit&1<<2
	for i, m := range c.high {
		n |= m >> bit & 1 << (i + 3)
	}
	return n
}
