package reference

import (
	"sync"
	"time"
)

// A memo remembers what a function returned for each key. It forgets everything when it
// holds more than most.
type memo[K comparable, V any] struct {
	most  int
	mu    sync.Mutex
	known map[K]V
}

func (m *memo[K, V]) get(key K, work func() V) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.known[key]
	if !ok {
		v = work()
		if m.known == nil || len(m.known) >= m.most {
			m.known = map[K]V{}
		}
		m.known[key] = v
	}
	return v
}

var knownZones = memo[string, *time.Location]{most: 1000}

// zoneNamed returns the time zone with a name that a model may have.
func zoneNamed(name string) *time.Location {
	return knownZones.get(name, func() *time.Location {
		zone, err := time.LoadLocation(name)
		if err != nil {
			panic(err) // the model does not compile
		}
		return zone
	})
}
