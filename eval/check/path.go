package check

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// path resolves a child's path. If it cannot, it reports why and returns nil.
func (c *checker) path(names []*dsl.Name) traverse.Path {
	texts := make([]string, len(names))
	for i, n := range names {
		if n.Bad {
			return nil
		}
		texts[i] = n.Text
	}
	path, err := c.schemaPath(texts)
	if bad, ok := errors.AsType[*traverse.PathError](err); ok {
		if c.undeclared(texts[:bad.Index], texts[bad.Index]) {
			return nil
		}
		code := CodePath
		if bad.Index == 0 {
			code = CodeName
		}
		d := c.problem(names[bad.Index].Span, code, "%s", bad.Summary)
		if len(c.diags) <= maxSuggestions {
			d.Nearest = bad.Nearest()
			c.fixName(d, texts[bad.Index], c.stops(texts[:bad.Index]))
		}
		if bad.Index == len(texts)-1 && len(c.diags) <= maxSuggestions && c.withBlanks(d, names[bad.Index], c.stops(texts[:bad.Index])) {
			return nil
		}
		if at, err := c.schema.Path(texts[:bad.Index]...); err == nil && bad.Index == len(texts)-1 {
			if _, ok := at.Last().Entity.Field(texts[bad.Index]); ok {
				d.Help = fmt.Sprintf("test it after where: %s where %s …", pathText(names[:bad.Index]), names[bad.Index])
			}
		}
		if bad.Index == 0 && d.Nearest == "" {
			if via := c.wayTo(texts[0]); via != "" {
				d.Help = fmt.Sprintf("write %s", via)
			} else if c.schema.Entity(texts[0]) == nil && len(c.diags) <= maxSuggestions {
				d.Expected = c.alike(texts[0])
			}
		}
		return nil
	}
	if !c.pathWithinHops(names) {
		return nil
	}
	if !c.ofLead(names[0]) {
		return nil
	}
	return path
}

// schemaPath resolves a path in the schema. Most paths have one name.
func (c *checker) schemaPath(names []string) (traverse.Path, error) {
	root := names[0]
	if path, ok := c.roots[root]; ok && len(names) == 1 {
		return path, nil
	}
	path, err := c.schema.Path(names...)
	if err == nil && len(names) == 1 {
		c.roots[root] = path
	}
	return path, err
}

// pathWithinHops reports whether a path is within the limit of hops, and a problem if
// it is not.
func (c *checker) pathWithinHops(names []*dsl.Name) bool {
	hops := len(names) - 1
	if hops <= traverse.MaxHops {
		return true
	}
	over := dsl.Span{Start: names[traverse.MaxHops+1].Start, End: names[len(names)-1].End}
	d := c.problem(over, CodeHops, "the path takes %s; the limit is %s", counted(hops, "hop"), spelled(traverse.MaxHops))
	d.Help = fmt.Sprintf("each dot is a hop; end the path at %s", names[traverse.MaxHops])
	return false
}

// stops returns the names that can follow the beginning of a path.
func (c *checker) stops(before []string) iter.Seq[string] {
	if len(before) == 0 {
		return c.schema.Roots()
	}
	path, err := c.schema.Path(before...)
	if err != nil {
		return slices.Values[[]string](nil)
	}
	return path.Last().Entity.RelationshipNames()
}

// fixName adds the fix of a misspelt name if d.Nearest is the only one of
// candidates that can have been meant.
func (c *checker) fixName(d *dsl.Diagnostic, name string, candidates iter.Seq[string]) {
	if d.Nearest != "" && nearest.Only(name, candidates) == d.Nearest {
		d.Replace((&dsl.Name{Text: d.Nearest}).String())
	}
}

// alike returns the names a path can start with that begin with word. It helps
// where a name was written as two words.
func (c *checker) alike(word string) []string {
	const few = 12
	var list []string
	for name := range c.schema.Roots() {
		if len(name) > len(word) && strings.EqualFold(name[:len(word)], word) {
			list = append(list, name)
		}
	}
	if len(list) > few {
		return nil
	}
	return list
}

// withBlanks rewrites the problem of an unknown name if it and the words after it are
// one of candidates as forms show it, with blanks: Parent contact is ParentContact. It
// reports whether they are.
func (c *checker) withBlanks(d *dsl.Diagnostic, name *dsl.Name, candidates iter.Seq[string]) bool {
	if name.Quoted || d.Line == "" {
		return false
	}
	line := []rune(d.Line)
	end := min(name.End.Column-1, len(line))
	joined, shown := name.Text, name.Text
	found, at := "", end
	for end < len(line) && line[end] == ' ' {
		from := end + 1
		for end = from; end < len(line) && (unicode.IsLetter(line[end]) || unicode.IsDigit(line[end])); end++ {
		}
		if end == from {
			break
		}
		joined += string(line[from:end])
		for candidate := range candidates {
			if strings.EqualFold(candidate, joined) {
				found, at, shown = candidate, end, string(line[name.Start.Column-1:end])
			}
		}
	}
	if found == "" {
		return false
	}
	offset := name.End.Offset + len(string(line[name.End.Column-1:at]))
	d.Span.End = dsl.Pos{Offset: offset, Line: name.End.Line, Column: at + 1}
	d.Summary, d.Expected, d.Nearest = fmt.Sprintf("names have no blanks: %s is %s", shown, found), nil, ""
	if at == len(line) || line[at] != '.' { // else the next name may have blanks, too
		d.Replace((&dsl.Name{Text: found}).String())
	}
	return true
}

// undeclared reports whether a name is that of a field whose declaration could
// not be read: the parser has reported it.
func (c *checker) undeclared(before []string, name string) bool {
	if len(before) == 0 {
		return false
	}
	path, err := c.schema.Path(before...)
	if err != nil {
		return false
	}
	f, ok := path.Last().Entity.Field(name)
	return ok && f.Type == traverse.NoType
}

// wayTo returns the shortest path from Lead to a profile that no path starts at.
func (c *checker) wayTo(entity string) string {
	for r := range relationships(c.schema.Entity(traverse.Lead)) {
		if r.Target == entity {
			return traverse.Lead + "." + r.Name
		}
	}
	return ""
}

func relationships(e *traverse.Entity) func(func(traverse.Relationship) bool) {
	if e == nil {
		return func(func(traverse.Relationship) bool) {}
	}
	return e.Relationships()
}

func counted(n int, what string) string {
	if n == 1 {
		return "one " + what
	}
	return spelled(n) + " " + what + "s"
}

func spelled(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	if n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

// datedStep returns the step to which a date range applies: the first interaction,
// or else the last step that is dated by a field, or else -1.
func datedStep(path traverse.Path) int {
	last := -1
	for i, s := range path {
		if s.Entity.Kind() == traverse.Interaction {
			return i
		}
		if _, ok := s.Entity.Dated(); ok {
			last = i
		}
	}
	return last
}

// pathOf returns the path of a child as it is written.
func pathOf(ch *dsl.Child) string {
	text := ch.Path[0].String()
	for _, n := range ch.Or {
		text += " or " + n.String()
	}
	for _, n := range ch.Path[1:] {
		text += "." + n.String()
	}
	return text
}

func pathText(names []*dsl.Name) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = n.String()
	}
	return strings.Join(texts, ".")
}
