// Command compare tells which rows of the table (cmd/table) two commits differ
// in, and whether by more than chance:
//
//	bench/compare OLD NEW
//	bench/compare -rows memory,compile -length 200ms HEAD~3 HEAD
//	bench/compare -match '/(20|100)/cold' main my-branch
//
// It builds the table command once with NEW and twice with OLD, and runs the three
// programs in alternation, each many times for a short while. A figure is the
// median over a program's runs. A row is worse if its figure is worse by more than
// 3 % and by more than the figures of the two builds of OLD differ. If a row is
// worse, the exit status is 1; if the comparison failed, it is 2.
//
// On a busy machine runs differ more than commits do. The column chance shows how
// far apart the medians of as many runs of OLD come by chance. A row that is worse
// by no more than that is still worse, but marked: it should be measured again.
//
// The figure of a row is its ratio to what leadscore is measured against, such as
// hand-written code, as that changes least with the machine. Where leadscore is
// measured against itself, both sides change with the library, so the figure is
// the time of the measured side. Where leadscore is not measured at all, the row is
// printed but not judged.
//
// Both commits are checked out below a temporary folder, which is removed in the
// end. See workspace for which commit's bench folder measures OLD.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// A config is what to compare, and how.
type config struct {
	old, new string // commits
	runs     int
	table    []string // arguments of the table command
}

// errWorse is the result of a comparison in which some row is worse.
var errWorse = errors.New("some rows are worse")

func main() {
	runs := flag.Int("runs", 10, "runs of each program; fewer than 10 show little")
	leads := flag.Int("leads", 10_000, "leads in the data")
	length := flag.Duration("length", 0, "how long a run of the slower side takes, about; 0 means as long as in the table")
	rows := flag.String("rows", "", "which rows to measure, separated by commas, such as memory,compile; all if empty")
	match := flag.String("match", "", "measure only those of the rows whose names, such as memory/20/cold, match this `regexp`")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: bench/compare [flags] OLD NEW")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 2 || *runs < 1 {
		flag.Usage()
		os.Exit(2)
	}
	c := config{old: flag.Arg(0), new: flag.Arg(1), runs: *runs}
	c.table = []string{"-format", "json", "-runs", "1", "-leads", fmt.Sprint(*leads), "-match", *match}
	if *length > 0 {
		c.table = append(c.table, "-length", length.String())
	}
	if *rows != "" {
		c.table = append(c.table, "-rows", *rows)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch err := c.run(ctx, ".", os.Stdout, os.Stderr); {
	case errors.Is(err, errWorse):
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(2)
	}
}

// run compares two commits of the repository around a folder. It writes a table to
// out and progress to log, and returns errWorse if some row is worse.
func (c *config) run(ctx context.Context, dir string, out, log io.Writer) (err error) {
	w, err := newWorkspace(ctx, dir, c.old, c.new, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	programs, err := w.build(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "old: %s\nnew: %s\n%s\n%d runs of each program, in alternation, with %v.\n\n", w.old.title, w.new.title, w.note, c.runs, c.table)
	var s samples
	for run := range c.runs {
		fmt.Fprintf(log, "run %d of %d\n", run+1, c.runs)
		// Each program is the first, the second and the last equally often.
		for i := range programs {
			side := (run + i) % len(programs)
			rows, err := measure(ctx, programs[side], c.table)
			if err != nil {
				return err
			}
			s.add(side, rows)
		}
	}
	results := s.judge()
	print(out, results)
	if len(results) == 0 {
		return errors.New("no rows were measured")
	}
	for _, r := range results {
		if r.verdict == worse || r.verdict == worseByChance {
			return errWorse
		}
	}
	return nil
}
