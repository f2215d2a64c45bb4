package registry_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/registry"
)

// TestRefresh: a process sees the steps of another one when it looks.
func TestRefresh(t *testing.T) {
	store := &registry.Memory{}
	var told []string
	a := open(t, store, registry.Options{})
	b := open(t, store, registry.Options{Changed: func(l *registry.Live) {
		told = append(told, fmt.Sprint(l.Version, l.Set.Stopped()))
	}})
	refresh := func(want bool) {
		t.Helper()
		if changed, err := b.Refresh(t.Context()); err != nil || changed != want {
			t.Errorf("changed %t, %v", changed, err)
		}
	}
	draft(t, a, "spring", rules(10))
	refresh(false)
	publish(t, a, "spring")
	if b.Live() != nil {
		t.Error("it changes without being asked")
	}
	refresh(true)
	refresh(false)
	if err := a.Stop(t.Context(), "Fit", ada); err != nil {
		t.Fatal(err)
	}
	refresh(true)
	draft(t, b, "summer", rules(20))
	publish(t, b, "summer") // a does not know it
	if err := a.Stop(t.Context(), "Interest", bob); err != nil {
		t.Fatal(err)
	}
	if a.Live().Version != "summer" {
		t.Error("a model was stopped in a version that is not live")
	}
	refresh(true)
	if got := strings.Join(told, ", "); got != "spring[], spring[Fit], summer[Fit], summer[Fit Interest]" {
		t.Error(got)
	}
}

// TestWatch: a process that watches follows another one, and says when it cannot.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: &registry.Memory{}}
		a, b := open(t, store.Store, registry.Options{}), open(t, store, registry.Options{})
		draft(t, a, "spring", rules(10))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		failed := make(chan error, 10)
		go func() { ended <- b.Watch(ctx, time.Minute, func(err error) { failed <- err }) }()
		publish(t, a, "spring")
		time.Sleep(90 * time.Second)
		synctest.Wait()
		if b.Live() == nil || b.Live().Version != "spring" || len(failed) > 0 {
			t.Errorf("%+v, %d errors", b.Live(), len(failed))
		}
		store.mu.Lock()
		store.entries = errAway
		store.mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(failed) != 1 || !errors.Is(<-failed, errAway) {
			t.Errorf("%d errors, or another one", len(failed))
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// TestPublishLooksAgain: what is live changes while a version is looked at, so it is
// looked at again, against what is live then.
func TestPublishLooksAgain(t *testing.T) {
	store := &registry.Memory{}
	a := open(t, store, registry.Options{})
	var meanwhile func()
	b := open(t, store, registry.Options{Prepare: func(context.Context, *leadscore.Set) (any, error) {
		if f := meanwhile; f != nil {
			meanwhile = nil
			f()
		}
		return nil, nil
	}})
	for i, name := range []string{"spring", "summer", "autumn"} {
		draft(t, a, name, rules(10*(i+1)))
	}
	publish(t, a, "spring")
	if _, err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	meanwhile = func() { publish(t, a, "summer") }
	report, err := b.Publish(t.Context(), "autumn", bob, nil)
	if err != nil || report.Live != "summer" || b.Live().Version != "autumn" {
		t.Errorf("%+v, %v", report, err)
	}
	meanwhile = func() { publish(t, a, "spring") }
	if _, err = b.Publish(t.Context(), "spring", bob, nil); !errors.Is(err, registry.ErrConflict) {
		t.Error(err)
	}
}

// TestLiveCannotBeUsed: a program that cannot use what is live in the log says so, keeps
// what it has, and can publish another version.
func TestLiveCannotBeUsed(t *testing.T) {
	store := &registry.Memory{}
	a := open(t, store, registry.Options{})
	draft(t, a, "spring", rules(10))
	draft(t, a, "summer", rules(20))
	publish(t, a, "spring")
	refuses := func(points int64, prepared error) registry.Options {
		return registry.Options{Now: clock(), Prepare: func(_ context.Context, set *leadscore.Set) (any, error) {
			if set.Models()[0].Checked().Conditions[0].Points == points {
				return nil, prepared
			}
			return nil, nil
		}}
	}
	lacks := registry.Reasons{{Kind: registry.KindProgram, Message: "there is no table"}}
	b, err := registry.Open(t.Context(), store, leadscore.StandardSchema(), refuses(10, lacks))
	const want = `registry: version "spring" is live and cannot be used: there is no table`
	if failed, ok := errors.AsType[*registry.LiveError](err); !ok || failed.Version != "spring" || err.Error() != want || b == nil || b.Live() != nil {
		t.Fatalf("%v, %+v", err, b)
	}
	if err := b.Stop(t.Context(), "Fit", ada); err == nil {
		t.Error("a model of a version that cannot be used was stopped")
	}
	publish(t, b, "summer")
	if b.Live().Version != "summer" {
		t.Errorf("%+v", b.Live())
	}
	publish(t, a, "spring")
	if changed, err := b.Refresh(t.Context()); changed || err == nil || b.Live().Version != "summer" {
		t.Errorf("%t, %v, %+v", changed, err, b.Live())
	}
	// A schema that lacks what the rules name is the same.
	if _, err := registry.Open(t.Context(), store, nil, registry.Options{}); err == nil || !strings.Contains(err.Error(), "fit.score:5:") {
		t.Error(err)
	}
}

var errAway = errors.New("the store is away")

// A faulty store fails when it is told to.
type faulty struct {
	registry.Store
	mu      sync.Mutex // guards entries
	append  error
	lost    bool // the entry is kept, and the answer is not
	entries error
}

func (f *faulty) Append(ctx context.Context, number int64, entry []byte) error {
	if f.append != nil && !f.lost {
		return f.append
	}
	if err := f.Store.Append(ctx, number, entry); err != nil {
		return err
	}
	return f.append
}

func (f *faulty) Entries(ctx context.Context, after int64) iter.Seq2[[]byte, error] {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.entries; err != nil {
		return func(yield func([]byte, error) bool) { yield(nil, err) }
	}
	return f.Store.Entries(ctx, after)
}

// TestStoreFails: a step that the store did not keep has no effect, and one that it kept
// has, also if its answer was lost.
func TestStoreFails(t *testing.T) {
	store := &faulty{Store: &registry.Memory{}}
	r := open(t, store, registry.Options{})
	draft(t, r, "spring", rules(10))
	store.append = errAway
	if _, err := r.Publish(t.Context(), "spring", ada, nil); !errors.Is(err, errAway) || r.Live() != nil {
		t.Errorf("%v, %+v", err, r.Live())
	}
	store.lost = true
	if _, err := r.Publish(t.Context(), "spring", ada, nil); err != nil || r.Live() == nil {
		t.Errorf("%v, %+v", err, r.Live())
	}
	store.append, store.entries = nil, errAway
	if _, err := r.Refresh(t.Context()); !errors.Is(err, errAway) || r.Live() == nil {
		t.Error(err)
	}
	if err := r.Stop(t.Context(), "Fit", ada); !errors.Is(err, errAway) || len(r.Live().Set.Stopped()) > 0 {
		t.Error(err)
	}
	if _, err := registry.Open(t.Context(), store, leadscore.StandardSchema(), registry.Options{}); !errors.Is(err, errAway) {
		t.Error(err)
	}
}

// TestDamagedLog: an entry that is not what a registry writes is an error that names it.
func TestDamagedLog(t *testing.T) {
	const first = `{"number":1,"time":"2026-05-01T09:00:00Z","action":"draft","author":"ada","version":"spring"}`
	for _, c := range []struct{ second, want string }{
		{`{"number":2`, `registry: entry 2 cannot be read: unexpected EOF`},
		{first, `registry: entry 2 cannot be read: it says that it is entry 1`},
		{`{"number":2,"time":"2026-05-01T09:00:00Z","action":"archive","author":"ada","version":"spring"}`,
			`registry: entry 2 cannot be read: this version of leadscore does not know the action "archive"`},
		{`{"number":2,"action":"publish","author":"ada","version":"spring","region":"EU"}`, `registry: entry 2 cannot be read: json: unknown field "region"`},
		{`{"number":2,"action":"publish","author":"ada","version":"spring"} {}`, `registry: entry 2 cannot be read: something follows the entry`},
		{`{"number":2,"action":"publish","author":"ada"}`, `registry: entry 2 cannot be read: it names no version`},
		{`{"number":2,"action":"stop","author":"ada","version":"spring"}`, `registry: entry 2 cannot be read: the action stop has the model ""`},
		{`{"number":2,"action":"publish","author":"ada","version":"sprung"}`,
			`registry: entry 2 cannot follow those before it: registry: there is no version "sprung"; did you mean "spring"?`},
		{`{"number":2,"action":"draft","author":"ada","version":"spring"}`, `registry: entry 2 cannot follow those before it: registry: there are two versions "spring"`},
		{`{"number":2,"action":"start","model":"Fit","author":"ada","version":"spring"}`, `registry: entry 2 cannot follow those before it: registry: model "Fit" is not stopped`},
	} {
		store := &registry.Memory{}
		for i, text := range []string{first, c.second} {
			if err := store.Append(t.Context(), int64(i+1), []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := registry.Open(t.Context(), store, leadscore.StandardSchema(), registry.Options{}); err == nil || err.Error() != c.want {
			t.Errorf("got %v\nwant %s", err, c.want)
		}
	}
}

// A plain registry is what the documentation says, without a store.
type plain struct {
	status  map[string]registry.Status
	live    string
	stopped []string
}

// TestRegistryProperty takes random steps in two registries of one log and compares them
// with a plain one.
func TestRegistryProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		store := &registry.Memory{}
		var both []*registry.Registry
		for range 2 {
			both = append(both, mustOpen(t, store))
		}
		p := plain{status: map[string]registry.Status{}}
		names := []string{"v1", "v2", "v3", "bad"}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			at := rapid.IntRange(0, 1).Draw(t, "registry")
			r := both[at]
			name := rapid.SampledFrom(names).Draw(t, "version")
			model := rapid.SampledFrom([]string{"Fit", "Interest"}).Draw(t, "model")
			var got, want error
			switch action := rapid.SampledFrom([]string{"draft", "publish", "stop", "start", "again"}).Draw(t, "action"); action {
			case "draft":
				got = r.Draft(ctx, registry.Version{Name: name, Author: "ada", Files: drafted(name)})
				if p.status[name] == "" {
					p.status[name] = registry.StatusDraft
				}
			case "publish":
				_, got = r.Publish(ctx, name, ada, nil)
				want = p.publish(name)
			case "stop", "start":
				if action == "stop" {
					got = r.Stop(ctx, model, ada)
				} else {
					got = r.Start(ctx, model, ada)
				}
				want = p.set(model, action == "stop")
			case "again": // as after a restart
				r = mustOpen(t, store)
				both[at] = r
			}
			if _, refused := errors.AsType[*registry.RefusedError](got); refused {
				got = errRefused
			}
			if (got == nil) != (want == nil) || !errors.Is(got, want) {
				t.Fatalf("got %v, want %v", got, want)
			}
			p.compare(t, r)
		}
		for _, r := range both {
			if _, err := r.Refresh(ctx); err != nil {
				t.Fatal(err)
			}
			p.compare(t, r)
		}
	})
}

var errRefused = errors.New("refused")

func drafted(name string) []leadscore.File {
	if name == "bad" {
		return wrong
	}
	return rules(int(name[1]))
}

func mustOpen(t *rapid.T, store registry.Store) *registry.Registry {
	r, err := registry.Open(context.Background(), store, leadscore.StandardSchema(), registry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (p *plain) publish(name string) error {
	switch {
	case p.status[name] == "":
		return registry.ErrUnknown
	case name == "bad":
		return errRefused
	case p.live == name:
		return registry.ErrConflict
	case p.live != "":
		p.status[p.live] = registry.StatusStopped
	}
	p.live, p.status[name] = name, registry.StatusLive
	return nil
}

func (p *plain) set(model string, stop bool) error {
	i := slices.Index(p.stopped, model)
	switch {
	case p.live == "":
		return registry.ErrUnknown
	case stop == (i >= 0):
		return registry.ErrConflict
	case stop:
		p.stopped = append(p.stopped, model)
	default:
		p.stopped = slices.Delete(p.stopped, i, i+1)
	}
	return nil
}

// compare compares a registry, after it has looked at the log.
func (p *plain) compare(t *rapid.T, r *registry.Registry) {
	if _, err := r.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	list, err := r.Versions(context.Background())
	if err != nil || len(list) != len(p.status) {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, v := range list {
		if p.status[v.Name] != v.Status {
			t.Fatalf("version %s is %s, not %s", v.Name, v.Status, p.status[v.Name])
		}
	}
	live := r.Live()
	if (live == nil) != (p.live == "") {
		t.Fatalf("live: %+v, want %q", live, p.live)
	}
	if live == nil {
		return
	}
	stopped := live.Set.Stopped()
	if live.Version != p.live || points(live) != int64(p.live[1]) || !slices.Equal(stopped, slices.Sorted(slices.Values(p.stopped))) {
		t.Fatalf("live: %s with %d, without %q; want %s without %q", live.Version, points(live), stopped, p.live, p.stopped)
	}
}
