package dsl

import (
	"fmt"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// wrongKind returns the error for a name, the next token, that stands for a value of
// another kind than what must be there.
func (lex *tokens) wrongKind(let *Let, what string) *syntaxError {
	err := unexpected(lex)
	err.summary = fmt.Sprintf("%s must be here, and %s is %s", what, let.Name, let.shown())
	err.related = let.declared()
	return err
}

// declared returns the place of the declaration, as a problem refers to it.
func (l *Let) declared() []Related {
	return []Related{{Summary: fmt.Sprintf("%s is declared here", l.Name), Span: l.Span}}
}

// shown returns the value as messages show it.
func (l *Let) shown() string {
	switch v := l.Value.(type) {
	case *List:
		return "a list"
	case Literal:
		return clip(literalText(v))
	}
	return "not known"
}

// signedName returns the error for a sign before a name, which come next, where only
// the name may stand.
func signedName(lex *tokens) *syntaxError {
	sign, let := *lex.Peek(), lex.letAt(1)
	err := unexpected(lex)
	err.summary = fmt.Sprintf("there is no sign before a name here: %s has the sign of its value", let.Name)
	err.related = let.declared()
	if sign.Value == "+" {
		err.fix = swap(&sign, "")
	}
	return err
}

// secondSign returns the error for a sign before a name whose value n has one.
func secondSign(lex *tokens, let *Let, n *Number) *syntaxError {
	err := unexpected(lex)
	err.summary = fmt.Sprintf("%s has a sign already: it is %s", let.Name, n.Text)
	err.related = let.declared()
	if n.Text[0] == lex.Peek().Value[0] {
		err.help, err.fix = "leave this sign out", swap(lex.Peek(), "")
	} else {
		err.help = "leave this sign out, or the one in its declaration"
	}
	return err
}

// noLetValue returns the error for a missing value of a let.
func noLetValue(lex *tokens) *syntaxError {
	err := noValue(lex)
	err.expected = []string{"a number", "a text", "a list", "a length of time", "a date"}
	switch t, before := lex.Peek(), lastBefore(lex); {
	case before != nil && before.Pos.Line < t.Pos.Line:
		err.nearest, err.help, err.fix = "", "", nil // the next line is not to blame
	case isWord(t, "true"), isWord(t, "false"):
		err.nearest, err.help = "", fmt.Sprintf("%s is written where it is needed", t.Value)
	case opWords.after(t) != nil:
		err.nearest, err.help = "", "a name is for a value; an operator is written where the name is used"
	}
	return err
}

// listNameAsValue returns an error if a name for a list comes next, after the operator
// op, which takes one value, and nil otherwise.
func listNameAsValue(lex *tokens, op Op) error {
	let := lex.letAt(0)
	if let == nil {
		return nil
	}
	if _, ok := let.Value.(*List); !ok {
		return nil
	}
	err := lex.wrongKind(let, "one value")
	list, ok := op.Any()
	if !ok {
		return err
	}
	err.nearest = list.String() + " " + let.name()
	before := lastBefore(lex)
	switch {
	case op.sign() && before.Pos.Line == err.token.Pos.Line:
		err.fix = &Edit{spanOf(before, &err.token), list.String() + " " + let.name()}
	case strings.HasSuffix(list.String(), " any"):
		at := startOf(&err.token)
		err.fix = &Edit{Span{at, at}, "any "}
	}
	return err
}

// listAmongValues returns the error for a comma, which comes next, after the name of a
// list in a row.
func listAmongValues(lex *tokens, let *Let) *syntaxError {
	err := unexpected(lex)
	err.summary = fmt.Sprintf("%s is a list, and is all values of its row", let.Name)
	err.related = let.declared()
	err.help = "write a row for it, and one for the other values"
	return err
}

// noDigits returns the error for a name, the token t, where only digits may stand: for
// the number in where, such as weight N%.
func noDigits(t *lexer.Token, let *Let, where string) *syntaxError {
	err := &syntaxError{
		token: *t, summary: "a name cannot be the number in " + where,
		help: "write it in digits", related: let.declared(),
	}
	if n, ok := let.Value.(*Number); ok && n.Whole() && isDigit(n.Text[0]) {
		err.help += ": " + n.Text
		err.fix = swap(t, n.Text)
	}
	return err
}

// literalOf completes err, the error for the value of a let, if that is the name of
// another let: a value is written out.
func literalOf(lex *tokens, err error) {
	bad, ok := err.(*syntaxError)
	let := lex.letAt(0)
	if !ok || let == nil || let.Value == nil {
		return
	}
	bad.summary, bad.expected = "the value of a let is written out, and not taken from another one", nil
	bad.help, bad.fix = "", nil
	bad.related = let.declared()
	if text := let.valueText(); len(text) < 80 {
		bad.help, bad.fix = "write "+text, swap(&bad.token, text)
	}
}
