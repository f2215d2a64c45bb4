package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/traverse"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/propagation"
)

// A Worker keeps the scores of a version up to date. Any number of workers of a version, in
// any number of programs, share the work. It is safe for concurrent use.
type Worker struct {
	log     *Log
	version string
	options *Options
	state   *bucket
	records *records
	fitter  *fitter
	meter   *meter
	sent    sentSet
	turns   turns
	build   uint64 // changes up to it are applied and not scored one by one: see Worker.built
	changes jetstream.Consumer
	clock   jetstream.Consumer
	floor   atomic.Uint64
	seed    maphash.Seed
}

// A versionDoc is what is kept of a version.
type versionDoc struct {
	Layout string `json:"layout"`
	Build  uint64 `json:"build"` // the last change when the version was added
	Built  bool   `json:"built"` // all leads have been scored since
}

// Version returns a worker for a version of the rules. A version that is new begins with the
// first change of the log, beside the versions that there are, and sends no events until it
// is promoted: see [Worker.Promote]. A version that is there goes on where its workers ended.
//
// Rules of one version name have to ask for the same fields and references. If they do not, or
// if scores of the set cannot be kept up to date, Version fails with the reason.
func (l *Log) Version(ctx context.Context, version string, set *leadscore.Set) (*Worker, error) {
	if err := checkName("version", version); err != nil {
		return nil, err
	}
	layout, err := newLayout(set)
	if err != nil {
		return nil, err
	}
	w := &Worker{log: l, version: version, options: l.options, fitter: newFitter(layout), seed: maphash.MakeSeed()}
	if w.meter, err = newMeter(l.options, l.name, version); err != nil {
		return nil, err
	}
	if w.state, err = l.openState(ctx, version); err != nil {
		return nil, err
	}
	w.records = &records{bucket: w.state, layout: layout, keep: l.options.Keep, floor: w.floor.Load,
		tries: func(error) { w.meter.conflict(context.Background()) }}
	if err := w.join(ctx, layout.fingerprint()); err != nil {
		return nil, err
	}
	common := jetstream.ConsumerConfig{
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: l.options.AckWait, MaxAckPending: l.options.Pending, DeliverPolicy: jetstream.DeliverAllPolicy,
	}
	common.Durable = version
	if w.changes, err = l.changes.CreateOrUpdateConsumer(ctx, common); err != nil {
		return nil, fmt.Errorf("stream: create the consumer of version %s: %w", version, err)
	}
	common.Durable = "clock"
	common.FilterSubjects = []string{w.state.prefix + "due.*", w.state.prefix + "touch.*"}
	if w.clock, err = w.state.stream.CreateOrUpdateConsumer(ctx, common); err != nil {
		return nil, fmt.Errorf("stream: create the consumer of due leads: %w", err)
	}
	return w, nil
}

// join adds the version to the log, unless it is there.
func (w *Worker) join(ctx context.Context, fingerprint string) error {
	for {
		var doc versionDoc
		rev, err := w.log.pointer.getJSON(ctx, "version."+w.version, &doc)
		if err != nil {
			return err
		}
		if doc.Layout != "" {
			if doc.Layout != fingerprint {
				return fmt.Errorf("stream: the rules of version %q ask for other fields or references than those that it began with; give the rules a version of their own", w.version)
			}
			w.build = doc.Build
			return nil
		}
		info, err := w.log.changes.Info(ctx)
		if err != nil {
			return unavailable("look at the log", err)
		}
		doc = versionDoc{Layout: fingerprint, Build: info.State.LastSeq, Built: info.State.LastSeq == 0}
		if err := w.log.pointer.putJSON(ctx, "version."+w.version, doc, rev); !errors.Is(err, errConflict) {
			w.build = doc.Build
			return err
		}
	}
}

// Run handles changes, and leads that time changes, until ctx is done; it returns ctx.Err().
// What it has begun it ends, or leaves to be delivered again. It returns another error if
// the consumer of the version is deleted.
func (w *Worker) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	for _, c := range []struct {
		consumer jetstream.Consumer
		handle   func(context.Context, jetstream.Msg, *jetstream.MsgMetadata) error
		lane     func(jetstream.Msg) string
	}{{w.changes, w.onChange, lane}, {w.clock, w.onClock, jetstream.Msg.Subject}} {
		wg.Go(func() { stop(w.consume(ctx, c.consumer, c.handle, c.lane)) })
	}
	wg.Go(func() { w.watch(ctx) })
	wg.Wait()
	return context.Cause(ctx)
}

// consume takes messages from a consumer and has them handled, in as many lanes as there is
// concurrency. Messages of a lane are handled one after the other.
func (w *Worker) consume(ctx context.Context, c jetstream.Consumer, handle func(context.Context, jetstream.Msg, *jetstream.MsgMetadata) error, lane func(jetstream.Msg) string) error {
	lanes := make([]chan jetstream.Msg, w.options.Concurrency)
	var wg sync.WaitGroup
	for i := range lanes {
		lanes[i] = make(chan jetstream.Msg, 1)
		wg.Go(func() {
			for m := range lanes[i] {
				w.handle(ctx, m, handle)
			}
		})
	}
	defer wg.Wait()
	defer func() {
		for _, l := range lanes {
			close(l)
		}
	}()
	messages, err := c.Messages(jetstream.PullMaxMessages(max(w.options.Concurrency*4, 8)))
	if err != nil {
		return unavailable("take messages", err)
	}
	defer giveBack(messages)
	for {
		m, err := messages.Next(jetstream.NextContext(ctx))
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, jetstream.ErrMsgIteratorClosed), errors.Is(err, jetstream.ErrConsumerDeleted), errors.Is(err, jetstream.ErrConsumerNotFound), errors.Is(err, nats.ErrConnectionClosed):
			return fmt.Errorf("stream: take messages: %w", err)
		case err != nil: // a server is away; the client tries again
			w.options.Logger.WarnContext(ctx, "messages do not come", "error", err)
			if err := pause(ctx, 7); err != nil {
				return err
			}
			continue
		}
		select {
		case lanes[maphash.String(w.seed, lane(m))%uint64(len(lanes))] <- m:
		case <-ctx.Done():
			_ = m.Nak()
			return ctx.Err()
		}
	}
}

// giveBack ends an iterator. Other workers get the messages that it has fetched already; they
// would have to wait for AckWait otherwise.
func giveBack(messages jetstream.MessagesContext) {
	messages.Drain()
	for {
		m, err := messages.Next(jetstream.NextMaxWait(time.Second))
		if err != nil {
			messages.Stop()
			return
		}
		_ = m.Nak()
	}
}

// lane returns what the messages of changes have in common that write the same document: the
// contact of interactions, and otherwise the record. Other workers may write it, too, so this
// only makes conflicts rare.
func lane(m jetstream.Msg) string {
	var c struct {
		Record struct {
			Contact string
		} `json:"record"`
	}
	if json.Unmarshal(m.Data(), &c) == nil && c.Record.Contact != "" {
		return c.Record.Contact
	}
	_, id, _ := strings.Cut(m.Subject(), ".changes.")
	_, id, _ = strings.Cut(id, ".")
	return id
}

// handle has a message handled and acknowledges it, or has it delivered again later.
func (w *Worker) handle(ctx context.Context, m jetstream.Msg, handle func(context.Context, jetstream.Msg, *jetstream.MsgMetadata) error) {
	if ctx.Err() != nil {
		_ = m.Nak()
		return
	}
	begun := time.Now()
	meta, err := m.Metadata()
	if err != nil {
		w.options.Logger.ErrorContext(ctx, "a message has no place in its stream", "error", err)
		return
	}
	rest := w.keep(m)
	err = handle(ctx, m, meta)
	rest()
	if err == nil {
		if err := m.Ack(); err != nil {
			w.options.Logger.WarnContext(ctx, "a message is handled, but not acknowledged", "error", err)
		}
		w.meter.done(ctx, begun)
		return
	}
	if ctx.Err() != nil {
		_ = m.Nak() // for another worker; without it, after AckWait
		return
	}
	w.options.Logger.WarnContext(ctx, "a message has to be handled again", "subject", m.Subject(), "delivered", meta.NumDelivered, "error", err)
	_ = m.NakWithDelay(time.Duration(min(1<<min(meta.NumDelivered, 12), 5000)) * 5 * time.Millisecond)
}

// keep tells the server from time to time that a message is still being handled, until the
// function that it returns is called.
func (w *Worker) keep(m jetstream.Msg) (rest func()) {
	var (
		mu    sync.Mutex
		timer *time.Timer
		over  bool
	)
	timer = time.AfterFunc(w.options.AckWait/3, func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			_ = m.InProgress()
			timer.Reset(w.options.AckWait / 3)
		}
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
		timer.Stop()
	}
}

// onChange applies a change and scores the leads that it affects.
func (w *Worker) onChange(ctx context.Context, m jetstream.Msg, meta *jetstream.MsgMetadata) error {
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(m.Headers()))
	ctx, end := w.meter.span(ctx, "leadscore.change")
	defer end()
	c, err := decodeChange(m.Data(), strings.TrimPrefix(m.Subject(), w.log.name+".changes."))
	if err != nil {
		return w.bury(ctx, m, meta, err)
	}
	r, err := w.fitter.read(ctx, c)
	switch {
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil:
		return w.bury(ctx, m, meta, err)
	case r == nil: // no rule asks for such records
		return nil
	}
	err = w.update(ctx, r, meta)
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case errors.Is(err, errTooLarge):
		return w.bury(ctx, m, meta, fmt.Errorf("too many interactions or references of one record: %w", err))
	case !errors.Is(err, traverse.ErrUnavailable) && meta.NumDelivered >= uint64(w.options.Attempts):
		return w.bury(ctx, m, meta, err)
	}
	return err
}

// update applies a change and scores the leads that it affects.
func (w *Worker) update(ctx context.Context, r *reading, meta *jetstream.MsgMetadata) error {
	seq := meta.Sequence.Stream
	newest, err := w.records.apply(ctx, r, seq, meta.Timestamp)
	if err != nil || !newest || seq <= w.build {
		return err
	}
	mark("applied")
	leads, err := w.records.affected(ctx, r.entity, r.id)
	if err != nil {
		return err
	}
	w.meter.affected(ctx, len(leads))
	return w.each(ctx, leads, func(ctx context.Context, lead string) error {
		return w.score(ctx, lead, meta.Timestamp, false)
	})
}

// each calls f for the leads, several at the same time.
func (w *Worker) each(ctx context.Context, leads []string, f func(context.Context, string) error) error {
	if len(leads) == 1 {
		return f(ctx, leads[0])
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		errs  error
		slots = make(chan struct{}, w.options.Concurrency)
	)
	for _, lead := range leads {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := f(ctx, lead); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = err
			}
		})
	}
	wg.Wait()
	return errs
}

// onClock scores a lead that time has changed, or that has to be scored anew.
func (w *Worker) onClock(ctx context.Context, m jetstream.Msg, meta *jetstream.MsgMetadata) error {
	rest := strings.TrimPrefix(m.Subject(), w.state.prefix)
	kind, tok, _ := strings.Cut(rest, ".")
	lead, err := name(tok)
	if err != nil {
		w.options.Logger.ErrorContext(ctx, "a message about no lead", "subject", m.Subject(), "error", err)
		return nil
	}
	return w.score(ctx, lead, meta.Timestamp, kind == "due")
}

// bury puts a message among the dead letters, with the reason.
func (w *Worker) bury(ctx context.Context, m jetstream.Msg, meta *jetstream.MsgMetadata, reason error) error {
	letter := nats.NewMsg(w.log.name + ".dead." + w.version)
	letter.Data = m.Data()
	letter.Header.Set(ReasonHeader, strings.Join(strings.Fields(reason.Error()), " "))
	letter.Header.Set(SubjectHeader, m.Subject())
	seq := strconv.FormatUint(meta.Sequence.Stream, 10)
	letter.Header.Set(SequenceHeader, seq)
	if _, err := w.log.js.PublishMsg(ctx, letter, jetstream.WithMsgID(w.version+"/"+seq)); err != nil {
		return unavailable("put a change among the dead letters", err)
	}
	w.meter.letter(ctx)
	w.options.Logger.WarnContext(ctx, "a change cannot be applied", "subject", m.Subject(), "sequence", seq, "reason", reason)
	return nil
}

// mark is called where the end of a worker would matter, with the name of the place. Tests
// replace it.
var mark = func(place string) {}
