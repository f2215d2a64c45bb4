// Package heap measures how much memory is in use while something runs.
package heap

import (
	"runtime"
	"runtime/metrics"
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
