package plan

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/substrings"
	"github.com/leadscore/leadscore/traverse"
)

// A Predicate judges a value in the form that [Normal] gives it. bounds are those
// of the plan's windows as of the scoring instant; a predicate without a window
// ignores them.
type Predicate func(bounds []Bound, v traverse.Value) bool

// predicate lowers a checked predicate. Every predicate of package check has its
// case here.
func (ws *Windows) predicate(p check.Predicate, zone *time.Location) Predicate {
	var holds Predicate
	switch p := p.(type) {
	case check.IsEmpty:
		return func(_ []Bound, v traverse.Value) bool { return v.IsEmpty() != p.Not }
	case check.TextMatch:
		holds = textPredicate(p)
	case check.ChoicesMatch:
		holds = choicesPredicate(p)
	case check.NumberIn:
		holds = func(_ []Bound, v traverse.Value) bool { return slices.Contains(p.Values, v.Number()) != p.Not }
	case check.NumberBetween:
		holds = func(_ []Bound, v traverse.Value) bool {
			n := v.Number()
			return n >= p.Lo && n <= p.Hi && !(p.LoOpen && n == p.Lo) && !(p.HiOpen && n == p.Hi)
		}
	case check.IsBool:
		holds = func(_ []Bound, v traverse.Value) bool { return v.Bool() == p.Want }
	case check.InWindow:
		at := ws.index(p.Window, zone)
		if p.Window.Days {
			holds = func(bounds []Bound, v traverse.Value) bool { return bounds[at].Holds(v.Day()) }
		} else {
			holds = func(bounds []Bound, v traverse.Value) bool { return bounds[at].Holds(v.Micros()) }
		}
	default:
		panic(fmt.Sprintf("plan: no lowering of %T", p))
	}
	// An empty value satisfies is empty and nothing else.
	return func(bounds []Bound, v traverse.Value) bool { return !v.IsEmpty() && holds(bounds, v) }
}

// manyTexts is how many texts it takes until looking for all of them at once is
// faster than looking for one after the other.
const manyTexts = 32

func textPredicate(p check.TextMatch) Predicate {
	if p.How == check.MatchEquals && len(p.Values) > 8 {
		set := make(map[string]bool, len(p.Values))
		for _, s := range p.Values {
			set[s] = true
		}
		return func(_ []Bound, v traverse.Value) bool { return set[v.Text()] != p.Not }
	}
	if p.How == check.MatchContains && len(p.Values) > manyTexts {
		// Made when it is first needed: a plan may be made for its needs alone.
		set := sync.OnceValue(func() *substrings.Set { return substrings.New(p.Values) })
		return func(_ []Bound, v traverse.Value) bool { return set().In(v.Text()) != p.Not }
	}
	if p.How == check.MatchWord && len(p.Values) > manyTexts {
		set := sync.OnceValue(func() *substrings.Words { return substrings.NewWords(p.Values) })
		return func(_ []Bound, v traverse.Value) bool { return set().In(v.Text()) != p.Not }
	}
	match := textMatch(p.How)
	return func(_ []Bound, v traverse.Value) bool {
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
	case check.MatchWord:
		return substrings.HasWord
	case check.MatchPrefix:
		return strings.HasPrefix
	case check.MatchSuffix:
		return strings.HasSuffix
	}
	return func(text, value string) bool { return text == value }
}

func choicesPredicate(p check.ChoicesMatch) Predicate {
	return func(_ []Bound, v traverse.Value) bool {
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

// Folds reports whether the letter case of a field's values does not matter.
func Folds(f traverse.Field) bool {
	return !f.Exact && (f.Type == traverse.Text || f.Type == traverse.Choice || f.Type == traverse.Choices)
}

// Normal returns v as predicates want it: its text folded by fold, which is nil
// where letter case matters, and no empty text among the chosen.
func Normal(v traverse.Value, fold func(string) string) traverse.Value {
	switch v.Kind() {
	case traverse.KindText:
		if fold != nil {
			return traverse.TextValue(fold(v.Text()))
		}
	case traverse.KindChoices:
		chosen := slices.DeleteFunc(slices.Clone(v.Choices()), func(s string) bool { return s == "" })
		if fold != nil {
			for i, s := range chosen {
				chosen[i] = fold(s)
			}
		}
		return traverse.ChoicesValue(chosen...)
	}
	return v
}
