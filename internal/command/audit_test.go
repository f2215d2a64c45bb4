package command

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/audit"
)

// oddData has a lead whose contact has another id, by a decimal point.
func oddData(t *testing.T) {
	t.Helper()
	setUp(t)
	write(t, "one.score", `model "Coffee" {
    target contact

    condition "Opened" {
        each EmailOpened within last 90 days
        score +10
    }
}
`)
	write(t, "odd/Lead.csv", "id,ParentContact\na,501\nb,502\n")
	write(t, "odd/Contact.csv", "id\n501\n502\n")
	write(t, "odd/EmailOpened.csv", "Contact,Timestamp\n501.0,2026-05-20\n502,2026-05-20\n502,2026-06-20\n")
}

const (
	oddWarning = `odd: warning: EmailOpened.Contact: 1 of 3 ids names no Contact, such as "501.0"; Contact has "501", which differs in a decimal point` + "\n"
	oddAdvice  = "odd: advice: EmailOpened: 1 of 3 is later than as of, 2026-06-01T00:00:00Z: it does not count\n"
)

// Every command that loads data warns about it before its results, and with --strict
// gives none.
func TestDataIsChecked(t *testing.T) {
	oddData(t)
	for _, args := range []string{"score", "explain --lead b", "diff one.score"} {
		words := append(strings.Fields(args), "--data", "odd", "--as-of", "2026-06-01", "one.score")
		out, errs, status := call(t, "", words...)
		if status != statusOK || out == "" || errs != oddWarning {
			t.Errorf("%s: status %d, output %q, standard error %q", args, status, out, errs)
		}
		out, errs, status = call(t, "", append(words, "--strict")...)
		if status != statusWrong || strings.Contains(out, "b") || errs != oddWarning {
			t.Errorf("%s --strict: status %d, output %q, standard error %q", args, status, out, errs)
		}
	}
}

func TestCheckData(t *testing.T) {
	oddData(t)
	check := []string{"check", "--data", "odd", "--as-of", "2026-06-01", "one.score"}
	for _, test := range []struct {
		flags  string
		errs   string
		status int
	}{
		{"", oddWarning, statusOK},
		{"--strict", oddWarning, statusWrong},
		{"--data data --strict", "note: Lead.csv: ignored columns Shoe size\n", statusOK},
	} {
		out, errs, status := call(t, "", append(check, strings.Fields(test.flags)...)...)
		if diff := cmp.Diff(test.errs, errs); diff != "" || status != test.status || out != "" {
			t.Errorf("%s: status %d, output %q, standard error (-want +got):\n%s", test.flags, status, out, diff)
		}
	}
	_, errs, _ := call(t, "", append(check, "--advice")...)
	if !strings.HasSuffix(errs, oddWarning+oddAdvice) {
		t.Errorf("--advice: %q", errs)
	}
	out, errs, _ := call(t, "", append(check, "--format", "json")...)
	var f audit.Finding
	if err := json.Unmarshal([]byte(valuesIn(t, out, "check", statusOK)), &f); err != nil || f.Code != audit.CodeDangling || f.Count != 1 || f.Of != 3 || errs != "" {
		t.Errorf("%v, %q, %q", err, out, errs)
	}
	_, errs, status := call(t, "", "check", "--as-of", "2026-06-01", "one.score")
	if status != statusUsage || !strings.HasPrefix(errs, "leadscore check: --as-of needs --data\n") {
		t.Errorf("status %d, %s", status, errs)
	}
}

// A command lists so many warnings before its results that these are not lost.
func TestManyWarnings(t *testing.T) {
	setUp(t)
	var rules strings.Builder
	rules.WriteString("model \"M\" {\n    target contact\n")
	for i := range maxAudit + 5 {
		fmt.Fprintf(&rules, "    condition \"C%d\" { has Met%d score +1 }\n", i, i)
	}
	rules.WriteString("}\n")
	for i := range maxAudit + 5 {
		fmt.Fprintf(&rules, "interaction Met%d {\n}\n", i)
	}
	write(t, "many.score", rules.String())
	_, errs, status := call(t, "", "score", "--data", "data", "many.score")
	if !strings.HasSuffix(errs, "5 more; leadscore check --data lists all\n") || strings.Count(errs, "warning: ") != maxAudit || status != statusOK {
		t.Errorf("status %d, %s", status, errs)
	}
}

// TestCheckSeasonsAndNames checks that a season that is over is reported as of a given
// instant alone, and that names for values that are not used are reported.
func TestCheckSeasonsAndNames(t *testing.T) {
	setUp(t)
	write(t, "fair.score", `let Fair = 20

model "Fair" {
    target contact
    time zone "Europe/Berlin"
    active until 2026-05-31

    condition "Opened" {
        has EmailOpened
        score +20
    }

    sales ready at 20
}
`)
	const unused = `fair.score:1:5: warning: Fair is never used; drop it
  1 | let Fair = 20
    |     ^^^^
`
	const over = `
fair.score:6:5: warning: this season is over: the model scores no lead any more
  6 |     active until 2026-05-31
    |     ^^^^^^^^^^^^^^^^^^^^^^^
`
	for _, test := range []struct{ args, want string }{
		{"check fair.score", unused},
		{"check --data data fair.score", unused},
		{"check --data data --as-of 2026-05-31T21:59:59Z fair.score", unused},
		{"check --data data --as-of 2026-06-01 fair.score", unused + over},
	} {
		_, errs, status := call(t, "", strings.Fields(test.args)...)
		if !strings.HasPrefix(errs, test.want) || strings.Contains(errs, "is over") != strings.HasSuffix(test.want, over) || status != statusOK {
			t.Errorf("%s: status %d, %s", test.args, status, errs)
		}
	}
}
