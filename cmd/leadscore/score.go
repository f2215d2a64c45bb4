package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/tables"
)

// occurrences is how many records --explain lists for a condition.
const occurrences = 100

func runScore(ctx context.Context, s streams, args []string) error {
	f := newFlags("score")
	schemaFile := f.String("schema", "", "use the schema in `FILE` instead of the standard schema")
	dataName := f.String("data", "", "score the leads of `DIR`, with one <Entity>.csv or <Entity>.ndjson an entity, packed (.gz) or not; of FILE, a .json file of entity name -> records; or of the files that --mapping names")
	mapping := mappingFlag(f)
	asOfText := f.String("as-of", "", "score as of `TIME`, in RFC 3339 or as a date, which is that day's start in UTC (default now)")
	format := f.String("format", "table", "print a `FORMAT`: table, json (one object a line) or csv")
	explain := f.Bool("explain", false, "say which conditions contributed what, and why")
	skipBad := f.Bool("skip-bad", false, "leave out records with bad values, report and count them, instead of refusing the data")
	color := colorFlag(f)
	names, err := parseFlags(s, f, args)
	switch {
	case err != nil:
		return err
	case *dataName == "":
		return badUsage("--data is missing")
	case len(names) == 0:
		return badUsage("no model file is named")
	}
	tell, err := newTeller(s, *color)
	if err != nil {
		return err
	}
	asOf, err := parseAsOf(*asOfText)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(s.out)
	printer, err := newPrinter(*format, out, *explain)
	if err != nil {
		return err
	}

	set, err := compileFiles(*schemaFile, names)
	if err != nil {
		return tell.told(err)
	}
	if len(set.Models()) == 0 {
		return fmt.Errorf("no model in %s", strings.Join(names, ", "))
	}

	p := startProgress(s)
	defer p.stop()
	p.say("loading the data")
	data, err := loadData(*dataName, *mapping, set.Schema(), *skipBad)
	if err != nil {
		p.stop()
		return err
	}
	p.printf("%s", report(&data.Report))

	// What a lead can reach is in memory already.
	opts := []leadscore.Option{leadscore.AsOf(asOf), leadscore.MaxRecords(math.MaxInt)}
	if *explain {
		opts = append(opts, leadscore.Explain(occurrences))
	}
	leads, scored, failed := data.Len("Lead"), 0, 0
	for r, err := range set.ScoreAll(ctx, data.Leads(ctx), data, opts...) {
		if bad, ok := errors.AsType[*leadscore.LeadError](err); ok {
			failed++
			p.printf("leadscore score: %v\n", bad)
			continue
		}
		if err == nil {
			scored++
			p.sayf("scored %d of %d leads", scored, leads)
			err = printer.print(r)
		}
		if err != nil {
			p.stop()
			return errors.Join(err, out.Flush())
		}
	}
	p.stop()
	if err := errors.Join(printer.end(), out.Flush()); err != nil {
		return err
	}
	if failed > 0 {
		fmt.Fprintf(s.err, "leadscore score: %d of %d leads could not be scored\n", failed, failed+scored)
		return errSilent
	}
	return nil
}

// mappingFlag defines --mapping.
func mappingFlag(f *flag.FlagSet) *string {
	return f.String("mapping", "", "read the data as the mapping in `FILE` says: which file of the folder is which entity, and which column is which field")
}

// loadData loads CRM data. The mapping may be "".
func loadData(name, mapping string, schema *leadscore.Schema, skipBad bool) (*tables.Data, error) {
	opts := tables.Options{SkipBad: skipBad}
	if mapping != "" {
		text, err := os.ReadFile(mapping)
		if err != nil {
			return nil, err
		}
		if opts.Mapping, err = tables.ReadMapping(mapping, text); err != nil {
			return nil, err
		}
	}
	return tables.Load(name, schema, opts)
}

// parseAsOf reads the value of --as-of, which is now if it is not given.
func parseAsOf(text string) (time.Time, error) {
	if text == "" {
		return time.Now(), nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, badUsage("--as-of %q is no time; write 2026-05-31 or 2026-05-31T09:30:00Z", text)
}

// report is what is to be said of loaded data: what was ignored and skipped.
func report(r *tables.Report) string {
	var b strings.Builder
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	if r.Problems.Len() > 0 { // also of files in which the mapping looks something up, of which no record is skipped
		fmt.Fprintf(&b, "%s\n", &r.Problems)
	}
	if r.Skipped() > 0 {
		skipped := slices.Clone(r.Entities)
		skipped = slices.DeleteFunc(skipped, func(c tables.Count) bool { return c.Skipped == 0 })
		for i, c := range skipped {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "skipped %d of %d %s records", c.Skipped, c.Skipped+c.Records, c.Entity)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
