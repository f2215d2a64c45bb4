package dsl

import (
	"fmt"
	"slices"

	"github.com/alecthomas/participle/v2/lexer"
)

// deepest is how deep parentheses in expressions may be nested. Every pair counts.
const deepest = 32

// A logic parses expressions with and, or, not and parentheses.
type logic struct {
	lex *tokens
	// leaf parses what stands between those words.
	leaf func(lex *tokens) (Expr, error)
	// joint, if it is not nil, returns an error if the next token, after a whole
	// expression outside of parentheses, joins it with something that is no expression.
	joint func(lex *tokens) error
	depth int // of the parentheses around the next token
}

// parseLogic parses an expression whose leaves leaf parses: a decision, for example.
func parseLogic(lex *tokens, leaf func(lex *tokens) (Expr, error)) (Expr, error) {
	l := logic{lex: lex, leaf: leaf}
	list, or, err := l.terms()
	if err != nil {
		return nil, err
	}
	return join(list, or), nil
}

// terms parses expressions with and between them, or with or. With an error it returns
// those that were read before, and if the leaves are comparisons the one that broke.
func (l *logic) terms() (list []Expr, or bool, err error) {
	var other lexer.Token // the first word that is not the one before the second expression
	var ors []bool        // if there is such a word: for each word, whether it is or
	for {
		e, err := l.term()
		if err != nil && len(list) > 0 {
			err = valueAfterWord(l.lex, list, err)
		}
		if e != nil {
			list = l.lex.exprs.append(list, e)
		}
		if err != nil {
			return list, or, err
		}
		if l.joint != nil && l.depth == 0 {
			if err := l.joint(l.lex); err != nil {
				return list, or, err
			}
		}
		t := l.lex.Peek()
		isOr := isWord(t, "or") || isSign(t, "||") || isSign(t, "|")
		switch {
		case !isOr && !isWord(t, "and") && !isSign(t, "&&") && !isSign(t, "&"):
			if ors != nil {
				return list, or, mixed(l.lex, list, ors, other)
			}
			return list, or, nil
		case len(list) == 1:
			or = isOr
		case ors != nil:
			ors = append(ors, isOr)
		case isOr != or:
			other = *t
			ors = append(slices.Repeat([]bool{or}, len(list)-1), isOr)
		}
		l.lex.Next()
	}
}

// term parses a leaf, or an expression in parentheses or within not. With an error it
// returns what was read of that, or nil.
func (l *logic) term() (Expr, error) {
	t := *l.lex.Peek()
	not := isWord(&t, "not") && isSign(l.lex.peekAt(1), "(")
	if not {
		l.lex.Next()
	}
	if !isSign(l.lex.Peek(), "(") {
		return l.leaf(l.lex)
	}
	open := *l.lex.Next()
	if l.depth++; l.depth > deepest {
		return nil, &syntaxError{
			token: open, code: CodeLimit,
			summary: fmt.Sprintf("parentheses are nested more than %d deep", deepest),
		}
	}
	list, or, err := l.terms()
	if err == nil && !acceptSign(l.lex, ")") {
		err = notClosed(l.lex, open)
	}
	if len(list) == 0 {
		return nil, err
	}
	l.depth--
	e := join(list, or)
	span := Span{startOf(&t), endOf(lastBefore(l.lex))}
	if not {
		return &Not{Span: span, Expr: e}, err
	}
	switch e := e.(type) {
	case *And:
		e.Span = span
	case *Or:
		e.Span = span
	}
	return e, err
}

// join returns the expression that or, or else and, makes of list.
func join(list []Expr, or bool) Expr {
	span := Span{list[0].At().Start, list[len(list)-1].At().End}
	switch {
	case len(list) == 1:
		return list[0]
	case or:
		return &Or{Span: span, Terms: list}
	}
	return &And{Span: span, Terms: list}
}

// notClosed returns the error for what comes next within the parenthesis open, where
// it should be closed.
func notClosed(lex *tokens, open lexer.Token) *syntaxError {
	err := unexpected(lex, "and", "or", ")")
	if t := lex.Peek(); t.EOF() || t.Pos.Line > open.Pos.Line {
		err.token, err.expected = open, nil
		err.summary, err.help = "this ( is not closed", "add ) after the last expression that belongs to it"
	}
	return err
}
