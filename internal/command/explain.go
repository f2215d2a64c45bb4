package command

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/explain"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/whatif"
)

func runExplain(ctx context.Context, inv *invocation) error {
	rules, data := inv.ruleFlags(), inv.dataFlags()
	lead := inv.flags.String("lead", "", "explain the lead with this `ID`")
	inv.formatFlag("text", "print explanations as `FORMAT`: text or json (one object per model)", "json")
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
	set, err := rules.compileModels(ctx, names...)
	if err != nil {
		return inv.report(err)
	}
	p := startProgress(inv.streams)
	defer p.stop()
	data.resolve(set)
	loaded, err := data.loadAndAudit(ctx, inv, p, someLeads, set)
	if err != nil {
		return err
	}
	p.stop()
	scored, err := set.Score(ctx, *lead, loaded, append(data.options(loaded), leadscore.Explain(explain.Occurrences))...)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(inv.out)
	err = answer.Explanations(set, scored.Results, *whatIf, func(a whatif.Answer) error {
		if inv.json != nil {
			return inv.json.Line(answer.KeyExplanation, a)
		}
		return printExplanation(ctx, out, a, *whatIf)
	})
	return cmp.Or(err, out.Flush())
}

// printExplanation prints the result of an answer and, indented below it, the answer
// itself if whatIf is set.
func printExplanation(ctx context.Context, w io.Writer, a whatif.Answer, whatIf bool) error {
	ledger, err := explain.Of(ctx, a.Result)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(w, ledger); err != nil || !whatIf {
		return err
	}
	for line := range strings.Lines(a.String()) {
		if _, err := fmt.Fprint(w, "  ", line); err != nil {
			return err
		}
	}
	return nil
}
