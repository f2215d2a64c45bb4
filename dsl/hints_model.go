package dsl

import (
	"fmt"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// misplacedClause reports the next clause, which cannot stand in the block b but in
// the place other.
func (p *parser) misplacedClause(b *clauseBlock, other clausePlace) {
	t := p.peek()
	places := other.String()
	if other == inModel && inDimension.allows(t) {
		places += " or a dimension"
	}
	d := p.report(tokenSpan(t.Pos, t.Value), CodeSyntax, "%s belongs in a %s, and not in a %s", clauseAt(p.lex), places, b.place)
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
	case t.Type == tokString && isSign(p.peekAt(1), "{"):
		p.withoutCondition(d)
	case p.startsChild(nil):
		d.Help = "children and scores belong in a condition" + p.tooMany()
	case isWord(&t, "and"):
		d.Summary, d.Expected = fmt.Sprintf("conditions need no %s between them", t.Value), nil
		d.Help = "leave it out: each adds its own points"
		d.apply(drop(p.lex))
	case declares(p.lex):
		d.Nearest, d.Fix = "let", nil
		d.apply(swap(&t, "let"))
	case b.place == inModel && unnamed(p.lex):
		p.withoutLet(d)
	case d.Nearest == "let" && !isSign(p.peekAt(2), "="):
		d.Nearest, d.Fix = "", nil
	}
}

// withoutLet completes d, the problem of a name, the next token, and =.
func (p *parser) withoutLet(d *Diagnostic) {
	at := startOf(p.peek())
	d.Summary, d.Expected, d.Nearest, d.Help = "a name is declared with let", nil, "", "write let "+describe(p.peek())+" = …"
	d.Fix = nil
	d.ReplaceAt(Span{at, at}, "let ")
}

// withoutCondition completes d, the problem of a name, the next token, and a brace.
func (p *parser) withoutCondition(d *Diagnostic) {
	t := p.peek()
	d.Summary, d.Expected = "a condition begins with that word", nil
	d.Help = fmt.Sprintf("write condition %s {", describe(t))
	at := startOf(t)
	d.ReplaceAt(Span{at, at}, "condition ")
}

// strayTier reports the next token, which begins no condition of a first of.
func (p *parser) strayTier() {
	t := p.peek()
	d := p.unexpectedToken("condition")
	switch {
	case t.Type == tokString && isSign(p.peekAt(1), "{"):
		p.withoutCondition(d)
	case p.startsChild(nil):
		d.Help = "children and scores belong in a condition"
	case isOneOf(t, "otherwise", "else", "default"):
		d.Help = "write a last condition that holds for every lead, such as has Lead"
	}
}

// noAudienceBrace reports what comes next in place of the opening brace of an audience,
// of which first is the keyword. It skips the children that are there without braces.
func (p *parser) noAudienceBrace(first *lexer.Token) {
	t := p.peek()
	if t.Type != tokString && !startsFrequency(p.lex) && !p.startsItemBlock(0) {
		p.misplaced(t, []string{"{"})
		return
	}
	d := p.report(tokenSpan(first.Pos, first.Value), CodeSyntax, "the audience has no {")
	d.Help = "put its children into braces: audience { … }"
	if isOneOf(t, "has", "none") && t.Pos.Line == first.Pos.Line {
		d.Help = fmt.Sprintf("put its children into braces: audience { %s … }", strings.ToLower(t.Value))
	}
	p.skipTo(func(*lexer.Token) bool {
		return p.startsClause() || p.startsLine() && !startsFrequency(p.lex) && !p.startsItemBlock(0) && !isWord(p.peek(), "each")
	})
}

// unnamed reports whether a name and = come next, as if they were a let.
func unnamed(lex *tokens) bool {
	t := lex.Peek()
	return (t.Type == tokIdent || t.Type == tokQuoted) && isSign(lex.peekAt(1), "=")
}

// declares reports whether a word comes next with which other languages declare a
// name, and then a name and =.
func declares(lex *tokens) bool {
	if !isOneOf(lex.Peek(), "set", "define", "const", "var", "val", "def") {
		return false
	}
	name := lex.peekAt(1)
	return (name.Type == tokIdent || name.Type == tokQuoted) && isSign(lex.peekAt(2), "=")
}

// exampleNames are heads of blocks in messages, by the word before the name.
var exampleNames = map[string]string{"group": `group "Emails"`, "dimension": `dimension "Fit"`, "of": `first of "Seniority"`}

// noName completes d, the problem of a brace where the name of a block must be.
func (p *parser) noName(d *Diagnostic) {
	if before := lastBefore(p.lex); before != nil {
		if head := exampleNames[strings.ToLower(before.Value)]; head != "" {
			d.Help = fmt.Sprintf("give it a name, such as %s {", head)
		}
	}
}

// noLimit returns the error for the missing bounds of a limit.
func noLimit(lex *tokens) *syntaxError {
	err := keywordError(lex, "up to", "from")
	t, next := lex.Peek(), lex.peekAt(1)
	at := startOf(t)
	switch {
	case t.Type == tokInt && isOneOf(next, "to", "and", "until"):
		err.nearest, err.fix = "from", &Edit{Span{at, at}, "from "}
	case t.Type == tokInt:
		err.nearest, err.fix = "up to", &Edit{Span{at, at}, "up to "}
	case isWord(t, "to"):
		err.nearest, err.fix = "up to", swap(t, "up to")
	case isSign(t, "<="):
		err.nearest, err.fix = "up to", swap(t, "up to")
	case isSign(t, ">="):
		err.nearest, err.fix = "from", swap(t, "from")
	case isWord(t, "at") && isWord(next, "most"):
		err.nearest, err.fix = "up to", &Edit{spanOf(t, next), "up to"}
	case isWord(t, "at") && isWord(next, "least"):
		err.nearest, err.fix = "from", &Edit{spanOf(t, next), "from"}
	case isOneOf(t, "max", "maximum", "most"):
		err.nearest, err.fix = "up to", swap(t, "up to")
	case isOneOf(t, "min", "minimum", "least"):
		err.nearest, err.fix = "from", swap(t, "from")
	case isWord(t, "between") && next.Type == tokInt && isWord(lex.peekAt(2), "and"):
		err.nearest, err.help = "from", fmt.Sprintf("write from %s to %s", next.Value, lex.peekAt(3).Value)
	case err.nearest == "":
		err.help = "a limit is written limit up to 40, limit from 0 or limit from 0 to 100"
	}
	return err
}

// noUpTo returns the error for what follows up in place of to.
func noUpTo(lex *tokens) *syntaxError {
	err := keywordError(lex, "to")
	if t := lex.Peek(); t.Type == tokInt {
		at := startOf(t)
		err.nearest, err.fix = "up to", &Edit{Span{at, at}, "to "}
	}
	return err
}

// upInLimit returns the error for up after the lower bound of a limit.
func upInLimit(lex *tokens) *syntaxError {
	err := unexpected(lex, "to")
	if isWord(lex.peekAt(1), "to") {
		err.nearest, err.fix = "to", &Edit{spanOf(lex.Peek(), lex.peekAt(1)), "to"}
	}
	return err
}

// noPercent returns the error for a missing percent sign after n.
func noPercent(lex *tokens, n *Number) *syntaxError {
	return &syntaxError{
		token: *lastBefore(lex), summary: "% is missing after " + n.Text, help: fmt.Sprintf("write weight %s%%", numberText(n)),
		fix: &Edit{Span{n.End, n.End}, "%"},
	}
}

// noWeight returns the error for a weight that is not a whole number in digits.
func noWeight(lex *tokens, err error) error {
	bad, ok := err.(*syntaxError)
	if t := lex.Peek(); ok && t.Type == tokDecimal {
		bad.help = "a weight is a whole number of percent, such as weight 50% for a half"
		if whole, fraction, _ := strings.Cut(t.Value, "."); len(fraction) <= len("50") && isDigit(whole[0]) && !isSign(lex.peekAt(1), "%") {
			percent := strings.TrimLeft(whole+fraction+strings.Repeat("0", len("50")-len(fraction)), "0")
			if percent != "" {
				bad.help, bad.fix = fmt.Sprintf("a weight is written in percent: weight %s%%", percent), swap(t, percent+"%")
			}
		}
	}
	return err
}

// noComma returns an error if a text follows a dimension of a label without a comma,
// and nil otherwise.
func noComma(lex *tokens, last *String) error {
	t := lex.Peek()
	switch {
	case t.Type == tokString && t.Pos.Line == last.End.Line:
		err := unexpected(lex)
		err.summary = "a comma is missing before " + describe(t)
		err.fix = &Edit{Span{last.End, last.End}, ","}
		return err
	case isWord(t, "and") && lex.peekAt(1).Type == tokString:
		err := unexpected(lex, ",")
		err.nearest, err.fix = ",", &Edit{Span{last.End, endOf(t)}, ","}
		return err
	}
	return nil
}

// noLabel completes err, the error for the missing dimension of a label.
func noLabel(lex *tokens, err error) error {
	if bad, ok := err.(*syntaxError); ok && bad.help == "" {
		bad.help = `a label is made of the grades of dimensions: label "Fit", "Engagement"`
	}
	return err
}

// noLet returns the error for a let without a name, = or both.
func noLet(lex *tokens) *syntaxError {
	lex.Next()
	name, after := lex.Peek(), lex.peekAt(1)
	if name.Type == tokString {
		err := unexpected(lex, "a name without quotes")
		plain := (&Name{Text: lex.string(name).Value}).String()
		if plain != "``" && !strings.ContainsAny(strings.Trim(plain, "`"), "`\n") {
			err.nearest, err.fix = plain, swap(name, plain)
		}
		return err
	}
	if name.Type != tokIdent && name.Type != tokQuoted {
		err := unexpected(lex, wordName)
		err.help = "a name for a value is written let Recent = 90 days"
		return err
	}
	lex.Next()
	err := unexpected(lex, "=")
	switch {
	case isSign(after, ":") && isSign(lex.peekAt(1), "="):
		err.nearest, err.fix = "=", &Edit{spanOf(after, lex.peekAt(1)), "="}
		if endOf(name) == startOf(after) {
			err.fix.Text = " ="
		}
	case isSign(after, ":"), isOneOf(after, "is", "be", "to", "as"):
		err.nearest, err.fix = "=", swap(after, "=")
		if endOf(name) == startOf(after) {
			err.fix.Text = " ="
		}
	case isSign(after, "."):
		err.help = "a let gives a value a name, and does not set a field"
	case after.Pos.Line == name.Pos.Line && (after.Type == tokString || after.Type == tokInt || after.Type == tokDecimal || after.Type == tokMoment || isSign(after, "(")):
		at := startOf(after)
		err.fix = &Edit{Span{at, at}, "= "}
	default:
		err.help = "a name for a value is written let Recent = 90 days"
	}
	return err
}

// withContact returns the error for a word, the next token, that is not with between
// target lead and contact.
func withContact(lex *tokens) *syntaxError {
	err := unexpected(lex, "with")
	err.nearest, err.fix = "with", swap(lex.Peek(), "with")
	return err
}
