package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/leadscore/leadscore/internal/shown"
)

// By says who takes a step, and why.
type By struct {
	Author string // needed
	Note   string
}

// A snapshot is what a step is decided by.
type snapshot struct {
	live    *Live    // what is in use; nil if nothing is
	name    string   // of the version that is live in the log
	since   int64    // the entry since which leads are scored as they are
	stopped []string // models
}

// Draft adds a version. Its rules need not compile yet: [Registry.DryRun] says what is
// wrong with them. The time of the version is set. Draft fails if a name, the author, the
// note or a file is not UTF-8, if the version has no name, no author or no files, or more
// than 16 MiB of them; the error then wraps [ErrInvalid]. If another version has the name, the error wraps [ErrConflict]; if
// the same version was drafted before, with the same author, note and files, Draft does
// nothing, so that it can be tried again.
func (r *Registry) Draft(ctx context.Context, v Version) error {
	if err := v.sound(); err != nil {
		return err
	}
	e := &Entry{Action: ActionDraft, Author: v.Author, Note: v.Note, Version: v.Name}
	for _, f := range v.Files {
		e.Files = append(e.Files, File{f.Name, f.Text})
	}
	return r.take(ctx, e, func(l *log) (*Live, error) {
		switch was := l.versions[v.Name]; {
		case was == nil:
			return nil, nil
		case was.sum == e.sum():
			return nil, errDone
		}
		return nil, conflict("there is a version %s already, and it is another one", shown.Quote(v.Name))
	})
}

// DryRun says what publishing a version would do: what is wrong or odd about its rules,
// which tests fail, and how its rules differ from those that are live. p may be nil;
// otherwise both versions score it, and the report says what changes for whom. DryRun
// keeps nothing. A version that would be refused is no error: see [Report].Reasons.
//
// DryRun fails if the store or the population cannot be read; with an error that wraps
// [ErrUnknown] if there is no such version; and with ctx.Err().
func (r *Registry) DryRun(ctx context.Context, name string, p *Population) (*Report, error) {
	v, err := r.Version(ctx, name)
	if err != nil {
		return nil, err
	}
	base, err := r.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	report, _, err := r.examine(ctx, base, v, p)
	return report, err
}

// Publish makes a version live, and stops the one that was: every call of [Registry.Live]
// that begins after Publish has returned gives the new one. Publishing a version that is
// stopped rolls back to it. Models that are stopped stay so, whatever version they belong
// to.
//
// The version must pass what [Registry.DryRun] reports. Otherwise the error is a
// [*RefusedError] with all reasons, which are kept, and what is live stays. If somebody
// else publishes a version, or stops or starts a model, while the version is looked at, it
// is looked at again.
//
// If the version is live already, the error wraps [ErrConflict]; without an author,
// [ErrInvalid]. Publish fails when DryRun does. If the store fails, the step may have been kept or not: [Registry.Refresh] finds
// out.
func (r *Registry) Publish(ctx context.Context, name string, by By, p *Population) (*Report, error) {
	if err := by.sound(); err != nil {
		return nil, err
	}
	v, err := r.Version(ctx, name)
	if err != nil {
		return nil, err
	}
	for {
		base, err := r.snapshot(ctx)
		if err != nil {
			return nil, err
		}
		if base.name == name {
			return nil, conflict("version %s is live already", shown.Quote(name))
		}
		report, candidate, err := r.examine(ctx, base, v, p)
		if err != nil {
			return nil, err
		}
		e := &Entry{Action: ActionPublish, Author: by.Author, Note: by.Note, Version: name, Reasons: report.Reasons}
		err = r.take(ctx, e, func(l *log) (*Live, error) {
			if l.since != base.since {
				return nil, errChanged
			}
			return candidate, nil
		})
		switch {
		case errors.Is(err, errChanged):
			continue
		case err != nil:
			return nil, err
		}
		report.Number = e.Number
		if e.Refused() {
			return report, &RefusedError{Version: name, Report: report, Reasons: report.Reasons}
		}
		return report, nil
	}
}

// Stop stops a model of the live version: its status is [leadscore.Stopped] from then on,
// and it makes nobody sales ready. It stays stopped when other versions with a model of
// that name are published, until [Registry.Start].
//
// If the live version has no such model, or none is live, the error wraps [ErrUnknown]; if
// it is stopped already, [ErrConflict]. If Prepare has reasons against it, the error is a
// [*RefusedError], and the reasons are kept. If this program cannot use the version that is
// live, the error is a [*LiveError].
func (r *Registry) Stop(ctx context.Context, model string, by By) error {
	return r.switchModel(ctx, ActionStop, model, by)
}

// Start lets a model that was stopped score leads again. If it is not stopped, the error
// wraps [ErrConflict]. It fails when [Registry.Stop] does, but the live version need not
// have the model.
func (r *Registry) Start(ctx context.Context, model string, by By) error {
	return r.switchModel(ctx, ActionStart, model, by)
}

func (r *Registry) switchModel(ctx context.Context, action Action, model string, by By) error {
	if err := by.sound(); err != nil {
		return err
	}
	e := &Entry{Action: action, Author: by.Author, Note: by.Note, Model: model}
	err := r.take(ctx, e, func(l *log) (*Live, error) {
		if err := r.follow(ctx); err != nil {
			return nil, err
		}
		now := r.live.Load()
		var names []string
		if now != nil {
			for _, m := range now.whole.Models() {
				names = append(names, m.Name())
			}
		}
		if now == nil || action == ActionStop && !slices.Contains(names, model) {
			return nil, unknown("model", model, names)
		}
		e.Version, e.Reasons = l.live, nil
		after := *l
		if err := after.take(e); err != nil {
			return nil, err
		}
		next, err := r.ready(ctx, now.Version, now.whole, after.stopped)
		if reasons, ok := errors.AsType[Reasons](err); ok {
			e.Reasons = reasons
			return nil, nil
		}
		return next, err
	})
	if err == nil && e.Refused() {
		return &RefusedError{Version: e.Version, Model: model, Reasons: e.Reasons}
	}
	return err
}

// snapshot reads the log, and returns what a step is decided by.
func (r *Registry) snapshot(ctx context.Context) (snapshot, error) {
	if err := r.acquire(ctx); err != nil {
		return snapshot{}, err
	}
	defer r.release()
	if err := r.read(ctx); err != nil {
		return snapshot{}, err
	}
	// If what is live cannot be used here, it is compared with what is used.
	if err := r.follow(ctx); err != nil && ctx.Err() != nil {
		return snapshot{}, err
	}
	return snapshot{r.live.Load(), r.log.live, r.log.since, r.log.stopped}, nil
}

var (
	errDone    = errors.New("the step has been taken before")
	errChanged = errors.New("what is live has changed")
)

// take keeps an entry, once decide, which looks at the log, has nothing against it. It asks
// again if another process has taken a step meanwhile. If the step is taken, the set that
// decide returned is live, unless it is nil.
func (r *Registry) take(ctx context.Context, e *Entry, decide func(*log) (*Live, error)) error {
	if err := r.acquire(ctx); err != nil {
		return err
	}
	defer r.release()
	for {
		if err := r.read(ctx); err != nil {
			return err
		}
		next, err := decide(&r.log)
		if errors.Is(err, errDone) {
			return nil
		}
		if err != nil {
			return err
		}
		e.Number, e.Time = r.log.number+1, r.options.now()
		text, err := e.encode()
		if err != nil {
			return err
		}
		err = r.store.Append(ctx, e.Number, text)
		if errors.Is(err, ErrTaken) {
			if err := pause(ctx); err != nil {
				return err
			}
			continue
		}
		if err != nil && !r.kept(ctx, e.Number, text) {
			return fmt.Errorf("registry: the step may have been kept or not: %w", err)
		}
		if err := r.log.add(e); err != nil {
			return err
		}
		if next != nil {
			r.set(next)
		}
		return nil
	}
}

// pause waits for a moment, so that a store whose readers see a step late is not asked all
// the time.
func pause(ctx context.Context) error {
	select {
	case <-time.After(time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// kept reports whether the store has an entry under a number. It looks also if ctx is done:
// the client may have gone while the entry was being kept.
func (r *Registry) kept(ctx context.Context, number int64, entry []byte) bool {
	const longest = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
	defer cancel()
	for text, err := range r.store.Entries(ctx, number-1) {
		return err == nil && bytes.Equal(text, entry)
	}
	return false
}
