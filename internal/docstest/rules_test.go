package docstest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/findings"
)

func (s *section) checkRules(b *block) error {
	text, err := b.whole()
	if err != nil {
		return err
	}
	if b.has("formatted") {
		if s.last == nil || s.last.lang != "score" {
			return fmt.Errorf("a formatted block must follow a score block")
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
	// Tests, stages and assignments are about the models before.
	builds := !begins(text, "model") && (begins(text, "test") || begins(text, "stages") || begins(text, "assignment"))
	if builds && s.rules != nil {
		files = append(files, *s.rules)
	}
	_, err = leadscore.CompileSet(base, files)
	if b.has("wrong") {
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
	case !b.has("loose"):
		if err := differ("the canonical form", text, formatted); err != nil {
			return err
		}
	case text == formatted:
		return fmt.Errorf("this is in canonical form, so it must not be loose")
	}
	switch {
	case b.has("schema"):
		s.schema = append(s.schema, file)
	case !builds:
		s.rules = &file
	}
	return nil
}

// begins reports whether a line of text begins a block, such as `test "…"`.
func begins(text, word string) bool { return strings.Contains("\n"+text, "\n"+word+" \"") }

// checkFindings checks the findings in rules that compile, if the page is about
// findings.
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
	set, _ := check.NewSet(base, trees...)
	var asOf time.Time
	if text := b.args["as-of"]; text != "" {
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

// whole returns the block's text as a file. It completes a fragment.
func (b *block) whole() (string, error) {
	target := cmp.Or(b.args["target"], "contact")
	const model = "model \"Fragment\" {\n    target %s\n%s}\n"
	fragment := b.args["fragment"]
	switch fragment {
	case "":
		return b.text, nil
	case "clause":
		apart := func(word string) bool { return strings.HasPrefix(b.text, word+" ") } // a blank line is before it
		if slices.ContainsFunc([]string{"condition", "group", "first of", "table", "dimension", "audience"}, apart) {
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

// parts splits a text before each line that is not indented and does not close a block.
func parts(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		if len(list) == 0 || !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "}") {
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
