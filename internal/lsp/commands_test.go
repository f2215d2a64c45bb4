package lsp

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"

	"github.com/leadscore/leadscore/internal/language"
)

// An askedContext counts how often it is asked whether it is done.
type askedContext struct {
	context.Context
	times atomic.Int64
}

// Err returns nil.
func (c *askedContext) Err() error {
	c.times.Add(1)
	return nil
}

// TestRunsOnlyWhatIsAsked: a test is run without the others, and the tests of a model without those of
// other models.
func TestRunsOnlyWhatIsAsked(t *testing.T) {
	const uri = "untitled:a"
	test := func(model, name string) string {
		return "test \"" + name + "\" {\n    model \"" + model + "\"\n    as of 2026-06-01\n    Lead with ParentContact = \"ada\"\n    Contact \"ada\"\n    expect score 0\n}\n"
	}
	rules := model("A", "EmailOpened") + model("B", "EmailOpened") + test("A", "First")
	// asked returns how often the context is asked, which shows how much is done with it.
	asked := func(text, command string, names ...string) int64 {
		s := begin(t, nil, false)
		s.open(uri, text)
		params, err := json.Marshal(map[string]any{"command": command, "arguments": append([]string{uri}, names...)})
		if err != nil {
			t.Fatal(err)
		}
		ctx := &askedContext{Context: t.Context()}
		result, err := s.Handle(ctx, "workspace/executeCommand", params)
		if err != nil {
			t.Fatal(err)
		}
		if r := result.(testResult); r.Passed != 1 || r.Failed != 0 {
			t.Errorf("%s: %+v", command, r)
		}
		return ctx.times.Load()
	}
	alone := asked(rules, language.CommandTest, "A", "First")
	others := ""
	for _, name := range []string{"Second", "Third", "Fourth"} {
		others += test("B", name)
	}
	if got := asked(rules+others+test("A", "Fifth"), language.CommandTest, "A", "First"); got != alone {
		t.Errorf("one of five tests asks the context %d times, and the only one %d times", got, alone)
	}
	alone = asked(rules, language.CommandTests, "A")
	if got := asked(rules+others, language.CommandTests, "A"); got != alone {
		t.Errorf("the only test of a model asks the context %d times beside others, and %d times alone", got, alone)
	}
}
