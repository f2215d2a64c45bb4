package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/answer"
)

// maxAudit is how many findings about data a command lists before its results.
const maxAudit = 20

// findings returns what about the data does not meet the rules of a set.
func (in *dataInput) findings(ctx context.Context, p *progress, set *leadscore.Set, data Records) (audit.Findings, error) {
	p.say("checking the data")
	if source, ok := data.(audit.Source); ok && inMemory(data) {
		found, err := await(ctx, func() (audit.Findings, error) { return answer.DataFindings(ctx, set, source, in.asOf, in.until) })
		for i := range found {
			if found[i].Code == audit.CodeNoRecords && in.recent[found[i].Entity] {
				found[i].Summary = "the rules ask for it, and the data has no record of it that is recent enough for them"
			}
		}
		return found, err
	}
	if auditor, ok := data.(Auditor); ok {
		return auditor.Audit(ctx, set)
	}
	return nil, nil
}

// loadAndAudit loads what a command needs that scores leads, and checks it: see load and
// audit.
func (in *dataInput) loadAndAudit(ctx context.Context, inv *invocation, p *progress, wanted scope, set *leadscore.Set) (Records, error) {
	data, err := in.load(ctx, p, wanted, false, set)
	if err != nil {
		return nil, err
	}
	return data, in.audit(ctx, inv, p, set, data)
}

// audit prints the warnings about the data for a set of models to standard error, or
// as JSON to the output. With --strict it returns errReported if there are any. A
// database is not searched for what is wrong with it for the sake of a few leads, unless
// --strict asks for it.
func (in *dataInput) audit(ctx context.Context, inv *invocation, p *progress, set *leadscore.Set, data Records) error {
	if in.scope == someLeads && !*in.strict && !inMemory(data) {
		return nil
	}
	found, err := in.findings(ctx, p, set, data)
	if err != nil {
		return err
	}
	found = found.Warnings()
	if len(found) == 0 {
		return nil
	}
	if inv.json != nil {
		err = answer.Each(inv.json, answer.KeyFinding, found)
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
			flag := "--data"
			if in.db != nil {
				flag = "--database"
			}
			fmt.Fprintf(&b, "%d more; %s check %s lists all\n", len(found)-limit, in.program.Name, flag)
			break
		}
		fmt.Fprintf(&b, "%s: %s\n", in.shown(), f)
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
	data, err := in.load(ctx, p, everything, false, set)
	if err != nil {
		return false, err
	}
	found, err := in.findings(ctx, p, set, data)
	if err != nil {
		return false, err
	}
	p.stop()
	warned = found.Warned()
	if !advice {
		found = found.Warnings()
	}
	if inv.json != nil {
		return warned, answer.Each(inv.json, answer.KeyFinding, found)
	}
	_, err = fmt.Fprint(inv.err, in.lines(found, dsl.Limits{}.WithDefaults().Problems))
	return warned, err
}
