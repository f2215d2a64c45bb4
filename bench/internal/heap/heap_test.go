package heap_test

import (
	"runtime"
	"testing"

	"github.com/leadscore/leadscore/bench/internal/heap"
)

func TestPeakIsMoreThanWhatIsLeft(t *testing.T) {
	const size = 32 << 20
	before := heap.Live()
	peak := heap.Watch()
	kept := make([]byte, size)
	most := peak()
	if most < before+size {
		t.Errorf("%d bytes at most, %d before", most, before)
	}
	if live := heap.Live(); live < before+size {
		t.Errorf("%d bytes are live, %d before", live, before)
	}
	runtime.KeepAlive(kept)
	if live := heap.Live(); live >= before+size {
		t.Errorf("%d bytes are live, %d before", live, before)
	}
}
