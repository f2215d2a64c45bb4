package lsp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/internal/language"
	"github.com/leadscore/leadscore/internal/project"
	"github.com/leadscore/leadscore/internal/regular"
	"github.com/leadscore/leadscore/internal/zones"
	"github.com/leadscore/leadscore/modeltest"
	"github.com/leadscore/leadscore/source/tables"
)

// commandNames are the commands that a client can ask for, each with the URI of an open document
// and names as its arguments.
var commandNames = []string{language.CommandTest, language.CommandTests, language.CommandScore}

// execute runs a command. Its result says what it found, and the client shows it, too.
func execute(s *Server, p *executeParams) (Call, error) {
	n := 2
	if p.Command == language.CommandTest {
		n = 3
	}
	switch p.Command {
	case language.CommandTest, language.CommandTests, language.CommandScore:
	default:
		return nil, &Error{CodeInvalidParams, fmt.Sprintf("there is no command %q", p.Command)}
	}
	texts, err := textsOf(p.Arguments, n)
	if err != nil {
		return nil, err
	}
	d, err := s.documentAt(texts[0])
	if err != nil {
		return nil, err
	}
	if d.isProject() {
		return nil, &Error{CodeInvalidParams, "a command is about a rule file"}
	}
	u := d.unit
	v := u.view
	return func(ctx context.Context) (any, error) {
		set, err := v.compile()
		if err != nil {
			return nil, err
		}
		if p.Command == language.CommandScore {
			return s.scored(ctx, v, set, texts[1])
		}
		return s.tested(ctx, u, v, set, texts[1:])
	}, nil
}

// compile compiles the rules of v.
func (v *view) compile() (*leadscore.Set, error) {
	var schema *leadscore.Schema
	if v.project == nil || v.project.Schema == "" {
		schema = standardSchema()
	}
	var files []leadscore.File
	for _, f := range v.snapshot.Files() {
		files = append(files, leadscore.File{Name: f.Name, Text: f.Text})
	}
	set, err := leadscore.CompileSet(schema, files)
	if diags, ok := errors.AsType[dsl.Diagnostics](err); ok {
		return nil, fmt.Errorf("the rules have errors; the first one: %s:%d: %s", diags[0].File, diags[0].Span.Start.Line, diags[0].Message())
	}
	return set, err
}

// A testResult is the result of tests.
type testResult struct {
	Passed int           `json:"passed"`
	Failed int           `json:"failed"`
	Tests  []answer.Test `json:"tests"`
}

// tested runs a test, or all tests of a model. What is not met is shown in the text, until
// the test is run again or the text is changed there.
func (s *Server) tested(ctx context.Context, u *unit, v *view, set *leadscore.Set, names []string) (any, error) {
	result := testResult{Tests: []answer.Test{}}
	failures := map[[2]string]*dsl.Diagnostics{}
	var texts []string
	for r := range results(ctx, set, names) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		result.Tests = append(result.Tests, answer.TestOf(r))
		failures[[2]string{r.Model, r.Test}] = &r.Failures
		if r.Passed() {
			result.Passed++
			continue
		}
		result.Failed++
		texts = append(texts, r.String())
	}
	if len(result.Tests) == 0 {
		return nil, fmt.Errorf("there is no test %q", strings.Join(names, "/"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.view == v && s.units[u.key] == u {
		for key, list := range failures {
			u.failures[key] = list
		}
		s.publish(u)
	}
	if result.Failed > 0 {
		s.show(messageError, strings.Join(texts, "\n\n"))
		return result, nil
	}
	s.show(messageInfo, fmt.Sprintf("%s passed", counted(result.Passed, "test")))
	return result, nil
}

// results returns an iterator over the results of the tests of a model, or of one of them. names are
// those of the model and of the test.
func results(ctx context.Context, set *leadscore.Set, names []string) iter.Seq[modeltest.Result] {
	return func(yield func(modeltest.Result) bool) {
		if len(names) > 1 {
			if r, ok := modeltest.One(ctx, set, names[0], names[1]); ok {
				yield(r)
			}
			return
		}
		for _, m := range set.Models() {
			if m.Name() != names[0] {
				continue
			}
			for _, t := range m.Tests() {
				if r, ok := modeltest.One(ctx, set, m.Name(), t.Name); ok && !yield(r) {
					return
				}
			}
		}
	}
}

// show lets the client show a message to people.
func (s *Server) show(kind int, text string) {
	s.options.Notify("window/showMessage", messageParams{kind, text})
}

// counted returns a number with what is counted, such as "1 test".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// A scoreResult is the scores of all leads by a model, in numbers.
type scoreResult struct {
	Model      string         `json:"model"`
	AsOf       time.Time      `json:"as_of"`
	Leads      int            `json:"leads"`
	Failed     int            `json:"failed"`
	Statuses   map[string]int `json:"statuses"` // of those that did not fail
	Grades     map[string]int `json:"grades"`   // of those that were scored; "" for none
	SalesReady int            `json:"sales_ready"`
	Least      *int64         `json:"least,omitempty"`
	Greatest   *int64         `json:"greatest,omitempty"`
}

// scored scores the leads in the data of the project by a model, as of now.
func (s *Server) scored(ctx context.Context, v *view, set *leadscore.Set, model string) (any, error) {
	at := -1
	for i, m := range set.Models() {
		if m.Name() == model {
			at = i
		}
	}
	if at < 0 {
		return nil, fmt.Errorf("there is no model %q", model)
	}
	data, err := v.data(ctx, set)
	if err != nil {
		return nil, err
	}
	r := scoreResult{Model: model, AsOf: time.Now(), Statuses: map[string]int{}, Grades: map[string]int{}}
	for result, err := range set.ScoreAll(ctx, data.Leads(ctx), data, leadscore.AsOf(r.AsOf), leadscore.MaxRecords(math.MaxInt)) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r.Leads++
		if err != nil {
			r.Failed++
			continue
		}
		r.add(&result.Results[at])
	}
	s.show(messageInfo, r.String(set.Models()[at]))
	return r, nil
}

// add counts a result.
func (r *scoreResult) add(result *leadscore.Result) {
	r.Statuses[result.Status.String()]++
	if result.Status != leadscore.Scored {
		return
	}
	r.Grades[result.Grade]++
	if result.SalesReady {
		r.SalesReady++
	}
	if score := result.Score; r.Least == nil {
		least, greatest := score, score
		r.Least, r.Greatest = &least, &greatest
	} else {
		*r.Least, *r.Greatest = min(*r.Least, score), max(*r.Greatest, score)
	}
}

// String returns the numbers for people.
func (r *scoreResult) String(m *leadscore.Model) string {
	scored := r.Statuses[leadscore.Scored.String()]
	parts := []string{fmt.Sprintf("%s: %d of %s scored", r.Model, scored, counted(r.Leads, "lead"))}
	if r.Least != nil {
		parts = append(parts, fmt.Sprintf("scores from %d to %d", *r.Least, *r.Greatest))
	}
	for band := range m.Grades().Bands() {
		parts = append(parts, fmt.Sprintf("%s %d", band.Name, r.Grades[band.Name]))
	}
	if n := r.Grades[""]; n > 0 && n < scored {
		parts = append(parts, fmt.Sprintf("no grade %d", n))
	}
	parts = append(parts, fmt.Sprintf("sales ready %d", r.SalesReady))
	if r.Failed > 0 {
		parts = append(parts, fmt.Sprintf("failed %d", r.Failed))
	}
	return strings.Join(parts, ", ")
}

// data loads the data of the project.
func (v *view) data(ctx context.Context, set *leadscore.Set) (*tables.Data, error) {
	p := v.project
	if p == nil || p.Data == "" || v.disk == nil {
		return nil, fmt.Errorf("there is no data to score: name a folder of data in the file %s of the project", project.FileName)
	}
	folder, err := fs.Sub(v.disk, p.Folder)
	if err != nil {
		return nil, err
	}
	inFolder := func(name string) string {
		if name == p.Folder {
			return "."
		}
		return strings.TrimPrefix(name, p.Folder+"/")
	}
	options := tables.Options{Zone: answer.ZoneOf(set)}
	if p.Zone != "" {
		options.Zone = zones.Location(p.Zone)
	}
	if p.Mapping != "" {
		const most = 16 << 20
		text, err := regular.ReadFS(folder, inFolder(p.Mapping), most)
		if err != nil {
			return nil, err
		}
		if options.Mapping, err = tables.ReadMapping(inFolder(p.Mapping), []byte(text)); err != nil {
			return nil, err
		}
	}
	return tables.LoadFS(ctx, folder, inFolder(p.Data), set.Schema(), options)
}
