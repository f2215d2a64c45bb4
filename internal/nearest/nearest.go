// Package nearest finds the valid name that is nearest to a misspelt one.
package nearest

import (
	"iter"
	"strings"
)

// Limits of the work, for hostile text: real names are shorter and fewer.
const (
	maxLen        = 64
	maxCandidates = 10_000
)

// Name returns the candidate that is nearest to name, or "" if none is near enough
// to be suggested. It ignores letter case. Of equally near candidates it returns
// the first.
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
		// A name of n letters has n to 4n bytes, which rules out most candidates.
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

// Hint returns the end of a message that suggests near, a name that [Name] or [Only]
// returned, or "" if near is "".
func Hint(near string) string {
	if near == "" {
		return ""
	}
	return "; did you mean " + near + "?"
}

// Only returns what Name returns if every other candidate is at least two edits
// further away from name, and "" otherwise. A candidate that differs from name only
// in letter case is returned however near others are, unless they do so, too.
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

// limit returns the maximum distance of a suggestion for a name of n letters.
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

// A matrix is the memory that distance works in: three rows.
type matrix [3][maxLen + 1]int

// distance returns the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbours each count one. If the distance is above
// most, it returns some number above most, as early as it can. It computes only the
// cells that most edits can reach.
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
			if j < i+most { // the cell above is within reach
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
