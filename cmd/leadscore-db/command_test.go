package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/command"
)

const (
	postgresVariable = "LEADSCORE_POSTGRES" // a connection string
	commandVariable  = "LEADSCORE_TEST_AS_COMMAND"
)

// TestMain runs the command instead of the tests in processes that tests start.
func TestMain(m *testing.M) {
	if os.Getenv(commandVariable) != "" {
		main()
	}
	m.Run()
}

const rules = `model "Coffee" {
    target contact

    condition "Opened" {
        each EmailOpened within last 90 days
        score +10
    }
    condition "Decides" {
        has Lead.ParentContact
            where JobTitle contains "director"
        score +5
    }

    grade "Cold" below 15
    grade "Warm" from 15
    sales ready at 20
}

model "Firms" {
    target account

    condition "Large" {
        has Lead.ParentAccount
            where NumberOfEmployees > 500
        score +7
    }
}
`

// extended is rules with another schema.
const extended = `profile Lead {
    Shoe text
}
model "Coffee" {
    target contact

    condition "Opened" {
        each EmailOpened within last 90 days
        score +11
    }
    condition "Large feet" {
        has Lead
            where Shoe = "48"
        score +20
    }
    sales ready at 20
}
`

// tables are the files of a folder, and the tables of a database with the same records.
var tables = map[string]string{
	"Lead":        "id,ParentContact,ParentAccount,Shoe\na,ada,,48\nb,ben,,42\nfirm,,contoso,\nnobody,,,\n",
	"Contact":     "id,JobTitle,ParentAccount\nada,Director of coffee,contoso\nben,,\n",
	"Account":     "id,NumberOfEmployees\ncontoso,1000\n",
	"EmailOpened": "id,Contact,Timestamp\ne1,ada,2026-05-01T10:00:00Z\ne2,ada,2026-05-02T00:00:00Z\ne3,ben,2026-05-03T00:00:00Z\ne4,ben,2025-05-03T00:00:00Z\n",
}

// types are those of columns that are not text.
var types = map[string]string{"NumberOfEmployees": "integer", "Timestamp": "timestamp"}

// A server makes databases.
type server struct {
	name string
	make func(t *testing.T) (url string, db *sql.DB) // an empty one, with its URL
}

var servers = []server{{"SQLite", newSQLite}, {"PostgreSQL", newPostgres}}

// forServers runs a test with each kind of database.
func forServers(t *testing.T, test func(t *testing.T, s server)) {
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			if s.name == "PostgreSQL" && os.Getenv(postgresVariable) == "" {
				t.Skipf("PostgreSQL is not tested: the environment variable %s holds no connection string", postgresVariable)
			}
			setUp(t)
			test(t, s)
		})
	}
}

func newSQLite(t *testing.T) (string, *sql.DB) {
	t.Helper()
	const name = "my crm?.db" // with characters that URLs escape
	db, err := sql.Open("sqlite", "file:my%20crm%3F.db?_pragma=journal_mode(wal)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return "sqlite:" + name, db
}

func newPostgres(t *testing.T) (string, *sql.DB) {
	t.Helper()
	address := os.Getenv(postgresVariable)
	config, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("leadscore_db_%d_%d", os.Getpid(), time.Now().UnixNano())
	config.RuntimeParams["search_path"] = schema
	db := stdlib.OpenDB(*config)
	exec1(t, db, "CREATE SCHEMA "+schema)
	t.Cleanup(func() {
		exec1(t, db, "DROP SCHEMA "+schema+" CASCADE")
		db.Close()
	})
	sign := "?"
	if strings.Contains(address, "?") {
		sign = "&"
	}
	return address + sign + "search_path=" + schema, db
}

func exec1(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// setUp changes to a folder with rules and data.
func setUp(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	write(t, "coffee.score", rules)
	write(t, "new.version", strings.ReplaceAll(rules, "+10", "+4"))
	write(t, "extended.score", extended)
	for name, text := range tables {
		write(t, "data/"+name+".csv", text)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// fill makes the tables, whose names and columns are those that rename gives them.
func fill(t *testing.T, db *sql.DB, rename func(string) string) {
	t.Helper()
	for name, text := range tables {
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var columns []string
		for _, c := range rows[0] {
			typ := types[c]
			if typ == "" {
				typ = "text"
			}
			columns = append(columns, rename(c)+" "+typ)
		}
		exec1(t, db, "CREATE TABLE "+rename(name)+" ("+strings.Join(columns, ", ")+")")
		for _, row := range rows[1:] {
			for i, cell := range row {
				if row[i] = "'" + cell + "'"; cell == "" {
					row[i] = "NULL"
				}
			}
			exec1(t, db, "INSERT INTO "+rename(name)+" VALUES ("+strings.Join(row, ", ")+")")
		}
	}
}

// snake writes a name as databases do: parent_contact.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// call runs the command with arguments that are separated by spaces, and further ones.
func call(t *testing.T, args string, more ...string) (stdout, stderr string, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, exe, append(strings.Fields(args), more...)...)
	cmd.Env = append(os.Environ(), commandVariable+"=1")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// Every command prints of a database what it prints of files with the same records.
func TestLikeFiles(t *testing.T) {
	forServers(t, func(t *testing.T, s server) {
		url, db := s.make(t)
		fill(t, db, snake)
		for args, status := range map[string]int{
			"score coffee.score":                                         0,
			"score --format json --explain coffee.score":                 0,
			"score --format csv --model Coffee --top 1 coffee.score":     0,
			"score --lead b --lead firm coffee.score":                    0,
			"score --ready --sort lead coffee.score":                     0,
			"score --lead nemo --format csv coffee.score":                1,
			"explain --lead a --what-if coffee.score":                    0,
			"diff coffee.score new.version":                              0,
			"diff --exit-code --format json coffee.score extended.score": 3,
			"check --strict coffee.score":                                0,
		} {
			want, wantErrs, wantStatus := call(t, args+" --as-of 2026-06-01 --data data")
			for _, keyed := range []string{"", " --keyed"} {
				got, errs, gotStatus := call(t, args+" --as-of 2026-06-01"+keyed, "--database", url)
				if got != want || gotStatus != status || wantStatus != status {
					t.Errorf("%s%s: status %d\n%s\n%s\nof files: status %d\n%s\n%s", args, keyed, gotStatus, got, errs, wantStatus, want, wantErrs)
				}
			}
		}
		want := "LEAD    MODEL   STATUS        SCORE  GRADE  SALES READY\n" +
			"a       Coffee  scored        25     Warm   yes\n" +
			"b       Coffee  scored        10     Cold   no\n" +
			"firm    Coffee  not targeted\n" +
			"nobody  Coffee  no parent\n"
		if got, errs, _ := call(t, "score --as-of 2026-06-01 --model Coffee coffee.score", "--database", url); got != want || errs != "" {
			t.Errorf("score prints\n%s\n%s", got, errs)
		}
		if out, errs, status := call(t, "score --as-of 2026-06-01 -o out.csv --format csv coffee.score", "--database", url); out != "" || errs != "" || status != 0 {
			t.Errorf("score -o: status %d, %s%s", status, out, errs)
		}
		if text, err := os.ReadFile("out.csv"); err != nil || !strings.HasPrefix(string(text), "lead,model,") || strings.Count(string(text), "\n") != 9 {
			t.Errorf("score -o writes %v\n%s", err, text)
		}
	})
}

// Leads are scored in parts if the tables have more records than may be in memory.
func TestParts(t *testing.T) {
	forServers(t, func(t *testing.T, s server) {
		url, db := s.make(t)
		fill(t, db, snake)
		for _, args := range []string{
			"score --sort lead coffee.score", "score --sort lead --format json --explain coffee.score", "score --top 1 coffee.score", "score --lead b coffee.score",
		} {
			want, _, _ := call(t, args+" --as-of 2026-06-01 --data data")
			for _, most := range []string{"6", "10", "1000"} {
				got, errs, status := call(t, args+" --as-of 2026-06-01 --max-records "+most, "--database", url)
				if got != want || errs != "" || status != 0 {
					t.Errorf("%s --max-records %s: status %d\n%s\n%s\nof files\n%s", args, most, status, got, errs, want)
				}
			}
		}
		_, errs, status := call(t, "score --as-of 2026-06-01 --max-records 3 coffee.score", "--database", url)
		const want = `there are too many records to load: there are more than --max-records, and the lead "a" alone needs them; score with --keyed`
		if status != 1 || !strings.Contains(errs, want) {
			t.Errorf("a lead with too many records: status %d, %s", status, errs)
		}
	})
}

// A mapping names tables and columns that have other names.
func TestMapping(t *testing.T) {
	forServers(t, func(t *testing.T, s server) {
		url, db := s.make(t)
		fill(t, db, func(name string) string { return "crm_" + snake(name) })
		mapping := `{
    "tables": {
        "Lead": {"name": "crm_lead", "id": "crm_id", "columns": {"ParentContact": "crm_parent_contact", "ParentAccount": "crm_parent_account"}},
        "Contact": {"name": "crm_contact", "id": "crm_id", "columns": {"JobTitle": "crm_job_title"}},
        "EmailOpened": {"name": "crm_email_opened", "id": "crm_id", "columns": {"Contact": "crm_contact", "Timestamp": {"name": "crm_timestamp"}}}
    },
    "absent": ["Account", "Contact.ParentAccount"]
}
`
		write(t, "crm.json", mapping)
		out, errs, status := call(t, "score --as-of 2026-06-01 --model Coffee --lead a --format csv --mapping crm.json coffee.score", "--database", url)
		if want := "lead,model,status,score,grade,sales_ready\na,Coffee,scored,25,Warm,true\n"; out != want || errs != "" || status != 0 {
			t.Errorf("status %d\n%s\n%s", status, out, errs)
		}

		write(t, "bad.json", strings.Replace(strings.Replace(mapping, "crm_job_title", "crm_job_titel", 1), `"Lead": {"name": "crm_lead"`, `"Laed": {"name": "crm_lead"`, 1))
		_, errs, status = call(t, "score --mapping bad.json coffee.score", "--database", url)
		const laed = "Laed: the mapping names it, but the schema has no such entity; did you mean Lead?\n"
		const title = "Contact.JobTitle: the table crm_contact has no column crm_job_titel"
		if status != 1 || !strings.HasPrefix(errs, "leadscore-db score: ") || !strings.Contains(errs, laed) || !strings.Contains(errs, title) || strings.Contains(errs, "sqldb") {
			t.Errorf("a wrong mapping: status %d, %s", status, errs)
		}
		write(t, "bad.json", "{\n  \"tabels\": {}}")
		_, errs, status = call(t, "score --mapping bad.json coffee.score", "--database", url)
		if want := "leadscore-db score: bad.json:2:3: a mapping has no key \"tabels\"; the keys are absent, tables; did you mean tables?\n"; status != 1 || errs != want {
			t.Errorf("a broken mapping: status %d, %s", status, errs)
		}
	})
}

// What the rules ask for and the database lacks is listed, with what it has.
func TestMissingTables(t *testing.T) {
	forServers(t, func(t *testing.T, s server) {
		url, db := s.make(t)
		exec1(t, db, "CREATE TABLE lead (id text, parent_contact text)")
		exec1(t, db, "CREATE TABLE contacts (id text, title text, parent_account text)")
		exec1(t, db, "CREATE TABLE email_openned (id text)")
		out, errs, status := call(t, "score coffee.score", "--database", url)
		for _, want := range []string{
			"Contact.JobTitle: ", "Account: ", "EmailOpened: ", "Lead.ParentAccount: ",
			"the database has the tables contacts, email_openned and lead\n", "did you mean email_openned?",
		} {
			if !strings.Contains(errs, want) {
				t.Errorf("lacks %q:\n%s", want, errs)
			}
		}
		if out != "" || status != 1 || strings.Contains(errs, "sqldb") {
			t.Errorf("status %d, %s\n%s", status, out, errs)
		}
	})
}

// What is odd about the data is found by the database.
func TestFindings(t *testing.T) {
	forServers(t, func(t *testing.T, s server) {
		url, db := s.make(t)
		fill(t, db, snake)
		exec1(t, db, "INSERT INTO email_opened VALUES ('e9', 'ada ', '2026-05-09 00:00:00')")
		exec1(t, db, "DELETE FROM account")
		exec1(t, db, "UPDATE contact SET parent_account = NULL")
		exec1(t, db, "UPDATE lead SET parent_account = NULL")
		whole := []string{
			`: warning: EmailOpened.Contact: 1 of 5 ids names no Contact, such as "ada "; Contact has "ada", which differs in blanks around it`,
			": warning: Account: the rules ask for it, and the data has no record of it\n",
			`: warning: model "Firms" scores no lead: `,
		}
		keyed := []string{
			`: warning: EmailOpened.Contact: some ids name no Contact, such as "ada "`,
			": warning: Account: the rules ask for it, and its table has no row\n",
			": warning: Lead.ParentAccount: the rules ask for it, and it is empty in every row\n",
		}
		for args, status := range map[string]int{"score --as-of 2026-06-01 --explain": 0, "check": 0, "check --strict": 1, "diff coffee.score --as-of 2025-06-01 --strict": 1} {
			for flag, want := range map[string][]string{"": whole, " --keyed": keyed} {
				_, errs, got := call(t, args+flag+" coffee.score", "--database", url)
				for _, want := range want {
					if !strings.Contains(errs, want) {
						t.Errorf("%s%s lacks %q:\n%s", args, flag, want, errs)
					}
				}
				if got != status {
					t.Errorf("%s%s: status %d, want %d", args, flag, got, status)
				}
			}
		}
		out, _, _ := call(t, "check --keyed --format json coffee.score", "--database", url)
		want := `{"finding":{"code":"dangling-reference","severity":"warning","entity":"EmailOpened","field":"Contact","count":0,"of":0,"summary":"some ids name no Contact, such as \"ada \"","examples":["ada "]}}`
		if !strings.Contains(out, want+"\n") {
			t.Errorf("lacks\n%s\n%s", want, out)
		}
		// Rules that do not look at accounts need no lead of an account.
		write(t, "contacts.score", rules[:strings.Index(rules, "model \"Firms\"")])
		exec1(t, db, "DELETE FROM email_opened WHERE id = 'e9'")
		for _, flag := range []string{"", " --keyed"} {
			if _, errs, status := call(t, "check --as-of 2026-06-01 --strict contacts.score"+flag, "--database", url); status != 0 {
				t.Errorf("check%s without accounts: status %d, %s", flag, status, errs)
			}
		}
		// One lead is explained without a look at everything.
		if _, errs, status := call(t, "explain --lead a coffee.score", "--database", url); status != 0 || errs != "" {
			t.Errorf("explain: status %d, %s", status, errs)
		}
	})
}

// Rows with bad values are errors, or skipped and listed. If records are queried by their
// keys, they are errors of their leads.
func TestBadRows(t *testing.T) {
	forServers(t, func(t *testing.T, s server) {
		url, db := s.make(t)
		fill(t, db, snake)
		exec1(t, db, "DROP TABLE email_opened")
		exec1(t, db, "CREATE TABLE email_opened (id text, contact text, timestamp text)")
		exec1(t, db, "INSERT INTO email_opened VALUES ('e1', 'ada', '2026-05-01'), ('e2', 'ada', 'yesterday'), ('e3', 'ben', '2026-05-01')")
		const args = "score --as-of 2026-06-01 --format csv --model Coffee coffee.score"
		out, errs, status := call(t, args, "--database", url)
		if status != 1 || strings.Contains(out, "scored") || !strings.HasPrefix(errs, `leadscore-db score: loading EmailOpened: EmailOpened "e2": Timestamp (column timestamp): "yesterday" is not a time`) ||
			!strings.HasSuffix(errs, "; with --skip-bad such a row is left out\n") {
			t.Errorf("status %d\n%s\n%s", status, out, errs)
		}
		out, errs, status = call(t, args+" --keyed", "--database", url)
		if status != 1 || !strings.Contains(out, "b,Coffee,scored,10,") || !strings.Contains(out, "a,,failed,") || !strings.Contains(errs, "1 of 4 leads could not be scored") || !strings.Contains(errs, "yesterday") {
			t.Errorf("with --keyed: status %d\n%s\n%s", status, out, errs)
		}
		for _, keyed := range []string{"", " --keyed"} {
			out, errs, status = call(t, args+" --skip-bad"+keyed, "--database", url)
			if status != 0 || !strings.Contains(out, "a,Coffee,scored,15,") || !strings.Contains(errs, "skipped 1 EmailOpened records\n") || !strings.Contains(errs, "yesterday") {
				t.Errorf("with --skip-bad%s: status %d\n%s\n%s", keyed, status, out, errs)
			}
		}
	})
}

// All that a command reads is one state, also for rules with different schemas; and
// others can write meanwhile.
func TestOneState(t *testing.T) {
	forServers(t, func(t *testing.T, s server) {
		url, writer := s.make(t)
		fill(t, writer, snake)
		db, err := open(url)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		older, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "coffee.score", Text: rules}})
		if err != nil {
			t.Fatal(err)
		}
		newer, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "extended.score", Text: extended}})
		if err != nil {
			t.Fatal(err)
		}
		asOf := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
		for i, set := range []*leadscore.Set{older, newer, older, newer} {
			r := command.Request{Schema: set.Schema(), Queries: set.Queries(asOf), Zone: time.UTC, Keyed: i < 2, More: i < 3, Progress: func(string) {}}
			data, err := db.Records(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			exec1(t, writer, "DELETE FROM email_opened")
			exec1(t, writer, "DELETE FROM lead WHERE id <> 'a'")
			var scores []int64
			for r, err := range set.ScoreAll(t.Context(), data.Leads(t.Context()), data, leadscore.AsOf(asOf)) {
				if err != nil {
					t.Fatal(err)
				}
				scores = append(scores, r.Results[0].Score)
			}
			if want := map[*leadscore.Set][]int64{older: {25, 10, 0, 0}, newer: {42, 11, 0, 0}}[set]; !slices.Equal(scores, want) {
				t.Errorf("scores %d, want %d", scores, want)
			}
		}
		inUse := 0
		switch c := db.(*database).client.(type) {
		case *sqlite:
			inUse = c.db.Stats().InUse
		case *postgres:
			inUse = int(c.pool.Stat().AcquiredConns())
		}
		if inUse != 0 {
			t.Errorf("%d connections are in use after the last tables were read", inUse)
		}
	})
}

// TestURLs: what is wrong with a URL is a mistake on the command line. No message has
// any part of a password.
func TestURLs(t *testing.T) {
	setUp(t)
	write(t, "file.db", "")
	for url, want := range map[string]string{
		"crm":                                "want a URL, such as postgres://crm@localhost/crm, sqlite:crm.db or parquet:lake\n",
		"file.db":                            "want a URL, such as postgres://crm@localhost/crm, sqlite:crm.db or parquet:lake; for a file of SQLite, write sqlite:file.db\n",
		"mysql://crm@localhost/crm":          "the scheme \"mysql\" is not known; want a URL such as postgres://crm@localhost/crm, sqlite:crm.db or parquet:lake\n",
		"sqlite:":                            "sqlite: lacks the name of a file; ",
		"host=localhost password=tigerlily":  "want a URL, ",
		"host=localhost password=tiger:lily": "want a URL, ",
		"postgres:crm":                       "this is not a URL of PostgreSQL, ",
		"postgres:crm:tigerlily":             "this is not a URL of PostgreSQL, ",
		"postgres://crm@localhost:port/crm":  "cannot parse `postgres://crm@localhost:port/crm`: invalid port",
		"postgres://crm:tigerlily@localhost:port/crm":                    "this is not a URL of PostgreSQL, ",
		"postgres://crm:tiger@lily@localhost/crm":                        "this is not a URL of PostgreSQL, ",
		"postgres://crm:tiger/lily@localhost/crm":                        "this is not a URL of PostgreSQL, ",
		"postgres://crm:12/lily@localhost/crm":                           "this is not a URL of PostgreSQL, ",
		"postgres://crm:tiger?lily@localhost/crm":                        "this is not a URL of PostgreSQL, ",
		"postgres://crm:%zzlily@localhost/crm":                           "this is not a URL of PostgreSQL, ",
		"postgres://crm@localhost/crm?password=tigerlily&sslmode=none":   "this is not a URL of PostgreSQL, ",
		"postgres://crm@localhost/crm?pass%77ord=tigerlily&sslmode=none": "this is not a URL of PostgreSQL, ",
		"postgres://crm@localhost/crm?sslmode=none":                      "cannot parse `postgres://crm@localhost/crm?sslmode=none`: ",
	} {
		out, errs, status := call(t, "score coffee.score", "--database", url)
		if out != "" || status != 2 || !strings.HasPrefix(errs, "leadscore-db score: --database: "+want) || strings.Contains(errs, "tiger") || strings.Contains(errs, "lily") {
			t.Errorf("%s: status %d, %q", url, status, errs)
		}
	}
}

// TestNoConnection: a database that cannot be opened is named, without its password.
func TestNoConnection(t *testing.T) {
	setUp(t)
	write(t, "text.db", strings.Repeat("This is no database.\n", 100))
	for url, want := range map[string]string{
		"sqlite:none.db": "none.db cannot be opened: open none.db: no such file or directory\n",
		"sqlite:data":    "data cannot be opened: data is a folder, not a regular file\n",
		"sqlite:text.db": "text.db cannot be opened: file is not a database (26)\n",
		"postgres://crm:tigerlily@127.0.0.1:1/shop?connect_timeout=5":            "postgres://crm@127.0.0.1:1/shop cannot be opened: failed to connect to `user=crm database=shop`: ",
		"postgresql://crm@127.0.0.1:1/shop?password=tigerlily&connect_timeout=5": "postgres://crm@127.0.0.1:1/shop cannot be opened: ",
		"postgres://crm:tiger%40lily@/shop?host=/nowhere":                        "postgres://crm@/shop cannot be opened: ",
	} {
		out, errs, status := call(t, "score coffee.score", "--database", url)
		if out != "" || status != 1 || !strings.HasPrefix(errs, "leadscore-db score: "+want) || strings.Count(errs, "\n") != 1 || strings.Contains(errs, "tiger") || strings.Contains(errs, "lily") {
			t.Errorf("%s: status %d, %q", url, status, errs)
		}
	}
}

// A drafted mapping names the tables and columns of a database that has other names, and
// notes say what it lacks.
func TestMappingInit(t *testing.T) {
	forServers(t, func(t *testing.T, s server) {
		url, db := s.make(t)
		for _, statement := range []string{
			"CREATE TABLE crm_people (person_no integer, position text, budget text, company_no integer, subscribed text, joined_on text)",
			"INSERT INTO crm_people VALUES (1, 'Director of coffee', '12.5', 7, 'Y', '31/12/2025'), (2, 'Buyer', '80', 7, 'N', '01/02/2026')",
			"CREATE TABLE crm_companies (company_no integer, company_name text, number_of_employees integer)",
			"INSERT INTO crm_companies VALUES (7, 'Contoso', 1000)",
			"CREATE TABLE crm_leads (id text, contact_no integer, account_no integer)",
			"INSERT INTO crm_leads VALUES ('a', 1, NULL), ('b', 2, NULL), ('c', NULL, 7)",
			"CREATE TABLE crm_email_opens (open_id text, person_no integer, occurred bigint)",
			"INSERT INTO crm_email_opens VALUES ('e1', 1, 1779235200), ('e2', 1, 1779235300), ('e3', 2, 1779235400)",
			"CREATE TABLE crm_invoices (no integer, paid integer)",
		} {
			exec1(t, db, statement)
		}
		write(t, "own.score", "profile Contact {\n    Budget number\n    Subscribed bool\n    Joined date\n    Nickname text\n}\n"+
			"model \"Own\" {\n    target contact\n    condition \"C\" {\n        has Lead.ParentContact where Budget > 50 and Subscribed = false and Nickname is empty\n        score +1\n    }\n}\n")
		out, errs, status := call(t, "mapping init coffee.score own.score", "--database", url)
		const mapping = `{
  "tables": {
    "Account": {
      "name": "crm_companies",
      "id": "company_no",
      "columns": {
        "NumberOfEmployees": "number_of_employees"
      }
    },
    "Contact": {
      "name": "crm_people",
      "id": "person_no",
      "columns": {
        "Budget": {
          "name": "budget",
          "format": "DecimalText"
        },
        "JobTitle": "position",
        "ParentAccount": "company_no",
        "Subscribed": {
          "name": "subscribed",
          "true": "Y",
          "false": "N"
        }
      }
    },
    "EmailOpened": {
      "name": "crm_email_opens",
      "id": "open_id",
      "columns": {
        "Contact": "person_no",
        "Timestamp": {
          "name": "occurred",
          "format": "UnixSeconds"
        }
      }
    },
    "Lead": {
      "name": "crm_leads",
      "id": "id",
      "columns": {
        "ParentAccount": "account_no",
        "ParentContact": "contact_no"
      }
    }
  }
}
`
		if out != mapping || status != 0 {
			t.Errorf("status %d, the mapping is\n%s", status, out)
		}
		for _, want := range []string{
			"note: crm_email_opens: EmailOpened.Timestamp is a guess: occurred holds times\n",
			"note: crm_invoices: left out, as it has no records\n",
			"note: crm_people: Contact.Joined is left out, as joined_on has times or days in the form 02/01/2006; a view can have them in another form\n",
			"note: Contact.Nickname: the table crm_people has no column for it, such as nickname; name one in the tables of the mapping, or list Contact.Nickname as absent in the mapping\n",
		} {
			if !strings.Contains(errs, want) {
				t.Errorf("lacks %s:\n%s", want, errs)
			}
		}
		write(t, "crm.json", out)
		out, errs, status = call(t, "score --as-of 2026-06-01 --format csv --mapping crm.json --model Coffee --model Firms coffee.score own.score", "--database", url)
		const scores = "lead,model,status,score,grade,sales_ready\n" +
			"a,Coffee,scored,25,Warm,true\na,Firms,not targeted,,,\nb,Coffee,scored,10,Cold,false\nb,Firms,not targeted,,,\nc,Coffee,not targeted,,,\nc,Firms,scored,7,,false\n"
		if out != scores || status != 0 {
			t.Errorf("status %d, %s\n%s", status, errs, out)
		}
		// Only that which is missing is left for a person.
		write(t, "crm.json", strings.Replace(mapping, "\n  }\n}\n", "\n  },\n  \"absent\": [\"Contact.Nickname\"]\n}\n", 1))
		out, errs, status = call(t, "score --as-of 2026-06-01 --format csv --model Own --mapping crm.json own.score", "--database", url)
		if want := "lead,model,status,score,grade,sales_ready\na,Own,scored,0,,false\nb,Own,scored,1,,false\nc,Own,not targeted,,,\n"; out != want || status != 0 {
			t.Errorf("status %d, %s\n%s", status, errs, out)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		setUp(t)
		url, db := newSQLite(t)
		exec1(t, db, "CREATE TABLE weather (day text, degrees real)")
		out, errs, status := call(t, "mapping init", "--database", url)
		const want = "note: weather: left out, as it has no records\nleadscore-db mapping: no table looks like records of an entity of the schema; write the mapping by hand, and name views after entities\n"
		if out != "" || errs != want || status != 1 {
			t.Errorf("status %d, %q, %q", status, out, errs)
		}
	})
}
