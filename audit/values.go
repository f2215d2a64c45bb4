package audit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/alike"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// values looks at the distinct values of a field that rules test. counts says how
// many records have each, by code.
func (x *auditor) values(e *askedEntity, f *askedField, dict *columns.Dict, counts []int, n int) {
	var texts func(v traverse.Value) []string
	switch f.Type {
	case traverse.Text:
		if len(f.operands) == 0 {
			return
		}
		texts = func(v traverse.Value) []string { return []string{v.Text()} }
	case traverse.Choice:
		texts = func(v traverse.Value) []string { return []string{v.Text()} }
	case traverse.Choices:
		texts = func(v traverse.Value) []string { return v.Choices() }
	default:
		return
	}
	listed := map[string]bool{}
	for _, v := range f.Values {
		listed[f.Fold(v)] = true
	}
	almost := newAlmost(f)
	var unlisted, near spotted
	for code := 1; code < dict.Len(); code++ {
		if counts[code] == 0 {
			continue
		}
		for _, text := range texts(dict.Value(uint32(code))) {
			if o, ok := almost.match(text); ok {
				near.add(text, counts[code], o)
			}
			if len(listed) > 0 && !listed[f.Fold(text)] {
				unlisted.add(text, counts[code], operand{})
			}
		}
	}
	name := e.entity.Name()
	if unlisted.count > 0 {
		x.add(Finding{
			Code: CodeUnlisted, Entity: name, Field: f.Name, Count: unlisted.count, Of: n, Examples: unlisted.texts,
			Summary: fmt.Sprintf("%s a value that the schema does not list, such as %s", ofThem(unlisted.count, n, "has", "have"), shown.Quote(unlisted.texts[0])),
			Help:    "it lists " + list(f.Values),
		})
	}
	if near.count > 0 {
		x.add(Finding{
			Code: CodeAlmost, Entity: name, Field: f.Name, Count: near.count, Of: n, Examples: near.texts,
			Summary: fmt.Sprintf("%s almost what the rules compare it with: %s", ofThem(near.count, n, "is", "are"), near.say()),
		})
	}
}

// spotted counts odd values.
type spotted struct {
	count int // records
	texts []string
	like  operand // that the first text resembles
}

// say says how the first text and the operand differ.
func (s *spotted) say() string {
	text, like := shown.Quote(s.texts[0]), shown.Quote(s.like.raw)
	verb := map[check.Match]string{check.MatchContains: "contained", check.MatchWord: "contained", check.MatchPrefix: "began with", check.MatchSuffix: "ended with"}[s.like.how]
	if verb != "" {
		return fmt.Sprintf("%s looks as if it %s %s, and does not", text, verb, like)
	}
	return fmt.Sprintf("%s is not %s, it differs in %s", text, like, alike.Difference(s.texts[0], s.like.raw))
}

func (s *spotted) add(text string, count int, like operand) {
	if s.count == 0 {
		s.like = like
	}
	s.count += count
	if len(s.texts) < MaxExamples && !slices.Contains(s.texts, text) {
		s.texts = append(s.texts, text)
	}
}

// almost finds texts that match an operand only after blanks, letter case and
// look-alike letters are ignored.
type almost struct {
	field  *askedField
	equal  map[string]operand // by form
	others []operand          // of contains, begins with, ends with
	forms  []string           // of others
}

func newAlmost(f *askedField) *almost {
	a := &almost{field: f, equal: map[string]operand{}}
	for _, o := range f.operands {
		if o.how == check.MatchEquals {
			if _, ok := a.equal[alike.TextForm(o.text)]; !ok {
				a.equal[alike.TextForm(o.text)] = o
			}
			continue
		}
		a.others = append(a.others, o)
		a.forms = append(a.forms, alike.WordsForm(o.text))
	}
	return a
}

// match returns the operand that a text matches only almost.
func (a *almost) match(text string) (operand, bool) {
	folded := a.field.Fold(text)
	if o, ok := a.equal[alike.TextForm(text)]; ok && !slices.ContainsFunc(a.field.operands, func(o operand) bool { return o.text == folded && o.how == check.MatchEquals }) {
		return o, true
	}
	if len(a.others) == 0 {
		return operand{}, false
	}
	if alike.IsPlain(text) && !strings.Contains(text, "  ") && !strings.HasPrefix(text, "=") && !a.field.Exact {
		return operand{}, false // its form is the text itself, folded
	}
	form := alike.WordsForm(text)
	for i, o := range a.others {
		if a.forms[i] != "" && holds(o.how, form, a.forms[i]) && !holds(o.how, folded, o.text) {
			return o, true
		}
	}
	return operand{}, false
}

func holds(how check.Match, text, operand string) bool {
	switch how {
	case check.MatchContains:
		return strings.Contains(text, operand)
	case check.MatchWord:
		return check.ContainsWord(text, operand)
	case check.MatchPrefix:
		return strings.HasPrefix(text, operand)
	case check.MatchSuffix:
		return strings.HasSuffix(text, operand)
	}
	return text == operand
}

// list returns values for a sentence, at most eight.
func list(values []string) string {
	const most = 8
	quoted := make([]string, 0, most)
	for i, v := range values {
		if i == most {
			return strings.Join(quoted, ", ") + fmt.Sprintf(" and %d more", len(values)-most)
		}
		quoted = append(quoted, shown.Quote(v))
	}
	return strings.Join(quoted, ", ")
}
