package stream

import (
	"context"
	"sync"
	"time"
)

// Turns have the scorings of a lead follow one another within a worker. Whoever wants a lead
// scored while it is being scored waits for the next scoring, which is one for all who wait: their
// changes have all been applied before it begins.
type turns struct {
	mu    sync.Mutex
	leads map[string]*turn
}

type turn struct {
	running chan struct{} // has an element while the lead is being scored
	next    *scoring      // that has not begun, or nil
	users   int
}

// A scoring is what is wanted of a scoring: see Worker.score.
type scoring struct {
	at   time.Time
	only bool
	done chan struct{}
	err  error
}

// take has a lead scored by run, once the scoring that runs now has ended, and returns the error
// of run.
func (t *turns) take(ctx context.Context, lead string, at time.Time, only bool, run func(at time.Time, only bool) error) error {
	t.mu.Lock()
	if t.leads == nil {
		t.leads = map[string]*turn{}
	}
	u := t.leads[lead]
	if u == nil {
		u = &turn{running: make(chan struct{}, 1)}
		t.leads[lead] = u
	}
	if s := u.next; s != nil {
		if at.After(s.at) {
			s.at = at
		}
		s.only = s.only && only
		t.mu.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.done:
			return s.err
		}
	}
	s := &scoring{at: at, only: only, done: make(chan struct{})}
	u.next = s
	u.users++
	t.mu.Unlock()

	u.running <- struct{}{}
	t.mu.Lock()
	u.next = nil
	at, only = s.at, s.only
	t.mu.Unlock()
	s.err = run(at, only)
	close(s.done)
	<-u.running

	t.mu.Lock()
	defer t.mu.Unlock()
	if u.users--; u.users == 0 {
		delete(t.leads, lead)
	}
	return s.err
}
