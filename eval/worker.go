package eval

import "github.com/leadscore/leadscore/eval/internal/columnar"

// A Worker is what one goroutine keeps from one run of a program to the next, so that it
// stays in the caches of its core. The zero Worker keeps nothing yet. It belongs to one
// program, and to one goroutine at a time.
type Worker struct {
	pool     *columnar.Pool // where executor comes from
	executor *columnar.Executor
}

// get returns an executor of a plan. w may be nil.
func (w *Worker) get(c *columnPlan) *columnar.Executor {
	if w == nil || w.executor == nil || w.pool != &c.executors {
		return c.executors.Get(c.planned().columns)
	}
	x := w.executor
	w.executor = nil // a panic must not leave it here
	return x
}

// put takes back an executor of a plan that is done with a batch.
func (w *Worker) put(c *columnPlan, x *columnar.Executor) {
	if w == nil {
		c.executors.Put(x)
		return
	}
	w.Release()
	w.pool, w.executor = &c.executors, x
}

// Release gives what is kept to whoever runs the program next.
func (w *Worker) Release() {
	if w.executor != nil {
		w.pool.Put(w.executor)
		w.executor = nil
	}
}
