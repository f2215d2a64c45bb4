package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/leadscore/leadscore/traverse"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A Lag says how much a version has yet to do.
type Lag struct {
	Changes uint64 // changes that have not been handled, or after one that has not
	Leads   int    // leads that are due and have not been scored
	Built   bool   // the version has scored all leads since it was added
}

// Caught reports whether there is nothing to do.
func (l Lag) Caught() bool { return l.Built && l.Changes == 0 && l.Leads == 0 }

// Lag returns how much the version of the worker has yet to do, whoever does it.
func (w *Worker) Lag(ctx context.Context) (lag Lag, err error) {
	if lag.Built, err = w.built(ctx); err != nil {
		return lag, err
	}
	log, err := w.log.changes.Info(ctx)
	if err != nil {
		return lag, unavailable("look at the log", err)
	}
	changes, err := w.changes.Info(ctx)
	if err != nil {
		return lag, unavailable("look at the changes", err)
	}
	if changes.AckFloor.Stream < log.State.LastSeq {
		lag.Changes = log.State.LastSeq - changes.AckFloor.Stream
	}
	for _, kind := range []string{"due.*", "touch.*"} { // leads are due because of changes: they are looked at afterwards
		state, err := w.state.stream.Info(ctx, jetstream.WithSubjectFilter(w.state.prefix+kind))
		if err != nil {
			return lag, unavailable("look at the leads that are due", err)
		}
		lag.Leads += len(state.State.Subjects)
	}
	return lag, nil
}

// Wait returns once the version has nothing to do, or ctx is done. Somebody has to run a
// worker of it.
func (w *Worker) Wait(ctx context.Context) error {
	for wait := time.Millisecond; ; wait = min(wait*2, 200*time.Millisecond) {
		lag, err := w.Lag(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && !errors.Is(err, traverse.ErrUnavailable):
			return err
		case err == nil && lag.Caught():
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// Score returns what the version has for a lead, or false if it has not scored the lead.
func (w *Worker) Score(ctx context.Context, lead string) (s Score, ok bool, err error) {
	rev, err := w.state.getJSON(ctx, scoreKey(lead), &s)
	return s, rev > 0, err
}

// Leads returns the ids of the leads that the version has scores for, in no order. Those of
// leads that have been removed are among them.
func (w *Worker) Leads(ctx context.Context) ([]string, error) { return w.state.names(ctx, "s.") }

// Promote makes the version of the worker live: it sends events from now on, and the version
// that was live before sends none any more. Promote waits until the version has nothing to
// do. Then the scores of all leads are compared with what the other version sent last, and
// where they differ an event says so. A lead keeps its stages, if the rules still have
// them.
//
// The comparison goes on after Promote has returned; [Worker.Wait] waits for it. If Promote
// fails, or the program ends before it returns, call it again. To promote the version that
// is live makes sure that all leads are compared.
func (w *Worker) Promote(ctx context.Context) error {
	if err := w.Wait(ctx); err != nil {
		return err
	}
	for {
		p, err := w.log.control(ctx)
		if err != nil {
			return err
		}
		if p.Live == w.version {
			break
		}
		if p.Before != "" {
			open, err := w.log.untaken(ctx, p.Before)
			if err != nil {
				return err
			}
			if open > 0 {
				return fmt.Errorf("stream: version %q has yet to take over %d leads from version %q; wait for that before another version is promoted", p.Live, open, p.Before)
			}
		}
		var old pointer
		rev, err := w.log.pointer.getJSON(ctx, "live", &old)
		if err != nil {
			return err
		}
		if old != p {
			continue
		}
		if err := w.log.pointer.putJSON(ctx, "live", pointer{Live: w.version, Before: p.Live}, rev); err == nil {
			w.options.Logger.InfoContext(ctx, "a version is live", "version", w.version, "before", p.Live)
			break
		} else if !errors.Is(err, errConflict) {
			return err
		}
	}
	mark("promoted")
	return w.touch(ctx)
}

// touch has all leads of the version scored: those that there are, and those that it has
// scores for.
func (w *Worker) touch(ctx context.Context) error {
	for _, part := range []string{"n." + token(traverse.Lead) + ".", "s."} {
		leads, err := w.state.names(ctx, part)
		if err != nil {
			return err
		}
		for i := 0; i < len(leads); {
			var sent []jetstream.PubAckFuture
			for ; i < len(leads) && len(sent) < 256; i++ {
				f, err := w.log.js.PublishMsgAsync(nats.NewMsg(w.state.prefix + "touch." + token(leads[i])))
				if err != nil {
					return unavailable("have leads scored", err)
				}
				sent = append(sent, f)
			}
			for _, f := range sent {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case err := <-f.Err():
					return unavailable("have leads scored", err)
				case <-f.Ok():
				}
			}
		}
	}
	return nil
}

// built reports whether all leads have been scored since the version was added. A version
// that begins with a long log first applies all changes, and scores the leads afterwards.
func (w *Worker) built(ctx context.Context) (bool, error) {
	var doc versionDoc
	_, err := w.log.pointer.getJSON(ctx, "version."+w.version, &doc)
	return doc.Built, err
}

// watch keeps up with the acknowledgements, and has the leads scored once the version is
// built.
func (w *Worker) watch(ctx context.Context) {
	built := false
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		info, err := w.changes.Info(ctx)
		if err == nil {
			w.floor.Store(max(w.floor.Load(), info.AckFloor.Stream))
			if !built {
				built, err = w.finish(ctx, info)
			}
		}
		if err != nil && ctx.Err() == nil {
			w.options.Logger.WarnContext(ctx, "the version cannot be looked at", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// finish has all leads scored if the changes that were there when the version was added have
// been applied, and reports whether they had been, and leads are scored.
func (w *Worker) finish(ctx context.Context, info *jetstream.ConsumerInfo) (bool, error) {
	if info.AckFloor.Stream < w.build {
		return false, nil
	}
	for {
		var doc versionDoc
		rev, err := w.log.pointer.getJSON(ctx, "version."+w.version, &doc)
		if err != nil || doc.Built {
			return err == nil, err
		}
		if err := w.touch(ctx); err != nil {
			return false, err
		}
		doc.Built = true
		if err := w.log.pointer.putJSON(ctx, "version."+w.version, doc, rev); !errors.Is(err, errConflict) {
			return err == nil, err
		}
	}
}
