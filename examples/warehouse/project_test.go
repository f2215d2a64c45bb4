package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// This file reads a dbt project and runs it, as far as the project of this example goes: what it
// does not know is an error. It is in place of dbt, which is a Python program.

// A dbtProject is a dbt project that has been read.
type dbtProject struct {
	dir     string
	target  string // the type of the database
	schema  string // in which models are made
	vars    map[string]string
	models  map[string]*projectModel
	sources map[string]string // the schema and name of the table by "source.table"
	tests   []projectTest
}

type projectModel struct {
	name, file   string
	materialized string
	text         string // rendered
	refs         []string
}

// A projectTest is a query for the rows that fail.
type projectTest struct{ name, query string }

// The files of a project, as far as they are known.
type (
	projectFile struct {
		Name      string               `yaml:"name"`
		Version   string               `yaml:"version"`
		Config    int                  `yaml:"config-version"`
		Profile   string               `yaml:"profile"`
		ModelPath []string             `yaml:"model-paths"`
		TestPath  []string             `yaml:"test-paths"`
		Models    map[string]yaml.Node `yaml:"models"`
	}
	columnFile struct {
		Name        string      `yaml:"name"`
		Description string      `yaml:"description"`
		Tests       []yaml.Node `yaml:"data_tests"`
	}
	tableFile struct {
		Name        string       `yaml:"name"`
		Description string       `yaml:"description"`
		Columns     []columnFile `yaml:"columns"`
	}
	propertiesFile struct {
		Version int `yaml:"version"`
		Sources []struct {
			Name        string      `yaml:"name"`
			Description string      `yaml:"description"`
			Schema      string      `yaml:"schema"`
			Tables      []tableFile `yaml:"tables"`
		} `yaml:"sources"`
		Models []tableFile `yaml:"models"`
	}
)

// readYAML reads a file that may have no other keys than into.
func readYAML(name string, into any) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// readProject reads the project in a folder for a target.
func readProject(dir, target, schema string, vars map[string]string) (*dbtProject, error) {
	p := &dbtProject{dir: dir, target: target, schema: schema, vars: vars, models: map[string]*projectModel{}, sources: map[string]string{}}
	var file projectFile
	if err := readYAML(filepath.Join(dir, "dbt_project.yml"), &file); err != nil {
		return nil, err
	}
	if file.Config != 2 || len(file.ModelPath) != 1 || len(file.TestPath) != 1 || len(file.Models) != 1 {
		return nil, errors.New("dbt_project.yml: want version 2, one folder of models, one of tests, and the settings of one project")
	}
	settings, ok := file.Models[file.Name]
	if !ok {
		return nil, fmt.Errorf("dbt_project.yml: there are no settings of %s", file.Name)
	}
	models, err := files(filepath.Join(dir, file.ModelPath[0]), ".sql")
	if err != nil {
		return nil, err
	}
	for _, name := range models {
		if err := p.addModel(filepath.Join(dir, file.ModelPath[0]), name, &settings); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	properties, err := files(filepath.Join(dir, file.ModelPath[0]), ".yml")
	if err != nil {
		return nil, err
	}
	var all []propertiesFile
	for _, name := range properties {
		var f propertiesFile
		if err := readYAML(filepath.Join(dir, file.ModelPath[0], name), &f); err != nil {
			return nil, err
		}
		all = append(all, f)
		for _, s := range f.Sources {
			for _, t := range s.Tables {
				p.sources[s.Name+"."+t.Name] = s.Schema + "." + t.Name
			}
		}
	}
	for _, m := range p.models {
		if m.text, m.refs, err = p.render(m.text, &m.materialized); err != nil {
			return nil, fmt.Errorf("%s: %w", m.file, err)
		}
	}
	if err := p.addTests(filepath.Join(dir, file.TestPath[0]), all); err != nil {
		return nil, err
	}
	return p, nil
}

// files returns the files of a folder with an extension, by path.
func files(dir, extension string) (list []string, err error) {
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path.Ext(name) == extension {
			list = append(list, name)
		}
		return err
	})
	return list, err
}

// addModel adds the model in a file, unless the project says that it is not enabled.
func (p *dbtProject) addModel(dir, file string, settings *yaml.Node) error {
	m := &projectModel{name: strings.TrimSuffix(path.Base(file), ".sql"), file: file, materialized: "view"}
	for _, folder := range append([]string{""}, strings.Split(path.Dir(file), "/")...) {
		if folder != "" {
			if settings = valueOf(settings, folder); settings == nil {
				break
			}
		}
		for i := 0; i < len(settings.Content); i += 2 {
			switch key, value := settings.Content[i].Value, settings.Content[i+1].Value; key {
			case "+materialized":
				m.materialized = value
			case "+enabled":
				enabled, err := p.condition(value)
				if err != nil || !enabled {
					return err
				}
			default:
				if strings.HasPrefix(key, "+") {
					return fmt.Errorf("the setting %s is not known", key)
				}
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		return err
	}
	if other := p.models[m.name]; other != nil {
		return fmt.Errorf("%s has the same name", other.file)
	}
	m.text = string(text)
	p.models[m.name] = m
	return nil
}

func valueOf(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

var targetCondition = regexp.MustCompile(`^\{\{ target\.type == '(\w+)' \}\}$`)

func (p *dbtProject) condition(text string) (bool, error) {
	m := targetCondition.FindStringSubmatch(text)
	if m == nil {
		return false, fmt.Errorf("the condition %s is not known", text)
	}
	return m[1] == p.target, nil
}

var (
	expression = regexp.MustCompile(`\{\{(.*?)\}\}`)
	call       = regexp.MustCompile(`^ (source|ref|var)\('(\w+)'(?:, '(\w+)')?\) $`)
	settingsOf = regexp.MustCompile(`^ config\(materialized='(table|view)'\) $`)
)

// render returns a text of SQL with Jinja as SQL, and the models to which it refers.
func (p *dbtProject) render(text string, materialized *string) (out string, refs []string, err error) {
	out = expression.ReplaceAllStringFunc(text, func(whole string) string {
		inner := whole[2 : len(whole)-2]
		if m := settingsOf.FindStringSubmatch(inner); m != nil && materialized != nil {
			*materialized = m[1]
			return ""
		}
		m := call.FindStringSubmatch(inner)
		if m == nil || (m[1] == "source") != (m[3] != "") {
			err = errors.Join(err, fmt.Errorf("%s is not known", whole))
			return ""
		}
		value, ok := "", false
		switch m[1] {
		case "source":
			if value, ok = p.sources[m[2]+"."+m[3]]; ok {
				schema, table, _ := strings.Cut(value, ".")
				value = `"` + schema + `"."` + table + `"`
			}
		case "ref":
			if _, ok = p.models[m[2]]; ok {
				value = `"` + p.schema + `"."` + m[2] + `"`
				refs = append(refs, m[2])
			}
		case "var":
			value, ok = p.vars[m[2]]
		}
		if !ok {
			err = errors.Join(err, fmt.Errorf("%s: there is none", whole))
		}
		return value
	})
	for _, left := range []string{"{{", "}}", "{%", "%}", "{#", "#}"} {
		if err == nil && strings.Contains(out, left) {
			err = fmt.Errorf("the form %s is not known", left)
		}
	}
	return out, refs, err
}

// addTests adds the tests of a folder, and those of columns.
func (p *dbtProject) addTests(dir string, properties []propertiesFile) error {
	list, err := files(dir, ".sql")
	if err != nil {
		return err
	}
	for _, name := range list {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		query, _, err := p.render(string(text), nil)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		p.tests = append(p.tests, projectTest{name, query})
	}
	for _, f := range properties {
		for _, s := range f.Sources {
			for _, t := range s.Tables {
				if err := p.addColumnTests(s.Schema, t); err != nil {
					return err
				}
			}
		}
		for _, t := range f.Models {
			if p.models[t.Name] == nil {
				return fmt.Errorf("there is no model %s", t.Name)
			}
			if err := p.addColumnTests(p.schema, t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *dbtProject) addColumnTests(schema string, t tableFile) error {
	table := `"` + schema + `"."` + t.Name + `"`
	for _, c := range t.Columns {
		for i := range c.Tests {
			name, query, err := p.columnTest(table, `"`+c.Name+`"`, &c.Tests[i])
			if err != nil {
				return fmt.Errorf("%s.%s: %w", t.Name, c.Name, err)
			}
			p.tests = append(p.tests, projectTest{t.Name + "." + c.Name + " " + name, query})
		}
	}
	return nil
}

// columnTest returns the query for the values of a column that fail a test that dbt has.
func (p *dbtProject) columnTest(table, column string, n *yaml.Node) (name, query string, err error) {
	if n.Kind == yaml.ScalarNode {
		switch n.Value {
		case "not_null":
			return n.Value, "SELECT 1 FROM " + table + " WHERE " + column + " IS NULL", nil
		case "unique":
			return n.Value, "SELECT 1 FROM " + table + " WHERE " + column + " IS NOT NULL GROUP BY " + column + " HAVING COUNT(*) > 1", nil
		}
		return "", "", fmt.Errorf("the test %s is not known", n.Value)
	}
	var with map[string]struct {
		Values    []string `yaml:"values"`
		To, Field string
	}
	if err := n.Decode(&with); err != nil {
		return "", "", err
	}
	for name, a := range with {
		switch {
		case name == "accepted_values" && len(a.Values) > 0:
			list := make([]string, len(a.Values))
			for i, v := range a.Values {
				list[i] = "'" + strings.ReplaceAll(v, "'", "''") + "'"
			}
			return name, "SELECT 1 FROM " + table + " WHERE " + column + " NOT IN (" + strings.Join(list, ", ") + ")", nil
		case name == "relationships" && a.Field != "":
			to, _, err := p.render("{{ "+a.To+" }}", nil)
			return name, "SELECT 1 FROM " + table + " AS c LEFT JOIN " + to + ` AS p ON c.` + column + ` = p."` + a.Field + `" WHERE c.` + column + ` IS NOT NULL AND p."` + a.Field + `" IS NULL`, err
		}
		return "", "", fmt.Errorf("the test %s is not known", name)
	}
	return "", "", errors.New("there is a test without a name")
}

// ordered returns the models, each after those to which it refers.
func (p *dbtProject) ordered() ([]*projectModel, error) {
	var list []*projectModel
	state := map[string]int{} // 1 while its references are visited, then 2
	var visit func(name string) error
	visit = func(name string) error {
		switch state[name] {
		case 1:
			return fmt.Errorf("the model %s refers to itself", name)
		case 2:
			return nil
		}
		state[name] = 1
		for _, r := range p.models[name].refs {
			if err := visit(r); err != nil {
				return err
			}
		}
		state[name] = 2
		list = append(list, p.models[name])
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(p.models)) {
		if err := visit(name); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// build calls exec with the statements that make the models, and count with the query of each
// test, and returns the names of the tests that fail.
func (p *dbtProject) build(exec func(statement string) error, count func(query string) (int, error)) (failed []string, err error) {
	models, err := p.ordered()
	if err != nil {
		return nil, err
	}
	if err := exec(`CREATE SCHEMA "` + p.schema + `"`); err != nil {
		return nil, err
	}
	for _, m := range models {
		if err := exec(fmt.Sprintf("CREATE %s %q.%q AS %s", strings.ToUpper(m.materialized), p.schema, m.name, m.text)); err != nil {
			return nil, fmt.Errorf("%s: %w", m.file, err)
		}
	}
	return p.check(count)
}

// check returns the names of the tests that fail.
func (p *dbtProject) check(count func(query string) (int, error)) (failed []string, err error) {
	for _, t := range p.tests {
		n, err := count("SELECT COUNT(*) FROM (" + t.query + ") AS t")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
		if n > 0 {
			failed = append(failed, t.name)
		}
	}
	return failed, nil
}
