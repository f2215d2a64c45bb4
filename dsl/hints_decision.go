package dsl

import (
	"fmt"
	"strings"
)

// noJudgment returns the error for a missing part of a decision.
func noJudgment(lex *tokens) *syntaxError {
	err := keywordError(lex, judgmentWords...)
	t, next := lex.Peek(), lex.peekAt(1)
	at := startOf(t)
	switch {
	case t.Type == tokInt:
		err.nearest, err.fix = "score >= "+strings.TrimPrefix(t.Value, "+"), &Edit{Span{at, at}, "score >= "}
	case isSign(t, ">=") || isSign(t, ">"):
		err.nearest, err.fix = "score", &Edit{Span{at, at}, "score "}
	case t.Type == tokString && isWord(next, "holds"):
		err.nearest, err.fix = "condition", &Edit{Span{at, at}, "condition "}
	case t.Type == tokString && isSign(next, ">="):
		err.help = fmt.Sprintf("write score of %s for the score of a dimension", describe(t))
	case isWord(t, "not"):
		err.expected, err.nearest, err.fix = nil, "", nil
		err.summary, err.help = "not is written with parentheses", "write not ( … )"
	case isWord(t, "dimension") && next.Type == tokString:
		err.nearest, err.help = "", fmt.Sprintf("write score of %[1]s or grade of %[1]s", describe(next))
	case err.nearest == "" && (t.Type == tokIdent || t.Type == tokQuoted) && comparisonFollows(lex):
		err.help = `a decision asks for scores, grades, the label and conditions: give the field a condition of its own, and write condition "…" holds`
	case isOneOf(t, "each", "has", "none", "at"):
		err.nearest, err.fix = "", nil
		err.help = `give it a condition of its own, and write condition "…" holds`
	}
	return err
}

// otherScore returns the error for the score of another model, which is meant if the
// word model and its name come next, perhaps after of, and nil otherwise. It consumes
// these words, so that no model seems to begin there.
func otherScore(lex *tokens) error {
	mark := lex.at
	accept(lex, "of")
	t := *lex.Peek()
	if !isWord(&t, "model") || lex.peekAt(1).Type != tokString {
		lex.at = mark
		return nil
	}
	last := lex.peekAt(1)
	lex.at += 2
	if last.Pos.Line == t.Pos.Line {
		t.Value = lex.text[t.Pos.Offset:endOf(last).Offset]
	}
	return &syntaxError{
		token: t, summary: "scores of several models cannot be asked in one rule",
		help: "a decision asks for the score of its own model, or of one of its dimensions",
	}
}

// comparisonFollows reports whether a field and an operator come next.
func comparisonFollows(lex *tokens) bool {
	mark := lex.at
	defer func() { lex.at = mark }()
	_, err := names(lex, "")
	return err == nil && opFollows(lex)
}

// scoreOps maps words that newcomers write after score to the operator they mean.
var scoreOps = map[string]string{
	"at least": ">=", "at most": "<=", "more than": ">", "less than": "<", "greater than": ">", "above": ">", "over": ">", "below": "<", "under": "<",
	"from": ">=", "is": "=", "is not": "!=", "up to": "<=",
}

// noScoreOp returns the error for a missing operator of a score in a decision.
func noScoreOp(lex *tokens) *syntaxError {
	err := unexpected(lex, "an operator of numbers such as >=")
	t, next := lex.Peek(), lex.peekAt(1)
	word := strings.ToLower(t.Value)
	two := scoreOps[word+" "+strings.ToLower(next.Value)]
	switch {
	case t.Type == tokInt:
		at := startOf(t)
		err.nearest, err.fix = ">=", &Edit{Span{at, at}, ">= "}
	case t.Type == tokString:
		at := startOf(t)
		err.nearest, err.fix = "of "+describe(t), &Edit{Span{at, at}, "of "}
	case isWord(t, "from") && isWord(lex.peekAt(2), "to"):
		err.nearest, err.help = "between", fmt.Sprintf("write between %s and %s", next.Value, lex.peekAt(3).Value)
	case t.Type == tokIdent && two != "":
		err.nearest, err.fix = two, &Edit{spanOf(t, next), two}
	case t.Type == tokIdent && scoreOps[word] != "" && next.Type == tokInt:
		err.nearest, err.fix = scoreOps[word], swap(t, scoreOps[word])
	}
	return err
}

// noGradeOp returns the error for a missing operator of a grade or label in a
// decision.
func noGradeOp(lex *tokens) *syntaxError {
	err := keywordError(lex, "is", "is not", "in", "not in")
	t, next := lex.Peek(), lex.peekAt(1)
	switch op, sign := signOps[t.Value]; {
	case t.Type == tokString:
		at := startOf(t)
		err.nearest, err.fix = "is", &Edit{Span{at, at}, "is "}
	case t.Type != tokSign && isWord(t, "not") && next.Type == tokString:
		err.nearest, err.fix = "is not", swap(t, "is not")
	case t.Type != tokSign && isWord(t, "of") || isOneOf(t, "equals", "be"):
		err.nearest, err.fix = "is", swap(t, "is")
	case t.Type != tokSign || !sign:
	case op == Equal && next.Type == tokString:
		err.nearest, err.fix = "is", swap(t, "is")
	case op == NotEqual && next.Type == tokString:
		err.nearest, err.fix = "is not", swap(t, "is not")
	case op != Equal && op != NotEqual:
		err.help = "grades have no order: list those that are meant, such as grade in (\"A\", \"B\")"
	}
	return err
}

// listMeant returns the error for in after is, or nil. not reports whether not is
// between them.
func listMeant(lex *tokens, not bool) error {
	t := lex.Peek()
	if !isWord(t, "in") {
		return nil
	}
	is := lex.peekAt(-1)
	means := "in"
	if not {
		is, means = lex.peekAt(-2), "not in"
	}
	err := unexpected(lex, wordText)
	err.nearest = means
	err.fix = &Edit{spanOf(is, t), means}
	return err
}

// wantHolds consumes the holds of a condition in a decision.
func wantHolds(lex *tokens, start Pos, name *String) error {
	if accept(lex, "holds") {
		return nil
	}
	err := keywordError(lex, "holds")
	switch t := lex.Peek(); {
	case isWord(t, "does") && isWord(lex.peekAt(1), "not") && isWord(lex.peekAt(2), "hold"):
		err.summary, err.expected, err.nearest = "does not hold is written with not", nil, ""
		text := fmt.Sprintf("not (condition %s holds)", name.Raw)
		err.help, err.fix = "write "+text, &Edit{Span{start, endOf(lex.peekAt(2))}, text}
	case isOneOf(t, "hold", "held", "applies", "matches"):
		err.nearest, err.fix = "holds", swap(t, "holds")
	case isWord(t, "is"):
		err.nearest, err.fix = "holds", nil
	case err.nearest == "":
		err.token, err.summary = *lastBefore(lex), "holds is missing after "+clip(name.Raw)
		err.expected = nil
		err.fix = &Edit{Span{name.End, name.End}, " holds"}
	}
	return err
}

// listForGrade completes err, the error for a text that is missing after is or is not,
// if a name for a list comes next.
func listForGrade(lex *tokens, op Op, err error) error {
	bad, ok := err.(*syntaxError)
	let := lex.letAt(0)
	if !ok || let == nil {
		return err
	}
	if _, list := let.Value.(*List); list {
		bad.nearest = In.String() + " " + let.name()
		if op == NotEqual {
			bad.nearest = NotIn.String() + " " + let.name()
		}
	}
	return bad
}
