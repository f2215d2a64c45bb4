package reference

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/leadscore/leadscore/dsl"
)

// grade returns the grade of a score, or "".
func grade(clauses []dsl.Clause, points int64) string {
	score, name := big.NewInt(points), ""
	for _, c := range clauses {
		// "`from` and `to` included, `below` excluded"
		if g, ok := c.(*dsl.Grade); ok &&
			(g.Below == nil || score.Cmp(integer(g.Below)) < 0) &&
			(g.From == nil || score.Cmp(integer(g.From)) >= 0) &&
			(g.To == nil || score.Cmp(integer(g.To)) <= 0) {
			name = g.Name.Value
		}
	}
	return name
}

// decide sets the label, and whether the lead is sales ready.
func (t *totals) decide(m *dsl.Model) {
	r := t.result
	for _, c := range m.Clauses {
		if l, ok := c.(*dsl.Label); ok {
			r.Label = r.label(l)
		}
	}
	for _, c := range m.Clauses {
		if c, ok := c.(*dsl.SalesReady); ok {
			if c.When != nil { // "`sales ready when DECISION` in place of `sales ready at N`"
				r.SalesReady = r.decides(c.When)
			} else { // "`sales ready at N`: true when score ≥ N"
				r.SalesReady = big.NewInt(r.Score).Cmp(integer(c.Threshold)) >= 0
			}
		}
	}
}

// label returns "the grades of these dimensions in a row; empty if one has none".
func (r *Result) label(l *dsl.Label) string {
	label := ""
	for _, name := range l.Dimensions {
		grade := r.dimension(name).Grade
		if grade == "" {
			return ""
		}
		label += grade
	}
	return label
}

func (r *Result) dimension(name *dsl.String) Dimension {
	i := slices.IndexFunc(r.Dimensions, func(d Dimension) bool { return d.Name == name.Value })
	return r.Dimensions[i]
}

// decides follows "Dimensions and decisions".
func (r *Result) decides(e dsl.Expr) bool {
	switch e := e.(type) { // "with `and`, `or`, `not ( … )` as above"
	case *dsl.And:
		return !slices.ContainsFunc(e.Terms, func(e dsl.Expr) bool { return !r.decides(e) })
	case *dsl.Or:
		return slices.ContainsFunc(e.Terms, r.decides)
	case *dsl.Not:
		return !r.decides(e.Expr)
	case *dsl.Judgment:
		return r.judges(e)
	}
	panic(fmt.Sprintf("reference: unknown decision %T", e))
}

func (r *Result) judges(j *dsl.Judgment) bool {
	of := Dimension{Score: r.Score, Grade: r.Grade} // "`score` or `score of "Fit"`", "`grade`, `grade of "Fit"`"
	if j.Of != nil && j.Subject != dsl.SubjectCondition {
		of = r.dimension(j.Of)
	}
	switch j.Subject {
	case dsl.SubjectScore:
		return judgesScore(j, big.NewInt(of.Score))
	case dsl.SubjectGrade:
		return judgesName(j, of.Grade)
	case dsl.SubjectLabel:
		return judgesName(j, r.Label)
	}
	// "`condition "Competitor" holds` (its multiplier is above 0, in season with all that
	// holds it, and in `first of` it was taken)"
	return slices.ContainsFunc(r.Contributions, func(c Contribution) bool {
		return c.Row == nil && c.Condition == j.Of.Value && c.holds()
	})
}

// judgesScore follows "with the operators of numbers". "A score in a decision is compared
// with whole numbers."
func judgesScore(j *dsl.Judgment, score *big.Int) bool {
	against := func(i int) int { return score.Cmp(integer(j.Operands[i].(*dsl.Number))) }
	among := false
	for i := range j.Operands {
		among = among || against(i) == 0
	}
	switch j.Op {
	case dsl.Equal, dsl.In:
		return among
	case dsl.NotEqual, dsl.NotIn:
		return !among
	case dsl.Less:
		return against(0) < 0
	case dsl.LessEqual:
		return against(0) <= 0
	case dsl.Greater:
		return against(0) > 0
	case dsl.GreaterEqual:
		return against(0) >= 0
	case dsl.InRange:
		return against(0) >= 0 && against(1) <= 0
	}
	panic("reference: a score has no operator " + j.Op.String())
}

// judgesName follows "`is "Hot"`, `is not "Hot"`, `in (…)`, `not in (…)` (where there is no
// grade or label, none of them holds)".
func judgesName(j *dsl.Judgment, name string) bool {
	if name == "" {
		return false
	}
	among := slices.ContainsFunc(j.Operands, func(o dsl.Literal) bool { return o.(*dsl.String).Value == name })
	return among != (j.Op == dsl.NotEqual || j.Op == dsl.NotIn)
}
