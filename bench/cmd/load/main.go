// Command load measures loading the files of a CRM into memory:
//
//	go run ./bench/cmd/load
//	go run ./bench/cmd/load -interactions 10000000 -changes 100000
//	go run ./bench/cmd/load -mapping -gzip
//
// It writes generated data as CSV into a temporary folder, releases the data, and
// loads the folder with source/tables: as it is or through a mapping of every
// column, compressed or not. It prints the size of the uncompressed files, how long
// loading takes, and how much memory: the maximum while it loads, with the
// collector as Go configures it, and what is left after a collection. It times scoring
// all leads by 20 rules, the check of package audit, and a full collection. At last it
// adds the interactions to an empty store, and replaces, deletes and adds as many of
// them, one by one, and prints how much processor time one takes and the longest
// takes.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/heap"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/source/tables"
)

func main() {
	interactions := flag.Int("interactions", 1_000_000, "interactions in the data")
	seed := flag.Uint64("seed", 1, "seed of the data")
	mapped := flag.Bool("mapping", false, "load through a mapping")
	packed := flag.Bool("gzip", false, "load compressed files")
	changes := flag.Int("changes", 1_000_000, "most interactions to add one by one, and to change")
	flag.Parse()
	if err := run(os.Stdout, *interactions, *seed, *mapped, *packed, *changes); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, interactions int, seed uint64, mapped, packed bool, mostChanges int) error {
	if interactions < 1 || mostChanges < 1 {
		return fmt.Errorf("-interactions and -changes must be at least 1")
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

	var opts tables.Options
	if mapped {
		if opts.Mapping, err = mapping(dir, packed); err != nil {
			return err
		}
	}
	if packed {
		if err := pack(dir); err != nil {
			return err
		}
	}

	debug.SetGCPercent(100)
	before := heap.Live()
	peak := heap.Watch()
	start := time.Now()
	data, err := tables.Load(context.Background(), dir, schema, opts)
	took := time.Since(start)
	most := peak()
	if err != nil {
		return err
	}
	live := heap.Live()
	m := rules.Measured(20)
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: m.Name, Text: m.Text()}})
	if err != nil {
		return err
	}
	start = time.Now()
	leads, err := score(data, set)
	if err != nil {
		return err
	}
	scoring := time.Since(start)
	start = time.Now()
	found, err := audit.Check(context.Background(), set, data, crm.AsOf)
	if err != nil {
		return err
	}
	checking := time.Since(start)
	scored := heap.Live()
	collecting := heap.Collection()
	records := data.Report.Records()
	store := data.Lend(data)
	all, err := interactionsOf(store)
	if err != nil {
		return err
	}
	runtime.LockOSThread() // see elapsed
	defer runtime.UnlockOSThread()
	some := min(mostChanges, len(all))
	adding, err := addSome(store, all, some, seed)
	if err != nil {
		return err
	}
	changes, err := change(store, set, all, some, seed)
	if err != nil {
		return err
	}
	changed := heap.Live()
	runtime.KeepAlive(data)

	const mb = 1e6
	size64 := float64(size)
	fmt.Fprintf(out, "%d interactions of %d leads, %d records in all; seed %d; %s %s/%s, %d cores.\n\n",
		interactions, leads, records, seed, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	fmt.Fprintf(out, "files                    %12d bytes\n", size)
	fmt.Fprintf(out, "time to load             %12.2f s, %.0f MB a second\n", took.Seconds(), size64/mb/took.Seconds())
	fmt.Fprintf(out, "time to score            %12.2f s\n", scoring.Seconds())
	fmt.Fprintf(out, "time to check the data   %12.2f s, %d findings; with it %.2f times as long\n",
		checking.Seconds(), len(found), (took+scoring+checking).Seconds()/(took+scoring).Seconds())
	fmt.Fprintf(out, "heap before              %12d bytes\n", before)
	for _, line := range []struct {
		what  string
		bytes uint64
	}{
		{"most heap while loading", most},
		{"heap after a collection", live},
		{"the same, once scored", scored},
		{"the same, once changed", changed},
	} {
		fmt.Fprintf(out, "%-24s %12d bytes, %.2f times the files, %.1f bytes an interaction\n",
			line.what, line.bytes, float64(line.bytes)/size64, float64(line.bytes)/float64(interactions))
	}
	fmt.Fprintf(out, "a full collection        %12.1f ms\n", float64(collecting.Microseconds())/1e3)
	fmt.Fprintf(out, "to add an interaction    %12.2f µs of %s\n", float64(adding.Nanoseconds())/1e3, ofThread)
	for _, p := range changes {
		p.write(out)
	}
	return nil
}

// write writes the data and keeps no reference to it.
func write(dir string, interactions int, seed uint64) error {
	return crm.GenerateInteractions(interactions, seed).WriteCSV(dir)
}

// mapping returns a mapping of all columns of a folder's files. The columns have
// the names of the fields.
func mapping(dir string, packed bool) (*tables.Mapping, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil {
		return nil, err
	}
	m := &tables.Mapping{}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		header, err := bufio.NewReader(f).ReadString('\n')
		f.Close()
		if err != nil {
			return nil, err
		}
		t := tables.Table{File: filepath.Base(name), Columns: map[string]tables.Column{}}
		t.Entity = strings.TrimSuffix(t.File, ".csv")
		if packed {
			t.File += ".gz"
		}
		for column := range strings.SplitSeq(strings.TrimSpace(header), ",") {
			if column == "id" {
				t.ID.Name = column
			} else {
				t.Columns[column] = tables.Column{Name: column}
			}
		}
		m.Tables = append(m.Tables, t)
	}
	return m, nil
}

// pack compresses the files of a folder.
func pack(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write(text); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		if err := os.WriteFile(name+".gz", b.Bytes(), 0o600); err != nil {
			return err
		}
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return nil
}

// sizeOf returns the size of the files of a folder in bytes.
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

// score scores all leads once, so that the source puts the interactions of each
// contact together, and returns the number of leads.
func score(data *tables.Data, set *leadscore.Set) (int, error) {
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
