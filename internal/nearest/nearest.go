// Package nearest finds the valid name that a misspelt one was most likely meant to be.
package nearest

import (
	"iter"
	"strings"
	"unicode/utf8"
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
	best, bestCost := "", limit(name)+1
	lower := strings.ToLower(name)
	seen := 0
	for c := range candidates {
		if seen++; seen > maxCandidates {
			break
		}
		if c == "" || len(c) > maxLen || c == name {
			continue
		}
		cost := distance(lower, strings.ToLower(c))
		if cost < bestCost {
			best, bestCost = c, cost
		}
	}
	return best
}

// limit is how many edits a name of this length may be away.
func limit(name string) int {
	switch n := utf8.RuneCountInString(name); {
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

// distance is the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbours each count one.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, prev, cur := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(s); i++ {
		cur[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(t)]
}
