// Command database measures leadscore over databases, and prints the table of
// docs/performance.md:
//
//	LEADSCORE_POSTGRES=postgres://user@localhost/test go run ./bench/cmd/database
//	go run ./bench/cmd/database -databases SQLite -rules 20 -workers 8
//
// It writes the workload into SQLite, and into PostgreSQL if the variable is set,
// and scores it from there and from memory in turns. Before anything is timed, it
// checks that every lead has the same score from each source, and that a batch
// takes at most one statement for each need.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/database"
	"github.com/leadscore/leadscore/bench/internal/measure"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

const variable = "LEADSCORE_POSTGRES"

func main() {
	var o options
	flag.IntVar(&o.runs, "runs", 7, "runs of each row; the figure is their median")
	flag.IntVar(&o.leads, "leads", 10_000, "leads in the data")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the data")
	flag.IntVar(&o.batch, "batch", 256, "leads that are scored together")
	flag.IntVar(&o.workers, "workers", 0, "batches that are scored at the same time; 0 means one per core")
	flag.StringVar(&o.databases, "databases", "SQLite,PostgreSQL", "which databases, separated by commas")
	flag.StringVar(&o.rules, "rules", "20,100", "how many rules, separated by commas")
	flag.StringVar(&o.dsn, "postgres", os.Getenv(variable), "connection string of PostgreSQL, by default that in "+variable)
	flag.Parse()
	if err := run(context.Background(), os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "database:", err)
		os.Exit(1)
	}
}

type options struct {
	runs, leads, batch, workers int
	seed                        uint64
	databases, rules, dsn       string
}

func run(ctx context.Context, out io.Writer, o options) (err error) {
	if o.runs < 1 || o.leads < 1 || o.batch < 1 {
		return fmt.Errorf("-runs, -leads and -batch must be at least 1")
	}
	var sizes []int
	for _, s := range strings.Split(o.rules, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || !slices.Contains(rules.Sizes, n) {
			return fmt.Errorf("there is no model of %s rules; the sizes are %v", s, rules.Sizes)
		}
		sizes = append(sizes, n)
	}
	if o.workers == 0 {
		o.workers = runtime.GOMAXPROCS(0)
	}
	lab := measure.NewLab(o.leads, o.seed)
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "leadscore-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var databases []*database.Database
	defer func() {
		for _, d := range databases {
			if closing := d.Close(); err == nil {
				err = closing
			}
		}
	}()
	for name := range strings.SplitSeq(o.databases, ",") {
		var d *database.Database
		switch {
		case name == "SQLite":
			d, err = database.SQLite(ctx, dir, lab.Data, schema)
		case name == "PostgreSQL" && o.dsn == "":
			return fmt.Errorf("the environment variable %s is not set; -databases SQLite does not need it", variable)
		case name == "PostgreSQL":
			d, err = database.PostgreSQL(ctx, o.dsn, lab.Data, schema)
		default:
			return fmt.Errorf("unknown database %q; -databases takes SQLite and PostgreSQL", name)
		}
		if err != nil {
			return err
		}
		databases = append(databases, d)
	}
	fmt.Fprintf(out, "%d leads of seed %d with %d interactions, rules of seed %d; batches of %d, %d workers; medians of %d runs; %s %s/%s, %d cores.\n",
		o.leads, o.seed, lab.Data.Interactions(), rules.Seed, o.batch, o.workers, o.runs, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	for _, d := range databases {
		version, err := d.Version(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s %s.\n", d.Name, version)
	}
	fmt.Fprint(out, "\n| rules | source | leads a second | statements | allocs/lead | memory: leads a second | ratio | least to most |\n|---|---|---:|---:|---:|---:|---:|---:|\n")
	more := []leadscore.Option{leadscore.Batch(o.batch), leadscore.Workers(o.workers)}
	err = each(sizes, databases, func(size int, d *database.Database) error {
		c, asked, err := d.All(lab, size, o.batch, more...)
		if err != nil {
			return err
		}
		f, err := c.Run(o.runs, 0)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "| %d | %s | %.0f | %d | %.0f | %.0f | %.1f | %.1f to %.1f |\n",
			size, d.Name, 1e9/f.Other, asked, f.Allocs, 1e9/f.Base, f.Ratio, f.Least, f.Most)
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprint(out, "\n| rules | source | ms for one lead | statements | allocs/lead | memory: ms for one lead | ratio | least to most |\n|---|---|---:|---:|---:|---:|---:|---:|\n")
	return each(sizes, databases, func(size int, d *database.Database) error {
		c, asked, err := d.One(lab, size)
		if err != nil {
			return err
		}
		f, err := c.Run(o.runs, 0)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "| %d | %s | %.2f | %d | %.0f | %.4f | %.0f | %.0f to %.0f |\n",
			size, d.Name, f.Other/1e6, asked, f.Allocs, f.Base/1e6, f.Ratio, f.Least, f.Most)
		return nil
	})
}

func each(sizes []int, databases []*database.Database, f func(size int, d *database.Database) error) error {
	for _, size := range sizes {
		for _, d := range databases {
			if err := f(size, d); err != nil {
				return err
			}
		}
	}
	return nil
}
