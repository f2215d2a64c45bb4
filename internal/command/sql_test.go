package command

import (
	"os/exec"
	"strings"
	"testing"
)

// TestSQL prints models as a statement.
func TestSQL(t *testing.T) {
	setUp(t)
	write(t, "crm.json", `{"tables": {"Lead": {"schema": "crm", "name": "leads", "id": "lead_id", "columns": {"ParentContact": "contact_id"}}}, "absent": ["WebsiteVisited", "Contact.City"]}`)
	write(t, "bad.json", `{"tables": {"Leed": "leads"}}`)
	for args, want := range map[string][]string{
		"sql --as-of 2026-06-01 coffee.score":                                 {"SELECT", "2026", `"EmailOpened"`, ";\n"},
		"sql --dialect sqlite --as-of 2026-06-01 coffee.score":                {"SELECT", `"EmailOpened"`, ";\n"},
		"sql --dialect duckdb --as-of 2026-06-01 coffee.score":                {"SELECT", "VARCHAR"},
		"sql --dialect clickhouse --as-of 2026-06-01 coffee.score":            {"SELECT", "toInt64", "ALL LEFT JOIN"},
		"sql --parameters coffee.score":                                       {"SELECT", "$1"},
		"sql --parameters --dialect sqlite coffee.score":                      {"SELECT", "?"},
		"sql --as-of 2026-06-01T12:00 --mapping crm.json coffee.score":        {`"crm"."leads"`, `"lead_id"`, `"contact_id"`},
		"sql --as-of 2026-06-01 --into crm.scores coffee.score":               {"BEGIN;\nCREATE TABLE \"crm\".\"new_scores\" (", "ALTER TABLE \"crm\".\"new_scores\" RENAME TO \"scores\";\nCOMMIT;\n"},
		"sql --since 2026-05-31 --as-of 2026-06-01 coffee.score":              {"SELECT", `AS "lead"`, `WHERE "c0_`},
		"sql --audit coffee.score":                                            {"-- Lead.id: several rows have the same id, and count several times; make ids unique", `GROUP BY`, ";\n\n"},
		"sql --as-of 2026-06-01 --explain coffee.score":                       {`"v"."explanation"`, `{"conditions":[{"condition":"`},
		"sql --as-of 2026-06-01 --zone Europe/Berlin --schema x coffee.score": nil,
	} {
		out, errs, status := call(t, "", strings.Fields(args)...)
		if want == nil {
			if status != statusWrong || out != "" {
				t.Errorf("%s: status %d, %s", args, status, out)
			}
			continue
		}
		if status != statusOK || errs != "" {
			t.Errorf("%s: status %d, %s", args, status, errs)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: the statement lacks %s:\n%s", args, w, out)
			}
		}
		again, _, _ := call(t, "", strings.Fields(args)...)
		if again != out {
			t.Errorf("%s: the statement is another one the second time", args)
		}
	}
	write(t, "words.score", `model "Words" {
    target contact

    condition "Trial" {
        has EmailOpened
            where EmailName contains word "trial"
        score +5
    }
}
`)
	for args, want := range map[string]string{
		"sql --as-of 2026-06-01 --parameters coffee.score":       "leadscore sql: choose one of --as-of and --parameters\n",
		"sql --since 2026-06-01 --as-of 2026-06-01 coffee.score": "leadscore sql: --since is not before --as-of, which is 2026-06-01T00:00:00Z\n",
		"sql --since 2026-06-01 --into x coffee.score":           "leadscore sql: --since finds leads: leave out --lead, --into and, without --run, --explain\n",
		"sql --audit --as-of 2026-06-01 coffee.score":            "leadscore sql: --audit is about all rows: leave out the flags for results\n",
		"sql --since June coffee.score":                          `leadscore sql: --since "June" is not a time; `,
		"sql --into Lead coffee.score":                           "leadscore sql: the table Lead is for the records of Lead; choose another name for that of results\n",
		"sql --into a.b.c coffee.score":                          `leadscore sql: --into "a.b.c" is not the name of a table; want TABLE or SCHEMA.TABLE` + "\n",
		"sql --into .x coffee.score":                             `leadscore sql: --into ".x" is not the name of a table; want TABLE or SCHEMA.TABLE` + "\n",
		"sql --into x. coffee.score":                             `leadscore sql: --into "x." is not the name of a table; want TABLE or SCHEMA.TABLE` + "\n",
		"sql --into= coffee.score":                               `leadscore sql: --into "" is not the name of a table; want TABLE or SCHEMA.TABLE` + "\n",
		"sql --into x --parameters coffee.score":                 "leadscore sql: --into prints a script as of an instant: leave out --run and --parameters\n",
		"sql --as-of tomorrow coffee.score":                      `leadscore sql: --as-of "tomorrow" is not a time; `,
		"sql --dialect oracle coffee.score":                      `leadscore sql: --dialect must be postgresql, duckdb, sqlite or clickhouse, not "oracle"` + "\n",
		"sql --dialect clickhouse --parameters coffee.score":     "leadscore sql: ClickHouse has no parameters: leave out --parameters\n",
		"sql --dialect clickhouse --into x coffee.score":         "leadscore sql: ClickHouse has no statements that replace a table\n",
		"sql --zone Mars coffee.score":                           `leadscore sql: --zone "Mars" is not a time zone`,
		"sql --dialect sqlite words.score": `words.score:5:9: model "Words", condition "Trial": SQLite cannot look for a word; write contains, or a list of values` +
			"\nleadscore sql: the models cannot be one statement with equal scores, for the reasons above\n",
		"sql":                                 "leadscore sql: name at least one rule file or folder\n",
		"sql --mapping bad.json coffee.score": `leadscore sql: the mapping names "Leed", but the schema has no such entity` + "\n",
	} {
		out, errs, status := call(t, "", strings.Fields(args)...)
		if status == statusOK || out != "" || !strings.HasPrefix(errs, want) {
			t.Errorf("%s: status %d\n%s%swant %s", args, status, out, errs, want)
		}
	}
}

// TestIntoSQLite: the script of --into keeps the old table in SQLite, whose shell goes on after an
// error unless it is told not to.
func TestIntoSQLite(t *testing.T) {
	setUp(t)
	args := strings.Fields("sql --dialect sqlite --as-of 2026-06-01 --into scores coffee.score")
	script, errs, status := call(t, "", args...)
	if !strings.HasPrefix(script, ".bail on\nBEGIN;\nCREATE TABLE \"new_scores\" (") || !strings.HasSuffix(script, ";\nCOMMIT;\n") || errs != "" || status != statusOK {
		t.Errorf("status %d, %s\n%s", status, errs, script)
	}
	if out, _, _ := call(t, "", append(args, "--format", "json")...); !strings.Contains(out, `"BEGIN;\nCREATE TABLE`) || strings.Contains(out, ".bail") {
		t.Errorf("JSON has a command of the shell, or no script:\n%s", out)
	}
	if out, _, _ := call(t, "", "sql", "--as-of", "2026-06-01", "--into", "scores", "coffee.score"); !strings.HasPrefix(out, "BEGIN;\n") {
		t.Errorf("PostgreSQL gets a command of the shell of SQLite:\n%s", out)
	}
	shell, err := exec.LookPath("sqlite3")
	if err != nil {
		t.Skip("the script is not run: ", err)
	}
	run := func(text string) (string, error) {
		cmd := exec.Command(shell, "crm.db")
		cmd.Stdin = strings.NewReader(text)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := run("CREATE TABLE scores (old integer); INSERT INTO scores VALUES (42);"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := run(script); err == nil || !strings.Contains(out, "no such table") {
		t.Errorf("without the tables of the statement: %v, %s", err, out)
	}
	if out, err := run("SELECT old FROM scores; SELECT COUNT(*) FROM sqlite_master;"); err != nil || out != "42\n1\n" {
		t.Errorf("after a script that failed, there is %q, error %v", out, err)
	}
}
