package command

import (
	"context"
	"fmt"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/modeltest"
)

func runTest(ctx context.Context, inv *invocation) error {
	rules := inv.ruleFlags()
	verbose := inv.flags.Bool("v", false, "also list tests that pass")
	inv.formatFlag("text", "print results as `FORMAT`: text or json (one object per test)", "json")
	inv.watchFlag()
	names, err := inv.parse()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return badUsage("name at least one rule file or folder")
	}
	sets, err := findRules(ctx, names)
	if err != nil {
		return err
	}
	c := testCounts{}
	broken := false
	for _, files := range sets.all() {
		// Continue after a set that does not compile.
		set, err := rules.compile(ctx, files)
		switch err = inv.report(err); {
		case err == errReported:
			broken = true
		case err == nil:
			err = inv.test(ctx, set, *verbose, &c)
		}
		if err != nil && err != errReported {
			return err
		}
	}
	if inv.json == nil && (!broken || c.passed+c.failed > 0) {
		if _, err := fmt.Fprintln(inv.out, summary(c.passed, c.failed)); err != nil {
			return err
		}
	}
	if c.failed > 0 || broken {
		return errReported
	}
	return nil
}

// testCounts counts tests.
type testCounts struct{ passed, failed int }

// test runs the tests of a set and prints their results: those of tests that pass only
// if verbose is set, or as JSON.
func (inv *invocation) test(ctx context.Context, set *leadscore.Set, verbose bool, c *testCounts) error {
	for r := range modeltest.Results(ctx, set) {
		err := ctx.Err()
		if err != nil {
			return err
		}
		if r.Passed() {
			c.passed++
		} else {
			c.failed++
		}
		switch {
		case inv.json != nil:
			err = inv.json.Line(answer.KeyTest, answer.TestOf(r))
		case !r.Passed():
			_, err = fmt.Fprintf(inv.out, "%v\n\n", r)
		case verbose:
			_, err = fmt.Fprintln(inv.out, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func summary(passed, failed int) string {
	switch {
	case passed+failed == 0:
		return "no tests"
	case failed == 0:
		return fmt.Sprintf("%s passed", tests(passed))
	}
	return fmt.Sprintf("%s passed, %d failed", tests(passed), failed)
}

func tests(n int) string {
	if n == 1 {
		return "1 test"
	}
	return fmt.Sprintf("%d tests", n)
}
