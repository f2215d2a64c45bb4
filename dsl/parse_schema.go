package dsl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// parseEntity parses a schema block and reports its problems.
func (p *parser) parseEntity() *Entity {
	first := *p.peek()
	e := &Entity{Span: tokenSpan(first.Pos, first.Value), Interaction: isWord(&first, "interaction")}
	var open lexer.Token
	if head := parse(p, p.grammar.entityHead); head != nil {
		e.Name, e.Passive, open = p.lex.name(&head.Name), head.Passive != nil, head.Open
	} else {
		e.Incomplete = true
		ok := false
		if t := lastBefore(p.lex); t != nil && t.Pos.Offset > first.Pos.Offset && (t.Type == tokIdent || t.Type == tokQuoted) {
			e.Name = p.lex.name(t)
			e.End = e.Name.End
		}
		if open, ok = p.brokenHead(); !ok {
			p.skipTo(func(*lexer.Token) bool { return false })
			return e
		}
	}
	what := "the " + first.Value + " block"
	if e.Name != nil {
		what = fmt.Sprintf("%s %s", strings.ToLower(first.Value), e.Name.Text)
	}
	stop, whole := p.body(open, func() string { return what }, p.startsBlock, func() bool {
		m, err := parseMember(p.lex)
		if err == nil {
			e.Members = append(e.Members, m)
			return true
		}
		p.failed(err)
		if bad, ok := errors.AsType[*syntaxError](err); ok && bad.name != nil {
			e.Members = append(e.Members, &BadMember{Span: bad.name.Span, Name: bad.name})
		}
		p.skipTo(func(*lexer.Token) bool { return p.firstOnLine() })
		return false
	})
	e.End = stop
	e.Incomplete = e.Incomplete || !whole
	return e
}

// parseMember parses one declaration of a schema block.
func parseMember(lex *tokens) (Member, error) {
	first := *lex.Peek()
	if isWord(&first, "dated") {
		mark := lex.at
		lex.Next()
		if accept(lex, "by") {
			field, err := wantName(lex, "a time or date field")
			if err != nil {
				return nil, err
			}
			return &DatedBy{Span: Span{startOf(&first), field.End}, Field: field}, nil
		}
		lex.at = mark
	}
	before := lastBefore(lex)
	name, err := wantName(lex, "a name")
	if err != nil {
		return nil, err
	}
	m, err := parseMemberRest(lex, name)
	if bad, ok := err.(*syntaxError); ok {
		bad.name = name
		if before != nil && isOneOf(before, modifiers...) &&
			slices.Contains(typeNames[:], strings.ToLower(name.Text)) {
			bad.help = fmt.Sprintf("%s before %s is a keyword here; a field of that name is written in back quotes", before.Value, name.Text)
		}
	}
	return m, err
}

// parseMemberRest parses what follows the name of a member.
func parseMemberRest(lex *tokens, name *Name) (Member, error) {
	if acceptSign(lex, "->") {
		target, err := wantName(lex, "an entity's name")
		if err != nil {
			return nil, err
		}
		return &Relationship{Span: Span{name.Start, target.End}, Name: name, Target: target}, nil
	}
	if acceptSign(lex, "<-") {
		target, err := wantName(lex, "an entity's name")
		if err != nil {
			return nil, err
		}
		if err := wantSign(lex, "."); err != nil {
			bad := err.(*syntaxError)
			bad.help = "an inverse names the reference that leads back, such as <- Order.Lead"
			return nil, bad
		}
		via, err := wantName(lex, "a reference's name")
		if err != nil {
			return nil, err
		}
		return &Relationship{Span: Span{name.Start, via.End}, Name: name, Target: target, Via: via}, nil
	}
	f := &Field{Span: Span{Start: name.Start}, Name: name}
	t := *lex.Peek()
	known := false
	for i, typ := range typeNames {
		if accept(lex, typ) {
			f.Type, known = FieldType(i), true
			break
		}
	}
	if !known {
		return nil, noType(lex, name)
	}
	f.End = endOf(&t)
	if f.Type == ChoiceType || f.Type == ChoicesType {
		if err := parseChoices(lex, f); err != nil {
			return nil, err
		}
	}
	for {
		t := *lex.Peek()
		for _, m := range []struct {
			word string
			flag *bool
		}{{"exact", &f.Exact}, {"calculated", &f.Calculated}, {"rollup", &f.Rollup}} {
			if accept(lex, m.word) {
				if *m.flag {
					return nil, &syntaxError{token: t, summary: m.word + " is given twice"}
				}
				*m.flag = true
			}
		}
		if t == *lex.Peek() {
			return f, nil
		}
		f.End = endOf(lastBefore(lex))
	}
}

// parseChoices parses the values of a choice. Choices without a list are an open set.
func parseChoices(lex *tokens, f *Field) error {
	if f.Type == ChoicesType && !isSign(lex.Peek(), "(") && lex.Peek().Type != tokString {
		return nil
	}
	f.Values = []*String{}
	if err := wantSign(lex, "("); err != nil {
		bad := err.(*syntaxError)
		bad.help = fmt.Sprintf(`a %s lists its values: %s ("A", "B")`, f.Type, f.Type)
		return bad
	}
	for !isSign(lex.Peek(), ")") {
		s, err := wantString(lex)
		if err != nil {
			return err
		}
		f.Values = append(f.Values, s)
		if isSign(lex.Peek(), ")") {
			break
		}
		if !acceptSign(lex, ",") {
			return unexpected(lex, ",", ")")
		}
		if isSign(lex.Peek(), ")") {
			return unexpected(lex, wordText)
		}
	}
	f.End = endOf(lex.Next())
	return nil
}
