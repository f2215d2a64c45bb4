package dsl

import (
	"fmt"
	"slices"
	"strings"
)

// wantBy consumes the by of a table.
func wantBy(lex *tokens) error {
	if accept(lex, "by") {
		return nil
	}
	err := keywordError(lex, "by")
	switch t := lex.Peek(); {
	case isOneOf(t, "on", "of", "for", "per", "over", "from", "using"):
		err.nearest, err.fix = "by", swap(t, "by")
	case isSign(t, "{"):
		err.help = `a table is written table "Size" by Lead.ParentAccount.NumberOfEmployees {, or by number of WebsiteVisited {`
	case t.Type == tokIdent && isSign(lex.peekAt(1), "."):
		at := startOf(t)
		err.nearest, err.fix = "by", &Edit{Span{at, at}, "by "}
	}
	return err
}

// countMeant returns an error if words come next that mean number of, and nil
// otherwise.
func countMeant(lex *tokens) error {
	t, next := lex.Peek(), lex.peekAt(1)
	switch {
	case isOneOf(t, "count", "amount", "total") && isWord(next, "of"):
		err := unexpected(lex, "number of")
		err.nearest, err.fix = "number of", swap(t, "number")
		return err
	case isOneOf(t, "number", "count") && !isWord(next, "of") && (next.Type == tokIdent || next.Type == tokQuoted) && next.Pos.Line == t.Pos.Line:
		err := unexpected(lex, "number of")
		err.nearest, err.fix = "number of", swap(t, "number of")
		return err
	}
	return nil
}

// frequencyMeant returns an error if a frequency comes next, and after it a path, and
// nil otherwise.
func frequencyMeant(lex *tokens) error {
	t, next := lex.Peek(), lex.peekAt(1)
	if !isOneOf(t, "each", "has", "every", "all") || next.Type != tokIdent && next.Type != tokQuoted || next.Pos.Line != t.Pos.Line ||
		isOneOf(next, "or", "within", "since", "between", "where", "once", "up") {
		return nil
	}
	return &syntaxError{token: *t, summary: "the number of a table is counted without a frequency", help: "leave out " + t.Value, fix: drop(lex)}
}

// noTableBrace returns the error for what comes in place of the brace of a table.
func noTableBrace(lex *tokens, t *Table) *syntaxError {
	err := unexpected(lex, "{")
	if word := lex.Peek(); t.Number == nil && isOneOf(word, "where", "within", "since", "between", "once", "up") {
		err.summary, err.expected = fmt.Sprintf("%s cannot follow the field of a table", word.Value), nil
		err.help = "it belongs to by number of, which counts occurrences"
	}
	return err
}

// rowForms maps words that newcomers write before the number of a row to the form that
// holds for the same numbers.
var rowForms = map[string]string{
	"above": ">", "over": ">", "under": "below", "more than": ">", "greater than": ">", "less than": "below", "fewer than": "below",
	"smaller than": "below", "at least": "from", "at most": "<=", "up to": "<=", "until": "<=",
}

// noRow completes err, the error for a missing value where a row begins if first is
// true.
func noRow(lex *tokens, first bool, err error) error {
	bad, ok := err.(*syntaxError)
	if !ok || !first {
		return err
	}
	t, next := lex.Peek(), lex.peekAt(1)
	word := strings.ToLower(t.Value)
	switch two := word + " " + strings.ToLower(next.Value); {
	case isOneOf(t, "else", "default", "other", "others", "rest") && isWord(next, "score"):
		bad.nearest, bad.help, bad.fix = "otherwise", "", swap(t, "otherwise")
	case isOneOf(t, "empty", "missing", "nothing", "blank") && isWord(next, "score"):
		bad.nearest, bad.help, bad.fix = "is empty", "", swap(t, "is empty")
	case rowForms[two] != "" && t.Type == tokIdent:
		bad.nearest, bad.help, bad.fix = rowForms[two], "", &Edit{spanOf(t, next), rowForms[two]}
	case rowForms[word] != "" && t.Type == tokIdent && (next.Type == tokInt || next.Type == tokDecimal):
		bad.nearest, bad.help, bad.fix = rowForms[word], "", swap(t, rowForms[word])
	case isWord(t, "score"):
		bad.summary, bad.expected = "a row says before its score what must hold", nil
		bad.help = `write "A", from 10 below 20, an operator with its value, or otherwise, and then the score`
	case isWord(t, "condition"), isWord(t, "each"), isWord(t, "has"):
		bad.help = "a table holds rows; conditions are outside of it"
	case t.Type == tokIdent || t.Type == tokQuoted:
		return fieldInRow(lex, bad)
	case isSign(t, "{"):
		bad.expected, bad.help = []string{"a row"}, ""
	}
	if bad.fix != nil {
		bad.expected = nil
	}
	return err
}

// dashes are the signs that people write between two bounds.
var dashes = []string{"-", "–", "—"}

// boundsMeant reports a row that begins with bounds as others write them, such as 1000+
// or 10-20, and returns false if something else comes next. It consumes the bounds.
func (p *parser) boundsMeant() bool {
	first, n := p.peek(), 0
	if isWord(first, "from") {
		n = 1
	}
	low := p.peekAt(n)
	next, text := p.peekAt(n+1), ""
	last := low
	gap := strings.TrimSpace(p.text[endOf(low).Offset:max(endOf(low).Offset, next.Pos.Offset)])
	switch number := low.Type == tokInt || low.Type == tokDecimal; {
	case low.Type == tokMoment:
		raw, colon := strings.CutSuffix(low.Value, ":")
		a, b, ok := strings.Cut(raw, "-")
		if !ok || strings.Trim(a+b, "0123456789") != "" {
			return false
		}
		text = fmt.Sprintf("from %s to %s", a, b)
		if colon {
			text += " score"
		}
		p.scanned.retract(low.Pos.Offset, low.Value)
	case !number || low.Pos.Line != next.Pos.Line:
		return false
	case gap == "+":
		at := endOf(low).Offset + strings.Index(p.text[endOf(low).Offset:], gap)
		p.scanned.retract(at, gap)
		p.reportBounds(Span{startOf(first), tokenSpan(low.Pos, p.text[low.Pos.Offset:at+1]).End}, "from "+low.Value)
		p.lex.at += n + 1
		return true
	case slices.Contains(dashes, gap) && (next.Type == tokInt || next.Type == tokDecimal):
		p.scanned.retract(endOf(low).Offset+strings.Index(p.text[endOf(low).Offset:], gap), gap)
		last, text = next, fmt.Sprintf("from %s to %s", low.Value, next.Value)
		n++
	case isSign(next, ".") && isSign(p.peekAt(n+2), ".") && p.peekAt(n+3).Type == tokInt:
		last, text = p.peekAt(n+3), fmt.Sprintf("from %s to %s", low.Value, p.peekAt(n+3).Value)
		n += 3
	default:
		return false
	}
	p.reportBounds(spanOf(first, last), text)
	p.lex.at += n + 1
	return true
}

// reportBounds reports the bounds of a row at a place, which are to be written as text.
func (p *parser) reportBounds(at Span, text string) {
	d := p.report(at, CodeSyntax, "unexpected %s", p.text[at.Start.Offset:at.End.Offset])
	d.Nearest = text
	d.apply(&Edit{at, text})
}

// fieldInRow completes err, the error for a name where a row begins, if an operator
// follows the name.
func fieldInRow(lex *tokens, err *syntaxError) error {
	mark := lex.at
	defer func() { lex.at = mark }()
	ref, bad := names(lex, "")
	if bad != nil || !opFollows(lex) {
		return err
	}
	field := Span{ref[0].Start, ref[len(ref)-1].End}
	err.token.Value = dotted(ref)
	err.expected, err.nearest = nil, ""
	err.summary, err.help = fmt.Sprintf("a row is written without the field %s", dotted(ref)), "leave it out: the table says what its rows are about"
	if op := lex.Peek(); op.Pos.Line == field.Start.Line {
		err.fix = &Edit{Span{field.Start, startOf(op)}, ""}
	}
	return err
}

// noRowScore returns the error for the missing score of r.
func noRowScore(lex *tokens, r *Row) *syntaxError {
	err := unexpected(lex, "score")
	t, next, before := lex.Peek(), lex.peekAt(1), lastBefore(lex)
	at := startOf(t)
	sameLine := before != nil && before.Pos.Line == t.Pos.Line
	switch {
	case sameLine && t.Type == tokInt && t.Value[0] != '-' && r.Form == RowFrom && t.Value[0] != '+':
		err.help = "numbers have no spaces in them; points are written score +10"
	case sameLine && (t.Type == tokInt || isSigned(lex)):
		err.nearest, err.fix = "score", &Edit{Span{at, at}, "score "}
	case sameLine && (isSign(t, ":") || isSign(t, "->") || isSign(t, "=") || isWord(t, "then") || isWord(t, "points") || isWord(t, "add")) && next.Type == tokInt:
		err.nearest, err.fix = "score", swap(t, "score")
		if endOf(before) == at {
			err.fix.Text = " score"
		}
		if endOf(t) == startOf(next) {
			err.fix.Text += " "
		}
	case r.Form == RowFrom && isOneOf(t, "up", "until", "and") && r.To == nil && r.Below == nil:
		err.expected = []string{"to", "below", "score"}
		if isWord(t, "up") && isWord(next, "to") {
			err.nearest, err.fix = "to", &Edit{spanOf(t, next), "to"}
		} else if !isWord(t, "up") {
			err.nearest, err.fix = "to", swap(t, "to")
		}
	case r.Form == RowValues && len(r.Values) == 1 && isOneOf(t, "to", "below", "until") && next.Type == tokInt:
		begin := r.Values[0].At().Start
		err.expected = nil
		err.summary, err.help = "bounds begin with from", fmt.Sprintf("write from %s %s %s", literalText(r.Values[0]), strings.Replace(strings.ToLower(t.Value), "until", "to", 1), next.Value)
		if begin.Line == t.Pos.Line && !isWord(t, "until") {
			err.fix = &Edit{Span{begin, begin}, "from "}
		}
	case r.Form == RowValues && isOneOf(t, "or", "and") && next.Type != tokIdent:
		err.expected = []string{",", "score"}
		err.nearest, err.fix = ",", &Edit{Span{endOf(before), endOf(t)}, ","}
	default:
		err.summary, err.expected = "this row has no score", nil
		err.help = "end it with score +10, for example"
		if before != nil {
			err.token = *before
		}
	}
	return err
}

// boundInRow returns the error for a bound, which comes next, after the points of a row.
func boundInRow(lex *tokens, points *Number) *syntaxError {
	err := unexpected(lex)
	err.summary, err.help = "the points of a row have no bound", "leave it out: a row adds its points once"
	if bound := lex.peekAt(2); bound.Type == tokInt && bound.Pos.Line == points.End.Line {
		err.fix = &Edit{Span{points.End, endOf(bound)}, ""}
	}
	return err
}

// afterRow reports a row r that comes after otherwise, if it does.
func (p *parser) afterRow(t *Table, r *Row) bool {
	if len(t.Rows) == 0 || t.Rows[len(t.Rows)-1].Form != RowOtherwise {
		return false
	}
	d := p.report(r.Span, CodeSyntax, "a row comes after otherwise, which holds if no other row does")
	d.Related = []Related{{Summary: "otherwise is here", File: p.file.Name, Span: t.Rows[len(t.Rows)-1].Span}}
	d.Help = "put otherwise last"
	if r.Form == RowOtherwise {
		d.Summary, d.Help = "a table has one otherwise at most", "leave one of them out"
	}
	return true
}
