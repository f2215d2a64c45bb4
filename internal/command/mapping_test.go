package command

import (
	"strings"
	"testing"
)

// TestMappingInit writes a first mapping, and scores through it as it is.
func TestMappingInit(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "export/people.csv", "Record ID;Mail;Budget\n7;ada@example.com;1.250,5\n8;ben@example.com;80\n")
	write(t, "export/email_opens.csv", "who,opened at\nada@example.com,2026-05-01 10:00\n")
	write(t, "m.score", "model \"M\" {\n    target contact\n\n    condition \"Opened\" {\n        each EmailOpened\n        score +5\n    }\n}\n")
	out, errs, status := call(t, "", "mapping", "init", "--data", "export")
	if status != statusOK || !strings.Contains(errs, "note: no file looks like leads, so each contact of people.csv is a lead, too\n") {
		t.Fatalf("status %d, %s", status, errs)
	}
	write(t, "m.json", out)
	out, errs, status = call(t, "", "score", "--data", "export", "--mapping", "m.json", "--as-of", "2026-06-01", "--format", "csv", "m.score")
	if want := "lead,model,status,score,grade,sales_ready\n7,M,scored,5,,false\n8,M,scored,0,,false\n"; status != statusOK || out != want {
		t.Errorf("status %d, %s%s\nwant %s", status, errs, out, want)
	}
	for _, args := range [][]string{{"mapping"}, {"mapping", "make"}, {"mapping", "init"}} {
		if _, errs, status := call(t, "", args...); status != statusUsage {
			t.Errorf("%q: status %d, %s", args, status, errs)
		}
	}
	if _, errs, status := call(t, "", "mapping", "init", "--data", "nowhere"); status != statusWrong || !strings.Contains(errs, "nowhere") {
		t.Errorf("status %d, %s", status, errs)
	}
}
