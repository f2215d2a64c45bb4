package main

import (
	"io"
	"slices"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/findings"
)

// findingsIn returns what is odd about rule files, or the error of those that do
// not compile.
func findingsIn(schemaFile string, names []string) (leadscore.Diagnostics, error) {
	v, err := readVersion(schemaFile, names...)
	if err != nil {
		return nil, err
	}
	return findings.Of(v.models, v.trees...), nil
}

// findings tells warnings, and on request advice, in a format of check. Strict, a
// warning is an error; advice never is.
func (t teller) findings(out io.Writer, format string, found leadscore.Diagnostics, strict, advice bool) error {
	warned := slices.ContainsFunc(found, func(d dsl.Diagnostic) bool { return d.Severity == dsl.Warning })
	if !advice {
		found = slices.DeleteFunc(found, func(d dsl.Diagnostic) bool { return d.Severity == dsl.Advice })
	}
	if len(found) > 0 {
		found = found.Limit(dsl.Limits{}.WithDefaults().Problems)
		tell := t.told
		if format == "json" {
			tell = func(err error) error { return toldJSON(out, err) }
		}
		if err := tell(found); err != errSilent {
			return err
		}
	}
	if strict && warned {
		return errSilent
	}
	return nil
}
