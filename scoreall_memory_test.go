package leadscore_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A lending source lends the columns of another one. It calls lent each time that it does,
// which is on each goroutine that scores a batch.
type lending struct {
	*memory.Source
	lent func()
}

func (l *lending) Lend(leadscore.Source) *columns.Store {
	if l.lent != nil {
		l.lent()
	}
	return l.Source.Lend(l.Source)
}

// manyInMemory is [many] over a source that lends its columns.
func manyInMemory(t *testing.T, n int) (data *lending, ids []string) {
	source, ids := many(t, n)
	return &lending{Source: source.(*memory.Source)}, ids
}

// TestCallerIsAWorker: if records are in memory, one of the workers is the caller's
// goroutine. The results are the same, and in order.
func TestCallerIsAWorker(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := manyInMemory(t, 60)
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		var mu sync.Mutex
		by := map[string]bool{}
		data.lent = func() {
			mu.Lock()
			defer mu.Unlock()
			by[goroutine()] = true
		}
		got := scoretest.Texts(set.ScoreAll(t.Context(), leadscore.IDs(ids...), data, shape...))
		if diff := cmp.Diff(manyScores(ids), got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if !by[goroutine()] || len(by) > workers {
			t.Errorf("%d goroutines, with %d workers", len(by), workers)
		}
	})
}

// TestCallerScoresWhereItWouldWait: if other workers are slow, the caller scores the batches
// that they have not begun, and no more than may be read ahead.
func TestCallerScoresWhereItWouldWait(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := manyInMemory(t, 60)
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		caller := goroutine()
		var mu sync.Mutex
		byCaller := 0
		data.lent = func() {
			if goroutine() != caller {
				time.Sleep(time.Hour)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			byCaller++
		}
		read, got := 0, 0
		all := func(yield func(string, error) bool) {
			for _, id := range ids {
				if read++; !yield(id, nil) {
					return
				}
			}
		}
		for _, err := range set.ScoreAll(t.Context(), all, data, shape...) {
			if err != nil {
				t.Fatal(err)
			}
			if ahead := read - got; ahead > max(2*workers, 1)*batch {
				t.Errorf("%d ids are read ahead", ahead)
			}
			got++
		}
		batches := (len(ids) + batch - 1) / batch
		if got != len(ids) || byCaller < 1 || workers == 2 && batches > 4 && byCaller < batches/2 {
			t.Errorf("%d results; of %d batches the caller has scored %d", got, batches, byCaller)
		}
	})
}

// TestPanicsInMemory: a panic while a batch is scored, on whatever goroutine, ends the loop
// after all results before it, and no goroutine is left; runtime.Goexit ends the caller.
func TestPanicsInMemory(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := manyInMemory(t, 60)
	for _, exit := range []bool{false, true} {
		eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
			for _, at := range []int{2, 5, 11} {
				var mu sync.Mutex
				calls := 0
				data.lent = func() {
					mu.Lock()
					calls++
					ends := calls == at
					mu.Unlock()
					switch {
					case ends && exit:
						runtime.Goexit()
					case ends:
						panic("no way")
					}
				}
				var got []string
				ended := false
				var wg sync.WaitGroup
				wg.Go(func() {
					defer func() {
						if r := recover(); r != nil && r != "no way" {
							t.Errorf("recovered %v", r)
						}
					}()
					for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(ids...), data, shape...) {
						got = append(got, scoretest.Text(r, err))
					}
					ended = true
				})
				wg.Wait()
				if calls >= at && ended || calls < at && (!ended || len(got) != len(ids)) {
					t.Errorf("%d results, ended: %t, after %d calls of %d", len(got), ended, calls, at)
				}
				if diff := cmp.Diff(manyScores(ids[:len(got)]), got); diff != "" && len(got) > 0 {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestLeavingTheLoopInMemory: no goroutine outlives a loop over records in memory that the
// caller leaves, or whose context ends. It would block its synctest bubble.
func TestLeavingTheLoopInMemory(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := manyInMemory(t, 60)
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		for _, enough := range []int{1, 7, 60} {
			n := 0
			for range set.ScoreAll(t.Context(), leadscore.IDs(slices.Concat(ids, ids)...), data, shape...) {
				if n++; n == enough {
					break
				}
			}
			if n != enough {
				t.Errorf("%d results of %d", n, enough)
			}
		}
		if got := scoretest.Texts(set.ScoreAll(t.Context(), leadscore.IDs("nobody", ids[3]), data, shape...)); fmt.Sprint(got) != `[nobody error lead "nobody": no such lead lead-3 3]` {
			t.Errorf("got %v", got)
		}
	})
}
