package command

import (
	"strings"
	"testing"
)

// TestPeriodAudit: what is too old or later as of one end of a period is no warning, as it may
// count in between. What is so as of both ends is one.
func TestPeriodAudit(t *testing.T) {
	setUp(t)
	write(t, "recent.score", strings.ReplaceAll(recentRules, `time zone "Europe/Berlin"`, ""))
	for args, want := range map[string]string{
		"history --lead a --from 2026-05-01 --to 2026-08-01":   "",
		"changes --from 2026-05-01 --to 2026-08-01":            "",
		"history --lead a --from 2026-07-01 --to 2026-08-01":   "data: warning: EmailOpened: the newest of 3 is of 2026-05-03, and no date range of the rules reaches it as of 2026-07-01\n",
		"history --lead a --from 2026-03-01 --to 2026-04-01":   "data: warning: EmailOpened: 3 of 3 are later than as of, 2026-03-01T00:00:00Z: they do not count\n",
		"next --as-of 2026-03-01":                              "data: warning: EmailOpened: 3 of 3 are later than as of, 2026-03-01T00:00:00Z: they do not count\n",
		"next --as-of 2026-03-01 --to 2026-05-02":              "",
		"changes --from 2026-03-01 --to 2026-04-01 --skip-bad": "data: warning: EmailOpened: 3 of 3 are later than as of, 2026-03-01T00:00:00Z: they do not count\n",
	} {
		out, errs, status := call(t, "", append(strings.Fields(args), "--data", "data", "recent.score")...)
		if errs != noted+want || status != statusOK {
			t.Errorf("%s: status %d, %s\n%s\nwant\n%s", args, status, out, errs, want)
		}
	}
}
