package columnar

// A counter counts for a word of measures at once: bit i of its words together is
// the count of measure i in binary.
type counter struct {
	low  bitCount
	high []uint64
}

// A bitCount counts to 7 for each bit.
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

// counted returns the measures whose count is not 0.
func (c *counter) counted() uint64 {
	bits := c.low.one | c.low.two | c.low.four
	for _, m := range c.high {
		bits |= m
	}
	return bits
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

// of returns the count of one measure.
func (c *counter) of(bit int) uint64 {
	n := c.low.one>>bit&1 | c.low.two>>bit&1<<1 | c.low.four>>bit&1<<2
	for i, m := range c.high {
		n |= m >> bit & 1 << (i + 3)
	}
	return n
}
