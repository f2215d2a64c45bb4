package plan

// WordBits is how many measures a word holds. The bit above them is left to the
// executor.
const WordBits = 63

// A BitRange is a range of measures of one profile or kind of interaction, and the
// bits of a word that they have.
type BitRange struct {
	Word  int
	Shift int // the bit of the first
	First int // index of the first measure
	Count int
}

// Mask returns the bits of the range.
func (r BitRange) Mask() uint64 { return (1<<r.Count - 1) << r.Shift }

// Bit returns the bit of one of its measures.
func (r BitRange) Bit(measure int) uint64 { return 1 << (r.Shift + measure - r.First) }

// FindBit returns which of ranges has a measure, and its bit.
func FindBit(ranges []BitRange, measure int) (at int, bit uint64) {
	for measure >= ranges[at].First+ranges[at].Count {
		at++
	}
	return at, ranges[at].Bit(measure)
}

// A Packer puts measures into words: as few words as keep those of one profile or
// kind of interaction together.
type Packer struct{ used []int } // bits, by word

// Words returns how many words the packer has begun.
func (p *Packer) Words() int { return len(p.used) }

// Pack places n measures that belong together.
func (p *Packer) Pack(n int) []BitRange {
	if n == 0 {
		return nil
	}
	if last := len(p.used) - 1; last >= 0 && p.used[last]+n <= WordBits {
		r := BitRange{last, p.used[last], 0, n}
		p.used[last] += n
		return []BitRange{r}
	}
	var list []BitRange
	for first := 0; first < n; first += WordBits {
		count := min(WordBits, n-first)
		list = append(list, BitRange{len(p.used), 0, first, count})
		p.used = append(p.used, count)
	}
	return list
}
