package columnar

import (
	"runtime"
	"slices"
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
	mu   sync.Mutex
	more []*Executor // kept, too: one for each core but one
	idle sync.Pool   // of *Executor: those that are not kept
}

// Get returns an executor of a plan, which must be the same at each call.
func (p *Pool) Get(c *plan.Columns) *Executor {
	if x := p.kept.Swap(nil); x != nil {
		return x
	}
	if x := p.anyMore(); x != nil {
		return x
	}
	if x, ok := p.idle.Get().(*Executor); ok {
		return x
	}
	return New(c)
}

// anyMore takes an executor from those that are kept beside the first, or returns nil.
func (p *Pool) anyMore() *Executor {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.more) - 1
	if last < 0 {
		return nil
	}
	x := p.more[last]
	p.more = slices.Delete(p.more, last, last+1)
	return x
}

// Put takes an executor back that is done with its store. One for each core is kept, so
// that what it has evaluated outlives the collector's next cycles; the others are in a
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
	if p.kept.CompareAndSwap(nil, x) || p.keepMore(x) {
		return
	}
	x.watch.Stop()
	x.watched = weak.Pointer[columns.Store]{}
	p.idle.Put(x)
}

// keepMore keeps an executor beside the first, or returns false if there are enough.
func (p *Pool) keepMore(x *Executor) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.more) >= runtime.GOMAXPROCS(0)-1 {
		return false
	}
	p.more = append(p.more, x)
	return true
}

// dropExecutor drops the executors of stores that are no longer used.
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
	p.mu.Lock()
	defer p.mu.Unlock()
	p.more = slices.DeleteFunc(p.more, func(x *Executor) bool { return x.bound.Value() == nil })
}
