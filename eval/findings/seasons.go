package findings

import (
	"strconv"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// A holder is a part of a model with a season, and what the season lies in.
type holder struct {
	name   string // what messages call it
	season *check.Window
	at     dsl.Span // of the season
}

// seasonsOf calls see for the season of each part of a model, of those that hold others
// first. If see returns false, seasons in the part are left out.
func seasonsOf(m *check.Model, see func(outer []holder, h holder) bool) {
	var outer []holder
	enter := func(h holder) (in, left bool) {
		if h.season == nil {
			return true, false
		}
		if !see(outer, h) {
			return false, false
		}
		outer = append(outer, h)
		return true, true
	}
	condition := func(i int) {
		if c := &m.Conditions[i]; c.Season != nil {
			see(outer, holder{"condition " + brief(c.Source.Name.Raw), c.Season, c.Source.Active.Span})
		}
	}
	var visit func(parts []check.Part)
	inside := func(h holder, parts []check.Part, conditions []int) {
		in, left := enter(h)
		if !in {
			return
		}
		visit(parts)
		for _, i := range conditions {
			condition(i)
		}
		if left {
			outer = outer[:len(outer)-1]
		}
	}
	visit = func(parts []check.Part) {
		for _, p := range parts {
			switch p := p.(type) {
			case check.ConditionPart:
				condition(int(p))
			case *check.Group:
				inside(holder{"group " + brief(strconv.Quote(p.Name)), p.Season, seasonSpan(p.Source.Clauses)}, p.Parts, nil)
			case *check.Dimension:
				inside(holder{"dimension " + brief(strconv.Quote(p.Name)), p.Season, seasonSpan(p.Source.Clauses)}, p.Parts, nil)
			case *check.Tiers:
				h := holder{name: "table " + brief(strconv.Quote(p.Name)), season: p.Season}
				if p.FirstOf != nil {
					h.name = "first of " + brief(strconv.Quote(p.Name))
				}
				if p.Season != nil {
					h.at = tiersSeason(p)
				}
				inside(h, nil, p.Conditions)
			}
		}
	}
	inside(holder{"the model", m.Season, seasonSpan(m.Source.Clauses)}, m.Parts, nil)
}

// seasonSpan returns the place of the season among clauses.
func seasonSpan(clauses []dsl.Clause) dsl.Span {
	for _, c := range clauses {
		if a, ok := c.(*dsl.Active); ok {
			return a.Span
		}
	}
	return dsl.Span{}
}

func tiersSeason(t *check.Tiers) dsl.Span {
	if t.FirstOf != nil {
		return t.FirstOf.Active.Span
	}
	return t.Table.Active.Span
}

// seasons reports seasons that never meet those that they lie in, or last at least as
// long.
func (f *finder) seasons() {
	seasonsOf(f.model, func(outer []holder, h holder) bool {
		for _, o := range outer {
			if !meet(*o.season, *h.season) {
				d := f.warn(CodeSeasonApart, h.at, "this season never meets that of %s: %s never counts", o.name, h.name)
				f.related(d, o.at, "the other season is here")
				return false
			}
		}
		for _, o := range outer {
			if spans(*h.season, *o.season) {
				d := f.warn(CodeImplied, h.at, "this season changes nothing: that of %s lies in it", o.name)
				f.related(d, o.at, "the other season is here")
				d.Help = "drop it"
				break
			}
		}
		return true
	})
}

// seasonsOver reports seasons that are over as of an instant. It leaves out seasons in
// parts whose own is over.
func (f *finder) seasonsOver(asOf time.Time) {
	seasonsOf(f.model, func(_ []holder, h holder) bool {
		if h.season.Hi.Kind == check.Open || asOf.UnixMicro() <= h.season.Hi.At {
			return true
		}
		what := h.name + " does not count any more"
		if h.season == f.model.Season {
			what = "the model scores no lead any more"
		}
		f.warn(CodeSeasonOver, h.at, "this season is over: %s", what)
		return false
	})
}

// meet reports whether some instant is in two seasons.
func meet(a, b check.Window) bool { return !before(a.Hi, b.Lo) && !before(b.Hi, a.Lo) }

// before reports whether all instants up to hi are before those from lo on.
func before(hi, lo check.Bound) bool {
	return hi.Kind != check.Open && lo.Kind != check.Open && hi.At < lo.At
}

// spans reports whether all instants of a season are in another one.
func spans(outer, inner check.Window) bool {
	lo := outer.Lo.Kind == check.Open || inner.Lo.Kind != check.Open && outer.Lo.At <= inner.Lo.At
	hi := outer.Hi.Kind == check.Open || inner.Hi.Kind != check.Open && inner.Hi.At <= outer.Hi.At
	return lo && hi
}
