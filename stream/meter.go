package stream

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

const scope = "github.com/leadscore/leadscore/stream"

// A meter holds the instruments of a worker.
type meter struct {
	tracer    trace.Tracer
	version   metric.MeasurementOption
	handled   metric.Int64Counter
	scorings  metric.Int64Counter
	conflicts metric.Int64Counter
	sent      metric.Int64Counter
	dead      metric.Int64Counter
	fan       metric.Int64Histogram
	seconds   metric.Float64Histogram
}

func newMeter(o *Options, log, version string) (*meter, error) {
	m := &meter{tracer: o.Tracer.Tracer(scope)}
	m.version = metric.WithAttributeSet(attribute.NewSet(attribute.String("leadscore.log", log), attribute.String("leadscore.version", version)))
	in := o.Meter.Meter(scope)
	var errs [7]error
	m.handled, errs[0] = in.Int64Counter("leadscore.stream.messages", metric.WithDescription("Messages that were handled and acknowledged."))
	m.scorings, errs[1] = in.Int64Counter("leadscore.stream.scorings", metric.WithDescription("Leads that were scored as of an instant."))
	m.conflicts, errs[2] = in.Int64Counter("leadscore.stream.conflicts", metric.WithDescription("Commits that were tried again, as another worker had written one of the documents."))
	m.sent, errs[3] = in.Int64Counter("leadscore.stream.events", metric.WithDescription("Events that were sent."))
	m.dead, errs[4] = in.Int64Counter("leadscore.stream.dead_letters", metric.WithDescription("Changes that could not be applied."))
	m.fan, errs[5] = in.Int64Histogram("leadscore.stream.affected", metric.WithDescription("Leads that a change affects."))
	m.seconds, errs[6] = in.Float64Histogram("leadscore.stream.duration", metric.WithUnit("s"), metric.WithDescription("The time that a message takes."))
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return m, nil
}

// span begins a span, and returns what ends it.
func (m *meter) span(ctx context.Context, name string) (context.Context, func()) {
	ctx, span := m.tracer.Start(ctx, name)
	return ctx, func() { span.End() }
}

func (m *meter) done(ctx context.Context, begun time.Time) {
	m.handled.Add(ctx, 1, m.version)
	m.seconds.Record(ctx, time.Since(begun).Seconds(), m.version)
}

func (m *meter) scored(ctx context.Context)          { m.scorings.Add(ctx, 1, m.version) }
func (m *meter) conflict(ctx context.Context)        { m.conflicts.Add(ctx, 1, m.version) }
func (m *meter) events(ctx context.Context, n int)   { m.sent.Add(ctx, int64(n), m.version) }
func (m *meter) letter(ctx context.Context)          { m.dead.Add(ctx, 1, m.version) }
func (m *meter) affected(ctx context.Context, n int) { m.fan.Record(ctx, int64(n), m.version) }

// A sentSet remembers the last events that this worker has sent for leads, for a while.
type sentSet struct {
	mu   sync.Mutex
	last map[string]uint64
}

const sentSize = 1 << 16

func (s *sentSet) has(lead string, number uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last[lead] >= number
}

func (s *sentSet) add(lead string, number uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil || len(s.last) >= sentSize {
		s.last = map[string]uint64{}
	}
	s.last[lead] = max(s.last[lead], number)
}
