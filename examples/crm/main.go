// Crm is a small service that keeps the interactions of contacts, scores leads by
// rules, and lists and exports them. It is meant to be copied: the README explains
// how to run it and what it leaves out.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	switch err := run(ctx, os.Args[1:], os.Stderr, func(net.Addr) {}); {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A config holds the values of the flags.
type config struct {
	addr, db, postgres, rules string
	tokenFile, userHeader     string
	webhook, webhookSecrets   string
	hosts                     hosts
	seed, requests            int
	asOf                      instant
	rescore, timeout          time.Duration
}

func parseFlags(args []string, out io.Writer) (config, error) {
	var c config
	f := flag.NewFlagSet("crm", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&c.addr, "addr", "localhost:8080", "`address` to listen at")
	f.Var(&c.hosts, "host", "another `name` of the service, besides localhost, that clients use, such as crm.example.com; can be repeated")
	f.StringVar(&c.db, "db", "crm.db", "SQLite database: a `file`, which is made if there is none")
	f.StringVar(&c.postgres, "postgres", "", "PostgreSQL database instead: a `connection` string, such as postgres://crm@localhost/crm")
	f.StringVar(&c.webhook, "webhook", "", "`address` to which events are posted, such as a lead that becomes sales ready (default: nowhere)")
	f.StringVar(&c.webhookSecrets, "webhook-secret-file", "", "`file` with the secret that signs events")
	f.StringVar(&c.rules, "rules", "", "`folder` with rule files, which are published if they are new (default: the ones in the program)")
	f.StringVar(&c.tokenFile, "token-file", "", "`file` with the bearer token that clients of the API have to send (default: no token)")
	f.StringVar(&c.userHeader, "user-header", "", "`header` in which a proxy says who sends a request, such as X-Forwarded-User")
	f.IntVar(&c.seed, "seed", 500, "how many `leads` to invent for an empty database")
	f.Var(&c.asOf, "as-of", "score as of an `instant`, such as 2026-06-01T00:00:00Z, instead of now")
	f.DurationVar(&c.rescore, "rescore", 24*time.Hour, "how often all leads are scored, for what other programs change in the tables")
	f.DurationVar(&c.timeout, "timeout", 10*time.Second, "how long a request may take; an export has 5 minutes")
	f.IntVar(&c.requests, "requests", 64, "how many requests are served at once")
	if err := f.Parse(args); err != nil {
		return c, err
	}
	if f.NArg() > 0 || c.requests < 1 || c.rescore <= 0 || c.timeout <= 0 || c.seed < 0 {
		return c, errors.New("crm: only flags are allowed, and -requests, -rescore and -timeout must be above 0; see crm -help")
	}
	return c, nil
}

// An instant is a flag. The zero instant means the current time.
type instant struct{ time.Time }

func (i *instant) Set(text string) (err error) {
	i.Time, err = parseTime(text)
	return err
}

func (i *instant) String() string {
	if i == nil || i.IsZero() {
		return ""
	}
	return i.Format(time.RFC3339)
}

// now returns the instant in UTC, to the microsecond, as databases keep it.
func (i instant) now() time.Time {
	now := i.Time
	if now.IsZero() {
		now = time.Now()
	}
	return now.UTC().Truncate(time.Microsecond)
}

// run serves until ctx is done, and then finishes the requests that it has begun.
// It calls ready once it listens.
func run(ctx context.Context, args []string, out io.Writer, ready func(net.Addr)) (err error) {
	c, err := parseFlags(args, out)
	if err != nil {
		return err
	}
	log := newLogger(out)
	db, err := c.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	s, err := newService(ctx, c, log, db)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.addr)
	if err != nil {
		return err
	}

	// Background work ends after the last request.
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	running.Go(func() { s.keepScores(background, c.rescore) })
	running.Go(func() { s.reloadOnSignal(background) })
	if s.webhook != nil {
		running.Go(func() { s.deliver(background) })
	}
	running.Go(func() { s.watchRegistry(background) })
	if !isLoopback(listener.Addr()) {
		log.Warn("the service listens beyond localhost: it has no authentication and no TLS of its own", "address", listener.Addr().String())
	}
	return serve(ctx, log, listener, checkHost(listener.Addr(), c.hosts, s.routes(c.timeout)), ready)
}

func newLogger(out io.Writer) *slog.Logger { return slog.New(slog.NewJSONHandler(out, nil)) }

func (c config) open() (*store, error) {
	if c.postgres != "" {
		return openPostgres(c.postgres)
	}
	return openSQLite(c.db)
}

// newService prepares the database, loads the rules, and scores new leads.
func newService(ctx context.Context, c config, log *slog.Logger, db *store) (*service, error) {
	if err := db.migrate(ctx); err != nil {
		return nil, err
	}
	token, err := readToken(c.tokenFile)
	if err != nil {
		return nil, err
	}
	hook, err := newWebhook(c.webhook, c.webhookSecrets)
	if err != nil {
		return nil, err
	}
	seeded, err := db.seed(ctx, c.seed, c.asOf.now())
	if err != nil {
		return nil, err
	}
	s := &service{
		log: log, store: db, folder: c.rules, now: c.asOf.now, rescore: make(chan struct{}, 1),
		bodies: make(chan struct{}, maxBodies*c.requests), places: make(chan struct{}, c.requests),
		exports: make(chan struct{}, maxExports), reloads: make(chan struct{}, maxReloads),
		drafts: make(chan struct{}, maxReloads), reloading: make(chan struct{}, 1),
		webhook: hook, toDeliver: make(chan struct{}, 1), token: token, userHeader: c.userHeader,
	}
	s.metrics = s.newMetrics()
	if err := s.loadAtStart(ctx); err != nil {
		return nil, err
	}
	if seeded { // the first list must not be empty; on later starts it has the stored scores
		<-s.rescore // requested as a version has become live
		err = s.scoreAll(ctx)
	}
	return s, err
}

// reloadOnSignal reloads the rules at each SIGHUP.
func (s *service) reloadOnSignal(ctx context.Context) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
		}
		if err := s.reload(ctx); err != nil {
			s.log.Error("the rules are not loaded; the old rules stay in use", "error", err)
		} else {
			s.log.Info("the rules are loaded")
		}
	}
}

// serve answers requests until ctx is done. Those in flight then have 30 seconds.
func serve(ctx context.Context, log *slog.Logger, listener net.Listener, h http.Handler, ready func(net.Addr)) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second, // with the body, which is read before the time of the request begins
		WriteTimeout:      10 * time.Second, // each route sets its own
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	log.Info("serving", "address", listener.Addr().String())
	ready(listener.Addr())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("shutting down")
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	defer server.Close() // aborts requests that take longer
	return server.Shutdown(ending)
}
