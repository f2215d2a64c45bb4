package leadscore_test

// The documentation is checked like code. Every fenced code block of the pages
// below is parsed, compiled or run, and a block that this file does not know
// what to do with fails the test. What a block is stands in its info string:
//
//	score                  a rule file: it compiles against the standard schema,
//	                       extended by the section's schema blocks, and is in
//	                       canonical form
//	score schema           a schema block: it holds for the rest of its section;
//	                       with alone it extends nothing
//	score loose            compiles, and is not in canonical form
//	score formatted        the canonical form of the score block before it
//	score wrong            does not compile; the text block behind it holds the
//	                       diagnostics, or with messages their messages alone,
//	                       one a line
//	score findings=CODE    compiles, and there are findings with this code, which
//	                       the text block behind it holds
//	score right            compiles, and there is no warning, and no finding with
//	                       the section's code
//	fragment=child, where or clause
//	                       with score: a part of a model, which is wrapped in
//	                       one. For child and where each line that is not
//	                       indented begins a condition of its own; path= says
//	                       what where is asked of, target= the model's target
//	csv file=Lead.csv      data of the section, in the folder data
//	json file=data.json    data of the section, as one file
//	text scores as-of=T    what the section's last models say of its leads
//	text tests             what the section's last models say of their tests
//	text counts lead=L as-of=T
//	                       what the children of the section's last model count
//	json explain lead=L as-of=T
//	                       the explained result as JSON
//	go                     stands, indentation aside, line for line in a Go file
//	                       of the root or of examples/: the compiler, and the
//	                       tests there, vouch for it
//	sh                     commands, which are run: see checkCommands. A text
//	                       block behind it holds what they print
//	ebnf                   a grammar: whatever it produces can be parsed
//
// A section is what stands between two headings. With file= a score block gets
// a name of its own, which diagnostics then show.

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/modeltest"
	"github.com/leadscore/leadscore/source/tables"
)

const (
	referencePage = "docs/language.md"
	tourPage      = "docs/tour.md"
	findingsPage  = "docs/findings.md"
	readmePage    = "README.md"
	problemsPage  = "docs/diagnostics.md"
	exportsPage   = "docs/exports.md"
)

func TestDocs(t *testing.T) {
	for _, page := range []string{referencePage, tourPage, findingsPage, readmePage, problemsPage, exportsPage} {
		t.Run(filepath.Base(page), func(t *testing.T) {
			text, err := os.ReadFile(page)
			if page == readmePage && os.IsNotExist(err) {
				t.Skip("there is no README yet")
			}
			if err != nil {
				t.Fatal(err)
			}
			checkPage(t, page, string(text))
		})
	}
}

// A block is one fenced code block, or the heading that begins a section.
type block struct {
	page    string
	line    int
	heading bool
	lang    string
	args    map[string]string // a word without = has the value ""
	text    string            // of a heading, the line
}

func (b *block) has(arg string) bool { _, ok := b.args[arg]; return ok }

// blocks cuts a page into headings and fenced code blocks. Code that stands
// indented instead of fenced would go unchecked: it is a problem.
func blocks(page, text string) (list []block, problems []string) {
	var open *block
	for i, line := range strings.Split(text, "\n") {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case open != nil && fence:
			list, open = append(list, *open), nil
		case open != nil:
			open.text += line + "\n"
		case fence:
			open = &block{page: page, line: i + 1, args: map[string]string{}}
			words := strings.Fields(info)
			if len(words) > 0 {
				open.lang = words[0]
				for _, w := range words[1:] {
					key, value, _ := strings.Cut(w, "=")
					open.args[key] = value
				}
			}
		case strings.HasPrefix(line, "#"):
			list = append(list, block{page: page, line: i + 1, heading: true, text: line})
		case strings.HasPrefix(line, "    "), strings.HasPrefix(line, "\t"), strings.HasPrefix(strings.TrimSpace(line), "```"):
			problems = append(problems, fmt.Sprintf("%s:%d: code stands in fences at the beginning of a line", page, i+1))
		}
	}
	if open != nil {
		problems = append(problems, fmt.Sprintf("%s:%d: the block is not closed", page, open.line))
	}
	return list, problems
}

// A section is what has been read since the last heading.
type section struct {
	t      *testing.T
	schema []leadscore.File
	rules  *leadscore.File // the last models
	data   fstest.MapFS    // data/Lead.csv and so on, or data.json; also rule files, for commands
	unused *block          // a data block that nothing has used yet
	last   *block          // the block before
	code   string          // of the findings that the section shows
	want   *outcome        // what the next block must show
}

// An outcome is what a block gives that the next block must show.
type outcome struct {
	block *block
	diags leadscore.Diagnostics // of a wrong score block
	text  string
	// A command need not show what it prints, unless it fails.
	optional bool
	failed   error
}

func checkPage(t *testing.T, page, text string) {
	list, problems := blocks(page, text)
	for _, p := range problems {
		t.Error(p)
	}
	s := &section{t: t, data: fstest.MapFS{}}
	pending := func() {
		switch w := s.want; {
		case w == nil || w.optional:
		case w.failed != nil:
			t.Errorf("%s:%d: %v", page, w.block.line, w.failed)
		default:
			t.Errorf("%s:%d: the text block with what this gives is missing:\n%s", page, w.block.line, w.text)
		}
		s.want = nil
	}
	end := func() {
		if s.unused != nil {
			t.Errorf("%s:%d: nothing in the section uses these data", page, s.unused.line)
		}
	}
	for i := range list {
		b := &list[i]
		if b.lang != "text" || b.has("scores") || b.has("counts") || b.has("tests") {
			pending()
		}
		if b.heading && page == tourPage && strings.HasPrefix(b.text, "### ") {
			continue // the tour goes on with the same files
		}
		if b.heading {
			end()
			s = &section{t: t, data: fstest.MapFS{}}
			continue
		}
		if err := s.check(b); err != nil {
			t.Errorf("%s:%d: %v", page, b.line, err)
		}
		s.last = b
	}
	pending()
	end()
}

func (s *section) check(b *block) error {
	if err := b.known(); err != nil {
		return err
	}
	switch b.lang {
	case "score":
		return s.checkRules(b)
	case "csv":
		s.data["data/"+b.args["file"]] = &fstest.MapFile{Data: []byte(b.text)}
		s.unused = b
		return nil
	case "json":
		if b.has("explain") {
			return s.compare(b, s.explained)
		}
		s.data[b.args["file"]] = &fstest.MapFile{Data: []byte(b.text)}
		s.unused = b
		return nil
	case "text":
		return s.checkText(b)
	case "go":
		return checkGo(b)
	case "ebnf":
		return checkGrammar(b)
	}
	return s.checkCommands(b)
}

// known lists the info strings that mean something.
func (b *block) known() error {
	words := map[string]string{
		"score": "schema alone loose formatted wrong findings right fragment path target file",
		"csv":   "file", "json": "file explain lead as-of",
		"text": "messages scores counts tests lead as-of",
		"go":   "", "sh": "", "ebnf": "",
	}
	allowed, ok := words[b.lang]
	if !ok {
		return fmt.Errorf("a block %q is of no kind that this test knows", b.lang)
	}
	for arg := range b.args {
		if !slices.Contains(strings.Fields(allowed), arg) {
			return fmt.Errorf("a %s block knows no %s", b.lang, arg)
		}
	}
	if (b.lang == "csv" || b.lang == "json" && !b.has("explain")) && b.args["file"] == "" {
		return fmt.Errorf("a %s block needs file=", b.lang)
	}
	return nil
}

// differ says how what a page shows differs from what is so.
func differ(what, shown, is string) error {
	if shown == is {
		return nil
	}
	return fmt.Errorf("%s differs; the page shows\n%s\nand it is\n%s", what, shown, is)
}

func (s *section) checkRules(b *block) error {
	text, err := b.whole()
	if err != nil {
		return err
	}
	if b.has("formatted") {
		if s.last == nil || s.last.lang != "score" {
			return fmt.Errorf("formatted follows a score block")
		}
		before, err := s.last.whole()
		if err != nil {
			return err
		}
		formatted, err := dsl.Format("rules.score", before)
		if err != nil {
			return err
		}
		return differ("the canonical form", text, formatted)
	}
	file := leadscore.File{Name: cmp.Or(b.args["file"], "rules.score"), Text: text}
	s.data[file.Name] = &fstest.MapFile{Data: []byte(text)}
	base := leadscore.StandardSchema()
	if b.has("alone") {
		base = nil
	}
	files := append(slices.Clip(s.schema), file)
	tests := strings.HasPrefix(text, "test ") // of the models before
	if tests && s.rules != nil {
		files = append(files, *s.rules)
	}
	_, err = leadscore.CompileSet(base, files)
	if b.has("wrong") {
		diags, ok := err.(leadscore.Diagnostics)
		if !ok {
			return fmt.Errorf("this should not compile, and the error is %v", err)
		}
		s.want = &outcome{block: b, diags: diags, text: diags.Error()}
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.checkFindings(b, base, file); err != nil {
		return err
	}
	formatted, err := dsl.Format(file.Name, text)
	switch {
	case err != nil:
		return err
	case !b.has("loose"):
		if err := differ("the canonical form", text, formatted); err != nil {
			return err
		}
	case text == formatted:
		return fmt.Errorf("this is in canonical form: no loose is needed")
	}
	switch {
	case b.has("schema"):
		s.schema = append(s.schema, file)
	case !tests:
		s.rules = &file
	}
	return nil
}

// checkFindings looks at what package findings says of rules that compile, where
// a page speaks of it.
func (s *section) checkFindings(b *block, base *leadscore.Schema, file leadscore.File) error {
	code, shown := b.args["findings"]
	if !shown && !b.has("right") {
		return nil
	}
	var trees []*dsl.File
	for _, f := range append(slices.Clip(s.schema), file) {
		tree, _ := dsl.Parse(f.Name, f.Text, dsl.Limits{})
		trees = append(trees, tree)
	}
	_, models, _ := check.Files(base, trees...)
	found := findings.Of(models, trees...)
	if !shown {
		found = slices.DeleteFunc(found, func(d dsl.Diagnostic) bool {
			return d.Severity == dsl.Advice && string(d.Code) != s.code
		})
		if len(found) > 0 {
			return fmt.Errorf("this is not right:\n%v", found)
		}
		return nil
	}
	found = slices.DeleteFunc(found, func(d dsl.Diagnostic) bool { return string(d.Code) != code })
	if len(found) == 0 {
		return fmt.Errorf("there is no finding %q", code)
	}
	s.code = code
	s.want = &outcome{block: b, diags: found, text: found.Error()}
	return nil
}

// whole returns the block's text as a file: a fragment is wrapped in one.
func (b *block) whole() (string, error) {
	target := cmp.Or(b.args["target"], "contact")
	const model = "model \"Fragment\" {\n    target %s\n%s}\n"
	fragment := b.args["fragment"]
	switch fragment {
	case "":
		return b.text, nil
	case "clause":
		if strings.HasPrefix(b.text, "condition ") {
			return fmt.Sprintf(model, target, "\n"+indent(b.text, "    ")), nil
		}
		return fmt.Sprintf(model, target, indent(b.text, "    ")), nil
	case "child", "where":
	default:
		return "", fmt.Errorf("there is no fragment %s", fragment)
	}
	var conditions strings.Builder
	for i, part := range parts(b.text) {
		part = indent(part, "        ")
		if fragment == "where" {
			part = fmt.Sprintf("        has %s\n            where %s\n", b.args["path"], strings.TrimSpace(part))
		}
		fmt.Fprintf(&conditions, "\n    condition \"%d\" {\n%s        score +1\n    }\n", i+1, part)
	}
	return fmt.Sprintf(model, target, conditions.String()), nil
}

// parts cuts a text before each line that is not indented.
func parts(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		if len(list) == 0 || !strings.HasPrefix(line, " ") {
			list = append(list, "")
		}
		list[len(list)-1] += line
	}
	return list
}

func indent(text, by string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			out.WriteString(by)
		}
		out.WriteString(line)
	}
	return out.String()
}

func (s *section) checkText(b *block) error {
	want := s.want
	s.want = nil
	switch {
	case b.has("scores"):
		return s.compare(b, s.scores)
	case b.has("counts"):
		return s.compare(b, s.counts)
	case b.has("tests"):
		return s.compare(b, s.failures)
	case want == nil:
		return fmt.Errorf("nothing before this block gives a text")
	case b.has("messages"):
		var messages strings.Builder
		for i := range want.diags {
			messages.WriteString(want.diags[i].Message() + "\n")
		}
		return differ("what the block before gives", b.text, messages.String())
	}
	return differ("what the block before gives", b.text, strings.TrimSuffix(want.text, "\n")+"\n")
}

// fullSchema returns the standard schema with what the section adds.
func (s *section) fullSchema() (*leadscore.Schema, error) {
	schema := leadscore.StandardSchema()
	for _, f := range s.schema {
		var err error
		if schema, err = leadscore.ParseSchema(f.Name, f.Text, schema); err != nil {
			return nil, err
		}
	}
	return schema, nil
}

// open loads the section's data.
func (s *section) open() (*tables.Data, *leadscore.Schema, error) {
	s.unused = nil
	schema, err := s.fullSchema()
	if err != nil {
		return nil, nil, err
	}
	name := "data"
	if _, ok := s.data["data.json"]; ok {
		name = "data.json"
	}
	data, err := tables.LoadFS(s.data, name, schema, tables.Options{})
	if err == nil && len(data.Report.Notes) > 0 {
		err = fmt.Errorf("the data hold what the schema does not know: %s", strings.Join(data.Report.Notes, "; "))
	}
	return data, schema, err
}

// results scores the section's leads, or the one that the block names.
func (s *section) results(b *block, opts ...leadscore.Option) ([]leadscore.SetResult, error) {
	asOf, err := time.Parse(time.RFC3339, b.args["as-of"])
	if err != nil {
		return nil, fmt.Errorf("the block needs as-of=: %w", err)
	}
	if s.rules == nil {
		return nil, fmt.Errorf("no model stands in the section")
	}
	data, schema, err := s.open()
	if err != nil {
		return nil, err
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{*s.rules})
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	ids := data.Leads(ctx)
	if b.has("lead") {
		ids = leadscore.IDs(b.args["lead"])
	}
	var results []leadscore.SetResult
	for r, err := range set.ScoreAll(ctx, ids, data, append(opts, leadscore.AsOf(asOf))...) {
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, nil
}

// compare compares a block with the results that show gives.
func (s *section) compare(b *block, show func(*block) (string, error)) error {
	is, err := show(b)
	if err != nil {
		return err
	}
	return differ("the result", b.text, is)
}

// scores gives a line a lead and model, such as `ada: 25, Warm, sales ready`.
func (s *section) scores(b *block) (string, error) {
	results, err := s.results(b)
	var out strings.Builder
	for _, set := range results {
		for _, r := range set.Results {
			out.WriteString(r.Lead)
			if len(set.Results) > 1 {
				out.WriteString(", " + r.Model)
			}
			if r.Status != leadscore.Scored {
				fmt.Fprintf(&out, ": %v\n", r.Status)
				continue
			}
			fmt.Fprintf(&out, ": %d", r.Score)
			if r.Grade != "" {
				out.WriteString(", " + r.Grade)
			}
			if r.SalesReady {
				out.WriteString(", sales ready")
			}
			out.WriteByte('\n')
		}
	}
	return out.String(), err
}

// failures gives what the tests of the section's models say that fail.
func (s *section) failures(*block) (string, error) {
	if s.rules == nil {
		return "", fmt.Errorf("no model stands in the section")
	}
	schema, err := s.fullSchema()
	if err != nil {
		return "", err
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{*s.rules})
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for r := range modeltest.Results(s.t.Context(), set) {
		if !r.Passed() {
			fmt.Fprintln(&out, r)
		}
	}
	return out.String(), nil
}

// counts gives a line a child, such as `none EmailOpened: 2, does not hold`.
func (s *section) counts(b *block) (string, error) {
	results, err := s.results(b, leadscore.Explain(100))
	var out strings.Builder
	for _, set := range results {
		for c := range set.Results[0].Contributions() {
			for _, ch := range c.Children {
				fmt.Fprintf(&out, "%s: %d", ch.Rule, ch.Count)
				switch {
				case strings.HasPrefix(ch.Rule, "each "):
				case ch.Holds:
					out.WriteString(", holds")
				default:
					out.WriteString(", does not hold")
				}
				out.WriteByte('\n')
			}
		}
	}
	return out.String(), err
}

// explained gives the results as JSON.
func (s *section) explained(b *block) (string, error) {
	results, err := s.results(b, leadscore.Explain(100))
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	for _, set := range results {
		for _, r := range set.Results {
			if err := encoder.Encode(r); err != nil {
				return "", err
			}
		}
	}
	return out.String(), err
}

// checkGo looks a block up in the Go files that the compiler and the tests see.
func checkGo(b *block) error {
	shown := unindented(strings.Split(strings.TrimSuffix(b.text, "\n"), "\n"))
	for _, name := range goFiles() {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		lines := strings.Split(string(text), "\n")
		for i := 0; i+len(shown) <= len(lines); i++ {
			if slices.Equal(unindented(lines[i:i+len(shown)]), shown) {
				return nil
			}
		}
	}
	return fmt.Errorf("these lines stand in no Go file of the root or of examples/: what is shown must be compiled")
}

func goFiles() []string {
	files, _ := filepath.Glob("*.go") // the pattern is well-formed
	_ = filepath.WalkDir("examples", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".go") {
			files = append(files, path)
		}
		return nil // without examples there are none
	})
	return files
}

// unindented takes from lines the indentation that all share.
func unindented(lines []string) []string {
	least := -1
	for _, l := range lines {
		if tabs := len(l) - len(strings.TrimLeft(l, "\t")); strings.TrimSpace(l) != "" && (least < 0 || tabs < least) {
			least = tabs
		}
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		if strings.TrimSpace(l) != "" {
			out[i] = l[least:]
		}
	}
	return out
}

// checkCommands runs the commands of a block, each of which must succeed unless
// the page shows what they print. The leadscore command runs in a folder with
// the section's rules and data, go run at the root of the module. What takes
// long, changes the reader's machine or runs these tests is compared with a list.
func (s *section) checkCommands(b *block) error {
	var printed strings.Builder
	var failed error
	for line := range strings.Lines(b.text) {
		line = strings.TrimSpace(line)
		words := strings.Fields(line)
		var cmd *exec.Cmd
		switch {
		case line == "":
			continue
		case slices.Contains(unrun, line):
			continue
		case words[0] == "leadscore":
			name, err := buildCommand(s.t)
			if err != nil {
				return err
			}
			cmd = exec.Command(name, words[1:]...)
			cmd.Dir = s.t.TempDir()
			if err := os.CopyFS(cmd.Dir, s.data); err != nil {
				return err
			}
			s.unused = nil
		case strings.HasPrefix(line, "go run ./"):
			cmd = exec.Command(words[0], words[1:]...)
		default:
			return fmt.Errorf("%q is no command that this test knows: run it, or add it to those that it need not run", line)
		}
		out, err := cmd.CombinedOutput()
		printed.Write(out)
		if err != nil && failed == nil {
			failed = fmt.Errorf("%s: %w\n%s", line, err, out)
		}
	}
	s.want = &outcome{block: b, text: printed.String(), failed: failed, optional: failed == nil}
	return nil
}

// unrun are commands that the pages show and this test does not run.
var unrun = []string{
	"go get github.com/leadscore/leadscore",
	"go install github.com/leadscore/leadscore/cmd/leadscore@latest",
	"go test work", "go test -race work", ".ci/run",
	// Its data is not part of the project.
	"leadscore score --data 365-learning --mapping examples/mappings/365-learning.json --as-of 2022-06-30 --format csv examples/mappings/365-learning.score",
}

// buildCommand builds the leadscore command.
func buildCommand(t *testing.T) (string, error) {
	name := filepath.Join(t.TempDir(), "leadscore")
	out, err := exec.Command("go", "build", "-o", name, "./cmd/leadscore").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the page shows the leadscore command, which does not build: %w\n%s", err, out)
	}
	return name, nil
}

// checkGrammar makes texts of a grammar at random: the parser must take each.
func checkGrammar(b *block) error {
	g := grammar{rules: map[string]func() string{}, random: rand.New(rand.NewPCG(1, 2))}
	samples := func(list ...string) func() string {
		return func() string { return list[g.random.IntN(len(list))] }
	}
	g.rules["name"] = samples("City", "Contact", "score", "Last", "`Parent contact`", "_x1")
	g.rules["text"] = samples(`"Chicago"`, `""`, `"a \"b\" \u00e9"`)
	g.rules["int"] = samples("7", "+7", "-20")
	g.rules["number"] = samples("500", "-0.5", "+99.25")
	g.rules["moment"] = samples("2026-05-31", "2026-05-31T09:30", "2026-05-31T09:30:15.123Z", "2026-05-31T09:30-05:00")
	g.rules["unit"] = samples("minute", "hours", "days", "week", "months", "year")
	// Productions end with a dot, and a dot in quotes is no end.
	g.tokens = regexp.MustCompile(`"[^"]*"|[a-z]+|[^\s]`).FindAllString(b.text, -1)
	first := ""
	for len(g.tokens) > 0 {
		name := g.next()
		if name[0] < 'a' || name[0] > 'z' || g.next() != "=" {
			return fmt.Errorf("a production begins with its name and =, not with %s", name)
		}
		if g.rules[name] != nil {
			return fmt.Errorf("there are two productions of %s", name)
		}
		if first == "" {
			first = name
		}
		g.rules[name] = g.alternatives()
		if g.next() != "." {
			return fmt.Errorf("the production of %s has no end", name)
		}
	}
	for _, used := range g.used {
		if g.rules[used] == nil {
			return fmt.Errorf("there is no production of %s", used)
		}
	}
	for range 2_000 {
		text := g.rules[first]()
		if _, diags := dsl.Parse("grammar", text, dsl.Limits{}); len(diags) > 0 {
			return fmt.Errorf("the grammar makes what the parser refuses: %w", diags)
		}
	}
	return nil
}

// A grammar is a grammar that is being read. A rule is what makes a text of it.
type grammar struct {
	tokens []string
	used   []string
	rules  map[string]func() string
	random *rand.Rand
}

func (g *grammar) next() string {
	if len(g.tokens) == 0 {
		return "the end"
	}
	t := g.tokens[0]
	g.tokens = g.tokens[1:]
	return t
}

func (g *grammar) alternatives() func() string {
	list := []func() string{g.sequence()}
	for len(g.tokens) > 0 && g.tokens[0] == "|" {
		g.next()
		list = append(list, g.sequence())
	}
	return func() string { return list[g.random.IntN(len(list))]() }
}

func (g *grammar) sequence() func() string {
	var list []func() string
	for len(g.tokens) > 0 && !slices.Contains([]string{"|", ".", "}", "]", ")"}, g.tokens[0]) {
		list = append(list, g.item())
	}
	return func() string {
		var parts []string
		for _, text := range list {
			parts = append(parts, text())
		}
		return strings.Join(parts, " ")
	}
}

func (g *grammar) item() func() string {
	t := g.next()
	repeat := func(most int) func() string {
		inner := g.alternatives()
		g.next() // the closing sign
		return func() string {
			var text strings.Builder
			for range g.random.IntN(most + 1) {
				text.WriteString(inner() + " ")
			}
			return text.String()
		}
	}
	switch {
	case t == "{":
		return repeat(3)
	case t == "[":
		return repeat(1)
	case t == "(":
		inner := g.alternatives()
		g.next()
		return inner
	case t[0] == '"':
		return func() string { return strings.Trim(t, `"`) }
	}
	g.used = append(g.used, t)
	return func() string { return g.rules[t]() }
}

// Example_readme is what README.md shows, for the compiler. It has no output, as
// it scores as of now.
func Example_readme() {
	ctx := context.Background()
	crm := os.DirFS("examples/quickstart")
	text, err := fs.ReadFile(crm, "coffee.score")
	if err != nil {
		log.Fatal(err)
	}
	rules := string(text)
	model, err := leadscore.Compile("coffee.score", rules, leadscore.StandardSchema())
	if err != nil {
		log.Fatal(err) // every problem, with its line and how to mend it
	}
	data, err := tables.LoadFS(crm, "data", model.Schema(), tables.Options{})
	if err != nil {
		log.Fatal(err)
	}
	result, err := model.Score(ctx, "lead-ada", data, leadscore.Explain(10))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Score, result.Grade, result.SalesReady)
	for c := range result.Contributions() {
		fmt.Println(c.Score, c.Condition)
	}
}

// find returns the text of the block of a page with this argument.
func find(page, lang, arg, value string) (string, error) {
	text, err := os.ReadFile(page)
	if err != nil {
		return "", err
	}
	list, _ := blocks(page, string(text))
	for i := range list {
		if b := &list[i]; b.lang == lang && b.has(arg) && b.args[arg] == value {
			return b.text, nil
		}
	}
	return "", fmt.Errorf("%s has no %s block with %s=%s", page, lang, arg, value)
}

// diagnosticCodes returns the codes that the source declares, which are the
// constants of type Code.
func diagnosticCodes(t *testing.T) map[dsl.Code]string {
	t.Helper()
	codes := map[dsl.Code]string{}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || isModule(name)):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			typ := spec.Type
			if s, ok := typ.(*ast.SelectorExpr); ok {
				typ = s.Sel
			}
			id, isCode := typ.(*ast.Ident)
			value, isText := spec.Values[0].(*ast.BasicLit)
			if isCode && id.Name == "Code" && isText {
				code, err := strconv.Unquote(value.Value)
				if err != nil {
					t.Error(err)
				}
				codes[dsl.Code(code)] = name
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

// The page has a section for every code, with an example that gives it alone and
// one that compiles. TestDocs holds what the examples give.
func TestDocsDiagnostics(t *testing.T) {
	codes := diagnosticCodes(t)
	const some = 20 // if it finds fewer, it looks for the wrong thing
	if len(codes) < some {
		t.Fatalf("the source has %d codes", len(codes))
	}
	text, err := os.ReadFile(problemsPage)
	if err != nil {
		t.Fatal(err)
	}
	type examples struct{ wrong, right int }
	sections := map[dsl.Code]*examples{}
	var code dsl.Code
	list, _ := blocks(problemsPage, string(text))
	for i := range list {
		b := &list[i]
		name, isSection := strings.CutPrefix(b.text, "### ")
		switch {
		case b.heading && isSection:
			code = dsl.Code(strings.TrimSpace(name))
			if codes[code] == "" || sections[code] != nil {
				t.Errorf("%s:%d: there is no code %s, or a section before", problemsPage, b.line, code)
			}
			sections[code] = &examples{}
		case b.heading:
			code = ""
		case code != "" && b.lang == "text" && b.has("tests"):
			sections[code].wrong++ // rules that compile, but fail their tests
		case code == "" || b.lang != "score":
		case b.has("wrong"):
			sections[code].wrong++
			whole, err := b.whole()
			if err != nil {
				t.Fatal(err)
			}
			_, err = leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "rules.score", Text: whole}})
			diags, _ := errors.AsType[leadscore.Diagnostics](err)
			for _, d := range diags {
				if d.Code != code {
					t.Errorf("%s:%d: the example of %s gives %s", problemsPage, b.line, code, d.Code)
				}
			}
		default:
			sections[code].right++
		}
	}
	for code, file := range codes {
		if path.Dir(filepath.ToSlash(file)) == "eval/findings" {
			continue // of rules that can be used: they have a page of their own
		}
		if s := sections[code]; s == nil || s.wrong == 0 || s.right == 0 {
			t.Errorf("%s: the code %s of %s has no section with a wrong and a right example", problemsPage, code, file)
		}
	}
}

// The page lists the standard schema in full.
func TestDocsStandardSchema(t *testing.T) {
	const name = "standard.score"
	text, err := find(referencePage, "score", "file", name)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := leadscore.ParseSchema(name, text, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(leadscore.StandardSchema().Definitions(), schema.Definitions()); diff != "" {
		t.Errorf("the page lists another schema than StandardSchema (-) returns (+):\n%s", diff)
	}
}

// table returns the cells of the table that stands behind a heading.
func table(t *testing.T, heading string) [][]string {
	t.Helper()
	text, err := os.ReadFile(referencePage)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "\n"+heading+"\n")
	if !ok {
		t.Fatalf("%s has no heading %q", referencePage, heading)
	}
	var rows [][]string
	for line := range strings.Lines(rest) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "|"):
			cells := strings.Split(strings.Trim(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		case len(rows) > 0, strings.HasPrefix(line, "#"):
			return rows[2:] // behind the head and its rule
		}
	}
	return rows
}

// TestDocsFindings checks that the page of the findings has a section for each,
// with its code, severity, and an example that is wrong and one that is right.
func TestDocsFindings(t *testing.T) {
	source, err := parser.ParseFile(token.NewFileSet(), "eval/findings/findings.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(findingsPage)
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for _, section := range strings.Split(string(text), "\n### `")[1:] {
		code, rest, _ := strings.Cut(section, "`\n")
		sections[code] = rest
	}
	ast.Inspect(source, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Code") {
			return true
		}
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		section, ok := sections[code]
		delete(sections, code)
		switch {
		case !ok:
			t.Errorf("%s has no section for %s", findingsPage, code)
		case !strings.Contains(section, "findings="+code):
			t.Errorf("the section of %s has no example", code)
		case !strings.Contains(section, "```score right") && code != string(findings.CodeScores):
			t.Errorf("the section of %s does not say how it is right", code)
		}
		return true
	})
	for code := range sections {
		t.Errorf("%s has a section for %s, which is no code", findingsPage, code)
	}
}

// The table of operators says exactly which types have which.
func TestDocsOperators(t *testing.T) {
	operands := map[string]string{
		"text": `"A"`, "choice": `"A"`, "choices": `"A"`, "number": "1", "bool": "true", "time": "2026-05-31", "date": "2026-05-31",
	}
	listed := map[string]map[string]bool{} // by type and operator
	for _, row := range table(t, "### Operators") {
		for _, typ := range strings.Split(strings.ReplaceAll(row[0], "`", ""), ", ") {
			if _, ok := operands[typ]; !ok {
				t.Errorf("the table has a type %q", typ)
				continue
			}
			if listed[typ] == nil {
				listed[typ] = map[string]bool{"is empty": true, "is not empty": true}
			}
			for _, op := range operatorsIn(row[1]) {
				listed[typ][op] = true
			}
		}
	}
	for typ, operand := range operands {
		declared := typ
		if strings.HasPrefix(typ, "choice") {
			declared += ` ("A")`
		}
		schema, err := leadscore.ParseSchema("s", "profile Lead { Field "+declared+" }", leadscore.StandardSchema())
		if err != nil {
			t.Fatal(err)
		}
		for op := range dsl.Ops() {
			is := operand
			switch op.Operands() {
			case dsl.NoOperand:
				is = ""
			case dsl.OneTimeSpan:
				is = "3 days"
			case dsl.OneMoment:
				is = "2026-05-31"
			case dsl.TwoValues:
				is = operand + " and " + operand
			case dsl.ValueList:
				is = "(" + operand + ")"
			}
			rule := fmt.Sprintf(`model "M" { target contact condition "C" { has Lead where Field %v %s score +1 } }`, op, is)
			_, err := leadscore.Compile("m", rule, schema)
			if ok := err == nil; ok != listed[typ][op.String()] {
				t.Errorf("%s %v: listed %t, accepted %t: %v", typ, op, listed[typ][op.String()], ok, err)
			}
		}
	}
}

// operatorsIn returns the operators that stand in back quotes, without their operands.
func operatorsIn(cell string) []string {
	var list []string
	for i, part := range strings.Split(cell, "`") {
		if i%2 == 0 {
			continue
		}
		for _, operand := range []string{" (…)", " A and B", " D and E", " D", " N", " SPAN", ` "A"`, " true", " false"} {
			part = strings.TrimSuffix(part, operand)
		}
		list = append(list, part)
	}
	return list
}

// The table of lengths of time says how long they may be.
func TestDocsLengthsOfTime(t *testing.T) {
	for _, row := range table(t, "### Lengths of time") {
		accepted := func(n int) bool {
			rule := fmt.Sprintf(`model "M" { target contact condition "C" { has EmailOpened within last %d %s score +1 } }`,
				n, strings.Trim(row[0], "`"))
			_, err := leadscore.Compile("m", rule, leadscore.StandardSchema())
			return err == nil
		}
		least, err := atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}
		most, err := atoi(row[2])
		if err != nil {
			t.Fatal(err)
		}
		if accepted(least-1) || !accepted(least) || !accepted(most) || accepted(most+1) {
			t.Errorf("%s do not go from %d to %d", row[0], least, most)
		}
	}
}

// atoi reads a number with its thousands separated.
func atoi(s string) (int, error) { return strconv.Atoi(strings.ReplaceAll(s, ",", "")) }

// The table of limits says what the defaults are: what keeps to one is parsed,
// and one more is an error.
func TestDocsLimits(t *testing.T) {
	list := func(n int, each, between string) string {
		return strings.TrimSuffix(strings.Repeat(each+between, n), between)
	}
	condition := func(child string) string { return `condition "C" { ` + child + ` score +1 }` }
	model := func(clauses string) string { return `model "M" { target contact ` + clauses + ` }` }
	makers := map[string]func(n int) string{
		"bytes of one file":            func(n int) string { return strings.Repeat(" ", n) },
		"models of one file":           func(n int) string { return list(n, model(""), "\n") },
		"tests of one file":            func(n int) string { return list(n, `test "T" { }`, "\n") },
		"clauses of one test":          func(n int) string { return `test "T" { ` + list(n, "Lead", "\n") + ` }` },
		"conditions of one model":      func(n int) string { return model(list(n, condition("has Lead"), "\n")) },
		"children of one condition":    func(n int) string { return model(condition(list(n, "has Lead", "\n"))) },
		"expressions of one child":     func(n int) string { return model(condition("has Lead where " + list(n, "A = 1", " and "))) },
		"values of one list":           func(n int) string { return model(condition("has Lead where A in (" + list(n, "1", ", ") + ")")) },
		"names of one path":            func(n int) string { return model(condition("has " + list(n, "A", "."))) },
		"names of one field reference": func(n int) string { return model(condition("has Lead where " + list(n, "A", ".") + " = 1")) },
		"problems shown of one file":   func(n int) string { return model(list(n, `condition "C" { score +1 }`, "\n")) },
	}
	rows := table(t, "### Limits")
	if len(rows) != len(makers) {
		t.Errorf("the table has %d limits, and this test knows %d", len(rows), len(makers))
	}
	for _, row := range rows {
		limit, err := atoi(row[1])
		if err != nil || makers[row[0]] == nil {
			t.Errorf("what is the limit %q?", row)
			continue
		}
		exceeded := func(n int) bool {
			_, diags := dsl.Parse("m", makers[row[0]](n), dsl.Limits{})
			return slices.ContainsFunc(diags, func(d dsl.Diagnostic) bool { return d.Code == dsl.CodeLimit })
		}
		if exceeded(limit) || !exceeded(limit+1) {
			t.Errorf("%s: %d exceeds the limit: %t, one more: %t", row[0], limit, exceeded(limit), exceeded(limit+1))
		}
	}
}
