package command

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/modeldiff"
)

func runHistory(ctx context.Context, inv *invocation) error {
	rules, data := inv.ruleFlags(), inv.periodFlags()
	lead := inv.flags.String("lead", "", "show the history of the lead with this `ID`; required")
	inv.formatFlag("table", "print the history as `FORMAT`: table, plot (the course of the scores) or json (one object per line)", "plot", "json")
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
	loaded, err := data.loadAndAudit(ctx, inv, p, someLeads, set)
	if err != nil {
		return err
	}
	h, err := historyOf(ctx, set, *lead, loaded, data.asOf, to, data.options(loaded))
	p.stop()
	if err != nil {
		return err
	}
	switch {
	case inv.json != nil:
		if err := linesOf(inv.json, lineResult, h.first.Results); err != nil {
			return err
		}
		return linesOf(inv.json, lineLead, h.changes)
	case *inv.format == "plot":
		_, err = io.WriteString(inv.out, h.plot())
		return err
	}
	out := bufio.NewWriter(inv.out)
	fmt.Fprint(out, h.table())
	return out.Flush()
}

// A history is the results for a lead as of an instant, and how they change until another.
type history struct {
	from, to time.Time
	first    leadscore.SetResult
	changes  []modeldiff.LeadChange // in the order of time
}

func historyOf(ctx context.Context, set *leadscore.Set, lead string, data leadscore.Source, from, to time.Time, opts []leadscore.Option) (*history, error) {
	h := &history{from: from, to: to}
	var err error
	if h.first, err = set.Score(ctx, lead, data, opts...); err != nil {
		return nil, err
	}
	opts = append(opts, leadscore.Explain(0))
	for c, err := range set.Changes(ctx, lead, data, from, to, opts...) {
		if err != nil {
			return nil, err
		}
		for before, after := range c.Changed() {
			h.changes = append(h.changes, modeldiff.Between(before, after))
		}
	}
	return h, nil
}

// table returns the history as a table: the results as of the first instant, and then each
// change with what makes it.
func (h *history) table() string {
	rows := [][]string{{"AS OF", "MODEL", "RESULT", "WHY"}}
	for _, r := range h.first.Results {
		rows = append(rows, []string{r.AsOf().Format(time.RFC3339Nano), shown.Printable(r.Model), modeldiff.Between(r, r).To.String()})
	}
	for _, c := range h.changes {
		rows = append(rows, withWhy(&c, c.AsOf.Format(time.RFC3339Nano), shown.Printable(c.Model), c.To.String()))
	}
	return aligned(rows)
}

// withWhy returns a row of a table that ends with what makes a change, if that is known.
func withWhy(c *modeldiff.LeadChange, cells ...string) []string {
	var list []string
	for _, x := range c.Conditions {
		list = append(list, x.String())
	}
	for _, x := range c.Lines {
		list = append(list, x.String())
	}
	if list == nil { // the status
		return cells
	}
	return append(cells, strings.Join(list, "; "))
}
