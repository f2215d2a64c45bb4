// Command table measures leadscore and prints the tables of docs/performance.md:
//
//	go run ./bench/cmd/table
//	go run ./bench/cmd/table -rows memory,fetch -runs 3
//
// Every figure is the median of several runs, and every ratio comes from scoring
// the same leads with both sides in turns. A section's scores are compared before
// anything is timed.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/measure"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

func main() {
	var names []string
	for _, s := range measure.Sections() {
		names = append(names, s.Name)
	}
	runs := flag.Int("runs", 6, "runs of each row, of which the median counts")
	leads := flag.Int("leads", 10_000, "leads in the data")
	seed := flag.Uint64("seed", 1, "of the data")
	length := flag.Duration("length", 500*time.Millisecond, "how long a run of the slower side takes, about")
	rows := flag.String("rows", strings.Join(names, ","), "which rows to measure, separated by commas")
	flag.Parse()
	if err := run(*runs, *leads, *seed, *length, strings.Split(*rows, ","), names); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

func run(runs, leads int, seed uint64, length time.Duration, rows, names []string) error {
	if runs < 1 || leads < 1 {
		return fmt.Errorf("-runs and -leads are 1 at least")
	}
	for _, r := range rows {
		if !slices.Contains(names, r) {
			return fmt.Errorf("there are no rows %q; there are %s", r, strings.Join(names, ", "))
		}
	}
	lab := measure.NewLab(leads, seed)
	fmt.Printf("%d leads of seed %d with %d interactions of up to %d days, rules of seed %d; medians of %d runs; %s %s/%s.\n",
		leads, seed, lab.Data.Interactions(), crm.Days, rules.Seed, runs, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, s := range measure.Sections() {
		if !slices.Contains(rows, s.Name) {
			continue
		}
		fmt.Printf("\n### %s\n\n", s.Title)
		fmt.Printf("| rules, run | measured | ns/%[1]s | allocs/%[1]s | against | ns/%[1]s | ratio | least to most |\n", s.Unit)
		fmt.Println("|---|---|---:|---:|---|---:|---:|---:|")
		err := s.Contests(lab, func(c measure.Contest) error {
			o, err := c.Run(runs, length)
			if err != nil {
				return err
			}
			row(c, o)
			return nil
		})
		if err == nil && s.Scaling != nil {
			err = scaling(lab, s, runs, length)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return nil
}

func row(c measure.Contest, o measure.Outcome) {
	fmt.Printf("| %s | %s | %s | %s | %s | %s | %s | %s to %s |\n",
		c.Name, c.What, whole(o.Other), short(o.Allocs), c.Against, whole(o.Base), short(o.Ratio), short(o.Least), short(o.Most))
}

// scaling prints the rows that show how a section's sides scale, and below the
// table how well the one does in parts of the other.
func scaling(lab *measure.Lab, s measure.Section, runs int, length time.Duration) error {
	c, err := s.Scaling(lab)
	if err != nil {
		return err
	}
	o, err := c.Run(runs, length)
	if err != nil {
		return err
	}
	row(c.Base, o.Base)
	row(c.Other, o.Other)
	fmt.Printf("\n%d cores do %s times what one does with %s, %s times with %s: that scales %s times as well (%s to %s, measured in turns).\n",
		c.Base.Procs, short(o.Base.Factor()), c.Base.Name, short(o.Other.Factor()), c.Other.Name, short(o.Quotient), short(o.Least), short(o.Most))
	return nil
}

// whole writes a number with separators of thousands.
func whole(x float64) string {
	s := fmt.Sprintf("%.0f", x)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// short writes a number with about three digits.
func short(x float64) string {
	switch {
	case x >= 1000:
		return whole(x)
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	case x >= 0.1 || x < 0.0005:
		return fmt.Sprintf("%.2f", x)
	}
	return fmt.Sprintf("%.3f", x)
}
