package command

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const rules = `model "Coffee" {
    target contact

    condition "Opened" {
        each EmailOpened
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

// files are the files in the folder in which a command runs.
var files = map[string]string{
	"coffee.score": rules,
	"empty.score":  "",
	"ugly.score":   "model \"M\" { TARGET contact // who\n condition \"C\" { has Lead score 1 } }\n",
	"wrong.score": `model "M" {
    target contact
    condition "C" {
        each EmailOpend
        score 0
    }
}
`,
	"schema.score": `profile Lead {
    ParentContact -> Contact
    ParentAccount -> Account
}
profile Contact {
    ParentAccount -> Account
}
profile Account {
}
interaction Called {
    Minutes number
}
`,
	"new.version": strings.NewReplacer("score +10", "score +8", "sales ready at 20", "sales ready at 17", "below 15", "below 7", "from 15", "from 7",
		"\n    condition \"Opened\"", "\n    condition \"Spam\" {\n        has Lead.ParentContact\n        score -1\n    }\n\n    condition \"Opened\"").Replace(rules),
	"never.score": "model \"Never\" {\n    target contact\n    condition \"Has\" { has Lead score +1 }\n    sales ready at 2\n}\n" +
		"model \"None\" {\n    target contact\n}\n",
	"passing.test": `test "Two emails" {
    model "Coffee"
    as of 2026-06-01
    Lead with ParentContact = "ada"
    Contact "ada"
    2 EmailOpened
    expect score 20
}
`,
	"failing.test": `test "One email" {
    model "Coffee"
    as of 2026-06-01
    Lead with ParentContact = "ada"
    Contact "ada"
    EmailOpened
    expect sales ready
}
`,
	"called.part": "interaction Called {\n}\n",
	"called.score": `model "Calls" {
    target contact
    condition "Talked" {
        each Called
            where Minutes > 5
        score +3
    }
}
`,
	"extended.score": `interaction Met {
    Place text
}
model "Met" {
    target contact
    condition "At the fair" {
        has Met
            where Place = "Fair"
        score +7
    }
}
`,
	"data/Lead.csv":        "id,ParentContact,ParentAccount,Shoe size\nb,ben,,42\na,ada,,38\nfirm,,contoso,\nnobody,,,\n",
	"data/Contact.csv":     "id,FirstName\nada,Ada\nben,Ben\n",
	"data/EmailOpened.csv": "Timestamp,Contact\n2026-05-01T10:00:00Z,ada\n2026-05-02,ada\n2026-05-03T00:00:00Z,ben\n",
	"data/Met.csv":         "Timestamp,Contact,Place\n2026-05-01,ada,fair\n",
	"crm.json":             `{"Lead": [{"id": "x", "ParentContact": "c"}], "Called": [{"Contact": "c", "Minutes": 7, "Timestamp": "2026-05-01"}]}`,
	"bad/Lead.csv":         "id,ParentContact,CreatedOn\na,ada,yesterday\nb,ben,2026-01-01\n",
}

func setUp(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if strings.HasPrefix(name, "data/Met") {
			continue // only some schemas know it
		}
		write(t, name, text)
	}
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// leadscoreCommand is the command leadscore.
var leadscoreCommand = &Program{Name: "leadscore"}

// call runs a command line of leadscore.
func call(t *testing.T, stdin string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	status = leadscoreCommand.run(t.Context(), streams{strings.NewReader(stdin), &out, &errs}, args)
	return out.String(), errs.String(), status
}

// diffOfRules is the output of diff for coffee.score and new.version.
const diffOfRules = `Coffee
  condition "Spam" added: -1; has Lead.ParentContact
  condition "Opened": points changed from +10 to +8
  grade "Cold" changed from below 15 to below 7
  grade "Warm" changed from 15 and above to 7 and above
  sales ready changed from 20 to 17
`

func TestCommands(t *testing.T) {
	const note = "note: Lead.csv: ignored columns Shoe size\n"
	for _, test := range []struct {
		name       string
		args       string // separated by spaces
		stdin      string
		out, err   string
		status     int
		errorBegin bool // err is only how standard error begins
	}{
		{
			name: "json",
			args: "score --data data --format json --as-of 2026-06-01 coffee.score",
			out: `{"model":"Coffee","lead":"b","as_of":"2026-06-01T00:00:00Z","status":"scored","score":10,"grade":"Cold","sales_ready":false}
{"model":"Firms","lead":"b","as_of":"2026-06-01T00:00:00Z","status":"not targeted"}
{"model":"Coffee","lead":"a","as_of":"2026-06-01T00:00:00Z","status":"scored","score":20,"grade":"Warm","sales_ready":true}
{"model":"Firms","lead":"a","as_of":"2026-06-01T00:00:00Z","status":"not targeted"}
{"model":"Coffee","lead":"firm","as_of":"2026-06-01T00:00:00Z","status":"not targeted"}
{"model":"Firms","lead":"firm","as_of":"2026-06-01T00:00:00Z","status":"scored","score":-1,"grade":"","sales_ready":false}
{"model":"Coffee","lead":"nobody","as_of":"2026-06-01T00:00:00Z","status":"no parent"}
{"model":"Firms","lead":"nobody","as_of":"2026-06-01T00:00:00Z","status":"no parent"}
`,
			err: note,
		},
		{
			name: "table is the default, flags may stand anywhere, single dashes do",
			args: "score coffee.score -as-of 2026-06-01 -data data",
			out: `LEAD    MODEL   STATUS        SCORE  GRADE  SALES READY
b       Coffee  scored        10     Cold   no
b       Firms   not targeted
a       Coffee  scored        20     Warm   yes
a       Firms   not targeted
firm    Coffee  not targeted
firm    Firms   scored        -1            no
nobody  Coffee  no parent
nobody  Firms   no parent
`,
			err: note,
		},
		{
			name: "as of a day is its start in UTC: what happens on it is later",
			args: "score --data data --format csv --as-of 2026-05-02 coffee.score",
			out: `lead,model,status,score,grade,sales_ready
b,Coffee,scored,0,Cold,false
b,Firms,not targeted,,,
a,Coffee,scored,20,Warm,true
a,Firms,not targeted,,,
firm,Coffee,not targeted,,,
firm,Firms,scored,-1,,false
nobody,Coffee,no parent,,,
nobody,Firms,no parent,,,
`,
			err: note,
		},
		{
			name: "explained csv",
			args: "score --data data --format csv --explain --as-of 2026-06-01 coffee.score",
			out: `lead,model,status,score,grade,sales_ready,why
b,Coffee,scored,10,Cold,false,Opened: 1 x +10 = +10
b,Firms,not targeted,,,,
a,Coffee,scored,20,Warm,true,Opened: 2 x +10 = +20
a,Firms,not targeted,,,,
firm,Coffee,not targeted,,,,
firm,Firms,scored,-1,,false,Lead: 1 x -1 = -1
nobody,Coffee,no parent,,,,
nobody,Firms,no parent,,,,
`,
			err: note,
		},
		{
			name: "explained table",
			args: "score --schema schema.score --data crm.json --explain --as-of 2026-06-01T00:00:00+02:00 called.score",
			out: `"x", Calls: score 3
  as of 2026-05-31T22:00:00Z
  Talked: 1 x +3 = +3
    each Called where Minutes > 5: 1, holds
      2026-05-01T00:00:00Z Called "crm.json:1"
`,
		},
		{
			name: "explained json",
			args: "score --schema schema.score --data crm.json --explain --format json --as-of 2026-06-01 called.score",
			out: `{"model":"Calls","lead":"x","as_of":"2026-06-01T00:00:00Z","status":"scored","score":3,"grade":"","sales_ready":false,"contributions":` +
				`[{"condition":"Talked","multiplier":1,"points":3,"score":3,"children":` +
				`[{"rule":"each Called where Minutes > 5","count":1,"holds":true,"occurrences":` +
				`[{"entity":"Called","id":"crm.json:1","time":"2026-05-01T00:00:00Z","routes":1}]}]}]}
`,
		},
		{
			name:   "wrong rules give every problem and no score",
			args:   "score --data data wrong.score",
			status: statusWrong,
			err: `wrong.score:4:14: unknown entity EmailOpend; did you mean EmailOpened?
  4 |         each EmailOpend
    |              ^^^^^^^^^^
fix |         each EmailOpened

wrong.score:5:15: a score of 0 changes nothing; write the points to add or subtract
  5 |         score 0
    |               ^
`,
		},
		{
			name:       "wrong data",
			args:       "score --data bad coffee.score",
			status:     statusWrong,
			err:        "leadscore score: bad/Lead.csv:2: CreatedOn:",
			errorBegin: true,
		},
		{
			name:       "wrong data, skipped on request",
			args:       "score --data bad --skip-bad --format json --as-of 2026-06-01 coffee.score",
			out:        "{\"model\":\"Coffee\",\"lead\":\"b\",\"as_of\":\"2026-06-01T00:00:00Z\",\"status\":\"scored\",\"score\":0,\"grade\":\"Cold\",\"sales_ready\":false}\n{\"model\":\"Firms\",\"lead\":\"b\",\"as_of\":\"2026-06-01T00:00:00Z\",\"status\":\"not targeted\"}\n",
			err:        "bad/Lead.csv:2: CreatedOn:",
			errorBegin: true,
		},
		{name: "no such model file", args: "score --data data none.score", status: statusWrong,
			err: "leadscore score: stat none.score: no such file or directory\n"},
		{name: "no such data", args: "score --data none coffee.score", status: statusWrong,
			err: "leadscore score: ", errorBegin: true},
		{name: "a model in the schema", args: "score --data data --schema coffee.score coffee.score", status: statusWrong,
			err: `coffee.score: a schema must declare Lead, Contact and Account: missing Lead, Contact, Account; --schema replaces the standard schema; to add to that, put the blocks into a rule file

coffee.score:1:7: a schema cannot contain a model; move it to a rule file
  1 | model "Coffee" {
    |       ^^^^^^^^

coffee.score:14:7: a schema cannot contain a model; move it to a rule file
  14 | model "Firms" {
     |       ^^^^^^^
`},
		{name: "no model", args: "score --data data empty.score", status: statusWrong,
			err: "leadscore score: there is no model in empty.score\n"},
		{name: "explain without a model", args: "explain --data data --lead b empty.score", status: statusWrong,
			err: "leadscore explain: there is no model in empty.score\n"},
		{name: "diff without an old model", args: "diff empty.score coffee.score", status: statusWrong,
			err: "leadscore diff: there is no model in empty.score\n"},
		{name: "diff without a new model", args: "diff coffee.score empty.score", status: statusWrong,
			err: "leadscore diff: there is no model in empty.score\n"},
		{name: "check without a model", args: "check empty.score"},
		{name: "test without a model", args: "test empty.score", out: "no tests\n"},

		{name: "no command", status: statusUsage, err: "leadscore scores leads", errorBegin: true},
		{name: "unknown command", args: "scroe", status: statusUsage, err: "leadscore: unknown command scroe; did you mean score?\nRun leadscore help for the commands.\n"},
		{name: "unknown command like no other", args: "evaluate", status: statusUsage, err: "leadscore: unknown command evaluate\nRun leadscore help for the commands.\n"},
		{name: "no data", args: "score coffee.score", status: statusUsage, err: "leadscore score: --data is required\nusage: ", errorBegin: true},
		{name: "no model file", args: "score --data data", status: statusUsage, err: "leadscore score: name at least one rule file or folder\nusage: ", errorBegin: true},
		{name: "unknown flag", args: "score --dta data coffee.score", status: statusUsage, err: "leadscore score: unknown flag --dta; did you mean --data?\n", errorBegin: true},
		{name: "unknown flag like no other", args: "fmt --threads", status: statusUsage, err: "leadscore fmt: unknown flag --threads\n", errorBegin: true},
		{name: "flag without its value", args: "score coffee.score --data", status: statusUsage, err: "leadscore score: --data needs a value\n", errorBegin: true},
		{name: "a block that should add to the standard schema", args: "check --schema called.part", status: statusWrong,
			err: "called.part: a schema must declare Lead, Contact and Account: missing Lead, Contact, Account; --schema replaces the standard schema; to add to that, put the blocks into a rule file\n"},
		{name: "unknown format", args: "score --data data --format xml coffee.score", status: statusUsage,
			err: "leadscore score: --format must be table, json or csv, not \"xml\"\n", errorBegin: true},
		{name: "no time", args: "score --data data --as-of 2026-02-30 coffee.score", status: statusUsage,
			err: "leadscore score: --as-of \"2026-02-30\" is not a time; write 2026-05-31, 2026-05-31T09:30 or 2026-05-31T09:30:00Z\n", errorBegin: true},
		{name: "no minutes", args: "score --data data --as-of 2026-02-03T10 coffee.score", status: statusUsage,
			err: "leadscore score: --as-of", errorBegin: true},
		{name: "no zone", args: "score --data data --zone Europe/Berln coffee.score", status: statusUsage,
			err: "leadscore score: --zone \"Europe/Berln\" is not a time zone; did you mean Europe/Berlin?\n", errorBegin: true},

		{name: "check finds nothing", args: "check coffee.score called.score --schema schema.score", status: statusWrong,
			err: "coffee.score:5:14: unknown entity EmailOpened", errorBegin: true},
		{name: "check is silent", args: "check coffee.score ugly.score"},
		{name: "check of a folder", args: "check --schema schema.score .", status: statusWrong, err: "coffee.score:5:14: unknown entity EmailOpened", errorBegin: true},
		{name: "check of a schema alone", args: "check --schema schema.score"},
		{name: "check of nothing", args: "check", status: statusUsage, err: "leadscore check: name at least one rule file or folder\n", errorBegin: true},
		{name: "check of two files that share a model", args: "check coffee.score ./coffee.score", status: statusWrong,
			err: "./coffee.score:1:7: there are two models called \"Coffee\"", errorBegin: true},

		{name: "test", args: "test coffee.score passing.test", out: "1 test passed\n"},
		{name: "test -v", args: "test -v coffee.score passing.test", out: "ok    Coffee: Two emails\n1 test passed\n"},
		{name: "test without tests", args: "test coffee.score", out: "no tests\n"},
		{name: "test that fails", args: "test coffee.score failing.test passing.test", status: statusWrong, out: `FAIL  Coffee: One email
failing.test:7:5: the lead is not sales ready (the score is 10)
  7 |     expect sales ready
    |     ^^^^^^^^^^^^^^^^^^
          as of 2026-06-01T00:00:00Z
     +10  Opened: 1 x +10
            each EmailOpened: 1

1 test passed, 1 failed
`},
		{name: "test as JSON", args: "test --format json coffee.score failing.test passing.test", status: statusWrong,
			out: `{"model":"Coffee","test":"One email","passed":false,"failures":["failing.test:7:5: the lead is not sales ready (the score is 10)"],` +
				`"result":{"model":"Coffee","lead":"Lead 1","as_of":"2026-06-01T00:00:00Z","status":"scored","score":10,"grade":"Cold","sales_ready":false,"contributions":` +
				`[{"condition":"Opened","multiplier":1,"points":10,"score":10,"children":[{"rule":"each EmailOpened","count":1,"holds":true,` +
				`"occurrences":[{"entity":"EmailOpened","id":"EmailOpened 1","time":"2026-06-01T00:00:00Z","routes":1}]}]}]}}` + "\n" +
				`{"model":"Coffee","test":"Two emails","passed":true}` + "\n"},
		{name: "test of a model that is not there", args: "test passing.test", status: statusWrong,
			err: "passing.test:2:11: there is no model \"Coffee\"", errorBegin: true},
		{name: "test of nothing", args: "test", status: statusUsage, err: "leadscore test: name at least one rule file or folder\n", errorBegin: true},
		{name: "test in an unknown format", args: "test --format csv coffee.score", status: statusUsage,
			err: "leadscore test: --format must be text or json, not \"csv\"\n", errorBegin: true},

		{
			name: "explain",
			args: "explain --data data --lead b --as-of 2026-06-01 --what-if coffee.score",
			out: `"b", Coffee: score 10, Cold
  as of 2026-06-01T00:00:00Z
  Opened: 1 x +10 = +10
    each EmailOpened: 1, holds
      2026-05-03T00:00:00Z EmailOpened "EmailOpened.csv:4"
  it would reach the sales-ready score of 20 if
    "Opened" counts 2 times (+10)
"b", Firms: not targeted
`,
			err: note,
		},
		{
			name: "explain as JSON",
			args: "explain --data data --lead b --as-of 2026-06-01 --what-if --format json coffee.score",
			out: `{"result":{"model":"Coffee","lead":"b","as_of":"2026-06-01T00:00:00Z","status":"scored","score":10,"grade":"Cold","sales_ready":false,"contributions":[{"condition":"Opened","multiplier":1,"points":10,"score":10,"children":[{"rule":"each EmailOpened","count":1,"holds":true,"occurrences":[{"entity":"EmailOpened","id":"EmailOpened.csv:4","time":"2026-05-03T00:00:00Z","routes":1}]}]}]},"sales_ready_at":20,"what_if":[[{"condition":"Opened","times":"2","points":"+10"}]]}
{"result":{"model":"Firms","lead":"b","as_of":"2026-06-01T00:00:00Z","status":"not targeted"}}
`,
			err: note,
		},
		{
			name: "explain what is ready",
			args: "explain --data data --lead a --as-of 2026-06-01 --what-if coffee.score",
			out: `"a", Coffee: score 20, Warm, sales ready
  as of 2026-06-01T00:00:00Z
  Opened: 2 x +10 = +20
    each EmailOpened: 2, holds
      2026-05-01T10:00:00Z EmailOpened "EmailOpened.csv:2"
      2026-05-02T00:00:00Z EmailOpened "EmailOpened.csv:3"
"a", Firms: not targeted
`,
			err: note,
		},
		{
			name: "explain what cannot be ready",
			args: "explain --data data --lead b --as-of 2026-06-01 --what-if never.score",
			out: `"b", Never: score 1
  as of 2026-06-01T00:00:00Z
  Has: 1 x +1 = +1
    has Lead: 1, holds
      Lead "b"
  no change of up to 3 conditions would reach the sales-ready score of 2
"b", None: score 0
  as of 2026-06-01T00:00:00Z
  the model has no sales-ready score
`,
			err: note,
		},
		{name: "explain nobody", args: "explain --data data --lead nemo coffee.score", status: statusWrong, err: note + "leadscore explain: lead \"nemo\": no such lead\n"},
		{name: "explain a lead whose id is nearly right", args: "explain --data data --lead Nobody coffee.score", status: statusWrong,
			err: note + "leadscore explain: lead \"Nobody\": no such lead; did you mean \"nobody\", which differs in letter case?\n"},
		{name: "explain without a lead", args: "explain --data data coffee.score", status: statusUsage, err: "leadscore explain: --lead is required\n", errorBegin: true},
		{name: "explain without data", args: "explain --lead a coffee.score", status: statusUsage, err: "leadscore explain: --data is required\n", errorBegin: true},
		{name: "explain without rules", args: "explain --lead a --data data", status: statusUsage, err: "leadscore explain: name at least one rule file or folder\n", errorBegin: true},
		{name: "explain in an unknown format", args: "explain --lead a --data data --format csv coffee.score", status: statusUsage,
			err: "leadscore explain: --format must be text or json, not \"csv\"\n", errorBegin: true},

		{
			name: "diff",
			args: "diff coffee.score new.version",
			out:  diffOfRules,
		},
		{name: "diff of the same", args: "diff coffee.score coffee.score", out: "the models and the schema are the same\n"},
		{
			name: "diff over leads",
			args: "diff --data data --as-of 2026-06-01 --limit 1 coffee.score new.version",
			out: `Coffee
  condition "Spam" added: -1; has Lead.ParentContact
  condition "Opened": points changed from +10 to +8
  grade "Cold" changed from below 15 to below 7
  grade "Warm" changed from 15 and above to 7 and above
  sales ready changed from 20 to 17

2 of 4 leads score differently
  sales ready: 0 more, 1 no longer
  grade Cold to Warm: 1

"b", Coffee: 10 Cold -> 7 Warm
  Opened: +10 -> +8
  Spam: +0 -> -1
and 1 more; --limit 0 lists all
`,
			err: note,
		},
		{name: "diff of one", args: "diff coffee.score", status: statusUsage, err: "leadscore diff: diff takes two arguments, OLD and NEW\n", errorBegin: true},
		{name: "diff in an unknown format", args: "diff --format csv coffee.score coffee.score", status: statusUsage,
			err: "leadscore diff: --format must be text or json, not \"csv\"\n", errorBegin: true},
		{name: "diff as of", args: "diff --as-of 2026-06-01 coffee.score coffee.score", status: statusUsage,
			err: "leadscore diff: --as-of needs --data\n", errorBegin: true},
		{name: "diff of what is wrong", args: "diff coffee.score wrong.score", status: statusWrong, err: "wrong.score:4:14: unknown entity EmailOpend", errorBegin: true},
		{
			name: "diff as JSON",
			args: "diff --format json --data data --as-of 2026-06-01 coffee.score new.version",
			out: `{"model":"Coffee","condition":"Spam","what":"condition","change":"added","to":"-1; has Lead.ParentContact"}
{"model":"Coffee","condition":"Opened","what":"points","change":"changed","from":"+10","to":"+8"}
{"model":"Coffee","what":"grade \"Cold\"","change":"changed","from":"below 15","to":"below 7"}
{"model":"Coffee","what":"grade \"Warm\"","change":"changed","from":"15 and above","to":"7 and above"}
{"model":"Coffee","what":"sales ready","change":"changed","from":"20","to":"17"}
{"lead":"b","model":"Coffee","from":{"status":"scored","score":10,"grade":"Cold","sales_ready":false},"to":{"status":"scored","score":7,"grade":"Warm","sales_ready":false},"conditions":[{"condition":"Opened","from":10,"to":8},{"condition":"Spam","from":0,"to":-1}]}
{"lead":"a","model":"Coffee","from":{"status":"scored","score":20,"grade":"Warm","sales_ready":true},"to":{"status":"scored","score":15,"grade":"Warm","sales_ready":false},"conditions":[{"condition":"Opened","from":20,"to":16},{"condition":"Spam","from":0,"to":-1}]}
{"leads":4,"differ":2,"sales_ready_gained":0,"sales_ready_lost":1,"changed":2,"grades":[{"from":"Cold","to":"Warm","count":1}]}
`,
			err: note,
		},

		{name: "explain of wrong data", args: "explain --data bad --lead b coffee.score", status: statusWrong,
			err: "leadscore explain: bad/Lead.csv:2: CreatedOn:", errorBegin: true},
		{
			name: "explain, with bad data skipped",
			args: "explain --data bad --skip-bad --lead b --as-of 2026-06-01 coffee.score",
			out: `"b", Coffee: score 0, Cold
  as of 2026-06-01T00:00:00Z
  Opened: 0 x +10 = 0
    each EmailOpened: 0, does not hold
      no EmailOpened has "ben" as its Contact
"b", Firms: not targeted
`,
			err:        "bad/Lead.csv:2: CreatedOn: ",
			errorBegin: true,
		},
		{name: "diff of wrong data", args: "diff --data bad coffee.score new.version", status: statusWrong,
			err: "leadscore diff: bad/Lead.csv:2: CreatedOn:", errorBegin: true,
			out: diffOfRules},
		{
			name: "diff, with bad data skipped",
			args: "diff --data bad --skip-bad --as-of 2026-06-01 coffee.score new.version",
			out: diffOfRules + `
0 of 1 leads score differently
  sales ready: 0 more, 0 no longer
`,
			err:        "bad/Lead.csv:2: CreatedOn: ",
			errorBegin: true,
		},
		{name: "diff of rules alone, with bad data skipped", args: "diff --skip-bad coffee.score coffee.score", status: statusUsage,
			err: "leadscore diff: --skip-bad needs --data\n", errorBegin: true},

		{name: "fmt of standard input", args: "fmt", stdin: files["ugly.score"],
			out: "model \"M\" {\n    target contact // who\n\n    condition \"C\" {\n        has Lead\n        score +1\n    }\n}\n"},
		{name: "fmt -l", args: "fmt -l coffee.score ugly.score", out: "ugly.score\n"},
		{name: "fmt -l of a folder", args: "fmt -l .", out: "called.score\nextended.score\nnever.score\nschema.score\nugly.score\nwrong.score\n"},
		{
			name: "fmt -d",
			args: "fmt -d coffee.score ugly.score",
			out: `--- ugly.score.orig
+++ ugly.score
@@ -1,2 +1,8 @@
-model "M" { TARGET contact // who
- condition "C" { has Lead score 1 } }
+model "M" {
+    target contact // who
+
+    condition "C" {
+        has Lead
+        score +1
+    }
+}
`,
		},
		{name: "fmt of a file that is not there goes on", args: "fmt -l none.score ugly.score", status: statusWrong,
			out: "ugly.score\n", err: "leadscore fmt: stat none.score: no such file or directory\n"},
		{name: "fmt of what does not parse", args: "fmt -l ugly.score data/Lead.csv", status: statusWrong,
			out: "ugly.score\n", err: "data/Lead.csv:1:1: unexpected id", errorBegin: true},
		{name: "fmt of standard input by name", args: "fmt -l coffee.score - ugly.score", stdin: files["ugly.score"], out: "<standard input>\nugly.score\n"},
		{name: "fmt -w of standard input by name", args: "fmt -w coffee.score -", status: statusUsage, err: "leadscore fmt: -w needs files", errorBegin: true},
		{name: "check of standard input", args: "check -", stdin: files["wrong.score"], status: statusWrong,
			err: "<standard input>:4:14: unknown entity EmailOpend; did you mean EmailOpened?\n", errorBegin: true},
		{name: "test of standard input", args: "test coffee.score -", stdin: files["passing.test"], out: "1 test passed\n"},
		{name: "score by standard input", args: "score --data crm.json --schema schema.score --format csv -", stdin: files["called.score"],
			out: "lead,model,status,score,grade,sales_ready\nx,Calls,scored,3,,false\n"},
		{name: "diff to standard input", args: "diff coffee.score -", stdin: files["new.version"], out: diffOfRules},
		{name: "diff of standard input with itself", args: "diff - -", stdin: files["new.version"], out: "the models and the schema are the same\n"},
		{name: "score without rule files", args: "score --data data data", status: statusWrong, err: "leadscore score: data has no rule files; their names end with .score\n"},
		{name: "check without rule files", args: "check coffee.score data", status: statusWrong, err: "leadscore check: data has no rule files; their names end with .score\n"},
		{name: "test without rule files", args: "test data", status: statusWrong, err: "leadscore test: data has no rule files; their names end with .score\n"},
		{name: "diff without rule files", args: "diff data coffee.score", status: statusWrong, err: "leadscore diff: data has no rule files; their names end with .score\n"},
		{name: "fmt without rule files", args: "fmt -l data ugly.score", status: statusWrong, out: "ugly.score\n", err: "leadscore fmt: data has no rule files; their names end with .score\n"},
		{name: "fmt -w of standard input", args: "fmt -w", status: statusUsage, err: "leadscore fmt: -w needs files", errorBegin: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			setUp(t)
			out, errs, status := call(t, test.stdin, strings.Fields(test.args)...)
			if status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			if words := strings.Fields(test.args); strings.Contains(test.args, "--format json") {
				out = valuesIn(t, out, words[0], status) // tests of JSON lines look at the rest
			}
			if diff := cmp.Diff(test.out, out); diff != "" {
				t.Errorf("standard output (-want +got):\n%s", diff)
			}
			if test.errorBegin {
				if !strings.HasPrefix(errs, test.err) {
					t.Errorf("standard error is\n%s\nand should begin\n%s", errs, test.err)
				}
			} else if diff := cmp.Diff(test.err, errs); diff != "" {
				t.Errorf("standard error (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSkipBad: all commands that score skip bad records, and say how many.
func TestSkipBad(t *testing.T) {
	setUp(t)
	for _, args := range []string{
		"score --data bad --skip-bad coffee.score",
		"explain --data bad --skip-bad --lead b coffee.score",
		"diff --data bad --skip-bad coffee.score new.version",
	} {
		_, errs, status := call(t, "", strings.Fields(args)...)
		errs, _, _ = strings.Cut(errs, "bad: warning: ") // about what is left
		if status != statusOK || !strings.HasSuffix(errs, "\nskipped 1 of 2 Lead records\n") || strings.Count(errs, "\n") != 2 {
			t.Errorf("%s: status %d, standard error %q", args, status, errs)
		}
	}
}

// TestSchemasDiffer: for two versions with different schemas the data is loaded twice,
// and a lead that is skipped for one of them, the old or the new one, is reported and
// does not end the comparison.
func TestSchemasDiffer(t *testing.T) {
	setUp(t)
	const model = "model \"M\" {\n    target contact\n    condition \"C\" {\n        has Lead\n        score +1\n    }\n}\n"
	write(t, "old.score", "profile Lead {\n    Shoes text\n}\n"+model)
	write(t, "now.score", "profile Lead {\n    Shoes number\n}\n"+strings.Replace(model, "+1", "+2", 1))
	write(t, "shoes/Lead.csv", "id,ParentContact,Shoes\na,ada,42\nb,ben,large\n")
	for _, test := range []struct{ older, newer, points string }{
		{"now.score", "old.score", "from +2 to +1"},
		{"old.score", "now.score", "from +1 to +2"},
	} {
		out, errs, status := call(t, "", "diff", "--data", "shoes", "--skip-bad", "--as-of", "2026-06-01", test.older, test.newer)
		want := `the schema
  profile Lead changed
M
  condition "C": points changed ` + test.points + `

1 of 1 leads score differently
  sales ready: 0 more, 0 no longer
`
		if diff := cmp.Diff(want, out); diff != "" || status != statusWrong {
			t.Errorf("%s, %s: status %d (-want +got):\n%s", test.older, test.newer, status, diff)
		}
		for _, want := range []string{"skipped 1 of 2 Lead records\n", "leadscore diff: lead \"b\": ", "leadscore diff: 1 of 2 leads could not be scored\n"} {
			if strings.Count(errs, want) != 1 {
				t.Errorf("%s, %s: standard error does not contain %q once: %s", test.older, test.newer, want, errs)
			}
		}
	}
}

// TestEqualSchemas: two versions that declare the same schema share the data, so it
// is loaded, and reported, once.
func TestEqualSchemas(t *testing.T) {
	setUp(t)
	write(t, "more.score", strings.Replace(files["extended.score"], "+7", "+8", 1))
	write(t, "data/Met.csv", files["data/Met.csv"])
	out, errs, status := call(t, "", "diff", "--data", "data", "--as-of", "2026-06-01", "extended.score", "more.score")
	const want = "Met\n  condition \"At the fair\": points changed from +7 to +8\n\n1 of 4 leads score differently\n  sales ready: 0 more, 0 no longer\n"
	if diff := cmp.Diff(want, out); diff != "" || status != statusOK || strings.Count(errs, "note: ") != 1 {
		t.Errorf("status %d, standard error %q (-want +got):\n%s", status, errs, diff)
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"-h"}, {"--help"}, {"help", "score"}, {"score", "-h"}, {"check", "--help"}, {"fmt", "-h"}} {
		out, errs, status := call(t, "", args...)
		if status != statusOK || errs != "" || !strings.Contains(out, "leadscore") {
			t.Errorf("%q: status %d, standard output %q, standard error %q", args, status, out, errs)
		}
	}
}

func TestModelsExtendTheSchemaOfTheData(t *testing.T) {
	setUp(t)
	write(t, "data/Met.csv", files["data/Met.csv"])
	out, _, status := call(t, "", "score", "--data", "data", "--format", "json", "--as-of", "2026-06-01", "extended.score")
	want := `{"model":"Met","lead":"a","as_of":"2026-06-01T00:00:00Z","status":"scored","score":7,"grade":"","sales_ready":false}`
	if status != statusOK || !strings.Contains(out, want) {
		t.Errorf("status %d, output\n%s", status, out)
	}
}

func TestFmtWrite(t *testing.T) {
	setUp(t)
	if err := os.Chmod("ugly.score", 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, status := call(t, "", "fmt", "-w", "ugly.score", "coffee.score")
	if out != "" || errs != "" || status != statusOK {
		t.Fatalf("status %d, standard output %q, standard error %q", status, out, errs)
	}
	out, _, _ = call(t, "", "fmt", "-l", "ugly.score", "coffee.score")
	if out != "" {
		t.Errorf("still to be formatted: %s", out)
	}
	info, err := os.Stat("ugly.score")
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v", info.Mode())
	}
}

// TestInterrupt: every command that reads files ends once its context is done.
func TestInterrupt(t *testing.T) {
	setUp(t)
	write(t, "rules/coffee.score", files["coffee.score"])
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range []string{
		"score --data data coffee.score", "explain --data data --lead a coffee.score", "check rules", "check --schema schema.score", "check --data data coffee.score",
		"test rules", "diff coffee.score new.version", "fmt rules", "fmt -l ugly.score coffee.score", "fmt",
	} {
		var out, errs bytes.Buffer
		words := strings.Fields(args)
		status := leadscoreCommand.run(ctx, streams{strings.NewReader(files["ugly.score"]), &out, &errs}, words)
		if status != statusInterrupted || out.String() != "" || errs.String() != "leadscore "+words[0]+": interrupted\n" {
			t.Errorf("%s: status %d, standard output %q, standard error %q", args, status, out.String(), errs.String())
		}
	}
}

// TestFullDisk: results that cannot be written are an error.
func TestFullDisk(t *testing.T) {
	setUp(t)
	var errs bytes.Buffer
	for _, format := range []string{"json", "csv", "table"} {
		status := leadscoreCommand.run(t.Context(), streams{strings.NewReader(""), full{}, &errs}, []string{"score", "--data", "data", "--format", format, "coffee.score"})
		if status != statusWrong || !strings.Contains(errs.String(), "disk is full") {
			t.Errorf("%s: status %d, standard error %q", format, status, errs.String())
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, os.NewSyscallError("disk is full", os.ErrInvalid) }

// TestDiffApplies: patch turns one text into the other with the output of unifiedDiff.
func TestDiffApplies(t *testing.T) {
	patch, err := exec.LookPath("patch")
	if err != nil {
		t.Skip("no patch command")
	}
	texts := []string{"", "a\n", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n", "x\nb\nc\nd\ne\nf\ng\nh\ni\ny\n", "a\nb", "c\na\nb\nc\nd\ne\nz\nf\ng\nh\ni\n"}
	for _, from := range texts {
		for _, to := range texts {
			if from == to {
				continue
			}
			t.Chdir(t.TempDir())
			write(t, "f", from)
			d := unifiedDiff("f", "f", strings.SplitAfter(from, "\n"), strings.SplitAfter(to, "\n"))
			cmd := exec.Command(patch, "-s", "f")
			cmd.Stdin = strings.NewReader(d)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%q -> %q: %v\n%s\n%s", from, to, err, out, d)
				continue
			}
			got, err := os.ReadFile("f")
			if err != nil && to != "" { // patch removes a file that becomes empty
				t.Fatal(err)
			}
			if string(got) != to {
				t.Errorf("%q -> %q: patched to %q by\n%s", from, to, got, d)
			}
		}
	}
}

func TestDiffOfVeryDifferentTexts(t *testing.T) {
	var a, b []string
	for i := range maxEdits {
		a = append(a, strings.Repeat("a", i%7)+"\n")
		b = append(b, strings.Repeat("b", 1+i%5)+"\n")
	}
	edits := diffLines(a, b)
	var gotA, gotB []string
	for _, e := range edits {
		if e.kind != '+' {
			gotA = append(gotA, e.line)
		}
		if e.kind != '-' {
			gotB = append(gotB, e.line)
		}
	}
	if !slices.Equal(gotA, a) || !slices.Equal(gotB, b) {
		t.Error("the edits do not lead from a to b")
	}
}

// TestProgress: on a terminal a progress line appears after a second. It is removed
// before anything else is printed.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := &progress{w: &out, done: make(chan struct{})}
		p.wait.Go(p.show)
		p.say("loading the data")
		time.Sleep(900 * time.Millisecond)
		p.say("scored 1 of 2 leads")
		time.Sleep(200 * time.Millisecond)
		p.printf("note\n")
		p.stop()
		p.stop()
		const clear = "\r\x1b[K"
		if got, want := out.String(), clear+"scored 1 of 2 leads"+clear+"note\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// TestMapping: commands print the same for data that is read through a mapping as for
// the same data with the names of the schema.
func TestMapping(t *testing.T) {
	setUp(t)
	write(t, "export/people.csv", "No;Name;Deleted\nada;Ada;no\nben;Ben;no\nx;X;yes\n")
	write(t, "export/leads.csv", "No,Person,Firm,Shoe size\nb,ben,,42\na,ada,,38\nfirm,,contoso,\nnobody,,,\n")
	write(t, "export/mails.csv", "at,who,what\n2026-05-01 10:00:00,ada,open\n2026-05-02,ada,open\n2026-05-03 0:00:00 UTC,ben,open\n2026-05-03,ben,sent\n")
	const tables = `"tables": [
	{"file": "people.csv", "delimiter": ";", "entity": "Contact", "id": "No", "where": {"Deleted": ["no"]}, "columns": {"FirstName": "Name"}},
	{"file": "leads.csv", "entity": "Lead", "id": "No", "columns": {"ParentContact": "Person", "ParentAccount": "Firm"}},
	{"file": "mails.csv", "entity": "EmailOpened", "where": {"what": ["open"]}, "columns": {"Timestamp": "at", "Contact": "who"}}
]`
	write(t, "map.json", "{"+tables+"}")
	write(t, "wrong.json", "{"+strings.Replace(tables, `"Name"`, `"Nmae"`, 1)+"}")
	write(t, "broken.json", "{\n\"tabels\": []}")
	for _, args := range []string{
		"score --as-of 2026-06-01 --format json coffee.score",
		"explain --as-of 2026-06-01 --lead a --what-if coffee.score",
		"diff --as-of 2026-06-01 coffee.score new.version",
	} {
		words := strings.Fields(args)
		want, _, status := call(t, "", append(words, "--data", "data")...)
		got, _, mapped := call(t, "", append(words, "--data", "export", "--mapping", "map.json")...)
		got = strings.ReplaceAll(got, "mails.csv:", "EmailOpened.csv:")
		if got != want || want == "" || status != statusOK || mapped != statusOK {
			t.Errorf("%s: status %d, %s\nand mapped %d, %s", args, status, want, mapped, got)
		}
		for file, want := range map[string]string{
			"wrong.json":  "wrong.json:2:131: Contact of people.csv: FirstName: people.csv has no column Nmae; did you mean Name?\n",
			"broken.json": "broken.json:2:1: the mapping has no key \"tabels\"; did you mean tables?\n",
			"none.json":   "open none.json: no such file or directory\n",
		} {
			_, errs, status := call(t, "", append(words, "--data", "export", "--mapping", file)...)
			if status != statusWrong || errs != "leadscore "+words[0]+": "+want {
				t.Errorf("%s with %s: status %d, %s", args, file, status, errs)
			}
		}
	}

	// A row of a look-up file is not a record, so it is not counted as skipped.
	write(t, "export/titles.csv", "Person,Title\nada,CEO\nben\n")
	write(t, "lookup.json", "{"+strings.Replace(tables, `"FirstName": "Name"`, `"JobTitle": {"name": "No", "lookup": {"file": "titles.csv", "by": "Person", "name": "Title"}}`, 1)+"}")
	if _, errs, status := call(t, "", "score", "--skip-bad", "--data", "export", "--mapping", "lookup.json", "coffee.score"); status != statusOK ||
		errs != "note: people.csv: No: 1 of 2 keys are not in titles.csv, so Contact.JobTitle is null there\nexport/titles.csv:3: the record has 1 cell and the header 2: there is none for Title\n" {
		t.Errorf("status %d, %s", status, errs)
	}
	if _, errs, status := call(t, "", "diff", "--mapping", "map.json", "coffee.score", "new.version"); status != statusUsage || !strings.HasPrefix(errs, "leadscore diff: --mapping needs --data\n") {
		t.Errorf("status %d, %s", status, errs)
	}
}
