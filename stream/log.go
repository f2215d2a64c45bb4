package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Options say how a log is kept and how workers work. The zero value of a field means its
// default. All programs that open a log use the same Replicas and Storage.
type Options struct {
	// Replicas is how many servers keep each stream. The default is 1, which survives no
	// failure of a disk; 3 survive the failure of one of them.
	Replicas int
	// Storage is where streams are kept. The default is files.
	Storage jetstream.StorageType
	// Window is for how long the server ignores a second change of the same MessageID, and
	// a second event of the same ID. The default is 10 minutes. It must be longer than
	// AckWait.
	Window time.Duration

	// Concurrency is how many changes a worker handles at the same time. The default is 8.
	Concurrency int
	// Pending is how many changes may be on their way to all workers of a version, without
	// being acknowledged: the back-pressure. The default is 256.
	Pending int
	// AckWait is after how long without a sign of life from its worker a change is
	// delivered again. The default is 30 seconds.
	AckWait time.Duration
	// Attempts is how often a change is tried that fails for no reason that is known. After
	// that it is a dead letter. Changes that fail because a server cannot be reached are
	// tried forever. The default is 20.
	Attempts int
	// Keep is how much longer state is kept than the rules and the acknowledgements need. A
	// version whose workers have been down for longer misses intermediate changes by time,
	// and no others. The default is 7 days.
	Keep time.Duration
	// Horizon is how far ahead the next change by time is looked for at a time. The default
	// is 90 days.
	Horizon time.Duration

	// Logger is told what people should know. The default is [slog.Default].
	Logger *slog.Logger
	// Meter and Tracer provide the instruments of OpenTelemetry. The defaults are the
	// global providers.
	Meter  metric.MeterProvider
	Tracer trace.TracerProvider
}

// withDefaults returns o with defaults for what is not set.
func (o Options) withDefaults() *Options {
	set := func(v *int, to int) {
		if *v < 1 {
			*v = to
		}
	}
	last := func(v *time.Duration, to time.Duration) {
		if *v <= 0 {
			*v = to
		}
	}
	set(&o.Replicas, 1)
	set(&o.Concurrency, 8)
	set(&o.Pending, 256)
	set(&o.Attempts, 20)
	last(&o.Window, 10*time.Minute)
	last(&o.AckWait, 30*time.Second)
	last(&o.Keep, 7*24*time.Hour)
	last(&o.Horizon, 90*24*time.Hour)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Meter == nil {
		o.Meter = otel.GetMeterProvider()
	}
	if o.Tracer == nil {
		o.Tracer = otel.GetTracerProvider()
	}
	return &o
}

// A Log is the changes of records, the events, and the versions of rules that score the
// leads. It is safe for concurrent use.
type Log struct {
	name    string
	js      jetstream.JetStream
	options *Options
	changes jetstream.Stream
	pointer *bucket

	mu     sync.Mutex
	states map[string]*bucket // by version
}

// Open opens the log of a name, and creates its streams if they are not there. The name can
// have letters and digits of ASCII, '-' and '_'. The server must have version 2.12 or later.
func Open(ctx context.Context, js jetstream.JetStream, name string, o Options) (*Log, error) {
	if err := checkName("log", name); err != nil {
		return nil, err
	}
	l := &Log{name: name, js: js, options: o.withDefaults()}
	if l.options.Window <= l.options.AckWait {
		return nil, fmt.Errorf("stream: the window for repetitions, %s, is not longer than AckWait, %s", l.options.Window, l.options.AckWait)
	}
	var err error
	l.changes, err = js.CreateOrUpdateStream(ctx, l.config("changes", 0))
	if err != nil {
		return nil, fmt.Errorf("stream: create the stream %s_changes: %w", name, err)
	}
	for _, kind := range []string{"events", "dead"} {
		if _, err := js.CreateOrUpdateStream(ctx, l.config(kind, 0)); err != nil {
			return nil, fmt.Errorf("stream: create the stream %s_%s: %w", name, kind, err)
		}
	}
	l.pointer, err = openBucket(ctx, js, name+"_control", name+".control.", l.options)
	return l, err
}

// config returns the configuration of a stream that only grows.
func (l *Log) config(kind string, age time.Duration) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:       l.name + "_" + kind,
		Subjects:   []string{l.name + "." + kind + ".>"},
		Storage:    l.options.Storage,
		Replicas:   l.options.Replicas,
		Duplicates: l.options.Window,
		MaxAge:     age,
	}
}

// Publish adds a change to the log. If it returns no error, the change is stored and will be
// scored. After an error the change may or may not have been stored; it can be published
// again.
func (l *Log) Publish(ctx context.Context, c Change) error {
	end, err := subjectOf(c.Entity, c.ID)
	if err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	if c.Removed == (c.Record != nil) {
		return errors.New("stream: a change has either a record or is removed")
	}
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("stream: the record of %s %s: %w", c.Entity, c.ID, err)
	}
	m := nats.NewMsg(l.name + ".changes." + end)
	m.Data = data
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(m.Header))
	var opts []jetstream.PublishOpt
	if c.MessageID != "" {
		opts = append(opts, jetstream.WithMsgID(c.MessageID))
	}
	if _, err := l.js.PublishMsg(ctx, m, opts...); err != nil {
		return fmt.Errorf("stream: publish a change of %s %s: %w", c.Entity, c.ID, err)
	}
	return nil
}

// Events returns the stream of events. The body of each of its messages is the JSON of an
// [Event]. Its subjects are NAME.events.KIND.LEAD, where the id of the lead is as in the
// subject of a change.
func (l *Log) Events(ctx context.Context) (jetstream.Stream, error) {
	return l.js.Stream(ctx, l.name+"_events")
}

// DeadLetters returns the stream of changes that could not be applied: each with its body, and
// with the reason in the header [ReasonHeader]. Its subjects are NAME.dead.VERSION.
func (l *Log) DeadLetters(ctx context.Context) (jetstream.Stream, error) {
	return l.js.Stream(ctx, l.name+"_dead")
}

// The headers of dead letters.
const (
	ReasonHeader   = "Leadscore-Reason"   // why the change could not be applied
	SubjectHeader  = "Leadscore-Subject"  // the subject of the change
	SequenceHeader = "Leadscore-Sequence" // its sequence number in the stream of changes
)

// A pointer is the document that says which version is live.
type pointer struct {
	Live   string `json:"live"`
	Before string `json:"before,omitempty"` // the version that was live before
}

// control returns the pointer.
func (l *Log) control(ctx context.Context) (pointer, error) {
	var p pointer
	_, err := l.pointer.getJSON(ctx, "live", &p)
	return p, err
}

func (l *Log) liveVersion(ctx context.Context) (string, error) {
	p, err := l.control(ctx)
	return p.Live, err
}

// Live returns the name of the version that is live, or "" if none is.
func (l *Log) Live(ctx context.Context) (string, error) { return l.liveVersion(ctx) }

// openState opens the bucket of a version.
func (l *Log) openState(ctx context.Context, version string) (*bucket, error) {
	return openBucket(ctx, l.js, l.name+"_state_"+version, l.name+".state."+version+".", l.options)
}

// stateOf returns the bucket of a version that is there, or nil if its state has been deleted.
func (l *Log) stateOf(ctx context.Context, version string) (*bucket, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.states[version]; b != nil {
		return b, nil
	}
	s, err := l.js.Stream(ctx, l.name+"_state_"+version)
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		l.options.Logger.WarnContext(ctx, "the state of a version has been deleted: its leads are taken over as if nothing had been told", "version", version)
		return nil, nil
	case err != nil:
		return nil, unavailable("look at the state of a version", err)
	}
	if l.states == nil {
		l.states = map[string]*bucket{}
	}
	l.states[version] = &bucket{js: l.js, conn: l.js.Conn(), stream: s, prefix: l.name + ".state." + version + "."}
	return l.states[version], nil
}

// Drop deletes the state of a version that is not live, and its place in the log. It fails if
// the version is live, or was live before and leads have yet to be taken over from it.
func (l *Log) Drop(ctx context.Context, version string) error {
	if err := checkName("version", version); err != nil {
		return err
	}
	p, err := l.control(ctx)
	if err != nil {
		return err
	}
	if p.Live == version {
		return fmt.Errorf("stream: version %q is live; promote another one first", version)
	}
	if p.Before == version {
		open, err := l.untaken(ctx, version)
		if err != nil {
			return err
		}
		if open > 0 {
			return fmt.Errorf("stream: version %q has %d leads that version %q has yet to take over; let its workers run", version, open, p.Live)
		}
		rev, err := l.pointer.getJSON(ctx, "live", &p)
		if err != nil {
			return err
		}
		if err := l.pointer.putJSON(ctx, "live", pointer{Live: p.Live}, rev); err != nil {
			return err
		}
	}
	if err := l.changes.DeleteConsumer(ctx, version); err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return unavailable("delete a consumer", err)
	}
	l.mu.Lock()
	delete(l.states, version)
	l.mu.Unlock()
	if err := l.js.DeleteStream(ctx, l.name+"_state_"+version); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return unavailable("delete the state of a version", err)
	}
	return l.pointer.commit(ctx, write{key: "version." + version, data: []byte("{}"), any: true, ttl: time.Minute})
}

// untaken returns how many leads of a version send events, or would.
func (l *Log) untaken(ctx context.Context, version string) (int, error) {
	b, err := l.stateOf(ctx, version)
	if err != nil || b == nil {
		return 0, err
	}
	leads, err := b.names(ctx, "s.")
	if err != nil {
		return 0, err
	}
	n := 0
	for _, lead := range leads {
		var s Score
		if _, err := b.getJSON(ctx, scoreKey(lead), &s); err != nil {
			return 0, err
		}
		if s.Live && !s.Closed {
			n++
		}
	}
	return n, nil
}
