package eval

import (
	"math/bits"

	"github.com/leadscore/leadscore/traverse"
)

// scratch is where a batch has what it fetches. Nothing of it outlives the batch,
// so the next one uses it again.
type scratch struct {
	answers []*traverse.Rows
	sizes   []int // of answers: the most rows that each has held
	used    int   // of answers
	groups  arena[group]
	records arena[record]
	lists   arena[*record]
	ids     map[string]struct{}
}

const (
	// mostKept is how many elements of a kind are kept for the next batch.
	mostKept = 1 << 16
	// smallMap is how large a map is kept: it is cleared in the time that its
	// largest use took.
	smallMap = 1 << 10
)

// batch returns an empty batch, in the memory of an earlier one if there is any.
func (p *Program) batch() *batch {
	b, _ := p.batches.Get().(*batch)
	if b == nil {
		b = &batch{Program: p, data: make([]map[string]*group, len(p.needs))}
		for i := range b.data {
			b.data[i] = map[string]*group{}
		}
	}
	return b
}

// keep leaves the memory of a batch to a later one.
func (p *Program) keep(b *batch) {
	for i, have := range b.data {
		b.data[i] = emptied(have)
	}
	s := &b.scratch
	rows := 0
	for i, rowsOf := range s.answers[:s.used] {
		s.sizes[i] = max(s.sizes[i], rowsOf.Len())
	}
	for _, n := range s.sizes {
		rows += n
	}
	if rows > mostKept {
		s.answers, s.sizes = nil, nil
	}
	s.used = 0
	s.groups.reset()
	s.records.reset()
	s.lists.reset()
	clear(b.leads)
	w := &b.walker
	w.seen = emptied(w.seen)
	*b = batch{
		Program: p, data: b.data, scratch: *s, walker: walker{from: w.from, to: w.to, seen: w.seen},
		days: b.days[:0], bounds: b.bounds[:0], leads: b.leads[:0],
	}
	p.batches.Put(b)
}

// emptied returns an empty map: m, unless that has grown large.
func emptied[K comparable, V any](m map[K]V) map[K]V {
	if m == nil || len(m) > smallMap {
		return map[K]V{}
	}
	clear(m)
	return m
}

// answer returns empty rows for the answer to q.
func (s *scratch) answer(q *traverse.Query) *traverse.Rows {
	if s.used == len(s.answers) {
		s.answers, s.sizes = append(s.answers, traverse.NewRows(q)), append(s.sizes, 0)
	} else {
		s.answers[s.used].Reset(q)
	}
	s.used++
	return s.answers[s.used-1]
}

// group returns an empty group.
func (s *scratch) group() *group { return &s.groups.take(1)[0] }

// repeated finds an id that stands twice: a source whose query fans out would
// multiply the score. Records without an id are not compared.
func (s *scratch) repeated(records []*record) (id string, ok bool) {
	const few = 8
	if len(records) <= few {
		for i, r := range records {
			for _, s := range records[:i] {
				if r.id == s.id && r.id != "" {
					return r.id, true
				}
			}
		}
		return "", false
	}
	s.ids = emptied(s.ids)
	for _, r := range records {
		if _, ok := s.ids[r.id]; ok && r.id != "" {
			return r.id, true
		}
		s.ids[r.id] = struct{}{}
	}
	return "", false
}

// An arena hands out pieces of memory, and takes all of them back at once. It
// keeps one piece, as large as its last uses need, and no more than mostKept.
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
	if a.wanted > len(a.kept) && a.wanted <= mostKept {
		a.kept = make([]T, 1<<bits.Len(uint(a.wanted-1)))
	}
	a.used, a.spill, a.wanted = 0, nil, 0
}
