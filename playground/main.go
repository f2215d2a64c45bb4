// Command playground serves a page with the library in it: rules, data, scores and what
// explains them. It builds the library as wasm, and needs the command go for that. All that
// is typed stays in the page, which asks nothing of any other address.
//
// Usage:
//
//	go run ./playground [--listen ADDRESS]
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
	"github.com/leadscore/leadscore/playground/internal/site"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8090", "serve on `ADDRESS`, a host and a port; port 0 takes a free one")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "playground: there are no operands, and %q is one\n", flag.Arg(0))
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen); err != nil {
		fmt.Fprintf(os.Stderr, "playground: %v\n", err)
		os.Exit(1)
	}
}

// run builds the library and serves the page until ctx is done.
func run(ctx context.Context, listen string) error {
	dir, err := os.MkdirTemp("", "playground")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	wasm := filepath.Join(dir, "leadscore.wasm")
	if err := build.Wasm(ctx, wasm); err != nil {
		return errors.Join(err, listener.Close())
	}
	support, err := build.Support(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{Handler: site.Handler(wasm, support), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	fmt.Printf("http://%s/\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
