package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
)

// TestGenerated makes the models of the dbt project again, and compares.
func TestGenerated(t *testing.T) {
	set := mustCompile(t)
	for target := range targets {
		m, err := newDBTModel(set, target)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := os.ReadFile(modelFile("dbt", target))
		if err != nil {
			t.Fatal(err)
		}
		if string(kept) != m.sql() {
			t.Errorf(`%s is not what the rules give: run "go run . dbt"`, modelFile("dbt", target))
		}
	}
}

// TestWritten checks that the command writes these files into a project, and nowhere else.
func TestWritten(t *testing.T) {
	dir := t.TempDir()
	if err := run(t.Context(), []string{"dbt", "-dir", dir}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "no dbt_project.yml") {
		t.Error(err)
	}
	if err := os.CopyFS(dir, os.DirFS("dbt")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "models", "scores")); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), []string{"dbt", "-dir", dir}, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	for target := range targets {
		kept, _ := os.ReadFile(modelFile("dbt", target))
		got, err := os.ReadFile(modelFile(dir, target))
		if err != nil || !bytes.Equal(kept, got) {
			t.Errorf("%s: %v, or another text", target, err)
		}
	}
}

// TestBraces: a text of the rules that is Jinja is refused.
func TestBraces(t *testing.T) {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "a.score", Text: `
model "A" {
    target contact
    condition "C" {
        each EmailOpened where EmailName = "{{ var('x') }}"
        score +1
    }
}`}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newDBTModel(set, "postgres"); err == nil || !strings.Contains(err.Error(), `"{{ var('x') }}"`) {
		t.Error(err)
	}
}

// TestOtherRules: the variables for other rules do not fit.
func TestOtherRules(t *testing.T) {
	other, err := newDBTModel(mustCompile(t, "rules/people.score"), "postgres")
	if err != nil {
		t.Fatal(err)
	}
	vars, err := other.vars(asOf)
	if err != nil {
		t.Fatal(err)
	}
	for name := range projectFor(t, "postgres", "x").vars { // also if they have all other names
		if _, ok := vars[name]; !ok && !strings.HasPrefix(name, "statement_") {
			vars[name] = "NULL"
		}
	}
	if _, err := readProject("dbt", "postgres", "x", vars); err == nil || !strings.Contains(err.Error(), "var('statement_") {
		t.Error(err)
	}
}

// projectFor returns the dbt project with the variables that the command prints.
func projectFor(t *testing.T, target, schema string) *dbtProject {
	t.Helper()
	var out bytes.Buffer
	if err := run(t.Context(), []string{"vars", "-target", target, "-as-of", asOf.Format("2006-01-02T15:04:05Z07:00")}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{}
	if err := json.Unmarshal(out.Bytes(), &vars); err != nil {
		t.Fatal(err)
	}
	p, err := readProject("dbt", target, schema, vars)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// runProject runs the dbt project in a database, compares the scores with those of the library,
// and breaks the result to see that the tests of the project notice.
func runProject(t *testing.T, db *sql.DB, target, schema string) {
	t.Helper()
	if raced {
		t.Skip("nothing runs at the same time here")
	}
	c := draw(1, 400, 12)
	for _, s := range append([]string{schemaSQL(t, target)}, c.inserts()...) {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%.100s: %v", s, err)
		}
	}
	exec := func(s string) error {
		_, err := db.Exec(s)
		return err
	}
	count := func(query string) (n int, err error) {
		err = db.QueryRow(query).Scan(&n)
		return n, err
	}
	p := projectFor(t, target, schema)
	failed, err := p.build(exec, count)
	if err != nil || failed != nil {
		t.Fatal(failed, err)
	}
	if n, err := count(`SELECT COUNT(*) FROM "` + schema + `".lead_scores WHERE as_of <> '` + asOf.Format("2006-01-02 15:04:05") + `+00'`); err != nil || n > 0 {
		t.Errorf("%d rows are as of another instant: %v", n, err)
	}
	rows, err := db.Query(`SELECT lead, model, status, COALESCE(score, 0), grade, sales_ready, label FROM "` + schema + `".lead_scores`)
	if err != nil {
		t.Fatal(err)
	}
	got := ofRows(t, rows)
	compare(t, c.ofEngine(t, mustCompile(t)), got)
	ready := 0
	for _, what := range got {
		if strings.Contains(what, "ready true") {
			ready++
		}
	}
	if n, err := count(`SELECT COUNT(*) FROM "` + schema + `".sales_ready`); err != nil || n != ready || n == 0 {
		t.Errorf("sales_ready has %d rows, want %d: %v", n, ready, err)
	}
	t.Logf("%d rows are equal, %d of them sales ready; %d tests of the project passed", len(got), ready, len(p.tests))
	for _, broken := range []struct{ statement, test string }{
		{`INSERT INTO "` + schema + `".lead_scores SELECT * FROM "` + schema + `".lead_scores WHERE lead = 'lead 3'`, "one_row_for_each_lead_and_model.sql"},
		{`DELETE FROM "` + schema + `".lead_scores WHERE lead = 'lead 4'`, "each_lead_has_a_row.sql"},
		{`UPDATE "` + schema + `".lead_scores SET status = 'odd' WHERE lead = 'lead 5'`, "lead_scores.status accepted_values"},
		{`UPDATE "` + schema + `".lead_scores SET lead = 'nobody' WHERE lead = 'lead 6'`, "lead_scores.lead relationships"},
		{`UPDATE "` + schema + `".lead_scores SET sales_ready = NULL WHERE lead = 'lead 7'`, "lead_scores.sales_ready not_null"},
	} {
		if err := exec(broken.statement); err != nil {
			t.Fatal(err)
		}
		failed, err := p.check(count)
		if err != nil || !slices.Contains(failed, broken.test) {
			t.Errorf("after %s the tests %v fail, and not %s: %v", broken.statement, failed, broken.test, err)
		}
	}
}

// ofRows reads rows of lead, model, status, score, grade, sales_ready and label.
func ofRows(t testing.TB, rows *sql.Rows) outcomes {
	t.Helper()
	defer rows.Close()
	got := outcomes{}
	for rows.Next() {
		var key pair
		var status, grade, label string
		var score int64
		var ready bool
		if err := rows.Scan(&key.lead, &key.model, &status, &score, &grade, &ready, &label); err != nil {
			t.Fatal(err)
		}
		if _, ok := got[key]; ok {
			t.Errorf("%v has two rows", key)
		}
		got[key] = outcome(status, score, grade, ready, label)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return got
}

// TestUnknownForms: what the reader of the project does not know is an error.
func TestUnknownForms(t *testing.T) {
	for _, test := range []struct{ file, text, want string }{
		{"models/a.sql", "SELECT {{ adapter.quote('x') }}", "adapter.quote"},
		{"models/a.sql", "{% if target.type == 'duckdb' %}SELECT 1{% endif %}", "the form {%"},
		{"models/a.sql", "SELECT {# why #} 1", "the form {#"},
		{"models/a.sql", "{{ config(materialized='incremental') }} SELECT 1", "incremental"},
		{"models/a.sql", "SELECT {{ var('nothing') }}", "var('nothing') }}: there is none"},
		{"models/a.sql", "SELECT * FROM {{ ref('nothing') }}", "ref('nothing') }}: there is none"},
		{"models/a.sql", "SELECT * FROM {{ source('crm', 'nothing') }}", "source('crm', 'nothing') }}: there is none"},
		{"models/a.sql", "SELECT * FROM {{ source('crm') }}", "source('crm') }} is not known"},
		{"models/a.yml", "version: 2\nmodels:\n  - name: sales_ready\n    colums: []\n", "colums"},
		{"models/a.yml", "version: 2\nmodels:\n  - name: sales_redy\n", "there is no model sales_redy"},
		{"models/a.yml", "version: 2\nmodels:\n  - name: sales_ready\n    columns:\n      - name: lead\n        data_tests: [positive]\n", "positive is not known"},
		{"models/sales/sales_ready.sql", "SELECT 1", "the same name"},
		{"tests/a.sql", "SELECT * FROM {{ this }}", "this"},
	} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS("dbt")); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, test.file)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(test.text), 0o644); err != nil {
			t.Fatal(err)
		}
		vars := projectFor(t, "postgres", "x").vars
		if _, err := readProject(dir, "postgres", "x", vars); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %s: the error is %v, want %s", test.file, test.text, err, test.want)
		}
	}
}

// TestREADME: what the README says that a command prints is what it prints.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"shards", "-rules", "rules/people.score"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "```text\n"+out.String()+"```\n") {
		t.Errorf("the README has not what the command prints:\n%s", out.String())
	}
}
