// Package heap measures how much memory is in use while something runs.
package heap

import (
	"runtime"
	"runtime/metrics"
	"slices"
	"sync"
	"time"
)

// every is how long the watcher of a peak sleeps.
const every = time.Millisecond

// Live returns the bytes that are left on the heap after a collection.
func Live() uint64 {
	runtime.GC()
	return objects()
}

// Collection returns how long a full collection of what is on the heap takes: the median
// of a few.
func Collection() time.Duration {
	const times = 5
	var took [times]time.Duration
	for i := range took {
		start := time.Now()
		runtime.GC()
		took[i] = time.Since(start)
	}
	slices.Sort(took[:])
	return took[times/2]
}

// Watch samples the heap every millisecond, uncollected garbage included. peak stops
// the sampling and returns the largest sample in bytes.
func Watch() (peak func() uint64) {
	most := objects()
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-done:
				most = max(most, objects())
				return
			case <-tick.C:
				most = max(most, objects())
			}
		}
	})
	return sync.OnceValue(func() uint64 {
		close(done)
		watching.Wait()
		return most
	})
}

// objects returns the bytes of the objects on the heap.
func objects() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
