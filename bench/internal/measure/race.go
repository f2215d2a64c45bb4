// Package measure times engines so that a ratio holds on a machine that drifts.
package measure

import (
	"runtime"
	"runtime/debug"
	"time"

	"github.com/leadscore/leadscore/bench/internal/engine"
)

// A Race times two scorers on the same leads in turns: a slice of leads with the
// one, the same slice with the other. What slows the machine for a while slows
// both.
//
// The collector runs between slices, when the heap has doubled, and its time is
// charged to the scorer that left the garbage. So nobody pays for the other's.
type Race struct {
	base, other Runner
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

// A Runner is a scorer and what it took so far.
type Runner struct {
	score engine.Scorer
	took  time.Duration
	heap  uint64 // allocations
	bytes uint64 // allocated since the last collection
	leads int
}

// Figures is what a race says. Times are in nanoseconds.
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

// Hot returns one slice of a hundred leads from all over, scored ten times.
func Hot(leads int) []Slice {
	n := min(100, leads)
	s := Slice{Times: 10}
	for i := range n {
		s.Leads = append(s.Leads, i*leads/n)
	}
	return []Slice{s}
}

// NewRace returns a race over slices. Whoever starts it ends it with Stop.
func NewRace(base, other engine.Scorer, slices []Slice) *Race {
	r := &Race{base: Runner{score: base}, other: Runner{score: other}, slices: slices}
	for _, s := range slices {
		r.buffer = make([]int64, max(len(r.buffer), len(s.Leads)))
	}
	r.percent = debug.SetGCPercent(-1)
	r.live = collect()
	return r
}

// Stop ends a race.
func (r *Race) Stop() { debug.SetGCPercent(r.percent) }

// Round scores the next slice with both. The first round of each slice warms up
// what is made lazily, if the caller calls [Race.Reset] behind it.
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

// Reset forgets what was timed.
func (r *Race) Reset() {
	for _, runner := range []*Runner{&r.base, &r.other} {
		runner.took, runner.heap, runner.leads = 0, 0, 0
	}
}

// Took returns how long the slower scorer has been running.
func (r *Race) Took() time.Duration { return max(r.base.took, r.other.took) }

func (r *Race) run(runner *Runner, s Slice) error {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range s.Times {
		if err := runner.score(s.Leads, r.buffer[:len(s.Leads)]); err != nil {
			return err
		}
	}
	runner.took += time.Since(start)
	runtime.ReadMemStats(&after)
	runner.leads += s.Times * len(s.Leads)
	runner.heap += after.Mallocs - before.Mallocs
	runner.bytes += after.TotalAlloc - before.TotalAlloc
	if after.HeapAlloc > 2*r.live {
		start := time.Now()
		r.live = collect()
		took := time.Since(start)
		// Each pays for its share of the garbage.
		total := r.base.bytes + r.other.bytes
		for _, x := range []*Runner{&r.base, &r.other} {
			x.took += time.Duration(float64(took) * float64(x.bytes) / float64(max(total, 1)))
			x.bytes = 0
		}
	}
	return nil
}

// collect collects garbage and returns the size of what is left.
func collect() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Figures returns what was timed since the last Reset.
func (r *Race) Figures() Figures {
	base := float64(r.base.took) / float64(r.base.leads)
	other := float64(r.other.took) / float64(r.other.leads)
	return Figures{base, other, other / base, float64(r.other.heap) / float64(r.other.leads)}
}
