package columnar

// scan counts the records of one owner, newest first, into words. found has room
// for a segment for each record; owner are the measures that the owner satisfies.
//
// Most owners have a handful of records of a kind, so the end of each loop is
// what costs, as no processor foresees it. So the first word is counted in the
// loop that finds the segments.
func (k *interactions) scan(times []int64, cells []uint32, owner []uint64, found []uint32, words []word, sums []int64) {
	// What is later than as of comes first.
	for len(times) > 0 && times[0] > k.time.asOf {
		times, cells = times[1:], cells[k.width:]
	}
	w := &k.words[0]
	counter, mask := &words[w.Word].counter, w.satisfied(owner)
	found = found[:len(times)]
	lists := mask&w.listed != 0
	var n int
	var sum int64
	if lists {
		n, sum = k.find(times, found)
	} else if len(w.caches) <= 3 {
		n, sum = k.scanFirst(times, cells, mask, found, counter)
	} else {
		n, sum = k.scanFirstAny(times, cells, mask, found, counter)
	}
	found = found[:n]
	sums[0] += sum
	for i := range k.least {
		p := &k.least[i]
		if nth := p.n - 1; nth < len(found) {
			sums[p.sum] += p.points[found[nth]]
		}
	}
	for i, points := range k.each[1:] {
		if points != nil {
			for _, seg := range found {
				sums[i+1] += points[seg]
			}
		}
	}
	if lists {
		k.list(w, times, cells, mask, found, counter)
	}
	for i := range k.words[1:] {
		if len(found) >= many && k.stop.after(len(found)) {
			return
		}
		w := &k.words[i+1]
		counter, mask := &words[w.Word].counter, w.satisfied(owner)
		if mask&w.listed != 0 {
			k.list(w, times, cells, mask, found, counter)
		} else {
			w.scan(found, cells, k.width, mask, counter)
		}
	}
}

// find finds the segments of the records that lie in some window and returns how many
// there are, and the sum of what totals of each give the first sum.
func (k *interactions) find(times []int64, found []uint32) (n int, sum int64) {
	for i, t := range times {
		if t < k.time.oldest {
			break
		}
		s, seg := k.time.segment(t)
		found[i] = seg
		sum += s.points
		n++
	}
	return n, sum
}

// scanFirst finds the segments of the records that lie in some window and returns
// how many there are. It counts the first word, and returns the sum of what totals
// of each give the first sum. Its loops differ in how many columns they read, up
// to three.
func (k *interactions) scanFirst(times []int64, cells []uint32, mask uint64, found []uint32, c *counter) (n int, sum int64) {
	found = found[:len(times)]
	low := c.low
	list := k.words[0].caches
	switch len(list) {
	case 0:
		for i, t := range times {
			if t < k.time.oldest {
				break
			}
			s, seg := k.time.segment(t)
			found[i] = seg
			sum += s.points
			if carry := low.add(s.inside & mask); carry != 0 {
				c.carry(carry)
			}
			n++
		}
	case 1:
		x := &list[0]
		at := x.at
		for i, t := range times {
			if t < k.time.oldest {
				break
			}
			s, seg := k.time.segment(t)
			found[i] = seg
			sum += s.points
			if carry := low.add(s.inside & mask & x.of(cells[at])); carry != 0 {
				c.carry(carry)
			}
			at += k.width
			n++
		}
	case 2:
		x, y := &list[0], &list[1]
		at, also := x.at, y.at
		for i, t := range times {
			if t < k.time.oldest {
				break
			}
			s, seg := k.time.segment(t)
			found[i] = seg
			sum += s.points
			if carry := low.add(s.inside & mask & x.of(cells[at]) & y.of(cells[also])); carry != 0 {
				c.carry(carry)
			}
			at, also = at+k.width, also+k.width
			n++
		}
	case 3:
		x, y, z := &list[0], &list[1], &list[2]
		base := 0
		for i, t := range times {
			if t < k.time.oldest {
				break
			}
			s, seg := k.time.segment(t)
			found[i] = seg
			sum += s.points
			if carry := low.add(s.inside & mask & x.of(cells[base+x.at]) & y.of(cells[base+y.at]) & z.of(cells[base+z.at])); carry != 0 {
				c.carry(carry)
			}
			base += k.width
			n++
		}
	}
	c.low = low
	return n, sum
}

// scanFirstAny is scanFirst for more columns.
func (k *interactions) scanFirstAny(times []int64, cells []uint32, mask uint64, found []uint32, c *counter) (n int, sum int64) {
	low := c.low
	list := k.words[0].caches
	for i, t := range times {
		if t < k.time.oldest {
			break
		}
		s, seg := k.time.segment(t)
		found[i] = seg
		sum += s.points
		m := s.inside & mask
		row := cells[i*k.width : (i+1)*k.width]
		for j := range list {
			m &= list[j].of(row[list[j].at])
		}
		if carry := low.add(m); carry != 0 {
			c.carry(carry)
		}
		n++
	}
	c.low = low
	return n, sum
}

// satisfied returns the measures of the word whose owner satisfies what they ask of
// it.
func (w *boundWord) satisfied(owner []uint64) uint64 {
	all := ^uint64(0)
	for i := range w.owners {
		if o := &w.owners[i]; owner[o.at]&o.mask == 0 {
			all &^= o.bit
		}
	}
	return all
}

// scan counts records, of which segments are known, for one word.
func (w *boundWord) scan(segments []uint32, cells []uint32, width int, mask uint64, c *counter) {
	low, list, at := c.low, w.caches, 0
	switch len(list) {
	case 1:
		x := &list[0]
		for _, seg := range segments {
			if seg > w.last {
				break // and so are all that are older
			}
			if carry := low.add(w.inside[seg] & mask & x.of(cells[at+x.at])); carry != 0 {
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
			if carry := low.add(w.inside[seg] & mask & x.of(cells[at+x.at]) & y.of(cells[at+y.at])); carry != 0 {
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
			if carry := low.add(w.inside[seg] & mask & x.of(cells[at+x.at]) & y.of(cells[at+y.at]) & z.of(cells[at+z.at])); carry != 0 {
				c.carry(carry)
			}
			at += width
		}
	default:
		for _, seg := range segments {
			if seg > w.last {
				break
			}
			m := w.inside[seg] & mask
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
