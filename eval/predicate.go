package eval

import (
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// A predicate judges a value as the layout holds it: text folded, unless the
// field is exact. bounds are the program's windows as of the scoring instant.
type predicate func(bounds []bound, v traverse.Value) bool

// A bound is a resolved window, both ends included, in microseconds or days.
type bound struct{ lo, hi int64 }

func (b bound) holds(at int64) bool { return b.lo <= at && at <= b.hi }

func (ws *windows) predicate(p check.Predicate, zone *time.Location) predicate {
	var holds predicate
	switch p := p.(type) {
	case check.IsEmpty:
		return func(_ []bound, v traverse.Value) bool { return v.IsEmpty() != p.Not }
	case check.TextMatch:
		holds = textPredicate(p)
	case check.ChoicesMatch:
		holds = choicesPredicate(p)
	case check.NumberIn:
		holds = func(_ []bound, v traverse.Value) bool { return slices.Contains(p.Values, v.Number()) != p.Not }
	case check.NumberBetween:
		holds = func(_ []bound, v traverse.Value) bool {
			n := v.Number()
			return n >= p.Lo && n <= p.Hi && !(p.LoOpen && n == p.Lo) && !(p.HiOpen && n == p.Hi)
		}
	case check.IsBool:
		holds = func(_ []bound, v traverse.Value) bool { return v.Bool() == p.Want }
	case check.InWindow:
		at := ws.index(p.Window, zone)
		if p.Window.Days {
			holds = func(bounds []bound, v traverse.Value) bool { return bounds[at].holds(v.Day()) }
		} else {
			holds = func(bounds []bound, v traverse.Value) bool { return bounds[at].holds(v.Micros()) }
		}
	}
	// An empty value satisfies is empty and nothing else.
	return func(bounds []bound, v traverse.Value) bool { return !v.IsEmpty() && holds(bounds, v) }
}

func textPredicate(p check.TextMatch) predicate {
	if p.How == check.MatchEquals && len(p.Values) > 8 {
		set := make(map[string]bool, len(p.Values))
		for _, s := range p.Values {
			set[s] = true
		}
		return func(_ []bound, v traverse.Value) bool { return set[v.Text()] != p.Not }
	}
	match := textMatch(p.How)
	return func(_ []bound, v traverse.Value) bool {
		text := v.Text()
		for _, value := range p.Values {
			if match(text, value) {
				return !p.Not
			}
		}
		return p.Not
	}
}

func textMatch(how check.Match) func(text, value string) bool {
	switch how {
	case check.MatchContains:
		return strings.Contains
	case check.MatchPrefix:
		return strings.HasPrefix
	case check.MatchSuffix:
		return strings.HasSuffix
	}
	return func(text, value string) bool { return text == value }
}

func choicesPredicate(p check.ChoicesMatch) predicate {
	return func(_ []bound, v traverse.Value) bool {
		chosen := v.Choices()
		if p.All {
			for _, value := range p.Values {
				if !slices.Contains(chosen, value) {
					return false
				}
			}
			return true
		}
		for _, value := range p.Values {
			if slices.Contains(chosen, value) {
				return !p.Not
			}
		}
		return p.Not
	}
}
