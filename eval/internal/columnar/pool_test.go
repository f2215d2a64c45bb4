package columnar

import (
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

func poolPlan(t *testing.T) *plan.Columns {
	return planFor(t, evaltest.Model("M", "contact", `each EmailOpened where EmailName = "A" score +1`))
}

func newStore(t *testing.T) *columns.Store {
	return storeOf(evaltest.Data(t, traverse.Standard(), leads))
}

// collect runs the garbage collector until done returns true. It returns false if
// done still returns false after many runs.
func collect(done func() bool) bool {
	for range 500 {
		runtime.GC()
		if done() {
			return true
		}
		time.Sleep(time.Millisecond) // cleanups have a goroutine of their own
	}
	return false
}

// TestPoolKeeps checks that Get returns the executor that was put back first, also
// after a garbage collection, and never one that is in use.
func TestPoolKeeps(t *testing.T) {
	var pool Pool
	p, store := poolPlan(t), newStore(t)
	first := pool.Get(p)
	if first.Plan() != p {
		t.Error("the executor has another plan")
	}
	second := pool.Get(p)
	if first == second {
		t.Fatal("an executor is in use twice")
	}
	use(t, first, store, func() {})
	pool.Put(first)
	for range 3 {
		runtime.GC()
	}
	if pool.Get(p) != first {
		t.Error("the executor is not kept")
	}
	use(t, second, store, func() {})
	pool.Put(second)
	pool.Put(first)
	if got := pool.Get(p); got != second {
		t.Error("the executor that came back first is not kept")
	}
	if got := pool.Get(p); got == second {
		t.Error("an executor is in use twice")
	}
	runtime.KeepAlive(store)
}

// TestPoolKeepsOneForEachCore checks that as many executors as there are cores outlive
// garbage collections, and are dropped with their store.
func TestPoolKeepsOneForEachCore(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	var pool Pool
	p, store := poolPlan(t), newStore(t)
	taken := map[*Executor]bool{}
	for range 5 {
		x := pool.Get(p)
		use(t, x, store, func() {})
		taken[x] = true
	}
	for x := range taken {
		pool.Put(x)
	}
	for range 3 {
		runtime.GC()
	}
	var again []*Executor
	for range 5 {
		again = append(again, pool.Get(p))
	}
	for i, x := range again {
		if kept := taken[x]; kept != (i < 3) {
			t.Errorf("executor %d is kept: %t", i, kept)
		}
	}
	for _, x := range again {
		if taken[x] {
			use(t, x, store, func() {})
		}
		pool.Put(x)
	}
	runtime.KeepAlive(store)
	taken, again, store = nil, nil, nil
	if !collect(func() bool {
		pool.mu.Lock()
		defer pool.mu.Unlock()
		return pool.kept.Load() == nil && len(pool.more) == 0
	}) {
		t.Error("executors are kept, and their store is no longer used")
	}
}

// TestPoolDrops checks that a pool drops an executor when its store is no longer
// used.
func TestPoolDrops(t *testing.T) {
	var pool Pool
	p := poolPlan(t)
	store := newStore(t)
	gone := weak.Make(store)
	x := pool.Get(p)
	use(t, x, store, func() {})
	pool.Put(x)
	dropped := weak.Make(x)
	store, x = nil, nil
	if !collect(func() bool { return gone.Value() == nil && pool.kept.Load() == nil && dropped.Value() == nil }) {
		t.Error("the executor is kept, and its store is no longer used")
	}
	if x := pool.Get(p); x.bound != (weak.Pointer[columns.Store]{}) {
		t.Error("the executor is bound to a store")
	}
}

// TestPoolRebinds checks that an executor that was bound to another store is dropped
// with that store, and not with the first one.
func TestPoolRebinds(t *testing.T) {
	var pool Pool
	p := poolPlan(t)
	first, second := newStore(t), newStore(t)
	x := pool.Get(p)
	use(t, x, first, func() {})
	pool.Put(x)
	x = pool.Get(p)
	use(t, x, second, func() {})
	pool.Put(x)
	gone := weak.Make(first)
	first = nil
	if !collect(func() bool { return gone.Value() == nil }) {
		t.Fatal("a store that is no longer used is kept")
	}
	for range 3 {
		runtime.GC()
	}
	if pool.kept.Load() != x {
		t.Error("the executor has been dropped with a store that it is no longer bound to")
	}
	runtime.KeepAlive(second)
	second, x = nil, nil
	if !collect(func() bool { return pool.kept.Load() == nil }) {
		t.Error("the executor is kept, and its store is no longer used")
	}
}

// TestDropExecutor checks that dropExecutor keeps an executor whose store is in use.
func TestDropExecutor(t *testing.T) {
	pool := new(Pool)
	store := newStore(t)
	x := pool.Get(poolPlan(t))
	use(t, x, store, func() {})
	pool.Put(x)
	dropExecutor(weak.Make(pool))
	if pool.kept.Load() != x {
		t.Error("the executor of a store in use is dropped")
	}
	dropExecutor(weak.Pointer[Pool]{}) // of a pool that is gone
	runtime.KeepAlive(store)
}

// TestUnbound checks that an executor that was never bound can be put back.
func TestUnbound(t *testing.T) {
	var pool Pool
	p := poolPlan(t)
	x := pool.Get(p)
	pool.Put(x)
	if pool.Get(p) != x {
		t.Error("the executor is not kept")
	}
}

// TestRebind checks that an executor scores from the store that it was bound to last,
// with the records and values that were added since.
func TestRebind(t *testing.T) {
	x := New(poolPlan(t))
	score := func(store *columns.Store) (score int64) {
		use(t, x, store, func() {
			x.Score(x.Find("ada-lead"))
			score = x.ModelScore(0)
		})
		return score
	}
	const a = "Lead ada-lead ParentContact=ada\nEmailOpened 1 Contact=ada EmailName=A\n"
	one := evaltest.Data(t, traverse.Standard(), a)
	two := evaltest.Data(t, traverse.Standard(), a+"EmailOpened 2 Contact=ada EmailName=B\nEmailOpened 3 Contact=ada EmailName=a\n")
	for _, test := range []struct {
		store *columns.Store
		want  int64
	}{{storeOf(one), 1}, {storeOf(two), 2}, {storeOf(one), 1}, {storeOf(one), 1}} {
		if got := score(test.store); got != test.want {
			t.Errorf("the score is %d, want %d", got, test.want)
		}
	}
	evaltest.Add(t, one, "EmailOpened 4 Contact=ada EmailName=C\nEmailOpened 5 Contact=ada EmailName=à\nEmailOpened 6 Contact=ada EmailName=A\n")
	if got := score(storeOf(one)); got != 2 {
		t.Errorf("with values that are new the score is %d, want 2", got)
	}
}
