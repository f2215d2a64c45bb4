package dsl

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// A formPlace is where in a file an otherForm is written: one place, or several.
type formPlace uint16

const (
	beginsBlock   formPlace = 1 << iota // outside of models
	beginsClause                        // a clause of a model
	beginsChild                         // a child
	afterPath                           // after the path of a child, or its date range
	afterExpr                           // after an expression of a child
	afterScore                          // after the score of a condition
	beginsExpr                          // an expression
	beginsOp                            // an operator
	beginsOperand                       // an operand
)

// An otherForm is something that people write and that the language does not have,
// or has in another form.
type otherForm struct {
	// words are what they write: keywords and signs, # for a number, UNIT for a unit
	// of time, @ for a date, and * for a name.
	words string
	at    formPlace
	why   string // follows the words in the message
	// means is what the language has instead, or "". It replaces the words.
	means string
	// keeps says what means has in common with the words, in whatever it is used, so
	// that it can be a fix. If it is "", means is only a suggestion.
	keeps string
	// instead is what to write, if means does not show it, or "".
	//
	// In means and instead, {n} and {m} are the numbers, {n+1} and {n-1} those next to the
	// first, {unit} is the unit, {a} and {b} are the dates and {a+1} is the next day;
	// {path} is the path after the words, and {last} that of the child before them.
	instead string
}

// A foundForm is an otherForm that comes next, with what its words stand for.
type foundForm struct {
	*otherForm
	later   bool   // it is one of laterForms
	text    string // the words as written
	span    Span
	numbers []string
	units   []string
	moments []string
	path    string // after it
	last    string // the path of the child before it, or "…"
}

// findForm returns the first form of later and otherForms that may be written at a
// place and comes next, or nil. last is the path of the child before it, if there
// is one.
func findForm(lex *tokens, at formPlace, last []*Name) *foundForm {
	for t, table := range [][]otherForm{laterForms, otherForms} {
		for i := range table {
			if f := &table[i]; f.at&at != 0 {
				if found := f.match(lex); found != nil {
					found.later, found.last = t == 0, pathOf(last)
					return found
				}
			}
		}
	}
	return nil
}

// match returns f if it comes next in lex, and nil otherwise.
func (f *otherForm) match(lex *tokens) *foundForm {
	found := foundForm{otherForm: f}
	n := 0
	var first, t *lexer.Token
	for word := range strings.FieldsSeq(f.words) {
		before := t
		t = lex.peekAt(n)
		ok := false
		switch word {
		case "#":
			ok = t.Type == tokInt
			found.numbers = append(found.numbers, t.Value)
		case "@":
			_, problem := parseMoment(t.Value)
			ok = t.Type == tokMoment && problem == ""
			found.moments = append(found.moments, t.Value)
		case "*":
			ok = t.Type == tokIdent || t.Type == tokQuoted
		case "UNIT":
			_, ok = unitOf(t)
			found.units = append(found.units, t.Value)
		default:
			ok = isWord(t, word) || isSign(t, word)
		}
		if !ok || before != nil && before.Pos.Line != t.Pos.Line {
			return nil
		}
		if before == nil {
			first = t
		} else {
			found.text += strings.Repeat(" ", min(1, startOf(t).Offset-endOf(before).Offset))
		}
		found.text += t.Value
		n++
	}
	found.span = spanOf(first, t)
	if next := lex.peekAt(n); isOneOf(next, "time", "times") && lex.peekAt(n+1).Type == tokIdent {
		n++
	}
	found.path = pathAt(lex, n)
	return &found
}

// pathAt returns the path that begins n tokens after the next one, on its line, or
// "…".
func pathAt(lex *tokens, n int) string {
	const most = 8 // names
	line := lex.peekAt(n).Pos.Line
	text := ""
	for range most {
		t := lex.peekAt(n)
		if t.Type != tokIdent && t.Type != tokQuoted || t.Pos.Line != line {
			break
		}
		text += clip(t.Value)
		if !isSign(lex.peekAt(n+1), ".") {
			return text
		}
		text += "."
		n += 2
	}
	return "…"
}

// pathOf returns a path as text, or "…" if there is none.
func pathOf(names []*Name) string {
	if len(names) == 0 {
		return "…"
	}
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = n.String()
	}
	return strings.Join(texts, ".")
}

// fill returns a template with what the words of the form stand for. ok is false if
// a number or date of it does not exist.
func (f *foundForm) fill(template string) (text string, ok bool) {
	if !strings.Contains(template, "{") {
		return template, true
	}
	ok = true
	number := func(i, plus int64) string {
		if int(i) >= len(f.numbers) {
			return ""
		}
		n, err := strconv.ParseInt(strings.TrimLeft(f.numbers[i], "+"), 10, 32)
		if err != nil && strings.Contains(template, "{n+1}") || n < 0 || n <= 1 && strings.Contains(template, "{n-1}") {
			ok = false
		}
		if plus == 0 {
			return f.numbers[i]
		}
		return strconv.FormatInt(n+plus, 10)
	}
	item := func(list []string, i int) string {
		if i >= len(list) {
			return ""
		}
		return list[i]
	}
	next := ""
	if a := item(f.moments, 0); a != "" && strings.Contains(template, "{a+1}") {
		if next = dayAfter(a); next == "" {
			ok = false
		}
	}
	if a := item(f.moments, 0); strings.Contains(template, "{day}") && strings.Contains(a, "T") {
		ok = false
	}
	text = strings.NewReplacer(
		"{n}", number(0, 0), "{n-1}", number(0, -1), "{n+1}", number(0, 1), "{m}", number(1, 0), "{unit}", item(f.units, 0),
		"{a}", item(f.moments, 0), "{b}", item(f.moments, 1), "{a+1}", next, "{day}", item(f.moments, 0),
		"{path}", f.path, "{last}", f.last,
	).Replace(template)
	return text, ok
}

// dayAfter returns the day after a date without a time, or "" if there is none in a
// year of four digits.
func dayAfter(raw string) string {
	m, problem := parseMoment(raw)
	if problem != "" || m.HasTime {
		return ""
	}
	m.Day++
	if m.Day > daysIn(m.Year, m.Month) {
		m.Day, m.Month = 1, m.Month+1
	}
	if m.Month > 12 {
		m.Month, m.Year = 1, m.Year+1
	}
	if m.Year > 9999 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", m.Year, m.Month, m.Day)
}

// err returns the error for a form that comes next.
func (f *foundForm) err() *syntaxError {
	e := &syntaxError{token: lexer.Token{
		Type: tokIdent, Value: f.text,
		Pos: lexer.Position{Offset: f.span.Start.Offset, Line: f.span.Start.Line, Column: f.span.Start.Column},
	}}
	means, ok := f.fill(f.means)
	switch {
	case f.later:
		e.summary = fmt.Sprintf("there is no %q%s", strings.TrimRight(f.text, " {"), f.why)
		e.help, _ = f.fill(f.instead)
		return e
	case means == "" || !ok:
		e.summary = "unexpected " + f.text
		e.help, _ = f.fill(f.instead)
		return e
	}
	e.nearest = means
	if f.keeps != "" {
		e.fix = &Edit{f.span, means}
	}
	return e
}

// otherwise returns the error for a form that begins at mark, if there is one, and
// err otherwise.
func otherwise(lex *tokens, mark int, at formPlace, last []*Name, err error) error {
	now := lex.at
	lex.at = mark
	if found := findForm(lex, at, last); found != nil {
		return found.err()
	}
	lex.at = now
	return err
}

// reportForm reports a form that comes next.
func (p *parser) reportForm(f *foundForm) *Diagnostic {
	e := f.err()
	d := p.report(f.span, CodeSyntax, "unexpected %s", clip(f.text))
	if e.summary != "" {
		d.Summary = e.summary
	}
	d.Nearest, d.Help = e.nearest, e.help
	d.apply(e.fix)
	return d
}
