package leadscore

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/traverse"
)

// Names of other packages that whoever scores leads needs.
type (
	// Schema says which entities there are: see package traverse.
	Schema = traverse.Schema

	// Source hands over CRM data: see package traverse. Ready-made ones are in
	// source/memory and source/tables.
	Source = traverse.Source

	// Diagnostics is the error of rules that do not compile: every problem with
	// file, line, column, and how to mend it. Get it out of an error with
	// errors.AsType or errors.As. See package dsl.
	Diagnostics = dsl.Diagnostics
)

// A Model is a compiled scoring model. It is immutable and safe for concurrent use.
type Model struct {
	checked *check.Model
	alone   func() *Set // the set of it alone, planned when it is first wanted
}

// A Set is a list of models that score leads together, in one pass over the
// data for all models whose schemas are equal. It is immutable and safe for
// concurrent use.
type Set struct {
	schema *Schema
	models []*Model
	groups []group

	batches sync.Pool // of *batch, empty
}

// group is the part of a set that shares a schema, and so a plan.
type group struct {
	program *eval.Program
	models  []int // positions in the set
}

// A File is the text of one rule file, and the name that diagnostics call it.
type File struct {
	Name, Text string
}

// StandardSchema returns the schema that mirrors the entities of Dynamics 365
// Marketing: Lead, Contact, Account and the interactions of marketing. It is
// listed in docs/language.md.
func StandardSchema() *Schema { return traverse.Standard() }

// ParseSchema returns the schema of a text that holds profile and interaction
// blocks, added to base, which may be nil. The error is [Diagnostics].
func ParseSchema(name, text string, base *Schema, opts ...CompileOption) (*Schema, error) {
	limits := limitsOf(opts)
	tree, diags := dsl.Parse(name, text, limits)
	tree.Blocks = slices.DeleteFunc(tree.Blocks, func(b dsl.Block) bool {
		m, ok := b.(*dsl.Model)
		if ok {
			at := m.Span
			if m.Name != nil {
				at = m.Name.Span
			}
			diags = append(diags, dsl.Diagnostic{
				Code: check.CodeSchema, Summary: "a model stands in a schema", Help: "move it to a rule file",
				File: name, Span: at, Line: tree.Line(at.Start),
			})
		}
		return ok
	})
	schema, _, problems := check.Files(base, tree)
	if diags = append(diags, problems...); len(diags) > 0 {
		diags.Sort()
		return nil, diags.Limit(limits.Problems)
	}
	return schema, nil
}

// Compile compiles a text that holds exactly one model. Schema blocks in it
// extend schema, which may be nil if they declare all there is. name is what
// diagnostics call the text.
//
// The error is [Diagnostics] with every problem of the text.
func Compile(name, text string, schema *Schema, opts ...CompileOption) (*Model, error) {
	_, models, err := compile(schema, []File{{name, text}}, opts)
	if err != nil {
		return nil, err
	}
	if len(models) != 1 {
		d := dsl.Diagnostic{Code: check.CodeMissing, Summary: "the file holds no model", File: name}
		if len(models) > 1 {
			second := models[1].Source
			d = dsl.Diagnostic{
				Code: check.CodeDuplicate, File: name, Span: second.Name.Span,
				Summary: fmt.Sprintf("the file holds %d models where one is wanted", len(models)),
				Help:    "compile it with CompileSet",
				Line:    (&dsl.File{Text: text}).Line(second.Name.Start),
			}
		}
		return nil, Diagnostics{d}
	}
	return newModel(models[0]), nil
}

// CompileSet compiles files of any number of models each into a set. Schema
// blocks in any of them extend schema, which may be nil, and hold for all.
// Models keep the order of the files.
//
// The error is [Diagnostics] with every problem of all files.
func CompileSet(schema *Schema, files []File, opts ...CompileOption) (*Set, error) {
	schema, checked, err := compile(schema, files, opts)
	if err != nil {
		return nil, err
	}
	models := make([]*Model, len(checked))
	for i, m := range checked {
		models[i] = newModel(m)
	}
	return newSet(schema, models), nil
}

// CompileFS compiles the files of fsys that match patterns, as [fs.Glob] means
// them, into a set: see [CompileSet]. Files are read in the order of the
// patterns, those of one pattern by name. No pattern is an error, and so is one
// that matches nothing, or a file that cannot be read. For limits of your own
// read the files yourself and use CompileSet.
func CompileFS(fsys fs.FS, schema *Schema, patterns ...string) (*Set, error) {
	if len(patterns) == 0 {
		return nil, errors.New("leadscore: no pattern says which files to compile")
	}
	var files []File
	seen := map[string]bool{}
	for _, p := range patterns {
		names, err := fs.Glob(fsys, p)
		if err != nil {
			return nil, fmt.Errorf("leadscore: pattern %q: %w", p, err)
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("leadscore: no file matches %q: %w", p, fs.ErrNotExist)
		}
		for _, name := range names {
			if seen[name] {
				continue
			}
			seen[name] = true
			text, err := fs.ReadFile(fsys, name)
			if err != nil {
				return nil, fmt.Errorf("leadscore: %w", err)
			}
			files = append(files, File{name, string(text)})
		}
	}
	return CompileSet(schema, files)
}

// compile parses and checks files. The models come even with an error.
func compile(schema *Schema, files []File, opts []CompileOption) (*Schema, []*check.Model, error) {
	limits := limitsOf(opts)
	trees := make([]*dsl.File, len(files))
	problems := make([]Diagnostics, len(files))
	at := map[string]int{}
	for i, f := range files {
		trees[i], problems[i] = dsl.Parse(f.Name, f.Text, limits)
		at[f.Name] = i
	}
	schema, models, found := check.Files(schema, trees...)
	var all Diagnostics
	for _, d := range found {
		if i, ok := at[d.File]; ok {
			problems[i] = append(problems[i], d)
		} else {
			all = append(all, d)
		}
	}
	for _, ds := range problems {
		ds.Sort()
		all = append(all, ds.Limit(limits.Problems)...)
	}
	return schema, models, all.Err()
}

func newModel(m *check.Model) *Model {
	model := &Model{checked: m}
	model.alone = sync.OnceValue(func() *Set { return newSet(m.Schema, []*Model{model}) })
	return model
}

// NewSet returns the set of models. It fails if two have the same name.
func NewSet(models ...*Model) (*Set, error) {
	seen := map[string]bool{}
	var schema *Schema
	for i, m := range models {
		if seen[m.Name()] {
			return nil, fmt.Errorf("leadscore: two models are called %q", m.Name())
		}
		seen[m.Name()] = true
		if i == 0 {
			schema = m.Schema()
		} else if schema != nil && !schema.Equal(m.Schema()) {
			schema = nil
		}
	}
	return newSet(schema, models), nil
}

// newSet plans models. schema is that of all of them, or nil if they differ.
func newSet(schema *Schema, models []*Model) *Set {
	s := &Set{schema: schema, models: slices.Clone(models)}
	var checked [][]*check.Model
	for i, m := range models {
		at := slices.IndexFunc(checked, func(group []*check.Model) bool {
			return group[0].Schema.Equal(m.checked.Schema)
		})
		if at < 0 {
			at = len(checked)
			checked = append(checked, nil)
			s.groups = append(s.groups, group{})
		}
		checked[at] = append(checked[at], m.checked)
		s.groups[at].models = append(s.groups[at].models, i)
	}
	for i := range s.groups {
		s.groups[i].program = eval.New(checked[i])
	}
	return s
}

// Checked returns the model as it was checked, for tools that look at rules:
// package eval/findings reports what is odd about them. It must not be changed.
func (m *Model) Checked() *check.Model { return m.checked }

// Name returns the model's name.
func (m *Model) Name() string { return m.checked.Name }

// Description returns the model's description, or "".
func (m *Model) Description() string { return m.checked.Description }

// Schema returns the schema that the model was compiled against, with what
// schema blocks in its files added to it.
func (m *Model) Schema() *Schema { return m.checked.Schema }

// Needs returns all that the model can ever ask of a source.
func (m *Model) Needs() []*traverse.Need { return m.alone().Needs() }

// Target returns whom the model scores: "contact" or "account".
func (m *Model) Target() string {
	if m.checked.Account {
		return "account"
	}
	return "contact"
}

// Grades returns the model's grades, none if it has none.
func (m *Model) Grades() grades.Scale { return m.checked.Grades }

// SalesReady returns the model's sales-ready score, or a threshold that nothing
// reaches if it has none.
func (m *Model) SalesReady() grades.Threshold { return m.checked.SalesReady }

// Tests returns the tests that the rule files hold for the model. Package
// modeltest runs them.
func (m *Model) Tests() []check.Test { return slices.Clone(m.checked.Tests) }

// Schema returns the schema that the set's models were compiled against, with
// what schema blocks in their files added to it, or nil if they differ in it.
func (s *Set) Schema() *Schema { return s.schema }

// Models returns the set's models in their order.
func (s *Set) Models() []*Model { return slices.Clone(s.models) }

// Needs returns all that the set's models can ever ask of a source. The
// pointers are those that queries carry, and differ from those of other sets.
func (s *Set) Needs() []*traverse.Need {
	var needs []*traverse.Need
	for _, g := range s.groups {
		needs = append(needs, g.program.Needs()...)
	}
	return needs
}

// Plan describes for people how the set scores leads whose source lends its
// columns, as source/memory does: which conditions are judged together, and how
// many need the slower way of counting routes. The text may change from version
// to version.
func (s *Set) Plan() string {
	var b strings.Builder
	for _, g := range s.groups {
		b.WriteString(g.program.Plan())
	}
	return b.String()
}
