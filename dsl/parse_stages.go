package dsl

import (
	"github.com/alecthomas/participle/v2/lexer"
)

// stageWords are the keywords that follow the name of a stage, in their order.
var stageWords = []string{"when", "until", "sticky", "then"}

// parseStages parses a block of stages and reports its problems.
func (p *parser) parseStages() *Stages {
	first := *p.peek()
	s := &Stages{Span: tokenSpan(first.Pos, first.Value)}
	var open lexer.Token
	if head := parse(p, p.grammar.stagesHead); head != nil {
		s.Name, open = p.lex.string(&head.Name), head.Open
	} else {
		s.Incomplete = true
		ok := false
		if t := lastBefore(p.lex); t != nil && t.Type == tokString {
			s.Name = p.lex.string(t)
			s.End = s.Name.End
		}
		if open, ok = p.brokenHead(); !ok {
			p.skipTo(func(*lexer.Token) bool { return false })
			return s
		}
	}
	what := func() string { return called("stages", s.Name) }
	clauses := 0
	stop, whole := p.body(open, what, p.startsBlock, func() bool {
		if clauses++; clauses > p.limits.Children {
			at := p.peek()
			p.report(tokenSpan(at.Pos, at.Value), CodeLimit, "%s has more than %d stages", what(), p.limits.Children)
			p.skipTo(func(*lexer.Token) bool { return false })
			return false
		}
		c := p.parseStagesClause()
		if c == nil {
			p.skipTo(func(*lexer.Token) bool { return p.startsStage() || startsAudience(p.lex) })
			return false
		}
		s.Clauses = append(s.Clauses, c)
		return true
	})
	s.End = stop
	s.Incomplete = s.Incomplete || !whole
	return s
}

func (p *parser) startsStage() bool {
	return isWord(p.peek(), "stage") && p.peekAt(1).Type == tokString
}

func startsAudience(lex *tokens) bool {
	return isWord(lex.Peek(), "audience") && isSign(lex.peekAt(1), "{")
}

// parseStagesClause parses the audience or a stage. If it cannot, it reports the problem
// and returns nil.
func (p *parser) parseStagesClause() Clause {
	switch t := p.peek(); {
	case isWord(t, "audience"):
		return p.parseAudience()
	case isWord(t, "stage"):
		return p.parseStage()
	}
	p.strayInStages()
	p.skipWord()
	return nil
}

// parseStage parses a stage. If it cannot, it reports the problem and returns nil.
func (p *parser) parseStage() Clause {
	head := parse(p, p.grammar.stageHead)
	if head == nil {
		return nil
	}
	s := &Stage{Span: spanOf(&head.Keyword, &head.Name), Name: p.lex.string(&head.Name)}
	var err error
	if accept(p.lex, "when") {
		s.When, err = p.parseSetDecision()
	}
	if err == nil && accept(p.lex, "until") {
		s.Until, err = p.parseSetDecision()
	}
	if t := *p.peek(); err == nil && accept(p.lex, "sticky") {
		s.Sticky = &Sticky{tokenSpan(t.Pos, t.Value)}
	}
	if err == nil && accept(p.lex, "then") {
		s.Then, err = wantString(p.lex)
	}
	if err == nil && !p.startsStage() && !isWord(p.peek(), "stage") && !isWord(p.peek(), "audience") && !isSign(p.peek(), "}") && !p.startsBlock() {
		err = afterStage(p.lex, s)
	}
	if err != nil {
		p.failed(err)
		return nil
	}
	s.End = endOf(lastBefore(p.lex))
	if !p.decisionFits(s.When, s.Span) || !p.decisionFits(s.Until, s.Span) {
		return nil
	}
	return s
}

// parseSetDecision parses a decision over the models of a set.
func (p *parser) parseSetDecision() (Expr, error) { return parseLogic(p.lex, parseSetJudgment) }

// decisionFits reports a decision, which may be nil, that exceeds a limit, and then
// returns false. at is the place of what it decides.
func (p *parser) decisionFits(e Expr, at Span) bool {
	if e == nil {
		return true
	}
	terms, ok := 0, true
	leaves(e, func(leaf Expr) {
		terms++
		if j, is := leaf.(*Judgment); is && len(j.Operands) > p.limits.Terms {
			p.report(j.Span, CodeLimit, "a list has %d values; the limit is %d", len(j.Operands), p.limits.Terms)
			ok = false
		}
	})
	if terms > p.limits.Terms {
		p.report(at, CodeLimit, "a decision has %d parts; the limit is %d", terms, p.limits.Terms)
		ok = false
	}
	return ok
}

// setJudgmentWords are what the parts of a decision over several models begin with.
var setJudgmentWords = []string{"score of", "grade of", "label of", "sales ready of", "status of", "condition"}

// parseSetJudgment parses what a decision over the models of a set says of one of them.
func parseSetJudgment(lex *tokens) (Expr, error) {
	first := *lex.Peek()
	j := &Judgment{}
	var err error
	switch {
	case accept(lex, "score"):
		j.Subject = SubjectScore
		if err = wantModel(lex, j, true); err == nil {
			err = parseScoreTest(lex, j)
		}
	case accept(lex, "grade"):
		j.Subject = SubjectGrade
		if err = wantModel(lex, j, true); err == nil {
			err = parseGradeTest(lex, j)
		}
	case accept(lex, "label"):
		j.Subject = SubjectLabel
		if err = wantModel(lex, j, false); err == nil {
			err = parseGradeTest(lex, j)
		}
	case accept(lex, "status"):
		j.Subject = SubjectStatus
		if err = wantModel(lex, j, false); err == nil {
			err = parseGradeTest(lex, j)
		}
	case accept(lex, "sales"):
		j.Subject = SubjectSalesReady
		if err = want(lex, "ready"); err == nil {
			err = wantModel(lex, j, false)
		}
	case accept(lex, "condition"):
		j.Subject = SubjectCondition
		if j.Of, err = wantString(lex); err == nil {
			err = wantModel(lex, j, false)
		}
		if err == nil {
			err = wantHolds(lex, startOf(&first), j.Of)
		}
	default:
		err = noSetJudgment(lex)
	}
	if err != nil {
		return nil, err
	}
	j.Span = spanOf(&first, lastBefore(lex))
	return j, nil
}

// wantModel parses `of "Model"` and, if a dimension may follow, `."Dimension"`.
func wantModel(lex *tokens, j *Judgment, dimension bool) error {
	if !accept(lex, "of") {
		return noModel(lex)
	}
	if isWord(lex.Peek(), "model") && lex.peekAt(1).Type == tokString {
		bad := unexpected(lex, wordText)
		bad.help, bad.fix = "leave out the word model", drop(lex)
		lex.Next() // no model begins here
		lex.Next()
		return bad
	}
	var err error
	if j.Model, err = wantString(lex); err != nil || !isSign(lex.Peek(), ".") {
		return err
	}
	if !dimension {
		bad := unexpected(lex)
		bad.help = "only a score and a grade can be those of a dimension"
		return bad
	}
	lex.Next()
	j.Of, err = wantString(lex)
	return err
}
