package eval

import "github.com/leadscore/leadscore/traverse"

// scratch is where a batch has what it fetches. Nothing of it outlives the batch,
// so the next one uses it again.
type scratch struct {
	answers []*traverse.Rows
	used    int // of answers
	groups  arena[group]
	records arena[record]
	lists   arena[*record]
	ids     map[string]struct{}
}

// mostKept is how many records a batch may have fetched whose memory is kept.
const mostKept = 1 << 16

// batch returns an empty batch, in the memory of an earlier one if there is any.
func (p *Program) batch() *batch {
	b, _ := p.batches.Get().(*batch)
	if b == nil {
		b = &batch{Program: p, data: make([]map[string]*group, len(p.needs))}
		for i := range b.data {
			b.data[i] = map[string]*group{}
		}
		return b
	}
	for _, have := range b.data {
		clear(have)
	}
	s := &b.scratch
	s.used = 0
	s.groups.reset()
	s.records.reset()
	s.lists.reset()
	clear(b.leads)
	w := &b.walker
	*b = batch{
		Program: p, data: b.data, scratch: *s, walker: walker{from: w.from, to: w.to, seen: w.seen},
		days: b.days[:0], bounds: b.bounds[:0], leads: b.leads[:0],
	}
	return b
}

// answer returns empty rows for the answer to q.
func (s *scratch) answer(q *traverse.Query) *traverse.Rows {
	if s.used == len(s.answers) {
		s.answers = append(s.answers, traverse.NewRows(q))
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
	const few, many = 8, 1 << 10
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
	// A map is cleared in the time that its largest use took: it must stay small.
	ids := s.ids
	if clear(ids); ids == nil || len(records) > many {
		ids = make(map[string]struct{}, len(records))
	}
	if len(records) <= many {
		s.ids = ids
	}
	for _, r := range records {
		if _, ok := ids[r.id]; ok && r.id != "" {
			return r.id, true
		}
		ids[r.id] = struct{}{}
	}
	return "", false
}

// An arena hands out pieces of memory, and takes all of them back at once.
type arena[T any] struct {
	chunks [][]T
	at     int // the chunk in use
	used   int // of it
}

// take returns n elements, all of them zero.
func (a *arena[T]) take(n int) []T {
	const first, doubled = 1 << 6, 4 // elements of a chunk: the first may have to serve one lead alone
	for ; a.at < len(a.chunks); a.at, a.used = a.at+1, 0 {
		if c := a.chunks[a.at]; len(c)-a.used >= n {
			a.used += n
			return c[a.used-n : a.used : a.used]
		}
	}
	a.chunks = append(a.chunks, make([]T, max(n, first<<min(len(a.chunks), doubled))))
	a.used = n
	return a.chunks[a.at][:n:n]
}

// reset takes everything back.
func (a *arena[T]) reset() {
	for i := range a.chunks[:min(a.at+1, len(a.chunks))] {
		clear(a.chunks[i])
	}
	a.at, a.used = 0, 0
}
