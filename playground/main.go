// Command playground serves a page with the library in it: rules, data, scores and what
// explains them; and below docs/ the documentation. It builds the library as wasm, and needs the
// command go for that. All that is typed stays in the page, which asks nothing of any other
// address. With --write it writes both to a folder instead, for a server of files.
//
// Usage:
//
//	go run ./playground [--listen ADDRESS | --write DIR]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/leadscore/leadscore/playground/internal/build"
	"github.com/leadscore/leadscore/playground/internal/docsite"
	"github.com/leadscore/leadscore/playground/internal/site"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8090", "serve on `ADDRESS`, a host and a port; port 0 takes a free one")
	write := flag.String("write", "", "write the page and the documentation to the folder `DIR`, and do not serve them")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "playground: there are no operands, and %q is one\n", flag.Arg(0))
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	do := func(s *site.Site) error { return s.Write(*write) }
	if *write == "" {
		do = func(s *site.Site) error { return serve(ctx, *listen, s) }
	}
	if err := run(ctx, do); err != nil {
		fmt.Fprintf(os.Stderr, "playground: %v\n", err)
		os.Exit(1)
	}
}

// run makes the site and does something with it.
func run(ctx context.Context, do func(*site.Site) error) error {
	root, err := build.Root(ctx)
	if err != nil {
		return err
	}
	docs, err := docsite.Build(os.DirFS(root))
	if docs == nil {
		return fmt.Errorf("making the documentation: %w", err)
	}
	if err != nil { // the pages are good but for some links
		fmt.Fprintf(os.Stderr, "playground: the documentation has mistakes:\n%v\n", err)
	}
	dir, err := os.MkdirTemp("", "playground")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := &site.Site{Wasm: filepath.Join(dir, "leadscore.wasm"), Docs: docs}
	if err := build.Wasm(ctx, s.Wasm); err != nil {
		return err
	}
	if s.Support, err = build.Support(ctx); err != nil {
		return err
	}
	return do(s)
}

// serve serves a site until ctx is done.
func serve(ctx context.Context, listen string, s *site.Site) error {
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	fmt.Printf("http://%s/\nhttp://%s/docs/\n", listener.Addr(), listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
