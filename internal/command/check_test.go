package command

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheckFindings(t *testing.T) {
	const odd = `model "Odd" {
    target contact

    condition "Rated" {
        has Lead
            where Rating = "Hot"
              and Rating = "Cold"
        score +10
    }

    sales ready at 0
}
`
	const warnings = `odd.score:7:19: warning: no value satisfies both Rating = "Hot" and Rating = "Cold": this child never holds, and neither does the condition; write Rating in ("Hot", "Cold") if one of them is enough
  7 |               and Rating = "Cold"
    |                   ^^^^^^^^^^^^^^^
  odd.score:6:19: contradicts this

odd.score:11:5: warning: every lead becomes sales ready: the model gives scores of 0 only
  11 |     sales ready at 0
     |     ^^^^^^^^^^^^^^^^
`
	const advice = `
odd.score:1:7: advice: the model gives scores of 0 only
  1 | model "Odd" {
    |       ^^^^^
`
	for _, test := range []struct {
		args, err string
		status    int
	}{
		{"check odd.score", warnings, statusOK},
		{"check --strict odd.score", warnings, statusWrong},
		{"check odd.score --advice", warnings + advice, statusOK},
		{"check --strict coffee.score", "", statusOK},
		{"check --strict --advice called.score --schema schema.score", `called.score:1:7: advice: the model has neither grades nor a sales-ready score; without them sales cannot tell what a score means
  1 | model "Calls" {
    |       ^^^^^^^

called.score:1:7: advice: the model gives scores of 0 or more; increased by "Talked" any number of times
  1 | model "Calls" {
    |       ^^^^^^^

called.score:4:9: advice: this child counts interactions of any age: those of years ago as much as today's; add a date range such as within last 90 days, if only recent ones matter
  4 |         each Called
    |         ^^^^^^^^^^^
`, statusOK},
	} {
		setUp(t)
		write(t, "odd.score", odd)
		out, errs, status := call(t, "", strings.Fields(test.args)...)
		if status != test.status || out != "" {
			t.Errorf("%s: status %d, standard output %q", test.args, status, out)
		}
		if diff := cmp.Diff(test.err, errs); diff != "" {
			t.Errorf("%s: standard error (-want +got):\n%s", test.args, diff)
		}
	}

	// If there are errors, nothing else is reported.
	setUp(t)
	write(t, "odd.score", odd)
	_, errs, status := call(t, "", "check", "--advice", "wrong.score", "odd.score")
	if status != statusWrong || strings.Contains(errs, "warning") || strings.Contains(errs, "advice") {
		t.Errorf("status %d, standard error %s", status, errs)
	}
}
