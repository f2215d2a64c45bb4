// Package audit reports data that does not meet the rules: references that name no
// record, fields that rules test and no record has, values that differ from an
// operand in a blank, outcomes that look wrong as a whole. Such data scores without
// an error, and the scores are wrong.
//
// [Check] looks at everything a set asks for in a source that holds its records in
// memory. A finding says what it saw, how often, and what to look at; some findings
// may be as intended. docs/audit.md lists all findings, with an example of each, and
// says what no check can see.
package audit

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A Source is a source that can be checked: it lends the columns that hold its
// records, and lists its leads. Those of source/memory, source/tables and
// source/structs can be checked.
type Source interface {
	columns.Lender
	Leads(ctx context.Context) iter.Seq2[string, error]
}

// Check returns the findings about the data of a source for a set, scored as of an
// instant: those of [Records], and those of [Outcomes] after scoring all leads. The
// findings are in the order of their codes in docs/audit.md; no finding is an error.
//
// Check fails with ctx.Err() once ctx is done, and if the source does not lend its
// columns. Leads that cannot be scored are not its concern: it leaves them out. It
// changes nothing and may run concurrently.
func Check(ctx context.Context, set *leadscore.Set, data Source, asOf time.Time) (Findings, error) {
	found, err := Records(ctx, set, data, asOf)
	if err != nil {
		return nil, err
	}
	outcomes := NewOutcomes(set)
	for r, err := range set.ScoreAll(ctx, data.Leads(ctx), data, leadscore.AsOf(asOf), leadscore.Explain(0)) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			outcomes.Add(r)
		}
	}
	found = append(found, outcomes.Findings()...)
	found.sort()
	return found, nil
}

// A Finding is one way in which data does not meet the rules.
type Finding struct {
	Code     dsl.Code     `json:"code"`
	Severity dsl.Severity `json:"severity"` // dsl.Warning or dsl.Advice
	// Entity and Field are where the data differs; Field is a field, a reference, or
	// id. Both are empty for a finding about outcomes.
	Entity string `json:"entity,omitempty"`
	Field  string `json:"field,omitempty"`
	// Model and Condition are what has an odd outcome. Both are empty for a finding
	// about records.
	Model     string `json:"model,omitempty"`
	Condition string `json:"condition,omitempty"`

	Count    int      `json:"count"`              // how many records, or leads for an outcome
	Of       int      `json:"of"`                 // of how many
	Summary  string   `json:"summary"`            // one line, without Entity and Field
	Examples []string `json:"examples,omitempty"` // values as the data has them, at most [MaxExamples]
	Help     string   `json:"help,omitempty"`     // what to look at or to do, or ""
}

// MaxExamples is how many values a finding gives as examples.
const MaxExamples = 3

// String returns the finding on one line, such as
// "warning: EmailOpened.Contact: 4 of 4 ids name no Contact, such as "501.0"".
func (f Finding) String() string {
	s := f.Severity.String() + ": "
	switch {
	case f.Field != "":
		s += f.Entity + "." + f.Field + ": "
	case f.Entity != "":
		s += f.Entity + ": "
	}
	s += f.Summary
	if f.Help != "" {
		s += "; " + f.Help
	}
	return s
}

// Findings lists findings.
type Findings []Finding

// add adds a finding, which is a warning unless it says otherwise.
func (fs *Findings) add(f Finding) {
	if f.Severity == dsl.Error {
		f.Severity = dsl.Warning
	}
	*fs = append(*fs, f)
}

// Warned reports whether a finding is a warning.
func (fs Findings) Warned() bool {
	for _, f := range fs {
		if f.Severity == dsl.Warning {
			return true
		}
	}
	return false
}

// Warnings returns the findings that are warnings.
func (fs Findings) Warnings() Findings {
	var out Findings
	for _, f := range fs {
		if f.Severity == dsl.Warning {
			out = append(out, f)
		}
	}
	return out
}

// sort sorts findings by severity, then by code; those of a code stay in the order
// in which they were found.
func (fs Findings) sort() {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(slices.Index(order, a.Code), slices.Index(order, b.Code)))
	})
}
