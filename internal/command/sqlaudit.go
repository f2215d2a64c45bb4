package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/pushdown"
)

// audit prints the statements that look for what the engine refuses in the tables, or runs them and
// prints what they find. Then it returns errReported if they find anything.
func (in *statementInput) audit(ctx context.Context, p *progress, set *leadscore.Set, s *pushed) error {
	checks, err := pushdown.Audit(set, s.dialect, s.mapping)
	if refusals, ok := errors.AsType[pushdown.Refusals](err); ok {
		p.stop()
		return in.inv.refused(refusals)
	}
	if err != nil {
		return err
	}
	if !*in.run {
		p.stop()
		return in.printChecks(s, checks)
	}
	db, err := s.runs.Begin(ctx)
	if err != nil {
		return err
	}
	var found audit.Findings
	for i, c := range checks {
		p.say(fmt.Sprintf("checking %s.%s: %d of %d statements", c.Entity, c.Field, i+1, len(checks)))
		f, err := c.Run(ctx, db)
		if err != nil {
			return readableRun(ctx, err)
		}
		if f.Rows > 0 {
			found = append(found, findingOf(c, f))
		}
	}
	p.stop()
	for _, f := range found {
		if in.inv.json == nil {
			fmt.Fprintf(in.inv.out, "%s: %s: %s\n", in.db.Name(), countedOf(f), strings.TrimPrefix(f.String(), f.Severity.String()+": "))
		} else if err := in.inv.json.Line(answer.KeyFinding, f); err != nil {
			return err
		}
	}
	if len(found) > 0 {
		return errReported
	}
	if in.inv.json == nil {
		fmt.Fprintf(in.inv.out, "%s: nothing is wrong, say %d statements\n", in.db.Name(), len(checks))
	}
	return nil
}

// countedOf says how many rows a finding is about, or how many ids if several rows have them.
func countedOf(f audit.Finding) string {
	what := "row"
	if f.Code == "duplicate-id" {
		what = "id"
	}
	if f.Count != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", f.Count, what)
}

// printChecks prints statements that look for something.
func (in *statementInput) printChecks(s *pushed, checks []pushdown.Check) error {
	for _, c := range checks {
		if in.inv.json == nil {
			if _, err := fmt.Fprintf(in.inv.out, "-- %s\n%s;\n\n", shown.Printable(c.String()), c.Text); err != nil {
				return err
			}
			continue
		}
		line := answer.Statement{Dialect: s.dialect.Name, Finds: c.String(), Columns: []string{"count", "sample", "id"}, Text: c.Text}
		if err := in.inv.json.Line(answer.KeyStatement, line); err != nil {
			return err
		}
	}
	return nil
}

// findingOf returns what a check has found as a finding.
func findingOf(c pushdown.Check, f pushdown.Found) audit.Finding {
	out := audit.Finding{Code: dsl.Code(c.Code), Severity: dsl.Warning, Entity: c.Entity, Field: c.Field, Count: int(f.Rows), Summary: c.Summary, Help: c.Remedy}
	var such []string
	for i, sample := range f.Samples {
		if sample == "" {
			continue
		}
		text := shown.Quote(sample)
		if id := f.IDs[i]; id != "" && c.Field != "id" {
			text += " of " + shown.Quote(id)
		}
		such = append(such, text)
		out.Examples = append(out.Examples, sample)
	}
	if such != nil {
		out.Summary += ", such as " + strings.Join(such, ", ")
	}
	return out
}
