package dsl

import (
	"fmt"
	"strings"
)

// misplacedClause reports the next clause, which cannot stand in the block b but in
// the place other.
func (p *parser) misplacedClause(b *clauseBlock, other clausePlace) {
	t := p.peek()
	d := p.report(tokenSpan(t.Pos, t.Value), CodeSyntax, "%s stands in a %s, and not in a %s", clauseAt(p.lex), other, b.place)
	d.Related = []Related{{Summary: fmt.Sprintf("the %s begins here", b.place), File: p.file.Name, Span: tokenSpan(b.head.Pos, b.head.Value)}}
	d.Help = fmt.Sprintf("put it outside of the %s", b.place)
	if other == inDimension {
		d.Help = "put it into the dimension that it is meant for"
	}
}

// clauseAt returns the keyword of the next clause.
func clauseAt(lex *tokens) string {
	t := lex.Peek()
	for _, words := range clauseWords {
		for _, w := range words {
			if first, _, _ := strings.Cut(w, " "); isWord(t, first) {
				return strings.TrimSuffix(w, " at")
			}
		}
	}
	return t.Value
}

// strayClause reports the next token, which begins no clause of b.
func (p *parser) strayClause(b *clauseBlock) {
	t := *p.peek()
	d := p.unexpectedToken(clauseWords[b.place]...)
	switch {
	case p.startsChild(nil):
		d.Help = "children and scores belong in a condition" + p.tooMany()
	case isWord(&t, "and"):
		d.Summary, d.Expected = fmt.Sprintf("conditions need no %s between them", t.Value), nil
		d.Help = "leave it out: each adds its own points"
		d.apply(drop(p.lex))
	}
}

// strayTier reports the next token, which begins no condition of f.
func (p *parser) strayTier(f *FirstOf) {
	d := p.unexpectedToken("condition")
	if p.startsChild(nil) {
		d.Help = "children and scores belong in a condition"
	}
}

// noLimit returns the error for the missing bounds of a limit.
func noLimit(lex *tokens) *syntaxError {
	return keywordError(lex, "up to", "from")
}

// noPercent returns the error for a missing percent sign after n.
func noPercent(lex *tokens, n *Number) *syntaxError {
	err := unexpected(lex, "%")
	err.fix = &Edit{Span{n.End, n.End}, "%"}
	return err
}

// wantBy consumes the by of a table.
func wantBy(lex *tokens) error {
	return want(lex, "by")
}

// noRowScore returns the error for the missing score of r.
func noRowScore(lex *tokens, r *Row) *syntaxError {
	return unexpected(lex, "score")
}

// noRow completes err, the error for a missing value where a row begins if first is
// true.
func noRow(lex *tokens, first bool, err error) error {
	return err
}

// noJudgment returns the error for a missing part of a decision.
func noJudgment(lex *tokens) *syntaxError {
	return keywordError(lex, judgmentWords...)
}

// noScoreOp returns the error for a missing operator of a score in a decision.
func noScoreOp(lex *tokens) *syntaxError {
	return unexpected(lex, "an operator of numbers such as >=")
}

// noGradeOp returns the error for a missing operator of a grade or label in a
// decision.
func noGradeOp(lex *tokens) *syntaxError {
	return keywordError(lex, "is", "is not", "in", "not in")
}

// noLet returns the error for a let without a name or =.
func noLet(lex *tokens) *syntaxError {
	lex.Next()
	return unexpected(lex, "a name, = and a value")
}
