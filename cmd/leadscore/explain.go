package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/explain"
	"github.com/leadscore/leadscore/whatif"
)

func runExplain(ctx context.Context, s streams, args []string) error {
	f := newFlags("explain")
	schemaFile := f.String("schema", "", "use the schema in `FILE` instead of the standard schema")
	dataName := f.String("data", "", "take the lead from `DIR`, with one <Entity>.csv or <Entity>.ndjson an entity, or from FILE, a .json file")
	mapping := mappingFlag(f)
	lead := f.String("lead", "", "explain the lead with this `ID`")
	asOfText := f.String("as-of", "", "score as of `TIME`, in RFC 3339 or as a date, which is that day's start in UTC (default now)")
	format := f.String("format", "text", "print a `FORMAT`: text or json (one object a model)")
	what := f.Bool("what-if", false, fmt.Sprintf("list the smallest sets of at most %d conditions that would have to say something else for the lead to be sales ready", whatif.MaxConditions))
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
	models := rules.set.Models()
	for i, r := range scored.Results {
		var answer whatif.Answer
		if *what {
			if answer, err = whatif.SalesReady(models[i], r); err != nil {
				return err
			}
		}
		if *format == "json" {
			e := json.NewEncoder(out)
			e.SetEscapeHTML(false)
			err := e.Encode(struct {
				Result leadscore.Result `json:"result"`
				WhatIf []whatif.Set     `json:"what_if,omitempty"`
			}{r, answer.Sets})
			if err != nil {
				return err
			}
			continue
		}
		fmt.Fprint(out, explain.Of(r))
		if *what {
			for line := range strings.Lines(answer.String()) {
				fmt.Fprint(out, "  ", line)
			}
		}
	}
	return out.Flush()
}
