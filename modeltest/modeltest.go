// Package modeltest runs the tests in rule files (language reference, Tests): under
// go test with [Run], or anywhere else with [Results] and [Of], for example before a
// service starts to use rules that somebody has changed. It does not import package
// testing.
//
//	func TestRules(t *testing.T) {
//		set, err := leadscore.CompileFS(rules, leadscore.StandardSchema(), []string{"*.score"})
//		if err != nil {
//			t.Fatal(err)
//		}
//		modeltest.Run(t, set)
//	}
package modeltest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// CodeExpectation is the code of an expectation that is not met.
const CodeExpectation dsl.Code = "expectation"

// occurrences is how many records a failure lists for a condition.
const occurrences = 10

// A Result is the result of one test.
type Result struct {
	Model    string                // the model that was tested
	Test     string                // the test's name
	Failures leadscore.Diagnostics // one for each expectation that is not met, in their order
	Warnings leadscore.Diagnostics // of a test that failed: one for each record that is later than as of
	Result   leadscore.Result      // the score of the test's lead, explained; if the test failed, with its lists
	Err      error                 // why the test could not be run, or nil
}

// Passed reports whether every expectation is met.
func (r Result) Passed() bool { return r.Err == nil && len(r.Failures) == 0 }

// String returns one line if the test passed. Otherwise it returns each expectation
// that is not met and each record that is later than as of, with its place, and as of when the lead was scored and what every
// condition contributed. Ids and texts from the records are quoted, and control
// characters in names are replaced.
func (r Result) String() string {
	name := shown.Printable(fmt.Sprintf("%s: %s", r.Model, r.Test))
	if r.Passed() {
		return "ok    " + name
	}
	var b strings.Builder
	b.WriteString("FAIL  " + name)
	if r.Err != nil {
		b.WriteString("\n" + shown.Printable(r.Err.Error()))
	}
	for i := range r.Failures {
		b.WriteString("\n" + r.Failures[i].Error())
	}
	for i := range r.Warnings {
		b.WriteString("\n" + r.Warnings[i].Error())
	}
	audience := r.Result.Audience()
	if r.Result.Status == leadscore.Scored || audience != nil {
		fmt.Fprintf(&b, "\n          as of %s", r.Result.AsOf().Format(time.RFC3339Nano))
	}
	if audience != nil {
		children(&b, audience.Children, audience.Blocks)
	}
	for c := range r.Result.Contributions() {
		fmt.Fprintf(&b, "\n  %+6d  %s", c.Score, shown.Printable(contribution(&c)))
		children(&b, c.Children, c.Blocks)
	}
	if r.Result.Structured() {
		changes(&b, &r.Result)
	}
	return b.String()
}

// children writes what children counted.
func children(b *strings.Builder, list []eval.ChildResult, blocks []eval.BlockResult) {
	for i := range list {
		child := &list[i]
		holds := ""
		if !child.Holds && eval.Judged(blocks, i) {
			holds = ", does not hold"
		}
		if child.Rule == "" {
			continue // the row of a table says it all
		}
		fmt.Fprintf(b, "\n            %s: %d%s", shown.Printable(child.Rule), child.Count, holds)
		for _, reason := range child.Reasons() {
			fmt.Fprintf(b, "\n              %s", shown.Printable(reason))
		}
	}
}

// contribution returns how often a condition counted, as text.
func contribution(c *leadscore.Contribution) string {
	name := c.Condition
	if c.Row != "" {
		name += ", " + c.Row
	}
	text := fmt.Sprintf("%s: %s x %+d", name, c.Times(), c.Points)
	if c.Why != "" {
		text += ", " + string(c.Why)
	}
	return text
}

// changes writes what limits, weights and the like change, without which the
// contributions do not add up to the score.
func changes(b *strings.Builder, r *leadscore.Result) {
	for line := range r.Ledger() {
		if line.Condition != "" {
			continue
		}
		where := "the model"
		if n := len(line.In); n > 0 {
			where = fmt.Sprintf("%s %q", line.In[n-1].Kind, line.In[n-1].Name)
		}
		fmt.Fprintf(b, "\n  %+6d  %s of %s", line.Amount, shown.Printable(line.Rule), shown.Printable(where))
	}
}

// A Runner runs subtests: it is [*testing.T].
type Runner[T any] interface {
	Helper()
	Context() context.Context
	Error(args ...any)
	Run(name string, f func(t T)) bool
}

// Run runs every test of a set as a subtest of t, which is a [*testing.T], named after
// the model and the test.
func Run[T Runner[T]](t T, set *leadscore.Set) {
	t.Helper()
	for _, m := range set.Models() {
		for _, test := range m.Tests() {
			t.Run(m.Name()+"/"+test.Name, func(t T) {
				if r := of(t.Context(), set, m, &test); !r.Passed() {
					t.Error("\n" + r.String())
				}
			})
		}
	}
}

// Results runs the tests of a set one after another: model by model, and those of a
// model in the order of the files. Once ctx is done, Err of the remaining results is
// its error.
func Results(ctx context.Context, set *leadscore.Set) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		for _, m := range set.Models() {
			for _, test := range m.Tests() {
				if !yield(of(ctx, set, m, &test)) {
					return
				}
			}
		}
	}
}

// One runs one test of a set, by the name of its model and its own, so that an editor can
// run the test that somebody looks at. Once ctx is done, Err of the result is its error. ok is
// false if the set has no such test.
func One(ctx context.Context, set *leadscore.Set, model, test string) (r Result, ok bool) {
	for _, m := range set.Models() {
		if m.Name() != model {
			continue
		}
		for _, t := range m.Tests() {
			if t.Name == test {
				return of(ctx, set, m, &t), true
			}
		}
	}
	return Result{}, false
}

// Of runs one test of a model, one of those that [leadscore.Model.Tests] returns. Once ctx
// is done, Err of the result is its error. A test that expects a stage, an event or who gets
// the lead needs the set of the model, and has an error here: [One] and [Results] run it.
func Of(ctx context.Context, m *leadscore.Model, test *check.Test) Result {
	return of(ctx, nil, m, test)
}

// of runs a test of a model of a set, which may be nil.
func of(ctx context.Context, set *leadscore.Set, m *leadscore.Model, test *check.Test) Result {
	r := Result{Model: m.Name(), Test: test.Name}
	data := memory.New(m.Schema())
	lead, err := fill(data, test.Records)
	if r.Err = err; err != nil {
		return r
	}
	r.Result, r.Err = m.Score(ctx, lead, data, leadscore.AsOf(test.AsOf), leadscore.Explain(occurrences))
	if r.Err != nil {
		return r
	}
	counted := map[string]leadscore.Contribution{}
	for c := range r.Result.Contributions() {
		if c.Row == "" {
			counted[c.Condition] = c
		}
	}
	staged := stager{set: set, lead: lead, data: data, test: test}
	for i := range test.Expectations {
		x := &test.Expectations[i]
		wrong := ""
		switch {
		case x.Stages != nil:
			wrong, r.Err = staged.unmet(ctx, x)
		case x.Assignment != nil:
			wrong, r.Err = staged.notAssigned(ctx, x)
		default:
			wrong = unmet(&r.Result, x, counted)
		}
		if r.Err != nil {
			return r
		}
		if wrong != "" {
			at := test.Expectations[i].Source.Span
			r.Failures = append(r.Failures, dsl.Diagnostic{
				Code: CodeExpectation, Summary: wrong, File: test.File.Name, Span: at, Line: test.File.Line(at.Start),
			})
		}
	}
	if len(r.Failures) > 0 {
		r.Warnings = findings.LaterRecords(m.Checked(), test)
		r.Result, r.Err = r.Result.Detailed(ctx)
	}
	return r
}

// fill adds the records of a test, and returns the id of the first lead.
func fill(data *memory.Source, records []check.TestRecord) (lead string, err error) {
	said := map[[2]string]bool{} // entity and id
	for _, r := range records {
		said[[2]string{r.Entity, r.ID}] = true
	}
	made := map[string]int{} // ids, by entity
	next := func(r *check.TestRecord) string {
		id := r.ID
		for id == "" {
			made[r.Entity]++
			if free := fmt.Sprintf("%s %d", r.Entity, made[r.Entity]); !said[[2]string{r.Entity, free}] {
				id = free
			}
		}
		return id
	}
	// The first lead gets its id before the records that name it.
	if i := slices.IndexFunc(records, func(r check.TestRecord) bool { return r.Entity == traverse.Lead }); i >= 0 {
		lead = next(&records[i])
		clear(made)
	}
	for i := range records {
		r := &records[i]
		values := memory.Record{}
		for name, v := range r.Values {
			values[name] = v
		}
		if r.OfLead {
			values[traverse.Lead] = traverse.TextValue(lead)
		}
		for range r.Count {
			if err := data.Add(r.Entity, next(r), values); err != nil {
				return "", err
			}
		}
	}
	return lead, nil
}

// wantStatus is the status that an expectation is about.
var wantStatus = map[dsl.ExpectKind]leadscore.Status{
	dsl.ExpectNoParent: leadscore.NoParent, dsl.ExpectNotTargeted: leadscore.NotTargeted,
	dsl.ExpectNotActive: leadscore.NotActive, dsl.ExpectNotInAudience: leadscore.NotInAudience,
}

// unmet returns how the result differs from an expectation, or "" if it meets it.
func unmet(r *leadscore.Result, x *check.Expectation, counted map[string]leadscore.Contribution) string {
	if want, ok := wantStatus[x.Kind]; ok {
		if r.Status != want {
			return status(r)
		}
		return ""
	}
	if r.Status != leadscore.Scored {
		return "the lead is not scored: " + strings.Replace(status(r), "the lead", "it", 1)
	}
	switch x.Kind {
	case dsl.ExpectScore:
		if r.Score != x.Number {
			return fmt.Sprintf("the score is %d, not %d", r.Score, x.Number)
		}
	case dsl.ExpectGrade, dsl.ExpectNoGrade:
		return unmetGrade("", r.Grade, r.Score, x)
	case dsl.ExpectSalesReady:
		if !r.SalesReady {
			return fmt.Sprintf("the lead is not sales ready (the score is %d)", r.Score)
		}
	case dsl.ExpectNotSalesReady:
		if r.SalesReady {
			return fmt.Sprintf("the lead is sales ready (the score is %d)", r.Score)
		}
	case dsl.ExpectLabel, dsl.ExpectNoLabel:
		return unmetLabel(r, x)
	case dsl.ExpectDimensionScore, dsl.ExpectDimensionGrade, dsl.ExpectDimensionNoGrade:
		return unmetDimension(r, x)
	default:
		c := counted[x.Name]
		return unmetCondition(&c, x)
	}
	return ""
}

// unmetCondition returns how a condition differs from an expectation. One that is out of
// season or behind a tier that was taken does not count.
func unmetCondition(c *leadscore.Contribution, x *check.Expectation) string {
	times, whole, why := c.Times(), c.Fraction == "", ""
	if c.Holds() && !c.Taken() {
		times, whole, why = "0", true, ": "+string(c.Why)
	}
	text := times + " times"
	if times == "1" {
		text = "1 time"
	}
	switch {
	case x.Kind == dsl.ExpectHolds && !c.Taken():
		return fmt.Sprintf("condition %q does not hold%s", x.Name, why)
	case x.Kind == dsl.ExpectDoesNotHold && c.Taken():
		return fmt.Sprintf("condition %q holds, %s", x.Name, text)
	case x.Kind == dsl.ExpectTimes && !(whole && times == strconv.FormatInt(x.Number, 10)):
		return fmt.Sprintf("condition %q counts %s, not %d%s", x.Name, text, x.Number, why)
	}
	return ""
}

// unmetGrade returns how a grade differs from an expectation. of is "", or " of " and a
// dimension.
func unmetGrade(of, grade string, score int64, x *check.Expectation) string {
	none := x.Kind == dsl.ExpectNoGrade || x.Kind == dsl.ExpectDimensionNoGrade
	switch {
	case none && grade != "":
		return fmt.Sprintf("the grade%s is %q (the score is %d)", of, grade, score)
	case !none && grade == "":
		return fmt.Sprintf("there is no grade%s for %d", of, score)
	case !none && grade != x.Name:
		return fmt.Sprintf("the grade%s is %q, not %q (the score is %d)", of, grade, x.Name, score)
	}
	return ""
}

func unmetDimension(r *leadscore.Result, x *check.Expectation) string {
	dimensions := r.Dimensions()
	at := slices.IndexFunc(dimensions, func(d leadscore.Dimension) bool { return d.Name == x.Dimension.Name })
	if at < 0 {
		return fmt.Sprintf("the result has no dimension %q", x.Dimension.Name)
	}
	d := dimensions[at]
	if x.Kind != dsl.ExpectDimensionScore {
		return unmetGrade(fmt.Sprintf(" of %q", d.Name), d.Grade, d.Score, x)
	}
	if d.Score != x.Number {
		return fmt.Sprintf("the score of %q is %d, not %d", d.Name, d.Score, x.Number)
	}
	return ""
}

func unmetLabel(r *leadscore.Result, x *check.Expectation) string {
	label, _ := r.Label()
	switch {
	case x.Kind == dsl.ExpectNoLabel && label != "":
		return fmt.Sprintf("the label is %q", label)
	case x.Kind == dsl.ExpectLabel && label == "":
		return "there is no label: a dimension of it has no grade"
	case x.Kind == dsl.ExpectLabel && label != x.Name:
		return fmt.Sprintf("the label is %q, not %q", label, x.Name)
	}
	return ""
}

// status returns the status of a result as a sentence.
func status(r *leadscore.Result) string {
	switch r.Status {
	case leadscore.NotTargeted:
		return "the lead is of a kind that the model does not target"
	case leadscore.NoParent:
		return "the lead has no parent contact or account"
	case leadscore.NotActive:
		text := "the model is not active"
		if season := r.Season(); season != nil {
			text += ": it is " + season.String()
		}
		return text
	case leadscore.NotInAudience:
		return "the lead is not in the audience"
	}
	return "the lead is " + r.Status.String()
}
