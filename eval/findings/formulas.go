package findings

import (
	"slices"

	"github.com/leadscore/leadscore/eval/check"
)

// formulas reports expressions with or and not that change nothing, and parts of them.
func (f *finder) formulas(ch *child) {
	if len(ch.formulas) == 0 {
		return
	}
	// What follows only from a formula has not been found.
	rest := *ch
	rest.refs, rest.index, rest.formulas = nil, map[string]int{}, slices.Clone(ch.formulas)
	for _, e := range ch.together() {
		if !e.virtual {
			rest.add(e)
		}
	}
	for i := len(rest.formulas) - 1; i >= 0; i-- {
		g := rest.formulas[i]
		at := g.source.Syntax().At()
		others := slices.Delete(slices.Clone(rest.formulas), i, i+1)
		lone := &child{Child: ch.Child, model: ch.model, index: map[string]int{}}
		without := rest
		without.formulas = others
		switch {
		case f.judge.satisfiesAll(lone, g):
			f.warn(CodeImplied, at, "%s always holds: it changes nothing", g.text()).Help = "drop it"
		case slices.ContainsFunc(others, func(o *formula) bool { return o.key == g.key }):
			f.warn(CodeSameExpr, at, "%s stands there twice", g.text()).Help = "drop it"
		case f.judge.satisfiesAll(&without, g):
			f.warn(CodeImplied, at, "%s changes nothing: it follows from the expressions beside it", g.text()).Help = "drop it"
		default:
			f.terms(ch, g.source)
			continue
		}
		rest.formulas = others
	}
}

// terms reports parts of an expression that change nothing in it.
func (f *finder) terms(ch *child, e check.Expr) {
	switch e := e.(type) {
	case *check.Not:
		f.terms(ch, e.Expr)
	case *check.And:
		f.andTerms(ch, e.Terms)
	case *check.Or:
		f.orTerms(ch, e.Terms)
	}
}

// orTerms reports terms of an or that no value satisfies, or that imply another one.
func (f *finder) orTerms(ch *child, terms []check.Expr) {
	left := f.judged(ch, terms)
	for i := len(left) - 1; i >= 0 && len(left) > 1; i-- {
		t := left[i]
		at := t.source.Syntax().At()
		if t.ways != nil && !f.judge.consistent(nil, [][]way{t.ways}) {
			f.warn(CodeAlternative, at, "no value satisfies %s: it changes nothing after or", t.text()).Help = "drop it"
			left = slices.Delete(left, i, i+1)
			continue
		}
		to := slices.IndexFunc(left, func(weak *formula) bool { return weak != t && f.judge.leads(t, weak) })
		if to < 0 {
			continue
		}
		weak := left[to]
		d := f.warn(CodeAlternative, at, "%s changes nothing: what satisfies it satisfies %s, which is enough", t.text(), weak.text())
		d.Help = "drop it"
		f.related(d, weak.source.Syntax().At(), "this is enough")
		left = slices.Delete(left, i, i+1)
	}
	for _, t := range left {
		f.terms(ch, t.source)
	}
}

// andTerms reports terms of an and that others imply.
func (f *finder) andTerms(ch *child, terms []check.Expr) {
	left := f.judged(ch, terms)
	for i := len(left) - 1; i >= 0 && len(left) > 1; i-- {
		t := left[i]
		at := slices.IndexFunc(left, func(strong *formula) bool { return strong != t && f.judge.leads(strong, t) })
		if at < 0 {
			continue
		}
		strong := left[at]
		d := f.warn(CodeImplied, t.source.Syntax().At(), "%s changes nothing: it follows from %s", t.text(), strong.text())
		d.Help = "drop it"
		f.related(d, strong.source.Syntax().At(), "follows from this")
		left = slices.Delete(left, i, i+1)
	}
	for _, t := range left {
		f.terms(ch, t.source)
	}
}

// judged returns terms with the ways in which they hold, or nothing if there are very
// many.
func (f *finder) judged(ch *child, terms []check.Expr) []*formula {
	if len(terms) > manyWays {
		return nil
	}
	room := &child{Child: ch.Child, model: ch.model, index: map[string]int{}}
	for _, t := range terms {
		room.addFormula(t)
	}
	return room.formulas
}

// leads reports whether weak holds wherever strong does.
func (j *judge) leads(strong, weak *formula) bool {
	if strong.key == weak.key {
		return true
	}
	return strong.ways != nil && weak.not != nil && !j.consistent(nil, [][]way{strong.ways, weak.not})
}
