// The command example keeps the scores of a few leads up to date on a NATS server that it starts
// in its own process, and prints what becomes of them.
//
//	go run ./stream/example
//
// It publishes records and interactions, lets a window end, moves a contact to another account,
// repeats and withdraws an interaction, and then promotes a second version of the rules.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/stream"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

//go:embed coffee.score
var rules string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	conn, end, err := startServer()
	if err != nil {
		return err
	}
	defer end()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	l, err := stream.Open(ctx, js, "coffee", stream.Options{Storage: jetstream.MemoryStorage})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	first, err := startWorker(ctx, l, "spring", rules)
	if err != nil {
		return err
	}
	if err := first.Promote(ctx); err != nil {
		return err
	}
	shown, err := show(ctx, l, out)
	if err != nil {
		return err
	}
	if err := story(ctx, l, first, shown, out); err != nil {
		return err
	}

	fmt.Fprintln(out, "-- a second version of the rules: 25 points for an email")
	second, err := startWorker(ctx, l, "summer", strings.Replace(rules, "score +10", "score +25", 1))
	if err != nil {
		return err
	}
	if err := second.Promote(ctx); err != nil {
		return err
	}
	if err := second.Wait(ctx); err != nil {
		return err
	}
	return shown(ctx)
}

// story publishes changes, and lets all of them be scored before the next.
func story(ctx context.Context, l *stream.Log, w *stream.Worker, shown func(context.Context) error, out io.Writer) error {
	type record = map[string]any
	now := time.Now()
	opened := record{"Contact": "ada", "Timestamp": now.Add(-time.Hour)}
	for _, step := range []struct {
		what    string
		changes func() []stream.Change
		pass    bool // wait until time has changed the score
	}{
		{"a lead, its contact, and two accounts", func() []stream.Change {
			return []stream.Change{
				{Entity: "Account", ID: "beanhouse", Record: record{"Industry": "Retail"}},
				{Entity: "Account", ID: "ironworks", Record: record{"Industry": "Manufacturing"}},
				{Entity: "Contact", ID: "ada", Record: record{"ParentAccount": "ironworks"}},
				{Entity: "Lead", ID: "ada-lead", Record: record{"ParentContact": "ada"}},
			}
		}, false},
		{"an email is opened, and the message comes twice", func() []stream.Change {
			return []stream.Change{
				{Entity: "EmailOpened", ID: "open-1", Record: opened},
				{Entity: "EmailOpened", ID: "open-1", Record: opened},
			}
		}, false},
		{"a form is submitted", func() []stream.Change {
			return []stream.Change{
				{Entity: "FormSubmitted", ID: "form-1", Record: record{"Contact": "ada", "Timestamp": now}},
			}
		}, false},
		{"Ada moves to a retailer", func() []stream.Change {
			return []stream.Change{
				{Entity: "Contact", ID: "ada", Record: record{"ParentAccount": "beanhouse"}},
			}
		}, false},
		{"an email that was opened 30 days ago, but for four seconds: it counts for as long", func() []stream.Change {
			return []stream.Change{
				{Entity: "EmailOpened", ID: "open-2", Record: record{"Contact": "ada", "Timestamp": time.Now().Add(-30*24*time.Hour + 4*time.Second)}},
			}
		}, true},
		{"the retailer is no retailer", func() []stream.Change {
			return []stream.Change{
				{Entity: "Account", ID: "beanhouse", Record: record{"Industry": "Hospitality"}},
			}
		}, false},
	} {
		fmt.Fprintln(out, "--", step.what)
		for _, c := range step.changes() {
			if err := l.Publish(ctx, c); err != nil {
				return err
			}
		}
		if err := w.Wait(ctx); err != nil {
			return err
		}
		if step.pass {
			if err := pass(ctx, w); err != nil {
				return err
			}
		}
		if err := shown(ctx); err != nil {
			return err
		}
	}
	return nil
}

// pass waits until time has changed the score of the lead.
func pass(ctx context.Context, w *stream.Worker) error {
	before, _, err := w.Score(ctx, "ada-lead")
	for now := before; err == nil && !now.AsOf.After(before.AsOf); now, _, err = w.Score(ctx, "ada-lead") {
		time.Sleep(20 * time.Millisecond)
	}
	return err
}

// startWorker runs a worker for a version of the rules until ctx is done.
func startWorker(ctx context.Context, l *stream.Log, version, text string) (*stream.Worker, error) {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: version + ".score", Text: text}})
	if err != nil {
		return nil, err
	}
	w, err := l.Version(ctx, version, set)
	if err != nil {
		return nil, err
	}
	go func() {
		if err := w.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			log.Print(err)
		}
	}()
	return w, nil
}

// show prints events as they come, until ctx is done. The function that it returns waits until
// all events so far are printed.
func show(ctx context.Context, l *stream.Log, out io.Writer) (shown func(context.Context) error, err error) {
	events, err := l.Events(ctx)
	if err != nil {
		return nil, err
	}
	c, err := events.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{})
	if err != nil {
		return nil, err
	}
	var last atomic.Uint64
	_, err = c.Consume(func(m jetstream.Msg) {
		var e stream.Event
		meta, err := m.Metadata()
		if err == nil {
			err = json.Unmarshal(m.Data(), &e)
		}
		if err != nil {
			log.Print(err)
			return
		}
		fmt.Fprintf(out, "   %d. %s\n", e.Number, e)
		last.Store(meta.Sequence.Stream)
	})
	return func(ctx context.Context) error {
		for {
			info, err := events.Info(ctx)
			if err != nil || info.State.LastSeq <= last.Load() {
				return err
			}
			time.Sleep(5 * time.Millisecond)
		}
	}, err
}

// startServer starts a NATS server in this process, and connects to it.
func startServer() (conn *nats.Conn, end func(), err error) {
	folder, err := os.MkdirTemp("", "leadscore-stream")
	if err != nil {
		return nil, nil, err
	}
	s, err := server.NewServer(&server.Options{JetStream: true, StoreDir: folder, DontListen: true, NoLog: true, NoSigs: true})
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(folder))
	}
	s.Start()
	shutdown := func() {
		s.Shutdown()
		s.WaitForShutdown()
		_ = os.RemoveAll(folder)
	}
	if !s.ReadyForConnections(10 * time.Second) {
		shutdown()
		return nil, nil, errors.New("the server does not start")
	}
	if conn, err = nats.Connect("", nats.InProcessServer(s)); err != nil {
		shutdown()
		return nil, nil, err
	}
	return conn, func() { conn.Close(); shutdown() }, nil
}
