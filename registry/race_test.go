package registry_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/registry"
	"github.com/leadscore/leadscore/source/memory"
)

// prepared is what the program keeps for a set.
type prepared struct{ set *leadscore.Set }

// TestReadersSeeWholeVersions lets many readers score while two registries of one log
// publish, roll back, stop and start. What a reader gets belongs together: the name of the
// version, the points of its rules, the models that are stopped in it, and what was
// prepared for its set; and no reader sees an older state after a newer one.
func TestReadersSeeWholeVersions(t *testing.T) {
	store := &registry.Memory{}
	var changes atomic.Int64
	options := registry.Options{
		Prepare: func(_ context.Context, set *leadscore.Set) (any, error) { return prepared{set}, nil },
		Changed: func(*registry.Live) { changes.Add(1) },
	}
	registries := []*registry.Registry{open(t, store, options), open(t, store, options)}
	const versions = 4
	for v := range versions {
		draft(t, registries[0], fmt.Sprint("v", 10+v), rules(10+v))
	}
	publish(t, registries[0], "v10")
	if _, err := registries[1].Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	data := memory.New(leadscore.StandardSchema())
	if err := data.Add("Lead", "l", memory.Record{"Topic": "Coffee"}); err != nil {
		t.Fatal(err)
	}

	var reading, writing sync.WaitGroup
	done := make(chan struct{})
	var read atomic.Int64
	for i := range 6 {
		r := registries[i%2]
		reading.Go(func() {
			last := int64(0)
			for {
				select {
				case <-done:
					return
				default:
				}
				live := r.Live()
				if err := whole(t.Context(), live, data); err != nil || live.Number < last {
					t.Errorf("%v; entry %d after %d", err, live.Number, last)
					return
				}
				last = live.Number
				read.Add(1)
			}
		})
	}
	var taken, conflicts atomic.Int64
	for i := range 4 {
		r, random := registries[i%2], rand.New(rand.NewPCG(7, uint64(i)))
		writing.Go(func() {
			for range 40 {
				var err error
				switch model := []string{"Fit", "Interest"}[random.IntN(2)]; random.IntN(4) {
				case 0, 1:
					_, err = r.Publish(t.Context(), fmt.Sprint("v", 10+random.IntN(versions)), ada, nil)
				case 2:
					err = r.Stop(t.Context(), model, ada)
				case 3:
					err = r.Start(t.Context(), model, ada)
				}
				switch {
				case err == nil:
					taken.Add(1)
				case errors.Is(err, registry.ErrConflict):
					conflicts.Add(1)
				default:
					t.Error(err)
				}
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
	for _, r := range registries {
		if _, err := r.Refresh(t.Context()); err != nil {
			t.Error(err)
		}
	}
	a, b := registries[0], registries[1]
	if a.Live().Version != b.Live().Version || a.Live().Number != b.Live().Number || statuses(t, a) != statuses(t, b) {
		t.Errorf("%+v, %s\n%+v, %s", a.Live(), statuses(t, a), b.Live(), statuses(t, b))
	}
	entries := int64(0)
	for _, err := range a.History(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		entries++
	}
	if want := versions + 1 + taken.Load(); entries != want {
		t.Errorf("%d steps were taken, and %d are kept", want, entries)
	}
	t.Logf("%d steps, %d conflicts, %d changes, %d reads", taken.Load(), conflicts.Load(), changes.Load(), read.Load())
	if taken.Load() == 0 || read.Load() == 0 {
		t.Error("nothing happened at the same time")
	}
}

// whole returns what does not belong together in what is live.
func whole(ctx context.Context, live *registry.Live, data leadscore.Source) error {
	if p := live.Prepared.(prepared); p.set != live.Set {
		return errors.New("what was prepared is for another set")
	}
	result, err := live.Set.Score(ctx, "l", data)
	if err != nil {
		return err
	}
	stopped := live.Set.Stopped()
	for _, r := range result.Results {
		switch score := fmt.Sprint("v", r.Score); {
		case slices.Contains(stopped, r.Model):
			if r.Status != leadscore.Stopped || r.SalesReady {
				return fmt.Errorf("%s is stopped: %v", r.Model, r)
			}
		case score != live.Version:
			return fmt.Errorf("version %s gives %v", live.Version, r)
		}
	}
	return nil
}
