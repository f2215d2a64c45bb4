package registry_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/registry"
)

// TestReason: a reason says its place, what it is about, and what is wrong, and cannot
// control a terminal.
func TestReason(t *testing.T) {
	for _, c := range []struct {
		reason registry.Reason
		want   string
	}{
		{registry.Reason{Message: "m"}, "m"},
		{registry.Reason{Message: "m", Subject: "Account.City"}, "Account.City: m"},
		{registry.Reason{Message: "m", File: "a.score"}, "a.score: m"},
		{registry.Reason{Message: "m", File: "a.score", Line: 3, Column: 7, Model: "M", Test: "T"}, `a.score:3:7: test "T" of "M": m`},
		{registry.Reason{Message: "\x1b[31m"}, "\uFFFD[31m"},
	} {
		if got := c.reason.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestPassedTests: tests that pass are counted, and refuse nothing.
func TestPassedTests(t *testing.T) {
	const tests = `
test "About coffee" {
    model "Fit"
    as of 2026-05-01
    Lead with Topic = "Coffee"
    expect score 10
}

test "About tea" {
    model "Fit"
    as of 2026-05-01
    Lead with Topic = "Tea"
    expect score 0
}
`
	r := open(t, &registry.Memory{}, registry.Options{})
	files := append(rules(10), leadscore.File{Name: "tests.score", Text: tests})
	draft(t, r, "spring", files)
	files[2].Text = strings.Replace(tests, "score 0", "score 1", 1)
	draft(t, r, "summer", files)
	for name, failed := range map[string]int{"spring": 0, "summer": 1} {
		report, err := r.DryRun(t.Context(), name, nil)
		if err != nil || report.Passed != 2-failed || len(report.Tests) != failed || len(report.Reasons) != failed {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
		for _, test := range report.Tests {
			if test.Test != "About tea" || !strings.HasPrefix(test.Account, "FAIL  Fit: About tea\n") || len(test.Failures) != 1 || test.Error != "" {
				t.Errorf("%+v", test)
			}
		}
	}
}

// TestLimits: names, notes and source lines have limits, up to which they are kept.
func TestLimits(t *testing.T) {
	r := open(t, &registry.Memory{}, registry.Options{})
	name, note := strings.Repeat("n", 200), strings.Repeat("n", 10_000)
	v := registry.Version{Name: name, Author: "ada", Note: note, Files: rules(10)}
	if err := r.Draft(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	if got, err := r.Version(t.Context(), name); err != nil || got.Note != note {
		t.Error(err)
	}
	v.Name, v.Note = "long", note+"n"
	if err := r.Draft(t.Context(), v); !errors.Is(err, registry.ErrInvalid) {
		t.Error(err)
	}
	for pad, kept := range map[int]bool{1000 - len("model !"): true, 1001 - len("model !"): false} {
		name := strings.Repeat("x", pad%7+1)
		draft(t, r, name, []leadscore.File{{Name: "a.score", Text: "model " + strings.Repeat(" ", pad) + "!"}})
		report, err := r.DryRun(t.Context(), name, nil)
		if err != nil || len(report.Reasons) == 0 || (report.Reasons[0].Source != "") != kept {
			t.Errorf("a line of %d bytes: %+v, %v", pad+len("model !"), report.Reasons, err)
		}
	}
}

// An overtaken store keeps another entry in place of the one that it is given, and fails.
type overtaken struct{ registry.Store }

func (o overtaken) Append(ctx context.Context, number int64, entry []byte) error {
	other := strings.Replace(string(entry), `"author":"ada"`, `"author":"eve"`, 1)
	return errors.Join(errAway, o.Store.Append(ctx, number, []byte(other)))
}

// TestOvertaken: a step whose answer was lost, and whose place another one has, was not
// taken.
func TestOvertaken(t *testing.T) {
	store := &registry.Memory{}
	r := open(t, overtaken{store}, registry.Options{})
	err := r.Draft(t.Context(), registry.Version{Name: "spring", Author: "ada", Files: rules(10)})
	if !errors.Is(err, errAway) || !strings.Contains(err.Error(), "may have been kept or not") {
		t.Error(err)
	}
	if got := history(t, r); !strings.Contains(got, "eve: draft") {
		t.Error(got)
	}
	if _, err := r.Refresh(t.Context()); err != nil || statuses(t, r) != "spring draft" {
		t.Error(err)
	}
}

// A leaving store keeps an entry while the client goes.
type leaving struct {
	registry.Store
	leave func()
}

func (l leaving) Append(ctx context.Context, number int64, entry []byte) error {
	err := l.Store.Append(ctx, number, entry)
	l.leave()
	return errors.Join(err, ctx.Err())
}

// TestClientLeaves: a step that was kept has its effect, also if nobody waits for it.
func TestClientLeaves(t *testing.T) {
	store := &registry.Memory{}
	draft(t, open(t, store, registry.Options{}), "spring", rules(10))
	ctx, cancel := context.WithCancel(t.Context())
	r := open(t, leaving{store, cancel}, registry.Options{})
	if _, err := r.Publish(ctx, "spring", ada, nil); err != nil || r.Live() == nil || r.Live().Version != "spring" {
		t.Errorf("%v, %+v", err, r.Live())
	}
}
