package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/tables"
)

// maxAudit is how many findings about data a command lists before its results.
const maxAudit = 20

// audit prints the warnings about the data for a set of models to standard error, or
// as JSON to the output. With --strict it returns errReported if there are any.
func (in *dataInput) audit(ctx context.Context, inv *invocation, p *progress, set *leadscore.Set, data *tables.Data) error {
	p.say("checking the data")
	found, err := await(ctx, func() (audit.Findings, error) { return audit.Check(ctx, set, data, in.asOf) })
	if err != nil {
		return err
	}
	found = found.Warnings()
	if len(found) == 0 {
		return nil
	}
	if inv.json != nil {
		err = linesOf(inv.json, lineFinding, found)
	} else {
		p.printf("%s", in.lines(found, maxAudit))
	}
	if err != nil {
		return err
	}
	if *in.strict {
		return errReported
	}
	return nil
}

// lines returns findings about the data, one per line, at most limit of them.
func (in *dataInput) lines(found audit.Findings, limit int) string {
	var b strings.Builder
	for i, f := range found {
		if i == limit {
			fmt.Fprintf(&b, "%d more; leadscore check --data lists all\n", len(found)-limit)
			break
		}
		fmt.Fprintf(&b, "%s: %s\n", shown.Printable(*in.name), f)
	}
	return b.String()
}

// checkData reports what is odd about the data for a set of models: as text, on
// standard error, or as JSON, on standard output. It returns whether there are
// warnings.
func (in *dataInput) checkData(ctx context.Context, inv *invocation, set *leadscore.Set, advice bool) (warned bool, err error) {
	p := startProgress(inv.streams)
	defer p.stop()
	in.resolve(set)
	data, err := in.load(ctx, p, set.Schema())
	if err != nil {
		return false, err
	}
	p.say("checking the data")
	found, err := await(ctx, func() (audit.Findings, error) { return audit.Check(ctx, set, data, in.asOf) })
	if err != nil {
		return false, err
	}
	p.stop()
	warned = found.Warned()
	if !advice {
		found = found.Warnings()
	}
	if inv.json != nil {
		return warned, linesOf(inv.json, lineFinding, found)
	}
	_, err = fmt.Fprint(inv.err, in.lines(found, dsl.Limits{}.WithDefaults().Problems))
	return warned, err
}
