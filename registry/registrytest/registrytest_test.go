package registrytest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/leadscore/leadscore/registry"
)

// A broken store breaks the contract in one way.
type broken struct {
	mu      sync.Mutex
	entries [][]byte
	how     string
}

func (b *broken) Append(ctx context.Context, number int64, entry []byte) error {
	if err := ctx.Err(); err != nil && b.how != "ignores the context" {
		return err
	}
	if b.how != "keeps the entry" {
		entry = slices.Clone(entry)
	}
	if b.how == "changes entries" {
		entry = []byte(strings.TrimSpace(string(entry)))
	}
	b.mu.Lock()
	next := int64(len(b.entries)) + 1
	defer b.mu.Unlock()
	switch {
	case number == next:
	case b.how == "has gaps" && number > next:
	case number < 1 || number > next:
		return errors.New("a gap")
	case b.how == "replaces entries":
		b.entries[number-1] = entry
		return nil
	case b.how == "returns another error":
		return errors.New("taken")
	default:
		return registry.ErrTaken
	}
	b.entries = append(b.entries, entry)
	return nil
}

func (b *broken) Entries(ctx context.Context, after int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		b.mu.Lock()
		list := slices.Clone(b.entries)
		b.mu.Unlock()
		if b.how == "yields all entries" {
			after = 0
		}
		if b.how == "sorts numbers as text" {
			numbers := make([]int, len(list))
			for i := range numbers {
				numbers[i] = i
			}
			slices.SortFunc(numbers, func(x, y int) int { return strings.Compare(fmt.Sprint(x+1), fmt.Sprint(y+1)) })
			sorted := make([][]byte, len(list))
			for i, n := range numbers {
				sorted[i] = list[n]
			}
			list = sorted
		}
		for _, e := range list[min(after, int64(len(list))):] {
			if err := ctx.Err(); err != nil && b.how != "ignores the context" {
				yield(nil, err)
				return
			}
			if b.how != "lends entries" {
				e = slices.Clone(e)
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// TestBroken: each breach of the contract is found, by the check that is about it.
func TestBroken(t *testing.T) {
	for how, want := range map[string]string{
		"": "", "ignores the context": "Cancelled: ", "keeps the entry": "KeepsNothing: ", "changes entries": "Bytes: ",
		"has gaps": "Gap: ", "replaces entries": "Taken: ", "returns another error": "Taken: ",
		"yields all entries": "Order: ", "sorts numbers as text": "Order: ", "lends entries": "KeepsNothing: ",
	} {
		err := Check(t.Context(), func() (one, other registry.Store) {
			b := &broken{how: how}
			return b, b
		})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("a store that %s: %v; want %q", how, err, want)
		}
	}
	// Two stores that do not see each other's entries are not two stores of one log.
	err := Check(t.Context(), func() (one, other registry.Store) { return &broken{}, &broken{} })
	if err == nil || !strings.Contains(err.Error(), "Concurrent: ") {
		t.Error(err)
	}
}
