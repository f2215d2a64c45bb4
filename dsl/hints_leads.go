package dsl

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// strayInChoice reports the next token, which does not begin a line of `choose model`.
func (p *parser) strayInChoice() {
	t := p.peek()
	d := p.unexpectedToken("by", "}")
	switch {
	case t.Type == tokString:
		d.Help = "the model is named by a field of a record that the lead refers to: by Campaign.ScoringModel"
	case isSign(t, ","):
		d.Summary, d.Expected, d.Help = "lines need no comma between them", nil, "leave it out"
		d.Replace("")
	case (t.Type == tokIdent || t.Type == tokQuoted) && isSign(p.peekAt(1), "."):
		d.Nearest, d.Fix = "", nil
		d.Help = "write by " + pathAt(p.lex, 0)
	case isWord(t, "let"):
		d.Nearest, d.Fix, d.Help = "", nil, "let belongs outside of this block"
	case p.startsClause():
		d.Nearest, d.Fix, d.Help = "", nil, "it belongs in a model"
	}
}

// creationMeant maps words that newcomers write in a lead creation to the keyword that
// they mean.
var creationMeant = map[string]string{
	"on": "from", "when": "from", "for": "scope", "target": "scope", "parent": "scope", "level": "scope",
	"by": "per", "each": "from", "once": "per", "with": "set", "values": "set", "fields": "set", "has": "from",
}

// meansLeadCreation reports whether a lead creation comes next, however it is called.
func (p *parser) meansLeadCreation() bool {
	if !isWord(p.peek(), "lead") {
		return false
	}
	next := p.peekAt(1)
	return isWord(next, "creation") || next.Type == tokIdent && p.peekAt(2).Type == tokString && isSign(p.peekAt(3), "{")
}

// strayInCreation reports the next token, which does not begin a clause of a lead creation.
func (p *parser) strayInCreation() {
	t := p.peek()
	d := p.unexpectedToken(slices.Concat(creationWords, []string{"}"})...)
	switch {
	case isWord(t, "where"), isWord(t, "and"), isWord(t, "or"):
		d.Nearest, d.Fix = "", nil
		d.Help = "where and its expressions follow the interactions of from"
	case isWord(t, "let"):
		d.Nearest, d.Fix, d.Help = "", nil, "let belongs outside of this block"
	case t.Type == tokIdent && creationMeant[strings.ToLower(t.Value)] != "":
		d.Nearest, d.Fix = creationMeant[strings.ToLower(t.Value)], nil
	case t.Type == tokIdent && isSign(p.peekAt(1), "="):
		d.Nearest, d.Fix, d.Help = "", nil, "what is set follows the word set: set "+describe(t)+" = …"
	case p.startsClause() && d.Nearest == "":
		d.Help = "it belongs in a model"
	}
}

// noKindComma returns the error for a next token that joins two kinds of interaction in
// place of a comma, or nil.
func noKindComma(lex *tokens) *syntaxError {
	t, next := lex.Peek(), lex.peekAt(1)
	switch {
	case isSign(t, "."):
		bad := unexpected(lex, ",", "where")
		bad.help = "from names kinds of interaction alone; what they must satisfy follows where"
		return bad
	case (isWord(t, "or") || isWord(t, "and")) && (next.Type == tokIdent || next.Type == tokQuoted):
		bad := unexpected(lex, ",", "where")
		bad.summary, bad.help = t.Value+" does not join interactions here", "write a comma"
		if before := lastBefore(lex); before != nil && before.Pos.Line == t.Pos.Line {
			bad.fix = &Edit{Span{endOf(before), endOf(t)}, ","}
		}
		return bad
	}
	return nil
}

// noSetComma returns the error for a next token that joins two values in place of a
// comma, or nil.
func noSetComma(lex *tokens) *syntaxError {
	t := lex.Peek()
	joins := isWord(t, "and") || isSign(t, ";")
	name := lex.peekAt(0)
	if joins {
		name = lex.peekAt(1)
	}
	at := 1
	if joins {
		at = 2
	}
	if name.Type != tokIdent && name.Type != tokQuoted || !isSign(lex.peekAt(at), "=") {
		return nil
	}
	before := lastBefore(lex)
	bad := unexpected(lex, ",")
	if joins {
		bad.summary, bad.help = describe(t)+" does not join values that are set", "write a comma"
		if before != nil && before.Pos.Line == t.Pos.Line {
			bad.fix = &Edit{Span{endOf(before), endOf(t)}, ","}
		}
		return bad
	}
	bad.help = "a comma stands between values that are set"
	return bad
}

// setExample returns how to set the field behind the next token and a dot.
func setExample(lead bool, lex *tokens) string {
	if field := lex.peekAt(2); lead && (field.Type == tokIdent || field.Type == tokQuoted) {
		return "set " + describe(field) + " = …"
	}
	return "set Topic = \"…\""
}

// strayInAssignment reports the next token, which does not begin a clause of an assignment.
func (p *parser) strayInAssignment() {
	t := p.peek()
	d := p.unexpectedToken(slices.Concat(assignmentWords, []string{"}"})...)
	switch {
	case isOneOf(t, "else", "default"):
		d.Nearest, d.Fix = "otherwise set", nil
	case isWord(t, "set"):
		d.Nearest, d.Fix, d.Help = "", nil, "what every lead gets that no rule is for follows otherwise: otherwise set …"
	case isWord(t, "when"), isWord(t, "if"), p.startsChild(nil):
		d.Nearest, d.Fix, d.Help = "", nil, "it belongs in a rule: rule \"…\" { … }"
	case t.Type == tokString:
		d.Nearest = "rule " + describe(t)
	case isWord(t, "let"):
		d.Nearest, d.Fix, d.Help = "", nil, "let belongs outside of this block"
	}
}

// meantInRule reports a word in a rule that is not one of the language, and says what is. It
// returns false if something else comes next.
func (p *parser) meantInRule(t *lexer.Token) bool {
	meant := ""
	switch {
	case isOneOf(t, "if", "where") && !isSign(p.peekAt(1), "="):
		meant = "when"
	case isOneOf(t, "assign", "owner", "then", "give") && p.firstOnLine():
		meant = "set"
	default:
		return false
	}
	d := p.unexpectedToken("has", "none", "when", "set")
	d.Nearest, d.Fix = meant, nil
	p.lex.Next()
	p.skipInRule()
	return true
}
