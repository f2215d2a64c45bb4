package columnar

import (
	"runtime"
	"sync"
	"sync/atomic"
	"weak"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A Pool keeps the executors of a plan between batches, with what they have
// evaluated. It is safe for concurrent use. The zero Pool is empty.
type Pool struct {
	kept atomic.Pointer[Executor]
	idle sync.Pool // of *Executor
}

// Get returns an executor of a plan, which must be the same at each call.
func (p *Pool) Get(c *plan.Columns) *Executor {
	if x := p.kept.Swap(nil); x != nil {
		return x
	}
	if x, ok := p.idle.Get().(*Executor); ok {
		return x
	}
	return New(c)
}

// Put takes an executor back that is done with its store. One is kept, so that what
// it has evaluated outlives the collector's next cycles; the others are in a
// [sync.Pool]. An executor that is kept holds the tables of its store, but not the
// store: when that is no longer used, the executor is dropped.
func (p *Pool) Put(x *Executor) {
	store := x.store
	x.store = nil
	if store != nil && x.watched != x.bound {
		x.watch.Stop()
		x.watch, x.watched = runtime.AddCleanup(store, dropExecutor, weak.Make(p)), x.bound
	}
	p.keep(x)
}

// keep puts an executor where Get finds it.
func (p *Pool) keep(x *Executor) {
	if p.kept.CompareAndSwap(nil, x) {
		return
	}
	x.watch.Stop()
	x.watched = weak.Pointer[columns.Store]{}
	p.idle.Put(x)
}

// dropExecutor drops the executor of a store that is no longer used.
func dropExecutor(pool weak.Pointer[Pool]) {
	p := pool.Value()
	if p == nil {
		return
	}
	// Only the goroutine that has taken an executor may look at it: another one may
	// be about to bind it to a store.
	if x := p.kept.Swap(nil); x != nil && x.bound.Value() != nil {
		p.keep(x)
	}
}
