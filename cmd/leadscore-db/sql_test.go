package main

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/command"
)

// fillSQL makes tables that statements can use, and writes the mapping sql.json for them: times in
// text, as SQLite has them otherwise, are refused.
func fillSQL(t *testing.T, s server, db *sql.DB) {
	t.Helper()
	fill(t, db, snake)
	mapping := "{}"
	if s.name == "SQLite" {
		exec1(t, db, "ALTER TABLE email_opened RENAME TO old")
		exec1(t, db, "CREATE TABLE email_opened (id text, contact text, timestamp integer)")
		exec1(t, db, "INSERT INTO email_opened SELECT id, contact, strftime('%s', timestamp) FROM old")
		mapping = `{"tables": {"EmailOpened": {"columns": {"Timestamp": {"format": "UnixSeconds"}}}}}`
	}
	write(t, "sql.json", mapping)
}

// TestRunSQL: a database gives the results that score prints of files with the same records.
func TestRunSQL(t *testing.T) {
	forServers(t, func(t *testing.T, s server) {
		url, db := s.make(t)
		fillSQL(t, s, db)
		for args, status := range map[string]int{
			"--sort lead":                             0,
			"--sort lead --format json":               0,
			"--sort lead --format csv --model Coffee": 0,
			"--top 1":                            0,
			"--ready --sort lead":                0,
			"--sort lead --lead b --lead firm":   0,
			"--grade Warm":                       0,
			"--lead nemo --format csv":           1,
			"--lead b --lead nemo --format json": 1,
			"--sort lead --explain --format csv": 0,
			"--sort lead --zone Europe/Berlin":   0,
		} {
			args += " --as-of 2026-06-01 coffee.score"
			want, wantErrs, wantStatus := call(t, "score --data data "+args)
			got, errs, gotStatus := call(t, "sql --run --mapping sql.json "+args, "--database", url)
			want, wantErrs = strings.Replace(want, `"command":"score"`, `"command":"sql"`, 1), strings.ReplaceAll(wantErrs, "leadscore-db score", "leadscore-db sql")
			wantErrs = strings.ReplaceAll(wantErrs, "note: Lead.csv: ignored columns Shoe\n", "")
			if got != want || errs != wantErrs || gotStatus != status || wantStatus != status {
				t.Errorf("%s: status %d\n%s\n%s\nof files: status %d\n%s\n%s", args, gotStatus, got, errs, wantStatus, want, wantErrs)
			}
		}
		explained, errs, status := call(t, "sql --run --explain --lead a --model Coffee --mapping sql.json --as-of 2026-06-01 coffee.score", "--database", url)
		if want := "\"a\", Coffee: score 25, Warm, sales ready\n  as of 2026-06-01T00:00:00Z\n  Opened: 2 x +10 = +20\n    each EmailOpened within last 90 days: 2, holds\n" +
			"  Decides: 1 x +5 = +5\n    has Lead.ParentContact where JobTitle contains \"director\": 1, holds\n"; explained != want || errs != "" || status != 0 {
			t.Errorf("--explain: status %d\n%s%s", status, explained, errs)
		}
		// Of the leads only ada's a has something new on May 2.
		since, errs, status := call(t, "sql --run --sort lead --since 2026-05-01T12:00 --as-of 2026-05-02 --mapping sql.json --model Coffee --format csv coffee.score", "--database", url)
		if want := "lead,model,status,score,grade,sales_ready\na,Coffee,scored,25,Warm,true\n"; since != want || errs != "" || status != 0 {
			t.Errorf("--since: status %d\n%s%s", status, since, errs)
		}
		want, _, _ := call(t, "score --sort lead --format parquet -o want.parquet --data data --as-of 2026-06-01 coffee.score")
		got, errs, status := call(t, "sql --run --sort lead --format parquet -o got.parquet --mapping sql.json --as-of 2026-06-01 coffee.score", "--database", url)
		if got+errs != "" || got != want || status != 0 {
			t.Fatalf("-o: status %d, %s%s", status, got, errs)
		}
		file, err := os.ReadFile("want.parquet")
		if err != nil {
			t.Fatal(err)
		}
		if other, err := os.ReadFile("got.parquet"); err != nil || string(other) != string(file) {
			t.Errorf("the Parquet files differ, error %v", err)
		}
	})
}

// TestPrintSQL prints statements with the types of a database, and what it lacks.
func TestPrintSQL(t *testing.T) {
	forServers(t, func(t *testing.T, s server) {
		url, db := s.make(t)
		fillSQL(t, s, db)
		for args, want := range map[string]string{
			"--as-of 2026-06-01":               `FROM "email_opened"`,
			"--parameters":                     map[string]string{"SQLite": "?1", "PostgreSQL": "$1"}[s.name],
			"--as-of 2026-06-01 --lead b":      map[string]string{"SQLite": `json_each('["b"]')`, "PostgreSQL": `'{"b"}'::text[]`}[s.name],
			"--as-of 2026-06-01 --format json": `{"statement":{"as_of":"2026-06-01T00:00:00Z","columns":["lead",`,
		} {
			out, errs, status := call(t, "sql --mapping sql.json --model Coffee coffee.score "+args, "--database", url)
			if !strings.Contains(strings.ReplaceAll(out, `{"dialect":"`+s.name+`",`, "{"), want) || errs != "" || status != 0 {
				t.Errorf("%s: status %d\n%s%swant %s", args, status, out, errs, want)
			}
		}
		// What is printed runs, and has a row for each lead.
		text, _, _ := call(t, "sql --mapping sql.json --model Coffee --as-of 2026-06-01 coffee.score", "--database", url)
		n := 0
		if err := db.QueryRow("SELECT COUNT(*) FROM (" + strings.TrimSuffix(text, ";\n") + ") AS r WHERE score IS NOT NULL").Scan(&n); err != nil || n != 2 {
			t.Errorf("%d rows, error %v", n, err)
		}
		// So does a script that puts the results into a table.
		for range 2 {
			script, _, _ := call(t, "sql --mapping sql.json --model Coffee --as-of 2026-06-01 --into scores coffee.score", "--database", url)
			exec1(t, db, strings.TrimPrefix(script, ".bail on\n")) // which is for the shell of SQLite
		}
		if err := db.QueryRow("SELECT COUNT(*) FROM scores WHERE sales_ready AND score = 25 AND grade = 'Warm'").Scan(&n); err != nil || n != 1 {
			t.Errorf("%d rows in the table, error %v", n, err)
		}
		for args, want := range map[string]string{
			"--dialect duckdb":        "leadscore-db sql: choose one of --dialect and --database: the URL says which database it is\n",
			"--run --parameters":      "leadscore-db sql: --parameters is for a statement that is printed for all leads\n",
			"--parameters --lead b":   "leadscore-db sql: --parameters is for a statement that is printed for all leads\n",
			"--format csv":            "leadscore-db sql: --format csv needs --run: a statement is printed as text or json\n",
			"--top 3":                 "leadscore-db sql: --top needs --run\n",
			"-o x":                    "leadscore-db sql: -o needs --run\n",
			"--mapping none.json":     "leadscore-db sql: open none.json: ",
			"--mapping bad.json":      "Leed: the mapping names it, but the schema has no such entity; did you mean Lead?\n",
			"extended.score --lead a": "", // two models called Coffee
			"--model Coffe":           "leadscore-db sql: --model: there is no model \"Coffe\"; did you mean Coffee?\n",
		} {
			write(t, "bad.json", `{"tables": {"Leed": "lead"}}`)
			out, errs, status := call(t, "sql coffee.score "+args, "--database", url)
			if status == 0 || out != "" || !strings.Contains(errs, want) {
				t.Errorf("%s: status %d\n%s%swant %s", args, status, out, errs, want)
			}
		}
		exec1(t, db, "DROP TABLE email_opened")
		_, errs, status := call(t, "sql --run coffee.score", "--database", url)
		if want := "leadscore-db sql: EmailOpened: there is no table for it, such as email_opened; name one in the tables of the mapping, or list EmailOpened as absent in the mapping"; status != 1 || !strings.HasPrefix(errs, want) {
			t.Errorf("without a table: status %d, %s", status, errs)
		}
	})
	t.Chdir(t.TempDir())
	write(t, "coffee.score", rules)
	if err := os.MkdirAll(filepath.Join("lake", "lead"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, errs, status := call(t, "sql --run --database parquet:lake coffee.score")
	if want := "leadscore-db sql: lake runs no statements; choose --dialect to print one for another database\n"; status != 1 || errs != want {
		t.Errorf("Parquet files: status %d, %s", status, errs)
	}
	if _, errs, status := call(t, "sql --run coffee.score"); status != 2 || !strings.HasPrefix(errs, "leadscore-db sql: --run needs --database\n") {
		t.Errorf("without a database: status %d, %s", status, errs)
	}
}

// TestOneStateSQL: all statements that a command runs see one state, and others can write meanwhile.
func TestOneStateSQL(t *testing.T) {
	forServers(t, func(t *testing.T, s server) {
		url, writer := s.make(t)
		fillSQL(t, s, writer)
		db, err := open(url)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		runner := db.(command.Runner)
		runs, err := runner.Pushdown(t.Context(), command.Request{Schema: leadscore.StandardSchema(), Zone: time.UTC, Progress: func(string) {}})
		if err != nil {
			t.Fatal(err)
		}
		reader, err := runs.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			rows, err := reader.QueryContext(t.Context(), "SELECT COUNT(*) FROM lead")
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for rows.Next() {
				err = rows.Scan(&n)
			}
			if err := errors.Join(err, rows.Err(), rows.Close()); err != nil || n != 4 {
				t.Errorf("statement %d: %d leads, want 4, error %v", i+1, n, err)
			}
			exec1(t, writer, "INSERT INTO lead SELECT 'new', parent_contact, parent_account, shoe FROM lead WHERE id = 'a'")
		}
	})
}

// TestAuditSQL finds what the engine refuses, by statements of the database.
func TestAuditSQL(t *testing.T) {
	forServers(t, func(t *testing.T, s server) {
		url, db := s.make(t)
		fillSQL(t, s, db)
		out, errs, status := call(t, "sql --run --audit --mapping sql.json coffee.score", "--database", url)
		if !strings.Contains(out, ": nothing is wrong, say ") || errs != "" || status != 0 {
			t.Errorf("good data: status %d\n%s%s", status, out, errs)
		}
		exec1(t, db, "INSERT INTO lead VALUES ('b', 'ada', NULL, NULL), ('c', 'ada', NULL, NULL), ('c', 'ben', NULL, NULL)")
		out, errs, status = call(t, "sql --run --audit --mapping sql.json coffee.score", "--database", url)
		if want := ": 2 ids: Lead.id: several rows have the same id, and count several times, such as \"b\", \"c\"; make ids unique, or map the table to a view with one row for each\n"; !strings.HasSuffix(out, want) || strings.Count(out, "\n") != 1 || errs != "" || status != 1 {
			t.Errorf("ids of several rows: status %d\n%s%s", status, out, errs)
		}
		exec1(t, db, "INSERT INTO contact (id) VALUES (NULL)")
		out, _, _ = call(t, "sql --run --audit --mapping sql.json coffee.score", "--database", url)
		if want := ": 1 row: Contact.id: some rows have no id; "; !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
		exec1(t, db, "INSERT INTO contact (id) VALUES ('')")
		out, _, _ = call(t, "sql --run --audit --mapping sql.json coffee.score", "--database", url)
		if want := ": 2 rows: Contact.id: some rows have no id"; !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
		out, _, status = call(t, "sql --run --audit --format json --mapping sql.json coffee.score", "--database", url)
		if want := `{"finding":{"code":"duplicate-id","severity":"warning","entity":"Lead","field":"id","count":2,"of":0,"summary":"several rows`; !strings.Contains(out, want) || status != 1 {
			t.Errorf("as JSON: status %d\n%s", status, out)
		}
	})
}

// TestRefusedSQL: what a statement cannot have is listed, and nothing is run.
func TestRefusedSQL(t *testing.T) {
	forServers(t, func(t *testing.T, s server) {
		if s.name != "SQLite" {
			t.Skip("the types are those of SQLite")
		}
		url, db := s.make(t)
		fill(t, db, snake)
		out, errs, status := call(t, "sql --run coffee.score", "--database", url)
		const want = "coffee.score:5:9: model \"Coffee\", condition \"Opened\": EmailOpened.Timestamp: the type TIMESTAMP of the column timestamp cannot be compared as a time; map it to a view that converts it\n" +
			"leadscore-db sql: the models cannot be one statement with equal scores, for the reasons above\n"
		if out != "" || errs != want || status != 1 {
			t.Errorf("status %d, %s\n%s", status, out, errs)
		}
		out, _, _ = call(t, "sql --run --format json coffee.score", "--database", url)
		if !strings.Contains(out, `{"refusal":{"model":"Coffee","condition":"Opened","place":"coffee.score:5:9","reason":"EmailOpened.Timestamp: the type TIMESTAMP`) {
			t.Errorf("as JSON: %s", out)
		}
	})
}
