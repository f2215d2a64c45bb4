package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/modeldiff"
)

func runChanges(ctx context.Context, inv *invocation) error {
	rules, data := inv.ruleFlags(), inv.periodFlags()
	inv.formatFlag("text", "print changes as `FORMAT`: text or json (one object per line)", "json")
	scores := inv.flags.Bool("scores", false, "also list leads of which only scores differ")
	limit := inv.flags.Int("limit", 0, "list at most `N` changes, or all if it is 0")
	names, err := inv.parse()
	if err != nil {
		return err
	}
	if err := data.required(); err != nil {
		return err
	}
	if len(names) == 0 {
		return badUsage("name at least one rule file or folder")
	}
	set, err := rules.compileModels(ctx, names...)
	if err != nil {
		return inv.report(err)
	}
	p := startProgress(inv.streams)
	defer p.stop()
	data.resolve(set)
	to, err := data.end(data.now)
	if err != nil {
		return err
	}
	loaded, err := data.loadAndAudit(ctx, inv, p, allScores, set)
	if err != nil {
		return err
	}
	e := &effect{limit: *limit}
	before, after := modeldiff.Version{Set: set, Data: loaded, AsOf: data.asOf}, modeldiff.Version{Set: set, Data: loaded, AsOf: to}
	for lead, err := range modeldiff.Leads(ctx, before, after, loaded.Leads(ctx), data.options(loaded)...) {
		if bad, ok := errors.AsType[*leadscore.LeadError](err); ok {
			e.failed++
			if err := inv.leadFailed(p, bad); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		e.Add(lead)
		p.say(done("compared", e.Leads, leadsIn(loaded)))
		e.list(lead.Changes)
		if *scores {
			e.list(lead.Scores())
		}
	}
	p.stop()
	out := bufio.NewWriter(inv.out)
	if inv.json == nil {
		fmt.Fprintf(out, "from %s to %s\n", data.shownTime(data.asOf), data.shownTime(to))
	}
	if err := errors.Join(inv.printEffect(out, e), out.Flush()); err != nil {
		return err
	}
	return inv.failures(e.failed, e.failed+e.Leads)
}
