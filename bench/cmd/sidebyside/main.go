// Command sidebyside compares leadscore with databases that compute the scores
// themselves, by the processor time of all processes that take part:
//
//	go run -tags duckdb ./bench/cmd/sidebyside
//	LEADSCORE_POSTGRES=postgres://user@localhost/test go run ./bench/cmd/sidebyside
//
// The workload is written as CSV files. leadscore and DuckDB load them and score all
// leads, in turns. DuckDB needs cgo, and is left out without the tag.
//
// The same data is written into the PostgreSQL server of LEADSCORE_POSTGRES, which must
// run on this machine, and into a server of ClickHouse that the command starts. The ways to
// score their leads take turns, and the time of the servers counts, too, as do the bytes
// that they and this process send each other. Without the variable both are left out, and
// ClickHouse if it is not installed, unless LEADSCORE_CLICKHOUSE is set.
//
// Before anything is measured, every lead must have the same score from everywhere.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/database"
	"github.com/leadscore/leadscore/bench/internal/duckdb"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/bench/internal/sidebyside"
	"github.com/leadscore/leadscore/internal/clickhouse"
)

func main() {
	var o options
	flag.IntVar(&o.runs, "runs", 5, "runs of each row; the figure is their median")
	flag.IntVar(&o.leads, "leads", 10_000, "leads in the data")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the data")
	flag.StringVar(&o.rules, "rules", "20,100", "how many rules, separated by commas")
	flag.StringVar(&o.threads, "threads", "1,2", "how many threads score the files, separated by commas")
	flag.StringVar(&o.dsn, "postgres", os.Getenv(variable), "connection string of PostgreSQL, by default that in "+variable)
	flag.BoolVar(&o.cluster, "cluster", false, "order the tables of PostgreSQL by contact and time")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "sidebyside:", err)
		os.Exit(1)
	}
}

// The variables that say where PostgreSQL is, and that ClickHouse may not be left out.
const (
	variable           = "LEADSCORE_POSTGRES"
	clickhouseVariable = "LEADSCORE_CLICKHOUSE"
)

type options struct {
	runs, leads    int
	seed           uint64
	rules, threads string
	dsn            string
	cluster        bool
}

func run(ctx context.Context, out io.Writer, o options) error {
	if o.runs < 1 || o.leads < 1 {
		return fmt.Errorf("-runs and -leads must be at least 1")
	}
	sizes, err := numbers("-rules", o.rules, func(n int) bool { return slices.Contains(rules.Sizes, n) })
	if err != nil {
		return err
	}
	threads, err := numbers("-threads", o.threads, func(n int) bool { return n > 0 })
	if err != nil {
		return err
	}
	var models []*rules.Model
	for _, size := range sizes {
		models = append(models, rules.Measured(size))
	}
	dir, err := os.MkdirTemp("", "leadscore-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	interactions, err := write(dir, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d leads of seed %d with %d interactions, rules of seed %d; medians of %d runs; %s %s/%s, %d cores.\n",
		o.leads, o.seed, interactions, rules.Seed, o.runs, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	if err := files(ctx, out, dir, o, threads, models); err != nil {
		return err
	}
	return servers(ctx, out, o, models)
}

// numbers returns the numbers of a flag.
func numbers(name, list string, valid func(int) bool) ([]int, error) {
	var all []int
	for s := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || !valid(n) {
			return nil, fmt.Errorf("%s does not take %q", name, s)
		}
		all = append(all, n)
	}
	return all, nil
}

// write writes the data, and keeps no reference to it.
func write(dir string, o options) (interactions int, err error) {
	data := crm.Generate(o.leads, o.seed)
	return data.Interactions(), data.WriteCSV(dir)
}

// files prints the comparison over files.
func files(ctx context.Context, out io.Writer, dir string, o options, threads []int, models []*rules.Model) error {
	loaders := append([]*sidebyside.Loader{sidebyside.Tables}, duckdb.Loaders()...)
	if duckdb.Missing != "" {
		fmt.Fprintln(out, duckdb.Missing+".")
	}
	fmt.Fprint(out, "\n| threads | what | by | CPU ms | times leadscore | least to most |\n|---:|---|---|---:|---:|---:|\n")
	for _, n := range threads {
		all, err := sidebyside.Files(ctx, dir, o.leads, n, o.runs, models, loaders...)
		if err != nil {
			return err
		}
		row := func(what string, of func(f *sidebyside.Figures) sidebyside.Costs) {
			base := of(&all[0])
			for i, l := range loaders {
				costs := of(&all[i])
				fmt.Fprintf(out, "| %d | %s | %s | %.1f | %s |\n", n, what, l.Name, ms(costs.Median()), costs.Over(base))
			}
		}
		row("loading", func(f *sidebyside.Figures) sidebyside.Costs { return f.Load })
		row(models[0].Label+" rules, for the first time", func(f *sidebyside.Figures) sidebyside.Costs { return f.First })
		for i, m := range models {
			row(m.Label+" rules, again", func(f *sidebyside.Figures) sidebyside.Costs { return f.Again[i] })
		}
	}
	return nil
}

// servers prints the comparison over PostgreSQL and ClickHouse.
func servers(ctx context.Context, out io.Writer, o options, models []*rules.Model) (err error) {
	if o.dsn == "" {
		fmt.Fprintf(out, "\nPostgreSQL and ClickHouse are left out: the environment variable %s holds no connection string.\n", variable)
		return nil
	}
	d, err := fill(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if o.cluster {
		if err := d.Cluster(ctx); err != nil {
			return err
		}
	}
	ways, err := d.Ways(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ways.Close()) }()
	version, err := d.Version(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nPostgreSQL %s.\n", version)
	list, used := ways.List(), sidebyside.Meter(ways.Used)
	if _, missing := clickhouse.Program(); missing != nil && os.Getenv(clickhouseVariable) == "" {
		fmt.Fprintf(out, "ClickHouse is left out: %v.\n", missing)
		return print(ctx, out, o, models, used, list)
	}
	c, err := fillClickHouse(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if version, err = c.Version(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "ClickHouse %s.\n", version)
	return print(ctx, out, o, models, sidebyside.Together(used, c.Used), append(list, c.List()...))
}

// print prints the rows of ways over servers.
func print(ctx context.Context, out io.Writer, o options, models []*rules.Model, used sidebyside.Meter, all []*sidebyside.Way) error {
	fmt.Fprint(out, "\n| rules | what | µs/lead | client | server | times by keys | least to most | bytes/lead | times by keys |\n|---:|---|---:|---:|---:|---:|---:|---:|---:|\n")
	var refused []error
	for _, m := range models {
		list, cannot := sidebyside.Divide(m, all)
		refused = append(refused, cannot...)
		costs, err := sidebyside.Ways(ctx, used, o.leads, o.runs, m, list...)
		if err != nil {
			return err
		}
		keys := costs[slices.IndexFunc(list, func(w *sidebyside.Way) bool { return w.Name == database.ByKeys })]
		for i, w := range list {
			each := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) / float64(o.leads) }
			c := costs[i]
			fmt.Fprintf(out, "| %s | %s | %.1f | %.1f | %.1f | %s | %.0f | %.4f |\n", m.Label, w.Name, each(c.Median()), each(c.Client()), each(c.Server()),
				c.Over(keys), float64(c.Bytes())/float64(o.leads), float64(c.Bytes())/float64(keys.Bytes()))
		}
	}
	for _, why := range refused {
		fmt.Fprintf(out, "\n%v\n", why)
	}
	return nil
}

// fill writes the data into PostgreSQL, and keeps no reference to it.
func fill(ctx context.Context, o options) (*database.Database, error) {
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		return nil, err
	}
	return database.PostgreSQL(ctx, o.dsn, crm.Generate(o.leads, o.seed), schema)
}

// fillClickHouse starts ClickHouse and writes the data into it, and keeps no reference to it.
func fillClickHouse(ctx context.Context, o options) (*database.ClickHouseWays, error) {
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		return nil, err
	}
	return database.ClickHouse(ctx, crm.Generate(o.leads, o.seed), schema)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
