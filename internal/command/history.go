package command

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/leadscore/leadscore/internal/answer"
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
	h, err := answer.HistoryOf(ctx, set, *lead, loaded, data.asOf, to, data.options(loaded))
	p.stop()
	if err != nil {
		return err
	}
	switch {
	case inv.json != nil:
		return h.Write(inv.json)
	case *inv.format == "plot":
		_, err = io.WriteString(inv.out, plot(h))
		return err
	}
	out := bufio.NewWriter(inv.out)
	fmt.Fprint(out, historyTable(h))
	return out.Flush()
}

// historyTable returns a history as a table: the results as of the first instant, and then each
// change with what makes it.
func historyTable(h *answer.History) string {
	rows := [][]string{{"AS OF", "MODEL", "RESULT", "WHY"}}
	for _, r := range h.First.Results {
		rows = append(rows, []string{r.AsOf().Format(time.RFC3339Nano), shown.Printable(r.Model), modeldiff.Between(r, r).To.String()})
	}
	for _, c := range h.Changes {
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
