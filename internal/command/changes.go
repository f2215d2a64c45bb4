package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
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
	c := answer.Comparison{
		Before: modeldiff.Version{Set: set, Data: loaded, AsOf: data.asOf},
		After:  modeldiff.Version{Set: set, Data: loaded, AsOf: to},
		Scores: *scores, Limit: *limit,
		OnFailure: func(bad *leadscore.LeadError) error { return inv.leadFailed(p, bad) },
		Compared:  func(leads int) { p.say(done("compared", leads, leadsIn(loaded))) },
	}
	e, err := c.Of(ctx, loaded.Leads(ctx), data.options(loaded)...)
	if err != nil {
		return err
	}
	p.stop()
	out := bufio.NewWriter(inv.out)
	if inv.json == nil {
		fmt.Fprintf(out, "from %s to %s\n", data.shownTime(data.asOf), data.shownTime(to))
	}
	if err := errors.Join(inv.printEffect(out, e), out.Flush()); err != nil {
		return err
	}
	return inv.failures(e.Failed, e.Failed+e.Leads)
}
