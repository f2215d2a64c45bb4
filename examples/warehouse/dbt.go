package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
)

// targets are the databases that the dbt project is for, by what dbt calls their type.
var targets = map[string]func() *pushdown.Dialect{"postgres": pushdown.PostgreSQL, "duckdb": pushdown.DuckDB}

// A dbtModel is the statement of a set as a model of dbt. Its tables are sources and models of
// the project, and what depends on as of are variables.
type dbtModel struct {
	statement *pushdown.Statement
	dialect   *pushdown.Dialect
	variables []string // by the number of the parameter
}

// Names of tables in the mapping that stand for what dbt looks up.
const (
	sourcePrefix = "source:" // and a table of the source crm
	refPrefix    = "ref:"    // and a model
)

// newDBTModel lowers a set for a target.
func newDBTModel(set *leadscore.Set, target string) (*dbtModel, error) {
	dialect, ok := targets[target]
	if !ok {
		return nil, fmt.Errorf("there is no target %q: choose duckdb or postgres", target)
	}
	plain := dialect()
	m := &dbtModel{dialect: plain}
	var braces []string // texts of the rules that dbt would take for its own
	d := *plain
	d.Quote = func(name string) string {
		if table, ok := strings.CutPrefix(name, sourcePrefix); ok {
			return "{{ source('crm', '" + table + "') }}"
		}
		if model, ok := strings.CutPrefix(name, refPrefix); ok {
			return "{{ ref('" + model + "') }}"
		}
		return plain.Quote(name)
	}
	d.Text = func(s string) (string, bool) {
		if strings.Contains(s, "{{") || strings.Contains(s, "{%") || strings.Contains(s, "{#") {
			braces = append(braces, strconv.Quote(s))
		}
		return plain.Text(s)
	}
	d.Parameter = func(n int, t pushdown.ArgumentType) string {
		kind := "bound"
		switch t {
		case pushdown.NumberArgument:
			kind = "number"
		case pushdown.TruthArgument:
			kind = "season"
		}
		for len(m.variables) < n {
			m.variables = append(m.variables, "")
		}
		m.variables[n-1] = fmt.Sprintf("%s_%d", kind, n)
		return "{{ var('" + m.variables[n-1] + "') }}"
	}
	d.Argument = func(t pushdown.ArgumentType, n int64) any {
		switch t {
		case pushdown.InstantArgument:
			return plain.Instant(n)
		case pushdown.DayArgument:
			return plain.Day(n)
		case pushdown.TruthArgument:
			return plain.Truth(n != 0)
		}
		return plain.Whole(strconv.FormatInt(n, 10))
	}
	var err error
	m.statement, err = pushdown.New(set, &d, mapping(
		func(name string) pushdown.Table { return pushdown.Table{Name: sourcePrefix + name} },
		pushdown.Table{Name: refPrefix + "stg_website_visits"},
	))
	if err == nil && braces != nil {
		err = fmt.Errorf("the rules have texts that dbt would take for its own: %s", strings.Join(slices.Compact(braces), ", "))
	}
	return m, err
}

// version names a variable that only variables for this statement have, so that dbt fails with
// those for other rules, which have other bounds under the same names.
func (m *dbtModel) version() string {
	return fmt.Sprintf("statement_%x", sha256.Sum256([]byte(m.statement.Text())))[:len("statement_")+12]
}

// sql returns the text of the model.
func (m *dbtModel) sql() string {
	return `-- Generated from rules/*.score by "go run . dbt". Do not edit: change the rules, and run it again.
-- {{ var('` + m.version() + `') }}
{{ config(materialized='table') }}

SELECT s.*, {{ var('as_of') }} AS as_of
FROM (
` + m.statement.Text() + `
) AS s
`
}

// vars returns the variables of the model as of an instant.
func (m *dbtModel) vars(asOf time.Time) (map[string]string, error) {
	args, err := m.statement.Args(asOf)
	if err != nil {
		return nil, err
	}
	vars := map[string]string{"as_of": m.dialect.Instant(asOf.UnixMicro()), m.version(): "The variables are those for this statement."}
	for i, a := range args {
		vars[m.variables[i]] = a.(string)
	}
	return vars, nil
}

// modelFile is where the model of a target is in the dbt project.
func modelFile(dir, target string) string {
	return filepath.Join(dir, "models", "scores", target, "lead_scores.sql")
}

// writeDBT writes the model of each target into a dbt project.
func writeDBT(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "dbt_project.yml")); err != nil {
		return errors.New(dir + " is not a dbt project: it has no dbt_project.yml")
	}
	set, err := compile()
	if err != nil {
		return err
	}
	for target := range targets {
		m, err := newDBTModel(set, target)
		if err != nil {
			return err
		}
		name := modelFile(dir, target)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(m.sql()), 0o644); err != nil {
			return err
		}
	}
	return nil
}
