// Package nearest finds the valid name that a misspelt one was most likely meant to be.
package nearest

import (
	"iter"
	"strings"
)

// Bounds on the work: nobody misspells a name this long, or has this many, but
// hostile text may.
const (
	maxLen        = 64
	maxCandidates = 10_000
)

// Name returns the candidate that is nearest to name, or "" when none is near
// enough to be worth suggesting. Case differences cost next to nothing; of
// equally near candidates the first wins.
func Name(name string, candidates iter.Seq[string]) string {
	if name == "" || len(name) > maxLen {
		return ""
	}
	lower := []rune(strings.ToLower(name))
	best, most := "", limit(len(lower))
	var m matrix
	seen := 0
	for c := range candidates {
		if seen++; seen > maxCandidates {
			break
		}
		// A name in n letters has n to 4n bytes: most candidates need no look.
		if c == "" || len(c) > maxLen || c == name || 4*len(c) < len(lower)-most || len(c) > 4*(len(lower)+most) {
			continue
		}
		if cost := m.distance(lower, []rune(strings.ToLower(c)), most); cost <= most {
			if cost == 0 {
				return c
			}
			best, most = c, cost-1
		}
	}
	return best
}

// Only returns what Name does if name can hardly be meant to be another
// candidate, which would be two more edits away at least, and "" if it can. A
// difference of letter case alone outweighs all others.
func Only(name string, candidates iter.Seq[string]) string {
	best := Name(name, candidates)
	if best == "" {
		return ""
	}
	const clear = 2
	lower := []rune(strings.ToLower(name))
	var m matrix
	least := m.distance(lower, []rune(strings.ToLower(best)), maxLen)
	for c := range candidates {
		if c == best || c == name || c == "" || len(c) > maxLen {
			continue
		}
		most := min(least+clear-1, limit(len(lower)))
		if least == 0 {
			most = 0
		}
		if m.distance(lower, []rune(strings.ToLower(c)), most) <= most {
			return ""
		}
	}
	return best
}

// limit is how many edits a name of n letters may be away.
func limit(n int) int {
	switch {
	case n <= 2:
		return 0
	case n <= 4:
		return 1
	case n <= 8:
		return 2
	default:
		return 3
	}
}

// matrix is the scratch memory of distance: three rows.
type matrix [3][maxLen + 1]int

// distance is the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbours each count one. It gives up, with a
// number above most, as soon as it is clear that there are more than most. Only
// the cells that most edits can reach are looked at.
func (m *matrix) distance(s, t []rune, most int) int {
	if len(s)-len(t) > most || len(t)-len(s) > most || len(s) > maxLen || len(t) > maxLen {
		return most + 1
	}
	far := most + 1
	before, prev, cur := &m[0], &m[1], &m[2]
	for j := range min(len(t), most+1) + 1 {
		prev[j] = j
	}
	for i := 1; i <= len(s); i++ {
		from, to := max(1, i-most), min(len(t), i+most)
		least := far
		cur[from-1] = far
		if from == 1 {
			cur[0] = i
			least = min(far, i)
		}
		for j := from; j <= to; j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			c := min(prev[j-1]+cost, cur[j-1]+1)
			if j < i+most { // behind the band there is nothing to come from
				c = min(c, prev[j]+1)
			}
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				c = min(c, before[j-2]+1)
			}
			cur[j] = c
			least = min(least, c)
		}
		if least > most {
			return far
		}
		before, prev, cur = prev, cur, before
	}
	return min(prev[len(t)], far)
}
