package command

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/modeldiff"
)

func runDiff(ctx context.Context, inv *invocation) error {
	rules, data := inv.ruleFlags(), inv.dataFlags()
	inv.formatFlag("text", "print differences as `FORMAT`: text or json (one object per line)", "json")
	limit := inv.flags.Int("limit", 20, "list at most `N` changed leads; 0 lists all")
	exitCode := inv.flags.Bool("exit-code", false, "exit with status 3 if there is a difference, in the rules or in the results of leads")
	names, err := inv.parse()
	if err != nil {
		return err
	}
	if len(names) != 2 {
		return badUsage("diff takes two arguments, OLD and NEW")
	}
	population, err := data.given()
	if err != nil {
		return err
	}
	if *data.strict && !population {
		return badUsage("--strict needs %s", data.flagNames())
	}
	older, err := rules.compileModels(ctx, names[0])
	if err != nil {
		return inv.report(err)
	}
	newer, err := rules.compileModels(ctx, names[1])
	if err != nil {
		return inv.report(err)
	}
	out := bufio.NewWriter(inv.out)
	changes, err := await(ctx, func() (modeldiff.Changes, error) { return modeldiff.Rules(older, newer), nil })
	if err != nil {
		return err
	}
	differs := func(changed bool) error {
		if *exitCode && changed {
			return errDiffers
		}
		return nil
	}
	err = inv.printRules(out, changes)
	if err != nil || !population {
		return cmp.Or(errors.Join(err, out.Flush()), differs(len(changes) > 0))
	}
	e, err := compareLeads(ctx, inv, older, newer, data, *limit)
	if err == nil {
		err = inv.printEffect(out, e)
	}
	if err = errors.Join(err, out.Flush()); err != nil {
		return err
	}
	return cmp.Or(inv.failures(e.Failed, e.Failed+e.Leads), differs(len(changes) > 0 || e.Changed > 0))
}

// compareLeads scores all leads with both versions. It lists at most limit changes,
// or all if limit is 0, and reports leads that cannot be scored.
func compareLeads(ctx context.Context, inv *invocation, older, newer *leadscore.Set, data *dataInput, limit int) (*answer.Effect, error) {
	p := startProgress(inv.streams)
	defer p.stop()
	data.resolve(older, newer)
	was, is, err := data.loadBoth(ctx, p, older, newer)
	if err != nil {
		return nil, err
	}
	if err := data.audit(ctx, inv, p, newer, is); err != nil {
		return nil, err
	}
	ids, err := answer.LeadsOf(ctx, was, is)
	if err != nil {
		return nil, err
	}
	c := answer.Comparison{
		Before: modeldiff.Version{Set: older, Data: was}, After: modeldiff.Version{Set: newer, Data: is},
		Limit:     limit,
		OnFailure: func(bad *leadscore.LeadError) error { return inv.leadFailed(p, bad) },
		Compared:  func(leads int) { p.say(done("compared", leads, len(ids))) },
	}
	return c.Of(ctx, leadscore.IDs(ids...), data.options(is)...)
}

// loadBoth loads the data for two versions of rules: once, if their schemas are equal.
func (in *dataInput) loadBoth(ctx context.Context, p *progress, older, newer *leadscore.Set) (was, is Records, err error) {
	if older.Schema().Equal(newer.Schema()) {
		was, err = in.load(ctx, p, allScores, false, older, newer)
		return was, was, err
	}
	if was, err = in.load(ctx, p, allScores, true, older); err != nil {
		return nil, nil, err
	}
	is, err = in.load(ctx, p, allScores, false, newer)
	return was, is, err
}

// printRules prints changes of rules on w, or as JSON.
func (inv *invocation) printRules(w io.Writer, changes modeldiff.Changes) error {
	if inv.json != nil {
		return answer.Each(inv.json, answer.KeyChange, changes)
	}
	_, err := fmt.Fprint(w, changes)
	return err
}

// printEffect prints changes of results on w, or as JSON.
func (inv *invocation) printEffect(w io.Writer, e *answer.Effect) error {
	if inv.json != nil {
		return e.Write(inv.json)
	}
	fmt.Fprintf(w, "\n%s", e.Summary)
	for i, c := range e.Listed {
		if i == 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprint(w, c)
	}
	if e.More > 0 {
		fmt.Fprintf(w, "and %d more; --limit 0 lists all\n", e.More)
	}
	return nil // w keeps its error
}
