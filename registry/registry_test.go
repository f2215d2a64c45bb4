package registry_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/registry"
)

// rules returns rules with two models, whose conditions add so many points.
func rules(points int) []leadscore.File {
	const text = `model "%s" {
    target lead

    condition "About coffee" {
        has Lead where Topic = "Coffee"
        score %+d
    }

    sales ready at 10
}
`
	return []leadscore.File{
		{Name: "fit.score", Text: fmt.Sprintf(text, "Fit", points)},
		{Name: "interest.score", Text: fmt.Sprintf(text, "Interest", points)},
	}
}

// clock returns times one second apart.
func clock() func() time.Time {
	var seconds atomic.Int64
	return func() time.Time {
		return time.Date(2026, 5, 1, 9, 0, int(seconds.Add(1)), 0, time.UTC)
	}
}

func open(t *testing.T, store registry.Store, o registry.Options) *registry.Registry {
	t.Helper()
	if o.Now == nil {
		o.Now = clock()
	}
	r, err := registry.Open(t.Context(), store, leadscore.StandardSchema(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func draft(t *testing.T, r *registry.Registry, name string, files []leadscore.File) {
	t.Helper()
	if err := r.Draft(t.Context(), registry.Version{Name: name, Author: "ada", Files: files}); err != nil {
		t.Fatal(err)
	}
}

var (
	ada = registry.By{Author: "ada"}
	bob = registry.By{Author: "bob", Note: "as agreed"}
)

func publish(t *testing.T, r *registry.Registry, name string) {
	t.Helper()
	if _, err := r.Publish(t.Context(), name, ada, nil); err != nil {
		t.Fatal(err)
	}
}

// statuses returns the versions and their statuses.
func statuses(t *testing.T, r *registry.Registry) string {
	t.Helper()
	list, err := r.Versions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, v := range list {
		texts = append(texts, v.Name+" "+string(v.Status))
	}
	return strings.Join(texts, ", ")
}

// history returns all steps as text.
func history(t *testing.T, r *registry.Registry) string {
	t.Helper()
	var b strings.Builder
	for e, err := range r.History(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, e)
		for i := range e.Reasons {
			fmt.Fprintf(&b, "    %s: %s\n", e.Reasons[i].Kind, &e.Reasons[i])
		}
	}
	return b.String()
}

// points returns what the first condition of the live version adds.
func points(live *registry.Live) int64 { return live.Set.Models()[0].Checked().Conditions[0].Points }

// TestLife takes a version from draft to live to stopped, and back.
func TestLife(t *testing.T) {
	r := open(t, &registry.Memory{}, registry.Options{})
	if r.Live() != nil {
		t.Fatal("something is live in a registry without entries")
	}
	draft(t, r, "spring", rules(10))
	draft(t, r, "summer", rules(20))
	if got := statuses(t, r); got != "spring draft, summer draft" || r.Live() != nil {
		t.Error(got)
	}
	publish(t, r, "spring")
	first := r.Live()
	if got := statuses(t, r); got != "spring live, summer draft" || first.Version != "spring" || points(first) != 10 || first.Number != 3 {
		t.Errorf("%s; %+v", got, first)
	}
	report, err := r.Publish(t.Context(), "summer", bob, nil)
	if err != nil || report.Live != "spring" || !strings.Contains(report.Changes.String(), "from +10 to +20") {
		t.Errorf("%+v, %v", report, err)
	}
	if got := statuses(t, r); got != "spring stopped, summer live" || r.Live().Version != "summer" || points(r.Live()) != 20 {
		t.Error(got)
	}
	if first.Version != "spring" || points(first) != 10 {
		t.Error("what a reader had has changed")
	}
	publish(t, r, "spring")
	if got := statuses(t, r); got != "spring live, summer stopped" || points(r.Live()) != 10 {
		t.Error(got)
	}
	if err := r.Stop(t.Context(), "Fit", bob); err != nil {
		t.Fatal(err)
	}
	if live := r.Live(); !slices.Equal(live.Set.Stopped(), []string{"Fit"}) || live.Version != "spring" || live.Number != 6 {
		t.Errorf("%+v", live)
	}
	publish(t, r, "summer")
	if live := r.Live(); !slices.Equal(live.Set.Stopped(), []string{"Fit"}) || live.Version != "summer" {
		t.Errorf("a model that is stopped scores again in the next version: %+v", live)
	}
	if err := r.Start(t.Context(), "Fit", ada); err != nil || len(r.Live().Set.Stopped()) != 0 {
		t.Error(err, r.Live().Set.Stopped())
	}
	const want = `1 2026-05-01T09:00:01Z ada: draft "spring"
2 2026-05-01T09:00:02Z ada: draft "summer"
3 2026-05-01T09:00:04Z ada: publish "spring"
4 2026-05-01T09:00:06Z bob: publish "summer" (as agreed)
5 2026-05-01T09:00:08Z ada: publish "spring"
6 2026-05-01T09:00:09Z bob: stop model "Fit" of "spring" (as agreed)
7 2026-05-01T09:00:11Z ada: publish "summer"
8 2026-05-01T09:00:12Z ada: start model "Fit" of "summer"
`
	if got := history(t, r); got != want {
		t.Errorf("got\n%s", got)
	}
	v, err := r.Version(t.Context(), "summer")
	if err != nil || !slices.Equal(v.Files, rules(20)) || v.Author != "ada" || v.Time.Second() != 2 {
		t.Errorf("%+v, %v", v, err)
	}
}

// wrong are rules that do not compile, with two problems in two files.
var wrong = []leadscore.File{
	{Name: "a.score", Text: "model \"A\" {\n    target contact\n    condition \"Opened\" {\n        each EmailOpend\n        score +1\n    }\n}\n"},
	{Name: "b.score", Text: "model \"B\" {\n    target contact\n    condition \"Opened\" {\n        each EmailOpened\n    }\n}\n"},
}

// odd are rules with a test that fails, a condition that never holds, and nothing else
// that is wrong.
var odd = []leadscore.File{{Name: "odd.score", Text: `model "Odd" {
    target contact

    condition "Never" {
        has Lead.ParentContact where City = "Berlin" and City = "Paris"
        score +10
    }

    sales ready at 10
}

test "It is ready" {
    as of 2026-05-01
    Lead with ParentContact = "ada"
    Contact "ada" with City = "Berlin"
    expect sales ready
    expect score 10
}
`}}

// TestRefused: a version that is not fit is refused with all reasons, which are kept, and
// what is live stays.
func TestRefused(t *testing.T) {
	var prepare error
	r := open(t, &registry.Memory{}, registry.Options{
		Findings: dsl.Warning,
		Prepare:  func(context.Context, *leadscore.Set) (any, error) { return nil, prepare },
	})
	draft(t, r, "good", rules(10))
	draft(t, r, "wrong", wrong)
	draft(t, r, "odd", odd)
	draft(t, r, "empty", []leadscore.File{{Name: "none.score", Text: "// nothing\n"}})
	publish(t, r, "good")
	live := r.Live()
	for _, name := range []string{"wrong", "empty", "odd"} {
		if name == "odd" {
			prepare = registry.Reasons{{Kind: registry.KindProgram, Message: "there is no table of contacts"}}
		}
		dry, err := r.DryRun(t.Context(), name, nil)
		if err != nil {
			t.Fatal(err)
		}
		report, err := r.Publish(t.Context(), name, bob, nil)
		refused, ok := errors.AsType[*registry.RefusedError](err)
		if !ok || refused.Version != name || refused.Report != report || len(report.Reasons) == 0 {
			t.Fatalf("%s: %+v, %v", name, report, err)
		}
		if dry.Reasons.Error() != report.Reasons.Error() {
			t.Errorf("%s: the dry run said\n%v\nand it was refused for\n%v", name, dry.Reasons, report.Reasons)
		}
		if reasons, ok := errors.AsType[registry.Reasons](err); !ok || len(reasons) != len(report.Reasons) {
			t.Errorf("%s: reasons %v", name, reasons)
		}
	}
	if got := statuses(t, r); got != "good live, wrong draft, odd draft, empty draft" || r.Live() != live {
		t.Error(got)
	}
	const want = `6 2026-05-01T09:00:07Z bob: publish "wrong": refused for 2 reasons (as agreed)
    rules: a.score:4:14: unknown entity EmailOpend; did you mean EmailOpened?
    rules: b.score:3:5: condition "Opened" has no score; end it with score +10, for example
7 2026-05-01T09:00:08Z bob: publish "empty": refused for 1 reason (as agreed)
    rules: the files contain no model
8 2026-05-01T09:00:11Z bob: publish "odd": refused for 5 reasons (as agreed)
    test: odd.score:16:5: test "It is ready" of "Odd": the lead is not sales ready (the score is 0)
    test: odd.score:17:5: test "It is ready" of "Odd": the score is 0, not 10
    finding: odd.score:5:58: no value satisfies both City = "Berlin" and City = "Paris": this child never holds, and neither does the condition; write City in ("Berlin", "Paris") if one of them is enough
    finding: odd.score:9:5: no lead becomes sales ready: the model gives scores of 0 only
    program: there is no table of contacts
`
	got := history(t, r)
	if i := strings.Index(got, "6 2026"); i < 0 || got[i:] != want {
		t.Errorf("got\n%s", got)
	}
	list, err := r.Versions(t.Context())
	if err != nil || list[2].Refused != 1 || list[0].Refused != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestFindings: what is odd is reported in any case, and refuses what the program says.
func TestFindings(t *testing.T) {
	files := rules(10) // without grades, which is advice
	for severity, refused := range map[dsl.Severity]bool{dsl.Error: false, dsl.Warning: false, dsl.Advice: true} {
		r := open(t, &registry.Memory{}, registry.Options{Findings: severity})
		draft(t, r, "spring", files)
		report, err := r.DryRun(t.Context(), "spring", nil)
		if err != nil || len(report.Findings) == 0 || (len(report.Reasons) > 0) != refused {
			t.Errorf("%s: %+v, %v", severity, report, err)
		}
		for _, d := range report.Findings {
			if d.Severity != dsl.Advice || d.Line == "" { // without its line it could not be shown
				t.Errorf("%+v", d)
			}
		}
	}
}

// TestSteps: steps that cannot be taken say why, and nothing is kept of them.
func TestSteps(t *testing.T) {
	r := open(t, &registry.Memory{}, registry.Options{})
	ctx := t.Context()
	if err := r.Stop(ctx, "Fit", ada); !errors.Is(err, registry.ErrUnknown) {
		t.Errorf("nothing is live: %v", err)
	}
	draft(t, r, "spring", rules(10))
	draft(t, r, "spring", rules(10)) // again, as somebody who got no answer does
	publish(t, r, "spring")
	if err := r.Stop(ctx, "Fit", ada); err != nil {
		t.Fatal(err)
	}
	before := history(t, r)
	one := rules(10)[:1]
	bad := strings.Repeat("x", 300)
	_, again := r.Publish(ctx, "spring", ada, nil)
	_, never := r.Publish(ctx, "sprung", ada, nil)
	_, nobody := r.Publish(ctx, "spring", registry.By{}, nil)
	_, unknown := r.DryRun(ctx, "summer", nil)
	for _, c := range []struct {
		err  error
		kind error
		want string
	}{
		{again, registry.ErrConflict, `registry: version "spring" is live already`},
		{never, registry.ErrUnknown, `registry: there is no version "sprung"; did you mean "spring"?`},
		{nobody, registry.ErrInvalid, `registry: a step needs an author`},
		{unknown, registry.ErrUnknown, `registry: there is no version "summer"`},
		{r.Stop(ctx, "Fit", ada), registry.ErrConflict, `registry: model "Fit" is stopped already`},
		{r.Stop(ctx, "Intrest", ada), registry.ErrUnknown, `registry: there is no model "Intrest"; did you mean "Interest"?`},
		{r.Start(ctx, "Interest", ada), registry.ErrConflict, `registry: model "Interest" is not stopped`},
		{r.Draft(ctx, registry.Version{Name: "spring", Author: "ada", Files: one}), registry.ErrConflict, `registry: there is a version "spring" already, and it is another one`},
		{r.Draft(ctx, registry.Version{Author: "ada", Files: one}), registry.ErrInvalid, `registry: a version needs a name`},
		{r.Draft(ctx, registry.Version{Name: "x", Files: one}), registry.ErrInvalid, `registry: a step needs an author`},
		{r.Draft(ctx, registry.Version{Name: "x", Author: "ada"}), registry.ErrInvalid, `registry: version "x" has no files`},
		{r.Draft(ctx, registry.Version{Name: " x", Author: "ada", Files: one}), registry.ErrInvalid, `registry: the name " x" must be UTF-8, without control characters and outer blanks`},
		{r.Draft(ctx, registry.Version{Name: bad, Author: "ada", Files: one}), registry.ErrInvalid, `registry: the name "` + bad[:60] + `"… has 300 bytes; the limit is 200`},
		{r.Draft(ctx, registry.Version{Name: "x", Author: "ada", Files: append(one, one...)}), registry.ErrInvalid, `registry: version "x" has two files "fit.score"`},
		{r.Draft(ctx, registry.Version{Name: "x", Author: "ada", Files: []leadscore.File{{Name: "a", Text: "\xff"}}}), registry.ErrInvalid, `registry: file "a" of version "x" is not UTF-8`},
		{r.Draft(ctx, registry.Version{Name: "x", Author: "ada", Files: []leadscore.File{{Text: "x"}}}), registry.ErrInvalid, `registry: a file of version "x" has no name`},
		{r.Draft(ctx, registry.Version{Name: "x", Author: "ada", Note: "\xff", Files: one}), registry.ErrInvalid, `registry: the note is not UTF-8`},
		{r.Draft(ctx, registry.Version{Name: "x", Author: "ada", Files: []leadscore.File{{Name: "a", Text: strings.Repeat("/", 17<<20)}}}), registry.ErrInvalid,
			`registry: the files of version "x" have 17825792 bytes; the limit is 16777216`},
	} {
		if c.err == nil || c.err.Error() != c.want || c.kind != nil && !errors.Is(c.err, c.kind) {
			t.Errorf("got %v\nwant %s (%v)", c.err, c.want, c.kind)
		}
	}
	if after := history(t, r); after != before {
		t.Errorf("steps were kept:\n%s", after)
	}
}
