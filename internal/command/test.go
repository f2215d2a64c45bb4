package command

import (
	"context"
	"fmt"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/modeltest"
)

func runTest(ctx context.Context, inv *invocation) error {
	rules := inv.ruleFlags()
	verbose := inv.flags.Bool("v", false, "also list tests that pass")
	inv.formatFlag("text", "print results as `FORMAT`: text or json (one object per test)", "json")
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
			err = inv.json.line(lineTest, testLine(r))
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

// A testResult is one line of leadscore test --format json.
type testResult struct {
	Model    string            `json:"model"`
	Test     string            `json:"test"`
	Passed   bool              `json:"passed"`
	Failures []string          `json:"failures,omitempty"` // with their places
	Warnings []string          `json:"warnings,omitempty"` // of a test that failed, with their places
	Error    string            `json:"error,omitempty"`
	Result   *leadscore.Result `json:"result,omitempty"` // of a test that failed
}

func testLine(r modeltest.Result) testResult {
	line := testResult{Model: r.Model, Test: r.Test, Passed: r.Passed()}
	for i := range r.Failures {
		line.Failures = append(line.Failures, placed(&r.Failures[i]))
	}
	for i := range r.Warnings {
		line.Warnings = append(line.Warnings, placed(&r.Warnings[i]))
	}
	switch {
	case r.Err != nil:
		line.Error = r.Err.Error()
	case !line.Passed:
		line.Result = &r.Result
	}
	return line
}

// placed returns a diagnostic on one line, with its place.
func placed(d *dsl.Diagnostic) string {
	return fmt.Sprintf("%s:%d:%d: %s", d.File, d.Span.Start.Line, d.Span.Start.Column, d.Message())
}
