package docstest

import (
	"cmp"
	"fmt"
	"slices"
	"testing/fstest"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/findings"
)

func (s *section) checkRules(b *block) error {
	text, err := b.Whole()
	if err != nil {
		return err
	}
	if b.Has("formatted") {
		if s.last == nil || s.last.Lang != "score" {
			return fmt.Errorf("a formatted block must follow a score block")
		}
		before, err := s.last.Whole()
		if err != nil {
			return err
		}
		formatted, err := dsl.Format("rules.score", before)
		if err != nil {
			return err
		}
		return differ("the canonical form", text, formatted)
	}
	file := leadscore.File{Name: cmp.Or(b.Args["file"], "rules.score"), Text: text}
	s.data[file.Name] = &fstest.MapFile{Data: []byte(text)}
	base := leadscore.StandardSchema()
	if b.Has("alone") {
		base = nil
	}
	files := append(slices.Clip(s.schema), file)
	builds := b.Builds()
	if builds && s.rules != nil {
		files = append(files, *s.rules)
	}
	_, err = leadscore.CompileSet(base, files)
	if b.Has("wrong") {
		diags, ok := err.(leadscore.Diagnostics)
		if !ok {
			return fmt.Errorf("this should not compile, but the error is %v", err)
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
	case !b.Has("loose"):
		if err := differ("the canonical form", text, formatted); err != nil {
			return err
		}
	case text == formatted:
		return fmt.Errorf("this is in canonical form, so it must not be loose")
	}
	switch {
	case b.Has("schema"):
		s.schema = append(s.schema, file)
	case !builds:
		s.rules = &file
	}
	return nil
}

// checkFindings checks the findings in rules that compile, if the page is about
// findings.
func (s *section) checkFindings(b *block, base *leadscore.Schema, file leadscore.File) error {
	code, shown := b.Args["findings"]
	if !shown && !b.Has("right") {
		return nil
	}
	var trees []*dsl.File
	for _, f := range append(slices.Clip(s.schema), file) {
		tree, _ := dsl.Parse(f.Name, f.Text, dsl.Limits{})
		trees = append(trees, tree)
	}
	set, _ := check.NewSet(base, trees...)
	var asOf time.Time
	if text := b.Args["as-of"]; text != "" {
		var err error
		if asOf, err = time.Parse(time.RFC3339, text); err != nil {
			return err
		}
	}
	found := findings.OfSet(set, asOf, trees...)
	if !shown {
		found = slices.DeleteFunc(found, func(d dsl.Diagnostic) bool {
			return d.Severity == dsl.Advice && string(d.Code) != s.code
		})
		if len(found) > 0 {
			return fmt.Errorf("there are findings:\n%v", found)
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
