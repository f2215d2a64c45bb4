package main

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
	set, err := rules.compile(ctx, names...)
	if err != nil {
		return inv.report(err)
	}
	passed, failed := 0, 0
	for r := range modeltest.Results(ctx, set) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.Passed() {
			passed++
		} else {
			failed++
		}
		switch {
		case inv.json != nil:
			err = inv.json.line(lineTest, testLine(r))
		case !r.Passed():
			_, err = fmt.Fprintf(inv.out, "%v\n\n", r)
		case *verbose:
			_, err = fmt.Fprintln(inv.out, r)
		}
		if err != nil {
			return err
		}
	}
	if inv.json == nil {
		if _, err := fmt.Fprintln(inv.out, summary(passed, failed)); err != nil {
			return err
		}
	}
	if failed > 0 {
		return errReported
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
