package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/modeldiff"
)

func runNext(ctx context.Context, inv *invocation) error {
	rules, data := inv.ruleFlags(), inv.dataFlags()
	data.to = &timeFlag{"to", inv.flags.String("to", "", "look for changes up to `TIME` (default seven days after --as-of)")}
	var leads list
	inv.list(&leads, "lead", "look only at the lead with this `ID`; may be given several times")
	inv.formatFlag("table", "print the next changes as `FORMAT`: table or json (one object per line)", "json")
	set, _, err := rules.compileFor(ctx, data)
	if err != nil {
		return err
	}
	p := startProgress(inv.streams)
	defer p.stop()
	data.resolve(set)
	to, err := data.end(data.asOf.AddDate(0, 0, 7))
	if err != nil {
		return err
	}
	wanted := allScores
	if len(leads) > 0 {
		wanted = someLeads
	}
	loaded, err := data.loadAndAudit(ctx, inv, p, wanted, set)
	if err != nil {
		return err
	}
	opts := append(data.options(loaded), leadscore.NextChange(to))
	n := &nextChanges{inv: inv, progress: p, set: set, data: loaded}
	if err := n.find(ctx, leads, opts); err != nil {
		return err
	}
	err = n.explain(ctx, data.options(loaded))
	p.stop()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(inv.out)
	if inv.json != nil {
		err = answer.Each(inv.json, answer.KeyLead, n.changes)
	} else {
		fmt.Fprint(out, n.table())
	}
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	return inv.failures(n.failed, n.leads)
}

// nextChanges are the next changes of the results for leads.
type nextChanges struct {
	inv           *invocation
	progress      *progress
	set           *leadscore.Set
	data          Records
	leads, failed int
	found         []foundChange
	changes       []modeldiff.LeadChange // in the order of time
}

// A foundChange is when the result of a model for a lead changes.
type foundChange struct {
	lead  string
	model int
	at    time.Time
}

// find finds when results change, and orders that by time. It reports leads that cannot be
// scored.
func (n *nextChanges) find(ctx context.Context, leads list, opts []leadscore.Option) error {
	run := &scoring{inv: n.inv, progress: n.progress, set: n.set, data: n.data, leads: leads, said: "looked at"}
	err := run.each(ctx, opts, func(r leadscore.SetResult) error {
		for i, m := range r.Results {
			if at, ok := m.NextChange(); ok {
				n.found = append(n.found, foundChange{r.Lead, i, at})
			}
		}
		return nil
	})
	n.leads, n.failed = run.count, run.failures
	if err != nil {
		return err
	}
	slices.SortStableFunc(n.found, func(a, b foundChange) int { return a.at.Compare(b.at) })
	return nil
}

// explain finds out what results change to, and why.
func (n *nextChanges) explain(ctx context.Context, opts []leadscore.Option) error {
	opts = append(opts, leadscore.Explain(0))
	for _, f := range n.found {
		var results [2]leadscore.Result
		for i, asOf := range []time.Time{f.at.Add(-time.Microsecond), f.at} {
			r, err := n.set.Score(ctx, f.lead, n.data, append(opts[:len(opts):len(opts)], leadscore.AsOf(asOf))...)
			if err != nil {
				return err
			}
			results[i] = r.Results[f.model]
		}
		n.changes = append(n.changes, modeldiff.Between(results[0], results[1]))
	}
	return nil
}

func (n *nextChanges) table() string {
	rows := [][]string{{"AS OF", "LEAD", "MODEL", "BEFORE", "AFTER", "WHY"}}
	for _, c := range n.changes {
		rows = append(rows, withWhy(&c, c.AsOf.Format(time.RFC3339Nano), shown.Printable(c.Lead), shown.Printable(c.Model), c.From.String(), c.To.String()))
	}
	return aligned(rows)
}
