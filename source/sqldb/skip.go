package sqldb

import (
	"maps"
	"slices"
	"sync"
)

// Skipped says which rows a source has skipped since it was opened: see
// [Options.SkipBad].
type Skipped struct {
	Entities []Count  // in alphabetical order; those without skipped rows are left out
	Problems Problems // of the first rows that were skipped, one each
}

// A Count is how many rows of an entity were skipped. A row that several queries
// find counts once.
type Count struct {
	Entity  string
	Skipped int
}

// Rows returns how many rows were skipped.
func (s Skipped) Rows() int {
	n := 0
	for _, c := range s.Entities {
		n += c.Skipped
	}
	return n
}

// A skipper counts the rows that are skipped. It is safe for concurrent use.
type skipper struct {
	mu       sync.Mutex
	seen     map[skippedRow]bool
	counts   map[string]int
	problems Problems
}

// A skippedRow names a row by its id or, if that cannot be read, by what is known.
type skippedRow struct{ entity, row string }

// unreadable begins what is known of a row whose id cannot be read.
const unreadable = "\x00"

const (
	maxSkipped  = 100_000 // rows that are remembered, so that they count once
	maxProblems = 100     // problems that are listed
)

// add counts a row.
func (s *skipper) add(row string, p Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen, s.counts = map[skippedRow]bool{}, map[string]int{}
	}
	key := skippedRow{p.Entity, row}
	if s.seen[key] {
		return
	}
	if len(s.seen) < maxSkipped {
		s.seen[key] = true
	}
	s.counts[p.Entity]++
	if len(s.problems) < maxProblems {
		s.problems = append(s.problems, p)
	}
}

// report returns what was skipped so far.
func (s *skipper) report() Skipped {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out Skipped
	for _, entity := range slices.Sorted(maps.Keys(s.counts)) {
		out.Entities = append(out.Entities, Count{entity, s.counts[entity]})
	}
	out.Problems = slices.Clone(s.problems)
	return out
}
