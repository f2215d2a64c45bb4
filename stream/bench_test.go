package stream

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// cpu returns the processor time that this process has taken, with the server that runs in it.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// tenRules is a model for contacts with ten conditions.
func tenRules() string {
	text := "model \"M\" {\n target contact\n"
	for i, kind := range []string{"EmailOpened", "EmailClicked", "WebsiteVisited", "FormSubmitted", "EventRegistered"} {
		text += fmt.Sprintf(" condition \"each %d\" { each %s within last 90 days score +%d }\n", i, kind, i+1)
		text += fmt.Sprintf(" condition \"lately %d\" { at least 2 %s within last 14 days score +%d }\n", i, kind, 2*i+1)
	}
	return text + " grade \"Cold\" below 40 grade \"Hot\" from 40 sales ready at 70 }\n"
}

// BenchmarkEvents handles 10,000 interactions of contacts who have ten, twenty or a hundred each,
// on average, and one lead each. It reports how many a second of processor time are handled, from
// the log to the events, and how many bytes of state a contact has: on disk, with headers and
// what the server adds. Publishing is not counted.
//
//	go test -run '^$' -bench Events -benchtime 1x ./stream
func BenchmarkEvents(b *testing.B) {
	for _, each := range []int{10, 20, 100} {
		b.Run(fmt.Sprint(each), func(b *testing.B) {
			for b.Loop() {
				benchmarkEvents(b, 10_000/each, each)
			}
		})
	}
}

func benchmarkEvents(b *testing.B, contacts, each int) {
	l := open(b, serve(b), Options{Pending: 1024})
	w, err := l.Version(b.Context(), "v1", compile(b, tenRules()))
	if err != nil {
		b.Fatal(err)
	}
	if err := w.Promote(b.Context()); err != nil {
		b.Fatal(err)
	}
	send := func(c Change) {
		end, err := subjectOf(c.Entity, c.ID)
		if err != nil {
			b.Fatal(err)
		}
		data, err := json.Marshal(c)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := l.js.PublishAsync("ls.changes."+end, data); err != nil {
			b.Fatal(err)
		}
	}
	run := func() {
		<-l.js.PublishAsyncComplete()
		ctx, stop := context.WithCancel(b.Context())
		done := make(chan error)
		go func() { done <- w.Run(ctx) }()
		wait(b, w)
		stop()
		<-done
	}
	for i := range contacts {
		send(Change{Entity: "Contact", ID: fmt.Sprintf("contact-%06d", i), Record: record{"City": "Chicago"}})
		send(Change{Entity: "Lead", ID: fmt.Sprintf("lead-%06d", i), Record: record{"ParentContact": fmt.Sprintf("contact-%06d", i)}})
	}
	run()
	empty := size(b, w)
	r := rand.New(rand.NewPCG(1, uint64(each)))
	kinds := []string{"EmailOpened", "EmailClicked", "WebsiteVisited", "FormSubmitted", "EventRegistered"}
	for i := range contacts * each {
		send(Change{Entity: kinds[r.IntN(len(kinds))], ID: fmt.Sprintf("interaction-%08d", i), Record: record{
			"Contact": fmt.Sprintf("contact-%06d", r.IntN(contacts)), "Timestamp": ago(time.Duration(r.IntN(60*24)) * time.Hour)}})
	}
	begun := cpu(b)
	run()
	took := cpu(b) - begun
	b.ReportMetric(float64(contacts*each)/took.Seconds(), "events/cpu-s")
	b.ReportMetric(float64(size(b, w))/float64(contacts), "B/contact")
	b.ReportMetric(float64(size(b, w)-empty)/float64(contacts*each), "B/interaction")
	b.ReportMetric(0, "ns/op")
}

// size returns the bytes of the state of a version.
func size(b *testing.B, w *Worker) uint64 {
	info, err := w.state.stream.Info(b.Context(), jetstream.WithSubjectFilter("none"))
	if err != nil {
		b.Fatal(err)
	}
	return info.State.Bytes
}
