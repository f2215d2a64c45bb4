package command

import (
	"strings"
	"testing"
)

// TestZone: a day means the same instant on the command line, in the data and in the
// tests of a rule file: the start of that day in the model's time zone, or in --zone.
func TestZone(t *testing.T) {
	setUp(t)
	const model = `model "%" {
    target contact
    time zone "ZONE"

    condition "Old" {
        has Lead
            where CreatedOn before 2026-06-01
        score +1
    }

    condition "In June" {
        has Lead
            where CreatedOn on or after 2026-06-01
        score +10
    }

    condition "Opened" {
        each EmailOpened within last 1 days
        score +100
    }

    grade "All" from 0
}

`
	const test = `test "Days" {
    model "%"
    as of 2026-06-11
    Lead with ParentContact = "c1" and CreatedOn = 2026-06-01
    Contact "c1"
    EmailOpened with Contact = "c1" and Timestamp = 2026-06-10
    expect score 110
}
`
	in := func(name, zone string) string {
		return strings.ReplaceAll(strings.ReplaceAll(model, "%", name), "ZONE", zone)
	}
	write(t, "york.score", in("York", "America/New_York")+strings.ReplaceAll(test, "%", "York"))
	write(t, "both.score", in("York", "America/New_York")+in("Tokyo", "Asia/Tokyo"))
	write(t, "days/Lead.csv", "id,ParentContact,CreatedOn\nl1,c1,2026-06-01\n")
	write(t, "days/Contact.csv", "id\nc1\n")
	write(t, "days/EmailOpened.csv", "Contact,Timestamp\nc1,2026-06-10\n")
	if out, errs, status := call(t, "", "test", "york.score"); status != statusOK {
		t.Errorf("test: %s%s", out, errs)
	}
	for _, test := range []struct{ args, want, warns string }{
		{"--as-of 2026-06-11 york.score", "l1,York,scored,110,All,false\n", ""},
		{"--as-of 2026-06-11T04:00:00Z york.score", "l1,York,scored,110,All,false\n", ""},
		{"--as-of 2026-06-11T00:00 york.score", "l1,York,scored,110,All,false\n", ""},
		{"--as-of 2026-06-11T04:00:01Z york.score", "l1,York,scored,10,All,false\n", "no date range of the rules reaches it"},
		// In UTC the day begins on the evening before.
		{"--as-of 2026-06-11 --zone UTC york.score", "l1,York,scored,101,All,false\n", `every time is a midnight in UTC, and model "York" is in the time zone America/New_York`},
		// Of two zones none is the right one.
		{"--as-of 2026-06-11 both.score", "l1,York,scored,101,All,false\nl1,Tokyo,scored,110,All,false\n", "every time is a midnight in UTC"},
		{"--as-of 2026-06-11 --zone Asia/Tokyo both.score", "l1,York,scored,101,All,false\nl1,Tokyo,scored,110,All,false\n", ""},
	} {
		args := append([]string{"score", "--format", "csv", "--data", "days"}, strings.Fields(test.args)...)
		out, errs, status := call(t, "", args...)
		if _, rows, _ := strings.Cut(out, "\n"); rows != test.want || status != statusOK {
			t.Errorf("%s: status %d, %q, want %q", test.args, status, rows, test.want)
		}
		if test.warns == "" && errs != "" || !strings.Contains(errs, test.warns) {
			t.Errorf("%s: %q, want %q", test.args, errs, test.warns)
		}
	}
	if _, errs, status := call(t, "", "diff", "--zone", "UTC", "york.score", "york.score"); status != statusUsage || !strings.HasPrefix(errs, "leadscore diff: --zone needs --data\n") {
		t.Errorf("status %d, %s", status, errs)
	}
}
