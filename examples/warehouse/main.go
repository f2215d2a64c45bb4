// Warehouse scores the leads of a warehouse by statements that the warehouse runs itself: as a
// model of dbt, as a job that makes a table anew every hour, and on several shards.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx

	"github.com/leadscore/leadscore/pushdown"
)

const usage = `usage:
  warehouse dbt [-dir DIR]                            write the models of a dbt project from the rules
  warehouse vars [-target NAME] [-as-of TIME]         print the variables for dbt run --vars
  warehouse job -postgres URL [-every 1h|-once]       score into the table lead_scores, again and again
  warehouse shards [-by contact|account] [-as-of TIME] [-rules FILE] [URL...]
                                                      say how to divide the records, and set the views of shards`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "warehouse:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, log io.Writer) error {
	if len(args) == 0 {
		return errors.New("name a command\n" + usage)
	}
	flags := flag.NewFlagSet("warehouse "+args[0], flag.ContinueOnError)
	flags.SetOutput(log)
	commands := map[string]func(context.Context, *flag.FlagSet, []string, io.Writer, io.Writer) error{
		"dbt": runDBT, "vars": runVars, "job": runJob, "shards": runShards,
	}
	command, ok := commands[args[0]]
	if !ok {
		return fmt.Errorf("there is no command %q\n%s", args[0], usage)
	}
	return command(ctx, flags, args[1:], out, log)
}

// instant is a flag with an instant, which is now unless it is set.
type instant struct{ at time.Time }

func (i *instant) String() string { return "" }

// Set reads an instant such as 2026-06-01T08:00:00Z, or a day, which begins in UTC.
func (i *instant) Set(text string) (err error) {
	if i.at, err = time.Parse(time.RFC3339, text); err != nil {
		if i.at, err = time.Parse(time.DateOnly, text); err != nil {
			return errors.New("write it as 2026-06-01T08:00:00Z or 2026-06-01")
		}
	}
	return nil
}

func asOfFlag(flags *flag.FlagSet) *instant {
	i := &instant{time.Now()}
	flags.Var(i, "as-of", "score as of `TIME` (default now)")
	return i
}

func runDBT(_ context.Context, flags *flag.FlagSet, args []string, _, _ io.Writer) error {
	dir := flags.String("dir", "dbt", "the dbt project in `DIR`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return writeDBT(*dir)
}

func runVars(_ context.Context, flags *flag.FlagSet, args []string, out, _ io.Writer) error {
	target := flags.String("target", "postgres", "the type of the database, duckdb or postgres: `NAME`")
	asOf := asOfFlag(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	set, err := compile()
	if err != nil {
		return err
	}
	m, err := newDBTModel(set, *target)
	if err != nil {
		return err
	}
	vars, err := m.vars(asOf.at)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(vars)
}

func runJob(ctx context.Context, flags *flag.FlagSet, args []string, _, log io.Writer) error {
	url := flags.String("postgres", "", "the database at `URL`, such as postgres://user@host/warehouse")
	interval := flags.Duration("every", time.Hour, "score at each whole multiple of `DURATION`")
	once := flags.Bool("once", false, "score once, as of now, and end")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *url == "" {
		return errors.New("job: -postgres is not set")
	}
	if *interval < time.Second {
		return errors.New("job: -every is shorter than a second")
	}
	set, err := compile()
	if err != nil {
		return err
	}
	statement, err := pushdown.New(set, pushdown.PostgreSQL(), plain())
	if err != nil {
		return err
	}
	db, err := sql.Open("pgx", *url)
	if err != nil {
		return err
	}
	defer db.Close()
	j := &job{db, statement, slog.New(slog.NewTextHandler(log, nil))}
	if *once {
		asOf := time.Now()
		rows, err := j.run(ctx, asOf)
		if err == nil {
			j.log.Info("leads are scored", "as of", asOf, "rows", rows)
		}
		return err
	}
	j.every(ctx, *interval, j.run)
	return nil
}

func runShards(ctx context.Context, flags *flag.FlagSet, args []string, out, _ io.Writer) error {
	by := flags.String("by", "contact", "divide the records by `ENTITY`, contact or account")
	file := flags.String("rules", "", "the rules in `FILE` alone, such as rules/people.score")
	asOf := asOfFlag(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	entity, ok := map[string]string{"contact": "Contact", "account": "Account"}[strings.ToLower(*by)]
	if !ok {
		return fmt.Errorf("shards: records are divided by contact or account, not by %q", *by)
	}
	var patterns []string
	if *file != "" {
		patterns = []string{*file}
	}
	set, err := compile(patterns...)
	if err != nil {
		return err
	}
	s, err := shard(set, entity)
	if err != nil {
		return err
	}
	for _, line := range s.describe() {
		fmt.Fprintln(out, line)
	}
	for i, url := range flags.Args() {
		db, err := sql.Open("pgx", url)
		if err != nil {
			return fmt.Errorf("shard %d: %w", i+1, err)
		}
		err = s.setView(ctx, db, asOf.at)
		db.Close()
		if err != nil {
			return fmt.Errorf("shard %d: %w", i+1, err)
		}
	}
	return nil
}
