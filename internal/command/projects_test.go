package command

import (
	"strings"
	"testing"
)

// TestProject checks what a command takes from a project file, and what flags replace.
func TestProject(t *testing.T) {
	setUp(t)
	write(t, "p/coffee.score", files["coffee.score"])
	write(t, "p/other.score", "?")
	for name, text := range files {
		if strings.HasPrefix(name, "data/") && !strings.HasPrefix(name, "data/Met") {
			write(t, "p/"+name, text)
		}
	}
	write(t, "p/leadscore.json", `{"rules": "coffee.score", "data": "data", "zone": "Europe/Berlin"}`)
	want, _, _ := call(t, "", "score", "--data", "data", "--as-of", "2026-06-01T12:00:00Z", "coffee.score")
	for _, args := range [][]string{{"p"}, {"p/leadscore.json"}, {"--data", "data", "p"}, {"--zone", "UTC", "p"}} {
		out, errs, status := call(t, "", append([]string{"score", "--as-of", "2026-06-01T12:00:00Z"}, args...)...)
		if status != statusOK || out != want || out == "" {
			t.Errorf("score %v: status %d\n%s%s\nwant\n%s", args, status, out, errs, want)
		}
	}
	for _, args := range []string{"check p", "test p", "schema p"} {
		if out, errs, status := call(t, "", strings.Fields(args)...); status != statusOK {
			t.Errorf("%s: status %d\n%s%s", args, status, out, errs)
		}
	}
	if _, errs, status := call(t, "", "score", "p", "coffee.score"); status == statusOK {
		t.Errorf("with two operands the project is used: %s", errs)
	}
	write(t, "p/leadscore.json", `{"schema": "own.score"}`)
	write(t, "p/own.score", "?")
	if _, errs, status := call(t, "", "check", "p"); status != statusWrong || !strings.Contains(errs, "p/own.score:1:1") {
		t.Errorf("the schema of the project is not used: status %d\n%s", status, errs)
	}
}

// TestBrokenProject checks that the problems of a project file are reported with their
// places.
func TestBrokenProject(t *testing.T) {
	setUp(t)
	write(t, "p/leadscore.json", "{\n  \"rules\": [\"x.score\"],\n  \"dta\": \"data\"\n}\n")
	const want = `p/leadscore.json:2:13: there is no file x.score
  2 |   "rules": ["x.score"],
    |             ^^^^^^^^^

p/leadscore.json:3:3: there is no member "dta"; did you mean data?
  3 |   "dta": "data"
    |   ^^^^^
`
	if _, errs, status := call(t, "", "check", "p"); status != statusWrong || errs != want {
		t.Errorf("status %d\n%s", status, errs)
	}
	out, _, status := call(t, "", "check", "--format", "json", "p")
	if status != statusWrong || strings.Count(out, `{"problem":`) != 2 {
		t.Errorf("status %d\n%s", status, out)
	}
}
