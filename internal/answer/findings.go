package answer

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/findings"
)

// RuleFindings returns what is valid but odd in the rule files of a set. If asOf is not the
// zero time, it is known which seasons are over.
func RuleFindings(set *leadscore.Set, files []leadscore.File, asOf time.Time) leadscore.Diagnostics {
	var trees []*dsl.File
	for _, f := range files {
		tree, _ := dsl.Parse(f.Name, f.Text, dsl.Limits{}) // there were no problems
		trees = append(trees, tree)
	}
	return findings.OfSet(set.Checked(), asOf, trees...)
}

// Shown returns the findings about rules to show: no more than the limit of problems, and
// without advice unless that is wanted.
func Shown(found leadscore.Diagnostics, advice bool) leadscore.Diagnostics {
	if !advice {
		found = slices.DeleteFunc(found, func(d dsl.Diagnostic) bool { return d.Severity == dsl.Advice })
	}
	return found.Limit(dsl.Limits{}.WithDefaults().Problems)
}

// DataFindings returns what about data does not meet the rules of a set as of an instant. If
// until is not the zero time, it returns what does not as of both ends of that period: what is
// later, or too old, as of one of them may count in between. Errors are those of [audit.Check].
func DataFindings(ctx context.Context, set *leadscore.Set, source audit.Source, asOf, until time.Time) (audit.Findings, error) {
	found, err := audit.Check(ctx, set, source, asOf)
	if err != nil || until.IsZero() {
		return found, err
	}
	then, err := audit.Check(ctx, set, source, until)
	return slices.DeleteFunc(found, func(f audit.Finding) bool {
		return !slices.ContainsFunc(then, func(t audit.Finding) bool { return alike(&f, &t) })
	}), err
}

// alike reports whether two findings say the same of the data, whatever as of is.
func alike(a, b *audit.Finding) bool {
	what, _, _ := strings.Cut(a.Summary, " as of")
	same, _, _ := strings.Cut(b.Summary, " as of")
	return what == same && a.Code == b.Code && a.Entity == b.Entity && a.Field == b.Field && a.Model == b.Model && a.Condition == b.Condition
}
