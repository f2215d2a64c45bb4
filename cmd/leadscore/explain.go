package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/internal/whatif"
)

func runExplain(ctx context.Context, s streams, args []string) error {
	f := newFlags("explain")
	schemaFile := f.String("schema", "", "use the schema in `FILE` instead of the standard schema")
	dataName := f.String("data", "", "take the lead from `DIR`, with one <Entity>.csv or <Entity>.ndjson an entity, or from FILE, a .json file")
	mapping := mappingFlag(f)
	lead := f.String("lead", "", "explain the lead with this `ID`")
	asOfText := f.String("as-of", "", "score as of `TIME`, in RFC 3339 or as a date, which is that day's start in UTC (default now)")
	format := f.String("format", "text", "print a `FORMAT`: text or json (one object a model)")
	what := f.Bool("what-if", false, fmt.Sprintf("list the smallest sets of at most %d conditions that would have to say something else for the lead to be sales ready", whatif.Most))
	color := colorFlag(f)
	names, err := parseFlags(s, f, args)
	switch {
	case err != nil:
		return err
	case *dataName == "":
		return badUsage("--data is missing")
	case *lead == "":
		return badUsage("--lead is missing")
	case len(names) == 0:
		return badUsage("no model file is named")
	case *format != "text" && *format != "json":
		return badUsage("--format %q is none of text and json", *format)
	}
	tell, err := newTeller(s, *color)
	if err != nil {
		return err
	}
	asOf, err := parseAsOf(*asOfText)
	if err != nil {
		return err
	}
	rules, err := readVersion(*schemaFile, names...)
	if err != nil {
		return tell.told(err)
	}
	data, err := loadData(*dataName, *mapping, rules.set.Schema(), false)
	if err != nil {
		return err
	}
	scored, err := rules.set.Score(ctx, *lead, data, leadscore.AsOf(asOf), leadscore.MaxRecords(math.MaxInt), leadscore.Explain(occurrences))
	if err != nil {
		return err
	}
	out := bufio.NewWriter(s.out)
	for i, r := range scored.Results {
		var sets [][]whatif.Change
		if *what {
			sets = whatIf(rules.models[i], r)
		}
		if *format == "json" {
			e := json.NewEncoder(out)
			e.SetEscapeHTML(false)
			err := e.Encode(struct {
				Result leadscore.Result  `json:"result"`
				WhatIf [][]whatif.Change `json:"what_if,omitempty"`
			}{r, sets})
			if err != nil {
				return err
			}
			continue
		}
		fmt.Fprint(out, explanation(r))
		if *what {
			fmt.Fprint(out, alternatives(rules.models[i], r, sets))
		}
	}
	return out.Flush()
}

// whatIf lists the smallest sets of conditions that would make a result sales ready.
func whatIf(m *check.Model, r leadscore.Result) [][]whatif.Change {
	threshold, ok := m.SalesReady.At()
	if !ok || r.Status != leadscore.Scored || r.SalesReady {
		return nil
	}
	var conditions []whatif.Condition
	i := 0
	for c := range r.Contributions() {
		each := slices.ContainsFunc(m.Conditions[i].Children, func(ch check.Child) bool { return ch.Each })
		conditions = append(conditions, whatif.Condition{Name: c.Condition, Multiplier: c.Multiplier, Points: c.Points, Each: each})
		i++
	}
	return whatif.Sets(conditions, threshold)
}

// alternatives prints what whatIf has found.
func alternatives(m *check.Model, r leadscore.Result, sets [][]whatif.Change) string {
	threshold, ok := m.SalesReady.At()
	switch {
	case r.Status != leadscore.Scored:
		return ""
	case !ok:
		return "  the model has no sales-ready score\n"
	case r.SalesReady:
		return ""
	case len(sets) == 0:
		return fmt.Sprintf("  it would be sales ready at %d, and no change of up to %d conditions takes it there\n", threshold, whatif.Most)
	}
	text := fmt.Sprintf("  it would be sales ready, at %d, if\n", threshold)
	for _, set := range sets {
		line := ""
		for i, c := range set {
			if i > 0 {
				line += " and "
			}
			line += c.String()
		}
		text += "    " + shown.Printable(line) + "\n"
	}
	return text
}
