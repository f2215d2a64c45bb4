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
	set, _, err := rules.compileFor(ctx, data)
	if err != nil {
		return err
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
