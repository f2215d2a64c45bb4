// Command stream scores a stream of leads that are not stored:
//
//	go run ./bench/cmd/stream
//	go run ./bench/cmd/stream -leads 100000 -workers 1
//
// The source computes its answers, 50 interactions per lead. A model of 20 rules
// scores a hundredth of the leads, a tenth, and all of them, each in one stream.
// For each stream it prints the speed and the heap: the maximum that was left after
// collections every thousand leads, the median of the last of these, and the maximum
// of samples every millisecond, garbage included. If memory grew with the number of
// leads, it would grow from line to line.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/heap"
	"github.com/leadscore/leadscore/bench/internal/stream"
)

func main() {
	leads := flag.Int("leads", 1_000_000, "leads of the longest stream")
	batch := flag.Int("batch", 256, "leads that are scored together")
	workers := flag.Int("workers", 0, "batches that are scored at the same time; 0 means one per core")
	distinct := flag.Bool("distinct", false, "make each visited address differ from all others")
	flag.Parse()
	if err := run(os.Stdout, *leads, *batch, *workers, *distinct); err != nil {
		fmt.Fprintln(os.Stderr, "stream:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, leads, batch, workers int, distinct bool) error {
	if leads < 100 {
		return fmt.Errorf("-leads must be at least 100")
	}
	set, err := stream.Compile()
	if err != nil {
		return err
	}
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	debug.SetGCPercent(100)
	fmt.Fprintf(out, "20 rules, batches of %d leads, %d workers; %s %s/%s, %d cores; heap before: %d bytes.\n\n",
		batch, workers, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), heap.Live())
	fmt.Fprintln(out, "| leads | interactions | seconds | leads a second | live bytes, most | live bytes, late | bytes, most |")
	fmt.Fprintln(out, "|---:|---:|---:|---:|---:|---:|---:|")
	for _, part := range []int{100, 10, 1} {
		n := leads / part
		every := min(1000, leads/100)
		f, err := stream.Run(set, &stream.Source{Leads: n, Distinct: distinct}, every, func(leadscore.SetResult) {},
			leadscore.Batch(batch), leadscore.Workers(workers))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "| %d | %d | %.2f | %.0f | %d | %d | %d |\n",
			f.Leads, f.Interactions, f.Took.Seconds(), float64(f.Leads)/f.Took.Seconds(), f.Live, f.Late, f.Peak)
	}
	return nil
}
