// Package pages reads the pages of the documentation: their headings and fenced code blocks,
// and the rule files that these make. The tests of the documentation and the site that is
// made of it use it.
package pages

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Block is a fenced code block of a page, or a heading.
type Block struct {
	Page    string // such as docs/language.md
	Line    int    // of the fence that opens the block, or of the heading
	Heading bool
	Lang    string            // the first word after the fence
	Args    map[string]string // the other words; one without = has the value ""
	Text    string            // of a heading, the line
}

// Has reports whether the block has an argument.
func (b *Block) Has(arg string) bool { _, ok := b.Args[arg]; return ok }

// goesOn are the pages whose sections go on below headings of the third level.
var goesOn = []string{"docs/tour.md", "docs/cli.md", "docs/cookbook.md"}

// Begins reports whether the block is a heading that begins a section: what is shown below
// it has nothing to do with the rules and data above it.
func (b *Block) Begins() bool {
	return b.Heading && (!slices.Contains(goesOn, b.Page) || !strings.HasPrefix(b.Text, "### "))
}

// Blocks returns the headings and fenced code blocks of a page, and what is wrong with it.
// Code that is indented instead of fenced is a problem, as it would not be tested.
func Blocks(page, text string) (list []Block, problems []string) {
	var open *Block
	for i, line := range strings.Split(text, "\n") {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case open != nil && fence:
			list, open = append(list, *open), nil
		case open != nil:
			open.Text += line + "\n"
		case fence:
			open = &Block{Page: page, Line: i + 1, Args: map[string]string{}}
			words := strings.Fields(info)
			if len(words) > 0 {
				open.Lang = words[0]
				for _, w := range words[1:] {
					key, value, _ := strings.Cut(w, "=")
					open.Args[key] = value
				}
			}
		case strings.HasPrefix(line, "#"):
			list = append(list, Block{Page: page, Line: i + 1, Heading: true, Text: line})
		case strings.HasPrefix(line, "    "), strings.HasPrefix(line, "\t"), strings.HasPrefix(strings.TrimSpace(line), "```"):
			problems = append(problems, fmt.Sprintf("%s:%d: code must be fenced, and not indented", page, i+1))
		}
	}
	if open != nil {
		problems = append(problems, fmt.Sprintf("%s:%d: the block is not closed", page, open.Line))
	}
	return list, problems
}

// Builds reports whether a block of rules has no model, but something that is about the
// models before it on the page: tests, stages or assignments.
func (b *Block) Builds() bool {
	return !begins(b.Text, "model") && (begins(b.Text, "test") || begins(b.Text, "stages") || begins(b.Text, "assignment"))
}

// begins reports whether a line of text begins a block, such as `test "…"`.
func begins(text, word string) bool { return strings.Contains("\n"+text, "\n"+word+" \"") }

// Whole returns the text of a block of rules as a file. It completes a fragment.
func (b *Block) Whole() (string, error) {
	target := cmp.Or(b.Args["target"], "contact")
	const model = "model \"Fragment\" {\n    target %s\n%s}\n"
	fragment := b.Args["fragment"]
	switch fragment {
	case "":
		return b.Text, nil
	case "clause":
		apart := func(word string) bool { return strings.HasPrefix(b.Text, word+" ") } // a blank line is before it
		if slices.ContainsFunc([]string{"condition", "group", "first of", "table", "dimension", "audience"}, apart) {
			return fmt.Sprintf(model, target, "\n"+indent(b.Text, "    ")), nil
		}
		return fmt.Sprintf(model, target, indent(b.Text, "    ")), nil
	case "child", "where":
	default:
		return "", fmt.Errorf("there is no fragment %s", fragment)
	}
	var conditions strings.Builder
	for i, part := range parts(b.Text) {
		part = indent(part, "        ")
		if fragment == "where" {
			part = fmt.Sprintf("        has %s\n            where %s\n", b.Args["path"], strings.TrimSpace(part))
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

// indent puts a text before each line that is not empty.
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
