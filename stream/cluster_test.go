package stream

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// nodeEnv makes the test binary a server of a cluster: its name, the folder of its data, its
// port, its port in the cluster, and those of all.
const nodeEnv = "LEADSCORE_STREAM_NODE"

func TestMain(m *testing.M) {
	if text := os.Getenv(nodeEnv); text != "" {
		if err := runNode(strings.Fields(text)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// runNode runs a server until the test that started it closes its standard input, or kills it.
func runNode(args []string) error {
	var port, cluster int
	if _, err := fmt.Sscan(args[2]+" "+args[3], &port, &cluster); err != nil {
		return err
	}
	var routes []string
	for _, p := range args[4:] {
		routes = append(routes, "nats://127.0.0.1:"+p)
	}
	o := &server.Options{
		ServerName: args[0], StoreDir: args[1], JetStream: true, Host: "127.0.0.1", Port: port, NoLog: true, NoSigs: true,
		Cluster: server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: cluster},
		Routes:  server.RoutesFromStr(strings.Join(routes, ",")),
	}
	s, err := server.NewServer(o)
	if err != nil {
		return err
	}
	s.Start()
	_, _ = bufio.NewReader(os.Stdin).ReadByte()
	s.Shutdown()
	return nil
}

// A cluster is three servers, each in a process of its own.
type cluster struct {
	ports, routes []string
	folder        string
	nodes         [3]*exec.Cmd
	inputs        [3]io.Closer
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{folder: t.TempDir()}
	var held []net.Listener
	for i := range 6 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, l)
		_, port, _ := net.SplitHostPort(l.Addr().String())
		if i < 3 {
			c.ports = append(c.ports, port)
		} else {
			c.routes = append(c.routes, port)
		}
	}
	for _, l := range held {
		l.Close()
	}
	for i := range 3 {
		c.start(t, i)
	}
	t.Cleanup(func() {
		for i := range 3 {
			c.kill(i)
		}
	})
	return c
}

func (c *cluster) start(t *testing.T, i int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	own := append([]string{c.routes[i]}, c.routes...)
	cmd.Env = append(os.Environ(), nodeEnv+"="+strings.Join(append([]string{fmt.Sprintf("n%d", i), filepath.Join(c.folder, fmt.Sprint(i)), c.ports[i]}, own...), " "))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe() // if this process dies, so does the server
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.nodes[i], c.inputs[i] = cmd, in
}

// kill ends a server as a failure of its machine would.
func (c *cluster) kill(i int) {
	if c.nodes[i] == nil {
		return
	}
	_ = c.nodes[i].Process.Kill()
	_ = c.nodes[i].Wait()
	_ = c.inputs[i].Close()
	c.nodes[i] = nil
}

func (c *cluster) connect(t *testing.T) *nats.Conn {
	t.Helper()
	var urls []string
	for _, p := range c.ports {
		urls = append(urls, "nats://127.0.0.1:"+p)
	}
	conn, err := nats.Connect(strings.Join(urls, ","), nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.RetryOnFailedConnect(true),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

// until calls f until it succeeds.
func until(t *testing.T, what string, f func(context.Context) error) {
	t.Helper()
	end := time.Now().Add(5 * time.Minute)
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		err := f(ctx)
		cancel()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s: %v", what, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// TestKilledNode kills one of three servers after the other while changes come. No change that
// was acknowledged is lost, and the scores are those of all of them.
func TestKilledNode(t *testing.T) {
	if testing.Short() {
		t.Skip("starts three servers")
	}
	c := startCluster(t)
	js, err := jetstream.New(c.connect(t), jetstream.WithDefaultTimeout(5*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	set := compile(t, rules)
	var l *Log
	var workers []*Worker
	until(t, "open the log", func(ctx context.Context) (err error) {
		l, err = Open(ctx, js, "ls", Options{Replicas: 3, AckWait: 3 * time.Second, Logger: quiet})
		return err
	})
	for range 2 {
		var w *Worker
		until(t, "add a worker", func(ctx context.Context) (err error) {
			w, err = l.Version(ctx, "v1", set)
			return err
		})
		workers = append(workers, w)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			defer close(done)
			if err := w.Run(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("the worker ended: %v", err)
			}
		}()
		t.Cleanup(func() { cancel(); <-done })
	}
	w := workers[0]
	until(t, "promote", w.Promote)
	m, d := newMirror(set), seed(t)
	for round := range 3 {
		for i := range steps(t, 24) {
			if i == 8 {
				c.kill(round)
			}
			change := d.change()
			// A change that is not acknowledged may have been stored or not: it is
			// published until it is.
			until(t, "publish", func(ctx context.Context) error { return l.Publish(ctx, change) })
			m.put(t, change)
		}
		until(t, "wait", w.Wait)
		m.compareLater(t, w, fmt.Sprintf("server %d was killed", round))
		c.start(t, round)
		until(t, "catch up", func(ctx context.Context) error { return current(ctx, l) })
	}
	told(t, w)
}

// current returns an error unless all replicas of the streams of a log are up to date.
func current(ctx context.Context, l *Log) error {
	for _, name := range []string{"changes", "events", "control", "state_v1"} {
		s, err := l.js.Stream(ctx, l.name+"_"+name)
		if err != nil {
			return err
		}
		info, err := s.Info(ctx)
		if err != nil {
			return err
		}
		if info.Cluster == nil || info.Cluster.Leader == "" || len(info.Cluster.Replicas) != 2 {
			return fmt.Errorf("the stream %s has no leader, or not three replicas", name)
		}
		for _, p := range info.Cluster.Replicas {
			if !p.Current || p.Offline {
				return fmt.Errorf("replica %s of the stream %s is not up to date", p.Name, name)
			}
		}
	}
	return nil
}
