package dsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/nearest"
)

// stageMeant maps words that newcomers write after the name of a stage to the keyword
// that they mean.
var stageMeant = map[string]string{
	"if": "when", "where": "when", "from": "when", "once": "when", "enter": "when", "entered": "when",
	"unless": "until", "while": "until", "leave": "until", "left": "until", "exit": "until", "lost": "until",
	"permanent": "sticky", "forever": "sticky", "stays": "sticky", "final": "sticky",
	"do": "then", "action": "then", "notify": "then", "event": "then",
}

// afterStage returns the error for the next token, which does not continue the stage s.
func afterStage(lex *tokens, s *Stage) *syntaxError {
	next := 0 // the first of stageWords that may still follow
	for i, there := range []bool{s.When != nil, s.Until != nil, s.Sticky != nil, s.Then != nil} {
		if there {
			next = i + 1
		}
	}
	expected := slices.Concat(stageWords[next:], []string{"stage", "}"})
	if (s.When != nil && next == 1) || (s.Until != nil && next == 2) {
		expected = slices.Concat([]string{"and", "or"}, expected)
	}
	err := unexpected(lex, expected...)
	t := lex.Peek()
	word := strings.ToLower(t.Value)
	switch {
	case t.Type == tokIdent && slices.Contains(stageWords, word):
		err.expected = nil
		err.help = "after the name of a stage come, each at most once and in this order, when, until, sticky and then"
	case t.Type == tokIdent && stageMeant[word] != "" && slices.Contains(expected, stageMeant[word]):
		err.nearest = stageMeant[word]
		if word == "if" {
			err.fix = swap(t, err.nearest)
		}
	case t.Type == tokIdent && word == "else":
		err.help = "a lead without a higher stage stays in the first one, which has no when"
	case isSign(t, "{"):
		err.help = "a stage has no braces: write stage \"…\" when … until …"
	case isSign(t, "->") || t.Type == tokString && next == 3:
		err.nearest = "then"
	case t.Type == tokIdent:
		if err.nearest = nearest.Name(t.Value, slices.Values(expected)); err.nearest != "" {
			err.fix = wordFix(lex, err.nearest, expected)
		}
	}
	return err
}

// strayInStages reports the next token, which begins neither a stage nor the audience.
func (p *parser) strayInStages() {
	t := p.peek()
	d := p.unexpectedToken("stage", "audience", "}")
	switch {
	case t.Type == tokString:
		d.Nearest, d.Help = "stage "+describe(t), ""
	case isWord(t, "let"):
		d.Nearest, d.Help = "", "let belongs outside of stages"
	case isOneOf(t, stageWords...):
		d.Nearest, d.Help = "", fmt.Sprintf("%s follows the name of a stage", strings.ToLower(t.Value))
	case p.startsClause():
		d.Nearest, d.Help = "", "it belongs in a model"
	}
}

// noSetJudgment returns the error for a missing part of a decision over several models.
func noSetJudgment(lex *tokens) *syntaxError {
	err := keywordError(lex, setJudgmentWords...)
	t, next := lex.Peek(), lex.peekAt(1)
	switch {
	case t.Type == tokString && isSign(next, ">="), t.Type == tokString && isSign(next, "."):
		err.nearest = "score of " + describe(t)
		err.fix = &Edit{Span{startOf(t), startOf(t)}, "score of "}
	case t.Type == tokString && isWord(next, "holds"), t.Type == tokString && isWord(next, "of"):
		err.nearest = "condition " + describe(t)
	case isWord(t, "not"):
		err.expected, err.nearest, err.fix = nil, "", nil
		err.summary, err.help = "not is written with parentheses", "write not ( … )"
	case isWord(t, "model") && next.Type == tokString:
		err.nearest, err.fix, err.help = "", nil, fmt.Sprintf("write score of %[1]s, grade of %[1]s or sales ready of %[1]s", describe(next))
		lex.at += 2 // no model begins here
	case isOneOf(t, "each", "has", "none", "at"):
		err.nearest, err.fix = "", nil
		err.help = `give it a condition in a model, and write condition "…" of "…" holds`
	case err.nearest == "" && (t.Type == tokIdent || t.Type == tokQuoted) && comparisonFollows(lex):
		err.help = `give the field a condition in a model, and write condition "…" of "…" holds`
	}
	return err
}

// noModel returns the error for a missing `of "Model"`.
func noModel(lex *tokens) *syntaxError {
	err := keywordError(lex, "of")
	if t := lex.Peek(); t.Type == tokString {
		at := startOf(t)
		err.nearest, err.fix = "of "+describe(t), &Edit{Span{at, at}, "of "}
		return err
	}
	err.token, err.nearest, err.fix = *lastBefore(lex), "", nil
	err.summary = fmt.Sprintf("%s does not say of which model", describe(&err.token))
	err.expected, err.help = nil, `write of and the name of the model, such as score of "B2B"`
	return err
}
