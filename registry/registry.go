// Package registry keeps versions of rules, from draft to live to stopped (language
// reference, From draft to live).
//
// A version is drafted, tried on a population, and published: it is compiled, its tests
// are run, its findings are looked at, and it is refused with all reasons, or becomes live
// for every reader at once. Publishing an older version rolls back to it. A single model
// can be stopped. Every step is kept in the log of a [Store], with who took it, when, and
// why it was refused.
//
//	r, err := registry.Open(ctx, store, leadscore.StandardSchema(), registry.Options{})
//	…
//	err = r.Draft(ctx, registry.Version{Name: "spring", Author: "ada", Files: files})
//	report, err := r.Publish(ctx, "spring", registry.By{Author: "ada"}, nil)
//	if refused, ok := errors.AsType[*registry.RefusedError](err); ok {
//		return refused.Reasons // all of them
//	}
//	…
//	live := r.Live() // the version and its set, together
//	result, err := live.Set.Score(ctx, lead, data)
//
// The files can be read in the order store.go, entry.go, report.go, log.go, registry.go,
// steps.go.
package registry

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/shown"
)

// Options are the options of a [Registry]. The zero Options accept every finding.
type Options struct {
	// Findings is the severity of the least serious findings for which a version is
	// refused: [dsl.Warning], or [dsl.Advice] for both. If it is [dsl.Error], the zero
	// value, findings are reported and refuse nothing.
	Findings dsl.Severity
	// Prepare returns what the program needs beside a set to score leads by it, such as a
	// source with the schema of the set: see [Live].Prepared. If the program cannot score
	// by the set, because its data lacks something, the error is [Reasons], for which the
	// step is refused. Any other error ends the step, and says nothing about it. Prepare
	// may be called by several goroutines. What it returns is in use until the last reader
	// has finished with it, of which nobody is told. Nil prepares nothing.
	Prepare func(ctx context.Context, set *leadscore.Set) (any, error)
	// Changed is called whenever another set is live, in their order and never by two
	// goroutines at the same time, unless it is nil. It must not call the registry, apart
	// from Live.
	Changed func(*Live)
	// Compile are options of compilation.
	Compile []leadscore.CompileOption
	// Now returns the time of a step, and may be called by several goroutines. Nil means
	// [time.Now].
	Now func() time.Time
}

// now returns the time of a step, to the microsecond.
func (o *Options) now() time.Time {
	now := time.Now
	if o.Now != nil {
		now = o.Now
	}
	return now().UTC().Truncate(time.Microsecond)
}

// Live is the version by which leads are scored, and its compiled set. What it holds
// belongs together, and must not be changed.
type Live struct {
	Version string
	Number  int64 // of the entry since which leads are scored in this way: that of a publication, stop or start
	// Set is the models of the version. Those that are stopped are stopped in the set.
	Set      *leadscore.Set
	Prepared any // what [Options].Prepare returned for Set; nil without it

	whole *leadscore.Set // none of whose models is stopped
}

// A Registry keeps versions of rules. Its methods may be called by several goroutines.
type Registry struct {
	store   Store
	schema  *leadscore.Schema
	options Options
	live    atomic.Pointer[Live]
	step    chan struct{} // holds an element while somebody has the log
	log     log
}

// Open returns the registry of a store. Rules extend schema, which may be nil, as in
// [leadscore.CompileSet].
//
// Open fails if the log cannot be read. If the version that is live cannot be used,
// because it does not compile with schema or Prepare fails, the error is a [*LiveError];
// the registry is then returned, too, without a live version, so that another one can be
// published.
func Open(ctx context.Context, store Store, schema *leadscore.Schema, options Options) (*Registry, error) {
	r := &Registry{store: store, schema: schema, options: options, step: make(chan struct{}, 1), log: newLog()}
	_, err := r.Refresh(ctx)
	if _, ok := errors.AsType[*LiveError](err); err != nil && !ok {
		return nil, err
	}
	return r, err
}

// Live returns the version by which leads are scored now, or nil if none has been
// published. It does not wait: a reader keeps what it got for as long as it likes, and
// readers that ask later get the next version.
func (r *Registry) Live() *Live { return r.live.Load() }

// A LiveError is the error of a version that is live in the log, and that this program
// cannot use. What it used before, if anything, stays in use.
type LiveError struct {
	Version string
	Err     error
}

// Error returns the version and the reason.
func (e *LiveError) Error() string {
	return fmt.Sprintf("registry: version %q is live and cannot be used: %v", shown.Printable(e.Version), e.Err)
}

// Unwrap returns e.Err.
func (e *LiveError) Unwrap() error { return e.Err }

// Refresh reads the steps that other processes have taken, and follows them. It reports
// whether another set is live than before. It fails if the log cannot be read, and with a
// [*LiveError] if the version that is live in the log cannot be used; it then tries again
// when it is called again.
func (r *Registry) Refresh(ctx context.Context) (changed bool, err error) {
	if err := r.acquire(ctx); err != nil {
		return false, err
	}
	defer r.release()
	before := r.live.Load()
	if err := r.read(ctx); err != nil {
		return false, err
	}
	err = r.follow(ctx)
	return r.live.Load() != before, err
}

// Watch calls [Registry.Refresh] after each period until ctx is done, so that the program
// follows what other processes publish. It calls failed, unless that is nil, with each
// error. It returns ctx.Err().
func (r *Registry) Watch(ctx context.Context, period time.Duration, failed func(error)) error {
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if _, err := r.Refresh(ctx); err != nil && ctx.Err() == nil && failed != nil {
			failed(err)
		}
	}
}

// Versions returns all versions, in the order in which they were drafted, as of the steps
// that this process knows: see [Registry.Refresh]. It fails only when ctx is done.
func (r *Registry) Versions(ctx context.Context) ([]VersionState, error) {
	if err := r.acquire(ctx); err != nil {
		return nil, err
	}
	defer r.release()
	return r.log.list(), nil
}

// Version returns a version with its files, which it reads from the store. If there is no
// version of that name, the error wraps [ErrUnknown].
func (r *Registry) Version(ctx context.Context, name string) (*Version, error) {
	state, err := r.find(ctx, name)
	if err != nil {
		return nil, err
	}
	return r.load(ctx, state.Number)
}

// find returns the state of a version, for which it reads the log if it does not know it.
func (r *Registry) find(ctx context.Context, name string) (VersionState, error) {
	if err := r.acquire(ctx); err != nil {
		return VersionState{}, err
	}
	defer r.release()
	if _, known := r.log.versions[name]; !known {
		if err := r.read(ctx); err != nil {
			return VersionState{}, err
		}
	}
	return r.log.find(name)
}

// load reads the version that an entry drafts.
func (r *Registry) load(ctx context.Context, number int64) (*Version, error) {
	for e, err := range r.History(ctx, number-1) {
		if err != nil {
			return nil, err
		}
		return &Version{Name: e.Version, Author: e.Author, Time: e.Time, Note: e.Note, Files: e.files()}, nil
	}
	return nil, fmt.Errorf("registry: entry %d is no longer in the store", number)
}

// History yields the steps after the entry with a number, or all after 0, from the store:
// also those that were refused, and those that this process has not followed. Those of
// drafts have their files. After an error it ends.
func (r *Registry) History(ctx context.Context, after int64) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		number := after
		for text, err := range r.store.Entries(ctx, after) {
			if err != nil {
				yield(nil, fmt.Errorf("registry: reading entry %d: %w", number+1, err))
				return
			}
			number++
			e, err := decode(number, text)
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// acquire waits for the log. It fails when ctx is done.
func (r *Registry) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case r.step <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *Registry) release() { <-r.step }

// read reads what the log does not have yet. The caller has acquired it.
func (r *Registry) read(ctx context.Context) error {
	for e, err := range r.History(ctx, r.log.number) {
		if err == nil {
			err = r.log.add(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// follow makes live what is live in the log. The caller has acquired it.
func (r *Registry) follow(ctx context.Context) error {
	now := r.live.Load()
	if r.log.live == "" || now != nil && now.Number == r.log.since {
		return nil
	}
	next, err := r.compile(ctx, now)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &LiveError{r.log.live, err}
	}
	r.set(next)
	return nil
}

// compile returns what is live in the log. now may have compiled it already.
func (r *Registry) compile(ctx context.Context, now *Live) (*Live, error) {
	state := r.log.versions[r.log.live]
	if now != nil && now.Version == state.Name {
		return r.ready(ctx, state.Name, now.whole, r.log.stopped)
	}
	v, err := r.load(ctx, state.Number)
	if err != nil {
		return nil, err
	}
	set, err := leadscore.CompileSet(r.schema, v.Files, r.options.Compile...)
	if err != nil {
		return nil, err
	}
	return r.ready(ctx, state.Name, set, r.log.stopped)
}

// ready returns a set in which models are stopped, with what the program needs. Its Number
// is yet to be set.
func (r *Registry) ready(ctx context.Context, version string, whole *leadscore.Set, stopped []string) (*Live, error) {
	live := &Live{Version: version, whole: whole}
	var names []string
	for _, m := range whole.Models() {
		for _, s := range stopped {
			if m.Name() == s {
				names = append(names, s)
			}
		}
	}
	var err error
	if live.Set, err = whole.Stop(names...); err != nil {
		return nil, err
	}
	if r.options.Prepare != nil {
		live.Prepared, err = r.options.Prepare(ctx, live.Set)
	}
	return live, err
}

// set makes a set live that the log has as live. The caller has acquired the log.
func (r *Registry) set(live *Live) {
	live.Number = r.log.since
	r.live.Store(live)
	if r.options.Changed != nil {
		r.options.Changed(live)
	}
}
