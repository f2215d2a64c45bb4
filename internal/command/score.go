package command

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/explain"
)

func runScore(ctx context.Context, inv *invocation) error {
	rules, data, selected := inv.ruleFlags(), inv.dataFlags(), inv.selectionFlags()
	formats := inv.program.formats()
	about := strings.Join(formats[3:], " or ")
	if about == "" {
		about = "table, json (one object per line) or csv"
	} else {
		about = "table, json (one object per line), csv or " + about
	}
	inv.formatFlag("table", "print results as `FORMAT`: "+about, formats[1:]...)
	data.partFlag(inv)
	explained := inv.flags.Bool("explain", false, "explain what each condition contributed")
	inv.checks = append(inv.checks, func() error {
		if *explained && inv.program.Formats[*inv.format] != nil {
			return badUsage("--format %s has no explanations; choose json or csv for them", *inv.format)
		}
		return nil
	})
	output := inv.outputFlag()
	set, _, err := rules.compileFor(ctx, data)
	if err != nil {
		return err
	}
	if set, err = selected.of(set); err != nil {
		return err
	}
	return inv.into(*output, func(inv *invocation) error { return inv.score(ctx, set, data, selected, *explained) })
}

// score scores the data with a set and prints the results to inv.out.
func (inv *invocation) score(ctx context.Context, set *leadscore.Set, data *dataInput, selected *selection, explained bool) error {
	p := startProgress(inv.streams)
	defer p.stop()
	data.resolve(set)
	wanted := allScores
	switch {
	case len(selected.leads) > 0:
		wanted = someLeads
	case explained:
		wanted = everything // explanations list records of any date
	}
	loaded, err := data.loadAndAudit(ctx, inv, p, wanted, set)
	if err != nil {
		return err
	}
	opts := data.options(loaded)
	if explained {
		records := explain.Occurrences
		if *inv.format == "csv" {
			records = 0 // a summary has no lists
		}
		opts = append(opts, leadscore.Explain(records))
	}
	out := bufio.NewWriter(inv.out)
	printer, err := inv.newPrinter(ctx, out, set.Models(), explained)
	if err != nil {
		return err
	}
	printer = selected.printer(printer, set.Models())
	leads, failed, err := inv.scoreAll(ctx, p, set, loaded, selected, printer, opts)
	p.stop()
	if err == nil {
		err = printer.end()
	}
	if err = errors.Join(err, out.Flush()); err != nil {
		return err
	}
	return inv.failures(failed, leads)
}

// scoreAll scores and prints the selected leads. It reports those that cannot be
// scored, and returns how many leads there are, and how many of them failed.
func (inv *invocation) scoreAll(ctx context.Context, p *progress, set *leadscore.Set, data Records, selected *selection, out printer, opts []leadscore.Option) (leads, failed int, err error) {
	all := cmp.Or(len(selected.leads), leadsIn(data))
	for part, err := range partsOf(ctx, data, selected) {
		if err != nil {
			return leads, failed, err
		}
		for r, err := range set.ScoreAll(ctx, part.ids, part.source, opts...) {
			if bad, ok := errors.AsType[*leadscore.LeadError](err); ok {
				leads++
				failed++
				p.printf("%s %s: %v\n", inv.program.Name, inv.command.name, bad)
				if err := out.print(outcome{leadscore.Result{Lead: bad.Lead}, bad}); err != nil {
					return leads, failed, err
				}
				continue
			}
			if err != nil {
				return leads, failed, err
			}
			leads++
			p.say(done("scored", leads, all))
			for _, m := range r.Results {
				if err := out.print(outcome{m, nil}); err != nil {
					return leads, failed, err
				}
			}
		}
	}
	return leads, failed, nil
}
