package dsl

import "slices"

// parseSalesReady parses `sales ready when DECISION`, or `sales ready at` and a name
// for a value.
func parseSalesReady(lex *tokens) (*SalesReady, error) {
	first := *lex.Next()
	if err := want(lex, "ready"); err != nil {
		return nil, err
	}
	s := &SalesReady{}
	var err error
	if accept(lex, "when") {
		s.When, err = parseLogic(lex, parseJudgment)
	} else if err = want(lex, "at"); err == nil {
		s.Threshold, err = wantInt(lex)
	}
	if err != nil {
		return nil, err
	}
	s.Span = spanOf(&first, lastBefore(lex))
	return s, nil
}

// parseSalesReady is the function of that name, and reports problems. It returns nil if
// there are any.
func (p *parser) parseSalesReady() Clause {
	s, err := parseSalesReady(p.lex)
	if err != nil {
		p.failed(err)
		return nil
	}
	if !p.decisionFits(s.When, s.Span) {
		return nil
	}
	return s
}

// judgmentWords are what judgments begin with.
var judgmentWords = []string{"score", "grade", "label", "condition"}

// numberOps are the operators for a score.
var numberOps = []Op{Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, InRange, In, NotIn}

// parseJudgment parses what a decision says of a score, a grade, the label or a
// condition.
func parseJudgment(lex *tokens) (Expr, error) {
	first := *lex.Peek()
	j := &Judgment{}
	var err error
	switch {
	case accept(lex, "score"):
		j.Subject = SubjectScore
		if err = otherScore(lex); err != nil {
			break
		}
		if j.Of, err = parseOf(lex); err == nil {
			err = parseScoreTest(lex, j)
		}
	case accept(lex, "grade"):
		j.Subject = SubjectGrade
		if err = otherScore(lex); err != nil {
			break
		}
		if j.Of, err = parseOf(lex); err == nil {
			err = parseGradeTest(lex, j)
		}
	case accept(lex, "label"):
		j.Subject = SubjectLabel
		err = parseGradeTest(lex, j)
	case accept(lex, "condition"):
		j.Subject = SubjectCondition
		if j.Of, err = wantString(lex); err == nil {
			err = wantHolds(lex, startOf(&first), j.Of)
		}
	default:
		if err = otherScore(lex); err == nil {
			err = noJudgment(lex)
		}
	}
	if err != nil {
		return nil, err
	}
	j.Span = spanOf(&first, lastBefore(lex))
	return j, nil
}

// parseOf parses `of "…"`. It returns nil if that does not come next.
func parseOf(lex *tokens) (*String, error) {
	if !accept(lex, "of") {
		return nil, nil
	}
	return wantString(lex)
}

// parseScoreTest parses the operator and operands of j, which is about a score.
func parseScoreTest(lex *tokens, j *Judgment) error {
	if t := lex.Peek(); !slices.ContainsFunc(numberOps, func(op Op) bool { return signOps[t.Value] == op && t.Type == tokSign && op.sign() }) && !isOneOf(t, "between", "in", "not") {
		return noScoreOp(lex)
	}
	c, err := parseTest(lex)
	if err != nil {
		return err
	}
	j.Op, j.OpSpan, j.Operands, j.List = c.Op, c.OpSpan, c.Operands, c.List
	return nil
}

// parseGradeTest parses the operator and operands of j, which is about a grade or the
// label.
func parseGradeTest(lex *tokens, j *Judgment) error {
	first := *lex.Peek()
	switch {
	case accept(lex, "is"):
		j.Op = Equal
		if accept(lex, "not") {
			j.Op = NotEqual
		}
		if err := listMeant(lex, j.Op == NotEqual); err != nil {
			return err
		}
		j.OpSpan = spanOf(&first, lastBefore(lex))
		s, err := wantOperandText(lex)
		if err != nil {
			return listForGrade(lex, j.Op, err)
		}
		j.Operands = []Literal{s}
		return nil
	case accept(lex, "in"):
		j.Op = In
	case isWord(&first, "not") && isWord(lex.peekAt(1), "in"):
		lex.Next()
		lex.Next()
		j.Op = NotIn
	default:
		return noGradeOp(lex)
	}
	j.OpSpan = spanOf(&first, lastBefore(lex))
	var err error
	j.Operands, j.List, err = parseValues(lex)
	return err
}
