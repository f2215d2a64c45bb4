package language

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// quote returns a text in double quotes, as rules write it.
func quote(text string) string { return strconv.Quote(text) }

// fieldDetail returns the type of a field as a schema block declares it, with a few of its
// values.
func fieldDetail(f *traverse.Field) string {
	var b strings.Builder
	b.WriteString(f.Type.String())
	if len(f.Values) > 0 {
		const few = 6
		list := make([]string, 0, few)
		for _, v := range f.Values[:min(few, len(f.Values))] {
			list = append(list, quote(v))
		}
		if len(f.Values) > few {
			list = append(list, "…")
		}
		fmt.Fprintf(&b, " (%s)", strings.Join(list, ", "))
	}
	if f.Exact {
		b.WriteString(" exact")
	}
	if f.Derived != traverse.Stored {
		b.WriteString(" " + f.Derived.String())
	}
	return b.String()
}

// fieldDoc returns what a field is, in Markdown.
func fieldDoc(e *traverse.Entity, f *traverse.Field) string {
	doc := fmt.Sprintf("Field of %s: %s", e.Name(), fieldDetail(f))
	var more []string
	if f.Exact {
		more = append(more, quoted("exact"))
	}
	if f.Derived != traverse.Stored {
		more = append(more, quoted("calculated"))
	}
	if dated, ok := e.Dated(); ok && dated.Name == f.Name {
		more = append(more, fmt.Sprintf("It is the date of %s, to which a date range applies.", e.Name()))
	}
	return strings.Join(append([]string{doc}, more...), "\n\n")
}

// relationshipDoc returns what a relationship is, in Markdown.
func relationshipDoc(e *traverse.Entity, r traverse.Relationship) string {
	if r.Many() {
		return fmt.Sprintf("%s.%s leads to every %s whose %s it is (1:N).", e.Name(), r.Name, r.Target, r.Via)
	}
	return fmt.Sprintf("%s.%s leads to one %s, or to none (N:1).", e.Name(), r.Name, r.Target)
}

// pointsText returns the points of a condition, with their bound.
func pointsText(s *dsl.Score) string { return strings.TrimPrefix(s.String(), "score ") }

// code returns lines of rules as Markdown.
func code(text string) string { return "```score\n" + text + "\n```" }

// entityDoc returns an entity as a schema block, with its fields and relationships.
func entityDoc(e *traverse.Entity) string {
	var b strings.Builder
	const most = 40
	lines := 0
	line := func(text string) {
		if lines++; lines < most {
			b.WriteString("\n    " + text)
		} else if lines == most {
			b.WriteString("\n    // …")
		}
	}
	for f := range e.Fields() {
		line((&dsl.Name{Text: f.Name}).String() + " " + fieldDetail(&f))
	}
	for r := range e.Relationships() {
		name, target := (&dsl.Name{Text: r.Name}).String(), (&dsl.Name{Text: r.Target}).String()
		if r.Many() {
			line(fmt.Sprintf("%s <- %s.%s", name, target, (&dsl.Name{Text: r.Via}).String()))
		} else {
			line(fmt.Sprintf("%s -> %s", name, target))
		}
	}
	head := e.Kind().String() + " " + (&dsl.Name{Text: e.Name()}).String()
	if e.Passive() {
		head += " passive"
	}
	return code(head + " {" + b.String() + "\n}")
}
