package modeltest_test

import (
	"strings"
	"testing"

	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/modeltest"
)

// TestFailureReportsLaterRecords: a test that fails reports the records that do not exist
// as of its instant, also if the child counted others; one that passes does not.
func TestFailureReportsLaterRecords(t *testing.T) {
	set := compile(t, rules+`
test "Fails" {
    as of 2026-05-31
    Lead with ParentContact = "ada"
    Contact "ada"
    EmailOpened 1 day ago
    EmailOpened on 2026-06-01
    expect score 20
}

test "Passes" {
    as of 2026-05-31
    Lead with ParentContact = "ada"
    Contact "ada"
    EmailOpened on 2026-06-01
    expect score 0
}
`)
	results := map[string]modeltest.Result{}
	for r := range modeltest.Results(t.Context(), set) {
		results[r.Test] = r
	}
	fails := results["Fails"]
	if len(fails.Warnings) != 1 || fails.Warnings[0].Code != findings.CodeLater {
		t.Errorf("warnings %v", fails.Warnings)
	}
	const want = "warning: this EmailOpened is later than as of, so it does not exist for the test and never counts; as of is 2026-05-31T00:00:00Z\n"
	if !strings.Contains(fails.String(), want) || !strings.Contains(fails.String(), "EmailOpened on 2026-06-01\n") {
		t.Errorf("the report is\n%s", fails)
	}
	if passes := results["Passes"]; !passes.Passed() || passes.Warnings != nil {
		t.Errorf("%v, %v", passes, passes.Warnings)
	}
}
