package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/explain"
	"github.com/leadscore/leadscore/whatif"
)

func runExplain(ctx context.Context, inv *invocation) error {
	rules, data := inv.ruleFlags(), inv.dataFlags()
	lead := inv.flags.String("lead", "", "explain the lead with this `ID`")
	format := inv.choice("format", "text", "print explanations as `FORMAT`: text or json (one object per model)", "json")
	whatIf := inv.flags.Bool("what-if", false, fmt.Sprintf("list the smallest sets of conditions, of at most %d, whose change would make the lead sales ready", whatif.MaxConditions))
	names, err := inv.parse()
	if err != nil {
		return err
	}
	if err := data.required(); err != nil {
		return err
	}
	switch {
	case *lead == "":
		return badUsage("--lead is required")
	case len(names) == 0:
		return badUsage("name at least one rule file or folder")
	}
	set, err := rules.compileModels(names...)
	if err != nil {
		return inv.report(err)
	}
	p := startProgress(inv.streams)
	defer p.stop()
	loaded, err := data.load(p, set.Schema())
	if err != nil {
		return err
	}
	p.stop()
	scored, err := set.Score(ctx, *lead, loaded, append(data.options(), leadscore.Explain(explain.Occurrences))...)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(inv.out)
	for i, m := range set.Models() {
		x := explanation{Result: explain.Of(scored.Results[i])}
		if *whatIf {
			if x.answer, err = whatif.SalesReady(m, scored.Results[i]); err != nil {
				return err
			}
			x.WhatIf = x.answer.Sets
		}
		if *format == "json" {
			err = jsonLines(out).Encode(x)
		} else {
			err = x.print(out)
		}
		if err != nil {
			return err
		}
	}
	return out.Flush()
}

// An explanation is the output of explain for one model.
type explanation struct {
	Result explain.Ledger `json:"result"`
	WhatIf []whatif.Set   `json:"what_if,omitempty"`
	answer whatif.Answer
}

func (x *explanation) print(w io.Writer) error {
	if _, err := fmt.Fprint(w, x.Result); err != nil {
		return err
	}
	for line := range strings.Lines(x.answer.String()) {
		if _, err := fmt.Fprint(w, "  ", line); err != nil {
			return err
		}
	}
	return nil
}
