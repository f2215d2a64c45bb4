package fetch

import (
	"math/bits"

	"github.com/leadscore/leadscore/traverse"
)

// memory holds what a batch fetches. Nothing of it outlives the batch, so the next
// batch uses it again.
type memory struct {
	answers []*traverse.Rows
	sizes   []int // of answers: the most rows that each has held
	used    int   // of answers
	groups  arena[Group]
	records arena[Record]
	lists   arena[*Record]
	ids     map[string]struct{}
}

const (
	// MaxKept is how many elements of a kind are kept at most for the next batch.
	MaxKept = 1 << 16
	// maxMap is how large a map is kept: it is cleared in the time that its
	// largest use took.
	maxMap = 1 << 10
)

// Emptied returns an empty map: m, unless that has grown large.
func Emptied[K comparable, V any](m map[K]V) map[K]V {
	if m == nil || len(m) > maxMap {
		return map[K]V{}
	}
	clear(m)
	return m
}

// answer returns rows for the answer to a query.
func (m *memory) answer() *traverse.Rows {
	if m.used == len(m.answers) {
		m.answers, m.sizes = append(m.answers, &traverse.Rows{}), append(m.sizes, 0)
	}
	m.used++
	return m.answers[m.used-1]
}

// group returns an empty group.
func (m *memory) group() *Group { return &m.groups.take(1)[0] }

// repeated finds an id that occurs twice: a join that fans out would multiply the
// score. Records without an id are not compared.
func (m *memory) repeated(records []*Record) (id string, ok bool) {
	const few = 8
	if len(records) <= few {
		for i, r := range records {
			for _, s := range records[:i] {
				if r.ID == s.ID && r.ID != "" {
					return r.ID, true
				}
			}
		}
		return "", false
	}
	m.ids = Emptied(m.ids)
	for _, r := range records {
		if _, ok := m.ids[r.ID]; ok && r.ID != "" {
			return r.ID, true
		}
		m.ids[r.ID] = struct{}{}
	}
	return "", false
}

// An arena hands out pieces of memory, and takes all of them back at once. It
// keeps one piece, as large as its last uses need, and no more than MaxKept.
type arena[T any] struct {
	kept   []T
	used   int // of kept
	spill  []T // what is left of memory that is not kept
	wanted int // elements since the last reset
}

// take returns n elements, all of them zero.
func (a *arena[T]) take(n int) []T {
	a.wanted += n
	if len(a.kept)-a.used >= n {
		a.used += n
		return a.kept[a.used-n : a.used : a.used]
	}
	if len(a.spill) < n {
		const few = 64
		a.spill = make([]T, max(n, few))
	}
	piece := a.spill[:n:n]
	a.spill = a.spill[n:]
	return piece
}

// reset takes everything back.
func (a *arena[T]) reset() {
	clear(a.kept[:a.used])
	if a.wanted > len(a.kept) && a.wanted <= MaxKept {
		a.kept = make([]T, 1<<bits.Len(uint(a.wanted-1)))
	}
	a.used, a.spill, a.wanted = 0, nil, 0
}
