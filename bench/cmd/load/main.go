// Command load says what it takes to load files of a CRM into memory:
//
//	go run ./bench/cmd/load
//	go run ./bench/cmd/load -interactions 100000
//
// It writes generated data as CSV into a temporary folder, forgets them, loads
// the folder with source/tables, and prints how large the files are, how long
// loading takes, and how much memory: at most while it loads, with the collector
// as Go has it, and of what is left after a collection.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/heap"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/source/tables"
)

func main() {
	interactions := flag.Int("interactions", 1_000_000, "interactions in the data")
	seed := flag.Uint64("seed", 1, "of the data")
	flag.Parse()
	if err := run(os.Stdout, *interactions, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, interactions int, seed uint64) error {
	if interactions < 1 {
		return fmt.Errorf("-interactions is 1 at least")
	}
	dir, err := os.MkdirTemp("", "leadscore-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := write(dir, interactions, seed); err != nil {
		return err
	}
	size, err := sizeOf(dir)
	if err != nil {
		return err
	}
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		return err
	}

	debug.SetGCPercent(100)
	before := heap.Live()
	peak := heap.Watch()
	start := time.Now()
	data, err := tables.Load(dir, schema, tables.Options{})
	took := time.Since(start)
	most := peak()
	if err != nil {
		return err
	}
	live := heap.Live()
	leads, err := score(data, schema)
	if err != nil {
		return err
	}
	scored := heap.Live()
	records := data.Report.Records()
	runtime.KeepAlive(data)

	const mb = 1e6
	size64 := float64(size)
	fmt.Fprintf(out, "%d interactions of %d leads, %d records in all; seed %d; %s %s/%s, %d cores.\n\n",
		interactions, leads, records, seed, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	fmt.Fprintf(out, "files                    %12d bytes\n", size)
	fmt.Fprintf(out, "time to load             %12.2f s, %.0f MB a second\n", took.Seconds(), size64/mb/took.Seconds())
	fmt.Fprintf(out, "heap before              %12d bytes\n", before)
	for _, line := range []struct {
		what  string
		bytes uint64
	}{
		{"most heap while loading", most},
		{"heap after a collection", live},
		{"the same, once scored", scored},
	} {
		fmt.Fprintf(out, "%-24s %12d bytes, %.2f times the files\n", line.what, line.bytes, float64(line.bytes)/size64)
	}
	return nil
}

// write writes the data, which nothing holds on to afterwards.
func write(dir string, interactions int, seed uint64) error {
	return crm.GenerateInteractions(interactions, seed).WriteCSV(dir)
}

// sizeOf returns how many bytes the files of a folder have.
func sizeOf(dir string) (int64, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return 0, err
	}
	var size int64
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, nil
}

// score scores all leads once, which has the source put the interactions of each
// contact together, and returns how many there are.
func score(data *tables.Data, schema *leadscore.Schema) (int, error) {
	m := rules.Measured(20)
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: m.Name, Text: m.Text()}})
	if err != nil {
		return 0, err
	}
	leads := 0
	ctx := context.Background()
	for _, err := range set.ScoreAll(ctx, data.Leads(ctx), data, leadscore.AsOf(crm.AsOf)) {
		if err != nil {
			return 0, err
		}
		leads++
	}
	return leads, nil
}
