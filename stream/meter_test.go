package stream

import (
	"testing"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// TestTelemetry has a few changes handled, one of which is a dead letter, and reads the metrics
// and the traces. The trace of who publishes a change goes on in the worker.
func TestTelemetry(t *testing.T) {
	reader := metric.NewManualReader()
	spans := tracetest.NewInMemoryExporter()
	tracer := trace.NewTracerProvider(trace.WithSyncer(spans))
	l := open(t, serve(t), Options{Meter: metric.NewMeterProvider(metric.WithReader(reader)), Tracer: tracer})
	w, _ := work(t, l, "v1", compile(t, rules))
	if err := w.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, span := tracer.Tracer("test").Start(t.Context(), "publish")
	for _, c := range []Change{
		{Entity: "Lead", ID: "ada-lead", Record: record{"ParentContact": "ada"}},
		{Entity: "EmailOpened", ID: "open-1", Record: record{"Contact": "ada", "Timestamp": ago(day)}},
		{Entity: "EmailOpened", ID: "open-2", Record: record{"Nobody": "ada"}},
	} {
		if err := l.Publish(ctx, c); err != nil {
			t.Fatal(err)
		}
		wait(t, w)
	}
	span.End()
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					got[m.Name] += p.Value
				}
			case metricdata.Histogram[int64]:
				for _, p := range data.DataPoints {
					got[m.Name] += p.Sum
				}
			}
		}
	}
	for name, want := range map[string]int64{
		"leadscore.stream.messages": 3, "leadscore.stream.dead_letters": 1, "leadscore.stream.scorings": 2,
		"leadscore.stream.affected": 2, "leadscore.stream.events": 4, "leadscore.stream.conflicts": 0,
	} {
		if got[name] != want {
			t.Errorf("%s is %d, want %d", name, got[name], want)
		}
	}
	names := map[string]int{}
	for _, s := range spans.GetSpans() {
		if s.SpanContext.TraceID() != span.SpanContext().TraceID() {
			t.Errorf("the span %s is of another trace", s.Name)
		}
		names[s.Name]++
	}
	if names["leadscore.change"] != 3 || names["leadscore.score"] != 2 {
		t.Errorf("got spans %v, want three of changes and two of scores", names)
	}
}
