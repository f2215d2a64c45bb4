package command

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/traverse"
)

// databaseCommand is the command leadscore-db with a database that does not open.
var databaseCommand = &Program{Name: "leadscore-db", Open: func(string) (Database, error) {
	return nil, errors.New("there is no database")
}, Formats: map[string]func(io.Writer) (ResultWriter, error){"parquet": func(w io.Writer) (ResultWriter, error) { return &lines{w}, nil }}}

// lines is a format of a program: a line for each result.
type lines struct{ io.Writer }

func (l *lines) Write(results ...leadscore.Result) error {
	for _, r := range results {
		if _, err := fmt.Fprintln(l.Writer, r.Lead, r.Model, r.Score); err != nil {
			return err
		}
	}
	return nil
}

func (l *lines) WriteError(e *leadscore.LeadError) error {
	_, err := fmt.Fprintln(l.Writer, e.Lead, "failed")
	return err
}

func (l *lines) Close() error {
	_, err := fmt.Fprintln(l.Writer, "end")
	return err
}

// TestFormats writes results in a format that only one program has.
func TestFormats(t *testing.T) {
	setUp(t)
	run := func(args string) (stdout, stderr string, status int) {
		var out, errs bytes.Buffer
		status = databaseCommand.run(t.Context(), streams{strings.NewReader(""), &out, &errs}, strings.Fields(args))
		return out.String(), errs.String(), status
	}
	out, errs, status := run("score --data data --as-of 2026-06-01 --format parquet coffee.score")
	csv, _, _ := run("score --data data --as-of 2026-06-01 --format csv coffee.score")
	if status != statusOK || strings.Count(out, "\n") != strings.Count(csv, "\n") || !strings.HasSuffix(out, "\nend\n") {
		t.Errorf("status %d, %s%s", status, errs, out)
	}
	if _, errs, status := run("score --data data --as-of 2026-06-01 --format parquet -o out coffee.score"); status != statusOK {
		t.Errorf("status %d, %s", status, errs)
	}
	if text, err := os.ReadFile("out"); err != nil || string(text) != out {
		t.Errorf("%v, %s", err, text)
	}
	out, errs, status = run("score --data data --as-of 2026-06-01 --lead nemo --format parquet coffee.score")
	if status != statusWrong || out != "nemo failed\nend\n" || !strings.Contains(errs, "1 of 1 leads could not be scored") {
		t.Errorf("status %d, %s%s", status, errs, out)
	}
	_, errs, status = run("score --data data --format parquet --explain coffee.score")
	if status != statusUsage || !strings.HasPrefix(errs, "leadscore-db score: --format parquet has no explanations; choose json or csv for them\n") {
		t.Errorf("status %d, %s", status, errs)
	}
	_, errs, status = call(t, "", "score", "--data", "data", "--format", "parquet", "coffee.score")
	if status != statusUsage || !strings.HasPrefix(errs, "leadscore score: --format must be table, json or csv, not \"parquet\"\n") {
		t.Errorf("status %d, %s", status, errs)
	}
}

// programs are the commands that share this package.
var programs = []*Program{leadscoreCommand, databaseCommand}

// A folder is a database whose records are those of a folder. It writes down how it is
// used.
type folder struct {
	name   string
	lends  bool // whether its records are in memory
	opened int
	closed int
	asked  []Request
	audits int
	parted bool
	fail   error // of parts
}

// queried hides that records are in memory.
type queried struct {
	*tables.Data
	db *folder
}

func (q queried) Audit(context.Context, *leadscore.Set) (audit.Findings, error) {
	q.db.audits++
	return audit.Findings{
		{Code: audit.CodeNoValues, Severity: dsl.Warning, Entity: "Contact", Field: "City", Summary: "it is odd"},
		{Code: audit.CodeNoRecords, Severity: dsl.Advice, Entity: "Met", Summary: "this is advice"},
	}, nil
}

func (f *folder) Name() string { return "the folder" }
func (f *folder) Draft(_ context.Context, r Request) ([]byte, []string, error) {
	f.asked = append(f.asked, r)
	r.Progress("looking")
	return []byte("{}"), []string{"it is odd"}, f.fail
}

func (f *folder) Skipped() string { return "skipped nothing\n" }
func (f *folder) Close()          { f.closed++ }

func (f *folder) Records(ctx context.Context, r Request) (Records, error) {
	f.asked = append(f.asked, r)
	r.Progress("reading")
	data, err := tables.Load(ctx, f.name, r.Schema, tables.Options{})
	if err != nil {
		return nil, err
	}
	if f.lends {
		return data, nil
	}
	if f.parted {
		return parted{queried{data, f}, f.fail}, nil
	}
	return queried{data, f}, nil
}

// callDatabase runs a command line of leadscore-db, which reads the folder f.
func callDatabase(t *testing.T, f *folder, args string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	p := &Program{Name: "leadscore-db", Open: func(url string) (Database, error) {
		if url != "some:where" {
			return nil, fmt.Errorf("no database at %s", url)
		}
		f.opened++
		return f, nil
	}}
	status = p.run(t.Context(), streams{strings.NewReader(""), &out, &errs}, strings.Fields(args))
	if f.opened != f.closed {
		t.Errorf("%s: opened %d times, closed %d times", args, f.opened, f.closed)
	}
	return out.String(), errs.String(), status
}

// A command prints of a database what it prints of files with the same records.
func TestDatabaseLikeFiles(t *testing.T) {
	setUp(t)
	write(t, "other.version", files["extended.score"]+strings.ReplaceAll(files["coffee.score"], "+10", "+11"))
	for _, args := range []string{
		"score --as-of 2026-06-01 coffee.score",
		"score --as-of 2026-06-01 --lead a --lead b --format csv coffee.score",
		"score --as-of 2026-06-01 --lead nemo --format json coffee.score",
		"score --as-of 2026-06-01 --top 1 --model Coffee --explain --format json coffee.score",
		"explain --as-of 2026-06-01 --lead a --what-if coffee.score",
		"diff --as-of 2026-06-01 coffee.score new.version",
		"diff --as-of 2026-06-01 --format json coffee.score other.version",
	} {
		want, _, wantStatus := call(t, "", strings.Fields(args+" --data data")...)
		for _, lends := range []bool{true, false} {
			f := &folder{name: "data", lends: lends}
			got, errs, status := callDatabase(t, f, args+" --database some:where")
			if !lends { // its own check finds something else
				want = withoutFindings(want)
				got = withoutFindings(got)
			}
			if got != want || got == "" || status != wantStatus {
				t.Errorf("%s: status %d, want %d\n%s\nwant\n%s\n%s", args, status, wantStatus, got, want, errs)
			}
			if !strings.HasSuffix(errs, "skipped nothing\n") && !strings.Contains(args, "nemo") {
				t.Errorf("%s: skipped rows are not reported: %q", args, errs)
			}
			if f.opened != 1 {
				t.Errorf("%s: opened %d times", args, f.opened)
			}
		}
	}
}

func withoutFindings(out string) string {
	var b strings.Builder
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, `{"finding"`) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// What a command asks a database for: all records or those of keys, and what its flags
// say.
func TestDatabaseRequests(t *testing.T) {
	setUp(t)
	write(t, "map.json", "{}")
	write(t, "recent.score", strings.Replace(files["coffee.score"], "each EmailOpened", "each EmailOpened within last 30 days", 1))
	for args, want := range map[string]string{ // of each request
		"score coffee.score":                        "whole",
		"score recent.score":                        "whole, recent",
		"score --explain recent.score":              "whole",
		"score --lead a recent.score":               "keyed",
		"score --keyed recent.score":                "keyed, recent",
		"score --top 1 --model Coffee recent.score": "whole, recent",
		"explain --lead a recent.score":             "keyed",
		"check recent.score":                        "whole",
		"check --keyed recent.score":                "keyed",
		"diff recent.score recent.score":            "whole, recent",
		"diff recent.score coffee.score":            "whole, recent",
		"diff coffee.score extended.score":          "first whole; whole", // the schemas differ
	} {
		f := &folder{name: "data"}
		_, errs, status := callDatabase(t, f, args+" --database some:where --mapping map.json --skip-bad --zone Europe/Berlin")
		var asked []string
		for _, r := range f.asked {
			how := "whole"
			if r.Keyed {
				how = "keyed"
			}
			if r.More {
				how = "first " + how
			}
			if slices.ContainsFunc(r.Queries, func(q traverse.Query) bool { return !q.From.IsZero() }) {
				how += ", recent"
			}
			asked = append(asked, how)
			if r.Mapping == nil || *r.Mapping != (leadscore.File{Name: "map.json", Text: "{}"}) || !r.SkipBad || r.Zone.String() != "Europe/Berlin" || len(r.Queries) == 0 {
				t.Errorf("%s: asks for %+v", args, r)
			}
		}
		if got := strings.Join(asked, "; "); status != statusOK || got != want {
			t.Errorf("%s: status %d, asks for %s, want %s\n%s", args, status, got, want, errs)
		}
	}
	f := &folder{name: "data"}
	callDatabase(t, f, "score --database some:where coffee.score")
	queries := len(f.asked[0].Queries)
	callDatabase(t, f, "diff --database some:where coffee.score new.version")
	if r := f.asked[1]; len(r.Queries) <= queries || r.Mapping != nil || r.SkipBad || r.Zone != time.UTC {
		t.Errorf("a diff asks for %+v", r)
	}
}

// A parted is a database whose records are in parts of one lead.
type parted struct {
	queried
	fail error // after the first part
}

func (d parted) Parts(ctx context.Context) iter.Seq2[Part, error] {
	return func(yield func(Part, error) bool) {
		for id, err := range d.Leads(ctx) {
			if err == nil && !yield(Part{[]string{id}, d.Data}, nil) {
				return
			}
			if err := cmp.Or(err, d.fail); err != nil {
				yield(Part{}, err)
				return
			}
		}
	}
}

// Leads in parts are printed like others, and an error ends them.
func TestDatabaseInParts(t *testing.T) {
	setUp(t)
	for _, args := range []string{
		"score --as-of 2026-06-01 coffee.score",
		"score --as-of 2026-06-01 --explain --format json coffee.score",
		"score --as-of 2026-06-01 --sort score --explain --top 2 coffee.score",
	} {
		want, wantErrs, _ := callDatabase(t, &folder{name: "data"}, args+" --database some:where")
		got, errs, status := callDatabase(t, &folder{name: "data", parted: true}, args+" --max-records 7 --database some:where")
		if got != want || errs != wantErrs || got == "" || status != statusOK {
			t.Errorf("%s: status %d\n%s\n%s\nwant\n%s\n%s", args, status, got, errs, want, wantErrs)
		}
	}
	f := &folder{name: "data", parted: true, fail: errors.New("the disk is full")}
	got, errs, status := callDatabase(t, f, "score --format csv --database some:where coffee.score")
	if status != statusWrong || strings.Count(got, "\n") != 3 || !strings.Contains(errs, "leadscore-db score: the disk is full\n") {
		t.Errorf("an error of a part: status %d\n%s\n%s", status, got, errs)
	}
	if f.asked[0].MaxRecords != 20_000_000 {
		t.Errorf("without --max-records: %+v", f.asked[0])
	}
}

// The data of a database is checked, but not for the sake of one lead.
func TestDatabaseIsChecked(t *testing.T) {
	setUp(t)
	const warning = "the folder: warning: Contact.City: it is odd\n"
	for _, test := range []struct {
		args   string
		warned bool
		status int
	}{
		{"score coffee.score", true, statusOK},
		{"score --strict coffee.score", true, statusWrong},
		{"score --lead a coffee.score", false, statusOK},
		{"score --lead a --strict coffee.score", true, statusWrong},
		{"explain --lead a coffee.score", false, statusOK},
		{"diff coffee.score coffee.score", true, statusOK},
		{"check coffee.score", true, statusOK},
		{"check --strict coffee.score", true, statusWrong},
	} {
		f := &folder{name: "data"}
		_, errs, status := callDatabase(t, f, test.args+" --database some:where")
		if strings.Contains(errs, warning) != test.warned || status != test.status || (f.audits > 0) != test.warned || strings.Contains(errs, "advice") {
			t.Errorf("%s: status %d, %d checks\n%s", test.args, status, f.audits, errs)
		}
	}
	if _, errs, _ := callDatabase(t, &folder{name: "data"}, "check --advice --database some:where coffee.score"); !strings.Contains(errs, "the folder: advice: Met: this is advice") {
		t.Errorf("check --advice: %s", errs)
	}
	// What is too old for the rules was not read of a database.
	write(t, "recent.score", strings.Replace(files["coffee.score"], "each EmailOpened", "each EmailOpened within last 30 days", 1))
	write(t, "data/EmailOpened.csv", "Timestamp,Contact\n")
	const none = "warning: EmailOpened: the rules ask for it, and the data has no record of it"
	for args, want := range map[string]string{"score": none + " that is recent enough for them\n", "check": none + "\n"} {
		if _, errs, _ := callDatabase(t, &folder{name: "data", lends: true}, args+" --database some:where recent.score"); !strings.Contains(errs, want) {
			t.Errorf("%s of a database without emails: %s", args, errs)
		}
	}
	if _, errs, _ := callDatabase(t, &folder{name: "data", lends: true}, "score --database some:where --lead a --as-of 2027-06-01 coffee.score"); !strings.Contains(errs, "the folder: warning: ") {
		t.Errorf("records in memory are not checked for a lead: %s", errs)
	}
}

func TestDatabaseFlags(t *testing.T) {
	setUp(t)
	for args, want := range map[string]string{
		"score coffee.score": "leadscore-db score: --data or --database is required\nusage: leadscore-db score ",
		"score --data data --database some:where coffee.score":        "leadscore-db score: choose one of --data and --database\nusage: ",
		"check --mapping m coffee.score":                              "leadscore-db check: --mapping needs --data or --database\n",
		"diff --strict coffee.score new.version":                      "leadscore-db diff: --strict needs --data or --database\n",
		"diff --keyed coffee.score new.version":                       "leadscore-db diff: --keyed needs --database\n",
		"score --keyed --data data coffee.score":                      "leadscore-db score: --keyed needs --database\n",
		"score --max-records 9 --data data coffee.score":              "leadscore-db score: --max-records needs --database\n",
		"score --max-records 0 --database some:where coffee.score":    "skipped nothing\nleadscore-db score: --max-records must be 1 or more, not 0\n",
		"diff --max-records 9 --database some:where coffee.score new": "leadscore-db diff: unknown flag --max-records",
		"score --max-records 9 --keyed --database some:where x.score": "skipped nothing\nleadscore-db score: choose one of --keyed and --max-records: ",
		"mapping init": "leadscore-db mapping: --data or --database is required\nusage: ",
		"mapping init --data data --database some:where":               "leadscore-db mapping: choose one of --data and --database\nusage: ",
		"mapping init --database else:where":                           "leadscore-db mapping: --database: no database at else:where\nusage: ",
		"scoer":                                                        "leadscore-db: unknown command scoer; did you mean score?\nRun leadscore-db help for the commands.\n",
		"score --database else:where coffee.score":                     "leadscore-db score: --database: no database at else:where\nusage: ",
		"score --database some:where --mapping none.json coffee.score": "skipped nothing\nleadscore-db score: open none.json: ",
	} {
		if out, errs, status := callDatabase(t, &folder{name: "data"}, args); status == statusOK || out != "" || !strings.HasPrefix(errs, want) {
			t.Errorf("%s: status %d, %q, %q, want %q", args, status, out, errs, want)
		}
	}
	if _, errs, status := callDatabase(t, &folder{name: "none"}, "score --database some:where coffee.score"); status != statusWrong || !strings.Contains(errs, "none") {
		t.Errorf("a database that cannot be read: status %d, %s", status, errs)
	}
	if _, errs, status := call(t, "", "score", "--database", "some:where", "coffee.score"); status != statusUsage || !strings.HasPrefix(errs, "leadscore score: unknown flag --database") {
		t.Errorf("leadscore --database: status %d, %s", status, errs)
	}
}

// A mapping of a database is drafted for rules.
func TestDatabaseMappingInit(t *testing.T) {
	setUp(t)
	f := &folder{name: "data"}
	out, errs, status := callDatabase(t, f, "mapping init --database some:where coffee.score")
	if out != "{}\n" || errs != "note: it is odd\n" || status != statusOK || len(f.asked[0].Queries) == 0 {
		t.Errorf("status %d, %q, %q, asks for %+v", status, out, errs, f.asked)
	}
	f = &folder{name: "data", fail: errors.New("the disk is full")}
	if out, errs, status := callDatabase(t, f, "mapping init --database some:where"); out != "" || errs != "note: it is odd\nleadscore-db mapping: the disk is full\n" || status != statusWrong {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
	if len(f.asked[0].Queries) != 0 {
		t.Errorf("without rules it asks for %+v", f.asked)
	}
}

// Every text that a person may copy has the name of the program.
func TestProgramNames(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"score", "-h"}, {"completion", "-h"}, {"completion", "bash"}, {"completion", "zsh"}, {"completion", "fish"}, {"version"}} {
		var out bytes.Buffer
		if status := databaseCommand.run(t.Context(), streams{strings.NewReader(""), &out, os.Stderr}, args); status != statusOK {
			t.Errorf("%q: status %d", args, status)
		}
		rest := strings.NewReplacer("leadscore-db", "", "_leadscore_db", "", "leadscore.json", "").Replace(out.String())
		if strings.Contains(rest, "leadscore") || out.Len() == len(rest) {
			t.Errorf("%q: %s", args, out.String())
		}
	}
}
