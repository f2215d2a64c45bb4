// Command table measures leadscore and prints the tables of docs/performance.md:
//
//	go run ./bench/cmd/table
//	go run ./bench/cmd/table -rows memory,fetch -runs 3
//	go run ./bench/cmd/table -rows memory -match 20/ -format json
//
// Every figure is the median of several runs, and every ratio comes from scoring
// the same leads with both sides in turns. A section's scores are compared before
// anything is timed.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore/bench/cmd/table/row"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/measure"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// A config is what is measured, and how.
type config struct {
	runs, leads int
	seed        uint64
	length      time.Duration
	rows        []string
	match       *regexp.Regexp
	json        bool
}

func main() {
	var c config
	names := sectionNames()
	flag.IntVar(&c.runs, "runs", 6, "runs of each row; the figure is their median")
	flag.IntVar(&c.leads, "leads", 10_000, "leads in the data")
	flag.Uint64Var(&c.seed, "seed", 1, "seed of the data")
	flag.DurationVar(&c.length, "length", 500*time.Millisecond, "about how long a run of the slower side takes")
	rows := flag.String("rows", strings.Join(names, ","), "which rows to measure, separated by commas")
	match := flag.String("match", "", "measure only rows whose names, such as memory/20/cold, match this `regexp`")
	format := flag.String("format", "markdown", "markdown, or json with one row per line")
	flag.Parse()
	c.rows = strings.Split(*rows, ",")
	c.json = *format == "json"
	var err error
	c.match, err = regexp.Compile(*match)
	if err == nil && !c.json && *format != "markdown" {
		err = fmt.Errorf("-format must be markdown or json")
	}
	if err == nil {
		err = c.run(os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

func sectionNames() []string {
	var names []string
	for _, s := range measure.Sections() {
		names = append(names, s.Name)
	}
	return names
}

func (c *config) run(w io.Writer) error {
	names := sectionNames()
	if c.runs < 1 || c.leads < 1 {
		return fmt.Errorf("-runs and -leads must be at least 1")
	}
	for _, r := range c.rows {
		if !slices.Contains(names, r) {
			return fmt.Errorf("unknown rows %q; -rows takes %s", r, strings.Join(names, ", "))
		}
	}
	lab := measure.NewLab(c.leads, c.seed)
	if !c.json {
		fmt.Fprintf(w, "%d leads of seed %d with %d interactions of up to %d days, rules of seed %d; medians of %d runs; %s %s/%s.\n",
			c.leads, c.seed, lab.Data.Interactions(), crm.Days, rules.Seed, c.runs, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	}
	for _, s := range measure.Sections() {
		if !slices.Contains(c.rows, s.Name) {
			continue
		}
		p := printer{w: w, json: c.json, section: s}
		err := s.Contests(lab, func(contest measure.Contest) error {
			if !c.matches(s, contest.Name) {
				return nil
			}
			o, err := contest.Run(c.runs, c.length)
			if err != nil {
				return err
			}
			return p.row(contest, o)
		})
		if err == nil && s.Scaling != nil {
			err = c.scaling(&p, lab)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return nil
}

// matches reports whether a row of a section is to be measured.
func (c *config) matches(s measure.Section, name string) bool {
	return c.match.MatchString(s.Name + "/" + name)
}

// scalingName is the name of the row that shows how well the sides of a section
// scale.
const scalingName = "scaling"

// scaling prints the rows that show how a section's sides scale, and below the
// table how well one scales relative to the other. If one of them is to be measured,
// all are measured together.
func (c *config) scaling(p *printer, lab *measure.Lab) error {
	s, err := p.section.Scaling(lab)
	if err != nil {
		return err
	}
	names := []string{s.Base.Name, s.Other.Name, scalingName}
	if !slices.ContainsFunc(names, func(name string) bool { return c.matches(p.section, name) }) {
		return nil
	}
	o, err := s.Run(c.runs, c.length)
	if err != nil {
		return err
	}
	if err := p.row(s.Base, o.Base); err != nil {
		return err
	}
	if err := p.row(s.Other, o.Other); err != nil {
		return err
	}
	return p.scaling(s, o)
}

// A printer prints the rows of a section.
type printer struct {
	w       io.Writer
	json    bool
	section measure.Section
	begun   bool // the head of the table has been printed
}

func (p *printer) row(c measure.Contest, o measure.Outcome) error {
	if p.json {
		return row.Write(p.w, row.Row{
			Section: p.section.Name, Name: c.Name, What: c.What, Against: c.Against, Unit: p.section.Unit,
			Time: o.Other, AgainstTime: o.Base, Allocs: o.Allocs, Ratio: o.Ratio, Least: o.Least, Most: o.Most,
		})
	}
	if !p.begun {
		p.begun = true
		fmt.Fprintf(p.w, "\n### %s\n\n", p.section.Title)
		fmt.Fprintf(p.w, "| rules, run | measured | ns/%[1]s | allocs/%[1]s | against | ns/%[1]s | ratio | least to most |\n", p.section.Unit)
		fmt.Fprintln(p.w, "|---|---|---:|---:|---|---:|---:|---:|")
	}
	_, err := fmt.Fprintf(p.w, "| %s | %s | %s | %s | %s | %s | %s | %s to %s |\n",
		c.Name, c.What, whole(o.Other), short(o.Allocs), c.Against, whole(o.Base), short(o.Ratio), short(o.Least), short(o.Most))
	return err
}

func (p *printer) scaling(s measure.Scaling, o measure.Scaled) error {
	if p.json {
		return row.Write(p.w, row.Row{
			Section: p.section.Name, Name: scalingName, What: s.Other.Name, Against: s.Base.Name, Unit: p.section.Unit,
			Ratio: o.Quotient, Least: o.Least, Most: o.Most, Scaling: true,
		})
	}
	_, err := fmt.Fprintf(p.w, "\n%d cores do %s times what one does with %s, %s times with %s: that scales %s times as well (%s to %s, measured in turns).\n",
		s.Base.Procs, short(o.Base.Factor()), s.Base.Name, short(o.Other.Factor()), s.Other.Name, short(o.Quotient), short(o.Least), short(o.Most))
	return err
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
