package stream_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/stream"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const rules = `
model "Coffee" {
    target contact

    condition "Opened an email" {
        each EmailOpened within last 30 days
        score +10
    }
}
`

// A worker keeps the score of a lead up to date, and a message that comes twice counts once.
func Example() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	conn, end := connect()
	defer end()
	js, err := jetstream.New(conn)
	if err != nil {
		log.Fatal(err)
	}
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "coffee.score", Text: rules}})
	if err != nil {
		log.Fatal(err)
	}

	l, err := stream.Open(ctx, js, "crm", stream.Options{Storage: jetstream.MemoryStorage})
	if err != nil {
		log.Fatal(err)
	}
	w, err := l.Version(ctx, "v1", set)
	if err != nil {
		log.Fatal(err)
	}
	go w.Run(ctx)

	for _, c := range []stream.Change{
		{Entity: "Lead", ID: "ada-lead", Record: map[string]any{"ParentContact": "ada"}},
		{Entity: "EmailOpened", ID: "open-7", Record: map[string]any{"Contact": "ada", "Timestamp": time.Now()}},
		{Entity: "EmailOpened", ID: "open-7", Record: map[string]any{"Contact": "ada", "Timestamp": time.Now()}},
	} {
		if err := l.Publish(ctx, c); err != nil {
			log.Fatal(err)
		}
	}
	if err := w.Wait(ctx); err != nil {
		log.Fatal(err)
	}
	s, _, err := w.Score(ctx, "ada-lead")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.Lead, s.Outcomes)
	// Output: ada-lead [score 10]
}

// connect starts a NATS server in this process, and connects to it.
func connect() (conn *nats.Conn, end func()) {
	folder, err := os.MkdirTemp("", "stream")
	if err != nil {
		log.Fatal(err)
	}
	s, err := server.NewServer(&server.Options{JetStream: true, StoreDir: folder, DontListen: true, NoLog: true, NoSigs: true})
	if err != nil {
		log.Fatal(err)
	}
	s.Start()
	if conn, err = nats.Connect("", nats.InProcessServer(s)); err != nil {
		log.Fatal(err)
	}
	return conn, func() {
		conn.Close()
		s.Shutdown()
		s.WaitForShutdown()
		os.RemoveAll(folder)
	}
}
