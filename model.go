package leadscore

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/internal/regular"
	"github.com/leadscore/leadscore/traverse"
)

// Names of other packages that are needed to score leads.
type (
	// Schema defines the entities of a CRM, their fields and their relationships.
	// See package traverse.
	Schema = traverse.Schema

	// Source provides CRM data. The packages below source implement it; see
	// package traverse for how to implement another one.
	Source = traverse.Source

	// Diagnostics is the error for rules that do not compile: every problem with
	// its file, line and column, and how to correct it. Use errors.AsType or
	// errors.As to find it in an error. See package dsl.
	Diagnostics = dsl.Diagnostics
)

// A Model is a compiled scoring model. It is immutable and safe for concurrent use.
type Model struct {
	checked *check.Model
	alone   func() *Set // the set of this model alone, planned when it is first used
}

// A Set is a list of models that score leads together. Models whose schemas are
// equal share one pass over the data. A Set is immutable and safe for concurrent
// use.
type Set struct {
	schema *Schema
	models []*Model
	groups []group
	blocks *blocks // that build on the results of all models; or nil
	// chooser says which model scores a lead; nil if all of them do.
	chooser *eval.Chooser
	// stopped says which models are, by position; nil if none is. They are in no group.
	stopped []bool

	batches sync.Pool // of *batch, empty
}

// A group is the models of a set that share a schema, and therefore a plan.
type group struct {
	program *eval.Program
	models  []int // positions in the set
	// auxiliary says that the auxiliary models of the blocks are planned behind these.
	auxiliary bool
}

// A File is the text of one rule file, and its name in diagnostics.
type File struct {
	Name, Text string
}

// StandardSchema returns the schema of the entities of Dynamics 365 Marketing:
// Lead, Contact, Account and the marketing interactions. docs/language.md
// lists it.
func StandardSchema() *Schema { return traverse.Standard() }

// ParseSchema parses a text of profile and interaction blocks and returns base
// with these added. base may be nil. If the text has problems, the error is a
// [Diagnostics].
func ParseSchema(name, text string, base *Schema, opts ...CompileOption) (*Schema, error) {
	limits := limitsOf(opts)
	tree, diags := dsl.Parse(name, text, limits)
	tree.Blocks = slices.DeleteFunc(tree.Blocks, func(b dsl.Block) bool {
		var name *dsl.String
		what := "a model"
		switch b := b.(type) {
		case *dsl.Model:
			name = b.Name
		case *dsl.Stages:
			name, what = b.Name, "stages"
		case *dsl.ChooseModel:
			what = "choose model"
		case *dsl.LeadCreation:
			name, what = b.Name, "a lead creation"
		case *dsl.Assignment:
			name, what = b.Name, "an assignment"
		default:
			return false
		}
		at := b.At()
		if name != nil {
			at = name.Span
		}
		diags = append(diags, dsl.Diagnostic{
			Code: check.CodeSchema, Summary: "a schema cannot contain " + what, Help: "move it to a rule file",
			File: tree.Name, Span: at, Line: tree.Line(at.Start),
		})
		return true
	})
	schema, _, problems := check.Files(base, tree)
	if diags = append(diags, problems...); len(diags) > 0 {
		diags.Sort()
		return nil, diags.Limit(limits.Problems)
	}
	return schema, nil
}

// Compile compiles a text that contains exactly one model. Schema blocks in the
// text extend schema, which may be nil if they declare everything. Diagnostics
// refer to the text by name.
//
// If the text has problems, the error is a [Diagnostics] with all of them.
func Compile(name, text string, schema *Schema, opts ...CompileOption) (*Model, error) {
	set, err := compile(schema, []File{{name, text}}, opts)
	if err != nil {
		return nil, err
	}
	models := set.Models
	if len(models) != 1 {
		d := dsl.Diagnostic{Code: check.CodeMissing, Summary: "the file contains no model", File: name}
		if len(models) > 1 {
			second := models[1].Source
			d = dsl.Diagnostic{
				Code: check.CodeDuplicate, File: name, Span: second.Name.Span,
				Summary: fmt.Sprintf("the file contains %d models, not one", len(models)),
				Help:    "compile it with CompileSet",
				Line:    (&dsl.File{Text: text}).Line(second.Name.Start),
			}
		}
		return nil, Diagnostics{d}
	}
	if len(set.Stages) > 0 {
		block := set.Stages[0].Source
		return nil, Diagnostics{{
			Code: check.CodeStage, File: name, Span: block.Name.Span, Summary: "stages belong to a set of models, and not to a model",
			Help: "compile the file with CompileSet", Line: (&dsl.File{Text: text}).Line(block.Name.Start),
		}}
	}
	if d := ofSet(set, name, text); d != nil {
		return nil, Diagnostics{*d}
	}
	return newModel(models[0]), nil
}

// CompileSet compiles files, each of which contains any number of models, into a
// set. Schema blocks in any of the files extend schema, which may be nil, for all
// of them. The models are in the order of the files.
//
// If the files have problems, the error is a [Diagnostics] with all of them.
func CompileSet(schema *Schema, files []File, opts ...CompileOption) (*Set, error) {
	checked, err := compile(schema, files, opts)
	if err != nil {
		return nil, err
	}
	models := make([]*Model, len(checked.Models))
	for i, m := range checked.Models {
		models[i] = newModel(m)
	}
	return newSet(checked.Schema, models, nil, newBlocks(checked)), nil
}

// CompileFS compiles the files of fsys that match patterns, in the syntax of
// [fs.Glob], as [CompileSet] does. It reads the files in the order of the
// patterns, and those that match one pattern by name. It fails if there is no
// pattern, if a pattern matches nothing, or if a file cannot be read or is not a
// regular file, such as a folder or a pipe. Of a file that is longer than [Limits]
// allow, nothing is read if fsys knows its length.
func CompileFS(fsys fs.FS, schema *Schema, patterns []string, opts ...CompileOption) (*Set, error) {
	if len(patterns) == 0 {
		return nil, errors.New("leadscore: CompileFS needs a pattern")
	}
	var files []File
	var long Diagnostics
	limits, seen := limitsOf(opts), map[string]bool{}
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
			text, err := regular.ReadFS(fsys, name, int64(limits.Bytes))
			if size, ok := errors.AsType[*regular.SizeError](err); ok {
				long = append(long, dsl.Diagnostic{Code: dsl.CodeLimit, File: name, Summary: size.Message()})
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("leadscore: %w", err)
			}
			files = append(files, File{name, text})
		}
	}
	if len(long) > 0 {
		return nil, long
	}
	return CompileSet(schema, files, opts...)
}

// compile parses and checks files. It returns the set even with an error.
func compile(schema *Schema, files []File, opts []CompileOption) (*check.Set, error) {
	limits := limitsOf(opts)
	trees := make([]*dsl.File, len(files))
	problems := make([]Diagnostics, len(files))
	for i, f := range files {
		trees[i], problems[i] = dsl.Parse(f.Name, f.Text, limits)
	}
	set, found := check.NewSet(schema, trees...)
	return set, check.Merge(trees, problems, found, limits.Problems).Err()
}

func newModel(m *check.Model) *Model {
	model := &Model{checked: m}
	model.alone = sync.OnceValue(func() *Set { return newSet(m.Schema, []*Model{model}, nil, nil) })
	return model
}

// NewSet returns a set of models. It fails if two of them have the same name.
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
	return newSet(schema, models, nil, nil), nil
}

// newSet plans models, apart from those that are stopped, and those of blocks, which may be
// nil. schema is the schema that all of them share, or nil if there is none.
func newSet(schema *Schema, models []*Model, stopped []bool, blocks *blocks) *Set {
	s := &Set{schema: schema, models: slices.Clone(models), stopped: stopped, blocks: blocks}
	var checked, auxiliary [][]*check.Model
	var schemas []*Schema // of the groups
	groupOf := func(schema *Schema) int {
		at := slices.IndexFunc(schemas, schema.Equal)
		if at < 0 {
			at = len(checked)
			checked, auxiliary = append(checked, nil), append(auxiliary, nil)
			s.groups, schemas = append(s.groups, group{}), append(schemas, schema)
		}
		return at
	}
	for i, m := range models {
		if s.isStopped(i) {
			continue
		}
		at := groupOf(m.checked.Schema)
		checked[at] = append(checked[at], m.checked)
		s.groups[at].models = append(s.groups[at].models, i)
	}
	if blocks != nil && len(blocks.auxiliary) > 0 {
		at := groupOf(blocks.auxiliary[0].Schema) // they all have one
		auxiliary[at] = blocks.auxiliary
		s.groups[at].auxiliary = true
	}
	for i := range s.groups {
		s.groups[i].program = eval.NewWith(checked[i], auxiliary[i])
	}
	if blocks != nil && blocks.choice != nil && len(models) > 0 {
		s.chooser = eval.NewChooser(blocks.choice, schema, slices.Collect(s.names()))
	}
	if len(s.groups) == 0 && len(models) > 0 {
		s.groups = append(s.groups, lookUp(models[0].checked.Schema))
	}
	return s
}

// Checked returns the checked model, for tools that inspect rules, such as package
// eval/findings. The caller must not change it.
func (m *Model) Checked() *check.Model { return m.checked }

// Name returns the model's name.
func (m *Model) Name() string { return m.checked.Name }

// Description returns the model's description, or "" if it has none.
func (m *Model) Description() string { return m.checked.Description }

// Schema returns the schema that the model was compiled against, including the
// schema blocks in its files.
func (m *Model) Schema() *Schema { return m.checked.Schema }

// Needs returns everything that the model can ask a source for.
func (m *Model) Needs() []*traverse.Need { return m.alone().Needs() }

// Queries returns what the model can ask a source for as of an instant, and later, to
// score leads: see [Set.Queries].
func (m *Model) Queries(asOf time.Time) []traverse.Query { return m.alone().Queries(asOf) }

// Target returns which leads the model scores: those of a "contact" or of an "account",
// or every "lead", by its own interactions or, for "lead with contact", by those of its
// contact, too.
func (m *Model) Target() string { return m.checked.Target.String() }

// Grades returns the model's grades. The scale is empty if it has none.
func (m *Model) Grades() grades.Scale { return m.checked.Grades }

// SalesReady returns the model's sales-ready score, or a threshold that no score
// reaches if it has none. A model with `sales ready when` has none.
func (m *Model) SalesReady() grades.Threshold { return m.checked.SalesReady }

// Tests returns the tests of the model in its rule files. Package modeltest runs
// them.
func (m *Model) Tests() []check.Test { return slices.Clone(m.checked.Tests) }

// Schema returns the schema that the set's models were compiled against, including
// the schema blocks in their files, or nil if the models have different schemas.
func (s *Set) Schema() *Schema { return s.schema }

// Models returns the set's models, in order.
func (s *Set) Models() []*Model { return slices.Clone(s.models) }

// Zone returns the time zone that all models of the set share: that of a model
// without a time zone is UTC (language reference, Time zones). It returns false if
// the models have different time zones, or if there are no models. Days that are
// loaded where the rules want times, and as of, mean days in that zone.
func (s *Set) Zone() (*time.Location, bool) {
	if len(s.models) == 0 {
		return nil, false
	}
	zone := s.models[0].checked.Zone
	for _, m := range s.models[1:] {
		if m.checked.Zone.String() != zone.String() {
			return nil, false
		}
	}
	return zone, true
}

// Needs returns everything that the set's models can ask a source for, apart from those that are stopped. Queries
// refer to a need by the same pointer. No two sets share pointers.
func (s *Set) Needs() []*traverse.Need {
	var needs []*traverse.Need
	if s.chooser != nil {
		needs = s.chooser.Needs()
	}
	for _, g := range s.groups {
		needs = append(needs, g.program.Needs()...)
	}
	return needs
}

// Queries returns what the set's models can ask a source for as of an instant, and
// later, to score leads: a query without keys for each of [Set.Needs], with the
// earliest date of the records that scores depend on as From. They are for a source
// that reads whole tables, as Load of package source/sqldb does. Lists of records, which
// [Result.Detailed] adds to the result of an [Explain], may need records of any date, which
// a source that was loaded by these queries does not have: Detailed then fails. For that,
// load it by queries with the same needs and without From.
func (s *Set) Queries(asOf time.Time) []traverse.Query {
	var queries []traverse.Query
	if s.chooser != nil {
		queries = s.chooser.Queries(asOf)
	}
	for _, g := range s.groups {
		queries = append(queries, g.program.Queries(asOf, false)...)
	}
	return queries
}

// Plan describes how the set scores leads whose source lends its columns, as
// source/memory does: which conditions are evaluated together, and how many need
// the slower way of counting routes. The text is for people and may change from
// version to version.
func (s *Set) Plan() string {
	var b strings.Builder
	for _, g := range s.groups {
		b.WriteString(g.program.Plan())
	}
	return b.String()
}
