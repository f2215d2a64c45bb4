package command

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestLaterRecords: leadscore test reports the records of a failing test that are later
// than as of, as text and as JSON.
func TestLaterRecords(t *testing.T) {
	setUp(t)
	write(t, "later.score", files["coffee.score"]+`
test "Next year" {
    model "Coffee"
    as of 2026-05-31
    Lead with ParentContact = "ada"
    Contact "ada"
    EmailOpened on 2027-05-30
    expect sales ready
}
`)
	const warning = "this EmailOpened is later than as of, so it does not exist for the test and never counts; as of is 2026-05-31T00:00:00Z"
	out, _, status := call(t, "", "test", "later.score")
	for _, want := range []string{": warning: " + warning + "\n", `EmailOpened "EmailOpened 1" is later than as of, at 2027-05-30T00:00:00Z` + "\n"} {
		if status != statusWrong || !strings.Contains(out, want) {
			t.Errorf("status %d, the output lacks %q:\n%s", status, want, out)
		}
	}
	out, _, status = call(t, "", "test", "--format", "json", "later.score")
	var line struct{ Test struct{ Warnings []string } }
	if err := json.Unmarshal(secondLine(out), &line); err != nil || status != statusWrong {
		t.Fatalf("status %d, %v: %s", status, err, out)
	}
	if w := line.Test.Warnings; len(w) != 1 || !strings.HasPrefix(w[0], "later.score:") || !strings.HasSuffix(w[0], warning) {
		t.Errorf("the warnings are %q", w)
	}
}
