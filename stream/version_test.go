package stream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestVersions adds a version beside the live one, promotes it while changes come, builds the
// first one again, and drops what is no longer used. The events of each lead go on from one
// version to the next.
func TestVersions(t *testing.T) {
	l := open(t, serve(t), Options{})
	set, other := compile(t, rules), compile(t, strings.NewReplacer(
		"score +10", "score +25", `where Industry = "Retail"`, `where City = "Chicago"`,
		`stage "Sales qualified"`, `stage "Customer"`, "target account", "target account\n    audience { has Lead.ParentAccount where Industry = \"Retail\" }").Replace(rules))
	m, m2 := newMirror(set), newMirror(other)
	d := seed(t)
	var changes []Change
	random := func(n int) {
		for range n {
			c := d.change()
			changes = append(changes, c)
			publish(t, l, m, c)
			m2.put(t, c)
		}
	}
	w1, stop1 := work(t, l, "v1", set)
	if err := w1.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	random(60)
	w2, _ := work(t, l, "v2", other)
	random(40)
	wait(t, w1)
	wait(t, w2)
	m.compare(t, w1, "v2 is added")
	m2.compare(t, w2, "v2 is added")
	told(t, w1)
	for lead, list := range events(t, l) {
		for _, e := range list {
			if e.Version != "v1" {
				t.Fatalf("lead %s has event %v of %s before it is live", lead, e, e.Version)
			}
		}
	}
	if err := l.Drop(t.Context(), "v1"); err == nil || !strings.Contains(err.Error(), "is live") {
		t.Errorf("v1 can be dropped: %v", err)
	}
	if err := w2.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	random(40) // while leads are taken over
	wait(t, w2)
	wait(t, w1)
	m2.compare(t, w2, "v2 is live")
	told(t, w2)
	if live, err := l.Live(t.Context()); err != nil || live != "v2" {
		t.Errorf("version %q is live, %v", live, err)
	}
	stop1()
	if err := l.Drop(t.Context(), "v1"); err != nil {
		t.Fatal(err)
	}
	w1, _ = work(t, l, "v1", set) // is built again
	random(20)
	wait(t, w1)
	m.compare(t, w1, "v1 is built again")
	if err := w1.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	wait(t, w1)
	random(20)
	wait(t, w1)
	m.compare(t, w1, "v1 is live again")
	told(t, w1)
}

// TestRestarts ends workers in the middle of their work, wherever that would matter, and starts
// others.
func TestRestarts(t *testing.T) {
	l := open(t, serve(t), Options{Concurrency: 3, AckWait: 2 * time.Second})
	set := compile(t, rules)
	w, err := l.Version(t.Context(), "v1", set)
	if err != nil {
		t.Fatal(err)
	}
	d := seed(t)
	var mu sync.Mutex
	end := func() {}
	places := []string{"applied", "stored", "sent"} // each in turn
	left, ends := 20, 0
	pauses := seed(t) // for the workers, which run beside what is drawn from d
	mark = func(place string) {
		mu.Lock()
		defer mu.Unlock()
		if left--; left <= 0 && place == places[ends%len(places)] {
			left = 1 + pauses.IntN(60)
			ends++
			end()
		}
	}
	defer func() {
		mu.Lock()
		defer mu.Unlock()
		mark = func(string) {}
	}()
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	wg.Go(func() {
		for ctx.Err() == nil {
			once, cancel := context.WithCancel(ctx)
			mu.Lock()
			end = cancel
			mu.Unlock()
			// A new worker knows nothing of what the one before has sent.
			w, err := l.Version(ctx, "v1", set)
			if err == nil {
				err = w.Run(once)
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the worker ended: %v", err)
			}
		}
	})
	m := newMirror(set)
	if err := w.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range steps(t, 80) / 8 {
		for range 8 {
			publish(t, l, m, d.change())
		}
		wait(t, w)
		m.compare(t, w, fmt.Sprintf("round %d", i))
	}
	told(t, w)
	mu.Lock()
	defer mu.Unlock()
	if ends < len(places) {
		t.Errorf("only %d workers ended, none of them at the place %q", ends, places[ends])
	}
}
