package leadscore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// slow is a source that takes some time, which differs from query to query, or
// waits for something. It counts the queries that it is answering.
type slow struct {
	leadscore.Source
	wait func(ctx context.Context, q *traverse.Query)
	busy atomic.Int64
	most atomic.Int64 // that were busy together
}

func (s *slow) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	busy := s.busy.Add(1)
	defer s.busy.Add(-1)
	for most := s.most.Load(); busy > most && !s.most.CompareAndSwap(most, busy); {
		most = s.most.Load()
	}
	if s.wait != nil {
		s.wait(ctx, q)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.Source.Fetch(ctx, q, out)
}

// second waits a second, which takes no time in a synctest bubble.
func second(context.Context, *traverse.Query) { time.Sleep(time.Second) }

// many returns n leads with up to four opened emails each: lead-0, lead-1 and so on.
func many(t testing.TB, n int) (data leadscore.Source, ids []string) {
	d := scoretest.Records{"Lead": {}, "Contact": {}, "EmailOpened": {}}
	for i := range n {
		id := fmt.Sprint("lead-", i)
		ids = append(ids, id)
		d["Lead"][id] = memory.Record{"ParentContact": fmt.Sprint("contact-", i)}
		d["Contact"][fmt.Sprint("contact-", i)] = memory.Record{"City": fmt.Sprint("City ", i%3)}
		for j := range i % 5 {
			d["EmailOpened"][fmt.Sprint(i, "-", j)] = memory.Record{"Contact": fmt.Sprint("contact-", i)}
		}
	}
	return scoretest.Source(t, d).Source, ids
}

// manyScores returns the results of [many] for a model that gives a point for each
// opened email.
func manyScores(ids []string) []string {
	var list []string
	for i, id := range ids {
		list = append(list, fmt.Sprint(id, " ", i%5))
	}
	return list
}

// yielded is one thing that ScoreAll yields.
type yielded struct {
	Result leadscore.SetResult
	Err    string
}

func collect(seq iter.Seq2[leadscore.SetResult, error]) []yielded {
	var list []yielded
	for r, err := range seq {
		y := yielded{Result: r}
		if err != nil {
			y.Err = err.Error()
		}
		list = append(list, y)
	}
	return list
}

// eachShape calls f with numbers of workers and sizes of batches, in a bubble.
func eachShape(t *testing.T, f func(t *testing.T, workers, batch int, shape ...leadscore.Option)) {
	for workers := 1; workers <= 8; workers++ {
		for _, batch := range []int{1, 2, 3, 7, 40, 256} {
			t.Run(fmt.Sprintf("%d workers, batches of %d", workers, batch), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f(t, workers, batch, scoretest.AsOf, leadscore.Workers(workers), leadscore.Batch(batch))
				})
			})
		}
	}
}

// TestWorkersChangeNothing: the number of workers, the size of the batches and the
// order in which a source answers do not change the results, or which leads fail.
func TestWorkersChangeNothing(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"), scoretest.Model("N", `has Lead.ParentContact where City = "City 1"`))
	data, ids := many(t, 60)
	ids = slices.Insert(ids, 31, "nobody", "lead-3", "lead-3")
	failing := &scoretest.Recorder{Source: data, Before: func(q *traverse.Query, out *traverse.Rows) error {
		if q.Entity == "EmailOpened" && slices.Contains(q.Keys, "contact-20") {
			out.Fail("contact-20", errors.New("row is corrupt"))
		}
		return nil
	}}
	want := map[int][]yielded{}
	for _, occurrences := range []int{0, 100} {
		rows := collect(set.ScoreAll(t.Context(), leadscore.IDs(ids...), failing, scoretest.AsOf, leadscore.Explain(occurrences), leadscore.Workers(1)))
		if len(rows) != len(ids) || rows[20].Err == "" || rows[31].Err == "" || rows[32].Err != "" {
			t.Fatalf("got %v", rows)
		}
		want[occurrences] = rows
	}
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		occurrences := batch % 2 * 100
		delayed := &slow{Source: failing, wait: func(_ context.Context, q *traverse.Query) {
			time.Sleep(time.Duration(len(q.Entity)+len(q.Keys[0])*7+int(q.Keys[0][len(q.Keys[0])-1])*31) % 97 * time.Millisecond)
		}}
		got := collect(set.ScoreAll(t.Context(), leadscore.IDs(ids...), delayed, append(shape, leadscore.Explain(occurrences))...))
		if diff := cmp.Diff(want[occurrences], got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestWorkersWorkTogether: as many batches are scored at the same time as there
// are workers. One worker, or one batch, runs on the caller's goroutine.
func TestWorkersWorkTogether(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 40)
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		caller, others := goroutine(), false
		data := &slow{Source: data, wait: func(ctx context.Context, q *traverse.Query) {
			if goroutine() != caller {
				others = true
			}
			second(ctx, q)
		}}
		if workers > 1 && batch < len(ids) {
			data.wait = second
		}
		read := func(yield func(string, error) bool) {
			for _, id := range ids {
				if goroutine() != caller || !yield(id, nil) {
					t.Error("ids are read elsewhere, or not to their end")
					return
				}
			}
		}
		got := scoretest.Texts(set.ScoreAll(t.Context(), read, data, shape...))
		if diff := cmp.Diff(manyScores(ids), got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		batches := (len(ids) + batch - 1) / batch
		if most := int(data.most.Load()); most != min(workers, batches) {
			t.Errorf("%d queries at the same time", most)
		}
		if others {
			t.Error("there is another goroutine where none is needed")
		}
	})
}

// TestDefaultWorkers: over a source that may wait there are twice as many workers as
// processors.
func TestDefaultWorkers(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	want := 2 * runtime.GOMAXPROCS(0)
	data, ids := many(t, 4*want)
	for name, score := range map[string]func(ctx context.Context, data leadscore.Source) error{
		"ScoreAll": func(ctx context.Context, data leadscore.Source) error {
			for _, err := range set.ScoreAll(ctx, leadscore.IDs(ids...), data, leadscore.Batch(1)) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"ScoreInto": func(ctx context.Context, data leadscore.Source) error {
			return set.ScoreInto(ctx, ids, data, new(leadscore.Scores), leadscore.Batch(1))
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			waits := &slow{Source: data, wait: second}
			if err := score(t.Context(), waits); err != nil {
				t.Error(err)
			}
			if most := int(waits.most.Load()); most != want {
				t.Errorf("%s: %d queries at the same time, want %d", name, most, want)
			}
		})
	}
}

// goroutine returns a text that identifies the current goroutine.
func goroutine() string {
	b := make([]byte, 64)
	text := string(b[:runtime.Stack(b, false)])
	return text[:strings.Index(text, "[")]
}

// TestReadAhead: at most two batches per worker, or one if there is one worker, are
// read before they are yielded, however long the caller takes.
func TestReadAhead(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 60)
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		bound := batch
		if workers > 1 {
			bound = 2 * workers * batch
		}
		read, got := 0, 0
		all := func(yield func(string, error) bool) {
			for _, id := range ids {
				if read++; !yield(id, nil) {
					return
				}
			}
		}
		for range set.ScoreAll(t.Context(), all, &slow{Source: data, wait: second}, shape...) {
			time.Sleep(time.Hour) // all that can go on goes on
			// The source is slower than the ids, so as many ids are read as may be.
			if ahead := read - got; ahead > bound || got == 0 && ahead != min(bound, len(ids)) {
				t.Errorf("%d ids are read ahead at result %d, and %d may be", ahead, got, bound)
			}
			got++
		}
		if got != len(ids) {
			t.Errorf("%d results", got)
		}
	})
}

// TestSlowIDs: the results of a batch are yielded once the next batch is read; they
// do not wait until as many ids are read as may be. (Before the first batch one more
// id is read: it shows that there is a second batch.)
func TestSlowIDs(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 40)
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		read, got := 0, 0
		slowly := func(yield func(string, error) bool) {
			for _, id := range ids {
				time.Sleep(time.Second)
				if read++; !yield(id, nil) {
					return
				}
			}
		}
		for range set.ScoreAll(t.Context(), slowly, data, shape...) {
			if ahead := read - got; ahead > 2*batch+1 {
				t.Errorf("result %d waits for %d ids", got, ahead)
			}
			got++
		}
		if got != len(ids) {
			t.Errorf("%d results", got)
		}
	})
}

// TestLongStream: a long stream takes no more memory than a short one, and results
// that were yielded do not change.
func TestLongStream(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"), scoretest.Model("N", "has Lead"))
	data, _ := many(t, 50)
	const leads, workers, batch = 50_000, 3, 16
	var read, got, most int
	ids := func(yield func(string, error) bool) {
		for ; read < leads; read++ {
			most = max(most, read-got)
			if !yield(fmt.Sprint("lead-", read%50), nil) {
				return
			}
		}
	}
	var kept [][]leadscore.Result
	for r, err := range set.ScoreAll(t.Context(), ids, data, scoretest.AsOf, leadscore.Workers(workers), leadscore.Batch(batch)) {
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, r.Results)
		_ = append(r.Results, leadscore.Result{Model: "the caller's"}) // is nobody else's
		got++
	}
	if most > 2*workers*batch {
		t.Errorf("%d ids are read ahead", most)
	}
	if len(kept) != leads {
		t.Errorf("%d results", len(kept))
	}
	for i, results := range kept {
		if len(results) != 2 || results[0].Lead != fmt.Sprint("lead-", i%50) || results[0].Model != "M" || results[0].Score != int64(i%50%5) ||
			results[1].Lead != results[0].Lead || results[1].Model != "N" || results[1].Score != 1 {
			t.Fatalf("result %d became %v", i, results)
		}
	}
}

// TestLeavingTheLoop: no goroutine outlives a loop that the caller leaves. It would
// block its synctest bubble.
func TestLeavingTheLoop(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 40)
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		for _, enough := range []int{1, 2, 7, 39, 40} {
			started := time.Now()
			data := &slow{Source: data, wait: func(ctx context.Context, q *traverse.Query) {
				if at := slices.Index(ids, q.Keys[0]); at >= enough {
					<-ctx.Done() // what the caller does not wait for never comes
				}
			}}
			if workers == 1 {
				data.wait = nil // there is nobody who could wait for it
			}
			ended, n := false, 0
			read := func(yield func(string, error) bool) {
				defer func() { ended = true }()
				for _, id := range ids {
					if !yield(id, nil) {
						return
					}
				}
			}
			for range set.ScoreAll(t.Context(), read, data, shape...) {
				if n++; n == enough {
					break
				}
			}
			if n != enough || !ended || data.busy.Load() != 0 || time.Since(started) != 0 {
				t.Errorf("%d results of %d, ids ended: %t, queries that go on: %d", n, enough, ended, data.busy.Load())
			}
		}
	})
}

// TestErrorOfIDsComesLast: an error of ids is yielded after the results of all ids
// before it, and no id after it is read.
func TestErrorOfIDsComesLast(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 40)
	broken := errors.New("cursor closed")
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		for _, at := range []int{0, 1, 6, 7, 33, 40} {
			read := func(yield func(string, error) bool) {
				for _, id := range ids[:at] {
					if !yield(id, nil) {
						return
					}
				}
				if yield("", broken) {
					t.Error("ids are read after an error")
				}
			}
			got := scoretest.Texts(set.ScoreAll(t.Context(), read, &slow{Source: data, wait: second}, shape...))
			if diff := cmp.Diff(append(manyScores(ids[:at]), " error cursor closed"), got); diff != "" {
				t.Errorf("after %d ids (-want +got):\n%s", at, diff)
			}
		}
	})
}

// TestCancelledByTheCaller: the error of ctx is yielded next, even if more leads have
// been scored, or ids ends without an error.
func TestCancelledByTheCaller(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 40)
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		for _, enough := range []int{1, 2, 7, 39, 40} {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			read := func(yield func(string, error) bool) {
				for _, id := range ids {
					if ctx.Err() != nil || !yield(id, nil) {
						return
					}
				}
			}
			var got []string
			for r, err := range set.ScoreAll(ctx, read, data, shape...) {
				if got = append(got, scoretest.Text(r, err)); len(got) == enough {
					cancel()
				}
			}
			if diff := cmp.Diff(append(manyScores(ids[:enough]), " error context canceled"), got); diff != "" {
				t.Errorf("after %d results (-want +got):\n%s", enough, diff)
			}
		}
	})
}

// TestCancelledWhileReading: ids need not look at ctx: once ctx is done, at most one
// more id is read.
func TestCancelledWhileReading(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, _ := many(t, 40)
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		read := 0
		forever := func(yield func(string, error) bool) {
			for yield(fmt.Sprint("lead-", read%40), nil) {
				if read++; read == 100 {
					cancel()
				}
			}
		}
		got := scoretest.Texts(set.ScoreAll(ctx, forever, data, shape...))
		if last := got[len(got)-1]; last != " error context canceled" || read != 100 {
			t.Errorf("%s after %d ids and %d results", last, read, len(got)-1)
		}
	})
}

// TestCancelledWhileWaiting: a source that waits until ctx is done does not block the
// loop, and no lead is reported to fail, whichever context the source looks at.
func TestCancelledWhileWaiting(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 40)
	const stuck = 21
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		for _, own := range []bool{true, false} {
			outer, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			waits := &scoretest.Recorder{Source: data, Before: func(q *traverse.Query, _ *traverse.Rows) error {
				if q.Entity == "Lead" && slices.Contains(q.Keys, ids[stuck]) && !own {
					<-outer.Done()
					return fmt.Errorf("driver: %w", outer.Err())
				}
				return nil
			}}
			delayed := &slow{Source: waits, wait: func(ctx context.Context, q *traverse.Query) {
				if q.Entity == "Lead" && slices.Contains(q.Keys, ids[stuck]) && own {
					<-ctx.Done()
				}
			}}
			started := time.Now()
			got := scoretest.Texts(set.ScoreAll(outer, leadscore.IDs(ids...), delayed, shape...))
			before := manyScores(ids[:stuck/batch*batch]) // the batches before
			if diff := cmp.Diff(append(before, " error context deadline exceeded"), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if waited := time.Since(started); waited != time.Hour || delayed.busy.Load() != 0 {
				t.Errorf("waited %v, %d queries go on", waited, delayed.busy.Load())
			}
		}
	})
}

// TestPanics: a panic in the source, in ids or in the loop body ends the loop on
// the caller's goroutine, after all results before it, and no goroutine is left.
func TestPanics(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 40)
	type mishap struct{ where string }
	const at = 23
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		for _, where := range []string{"source", "ids", "body"} {
			data := &slow{Source: data, wait: func(ctx context.Context, q *traverse.Query) {
				second(ctx, q)
				if where == "source" && q.Entity == "Lead" && slices.Contains(q.Keys, ids[at]) {
					panic(mishap{where})
				}
			}}
			read := func(yield func(string, error) bool) {
				for i, id := range ids {
					if where == "ids" && i == at {
						panic(mishap{where})
					}
					if !yield(id, nil) {
						return
					}
				}
			}
			var got []string
			func() {
				defer func() {
					if r := recover(); r != (mishap{where}) {
						t.Errorf("%s: recovered %v", where, r)
					}
				}()
				for r, err := range set.ScoreAll(t.Context(), read, data, shape...) {
					if got = append(got, scoretest.Text(r, err)); where == "body" && len(got) == at {
						panic(mishap{where})
					}
				}
			}()
			if busy := data.busy.Load(); busy != 0 {
				t.Errorf("%s: %d queries go on", where, busy)
			}
			want := manyScores(ids[:at])
			switch where {
			case "source":
				want = want[:at/batch*batch]
			case "ids":
				want = want[:min(len(got), at)] // how many were through is nobody's concern
			}
			if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
				t.Errorf("%s (-want +got):\n%s", where, diff)
			}
		}
	})
}

// TestGoexit: a source that ends its goroutine, as a test's FailNow does, ends
// the caller's.
func TestGoexit(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 40)
	eachShape(t, func(t *testing.T, workers, batch int, shape ...leadscore.Option) {
		data := &slow{Source: data, wait: func(_ context.Context, q *traverse.Query) {
			if slices.Contains(q.Keys, ids[11]) {
				runtime.Goexit()
			}
		}}
		var wg sync.WaitGroup
		wg.Go(func() {
			got := scoretest.Texts(set.ScoreAll(t.Context(), leadscore.IDs(ids...), data, shape...))
			t.Errorf("the goroutine goes on with %v", got)
		})
		wg.Wait()
	})
}

// TestManyAtOnce: many goroutines can use one set, and range over one stream of it.
func TestManyAtOnce(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 40)
	want := manyScores(ids)
	shared := set.ScoreAll(t.Context(), leadscore.IDs(ids...), data, scoretest.AsOf, leadscore.Workers(2), leadscore.Batch(3))
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			own := set.ScoreAll(t.Context(), leadscore.IDs(ids...), data, scoretest.AsOf, leadscore.Workers(i+1), leadscore.Batch(i+1))
			for _, seq := range []iter.Seq2[leadscore.SetResult, error]{own, shared, shared} {
				if diff := cmp.Diff(want, scoretest.Texts(seq)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
	wg.Wait()
}

// TestAnyNumberOfWorkers: no number of workers makes scoring fail.
func TestAnyNumberOfWorkers(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, ids := many(t, 40)
	for _, n := range []int{math.MinInt, -1, 0, 1, 2, 100, 1 << 20, math.MaxInt} {
		got := scoretest.Texts(set.ScoreAll(t.Context(), leadscore.IDs(ids...), data, scoretest.AsOf, leadscore.Workers(n), leadscore.Batch(2)))
		if diff := cmp.Diff(manyScores(ids), got); diff != "" {
			t.Errorf("%d workers (-want +got):\n%s", n, diff)
		}
	}
}

// TestResultsOutliveTheirBatch: sets reuse the memory of batches, but results are
// not in it.
func TestResultsOutliveTheirBatch(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"), scoretest.Model("N", scoretest.Accounts))
	data, ids := many(t, 20)
	for _, explain := range []leadscore.Option{{}, leadscore.Explain(0), leadscore.Explain(10)} {
		score := func() []yielded {
			list := collect(set.ScoreAll(t.Context(), leadscore.IDs(append(ids, "nobody")...), data, scoretest.AsOf, explain, leadscore.Batch(8)))
			r, err := set.Score(t.Context(), ids[7], data, scoretest.AsOf, explain)
			if err != nil {
				t.Fatal(err)
			}
			return append(list, yielded{Result: r})
		}
		first := score()
		before := fmt.Sprint(texts(t, first))
		slices.Reverse(ids)
		again := score()
		if after := fmt.Sprint(texts(t, first)); after != before {
			t.Errorf("results changed:\n%s\nto:\n%s", before, after)
		}
		slices.Reverse(again[:len(ids)])
		if diff := cmp.Diff(first[:len(ids)], again[:len(ids)]); diff != "" {
			t.Errorf("(-forwards +backwards):\n%s", diff)
		}
		slices.Reverse(ids)
	}
}

// texts returns everything in results as text.
func texts(t *testing.T, list []yielded) []string {
	var all []string
	for _, y := range list {
		text, err := json.Marshal(y.Result)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(text)+y.Err)
	}
	return all
}

// TestScoreAllRefuses: an error that concerns no lead is yielded once, before ids
// are read.
func TestScoreAllRefuses(t *testing.T) {
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	data, _ := many(t, 1)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for want, seq := range map[string]func(ids iter.Seq2[string, error]) iter.Seq2[leadscore.SetResult, error]{
		" error leadscore: the source is nil": func(ids iter.Seq2[string, error]) iter.Seq2[leadscore.SetResult, error] {
			return set.ScoreAll(t.Context(), ids, nil)
		},
		" error leadscore: AsOf: year 36812 is not between 0 and 9999": func(ids iter.Seq2[string, error]) iter.Seq2[leadscore.SetResult, error] {
			return set.ScoreAll(t.Context(), ids, data, leadscore.AsOf(time.Unix(1<<40, 0)))
		},
		" error context canceled": func(ids iter.Seq2[string, error]) iter.Seq2[leadscore.SetResult, error] {
			return set.ScoreAll(done, ids, data)
		},
	} {
		got := scoretest.Texts(seq(func(func(string, error) bool) { t.Errorf("%s: ids are read", want) }))
		if diff := cmp.Diff([]string{want}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// BenchmarkScoreAll scores 4,096 leads with ten models over source/memory.
func BenchmarkScoreAll(b *testing.B) {
	data, ids := many(b, 4096)
	var texts []string
	for i := range 10 {
		texts = append(texts, scoretest.Model(fmt.Sprint("M", i), fmt.Sprintf("each EmailOpened.Contact where City contains \"%d\"", i%3)))
	}
	set := scoretest.CompileSet(b, texts...)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprint("workers=", workers), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range set.ScoreAll(b.Context(), leadscore.IDs(ids...), data, scoretest.AsOf, leadscore.Workers(workers)) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ids)), "ns/lead")
		})
	}
}
