package findings

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// texts reports what is odd about the texts that the expressions of a model compare
// values with.
func (f *finder) texts() {
	seen := map[*dsl.Comparison]bool{} // the rows of a table by number have the same expressions
	var visit func(e check.Expr)
	visit = func(e check.Expr) {
		switch e := e.(type) {
		case *check.Comparison:
			if !seen[e.Source] {
				seen[e.Source] = true
				f.operands(e)
			}
		case *check.And:
			for _, t := range e.Terms {
				visit(t)
			}
		case *check.Or:
			for _, t := range e.Terms {
				visit(t)
			}
		case *check.Not:
			visit(e.Expr)
		}
	}
	all := f.model.Conditions
	if f.model.Audience != nil {
		all = append(all[:len(all):len(all)], *f.model.Audience)
	}
	for i := range all {
		for _, ch := range all[i].Children {
			for _, e := range ch.Where {
				visit(e)
			}
		}
	}
}

// operands reports what is odd about the text operands of a comparison.
func (f *finder) operands(c *check.Comparison) {
	var list []*dsl.String
	for _, o := range c.Source.Operands {
		s, ok := o.(*dsl.String)
		if !ok {
			return
		}
		list = append(list, s)
	}
	for _, s := range list {
		switch hidden := firstHidden(s.Raw); { // what is escaped can be seen
		case hidden >= 0:
			f.warn(CodeInvisible, s.Span, "%s contains %s, which cannot be seen", shown.Quote(s.Value), character(hidden)).Help = "write the text without it, unless the data has it, too"
		case f.outerBlank(c, s):
		default:
			f.mixedLetters(s)
		}
	}
	f.repeatedValues(c, list)
	if len(list) > 0 && c.Field.Type == traverse.Text {
		f.withinWords(c, list)
	}
}

// firstHidden returns the first character of a text that cannot be seen, or -1. A
// blank can: it is where words are apart.
func firstHidden(text string) rune {
	for _, r := range text {
		if r != ' ' && (shown.Unsafe(r) || unicode.IsSpace(r) || unicode.Is(unicode.Zs, r) || unicode.Is(unicode.Cf, r) && r != zeroWidthJoiner) {
			return r
		}
	}
	return -1
}

// zeroWidthJoiner is part of some emoji.
const zeroWidthJoiner = '\u200D'

// names are those of frequent characters that cannot be seen.
var names = map[rune]string{
	'\t': "a tab", '\n': "a line break", '\r': "a line break", '\u00A0': "a no-break space", '\u00AD': "a soft hyphen",
	'\u200B': "a zero-width space", '\u202F': "a narrow no-break space", '\u2060': "a word joiner", '\uFEFF': "a byte-order mark",
}

// character returns what messages call a character that cannot be seen.
func character(r rune) string {
	if name := names[r]; name != "" {
		return fmt.Sprintf("%s (U+%04X)", name, r)
	}
	return fmt.Sprintf("the character U+%04X", r)
}

// outerBlank reports a text that begins or ends in a blank, and returns whether it
// did. A blank at an end may be meant where the value may go on there: "CTO " after
// begins with.
func (f *finder) outerBlank(c *check.Comparison, s *dsl.String) bool {
	m, ok := c.Predicate.(check.TextMatch)
	begins, ends := strings.HasPrefix(s.Value, " "), strings.HasSuffix(s.Value, " ")
	if ok {
		begins = begins && (m.How == check.MatchEquals || m.How == check.MatchPrefix)
		ends = ends && (m.How == check.MatchEquals || m.How == check.MatchSuffix)
	}
	if !begins && !ends {
		return false
	}
	where := "begins and ends with a blank"
	switch {
	case !ends:
		where = "begins with a blank"
	case !begins:
		where = "ends with a blank"
	}
	f.warn(CodeBlank, s.Span, "%s %s: it matches only values that do", shown.Quote(s.Value), where).Help = fmt.Sprintf("write %s", shown.Quote(strings.Trim(s.Value, " ")))
	return true
}

// scripts are alphabets with letters that look alike.
var scripts = []struct {
	name  string
	table *unicode.RangeTable
}{{"Latin", unicode.Latin}, {"Cyrillic", unicode.Cyrillic}, {"Greek", unicode.Greek}}

// mixedLetters reports a word with letters of several alphabets.
func (f *finder) mixedLetters(s *dsl.String) {
	before, first := -1, rune(0)
	for _, r := range s.Raw {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			before = -1
			continue
		}
		for i, script := range scripts {
			if !unicode.Is(script.table, r) {
				continue
			}
			if before >= 0 && before != i {
				f.warn(CodeMixed, s.Span, "%s has %s and %s letters in one word, such as %c (U+%04X) and %c (U+%04X)",
					shown.Quote(s.Value), scripts[before].name, script.name, first, first, r, r).Help = "type the word again"
				return
			}
			before, first = i, r
		}
	}
}

// repeatedValues reports values of a list that change nothing because of another
// one.
func (f *finder) repeatedValues(c *check.Comparison, list []*dsl.String) {
	const most = 8 // findings about one list
	how, sense := check.MatchEquals, "equals"
	if m, ok := c.Predicate.(check.TextMatch); ok {
		how = m.How
		sense = map[check.Match]string{check.MatchContains: "contains", check.MatchWord: "contains", check.MatchPrefix: "begins with", check.MatchSuffix: "ends with"}[how]
	}
	values := make([]string, len(list))
	first := map[string]int{}
	found := 0
	for i, s := range list {
		values[i] = c.Field.Fold(s.Value)
		j, ok := first[values[i]]
		if !ok {
			first[values[i]] = i
			continue
		}
		if found++; found > most {
			return
		}
		d := f.warn(CodeSameValue, s.Span, "the list has %s twice", shown.Quote(s.Value))
		if s.Value != list[j].Value {
			d.Summary = fmt.Sprintf("%s equals %s: letter case makes no difference", shown.Quote(s.Value), shown.Quote(list[j].Value))
		}
		d.Help = "drop one of them"
		f.related(d, list[j].Span, "the other is here")
	}
	if how == check.MatchEquals || !f.judge.take(len(list)*len(list)) {
		return
	}
	for i, v := range values {
		for j, w := range values {
			if v == w || !relates(how, v, how, w) {
				continue
			}
			if found++; found > most {
				return
			}
			d := f.warn(CodeImpliedValue, list[i].Span, "%s changes nothing: what %s it %s %s", shown.Quote(list[i].Value), sense, sense, shown.Quote(list[j].Value))
			d.Help = "drop it"
			f.related(d, list[j].Span, "follows from this")
			break
		}
	}
}

// withinWords reports a word after contains that is also found within other words,
// of which it is not the beginning, as its stem would be.
func (f *finder) withinWords(c *check.Comparison, list []*dsl.String) {
	m, ok := c.Predicate.(check.TextMatch)
	if !ok || m.How != check.MatchContains {
		return
	}
	for _, s := range list {
		v := traverse.Fold(s.Value)
		if n := utf8.RuneCountInString(v); n < 2 || n > 6 || strings.ContainsFunc(v, func(r rune) bool { return !unicode.IsLetter(r) }) {
			continue
		}
		for _, word := range ordinaryWords {
			if at := strings.Index(word, v); at > 0 {
				f.report(dsl.Advice, CodeWithinWords, s.Span, "contains finds %s within other words, too, such as %s", shown.Quote(s.Value), word).
					Help = "write contains word, if only the word is meant"
				break
			}
		}
	}
}

// ordinaryWords are words of titles, companies and pages within which short words
// are found by accident. It is a list and not a rule on length, so that no advice is
// given about what is found in no such word.
var ordinaryWords = strings.Fields(`
director sector doctor contractor instructor security recruiter architect capital unit critical enterprise improvement
development retail training maintenance chair html leader head graduate workshop laptop logistics luxury business
customer industry woman email chairman healthcare partner department misleading steam mapping contest latest carefree
industrial border recorder prevention support report transport export parent current leadership partnership membership
wholesale female museum entrepreneur christian throughput conscious precious building linux international secretary
strategic operations education finance financial administration insurance technology manufacturing hospitality
`)

// unsafeCharacters reports control and bidirectional characters anywhere in a file:
// they make rules look like what they are not. Operands are reported by texts.
func unsafeCharacters(file *dsl.File, reported dsl.Diagnostics) dsl.Diagnostics {
	const most = 8 // findings about one file
	var list dsl.Diagnostics
	known := map[int]bool{} // lines
	for _, d := range reported {
		if d.File == file.Name && d.Code == CodeInvisible {
			known[d.Span.Start.Line] = true
		}
	}
	pos := dsl.Pos{Line: 1, Column: 1}
	for i, r := range file.Text {
		pos.Offset = i
		size := utf8.RuneLen(r)
		if shown.Unsafe(r) && r != '\n' && r != '\r' && r != '\t' && size > 0 && !known[pos.Line] {
			if len(list) == most {
				break
			}
			known[pos.Line] = true
			end := dsl.Pos{Offset: i + size, Line: pos.Line, Column: pos.Column + 1}
			list = append(list, dsl.Diagnostic{
				Severity: dsl.Warning, Code: CodeInvisible, File: file.Name, Span: dsl.Span{Start: pos, End: end}, Line: file.Line(pos),
				Summary: fmt.Sprintf("%s cannot be seen, and can make rules look different from what they say", character(r)),
				Help:    "delete it",
			})
		}
		pos.Column++
		if r == '\n' {
			pos.Line, pos.Column = pos.Line+1, 1
		}
	}
	return list
}
