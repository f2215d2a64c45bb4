package language

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// A Hover is what a word means, and where the word is.
type Hover struct {
	Range
	Markdown string
}

// Hover returns what the word at an offset of a file means: of a name what it is the name of,
// its type and where that is declared; of a name for a value the value; of a keyword or an
// operator what the language reference says. ok is false if there is nothing to say.
func (s *Snapshot) Hover(name string, offset int) (h Hover, ok bool) {
	f, o, ok := s.occurrence(name, offset)
	if f == nil {
		return Hover{}, false
	}
	if ok {
		return Hover{occurrenceRange(o), s.describe(o.Object)}, true
	}
	t, found := f.tokenAt(offset)
	if !found {
		return Hover{}, false
	}
	h.Range, h.Markdown = f.rangeOf(t.Span), s.meaningOf(f, t)
	return h, h.Markdown != ""
}

// tokenAt returns the token of a file that an offset is in, or directly after.
func (f *file) tokenAt(offset int) (dsl.Token, bool) {
	tokens := f.tokens()
	i := sort.Search(len(tokens), func(i int) bool { return tokens[i].End.Offset > offset })
	if i < len(tokens) && tokens[i].Start.Offset <= offset {
		return tokens[i], true
	}
	if i > 0 && tokens[i-1].End.Offset == offset {
		return tokens[i-1], true
	}
	return dsl.Token{}, false
}

// enclosing returns the innermost node of a tree that has all of a span and, unless it may be
// the same, is more.
func enclosing(tree *dsl.File, at dsl.Span, same bool) dsl.Node {
	for _, n := range slices.Backward(dsl.PathAt(tree, at.Start.Offset)) {
		own := n.At()
		if own.Start.Offset <= at.Start.Offset && at.End.Offset <= own.End.Offset && (same || own != at) {
			return n
		}
	}
	return nil
}

// meaningOf returns what a token means that names nothing.
func (s *Snapshot) meaningOf(f *file, t dsl.Token) string {
	n := enclosing(f.tree, t.Span, t.Kind == dsl.KindKeyword)
	switch t.Kind {
	case dsl.KindKeyword, dsl.KindOperator, dsl.KindUnit:
	case dsl.KindReference: // a period in another letter case
		if c, ok := enclosing(f.tree, t.Span, false).(*dsl.Cap); ok && len(c.Per) == 1 {
			return quoted("period") + source(meanings["period"].heading)
		}
		return ""
	case dsl.KindValue:
		return s.valueDoc(n)
	case dsl.KindSign:
		if _, isRelationship := n.(*dsl.Relationship); !isRelationship || t.Text == "." {
			return ""
		}
	default:
		return ""
	}
	key := constructAt(n, t.Text)
	if x, ok := n.(*dsl.Expectation); ok && int(x.Kind) < len(expectations) {
		return described(expectations[x.Kind], "Expectations")
	}
	m := meanings[key]
	if m.quotes == nil {
		return ""
	}
	doc := quoted(key)
	if c, ok := n.(*dsl.Comparison); ok {
		doc = fmt.Sprintf("`%s`\n\n%s", c.Op, doc)
	}
	return doc + source(m.heading)
}

// described returns a row of a table of the language reference.
func described(row, heading string) string {
	return rowText(strings.TrimPrefix(row, "| ")) + source(heading)
}

// source returns the line that says where the language reference says more.
func source(heading string) string {
	return fmt.Sprintf("\n\n*Language reference, %s*", heading)
}

// valueDoc returns what the field is that a value is compared with or given to.
func (s *Snapshot) valueDoc(n dsl.Node) string {
	c, ok := n.(*dsl.Comparison)
	if !ok {
		return ""
	}
	f, ok := s.info().Fields[c]
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s: %s", f.Name, fieldDetail(&f))
}

// describe returns what an object is, in Markdown.
func (s *Snapshot) describe(o *check.Object) string {
	var parts []string
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	declared := s.declarations(o)
	switch o.Kind {
	case check.EntityObject:
		if o.Name == traverse.AnyInteraction || o.Entity == nil {
			add("**" + o.Name + "**\n\n" + quoted("root Interaction"))
		} else {
			add(entityDoc(o.Entity))
		}
	case check.FieldObject:
		if f, ok := o.Entity.Field(o.Name); ok {
			add(fmt.Sprintf("**%s**", o.Name))
			add(fieldDoc(o.Entity, &f))
		}
	case check.RelationshipObject:
		if r, ok := o.Entity.Relationship(o.Name); ok {
			add(fmt.Sprintf("**%s**", o.Name))
			add(relationshipDoc(o.Entity, r))
		}
	case check.LetObject:
		add(code(o.Let.String()))
	default:
		title := fmt.Sprintf("**%s %s**", o.Kind, quote(o.Name))
		if o.In != nil {
			title += fmt.Sprintf(" of %s %s", o.In.Kind, quote(o.In.Name))
		}
		add(title)
		if len(declared) > 0 {
			add(s.nodeDoc(declaringNode(declared[0])))
		}
	}
	add(s.declaredAt(o, declared))
	return strings.Join(parts, "\n\n")
}

// declaredAt returns where an object is declared, as a sentence.
func (s *Snapshot) declaredAt(o *check.Object, declared []check.Occurrence) string {
	var places []string
	for _, d := range declared {
		places = append(places, fmt.Sprintf("%s:%d", d.File.Name, d.Span.Start.Line))
	}
	switch {
	case len(places) > 0:
		return "Declared in " + strings.Join(places, ", ") + "."
	case o.Kind == check.EntityObject && o.Name == traverse.AnyInteraction, o.Kind > check.RelationshipObject:
		return ""
	case s.base == traverse.Standard():
		return "Declared by the standard schema."
	}
	return "Declared by the schema."
}

// nodeDoc returns what a block or clause says, in short.
func (s *Snapshot) nodeDoc(n dsl.Node) string {
	switch n := n.(type) {
	case *dsl.Model:
		return s.modelDoc(n)
	case *dsl.Condition:
		return code(conditionText(n))
	case *dsl.Group:
		return fmt.Sprintf("Adds up %s. %s", counted(len(n.Clauses), "part"), quoted("limit"))
	case *dsl.FirstOf:
		return quoted("first of")
	case *dsl.Table:
		lines := make([]string, len(n.Rows))
		for i, row := range n.Rows {
			lines[i] = row.String()
		}
		return code(strings.Join(lines, "\n"))
	case *dsl.Dimension:
		var lines []string
		for _, clause := range n.Clauses {
			if text, ok := plainClause(clause); ok {
				lines = append(lines, text)
			}
		}
		return code(strings.Join(lines, "\n"))
	case *dsl.Grade:
		return "Scores " + gradeDetail(n) + "."
	case *dsl.Stage:
		return code(n.String())
	case *dsl.AssignmentRule:
		if n.Set != nil {
			return code(n.Set.String())
		}
	}
	return ""
}

// plainClause returns the text of a clause of a dimension that is one line.
func plainClause(clause dsl.Clause) (string, bool) {
	switch cl := clause.(type) {
	case *dsl.Limit:
		return cl.String(), true
	case *dsl.Grade:
		return fmt.Sprintf("grade %s %s", cl.Name.Raw, gradeDetail(cl)), cl.Name != nil
	}
	return "", false
}

// conditionText returns the children of a condition and its points in canonical form, a line
// each.
func conditionText(c *dsl.Condition) string {
	var lines []string
	for _, item := range c.Items {
		if text, ok := item.(fmt.Stringer); ok {
			lines = append(lines, text.String())
		}
	}
	if c.Score != nil {
		lines = append(lines, c.Score.String())
	}
	return strings.Join(lines, "\n")
}

// modelDoc returns what a model is: its description, its target and the scores it can give.
func (s *Snapshot) modelDoc(n *dsl.Model) string {
	var lines []string
	for _, clause := range n.Clauses {
		switch cl := clause.(type) {
		case *dsl.Description:
			if cl.Text != nil {
				lines = append(lines, cl.Text.Value)
			}
		case *dsl.Target:
			lines = append(lines, "Target: "+cl.Kind.String())
		}
	}
	if m := s.checked(n); m != nil {
		lines = append(lines, counted(len(m.Conditions), "condition"), "Scores "+s.scores(m).String())
	}
	return strings.Join(lines, "  \n")
}
