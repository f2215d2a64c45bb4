package command

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The first and the last times that data can have do not end the results, in whatever
// zone a model shows them.
func TestTimesOfAnyYear(t *testing.T) {
	setUp(t)
	write(t, "old/Lead.csv", "id,ParentContact\na,a\nb,b\nc,c\n")
	write(t, "old/EmailOpened.csv", "Contact,Timestamp\na,2026-05-01\nb,0000-01-01T14:00:00+14:00\nc,9999-12-31T11:59:59-12:00\n")
	for _, args := range []string{"--format json", "--format json --explain", "--format csv", "--format csv --explain", "--format table", "--explain"} {
		words := append(strings.Fields("score --data old --as-of 2026-06-01 coffee.score"), strings.Fields(args)...)
		out, errs, status := call(t, "", words...)
		if status != statusOK || !strings.Contains(out, "c") || strings.Contains(errs, "MarshalJSON") {
			t.Errorf("%s: status %d, %s%s", args, status, out, errs)
		}
		if strings.Contains(args, "--explain") && args != "--format csv --explain" && !strings.Contains(out, "0000-01-01T00:00:00Z") {
			t.Errorf("%s: the time is missing:\n%s", args, out)
		}
	}
	if out, errs, status := call(t, "", strings.Fields("explain --data old --as-of 2026-06-01 --lead b --format json coffee.score")...); status != statusOK || !strings.Contains(out, `"0000-01-01T00:00:00Z"`) {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
}

// No cell of a CSV file is a formula, whatever leads, models, grades and conditions
// are called.
func TestCSVHasNoFormulas(t *testing.T) {
	setUp(t)
	write(t, "evil.score", strings.NewReplacer("Coffee", "=1+1", `"Opened"`, `"@SUM(1)"`, "Cold", "+2;=3").Replace(rules))
	write(t, "evil/Lead.csv", "id,ParentContact\n-1,a\n\"a;=1\",b\n")
	write(t, "evil/EmailOpened.csv", "Contact,Timestamp\na,2026-05-01\n")
	out, errs, status := call(t, "", strings.Fields("score --data evil --as-of 2026-06-01 --format csv --explain evil.score")...)
	const want = `lead,model,status,score,grade,sales_ready,why
'-1,'=1+1,scored,10,'+2;'=3,false,'@SUM(1): 1 x +10 = +10
'-1,Firms,not targeted,,,,
a;'=1,'=1+1,scored,0,'+2;'=3,false,
a;'=1,Firms,not targeted,,,,
`
	if diff := cmp.Diff(want, out); diff != "" || status != statusOK {
		t.Errorf("status %d, %s (-want +got):\n%s", status, errs, diff)
	}
}
