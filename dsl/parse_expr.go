package dsl

import (
	"fmt"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// scoreFollows reports whether the score of the condition comes next. A number
// after score rules out a field of that name.
func scoreFollows(lex *tokens) bool {
	return isWord(lex.Peek(), "score") && pointsFollow(lex, 1)
}

// parseComparison parses a field, an operator and its operands. With an error it returns
// what was read, marked as Incomplete, or nil if that is less than a name.
func parseComparison(lex *tokens) (*Comparison, error) {
	if scoreFollows(lex) || childOnNextLine(lex) {
		return nil, unexpected(lex, "a field's name")
	}
	mark := lex.at
	ref, err := names(lex, "a field's name")
	if len(ref) == 0 {
		return nil, err
	}
	c := lex.comparisons.new()
	c.Ref = ref
	c.Start, c.End = ref[0].Start, ref[len(ref)-1].End
	if err == nil {
		err = parseAfterField(lex, c, mark)
	}
	if err != nil {
		c.Incomplete = true
		return c, err
	}
	return c, nil
}

// parseAfterField parses the operator and the operands of c, of which the token mark is
// the first.
func parseAfterField(lex *tokens, c *Comparison, mark int) error {
	first := *lex.Peek()
	op, err := parseOp(lex)
	if err != nil {
		return noOpAfter(lex, c.Ref, mark, err)
	}
	c.Op = op
	// An operator without operands spans all of its words.
	c.OpSpan = tokenSpan(first.Pos, first.Value)
	mark = lex.at
	if err := parseOperands(lex, c); err != nil {
		c.End = endOf(lastBefore(lex))
		if lex.list[mark].Type != tokString { // most errors are in the operands
			err = otherwise(lex, mark, beginsOperand, nil, err)
		}
		return otherwise(lex, mark-1, beginsOp, nil, err)
	}
	last := c.OpSpan.End
	if t := lastBefore(lex); t != nil {
		last = endOf(t)
	}
	c.End = last
	if len(c.Operands) == 0 && !op.List() {
		c.OpSpan.End = last
	}
	return nil
}

// noOpAfter returns the error for what comes next after the reference ref, of which the
// token mark is the first, in place of an operator. err says what parseOp found.
func noOpAfter(lex *tokens, ref []*Name, mark int, err error) error {
	if len(ref) == 1 && strings.EqualFold(ref[0].Text, "not") && !ref[0].Quoted {
		return notBefore(lex, mark, err)
	}
	if bad := otherScore(lex); bad != nil {
		return bad
	}
	if bad := needlessWord(lex, mark); bad != nil && len(ref) == 1 {
		return bad
	}
	err = fieldInParentheses(lex, ref, nameWithBlanks(lex, ref[len(ref)-1], err))
	if len(ref) == 1 && !ref[0].Quoted {
		err = otherwise(lex, mark, beginsExpr, nil, err)
	}
	return err
}

// parseOp parses an operator.
func parseOp(lex *tokens) (Op, error) {
	if t := lex.Peek(); t.Type == tokSign {
		op, ok := signOps[t.Value]
		if !ok {
			return 0, noOp(lex)
		}
		lex.Next()
		return op, nil
	}
	words := opWords
	for {
		next := words.after(lex.Peek())
		if next == nil {
			break
		}
		words = next
		lex.Next()
	}
	switch {
	case words.isOp:
		return words.op, nil
	case words == opWords:
		return 0, noOp(lex)
	}
	return 0, brokenOp(lex, words)
}

// after returns the child of w for token t, or nil.
func (w *opWord) after(t *lexer.Token) *opWord {
	if t.Type != tokIdent {
		return nil
	}
	for i, word := range w.words {
		if isWord(t, word) {
			return w.next[i]
		}
	}
	return nil
}

// parseOperands parses the operands of c's operator.
func parseOperands(lex *tokens, c *Comparison) error {
	add := func(l Literal, err error) error {
		if err == nil {
			c.Operands = lex.operands.append(c.Operands, l)
		}
		return err
	}
	switch c.Op.Operands() {
	case NoOperand:
		return nil
	case ValueList:
		return parseList(lex, c)
	case TwoValues:
		if agoFollows(lex) {
			from, to := parseAgo(lex)
			c.Operands = append(lex.operands.append(nil, from), to)
			return nil
		}
		if err := wrongAgo(lex); err != nil {
			return err
		}
		if err := add(parseValue(lex)); err != nil {
			return err
		}
		if err := wantAnd(lex); err != nil {
			return err
		}
		if err := add(parseValue(lex)); err != nil {
			return err
		}
		if isWord(lex.Peek(), "ago") {
			return unexpected(lex)
		}
		return nil
	case OneMoment:
		m, err := wantMoment(lex)
		return add(m, err) // m is not added if it is nil
	case OneTimeSpan:
		s, err := parseTimeSpan(lex)
		return add(s, err)
	}
	if isSign(lex.Peek(), "(") {
		return listAsValue(lex, c.Op)
	}
	if err := listNameAsValue(lex, c.Op); err != nil {
		return err
	}
	if err := fieldAsNumber(lex, c.Op); err != nil {
		return err
	}
	if err := add(parseValue(lex)); err != nil {
		return err
	}
	if n, ok := c.Operands[0].(*Number); ok && c.Op.sign() {
		if _, ok := unitOf(lex.Peek()); ok {
			return spanAsValue(lex, n)
		}
	}
	return nil
}

// parseList parses the operands of an operator that takes a list.
func parseList(lex *tokens, c *Comparison) error {
	if let := lex.letAt(0); let == nil && !isSign(lex.Peek(), "(") {
		bad := unexpected(lex, "(")
		bad.help = fmt.Sprintf(`a list is written %s ("A", "B")`, c.Op)
		return bad
	}
	if isSign(lex.Peek(), "(") && isSign(lex.peekAt(1), ")") {
		lex.Next()
		lex.Next()
		return nil
	}
	var err error
	c.Operands, c.List, err = parseValues(lex)
	return err
}
