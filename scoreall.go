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

// ScoreAll scores a stream of leads as of one instant. It scores them in batches
// ([Batch]), several at the same time ([Workers]), and yields one result for each
// lead, in the order of ids.
//
// For a lead that cannot be scored it yields the id with a [*LeadError], and
// continues. After any other error it ends: it yields an error of ids after the
// results of all leads before it, and ctx.Err() as soon as ctx is done. If data is
// nil, or the year of [AsOf] is not between 0 and 9999, it yields that error alone,
// before it reads ids.
//
// Memory is bounded: for each worker, at most two batches are read from ids before
// their results are yielded, however slow the caller is. The results of a batch may
// be yielded only after more ids are read. With Workers(1) a batch is yielded
// before the next one is read.
//
// ScoreAll ranges over ids on the caller's goroutine, and not while the loop body
// runs. It queries data on other goroutines, unless there is only one worker or one
// batch. If data lends the records that it holds in memory, as source/memory does, the
// caller's goroutine is one of the workers, and scores batches where it would wait. The
// loop does not end before the other goroutines do: it waits until data returns, as it
// should once its context is done. If data panics, so does the loop.
func (s *Set) ScoreAll(ctx context.Context, ids iter.Seq2[string, error], data Source, opts ...Option) iter.Seq2[SetResult, error] {
	o := settingsOf(opts)
	if o.workers == 0 {
		o.workers = defaultWorkers(data)
	}
	return func(yield func(SetResult, error) bool) {
		st := stream{set: s, ctx: ctx, data: data, options: o, yield: yield, here: s.worker()}
		defer st.end()
		if err := st.run(ids); err != nil && err != errStopped {
			yield(SetResult{}, err)
		}
	}
}

// defaultWorkers returns how many batches are scored at the same time unless the caller
// says it. Over a source that may wait for something else, some wait while others are scored.
func defaultWorkers(data Source) int {
	n := runtime.GOMAXPROCS(0)
	if !eval.InMemory(data) {
		n *= 2
	}
	return n
}

// errStopped means that the caller has left the loop.
var errStopped = errors.New("stopped")

// A stream is one call of ScoreAll. Only the caller's goroutine uses it; workers
// use the batches that they are given, and nothing else.
type stream struct {
	set     *Set
	ctx     context.Context
	data    Source
	options settings
	yield   func(SetResult, error) bool
	here    worker // of the caller's goroutine

	flight []*job // given to workers and not yet yielded, oldest first
	idle   []*job // to be reused

	// These are set when the first batch is given to a worker.
	helps   bool // the caller's goroutine is a worker, too
	started int  // workers
	running sync.WaitGroup
	jobs    chan *job       // never full: it has room for every job in flight
	working context.Context // ends with the loop, so that no worker outlives it
	cancel  context.CancelFunc
}

// A job is a batch that a worker scores.
type job struct {
	*batch
	ending
	done chan struct{} // has one element when the worker has finished; nil before it is given to one
}

// run reads ids into batches, has them scored and yields the results.
func (st *stream) run(ids iter.Seq2[string, error]) error {
	if err := refuse(st.ctx, st.data, &st.options.Options); err != nil {
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
		// The first batch waits for the second: a single batch needs no goroutine.
		if len(j.ids) == st.options.Keys {
			if j, err = st.pass(j); err != nil {
				return err
			}
		}
		j.ids = append(j.ids, id)
		if len(j.ids) == st.options.Keys && (st.options.workers == 1 || st.started > 0) {
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
	// ids may have ended because ctx is done, without an error.
	if err := st.ctx.Err(); err != nil {
		return err
	}
	return failed
}

// next returns a job without ids.
func (st *stream) next() *job {
	n := len(st.idle) - 1
	if n < 0 {
		return &job{batch: st.set.batch()}
	}
	j := st.idle[n]
	st.idle = st.idle[:n]
	return j
}

// pass has a batch scored, waits until another one may be read, and returns that.
func (st *stream) pass(j *job) (*job, error) {
	if st.options.workers == 1 {
		err := st.scoreHere(j)
		return st.next(), err
	}
	st.hand(j)
	// Yield what is ready: at most two batches, so that a backlog shrinks, and never
	// the one just given to a worker, so that workers have work while the loop body
	// runs.
	for range 2 {
		n := len(st.flight)
		if n == 2*st.options.workers || n > 1 && len(st.flight[0].done) > 0 {
			if err := st.take(); err != nil {
				return nil, err
			}
		}
	}
	return st.next(), nil
}

// scoreHere scores a batch on the caller's goroutine and yields its results.
func (st *stream) scoreHere(j *job) error {
	j.err = st.set.score(st.ctx, j.batch, st.data, &st.options, st.here)
	return st.emit(j)
}

// hand gives a batch to the workers, and starts another worker if there may be one.
func (st *stream) hand(j *job) {
	if st.started == 0 {
		st.working, st.cancel = context.WithCancel(st.ctx)
		st.jobs = make(chan *job, 2*st.options.workers)
		if st.helps = eval.InMemory(st.data); st.helps {
			st.started = 1
		}
	}
	if st.started < st.options.workers {
		st.started++
		st.running.Go(st.work)
	}
	if j.done == nil {
		j.done = make(chan struct{}, 1)
	}
	st.flight = append(st.flight, j)
	st.jobs <- j
}

// work scores batches on a worker's goroutine.
func (st *stream) work() {
	w := st.set.worker()
	defer w.release()
	for j := range st.jobs {
		st.scoreThere(j, w)
	}
}

// scoreThere scores a batch as a worker. It keeps a panic for when it is the batch's turn.
func (st *stream) scoreThere(j *job, w worker) {
	defer func() { j.done <- struct{}{} }()
	j.of(func() error { return st.set.score(st.working, j.batch, st.data, &st.options, w) })
}

// help scores batches that no worker has begun, until one that it waits for has been scored
// or there are no others.
func (st *stream) help(j *job) {
	for len(j.done) == 0 {
		select {
		case other := <-st.jobs:
			st.scoreThere(other, st.here)
		default:
			return
		}
	}
}

// take waits for the oldest batch in flight and yields its results.
func (st *stream) take() error {
	j := st.flight[0]
	if st.helps {
		st.help(j)
	}
	<-j.done
	j.raise()
	st.flight = slices.Delete(st.flight, 0, 1)
	return st.emit(j)
}

// emit yields the results of a batch and makes the batch idle.
func (st *stream) emit(j *job) error {
	if j.err != nil {
		return j.err
	}
	for i := range j.ids {
		// A source may have failed because ctx is done before ctx.Err said so here.
		if err := st.ctx.Err(); err != nil {
			return err
		}
		r, err := j.lead(i)
		if err == nil {
			if err = r.step(st.options.before); err != nil {
				r = SetResult{Lead: r.Lead}
			}
		}
		if !st.yield(r, err) {
			return errStopped
		}
	}
	j.empty()
	st.idle = append(st.idle, j)
	return nil
}

// end stops the workers and waits for them.
func (st *stream) end() {
	for _, j := range st.idle {
		st.set.batches.Put(j.batch)
	}
	if st.started > 0 {
		st.cancel()
		close(st.jobs)
		st.running.Wait()
	}
	st.here.release()
}

// IDs returns a sequence of the ids of leads, for [Set.ScoreAll].
func IDs(ids ...string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, id := range ids {
			if !yield(id, nil) {
				return
			}
		}
	}
}
