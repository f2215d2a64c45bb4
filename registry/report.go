package registry

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/modeldiff"
	"github.com/leadscore/leadscore/modeltest"
)

// A Kind is the kind of a [Reason]. In JSON it is the string.
type Kind string

// The kinds of reasons.
const (
	KindRules      Kind = "rules"      // the rules do not compile, or have no model
	KindTest       Kind = "test"       // a test in the files fails
	KindFinding    Kind = "finding"    // something is odd about the rules: see [Options].Findings
	KindProgram    Kind = "program"    // the program cannot score by them: see [Options].Prepare
	KindPopulation Kind = "population" // they change more than is accepted: see [Population]
)

// A Reason is why a step was refused.
type Reason struct {
	Kind    Kind   `json:"kind"`
	Message string `json:"message"`           // on one line, without the place
	Subject string `json:"subject,omitempty"` // what in the program or its data it is about, such as an entity or a field
	Model   string `json:"model,omitempty"`
	Test    string `json:"test,omitempty"`
	// The place in a rule file, if there is one; Line and Column count from 1.
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Source string `json:"source,omitempty"` // the source line, unless it is very long
}

// String returns the reason: its place and its subject, if it has them, and its message.
func (r *Reason) String() string {
	var place strings.Builder
	switch {
	case r.Line > 0:
		fmt.Fprintf(&place, "%s:%d:%d: ", r.File, r.Line, r.Column)
	case r.File != "":
		place.WriteString(r.File + ": ")
	}
	if r.Subject != "" {
		place.WriteString(r.Subject + ": ")
	}
	if r.Test != "" {
		fmt.Fprintf(&place, "test %q of %q: ", r.Test, r.Model)
	}
	return shown.Printable(place.String() + r.Message)
}

// Reasons are all reasons why a step was refused. They are an error.
type Reasons []Reason

// Error returns the reasons, one on each line.
func (rs Reasons) Error() string {
	lines := make([]string, len(rs))
	for i := range rs {
		lines[i] = rs[i].String()
	}
	return strings.Join(lines, "\n")
}

// longestLine is the length in bytes of the longest source line that is kept.
const longestLine = 1000

// of returns a reason for each diagnostic.
func of(kind Kind, ds dsl.Diagnostics) Reasons {
	var list Reasons
	for i := range ds {
		d := &ds[i]
		r := Reason{Kind: kind, Message: d.Message(), File: d.File, Line: d.Span.Start.Line, Column: d.Span.Start.Column}
		if len(d.Line) <= longestLine {
			r.Source = strings.ToValidUTF8(d.Line, "\uFFFD")
		}
		list = append(list, r)
	}
	return list
}

// A RefusedError is the error of a step that was refused. It wraps its Reasons.
type RefusedError struct {
	Version string
	Model   string  // of a step about a model
	Report  *Report // of a version that was not published; else nil
	Reasons Reasons
}

// Error returns what was refused, and the reasons, one on each line.
func (e *RefusedError) Error() string {
	what := fmt.Sprintf("version %q is not published", e.Version)
	if e.Model != "" {
		what = fmt.Sprintf("model %q of version %q stays as it is", e.Model, e.Version)
	}
	return fmt.Sprintf("registry: %s:\n%s", shown.Printable(what), e.Reasons.Error())
}

// Unwrap returns e.Reasons.
func (e *RefusedError) Unwrap() error { return e.Reasons }

// A Report says what publishing a version would do.
type Report struct {
	Version string `json:"version"`
	Number  int64  `json:"number,omitempty"` // of the entry, if the version was published or refused
	Live    string `json:"live,omitempty"`   // the version that it would take the place of; "" if none is live
	// Stopped are the models of the version that would stay stopped.
	Stopped []string `json:"stopped,omitempty"`
	// Rules are the problems of rules that do not compile. Nothing else is known about
	// these but Reasons.
	Rules    leadscore.Diagnostics `json:"rules,omitempty"`
	Tests    []Test                `json:"tests,omitempty"`    // the tests that fail
	Passed   int                   `json:"passed"`             // how many tests passed
	Findings leadscore.Diagnostics `json:"findings,omitempty"` // what is odd about the rules: see package eval/findings
	Changes  modeldiff.Changes     `json:"changes,omitempty"`  // how the rules differ from those of Live
	Effect   *Effect               `json:"effect,omitempty"`   // on a population; nil if there was none, or nothing to compare with
	Reasons  Reasons               `json:"reasons,omitempty"`  // why it would be refused; empty if it would be published
}

// A Test is a test in rule files that failed.
type Test struct {
	Model    string                `json:"model"`
	Test     string                `json:"test"`
	Failures leadscore.Diagnostics `json:"failures,omitempty"`
	Error    string                `json:"error,omitempty"` // why it could not be run
	Account  string                `json:"account"`         // what each condition contributed, as text: see package modeltest
}

// A Population is leads, for which the scores of the live version are compared with those
// of a version that is to be published.
type Population struct {
	// Leads are the ids. They may be ranged over several times.
	Leads iter.Seq2[string, error]
	// Source returns what a version scores. It is called for the live version and for the
	// other one, each with its Set and what Prepare returned.
	Source func(ctx context.Context, of *Live) (leadscore.Source, error)
	// Accept returns why the effect is not accepted, or nil. If Accept is nil, every effect
	// is accepted.
	Accept func(*Effect) error
	// Failed is called for each lead that one of the versions cannot score, unless it is
	// nil. If it returns an error, such as one of a database that is away, that ends the
	// comparison, which then says nothing about the version.
	Failed func(*leadscore.LeadError) error
	// Options are passed on to scoring, such as [leadscore.AsOf].
	Options []leadscore.Option
	// List is how many changes of leads an effect lists. All are counted.
	List int
}

// An Effect is what changes for a population.
type Effect struct {
	// Summary counts the leads for which models of both versions differ. Models that only
	// one version has are in Models.
	Summary modeldiff.Summary `json:"summary"`
	// Leads are the first changes in more than scores, with the conditions that made them.
	Leads  []modeldiff.LeadChange `json:"leads,omitempty"`
	Models []ModelEffect          `json:"models,omitempty"`
	Failed int                    `json:"failed"` // leads that one of the versions cannot score
}

// A ModelEffect is what a model gives to a population that only one of the versions has.
type ModelEffect struct {
	Model      string         `json:"model"`
	Kind       modeldiff.Kind `json:"change"` // [modeldiff.Added] or [modeldiff.Removed]
	Scored     int            `json:"scored"` // leads that it scores
	SalesReady int            `json:"sales_ready"`
}

// examine says what publishing a version would do in place of base. The Live is nil if the
// version is refused. The error says nothing about the version.
func (r *Registry) examine(ctx context.Context, base snapshot, v *Version, p *Population) (*Report, *Live, error) {
	report := &Report{Version: v.Name}
	if base.live != nil {
		report.Live = base.live.Version
	}
	set, err := leadscore.CompileSet(r.schema, v.Files, r.options.Compile...)
	if ds, ok := errors.AsType[leadscore.Diagnostics](err); ok {
		report.Rules, report.Reasons = ds, of(KindRules, ds)
		return report, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if len(set.Models()) == 0 {
		report.Reasons = append(report.Reasons, Reason{Kind: KindRules, Message: "the files contain no model"})
		return report, nil, nil
	}
	if err := r.test(ctx, set, report); err != nil {
		return nil, nil, err
	}
	r.findings(set, v, report)
	candidate, err := r.ready(ctx, v.Name, set, base.stopped)
	if reasons, ok := errors.AsType[Reasons](err); ok {
		report.Reasons = append(report.Reasons, reasons...)
		return report, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	report.Stopped = candidate.Set.Stopped()
	if base.live != nil {
		report.Changes = modeldiff.Rules(base.live.Set, candidate.Set)
		if p != nil {
			if err := effect(ctx, base.live, candidate, p, report); err != nil {
				return nil, nil, err
			}
		}
	}
	if len(report.Reasons) > 0 {
		candidate = nil
	}
	return report, candidate, nil
}

// test runs the tests of a set.
func (r *Registry) test(ctx context.Context, set *leadscore.Set, report *Report) error {
	for result := range modeltest.Results(ctx, set) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if result.Passed() {
			report.Passed++
			continue
		}
		failed := Test{Model: result.Model, Test: result.Test, Failures: result.Failures, Account: result.String()}
		reasons := of(KindTest, result.Failures)
		if result.Err != nil {
			failed.Error = result.Err.Error()
			reasons = append(reasons, Reason{Kind: KindTest, Message: failed.Error})
		}
		for i := range reasons {
			reasons[i].Model, reasons[i].Test = result.Model, result.Test
		}
		report.Tests = append(report.Tests, failed)
		report.Reasons = append(report.Reasons, reasons...)
	}
	return nil
}

// findings looks for what is odd about a set.
func (r *Registry) findings(set *leadscore.Set, v *Version, report *Report) {
	var trees []*dsl.File
	for _, f := range v.Files {
		tree, _ := dsl.Parse(f.Name, f.Text, dsl.Limits{})
		trees = append(trees, tree)
	}
	report.Findings = findings.OfSet(set.Checked(), r.options.now(), trees...)
	if r.options.Findings == dsl.Error {
		return
	}
	grave := slices.DeleteFunc(slices.Clone(report.Findings), func(d dsl.Diagnostic) bool { return d.Severity > r.options.Findings })
	report.Reasons = append(report.Reasons, of(KindFinding, grave)...)
}

// effect compares the live version with a candidate.
func effect(ctx context.Context, live, candidate *Live, p *Population, report *Report) error {
	older, newer := modeldiff.Version{Set: live.Set}, modeldiff.Version{Set: candidate.Set}
	var err error
	if older.Data, err = p.Source(ctx, live); err != nil {
		return err
	}
	if newer.Data, err = p.Source(ctx, candidate); err != nil {
		return err
	}
	e := &Effect{}
	for lead, err := range modeldiff.Leads(ctx, older, newer, p.Leads, p.Options...) {
		if failed, ok := errors.AsType[*leadscore.LeadError](err); ok {
			if e.Failed++; p.Failed != nil {
				if err := p.Failed(failed); err != nil {
					return err
				}
			}
			continue
		}
		if err != nil {
			return err
		}
		e.Summary.Add(lead)
		e.Leads = append(e.Leads, lead.Changes[:min(len(lead.Changes), max(p.List-len(e.Leads), 0))]...)
	}
	only := func(kind modeldiff.Kind, v modeldiff.Version) error {
		list, err := modelsOnly(ctx, kind, v, p, report.Changes)
		e.Models = append(e.Models, list...)
		return err
	}
	if err := errors.Join(only(modeldiff.Removed, older), only(modeldiff.Added, newer)); err != nil {
		return err
	}
	report.Effect = e
	if p.Accept != nil {
		if err := p.Accept(e); err != nil {
			report.Reasons = append(report.Reasons, Reason{Kind: KindPopulation, Message: err.Error()})
		}
	}
	return ctx.Err()
}

// modelsOnly counts what the models give to a population that only one version has.
func modelsOnly(ctx context.Context, kind modeldiff.Kind, v modeldiff.Version, p *Population, changes modeldiff.Changes) ([]ModelEffect, error) {
	var list []ModelEffect
	at := map[string]int{}
	for _, c := range changes {
		if c.What == "model" && c.Kind == kind {
			at[c.Model] = len(list)
			list = append(list, ModelEffect{Model: c.Model, Kind: kind})
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	for results, err := range v.Set.ScoreAll(ctx, p.Leads, v.Data, p.Options...) {
		if _, ok := errors.AsType[*leadscore.LeadError](err); ok {
			continue // it has been counted
		}
		if err != nil {
			return nil, err
		}
		for _, r := range results.Results {
			i, ok := at[r.Model]
			if !ok || r.Status != leadscore.Scored {
				continue
			}
			list[i].Scored++
			if r.SalesReady {
				list[i].SalesReady++
			}
		}
	}
	return list, nil
}
