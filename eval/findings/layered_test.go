package findings_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/findings"
)

// oddIn returns the findings in a model, each with its code, other than those of its
// scores.
func oddIn(t *testing.T, target, clauses string) []string {
	t.Helper()
	list, files := models(t, `model "M" { target `+target+` grade "Z" from -1000000 `+clauses+` }`)
	var got []string
	for _, d := range findings.Of(list, files...) {
		if !slices.Contains([]dsl.Code{findings.CodeScores, findings.CodeEndless, findings.CodeUngraded, findings.CodeOnlyUp}, d.Code) {
			got = append(got, string(d.Code)+" "+d.Summary)
		}
	}
	return got
}

// TestItemFindings checks what is found about children and blocks.
func TestItemFindings(t *testing.T) {
	for _, test := range []struct{ items, want string }{
		// Expressions with or and not.
		{`has Lead where City = "A" or City = "B"`, ""},
		{`has Lead where not (City = "A")`, ""},
		{`has Lead where City = "A" or not (City = "A")`, `implied City = "A" or not (City = "A") always holds: it changes nothing`},
		{`has Lead where City = "A" or City != "A"`, ""}, // which an empty city does not satisfy
		{`has Lead where City = "A" or City != "A" or City is empty`, "implied "},
		{`has Lead where City = "A" or City = "a"`, `idle-alternative City = "a" changes nothing: what satisfies it satisfies City = "A", which is enough`},
		{`has Lead where City = "Chicago" or City contains "cago"`, `idle-alternative City = "Chicago" changes nothing`},
		{`has Lead where City = "Chicago" or (City contains "x" and City = "Rome")`, `idle-alternative no value satisfies City contains "x" and City = "Rome": it changes nothing after or`},
		{`has Lead where (City = "A" or City = "B") and City = "C"`, `counts-nothing no value satisfies both City = "A" or City = "B" and the expressions beside it: this child never holds, and neither does the condition`},
		{`has Lead where not (City is empty or City is not empty)`, `counts-nothing no value satisfies not (City is empty or City is not empty)`},
		{`has EmailSent none Lead where not (City is empty or City is not empty)`, `counts-nothing no value satisfies not (City is empty or City is not empty): this child always holds`},
		{`has Lead where (City = "A" or City = "B") and City = "A"`, `implied City = "A" or City = "B" changes nothing: it follows from the expressions beside it`},
		{`has Lead where (City = "A" or Email = "b") and (Email = "B" or City = "a")`, "same-expression "},
		{`has Lead where (City = "A" and Email = "b") and City is not empty`, "implied City is not empty changes nothing"},
		{`has Lead where Email = "x" or (City = "A" and City is not empty)`, "implied City is not empty changes nothing: it follows from City = \"A\""},
		{`has Lead where NumberOfEmployees < 5 or not (NumberOfEmployees <= 7)`, ""},
		{`has Lead where NumberOfEmployees < 5 and not (NumberOfEmployees <= 7)`, "counts-nothing "},
		{`has Lead where not (NumberOfEmployees between 5 and 7) and NumberOfEmployees = 6`, "counts-nothing "},
		{`has Lead where not (CreatedOn within last 30 days) and CreatedOn within last 20 days`, "counts-nothing "},
		{`has Lead where not (CreatedOn within last 30 days) and CreatedOn within last 40 days`, ""},
		{`has Lead where not (Interests contains all ("Coffee", "Tea")) and Interests contains "Coffee"`, ""},
		{`has Lead where not (Interests contains all ("Coffee", "Tea")) and Interests contains "Coffee" and Interests contains "Tea"`, "counts-nothing "},
		{`has Lead where DecisionMaker = true or DecisionMaker = false`, ""},
		{`has Lead where not (DecisionMaker = true or DecisionMaker = false) and DecisionMaker is not empty`, "counts-nothing "},
		{`has Lead where City = "A " or City = "B"`, `outer-blank "A " ends with a blank`},

		// Frequencies.
		{`at most 1 Lead.ParentAccount has EmailOpened`, "always-holds the path leads to at most one record: this child always holds and changes nothing"},
		{`exactly 2 Lead.ParentAccount`, "never-holds "},
		{`from 1 to 2 Lead.ParentAccount`, ""},
		{`at most 2 EmailOpened at least 3 EmailOpened within last 9 days`, "never-holds condition \"C\" never holds: what this child wants, another one forbids"},
		{`at most 2 EmailOpened within last 9 days at least 3 EmailOpened`, ""},
		{`at most 2 EmailOpened once per day at least 3 EmailOpened`, ""},
		{`at most 2 EmailOpened at least 3 EmailOpened once per day`, "never-holds "},
		{`at least 3 EmailOpened at least 3 EmailOpened once per day`, "implied "},
		{`at most 3 EmailOpened at most 3 EmailOpened once per day`, "implied "},
		{`at most 3 EmailOpened at most 2 EmailOpened`, "implied "},
		{`exactly 2 EmailOpened at least 2 EmailOpened`, "implied "},
		{`exactly 2 EmailOpened from 1 to 3 EmailOpened`, "implied "},
		{`exactly 2 EmailOpened from 1 to 2 EmailOpened within last 5 days`, ""},
		{`every 3 EmailOpened at least 3 EmailOpened`, "implied "},
		{`every 3 EmailOpened at least 4 EmailOpened`, ""},
		{`every 2 Lead.ParentAccount`, "never-holds "},

		// Roots of several kinds.
		{`none EmailOpened or EmailClicked has EmailClicked`, "never-holds "},
		{`none EmailOpened has EmailOpened or EmailClicked`, ""},
		{`has EmailOpened or EmailClicked has EmailClicked or EmailOpened`, "same-child "},
		{`has Interaction has EmailOpened or EmailClicked`, "implied "},
		{`has Interaction has EmailOpened or EmailSent`, ""},
		{`none EmailOpened or EmailClicked where Timestamp within last 9 days none EmailOpened where Timestamp within last 3 days`, "implied "},

		// Decays and bursts.
		{`each EmailOpened halving every 1 day where Timestamp older than 34 days`, "counts-nothing each occurrence of this child has lost all its weight"},
		{`each EmailOpened halving every 1 day where Timestamp older than 30 days`, ""},
		{`has EmailOpened losing 34% every 1 week where Timestamp older than 21 days`, "counts-nothing "},
		{`has EmailOpened losing 34% every 1 week where Timestamp older than 20 days`, ""},
		{`each EmailOpened fading over 5 days where Timestamp is empty`, "counts-nothing "},
		{`each EmailOpened fading over 5 days has EmailOpened within last 6 days`, "implied "},
		{`each EmailOpened fading over 5 days has EmailOpened within last 4 days`, ""},
		{`at least 2 EmailOpened within any 1 day where Timestamp is empty`, "counts-nothing "},
		{`at least 2 EmailOpened within any 1 day at least 2 EmailOpened`, "implied "},
		{`at least 2 EmailOpened within any 1 day at least 3 EmailOpened`, ""},
		{`at least 2 EmailOpened within any 1 day at least 2 EmailOpened within any 1 day`, "same-child "},
		{`at least 2 EmailOpened within any 1 day at least 2 EmailOpened within any 2 days`, ""},

		// Blocks.
		{`any of { has EmailOpened has EmailClicked }`, ""},
		{`any of { has EmailOpened has EmailOpened within last 5 days }`, "idle-alternative this changes nothing: where it holds, so does another one, which is enough"},
		{`any of { has EmailOpened at least 2 Lead.ParentAccount }`, "idle-alternative this never holds"},
		{`any of { has EmailOpened has Lead }`, "every-lead "},
		{`any of { has EmailOpened has Lead } has EmailClicked`, "always-holds one of the children in this block always holds"},
		{`any of { has EmailOpened has EmailClicked } has EmailClicked`, "implied this block changes nothing"},
		{`any of { all of { has EmailOpened none EmailOpened } has EmailClicked }`, "idle-alternative "},
		{`any of { all of { has EmailOpened none EmailOpened } at least 2 Lead.ParentAccount }`, "never-holds this block never holds, and neither does condition"},
		{`any of { all of { has EmailOpened has EmailOpened within last 5 days } has EmailClicked }`, "implied "},
		{`any of { all of { has EmailOpened has EmailSent } has EmailOpened }`, "idle-alternative "},
		{`any of { has EmailOpened where City = "A" has Lead where City = "A" and City = "B" }`, "counts-nothing "},
		{`all of { has EmailOpened } none EmailOpened`, "never-holds "},
		{`all of { any of { has EmailOpened has EmailClicked } } has EmailOpened`, "implied "},
		{`same EmailName { has EmailOpened has EmailClicked }`, ""},
		{`same EmailName { has EmailOpened has EmailClicked where Timestamp is empty and Timestamp is not empty }`, "counts-nothing "},
		{`same City { has Lead.ParentAccount at least 2 Lead.ParentContact }`, "never-holds this block never holds"},
	} {
		items := strings.ReplaceAll(test.items, `EmailOpened where City`, `EmailOpened where Contact.City`)
		score := "score +1"
		got := oddIn(t, "contact", `condition "C" { `+items+" "+score+` }`)
		if text := strings.Join(got, "\n"); !strings.HasPrefix(text, test.want) || (test.want == "") != (text == "") || len(got) > 1+strings.Count(test.want, "\n") {
			t.Errorf("%s:\n got %s\nwant %s", items, text, test.want)
		}
	}
}

// TestModelFindings checks what is found about tiers, seasons, audiences, decisions and
// weights.
func TestModelFindings(t *testing.T) {
	tiers := func(list ...string) string {
		text := `first of "F" { `
		for i, items := range list {
			points, rest, _ := strings.Cut(items, " ")
			text += `condition "` + string(rune('A'+i)) + `" { ` + rest + ` score ` + points + ` } `
		}
		return text + "}"
	}
	const size = `condition "S" { has Lead where NumberOfEmployees > 5 score +10 } `
	for _, test := range []struct{ clauses, want string }{
		{tiers(`+9 has EmailOpened`, `+5 has EmailClicked`), ""},
		{tiers(`+9 has EmailOpened`, `+5 has EmailOpened within last 9 days`), `hidden-tier "B" never counts: where it holds, so does "A", which comes first`},
		{tiers(`+9 has EmailOpened within last 9 days`, `+5 has EmailOpened`), ""},
		{tiers(`+9 has Lead`, `+5 has EmailOpened`), "hidden-tier "},
		{tiers(`+9 active from 2026-01-01 has EmailOpened`, `+5 has EmailOpened within last 9 days`), ""},
		{tiers(`+9 active from 2026-01-01 has EmailOpened`, `+5 active from 2026-02-01 to 2026-03-01 has EmailOpened within last 9 days`), "hidden-tier "},
		{tiers(`+9 any of { has EmailOpened has EmailSent }`, `+5 has EmailSent has Lead where City = "A"`), "hidden-tier "},
		{tiers(`+9 has EmailSent has EmailOpened`, `+5 each EmailSent each EmailOpened within last 4 days`), "hidden-tier "},
		{tiers(`+9 each EmailOpened fading over 5 days`, `+5 has EmailOpened within last 4 days`), "hidden-tier "},
		{tiers(`+9 each EmailOpened fading over 5 days`, `+5 has EmailOpened within last 6 days`), ""},
		{tiers(`+9 each EmailOpened fading over 5 days`, `+5 has EmailOpened within last 5 days`), "hidden-tier "},
		{tiers(`+9 has Lead where City = "A" and Email = "b"`, `+5 has Lead where City = "A" has Lead where Email = "b"`), "hidden-tier "},
		{tiers(`+9 same EmailName { has EmailOpened }`, `+5 same EmailName { has EmailOpened } has EmailSent`), "hidden-tier "},
		{tiers(`+5 has EmailOpened`, `+9 has EmailClicked`), `tier-order "B" has more points than "A", which comes first: where both hold, it does not count`},
		{tiers(`+5 has Lead where City = "A"`, `+9 has Lead where City = "B"`), ""},
		{tiers(`-5 has EmailOpened`, `+9 has EmailClicked`), ""},
		{tiers(`-5 has EmailOpened`, `-9 has EmailClicked`), `tier-order "B" takes away more points`},
		{tiers(`+5 each EmailOpened`, `+9 has EmailClicked`), ""},

		{`active from 2026-01-01 to 2026-06-30 condition "C" { active from 2026-07-01 has EmailSent score +1 }`, "season-apart this season never meets that of the model: condition \"C\" never counts"},
		{`active until 2026-06-30 group "G" { active from 2026-06-30 condition "C" { active from 2026-01-01 has EmailSent score +1 } }`, `implied this season changes nothing: that of group "G" lies in it`},
		{`active until 2026-06-30 group "G" { active from 2026-06-30 condition "C" { active until 2026-06-29 has EmailSent score +1 } }`, "season-apart "},
		{`active until 2026-06-30 table "T" by Lead.City { active from 2026-08-01 "A" score 1 otherwise score 2 }`, `season-apart this season never meets that of the model: table "T" never counts`},

		{`audience { has Lead }`, "always-holds every lead is in the audience"},
		{`audience { has Lead where City = "A" has Lead where City = "B" }`, "never-holds City = \"B\" contradicts another child of the audience: there is only one such record, so the audience never holds"},
		{`audience { has EmailOpened has EmailOpened }`, "same-child this child occurs twice in the audience"},
		{`audience { none EmailOpened where EmailName = " x" }`, "outer-blank "},

		{size + `sales ready when score > 10`, "ready-out-of-reach "},
		{size + `sales ready when score <= 10`, "ready-always-reached "},
		{size + `sales ready when score in (10, 20)`, ""},
		{size + `sales ready when score not in (20, 30) and condition "S" holds`, "decided score not in (20, 30) always holds: the model gives scores from 0 to 10"},
		{size + `sales ready when grade is "Z"`, "ready-always-reached "},
		{size + `sales ready when grade is not "Z"`, "ready-out-of-reach "},
		{size + `sales ready when not (score > 10)`, "ready-always-reached "},
		{size + `sales ready when score = 10 or score > 10`, "decided score > 10 never holds"},
		{`dimension "D" { condition "C" { has EmailSent score +3 } grade "A" from 3 grade "B" below 3 } label "D" sales ready when label is "A" or score of "D" > 3`, "decided score of \"D\" > 3 never holds: dimension \"D\" gives scores from 0 to 3"},

		{`dimension "D" { weight 10% condition "C" { has EmailSent score +3 } }`, "weight-decides dimension \"D\" adds 0 for every lead: without its weight, it gives scores from 0 to 3"},
		{`dimension "D" { weight 10% condition "C" { has EmailSent score +5 } }`, ""},
		{`dimension "D" { limit up to 9 out of 1 condition "C" { has EmailSent score +3 } }`, "weight-decides out of 1 gives every lead 0: without it, dimension \"D\" gives scores from 0 to 3\nlimit-out-of-reach "},
		{`dimension "D" { limit up to 9 out of 1 condition "C" { each EmailSent within last 4 days score +3 } }`, ""},
		{`table "T" by number of EmailSent where City = "A" and City = "B" { 0 score 1 otherwise score 2 }`, "counts-nothing "},
		{`table "T" by number of EmailSent where EmailName = " A" { 0 score 1 from 1 score 2 }`, "outer-blank "},
	} {
		got := oddIn(t, "contact", strings.ReplaceAll(test.clauses, `EmailSent where City = "A" and City`, `EmailSent where EmailName = "A" and EmailName`))
		if text := strings.Join(got, "\n"); !strings.HasPrefix(text, test.want) || (test.want == "") != (text == "") || len(got) > 1+strings.Count(test.want, "\n") {
			t.Errorf("%s:\n got %s\nwant %s", test.clauses, text, test.want)
		}
	}
}

// TestSeasonsOver checks which seasons are over as of an instant.
func TestSeasonsOver(t *testing.T) {
	list, files := models(t, `model "M" { target contact time zone "Europe/Berlin" active from 2026-01-01
		group "G" { active until 2026-06-30 condition "C" { active until 2026-05-31 has EmailSent score +1 } }
		first of "F" { active until 2026-05-31 condition "D" { active until 2026-04-30 has EmailSent score +1 } } }`)
	for _, test := range []struct{ asOf, want string }{
		{"2026-04-30T21:59:59Z", ""},
		{"2026-04-30T22:00:00Z", `condition "D"`},
		{"2026-06-01T00:00:00Z", `condition "C" first of "F"`},
		{"2026-07-01T00:00:00Z", `group "G" first of "F"`},
	} {
		asOf, _ := time.Parse(time.RFC3339, test.asOf)
		var got []string
		for _, d := range findings.AsOf(list, asOf, files...) {
			if d.Code == findings.CodeSeasonOver {
				text := strings.TrimPrefix(d.Summary, "this season is over: ")
				got = append(got, strings.TrimSuffix(text, " does not count any more"))
			}
		}
		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("as of %s: %s, want %s", test.asOf, text, test.want)
		}
	}
}
