package command

import (
	"fmt"
	"strings"
	"testing"
)

// recentRules has a condition that forgets, and a model that scores others.
const recentRules = `model "Recent" {
    target contact
    time zone "Europe/Berlin"
    active until 2026-08-31

    condition "Opened" {
        each EmailOpened within last 30 days
        score +10
    }

    grade "Cold" below 15
    grade "Warm" from 15
    sales ready at 20
}

model "Firms" {
    target account

    condition "Lead" {
        has Lead
        score -1
    }
}
`

// noted is what commands print about the data of these tests.
const noted = "note: Lead.csv: ignored columns Shoe size\n"

func expectCall(t *testing.T, want, errs string, status int, args string) {
	t.Helper()
	out, gotErrs, got := call(t, "", strings.Fields(args)...)
	if out != want || gotErrs != errs || got != status {
		t.Errorf("%s: status %d, standard output\n%s\nwant\n%s\nstandard error\n%s\nwant\n%s", args, got, out, want, gotErrs, errs)
	}
}

func TestHistory(t *testing.T) {
	setUp(t)
	write(t, "recent.score", recentRules)
	expectCall(t, `AS OF                             MODEL   RESULT                WHY
2026-05-01T00:00:00+02:00         Recent  0 Cold
2026-04-30T22:00:00Z              Firms   not targeted
2026-05-01T12:00:00+02:00         Recent  10 Cold               Opened: +0 -> +10
2026-05-02T00:00:00+02:00         Recent  20 Warm, sales ready  Opened: +10 -> +20
2026-05-31T12:00:00.000001+02:00  Recent  10 Cold               Opened: +20 -> +10
2026-06-01T00:00:00.000001+02:00  Recent  0 Cold                Opened: +10 -> +0
2026-09-01T00:00:00+02:00         Recent  not active
`, noted, statusOK, "history --data data --lead a --from 2026-05-01 --to 2026-10-01 --zone Europe/Berlin recent.score")

	// Days are those of the zone, times end where they end, and a period may have no change.
	expectCall(t, `AS OF                      MODEL   RESULT                WHY
2026-05-03T00:00:00+02:00  Recent  20 Warm, sales ready
2026-05-02T22:00:00Z       Firms   not targeted
`, noted, statusOK, "history --data data --lead a --from 2026-05-03 --to 2026-05-31T10:00:00Z --zone Europe/Berlin recent.score")

	out, errs, status := call(t, "", strings.Fields("history --data data --lead a --from 2026-05-01 --to 2026-05-02T12:00:00Z --format json recent.score")...)
	want := `{"begin":{"command":"history","format":1}}
{"result":{"model":"Recent","lead":"a","as_of":"2026-05-01T02:00:00+02:00","status":"scored","score":0,"grade":"Cold","sales_ready":false}}
{"result":{"model":"Firms","lead":"a","as_of":"2026-05-01T00:00:00Z","status":"not targeted"}}
{"lead":{"lead":"a","model":"Recent","as_of":"2026-05-01T12:00:00+02:00","from":{"status":"scored","score":0,"grade":"Cold","sales_ready":false},"to":{"status":"scored","score":10,"grade":"Cold","sales_ready":false},"conditions":[{"condition":"Opened","from":0,"to":10}]}}
{"lead":{"lead":"a","model":"Recent","as_of":"2026-05-02T02:00:00+02:00","from":{"status":"scored","score":10,"grade":"Cold","sales_ready":false},"to":{"status":"scored","score":20,"grade":"Warm","sales_ready":true},"conditions":[{"condition":"Opened","from":10,"to":20}]}}
{"end":{"status":0}}
`
	if out != want || errs != noted || status != statusOK {
		t.Errorf("status %d, standard error %q\n%s\nwant\n%s", status, errs, out, want)
	}
}

func TestHistoryPlot(t *testing.T) {
	setUp(t)
	write(t, "recent.score", recentRules)
	// 32 days, two columns each: two steps, and out of season at the end.
	write(t, "data/EmailOpened.csv", "Timestamp,Contact\n2026-08-02T00:30:00Z,ada\n2026-08-11T00:30:00Z,ada\n")
	row := func(label string, parts ...any) string {
		var b strings.Builder
		fmt.Fprintf(&b, "  %2s |", label)
		for i := 0; i < len(parts); i += 2 {
			b.WriteString(strings.Repeat(parts[i].(string), parts[i+1].(int)))
		}
		return strings.TrimRight(b.String(), " ") + "\n"
	}
	want := "\"a\", Recent: 0 Cold -> not active\n" + row("20", " ", 20, "█", 41) + strings.Repeat(row("", " ", 20, "█", 41), 3) +
		strings.Repeat(row("", " ", 2, "█", 59), 3) + row("0", "▁", 2, "█", 59) +
		"     +" + strings.Repeat("-", 64) + "\n      2026-08-01" + strings.Repeat(" ", 44) + "2026-09-02\n\"a\", Firms: not targeted\n"
	out, errs, status := call(t, "", strings.Fields("history --data data --lead a --from 2026-08-01 --to 2026-09-02 --zone Europe/Berlin --format plot recent.score")...)
	if out != want || errs != noted || status != statusOK {
		t.Errorf("status %d, standard error %q\n%s\nwant\n%s", status, errs, out, want)
	}
}

func TestNext(t *testing.T) {
	setUp(t)
	write(t, "recent.score", recentRules)
	expectCall(t, `AS OF                             LEAD  MODEL   BEFORE                AFTER    WHY
2026-05-31T12:00:00.000001+02:00  a     Recent  20 Warm, sales ready  10 Cold  Opened: +20 -> +10
2026-06-02T02:00:00.000001+02:00  b     Recent  10 Cold               0 Cold   Opened: +10 -> +0
`, noted, statusOK, "next --data data --as-of 2026-05-28 recent.score")
	expectCall(t, `AS OF                             LEAD  MODEL   BEFORE   AFTER   WHY
2026-06-02T02:00:00.000001+02:00  b     Recent  10 Cold  0 Cold  Opened: +10 -> +0
`, noted, statusOK, "next --data data --as-of 2026-05-31T10:00:00.000001Z --to 2026-06-03 --lead b recent.score")
	expectCall(t, "AS OF  LEAD  MODEL  BEFORE  AFTER  WHY\n", noted, statusOK, "next --data data --as-of 2026-05-10 recent.score")
	expectCall(t, "AS OF  LEAD  MODEL  BEFORE  AFTER  WHY\n",
		noted+"leadscore next: lead \"nemo\": no such lead\nleadscore next: 1 of 1 leads could not be scored\n", statusWrong, "next --data data --as-of 2026-05-10 --lead nemo recent.score")
}

func TestChanges(t *testing.T) {
	setUp(t)
	write(t, "recent.score", recentRules)
	expectCall(t, `from 2026-05-30T00:00:00Z to 2026-06-01T00:00:00Z

1 of 4 leads score differently
  sales ready: 0 more, 1 no longer
  grade Warm to Cold: 1

"a", Recent: 20 Warm, sales ready -> 10 Cold
  Opened: +20 -> +10
`, noted, statusOK, "changes --data data --from 2026-05-30 --to 2026-06-01T00:00:00Z recent.score")
	expectCall(t, `from 2026-05-30T00:00:00Z to 2026-06-03T00:00:00Z

2 of 4 leads score differently
  sales ready: 0 more, 1 no longer
  grade Warm to Cold: 1

"b", Recent: 10 Cold -> 0 Cold
  Opened: +10 -> +0
and 1 more; --limit 0 lists all
`, noted, statusOK, "changes --data data --from 2026-05-30 --to 2026-06-03 --scores --limit 1 recent.score")
	expectCall(t, `from 2026-05-03T00:00:00Z to 2026-05-30T00:00:00Z

0 of 4 leads score differently
  sales ready: 0 more, 0 no longer
`, noted, statusOK, "changes --data data --from 2026-05-03 --to 2026-05-30 recent.score")
}

func TestPeriodUsage(t *testing.T) {
	setUp(t)
	write(t, "recent.score", recentRules)
	for args, want := range map[string]string{
		"history --data data --lead a recent.score":                                           "--from is required",
		"history --data data --from 2026-05-01 recent.score":                                  "--lead is required",
		"history --data data --lead a --from 2026-05-01":                                      "name at least one rule file or folder",
		"history --lead a --from 2026-05-01 recent.score":                                     "--data is required",
		"history --data data --lead a --from May recent.score":                                "--from \"May\" is not a time; write 2026-05-31, 2026-05-31T09:30 or 2026-05-31T09:30:00Z",
		"history --data data --lead a --from 2026-05-01 --to June recent.score":               "--to \"June\" is not a time; write 2026-05-31, 2026-05-31T09:30 or 2026-05-31T09:30:00Z",
		"history --data data --lead a --from 2026-05-01 --to 2026-04-01 recent.score":         "--to is before --from: 2026-04-01T00:00:00Z is before 2026-05-01T00:00:00Z",
		"history --data data --lead a --from 2026-05-01 --as-of 2026-06-01 recent.score":      "unknown flag --as-of",
		"next --data data --as-of 2026-05-01 --to 2026-04-01 recent.score":                    "--to is before --as-of: 2026-04-01T00:00:00Z is before 2026-05-01T00:00:00Z",
		"next --data data --as-of 2026-05-01 --lead= recent.score":                            "--lead needs a value",
		"changes --data data recent.score":                                                    "--from is required",
		"changes --data data --from 2026-05-01 --to 2026-04-01 --format json recent.score":    "--to is before --from: 2026-04-01T00:00:00Z is before 2026-05-01T00:00:00Z",
		"changes --data data --from 2026-05-01 --to 2026-06-01 --format table recent.score":   "--format must be text or json, not \"table\"",
		"history --data data --lead a --from 2026-05-01 --to 2026-06-01 --format csv x.score": "--format must be table, plot or json, not \"csv\"",
	} {
		name, _, _ := strings.Cut(args, " ")
		_, errs, status := call(t, "", strings.Fields(args)...)
		if status != statusUsage || !strings.HasPrefix(errs, "leadscore "+name+": "+want+"\nusage: ") {
			t.Errorf("%s: status %d, %s", args, status, errs)
		}
	}
	_, errs, status := call(t, "", strings.Fields("history --data data --lead nemo --from 2026-05-01 --to 2026-06-01 recent.score")...)
	if status != statusWrong || errs != noted+"leadscore history: lead \"nemo\": no such lead\n" {
		t.Errorf("status %d, %s", status, errs)
	}
}
