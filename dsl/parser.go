package dsl

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/leadscore/leadscore/internal/nearest"
)

// parser parses the blocks of a file, clause by clause. After a broken clause it
// goes on with the next one.
type parser struct {
	problems
	scanned    *problems // what the scanner has found
	grammar    *forms
	limits     Limits
	file       *File
	lex        *tokens
	lets       declarations
	model      *Model // that is parsed
	conditions int    // in it
	holder     holder // the condition that is parsed; none is in another
	outOfPlace int    // how many blocks that cannot stand where they do are being parsed
	open       int    // blocks left because another one began; a } that closes nothing may be theirs
}

func (p *parser) peek() *lexer.Token { return p.lex.Peek() }

func (p *parser) peekAt(n int) *lexer.Token { return p.lex.peekAt(n) }

// describe returns a token as messages show it.
func describe(t *lexer.Token) string {
	if t.EOF() {
		return "end of file"
	}
	const longest = 40
	text := []rune(clip(t.Value))
	if len(text) > longest {
		return string(text[:longest]) + "…"
	}
	return string(text)
}

// unexpected reports a token. If the token is the first on its line and is not a
// misspelt keyword or otherwise sure to be wrong, the problem is rather that something
// is missing before it.
func (p *parser) unexpected(t *lexer.Token, near string, sure bool) *Diagnostic {
	before := lastBefore(p.lex)
	if before != nil && near == "" && !sure && t.Pos.Line > before.Pos.Line && p.peek().Pos == t.Pos {
		at := tokenSpan(before.Pos, before.Value)
		return p.report(at, CodeSyntax, "something is missing after %s", describe(before))
	}
	d := p.report(tokenSpan(t.Pos, t.Value), CodeSyntax, "unexpected %s", describe(t))
	d.Nearest = near
	return d
}

// unexpectedToken reports the next token and suggests the nearest of expected.
func (p *parser) unexpectedToken(expected ...string) *Diagnostic {
	t := p.peek()
	d := p.report(tokenSpan(t.Pos, t.Value), CodeSyntax, "unexpected %s", describe(t))
	d.Expected = expected
	if t.Type == tokIdent {
		d.Nearest = nearest.Name(t.Value, slices.Values(expected))
		d.apply(wordFix(p.lex, d.Nearest, expected))
	}
	return d
}

// failed reports the error of a function that parses tokens.
func (p *parser) failed(err error) {
	bad, ok := errors.AsType[*syntaxError](err)
	if !ok {
		t := p.peek()
		p.report(tokenSpan(t.Pos, t.Value), CodeSyntax, "%v", err)
		return
	}
	sure := bad.orJoins || bad.fix != nil && bad.fix.Span.Start == startOf(&bad.token)
	d := p.unexpected(&bad.token, bad.nearest, sure)
	if bad.summary != "" {
		d.Summary = bad.summary
	}
	if bad.code != "" {
		d.Code = bad.code
	}
	d.Expected, d.Help = bad.expected, bad.help
	for _, r := range bad.related {
		r.File = p.file.Name
		d.Related = append(d.Related, r)
	}
	d.apply(bad.fix)
	if bad.anywhere {
		d.Fix = bad.fix
	}
}

// misplaced reports a token where others are expected, as failed does.
func (p *parser) misplaced(t *lexer.Token, expected []string) {
	near := ""
	if t.Type == tokIdent {
		near = nearest.Name(t.Value, slices.Values(expected))
	}
	d := p.unexpected(t, near, false)
	d.Expected = expected
	if p.peek().Pos == t.Pos {
		d.apply(wordFix(p.lex, near, expected))
	}
	switch whole := slices.Equal(expected, []string{wordInt}); {
	case isSign(t, "{") && slices.Equal(expected, []string{wordText}):
		p.noName(d)
	case t.Type == tokIdent && slices.Equal(expected, []string{wordText}):
		p.quoted(t, d)
	case t.Type == tokIdent && whole:
		d.Help = "write it in digits, such as +10"
		if before := lastBefore(p.lex); before != nil && isWord(before, "score") && numberWords[strings.ToLower(t.Value)] == "" {
			d.Help += "; points cannot be taken from a field"
		}
	case (isSign(t, ":") || isSign(t, "=")) && whole && p.peek().Pos == t.Pos:
		d.Help = "leave it out"
		if before := lastBefore(p.lex); before != nil && before.Pos.Line == t.Pos.Line && p.peekAt(1).Type == tokInt && p.peekAt(1).Pos.Line == t.Pos.Line {
			d.ReplaceAt(Span{endOf(before), startOf(p.peekAt(1))}, " ")
		}
	case t.Type == tokDecimal && whole:
		d.Help = "points and thresholds are whole numbers"
	}
}

// quoted sets the help of d, the problem of a word without quotes. Characters that
// touch the word, as in Europe/Berlin, belong to it.
func (p *parser) quoted(t *lexer.Token, d *Diagnostic) {
	rest := p.file.Text[endOf(t).Offset:]
	n := prefixLen(rest[:min(len(rest), 64)], func(r rune) bool { return isIdentPart(r) || strings.ContainsRune("/-.", r) })
	word := t.Value + rest[:n]
	if rest = rest[n:]; rest != "" && !strings.ContainsAny(rest[:1], " \t\r\n{") {
		d.Help = "put it in double quotes"
		return
	}
	d.Help = fmt.Sprintf("write %q", word)
	// Nothing else on the line can belong to the text.
	if rest = strings.TrimLeft(rest, " \t\r"); rest == "" || rest[0] == '\n' || rest[0] == '{' {
		d.ReplaceAt(tokenSpan(t.Pos, word), strconv.Quote(word))
	}
}

// parse parses a clause with participle. If it fails it reports what is wrong and
// returns nil.
func parse[P any](p *parser, form form[P]) *P {
	next := p.lex.list[p.lex.at:]
	next = next[:min(len(next), longestClause)]
	lex, err := lexer.Upgrade(&someTokens{next})
	if err != nil {
		panic(err) // the lexer returns no error
	}
	v, err := form.parser.ParseFromLexer(lex, participle.AllowTrailing(true))
	p.lex.at += int(lex.RawCursor())
	if err == nil {
		return v
	}
	bad, ok := errors.AsType[*participle.UnexpectedTokenError](err)
	if !ok {
		t := p.peek()
		p.report(tokenSpan(t.Pos, t.Value), CodeSyntax, "%v", err)
		return nil
	}
	at := slices.IndexFunc(next, func(t lexer.Token) bool { return t.Pos == bad.Unexpected.Pos })
	p.misplaced(&bad.Unexpected, form.at(at))
	return nil
}
