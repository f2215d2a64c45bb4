package dsl

import (
	"fmt"

	"github.com/alecthomas/participle/v2/lexer"
)

// Parse parses one file of models, tests and schema declarations. name is the name
// of the file in diagnostics; it is not opened.
//
// The diagnostics, sorted by place, are all problems that can be found without a
// schema. The tree is never nil. It holds what could be read; blocks of which a
// part could not be read are marked as Incomplete. Parse is safe for concurrent
// use.
func Parse(name, text string, limits Limits) (*File, Diagnostics) {
	limits = limits.WithDefaults()
	f := &File{Name: name, Text: text}
	if len(text) > limits.Bytes {
		f.Text, f.Incomplete = "", true
		return f, Diagnostics{{
			Code: CodeLimit, File: name,
			Summary: fmt.Sprintf("the file has %d bytes; the limit is %d", len(text), limits.Bytes),
		}}
	}
	s := newScanner(name, text, limits)
	lex := &tokens{text: text, list: s.insertSigns(s.all())}
	defer release(lex.list)
	lex.strings.reserve(s.strings)
	lex.numbers.reserve(s.numbers)
	p := &parser{
		grammar: grammar(), limits: limits, file: f, lex: lex,
		problems: problems{name: name, text: f.Text, most: limits.Problems}, scanned: &s.problems,
	}
	f.Comments = s.comments
	if s.hasLet {
		p.lets = findLets(lex)
		lex.scope.file = p.lets.inFile()
	}
	p.parseFile()
	f.Span = Span{Pos{0, 1, 1}, startOf(lex.Peek())}

	diags := merge(s.list, p.list)
	diags.Sort()
	return f, diags.limit(limits.Problems, s.dropped+p.dropped)
}

// merge merges the problems that the scanner and the parser found. Where both have
// one for the same token it keeps one of them: the parser's for a number or date
// that is not well-formed, as it says what was expected there, and the scanner's
// otherwise.
func merge(scanned, parsed Diagnostics) Diagnostics {
	unexpected, broken := map[int]bool{}, map[int]bool{}
	for _, d := range parsed {
		if d.Code == CodeSyntax {
			unexpected[d.Span.Start.Offset] = true
		}
	}
	var diags Diagnostics
	for _, d := range scanned {
		at := d.Span.Start.Offset
		if (d.Code == CodeNumber || d.Code == CodeDate) && unexpected[at] && d.Nearest == "" {
			continue
		}
		broken[at] = d.Code != CodeOperator // the operator that it means may be wrong there, too
		diags = append(diags, d)
	}
	for _, d := range parsed {
		if d.Code != CodeSyntax || !broken[d.Span.Start.Offset] {
			diags = append(diags, d)
		}
	}
	return diags
}

func (p *parser) parseFile() {
	models, tests, stages, others := 0, 0, 0, 0
	for !p.peek().EOF() {
		before := p.lex.at
		switch t := p.peek(); {
		case isWord(t, "model"):
			if models++; models > p.limits.Models {
				p.report(tokenSpan(t.Pos, t.Value), CodeLimit, "the file has more than %d models", p.limits.Models)
				p.file.Incomplete = true
				return
			}
			p.file.Blocks = append(p.file.Blocks, p.parseModel())
		case isWord(t, "test"):
			if tests++; tests > p.limits.Tests {
				p.report(tokenSpan(t.Pos, t.Value), CodeLimit, "the file has more than %d tests", p.limits.Tests)
				p.file.Incomplete = true
				return
			}
			p.file.Blocks = append(p.file.Blocks, p.parseTest())
		case isWord(t, "stages"):
			if stages++; stages > p.limits.Models {
				p.report(tokenSpan(t.Pos, t.Value), CodeLimit, "the file has more than %d blocks of stages", p.limits.Models)
				p.file.Incomplete = true
				return
			}
			p.file.Blocks = append(p.file.Blocks, p.parseStages())
		case isWord(t, "choose"), isWord(t, "assignment"), p.meansLeadCreation():
			if others++; others > p.limits.Models {
				p.report(tokenSpan(t.Pos, t.Value), CodeLimit, "the file has more than %d blocks about leads", p.limits.Models)
				p.file.Incomplete = true
				return
			}
			p.file.Blocks = append(p.file.Blocks, p.parseLeadBlock())
		case isWord(t, "let"):
			if let := p.parseLet(); let != nil {
				p.file.Blocks = append(p.file.Blocks, let)
			} else {
				p.file.Incomplete = true
				p.skipTo(func(*lexer.Token) bool { return p.startsClause() || p.startsLine() })
			}
		case p.startsBlockWord():
			p.file.Blocks = append(p.file.Blocks, p.parseEntity())
		default:
			p.file.Incomplete = true
			if isSign(t, "}") && p.open > 0 {
				p.open--
				p.lex.Next()
				continue
			}
			found := findForm(p.lex, beginsBlock, nil)
			var d *Diagnostic
			if found != nil {
				d = p.reportForm(found)
			} else {
				d = p.unexpectedToken("model", "choose model", "stages", "assignment", "lead creation", "test", "profile", "interaction", "let")
			}
			switch {
			case found != nil:
			case declares(p.lex):
				d.Nearest, d.Fix = "let", nil
				d.apply(swap(t, "let"))
			case unnamed(p.lex):
				p.withoutLet(d)
			case isSign(t, "}"):
				d.Help = "there is no block to close"
			case p.startsClause() || p.startsChild(nil):
				d.Help = "it is outside of any model" + p.tooMany()
			}
			p.lex.Next()
			p.skipToBlock()
		}
		if p.lex.at == before {
			p.lex.Next() // no input may stop the parser
		}
	}
}

// skipToBlock skips tokens up to the next block, or the end of the file.
func (p *parser) skipToBlock() {
	for !p.peek().EOF() && !p.startsBlock() && !startsLet(p.lex) && !(p.startsLine() && (p.startsBlockWord() || isWord(p.peek(), "let"))) {
		p.lex.Next()
	}
}
