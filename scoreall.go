package leadscore

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"slices"
	"sync"

	"github.com/leadscore/leadscore/eval"
)

// ScoreAll scores a stream of leads as of one instant, in batches ([Batch]), of
// which several are scored at the same time ([Workers]). It yields one result a
// lead, in the order of the ids. A lead that cannot be scored is yielded with
// its id and a [*LeadError], and the stream goes on. Any other error is the last
// thing it yields: an error of ids behind the results of all ids before it, the
// error of ctx as soon as ctx is done.
//
// Memory is bounded: at most two batches a worker are read from ids and not yet
// yielded, however slow the caller is. The results of a batch may have to wait
// until ids yields more or ends. With Workers(1) they do not: a batch is yielded
// before the next one is read.
//
// ids is ranged over on the caller's goroutine, and not asked for more while the
// loop body runs. data is asked on other goroutines, unless there is one worker
// or one batch. They have ended when the loop has, in whatever way it ends: the
// loop waits until data returns, which it should once its context is done. When
// data panics, so does the loop.
func (s *Set) ScoreAll(ctx context.Context, ids iter.Seq2[string, error], data Source, opts ...Option) iter.Seq2[SetResult, error] {
	o, workers := runOptions(opts)
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return func(yield func(SetResult, error) bool) {
		st := stream{set: s, ctx: ctx, data: data, options: o, workers: workers, yield: yield}
		defer st.end()
		if err := st.run(ids); err != nil && err != errEnough {
			yield(SetResult{}, err)
		}
	}
}

// errEnough says that the caller has left the loop.
var errEnough = errors.New("enough")

// stream is one run of ScoreAll. All of it belongs to the caller's goroutine;
// workers have nothing but the batches that they are handed.
type stream struct {
	set     *Set
	ctx     context.Context
	data    Source
	options eval.Options
	workers int
	yield   func(SetResult, error) bool

	flight []*job // handed to workers and not yet yielded, oldest first
	idle   []*job // to be used again

	// What there is once a batch was handed over.
	started int // workers
	running sync.WaitGroup
	jobs    chan *job       // never full: it holds as many as flight may
	working context.Context // ends with the loop, so that no worker outlives it
	cancel  context.CancelFunc
}

// A job is a batch in the hands of a worker.
type job struct {
	*batch
	err      error         // of ctx
	panicked any           // what scoring panicked with
	exited   bool          // scoring ended the goroutine, as testing.T.FailNow does
	done     chan struct{} // holds one element when the worker is through
}

// run reads ids into batches, has these scored and yields what comes of them.
func (st *stream) run(ids iter.Seq2[string, error]) error {
	if err := refuse(st.ctx, st.data, st.options); err != nil {
		return err
	}
	var failed error
	j := st.next()
	for id, err := range ids {
		if err != nil {
			failed = err
			break
		}
		if err := st.ctx.Err(); err != nil {
			return err
		}
		// The first batch waits for the second: alone it needs no goroutine.
		if len(j.ids) == st.options.Keys {
			if j, err = st.pass(j); err != nil {
				return err
			}
		}
		j.ids = append(j.ids, id)
		if len(j.ids) == st.options.Keys && (st.workers == 1 || st.started > 0) {
			if j, err = st.pass(j); err != nil {
				return err
			}
		}
	}
	if len(j.ids) > 0 {
		var err error
		if len(st.flight) == 0 {
			err = st.scoreHere(j)
		} else {
			_, err = st.pass(j)
		}
		if err != nil {
			return err
		}
	}
	for len(st.flight) > 0 {
		if err := st.take(); err != nil {
			return err
		}
	}
	// ids may have ended because ctx is done, and not have said so.
	if err := st.ctx.Err(); err != nil {
		return err
	}
	return failed
}

// next returns a job without ids.
func (st *stream) next() *job {
	n := len(st.idle) - 1
	if n < 0 {
		return &job{batch: st.set.batch(), done: make(chan struct{}, 1)}
	}
	j := st.idle[n]
	st.idle = st.idle[:n]
	return j
}

// pass has a batch scored, waits until one more may be read, and returns it.
func (st *stream) pass(j *job) (*job, error) {
	if st.workers == 1 {
		err := st.scoreHere(j)
		return st.next(), err
	}
	st.hand(j)
	// What is ready is yielded: two batches at most, so that a backlog shrinks,
	// and never the one just handed over, so that workers are not without work
	// while the loop body runs.
	for range 2 {
		n := len(st.flight)
		if n == 2*st.workers || n > 1 && len(st.flight[0].done) > 0 {
			if err := st.take(); err != nil {
				return nil, err
			}
		}
	}
	return st.next(), nil
}

// scoreHere scores a batch on the caller's goroutine, and yields it.
func (st *stream) scoreHere(j *job) error {
	j.err = st.set.score(st.ctx, j.batch, st.data, st.options)
	return st.emit(j)
}

// hand hands a batch to the workers, and starts one of them if there may be more.
func (st *stream) hand(j *job) {
	if st.started == 0 {
		st.working, st.cancel = context.WithCancel(st.ctx)
		st.jobs = make(chan *job, 2*st.workers)
	}
	if st.started < st.workers {
		st.started++
		st.running.Go(st.work)
	}
	st.flight = append(st.flight, j)
	st.jobs <- j
}

// work is what a worker does.
func (st *stream) work() {
	for j := range st.jobs {
		st.scoreThere(j)
	}
}

// scoreThere scores a batch on a worker's goroutine. Whatever happens is kept
// for the caller.
func (st *stream) scoreThere(j *job) {
	returned := false
	defer func() {
		if !returned {
			j.panicked = recover()
			j.exited = j.panicked == nil
		}
		j.done <- struct{}{}
	}()
	j.err = st.set.score(st.working, j.batch, st.data, st.options)
	returned = true
}

// take waits for the oldest batch in flight, and yields it.
func (st *stream) take() error {
	j := st.flight[0]
	<-j.done
	switch {
	case j.panicked != nil:
		panic(j.panicked)
	case j.exited:
		runtime.Goexit()
	}
	st.flight = slices.Delete(st.flight, 0, 1)
	return st.emit(j)
}

// emit yields a batch that was scored, and lets it be used again.
func (st *stream) emit(j *job) error {
	if j.err != nil {
		return j.err
	}
	for i := range j.ids {
		// A source may have told of the end of ctx before its workers knew.
		if err := st.ctx.Err(); err != nil {
			return err
		}
		if !st.yield(j.lead(i)) {
			return errEnough
		}
	}
	j.empty()
	st.idle = append(st.idle, j)
	return nil
}

// end ends the workers, and waits until they have.
func (st *stream) end() {
	for _, j := range st.idle {
		st.set.batches.Put(j.batch)
	}
	if st.started > 0 {
		st.cancel()
		close(st.jobs)
		st.running.Wait()
	}
}

// IDs yields the ids of leads, for [Set.ScoreAll].
func IDs(ids ...string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, id := range ids {
			if !yield(id, nil) {
				return
			}
		}
	}
}
