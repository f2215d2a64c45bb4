package language

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/traverse"
)

const two = `model "M" {
    target contact

    condition "C" {
        each EmailOpened within last 30 days
        score +5
    }

    grade "Hot" from 10
}
`

func TestNewKeepsWhatIsTheSame(t *testing.T) {
	schema := traverse.Standard()
	a, b := File{"a.score", two}, File{"b.score", "let Unused = 5\n"}
	first := New(nil, schema, []File{a, b, {"a.score", "left out"}})
	if again := New(first, schema, []File{a, b}); again != first {
		t.Error("a snapshot of the same files is another one")
	}
	b.Text = "let Other = 5\n"
	next := New(first, schema, []File{a, b})
	if next.file("a.score") != first.file("a.score") {
		t.Error("a file that is the same is parsed again")
	}
	if next.file("b.score") == first.file("b.score") {
		t.Error("a file that has changed is not parsed again")
	}
	if New(next, nil, []File{a, b}) == next {
		t.Error("the schema does not matter")
	}
	if len(New(nil, nil, nil).Files()) != 0 || New(nil, nil, nil).Complete("a.score", 0) != nil {
		t.Error("a snapshot without files has something")
	}
}

// TestDiagnosticsAreThoseOfTheCompiler compares the diagnostics of wrong examples with those of
// the facade.
func TestDiagnosticsAreThoseOfTheCompiler(t *testing.T) {
	seen := 0
	for _, w := range documented(t, func(info string) bool { return strings.Contains(info, "wrong") }) {
		var files []leadscore.File
		for _, f := range w.files {
			files = append(files, leadscore.File(f))
		}
		_, err := leadscore.CompileSet(w.base, files)
		var want leadscore.Diagnostics
		errors.As(err, &want)
		if got := New(nil, w.base, w.files).Diagnostics(); got.Error() != want.Error() {
			t.Errorf("%s:\n%v\nthe compiler says\n%v", w.name, got, want)
		}
		seen += len(want)
	}
	if seen < 50 {
		t.Errorf("there are only %d problems", seen)
	}
}

func TestFindings(t *testing.T) {
	s := New(nil, traverse.Standard(), []File{{"b.score", "let Unused = 5\n"}, {"a.score", two}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Findings(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("the error of findings that are cancelled is %v", err)
	}
	found, err := s.Findings(t.Context())
	if err != nil || len(found) < 2 || found[0].Code != "unused-name" || found[0].File != "b.score" {
		t.Errorf("the findings are %v, %v", found, err)
	}
	if wrong := New(s, traverse.Standard(), []File{{"b.score", "let Unused = 5\n"}, {"a.score", "model"}}); true {
		if found, err := wrong.Findings(t.Context()); found != nil || err != nil {
			t.Errorf("the findings of wrong rules are %v, %v", found, err)
		}
	}
}
