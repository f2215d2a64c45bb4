package registry

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
)

// A Store keeps the entries of a log, which are numbered from 1 without gaps. Entries are
// never changed and never deleted. Package registrytest tests that a store keeps this
// contract; packages folder and sqlstore have stores.
//
// Several processes may use one store at the same time, and several goroutines one Store.
type Store interface {
	// Append adds the entry with a number, which must be one more than the number of
	// entries. If there is an entry with that number already, the error wraps [ErrTaken],
	// and the store is as before; if there is none before it, Append fails with another
	// error. Of several calls with the same number, in whatever processes, one succeeds.
	//
	// When Append returns nil, the entry is kept, also if the machine fails. After any
	// other error than ErrTaken it may be kept or not. It is never kept in part.
	// Append must not keep entry, which is JSON.
	Append(ctx context.Context, number int64, entry []byte) error

	// Entries yields the entries after the one with a number, in order, each as it was
	// added. It yields all whose Append returned before Entries was called, and perhaps
	// later ones. An entry belongs to the caller. After an error it ends: it never leaves
	// out an entry that it cannot read.
	Entries(ctx context.Context, after int64) iter.Seq2[[]byte, error]
}

// ErrTaken is what the error of [Store.Append] wraps if there is an entry with the number.
var ErrTaken = errors.New("registry: there is an entry with this number already")

// Memory is a [Store] in memory, for tests. The zero Memory has no entries.
type Memory struct {
	mu      sync.Mutex
	entries [][]byte
}

// Append adds an entry: see [Store].
func (m *Memory) Append(ctx context.Context, number int64, entry []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch next := int64(len(m.entries)) + 1; {
	case number < 1 || number > next:
		return fmt.Errorf("registry: entry %d cannot be added: the next one is %d", number, next)
	case number < next:
		return ErrTaken
	}
	m.entries = append(m.entries, slices.Clone(entry))
	return nil
}

// Entries yields entries: see [Store].
func (m *Memory) Entries(ctx context.Context, after int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		m.mu.Lock()
		list := m.entries[min(max(after, 0), int64(len(m.entries))):]
		m.mu.Unlock()
		for _, entry := range list {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(slices.Clone(entry), nil) {
				return
			}
		}
	}
}
