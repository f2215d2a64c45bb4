package dsl

import (
	"fmt"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// valueAfterWord completes err, which says that no expression comes next after and or
// or, if a value does, as in City = "A" or "B". before are the expressions before it.
func valueAfterWord(lex *tokens, before []Expr, err error) error {
	bad, ok := err.(*syntaxError)
	t := lex.Peek()
	_, sign := signOps[t.Value]
	if !ok || bad.token.Pos != t.Pos || !sign && t.Type != tokString && t.Type != tokInt && t.Type != tokDecimal && t.Type != tokMoment {
		return err
	}
	last, ok := before[len(before)-1].(*Comparison)
	if !ok {
		return err
	}
	word := "and"
	if isWord(lastBefore(lex), "or") {
		word = "or"
	}
	if sign {
		bad.help = fmt.Sprintf("write the field again: %s %s %s …", word, dotted(last.Ref), t.Value)
		return bad
	}
	const longest = 80
	value := t.Value
	op, many := last.Op.Any()
	switch {
	case !many || len(last.Operands) != 1:
		bad.help = fmt.Sprintf("write the field again: %s %s %s …", word, dotted(last.Ref), last.Op)
	case word == "or" && !last.Op.Negated():
		bad.help = fmt.Sprintf("write %s %s (%s, %s)", dotted(last.Ref), op, literalText(last.Operands[0]), value)
	default:
		bad.help = fmt.Sprintf("write the field again: %s %s %s %s", word, dotted(last.Ref), last.Op, value)
	}
	if len(bad.help) > longest {
		bad.help = "write the field again, or a list"
	}
	return bad
}

// notBefore returns the error for not before an expression without parentheses: not is
// the token at mark, and the expression comes next.
func notBefore(lex *tokens, mark int, err error) error {
	lex.at = mark
	found := findForm(lex, beginsExpr, nil)
	if found == nil {
		lex.at++
		return err
	}
	bad := found.err()
	lex.Next()
	field := pathAt(lex, 0)
	if _, bad1 := names(lex, ""); bad1 == nil {
		op, bad2 := parseOp(lex)
		switch {
		case field == "not":
		case bad2 != nil:
			bad.help += fmt.Sprintf("; a field that is true or false is compared: %s = false", field)
		case op.opposite() != op:
			other := op.opposite().String()
			if op.opposite().Operands() != NoOperand {
				other += " …"
			}
			bad.help = fmt.Sprintf("negate the operator instead: write %s %s, or not ( … ), which holds for an empty value, too", field, other)
			if op.Plain() == IsEmpty {
				bad.help = fmt.Sprintf("negate the operator instead: write %s %s", field, other)
			}
		}
	}
	lex.at = mark + 1
	return bad
}

// needlessWord returns the error for a word that is no field, such as either or a second
// and, at mark, and nil if a field's name is there. It has no operator after it.
func needlessWord(lex *tokens, mark int) error {
	t := lex.list[mark]
	switch {
	case isOneOf(&t, "either", "both"):
		lex.at = mark
		return &syntaxError{token: t, help: "leave it out", fix: drop(lex)}
	case isOneOf(&t, "and", "or"):
		return &syntaxError{token: t, expected: []string{"a field's name"}}
	}
	return nil
}

// fieldInParentheses completes err, which says that no operator comes next, if a field
// alone is in parentheses.
func fieldInParentheses(lex *tokens, ref []*Name, err error) error {
	bad, ok := err.(*syntaxError)
	if !ok || !isSign(lex.Peek(), ")") {
		return err
	}
	bad.help = fmt.Sprintf("parentheses go around whole expressions, such as (%s = 1)", strings.TrimSpace(dotted(ref)))
	return bad
}

// mixed returns the error for and and or between the expressions of list without
// parentheses. ors says for each but the first whether or is before it, and other is
// the first word that is not the one before the second expression. The fix puts those
// with and between them into parentheses.
func mixed(lex *tokens, list []Expr, ors []bool, other lexer.Token) *syntaxError {
	const longest, most = 120, 100
	err := &syntaxError{token: other, summary: "and and or are side by side without parentheses"}
	err.help = "put the expressions that and joins into parentheses, such as (A = 1 and B = 2) or C = 3"
	if len(list) > most {
		return err
	}
	var terms []Expr // what or joins
	edit := &Edit{}
	last := 0 // the offset up to which the fix has the text
	for first := 0; first < len(list); {
		end := first + 1
		for end < len(list) && !ors[end-1] {
			end++
		}
		if end == first+1 {
			terms = append(terms, list[first])
			first = end
			continue
		}
		terms = append(terms, &And{Terms: list[first:end]})
		from, to := list[first].At().Start, list[end-1].At().End
		if edit.Text == "" {
			edit.Span.Start, last = from, from.Offset
		}
		edit.Text += lex.text[last:from.Offset] + "(" + lex.text[from.Offset:to.Offset] + ")"
		edit.Span.End, last = to, to.Offset
		first = end
	}
	err.fix, err.anywhere = edit, true
	if text := (&Or{Terms: terms}).String(); len(text) <= longest {
		err.help = "write " + text
	}
	return err
}
