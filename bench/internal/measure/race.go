// Package measure times engines so that a ratio holds on a machine that drifts.
package measure

import (
	"runtime"
	"runtime/debug"
	"time"

	"github.com/leadscore/leadscore/bench/internal/engine"
)

// A Race times two scorers on the same leads in turns: a slice of leads with
// one, then the same slice with the other. Whatever slows the machine for a while
// slows both.
//
// The collector runs between slices, when the heap has doubled, and is charged to
// the scorers by the bytes that they allocate. So neither pays for the other's
// garbage.
type Race struct {
	base, other runner
	slices      []Slice
	next        int
	buffer      []int64
	live        uint64 // heap after the last collection
	percent     int    // of the collector before the race
}

// A Slice is leads that are scored in one go, and how often.
type Slice struct {
	Leads []int
	Times int
}

// A runner is a scorer and what it took so far.
type runner struct {
	score engine.Scorer
	procs int     // cores that it runs on
	price float64 // of an allocated byte in nanoseconds of collection on those
	took  time.Duration
	heap  uint64 // allocations
	leads int
}

// Figures are the results of a race. Times are in nanoseconds.
type Figures struct {
	Base, Other float64 // ns a lead
	Ratio       float64 // Other / Base
	Allocs      float64 // allocations of Other a lead
}

// Cold returns slices that go through all leads: what one lead leaves in the
// caches is gone when it comes again.
func Cold(leads int) []Slice {
	const size = 1024 // four batches of a stream
	var all []Slice
	for from := 0; from < leads; from += size {
		var s Slice
		for i := from; i < min(from+size, leads); i++ {
			s.Leads = append(s.Leads, i)
		}
		s.Times = 1
		all = append(all, s)
	}
	return all
}

// Whole returns one slice of all leads, for what is done to all of them at a time.
func Whole(leads int) []Slice { return []Slice{{Leads: engine.Leads(leads), Times: 1}} }

// Hot returns one slice of a hundred leads spread over the data, scored ten times.
func Hot(leads int) []Slice {
	n := min(100, leads)
	s := Slice{Times: 10}
	for i := range n {
		s.Leads = append(s.Leads, i*leads/n)
	}
	return []Slice{s}
}

// newRace returns a race over slices. The caller must call stop.
func newRace(base, other runner, slices []Slice) *Race {
	r := &Race{base: base, other: other, slices: slices}
	for _, s := range slices {
		r.buffer = make([]int64, max(len(r.buffer), len(s.Leads)))
	}
	r.percent = debug.SetGCPercent(-1)
	runtime.GC() // earlier garbage must not be charged to either side
	r.collect()
	return r
}

func (r *Race) stop() { debug.SetGCPercent(r.percent) }

// Round scores the next slice with both.
func (r *Race) Round() error {
	s := r.slices[r.next%len(r.slices)]
	r.next++
	if err := r.run(&r.base, s); err != nil {
		return err
	}
	return r.run(&r.other, s)
}

// Rounds returns how many rounds go through all slices once.
func (r *Race) Rounds() int { return len(r.slices) }

// Reset discards the times so far.
func (r *Race) Reset() {
	for _, x := range []*runner{&r.base, &r.other} {
		x.took, x.heap, x.leads = 0, 0, 0
	}
}

// enough reports whether a run of so many rounds has been long enough: about that
// long, and once over all slices unless that takes three times as long.
func (r *Race) enough(rounds int, length time.Duration) bool {
	took := r.Took()
	return took > 3*length || took > length && rounds%r.Rounds() == 0
}

// Took returns how long the slower scorer has been running.
func (r *Race) Took() time.Duration { return max(r.base.took, r.other.took) }

func (r *Race) run(x *runner, s Slice) error {
	x.use()
	if s.Times > 1 || r.base.procs != r.other.procs {
		// The caches must be hot, without what the other side left there. And
		// what is kept for each core is lost when their number changes.
		if err := x.score(s.Leads, r.buffer[:len(s.Leads)]); err != nil {
			return err
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range s.Times {
		if err := x.score(s.Leads, r.buffer[:len(s.Leads)]); err != nil {
			return err
		}
	}
	x.took += time.Since(start)
	runtime.ReadMemStats(&after)
	x.leads += s.Times * len(s.Leads)
	x.heap += after.Mallocs - before.Mallocs
	allocated := after.TotalAlloc - before.TotalAlloc
	x.took += time.Duration(float64(allocated) * x.price)
	if after.HeapAlloc > 2*r.live {
		r.collect()
	}
	return nil
}

// use sets the number of cores to the runner's.
func (x *runner) use() {
	if x.procs != runtime.GOMAXPROCS(0) { // changing it stops the world
		runtime.GOMAXPROCS(x.procs)
	}
}

// collect collects garbage and notes what that costs each side on its cores: one
// collection each time that as many bytes have been allocated as are live, as the
// collector does by default.
func (r *Race) collect() {
	r.base.price = r.collectFor(&r.base)
	r.other.price = r.base.price
	if r.other.procs != r.base.procs {
		r.other.price = r.collectFor(&r.other)
	}
}

func (r *Race) collectFor(x *runner) float64 {
	x.use()
	start := time.Now()
	runtime.GC()
	took := time.Since(start)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	r.live = m.HeapAlloc
	return float64(took) / float64(r.live)
}

// Figures returns the results since the last Reset.
func (r *Race) Figures() Figures {
	base := float64(r.base.took) / float64(r.base.leads)
	other := float64(r.other.took) / float64(r.other.leads)
	return Figures{base, other, other / base, float64(r.other.heap) / float64(r.other.leads)}
}
