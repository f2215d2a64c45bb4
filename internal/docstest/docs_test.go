package docstest

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/leadscore/leadscore"
)

const (
	referencePage = "docs/language.md"
	tourPage      = "docs/tour.md"
	findingsPage  = "docs/findings.md"
	auditPage     = "docs/audit.md"
	readmePage    = "README.md"
	problemsPage  = "docs/diagnostics.md"
	exportsPage   = "docs/exports.md"
	commandPage   = "docs/cli.md"
)

// TestMain runs the tests in the root folder of the module, where the pages are.
func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		log.Fatal(err)
	}
	m.Run()
}

func TestDocs(t *testing.T) {
	for _, page := range []string{referencePage, tourPage, findingsPage, readmePage, problemsPage, exportsPage, auditPage, commandPage} {
		t.Run(filepath.Base(page), func(t *testing.T) {
			text, err := os.ReadFile(page)
			if page == readmePage && os.IsNotExist(err) {
				t.Skip("there is no README")
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

// blocks returns the headings and fenced code blocks of a page. Code that is
// indented instead of fenced is a problem, as it would not be tested.
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
			problems = append(problems, fmt.Sprintf("%s:%d: code must be fenced, and not indented", page, i+1))
		}
	}
	if open != nil {
		problems = append(problems, fmt.Sprintf("%s:%d: the block is not closed", page, open.line))
	}
	return list, problems
}

// A section is the part of a page since the last heading.
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

// An outcome is a result of a block that the next block must show.
type outcome struct {
	block *block
	diags leadscore.Diagnostics // of a wrong score block
	text  string
	// The output of commands need not be shown, unless they fail.
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
			t.Errorf("%s:%d: a text block with this result is missing:\n%s", page, w.block.line, w.text)
		}
		s.want = nil
	}
	end := func() {
		if s.unused != nil {
			t.Errorf("%s:%d: nothing in the section uses this data", page, s.unused.line)
		}
	}
	for i := range list {
		b := &list[i]
		if b.lang != "text" || b.has("scores") || b.has("changes") || b.has("moves") || b.has("counts") || b.has("tests") || b.has("audit") {
			pending()
		}
		if b.heading && (page == tourPage || page == commandPage) && strings.HasPrefix(b.text, "### ") {
			continue // these pages go on with the same files
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

// known returns an error for an info string that is not known.
func (b *block) known() error {
	words := map[string]string{
		"score": "schema alone loose formatted wrong findings right fragment path target file as-of",
		"csv":   "file", "json": "file explain lead as-of",
		"text": "messages scores changes moves counts tests audit lead as-of to",
		"go":   "", "sh": "", "ebnf": "",
	}
	allowed, ok := words[b.lang]
	if !ok {
		return fmt.Errorf("this test does not know the block %q", b.lang)
	}
	for arg := range b.args {
		if !slices.Contains(strings.Fields(allowed), arg) {
			return fmt.Errorf("a %s block does not have %s", b.lang, arg)
		}
	}
	if (b.lang == "csv" || b.lang == "json" && !b.has("explain")) && b.args["file"] == "" {
		return fmt.Errorf("a %s block needs file=", b.lang)
	}
	return nil
}

// differ returns an error if what a page shows differs from what is so.
func differ(what, shown, is string) error {
	if shown == is {
		return nil
	}
	return fmt.Errorf("%s differs: the page shows\n%s\ninstead of\n%s", what, shown, is)
}
