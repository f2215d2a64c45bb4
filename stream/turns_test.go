package stream

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Five want a lead scored while it is being scored: one scoring is for all of them, as of the
// latest instant. Another lead need not wait.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turns turns
		var runs atomic.Int64
		begin := time.Now()
		slow := func(want time.Time, only bool) func(time.Time, bool) error {
			return func(at time.Time, o bool) error {
				if !at.Equal(want) || o != only {
					t.Errorf("scored as of %s, %t, want %s, %t", at, o, want, only)
				}
				runs.Add(1)
				time.Sleep(time.Second)
				return nil
			}
		}
		ended := make(chan time.Duration, 6)
		go func() {
			_ = turns.take(t.Context(), "a", begin, true, slow(begin, true))
			ended <- time.Since(begin)
		}()
		synctest.Wait()
		for i := range 5 {
			go func() {
				_ = turns.take(t.Context(), "a", begin.Add(time.Duration(i)), i != 3, slow(begin.Add(4), false))
				ended <- time.Since(begin)
			}()
		}
		synctest.Wait()
		_ = turns.take(t.Context(), "b", begin, false, slow(begin, false))
		if took := time.Since(begin); took != time.Second {
			t.Errorf("another lead took %s, want a second", took)
		}
		for i := range 6 {
			want := 2 * time.Second
			if i == 0 {
				want = time.Second
			}
			if took := <-ended; took != want {
				t.Errorf("number %d took %s, want %s", i, took, want)
			}
		}
		if runs.Load() != 3 || len(turns.leads) != 0 {
			t.Errorf("there were %d scorings, want 3; %d leads are left", runs.Load(), len(turns.leads))
		}
	})
}
