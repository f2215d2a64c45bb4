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
	"github.com/leadscore/leadscore/internal/pages"
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
	cookbookPage  = "docs/cookbook.md"
)

// TestMain runs the tests in the root folder of the module, where the pages are.
func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		log.Fatal(err)
	}
	m.Run()
}

func TestDocs(t *testing.T) {
	for _, page := range []string{referencePage, tourPage, findingsPage, readmePage, problemsPage, exportsPage, auditPage, commandPage, cookbookPage} {
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

type block = pages.Block

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
	list, problems := pages.Blocks(page, text)
	for _, p := range problems {
		t.Error(p)
	}
	s := &section{t: t, data: fstest.MapFS{}}
	pending := func() {
		switch w := s.want; {
		case w == nil || w.optional:
		case w.failed != nil:
			t.Errorf("%s:%d: %v", page, w.block.Line, w.failed)
		default:
			t.Errorf("%s:%d: a text block with this result is missing:\n%s", page, w.block.Line, w.text)
		}
		s.want = nil
	}
	end := func() {
		if s.unused != nil {
			t.Errorf("%s:%d: nothing in the section uses this data", page, s.unused.Line)
		}
	}
	for i := range list {
		b := &list[i]
		if b.Lang != "text" || b.Has("scores") || b.Has("changes") || b.Has("moves") || b.Has("counts") || b.Has("tests") || b.Has("audit") {
			pending()
		}
		if b.Begins() {
			end()
			s = &section{t: t, data: fstest.MapFS{}}
		}
		if b.Heading {
			continue
		}
		if err := s.check(b); err != nil {
			t.Errorf("%s:%d: %v", page, b.Line, err)
		}
		s.last = b
	}
	pending()
	end()
}

func (s *section) check(b *block) error {
	if err := known(b); err != nil {
		return err
	}
	switch b.Lang {
	case "score":
		return s.checkRules(b)
	case "csv":
		s.data["data/"+b.Args["file"]] = &fstest.MapFile{Data: []byte(b.Text)}
		s.unused = b
		return nil
	case "json":
		if b.Has("explain") {
			return s.compare(b, s.explained)
		}
		s.data[b.Args["file"]] = &fstest.MapFile{Data: []byte(b.Text)}
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
func known(b *block) error {
	words := map[string]string{
		"score": "schema alone loose formatted wrong findings right fragment path target file as-of",
		"csv":   "file", "json": "file explain lead as-of",
		"text": "messages scores changes moves counts tests audit lead as-of to",
		"go":   "", "sh": "", "ebnf": "",
	}
	allowed, ok := words[b.Lang]
	if !ok {
		return fmt.Errorf("this test does not know the block %q", b.Lang)
	}
	for arg := range b.Args {
		if !slices.Contains(strings.Fields(allowed), arg) {
			return fmt.Errorf("a %s block does not have %s", b.Lang, arg)
		}
	}
	if (b.Lang == "csv" || b.Lang == "json" && !b.Has("explain")) && b.Args["file"] == "" {
		return fmt.Errorf("a %s block needs file=", b.Lang)
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
