package modeltest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/modeltest"
)

const rules = `model "Coffee" {
    target contact

    condition "Opened" {
        each EmailOpened within last 30 days
        score +10
    }

    sales ready at 20
}
`

const good = `
test "Two emails suffice" {
    as of 2026-05-31
    Lead with ParentContact = "ada"
    Contact "ada"
    2 EmailOpened 3 days ago
    expect sales ready
}
`

const bad = `
test "One email suffices" {
    as of 2026-05-31
    Lead with ParentContact = "ada"
    Contact "ada"
    EmailOpened 3 days ago
    expect sales ready
    expect score 10
}
`

func compile(t testing.TB, text string) *leadscore.Set {
	t.Helper()
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "coffee.score", Text: text}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestRun(t *testing.T) {
	modeltest.Run(t, compile(t, rules+good))
}

// TestRunFails runs the next test, which fails, in a process of its own.
func TestRunFails(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=TestOfBadRules", "-test.v")
	cmd.Env = append(os.Environ(), "BAD_RULES=1")
	out, err := cmd.CombinedOutput()
	if _, failed := errors.AsType[*exec.ExitError](err); !failed {
		t.Fatalf("the test passed: %v\n%s", err, out)
	}
	for _, want := range []string{
		"--- FAIL: TestOfBadRules/Coffee/One_email_suffices",
		"--- PASS: TestOfBadRules/Coffee/Two_emails_suffice",
		"coffee.score:25:5: the lead is not sales ready (the score is 10)",
		"+10  Opened: 1 x +10",
		"each EmailOpened within last 30 days: 1",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
}

func TestOfBadRules(t *testing.T) {
	if os.Getenv("BAD_RULES") == "" {
		t.Skip("it is for TestRunFails")
	}
	modeltest.Run(t, compile(t, rules+good+bad))
}

func TestResults(t *testing.T) {
	set := compile(t, rules+good+bad)
	results := slices.Collect(modeltest.Results(t.Context(), set))
	if len(results) != 2 || !results[0].Passed() || results[1].Passed() {
		t.Fatalf("got %v", results)
	}
	r := results[1]
	if r.Model != "Coffee" || r.Test != "One email suffices" || r.Err != nil || len(r.Failures) != 1 || r.Result.Score != 10 {
		t.Errorf("got %+v", r)
	}
	if d := r.Failures[0]; d.Code != modeltest.CodeExpectation || d.File != "coffee.score" || d.Span.Start.Line != 25 {
		t.Errorf("got %+v", d)
	}
	for range modeltest.Results(t.Context(), set) {
		break // stopping early is allowed
	}
	if got := slices.Collect(modeltest.Results(t.Context(), compile(t, rules))); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

// TestExpectations checks each form of expectation, met and not met.
func TestExpectations(t *testing.T) {
	const model = `model "Coffee" {
    target contact
    condition "Opened" { each EmailOpened score +10 }
    condition "Hot" { has Lead where Rating = "Hot" score +100 }
    grade "Cold" from 10 to 19
    grade "Warm" from 20 to 99
    sales ready at 20
}
`
	const (
		twice   = `Lead with ParentContact = "ada" Contact "ada" 2 EmailOpened`
		hot     = `Lead with ParentContact = "ada" and Rating = "Hot" Contact "ada"`
		account = `Lead with ParentAccount = "acme" Account "acme"`
		alone   = `Lead`
	)
	for _, test := range []struct{ records, expect, failure string }{
		{twice, `score 20`, ""},
		{twice, `score 21`, "the score is 20, not 21"},
		{twice, `grade "Warm"`, ""},
		{twice, `grade "Cold"`, `the grade is "Warm", not "Cold" (the score is 20)`},
		{hot, `grade "Cold"`, "there is no grade for 100"},
		{hot, `no grade`, ""},
		{twice, `no grade`, `the grade is "Warm" (the score is 20)`},
		{twice, `sales ready`, ""},
		{twice, `not sales ready`, "the lead is sales ready (the score is 20)"},
		{`Lead with ParentContact = "ada" Contact "ada"`, `not sales ready`, ""},
		{`Lead with ParentContact = "ada" Contact "ada"`, `sales ready`, "the lead is not sales ready (the score is 0)"},
		{twice, `"Opened" holds`, ""},
		{twice, `"Hot" holds`, `condition "Hot" does not hold`},
		{twice, `"Hot" does not hold`, ""},
		{twice, `"Opened" does not hold`, `condition "Opened" holds, 2 times`},
		{hot, `"Hot" does not hold`, `condition "Hot" holds, 1 time`},
		{twice, `"Opened" 2 times`, ""},
		{twice, `"Hot" 0 times`, ""},
		{twice, `"Opened" 3 times`, `condition "Opened" counts 2 times, not 3`},
		{account, `not targeted`, ""},
		{twice, `not targeted`, "the lead is scored"},
		{account, `no parent`, "the lead is of a kind that the model does not target"},
		{account, `"Opened" does not hold`, "the lead is not scored: it is of a kind that the model does not target"},
		{alone, `no parent`, ""},
		{alone, `not targeted`, "the lead has no parent contact or account"},
		{alone, `score 0`, "the lead is not scored: it has no parent contact or account"},
	} {
		set := compile(t, model+`test "T" { as of 2026-05-31 `+test.records+` expect `+test.expect+` }`)
		for r := range modeltest.Results(t.Context(), set) {
			got := ""
			if len(r.Failures) > 0 {
				got = r.Failures[0].Summary
			}
			if got != test.failure || r.Err != nil || len(r.Failures) > 1 || r.Passed() != (test.failure == "") {
				t.Errorf("expect %s of %s: %q, want %q", test.expect, test.records, got, test.failure)
			}
			if ok := strings.HasPrefix(r.String(), "ok    Coffee: T"); ok != r.Passed() {
				t.Errorf("expect %s: %s", test.expect, r)
			}
		}
	}
}

// TestExpectationsOfParts checks the expectations about what structured models give.
func TestExpectationsOfParts(t *testing.T) {
	const model = `model "Parts" {
    target contact
    active from 2026-01-01
    audience { none Lead where Rating = "Cold" }
    dimension "Fit" {
        first of "Town" {
            condition "Boston" { has Lead where City = "Boston" score +9 }
            condition "Named" { has Lead where City is not empty score +4 }
        }
        grade "A" from 5
        grade "B" from 1 to 4
    }
    condition "Opened" { each EmailOpened halving every 1 day score +4 }
    label "Fit"
}
`
	const (
		boston = `as of 2026-05-31 Lead with ParentContact = "ada" and City = "Boston" Contact "ada" EmailOpened 3 days ago EmailOpened`
		cold   = `as of 2026-05-31 Lead with ParentContact = "ada" and Rating = "Cold" Contact "ada"`
		empty  = `as of 2026-05-31 Lead with ParentContact = "ada" Contact "ada"`
		early  = `as of 2025-05-31 Lead with ParentContact = "ada" Contact "ada"`
	)
	for _, test := range []struct{ records, expect, failure string }{
		{boston, `dimension "Fit" score 9`, ""},
		{boston, `dimension "Fit" score 8`, `the score of "Fit" is 9, not 8`},
		{boston, `dimension "Fit" grade "A"`, ""},
		{boston, `dimension "Fit" grade "B"`, `the grade of "Fit" is "A", not "B" (the score is 9)`},
		{boston, `dimension "Fit" no grade`, `the grade of "Fit" is "A" (the score is 9)`},
		{empty, `dimension "Fit" no grade`, ""},
		{empty, `dimension "Fit" grade "A"`, `there is no grade of "Fit" for 0`},
		{boston, `label "A"`, ""},
		{boston, `label "B"`, `the label is "A", not "B"`},
		{boston, `no label`, `the label is "A"`},
		{empty, `label "A"`, "there is no label: a dimension of it has no grade"},
		{empty, `no label`, ""},
		{boston, `"Boston" holds`, ""},
		{boston, `"Named" holds`, `condition "Named" does not hold: an earlier tier was taken`},
		{boston, `"Named" does not hold`, ""},
		{boston, `"Named" 0 times`, ""},
		{boston, `"Named" 1 times`, `condition "Named" counts 0 times, not 1: an earlier tier was taken`},
		{boston, `"Opened" holds`, ""},
		{boston, `"Opened" 1 times`, `condition "Opened" counts 1.25 times, not 1`},
		{boston, `score 14`, ""},
		{cold, `not in audience`, ""},
		{boston, `not in audience`, "the lead is scored"},
		{cold, `score 0`, "the lead is not scored: it is not in the audience"},
		{early, `not active`, ""},
		{cold, `not active`, "the lead is not in the audience"},
		{early, `no label`, "the lead is not scored: the model is not active: it is active from 2026-01-01"},
	} {
		for r := range modeltest.Results(t.Context(), compile(t, model+`test "T" { `+test.records+` expect `+test.expect+` }`)) {
			got := ""
			if len(r.Failures) > 0 {
				got = r.Failures[0].Summary
			}
			if got != test.failure || r.Err != nil || r.Passed() != (test.failure == "") {
				t.Errorf("expect %s of %s: %q, want %q", test.expect, test.records, got, test.failure)
			}
		}
	}
}

// TestFailureSaysWhatIsMissing checks that a failure shows what every condition
// counted, and what kept the nearest record from counting.
func TestFailureSaysWhatIsMissing(t *testing.T) {
	set := compile(t, rules+`
test "Too old" {
    as of 2026-05-31
    Lead with ParentContact = "ada"
    Contact "ada"
    EmailOpened "e1" on 2026-04-01
    expect "Opened" holds
}
`)
	for r := range modeltest.Results(t.Context(), set) {
		for _, want := range []string{
			`condition "Opened" does not hold`, "+0  Opened: 0 x +10", "each EmailOpened within last 30 days: 0, does not hold",
			`not met: within last 30 days: EmailOpened "e1" has 2026-04-01`,
		} {
			if !strings.Contains(r.String(), want) {
				t.Errorf("the report lacks %q:\n%s", want, r)
			}
		}
	}
}

func TestResultsOfNobody(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for r := range modeltest.Results(ctx, compile(t, rules+good)) {
		if r.Passed() || !errors.Is(r.Err, context.Canceled) || !strings.Contains(r.String(), "canceled") {
			t.Errorf("got %v", r)
		}
	}
}

// TestMadeUpIDs checks that an id that a test does not give differs from those that
// it gives, and that nothing can refer to it.
func TestMadeUpIDs(t *testing.T) {
	set := compile(t, rules+`
test "Ids" {
    as of 2026-05-31
    Lead with ParentContact = "ada"
    Contact with City = "Rome"
    EmailOpened
    EmailOpened "EmailOpened 2"
    2 EmailOpened
    EmailOpened "EmailOpened 1"
    Contact "ada"
    Contact with City = "Oslo"
    expect score 50
}
`)
	for r := range modeltest.Results(t.Context(), set) {
		if !r.Passed() || r.Result.Lead != "Lead 1" {
			t.Errorf("lead %s: %v", r.Result.Lead, r)
		}
	}
	_, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "m", Text: rules + `
test "Ids" {
    as of 2026-05-31
    Contact
    Lead with ParentContact = "Contact 1"
    expect score 0
}
`}})
	if err == nil || !strings.Contains(err.Error(), `the test has no Contact "Contact 1"`) {
		t.Errorf("got %v", err)
	}
}

// TestNamesForgeNothing checks that a name cannot look like a line of the report.
func TestNamesForgeNothing(t *testing.T) {
	set := compile(t, strings.NewReplacer(`"Opened"`, `"Opened\n+99  Forged"`).Replace(rules)+`
test "x\nok    Coffee: forged" {
    as of 2026-05-31
    Lead with ParentContact = "ada"
    Contact "ada"
    expect sales ready
}
`)
	for r := range modeltest.Results(t.Context(), set) {
		if text := r.String(); strings.Contains(text, "\nok") || strings.Contains(text, "\n+99") {
			t.Errorf("got %s", text)
		}
	}
}

// Before a service takes up rules that somebody has changed, it runs their tests.
func ExampleResults() {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "coffee.score", Text: rules + good + bad}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for r := range modeltest.Results(context.Background(), set) {
		if !r.Passed() {
			fmt.Println(r)
		}
	}
	// Output:
	// FAIL  Coffee: One email suffices
	// coffee.score:25:5: the lead is not sales ready (the score is 10)
	//   25 |     expect sales ready
	//      |     ^^^^^^^^^^^^^^^^^^
	//           as of 2026-05-31T00:00:00Z
	//      +10  Opened: 1 x +10
	//             each EmailOpened within last 30 days: 1
}

// TestOf runs one test of two.
func TestOf(t *testing.T) {
	m := compile(t, rules+good+bad).Models()[0]
	tests := m.Tests()
	if r := modeltest.Of(t.Context(), m, &tests[0]); r.Test != "Two emails suffice" || !r.Passed() {
		t.Error(r)
	}
	if r := modeltest.Of(t.Context(), m, &tests[1]); r.Test != "One email suffices" || len(r.Failures) != 1 {
		t.Error(r)
	}
}
