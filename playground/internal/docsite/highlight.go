package docsite

import (
	"go/scanner"
	"go/token"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/pages"
)

// A mark is a part of a text that has a colour.
type mark struct {
	start, end int
	class      string
}

// highlight returns the text of a block as HTML, in colours if it is rules or Go.
func highlight(b *pages.Block, text string) string {
	var marks []mark
	switch b.Lang {
	case "score":
		marks = ruleMarks(b, text)
	case "go":
		marks = goMarks(text)
	}
	var out strings.Builder
	at := 0
	for _, m := range marks {
		if m.class == "" || m.start < at {
			continue
		}
		out.WriteString(escape(text[at:m.start]))
		out.WriteString(`<span class="` + m.class + `">` + escape(text[m.start:m.end]) + "</span>")
		at = m.end
	}
	out.WriteString(escape(text[at:]))
	return out.String()
}

// ruleMarks returns the marks of rules. A fragment is read as the file that it is part of,
// whose lines end with those of the fragment.
func ruleMarks(b *pages.Block, text string) []mark {
	whole, err := b.Whole()
	if err != nil {
		return nil
	}
	tree, _ := dsl.Parse("rules.score", whole, dsl.Limits{})
	shift := shifts(whole, text)
	var marks []mark
	for _, t := range dsl.Tokens(tree) {
		by, shown := shift(t.Start.Line)
		start, end := t.Start.Offset+by, t.End.Offset+by
		if shown && start >= 0 && end <= len(text) && text[start:end] == t.Text {
			marks = append(marks, mark{start, end, classOf(&t)})
		}
	}
	return marks
}

// shifts returns a function that says of a line of the whole whether it shows a line of a
// part, and how far its characters are moved then.
func shifts(whole, part string) func(line int) (by int, shown bool) {
	type place struct {
		by    int
		shown bool
	}
	places := []place{{}} // lines begin with 1
	rest, at := part, 0
	offset := 0
	for line := range strings.Lines(whole) {
		want, _, _ := strings.Cut(rest, "\n")
		for strings.TrimSpace(want) == "" && rest != "" { // an empty line has no tokens
			at += len(want) + 1
			rest = rest[min(len(want)+1, len(rest)):]
			want, _, _ = strings.Cut(rest, "\n")
		}
		p := place{}
		shown := strings.TrimRight(line, " \r\n")
		if mine := strings.TrimSpace(want); mine != "" && strings.HasSuffix(shown, mine) {
			if before := strings.TrimSpace(strings.TrimSuffix(shown, mine)); before == "" || before == "where" {
				indent := len(want) - len(strings.TrimLeft(want, " "))
				p = place{at + indent - (offset + len(shown) - len(mine)), true}
				at += len(want) + 1
				rest = rest[min(len(want)+1, len(rest)):]
			}
		}
		places = append(places, p)
		offset += len(line)
	}
	return func(line int) (int, bool) {
		if line >= len(places) {
			return 0, false
		}
		return places[line].by, places[line].shown
	}
}

// classOf returns the class of a token, or "" if it has no colour.
func classOf(t *dsl.Token) string {
	switch t.Class {
	case dsl.ClassComment:
		return "comment"
	case dsl.ClassText:
		return "string"
	case dsl.ClassNumber, dsl.ClassMoment:
		return "number"
	case dsl.ClassWord, dsl.ClassQuoted:
		switch t.Kind {
		case dsl.KindKeyword, dsl.KindOperator, dsl.KindUnit:
			return "keyword"
		case dsl.KindRoot, dsl.KindHop, dsl.KindEntity, dsl.KindInteraction:
			return "entity"
		}
	}
	return ""
}

// goMarks returns the marks of Go.
func goMarks(text string) []mark {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(text))
	s.Init(file, []byte(text), func(token.Position, string) {}, scanner.ScanComments)
	var marks []mark
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return marks
		}
		class := ""
		switch {
		case tok == token.COMMENT:
			class = "comment"
		case tok == token.STRING || tok == token.CHAR:
			class = "string"
		case tok == token.INT || tok == token.FLOAT:
			class = "number"
		case tok.IsKeyword():
			class = "keyword"
		}
		start := file.Offset(pos)
		if end := start + len(lit); class != "" && end <= len(text) && text[start:end] == lit {
			marks = append(marks, mark{start, end, class})
		}
	}
}
