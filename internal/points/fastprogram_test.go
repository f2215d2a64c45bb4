package points

import "math"

// fastOf returns the fast program of p, and what it is given for counts: occurrences in
// slots, of which some are between, and the sums of the conditions that only add. It
// returns false if they are too large.
func fastOf(p *Program, counts []Count) (f *FastProgram, sums []int64, slots []uint64, ok bool) {
	at := make([][]int, len(p.conditions))
	totals := make([]Total, p.Places())
	slots = []uint64{99}
	weight, most := uint64(0), uint64(1)
	for i := range p.conditions {
		c := &p.conditions[i]
		weight += uint64(max(c.Points, -c.Points))
		if place, adds := p.Adds(i); adds {
			totals[place] = totals[place].Plus(p.Multiplier(i, counts).Worth(c.Points))
			continue
		}
		for j, n := range counts[c.first : c.first+c.counts] {
			if j < len(c.award.Children) {
				n = n.Times(CountOf(max(c.award.Children[j].Every, 1)))
			}
			if n.large != nil || n.small > math.MaxInt64 {
				return nil, nil, nil, false
			}
			most = max(most, n.small)
			at[i] = append(at[i], len(slots))
			slots = append(slots, n.small, 99)
		}
	}
	for _, t := range totals {
		if t.large != nil {
			return nil, nil, nil, false
		}
		sums = append(sums, t.small)
	}
	return p.Fast(at), sums, slots, most <= math.MaxInt64/max(weight, 1)
}
