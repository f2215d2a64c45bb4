package command

import (
	"context"
	"slices"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/answer"
)

func runCheck(ctx context.Context, inv *invocation) error {
	rules, data := inv.ruleFlags(), inv.dataFlags()
	advice := inv.flags.Bool("advice", false, "also give advice, on what is unusual but may be intended")
	inv.formatFlag("text", "report problems as `FORMAT`: text, on standard error, or json, one object per line on standard output", "json")
	inv.watchFlag()
	names, err := inv.parse()
	if err != nil {
		return err
	}
	if len(names) == 0 && *rules.schema == "" {
		return badUsage("name at least one rule file or folder")
	}
	withData, err := data.given()
	if err != nil {
		return err
	}
	sets, err := findRules(ctx, names)
	if err != nil {
		return err
	}
	c := checker{inv: inv, rules: rules, advice: *advice}
	if withData {
		c.data = data
	}
	failed := false
	for _, files := range sets.all() {
		// Continue after a set that cannot be used.
		switch err := c.check(ctx, files); {
		case err == errReported:
			failed = true
		case err != nil:
			return err
		}
	}
	if failed || *data.strict && c.warned {
		return errReported
	}
	return nil
}

// A checker checks sets of rule files.
type checker struct {
	inv    *invocation
	rules  *ruleInput
	data   *dataInput // nil if only rules are checked
	advice bool       // whether to give it
	warned bool       // whether there was a warning
}

// check reports the problems and findings of a set. It returns errReported if the
// rules do not compile.
func (c *checker) check(ctx context.Context, files []string) error {
	set, found, err := findingsIn(ctx, c.rules, c.data, files)
	if err != nil {
		return c.inv.report(err)
	}
	c.warned = c.warned || slices.ContainsFunc(found, func(d dsl.Diagnostic) bool { return d.Severity == dsl.Warning })
	if found = answer.Shown(found, c.advice); len(found) > 0 {
		if err := c.inv.report(found); err != errReported {
			return err
		}
	}
	if c.data == nil {
		return nil
	}
	odd, err := c.data.checkData(ctx, c.inv, set, c.advice)
	c.warned = c.warned || odd
	return err
}

// findingsIn returns the set in rule files, and the findings. It fails if they do
// not compile. If data is not nil and has --as-of, it is known which seasons are over.
func findingsIn(ctx context.Context, rules *ruleInput, data *dataInput, names []string) (*leadscore.Set, leadscore.Diagnostics, error) {
	schema, files, err := rules.read(ctx, names)
	if err != nil {
		return nil, nil, err
	}
	set, err := compileSet(ctx, schema, files)
	if err != nil {
		return nil, nil, err
	}
	found, err := await(ctx, func() (leadscore.Diagnostics, error) {
		if data != nil && *data.asOfText != "" {
			data.resolve(set)
			return answer.RuleFindings(set, files, data.asOf), nil
		}
		return answer.RuleFindings(set, files, time.Time{}), nil
	})
	return set, found, err
}
