package main

import (
	"database/sql"
	"os"
	"regexp"
	"strings"
	"testing"
)

// unrun are commands and statements of the page that the test does not run.
var unrun = []string{
	"go build -o leadscore-db ./cmd/leadscore-db\n",
	"CREATE INDEX ON email_opened (contact_id, timestamp);\n", // SQLite wants a name
	"leadscore sql --dialect duckdb --as-of 2026-06-01 coffee.score > coffee.sql\n" +
		"leadscore sql --dialect postgresql --parameters --mapping crm.json coffee.score > coffee.sql\n", // it is about files
	"leadscore sql --dialect clickhouse --as-of 2026-06-01 coffee.score > coffee.sql\n",
	"leadscore-db sql --database postgres://crm@localhost/crm --into scores coffee.score | psql -v ON_ERROR_STOP=1 postgres://crm@localhost/crm\n" +
		"leadscore-db sql --database sqlite:crm.db --mapping seconds.json --into scores opened.score | sqlite3 -bail crm.db\n", // it is about shells
	"EXPORT DATABASE 'lake' (FORMAT parquet); -- DuckDB\n" + "EXPORT DATA OPTIONS (uri = 'gs://bucket/lake/contact-*.parquet', format = 'PARQUET') AS SELECT * FROM crm.contact; -- BigQuery\n",
}

// TestDocs: the commands that docs/databases.md shows print what it says. Each section
// has a database of its own.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/databases.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, section := range strings.Split(string(page), "\n## ") {
		title, _, _ := strings.Cut(section, "\n")
		t.Run(title, func(t *testing.T) {
			t.Chdir(t.TempDir())
			db, err := sql.Open("sqlite", "crm.db")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			printed := "" // what the next block must show
			for _, block := range regexp.MustCompile("(?ms)^```(\\w+)(?: file=(\\S+))?\n(.*?)^```$").FindAllStringSubmatch(section, -1) {
				lang, file, text := block[1], block[2], block[3]
				if printed != "" && lang != "text" {
					t.Errorf("the page must show\n%s", printed)
				}
				switch {
				case strings.Contains(strings.Join(unrun, "\x00"), text) && text != "":
				case strings.HasSuffix(file, ".parquet"):
					writeParquet(t, file, text)
				case file != "":
					write(t, file, text)
				case lang == "sql":
					exec1(t, db, text)
				case lang == "sh":
					args, ok := strings.CutPrefix(strings.TrimSpace(text), "leadscore-db ")
					if !ok {
						t.Fatalf("an unknown command: %s", text)
					}
					out, errs, _ := call(t, args)
					printed = errs + out
					commands++
					continue
				case lang == "text":
					if text != printed {
						t.Errorf("the page shows\n%s\nand the command prints\n%s", text, printed)
					}
				default:
					t.Errorf("an unknown block: %s", lang)
				}
				printed = ""
			}
			if printed != "" {
				t.Errorf("the page must show\n%s", printed)
			}
		})
	}
	if commands < 3 {
		t.Errorf("the page has %d commands", commands)
	}
}
