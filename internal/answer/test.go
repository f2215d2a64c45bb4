package answer

import (
	"fmt"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/modeltest"
)

// A Test is one line of leadscore test --format json.
type Test struct {
	Model    string            `json:"model"`
	Test     string            `json:"test"`
	Passed   bool              `json:"passed"`
	Failures []string          `json:"failures,omitempty"` // with their places
	Warnings []string          `json:"warnings,omitempty"` // of a test that failed, with their places
	Error    string            `json:"error,omitempty"`
	Result   *leadscore.Result `json:"result,omitempty"` // of a test that failed
}

// TestOf returns the line of the result of a test.
func TestOf(r modeltest.Result) Test {
	line := Test{Model: r.Model, Test: r.Test, Passed: r.Passed()}
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
